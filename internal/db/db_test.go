package db_test

import (
	"context"
	"errors"
	"path/filepath"
	"sync"
	"testing"

	"pgregory.net/rapid"

	"mainforte/internal/db"
	"mainforte/internal/db/dbtest"
)

type pair struct {
	name string
	next int64
}

var (
	qPlan = db.DoAcross("dbtest.plan", "a test of the handle itself", `INSERT INTO schedule (name, next_at) VALUES ($1, $2)`)
	qRead = db.Across("dbtest.read", "a test of the handle itself", `SELECT name, next_at FROM schedule WHERE name = $1`,
		func(p *pair) []any { return []any{&p.name, &p.next} })
	qAdd = db.Across("dbtest.add", "a test of the handle itself", `UPDATE schedule SET next_at = next_at + $2 WHERE name = $1 RETURNING next_at`, db.Value[int64])
)

func TestWriteKeepsAllOrNothing(t *testing.T) {
	dbtest.Run(t, nil, func(ctx context.Context, t *testing.T, d *db.DB, _ *dbtest.Clock) {
		refused := errors.New("refused")
		name := "kept " + d.NewID().String()
		err := d.Write(ctx, func(d *db.DB) error {
			if _, err := qPlan.Run(ctx, d, name, 1); err != nil {
				return err
			}
			return d.Write(ctx, func(d *db.DB) error { // joins
				if _, err := qRead.One(ctx, d, name); err != nil {
					t.Errorf("the inner transaction does not see the outer one: %v", err)
				}
				return refused
			})
		})
		if !errors.Is(err, refused) {
			t.Fatalf("got %v", err)
		}
		if _, err := qRead.One(ctx, d, name); !errors.Is(err, db.ErrNone) {
			t.Errorf("a refused transaction left its row: %v", err)
		}
	})
}

func TestAfterCommitRunsOnlyAfterCommit(t *testing.T) {
	dbtest.Run(t, nil, func(ctx context.Context, t *testing.T, d *db.DB, _ *dbtest.Clock) {
		ran := 0
		_ = d.Write(ctx, func(d *db.DB) error {
			d.AfterCommit(func() { ran++ })
			return errors.New("refused")
		})
		if ran != 0 {
			t.Error("it ran although nothing was committed")
		}
		if err := d.Write(ctx, func(d *db.DB) error {
			d.AfterCommit(func() { ran++ })
			if ran != 0 {
				t.Error("it ran before the commit")
			}
			return nil
		}); err != nil {
			t.Fatal(err)
		}
		if ran != 1 {
			t.Errorf("it ran %d times after one commit", ran)
		}
	})
}

func TestTakenIsToldApart(t *testing.T) {
	dbtest.Run(t, nil, func(ctx context.Context, t *testing.T, d *db.DB, _ *dbtest.Clock) {
		name := "twice " + d.NewID().String()
		if _, err := qPlan.Run(ctx, d, name, 1); err != nil {
			t.Fatal(err)
		}
		if _, err := qPlan.Run(ctx, d, name, 1); !errors.Is(err, db.ErrTaken) {
			t.Errorf("the same name twice: %v", err)
		}
	})
}

// Rule 4 of the house: what begins with UPDATE … RETURNING on the row that
// owns the invariant loses nothing, on either engine.
func TestConcurrentWritesLoseNothing(t *testing.T) {
	dbtest.Run(t, nil, func(ctx context.Context, t *testing.T, d *db.DB, _ *dbtest.Clock) {
		name := "counter " + d.NewID().String()
		if _, err := qPlan.Run(ctx, d, name, 0); err != nil {
			t.Fatal(err)
		}
		var all sync.WaitGroup
		for range 8 {
			all.Go(func() {
				for range 25 {
					if _, err := qAdd.One(ctx, d, name, 1); err != nil {
						t.Error(err)
					}
				}
			})
		}
		all.Wait()
		if got, err := qRead.One(ctx, d, name); err != nil || got.next != 200 {
			t.Errorf("200 additions gave %d, %v", got.next, err)
		}
	})
}

func TestIDsNeverRepeatAndSortByTheirMaking(t *testing.T) {
	d, clock := dbtest.Open(t, db.SQLite, nil)
	last := d.NewID()
	for i := range 10_000 {
		if i == 5_000 {
			clock.Advance(-1_000_000_000) // a clock that jumps back
		}
		id := d.NewID()
		if id <= last {
			t.Fatalf("%d after %d", id, last)
		}
		last = id
	}
}

func TestIDReadsWhatItWrote(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		id := db.ID(rapid.Int64Min(1).Draw(t, "id"))
		if got, err := db.ParseID(id.String()); err != nil || got != id {
			t.Fatalf("%q gave %d, %v", id.String(), got, err)
		}
	})
	for _, text := range []string{"", "0", "-1", "+1", "01", "A", " 1", "zzzzzzzzzzzzzz", "é"} {
		if id, err := db.ParseID(text); err == nil {
			t.Errorf("%q was taken as %d", text, id)
		}
	}
}

func TestBackupIsWholeAndNeverOverwrites(t *testing.T) {
	d, _ := dbtest.Open(t, db.SQLite, nil)
	name := "saved " + d.NewID().String()
	if _, err := qPlan.Run(t.Context(), d, name, 7); err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "copie d’août.db")
	if err := d.Backup(t.Context(), file); err != nil {
		t.Fatal(err)
	}
	saved, err := db.Open(t.Context(), file, db.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = saved.Close() }()
	if got, err := qRead.One(t.Context(), saved, name); err != nil || got.next != 7 {
		t.Errorf("the copy holds %+v, %v", got, err)
	}
	if err := d.Backup(t.Context(), file); err == nil {
		t.Error("a backup overwrote the one before")
	}
}

func TestMigrateTwiceChangesNothing(t *testing.T) {
	dbtest.Run(t, nil, func(ctx context.Context, t *testing.T, d *db.DB, _ *dbtest.Clock) {
		first, err := d.Migrate(ctx)
		if err != nil {
			t.Fatal(err)
		}
		if again, err := d.Migrate(ctx); err != nil || again != first {
			t.Errorf("%d then %d, %v", first, again, err)
		}
	})
}
