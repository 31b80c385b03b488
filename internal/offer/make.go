package offer

import (
	"context"
	"crypto/sha256"
	"encoding/hex"

	"mainforte/internal/actor"
	"mainforte/internal/association"
	"mainforte/internal/conversation"
	"mainforte/internal/db"
	"mainforte/internal/event"
	"mainforte/internal/fault"
	"mainforte/internal/i18n"
	"mainforte/internal/mission"
	"mainforte/internal/people"
	"mainforte/internal/words"
)

// New is what somebody fills in to offer help.
type New struct {
	Name, Email, Words string
	Language           i18n.Language
}

var (
	qInsert = db.Do("offer.insert",
		`INSERT INTO offer (association_id, id, mission_id, conversation_id, person_id, name, email, email_key, language, state,
		                    once_key, made_at, due_at, confirmed_at)
		 VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)
		 ON CONFLICT (association_id, mission_id, once_key) WHERE state = 'waiting' DO NOTHING`)

	qOnce = db.SQL("offer.once",
		`SELECT `+columns+` FROM offer WHERE association_id = $1 AND mission_id = $2 AND once_key = $3 AND state = 'waiting'`, scan)
)

// Make takes an offer of help for a mission. Anybody may who can read the
// mission while it is open; who is signed in makes it under their own address,
// which needs no confirming. The same words from the same address for the same
// mission, sent twice, are one offer.
func Make(ctx context.Context, d *db.DB, who actor.Actor, missionID db.ID, n New) (Offer, error) {
	n.Name = words.Line(n.Name)
	var p people.Person
	if who.Person != 0 {
		var err error
		if p, err = people.ByID(ctx, d, who.Person); err != nil {
			return Offer{}, err
		}
		n.Email = p.Email
	}
	var check fault.Check
	check.Length("name", n.Name, true, people.NameLimit)
	email, key, ok := people.Address(n.Email)
	check.Unless(ok, "email", "fault.email")
	n.Words = conversation.Check(&check, "words", n.Words)
	if err := check.Err(); err != nil {
		return Offer{}, err
	}
	o := Offer{
		Mission: missionID, Person: p.ID, Name: n.Name, Email: email,
		Language: i18n.In(n.Language).Language(), State: Waiting,
	}
	once := onceKey(key, n.Words)
	err := d.Write(ctx, func(d *db.DB) error {
		if p.ID != 0 {
			if _, err := people.Hold(ctx, d, p.ID); err != nil {
				return err
			}
		}
		m, err := mission.ByID(ctx, d, who, missionID)
		if err != nil {
			return err
		}
		if m.State != mission.Open {
			return fault.New(fault.Conflict, "fault.mission_closed")
		}
		a, err := association.Get(ctx, d, who)
		if err != nil {
			return err
		}
		o.ID, o.Made = d.NewID(), d.Now()
		o.Due = a.Due(o.Made)
		if p.ID != 0 {
			o.Confirmed = o.Made
		}
		if o.Conversation, err = conversation.Start(ctx, d, who); err != nil {
			return err
		}
		inserted, err := qInsert.Run(ctx, d, who, o.ID, o.Mission, o.Conversation, o.Person, o.Name, o.Email, key, o.Language, o.State,
			once, o.Made, o.Due, o.Confirmed)
		if err != nil {
			return err
		}
		if inserted == 0 {
			return errAgain
		}
		message := conversation.Message{Person: o.Person, Author: o.Name, FromVolunteer: true, Words: n.Words}
		if _, err := conversation.Post(ctx, d, who, o.Conversation, message); err != nil {
			return err
		}
		return event.Record(ctx, d, who, Made, o.ID, 0)
	})
	if err == errAgain { //nolint:errorlint // the very value returned above
		var found bool
		if o, found, err = db.Maybe(qOnce.One(ctx, d, who, missionID, once)); err == nil && !found {
			err = errAgain // somebody answered the first in between
		}
	}
	return o, err
}

// errAgain rolls back the second of two same offers.
var errAgain = fault.New(fault.Conflict, "fault.again")

func onceKey(email, text string) string {
	sum := sha256.Sum256([]byte(email + "\x00" + text))
	return hex.EncodeToString(sum[:12])
}
