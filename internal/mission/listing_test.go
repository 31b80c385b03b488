package mission_test

import (
	"context"
	"fmt"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"mainforte/internal/association"
	"mainforte/internal/db"
	"mainforte/internal/db/dbtest"
	"mainforte/internal/event"
	"mainforte/internal/fault"
	"mainforte/internal/housetest"
	"mainforte/internal/jobs"
	"mainforte/internal/mission"
)

func TestAListingHoldsPublicFacts(t *testing.T) {
	dbtest.Run(t, nil, func(ctx context.Context, t *testing.T, d *db.DB, _ *dbtest.Clock) {
		h := housetest.New(ctx, t, d)
		h.Move(h.Mission, mission.Done)
		m := h.Open(func(c *mission.Content) {
			c.Remote, c.Entry, c.More.Effort, c.More.Details = true, true, "2 h par mois", "Il faut aimer marcher."
		})
		found := search(ctx, t, d, mission.Filter{Association: h.Slug})
		want := []mission.Listing{{
			AssociationSlug: h.Slug, AssociationName: h.Name, Slug: m.Slug, Title: m.Title, Need: m.Need,
			Effort: "2 h par mois", Place: m.Place, Remote: true, Entry: true, AnswerDays: 7,
		}}
		if len(found) == 1 {
			want[0].Key = found[0].Key
		}
		if diff := cmp.Diff(want, found); diff != "" {
			t.Error(diff)
		}
	})
}

// A mission is listed while it is open and public, and at no other moment.
func TestListedWhileOpenAndPublic(t *testing.T) {
	dbtest.Run(t, nil, func(ctx context.Context, t *testing.T, d *db.DB, _ *dbtest.Clock) {
		h := housetest.New(ctx, t, d)
		h.Move(h.Mission, mission.Done)
		m := h.Draft(housetest.Titled("Relire le bulletin"))
		var first db.ID
		listed := func(want bool, when string) {
			t.Helper()
			found := search(ctx, t, d, mission.Filter{Association: h.Slug})
			byWord := search(ctx, t, d, mission.Filter{Association: h.Slug, Words: "bulletin"})
			if (len(found) == 1) != want || (len(byWord) == 1) != want {
				t.Errorf("%s: in the list %q, by its words %q", when, titles(found), titles(byWord))
			}
			if len(found) == 1 {
				if first == 0 {
					first = found[0].Key
				}
				if found[0].Key != first {
					t.Errorf("%s: published anew, before others", when)
				}
			}
		}
		move := func(to mission.State) { t.Helper(); m = h.Move(m, to) }
		show := func(v mission.Visibility) {
			t.Helper()
			c := m.Content
			housetest.Visible(v)(&c)
			var err error
			m, err = mission.Save(ctx, d, h.Referent.Who, m.ID, c)
			housetest.Must(t, err)
		}
		listed(false, "a draft")
		move(mission.Open)
		listed(true, "open")
		for _, state := range []mission.State{mission.Paused, mission.Filled, mission.Done} {
			move(state)
			listed(false, string(state))
			move(mission.Open)
			listed(true, "open again")
		}
		for _, v := range []mission.Visibility{mission.Members, mission.Unlisted} {
			show(v)
			listed(false, string(v))
			show(mission.Public)
			listed(true, "public again")
		}
	})
}

func TestRelistSaysWhatTheAssociationSaysNow(t *testing.T) {
	subscribers := map[string][]string{association.Changed: {"relist"}}
	dbtest.Run(t, subscribers, func(ctx context.Context, t *testing.T, d *db.DB, _ *dbtest.Clock) {
		h, other := housetest.New(ctx, t, d), housetest.New(ctx, t, d)
		h.Open(housetest.Titled("Relire"))
		paused := h.Move(h.Open(housetest.Titled("Attendre")), mission.Paused)
		before := search(ctx, t, d, mission.Filter{Association: h.Slug})

		s := h.Settings
		s.Name, s.AnswerDays = "Le Compas", 14
		housetest.Must(t, association.Save(ctx, d, h.Coordinator.Who, s))
		housetest.Drain(ctx, t, d, map[string]jobs.Handler{"relist": event.Handler(mission.Relist)})

		after := search(ctx, t, d, mission.Filter{Association: h.Slug})
		for i := range before {
			before[i].AssociationName, before[i].AnswerDays = "Le Compas", 14
		}
		if diff := cmp.Diff(before, after); diff != "" {
			t.Error(diff)
		}
		if found := titles(search(ctx, t, d, mission.Filter{Association: h.Slug, Words: "compas"})); len(found) != len(after) || slices.Contains(found, paused.Title) {
			t.Errorf("by the new name: %q", found)
		}
		if found := titles(search(ctx, t, d, mission.Filter{Association: h.Slug, Words: "boussole"})); len(found) != 0 {
			t.Errorf("by the old name: %q", found)
		}
		if found := search(ctx, t, d, mission.Filter{Association: other.Slug, Words: "boussole"}); len(found) != 1 || found[0].AnswerDays != 7 {
			t.Errorf("another association's: %+v", found)
		}
	})
}

