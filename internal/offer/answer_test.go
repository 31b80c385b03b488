package offer_test

import (
	"context"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"mainforte/internal/actor"
	"mainforte/internal/association"
	"mainforte/internal/conversation"
	"mainforte/internal/db"
	"mainforte/internal/db/dbtest"
	"mainforte/internal/fault"
	"mainforte/internal/housetest"
	"mainforte/internal/mission"
	"mainforte/internal/offer"
)

func TestTheFourAnswers(t *testing.T) {
	dbtest.Run(t, listening, func(ctx context.Context, t *testing.T, d *db.DB, clock *dbtest.Clock) {
		h := housetest.New(ctx, t, d)
		other := h.Open(housetest.Titled("Tenir la buvette"))
		paris := h.Zone()
		for _, c := range []struct {
			name   string
			answer offer.Answer
			want   func(*offer.Offer)
		}{
			{"welcome", offer.Answer{Kind: offer.Welcome}, func(o *offer.Offer) { o.State = offer.Welcomed }},
			{"another mission", offer.Answer{Kind: offer.Another, Other: other.ID}, func(o *offer.Offer) { o.State, o.Other = offer.Redirected, other.ID }},
			{"not now", offer.Answer{Kind: offer.NotNow, Until: time.Date(2027, 1, 15, 17, 20, 0, 0, paris)}, func(o *offer.Offer) {
				o.State, o.Returns = offer.Deferred, time.Date(2027, 1, 15, 0, 0, 0, 0, paris).UTC()
				o.Due = time.Date(2027, 1, 23, 0, 0, 0, 0, paris).UTC() // a promise anew
			}},
			{"no", offer.Answer{Kind: offer.No}, func(o *offer.Offer) { o.State = offer.Declined }},
			{"a welcome with the leftovers of another form", offer.Answer{Kind: offer.Welcome, Other: other.ID, Until: time.Date(2027, 1, 15, 0, 0, 0, 0, paris)}, func(o *offer.Offer) {
				o.State = offer.Welcomed
			}},
		} {
			t.Run(c.name, func(t *testing.T) {
				o := h.Offer(h.Mission)
				heard(ctx, t, d, h)
				clock.Advance(time.Hour)
				c.answer.Words = "Merci,\r\nSalomé. "
				answered, err := offer.Give(ctx, d, h.Referent.Who, o.ID, c.answer)
				housetest.Must(t, err)
				want := o
				want.Answered = d.Now()
				c.want(&want)
				for name, got := range map[string]offer.Offer{"given": answered, "kept": h.Again(o)} {
					if diff := cmp.Diff(want, got); diff != "" {
						t.Errorf("%s: %s", name, diff)
					}
				}
				said := messages(ctx, t, d, h, o)
				if last := said[len(said)-1]; last != "< Rachid: Merci,\nSalomé. ["+string(c.answer.Kind)+"]" {
					t.Errorf("it says %q", last)
				}
				if diff := cmp.Diff([]string{"offer.answered " + o.ID.String()}, heard(ctx, t, d, h)); diff != "" {
					t.Error(diff)
				}
			})
		}
	})
}

