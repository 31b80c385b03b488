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
	"bufio"
	"bytes"
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"maps"
	"net"
	"net/http"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
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
	machine machine
	pace    pace
	folder  string
	rows    []row
	runs    int
	notes   []string
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
		if versions[i], err = b.text(ctx, ask.driver, ask.path, ask.query); err != nil {
			return "", "", err
		}
	}
	fmt.Printf("SQLite %s with synchronous=FULL, PostgreSQL %s with fsync and synchronous_commit\n", versions[0], versions[1])
	return sqlite, postgres, nil
}

func (b *bench) in(name string) string { return filepath.Join(b.folder, name) }

// text gives the first value of the first row of a query.
func (b *bench) text(ctx context.Context, driver, path, query string) (string, error) {
	d, err := sql.Open(driver, path)
	if err != nil {
		return "", err
	}
	defer func() { _ = d.Close() }()
	var text string
	return text, d.QueryRowContext(ctx, query).Scan(&text)
}

// launch starts a program on the server's core, with one thread of Go.
func (b *bench) launch(ctx context.Context, change func(*exec.Cmd) error, name string, args ...string) error {
	child := b.machine.command(ctx, b.machine.server, name, args...)
	child.Env = append(child.Environ(), "GOMAXPROCS=1")
	if err := change(child); err != nil {
		return err
	}
	if err := child.Start(); err != nil {
		return err
	}
	b.children = append(b.children, child)
	return nil
}

// server starts the process that is measured, which writes its log into a
// file as the product does under an operator's care.
func (b *bench) server(ctx context.Context, path string) (addresses, error) {
	self, err := os.Executable()
	if err != nil {
		return addresses{}, err
	}
	log, err := os.OpenFile(b.in("log"), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return addresses{}, err
	}
	defer func() { _ = log.Close() }() // the child has its own
	var out io.Reader
	err = b.launch(ctx, func(child *exec.Cmd) (err error) {
		child.Stderr = log
		out, err = child.StdoutPipe()
		return err
	}, self, "serve", path)
	if err != nil {
		return addresses{}, err
	}
	told, err := bufio.NewReader(out).ReadBytes('\n')
	if err != nil {
		text, _ := os.ReadFile(b.in("log"))
		return addresses{}, fmt.Errorf("the server does not start: %w\n%s", err, text)
	}
	var at addresses
	return at, json.Unmarshal(told, &at)
}

// bare starts the bare server with an answer of the product, and gives its
// address.
func (b *bench) bare(ctx context.Context, name, of string) (string, error) {
	answer, err := get(ctx, of)
	if err != nil {
		return "", err
	}
	text, err := json.Marshal(answer)
	if err != nil {
		return "", err
	}
	if err := os.WriteFile(b.in(name), text, 0o600); err != nil {
		return "", err
	}
	at, err := free()
	if err != nil {
		return "", err
	}
	unchanged := func(*exec.Cmd) error { return nil }
	if err := b.launch(ctx, unchanged, b.in("bare"), at, b.in(name)); err != nil {
		return "", err
	}
	return "http://" + at, b.answers(ctx, "http://"+at)
}

// free gives an address of this machine where nobody listens.
func free() (string, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	return l.Addr().String(), l.Close()
}
