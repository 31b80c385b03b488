package mission_test

import (
	"context"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"mainforte/internal/actor"
	"mainforte/internal/association"
	"mainforte/internal/db"
	"mainforte/internal/db/dbtest"
	"mainforte/internal/event"
	"mainforte/internal/fault"
	"mainforte/internal/housetest"
	"mainforte/internal/jobs"
	"mainforte/internal/mission"
)

var apart = cmpopts.IgnoreUnexported(mission.Mission{})

func TestWriteMakesADraft(t *testing.T) {
	dbtest.Run(t, nil, func(ctx context.Context, t *testing.T, d *db.DB, _ *dbtest.Clock) {
		h := housetest.New(ctx, t, d)
		written, err := mission.Write(ctx, d, h.Answerer.Who, mission.Content{
			Title: "  Écrire à l’œuvre\u202e ", Need: "Un.\r\n\r\n\r\nDeux.", Place: " Nantes ", Remote: true, Entry: true, Seats: 3,
			Deputy: h.Deputy.ID, More: mission.More{Details: "## Titre\r\n- un", Effort: " 2 h  par mois "},
		})
		housetest.Must(t, err)
		want := mission.Mission{
			ID: written.ID, Slug: "ecrire-a-l-oeuvre", State: mission.Draft, Created: d.Now(), Changed: d.Now(),
			Content: mission.Content{
				Title: "Écrire à l’œuvre", Need: "Un.\n\nDeux.", Place: "Nantes", Remote: true, Entry: true, Seats: 3,
				Trust: mission.Anyone, Visibility: mission.Public, Referent: h.Answerer.ID, Deputy: h.Deputy.ID,
				More: mission.More{Details: "## Titre\n- un", Effort: "2 h par mois"},
			},
		}
		read, err := mission.BySlug(ctx, d, h.Answerer.Who, "ecrire-a-l-oeuvre")
		housetest.Must(t, err)
		for name, got := range map[string]mission.Mission{"written": written, "read": read} {
			if diff := cmp.Diff(want, got, apart); diff != "" {
				t.Errorf("%s: %s", name, diff)
			}
		}
	})
}

func TestWriteIsForThoseWhoAnswer(t *testing.T) {
	dbtest.Run(t, nil, func(ctx context.Context, t *testing.T, d *db.DB, _ *dbtest.Clock) {
		h := housetest.New(ctx, t, d)
		for who, a := range h.Everybody() {
			_, err := mission.Write(ctx, d, a, mission.Content{Title: "Un besoin", Referent: h.Referent.ID})
			switch who {
			case housetest.Answerer, housetest.Deputy, housetest.Referent, housetest.Coordinator, housetest.Program:
				if err != nil {
					t.Errorf("%s: %v", who, err)
				}
			default:
				housetest.Refused(t, err, fault.Forbidden, "fault.forbidden")
			}
		}
	})
}

