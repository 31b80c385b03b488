package db

import (
	"errors"
	"strings"

	"github.com/jackc/pgx/v5/pgconn"
	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"
)

// What a caller may have to tell apart. Driver errors are translated once,
// here; nobody else matches codes or texts.
var (
	// ErrNone: no row where one was asked for.
	ErrNone = errors.New("no such row")
	// ErrTaken: a unique value exists already.
	ErrTaken = errors.New("already taken")
	// ErrBusy: the database could not be written in time; trying again may
	// succeed.
	ErrBusy = errors.New("the database is busy")
	// ErrFull: no space is left to write.
	ErrFull = errors.New("no space left")
)

func translate(err error) error {
	var kind error
	var lite *sqlite.Error
	var pg *pgconn.PgError
	switch {
	case errors.As(err, &lite):
		switch code := lite.Code(); {
		case code == sqlite3.SQLITE_CONSTRAINT_UNIQUE || code == sqlite3.SQLITE_CONSTRAINT_PRIMARYKEY:
			kind = ErrTaken
		case code&0xff == sqlite3.SQLITE_BUSY || code&0xff == sqlite3.SQLITE_LOCKED:
			kind = ErrBusy
		case code&0xff == sqlite3.SQLITE_FULL:
			kind = ErrFull
		}
	case errors.As(err, &pg):
		switch {
		case pg.Code == "23505":
			kind = ErrTaken
		case pg.Code == "40001" || pg.Code == "40P01" || pg.Code == "55P03":
			kind = ErrBusy
		case strings.HasPrefix(pg.Code, "53"):
			kind = ErrFull
		}
	}
	if kind == nil {
		return err
	}
	return errors.Join(kind, err)
}
