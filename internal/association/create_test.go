package association_test

import (
	"context"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"mainforte/internal/actor"
	"mainforte/internal/association"
	"mainforte/internal/db"
	"mainforte/internal/db/dbtest"
	"mainforte/internal/event"
	"mainforte/internal/fault"
	"mainforte/internal/housetest"
	"mainforte/internal/i18n"
	"mainforte/internal/jobs"
	"mainforte/internal/people"
)

func person(ctx context.Context, t testing.TB, d *db.DB) people.Person {
	t.Helper()
	p, err := people.Ensure(ctx, d, "camille."+d.NewID().String()+"@courriel.example", "Camille", i18n.French)
	housetest.Must(t, err)
	return p
}

func TestCreateMakesItsFirstCoordinator(t *testing.T) {
	dbtest.Run(t, nil, func(ctx context.Context, t *testing.T, d *db.DB, _ *dbtest.Clock) {
		camille := person(ctx, t, d)
		slug := "boussole-" + d.NewID().String()
		a, err := association.Create(ctx, d, actor.Actor{Person: camille.ID}, slug, association.Settings{
			Name: "  La\u202e  Boussole ", Purpose: "Des cartes.\r\n\r\n\r\nLibres.", Place: "Nantes", Language: "eo",
		}, camille)
		housetest.Must(t, err)
		want := association.Association{
			ID: a.ID, Slug: slug, Created: d.Now(), Settings: association.Settings{
				Name: "La Boussole", Purpose: "Des cartes.\n\nLibres.", Place: "Nantes", Language: i18n.French,
				TimeZone: "Europe/Paris", AnswerDays: 7,
			},
		}
		for name, get := range map[string]func() (association.Association, error){
			"made":  func() (association.Association, error) { return a, nil },
			"by ID": func() (association.Association, error) { return association.Get(ctx, d, actor.Visitor(a.ID)) },
			"by its address": func() (association.Association, error) {
				return association.BySlug(ctx, d, slug)
			},
		} {
			got, err := get()
			housetest.Must(t, err)
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("%s: %s", name, diff)
			}
		}
		who, m, err := association.Act(ctx, d, a.ID, camille)
		housetest.Must(t, err)
		if diff := cmp.Diff(actor.Actor{Association: a.ID, Person: camille.ID, Member: true, Referent: true, Coordinator: true}, who); diff != "" {
			t.Error(diff)
		}
		if m.Name != "Camille" || m.Status != association.Active || m.Role() != "coordinator" {
			t.Errorf("the coordinator is %+v", m)
		}
	})
}

func TestCreateIsNotForVisitors(t *testing.T) {
	dbtest.Run(t, nil, func(ctx context.Context, t *testing.T, d *db.DB, _ *dbtest.Clock) {
		camille, s := person(ctx, t, d), association.Settings{Name: "La Boussole"}
		_, err := association.Create(ctx, d, actor.Actor{}, "", s, camille)
		housetest.Refused(t, err, fault.SignedOut, "fault.signed_out")
		for _, who := range []actor.Actor{{Person: camille.ID}, {Operator: true}, actor.System(0)} {
			if _, err := association.Create(ctx, d, who, "", s, camille); err != nil {
				t.Errorf("%+v: %v", who, err)
			}
		}
	})
}

func TestCreateFindsAFreeAddress(t *testing.T) {
	dbtest.Run(t, nil, func(ctx context.Context, t *testing.T, d *db.DB, _ *dbtest.Clock) {
		camille, unique := person(ctx, t, d), d.NewID().String()
		create := func(slug, name string) (string, error) {
			a, err := association.Create(ctx, d, actor.System(0), slug, association.Settings{Name: name}, camille)
			return a.Slug, err
		}
		for _, want := range []string{"l-oeuvre-d-ete-" + unique, "l-oeuvre-d-ete-" + unique + "-2", "l-oeuvre-d-ete-" + unique + "-3"} {
			if slug, err := create("", "L’œuvre d’été "+unique); err != nil || slug != want {
				t.Errorf("got %q, want %q, %v", slug, want, err)
			}
		}
		if slug, err := create("", "日本"); err != nil || !strings.HasPrefix(slug, "association") {
			t.Errorf("a name without letters for an address is at %q, %v", slug, err)
		}
		if slug, err := create("choix-"+unique, "Au choix"); err != nil || slug != "choix-"+unique {
			t.Errorf("asked for one and got %q, %v", slug, err)
		}
		_, err := create("choix-"+unique, "Au choix")
		housetest.Refused(t, err, fault.Conflict, "fault.slug_taken")
		for _, slug := range []string{"-", "a--b", "-a", "a-", "A", "é", "a b", "a/b", "a.b", "..", "\x00", "\xff", strings.Repeat("a", 61)} {
			_, err := create(slug, "Au choix")
			housetest.Refused(t, err, fault.Invalid, "fault.slug_shape")
		}
	})
}

