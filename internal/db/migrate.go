package db

import (
	"context"
	"embed"
	"fmt"
	"io/fs"

	"github.com/pressly/goose/v3"
	"github.com/pressly/goose/v3/lock"
)

//go:embed migrations/*.sql
var migrations embed.FS

// Migrate brings the schema to this program's version, forward only, and
// tells the version. A database written by a newer program is refused: it
// would lose what this one does not know.
func (d *DB) Migrate(ctx context.Context) (int64, error) {
	files, err := fs.Sub(migrations, "migrations")
	if err != nil {
		return 0, err
	}
	dialect := goose.DialectSQLite3
	if d.engine == Postgres {
		dialect = goose.DialectPostgres
	}
	options := []goose.ProviderOption{goose.WithVerbose(false)}
	if d.engine == Postgres { // several nodes may start at once
		locker, err := lock.NewPostgresSessionLocker()
		if err != nil {
			return 0, err
		}
		options = append(options, goose.WithSessionLocker(locker))
	}
	provider, err := goose.NewProvider(dialect, d.write, files, options...)
	if err != nil {
		return 0, err
	}
	sources := provider.ListSources()
	newest := sources[len(sources)-1].Version
	current, err := provider.GetDBVersion(ctx)
	if err != nil {
		return 0, fmt.Errorf("read the version of the schema: %w", err)
	}
	if current > newest {
		return 0, fmt.Errorf("the data was written by a newer Mainforte (schema %d, this program knows %d): upgrade the program", current, newest)
	}
	if _, err := provider.Up(ctx); err != nil {
		return 0, fmt.Errorf("migrate: %w", err)
	}
	return newest, nil
}
