package offer_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"mainforte/internal/actor"
	"mainforte/internal/association"
	"mainforte/internal/conversation"
	"mainforte/internal/db"
	"mainforte/internal/db/dbtest"
	"mainforte/internal/fault"
	"mainforte/internal/housetest"
	"mainforte/internal/mission"
	"mainforte/internal/offer"
	"mainforte/internal/people"
)

func TestWordsFromTheMailedLinkConfirm(t *testing.T) {
	dbtest.Run(t, listening, func(ctx context.Context, t *testing.T, d *db.DB, clock *dbtest.Clock) {
		h := housetest.New(ctx, t, d)
		o := h.Offer(h.Mission)
		heard(ctx, t, d, h)
		clock.Advance(time.Hour)
		housetest.Must(t, offer.Write(ctx, d, h.Bearer(o), o.ID, " Ou vendredi.\n ", 0))

		p, known, err := people.ByAddress(ctx, d, o.Email)
		housetest.Must(t, err)
		if !known || p.Name != o.Name {
			t.Fatalf("known: %t, %+v", known, p)
		}
		want := o
		want.Person, want.Confirmed, want.Unread = p.ID, d.Now(), d.Now()
		if diff := cmp.Diff(want, h.Again(o)); diff != "" {
			t.Error(diff)
		}
		story, err := offer.Read(ctx, d, actor.Actor{Association: h.ID, Person: p.ID}, o.ID)
		housetest.Must(t, err)
		for _, m := range story.Messages {
			if m.Person != p.ID {
				t.Errorf("%q is nobody's", m.Words)
			}
		}
		id := " " + o.ID.String()
		if diff := cmp.Diff([]string{"offer.confirmed" + id, "offer.replied" + id}, heard(ctx, t, d, h)); diff != "" {
			t.Error(diff)
		}
		housetest.Must(t, offer.Write(ctx, d, h.Bearer(o), o.ID, "Ou samedi.", 0))
		if diff := cmp.Diff([]string{"offer.replied" + id}, heard(ctx, t, d, h)); diff != "" {
			t.Errorf("confirmed twice: %s", diff)
		}
	})
}

// The person is the one whose address it is, whoever is signed in on the
// browser that followed the link.
func TestAnOfferJoinsThePersonOfItsAddress(t *testing.T) {
	dbtest.Run(t, nil, func(ctx context.Context, t *testing.T, d *db.DB, _ *dbtest.Clock) {
		h := housetest.New(ctx, t, d)
		o, err := offer.Make(ctx, d, h.Visitor, h.Mission.ID, offer.New{Name: "N.", Email: strings.ToUpper(h.Volunteer.Email), Words: "Bonjour."})
		housetest.Must(t, err)
		who := h.Second.Who
		who.Offer = o.ID
		confirmed, err := offer.Confirm(ctx, d, who, o.ID)
		housetest.Must(t, err)
		if confirmed.Person != h.Volunteer.ID {
			t.Errorf("it joined %s, not %s", confirmed.Person, h.Volunteer.ID)
		}
		if p, err := people.ByID(ctx, d, h.Volunteer.ID); err != nil || p.Name != h.Volunteer.Name || p.Email != h.Volunteer.Email {
			t.Errorf("a link changed them to %+v, %v", p, err)
		}
	})
}

func TestAMailedLinkOpensItsConversationForHalfAYear(t *testing.T) {
	dbtest.Run(t, nil, func(ctx context.Context, t *testing.T, d *db.DB, clock *dbtest.Clock) {
		h := housetest.New(ctx, t, d)
		o := h.Offer(h.Mission)
		token, err := offer.LinkToken(ctx, d, h.ID, o.ID)
		housetest.Must(t, err)
		who, err := offer.OpenLink(ctx, d, token)
		housetest.Must(t, err)
		if diff := cmp.Diff(actor.Actor{Association: h.ID, Offer: o.ID}, who); diff != "" {
			t.Error(diff)
		}
		if got := h.Again(o); got.Person != 0 || !got.Confirmed.IsZero() {
			t.Error("opening the link confirmed: a scanner would")
		}
		for _, forged := range []string{"", "x", token[1:], token + "A"} {
			_, err := offer.OpenLink(ctx, d, forged)
			housetest.Refused(t, err, fault.Gone, "fault.offer_link")
		}
		broken, cancel := context.WithCancel(ctx)
		cancel()
		if _, err := offer.OpenLink(broken, d, token); err == nil || fault.Is(err, fault.Gone) {
			t.Errorf("a failure was taken for an end: %v", err)
		}
		clock.Advance(offer.LinkLife - time.Second)
		if _, err := offer.OpenLink(ctx, d, token); err != nil {
			t.Errorf("a second before its end: %v", err)
		}
		clock.Advance(time.Second)
		_, err = offer.OpenLink(ctx, d, token)
		housetest.Refused(t, err, fault.Gone, "fault.offer_link")
	})
}

