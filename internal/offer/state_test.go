package offer_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"mainforte/internal/actor"
	"mainforte/internal/db"
	"mainforte/internal/db/dbtest"
	"mainforte/internal/fault"
	"mainforte/internal/housetest"
	"mainforte/internal/offer"
)

var states = []offer.State{offer.Waiting, offer.Welcomed, offer.Redirected, offer.Deferred, offer.Declined, offer.Withdrawn}

// rights is the whole machine: for each state, whether somebody may read,
// answer, write, withdraw and confirm. y: yes; !: not any more; a dash: that is
// not theirs to do; a dot: there is nothing there.
const rights = `
                                     waiting   welcomed  redirectd deferred  declined  withdrawn
                                     r a w t c r a w t c r a w t c r a w t c r a w t c r a w t c
who made it                          y - y y y y - y y y y - y ! y y - y y y y - y ! y y - y ! y
who holds its link                   y - y y y y - y y y y - y ! y y - y y y y - y ! y y - y ! y
a referent who made it               y - y y y y - y y y y - y ! y y - y y y y - y ! y y - y ! y
a coordinator who made it            y - y y y y - y y y y - y ! y y - y y y y - y ! y y - y ! y
a referent who holds its link        y - y y y y - y y y y - y ! y y - y y y y - y ! y y - y ! y
the referent                         y y y - - y ! y - - y ! y - - y y y - - y ! y - - y ! y - -
the deputy                           y y y - - y ! y - - y ! y - - y y y - - y ! y - - y ! y - -
a coordinator                        y y y - - y ! y - - y ! y - - y y y - - y ! y - - y ! y - -
the program                          y y y - - y ! y - - y ! y - - y y y - - y ! y - - y ! y - -
a referent of other missions         . . . . . . . . . . . . . . . . . . . . . . . . . . . . . .
a volunteer                          . . . . . . . . . . . . . . . . . . . . . . . . . . . . . .
a sympathiser                        . . . . . . . . . . . . . . . . . . . . . . . . . . . . . .
somebody signed in who is no member  . . . . . . . . . . . . . . . . . . . . . . . . . . . . . .
an operator                          . . . . . . . . . . . . . . . . . . . . . . . . . . . . . .
a visitor                            . . . . . . . . . . . . . . . . . . . . . . . . . . . . . .
who holds the link of another offer  . . . . . . . . . . . . . . . . . . . . . . . . . . . . . .
the referent, who left               . . . . . . . . . . . . . . . . . . . . . . . . . . . . . .
another association's coordinator    . . . . . . . . . . . . . . . . . . . . . . . . . . . . . .
their referent, acting there         . . . . . . . . . . . . . . . . . . . . . . . . . . . . . .
its link, read in another one        . . . . . . . . . . . . . . . . . . . . . . . . . . . . . .
`

func TestRightsAreThoseOfTheTable(t *testing.T) {
	lines := strings.Split(strings.Trim(rights, "\n"), "\n")
	const names = 37
	dbtest.Run(t, nil, func(ctx context.Context, t *testing.T, d *db.DB, _ *dbtest.Clock) {
		h, other := housetest.New(ctx, t, d), housetest.New(ctx, t, d)
		type made struct {
			by housetest.Person
			in map[offer.State]offer.Offer
		}
		make := func(by housetest.Person) made {
			m := made{by, map[offer.State]offer.Offer{}}
			for _, state := range states {
				m.in[state] = given(t, h, h.OfferOf(by, h.Mission), by, state)
			}
			return m
		}
		usual, byReferent, byCoordinator := make(h.Second), make(h.Referent), make(h.Coordinator)

		everybody := h.Everybody()
		whose := func(who string) (made, func(offer.Offer) actor.Actor) {
			as := func(a actor.Actor) func(offer.Offer) actor.Actor { return func(offer.Offer) actor.Actor { return a } }
			switch who {
			case "who made it":
				return usual, as(h.Second.Who)
			case "who holds its link":
				return usual, h.Bearer
			case "a referent who made it":
				return byReferent, as(h.Referent.Who)
			case "a coordinator who made it":
				return byCoordinator, as(h.Coordinator.Who)
			case "a referent who holds its link": // whoever is signed in on that browser
				return usual, func(o offer.Offer) actor.Actor {
					a := h.Referent.Who
					a.Offer = o.ID
					return a
				}
			case "who holds the link of another offer":
				return usual, as(h.Bearer(byReferent.in[offer.Waiting]))
			case "the referent, who left":
				a := h.Referent.Who
				a.Member, a.Referent = false, false
				return usual, as(a)
			case "their referent, acting there":
				return usual, as(other.Referent.Who)
			case "its link, read in another one":
				return usual, func(o offer.Offer) actor.Actor { return actor.Actor{Association: other.ID, Offer: o.ID} }
			}
			a, ok := everybody[who]
			if !ok {
				t.Fatalf("nobody is %q", who)
			}
			return usual, as(a)
		}

		for _, line := range lines[2:] {
			who := strings.TrimSpace(line[:names])
			marks := strings.Fields(line[names:])
			if len(marks) != len(states)*5 {
				t.Fatalf("%s has %d columns", who, len(marks))
			}
			offers, as := whose(who)
			for i, state := range states {
				o := offers.in[state]
				got := rightsOf(ctx, t, d, h, as(o), o)
				if want := strings.Join(marks[i*5:i*5+5], " "); got != want {
					t.Errorf("%s, %s: %s, want %s", who, state, got, want)
				}
			}
		}
	})
}

