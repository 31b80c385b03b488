package house

import (
	"bytes"
	"context"
	"database/sql"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	_ "mainforte/internal/app" // every room, and so every statement
	"mainforte/internal/db"
	"mainforte/internal/db/dbtest"
)

var update = flag.Bool("update", false, "write the golden files anew")

// golden compares a text with what was agreed in review.
func golden(t *testing.T, name, got, lesson string) {
	t.Helper()
	file := filepath.Join("testdata", name)
	if *update {
		if err := os.MkdirAll("testdata", 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Errorf("%s (go test ./internal/house -update writes %s anew):\n%s", lesson, file, diff)
	}
}

// tables reads from the migrations which room owns each table, and whether
// the table is an association's.
func tables(t *testing.T) (owner map[string]string, tenant map[string]bool) {
	t.Helper()
	owner, tenant = map[string]string{}, map[string]bool{}
	files, err := filepath.Glob(root + "/internal/db/migrations/*.sql")
	if err != nil || len(files) == 0 {
		t.Fatal(files, err)
	}
	create := regexp.MustCompile(`(?s)-- room: (\w+)\nCREATE TABLE (\w+) \((.*?)\n\);`)
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if made, owned := bytes.Count(text, []byte("CREATE TABLE")), len(create.FindAll(text, -1)); made != owned {
			t.Errorf("%s makes %d tables and names the room of %d: write \"-- room: NAME\" on the line above each.", file, made, owned)
		}
		for _, m := range create.FindAllStringSubmatch(string(text), -1) {
			owner[m[2]] = m[1]
			tenant[m[2]] = strings.Contains(m[3], "PRIMARY KEY (association_id")
		}
	}
	tenant["association"] = true
	return owner, tenant
}

var (
	mentioned = regexp.MustCompile(`(?i)\b(?:FROM|JOIN|INTO|UPDATE)\s+([a-z_]+)(?:\s+(?:AS\s+)?([a-z]+))?`)
	keywords  = []string{"set", "where", "on", "order", "join", "values", "using", "limit", "left", "inner", "group", "union", "returning", "as"}
)

// mentions gives the tables of a statement with the name each goes by.
func mentions(text string) map[string]string {
	found := map[string]string{}
	for _, m := range mentioned.FindAllStringSubmatch(text, -1) {
		alias := m[2]
		if alias == "" || slices.Contains(keywords, strings.ToLower(alias)) {
			alias = m[1]
		}
		found[alias] = m[1]
	}
	return found
}

func TestEachTableBelongsToOneRoom(t *testing.T) {
	owner, _ := tables(t)
	for _, s := range db.Statements() {
		room, _, _ := strings.Cut(s.Name, ".")
		for _, table := range mentions(s.Text) {
			if of, known := owner[table]; known && of != room {
				t.Errorf("%s touches %s, a table of the room %s: call a function of that room instead.", s.Name, table, of)
			}
		}
	}
}

func TestEveryStatementIsBoundOrSaysWhyNot(t *testing.T) {
	var across strings.Builder
	_, tenant := tables(t)
	for _, s := range db.Statements() {
		if s.Reason != "" {
			fmt.Fprintf(&across, "%s: %s\n", s.Name, s.Reason)
			continue
		}
		if !strings.Contains(s.Text, "$1") {
			t.Errorf("%s does not use $1, which is the association of who acts.", s.Name)
		}
		if strings.HasPrefix(s.Text, "INSERT") && !regexp.MustCompile(`(?s)\(association_id,.*?VALUES \(\$1,`).MatchString(s.Text) {
			t.Errorf("%s inserts a row whose first column is not association_id, bound to $1.", s.Name)
		}
		touches := false
		for _, table := range mentions(s.Text) {
			touches = touches || tenant[table] || table == "listing"
		}
		if !touches {
			t.Errorf("%s touches no table of an association: register it with db.Across and say why.", s.Name)
		}
	}
	golden(t, "across.txt", across.String(), "The statements that are not bound to one association have changed. Is the reason good, and can nobody reach another association's rows by it?")
}