func TestAReplyIsReadAndUnread(t *testing.T) {
	dbtest.Run(t, listening, func(ctx context.Context, t *testing.T, d *db.DB, clock *dbtest.Clock) {
		h := housetest.New(ctx, t, d)
		o := h.OfferOf(h.Volunteer, h.Mission)
		h.Answer(o, offer.Answer{Kind: offer.Welcome, Words: "Bienvenue !"})
		heard(ctx, t, d, h)
		since := d.Now()
		for _, words := range []string{"À quelle heure ?", "Et où ?"} { // the first one counts
			housetest.Must(t, offer.Write(ctx, d, h.Volunteer.Who, o.ID, words, 0))
			clock.Advance(time.Hour)
		}
		if got := h.Again(o).Unread; !got.Equal(since) {
			t.Errorf("unread since %s, want %s", got, since)
		}
		housetest.Must(t, offer.Write(ctx, d, h.Deputy.Who, o.ID, "À dix heures, au local.", 0))
		if got := h.Again(o); !got.Unread.IsZero() || got.State != offer.Welcomed {
			t.Errorf("replied to, it is %+v", got)
		}
		want := []string{"> Nour: Je connais le quartier.", "<", "> Nour: À quelle heure ?", "> Nour: Et où ?", "< Denise: À dix heures, au local."}
		for i, line := range messages(ctx, t, d, h, o) {
			if !strings.HasPrefix(line, want[i]) {
				t.Errorf("the message %d is %q, want %q", i, line, want[i])
			}
		}
		if kinds := heard(ctx, t, d, h); len(kinds) != 3 {
			t.Errorf("heard %q", kinds)
		}
		for words, want := range map[string]string{" \u200b ": "words: fault.field.words", strings.Repeat("é", conversation.Limit+1): "words: fault.field.long"} {
			for _, who := range []actor.Actor{h.Volunteer.Who, h.Referent.Who} {
				housetest.RefusedField(t, offer.Write(ctx, d, who, o.ID, words, 0), want)
			}
		}
	})
}

// A kind word is no answer: the clock of the promise runs on.
func TestAReplyIsNoAnswer(t *testing.T) {
	dbtest.Run(t, nil, func(ctx context.Context, t *testing.T, d *db.DB, _ *dbtest.Clock) {
		h := housetest.New(ctx, t, d)
		o := h.Offer(h.Mission)
		housetest.Must(t, offer.Write(ctx, d, h.Referent.Who, o.ID, "Je me renseigne.", 0))
		if diff := cmp.Diff(o, h.Again(o)); diff != "" {
			t.Error(diff)
		}
	})
}

func TestWithdraw(t *testing.T) {
	dbtest.Run(t, listening, func(ctx context.Context, t *testing.T, d *db.DB, _ *dbtest.Clock) {
		h := housetest.New(ctx, t, d)
		o := h.Offer(h.Mission)
		housetest.Must(t, offer.Write(ctx, d, h.Bearer(o), o.ID, "Finalement…", 0))
		heard(ctx, t, d, h)
		housetest.Must(t, offer.Withdraw(ctx, d, h.Bearer(o), o.ID))
		if got := h.Again(o); got.State != offer.Withdrawn {
			t.Errorf("it is %+v", got)
		}
		housetest.Refused(t, offer.Withdraw(ctx, d, h.Bearer(o), o.ID), fault.Conflict, "fault.offer_moved")
		if diff := cmp.Diff([]string{"offer.withdrawn " + o.ID.String()}, heard(ctx, t, d, h)); diff != "" {
			t.Error(diff)
		}
		// What they said first is still to be read; then nobody waits.
		if names := desk(ctx, t, d, h.Referent.Who); len(names) != 1 {
			t.Errorf("on the desk: %q", names)
		}
		housetest.Must(t, offer.Write(ctx, d, h.Referent.Who, o.ID, "Bien compris, merci !", 0))
		if names := desk(ctx, t, d, h.Referent.Who); len(names) != 0 {
			t.Errorf("on the desk: %q", names)
		}
	})
}

