// Package offer keeps the first promise: every offer of help gets an answer.
//
// Somebody offers help for a mission, with a name or pseudonym, an address and
// a few words; no account is needed. The clock starts with the offer: the
// instant by which an answer is due is written in its row, computed once from
// the association's delay and time zone. Who answers gives one of four answers
// with words. All that is said goes into the offer's conversation.
//
// Until a person shows that the address is theirs, by acting from a link that
// was mailed to it, the offer joins no person known here.
package offer

import (
	"context"
	"errors"
	"time"

	"mainforte/internal/actor"
	"mainforte/internal/conversation"
	"mainforte/internal/db"
	"mainforte/internal/fault"
	"mainforte/internal/i18n"
	"mainforte/internal/mission"
	"mainforte/internal/secret"
)

// What happens to offers. The subject is the offer; the object, where there is
// one, the message.
const (
	Made      = "offer.made"
	Answered  = "offer.answered"
	Replied   = "offer.replied"
	Confirmed = "offer.confirmed"
	TakenBack = "offer.withdrawn"
)

// Offer is somebody's offer of help.
type Offer struct {
	ID      db.ID
	Mission db.ID
	// Conversation holds its words and all that followed.
	Conversation db.ID
	// Person is who made it, once that is known.
	Person db.ID
	// Name and Email are what was typed.
	Name, Email string
	Language    i18n.Language
	State       State
	// Other is the mission proposed instead, when it was redirected.
	Other db.ID
	Made  time.Time
	// Due is the instant by which an answer is promised.
	Due time.Time
	// Returns is when a deferred offer comes back.
	Returns time.Time
	// Confirmed is when the address was shown to be theirs; zero before.
	Confirmed time.Time
	// Answered is when the last answer was given.
	Answered time.Time
	// Unread is since when the volunteer's words wait for a reply; zero
	// when none do.
	Unread time.Time
}

// Late tells whether an answer is overdue.
func (o Offer) Late(now time.Time) bool { return o.Waits(now) && !now.Before(o.Due) }

// Waits tells whether the offer waits for an answer: since it was made, or
// since the day on which it was to come back.
func (o Offer) Waits(now time.Time) bool {
	return o.State == Waiting || o.State == Deferred && !o.Returns.After(now)
}

// Since is when the waiting began.
func (o Offer) Since() time.Time {
	if o.State == Deferred {
		return o.Returns
	}
	return o.Made
}

const columns = `id, mission_id, conversation_id, person_id, name, email, language, state, other_id,
	made_at, due_at, returns_at, confirmed_at, answered_at, unread_since`

func scan(o *Offer) []any {
	return []any{
		&o.ID, &o.Mission, &o.Conversation, &o.Person, &o.Name, &o.Email, &o.Language, &o.State, &o.Other,
		db.At(&o.Made), db.At(&o.Due), db.At(&o.Returns), db.At(&o.Confirmed), db.At(&o.Answered), db.At(&o.Unread),
	}
}

var (
	qByID = db.SQL("offer.by_id",
		`SELECT `+columns+` FROM offer WHERE association_id = $1 AND id = $2`, scan)

	// Who changes an offer takes its row first, so that of two who answer at
	// once one is told that the other did.
	qLock = db.SQL("offer.lock",
		`UPDATE offer SET state = state WHERE association_id = $1 AND id = $2 RETURNING `+columns, scan)
)

// Story is an offer with what surrounds it, as its page and its mails show it.
type Story struct {
	Offer
	OfMission mission.Mission
	// Instead is the mission proposed instead, when there is one.
	Instead  mission.Mission
	Messages []conversation.Message
}

// Read gives an offer and its conversation. For the one who made it and those
// who answer.
func Read(ctx context.Context, d *db.DB, who actor.Actor, id db.ID) (Story, error) {
	o, m, err := open(ctx, d, who, id, qByID, Reading)
	if err != nil {
		return Story{}, err
	}
	story := Story{Offer: o, OfMission: m}
	if o.Other != 0 {
		others, err := mission.Many(ctx, d, who, []db.ID{o.Other})
		if err != nil {
			return Story{}, err
		}
		// What was proposed may have become private since; the program, who
		// writes to the volunteer, tells no more than a visitor may read.
		reader := who
		if who.Program {
			reader = actor.Visitor(who.Association)
		}
		if instead := others[o.Other]; instead.ReadBy(reader) {
			story.Instead = instead
		}
	}
	story.Messages, err = conversation.Messages(ctx, d, who, o.Conversation)
	return story, err
}

// open gives an offer and its mission if the actor may do this to it.
func open(ctx context.Context, d *db.DB, who actor.Actor, id db.ID, q db.Query[Offer], act Act) (Offer, mission.Mission, error) {
	o, err := q.One(ctx, d, who, id)
	if errors.Is(err, db.ErrNone) {
		err = fault.New(fault.Missing, "fault.missing")
	}
	if err != nil {
		return o, mission.Mission{}, err
	}
	missions, err := mission.Many(ctx, d, who, []db.ID{o.Mission})
	if err != nil {
		return o, mission.Mission{}, err
	}
	m := missions[o.Mission]
	return o, m, o.refuse(who, m, act)
}

const (
	linkPurpose = "offer"
	// LinkLife is how long a mailed link opens its conversation.
	LinkLife = 180 * 24 * time.Hour
)

// LinkToken gives what the mailed address of a conversation carries. Whoever
// holds it acts as the one who offered, in this conversation and nowhere else.
func LinkToken(ctx context.Context, d *db.DB, association, id db.ID) (string, error) {
	return secret.Seal(ctx, d, linkPurpose, d.Now().Add(LinkLife), association, id)
}

// OpenLink gives the actor that a mailed link makes of its bearer, whoever is
// signed in on that browser. It changes nothing: scanners follow links.
func OpenLink(ctx context.Context, d *db.DB, token string) (actor.Actor, error) {
	ids, err := secret.Open(ctx, d, linkPurpose, token)
	if err != nil && !secret.Refused(err) {
		return actor.Actor{}, err
	}
	if err != nil || len(ids) != 2 {
		return actor.Actor{}, fault.New(fault.Gone, "fault.offer_link").Because(err)
	}
	return actor.Actor{Association: ids[0], Offer: ids[1]}, nil
}
