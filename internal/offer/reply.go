package offer

import (
	"context"

	"mainforte/internal/actor"
	"mainforte/internal/association"
	"mainforte/internal/conversation"
	"mainforte/internal/db"
	"mainforte/internal/event"
	"mainforte/internal/fault"
	"mainforte/internal/people"
)

var (
	qUnread = db.Do("offer.unread",
		`UPDATE offer SET unread_since = COALESCE(unread_since, $3) WHERE association_id = $1 AND id = $2`)

	qRead = db.Do("offer.read",
		`UPDATE offer SET unread_since = $3 WHERE association_id = $1 AND id = $2`)

	qConfirm = db.Do("offer.confirm",
		`UPDATE offer SET person_id = $3, confirmed_at = COALESCE(confirmed_at, $4) WHERE association_id = $1 AND id = $2`)

	qAdopt = db.Do("offer.adopt",
		`UPDATE offer SET person_id = $3 WHERE association_id = $1 AND id = $2 AND person_id IS NULL`)

	qWithdraw = db.Do("offer.withdraw",
		`UPDATE offer SET state = 'withdrawn' WHERE association_id = $1 AND id = $2`)

	qUnjoined = db.Across("offer.unjoined", "somebody who proved an address finds the offers made with it, wherever they were made",
		`SELECT association_id, id FROM offer WHERE email_key = $1 AND person_id IS NULL`,
		func(r *Ref) []any { return []any{&r.Association, &r.Offer} })
)

// Ref names an offer across associations.
type Ref struct{ Association, Offer db.ID }

// Write adds words to the conversation of an offer, from either side. For the
// one who made it and those who answer. Words from the link that was mailed
// confirm the address. seen is the last message that the writer had before
// them: words of the volunteer that came after it go on waiting; zero means
// that all were seen. The same words sent twice at once are one message.
func Write(ctx context.Context, d *db.DB, who actor.Actor, id db.ID, text string, seen db.ID) error {
	var check fault.Check
	text = conversation.Check(&check, "words", text)
	if err := check.Err(); err != nil {
		return err
	}
	return d.Write(ctx, func(d *db.DB) error {
		if who.Person != 0 {
			if _, err := people.Hold(ctx, d, who.Person); err != nil {
				return err
			}
		}
		o, _, err := open(ctx, d, who, id, qLock, Writing)
		if err != nil {
			return err
		}
		said := conversation.Message{FromVolunteer: o.Volunteers(who), Words: text}
		if twice, err := conversation.Repeated(ctx, d, who, o.Conversation, said); err != nil || twice {
			return err
		}
		if !o.Volunteers(who) {
			message, err := postAs(ctx, d, who, o, text, "")
			if err != nil {
				return err
			}
			since, err := unseen(ctx, d, who, o, seen)
			if err != nil {
				return err
			}
			if _, err := qRead.Run(ctx, d, who, o.ID, since); err != nil {
				return err
			}
			return event.Record(ctx, d, who, Replied, o.ID, message)
		}
		if o, err = confirm(ctx, d, who, o); err != nil {
			return err
		}
		message, err := conversation.Post(ctx, d, who, o.Conversation, conversation.Message{
			Person: o.Person, Author: o.Name, FromVolunteer: true, Words: text,
		})
		if err != nil {
			return err
		}
		if _, err := qUnread.Run(ctx, d, who, o.ID, d.Now()); err != nil {
			return err
		}
		return event.Record(ctx, d, who, Replied, o.ID, message)
	})
}

// Confirm shows that the address of an offer is theirs who act, by the link
// mailed to it: the offer joins the person with that address, made now if
// there was none. For the one who made the offer.
func Confirm(ctx context.Context, d *db.DB, who actor.Actor, id db.ID) (Offer, error) {
	var o Offer
	err := d.Write(ctx, func(d *db.DB) error {
		var err error
		if o, _, err = open(ctx, d, who, id, qLock, Confirming); err != nil {
			return err
		}
		o, err = confirm(ctx, d, who, o)
		return err
	})
	return o, err
}

func confirm(ctx context.Context, d *db.DB, who actor.Actor, o Offer) (Offer, error) {
	if !o.Confirmed.IsZero() {
		return o, nil
	}
	p, err := people.Ensure(ctx, d, o.Email, o.Name, o.Language)
	if err != nil {
		return o, err
	}
	o.Person, o.Confirmed = p.ID, d.Now()
	if _, err := qConfirm.Run(ctx, d, who, o.ID, o.Person, o.Confirmed); err != nil {
		return o, err
	}
	if err := conversation.Own(ctx, d, who, o.Conversation, o.Person); err != nil {
		return o, err
	}
	if err := join(ctx, d, who, o); err != nil {
		return o, err
	}
	return o, event.Record(ctx, d, who, Confirmed, o.ID, 0)
}

// join makes a member of a person who was welcomed and has confirmed that the
// offer is theirs: whichever of the two comes last.
func join(ctx context.Context, d *db.DB, who actor.Actor, o Offer) error {
	if o.State != Welcomed || o.Confirmed.IsZero() {
		return nil
	}
	return association.Join(ctx, d, who, association.Member{Person: o.Person, Name: o.Name})
}

// Adopt shows a person who has just proven an address the offers that were
// made with it. They are on that person's desk, to be confirmed or withdrawn:
// the address is theirs, but somebody else may have typed it. For the door
// through which they signed in.
func Adopt(ctx context.Context, d *db.DB, p people.Person) error {
	_, key, ok := people.Address(p.Email)
	if !ok {
		return nil
	}
	refs, err := qUnjoined.All(ctx, d, key)
	if err != nil {
		return err
	}
	for _, ref := range refs {
		who := actor.Actor{Association: ref.Association, Person: p.ID}
		if _, err := qAdopt.Run(ctx, d, who, ref.Offer, p.ID); err != nil {
			return err
		}
	}
	return nil
}

// Withdraw takes an offer back; nobody asks why. For the one who made it.
func Withdraw(ctx context.Context, d *db.DB, who actor.Actor, id db.ID) error {
	return d.Write(ctx, func(d *db.DB) error {
		o, _, err := open(ctx, d, who, id, qLock, Withdrawing)
		if err != nil {
			return err
		}
		if _, err := qWithdraw.Run(ctx, d, who, o.ID); err != nil {
			return err
		}
		return event.Record(ctx, d, who, TakenBack, o.ID, 0)
	})
}

// Follow makes an offer for the mission that was proposed instead, with the
// volunteer's own words. For the one who made the first.
func Follow(ctx context.Context, d *db.DB, who actor.Actor, id db.ID, text string) (Offer, error) {
	o, err := Confirm(ctx, d, who, id)
	if err != nil {
		return Offer{}, err
	}
	if o.State != Redirected {
		return Offer{}, fault.New(fault.Conflict, "fault.offer_moved")
	}
	who = actor.Actor{Association: who.Association, Person: o.Person}
	return Make(ctx, d, who, o.Other, New{Name: o.Name, Words: text, Language: o.Language})
}