func TestTwoWhoTakeOneAddressAtOnce(t *testing.T) {
	dbtest.Run(t, nil, func(ctx context.Context, t *testing.T, d *db.DB, _ *dbtest.Clock) {
		camille, slug := person(ctx, t, d), "course-"+d.NewID().String()
		errs := make([]error, 3)
		var all sync.WaitGroup
		for i := range errs {
			all.Go(func() {
				_, errs[i] = association.Create(ctx, d, actor.System(0), slug, association.Settings{Name: "Course"}, camille)
			})
		}
		all.Wait()
		made := 0
		for _, err := range errs {
			if err == nil {
				made++
				continue
			}
			housetest.Refused(t, err, fault.Conflict, "fault.slug_taken")
		}
		if made != 1 {
			t.Errorf("%d were made", made)
		}
	})
}

func TestSettingsRefuse(t *testing.T) {
	long := func(n int) string { return strings.Repeat("é", n) }
	dbtest.Run(t, nil, func(ctx context.Context, t *testing.T, d *db.DB, _ *dbtest.Clock) {
		h := housetest.New(ctx, t, d)
		for _, c := range []struct {
			name   string
			change func(*association.Settings)
			fields []string
		}{
			{"no name", func(s *association.Settings) { s.Name = " \u200b" }, []string{"name: fault.field.empty"}},
			{"a long name", func(s *association.Settings) { s.Name = long(association.NameLimit + 1) }, []string{"name: fault.field.long"}},
			{"a long purpose", func(s *association.Settings) { s.Purpose = long(association.PurposeLimit + 1) }, []string{"purpose: fault.field.long"}},
			{"a long place", func(s *association.Settings) { s.Place = long(association.PlaceLimit + 1) }, []string{"place: fault.field.long"}},
			{"no delay", func(s *association.Settings) { s.AnswerDays = 0 }, []string{"answer_days: fault.answer_days"}},
			{"a delay of no promise", func(s *association.Settings) { s.AnswerDays = association.MostAnswerDays + 1 }, []string{"answer_days: fault.answer_days"}},
			{"no zone", func(s *association.Settings) { s.TimeZone = "" }, []string{"time_zone: fault.time_zone"}},
			{"the machine's zone", func(s *association.Settings) { s.TimeZone = "Local" }, []string{"time_zone: fault.time_zone"}},
			{"a zone of nowhere", func(s *association.Settings) { s.TimeZone = "Europe/Nantes" }, []string{"time_zone: fault.time_zone"}},
			{"a path", func(s *association.Settings) { s.TimeZone = "../../etc/passwd" }, []string{"time_zone: fault.time_zone"}},
			{"all of it, said at once", func(s *association.Settings) { *s = association.Settings{} }, []string{"name: fault.field.empty", "answer_days: fault.answer_days", "time_zone: fault.time_zone"}},
			{"nothing at the limits", func(s *association.Settings) {
				s.Name, s.Purpose, s.Place = long(association.NameLimit), long(association.PurposeLimit), long(association.PlaceLimit)
				s.AnswerDays, s.TimeZone = association.MostAnswerDays, "Indian/Reunion"
			}, nil},
		} {
			t.Run(c.name, func(t *testing.T) {
				s := h.Settings
				c.change(&s)
				err := association.Save(ctx, d, h.Coordinator.Who, s)
				if c.fields == nil {
					housetest.Must(t, err)
					return
				}
				housetest.RefusedField(t, err, c.fields...)
			})
		}
	})
}

