package main

import (
	"context"
	"errors"
	"fmt"
	"os"

	"mainforte/internal/association"
	"mainforte/internal/config"
	"mainforte/internal/db"
	"mainforte/internal/mission"
	"mainforte/internal/secret"
	"mainforte/internal/sheet"
)

type importCommand struct {
	Missions importMissions `cmd:"" help:"Missions from a CSV file whose first line names its columns, in French or English."`
}

type importMissions struct {
	data
	Association string `required:"" help:"The association's short name in addresses." placeholder:"SLUG"`
	Draft       bool   `help:"Keep the missions as drafts instead of publishing them."`
	File        string `arg:"" help:"The CSV file."`
}

// Run takes the whole table, or nothing of it.
func (f importMissions) Run(ctx context.Context, s streams) error {
	table, err := f.read()
	if err != nil {
		return err
	}
	return f.use(ctx, s, func(d *db.DB, _ config.Config) error {
		a, err := association.BySlug(ctx, d, f.Association)
		if err != nil {
			return fmt.Errorf("no association has the address %q", f.Association)
		}
		who := operatorsHand(a.ID)
		referent, err := association.FirstCoordinator(ctx, d, who)
		if err != nil {
			return err
		}
		result, err := mission.Import(ctx, d, who, table, mission.ImportOptions{Draft: f.Draft, Referent: referent.Person})
		if err != nil {
			return err
		}
		_, err = fmt.Fprintf(s.out, "missions taken: %d, there already: %d\n", result.Taken, result.Known)
		return err
	})
}

func (f importMissions) read() (sheet.Table, error) {
	file, err := os.Open(f.File)
	if err != nil {
		return sheet.Table{}, err
	}
	defer func() { _ = file.Close() }()
	return sheet.Read(file)
}

type migrateCommand struct{ data }

// Run brings the schema to this program's version.
func (f migrateCommand) Run(ctx context.Context, s streams) error {
	c, err := f.load(s)
	if err != nil {
		return err
	}
	d, err := db.Open(ctx, c.Data, db.Options{})
	if err != nil {
		return err
	}
	defer func() { _ = d.Close() }()
	version, err := d.Migrate(ctx)
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(s.out, "the schema is at version %d\n", version)
	return err
}

type backupCommand struct {
	data
	File string `arg:"" help:"The copy, which must not exist yet."`
}

// Run writes the copy while others read and write.
func (f backupCommand) Run(ctx context.Context, s streams) error {
	c, err := f.load(s)
	if err != nil {
		return err
	}
	if _, err := os.Stat(c.Data); err != nil { // an address may hold a password: it is not said
		return errors.New("no SQLite file there: backup copies one, and PostgreSQL has pg_dump for that")
	}
	d, err := db.Open(ctx, c.Data, db.Options{})
	if err != nil {
		return err
	}
	defer func() { _ = d.Close() }()
	if err := d.Backup(ctx, f.File); err != nil {
		return err
	}
	_, err = fmt.Fprintf(s.out, "%s holds the whole of %s\n", f.File, c.Data)
	return err
}

type keysCommand struct {
	Rotate rotateCommand `cmd:"" help:"Make a new key; links signed before keep working for two years."`
}

type rotateCommand struct {
	data
	Revoke bool `help:"Forget the keys before: every link mailed so far stops working."`
}

// Run makes the key.
func (f rotateCommand) Run(ctx context.Context, s streams) error {
	return f.use(ctx, s, func(d *db.DB, _ config.Config) error {
		change := secret.Rotate
		if f.Revoke {
			change = secret.Revoke
		}
		if err := change(ctx, d); err != nil {
			return err
		}
		_, err := fmt.Fprintln(s.out, "a new key signs from now on")
		return err
	})
}