func TestContentIsRefused(t *testing.T) {
	long := func(n int) string { return strings.Repeat("é", n+1) }
	dbtest.Run(t, nil, func(ctx context.Context, t *testing.T, d *db.DB, _ *dbtest.Clock) {
		h := housetest.New(ctx, t, d)
		for _, c := range []struct {
			name   string
			change func(*mission.Content)
			fields []string
		}{
			{"without a title", func(c *mission.Content) { c.Title = " \u200b" }, []string{"title: fault.field.empty"}},
			{"too long everywhere", func(c *mission.Content) {
				c.Title, c.Need, c.Place = long(mission.TitleLimit), long(mission.NeedLimit), long(mission.PlaceLimit)
			}, []string{"title: fault.field.long", "need: fault.field.long", "place: fault.field.long"}},
			{"fewer than no seats", func(c *mission.Content) { c.Seats = -1 }, []string{"seats: fault.seats"}},
			{"a stadium", func(c *mission.Content) { c.Seats = mission.SeatsLimit + 1 }, []string{"seats: fault.seats"}},
			{"a trust of no step", func(c *mission.Content) { c.Trust = "blind" }, []string{"trust: fault.choice"}},
			{"a visibility of no kind", func(c *mission.Content) {
				c.Visibility, c.More.VisibilityWhy = "secret", "Parce que."
			}, []string{"visibility: fault.choice"}},
			{"for members, without a reason", func(c *mission.Content) { c.Visibility = mission.Members }, []string{"visibility_why: fault.visibility_why"}},
			{"unlisted, for a reason nobody sees", func(c *mission.Content) {
				c.Visibility, c.More.VisibilityWhy = mission.Unlisted, " \u200b"
			}, []string{"visibility_why: fault.visibility_why"}},
			{"its referent twice", func(c *mission.Content) { c.Deputy = h.Referent.ID }, []string{"deputy: fault.deputy_is_referent"}},
			{"answered by a volunteer", func(c *mission.Content) { c.Referent = h.Volunteer.ID }, []string{"referent: fault.referent"}},
			{"answered by a stranger", func(c *mission.Content) { c.Referent = h.Stranger.ID }, []string{"referent: fault.referent"}},
			{"a volunteer for deputy", func(c *mission.Content) { c.Deputy = h.Volunteer.ID }, []string{"deputy: fault.referent"}},
			{"somebody who never was for deputy", func(c *mission.Content) { c.Deputy = 1 }, []string{"deputy: fault.referent"}},
		} {
			t.Run(c.name, func(t *testing.T) {
				content := h.Mission.Content
				c.change(&content)
				_, err := mission.Write(ctx, d, h.Referent.Who, content)
				housetest.RefusedField(t, err, c.fields...)
				_, err = mission.Save(ctx, d, h.Referent.Who, h.Mission.ID, content)
				housetest.RefusedField(t, err, c.fields...)
				if same, err := mission.ByID(ctx, d, h.Referent.Who, h.Mission.ID); err != nil || !cmp.Equal(same, h.Mission, apart) {
					t.Errorf("refused, yet it is now %+v, %v", same, err)
				}
			})
		}
	})
}

// Each optional text has its own limit, its own field and its own place.
func TestEachTextIsItsOwn(t *testing.T) {
	dbtest.Run(t, nil, func(ctx context.Context, t *testing.T, d *db.DB, _ *dbtest.Clock) {
		h := housetest.New(ctx, t, d)
		content := h.Mission.Content
		for _, text := range mission.Texts {
			*text.Of(&content.More) = strings.Repeat("é", text.Limit)
		}
		saved, err := mission.Save(ctx, d, h.Referent.Who, h.Mission.ID, content)
		housetest.Must(t, err)
		if diff := cmp.Diff(content.More, saved.More); diff != "" {
			t.Error(diff)
		}
		for _, text := range mission.Texts {
			content := h.Mission.Content
			*text.Of(&content.More) = strings.Repeat("é", text.Limit+1)
			_, err := mission.Save(ctx, d, h.Referent.Who, h.Mission.ID, content)
			housetest.RefusedField(t, err, text.Name+": fault.field.long")
		}
	})
}

func TestSaveKeepsWhoAnswersUnlessSaid(t *testing.T) {
	dbtest.Run(t, nil, func(ctx context.Context, t *testing.T, d *db.DB, _ *dbtest.Clock) {
		h := housetest.New(ctx, t, d)
		m, err := mission.Save(ctx, d, h.Coordinator.Who, h.Mission.ID, mission.Content{Title: "Un autre titre"})
		housetest.Must(t, err)
		if m.Referent != h.Referent.ID || m.Deputy != 0 || m.State != mission.Open {
			t.Errorf("it is now %+v", m)
		}
		// A referent hands it over, and may then no longer.
		m, err = mission.Save(ctx, d, h.Referent.Who, m.ID, mission.Content{Title: m.Title, Referent: h.Answerer.ID})
		housetest.Must(t, err)
		_, err = mission.Save(ctx, d, h.Referent.Who, m.ID, m.Content)
		housetest.Refused(t, err, fault.Forbidden, "fault.forbidden")
		if mine, err := mission.AnsweredBy(ctx, d, h.Answerer.Who); err != nil || !cmp.Equal(mine, []db.ID{m.ID}) {
			t.Errorf("who took over answers for %s, %v", mine, err)
		}
	})
}

