package demo

import (
	"context"
	"fmt"
	"time"

	"mainforte/internal/actor"
	"mainforte/internal/i18n"
	"mainforte/internal/offer"
	"mainforte/internal/people"
)

// story is an offer of help and what came of it.
type story struct {
	*need
	name string
	// email is empty for somebody known in the association, who is signed in.
	email string
	offer offer.Offer
	// made is when it began.
	made time.Time
}

// offered begins the story of somebody who came by with an address.
func (n *need) offered(at time.Time, name, email, words string) *story {
	return n.offeredIn(i18n.French, at, name, email, words)
}

// offeredIn is offered in a language.
func (n *need) offeredIn(language i18n.Language, at time.Time, name, email, words string) *story {
	s := &story{need: n, name: name, email: email, made: at}
	n.step(at, name+" offers help", func(ctx context.Context) error {
		who := actor.Visitor(n.association.ID)
		var err error
		if email == "" {
			if who, err = n.who(ctx, name); err != nil {
				return err
			}
		}
		s.offer, err = offer.Make(ctx, n.d, who, n.mission.ID, offer.New{Name: name, Email: email, Words: words, Language: language})
		return err
	})
	return s
}

// offeredBy begins the story of somebody whom the association knows.
func (n *need) offeredBy(at time.Time, name, words string) *story {
	return n.offered(at, name, "", words)
}

// confirmed has the volunteer open the link in the first mail, some minutes
// after the offer.
func (s *story) confirmed() *story {
	return s.volunteer(s.made.Add(6*time.Minute), "confirms", func(ctx context.Context, who actor.Actor) error {
		var err error
		if s.offer, err = offer.Confirm(ctx, s.d, who, s.offer.ID); err != nil {
			return err
		}
		s.persons[s.name], err = people.ByID(ctx, s.d, s.offer.Person)
		return err
	})
}

// welcomed, declined, deferred and redirected are the four answers, each by a
// member and with words.
func (s *story) welcomed(at time.Time, by, words string) *story {
	return s.answered(at, by, func() offer.Answer { return offer.Answer{Kind: offer.Welcome, Words: words} })
}

func (s *story) declined(at time.Time, by, words string) *story {
	return s.answered(at, by, func() offer.Answer { return offer.Answer{Kind: offer.No, Words: words} })
}

func (s *story) deferred(at time.Time, by string, until time.Time, words string) *story {
	return s.answered(at, by, func() offer.Answer { return offer.Answer{Kind: offer.NotNow, Words: words, Until: until} })
}

func (s *story) redirected(at time.Time, by string, instead *need, words string) *story {
	return s.answered(at, by, func() offer.Answer {
		return offer.Answer{Kind: offer.Another, Words: words, Other: instead.mission.ID}
	})
}

// answered takes a function, because the mission proposed instead exists only
// once its own steps were done.
func (s *story) answered(at time.Time, by string, answer func() offer.Answer) *story {
	return s.member(at, by, "answers", func(ctx context.Context, who actor.Actor) error {
		var err error
		s.offer, err = offer.Give(ctx, s.d, who, s.offer.ID, answer())
		return err
	})
}

// followed has the volunteer take the mission that was proposed instead: it
// begins the story of another offer.
func (s *story) followed(at time.Time, instead *need, words string) *story {
	next := &story{need: instead, name: s.name, made: at}
	s.volunteer(at, "follows", func(ctx context.Context, who actor.Actor) error {
		var err error
		next.offer, err = offer.Follow(ctx, s.d, who, s.offer.ID, words)
		return err
	})
	return next
}

// replied adds words of a member, and wrote those of the volunteer.
func (s *story) replied(at time.Time, by, words string) *story {
	return s.member(at, by, "replies", func(ctx context.Context, who actor.Actor) error {
		return offer.Write(ctx, s.d, who, s.offer.ID, words, 0)
	})
}

func (s *story) wrote(at time.Time, words string) *story {
	return s.volunteer(at, "writes", func(ctx context.Context, who actor.Actor) error {
		return offer.Write(ctx, s.d, who, s.offer.ID, words, 0)
	})
}

// withdrew takes the offer back.
func (s *story) withdrew(at time.Time) *story {
	return s.volunteer(at, "withdraws", func(ctx context.Context, who actor.Actor) error {
		return offer.Withdraw(ctx, s.d, who, s.offer.ID)
	})
}

// member adds a step by somebody who answers.
func (s *story) member(at time.Time, by, does string, do func(context.Context, actor.Actor) error) *story {
	s.step(at, fmt.Sprintf("%s %s %s", by, does, s.name), func(ctx context.Context) error {
		who, err := s.who(ctx, by)
		if err != nil {
			return err
		}
		return do(ctx, who)
	})
	return s
}

// volunteer adds a step by the one who offered: signed in if the association
// knows them, else by the link in their mail.
func (s *story) volunteer(at time.Time, does string, do func(context.Context, actor.Actor) error) *story {
	s.step(at, s.name+" "+does, func(ctx context.Context) error {
		if s.email == "" {
			who, err := s.who(ctx, s.name)
			if err != nil {
				return err
			}
			return do(ctx, who)
		}
		token, err := offer.LinkToken(ctx, s.d, s.association.ID, s.offer.ID)
		if err != nil {
			return err
		}
		who, err := offer.OpenLink(ctx, s.d, token)
		if err != nil {
			return err
		}
		return do(ctx, who)
	})
	return s
}
