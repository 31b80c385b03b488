// Package event records facts. A fact is written in the transaction of what
// happened, together with one job for each of its subscribers: either all of
// it is there or none. Nobody reads events by a moving cursor, which would
// skip rows that commit late.
//
// An event holds IDs, never words, addresses or tokens: who handles it reads
// what it needs when it needs it, and finds what was erased erased.
package event

import (
	"context"
	"fmt"
	"time"

	"mainforte/internal/actor"
	"mainforte/internal/db"
	"mainforte/internal/jobs"
)

// Event is a fact: what happened, to what, by whom.
type Event struct {
	ID db.ID
	// Association is zero for what concerns none, such as signing in.
	Association db.ID
	// Kind is the room and the past of a verb: "offer.made".
	Kind string
	// Subject is what it happened to; Object is a second thing it names,
	// such as the message of an answer.
	Subject, Object db.ID
	// Person is who caused it; zero for a visitor and for the program.
	Person db.ID
	At     time.Time
}

var (
	qInsert = db.DoAcross("event.insert", "an event may concern no association",
		`INSERT INTO event (id, association_id, kind, subject_id, object_id, person_id, at)
		 VALUES ($1, $2, $3, $4, $5, $6, $7)`)

	qByID = db.Across("event.by_id", "a job names the event it handles; the association is read from it",
		`SELECT id, association_id, kind, subject_id, object_id, person_id, at FROM event WHERE id = $1`,
		func(e *Event) []any {
			return []any{&e.ID, &e.Association, &e.Kind, &e.Subject, &e.Object, &e.Person, db.At(&e.At)}
		})
)

// Record writes what happened and queues what it causes, in the transaction
// that d is. The association and the person are the actor's.
func Record(ctx context.Context, d *db.DB, who actor.Actor, kind string, subject, object db.ID) error {
	return d.Write(ctx, func(d *db.DB) error {
		id, now := d.NewID(), d.Now()
		if _, err := qInsert.Run(ctx, d, id, who.Association, kind, subject, object, who.Person, now); err != nil {
			return err
		}
		for _, subscriber := range d.Subscribers(kind) {
			job := jobs.Spec{Association: who.Association, Kind: subscriber, Payload: id.String()}
			if err := jobs.Enqueue(ctx, d, job); err != nil {
				return err
			}
		}
		return nil
	})
}

// Handler turns a function of events into a handler of the jobs they cause.
func Handler(handle func(ctx context.Context, d *db.DB, e Event) error) jobs.Handler {
	return func(ctx context.Context, d *db.DB, j jobs.Job) error {
		id, err := db.ParseID(j.Payload)
		if err != nil {
			return fmt.Errorf("job %s: %w", j.ID, err)
		}
		e, err := qByID.One(ctx, d, id)
		if err != nil {
			return err
		}
		return handle(ctx, d, e)
	}
}
