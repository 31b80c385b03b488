package mail

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net"
	netmail "net/mail"
	"strings"
	"time"
	"unicode"

	gomail "github.com/wneessen/go-mail"

	"mainforte/internal/db"
	"mainforte/internal/event"
	"mainforte/internal/i18n"
	"mainforte/internal/jobs"
)

// Message is a letter as a mail server takes it.
type Message struct {
	// From and To are the addresses of the envelope.
	From, To string
	// Raw is the headers and the parts, its lines ended by CR LF.
	Raw []byte
}

// errAddress says no more than this: errors are kept, addresses are not.
var errAddress = fmt.Errorf("the reader's address is not one: %w", jobs.ErrNever)

// compose makes the message of a letter. Names and titles come from people: a
// line break in one of them must not begin a header.
func (p *Post) compose(ctx context.Context, cause event.Event, now time.Time, l Letter) (Message, error) {
	parsed, err := netmail.ParseAddress(l.To.Address)
	if err != nil || parsed.Address != l.To.Address {
		return Message{}, errAddress
	}
	l.To.Name, l.Association, l.Subject = line(l.To.Name), line(l.Association), line(l.Subject)
	t := i18n.In(l.Language)

	m := gomail.NewMsg(gomail.WithNoDefaultUserAgent())
	m.FromMailAddress(&netmail.Address{Name: l.from(t), Address: p.from})
	m.ToMailAddress(&l.To)
	m.Subject(l.Subject)
	m.SetDateWithValue(now)
	m.SetMessageIDWithValue(p.messageID(cause.ID, l.Kind))
	if l.Thread != "" {
		root := "<" + l.Thread + "@" + p.idHost() + ">"
		m.SetGenHeader(gomail.HeaderInReplyTo, root)
		m.SetGenHeader(gomail.HeaderReferences, root)
	}
	m.SetGenHeader("Auto-Submitted", "auto-generated")
	m.SetGenHeader("X-Auto-Response-Suppress", "All")
	m.SetGenHeader("Content-Language", string(t.Language()))
	m.SetBodyString(gomail.TypeTextPlain, l.text(t))
	html, err := l.html(ctx, t)
	if err != nil {
		return Message{}, err
	}
	m.AddAlternativeString(gomail.TypeTextHTML, html)

	var raw bytes.Buffer
	if _, err := m.WriteTo(&raw); err != nil {
		return Message{}, errors.New("the message could not be written")
	}
	return Message{From: p.from, To: l.To.Address, Raw: raw.Bytes()}, nil
}

// line makes one line of a text: what could end a header becomes a space.
func line(text string) string {
	return strings.TrimSpace(strings.Map(func(r rune) rune {
		if unicode.IsControl(r) || r == '\u2028' || r == '\u2029' {
			return ' '
		}
		return r
	}, text))
}

// html is the letter in HTML.
func (l Letter) html(ctx context.Context, t i18n.Text) (string, error) {
	sender := l.Association
	if sender == "" {
		sender = l.from(t)
	}
	var out bytes.Buffer
	err := letterHTML(page{
		Language: string(t.Language()), Title: l.Subject, Sender: sender, Greeting: l.greeting(t),
		Blocks: l.Blocks, Button: l.Button, Why: l.Why,
	}).Render(ctx, &out)
	return out.String(), err
}

// messageID is the same each time the same event causes the same letter.
func (p *Post) messageID(cause db.ID, kind string) string {
	return cause.String() + "." + kind + "@" + p.idHost()
}

// idHost is the host of the public address as the right side of a Message-ID,
// where a bare IP address would not be allowed.
func (p *Post) idHost() string {
	if net.ParseIP(p.host) != nil {
		return "[" + p.host + "]"
	}
	return p.host
}
