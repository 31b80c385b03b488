package offer_test

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"mainforte/internal/actor"
	"mainforte/internal/association"
	"mainforte/internal/conversation"
	"mainforte/internal/db"
	"mainforte/internal/db/dbtest"
	"mainforte/internal/fault"
	"mainforte/internal/housetest"
	"mainforte/internal/offer"
	"mainforte/internal/people"
)

func TestExportGivesEveryOffer(t *testing.T) {
	dbtest.Run(t, nil, func(ctx context.Context, t *testing.T, d *db.DB, _ *dbtest.Clock) {
		h, other := housetest.New(ctx, t, d), housetest.New(ctx, t, d)
		var want []offer.Exported
		housetest.Must(t, d.Write(ctx, func(d *db.DB) error {
			for i := range 103 { // more than their page shows
				n := offer.New{Name: "Nour", Words: fmt.Sprint("Bonjour ", i)}
				if _, err := offer.Make(ctx, d, h.Volunteer.Who, h.Mission.ID, n); err != nil {
					return err
				}
				want = append(want, offer.Exported{Mission: h.Mission.Title, Name: "Nour", State: offer.Waiting, Made: d.Now()})
			}
			return nil
		}))
		last := other.OfferOf(other.As(h.Volunteer.Person), other.Mission)
		other.Answer(last, offer.Answer{Kind: offer.No, Words: "Non merci."})
		h.OfferOf(h.Second, h.Mission)
		want = append([]offer.Exported{{Mission: other.Mission.Title, Name: "Nour", State: offer.Declined, Made: d.Now()}}, want...)
		got, err := offer.Export(ctx, d, h.Volunteer.ID)
		housetest.Must(t, err)
		if diff := cmp.Diff(want, got); diff != "" {
			t.Error(diff)
		}
		if mine, err := offer.Mine(ctx, d, h.Volunteer.ID); err != nil || len(mine) != 100 {
			t.Errorf("their page shows %d, %v", len(mine), err)
		}
	})
}

func TestEraseForgetsWhoOffered(t *testing.T) {
	dbtest.Run(t, nil, func(ctx context.Context, t *testing.T, d *db.DB, _ *dbtest.Clock) {
		h, other := housetest.New(ctx, t, d), housetest.New(ctx, t, d)
		want := map[offer.State]offer.State{
			offer.Waiting: offer.Withdrawn, offer.Deferred: offer.Withdrawn, offer.Welcomed: offer.Welcomed,
			offer.Redirected: offer.Redirected, offer.Declined: offer.Declined, offer.Withdrawn: offer.Withdrawn,
		}
		made := map[offer.State]offer.Offer{}
		for _, state := range states {
			made[state] = given(t, h, h.OfferOf(h.Volunteer, h.Mission), h.Volunteer, state)
			housetest.Must(t, offer.Write(ctx, d, h.Volunteer.Who, made[state].ID, "Un mot de plus.", 0))
		}
		// Made before they signed in, and shown to them since; they have not
		// said yet that it is theirs.
		adopted, err := offer.Make(ctx, d, other.Visitor, other.Mission.ID, offer.New{Name: "Nour", Email: h.Volunteer.Email, Words: "Me revoilà."})
		housetest.Must(t, err)
		housetest.Must(t, offer.Adopt(ctx, d, people.Person{ID: h.Volunteer.ID, Email: h.Volunteer.Email}))
		unjoined, err := offer.Make(ctx, d, other.Visitor, other.Mission.ID, offer.New{Name: "Nour", Email: strings.ToUpper(h.Volunteer.Email), Words: "Bonjour."})
		housetest.Must(t, err)
		link := h.Bearer(made[offer.Welcomed])
		theirs := h.OfferOf(h.Second, h.Mission)

		housetest.Must(t, conversation.Erase(ctx, d, h.Volunteer.ID))
		housetest.Must(t, offer.Erase(ctx, d, h.Volunteer.ID))

		for state, o := range made {
			got := h.Again(o)
			if got.State != want[state] || got.Name != "" || got.Email != "" || !got.Unread.IsZero() {
				t.Errorf("%s: it is %+v", state, got)
			}
			for _, line := range messages(ctx, t, d, h, o) {
				if strings.Contains(line, "Nour") || strings.Contains(line, "mot de plus") {
					t.Errorf("%s: it still says %q", state, line)
				}
			}
		}
		for name, o := range map[string]offer.Offer{"shown to them": adopted, "made since, elsewhere": unjoined} {
			if got := other.Again(o); got.State != offer.Withdrawn || got.Name != "" || got.Email != "" {
				t.Errorf("%s: it is %+v", name, got)
			}
			if said := messages(ctx, t, d, other, o); !cmp.Equal(said, []string{"> : "}) {
				t.Errorf("%s: it says %q", name, said)
			}
		}
		_, err = offer.Read(ctx, d, link, made[offer.Welcomed].ID)
		housetest.Refused(t, err, fault.Missing, "fault.missing") // the link went with the address
		if other.As(h.Volunteer.Person).Who.Member {
			t.Error("being erased made a member")
		}
		if diff := cmp.Diff(theirs, h.Again(theirs)); diff != "" {
			t.Errorf("somebody else's is now %s", diff)
		}
		housetest.Must(t, offer.Erase(ctx, d, h.Volunteer.ID)) // twice does no harm
	})
}