// In SQLite's plan every table of an association must be reached by it.
func TestPlansReachTenantsByTheirAssociation(t *testing.T) {
	path := dbtest.Path(t, db.SQLite)
	raw, err := sql.Open("sqlite", path)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = raw.Close() }()
	_, tenant := tables(t)
	step := regexp.MustCompile(`^(?:SEARCH|SCAN) (\w+)(.*)$`)
	for _, s := range db.Statements() {
		if s.Reason != "" {
			continue
		}
		names := mentions(s.Text)
		for _, line := range plan(t, raw, s.Text) {
			m := step.FindStringSubmatch(line)
			if m == nil || !tenant[names[m[1]]] {
				continue
			}
			by := "association_id=?"
			if names[m[1]] == "association" {
				by = "id=?"
			}
			if !strings.Contains(m[2], by) {
				t.Errorf("%s reaches %s other than by its association: %q. Begin its WHERE, its JOIN and its index with association_id.", s.Name, names[m[1]], line)
			}
		}
	}
}

func plan(t *testing.T, raw *sql.DB, text string) []string {
	t.Helper()
	numbers := regexp.MustCompile(`\$(\d+)`).FindAllStringSubmatch(text, -1)
	most := 0
	for _, n := range numbers {
		var i int
		_, _ = fmt.Sscan(n[1], &i)
		most = max(most, i)
	}
	rows, err := raw.QueryContext(t.Context(), "EXPLAIN QUERY PLAN "+text, make([]any, most)...)
	if err != nil {
		t.Errorf("%v\n%s", err, text)
		return nil
	}
	defer func() { _ = rows.Close() }()
	var lines []string
	for rows.Next() {
		var id, parent, unused int
		var line string
		if err := rows.Scan(&id, &parent, &unused, &line); err != nil {
			t.Fatal(err)
		}
		lines = append(lines, line)
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	return lines
}

func TestEveryStatementPreparesOnBothEngines(t *testing.T) {
	for _, engine := range []db.Engine{db.SQLite, db.Postgres} {
		t.Run(string(engine), func(t *testing.T) {
			driver := map[db.Engine]string{db.SQLite: "sqlite", db.Postgres: "pgx"}[engine]
			raw, err := sql.Open(driver, dbtest.Path(t, engine))
			if err != nil {
				t.Fatal(err)
			}
			defer func() { _ = raw.Close() }()
			for _, s := range db.Statements() {
				text := s.Text
				if engine == db.Postgres && s.Postgres != "" {
					text = s.Postgres
				}
				if err := prepares(t.Context(), raw, text); err != nil {
					t.Errorf("%s: %v", s.Name, err)
				}
			}
		})
	}
}

func prepares(ctx context.Context, raw *sql.DB, text string) error {
	prepared, err := raw.PrepareContext(ctx, text)
	if err != nil {
		return err
	}
	defer func() { _ = prepared.Close() }()
	return nil
}

// The schema is a golden file: a change of it is seen in review.
func TestSchema(t *testing.T) {
	raw, err := sql.Open("sqlite", dbtest.Path(t, db.SQLite))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = raw.Close() }()
	rows, err := raw.QueryContext(t.Context(), `SELECT sql FROM sqlite_master WHERE sql IS NOT NULL AND name NOT LIKE 'goose%' AND name NOT LIKE 'sqlite%' ORDER BY tbl_name, type DESC, name`)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = rows.Close() }()
	var schema strings.Builder
	for rows.Next() {
		var text string
		if err := rows.Scan(&text); err != nil {
			t.Fatal(err)
		}
		schema.WriteString(text + ";\n")
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	golden(t, "schema.sql", schema.String(), "The schema has changed. A schema that was released changes by a new migration only.")
}
