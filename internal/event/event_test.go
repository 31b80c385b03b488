package event_test

import (
	"context"
	"errors"
	"log/slog"
	"testing"

	"github.com/google/go-cmp/cmp"

	"mainforte/internal/actor"
	"mainforte/internal/db"
	"mainforte/internal/db/dbtest"
	"mainforte/internal/event"
	"mainforte/internal/jobs"
)

const (
	rang     = "bell.rang"
	repaired = "bell.repaired"
)

// subscribers: two jobs when the bell rings, none when it is repaired.
var subscribers = map[string][]string{rang: {"mail", "count"}}

var qOf = db.SQL("eventtest.of", `SELECT kind FROM event WHERE association_id = $1 ORDER BY id`, db.Value[string])

// heard drains the queue and gives the events that each kind of job was given.
func heard(ctx context.Context, t *testing.T, d *db.DB) map[string][]event.Event {
	t.Helper()
	got := map[string][]event.Event{}
	handlers := map[string]jobs.Handler{}
	for _, kind := range []string{"mail", "count"} {
		handlers[kind] = func(ctx context.Context, d *db.DB, j jobs.Job) error {
			return event.Handler(func(_ context.Context, _ *db.DB, e event.Event) error {
				if j.Association != e.Association {
					t.Errorf("the job is %s's, its event %s's", j.Association, e.Association)
				}
				got[kind] = append(got[kind], e)
				return nil
			})(ctx, d, j)
		}
	}
	if _, err := jobs.NewRunner(d, handlers, nil, slog.New(slog.DiscardHandler)).Drain(ctx); err != nil {
		t.Fatal(err)
	}
	return got
}

func TestRecordTellsEachSubscriberOnce(t *testing.T) {
	dbtest.Run(t, subscribers, func(ctx context.Context, t *testing.T, d *db.DB, _ *dbtest.Clock) {
		who := actor.Actor{Association: d.NewID(), Person: d.NewID()}
		subject, object := d.NewID(), d.NewID()
		if err := event.Record(ctx, d, who, rang, subject, object); err != nil {
			t.Fatal(err)
		}
		if err := event.Record(ctx, d, who, repaired, subject, 0); err != nil {
			t.Fatal(err)
		}
		got := heard(ctx, t, d)
		if len(got["mail"]) != 1 {
			t.Fatalf("heard %+v", got)
		}
		id := got["mail"][0].ID
		e := event.Event{ID: id, Association: who.Association, Kind: rang, Subject: subject, Object: object, Person: who.Person, At: d.Now()}
		if diff := cmp.Diff(map[string][]event.Event{"mail": {e}, "count": {e}}, got); diff != "" {
			t.Error(diff)
		}
		if again := heard(ctx, t, d); len(again) != 0 {
			t.Errorf("heard again: %+v", again)
		}
		kinds, err := qOf.All(ctx, d, who)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff([]string{rang, repaired}, kinds); diff != "" {
			t.Error(diff)
		}
	})
}

func TestRecordNothingOfWhatWasUndone(t *testing.T) {
	dbtest.Run(t, subscribers, func(ctx context.Context, t *testing.T, d *db.DB, _ *dbtest.Clock) {
		who, refused := actor.Actor{Association: d.NewID()}, errors.New("refused")
		err := d.Write(ctx, func(d *db.DB) error {
			if err := event.Record(ctx, d, who, rang, 1, 0); err != nil {
				return err
			}
			return refused
		})
		if !errors.Is(err, refused) {
			t.Fatal(err)
		}
		if got := heard(ctx, t, d); len(got) != 0 {
			t.Errorf("heard %+v", got)
		}
		if kinds, err := qOf.All(ctx, d, who); err != nil || len(kinds) != 0 {
			t.Errorf("recorded %q, %v", kinds, err)
		}
	})
}

func TestRecordOfNoAssociation(t *testing.T) {
	dbtest.Run(t, subscribers, func(ctx context.Context, t *testing.T, d *db.DB, _ *dbtest.Clock) {
		if err := event.Record(ctx, d, actor.Actor{}, rang, 0, 0); err != nil {
			t.Fatal(err)
		}
		got := heard(ctx, t, d)["mail"]
		if len(got) != 1 || got[0].Association != 0 || got[0].Subject != 0 || got[0].Person != 0 {
			t.Errorf("heard %+v", got)
		}
	})
}

// A job that names no event is no reason to call a handler with nothing.
func TestHandlerRefusesAJobWithoutItsEvent(t *testing.T) {
	dbtest.Run(t, subscribers, func(ctx context.Context, t *testing.T, d *db.DB, _ *dbtest.Clock) {
		handle := event.Handler(func(context.Context, *db.DB, event.Event) error {
			t.Error("handled")
			return nil
		})
		for _, payload := range []string{"", "not an ID", d.NewID().String()} {
			if err := handle(ctx, d, jobs.Job{Payload: payload}); err == nil {
				t.Errorf("%q was taken", payload)
			}
		}
	})
}
