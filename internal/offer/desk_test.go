package offer_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"mainforte/internal/actor"
	"mainforte/internal/db"
	"mainforte/internal/db/dbtest"
	"mainforte/internal/fault"
	"mainforte/internal/housetest"
	"mainforte/internal/mission"
	"mainforte/internal/offer"
)

// desk gives the offers on somebody's desk by the names they were made under.
func desk(ctx context.Context, t testing.TB, d *db.DB, who actor.Actor) []string {
	t.Helper()
	waits, err := offer.Desk(ctx, d, who)
	housetest.Must(t, err)
	names := []string{}
	for _, w := range waits {
		names = append(names, w.Name)
	}
	return names
}

func named(ctx context.Context, t testing.TB, d *db.DB, h *housetest.House, m mission.Mission, name string) offer.Offer {
	t.Helper()
	o, err := offer.Make(ctx, d, h.Visitor, m.ID, offer.New{Name: name, Email: h.Address(name), Words: "Bonjour, c’est " + name + "."})
	housetest.Must(t, err)
	return o
}

func TestDeskBeginsWithWhoWaitsLongest(t *testing.T) {
	const day = 24 * time.Hour
	dbtest.Run(t, nil, func(ctx context.Context, t *testing.T, d *db.DB, clock *dbtest.Clock) {
		h := housetest.New(ctx, t, d)
		second := h.Open(housetest.AnsweredBy(h.Answerer, h.Referent))
		back := named(ctx, t, d, h, h.Mission, "back today")
		h.Answer(back, offer.Answer{Kind: offer.NotNow, Until: d.Now().Add(20 * day), Words: "Plus tard."})
		spoke := named(ctx, t, d, h, second, "spoke first")
		h.Answer(spoke, offer.Answer{Kind: offer.Welcome, Words: "Bienvenue !"})
		spokeLater := named(ctx, t, d, h, h.Mission, "spoke later")
		h.Answer(spokeLater, offer.Answer{Kind: offer.No, Words: "Non merci."})
		clock.Advance(day)
		named(ctx, t, d, h, second, "overdue")
		clock.Advance(18 * day)
		waiting := named(ctx, t, d, h, h.Mission, "new")
		for _, o := range []offer.Offer{spoke, waiting, spokeLater} {
			housetest.Must(t, offer.Write(ctx, d, h.Bearer(o), o.ID, "Êtes-vous là ?", 0))
			clock.Advance(time.Hour)
		}
		clock.Advance(day)

		want := []string{"overdue", "new", "back today", "spoke first", "spoke later"}
		for name, who := range map[string]actor.Actor{"the coordinator": h.Coordinator.Who, "the referent of one, deputy of the other": h.Referent.Who} {
			if diff := cmp.Diff(want, desk(ctx, t, d, who)); diff != "" {
				t.Errorf("%s: %s", name, diff)
			}
		}
		waits, err := offer.Desk(ctx, d, h.Coordinator.Who)
		housetest.Must(t, err)
		if w := waits[1]; w.MissionTitle != h.Mission.Title || w.MissionSlug != h.Mission.Slug || w.Words != "Êtes-vous là ?" || !w.Since(d.Now()).Equal(w.Made) {
			t.Errorf("a line is %+v", w)
		}
		if w := waits[3]; !w.Since(d.Now()).Equal(w.Unread) || w.Words != "Êtes-vous là ?" {
			t.Errorf("words wait since %s: %+v", w.Since(d.Now()), w)
		}
	})
}

func TestDeskIsOnesOwn(t *testing.T) {
	dbtest.Run(t, nil, func(ctx context.Context, t *testing.T, d *db.DB, _ *dbtest.Clock) {
		h, other := housetest.New(ctx, t, d), housetest.New(ctx, t, d)
		second := h.Open(housetest.AnsweredBy(h.Answerer, h.Deputy))
		h.Offer(h.Mission)
		named(ctx, t, d, h, h.Mission, "first")
		named(ctx, t, d, h, second, "second")
		spoke := named(ctx, t, d, h, second, "spoke")
		h.Answer(spoke, offer.Answer{Kind: offer.Welcome, Words: "Bienvenue !"})
		housetest.Must(t, offer.Write(ctx, d, h.Bearer(spoke), spoke.ID, "Merci !", 0))
		named(ctx, t, d, other, other.Mission, "elsewhere")
		want := map[string][]string{
			housetest.Coordinator: {"Salomé", "first", "second", "spoke"}, housetest.Referent: {"Salomé", "first"},
			housetest.Deputy: {"Salomé", "first", "second", "spoke"}, housetest.Answerer: {"second", "spoke"},
		}
		for who, a := range h.Everybody() {
			names := want[who]
			if names == nil {
				names = []string{}
			}
			if diff := cmp.Diff(names, desk(ctx, t, d, a)); diff != "" {
				t.Errorf("%s: %s", who, diff)
			}
		}
		if diff := cmp.Diff([]string{"elsewhere"}, desk(ctx, t, d, other.Coordinator.Who)); diff != "" {
			t.Error(diff)
		}
	})
}

