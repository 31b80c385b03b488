package app

import (
	"context"

	"mainforte/internal/association"
	"mainforte/internal/conversation"
	"mainforte/internal/db"
	"mainforte/internal/offer"
	"mainforte/internal/people"
	"mainforte/internal/web"
)

// personal lists every room that holds something of a person, in the order in
// which they forget: who the person is goes last, because the others ask.
var personal = []struct {
	room   string
	export func(ctx context.Context, d *db.DB, person db.ID) (any, error)
	erase  func(ctx context.Context, d *db.DB, person db.ID) error
}{
	{"conversation", conversation.Export, conversation.Erase},
	{"offer", offer.Export, offer.Erase},
	{"association", association.Export, association.Erase},
	{"people", people.Export, people.Erase},
}

// exportPerson gathers all that is held of the one who asks.
func exportPerson(v *web.Visit) (map[string]any, error) {
	all := map[string]any{}
	for _, room := range personal {
		held, err := room.export(v.R.Context(), v.DB, v.Who.Person)
		if err != nil {
			return nil, err
		}
		all[room.room] = held
	}
	return all, nil
}

// erasePerson has every room forget the one who asks, all at once or not at
// all.
func erasePerson(v *web.Visit) error {
	ctx := v.R.Context()
	return v.DB.Write(ctx, func(d *db.DB) error {
		// Nothing more is said in their name from here on.
		if _, err := people.Hold(ctx, d, v.Who.Person); err != nil {
			return err
		}
		for _, room := range personal {
			if err := room.erase(ctx, d, v.Who.Person); err != nil {
				return err
			}
		}
		return nil
	})
}