func TestSlugsFollowTitles(t *testing.T) {
	dbtest.Run(t, nil, func(ctx context.Context, t *testing.T, d *db.DB, _ *dbtest.Clock) {
		h, other := housetest.New(ctx, t, d), housetest.New(ctx, t, d)
		write := func(title string) mission.Mission { t.Helper(); return h.Draft(housetest.Titled(title)) }
		rename := func(m mission.Mission, title string) mission.Mission {
			t.Helper()
			m.Title = title
			m, err := mission.Save(ctx, d, h.Coordinator.Who, m.ID, m.Content)
			housetest.Must(t, err)
			return m
		}
		leads := func(slug string, to mission.Mission) {
			t.Helper()
			m, err := mission.BySlug(ctx, d, h.Coordinator.Who, slug)
			if err != nil || m.ID != to.ID || m.Slug != to.Slug {
				t.Errorf("%s leads to %s, %v; want %s", slug, m.Slug, err, to.Slug)
			}
		}
		is := func(m mission.Mission, slug string) {
			t.Helper()
			if m.Slug != slug {
				t.Errorf("%q is at %s, want %s", m.Title, m.Slug, slug)
			}
		}

		jardin, second := write("Le jardin"), write("Le jardin !")
		is(jardin, "le-jardin")
		is(second, "le-jardin-2")
		is(other.Draft(housetest.Titled("Le jardin")), "le-jardin") // addresses are each association's own

		is(rename(second, "Le JARDIN…"), "le-jardin-2") // nothing that an address shows has changed
		jardin = rename(jardin, "Le potager")
		is(jardin, "le-potager")
		leads("le-potager", jardin)
		leads("le-jardin", jardin) // links printed before still work
		is(write("Le jardin"), "le-jardin-3")
		leads("le-jardin-2", second)
		jardin = rename(jardin, "Le jardin")
		is(jardin, "le-jardin")
		leads("le-potager", jardin)
		second = rename(rename(second, "Le verger"), "Le jardin")
		is(second, "le-jardin-2") // its own, again

		is(rename(write("Ateliers 2026"), "Ateliers"), "ateliers") // a year is not a number of ours
		is(rename(write("Ateliers 2"), "Ateliers"), "ateliers-2")  // and this one happens to be
		is(write("日本"), "mission")
		is(write("中国"), "mission-2")
	})
}

func TestTwoWhoTakeOneAddressAtOnce(t *testing.T) {
	dbtest.Run(t, nil, func(ctx context.Context, t *testing.T, d *db.DB, _ *dbtest.Clock) {
		h := housetest.New(ctx, t, d)
		slugs := make([]string, 4)
		var all sync.WaitGroup
		for i := range slugs {
			all.Go(func() {
				m, err := mission.Write(ctx, d, h.Referent.Who, mission.Content{Title: "Course"})
				if err != nil {
					t.Error(err)
				}
				slugs[i] = m.Slug
			})
		}
		all.Wait()
		want := []string{"course", "course-2", "course-3", "course-4"}
		if diff := cmp.Diff(want, slugs, cmpopts.SortSlices(func(a, b string) bool { return a < b })); diff != "" {
			t.Error(diff)
		}
	})
}