// Who answers what is on their screen has not read what came since.
func TestWordsThatCameMeanwhileGoOnWaiting(t *testing.T) {
	for name, reply := range map[string]func(context.Context, *db.DB, *housetest.House, db.ID, db.ID) error{
		"a reply": func(ctx context.Context, d *db.DB, h *housetest.House, id, seen db.ID) error {
			return offer.Write(ctx, d, h.Referent.Who, id, "Jeudi nous va.", seen)
		},
		"an answer": func(ctx context.Context, d *db.DB, h *housetest.House, id, seen db.ID) error {
			_, err := offer.Give(ctx, d, h.Referent.Who, id, offer.Answer{Kind: offer.Welcome, Words: "Jeudi nous va.", Seen: seen})
			return err
		},
	} {
		t.Run(name, func(t *testing.T) {
			dbtest.Run(t, nil, func(ctx context.Context, t *testing.T, d *db.DB, clock *dbtest.Clock) {
				h := housetest.New(ctx, t, d)
				o := h.OfferOf(h.Volunteer, h.Mission)
				housetest.Must(t, offer.Write(ctx, d, h.Volunteer.Who, o.ID, "Un détail.", 0))
				story, err := offer.Read(ctx, d, h.Referent.Who, o.ID)
				housetest.Must(t, err)
				seen := story.Messages[len(story.Messages)-1].ID
				clock.Advance(time.Minute)
				since := d.Now()
				housetest.Must(t, offer.Write(ctx, d, h.Volunteer.Who, o.ID, "En fait, pas jeudi.", 0))
				clock.Advance(time.Minute)
				housetest.Must(t, reply(ctx, d, h, o.ID, seen))
				if got := h.Again(o).Unread; !got.Equal(since) {
					t.Errorf("unread since %s, want %s", got, since)
				}
			})
		})
	}
}

func TestTheSameWordsTwiceAreOneMessage(t *testing.T) {
	dbtest.Run(t, listening, func(ctx context.Context, t *testing.T, d *db.DB, clock *dbtest.Clock) {
		h := housetest.New(ctx, t, d)
		o := h.OfferOf(h.Volunteer, h.Mission)
		heard(ctx, t, d, h)
		for range 2 { // an impatient thumb, on each side
			housetest.Must(t, offer.Write(ctx, d, h.Volunteer.Who, o.ID, "Merci !", 0))
			housetest.Must(t, offer.Write(ctx, d, h.Referent.Who, o.ID, "Merci !", 0))
			clock.Advance(10 * time.Second)
		}
		if said := messages(ctx, t, d, h, o); len(said) != 3 {
			t.Errorf("said %q", said)
		}
		if kinds := heard(ctx, t, d, h); len(kinds) != 2 {
			t.Errorf("heard %q", kinds)
		}
		clock.Advance(time.Hour)
		housetest.Must(t, offer.Write(ctx, d, h.Volunteer.Who, o.ID, "Merci !", 0))
		if said := messages(ctx, t, d, h, o); len(said) != 4 {
			t.Errorf("an hour later, said %q", said)
		}
	})
}

func TestFollowMakesAnOfferForTheOtherMission(t *testing.T) {
	dbtest.Run(t, nil, func(ctx context.Context, t *testing.T, d *db.DB, _ *dbtest.Clock) {
		h := housetest.New(ctx, t, d)
		other := h.Open(housetest.AnsweredBy(h.Answerer, housetest.Person{}))
		o := h.Offer(h.Mission)

		_, err := offer.Follow(ctx, d, h.Bearer(o), o.ID, "Volontiers.")
		housetest.Refused(t, err, fault.Conflict, "fault.offer_moved") // nothing else was proposed

		h.Answer(o, offer.Answer{Kind: offer.Another, Other: other.ID, Words: "Plutôt celle-ci."})
		for _, who := range []actor.Actor{h.Referent.Who, h.Coordinator.Who} {
			_, err := offer.Follow(ctx, d, who, o.ID, "Volontiers.")
			housetest.Refused(t, err, fault.Forbidden, "fault.forbidden")
		}
		for _, who := range []actor.Actor{h.Visitor, h.Second.Who} {
			_, err := offer.Follow(ctx, d, who, o.ID, "Volontiers.")
			housetest.Refused(t, err, fault.Missing, "fault.missing")
		}
		_, err = offer.Follow(ctx, d, h.Bearer(o), o.ID, " ")
		housetest.RefusedField(t, err, "words: fault.field.words")

		next, err := offer.Follow(ctx, d, h.Bearer(o), o.ID, "Volontiers.")
		housetest.Must(t, err)
		person := h.Again(o).Person
		if next.Mission != other.ID || next.State != offer.Waiting || next.Person != person || person == 0 || next.Email != o.Email || next.Confirmed.IsZero() {
			t.Errorf("the next one is %+v", next)
		}
		if again, err := offer.Follow(ctx, d, h.Bearer(o), o.ID, "Volontiers."); err != nil || again.ID != next.ID {
			t.Errorf("an impatient thumb made %s beside %s, %v", again.ID, next.ID, err)
		}
		if waits, err := offer.Desk(ctx, d, h.Answerer.Who); err != nil || len(waits) != 1 || waits[0].Words != "Volontiers." {
			t.Errorf("on the other desk: %+v, %v", waits, err)
		}

		h.Move(other, mission.Filled)
		_, err = offer.Follow(ctx, d, h.Bearer(o), o.ID, "Toujours volontiers.")
		housetest.Refused(t, err, fault.Conflict, "fault.mission_closed")
	})
}

