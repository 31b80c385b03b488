package mission_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"mainforte/internal/association"
	"mainforte/internal/db"
	"mainforte/internal/db/dbtest"
	"mainforte/internal/event"
	"mainforte/internal/fault"
	"mainforte/internal/housetest"
	"mainforte/internal/jobs"
	"mainforte/internal/mission"
	"mainforte/internal/words"
)

func search(ctx context.Context, t testing.TB, d *db.DB, f mission.Filter) []mission.Listing {
	t.Helper()
	found, err := mission.Search(ctx, d, f, 100)
	housetest.Must(t, err)
	n, err := mission.Count(ctx, d, f)
	housetest.Must(t, err)
	if f.After == 0 && n != len(found) {
		t.Errorf("%d are counted, %d found", n, len(found))
	}
	return found
}

func titles(found []mission.Listing) []string {
	all := make([]string, 0, len(found))
	for _, l := range found {
		all = append(all, l.Title)
	}
	return all
}

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

func TestSearchFindsWords(t *testing.T) {
	dbtest.Run(t, nil, func(ctx context.Context, t *testing.T, d *db.DB, _ *dbtest.Clock) {
		h := housetest.New(ctx, t, d)
		h.Move(h.Mission, mission.Done)
		theatre := h.Open(func(c *mission.Content) {
			c.Title, c.Need, c.Place = "Théâtre de rue à l’œil", "Tenir la buvette.", "Saint-Étienne"
			c.More.Details = "Avec Cœur et entrain."
		})
		garden := h.Open(func(c *mission.Content) { c.Title, c.Need, c.Place = "Théorie du jardin", "Semer.", "Nantes" })
		for _, c := range []struct {
			words string
			want  []string
		}{
			{"théâtre", []string{theatre.Title}},
			{"THEATRE", []string{theatre.Title}},
			{"the\u0301atre", []string{theatre.Title}},
			{"thé", []string{garden.Title, theatre.Title}}, // the beginning of a word
			{"âtre", []string{}},                           // not its end
			{"coeur", []string{theatre.Title}},
			{"cœur", []string{theatre.Title}},
			{"oeil théâtre", []string{theatre.Title}},
			{"jardin buvette", []string{}}, // all of them
			{"saint etienne buv", []string{theatre.Title}},
			{"la boussole", []string{garden.Title, theatre.Title}}, // who asks
			{"l’", []string{garden.Title, theatre.Title}},          // nothing to look for
			{"semer du jardin de la théorie à nantes", []string{garden.Title}},
			{"%", []string{garden.Title, theatre.Title}},
			{"the_tre", []string{}},
			{"\x00\xff thea", []string{theatre.Title}},
			{strings.Repeat("x", 5000), []string{}},
		} {
			if diff := cmp.Diff(c.want, titles(search(ctx, t, d, mission.Filter{Association: h.Slug, Words: c.words}))); diff != "" {
				t.Errorf("%.40q: %s", c.words, diff)
			}
		}
	})
}