func TestAllIsPagedWithoutHoles(t *testing.T) {
	dbtest.Run(t, nil, func(ctx context.Context, t *testing.T, d *db.DB, _ *dbtest.Clock) {
		h := housetest.New(ctx, t, d)
		want := map[string][]string{}
		for i := range 9 {
			// Drafts lie thick between the others, and the newest are drafts.
			m := h.Draft(housetest.Titled(fmt.Sprint("Mission ", i)), housetest.Visible(mission.Visibilities[i%3]))
			if i%4 == 0 {
				h.Move(m, mission.Open)
				want[housetest.Volunteer] = append(want[housetest.Volunteer], m.Title)
			}
			want[housetest.Answerer] = append(want[housetest.Answerer], m.Title)
		}
		for _, c := range []struct {
			name string
			who  housetest.Person
		}{{housetest.Volunteer, h.Volunteer}, {housetest.Answerer, h.Answerer}, {housetest.Answerer, h.Referent}, {housetest.Answerer, h.Coordinator}} {
			for _, size := range []int{1, 2, 3, 100} {
				var got []string
				for before := db.ID(0); ; {
					page, err := mission.All(ctx, d, c.who.Who, before, size)
					housetest.Must(t, err)
					for _, m := range page {
						if m.ID != h.Mission.ID {
							got = append(got, m.Title)
						}
					}
					if len(page) < size {
						break
					}
					before = page[len(page)-1].ID
				}
				slices.Reverse(got)
				if diff := cmp.Diff(want[c.name], got); diff != "" {
					t.Errorf("%s by %d: %s", c.name, size, diff)
				}
			}
		}
		for _, who := range []housetest.Person{h.Stranger, {}} {
			who.Who.Association = h.ID
			_, err := mission.All(ctx, d, who.Who, 0, 10)
			housetest.Refused(t, err, fault.Forbidden, "fault.forbidden")
		}
	})
}

func TestAnyTellsWhetherThereIsAMission(t *testing.T) {
	dbtest.Run(t, nil, func(ctx context.Context, t *testing.T, d *db.DB, _ *dbtest.Clock) {
		h := housetest.New(ctx, t, d)
		empty, err := association.Create(ctx, d, h.Program, "", association.Settings{Name: "Toute neuve"}, h.Stranger.Person)
		housetest.Must(t, err)
		who, _, err := association.Act(ctx, d, empty.ID, h.Stranger.Person)
		housetest.Must(t, err)
		if any, err := mission.Any(ctx, d, who); any || err != nil {
			t.Errorf("a new association: %t, %v", any, err)
		}
		if any, err := mission.Any(ctx, d, h.Volunteer.Who); !any || err != nil {
			t.Errorf("the house: %t, %v", any, err)
		}
	})
}

func TestManyGivesEachMission(t *testing.T) {
	dbtest.Run(t, nil, func(ctx context.Context, t *testing.T, d *db.DB, _ *dbtest.Clock) {
		h := housetest.New(ctx, t, d)
		var ids []db.ID
		for range 22 { // more than one statement asks for
			ids = append(ids, h.Draft().ID)
		}
		many, err := mission.Many(ctx, d, h.Visitor, append(ids, 0, h.ID))
		if err != nil || len(many) != len(ids) {
			t.Errorf("%d of %d, %v", len(many), len(ids), err)
		}
	})
}
