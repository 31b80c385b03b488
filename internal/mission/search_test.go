package mission_test

import (
	"context"
	"database/sql"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"mainforte/internal/db"
	"mainforte/internal/db/dbtest"
	"mainforte/internal/housetest"
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

// Whatever is asked, and whichever way it is found, the answer is the listings
// of which each word of the question begins a word, the newest first; and
// paged by any size, the same.
func TestSearchLaws(t *testing.T) {
	for name, rare := range map[string]int{"walking": 0, "as it falls": 4} {
		t.Run(name, func(t *testing.T) {
			mission.SetRare(t, rare)
			dbtest.Run(t, nil, searchLaws)
		})
	}
}

func searchLaws(ctx context.Context, t *testing.T, d *db.DB, _ *dbtest.Clock) {
	h := housetest.New(ctx, t, d)
	h.Move(h.Mission, mission.Done)
	own := d.NewID().String() // begins every word, so that no other test's is found
	var vocabulary []string
	for _, word := range strings.Fields("jardin jardinier théâtre thé cœur coeurs œuvre été étape relire relief") {
		vocabulary = append(vocabulary, own+word)
	}
	for i := range 13 {
		h.Open(func(c *mission.Content) {
			c.Title = fmt.Sprintf("%s, %s à l’%d", vocabulary[i%len(vocabulary)], vocabulary[(i*5+2)%len(vocabulary)], 100+i)
			c.Need, c.Remote, c.Entry = vocabulary[(i*7+1)%len(vocabulary)], i%2 == 0, i%3 == 0
		})
	}
	paged := func(t rapid.TB, f mission.Filter, size int) []mission.Listing {
		var all []mission.Listing
		for {
			page, err := mission.Search(ctx, d, f, size)
			if err != nil {
				t.Fatal(err)
			}
			all = append(all, page...)
			if len(page) < size {
				return all
			}
			f.After = page[len(page)-1].Key
		}
	}
	everywhere := paged(t, mission.Filter{}, 100)
	if len(everywhere) < 13 || !slices.IsSortedFunc(everywhere, func(a, b mission.Listing) int { return int(b.Key - a.Key) }) {
		t.Fatalf("listed: %q", titles(everywhere))
	}
	rapid.Check(t, func(t *rapid.T) {
		var asked []string
		for _, word := range rapid.SliceOfN(rapid.SampledFrom(vocabulary), 0, 4).Draw(t, "words") {
			letters := []rune(word)
			asked = append(asked, string(letters[:rapid.IntRange(len(own), len(letters)).Draw(t, "letters")]))
		}
		f := mission.Filter{
			Association: rapid.SampledFrom([]string{"", h.Slug}).Draw(t, "association"), Words: strings.Join(asked, " "),
			Remote: rapid.Bool().Draw(t, "remote"), Entry: rapid.Bool().Draw(t, "entry"),
		}
		var want []mission.Listing
		for _, l := range everywhere {
			holds := words.Tokens(l.Title, l.Need)
			if (l.Remote || !f.Remote) && (l.Entry || !f.Entry) && (f.Association == "" || l.AssociationSlug == f.Association) &&
				!slices.ContainsFunc(words.Tokens(f.Words), func(word string) bool {
					return !slices.ContainsFunc(holds, func(held string) bool { return strings.HasPrefix(held, word) })
				}) {
				want = append(want, l)
			}
		}
		size := rapid.IntRange(1, 5).Draw(t, "size")
		if len(want) > 13 {
			size *= 20
		}
		if diff := cmp.Diff(want, paged(t, f, size)); diff != "" {
			t.Fatalf("%+v: %s", f, diff)
		}
		f.After = 1 // counting looks at all pages
		if n, err := mission.Count(ctx, d, f); err != nil || n != len(want) {
			t.Fatalf("%d are counted, %v, want %d", n, err, len(want))
		}
	})
}

// Each way to the listings reads what it must and no more: through its index,
// in the order of the answer.
func TestSearchReadsThroughAnIndex(t *testing.T) {
	raw, err := sql.Open("sqlite", dbtest.Path(t, db.SQLite))
	housetest.Must(t, err)
	defer func() { housetest.Must(t, raw.Close()) }()
	want := map[string]string{
		"all": "(id<?)", "remote": "listing_remote (id<?)", "entry": "listing_entry (id<?)",
		"association": "listing_association (association_slug=? AND id<?)", "word": "(id=?)",
	}
	for _, s := range db.Statements() {
		_, way, found := strings.Cut(s.Name, "mission.list_")
		if !found {
			_, way, found = strings.Cut(s.Name, "mission.count_")
		}
		if !found {
			continue
		}
		steps := plan(t, raw, s.Text)
		for begins, ends := range map[string]string{"SEARCH l ": want[way], "SEARCH w USING COVERING INDEX": "(listing_id=? AND word>? AND word<?)"} {
			if !slices.ContainsFunc(steps, func(line string) bool { return strings.HasPrefix(line, begins) && strings.HasSuffix(line, ends) }) {
				t.Errorf("%s: no %q by %q in\n%s", s.Name, begins, ends, strings.Join(steps, "\n"))
			}
		}
		if sorts := slices.Contains(steps, "USE TEMP B-TREE FOR ORDER BY"); sorts && way != "word" {
			t.Errorf("%s sorts what it reads", s.Name)
		}
	}
}

// plan is how SQLite would run a search.
func plan(t *testing.T, raw *sql.DB, text string) []string {
	t.Helper()
	rows, err := raw.QueryContext(t.Context(), "EXPLAIN QUERY PLAN "+text, make([]any, 13)...)
	housetest.Must(t, err)
	defer func() { _ = rows.Close() }()
	var steps []string
	for rows.Next() {
		var step string
		housetest.Must(t, rows.Scan(new(int), new(int), new(int), &step))
		steps = append(steps, step)
	}
	housetest.Must(t, rows.Err())
	return steps
}
