package offer_test

import (
	"context"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"mainforte/internal/actor"
	"mainforte/internal/conversation"
	"mainforte/internal/db"
	"mainforte/internal/db/dbtest"
	"mainforte/internal/event"
	"mainforte/internal/fault"
	"mainforte/internal/housetest"
	"mainforte/internal/i18n"
	"mainforte/internal/jobs"
	"mainforte/internal/mission"
	"mainforte/internal/offer"
	"mainforte/internal/people"
)

// heard gives the kinds of event that happened in the house since it was last
// asked, with the offer each is about.
func heard(ctx context.Context, t testing.TB, d *db.DB, h *housetest.House) []string {
	t.Helper()
	var kinds []string
	housetest.Drain(ctx, t, d, map[string]jobs.Handler{"heard": event.Handler(func(_ context.Context, _ *db.DB, e event.Event) error {
		if e.Association == h.ID {
			kinds = append(kinds, e.Kind+" "+e.Subject.String())
		}
		return nil
	})})
	return kinds
}

var listening = map[string][]string{
	offer.Made: {"heard"}, offer.Answered: {"heard"}, offer.Replied: {"heard"}, offer.Confirmed: {"heard"}, offer.TakenBack: {"heard"},
}

// messages is a conversation as "side author: words [note]".
func messages(ctx context.Context, t testing.TB, d *db.DB, h *housetest.House, o offer.Offer) []string {
	t.Helper()
	story, err := offer.Read(ctx, d, h.Program, o.ID)
	housetest.Must(t, err)
	var all []string
	for _, m := range story.Messages {
		side := "<"
		if m.FromVolunteer {
			side = ">"
		}
		line := side + " " + m.Author + ": " + m.Words
		if m.Note != "" {
			line += " [" + m.Note + "]"
		}
		all = append(all, line)
	}
	return all
}

func TestMakeOfAVisitor(t *testing.T) {
	dbtest.Run(t, listening, func(ctx context.Context, t *testing.T, d *db.DB, _ *dbtest.Clock) {
		h := housetest.New(ctx, t, d)
		email := h.Address("Salomé")
		o, err := offer.Make(ctx, d, h.Visitor, h.Mission.ID, offer.New{
			Name: " Salomé\u202e  B. ", Email: " " + email + "\n", Words: "Bonjour,\r\n\r\n\r\nje peux venir.", Language: "eo",
		})
		housetest.Must(t, err)
		want := offer.Offer{
			ID: o.ID, Mission: h.Mission.ID, Conversation: o.Conversation, Name: "Salomé B.", Email: email, Language: i18n.French,
			// A Sunday afternoon: seven full days end as Monday begins there.
			State: offer.Waiting, Made: d.Now(), Due: time.Date(2026, 11, 29, 23, 0, 0, 0, time.UTC),
		}
		for name, got := range map[string]offer.Offer{"made": o, "kept": h.Again(o)} {
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("%s: %s", name, diff)
			}
		}
		if diff := cmp.Diff([]string{"> Salomé B.: Bonjour,\n\nje peux venir."}, messages(ctx, t, d, h, o)); diff != "" {
			t.Error(diff)
		}
		if diff := cmp.Diff([]string{"offer.made " + o.ID.String()}, heard(ctx, t, d, h)); diff != "" {
			t.Error(diff)
		}
	})
}

// Whoever types an address has not shown that it is theirs.
func TestAnOfferNotConfirmedJoinsNobody(t *testing.T) {
	dbtest.Run(t, nil, func(ctx context.Context, t *testing.T, d *db.DB, _ *dbtest.Clock) {
		h := housetest.New(ctx, t, d)
		o, err := offer.Make(ctx, d, h.Visitor, h.Mission.ID, offer.New{Name: "Nour", Email: h.Volunteer.Email, Words: "Bonjour."})
		housetest.Must(t, err)
		if o.Person != 0 || !o.Confirmed.IsZero() {
			t.Errorf("it is %s's", o.Person)
		}
		_, err = offer.Read(ctx, d, h.Volunteer.Who, o.ID)
		housetest.Refused(t, err, fault.Missing, "fault.missing")
		if mine, err := offer.Mine(ctx, d, h.Volunteer.ID); err != nil || len(mine) != 0 {
			t.Errorf("they follow %+v, %v", mine, err)
		}
		new := h.Address("Salomé")
		if _, err := offer.Make(ctx, d, h.Visitor, h.Mission.ID, offer.New{Name: "Salomé", Email: new, Words: "Bonjour."}); err != nil {
			t.Fatal(err)
		}
		if _, known, err := people.ByAddress(ctx, d, new); known || err != nil {
			t.Errorf("a person was made of an address that nobody has shown: %v", err)
		}
	})
}

func TestMakeOfSomebodySignedIn(t *testing.T) {
	dbtest.Run(t, nil, func(ctx context.Context, t *testing.T, d *db.DB, _ *dbtest.Clock) {
		h := housetest.New(ctx, t, d)
		o, err := offer.Make(ctx, d, h.Stranger.Who, h.Mission.ID, offer.New{Name: "Renarde", Email: "ailleurs@courriel.example", Words: "Bonjour."})
		housetest.Must(t, err)
		if o.Person != h.Stranger.ID || o.Email != h.Stranger.Email || o.Name != "Renarde" || !o.Confirmed.Equal(d.Now()) {
			t.Errorf("it is %+v", o)
		}
		if _, err := offer.Read(ctx, d, h.Stranger.Who, o.ID); err != nil {
			t.Error(err)
		}
		if h.As(h.Stranger.Person).Who.Member {
			t.Error("an offer alone made a member")
		}
	})
}