func TestSearchFilters(t *testing.T) {
	dbtest.Run(t, nil, func(ctx context.Context, t *testing.T, d *db.DB, _ *dbtest.Clock) {
		h, other := housetest.New(ctx, t, d), housetest.New(ctx, t, d)
		h.Move(h.Mission, mission.Done)
		for _, name := range []string{"", "r", "e", "re"} {
			h.Open(func(c *mission.Content) {
				c.Title, c.Remote, c.Entry = "m"+name, strings.Contains(name, "r"), strings.Contains(name, "e")
			})
		}
		for _, c := range []struct {
			filter mission.Filter
			want   []string
		}{
			{mission.Filter{}, []string{"mre", "me", "mr", "m"}},
			{mission.Filter{Remote: true}, []string{"mre", "mr"}},
			{mission.Filter{Entry: true}, []string{"mre", "me"}},
			{mission.Filter{Remote: true, Entry: true}, []string{"mre"}},
			{mission.Filter{Words: "mr", Entry: true}, []string{"mre"}},
			{mission.Filter{Words: "fontaines", Remote: true}, []string{"mre", "mr"}},
		} {
			c.filter.Association = h.Slug
			if diff := cmp.Diff(c.want, titles(search(ctx, t, d, c.filter))); diff != "" {
				t.Errorf("%+v: %s", c.filter, diff)
			}
		}
		everywhere := search(ctx, t, d, mission.Filter{})
		for _, slug := range []string{h.Slug, other.Slug} {
			if !slices.ContainsFunc(everywhere, func(l mission.Listing) bool { return l.AssociationSlug == slug }) {
				t.Errorf("the whole list holds nothing of %s", slug)
			}
		}
		for _, slug := range []string{"nulle-part", "\x00", "\xff", "'"} {
			if found := search(ctx, t, d, mission.Filter{Association: slug}); len(found) != 0 {
				t.Errorf("at %q: %q", slug, titles(found))
			}
		}
	})
}

// Whatever is asked, the answer is the listings each word of the question
// begins a word of, the newest first; and paged by any size, the same.
func TestSearchLaws(t *testing.T) {
	vocabulary := strings.Fields("jardin jardinier théâtre thé cœur coeurs œuvre été étape relire relief à de la")
	dbtest.Run(t, nil, func(ctx context.Context, t *testing.T, d *db.DB, _ *dbtest.Clock) {
		h := housetest.New(ctx, t, d)
		h.Move(h.Mission, mission.Done)
		for i := range 13 {
			h.Open(func(c *mission.Content) {
				c.Title = fmt.Sprintf("%s %s n° %d", vocabulary[i%len(vocabulary)], vocabulary[(i*5+2)%len(vocabulary)], 100+i)
				c.Need, c.Remote, c.Entry = vocabulary[(i*7+1)%len(vocabulary)], i%2 == 0, i%3 == 0
			})
		}
		all := search(ctx, t, d, mission.Filter{Association: h.Slug})
		if len(all) != 13 || !slices.IsSortedFunc(all, func(a, b mission.Listing) int { return int(b.Key - a.Key) }) {
			t.Fatalf("listed: %q", titles(all))
		}
		rapid.Check(t, func(r *rapid.T) {
			var asked []string
			for _, word := range rapid.SliceOfN(rapid.SampledFrom(vocabulary), 0, 4).Draw(r, "words") {
				letters := []rune(word)
				asked = append(asked, string(letters[:rapid.IntRange(1, len(letters)).Draw(r, "letters")]))
			}
			f := mission.Filter{
				Association: h.Slug, Words: strings.Join(asked, " "),
				Remote: rapid.Bool().Draw(r, "remote"), Entry: rapid.Bool().Draw(r, "entry"),
			}
			var want []mission.Listing
			for _, l := range all {
				holds := words.Tokens(l.Title, l.Need, l.Place, l.AssociationName)
				if (l.Remote || !f.Remote) && (l.Entry || !f.Entry) && !slices.ContainsFunc(words.Tokens(f.Words), func(word string) bool {
					return !slices.ContainsFunc(holds, func(held string) bool { return strings.HasPrefix(held, word) })
				}) {
					want = append(want, l)
				}
			}
			size := rapid.IntRange(1, 5).Draw(r, "size")
			var got []mission.Listing
			for {
				page, err := mission.Search(ctx, d, f, size)
				if err != nil {
					r.Fatal(err)
				}
				got = append(got, page...)
				if len(page) < size {
					break
				}
				f.After = page[len(page)-1].Key
			}
			if diff := cmp.Diff(want, got); diff != "" {
				r.Fatalf("%+v: %s", f, diff)
			}
			if n, err := mission.Count(ctx, d, f); err != nil || n != len(want) {
				r.Fatalf("%d are counted, %v, want %d", n, err, len(want))
			}
		})
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
