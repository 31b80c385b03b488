// Package peoplemail writes the letters about persons themselves.
package peoplemail

import (
	"context"
	netmail "net/mail"
	"time"

	"mainforte/internal/db"
	"mainforte/internal/event"
	"mainforte/internal/i18n"
	"mainforte/internal/jobs"
	"mainforte/internal/mail"
	"mainforte/internal/people"
)

// Handlers gives the jobs that write these letters, by kind:
//
//   - mail.sign_in, for people.SignInAsked: the link to sign in.
func Handlers(post *mail.Post) map[string]jobs.Handler {
	return map[string]jobs.Handler{
		"mail.sign_in": event.Handler(letters{post}.signIn),
	}
}

type letters struct{ post *mail.Post }

// signIn sends the link that was asked for, unless it would not work any more.
func (l letters) signIn(ctx context.Context, d *db.DB, e event.Event) error {
	link, found, err := db.Maybe(people.LinkByID(ctx, d, e.Subject))
	left := link.Expires.Sub(d.Now())
	if err != nil || !found || !link.Used.IsZero() || left <= 0 {
		return err
	}
	token, err := people.Token(ctx, d, link)
	if err != nil {
		return err
	}
	t := i18n.In(link.Language)
	// Rounded to the nearest: a link of 15 minutes is a few milliseconds
	// old when it is mailed.
	minutes := max(1, int(left.Round(time.Minute)/time.Minute))
	return l.post.Deliver(ctx, d, e, mail.Letter{
		Kind: "mail.sign_in", To: netmail.Address{Address: link.Email}, Language: t.Language(),
		Subject: t.Say("mail.sign_in.subject"),
		Blocks: []mail.Block{
			mail.Paragraph(t.Count("mail.sign_in.body", minutes)),
			mail.Paragraph(t.Say("mail.sign_in.ignore")),
		},
		Button: mail.Button{Label: t.Say("mail.sign_in.button"), URL: l.post.Link(t.Language(), "/sign-in/"+token)},
		Why:    t.Say("mail.sign_in.why", "host", l.post.Host()),
	})
}