func TestMakeRefusesAForm(t *testing.T) {
	dbtest.Run(t, listening, func(ctx context.Context, t *testing.T, d *db.DB, _ *dbtest.Clock) {
		h := housetest.New(ctx, t, d)
		good := offer.New{Name: "Salomé", Email: h.Address("Salomé"), Words: "Bonjour."}
		for _, c := range []struct {
			change func(*offer.New)
			fields []string
		}{
			{func(n *offer.New) { *n = offer.New{} }, []string{"name: fault.field.empty", "email: fault.email", "words: fault.field.words"}},
			{func(n *offer.New) { n.Name, n.Words = " \u200b", "\n \u2060" }, []string{"name: fault.field.empty", "words: fault.field.words"}},
			{func(n *offer.New) { n.Name = strings.Repeat("é", people.NameLimit+1) }, []string{"name: fault.field.long"}},
			{func(n *offer.New) { n.Words = strings.Repeat("é", conversation.Limit+1) }, []string{"words: fault.field.long"}},
			{func(n *offer.New) { n.Email = "a@b.c\nBcc: tous@courriel.example" }, []string{"email: fault.email"}},
		} {
			n := good
			c.change(&n)
			_, err := offer.Make(ctx, d, h.Visitor, h.Mission.ID, n)
			housetest.RefusedField(t, err, c.fields...)
		}
		if kinds := heard(ctx, t, d, h); len(kinds) != 0 {
			t.Errorf("refused, yet heard %q", kinds)
		}
	})
}

func TestTheSameOfferTwiceIsOne(t *testing.T) {
	dbtest.Run(t, listening, func(ctx context.Context, t *testing.T, d *db.DB, _ *dbtest.Clock) {
		h := housetest.New(ctx, t, d)
		n := offer.New{Name: "Salomé", Email: h.Address("Salomé"), Words: "Bonjour."}
		make := func(m mission.Mission, n offer.New) offer.Offer {
			t.Helper()
			o, err := offer.Make(ctx, d, h.Visitor, m.ID, n)
			housetest.Must(t, err)
			return o
		}
		first := make(h.Mission, n)
		again := n
		again.Email, again.Words, again.Name = strings.ToUpper(n.Email), "Bonjour. \r\n", "Salomé B."
		if second := make(h.Mission, again); second.ID != first.ID {
			t.Error("an impatient thumb made two")
		}
		if len(messages(ctx, t, d, h, first)) != 1 || len(heard(ctx, t, d, h)) != 1 {
			t.Error("it was said twice")
		}

		other := n
		other.Words = "Bonjour, j’ai oublié : le jeudi."
		if second := make(h.Mission, other); second.ID == first.ID {
			t.Error("other words were lost")
		}
		if second := make(h.Open(), n); second.ID == first.ID {
			t.Error("another mission was passed over")
		}
		h.Answer(first, offer.Answer{Kind: offer.No, Words: "Plus de place."})
		if later := make(h.Mission, n); later.ID == first.ID || later.State != offer.Waiting {
			t.Error("who offers again after an answer is not heard")
		}
	})
}

func TestTheSameOfferTwiceAtOnceIsOne(t *testing.T) {
	dbtest.Run(t, nil, func(ctx context.Context, t *testing.T, d *db.DB, _ *dbtest.Clock) {
		h := housetest.New(ctx, t, d)
		n := offer.New{Name: "Salomé", Email: h.Address("Salomé"), Words: "Bonjour."}
		ids := make([]db.ID, 5)
		var all sync.WaitGroup
		for i := range ids {
			all.Go(func() {
				o, err := offer.Make(ctx, d, h.Visitor, h.Mission.ID, n)
				if err != nil {
					t.Error(err)
				}
				ids[i] = o.ID
			})
		}
		all.Wait()
		for _, id := range ids {
			if id != ids[0] {
				t.Errorf("made %s", ids)
			}
		}
	})
}

// Who may read a mission may offer help for it, while it is open.
func TestMakeAsksForAnOpenMissionThatOneMayRead(t *testing.T) {
	ways := map[mission.State][]mission.State{
		mission.Open: {mission.Open}, mission.Paused: {mission.Open, mission.Paused},
		mission.Filled: {mission.Open, mission.Filled}, mission.Done: {mission.Open, mission.Done},
	}
	dbtest.Run(t, nil, func(ctx context.Context, t *testing.T, d *db.DB, _ *dbtest.Clock) {
		h, other := housetest.New(ctx, t, d), housetest.New(ctx, t, d)
		n := offer.New{Name: "Salomé", Email: h.Address("Salomé"), Words: "Bonjour."}
		try := func(who actor.Actor, m mission.Mission) error {
			_, err := offer.Make(ctx, d, who, m.ID, n)
			return err
		}
		for _, state := range []mission.State{mission.Draft, mission.Open, mission.Paused, mission.Filled, mission.Done} {
			for _, v := range mission.Visibilities {
				m := h.Move(h.Draft(housetest.Visible(v)), ways[state]...)
				for name, who := range map[string]actor.Actor{"a visitor": h.Visitor, "a volunteer": h.Volunteer.Who, "the referent": h.Referent.Who} {
					err := try(who, m)
					switch {
					case !m.ReadBy(who):
						housetest.Refused(t, err, fault.Missing, "fault.missing")
					case state != mission.Open:
						housetest.Refused(t, err, fault.Conflict, "fault.mission_closed")
					case err != nil:
						t.Errorf("%s, %s and %s: %v", name, state, v, err)
					}
				}
			}
		}
		for _, who := range []actor.Actor{other.Visitor, other.Coordinator.Who} {
			housetest.Refused(t, try(who, h.Mission), fault.Missing, "fault.missing")
		}
		_, err := offer.Make(ctx, d, h.Visitor, 0, n)
		housetest.Refused(t, err, fault.Missing, "fault.missing")
	})
}
