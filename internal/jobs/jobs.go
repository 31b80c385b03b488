// Package jobs is the durable queue: work written in the transaction that
// causes it, done at least once, on any node.
//
// A job is leased to a runner for a while; the lease is renewed while the
// work goes on, and who dies loses it, so the job is done again by another. A
// job that fails is tried again, later and later; after its last try it is
// kept as dead, with its error, until the operator looks. So handlers must
// bear being run twice.
package jobs

import (
	"context"
	"errors"
	"time"

	"mainforte/internal/db"
)

// Job is work to do.
type Job struct {
	ID          db.ID
	Association db.ID
	// Kind names the handler.
	Kind string
	// Payload is the handler's own: IDs, never words or secrets.
	Payload string
	// Attempt counts from 1.
	Attempt, MaxAttempts int
	RunAt                time.Time
	DeadAt               time.Time
	LastError            string
}

// Spec says what to enqueue.
type Spec struct {
	Association   db.ID
	Kind, Payload string
	// Key, if not empty, keeps a second job with the same key from
	// existing while the first one waits or is being done.
	Key string
	// At is when to run it first; zero means now.
	At time.Time
	// MaxAttempts is 15 unless said, which spans about two days.
	MaxAttempts int
}

const (
	defaultAttempts = 15
	firstDelay      = 30 * time.Second
	longestDelay    = 12 * time.Hour
)

// Handler does a job. Its error is kept in the log and the dead letters, so
// it must hold no personal data.
type Handler func(ctx context.Context, d *db.DB, j Job) error

// ErrNever, joined to a handler's error, says that trying again is useless.
var ErrNever = errors.New("no further try")

var (
	qEnqueue = db.DoAcross("jobs.enqueue", "the queue serves the whole instance",
		`INSERT INTO job (id, association_id, kind, payload, unique_key, run_at, attempts, max_attempts, last_error, created_at)
		 VALUES ($1, $2, $3, $4, $5, $6, 0, $7, '', $8)
		 ON CONFLICT (unique_key) DO NOTHING`)

	scanJob = func(j *Job) []any {
		return []any{&j.ID, &j.Association, &j.Kind, &j.Payload, &j.Attempt, &j.MaxAttempts, db.At(&j.RunAt), db.At(&j.DeadAt), &j.LastError}
	}

	qDead = db.Across("jobs.dead", "the operator sees what failed, by kind and ID alone",
		`SELECT id, association_id, kind, payload, attempts, max_attempts, run_at, dead_at, last_error
		 FROM job WHERE dead_at IS NOT NULL ORDER BY dead_at DESC, id DESC LIMIT 100`, scanJob)

	qRevive = db.DoAcross("jobs.revive", "the operator has it tried again",
		`UPDATE job SET dead_at = NULL, attempts = 0, run_at = $1 WHERE id = $2 AND dead_at IS NOT NULL`)

	qDiscard = db.DoAcross("jobs.discard", "the operator gives it up",
		`DELETE FROM job WHERE id = $1 AND dead_at IS NOT NULL`)

	qWaiting = db.Across("jobs.waiting", "a figure for the operator and for tests",
		`SELECT count(*) FROM job WHERE dead_at IS NULL`, db.Value[int])
)

// Enqueue writes the job in the transaction that d is.
func Enqueue(ctx context.Context, d *db.DB, s Spec) error {
	if s.At.IsZero() {
		s.At = d.Now()
	}
	if s.MaxAttempts == 0 {
		s.MaxAttempts = defaultAttempts
	}
	var key any
	if s.Key != "" {
		key = s.Key
	}
	return d.Write(ctx, func(d *db.DB) error {
		_, err := qEnqueue.Run(ctx, d, d.NewID(), s.Association, s.Kind, s.Payload, key, s.At, s.MaxAttempts, d.Now())
		d.AfterCommit(wake)
		return err
	})
}

// Dead lists the jobs that were given up, newest first. For the operator.
func Dead(ctx context.Context, d *db.DB) ([]Job, error) { return qDead.All(ctx, d) }

// Waiting counts the jobs that are still to be done.
func Waiting(ctx context.Context, d *db.DB) (int, error) { return qWaiting.One(ctx, d) }

// Revive has a dead job tried again. For the operator.
func Revive(ctx context.Context, d *db.DB, id db.ID) error {
	if _, err := qRevive.Run(ctx, d, d.Now(), id); err != nil {
		return err
	}
	wake()
	return nil
}

// Discard deletes a dead job for good. For the operator.
func Discard(ctx context.Context, d *db.DB, id db.ID) error {
	_, err := qDiscard.Run(ctx, d, id)
	return err
}
