package offer

import (
	"context"
	"time"

	"mainforte/internal/db"
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
	mine, err := Mine(ctx, d, person)
	exported := make([]Exported, 0, len(mine))
	for _, o := range mine {
		exported = append(exported, Exported{o.MissionTitle, o.Name, o.State, o.Offer.Made})
	}
	return exported, err
}

// Erase takes the name and the address out of a person's offers, and withdraws
// those that wait.
func Erase(ctx context.Context, d *db.DB, person db.ID) error {
	_, err := qErase.Run(ctx, d, "erased:", person)
	return err
}
