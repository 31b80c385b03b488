package offermail

import (
	"context"

	"mainforte/internal/db"
	"mainforte/internal/event"
	"mainforte/internal/i18n"
	"mainforte/internal/mail"
)

// replied brings words of one side to the other. Words that were erased since
// are not worth a letter.
func (l letters) replied(ctx context.Context, d *db.DB, e event.Event) error {
	s, found, err := read(ctx, d, e)
	if err != nil || !found {
		return err
	}
	m, found := s.message(e)
	if !found || m.Words == "" {
		return nil
	}
	letter := func(t i18n.Text) mail.Letter {
		said := []any{"author", s.author(m), "mission", s.OfMission.Title}
		return mail.Letter{
			Kind:    "mail.offer_replied",
			Subject: t.Say("mail.offer_replied.subject", said...),
			Blocks:  []mail.Block{mail.Paragraph(t.Say("mail.offer_replied.body", said...)), mail.Quote(m.Words)},
		}
	}
	if !m.FromVolunteer {
		t := i18n.In(s.Language)
		reply := letter(t)
		reply.To.Name, reply.Why = s.Name, t.Say("mail.offer.why_volunteer", "association", s.of.Name)
		return l.toVolunteer(ctx, d, e, s, reply)
	}
	to, err := s.answerer(ctx, d)
	if err != nil {
		return err
	}
	t := i18n.In(to.Language)
	reply := letter(t)
	reply.Button, reply.Why = l.answer(t, s), t.Say("mail.offer.why_answerer", "association", s.of.Name)
	return l.toAnswerer(ctx, d, e, s, to, reply)
}
