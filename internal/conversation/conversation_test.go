package conversation_test

import (
	"context"
	"errors"
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
		one, err := conversation.ByID(ctx, d, h.Visitor, said[1].ID)
		housetest.Must(t, err)
		if diff := cmp.Diff(said[1], one); diff != "" {
			t.Error(diff)
		}
	})
}

func TestAConversationIsItsAssociations(t *testing.T) {
	dbtest.Run(t, nil, func(ctx context.Context, t *testing.T, d *db.DB, _ *dbtest.Clock) {
		h, other := housetest.New(ctx, t, d), housetest.New(ctx, t, d)
		talk := start(ctx, t, d, h.Visitor)
		id := post(ctx, t, d, h.Visitor, talk, conversation.Message{FromVolunteer: true, Words: "Bonjour."})
		if _, err := conversation.ByID(ctx, d, other.Program, id); !errors.Is(err, db.ErrNone) {
			t.Errorf("one message: %v", err)
		}
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
		if m, err := conversation.ByID(ctx, d, h.Program, id); err != nil || m.Person != 0 {
			t.Errorf("they are now %s's, %v", m.Person, err)
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

func TestCheckCleansAndRefuses(t *testing.T) {
	for text, want := range map[string]string{
		"Bonjour.\r\n\r\n\r\nMerci. \n": "Bonjour.\n\nMerci.",
		" \u200b\n":                     "words: fault.field.empty",
		"":                              "words: fault.field.empty",
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
			m, err := conversation.ByID(ctx, d, h.Visitor, id)
			housetest.Must(t, err)
			got = append(got, m.Person)
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
		if m, err := conversation.ByID(ctx, d, h.Visitor, theirs); err != nil || m.Words != "Bonjour Nour." || m.Author != "Rachid" {
			t.Errorf("what somebody else said: %+v, %v", m, err)
		}
	})
}