func TestAnswersAreRefused(t *testing.T) {
	dbtest.Run(t, listening, func(ctx context.Context, t *testing.T, d *db.DB, _ *dbtest.Clock) {
		h, elsewhere := housetest.New(ctx, t, d), housetest.New(ctx, t, d)
		paris := h.Zone()
		today := time.Date(2026, 11, 22, 23, 59, 0, 0, paris) // later today is no later day
		o := h.Offer(h.Mission)
		heard(ctx, t, d, h)
		for _, c := range []struct {
			name   string
			answer offer.Answer
			fields []string
		}{
			{"no kind", offer.Answer{Words: "Merci."}, []string{"answer: fault.choice"}},
			{"a kind of no kind", offer.Answer{Kind: "silence", Words: "Merci."}, []string{"answer: fault.choice"}},
			{"no words", offer.Answer{Kind: offer.Welcome, Words: " \u200b\n"}, []string{"words: fault.field.words"}},
			{"too many words", offer.Answer{Kind: offer.No, Words: strings.Repeat("é", conversation.Limit+1)}, []string{"words: fault.field.long"}},
			{"no other mission", offer.Answer{Kind: offer.Another, Words: "Merci."}, []string{"other: fault.other_mission"}},
			{"the same mission", offer.Answer{Kind: offer.Another, Other: h.Mission.ID, Words: "Merci."}, []string{"other: fault.other_same"}},
			{"a draft", offer.Answer{Kind: offer.Another, Other: h.Draft().ID, Words: "Merci."}, []string{"other: fault.other_mission"}},
			{"one that is paused", offer.Answer{Kind: offer.Another, Other: h.Move(h.Open(), mission.Paused).ID, Words: "Merci."}, []string{"other: fault.other_mission"}},
			{"one they could not read", offer.Answer{Kind: offer.Another, Other: h.Open(housetest.Visible(mission.Members)).ID, Words: "Merci."}, []string{"other: fault.other_mission"}},
			{"one of another association", offer.Answer{Kind: offer.Another, Other: elsewhere.Mission.ID, Words: "Merci."}, []string{"other: fault.other_mission"}},
			{"no day", offer.Answer{Kind: offer.NotNow, Words: "Merci."}, []string{"until: fault.until"}},
			{"yesterday", offer.Answer{Kind: offer.NotNow, Until: today.AddDate(0, 0, -1), Words: "Merci."}, []string{"until: fault.until"}},
			{"tonight", offer.Answer{Kind: offer.NotNow, Until: today, Words: "Merci."}, []string{"until: fault.until"}},
			{"in two years", offer.Answer{Kind: offer.NotNow, Until: today.AddDate(2, 0, 0), Words: "Merci."}, []string{"until: fault.until"}},
			{"nothing but a button", offer.Answer{Kind: offer.NotNow}, []string{"words: fault.field.words", "until: fault.until"}},
		} {
			t.Run(c.name, func(t *testing.T) {
				_, err := offer.Give(ctx, d, h.Referent.Who, o.ID, c.answer)
				housetest.RefusedField(t, err, c.fields...)
			})
		}
		if diff := cmp.Diff(o, h.Again(o)); diff != "" {
			t.Errorf("refused, yet %s", diff)
		}
		if kinds := heard(ctx, t, d, h); len(kinds) != 0 || len(messages(ctx, t, d, h, o)) != 1 {
			t.Errorf("refused, yet heard %q", kinds)
		}
		for _, until := range []time.Time{today.Add(2 * time.Minute), today.AddDate(1, 0, 0)} { // tomorrow, and in a year
			if _, err := offer.Give(ctx, d, h.Referent.Who, o.ID, offer.Answer{Kind: offer.NotNow, Until: until, Words: "Merci."}); err != nil {
				t.Errorf("until %s: %v", until, err)
			}
		}
	})
}

// An unlisted mission can be proposed: whoever has its address may read it.
func TestAnotherMissionMayBeUnlisted(t *testing.T) {
	dbtest.Run(t, nil, func(ctx context.Context, t *testing.T, d *db.DB, _ *dbtest.Clock) {
		h := housetest.New(ctx, t, d)
		o := h.Offer(h.Mission)
		other := h.Open(housetest.Visible(mission.Unlisted))
		h.Answer(o, offer.Answer{Kind: offer.Another, Other: other.ID, Words: "Plutôt celle-ci."})
		story, err := offer.Read(ctx, d, h.Bearer(o), o.ID)
		housetest.Must(t, err)
		if story.Instead.ID != other.ID || story.Instead.Title != other.Title || story.OfMission.ID != h.Mission.ID {
			t.Errorf("it shows %+v", story)
		}
	})
}

func TestOfTwoWhoAnswerAtOnceOneIsTold(t *testing.T) {
	dbtest.Run(t, listening, func(ctx context.Context, t *testing.T, d *db.DB, _ *dbtest.Clock) {
		h := housetest.New(ctx, t, d)
		for range 5 {
			o := h.Offer(h.Mission)
			heard(ctx, t, d, h)
			answers := []offer.Answer{{Kind: offer.Welcome, Words: "Bienvenue !"}, {Kind: offer.No, Words: "Non merci."}}
			errs := make([]error, len(answers))
			var both sync.WaitGroup
			for i, who := range []actor.Actor{h.Referent.Who, h.Deputy.Who} {
				both.Go(func() { _, errs[i] = offer.Give(ctx, d, who, o.ID, answers[i]) })
			}
			both.Wait()
			won := 0
			if errs[0] != nil {
				won = 1
			}
			housetest.Must(t, errs[won])
			housetest.Refused(t, errs[1-won], fault.Conflict, "fault.offer_moved")
			if got, want := h.Again(o).State, []offer.State{offer.Welcomed, offer.Declined}[won]; got != want {
				t.Errorf("it is %s, want %s", got, want)
			}
			if said := messages(ctx, t, d, h, o); len(said) != 2 || !strings.Contains(said[1], answers[won].Words) {
				t.Errorf("it says %q", said)
			}
			if kinds := heard(ctx, t, d, h); len(kinds) != 1 {
				t.Errorf("heard %q", kinds)
			}
		}
	})
}

