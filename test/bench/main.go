// Command bench measures Mainforte and prints ratios: the product beside the
// same page written by hand, and beside a server that only sends bytes. The
// figures of a machine mean little on another one; ratios of runs that follow
// each other travel better.
//
//	go run ./test/bench            five pairs of runs, about six minutes
//	go run ./test/bench -quick     one minute, to see that it works
//	go run ./test/bench -profile DIR
//	                               CPU profiles of the pages, no table
//
// It needs wrk (scripts/deps bench) and PostgreSQL. It exits with 0 whatever
// the figures are, unless something failed to run or the product and the
// hand-written page no longer answer alike.
package main

import (
	"context"
	"database/sql"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"syscall"
	"text/tabwriter"
	"time"
)

// pace is how long everything takes.
type pace struct {
	world
	pairs, seconds int
}

var (
	full  = pace{world{associations: 200, missions: 20_000}, 5, 3}
	brief = pace{world{associations: 50, missions: 2_000}, 2, 1}
)

// listPath is the public list.
const listPath = "/missions"

// bench is one run of the whole.
type bench struct {
	machine  machine
	pace     pace
	folder   string
	children []*exec.Cmd
	rows     []row
	// runs counts those of wrk, so that each has names of its own.
	runs int
}

// The signal that ends a child when its parent dies is tied to the thread that
// started it: this one, which stays.
func init() { runtime.LockOSThread() }

func main() {
	quick := flag.Bool("quick", false, "short runs on a small world: does it work?")
	profile := flag.String("profile", "", "write CPU profiles into this `folder` instead of measuring")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	var err error
	if flag.Arg(0) == "serve" { // the bench starts itself as the server
		err = serve(ctx, flag.Arg(1))
	} else {
		b := bench{machine: split(), pace: full}
		if *quick {
			b.pace = brief
		}
		err = b.run(ctx, *profile)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		stop()
		os.Exit(1)
	}
}

func (b *bench) run(ctx context.Context, profile string) (err error) {
	begun := time.Now()
	if _, err := exec.LookPath("wrk"); err != nil {
		return errors.New("wrk is missing: scripts/deps bench installs it")
	}
	// Short, because a socket's address may have 107 bytes.
	if b.folder, err = os.MkdirTemp("", "mainforte-bench-"); err != nil {
		return err
	}
	ctx, cancel := context.WithCancel(ctx)
	defer func() {
		cancel()
		for _, child := range b.children {
			_ = child.Wait() // ended by the line above
		}
		err = errors.Join(err, os.RemoveAll(b.folder))
	}()
	fmt.Print(b.machine)
	if inMemory(b.folder) {
		fmt.Println("Temporary files are in memory here: offers cost less than on a disk. Set TMPDIR.")
	}
	sqlite, postgres, err := b.prepare(ctx)
	if err != nil {
		return err
	}
	fmt.Printf("%d missions of %d associations, ready after %.0f s; each ratio is the median of %d pairs of runs of %d s\n\n",
		b.pace.missions, b.pace.associations, time.Since(begun).Seconds(), b.pace.pairs, b.pace.seconds)
	if profile != "" {
		return b.profile(ctx, sqlite, profile)
	}
	if err := b.engine(ctx, "SQLite", "sqlite", sqlite); err != nil {
		return fmt.Errorf("SQLite: %w", err)
	}
	if err := b.engine(ctx, "PostgreSQL", "pgx", postgres); err != nil {
		return fmt.Errorf("PostgreSQL: %w", err)
	}
	if err := b.program(ctx); err != nil {
		return fmt.Errorf("the program: %w", err)
	}
	if err := b.table(os.Stdout); err != nil {
		return err
	}
	fmt.Printf("\n%.0f s in all\n", time.Since(begun).Seconds())
	return nil
}

