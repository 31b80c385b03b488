package offermail

import (
	"context"
	netmail "net/mail"

	"mainforte/internal/db"
	"mainforte/internal/event"
	"mainforte/internal/i18n"
	"mainforte/internal/mail"
	"mainforte/internal/offer"
)

// form is how one of the four answers is told.
type form struct{ subject, body, next string }

var forms = map[offer.Kind]form{
	offer.Welcome: {
		"mail.offer_answered.welcome.subject", "mail.offer_answered.welcome.body", "mail.offer_answered.welcome.next",
	},
	offer.Another: {
		"mail.offer_answered.another.subject", "mail.offer_answered.another.body", "mail.offer_answered.another.next",
	},
	offer.NotNow: {
		"mail.offer_answered.not_now.subject", "mail.offer_answered.not_now.body", "mail.offer_answered.not_now.next",
	},
	offer.No: {
		"mail.offer_answered.no.subject", "mail.offer_answered.no.body", "mail.offer_answered.no.next",
	},
}

// answered brings the answer to the one who offered, with its words in full.
// Which answer it was is read from the message: by now there may be another.
func (l letters) answered(ctx context.Context, d *db.DB, e event.Event) error {
	s, found, err := read(ctx, d, e)
	if err != nil || !found {
		return err
	}
	m, found := s.message(e)
	form, known := forms[offer.Kind(m.Note)]
	if !found || !known {
		return nil
	}
	t := i18n.In(s.Language)
	said := []any{
		"author", s.author(m), "association", s.of.Name, "mission", s.OfMission.Title, "other", s.Instead.Title,
		"day", t.Day(s.Returns, d.Now(), s.of.Zone()),
	}
	blocks := []mail.Block{mail.Paragraph(t.Say(form.body, said...))}
	if offer.Kind(m.Note) == offer.Another && s.Instead.ID != 0 {
		blocks = append(blocks, mail.Link(s.Instead.Title, l.post.Link(t.Language(), "/a/"+s.of.Slug+"/missions/"+s.Instead.Slug)))
	}
	if m.Words != "" {
		blocks = append(blocks, mail.Paragraph(t.Say("mail.offer.said", said...)), mail.Quote(m.Words))
	}
	blocks = append(blocks, mail.Paragraph(t.Say(form.next, said...)))
	if offer.Kind(m.Note) == offer.Welcome && !s.Confirmed.IsZero() {
		blocks = append(blocks, mail.Paragraph(t.Say("mail.offer_answered.member")))
	}
	return l.toVolunteer(ctx, d, e, s, mail.Letter{
		Kind: "mail.offer_answered", To: netmail.Address{Name: s.Name},
		Subject: t.Say(form.subject, said...),
		Blocks:  blocks,
		Why:     t.Say("mail.offer.why_volunteer", said...),
	})
}