func TestAnAnswerMeetsAWithdrawal(t *testing.T) {
	dbtest.Run(t, nil, func(ctx context.Context, t *testing.T, d *db.DB, _ *dbtest.Clock) {
		h := housetest.New(ctx, t, d)
		for range 3 {
			o := h.OfferOf(h.Volunteer, h.Mission)
			var answer, withdrawal error
			var both sync.WaitGroup
			both.Go(func() {
				_, answer = offer.Give(ctx, d, h.Referent.Who, o.ID, offer.Answer{Kind: offer.No, Words: "Non merci."})
			})
			both.Go(func() { withdrawal = offer.Withdraw(ctx, d, h.Volunteer.Who, o.ID) })
			both.Wait()
			refused, want := answer, offer.Withdrawn
			if answer == nil {
				refused, want = withdrawal, offer.Declined
			}
			housetest.Refused(t, refused, fault.Conflict, "fault.offer_moved")
			if got := h.Again(o).State; got != want {
				t.Errorf("it is %s, want %s", got, want)
			}
		}
	})
}

// « Not now » is no end: on its day the offer waits again, with a promise
// anew, and can be answered before.
func TestADeferredOfferComesBackOnItsDay(t *testing.T) {
	dbtest.Run(t, nil, func(ctx context.Context, t *testing.T, d *db.DB, clock *dbtest.Clock) {
		h := housetest.New(ctx, t, d)
		s := h.Settings
		s.TimeZone, s.AnswerDays = "Indian/Reunion", 3 // four hours ahead of Greenwich
		housetest.Must(t, association.Save(ctx, d, h.Coordinator.Who, s))
		o := h.Offer(h.Mission)
		until := time.Date(2026, 12, 5, 9, 0, 0, 0, s.Zone())
		o = h.Answer(o, offer.Answer{Kind: offer.NotNow, Until: until, Words: "Après le déménagement."})
		onDesk := func(want bool, when string) {
			t.Helper()
			waits, err := offer.Desk(ctx, d, h.Referent.Who)
			housetest.Must(t, err)
			if (len(waits) == 1) != want {
				t.Errorf("%s: %d wait", when, len(waits))
			}
		}
		comes := time.Date(2026, 12, 4, 20, 0, 0, 0, time.UTC)
		onDesk(false, "deferred")
		clock.Advance(comes.Add(-time.Millisecond).Sub(d.Now()))
		onDesk(false, "the evening before")
		clock.Advance(time.Millisecond)
		onDesk(true, "as its day begins there")
		if o.Late(d.Now()) || !o.Since().Equal(comes) {
			t.Errorf("it waits since %s, late %t", o.Since(), o.Late(d.Now()))
		}
		clock.Advance(4*24*time.Hour - time.Millisecond) // its day, and three full ones
		if o.Late(d.Now()) {
			t.Error("late within the promise")
		}
		clock.Advance(time.Millisecond)
		if !o.Late(d.Now()) {
			t.Error("not late after the promise")
		}
		o = h.Answer(o, offer.Answer{Kind: offer.Welcome, Words: "Maintenant, oui !"})
		onDesk(false, "answered")
		if o.State != offer.Welcomed {
			t.Errorf("it is %s", o.State)
		}
	})
}

// Whatever day is chosen, in whatever zone, the offer comes back as that day
// begins there, and what is promised are full days.
func TestNotNowLaws(t *testing.T) {
	dbtest.Run(t, nil, func(ctx context.Context, t *testing.T, d *db.DB, _ *dbtest.Clock) {
		h := housetest.New(ctx, t, d)
		o := h.Offer(h.Mission)
		rapid.Check(t, func(r *rapid.T) {
			s := h.Settings
			s.TimeZone = rapid.SampledFrom([]string{"Europe/Paris", "America/Santiago", "Pacific/Kiritimati", "America/Havana", "Asia/Beirut"}).Draw(r, "zone")
			s.AnswerDays = rapid.IntRange(1, association.MostAnswerDays).Draw(r, "days")
			housetest.Must(t, association.Save(ctx, d, h.Coordinator.Who, s))
			until := d.Now().Add(time.Duration(rapid.Int64Range(0, int64(400*24*time.Hour)).Draw(r, "until")))
			got, err := offer.Give(ctx, d, h.Referent.Who, o.ID, offer.Answer{Kind: offer.NotNow, Until: until, Words: "Plus tard."})
			day := func(at time.Time) string { return at.In(s.Zone()).Format(time.DateOnly) }
			if err != nil {
				if day(until) != day(d.Now()) && until.Before(d.Now().AddDate(1, 0, 0)) {
					r.Fatalf("%s was refused: %v", until, err)
				}
				return
			}
			if got.Returns.Before(d.Now()) || day(got.Returns) != day(until) || day(got.Returns.Add(-time.Millisecond)) == day(until) {
				r.Fatalf("deferred until %s, it returns %s", until.In(s.Zone()), got.Returns.In(s.Zone()))
			}
			if want := got.Returns.In(s.Zone()).AddDate(0, 0, s.AnswerDays).Format(time.DateOnly); day(got.Due.Add(-time.Millisecond)) != want {
				r.Fatalf("back on %s, the last day of the promise is %s, want %s", day(got.Returns), day(got.Due.Add(-time.Millisecond)), want)
			}
		})
	})
}

