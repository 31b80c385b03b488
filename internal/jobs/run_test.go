package jobs_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"mainforte/internal/db"
	"mainforte/internal/db/dbtest"
	"mainforte/internal/jobs"
)

// lease is how long a runner that fell silent keeps its job.
const lease = time.Minute

var (
	qEmpty = db.DoAcross("jobstest.empty", "each test begins with an empty queue", `DELETE FROM job`)
	qStop  = db.DoAcross("jobstest.stop", "each test begins with an empty queue", `DELETE FROM schedule`)
	qDue   = db.Across("jobstest.due", "to move the clock there", `SELECT run_at FROM job WHERE dead_at IS NULL`,
		func(at *time.Time) []any { return []any{db.At(at)} })
)

// run runs a test on both engines, each time with an empty queue.
func run(t *testing.T, test func(ctx context.Context, t *testing.T, d *db.DB, clock *dbtest.Clock)) {
	t.Helper()
	dbtest.Run(t, nil, func(ctx context.Context, t *testing.T, d *db.DB, clock *dbtest.Clock) {
		for _, q := range []db.WideCommand{qEmpty, qStop} {
			if _, err := q.Run(ctx, d); err != nil {
				t.Fatal(err)
			}
		}
		test(ctx, t, d, clock)
	})
}

