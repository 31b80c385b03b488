package offer

import (
	"context"
	"math"
	"time"

	"mainforte/internal/actor"
	"mainforte/internal/conversation"
	"mainforte/internal/db"
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
// those that wait. Offers made with their address that joined nobody yet are
// theirs too, and what was said in them.
func Erase(ctx context.Context, d *db.DB, person db.ID) error {
	return d.Write(ctx, func(d *db.DB) error {
		p, err := people.ByID(ctx, d, person)
		if err != nil {
			return err
		}
		if _, key, ok := people.Address(p.Email); ok {
			if err := own(ctx, d, person, key); err != nil {
				return err
			}
		}
		_, err = qErase.Run(ctx, d, "erased:", person)
		return err
	})
}

func own(ctx context.Context, d *db.DB, person db.ID, key string) error {
	refs, err := qUnjoined.All(ctx, d, key)
	if err != nil || len(refs) == 0 {
		return err
	}
	for _, ref := range refs {
		who := actor.System(ref.Association)
		o, err := qLock.One(ctx, d, who, ref.Offer)
		if err != nil {
			return err
		}
		if _, err := qConfirm.Run(ctx, d, who, o.ID, person, d.Now()); err != nil {
			return err
		}
		if err := conversation.Own(ctx, d, who, o.Conversation, person); err != nil {
			return err
		}
	}
	return conversation.Erase(ctx, d, person)
}