// A welcome makes a member of a person who is known, whichever of welcome and
// confirmation comes last.
func TestAWelcomeMakesAMember(t *testing.T) {
	confirm := func(ctx context.Context, t testing.TB, d *db.DB, h *housetest.House, o offer.Offer) {
		t.Helper()
		_, err := offer.Confirm(ctx, d, h.Bearer(o), o.ID)
		housetest.Must(t, err)
	}
	welcome := func(_ context.Context, t testing.TB, _ *db.DB, h *housetest.House, o offer.Offer) {
		t.Helper()
		h.Answer(o, offer.Answer{Kind: offer.Welcome, Words: "Bienvenue !"})
	}
	for name, order := range map[string][2]func(context.Context, testing.TB, *db.DB, *housetest.House, offer.Offer){
		"welcomed, then confirmed": {welcome, confirm},
		"confirmed, then welcomed": {confirm, welcome},
	} {
		t.Run(name, func(t *testing.T) {
			dbtest.Run(t, nil, func(ctx context.Context, t *testing.T, d *db.DB, _ *dbtest.Clock) {
				h := housetest.New(ctx, t, d)
				o := h.Offer(h.Mission)
				order[0](ctx, t, d, h, o)
				if p := h.Again(o).Person; p != 0 {
					_, err := association.MemberByID(ctx, d, h.Program, p)
					housetest.Refused(t, err, fault.Missing, "fault.missing")
				}
				order[1](ctx, t, d, h, o)
				m, err := association.MemberByID(ctx, d, h.Program, h.Again(o).Person)
				housetest.Must(t, err)
				if m.Name != o.Name || m.Status != association.Active || m.Role() != "volunteer" {
					t.Errorf("the member is %+v", m)
				}
			})
		})
	}
}

// Who has given no name yet speaks for the association, never as nobody.
func TestWhoHasNoNameAnswersForTheAssociation(t *testing.T) {
	dbtest.Run(t, nil, func(ctx context.Context, t *testing.T, d *db.DB, _ *dbtest.Clock) {
		h := housetest.New(ctx, t, d)
		o := h.Offer(h.Mission)
		housetest.Must(t, association.Join(ctx, d, h.Program, association.Member{Person: h.Stranger.ID, Coordinator: true}))
		_, err := offer.Give(ctx, d, h.As(h.Stranger.Person).Who, o.ID, offer.Answer{Kind: offer.Welcome, Words: "Bienvenue !"})
		housetest.Must(t, err)
		if said := messages(ctx, t, d, h, o); said[1] != "< La Boussole: Bienvenue ! [welcome]" {
			t.Errorf("it says %q", said[1])
		}
	})
}

func TestOtherAnswersMakeNoMember(t *testing.T) {
	dbtest.Run(t, nil, func(ctx context.Context, t *testing.T, d *db.DB, _ *dbtest.Clock) {
		h := housetest.New(ctx, t, d)
		for _, a := range []offer.Answer{
			{Kind: offer.No, Words: "Non merci."},
			{Kind: offer.NotNow, Words: "Plus tard.", Until: d.Now().AddDate(0, 1, 0)},
			{Kind: offer.Another, Words: "Plutôt celle-ci.", Other: h.Open().ID},
		} {
			h.Answer(h.OfferOf(h.Stranger, h.Mission), a)
			if h.As(h.Stranger.Person).Who.Member {
				t.Errorf("%s made a member", a.Kind)
			}
		}
		// Who withdrew before the welcome was read did not join either.
		o := h.Offer(h.Mission)
		h.Answer(o, offer.Answer{Kind: offer.Welcome, Words: "Bienvenue !"})
		housetest.Must(t, offer.Withdraw(ctx, d, h.Bearer(o), o.ID))
		_, err := offer.Confirm(ctx, d, h.Bearer(o), o.ID)
		housetest.Must(t, err)
		_, err = association.MemberByID(ctx, d, h.Program, h.Again(o).Person)
		housetest.Refused(t, err, fault.Missing, "fault.missing")
	})
}
