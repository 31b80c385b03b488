package conversation_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"mainforte/internal/actor"
	"mainforte/internal/conversation"
	"mainforte/internal/db"
	"mainforte/internal/db/dbtest"
	"mainforte/internal/fault"
	"mainforte/internal/housetest"
)

func start(ctx context.Context, t testing.TB, d *db.DB, who actor.Actor) db.ID {
	t.Helper()
	id, err := conversation.Start(ctx, d, who)
	housetest.Must(t, err)
	return id
}

func post(ctx context.Context, t testing.TB, d *db.DB, who actor.Actor, in db.ID, m conversation.Message) db.ID {
	t.Helper()
	id, err := conversation.Post(ctx, d, who, in, m)
	housetest.Must(t, err)
	return id
}

func TestMessagesComeInTheirOrder(t *testing.T) {
	dbtest.Run(t, nil, func(ctx context.Context, t *testing.T, d *db.DB, clock *dbtest.Clock) {
		h := housetest.New(ctx, t, d)
		talk, other := start(ctx, t, d, h.Visitor), start(ctx, t, d, h.Visitor)
		said := []conversation.Message{
			{Author: "Salomé", FromVolunteer: true, Words: "Bonjour."},
			{Person: h.Referent.ID, Author: "Rachid", Words: "Bienvenue !", Note: "welcome"},
			{Person: h.Volunteer.ID, Author: "Salomé", FromVolunteer: true, Words: "Merci."},
		}
		for i := range said {
			said[i].At = d.Now()
			said[i].ID = post(ctx, t, d, h.Visitor, talk, said[i])
			post(ctx, t, d, h.Visitor, other, conversation.Message{Words: "Autre chose."})
			clock.Advance(time.Minute)
		}
		got, err := conversation.Messages(ctx, d, h.Visitor, talk)
		housetest.Must(t, err)
		if diff := cmp.Diff(said, got); diff != "" {
			t.Error(diff)
		}
	})
}

func TestAConversationIsItsAssociations(t *testing.T) {
	dbtest.Run(t, nil, func(ctx context.Context, t *testing.T, d *db.DB, _ *dbtest.Clock) {
		h, other := housetest.New(ctx, t, d), housetest.New(ctx, t, d)
		talk := start(ctx, t, d, h.Visitor)
		id := post(ctx, t, d, h.Visitor, talk, conversation.Message{FromVolunteer: true, Words: "Bonjour."})
		if all, err := conversation.Messages(ctx, d, other.Program, talk); err != nil || len(all) != 0 {
			t.Errorf("all: %+v, %v", all, err)
		}
		if last, err := conversation.LastWords(ctx, d, other.Program, []db.ID{talk}); err != nil || len(last) != 0 {
			t.Errorf("the last words: %q, %v", last, err)
		}
		if _, err := conversation.Post(ctx, d, other.Program, talk, conversation.Message{Words: "Coucou."}); err == nil {
			t.Error("words of another association joined the conversation")
		}
		housetest.Must(t, conversation.Own(ctx, d, other.Program, talk, other.Volunteer.ID))
		if m := find(ctx, t, d, h.Program, id, talk); m.Person != 0 {
			t.Errorf("they are now %s's", m.Person)
		}
	})
}

func TestLastWordsAreTheVolunteers(t *testing.T) {
	dbtest.Run(t, nil, func(ctx context.Context, t *testing.T, d *db.DB, _ *dbtest.Clock) {
		h := housetest.New(ctx, t, d)
		want := map[db.ID]string{}
		ids := []db.ID{start(ctx, t, d, h.Visitor)} // in which nobody spoke
		for range 22 {                              // more than one statement asks for
			talk := start(ctx, t, d, h.Visitor)
			ids = append(ids, talk)
			for _, m := range []conversation.Message{
				{FromVolunteer: true, Words: "D’abord."}, {FromVolunteer: true, Words: "Enfin, " + talk.String()}, {Words: "Réponse."},
			} {
				post(ctx, t, d, h.Visitor, talk, m)
			}
			want[talk] = "Enfin, " + talk.String()
		}
		got, err := conversation.LastWords(ctx, d, h.Visitor, ids)
		housetest.Must(t, err)
		if diff := cmp.Diff(want, got); diff != "" {
			t.Error(diff)
		}
	})
}

func TestSinceAndRepeated(t *testing.T) {
	dbtest.Run(t, nil, func(ctx context.Context, t *testing.T, d *db.DB, clock *dbtest.Clock) {
		h, other := housetest.New(ctx, t, d), housetest.New(ctx, t, d)
		talk := start(ctx, t, d, h.Visitor)
		said := conversation.Message{FromVolunteer: true, Words: "Bonjour."}
		first := post(ctx, t, d, h.Visitor, talk, said)
		since := func(message db.ID, want time.Time) {
			t.Helper()
			if got, err := conversation.Since(ctx, d, h.Visitor, talk, message); err != nil || !got.Equal(want) {
				t.Errorf("since %s, %v; want %s", got, err, want)
			}
		}
		repeated := func(who actor.Actor, m conversation.Message, want bool) {
			t.Helper()
			if got, err := conversation.Repeated(ctx, d, who, talk, m); err != nil || got != want {
				t.Errorf("%+v was just said: %t, %v", m, got, err)
			}
		}
		since(0, d.Now())
		since(first, time.Time{})
		repeated(h.Visitor, said, true)
		repeated(other.Visitor, said, false)
		repeated(h.Visitor, conversation.Message{Words: said.Words}, false) // the other side
		repeated(h.Visitor, conversation.Message{FromVolunteer: true, Words: "Bonsoir."}, false)

		clock.Advance(time.Minute)
		repeated(h.Visitor, said, false)
		post(ctx, t, d, h.Visitor, talk, conversation.Message{Words: "Réponse."})
		since(first, time.Time{}) // the association's words wait for nobody
		clock.Advance(time.Minute)
		post(ctx, t, d, h.Visitor, talk, said)
		since(first, d.Now())
	})
}