func runner(d *db.DB, work jobs.Handler, periodic ...jobs.Periodic) *jobs.Runner {
	return jobs.NewRunner(d, map[string]jobs.Handler{"work": work}, periodic, slog.New(slog.DiscardHandler))
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func enqueue(ctx context.Context, t testing.TB, d *db.DB, s jobs.Spec) {
	t.Helper()
	must(t, jobs.Enqueue(ctx, d, s))
}

func drain(ctx context.Context, t testing.TB, r *jobs.Runner) {
	t.Helper()
	_, err := r.Drain(ctx)
	must(t, err)
}

// drainBeside is drain in a goroutine of its own.
func drainBeside(ctx context.Context, t testing.TB, r *jobs.Runner) {
	t.Helper()
	if _, err := r.Drain(ctx); err != nil {
		t.Error(err)
	}
}

// dead checks the payloads of the dead jobs, newest first.
func dead(ctx context.Context, t testing.TB, d *db.DB, payloads ...string) []jobs.Job {
	t.Helper()
	list, err := jobs.Dead(ctx, d)
	must(t, err)
	got := make([]string, 0, len(list))
	for _, j := range list {
		got = append(got, j.Payload)
	}
	if diff := cmp.Diff(payloads, got); diff != "" {
		t.Fatalf("dead jobs: %s", diff)
	}
	return list
}

// record remembers what a handler did: the payload and the attempt.
type record struct {
	lock sync.Mutex
	done []string
}

func (r *record) keep(_ context.Context, _ *db.DB, j jobs.Job) error {
	r.lock.Lock()
	defer r.lock.Unlock()
	r.done = append(r.done, fmt.Sprintf("%s %d", j.Payload, j.Attempt))
	return nil
}

func (r *record) want(t testing.TB, done ...string) {
	t.Helper()
	r.lock.Lock()
	defer r.lock.Unlock()
	if diff := cmp.Diff(done, r.done); diff != "" {
		t.Errorf("jobs done: %s", diff)
	}
}

func TestAFailedJobIsTriedLaterAndLater(t *testing.T) {
	run(t, func(ctx context.Context, t *testing.T, d *db.DB, clock *dbtest.Clock) {
		var tries []time.Time
		r := runner(d, func(_ context.Context, d *db.DB, j jobs.Job) error {
			tries = append(tries, d.Now())
			return fmt.Errorf("failure %d", j.Attempt)
		})
		enqueue(ctx, t, d, jobs.Spec{Kind: "work", Payload: "hopeless"})
		for {
			drain(ctx, t, r)
			due, found, err := db.Maybe(qDue.One(ctx, d))
			must(t, err)
			if !found {
				break
			}
			clock.Advance(due.Sub(d.Now()) - time.Millisecond)
			drain(ctx, t, r) // not yet
			clock.Advance(time.Millisecond)
		}
		var gaps []string
		for i := range tries[1:] {
			gaps = append(gaps, tries[i+1].Sub(tries[i]).String())
		}
		want := []string{
			"30s", "1m0s", "2m0s", "4m0s", "8m0s", "16m0s", "32m0s", "1h4m0s", "2h8m0s", "4h16m0s", "8h32m0s", "12h0m0s", "12h0m0s", "12h0m0s",
		}
		if diff := cmp.Diff(want, gaps); diff != "" {
			t.Errorf("between tries: %s", diff)
		}
		// A server that is down from Friday evening on is back in time.
		if all := tries[len(tries)-1].Sub(tries[0]); all < 48*time.Hour || all > 60*time.Hour {
			t.Errorf("given up after %s, want about two days", all)
		}
		if last := dead(ctx, t, d, "hopeless")[0]; last.LastError != fmt.Sprintf("failure %d", len(tries)) {
			t.Errorf("its last error is %q", last.LastError)
		}
	})
}

func TestAJobIsGivenUpAtOnce(t *testing.T) {
	for _, c := range []struct {
		name, kind string
		failure    error
		says       string
	}{
		{"when trying again is useless", "work", errors.Join(errors.New("the address does not exist"), jobs.ErrNever), "the address does not exist"},
		{"when nobody knows how to do it", "unheard of", nil, "no handler"},
	} {
		t.Run(c.name, func(t *testing.T) {
			run(t, func(ctx context.Context, t *testing.T, d *db.DB, _ *dbtest.Clock) {
				enqueue(ctx, t, d, jobs.Spec{Kind: c.kind, Payload: "once"})
				drain(ctx, t, runner(d, func(context.Context, *db.DB, jobs.Job) error { return c.failure }))
				if last := dead(ctx, t, d, "once")[0]; !strings.Contains(last.LastError, c.says) {
					t.Errorf("its error is %q", last.LastError)
				}
			})
		})
	}
}

func TestAPanicIsAFailure(t *testing.T) {
	run(t, func(ctx context.Context, t *testing.T, d *db.DB, clock *dbtest.Clock) {
		var done record
		panics := true
		r := runner(d, func(ctx context.Context, d *db.DB, j jobs.Job) error {
			if j.Payload == "bad" && panics {
				panic("a mistake")
			}
			return done.keep(ctx, d, j)
		})
		enqueue(ctx, t, d, jobs.Spec{Kind: "work", Payload: "bad"})
		enqueue(ctx, t, d, jobs.Spec{Kind: "work", Payload: "good"})
		drain(ctx, t, r)
		done.want(t, "good 1") // the runner goes on
		panics = false
		clock.Advance(time.Minute)
		drain(ctx, t, r)
		done.want(t, "good 1", "bad 2")
	})
}

// What a server answered may be no text at all, which PostgreSQL would not
// keep: the job would be tried for ever.
func TestAnyErrorIsKept(t *testing.T) {
	run(t, func(ctx context.Context, t *testing.T, d *db.DB, _ *dbtest.Clock) {
		enqueue(ctx, t, d, jobs.Spec{Kind: "work", Payload: "odd", MaxAttempts: 1})
		drain(ctx, t, runner(d, func(context.Context, *db.DB, jobs.Job) error {
			return errors.New("550 bo\xeete pleine\x00" + strings.Repeat("é", 100_000))
		}))
		last := dead(ctx, t, d, "odd")[0]
		if !strings.HasPrefix(last.LastError, "550 bo") || !strings.Contains(last.LastError, "te pleine") || len(last.LastError) > 10_000 {
			t.Errorf("%d bytes are kept: %.60q", len(last.LastError), last.LastError)
		}
	})
}

// silent is a handler whose process dies: nothing is settled.
func silent(context.Context, *db.DB, jobs.Job) error {
	runtime.Goexit()
	return nil
}

// die drains in a process that dies.
func die(ctx context.Context, r *jobs.Runner) {
	var process sync.WaitGroup
	process.Go(func() { _, _ = r.Drain(ctx) })
	process.Wait()
}

func TestAnotherRunnerTakesOverWhenALeaseEnds(t *testing.T) {
	run(t, func(ctx context.Context, t *testing.T, d *db.DB, clock *dbtest.Clock) {
		var done record
		enqueue(ctx, t, d, jobs.Spec{Kind: "work", Payload: "left"})
		die(ctx, runner(d, silent))
		clock.Advance(lease - time.Millisecond)
		drain(ctx, t, runner(d, done.keep))
		done.want(t) // its runner may still be at it
		clock.Advance(time.Millisecond)
		drain(ctx, t, runner(d, done.keep))
		done.want(t, "left 2")
	})
}

// A job that kills whoever does it would otherwise go round for ever.
func TestAJobThatKillsItsRunnersIsGivenUp(t *testing.T) {
	run(t, func(ctx context.Context, t *testing.T, d *db.DB, clock *dbtest.Clock) {
		var done record
		enqueue(ctx, t, d, jobs.Spec{Kind: "work", Payload: "deadly", MaxAttempts: 3})
		for range 3 {
			die(ctx, runner(d, silent))
			clock.Advance(lease)
		}
		drain(ctx, t, runner(d, done.keep))
		done.want(t)
		dead(ctx, t, d, "deadly")
	})
}

// Whoever lost a lease settles nothing, even within the same runner, whose
// workers are as separate as two machines.
func TestALostLeaseSettlesNothing(t *testing.T) {
	for _, c := range []struct {
		name    string
		outcome error
		same    bool
	}{
		{"a success on another runner", nil, false},
		{"a failure on another runner", errors.New("too late"), false},
		{"a success in the same runner", nil, true},
		{"a failure in the same runner", errors.New("too late"), true},
	} {
		t.Run(c.name, func(t *testing.T) {
			run(t, func(ctx context.Context, t *testing.T, d *db.DB, clock *dbtest.Clock) {
				begun := []chan struct{}{make(chan struct{}), make(chan struct{})}
				end := []chan error{make(chan error, 1), make(chan error, 1)}
				work := func(_ context.Context, _ *db.DB, j jobs.Job) error {
					if j.Attempt > 2 {
						t.Errorf("it was begun a third time")
						return nil
					}
					close(begun[j.Attempt-1])
					return <-end[j.Attempt-1]
				}
				slow, quick := runner(d, work), runner(d, work)
				if c.same {
					quick = slow
				}
				enqueue(ctx, t, d, jobs.Spec{Kind: "work", Payload: "slow"})
				var first, second sync.WaitGroup
				first.Go(func() { drainBeside(ctx, t, slow) })
				<-begun[0]
				clock.Advance(lease)
				second.Go(func() { drainBeside(ctx, t, quick) })
				<-begun[1]
				end[0] <- c.outcome
				first.Wait()
				if n, err := jobs.Waiting(ctx, d); n != 1 || err != nil {
					t.Errorf("%d jobs are being done, %v", n, err)
				}
				drain(ctx, t, runner(d, work)) // it is leased: nobody may begin
				end[1] <- nil
				second.Wait()
				if n, err := jobs.Waiting(ctx, d); n != 0 || err != nil {
					t.Errorf("%d jobs are left, %v", n, err)
				}
			})
		})
	}
}

// other opens the same database as another node does.
func other(t testing.TB, d *db.DB, clock *dbtest.Clock) *db.DB {
	t.Helper()
	node, err := db.Open(t.Context(), dbtest.Path(t, d.Engine()), db.Options{Now: clock.Now})
	must(t, err)
	t.Cleanup(func() { _ = node.Close() })
	return node
}

func TestTwoNodesDoEachJobOnce(t *testing.T) {
	run(t, func(ctx context.Context, t *testing.T, d *db.DB, clock *dbtest.Clock) {
		const n = 30
		want := map[string]int{}
		must(t, d.Write(ctx, func(d *db.DB) error {
			for i := range n {
				enqueue(ctx, t, d, jobs.Spec{Kind: "work", Payload: fmt.Sprint(i)})
				want[fmt.Sprintf("%d 1", i)] = 1
			}
			return nil
		}))
		var done record
		var nodes sync.WaitGroup
		for _, d := range []*db.DB{d, other(t, d, clock)} {
			r := runner(d, done.keep)
			for range 2 {
				nodes.Go(func() { drainBeside(ctx, t, r) })
			}
		}
		nodes.Wait()
		got := map[string]int{}
		for _, did := range done.done {
			got[did]++
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Error(diff)
		}
	})
}

func TestPeriodicWorkIsDoneOnceByAllNodes(t *testing.T) {
	run(t, func(ctx context.Context, t *testing.T, d *db.DB, clock *dbtest.Clock) {
		var done record
		hourly := jobs.Periodic{Kind: "work", Every: time.Hour}
		all := []*jobs.Runner{runner(d, done.keep, hourly), runner(other(t, d, clock), done.keep, hourly)}
		round := func() {
			t.Helper()
			var nodes sync.WaitGroup
			for _, r := range all {
				nodes.Go(func() { drainBeside(ctx, t, r) })
			}
			nodes.Wait()
			drain(ctx, t, all[0])
		}
		round() // the first time, at once
		done.want(t, " 1")
		clock.Advance(time.Hour - time.Millisecond)
		round()
		done.want(t, " 1")
		clock.Advance(time.Millisecond)
		round()
		done.want(t, " 1", " 1")
		clock.Advance(26 * time.Hour) // the machine was off: once, not 26 times
		round()
		done.want(t, " 1", " 1", " 1")
	})
}

func TestDrainDoesWhatJobsCause(t *testing.T) {
	run(t, func(ctx context.Context, t *testing.T, d *db.DB, _ *dbtest.Clock) {
		var done record
		r := runner(d, func(ctx context.Context, d *db.DB, j jobs.Job) error {
			if len(j.Payload) < 3 {
				if err := jobs.Enqueue(ctx, d, jobs.Spec{Kind: "work", Payload: j.Payload + "!"}); err != nil {
					return err
				}
			}
			return done.keep(ctx, d, j)
		})
		enqueue(ctx, t, d, jobs.Spec{Kind: "work", Payload: "a"})
		if n, err := r.Drain(ctx); n != 3 || err != nil {
			t.Errorf("%d jobs, %v", n, err)
		}
		done.want(t, "a 1", "a! 1", "a!! 1")
	})
}

// A commit wakes the workers; asked to stop, they finish what is in hand.
func TestRunIsWokenAndFinishesTheWorkInHand(t *testing.T) {
	run(t, func(ctx context.Context, t *testing.T, d *db.DB, _ *dbtest.Clock) {
		begun, finish := make(chan struct{}), make(chan struct{})
		var done record
		r := runner(d, func(ctx context.Context, d *db.DB, j jobs.Job) error {
			close(begun)
			<-finish
			if ctx.Err() != nil {
				t.Error("the work in hand was broken off")
			}
			return done.keep(ctx, d, j)
		})
		running, stop := context.WithCancel(ctx)
		var workers sync.WaitGroup
		workers.Go(func() { r.Run(running, 2) })
		enqueue(ctx, t, d, jobs.Spec{Kind: "work", Payload: "in hand"})
		select {
		case <-begun:
		case <-ctx.Done():
			t.Fatal("nobody woke")
		}
		stop()
		close(finish)
		workers.Wait()
		done.want(t, "in hand 1")
		if n, err := jobs.Waiting(ctx, d); n != 0 || err != nil {
			t.Errorf("%d jobs are left, %v", n, err)
		}
	})
}