func TestNobodyAnswersTheirOwnOffer(t *testing.T) {
	dbtest.Run(t, nil, func(ctx context.Context, t *testing.T, d *db.DB, _ *dbtest.Clock) {
		h := housetest.New(ctx, t, d)
		h.OfferOf(h.Referent, h.Mission)
		h.OfferOf(h.Coordinator, h.Mission)
		for name, c := range map[string]struct {
			who  housetest.Person
			want []string
		}{
			"the referent":    {h.Referent, []string{h.Coordinator.Name}},
			"the coordinator": {h.Coordinator, []string{h.Referent.Name}},
			"the deputy":      {h.Deputy, []string{h.Referent.Name, h.Coordinator.Name}},
		} {
			if diff := cmp.Diff(c.want, desk(ctx, t, d, c.who.Who)); diff != "" {
				t.Errorf("%s: %s", name, diff)
			}
		}
	})
}

// A desk that others fill to the brim hides nothing of one's own, and who
// answers for many missions sees them all.
func TestDeskOfAFullHouse(t *testing.T) {
	dbtest.Run(t, nil, func(ctx context.Context, t *testing.T, d *db.DB, clock *dbtest.Clock) {
		h := housetest.New(ctx, t, d)
		var mine []mission.Mission
		for range 25 { // more than one statement asks for
			mine = append(mine, h.Open(housetest.AnsweredBy(h.Answerer, housetest.Person{})))
		}
		housetest.Must(t, d.Write(ctx, func(d *db.DB) error {
			for i := range 410 {
				n := offer.New{Name: "crowd", Email: h.Address("crowd"), Words: fmt.Sprint("Bonjour ", i)}
				if _, err := offer.Make(ctx, d, h.Visitor, h.Mission.ID, n); err != nil {
					return err
				}
			}
			return nil
		}))
		clock.Advance(24 * time.Hour)
		var want []string
		for i := range mine {
			name := fmt.Sprint("mine ", i)
			named(ctx, t, d, h, mine[(i*7)%len(mine)], name)
			clock.Advance(time.Minute)
			want = append(want, name)
		}
		if diff := cmp.Diff(want, desk(ctx, t, d, h.Answerer.Who)); diff != "" {
			t.Error(diff)
		}
		if all := desk(ctx, t, d, h.Coordinator.Who); len(all) != 400 || all[0] != "crowd" {
			t.Errorf("the coordinator's holds %d", len(all))
		}
	})
}

// Not even one that they made signed out, or in other letters.
func TestNobodyAnswersAnOfferOfTheirAddress(t *testing.T) {
	dbtest.Run(t, nil, func(ctx context.Context, t *testing.T, d *db.DB, _ *dbtest.Clock) {
		h := housetest.New(ctx, t, d)
		o, err := offer.Make(ctx, d, h.Visitor, h.Mission.ID, offer.New{Name: "R.", Email: strings.ToUpper(h.Referent.Email), Words: "Bonjour."})
		housetest.Must(t, err)
		_, err = offer.Give(ctx, d, h.Referent.Who, o.ID, offer.Answer{Kind: offer.Welcome, Words: "Bienvenue à moi !"})
		housetest.Refused(t, err, fault.Forbidden, "fault.own_offer")
		_, err = offer.Give(ctx, d, h.Deputy.Who, o.ID, offer.Answer{Kind: offer.Welcome, Words: "Bienvenue !"})
		housetest.Must(t, err)
	})
}

func TestOffersOfAMission(t *testing.T) {
	dbtest.Run(t, nil, func(ctx context.Context, t *testing.T, d *db.DB, _ *dbtest.Clock) {
		h, other := housetest.New(ctx, t, d), housetest.New(ctx, t, d)
		var want []string
		for i := range 5 {
			o := named(ctx, t, d, h, h.Mission, fmt.Sprint("offer ", i))
			if i%2 == 0 {
				h.Answer(o, offer.Answer{Kind: offer.No, Words: "Non merci."})
			}
			want = append([]string{o.Name}, want...)
		}
		named(ctx, t, d, h, h.Open(), "of another mission")
		for who, a := range h.Everybody() {
			switch who {
			case housetest.Coordinator, housetest.Referent, housetest.Deputy, housetest.Program:
			default:
				_, err := offer.OfMission(ctx, d, a, h.Mission, 0, 10)
				housetest.Refused(t, err, fault.Forbidden, "fault.forbidden")
				continue
			}
			var got []string
			for before := db.ID(0); ; {
				page, err := offer.OfMission(ctx, d, a, h.Mission, before, 2)
				housetest.Must(t, err)
				for _, w := range page {
					got = append(got, w.Name)
				}
				if len(page) < 2 {
					break
				}
				before = page[len(page)-1].ID
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("%s: %s", who, diff)
			}
		}
		if got, err := offer.OfMission(ctx, d, other.Coordinator.Who, h.Mission, 0, 10); err != nil || len(got) != 0 {
			t.Errorf("another association's coordinator sees %+v, %v", got, err)
		}
	})
}

// A page of one's own offers costs a statement for the offers and one for each
// association, however many there are.
func TestMineCostsLittle(t *testing.T) {
	dbtest.Run(t, nil, func(ctx context.Context, t *testing.T, d *db.DB, _ *dbtest.Clock) {
		h, other := housetest.New(ctx, t, d), housetest.New(ctx, t, d)
		for range 6 {
			h.OfferOf(h.Volunteer, h.Mission)
		}
		visitor := other.As(h.Volunteer.Person)
		other.OfferOf(visitor, other.Mission)
		counted, tally := db.WithTally(ctx)
		mine, err := offer.Mine(counted, d, h.Volunteer.ID)
		housetest.Must(t, err)
		if len(mine) != 7 || len(tally.Names()) != 3 {
			t.Errorf("%d offers cost %q", len(mine), tally.Names())
		}
	})
}
