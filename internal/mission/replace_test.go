package mission_test

import (
	"context"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"mainforte/internal/association"
	"mainforte/internal/db"
	"mainforte/internal/db/dbtest"
	"mainforte/internal/event"
	"mainforte/internal/housetest"
	"mainforte/internal/jobs"
	"mainforte/internal/mission"
)

// No mission stays with somebody who may no longer answer.
func TestReplace(t *testing.T) {
	subscribers := map[string][]string{association.MemberChanged: {"replace"}}
	type pair struct{ Referent, Deputy string }
	for _, c := range []struct {
		name string
		end  func(ctx context.Context, d *db.DB, h *housetest.House) error
		// want is who answers for the mission of Referent and Deputy, for
		// that of Referent alone, and for that of Answerer and Referent.
		want [3]pair
	}{
		{
			"the referent leaves", func(ctx context.Context, d *db.DB, h *housetest.House) error {
				return association.Leave(ctx, d, h.Referent.Who)
			},
			[3]pair{{"Denise", ""}, {"Zoé", ""}, {"Aïcha", ""}},
		},
		{
			"the referent gives up the role", func(ctx context.Context, d *db.DB, h *housetest.House) error {
				return association.SaveMember(ctx, d, h.Coordinator.Who, association.Member{Person: h.Referent.ID, Name: "Rachid", Status: association.Active})
			},
			[3]pair{{"Denise", ""}, {"Zoé", ""}, {"Aïcha", ""}},
		},
		{
			"the referent goes to sleep", func(ctx context.Context, d *db.DB, h *housetest.House) error {
				return association.SaveMember(ctx, d, h.Coordinator.Who, association.Member{Person: h.Referent.ID, Name: "Rachid", Status: association.Dormant, Referent: true})
			},
			[3]pair{{"Denise", ""}, {"Zoé", ""}, {"Aïcha", ""}},
		},
		{
			"the deputy leaves", func(ctx context.Context, d *db.DB, h *housetest.House) error {
				return association.Leave(ctx, d, h.Deputy.Who)
			},
			[3]pair{{"Rachid", ""}, {"Rachid", ""}, {"Aïcha", "Rachid"}},
		},
		{
			"both leave", func(ctx context.Context, d *db.DB, h *housetest.House) error {
				if err := association.Leave(ctx, d, h.Deputy.Who); err != nil {
					return err
				}
				return association.Leave(ctx, d, h.Referent.Who)
			},
			[3]pair{{"Zoé", ""}, {"Zoé", ""}, {"Aïcha", ""}},
		},
		{
			"the referent coordinates instead", func(ctx context.Context, d *db.DB, h *housetest.House) error {
				return association.SaveMember(ctx, d, h.Coordinator.Who, association.Member{Person: h.Referent.ID, Name: "Rachid", Status: association.Active, Coordinator: true})
			},
			[3]pair{{"Rachid", "Denise"}, {"Rachid", ""}, {"Aïcha", "Rachid"}},
		},
		{
			"somebody else leaves", func(ctx context.Context, d *db.DB, h *housetest.House) error {
				return association.Leave(ctx, d, h.Volunteer.Who)
			},
			[3]pair{{"Rachid", "Denise"}, {"Rachid", ""}, {"Aïcha", "Rachid"}},
		},
		{
			"the referent is erased", func(ctx context.Context, d *db.DB, h *housetest.House) error {
				return association.Erase(ctx, d, h.Referent.ID)
			},
			[3]pair{{"Denise", ""}, {"Zoé", ""}, {"Aïcha", ""}},
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			dbtest.Run(t, subscribers, func(ctx context.Context, t *testing.T, d *db.DB, clock *dbtest.Clock) {
				h := housetest.New(ctx, t, d)
				clock.Advance(time.Hour)
				h.Member("Zoé", association.Member{Coordinator: true}) // the newest coordinator
				missions := []mission.Mission{
					h.Mission, h.Draft(housetest.AnsweredBy(h.Referent, housetest.Person{})), h.Open(housetest.AnsweredBy(h.Answerer, h.Referent)),
				}
				housetest.Must(t, c.end(ctx, d, h))
				housetest.Drain(ctx, t, d, map[string]jobs.Handler{"replace": event.Handler(mission.Replace)})
				var got [3]pair
				for i, m := range missions {
					m, err := mission.ByID(ctx, d, h.Program, m.ID)
					housetest.Must(t, err)
					names, err := association.Names(ctx, d, h.Program, m.Referent, m.Deputy)
					housetest.Must(t, err)
					got[i] = pair{names[m.Referent], names[m.Deputy]}
				}
				if diff := cmp.Diff(c.want, got); diff != "" {
					t.Error(diff)
				}
				if found := search(ctx, t, d, mission.Filter{Association: h.Slug}); len(found) != 2 {
					t.Errorf("listed: %q", titles(found))
				}
			})
		})
	}
}