func TestCheckCleansAndRefuses(t *testing.T) {
	for text, want := range map[string]string{
		"Bonjour.\r\n\r\n\r\nMerci. \n": "Bonjour.\n\nMerci.",
		" \u200b\n":                     "words: fault.field.words",
		"":                              "words: fault.field.words",
		strings.Repeat("é", conversation.Limit+1): "words: fault.field.long",
	} {
		var check fault.Check
		got := conversation.Check(&check, "words", text)
		if err := check.Err(); err != nil {
			housetest.RefusedField(t, err, want)
		} else if got != want {
			t.Errorf("%q became %q", text, got)
		}
	}
	var check fault.Check
	conversation.Check(&check, "words", strings.Repeat("é", conversation.Limit))
	housetest.Must(t, check.Err())
}

func TestOwnGivesWhatAVolunteerSaidAlone(t *testing.T) {
	dbtest.Run(t, nil, func(ctx context.Context, t *testing.T, d *db.DB, _ *dbtest.Clock) {
		h := housetest.New(ctx, t, d)
		talk, other := start(ctx, t, d, h.Visitor), start(ctx, t, d, h.Visitor)
		ids := []db.ID{
			post(ctx, t, d, h.Visitor, talk, conversation.Message{FromVolunteer: true, Words: "Bonjour."}),
			post(ctx, t, d, h.Visitor, talk, conversation.Message{FromVolunteer: true, Words: "Déjà là.", Person: h.Second.ID}),
			post(ctx, t, d, h.Visitor, talk, conversation.Message{Words: "Une réponse du programme."}),
			post(ctx, t, d, h.Visitor, other, conversation.Message{FromVolunteer: true, Words: "Ailleurs."}),
		}
		housetest.Must(t, conversation.Own(ctx, d, h.Visitor, talk, h.Volunteer.ID))
		var got []db.ID
		for _, id := range ids {
			got = append(got, find(ctx, t, d, h.Visitor, id, talk, other).Person)
		}
		if diff := cmp.Diff([]db.ID{h.Volunteer.ID, h.Second.ID, 0, 0}, got); diff != "" {
			t.Error(diff)
		}
	})
}

func TestExportAndErase(t *testing.T) {
	dbtest.Run(t, nil, func(ctx context.Context, t *testing.T, d *db.DB, _ *dbtest.Clock) {
		h, other := housetest.New(ctx, t, d), housetest.New(ctx, t, d)
		here, there := start(ctx, t, d, h.Visitor), start(ctx, t, d, other.Visitor)
		post(ctx, t, d, h.Visitor, here, conversation.Message{Person: h.Volunteer.ID, Author: "Nour", FromVolunteer: true, Words: "Ici."})
		theirs := post(ctx, t, d, h.Visitor, here, conversation.Message{Person: h.Referent.ID, Author: "Rachid", Words: "Bonjour Nour.", Note: "welcome"})
		post(ctx, t, d, other.Visitor, there, conversation.Message{Person: h.Volunteer.ID, Author: "N.", Words: "Là-bas."})

		got, err := conversation.Export(ctx, d, h.Volunteer.ID)
		housetest.Must(t, err)
		if diff := cmp.Diff([]conversation.Exported{{At: d.Now(), Words: "Ici."}, {At: d.Now(), Words: "Là-bas."}}, got); diff != "" {
			t.Error(diff)
		}

		housetest.Must(t, conversation.Erase(ctx, d, h.Volunteer.ID))
		for _, c := range []struct {
			h    *housetest.House
			talk db.ID
		}{{h, here}, {other, there}} {
			all, err := conversation.Messages(ctx, d, c.h.Visitor, c.talk)
			housetest.Must(t, err)
			if all[0].Words != "" || all[0].Author != "" || !all[0].At.Equal(d.Now()) {
				t.Errorf("what is left: %+v", all[0])
			}
		}
		if m := find(ctx, t, d, h.Visitor, theirs, here); m.Words != "Bonjour Nour." || m.Author != "Rachid" {
			t.Errorf("what somebody else said: %+v", m)
		}
	})
}

// find gives a message by its ID, from whichever of the conversations has it.
func find(ctx context.Context, t *testing.T, d *db.DB, who actor.Actor, id db.ID, talks ...db.ID) conversation.Message {
	t.Helper()
	for _, talk := range talks {
		all, err := conversation.Messages(ctx, d, who, talk)
		housetest.Must(t, err)
		for _, m := range all {
			if m.ID == id {
				return m
			}
		}
	}
	t.Fatalf("no message %s", id)
	return conversation.Message{}
}