// What somebody writes while they are erased is refused, or erased too.
func TestErasingMeetsWriting(t *testing.T) {
	dbtest.Run(t, nil, func(ctx context.Context, t *testing.T, d *db.DB, _ *dbtest.Clock) {
		h := housetest.New(ctx, t, d)
		for range 8 {
			lou := h.Member("Lou", association.Member{Referent: true})
			mine, theirs := h.OfferOf(lou, h.Mission), h.OfferOf(h.Second, h.Open(housetest.AnsweredBy(lou, housetest.Person{})))
			var erasure, write, reply error
			var all sync.WaitGroup
			all.Go(func() {
				erasure = d.Write(ctx, func(d *db.DB) error {
					for _, erase := range []func(context.Context, *db.DB, db.ID) error{conversation.Erase, offer.Erase, association.Erase, people.Erase} {
						if err := erase(ctx, d, lou.ID); err != nil {
							return err
						}
					}
					return nil
				})
			})
			all.Go(func() { write = offer.Write(ctx, d, lou.Who, mine.ID, "Un mot de Lou.", 0) })
			all.Go(func() { reply = offer.Write(ctx, d, lou.Who, theirs.ID, "Une réponse de Lou.", 0) })
			all.Wait()
			housetest.Must(t, erasure)
			for _, err := range []error{write, reply} {
				if err != nil {
					housetest.Refused(t, err, fault.SignedOut, "fault.signed_out")
				}
			}
			for _, o := range []offer.Offer{mine, theirs} {
				for _, line := range messages(ctx, t, d, h, o) {
					if strings.Contains(line, "Lou") {
						t.Errorf("it still says %q", line)
					}
				}
			}
		}
	})
}

// Whoever acts in another association is told that nothing is there, by every
// function and whatever they are there.
func TestAnotherAssociationsOfferIsMissing(t *testing.T) {
	dbtest.Run(t, nil, func(ctx context.Context, t *testing.T, d *db.DB, _ *dbtest.Clock) {
		h, other := housetest.New(ctx, t, d), housetest.New(ctx, t, d)
		o := h.OfferOf(h.Volunteer, h.Mission)
		redirected := h.OfferOf(h.Volunteer, h.Mission)
		h.Answer(redirected, offer.Answer{Kind: offer.Another, Other: h.Open().ID, Words: "Plutôt celle-ci."})
		for name, who := range map[string]actor.Actor{
			"a visitor": other.Visitor, "a coordinator": other.Coordinator.Who, "a referent": other.Referent.Who, "the program": other.Program,
			"who made it, acting there": other.As(h.Volunteer.Person).Who,
			"its link, read there":      {Association: other.ID, Offer: o.ID},
			"nowhere at all":            {Person: h.Volunteer.ID},
		} {
			t.Run(name, func(t *testing.T) {
				_, readErr := offer.Read(ctx, d, who, o.ID)
				_, giveErr := offer.Give(ctx, d, who, o.ID, offer.Answer{Kind: offer.Welcome, Words: "Bienvenue !"})
				_, confirmErr := offer.Confirm(ctx, d, who, o.ID)
				_, followErr := offer.Follow(ctx, d, who, redirected.ID, "Volontiers.")
				_, makeErr := offer.Make(ctx, d, who, h.Mission.ID, offer.New{Name: "Nour", Email: h.Volunteer.Email, Words: "Bonjour."})
				for _, err := range []error{
					readErr, giveErr, confirmErr, followErr, makeErr,
					offer.Write(ctx, d, who, o.ID, "Bonjour.", 0), offer.Withdraw(ctx, d, who, o.ID),
				} {
					housetest.Refused(t, err, fault.Missing, "fault.missing")
				}
				if names := desk(ctx, t, d, who); len(names) != 0 {
					t.Errorf("on the desk: %q", names)
				}
			})
		}
		if diff := cmp.Diff(o, h.Again(o)); diff != "" {
			t.Errorf("after all of that: %s", diff)
		}
	})
}
