// Package offermail writes the letters about offers of help: to the one who
// offered and to the one who answers.
package offermail

import (
	"context"
	netmail "net/mail"
	"slices"

	"mainforte/internal/actor"
	"mainforte/internal/association"
	"mainforte/internal/conversation"
	"mainforte/internal/db"
	"mainforte/internal/event"
	"mainforte/internal/fault"
	"mainforte/internal/i18n"
	"mainforte/internal/jobs"
	"mainforte/internal/mail"
	"mainforte/internal/mission"
	"mainforte/internal/offer"
	"mainforte/internal/people"
)

// Handlers gives the jobs that write these letters, by kind:
//
//   - mail.offer_received, for offer.Made: tells the volunteer who answers, and
//     by when.
//   - mail.offer_waiting, for offer.Made: tells the one who answers.
//   - mail.offer_answered, for offer.Answered: the answer, to the volunteer.
//   - mail.offer_replied, for offer.Replied: words of one side, to the other.
//   - mail.offer_withdrawn, for offer.TakenBack: tells the one who answers.
func Handlers(post *mail.Post) map[string]jobs.Handler {
	l := letters{post}
	return map[string]jobs.Handler{
		"mail.offer_received":  event.Handler(l.received),
		"mail.offer_waiting":   event.Handler(l.waiting),
		"mail.offer_answered":  event.Handler(l.answered),
		"mail.offer_replied":   event.Handler(l.replied),
		"mail.offer_withdrawn": event.Handler(l.withdrawn),
	}
}

type letters struct{ post *mail.Post }

// story is an offer with the association it was made to.
type story struct {
	offer.Story
	of association.Association
}

// read gives the story of an event; found is false when there is nobody left
// to write about: the offer is gone, or the one who made it was erased.
func read(ctx context.Context, d *db.DB, e event.Event) (s story, found bool, err error) {
	who := actor.System(e.Association)
	s.Story, err = offer.Read(ctx, d, who, e.Subject)
	if fault.Is(err, fault.Missing) {
		return s, false, nil
	}
	if err != nil {
		return s, false, err
	}
	s.of, err = association.Get(ctx, d, who)
	return s, s.Email != "", err
}

// message gives the message that the event names.
func (s story) message(e event.Event) (conversation.Message, bool) {
	i := slices.IndexFunc(s.Messages, func(m conversation.Message) bool { return m.ID == e.Object })
	if i < 0 {
		return conversation.Message{}, false
	}
	return s.Messages[i], true
}

// author is who wrote a message for the association: its own name where
// theirs was erased.
func (s story) author(m conversation.Message) string {
	if m.Author == "" {
		return s.of.Name
	}
	return m.Author
}

// thread is what all letters about an offer have in common.
func (s story) thread() string { return "offer-" + s.ID.String() }

// answerer is the member who answers an offer.
type answerer struct {
	people.Person
	// Name is the one the association knows.
	Name string
}

// answerer finds who answers: the mission's referent; its deputy, then
// coordination, where that is nobody who may or the very person who offered.
// Nobody answers their own offer.
func (s story) answerer(ctx context.Context, d *db.DB) (answerer, error) {
	members, err := association.Answerers(ctx, d, actor.System(s.of.ID))
	if err != nil {
		return answerer{}, err
	}
	members = slices.DeleteFunc(members, func(m association.Member) bool { return rank(s.OfMission, m) == nobody || m.Person == s.Person })
	slices.SortStableFunc(members, func(a, b association.Member) int { return rank(s.OfMission, a) - rank(s.OfMission, b) })
	if len(members) == 0 {
		return answerer{}, nil
	}
	p, err := people.ByID(ctx, d, members[0].Person)
	return answerer{p, members[0].Name}, err
}

const nobody = 3

// rank tells how early a member is asked to answer for a mission.
func rank(m mission.Mission, a association.Member) int {
	switch {
	case a.Person == m.Referent:
		return 0
	case a.Person == m.Deputy:
		return 1
	case a.Coordinator:
		return 2
	}
	return nobody
}

// toVolunteer sends a letter to the one who offered. Its button opens the
// conversation for whoever holds the letter.
func (l letters) toVolunteer(ctx context.Context, d *db.DB, e event.Event, s story, letter mail.Letter) error {
	token, err := offer.LinkToken(ctx, d, s.of.ID, s.ID)
	if err != nil {
		return err
	}
	t := i18n.In(s.Language)
	letter.To.Address = s.Email
	letter.Language, letter.Association, letter.Thread = t.Language(), s.of.Name, s.thread()
	letter.Button = mail.Button{Label: t.Say("mail.offer.conversation"), URL: l.post.Link(t.Language(), "/c/"+token)}
	return l.post.Deliver(ctx, d, e, letter)
}

// toAnswerer sends a letter to the one who answers.
func (l letters) toAnswerer(ctx context.Context, d *db.DB, e event.Event, s story, to answerer, letter mail.Letter) error {
	letter.To = netmail.Address{Name: to.Name, Address: to.Email}
	letter.Language, letter.Association, letter.Thread = to.Language, s.of.Name, s.thread()
	return l.post.Deliver(ctx, d, e, letter)
}

// answer leads the one who answers to the page of the offer, where they sign
// in if they have not.
func (l letters) answer(t i18n.Text, s story) mail.Button {
	return mail.Button{
		Label: t.Say("mail.offer.answer"),
		URL:   l.post.Link(t.Language(), "/a/"+s.of.Slug+"/offers/"+s.ID.String()),
	}
}
