package jobs_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"mainforte/internal/db"
	"mainforte/internal/db/dbtest"
	"mainforte/internal/jobs"
)

func TestEnqueueKeepsOrLosesTheJobWithItsCause(t *testing.T) {
	run(t, func(ctx context.Context, t *testing.T, d *db.DB, _ *dbtest.Clock) {
		var done record
		refused := errors.New("refused")
		err := d.Write(ctx, func(d *db.DB) error {
			enqueue(ctx, t, d, jobs.Spec{Kind: "work", Payload: "lost"})
			return refused
		})
		if !errors.Is(err, refused) {
			t.Fatal(err)
		}
		must(t, d.Write(ctx, func(d *db.DB) error {
			enqueue(ctx, t, d, jobs.Spec{Kind: "work", Payload: "kept"})
			return nil
		}))
		drain(ctx, t, runner(d, done.keep))
		done.want(t, "kept 1")
	})
}

func TestEnqueueKeepsOneJobPerKey(t *testing.T) {
	run(t, func(ctx context.Context, t *testing.T, d *db.DB, _ *dbtest.Clock) {
		var done record
		r := runner(d, func(ctx context.Context, d *db.DB, j jobs.Job) error {
			if j.Payload == "first" { // while it is being done
				enqueue(ctx, t, d, jobs.Spec{Kind: "work", Payload: "third", Key: "digest"})
			}
			return done.keep(ctx, d, j)
		})
		enqueue(ctx, t, d, jobs.Spec{Kind: "work", Payload: "first", Key: "digest"})
		enqueue(ctx, t, d, jobs.Spec{Kind: "work", Payload: "second", Key: "digest"})
		enqueue(ctx, t, d, jobs.Spec{Kind: "work", Payload: "other", Key: "another digest"})
		drain(ctx, t, r)
		done.want(t, "first 1", "other 1")
		enqueue(ctx, t, d, jobs.Spec{Kind: "work", Payload: "after", Key: "digest"})
		drain(ctx, t, r)
		done.want(t, "first 1", "other 1", "after 1")
	})
}

// What was given up must not keep the same work from ever being done again:
// a week's digest that failed would be the last.
func TestADeadJobFreesItsKey(t *testing.T) {
	run(t, func(ctx context.Context, t *testing.T, d *db.DB, _ *dbtest.Clock) {
		var done record
		enqueue(ctx, t, d, jobs.Spec{Kind: "work", Payload: "first", Key: "digest"})
		drain(ctx, t, runner(d, func(context.Context, *db.DB, jobs.Job) error { return jobs.ErrNever }))
		enqueue(ctx, t, d, jobs.Spec{Kind: "work", Payload: "second", Key: "digest"})
		drain(ctx, t, runner(d, done.keep))
		done.want(t, "second 1")
		dead(ctx, t, d, "first")
	})
}

func TestEnqueueWaitsForItsTime(t *testing.T) {
	run(t, func(ctx context.Context, t *testing.T, d *db.DB, clock *dbtest.Clock) {
		var done record
		r := runner(d, done.keep)
		enqueue(ctx, t, d, jobs.Spec{Kind: "work", Payload: "later", At: d.Now().Add(time.Hour)})
		enqueue(ctx, t, d, jobs.Spec{Kind: "work", Payload: "soon", At: d.Now().Add(time.Minute)})
		drain(ctx, t, r)
		done.want(t)
		clock.Advance(time.Hour - time.Millisecond)
		drain(ctx, t, r)
		done.want(t, "soon 1")
		clock.Advance(time.Millisecond)
		drain(ctx, t, r)
		done.want(t, "soon 1", "later 1")
	})
}

func TestDeadJobsAreListedRevivedAndDiscarded(t *testing.T) {
	run(t, func(ctx context.Context, t *testing.T, d *db.DB, clock *dbtest.Clock) {
		association := d.NewID()
		for _, payload := range []string{"a", "b", "c"} {
			enqueue(ctx, t, d, jobs.Spec{Association: association, Kind: "work", Payload: payload, MaxAttempts: 1})
			drain(ctx, t, runner(d, func(context.Context, *db.DB, jobs.Job) error { return errors.New("the server said no") }))
			clock.Advance(time.Minute)
		}
		enqueue(ctx, t, d, jobs.Spec{Kind: "work", Payload: "living", At: d.Now().Add(time.Hour)})

		list := dead(ctx, t, d, "c", "b", "a") // newest first
		want := jobs.Job{
			ID: list[0].ID, Association: association, Kind: "work", Payload: "c", Attempt: 1, MaxAttempts: 1,
			RunAt: list[0].RunAt, DeadAt: d.Now().Add(-time.Minute), LastError: "the server said no",
		}
		if diff := cmp.Diff(want, list[0]); diff != "" {
			t.Error(diff)
		}

		must(t, jobs.Discard(ctx, d, list[0].ID))
		must(t, jobs.Revive(ctx, d, list[1].ID))
		dead(ctx, t, d, "a")
		var done record
		drain(ctx, t, runner(d, done.keep))
		done.want(t, "b 1") // its attempts begin anew
	})
}

func TestALivingJobIsNeitherRevivedNorDiscarded(t *testing.T) {
	run(t, func(ctx context.Context, t *testing.T, d *db.DB, clock *dbtest.Clock) {
		var done record
		var id db.ID
		enqueue(ctx, t, d, jobs.Spec{Kind: "work", Payload: "living"})
		drain(ctx, t, runner(d, func(_ context.Context, _ *db.DB, j jobs.Job) error {
			id = j.ID
			return errors.New("not yet")
		}))
		must(t, jobs.Revive(ctx, d, id))
		drain(ctx, t, runner(d, done.keep))
		done.want(t) // it waits for its second try all the same
		must(t, jobs.Discard(ctx, d, id))
		if n, err := jobs.Waiting(ctx, d); n != 1 || err != nil {
			t.Errorf("%d jobs wait, %v", n, err)
		}
		clock.Advance(time.Minute)
		drain(ctx, t, runner(d, done.keep))
		done.want(t, "living 2")
	})
}
