package main

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/stdlib"

	"mainforte/internal/actor"
	"mainforte/internal/app"
	"mainforte/internal/association"
	"mainforte/internal/db"
	"mainforte/internal/i18n"
	"mainforte/internal/mission"
	"mainforte/internal/people"
)

// world is how much there is to list.
type world struct{ associations, missions int }

var (
	works = []string{
		"Traduire le guide d’accueil", "Réparer les vélos du samedi", "Tenir la permanence du jeudi", "Dessiner l’affiche de la fête",
		"Relire les fiches pratiques", "Monter le petit site", "Accueillir les nouvelles personnes", "Porter les courses du quartier",
		"Filmer la conférence", "Ranger le local", "Écrire la lettre du mois", "Installer les ordinateurs donnés",
	}
	places   = []string{"Nantes", "Lyon, quartier de la Guillotière", "Saint-Étienne", "Évreux", "", "Besançon et alentours", "Marseille"}
	efforts  = []string{"Une heure", "Deux heures par semaine", "Un samedi par mois", "", "Une journée"}
	subjects = []string{"la bibliothèque", "le jardin", "la cuisine partagée", "l’atelier", "la ligne d’écoute", "la cartographie", "le journal", "la chorale"}
)

// content is a mission like those that associations write: two sentences, a
// few paragraphs, a few facts.
func content(i int, referent, deputy db.ID) mission.Content {
	subject := subjects[i/3%len(subjects)]
	return mission.Content{
		Title: fmt.Sprintf("%s pour %s", works[i%len(works)], subject),
		Need:  fmt.Sprintf("Nous cherchons quelqu’un pour %s. Tout le matériel est là, et vous ne serez jamais seul·e.", subject),
		Place: places[i%len(places)], Remote: i%5 == 0, Entry: i%4 == 0, Seats: i % 4, Referent: referent, Deputy: deputy,
		More: mission.More{
			Details: fmt.Sprintf("Chaque semaine, %d personnes comptent sur **%s**.\n\nCe qu’il y a à faire :\n\n- préparer la salle\n"+
				"- accueillir qui vient\n- noter ce qui manque dans [le cahier](https://cahier.example/%d)\n\nLe reste s’apprend sur place.", 3+i%40, subject, i),
			Purpose: "Aux habitantes et habitants du quartier, qui en parlent à leurs voisins.",
			Effort:  efforts[i%len(efforts)], Latitude: "La manière de faire et les horaires.", Means: "Le local, les clés, le café.",
		},
	}
}

// fill makes the world in an empty SQLite database with the product's own
// functions, so that it is what the product would have written. Associations
// publish in turn: one transaction holds a mission of each.
func fill(ctx context.Context, path string, w world) error {
	d, err := db.Open(ctx, path, db.Options{Subscribers: app.Subscribers})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, d.Close()) }()
	if _, err = d.Migrate(ctx); err != nil {
		return err
	}
	type house struct{ id, referent, deputy db.ID }
	houses := make([]house, w.associations)
	person := func(d *db.DB, i int, name string) (people.Person, error) {
		return people.Ensure(ctx, d, fmt.Sprintf("%s.%d@courriel.example", strings.ToLower(name), i), name, i18n.French)
	}
	err = d.Write(ctx, func(d *db.DB) error {
		for i := range houses {
			camille, err := person(d, i, "Camille")
			if err != nil {
				return err
			}
			idriss, err := person(d, i, "Idriss")
			if err != nil {
				return err
			}
			a, err := association.Create(ctx, d, actor.System(0), "", association.Settings{
				Name: fmt.Sprintf("Les Mains du quartier %d", i), Purpose: "Un quartier où l’on s’entraide.", Place: "Nantes", Language: i18n.French,
			}, camille)
			if err != nil {
				return err
			}
			if err := association.Join(ctx, d, actor.System(a.ID), association.Member{Person: idriss.ID, Name: "Idriss", Referent: true}); err != nil {
				return err
			}
			houses[i] = house{a.ID, camille.ID, idriss.ID}
		}
		return nil
	})
	for done := 0; done < w.missions && err == nil; done += len(houses) {
		err = d.Write(ctx, func(d *db.DB) error {
			for i, h := range houses {
				program := actor.System(h.id)
				m, err := mission.Write(ctx, d, program, content(done+i, h.referent, h.deputy))
				if err != nil {
					return err
				}
				if _, err := mission.Move(ctx, d, program, m.ID, mission.Open); err != nil {
					return err
				}
			}
			return nil
		})
	}
	return err
}

// copyTo copies every row of a SQLite database into an empty PostgreSQL one,
// table by table in the order of the schema, which foreign keys follow.
func copyTo(ctx context.Context, sqlite, postgres string) error {
	d, err := db.Open(ctx, postgres, db.Options{})
	if err != nil {
		return err
	}
	if _, err := d.Migrate(ctx); err != nil {
		return errors.Join(err, d.Close())
	}
	if err := d.Close(); err != nil {
		return err
	}
	tables, err := column(ctx, "sqlite", sqlite,
		`SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%' AND name NOT LIKE 'goose_%' ORDER BY rowid`)
	if err != nil {
		return err
	}
	from, err := sql.Open("sqlite", sqlite)
	if err != nil {
		return err
	}
	defer func() { _ = from.Close() }()
	to, err := sql.Open("pgx", postgres)
	if err != nil {
		return err
	}
	defer func() { _ = to.Close() }()
	for _, table := range tables {
		if err := copyTable(ctx, from, to, table); err != nil {
			return fmt.Errorf("copy %s: %w", table, err)
		}
	}
	for _, tidy := range []string{`VACUUM (ANALYZE)`, `CHECKPOINT`} { // what a server does in its first night
		if _, err := to.ExecContext(ctx, tidy); err != nil {
			return err
		}
	}
	return nil
}

func copyTable(ctx context.Context, from, to *sql.DB, table string) error {
	rows, err := from.QueryContext(ctx, `SELECT * FROM `+table)
	if err != nil {
		return err
	}
	defer func() { _ = rows.Close() }()
	types, err := rows.ColumnTypes()
	if err != nil {
		return err
	}
	columns, values, into := make([]string, len(types)), make([]any, len(types)), make([]any, len(types))
	for i := range types {
		columns[i], into[i] = types[i].Name(), &values[i]
	}
	c, err := to.Conn(ctx)
	if err != nil {
		return err
	}
	defer func() { _ = c.Close() }()
	copied := c.Raw(func(driver any) error {
		_, err := driver.(*stdlib.Conn).Conn().CopyFrom(ctx, pgx.Identifier{table}, columns, pgx.CopyFromFunc(func() ([]any, error) {
			if !rows.Next() {
				return nil, rows.Err()
			}
			err := rows.Scan(into...)
			for i, v := range values {
				if n, ok := v.(int64); ok && types[i].DatabaseTypeName() == "BOOLEAN" {
					values[i] = n != 0 // SQLite's truth is a number
				}
			}
			return values, err
		}))
		return err
	})
	return errors.Join(copied, rows.Err())
}