// Two people at one mission lose nothing of each other's: one moves it while
// the other writes.
func TestTwoWhoChangeOneMissionAtOnce(t *testing.T) {
	dbtest.Run(t, nil, func(ctx context.Context, t *testing.T, d *db.DB, _ *dbtest.Clock) {
		h := housetest.New(ctx, t, d)
		for range 5 {
			m := h.Open()
			var all sync.WaitGroup
			all.Go(func() {
				if _, err := mission.Move(ctx, d, h.Referent.Who, m.ID, mission.Paused); err != nil {
					t.Error(err)
				}
			})
			all.Go(func() {
				c := m.Content
				c.Title = "Un titre plus clair"
				if _, err := mission.Save(ctx, d, h.Deputy.Who, m.ID, c); err != nil {
					t.Error(err)
				}
			})
			all.Wait()
			if m, err := mission.ByID(ctx, d, h.Visitor, m.ID); err != nil || m.State != mission.Paused || m.Title != "Un titre plus clair" {
				t.Errorf("it is %s, %q, %v", m.State, m.Title, err)
			}
			if listed := titles(search(ctx, t, d, mission.Filter{Association: h.Slug, Words: "clair"})); len(listed) != 0 {
				t.Errorf("paused, yet listed: %q", listed)
			}
		}
	})
}

// moves is the whole table: x where the row may become the column.
const moves = `
        draft open paused filled done
draft   =     x    .      .      .
open    .     =    x      x      x
paused  .     x    =      .      x
filled  .     x    .      =      x
done    .     x    .      .      =
`

// ways lead a draft to each state.
var ways = map[mission.State][]mission.State{
	mission.Open: {mission.Open}, mission.Paused: {mission.Open, mission.Paused},
	mission.Filled: {mission.Open, mission.Filled}, mission.Done: {mission.Open, mission.Done},
}

func TestMovesAreThoseOfTheTable(t *testing.T) {
	lines := strings.Split(strings.Trim(moves, "\n"), "\n")
	states := strings.Fields(lines[0])
	if len(lines)-1 != len(states) {
		t.Fatal("the table is not square")
	}
	dbtest.Run(t, nil, func(ctx context.Context, t *testing.T, d *db.DB, _ *dbtest.Clock) {
		h := housetest.New(ctx, t, d)
		for _, line := range lines[1:] {
			marks := strings.Fields(line)
			from := mission.State(marks[0])
			var next []mission.State
			for i, mark := range marks[1:] {
				to := mission.State(states[i])
				if mark == "x" {
					next = append(next, to)
				}
				m := h.Move(h.Draft(), ways[from]...)
				moved, err := mission.Move(ctx, d, h.Referent.Who, m.ID, to)
				if mark == "." {
					housetest.Refused(t, err, fault.Conflict, "fault.mission_move")
					moved, err = mission.ByID(ctx, d, h.Referent.Who, m.ID)
					to = from
				}
				if err != nil || moved.State != to {
					t.Errorf("from %s to %s: it is %s, %v", from, states[i], moved.State, err)
				}
			}
			if !slices.Equal(slices.Sorted(slices.Values(next)), slices.Sorted(slices.Values(from.Moves()))) {
				t.Errorf("from %s a page offers %q, want %q", from, from.Moves(), next)
			}
		}
		_, err := mission.Move(ctx, d, h.Referent.Who, h.Mission.ID, "archived")
		housetest.Refused(t, err, fault.Conflict, "fault.mission_move")
	})
}

// rights is who may what, by state and visibility: e edits (saves and moves),
// r reads, and a dot is told that there is nothing.
const rights = `
                                        draft open  paused filled done
                                        p u m p u m p u m  p u m  p u m
a visitor                               . . . r r . r r .  r r .  r r .
somebody signed in who is no member     . . . r r . r r .  r r .  r r .
another association's coordinator       . . . r r . r r .  r r .  r r .
an operator                             . . . r r . r r .  r r .  r r .
a member who left                       . . . r r . r r .  r r .  r r .
a sympathiser                           . . . r r r r r r  r r r  r r r
a volunteer                             . . . r r r r r r  r r r  r r r
a referent of other missions            r r r r r r r r r  r r r  r r r
the deputy                              e e e e e e e e e  e e e  e e e
the referent                            e e e e e e e e e  e e e  e e e
a coordinator                           e e e e e e e e e  e e e  e e e
the program                             e e e e e e e e e  e e e  e e e
`

