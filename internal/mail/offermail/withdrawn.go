package offermail

import (
	"context"

	"mainforte/internal/db"
	"mainforte/internal/event"
	"mainforte/internal/i18n"
	"mainforte/internal/mail"
)

// withdrawn tells the one who answers that an offer was taken back, so that
// nobody prepares for somebody who does not come. There is nothing to do about
// it, so the letter has no button.
func (l letters) withdrawn(ctx context.Context, d *db.DB, e event.Event) error {
	s, found, err := read(ctx, d, e)
	if err != nil || !found {
		return err
	}
	to, err := s.answerer(ctx, d)
	if err != nil {
		return err
	}
	t := i18n.In(to.Language)
	said := []any{"name", s.Name, "mission", s.OfMission.Title, "association", s.of.Name}
	return l.toAnswerer(ctx, d, e, s, to, mail.Letter{
		Kind:    "mail.offer_withdrawn",
		Subject: t.Say("mail.offer_withdrawn.subject", said...),
		Blocks: []mail.Block{
			mail.Paragraph(t.Say("mail.offer_withdrawn.body", said...)),
			mail.Paragraph(t.Say("mail.offer_withdrawn.next", said...)),
		},
		Why: t.Say("mail.offer_withdrawn.why", said...),
	})
}
