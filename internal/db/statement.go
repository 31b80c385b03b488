package db

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Scope is who a statement runs for: its association becomes $1.
// actor.Actor is one.
type Scope interface{ Tenant() ID }

// Statement is what the registry knows of a statement: its name
// ("room.what"), its text, and, if it crosses associations, the reason.
type Statement struct {
	Name, Text string
	// Reason is empty for a statement bound to one association.
	Reason string
	// Postgres, when set, replaces Text on PostgreSQL: only where the
	// engines must differ.
	Postgres string
}

var registry []*Statement

// Statements lists every statement of the program, by name.
func Statements() []*Statement {
	all := slices.Clone(registry)
	slices.SortFunc(all, func(a, b *Statement) int { return strings.Compare(a.Name, b.Name) })
	return all
}

func register(s Statement) *Statement {
	for _, other := range registry {
		if other.Name == s.Name {
			panic("two statements are named " + s.Name)
		}
	}
	registry = append(registry, &s)
	return &s
}

func (s *Statement) text(e Engine) string {
	if e == Postgres && s.Postgres != "" {
		return s.Postgres
	}
	return s.Text
}

// Query is a statement that gives rows within one association.
type Query[T any] struct{ rows[T] }

// SQL registers a query bound to the association of who asks, which is $1.
// scan gives the destinations of one row, in the order of its columns.
func SQL[T any](name, text string, scan func(*T) []any) Query[T] {
	return Query[T]{rows[T]{register(Statement{Name: name, Text: text}), scan}}
}

// One gives the only row, or ErrNone.
func (q Query[T]) One(ctx context.Context, d *DB, who Scope, args ...any) (T, error) {
	return q.one(ctx, d, prepend(who, args))
}

// All gives every row.
func (q Query[T]) All(ctx context.Context, d *DB, who Scope, args ...any) ([]T, error) {
	return q.all(ctx, d, prepend(who, args))
}

// Each gives the rows for many IDs, asked for in lots: the statement holds
// List(n) where the IDs go, after its other arguments.
func (q Query[T]) Each(ctx context.Context, d *DB, who Scope, ids []ID, args ...any) ([]T, error) {
	return q.each(ctx, d, ids, prepend(who, args))
}

// listSize is how many IDs one statement takes: a desk's worth.
const listSize = 20

// List is the text "($first, …)" of a list of IDs that Each fills.
func List(first int) string {
	places := make([]string, listSize)
	for i := range places {
		places[i] = "$" + strconv.Itoa(first+i)
	}
	return "(" + strings.Join(places, ", ") + ")"
}

// Command is a statement that changes rows within one association.
type Command struct{ *Statement }

// Do registers a command bound to the association of who acts, which is $1.
func Do(name, text string) Command {
	return Command{register(Statement{Name: name, Text: text})}
}

// Run executes the command and tells how many rows it touched.
func (c Command) Run(ctx context.Context, d *DB, who Scope, args ...any) (int64, error) {
	return c.run(ctx, d, prepend(who, args))
}

// Wide is a query that crosses associations, or concerns none.
type Wide[T any] struct{ rows[T] }

// Across registers a query that is not bound to one association, with the
// reason why. All of them stand in a golden file that is read in review.
func Across[T any](name, reason, text string, scan func(*T) []any) Wide[T] {
	return Wide[T]{rows[T]{register(Statement{Name: name, Reason: reason, Text: text}), scan}}
}

// OnPostgres gives the text for PostgreSQL where the engines must differ.
func (q Wide[T]) OnPostgres(text string) Wide[T] {
	q.Postgres = text
	return q
}

// One gives the only row, or ErrNone.
func (q Wide[T]) One(ctx context.Context, d *DB, args ...any) (T, error) {
	return q.one(ctx, d, args)
}

// All gives every row.
func (q Wide[T]) All(ctx context.Context, d *DB, args ...any) ([]T, error) {
	return q.all(ctx, d, args)
}

// Each gives the rows for many IDs, asked for in lots.
func (q Wide[T]) Each(ctx context.Context, d *DB, ids []ID, args ...any) ([]T, error) {
	return q.each(ctx, d, ids, args)
}

// WideCommand is a command that crosses associations, or concerns none.
type WideCommand struct{ *Statement }

// DoAcross registers a command that is not bound to one association, with the
// reason why.
func DoAcross(name, reason, text string) WideCommand {
	return WideCommand{register(Statement{Name: name, Reason: reason, Text: text})}
}

// Run executes the command and tells how many rows it touched.
func (c WideCommand) Run(ctx context.Context, d *DB, args ...any) (int64, error) {
	return c.run(ctx, d, args)
}

type rows[T any] struct {
	*Statement
	scan func(*T) []any
}

func (q rows[T]) one(ctx context.Context, d *DB, args []any) (T, error) {
	all, err := q.all(ctx, d, args)
	var row T
	if err != nil {
		return row, err
	}
	switch len(all) {
	case 0:
		return row, ErrNone
	case 1:
		return all[0], nil
	}
	return row, fmt.Errorf("%s: %d rows where one was meant", q.Name, len(all))
}