func TestRightsAreThoseOfTheTable(t *testing.T) {
	states := []mission.State{mission.Draft, mission.Open, mission.Paused, mission.Filled, mission.Done}
	lines := strings.Split(strings.Trim(rights, "\n"), "\n")
	const names = 40
	dbtest.Run(t, nil, func(ctx context.Context, t *testing.T, d *db.DB, _ *dbtest.Clock) {
		h := housetest.New(ctx, t, d)
		everybody := h.Everybody()
		if len(lines)-2 != len(everybody) {
			t.Errorf("the table has %d rows for %d", len(lines)-2, len(everybody))
		}
		var missions []mission.Mission
		for _, state := range states {
			for _, visibility := range []mission.Visibility{mission.Public, mission.Unlisted, mission.Members} {
				missions = append(missions, h.Move(h.Draft(housetest.Visible(visibility)), ways[state]...))
			}
		}
		for _, line := range lines[2:] {
			who := strings.TrimSpace(line[:names])
			a, ok := everybody[who]
			if !ok {
				t.Fatalf("nobody is %q", who)
			}
			marks := strings.Fields(line[names:])
			if len(marks) != len(missions) {
				t.Fatalf("%s has %d columns", who, len(marks))
			}
			for i, m := range missions {
				if got := right(ctx, t, d, a, m); got != marks[i] {
					t.Errorf("%s, %s and %s: %q, want %q", who, m.State, m.Visibility, got, marks[i])
				}
			}
		}
	})
}

// right tells what somebody may, and checks that every function says the same.
func right(ctx context.Context, t testing.TB, d *db.DB, who actor.Actor, m mission.Mission) string {
	t.Helper()
	_, byID := mission.ByID(ctx, d, who, m.ID)
	_, bySlug := mission.BySlug(ctx, d, who, m.Slug)
	_, save := mission.Save(ctx, d, who, m.ID, m.Content)
	_, move := mission.Move(ctx, d, who, m.ID, m.State)
	reads, edits := m.ReadBy(who), m.Edits(who)
	if reads != (byID == nil) || reads != (bySlug == nil) || edits != (save == nil) || edits != (move == nil) {
		t.Errorf("reads %t, edits %t, but: %v, %v, %v, %v", reads, edits, byID, bySlug, save, move)
	}
	switch {
	case edits:
		return "e"
	case reads:
		housetest.Refused(t, save, fault.Forbidden, "fault.forbidden")
		housetest.Refused(t, move, fault.Forbidden, "fault.forbidden")
		return "r"
	}
	for _, err := range []error{byID, bySlug, save, move} {
		housetest.Refused(t, err, fault.Missing, "fault.missing")
	}
	return "."
}

func TestMoveTellsOnceThatItMoved(t *testing.T) {
	dbtest.Run(t, map[string][]string{mission.Moved: {"heard"}}, func(ctx context.Context, t *testing.T, d *db.DB, _ *dbtest.Clock) {
		h := housetest.New(ctx, t, d)
		m := h.Draft()
		var heard []db.ID
		handlers := map[string]jobs.Handler{"heard": event.Handler(func(_ context.Context, _ *db.DB, e event.Event) error {
			if e.Association == h.ID {
				heard = append(heard, e.Subject)
			}
			return nil
		})}
		housetest.Drain(ctx, t, d, handlers)
		heard = nil
		for range 2 { // an impatient thumb
			_, err := mission.Move(ctx, d, h.Referent.Who, m.ID, mission.Open)
			housetest.Must(t, err)
		}
		_, err := mission.Move(ctx, d, h.Referent.Who, m.ID, mission.Draft)
		housetest.Refused(t, err, fault.Conflict, "fault.mission_move")
		housetest.Drain(ctx, t, d, handlers)
		if diff := cmp.Diff([]db.ID{m.ID}, heard); diff != "" {
			t.Error(diff)
		}
	})
}