func TestAdoptGivesAPersonTheOffersOfTheirAddress(t *testing.T) {
	dbtest.Run(t, nil, func(ctx context.Context, t *testing.T, d *db.DB, _ *dbtest.Clock) {
		h, other := housetest.New(ctx, t, d), housetest.New(ctx, t, d)
		inês := h.Stranger
		make := func(h *housetest.House, email string) offer.Offer {
			t.Helper()
			o, err := offer.Make(ctx, d, h.Visitor, h.Mission.ID, offer.New{Name: "Inès", Email: email, Words: "Bonjour, " + d.NewID().String()})
			housetest.Must(t, err)
			return o
		}
		mine := []offer.Offer{make(h, inês.Email), make(other, strings.ToUpper(inês.Email)), make(h, inês.Email)}
		h.Answer(mine[2], offer.Answer{Kind: offer.Welcome, Words: "Bienvenue !"})
		theirs := make(h, h.Address("Salomé"))

		for range 2 { // each time they sign in
			housetest.Must(t, offer.Adopt(ctx, d, inês.Person))
		}
		for i, house := range []*housetest.House{h, other, h} {
			if got := house.Again(mine[i]); got.Person != inês.ID || !got.Confirmed.IsZero() {
				t.Errorf("%d is %s's, confirmed at %v", i, got.Person, got.Confirmed)
			}
		}
		if got := h.Again(theirs); got.Person != 0 {
			t.Errorf("somebody else's is %s's", got.Person)
		}
		// The address is theirs, but somebody else may have typed it: a
		// welcome waits for them to say that the offer is theirs too.
		if h.As(inês.Person).Who.Member {
			t.Error("signing in made a member of somebody who said nothing")
		}
		_, err := offer.Confirm(ctx, d, h.As(inês.Person).Who, mine[2].ID)
		housetest.Must(t, err)
		if !h.As(inês.Person).Who.Member || other.As(inês.Person).Who.Member {
			t.Error("they are a member where they were welcomed, and nowhere else")
		}
		followed, err := offer.Mine(ctx, d, inês.ID)
		housetest.Must(t, err)
		var got []string
		for _, o := range followed {
			got = append(got, o.ID.String()+" "+o.Association.String()+" "+o.MissionTitle)
		}
		want := []string{
			mine[2].ID.String() + " " + h.ID.String() + " " + h.Mission.Title,
			mine[1].ID.String() + " " + other.ID.String() + " " + other.Mission.Title,
			mine[0].ID.String() + " " + h.ID.String() + " " + h.Mission.Title,
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Error(diff)
		}
		housetest.Must(t, offer.Adopt(ctx, d, people.Person{})) // one who was erased
	})
}

func TestWhoComesBackByAWelcomeHasNoRole(t *testing.T) {
	dbtest.Run(t, nil, func(ctx context.Context, t *testing.T, d *db.DB, _ *dbtest.Clock) {
		h := housetest.New(ctx, t, d)
		housetest.Must(t, association.Leave(ctx, d, h.Answerer.Who))
		h.Answer(h.OfferOf(h.As(h.Answerer.Person), h.Mission), offer.Answer{Kind: offer.Welcome, Words: "Te revoilà !"})
		if who := h.As(h.Answerer.Person).Who; !who.Member || who.Referent {
			t.Errorf("they are %+v", who)
		}
	})
}
