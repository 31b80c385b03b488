package demo

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"mainforte/internal/actor"
	"mainforte/internal/association"
	"mainforte/internal/db"
	"mainforte/internal/i18n"
	"mainforte/internal/people"
)

// Character is somebody whose shoes one can step into in the demo.
type Character struct {
	Email, Name string
	// Role is the key of the catalogue that says in a line who they are.
	Role string
}

// characters are those whose days differ most.
var characters = []Character{
	{"camille@veilleuses.example", "Camille", "demo.role.referent"},
	{"idriss@veilleuses.example", "Idriss", "demo.role.deputy"},
	{"awa@veilleuses.example", "Awa", "demo.role.coordinator"},
	{"malik@rouelibre.example", "Malik", "demo.role.workshop"},
	{"mariejo@mainsvertes.example", "Marie-Jo", "demo.role.garden"},
	{"soizic@courriel.example", "Soizic", "demo.role.conversation"},
	{"karim@poste.example", "Karim", "demo.role.deferred"},
	{"anouk@poste.example", "Anouk", "demo.role.two"},
	{"noor@instance.example", "Noor", "demo.role.operator"},
}

// Build makes the world in an empty, migrated database, whose time is the
// clock's, ending at the clock's present: time is moved back first, then
// forward as things happen, and drain does the jobs that are due at each step,
// so that every mail is written on its own day. However it ends, the clock
// shows the present again. A world that was built there before is left as it
// is; a database that holds anything else is refused. For the demo alone.
func Build(ctx context.Context, d *db.DB, clock *Clock, drain func(context.Context) (int, error)) ([]Character, error) {
	if built, err := built(ctx, d); err != nil || built {
		return slices.Clone(characters), err
	}
	w := &world{d: d, present: clock.Now(), zone: i18n.Zone("")}
	w.instance()
	w.veilleuses()
	w.rouelibre()
	w.mainsvertes()
	if err := w.play(ctx, clock, drain); err != nil {
		return nil, err
	}
	return slices.Clone(characters), nil
}

// built tells whether the world is there already.
func built(ctx context.Context, d *db.DB) (bool, error) {
	some, err := association.Public(ctx, d, 0, 1)
	if err != nil || len(some) == 0 {
		return false, err
	}
	_, ours, err := people.ByAddress(ctx, d, characters[0].Email)
	if err == nil && !ours {
		err = errors.New("this database holds an instance that is no demo: give the demo a file of its own")
	}
	return ours, err
}

// world is what is to happen. Whoever describes it only adds steps: those of
// all associations are then done in the order of time, which is also the order
// of the IDs that they make.
type world struct {
	d       *db.DB
	present time.Time
	zone    *time.Location
	steps   []step
}

// step is one thing that somebody does at an instant.
type step struct {
	at time.Time
	// what names the step when it fails.
	what string
	do   func(context.Context) error
}

func (w *world) step(at time.Time, what string, do func(context.Context) error) {
	w.steps = append(w.steps, step{at, what, do})
}

// ago is an hour of a day so many days before today; of a day to come when
// there are less than none.
func (w *world) ago(days, hour, minute int) time.Time {
	today := w.present.In(w.zone)
	return time.Date(today.Year(), today.Month(), today.Day()-days, hour, minute, 0, 0, w.zone)
}

// lately is so long before the present, whatever its hour: for what must be
// fresh even when the demo is begun just after midnight.
func (w *world) lately(before time.Duration) time.Time { return w.present.Add(-before) }

// play does the steps, each at its instant, and what they cause.
func (w *world) play(ctx context.Context, clock *Clock, drain func(context.Context) (int, error)) error {
	slices.SortStableFunc(w.steps, func(a, b step) int { return a.at.Compare(b.at) })
	var moved time.Duration
	move := func(by time.Duration) {
		clock.Move(by)
		moved += by
	}
	back := func() { move(-moved) }
	defer back()
	for i, s := range w.steps {
		// Only the first may go back: two steps at one instant must not
		// let the second happen before the first.
		if by := s.at.Sub(clock.Now()); by > 0 || i == 0 {
			move(by)
		}
		if err := s.do(ctx); err != nil {
			return fmt.Errorf("demo: %s: %w", s.what, err)
		}
		if _, err := drain(ctx); err != nil {
			return fmt.Errorf("demo: after %s: %w", s.what, err)
		}
	}
	back()
	_, err := drain(ctx)
	return err
}

// instance is who tends it.
func (w *world) instance() {
	w.step(w.ago(345, 9, 0), "the operator", func(ctx context.Context) error {
		noor, err := people.Ensure(ctx, w.d, "noor@instance.example", "Noor", i18n.French)
		if err != nil {
			return err
		}
		return people.SetOperator(ctx, w.d, actor.System(0), noor.ID, true)
	})
}
