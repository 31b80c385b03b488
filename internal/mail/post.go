package mail

import (
	"context"
	"errors"
	"fmt"
	netmail "net/mail"
	"net/url"
	"strings"

	"mainforte/internal/db"
	"mainforte/internal/event"
	"mainforte/internal/i18n"
)

// Sender hands a message to a mail server; when it returns nil, the server has
// it. Its errors are kept in the queue, so they hold no address.
type Sender interface {
	Send(ctx context.Context, m Message) error
}

// Post is what writing letters takes: where they leave, and what their links
// and their sender are.
type Post struct {
	sender    Sender
	publicURL string
	host      string
	from      string
}

// NewPost makes the post of an instance, which is reached at publicURL, from
// the address that all its letters bear.
func NewPost(sender Sender, publicURL, from string) (*Post, error) {
	publicURL = strings.TrimRight(publicURL, "/")
	u, err := url.Parse(publicURL)
	if err != nil || u.Scheme != "https" && u.Scheme != "http" || u.Hostname() == "" || u.Path != "" || u.RawQuery != "" || u.Fragment != "" {
		return nil, fmt.Errorf("the public address must be like https://mainforte.example, not %q", publicURL)
	}
	parsed, err := netmail.ParseAddress(from)
	if err != nil || parsed.Address != from {
		return nil, fmt.Errorf("the sender must be an address alone, like bonjour@mainforte.example, not %q", from)
	}
	if sender == nil {
		return nil, errors.New("no mail server")
	}
	return &Post{sender, publicURL, u.Hostname(), from}, nil
}

// Link is the whole address of a page of the instance in a language.
func (p *Post) Link(language i18n.Language, path string) string {
	return p.publicURL + i18n.In(language).Path(path)
}

// Host is the name under which the instance is known.
func (p *Post) Host() string { return p.host }

// Deliver sends the letter that an event causes. A letter to nobody is not
// sent, and that is no error: its reader was erased. For handlers of jobs,
// outside a transaction.
func (p *Post) Deliver(ctx context.Context, d *db.DB, cause event.Event, l Letter) error {
	if l.To.Address == "" {
		return nil
	}
	m, err := p.compose(ctx, cause, d.Now(), l)
	if err != nil {
		return err
	}
	return p.sender.Send(ctx, m)
}
