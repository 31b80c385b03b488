package test

import (
	"context"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"mainforte/internal/config"
	"mainforte/internal/mail/catcher"
)

// mailbox is everybody's: whatever an instance sends arrives there.
type mailbox struct{ *catcher.Catcher }

func newMailbox(t testing.TB) mailbox {
	t.Helper()
	c, err := catcher.Start(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.Close() })
	return mailbox{c}
}

// environ tells an instance to send there.
func (m mailbox) environ() []string { return mailTo(m.Port()) }

func mailTo(port int) []string {
	return []string{
		config.Variable("mail.host") + "=127.0.0.1", config.Variable("mail.port") + "=" + strconv.Itoa(port),
		config.Variable("mail.tls") + "=" + string(config.Clear), config.Variable("mail.from") + "=bonjour@instance.example",
	}
}

// find gives the newest mail to somebody whose subject holds these words.
func (m mailbox) find(to, subject string) (catcher.Caught, bool) {
	for _, mail := range m.Messages() {
		if strings.EqualFold(mail.To, to) && strings.Contains(plain(mail.Subject), subject) {
			return mail, true
		}
	}
	return catcher.Caught{}, false
}

// wait gives a mail once it has come.
func (m mailbox) wait(t testing.TB, to, subject string) catcher.Caught {
	t.Helper()
	var mail catcher.Caught
	until(t, "a mail to "+to+" about « "+subject+" »", func() bool {
		found := false
		mail, found = m.find(to, subject)
		return found
	})
	return mail
}

var aLink = regexp.MustCompile(`https?://\S+`)

// link is the first one in a text.
func link(t testing.TB, text string) string { t.Helper(); return linkTo(t, text, "/") }

// linkTo is the first one in a text whose path begins so.
func linkTo(t testing.TB, text, path string) string {
	t.Helper()
	for _, found := range aLink.FindAllString(text, -1) {
		if to, err := url.Parse(found); err == nil && strings.HasPrefix(to.Path, path) {
			return found
		}
	}
	t.Fatalf("there is no link to %s in:\n%s", path, text)
	return ""
}
