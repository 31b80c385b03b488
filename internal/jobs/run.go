package jobs

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"runtime/debug"
	"strings"
	"sync"
	"time"

	"mainforte/internal/db"
)

const (
	lease = time.Minute
	// poll is how long a job enqueued by another process may wait; what
	// this process enqueues wakes its runners at once.
	poll = time.Second
)

// wakers are the runners of this process; a commit that queued work wakes
// them.
var wakers sync.Map // of *Runner to struct{}

func wake() {
	wakers.Range(func(key, _ any) bool {
		select {
		case key.(*Runner).woken <- struct{}{}:
		default:
		}
		return true
	})
}

// Periodic is work that comes back; one node of all does it each time.
type Periodic struct {
	// Kind names the handler, and the row in the schedule.
	Kind  string
	Every time.Duration
}

// Runner does jobs on one node.
type Runner struct {
	d        *db.DB
	handlers map[string]Handler
	periodic []Periodic
	log      *slog.Logger
	woken    chan struct{}
}

// NewRunner makes a runner that does nothing until Run or Drain.
func NewRunner(d *db.DB, handlers map[string]Handler, periodic []Periodic, log *slog.Logger) *Runner {
	return &Runner{d: d, handlers: handlers, periodic: periodic, log: log, woken: make(chan struct{}, 1)}
}

var (
	qClaim = db.Across("jobs.claim", "the queue serves the whole instance",
		`UPDATE job SET lease_owner = $1, lease_until = $2, attempts = attempts + 1
		 WHERE id = (SELECT id FROM job
		             WHERE dead_at IS NULL AND run_at <= $3 AND (lease_until IS NULL OR lease_until <= $3)
		             ORDER BY run_at, id LIMIT 1)
		 RETURNING id, association_id, kind, payload, attempts, max_attempts, run_at, dead_at, last_error`, scanJob).
		OnPostgres(
			`UPDATE job SET lease_owner = $1, lease_until = $2, attempts = attempts + 1
		 WHERE id = (SELECT id FROM job
		             WHERE dead_at IS NULL AND run_at <= $3 AND (lease_until IS NULL OR lease_until <= $3)
		             ORDER BY run_at, id LIMIT 1 FOR UPDATE SKIP LOCKED)
		 RETURNING id, association_id, kind, payload, attempts, max_attempts, run_at, dead_at, last_error`)

	qRenew = db.DoAcross("jobs.renew", "the queue serves the whole instance",
		`UPDATE job SET lease_until = $1 WHERE id = $2 AND lease_owner = $3`)

	qFinish = db.DoAcross("jobs.finish", "the queue serves the whole instance",
		`DELETE FROM job WHERE id = $1 AND lease_owner = $2`)

	// A job that is given up frees its key: the same work may come again.
	qRetry = db.DoAcross("jobs.retry", "the queue serves the whole instance",
		`UPDATE job SET lease_owner = NULL, lease_until = NULL, run_at = $1, last_error = $2, dead_at = $3,
		        unique_key = CASE WHEN CAST($3 AS BIGINT) IS NULL THEN unique_key END
		 WHERE id = $4 AND lease_owner = $5`)

	qPlan = db.DoAcross("jobs.plan", "the schedule serves the whole instance",
		`INSERT INTO schedule (name, next_at) VALUES ($1, $2) ON CONFLICT (name) DO NOTHING`)

	qTick = db.DoAcross("jobs.tick", "the schedule serves the whole instance",
		`UPDATE schedule SET next_at = $1 WHERE name = $2 AND next_at <= $3`)
)

// Run does jobs with this many workers until the context ends, and returns
// when the work in hand is done.
func (r *Runner) Run(ctx context.Context, workers int) {
	wakers.Store(r, struct{}{})
	defer wakers.Delete(r)
	var all sync.WaitGroup
	for range workers {
		all.Go(func() { r.work(ctx) })
	}
	all.Wait()
}

func (r *Runner) work(ctx context.Context) {
	timer := time.NewTimer(0)
	defer timer.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-r.woken:
		case <-timer.C:
		}
		if _, err := r.drain(ctx, 0); err != nil && ctx.Err() == nil {
			r.log.Error("jobs", "error", err)
		}
		timer.Reset(poll)
	}
}