// given brings an offer to a state.
func given(t testing.TB, h *housetest.House, o offer.Offer, by housetest.Person, state offer.State) offer.Offer {
	t.Helper()
	kinds := map[offer.State]offer.Kind{offer.Welcomed: offer.Welcome, offer.Redirected: offer.Another, offer.Deferred: offer.NotNow, offer.Declined: offer.No}
	switch state {
	case offer.Waiting:
		return o
	case offer.Withdrawn:
		h.Withdraw(by, o)
	default:
		a := offer.Answer{Kind: kinds[state], Words: "Merci de votre message."}
		if a.Kind == offer.Another {
			a.Other = h.Open().ID
		}
		if a.Kind == offer.NotNow {
			a.Until = dbtest.Start.AddDate(0, 0, 30)
		}
		h.Answer(o, a)
	}
	return h.Again(o)
}

var errUndo = errors.New("to be undone")

// rightsOf tries everything there is to do to an offer, undoes it, and checks
// that May says the same.
func rightsOf(ctx context.Context, t testing.TB, d *db.DB, h *housetest.House, who actor.Actor, o offer.Offer) string {
	t.Helper()
	until := d.Now().AddDate(0, 0, 30)
	var marks []string
	for _, act := range []struct {
		act offer.Act
		try func(d *db.DB) error
	}{
		{offer.Reading, func(d *db.DB) error { _, err := offer.Read(ctx, d, who, o.ID); return err }},
		{offer.Answering, func(d *db.DB) error {
			_, err := offer.Give(ctx, d, who, o.ID, offer.Answer{Kind: offer.NotNow, Words: "Plutôt cet hiver.", Until: until})
			return err
		}},
		{offer.Writing, func(d *db.DB) error { return offer.Write(ctx, d, who, o.ID, "Un mot de plus.", 0) }},
		{offer.Withdrawing, func(d *db.DB) error { return offer.Withdraw(ctx, d, who, o.ID) }},
		{offer.Confirming, func(d *db.DB) error { _, err := offer.Confirm(ctx, d, who, o.ID); return err }},
	} {
		var refusal error
		if err := d.Write(ctx, func(d *db.DB) error {
			refusal = act.try(d)
			return errUndo
		}); !errors.Is(err, errUndo) {
			t.Fatal(err)
		}
		mark := "?"
		f, _ := fault.As(refusal)
		switch {
		case refusal == nil:
			mark = "y"
		case f == nil:
			t.Errorf("%s: %v", act.act, refusal)
		case f.Code == fault.Conflict && f.Key == "fault.offer_moved":
			mark = "!"
		case f.Code == fault.Forbidden && (f.Key == "fault.forbidden" || f.Key == "fault.own_offer" && act.act == offer.Answering):
			mark = "-"
		case f.Code == fault.Missing && f.Key == "fault.missing":
			mark = "."
		}
		// Which association it is of is for the database to say.
		if may := o.May(who, h.Mission, act.act); who.Association == h.ID && may != (mark == "y") {
			t.Errorf("%s: May says %t, the function %s", act.act, may, mark)
		}
		marks = append(marks, mark)
	}
	return strings.Join(marks, " ")
}

func TestLateIsAfterThePromise(t *testing.T) {
	now := dbtest.Start
	for _, c := range []struct {
		name        string
		offer       offer.Offer
		waits, late bool
		since       time.Time
	}{
		{"waiting in time", offer.Offer{State: offer.Waiting, Made: now.Add(-2), Due: now.Add(1)}, true, false, now.Add(-2)},
		{"waiting at its last instant", offer.Offer{State: offer.Waiting, Made: now.Add(-2), Due: now}, true, true, now.Add(-2)},
		{"answered late", offer.Offer{State: offer.Welcomed, Made: now.Add(-2), Due: now.Add(-1)}, false, false, now.Add(-2)},
		{"deferred", offer.Offer{State: offer.Deferred, Made: now.Add(-2), Returns: now.Add(1), Due: now.Add(2)}, false, false, now.Add(1)},
		{"back on its day", offer.Offer{State: offer.Deferred, Made: now.Add(-2), Returns: now, Due: now.Add(1)}, true, false, now},
		{"back and forgotten", offer.Offer{State: offer.Deferred, Made: now.Add(-3), Returns: now.Add(-2), Due: now.Add(-1)}, true, true, now.Add(-2)},
		{"withdrawn", offer.Offer{State: offer.Withdrawn, Made: now.Add(-2), Due: now.Add(-1)}, false, false, now.Add(-2)},
	} {
		t.Run(c.name, func(t *testing.T) {
			if c.offer.Waits(now) != c.waits || c.offer.Late(now) != c.late || !c.offer.Since().Equal(c.since) {
				t.Errorf("waits %t, late %t, since %s", c.offer.Waits(now), c.offer.Late(now), c.offer.Since())
			}
		})
	}
}