func (q rows[T]) all(ctx context.Context, d *DB, args []any) ([]T, error) {
	result, err := d.query(ctx, q.Statement, args)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", q.Name, translate(err))
	}
	defer func() { _ = result.Close() }()
	var all []T
	for result.Next() {
		var row T
		if err := result.Scan(q.scan(&row)...); err != nil {
			return nil, fmt.Errorf("%s: %w", q.Name, err)
		}
		all = append(all, row)
	}
	if err := result.Err(); err != nil {
		return nil, fmt.Errorf("%s: %w", q.Name, translate(err))
	}
	return all, nil
}

// each fills the last lot by repeating its last ID, which changes no answer.
func (q rows[T]) each(ctx context.Context, d *DB, ids []ID, args []any) ([]T, error) {
	var found []T
	for lot := range slices.Chunk(ids, listSize) {
		all := slices.Clone(args)
		for i := range listSize {
			all = append(all, lot[min(i, len(lot)-1)])
		}
		some, err := q.all(ctx, d, all)
		if err != nil {
			return nil, err
		}
		found = append(found, some...)
	}
	return found, nil
}

func (s *Statement) run(ctx context.Context, d *DB, args []any) (int64, error) {
	result, err := d.exec(ctx, s, args)
	if err != nil {
		return 0, fmt.Errorf("%s: %w", s.Name, translate(err))
	}
	n, err := result.RowsAffected()
	if err != nil {
		return 0, fmt.Errorf("%s: %w", s.Name, err)
	}
	return n, nil
}

// query reads outside a transaction on a reader, unless the statement changes
// rows and returns them.
func (d *DB) query(ctx context.Context, s *Statement, args []any) (*sql.Rows, error) {
	args = bind(args)
	count(ctx, s)
	pool := d.read
	if !strings.HasPrefix(strings.TrimSpace(s.Text), "SELECT") && !strings.HasPrefix(strings.TrimSpace(s.Text), "WITH") {
		pool = d.write
	}
	if d.engine == Postgres { // pgx keeps prepared statements by itself
		if d.transaction != nil {
			return d.tx.QueryContext(ctx, s.text(Postgres), args...)
		}
		return pool.QueryContext(ctx, s.text(Postgres), args...)
	}
	if d.transaction != nil {
		pool = d.write
	}
	statement, err := d.prepare(ctx, pool, s)
	if err != nil {
		return nil, err
	}
	return statement.QueryContext(ctx, args...)
}

func (d *DB) exec(ctx context.Context, s *Statement, args []any) (sql.Result, error) {
	args = bind(args)
	count(ctx, s)
	if d.engine == Postgres {
		if d.transaction != nil {
			return d.tx.ExecContext(ctx, s.text(Postgres), args...)
		}
		return d.write.ExecContext(ctx, s.text(Postgres), args...)
	}
	statement, err := d.prepare(ctx, d.write, s)
	if err != nil {
		return nil, err
	}
	return statement.ExecContext(ctx, args...)
}

type preparedKey struct {
	pool *sql.DB
	*Statement
}

// prepare gives the statement prepared once per pool. Inside a transaction the
// only writing connection is busy: what is new there is prepared for the
// transaction alone, and kept for the next ones once it is over.
func (d *DB) prepare(ctx context.Context, pool *sql.DB, s *Statement) (*sql.Stmt, error) {
	if kept, ok := d.shared.prepared.Load(preparedKey{pool, s}); ok {
		if d.transaction == nil {
			return kept.(*sql.Stmt), nil
		}
		return d.tx.StmtContext(ctx, kept.(*sql.Stmt)), nil
	}
	if d.transaction == nil {
		return d.keep(ctx, pool, s)
	}
	if made, ok := d.transaction.prepared[s]; ok {
		return made, nil
	}
	made, err := d.tx.PrepareContext(ctx, s.Text)
	if err != nil {
		return nil, err
	}
	d.transaction.prepared[s] = made
	d.AfterCommit(func() { _, _ = d.keep(context.WithoutCancel(ctx), pool, s) })
	return made, nil
}

// keep prepares the statement on a pool for as long as the program runs.
func (d *DB) keep(ctx context.Context, pool *sql.DB, s *Statement) (*sql.Stmt, error) {
	made, err := pool.PrepareContext(ctx, s.Text)
	if err != nil {
		return nil, err
	}
	kept, raced := d.shared.prepared.LoadOrStore(preparedKey{pool, s}, made)
	if raced {
		_ = made.Close()
	}
	return kept.(*sql.Stmt), nil
}

// bind turns times into milliseconds, and the zero time into NULL.
func bind(args []any) []any {
	for i, arg := range args {
		if t, ok := arg.(time.Time); ok {
			if t.IsZero() {
				args[i] = nil
			} else {
				args[i] = t.UnixMilli()
			}
		}
	}
	return args
}

func prepend(who Scope, args []any) []any {
	return append([]any{who.Tenant()}, args...)
}

// At scans milliseconds into a time in UTC, and NULL into the zero time.
func At(t *time.Time) sql.Scanner { return instant{t} }

type instant struct{ time *time.Time }

func (i instant) Scan(value any) error {
	switch v := value.(type) {
	case nil:
		*i.time = time.Time{}
	case int64:
		*i.time = time.UnixMilli(v).UTC()
	default:
		return fmt.Errorf("a time from a %T", value)
	}
	return nil
}

// Value is the scan of queries that give a single column.
func Value[T any](v *T) []any { return []any{v} }

// Maybe turns ErrNone into "not found".
func Maybe[T any](row T, err error) (T, bool, error) {
	if errors.Is(err, ErrNone) {
		return row, false, nil
	}
	return row, err == nil, err
}
