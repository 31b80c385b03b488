// Package associationmail writes the letters by which an association is joined.
package associationmail

import (
	"context"
	netmail "net/mail"

	"mainforte/internal/actor"
	"mainforte/internal/association"
	"mainforte/internal/db"
	"mainforte/internal/event"
	"mainforte/internal/i18n"
	"mainforte/internal/jobs"
	"mainforte/internal/mail"
)

// Handlers gives the jobs that write these letters, by kind:
//
//   - mail.invitation, for association.Invited: who invites, to what, as what.
func Handlers(post *mail.Post) map[string]jobs.Handler {
	return map[string]jobs.Handler{
		"mail.invitation": event.Handler(letters{post}.invite),
	}
}

type letters struct{ post *mail.Post }

// invite sends an invitation, unless it was taken back, replaced by a newer
// one, accepted already or too old.
func (l letters) invite(ctx context.Context, d *db.DB, e event.Event) error {
	who := actor.System(e.Association)
	i, found, err := db.Maybe(association.InvitationByID(ctx, d, who, e.Subject))
	if err != nil || !found || !i.Accepted.IsZero() || !i.Expires.After(d.Now()) {
		return err
	}
	a, err := association.Get(ctx, d, who)
	if err != nil {
		return err
	}
	names, err := association.Names(ctx, d, who, i.By)
	if err != nil {
		return err
	}
	token, err := association.InvitationToken(ctx, d, a.ID, i)
	if err != nil {
		return err
	}
	t := i18n.In(i.Language)
	subject, body := "mail.invitation.subject", "mail.invitation.body"
	if names[i.By] == "" {
		subject, body = "mail.invitation.subject_unsigned", "mail.invitation.body_unsigned"
	}
	said := []any{"who", names[i.By], "association", a.Name, "role", i18n.Phrase{Key: role(i)}}
	// The last day on which the link works from morning to evening.
	last := t.Day(i.Expires.AddDate(0, 0, -1), d.Now(), a.Zone())
	return l.post.Deliver(ctx, d, e, mail.Letter{
		Kind: "mail.invitation", To: netmail.Address{Name: i.Name, Address: i.Email}, Language: t.Language(),
		Association: a.Name, Subject: t.Say(subject, said...),
		Blocks: []mail.Block{
			mail.Paragraph(t.Say(body, said...)),
			mail.Quote(a.Purpose),
			mail.Paragraph(t.Say("mail.invitation.choice", "day", last)),
		},
		Button: mail.Button{Label: t.Say("mail.invitation.button"), URL: l.post.Link(t.Language(), "/invitation/"+token)},
		Why:    t.Say("mail.invitation.why"),
	})
}

// role is the most that the invitation is for.
func role(i association.Invitation) string {
	switch {
	case i.Coordinator:
		return "mail.invitation.role.coordinator"
	case i.Referent:
		return "mail.invitation.role.referent"
	}
	return "mail.invitation.role.volunteer"
}
