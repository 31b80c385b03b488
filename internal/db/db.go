// Package db opens the one database of an instance, SQLite or PostgreSQL,
// and is the only way to it.
//
// A *DB is either the database itself or one transaction on it; functions
// that take one need not know which. Write joins the transaction that its DB
// already is, so capabilities compose: offer.Make calls conversation.Start
// and event.Record, and all of it commits or nothing does.
//
// Statements are package variables made by SQL, Do, Across and DoAcross. The
// first two take who acts as an argument of each call and bind the actor's
// association as $1, so a statement cannot be run without saying for whom.
// The other two cross associations, and say why.
//
// The database also carries what must be injected to make a run repeatable:
// the clock, the source of IDs and randomness, and the subscribers of events.
package db

import (
	"context"
	"crypto/rand"
	"database/sql"
	"fmt"
	"io"
	"net/url"
	"os"
	"runtime"
	"strings"
	"sync"
	"time"

	_ "github.com/jackc/pgx/v5/stdlib" // the "pgx" driver
	_ "modernc.org/sqlite"             // the "sqlite" driver
)

// Engine names the database engine behind a DB.
type Engine string

// The engines that Mainforte runs on.
const (
	SQLite   Engine = "sqlite"
	Postgres Engine = "postgres"
)

// Options are what a program or a test injects. The zero value is a real
// clock, real randomness and no subscriber.
type Options struct {
	// Now tells the time; nil means time.Now. The demo and the tests move it.
	Now func() time.Time
	// Random gives unpredictable bytes for keys and sessions; nil means
	// crypto/rand.
	Random io.Reader
	// Subscribers maps a kind of event to the kinds of job that each such
	// event causes; event.Record reads it.
	Subscribers map[string][]string
}

// DB is a database, or one transaction on it. It is safe for concurrent use
// unless it is a transaction.
type DB struct {
	*shared
	*transaction // nil outside one
}

// transaction is what belongs to one transaction.
type transaction struct {
	tx *sql.Tx
	// prepared are the statements that were new to the writer.
	prepared map[*Statement]*sql.Stmt
	commit   []func()
}

// shared is what a database and its transactions have in common.
type shared struct {
	engine      Engine
	path        string
	write, read *sql.DB
	options     Options
	ids         idSource
	prepared    sync.Map // of preparedKey to *sql.Stmt

	randomLock sync.Mutex
}

// Open opens the database at path: a file for SQLite, created if it does not
// exist, or an address that starts with postgres:// or postgresql://. It does
// not migrate. The caller closes it.
func Open(ctx context.Context, path string, options Options) (*DB, error) {
	if options.Now == nil {
		options.Now = time.Now
	}
	if options.Random == nil {
		options.Random = rand.Reader
	}
	s := &shared{path: path, options: options}
	s.ids.random = s.randomBytes
	open := openSQLite
	if strings.HasPrefix(path, "postgres://") || strings.HasPrefix(path, "postgresql://") {
		open = openPostgres
	}
	if err := open(ctx, s); err != nil {
		return nil, err
	}
	return &DB{shared: s}, nil
}

// openSQLite opens one writer and several readers. One writer, because SQLite
// has one at a time anyway and a queue in Go is fairer than its busy loop;
// synchronous=FULL, because an offer that was acknowledged must survive a
// power cut.
func openSQLite(ctx context.Context, s *shared) error {
	s.engine = SQLite
	const pragmas = "_pragma=busy_timeout(10000)&_pragma=foreign_keys(1)&_pragma=mmap_size(268435456)"
	// Whoever else uses the machine reads no word of it; SQLite gives its
	// other files the rights of this one.
	if err := private(s.path); err != nil {
		return fmt.Errorf("open %s: %w", s.path, err)
	}
	file := "file:" + (&url.URL{Path: s.path}).EscapedPath()
	var err error
	s.write, err = sql.Open("sqlite", file+"?"+pragmas+"&_pragma=journal_mode(WAL)&_pragma=synchronous(FULL)&_txlock=immediate")
	if err != nil {
		return err
	}
	s.write.SetMaxOpenConns(1)
	if err := s.write.PingContext(ctx); err != nil {
		_ = s.write.Close()
		return fmt.Errorf("open %s: %w", s.path, err)
	}
	s.read, err = sql.Open("sqlite", file+"?"+pragmas+"&_pragma=query_only(1)")
	if err != nil {
		_ = s.write.Close()
		return err
	}
	readers := max(2, runtime.GOMAXPROCS(0))
	s.read.SetMaxOpenConns(readers)
	s.read.SetMaxIdleConns(readers)
	return nil
}