// prepare builds the programs and makes the same world on both engines. A copy
// of the SQLite file is left for the program's start, without the offers that
// the other measures make.
func (b *bench) prepare(ctx context.Context) (sqlite, postgres string, err error) {
	build := exec.CommandContext(ctx, "go", "build", "-trimpath", "-ldflags=-s -w", "-o", b.folder+"/", "./cmd/mainforte", "./test/bench/bare")
	build.Env, build.Stderr = append(os.Environ(), "CGO_ENABLED=0"), os.Stderr
	if err := build.Run(); err != nil {
		return "", "", fmt.Errorf("go build: %w", err)
	}
	sqlite = b.in("world.db")
	if err := fill(ctx, sqlite, b.pace.world); err != nil {
		return "", "", fmt.Errorf("make the missions: %w", err)
	}
	world, err := os.ReadFile(sqlite)
	if err != nil {
		return "", "", err
	}
	if err := os.WriteFile(b.in("start.db"), world, 0o600); err != nil {
		return "", "", err
	}
	if postgres, err = b.postgres(ctx); err != nil {
		return "", "", fmt.Errorf("PostgreSQL: %w", err)
	}
	if err := copyTo(ctx, sqlite, postgres); err != nil {
		return "", "", err
	}
	versions := [2]string{}
	for i, ask := range []struct{ driver, path, query string }{
		{"sqlite", sqlite, `SELECT sqlite_version()`}, {"pgx", postgres, `SHOW server_version`},
	} {
		found, err := column(ctx, ask.driver, ask.path, ask.query)
		if err != nil {
			return "", "", err
		}
		versions[i] = found[0]
	}
	fmt.Printf("SQLite %s with synchronous=FULL, PostgreSQL %s with fsync and synchronous_commit\n", versions[0], versions[1])
	return sqlite, postgres, nil
}

func (b *bench) in(name string) string { return filepath.Join(b.folder, name) }

// column gives the text of the only column of a query.
func column(ctx context.Context, driver, path, query string) ([]string, error) {
	d, err := sql.Open(driver, path)
	if err != nil {
		return nil, err
	}
	defer func() { _ = d.Close() }()
	rows, err := d.QueryContext(ctx, query)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var all []string
	for rows.Next() {
		var one string
		if err := rows.Scan(&one); err != nil {
			return nil, err
		}
		all = append(all, one)
	}
	return all, rows.Err()
}

// readers and givers are how many come at a time.
const (
	readers = 16
	givers  = 8
)

// engine measures the pages and the offers on one engine.
func (b *bench) engine(ctx context.Context, name, driver, path string) error {
	at, err := b.server(ctx, path)
	if err != nil {
		return err
	}
	missions, err := b.missions(ctx, driver, path)
	if err != nil {
		return err
	}
	for what, page := range map[string]string{"list": listPath, "mission": missions[0]} {
		if err := b.alike(ctx, at, page); err != nil {
			return fmt.Errorf("%s: %w", what, err)
		}
	}
	for _, one := range []struct{ what, file, path string }{{"list of missions", "list", listPath}, {"mission", "mission", missions[0]}} {
		bare, err := b.bare(ctx, one.file+".json", at.Product+one.path)
		if err != nil {
			return err
		}
		product := contestant{name: "product", url: at.Product + one.path, connections: readers}
		packed := product
		packed.name, packed.gzip = "gzip", true
		what := name + ": " + one.what
		c := contest{
			contestants: []contestant{
				{name: "bare", url: bare + one.path, connections: readers},
				product,
				{name: "hand", url: at.Hand + one.path, connections: readers},
			},
			rows: []row{
				{what: what + " / written by hand", a: "product", b: "hand", goal: 0.9},
				{what: what + " / bare net/http", a: "product", b: "bare"},
			},
		}
		if one.path == listPath {
			c.contestants = append(c.contestants, packed)
			c.rows = append(c.rows, row{what: what + ", gzip / without", a: "gzip", b: "product"})
		}
		if err := b.measure(ctx, c); err != nil {
			return err
		}
	}
	script := b.in("offer.lua")
	text := fmt.Sprintf(offerScript, `"`+strings.Join(missions, `", "`)+`"`)
	if err := os.WriteFile(script, []byte(text), 0o600); err != nil {
		return err
	}
	err = b.measure(ctx, contest{
		contestants: []contestant{
			{name: "product", url: at.Product, connections: givers, script: script},
			{name: "hand", url: at.Hand, connections: givers, script: script},
		},
		rows: []row{{what: name + ": offer kept, mails queued / written by hand", a: "product", b: "hand"}},
	})
	return errors.Join(err, b.whole(ctx, driver, path))
}

// missions are the addresses of one mission of each association.
func (b *bench) missions(ctx context.Context, driver, path string) ([]string, error) {
	all, err := column(ctx, driver, path, fmt.Sprintf(
		`SELECT '/a/' || association_slug || '/missions/' || slug FROM listing ORDER BY id DESC LIMIT %d`, b.pace.associations))
	if err == nil && len(all) == 0 {
		err = errors.New("no mission is listed")
	}
	return all, err
}