func TestSaveIsForCoordination(t *testing.T) {
	dbtest.Run(t, nil, func(ctx context.Context, t *testing.T, d *db.DB, _ *dbtest.Clock) {
		h, other := housetest.New(ctx, t, d), housetest.New(ctx, t, d)
		for who, a := range h.Everybody() {
			t.Run(who, func(t *testing.T) {
				s := h.Settings
				s.Name = "Renommée par " + who
				err := association.Save(ctx, d, a, s)
				now, getErr := association.Get(ctx, d, h.Visitor)
				housetest.Must(t, getErr)
				if who == housetest.Coordinator || who == housetest.Program {
					if err != nil || now.Name != s.Name {
						t.Errorf("it is now %q, %v", now.Name, err)
					}
					return
				}
				housetest.Refused(t, err, fault.Forbidden, "fault.forbidden")
				if now.Name == s.Name {
					t.Error("it was saved all the same")
				}
			})
		}
		if same, err := association.Get(ctx, d, other.Visitor); err != nil || same.Name != other.Name {
			t.Errorf("another association is now %q, %v", same.Name, err)
		}
	})
}

func TestSaveTellsThatItChanged(t *testing.T) {
	dbtest.Run(t, map[string][]string{association.Changed: {"heard"}}, func(ctx context.Context, t *testing.T, d *db.DB, _ *dbtest.Clock) {
		h := housetest.New(ctx, t, d)
		housetest.Must(t, association.Save(ctx, d, h.Coordinator.Who, h.Settings))
		var heard []event.Event
		housetest.Drain(ctx, t, d, map[string]jobs.Handler{"heard": event.Handler(func(_ context.Context, _ *db.DB, e event.Event) error {
			if e.Association == h.ID {
				heard = append(heard, e)
			}
			return nil
		})})
		if len(heard) != 1 || heard[0].Association != h.ID || heard[0].Subject != h.ID || heard[0].Person != h.Coordinator.ID {
			t.Errorf("heard %+v", heard)
		}
	})
}

func TestAnAddressOfNothingIsMissing(t *testing.T) {
	dbtest.Run(t, nil, func(ctx context.Context, t *testing.T, d *db.DB, _ *dbtest.Clock) {
		for _, slug := range []string{"", "nulle-part", "La-Boussole", "\x00", "\xff", "a\x00b", strings.Repeat("a", 100_000)} {
			_, err := association.BySlug(ctx, d, slug)
			housetest.Refused(t, err, fault.Missing, "fault.missing")
		}
		_, err := association.Get(ctx, d, actor.Visitor(d.NewID()))
		housetest.Refused(t, err, fault.Missing, "fault.missing")
	})
}

func TestPublicListsEachAssociationOnce(t *testing.T) {
	dbtest.Run(t, nil, func(ctx context.Context, t *testing.T, d *db.DB, _ *dbtest.Clock) {
		want := map[db.ID]bool{}
		for range 5 {
			a, err := association.Create(ctx, d, actor.System(0), "", association.Settings{Name: "Une parmi d’autres"}, person(ctx, t, d))
			housetest.Must(t, err)
			want[a.ID] = true
		}
		var after db.ID
		for {
			page, err := association.Public(ctx, d, after, 2)
			housetest.Must(t, err)
			if len(page) == 0 {
				break
			}
			for _, a := range page {
				if a.ID <= after {
					t.Fatalf("%s came after %s", a.ID, after)
				}
				after = a.ID
				delete(want, a.ID)
			}
		}
		if len(want) > 0 {
			t.Errorf("%d were left out", len(want))
		}
	})
}

func TestDueIsAtTheAssociationsMidnight(t *testing.T) {
	from := time.Date(2026, 11, 22, 22, 30, 0, 0, time.UTC)
	for zone, want := range map[string]string{
		"Europe/Paris":     "2026-11-29T23:00:00Z", // the evening of the 22nd there: the 29th is the last day
		"Indian/Reunion":   "2026-11-30T20:00:00Z", // the 23rd already
		"America/Montreal": "2026-11-30T05:00:00Z",
	} {
		s := association.Settings{TimeZone: zone, AnswerDays: 7}
		if got := s.Due(from).Format(time.RFC3339); got != want {
			t.Errorf("%s: %s, want %s", zone, got, want)
		}
	}
}
