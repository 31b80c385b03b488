package offermail

import (
	"context"
	netmail "net/mail"
	"regexp"
	"time"

	"mainforte/internal/db"
	"mainforte/internal/event"
	"mainforte/internal/i18n"
	"mainforte/internal/mail"
)

// received confirms an offer to the one who made it. Once it was answered or
// taken back, another letter has said more.
func (l letters) received(ctx context.Context, d *db.DB, e event.Event) error {
	s, found, err := read(ctx, d, e)
	if err != nil || !found || !s.Waits(d.Now()) {
		return err
	}
	to, err := s.answerer(ctx, d)
	if err != nil {
		return err
	}
	t := i18n.In(s.Language)
	name := to.Name
	if name == "" {
		name = s.of.Name
	}
	blocks := []mail.Block{
		mail.Paragraph(t.Say("mail.offer_received.thanks", "association", s.of.Name, "mission", s.OfMission.Title)),
		mail.Facts(t.Say("mail.offer_received.promise", "answerer", name, "day", s.due(t, d.Now()))),
	}
	if words := s.first(); words != "" && (!s.Confirmed.IsZero() || !leads.MatchString(words)) {
		blocks = append(blocks, mail.Paragraph(t.Say("mail.offer_received.words")), mail.Quote(words))
	}
	reader := s.Name
	if s.Confirmed.IsZero() && leads.MatchString(reader) {
		reader = ""
	}
	return l.toVolunteer(ctx, d, e, s, mail.Letter{
		Kind: "mail.offer_received", To: netmail.Address{Name: reader},
		Subject: t.Say("mail.offer_received.subject", "mission", s.OfMission.Title),
		Blocks:  append(blocks, mail.Paragraph(t.Say("mail.offer_received.next"))),
		Why:     t.Say("mail.offer_received.why", "association", s.of.Name),
	})
}

// leads finds what mail programs turn into a link. An address that nobody has
// confirmed may be a stranger's: whoever typed it must not have us send them
// somewhere.
var leads = regexp.MustCompile(`[\pL\pN]\.\pL{2}|://|@`)

// waiting tells the one who answers that somebody offers help.
func (l letters) waiting(ctx context.Context, d *db.DB, e event.Event) error {
	s, found, err := read(ctx, d, e)
	if err != nil || !found || !s.Waits(d.Now()) {
		return err
	}
	to, err := s.answerer(ctx, d)
	if err != nil {
		return err
	}
	t := i18n.In(to.Language)
	return l.toAnswerer(ctx, d, e, s, to, mail.Letter{
		Kind:    "mail.offer_waiting",
		Subject: t.Say("mail.offer_waiting.subject", "name", s.Name, "mission", s.OfMission.Title),
		Blocks: []mail.Block{
			mail.Paragraph(t.Say("mail.offer_waiting.body", "name", s.Name, "mission", s.OfMission.Title)),
			mail.Quote(s.first()),
			mail.Facts(t.Say("mail.offer.due", "day", s.due(t, d.Now()))),
			mail.Paragraph(t.Say("mail.offer_waiting.answers")),
		},
		Button: l.answer(t, s),
		Why:    t.Say("mail.offer.why_answerer", "association", s.of.Name),
	})
}

// first are the words that came with the offer.
func (s story) first() string {
	if len(s.Messages) == 0 {
		return ""
	}
	return s.Messages[0].Words
}

// due is the last day of the promise, in words.
func (s story) due(t i18n.Text, now time.Time) string {
	return t.Day(i18n.LastDay(s.Due), now, s.of.Zone())
}