// whole checks that every offer is there with its words, its event and its
// mails, whoever wrote it.
func (b *bench) whole(ctx context.Context, driver, path string) error {
	counts, err := column(ctx, driver, path, `SELECT count(*) FROM offer UNION ALL SELECT count(*) FROM conversation
		UNION ALL SELECT count(*) FROM message UNION ALL SELECT count(*) FROM event WHERE kind = 'offer.made'
		UNION ALL SELECT count(*) / 2 FROM job WHERE kind LIKE 'mail.offer%'`)
	if err != nil {
		return err
	}
	if counts[0] == "0" || len(slices.Compact(counts)) != 1 {
		return fmt.Errorf("offers, conversations, messages, events and pairs of mails differ: %v", counts)
	}
	return nil
}

// program measures the product's own program on SQLite: how long from its
// start to the first page, and how much memory it takes.
func (b *bench) program(ctx context.Context) error {
	url, err := free()
	if err != nil {
		return err
	}
	mainforte := []string{b.in("mainforte"), "serve", "--data", b.in("start.db"), "--listen", url, "--url", publicURL}
	bare := []string{b.in("bare"), url, b.in("list.json")}
	page := "http://" + url + listPath
	start := row{what: "start to the first page / bare net/http"}
	var ours, theirs []float64
	for range b.pace.pairs {
		for _, one := range []struct {
			command []string
			times   *[]float64
		}{{mainforte, &ours}, {bare, &theirs}} {
			child, took, err := b.firstPage(ctx, page, one.command)
			if err != nil {
				return err
			}
			b.stop(child)
			*one.times = append(*one.times, took.Seconds()*1000)
		}
		start.ratios = append(start.ratios, ours[len(ours)-1]/theirs[len(theirs)-1])
	}
	start.figures = fmt.Sprintf("%.1f ms / %.1f ms", median(ours), median(theirs))

	child, _, err := b.firstPage(ctx, page, mainforte)
	if err != nil {
		return err
	}
	defer b.stop(child)
	first, err := memory(child)
	if err != nil {
		return err
	}
	missions, err := b.missions(ctx, "sqlite", b.in("start.db"))
	if err != nil {
		return err
	}
	for _, path := range []string{listPath, missions[0]} {
		if _, err := b.wrk(ctx, contestant{name: "memory", url: "http://" + url + path, connections: readers}, b.pace.seconds); err != nil {
			return err
		}
	}
	last, err := memory(child)
	if err != nil {
		return err
	}
	b.rows = append(b.rows, start, row{
		what: "memory (RssAnon) after the pages / at the first page", ratios: []float64{last / first},
		figures: fmt.Sprintf("%.1f MiB / %.1f MiB", last, first),
	})
	return nil
}

// profile writes where the processor's time goes, for the product and for the
// hand-written page.
func (b *bench) profile(ctx context.Context, path, folder string) error {
	if err := os.MkdirAll(folder, 0o755); err != nil {
		return err
	}
	at, err := b.server(ctx, path)
	if err != nil {
		return err
	}
	missions, err := b.missions(ctx, "sqlite", path)
	if err != nil {
		return err
	}
	const seconds = 6
	for _, one := range []struct{ file, url string }{
		{"list-product", at.Product + listPath},
		{"list-hand", at.Hand + listPath},
		{"mission-product", at.Product + missions[0]},
		{"mission-hand", at.Hand + missions[0]},
	} {
		type profile struct {
			answer answer
			err    error
		}
		done := make(chan profile, 1)
		go func() {
			a, err := get(ctx, fmt.Sprintf("%s/debug/pprof/profile?seconds=%d", at.Profile, seconds-1))
			done <- profile{a, err}
		}()
		rate, err := b.wrk(ctx, contestant{name: one.file, url: one.url, connections: readers}, seconds)
		if err != nil {
			return err
		}
		taken := <-done
		if taken.err != nil {
			return taken.err
		}
		file := filepath.Join(folder, one.file+".prof")
		if err := os.WriteFile(file, taken.answer.Body, 0o644); err != nil {
			return err
		}
		fmt.Printf("%s: %.0f/s\n", file, rate)
	}
	return nil
}

// table prints the rows.
func (b *bench) table(out io.Writer) error {
	table := tabwriter.NewWriter(out, 0, 0, 3, ' ', 0)
	_, _ = fmt.Fprintln(table, "\tratio\tfrom – to\tgoal\tthis machine")
	for _, r := range b.rows {
		goal := ""
		if r.goal > 0 {
			goal = fmt.Sprintf("≥ %.2f", r.goal)
			if median(r.ratios) < r.goal {
				goal += " missed"
			}
		}
		_, _ = fmt.Fprintf(table, "%s\t%.2f\t%.2f – %.2f\t%s\t%s\n",
			r.what, median(r.ratios), slices.Min(r.ratios), slices.Max(r.ratios), goal, r.figures)
	}
	return table.Flush()
}