// private makes the file, if there is none, for its owner alone.
func private(path string) error {
	made, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return err
	}
	return made.Close()
}

func openPostgres(ctx context.Context, s *shared) error {
	s.engine = Postgres
	var err error
	s.write, err = sql.Open("pgx", s.path)
	if err != nil {
		return err
	}
	s.read = s.write
	s.write.SetMaxOpenConns(8 + 4*runtime.GOMAXPROCS(0))
	s.write.SetMaxIdleConns(4 + 2*runtime.GOMAXPROCS(0))
	// Words are compared and paged byte by byte, as SQLite does; another
	// collation would give other answers to the same question.
	var bytewise bool
	if err := s.write.QueryRowContext(ctx, `SELECT 'B' < 'a'`).Scan(&bytewise); err != nil {
		_ = s.write.Close()
		return fmt.Errorf("open PostgreSQL: %w", err)
	}
	if !bytewise {
		_ = s.write.Close()
		return fmt.Errorf("the PostgreSQL database must sort byte by byte: create it with createdb --template=template0 --locale=C --encoding=UTF8")
	}
	return nil
}

// Close releases the connections.
func (d *DB) Close() error {
	if d.read != d.write {
		if err := d.read.Close(); err != nil {
			return err
		}
	}
	return d.write.Close()
}

// Engine tells which engine this is, for the few things that must differ.
func (d *DB) Engine() Engine { return d.engine }

// Now is the injected time in UTC, cut to the millisecond, which is what the
// database stores.
func (d *DB) Now() time.Time { return d.options.Now().UTC().Truncate(time.Millisecond) }

// NewID gives an ID that sorts after those given before in this process, and
// by time between processes.
func (d *DB) NewID() ID { return d.ids.next(d.Now()) }

// Random gives n unpredictable bytes.
func (d *DB) Random(n int) []byte { return d.randomBytes(n) }

func (s *shared) randomBytes(n int) []byte {
	s.randomLock.Lock()
	defer s.randomLock.Unlock()
	bytes := make([]byte, n)
	if _, err := io.ReadFull(s.options.Random, bytes); err != nil {
		// Nothing secret can be made without randomness, and a process
		// whose source failed must not go on.
		panic("no randomness: " + err.Error())
	}
	return bytes
}

// Subscribers gives the kinds of job that an event of this kind causes.
func (d *DB) Subscribers(kind string) []string { return d.options.Subscribers[kind] }

// Write runs f in a transaction: the one that d already is, or a new one that
// commits when f returns nil and is rolled back otherwise. Inside f only the
// DB it is given may be used: on SQLite a second handle waits for itself. No
// mail, file or network inside f.
func (d *DB) Write(ctx context.Context, f func(d *DB) error) (err error) {
	if d.transaction != nil {
		return f(d)
	}
	tx, err := d.write.BeginTx(ctx, nil)
	if err != nil {
		return translate(err)
	}
	t := &transaction{tx: tx, prepared: map[*Statement]*sql.Stmt{}}
	committed := false
	defer func() {
		if !committed {
			_ = tx.Rollback()
		}
	}()
	if err := f(&DB{d.shared, t}); err != nil {
		return err
	}
	if err := tx.Commit(); err != nil {
		return translate(err)
	}
	committed = true
	for _, hook := range t.commit {
		hook()
	}
	return nil
}

// AfterCommit runs f once the transaction that d is has been committed, or at
// once if d is no transaction. It is for waking what waits, never for work
// that must not be lost: that is a job.
func (d *DB) AfterCommit(f func()) {
	if d.transaction == nil {
		f()
		return
	}
	d.commit = append(d.commit, f)
}