func TestAnotherAssociationsMissionIsMissing(t *testing.T) {
	dbtest.Run(t, nil, func(ctx context.Context, t *testing.T, d *db.DB, _ *dbtest.Clock) {
		h, other := housetest.New(ctx, t, d), housetest.New(ctx, t, d)
		other.Move(other.Mission, mission.Done)
		m := h.Open(housetest.Titled("Un titre d’ici"))
		for name, who := range map[string]actor.Actor{"its coordinator": other.Coordinator.Who, "the program": other.Program, "a visitor": other.Visitor} {
			for _, err := range []error{
				second(mission.ByID(ctx, d, who, m.ID)), second(mission.BySlug(ctx, d, who, m.Slug)),
				second(mission.Save(ctx, d, who, m.ID, m.Content)), second(mission.Move(ctx, d, who, m.ID, mission.Paused)),
			} {
				housetest.Refused(t, err, fault.Missing, "fault.missing")
			}
			if many, err := mission.Many(ctx, d, who, []db.ID{m.ID}); err != nil || len(many) != 0 {
				t.Errorf("%s was given %+v, %v", name, many, err)
			}
		}
		// Nor may somebody there answer here.
		c := m.Content
		c.Deputy = other.Deputy.ID
		_, err := mission.Save(ctx, d, h.Coordinator.Who, m.ID, c)
		housetest.RefusedField(t, err, "deputy: fault.referent")
	})
}

func second(_ mission.Mission, err error) error { return err }

func TestOddAddressesAreMissing(t *testing.T) {
	dbtest.Run(t, nil, func(ctx context.Context, t *testing.T, d *db.DB, _ *dbtest.Clock) {
		h := housetest.New(ctx, t, d)
		for _, slug := range []string{"", "rien", "\x00", "\xff", "a/b", strings.Repeat("a", 10_000)} {
			_, err := mission.BySlug(ctx, d, h.Coordinator.Who, slug)
			housetest.Refused(t, err, fault.Missing, "fault.missing")
		}
		_, err := mission.ByID(ctx, d, h.Coordinator.Who, 0)
		housetest.Refused(t, err, fault.Missing, "fault.missing")
	})
}

func TestAnswersIsForMembersAlone(t *testing.T) {
	dbtest.Run(t, nil, func(ctx context.Context, t *testing.T, d *db.DB, _ *dbtest.Clock) {
		h := housetest.New(ctx, t, d)
		second := h.Open(housetest.AnsweredBy(h.Deputy, h.Referent))
		for _, c := range []struct {
			who  housetest.Person
			want []db.ID
		}{
			{h.Referent, []db.ID{h.Mission.ID, second.ID}},
			{h.Deputy, []db.ID{h.Mission.ID, second.ID}},
			{h.Answerer, nil},
			{h.Stranger, nil},
		} {
			got, err := mission.AnsweredBy(ctx, d, c.who.Who)
			housetest.Must(t, err)
			if diff := cmp.Diff(c.want, got, cmpopts.SortSlices(func(a, b db.ID) bool { return a < b })); diff != "" {
				t.Errorf("%s: %s", c.who.Name, diff)
			}
		}
		housetest.Must(t, association.Leave(ctx, d, h.Referent.Who))
		left := h.As(h.Referent.Person).Who
		if got, err := mission.AnsweredBy(ctx, d, left); err != nil || len(got) != 0 || h.Mission.Answers(left) {
			t.Errorf("who left answers for %s, %v", got, err)
		}
	})
}
