package mission

import (
	"context"

	"mainforte/internal/actor"
	"mainforte/internal/association"
	"mainforte/internal/db"
	"mainforte/internal/event"
	"mainforte/internal/words"
)

// Listing is what anybody may read of an open public mission in a list.
type Listing struct {
	// Key sorts the list by publication and pages it.
	Key             db.ID
	AssociationSlug string
	AssociationName string
	Slug            string
	Title, Need     string
	Effort, Place   string
	Remote, Entry   bool
	AnswerDays      int
}

func scanListing(l *Listing) []any {
	return []any{
		&l.Key, &l.AssociationSlug, &l.AssociationName, &l.Slug, &l.Title, &l.Need, &l.Effort, &l.Place,
		&l.Remote, &l.Entry, &l.AnswerDays,
	}
}

var (
	qUnlist = db.Do("mission.unlist",
		`DELETE FROM listing WHERE association_id = $1 AND mission_id = $2`)

	qInsertListing = db.Do("mission.insert_listing",
		`INSERT INTO listing (association_id, id, mission_id, association_slug, association_name, slug, title, need, effort, place,
		                      remote, entry, answer_days)
		 VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)`)

	qInsertWord = db.DoAcross("mission.insert_word", "the words of a listing, which names its association",
		`INSERT INTO listing_word (word, listing_id) VALUES ($1, $2)`)

	qListed = db.SQL("mission.listed",
		`SELECT `+columns+`
		 FROM mission WHERE association_id = $1 AND id IN (SELECT mission_id FROM listing WHERE association_id = $1)`, scan)
)

// list writes or takes away the public facts of a mission, in the transaction
// that changed it.
func list(ctx context.Context, d *db.DB, who actor.Actor, m Mission) error {
	if _, err := qUnlist.Run(ctx, d, who, m.ID); err != nil {
		return err
	}
	if m.State != Open || m.Visibility != Public {
		return nil
	}
	a, err := association.Get(ctx, d, who)
	if err != nil {
		return err
	}
	_, err = qInsertListing.Run(ctx, d, who, m.listing, m.ID, a.Slug, a.Name, m.Slug, m.Title, m.Need, m.More.Effort, m.Place,
		m.Remote, m.Entry, a.AnswerDays)
	if err != nil {
		return err
	}
	for _, word := range words.Tokens(m.Title, m.Need, m.Place, m.More.Details, a.Name) {
		if _, err := qInsertWord.Run(ctx, d, word, m.listing); err != nil {
			return err
		}
	}
	return nil
}

// Relist writes the listings of an association anew after it changed what it
// says of itself. It handles association.Changed.
func Relist(ctx context.Context, d *db.DB, e event.Event) error {
	who := actor.System(e.Association)
	return d.Write(ctx, func(d *db.DB) error {
		if _, err := association.Hold(ctx, d, who); err != nil {
			return err
		}
		listed, err := qListed.All(ctx, d, who)
		if err != nil {
			return err
		}
		for _, m := range listed {
			if m, err = qLock.One(ctx, d, who, m.ID); err != nil {
				return err
			}
			if err := list(ctx, d, who, m); err != nil {
				return err
			}
		}
		return nil
	})
}
