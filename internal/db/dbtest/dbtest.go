// Package dbtest runs one test on both engines: real SQLite, real PostgreSQL.
//
// Each test binary has one database per engine, migrated once. Tests do not
// get a fresh database but make a fresh association in it, which isolates
// them for free and tests tenancy all the time.
package dbtest

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"mainforte/internal/db"
)

// Start is the time at which the clock of the first test starts: a Sunday
// afternoon in Paris, far from any change of the clocks. Those of the next
// ones start each an instant later.
var Start = time.Date(2026, time.November, 22, 14, 30, 0, 0, time.UTC)

// limit ends a test whose transaction waits for itself.
const limit = 10 * time.Second

// Clock is a time that only the test moves.
type Clock struct {
	lock sync.Mutex
	now  time.Time
}

// NewClock gives a clock that shows Start.
func NewClock() *Clock { return &Clock{now: Start} }

// Now is the time of the test.
func (c *Clock) Now() time.Time {
	c.lock.Lock()
	defer c.lock.Unlock()
	return c.now
}

// Advance moves the time.
func (c *Clock) Advance(by time.Duration) {
	c.lock.Lock()
	defer c.lock.Unlock()
	c.now = c.now.Add(by)
}

// Run runs the test on SQLite and on PostgreSQL, each with its own clock. A
// PostgreSQL that cannot be started skips that half, and fails it when CI is
// set: a skip there would hide half of the product.
func Run(t *testing.T, subscribers map[string][]string, test func(ctx context.Context, t *testing.T, d *db.DB, clock *Clock)) {
	t.Helper()
	for _, engine := range []db.Engine{db.SQLite, db.Postgres} {
		t.Run(string(engine), func(t *testing.T) {
			d, clock := Open(t, engine, subscribers)
			ctx, cancel := context.WithTimeout(t.Context(), limit)
			defer cancel()
			test(ctx, t, d, clock)
		})
	}
}

// Open opens this test binary's database of one engine, migrated.
func Open(t testing.TB, engine db.Engine, subscribers map[string][]string) (*db.DB, *Clock) {
	t.Helper()
	// IDs are times with some noise: handles on one database whose clocks
	// stand still at the same millisecond would soon give the same.
	clock := NewClock()
	clock.Advance(time.Duration(opened.Add(1)) * instant)
	d, err := db.Open(t.Context(), Path(t, engine), db.Options{Now: clock.Now, Subscribers: subscribers})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = d.Close() })
	return d, clock
}

const instant = 10 * time.Millisecond

var opened atomic.Int64

var (
	pathLock sync.Mutex
	paths    = map[db.Engine]string{}
)

// Path gives where this test binary's migrated database of an engine is.
func Path(t testing.TB, engine db.Engine) string {
	t.Helper()
	pathLock.Lock()
	defer pathLock.Unlock()
	if path, ok := paths[engine]; ok {
		return path
	}
	path := Fresh(t, engine)
	migrate(t, path)
	paths[engine] = path
	return path
}

var fresh int

// Fresh gives where an empty database of an engine is, that nothing has
// migrated. On SQLite the file goes with the test binary's own folder.
func Fresh(t testing.TB, engine db.Engine) string {
	t.Helper()
	fresh++
	name := fmt.Sprintf("test%d_%d", os.Getpid(), fresh)
	if engine == db.SQLite {
		folder, err := scratch()
		if err != nil {
			t.Fatal(err)
		}
		return filepath.Join(folder, name+".db")
	}
	return createDatabase(t, name)
}

func migrate(t testing.TB, path string) {
	t.Helper()
	d, err := db.Open(context.Background(), path, db.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = d.Close() }()
	if _, err := d.Migrate(context.Background()); err != nil {
		t.Fatal(err)
	}
}