// Drain does everything that is due now, and what that causes, and tells how
// many jobs it did. Tests and the demo's clock call it instead of waiting.
func (r *Runner) Drain(ctx context.Context) (int, error) { return r.drain(ctx, 100_000) }

// drain does due jobs until none is left; a positive most guards a test
// against work that feeds itself.
func (r *Runner) drain(ctx context.Context, most int) (int, error) {
	if err := r.tick(ctx); err != nil {
		return 0, err
	}
	for done := 0; ; done++ {
		if ctx.Err() != nil {
			return done, ctx.Err()
		}
		if most > 0 && done == most {
			return done, fmt.Errorf("still work after %d jobs", most)
		}
		// Each claim has an owner of its own: a worker that lost its lease
		// settles nothing, even when another of this runner took over.
		owner, now := r.d.NewID(), r.d.Now()
		job, found, err := db.Maybe(qClaim.One(ctx, r.d, owner, now.Add(lease), now))
		if err != nil || !found {
			return done, err
		}
		if err := r.do(ctx, job, owner); err != nil {
			return done, err
		}
	}
}

// do runs the handler and settles the job. The work in hand is finished even
// when the program is asked to stop.
func (r *Runner) do(ctx context.Context, j Job, owner db.ID) error {
	ctx = context.WithoutCancel(ctx)
	failure := errDied
	if j.Attempt <= j.MaxAttempts {
		failure = r.handle(ctx, j, owner)
	}
	if failure == nil {
		_, err := qFinish.Run(ctx, r.d, j.ID, owner)
		return err
	}
	now := r.d.Now()
	var dead time.Time
	if j.Attempt >= j.MaxAttempts || errors.Is(failure, ErrNever) {
		dead = now
	}
	r.log.Warn("job failed", "job", j.ID.String(), "kind", j.Kind, "attempt", j.Attempt, "dead", !dead.IsZero(), "error", failure)
	_, err := qRetry.Run(ctx, r.d, now.Add(delay(j.Attempt)), legible(failure), dead, j.ID, owner)
	return err
}

// errDied is for a job whose last try was never settled: its runner died,
// perhaps of it.
var errDied = errors.New("no runner lived to tell how it ended")

// errorLimit is in bytes: enough for the top of a stack.
const errorLimit = 4000

// legible is an error as both engines can keep it. What a server answered may
// hold bytes that are no text.
func legible(err error) string {
	text := err.Error()
	return strings.ToValidUTF8(strings.ReplaceAll(text[:min(len(text), errorLimit)], "\x00", ""), "")
}

func (r *Runner) handle(ctx context.Context, j Job, owner db.ID) (err error) {
	handler, ok := r.handlers[j.Kind]
	if !ok {
		return fmt.Errorf("no handler for %q: %w", j.Kind, ErrNever)
	}
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("panic: %v\n%s", p, debug.Stack())
		}
	}()
	stop := make(chan struct{})
	var renewal sync.WaitGroup
	renewal.Go(func() { r.renew(ctx, j, owner, stop) })
	defer renewal.Wait()
	defer close(stop)
	return handler(ctx, r.d, j)
}

// renew keeps the lease while the handler works.
func (r *Runner) renew(ctx context.Context, j Job, owner db.ID, stop <-chan struct{}) {
	ticker := time.NewTicker(lease / 3)
	defer ticker.Stop()
	for {
		select {
		case <-stop:
			return
		case <-ticker.C:
			if _, err := qRenew.Run(ctx, r.d, r.d.Now().Add(lease), j.ID, owner); err != nil {
				r.log.Warn("lease not renewed", "job", j.ID.String(), "error", err)
			}
		}
	}
}

// tick enqueues the periodic work that is due. The row in the schedule moves
// in the same transaction, so one node of all does it.
func (r *Runner) tick(ctx context.Context) error {
	for _, p := range r.periodic {
		now := r.d.Now()
		if _, err := qPlan.Run(ctx, r.d, p.Kind, now); err != nil {
			return err
		}
		err := r.d.Write(ctx, func(d *db.DB) error {
			due, err := qTick.Run(ctx, d, now.Add(p.Every), p.Kind, now)
			if err != nil || due == 0 {
				return err
			}
			return Enqueue(ctx, d, Spec{Kind: p.Kind, Key: "periodic:" + p.Kind})
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// delay doubles from half a minute to half a day.
func delay(attempt int) time.Duration {
	return min(firstDelay<<min(attempt-1, 20), longestDelay)
}
