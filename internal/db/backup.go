package db

import (
	"context"
	"errors"
	"fmt"
	"os"
)

// Backup writes a whole, consistent copy of a SQLite database into a file
// that must not exist yet, while others read and write. PostgreSQL has its
// own tools for that, and is refused.
func (d *DB) Backup(ctx context.Context, file string) error {
	if d.engine != SQLite {
		return errors.New("backup copies a SQLite file; for PostgreSQL use pg_dump --format=custom")
	}
	if _, err := os.Stat(file); err == nil {
		return fmt.Errorf("%s exists already: a backup never overwrites", file)
	}
	// The copy is complete at its final name or it is not there at all.
	part := file + ".part"
	if err := os.Remove(part); err != nil && !errors.Is(err, os.ErrNotExist) {
		return err
	}
	if err := private(part); err != nil {
		return err
	}
	if _, err := d.write.ExecContext(ctx, `VACUUM INTO $1`, part); err != nil {
		return fmt.Errorf("backup: %w", translate(err))
	}
	copied, err := os.Open(part)
	if err != nil {
		return err
	}
	defer func() { _ = copied.Close() }()
	if err := copied.Sync(); err != nil {
		return err
	}
	return os.Rename(part, file)
}
