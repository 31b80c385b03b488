package offer

import (
	"context"
	"time"

	"mainforte/internal/actor"
	"mainforte/internal/association"
	"mainforte/internal/conversation"
	"mainforte/internal/db"
	"mainforte/internal/event"
	"mainforte/internal/fault"
	"mainforte/internal/i18n"
	"mainforte/internal/mission"
	"mainforte/internal/people"
)

// Answer is what somebody says to an offer of help. Words always come with it:
// who offered reads a person, not a status.
type Answer struct {
	Kind  Kind
	Words string
	// Other is the mission proposed instead, for Another.
	Other db.ID
	// Seen is the last message that the one who answers had before them;
	// words that came after it go on waiting. Zero means all of them.
	Seen db.ID
	// Until is the day to speak again, for NotNow, at any hour of it.
	Until time.Time
}

// latestReturn bounds « not now »: beyond a year it is a no.
const latestReturn = 366 * 24 * time.Hour

var qAnswer = db.Do("offer.answer",
	`UPDATE offer SET state = $3, other_id = $4, returns_at = $5, due_at = $6, answered_at = $7, unread_since = $8
	 WHERE association_id = $1 AND id = $2`)

// Give answers an offer. For the mission's referent, its deputy and
// coordination; of two at once, the second is told that it was answered.
func Give(ctx context.Context, d *db.DB, who actor.Actor, id db.ID, a Answer) (Offer, error) {
	var o Offer
	err := d.Write(ctx, func(d *db.DB) error {
		var m mission.Mission
		var err error
		if err := notTheirs(ctx, d, who, id); err != nil {
			return err
		}
		if o, m, err = open(ctx, d, who, id, qLock, Answering); err != nil {
			return err
		}
		of, err := association.Get(ctx, d, who)
		if err != nil {
			return err
		}
		if o.State, err = a.check(ctx, d, who, m, of.Zone()); err != nil {
			return err
		}
		o.Answered, o.Other = d.Now(), a.Other
		if o.Unread, err = unseen(ctx, d, who, o, a.Seen); err != nil {
			return err
		}
		if a.Kind == NotNow {
			o.Returns, o.Due = a.Until, of.Due(a.Until)
		}
		if _, err := qAnswer.Run(ctx, d, who, o.ID, o.State, o.Other, o.Returns, o.Due, o.Answered, o.Unread); err != nil {
			return err
		}
		message, err := postAs(ctx, d, who, o, a.Words, string(a.Kind))
		if err != nil {
			return err
		}
		if err := join(ctx, d, who, o); err != nil {
			return err
		}
		return event.Record(ctx, d, who, Answered, o.ID, message)
	})
	return o, err
}

// notTheirs holds the one who answers and refuses an answer to their own offer,
// even one that they made signed out, or with an address in other letters.
func notTheirs(ctx context.Context, d *db.DB, who actor.Actor, id db.ID) error {
	if who.Person == 0 {
		return nil
	}
	p, err := people.Hold(ctx, d, who.Person)
	if err != nil {
		return err
	}
	o, found, err := db.Maybe(qByID.One(ctx, d, who, id))
	if err != nil || !found {
		return err // open says what is missing
	}
	if people.Same(p.Email, o.Email) {
		return fault.New(fault.Forbidden, "fault.own_offer")
	}
	return nil
}

// unseen tells since when the volunteer's words wait after those that were seen.
func unseen(ctx context.Context, d *db.DB, who actor.Actor, o Offer, seen db.ID) (time.Time, error) {
	if seen == 0 {
		return time.Time{}, nil
	}
	return conversation.Since(ctx, d, who, o.Conversation, seen)
}

// check refuses an answer that would leave the volunteer guessing, and turns
// Until into the instant at which its day begins.
func (a *Answer) check(ctx context.Context, d *db.DB, who actor.Actor, m mission.Mission, zone *time.Location) (State, error) {
	var check fault.Check
	state, ok := answered[a.Kind]
	check.Unless(ok, "answer", "fault.choice")
	a.Words = conversation.Check(&check, "words", a.Words)
	switch a.Kind {
	case Another:
		a.Until = time.Time{}
		if a.Other == m.ID {
			check.Say("other", "fault.other_same")
			break
		}
		other, err := mission.ByID(ctx, d, who, a.Other)
		if err != nil && !fault.Is(err, fault.Missing) {
			return "", err
		}
		check.Unless(err == nil && other.State == mission.Open && other.Visibility != mission.Members, "other", "fault.other_mission")
	case NotNow:
		a.Other = 0
		now := d.Now()
		a.Until = i18n.Midnight(a.Until, zone) // today is no later day
		check.Unless(a.Until.After(now) && a.Until.Before(now.Add(latestReturn)), "until", "fault.until")
	default:
		a.Other, a.Until = 0, time.Time{}
	}
	return state, check.Err()
}

// postAs adds the words of a member, under the name the association knows.
func postAs(ctx context.Context, d *db.DB, who actor.Actor, o Offer, text, note string) (db.ID, error) {
	names, err := association.Names(ctx, d, who, who.Person)
	if err != nil {
		return 0, err
	}
	author := names[who.Person]
	if author == "" { // who has given no name yet speaks for the association
		a, err := association.Get(ctx, d, who)
		if err != nil {
			return 0, err
		}
		author = a.Name
	}
	return conversation.Post(ctx, d, who, o.Conversation, conversation.Message{
		Person: who.Person, Author: author, Words: text, Note: note,
	})
}
