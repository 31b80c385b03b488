package offer

import (
	"context"
	"math"
	"time"

	"mainforte/internal/actor"
	"mainforte/internal/conversation"
	"mainforte/internal/db"
	"mainforte/internal/fault"
	"mainforte/internal/people"
)

// Exported is what this room holds of a person: an offer they made.
type Exported struct {
	Mission string    `json:"mission"`
	Name    string    `json:"name"`
	State   State     `json:"state"`
	Made    time.Time `json:"made"`
}

var qErase = db.DoAcross("offer.erase", "a person erases themselves everywhere",
	`UPDATE offer SET name = '', email = '', email_key = '', once_key = $1 || CAST(id AS TEXT), unread_since = NULL,
	        state = CASE WHEN state IN ('waiting', 'deferred') THEN 'withdrawn' ELSE state END
	 WHERE person_id = $2`)

// Export gives the offers that a person made.
func Export(ctx context.Context, d *db.DB, person db.ID) (any, error) {
	mine, err := ofPerson(ctx, d, person, math.MaxInt32)
	exported := make([]Exported, 0, len(mine))
	for _, o := range mine {
		exported = append(exported, Exported{o.MissionTitle, o.Name, o.State, o.Offer.Made})
	}
	return exported, err
}

// Erase takes the name and the address out of a person's offers, and withdraws
// those that wait. Offers made with their address that they never confirmed are
// theirs in this too, and what was said in them.
func Erase(ctx context.Context, d *db.DB, person db.ID) error {
	return d.Write(ctx, func(d *db.DB) error {
		// Taken first: what they are writing at this instant is there, or
		// will be refused.
		p, err := people.Hold(ctx, d, person)
		if fault.Is(err, fault.SignedOut) {
			return nil // erased already
		}
		if err != nil {
			return err
		}
		if err := Adopt(ctx, d, p); err != nil {
			return err
		}
		mine, err := qMine.All(ctx, d, person, math.MaxInt32)
		if err != nil {
			return err
		}
		for _, o := range mine {
			if !o.Confirmed.IsZero() {
				continue // its words are known to be theirs, and erased where words are kept
			}
			if err := conversation.Own(ctx, d, actor.System(o.Association), o.Conversation, person); err != nil {
				return err
			}
		}
		if err := conversation.Erase(ctx, d, person); err != nil {
			return err
		}
		_, err = qErase.Run(ctx, d, "erased:", person)
		return err
	})
}
