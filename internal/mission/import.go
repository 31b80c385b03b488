package mission

import (
	"context"
	"strconv"
	"strings"
	"unicode"

	"mainforte/internal/actor"
	"mainforte/internal/db"
	"mainforte/internal/fault"
	"mainforte/internal/i18n"
	"mainforte/internal/sheet"
	"mainforte/internal/words"
)

// ImportLimit is how many lines one import takes: a few seconds during which
// nobody else writes on SQLite.
const ImportLimit = 2000

// ImportOptions say what becomes of the missions of a table.
type ImportOptions struct {
	// Draft keeps them as drafts; otherwise they are opened.
	Draft bool
	// Referent answers for all of them; zero is the one who acts.
	Referent db.ID
}

// ImportResult is what an import did.
type ImportResult struct {
	// Taken counts the missions made; Missions are they, in the order of the
	// table.
	Taken    int
	Missions []Mission
	// Known counts the lines left alone, because the association has a
	// mission of that title that is not done, or an earlier line has it.
	Known int
}

// column is what the header of a table may name.
type column struct {
	// name is the one in faults. The header may use it, one of names or the
	// label of the field in the form (mission.field.NAME in the catalogues),
	// whatever the accents, the capitals and what stands between the words.
	name  string
	names []string
	// read takes a cell into the content, and says what is wrong with it.
	read func(c *Content, cell string) *i18n.Phrase
}

// importColumns are those of the fields of Content, then those of Texts. A new
// field that is no text is a line here.
var importColumns = append([]column{
	{"title", []string{"titre", "title fr", "intitulé", "mission"}, text(func(c *Content) *string { return &c.Title })},
	{"need", []string{"besoin", "résumé", "need fr", "summary"}, text(func(c *Content) *string { return &c.Need })},
	{"place", []string{"lieu", "où", "ville", "place fr", "where", "city"}, text(func(c *Content) *string { return &c.Place })},
	{"remote", []string{"à distance", "faisable à distance", "remotely"}, yesNo(func(c *Content) *bool { return &c.Remote })},
	{"entry", []string{"porte d’entrée", "idéale pour commencer", "pour commencer", "entry mission"}, yesNo(func(c *Content) *bool { return &c.Entry })},
	{"seats", []string{"places", "nombre de places", "personnes", "people"}, number(func(c *Content) *int { return &c.Seats })},
	{"trust", []string{"confiance", "qui peut commencer", "trust step"}, choice("trust", trustWords, func(c *Content) *Trust { return &c.Trust })},
	{"visibility", []string{"visibilité", "visible par", "visible to"}, choice("visibility", visibilityWords, func(c *Content) *Visibility { return &c.Visibility })},
}, textColumns()...)

// What a table may write for a choice beside the code word and the words on
// the screen.
var (
	trustWords = map[Trust][]string{
		Anyone:   {"pour commencer tout de suite", "tout de suite", "to start right away", "right away", "anyone"},
		Known:    {"après une première mission", "after a first mission"},
		Trusted:  {"avec la confiance de l’équipe", "with the team’s trust"},
		Critical: {"accès critique", "critical access"},
	}
	visibilityWords = map[Visibility][]string{
		Public:   {"publique", "tout le monde", "everybody", "everyone"},
		Unlisted: {"non répertoriée", "avec le lien", "with the link"},
		Members:  {"membres", "les membres", "membres de l’association", "members of the association"},
	}
)

// yesWords are what stands for yes and no; an empty cell is no.
var yesWords = map[string]bool{
	"oui": true, "yes": true, "true": true, "vrai": true, "1": true, "x": true,
	"non": false, "no": false, "false": false, "faux": false, "0": false,
}

var qTitles = db.SQL("mission.titles",
	`SELECT id, title FROM mission WHERE association_id = $1 AND state <> 'done'`,
	func(m *Mission) []any { return []any{&m.ID, &m.Title} })

// Import makes a mission of each line of a table, all of them or none: every
// line that cannot be taken is told, with its number. A title alone is enough.
// Lines whose mission is there already are left alone, so that importing the
// same table twice changes nothing. For coordination.
func Import(ctx context.Context, d *db.DB, who actor.Actor, table sheet.Table, o ImportOptions) (ImportResult, error) {
	if !who.Coordinates() {
		return ImportResult{}, fault.New(fault.Forbidden, "fault.forbidden")
	}
	if len(table.Rows) > ImportLimit {
		return ImportResult{}, fault.New(fault.Invalid, "sheet.missions", "limit", ImportLimit)
	}
	columns, err := match(table)
	if err != nil {
		return ImportResult{}, err
	}
	contents, err := read(table, columns)
	if err != nil {
		return ImportResult{}, err
	}
	var result ImportResult
	err = d.Write(ctx, func(d *db.DB) error {
		result, err = take(ctx, d, who, contents, o)
		return err
	})
	if err != nil {
		return ImportResult{}, err
	}
	return result, nil
}

// take writes what is not there already, in the transaction that d is.
func take(ctx context.Context, d *db.DB, who actor.Actor, contents []Content, o ImportOptions) (ImportResult, error) {
	var result ImportResult
	there, err := titles(ctx, d, who)
	if err != nil {
		return result, err
	}
	made := map[string]bool{}
	for _, c := range contents {
		title := words.Fold(c.Title)
		if there[title] > 0 || made[title] {
			result.Known++
			continue
		}
		c.Referent = o.Referent
		m, err := Write(ctx, d, who, c)
		if err != nil {
			return result, err
		}
		if !o.Draft {
			if m, err = Move(ctx, d, who, m.ID, Open); err != nil {
				return result, err
			}
		}
		made[title] = true
		result.Missions = append(result.Missions, m)
		result.Taken++
	}
	if len(made) == 0 {
		return result, nil
	}
	// The same table imported twice at the same instant: both saw that
	// nothing was there. The address of the first title, which one of them
	// took first, made the other one wait, so it sees now what it missed.
	if there, err = titles(ctx, d, who); err != nil {
		return result, err
	}
	for title := range made {
		if there[title] > 1 {
			return result, fault.New(fault.Conflict, "sheet.meanwhile")
		}
	}
	return result, nil
}

// titles counts the folded titles of the missions that are not done.
func titles(ctx context.Context, d *db.DB, who actor.Actor) (map[string]int, error) {
	found, err := qTitles.All(ctx, d, who)
	count := make(map[string]int, len(found))
	for _, m := range found {
		count[words.Fold(m.Title)]++
	}
	return count, err
}

// match finds the column that each cell of the header names; nil for one
// without a name or any text.
func match(table sheet.Table) ([]*column, error) {
	matched := make([]*column, len(table.Header))
	first := map[*column]string{}
	var wrong []fault.Field
	for i, header := range table.Header {
		named := words.Line(header)
		found := headers[plain(header)]
		switch {
		case named == "":
			if held(table, i) {
				wrong = append(wrong, fault.Field{Name: strconv.Itoa(i + 1), Key: "sheet.column_nameless", Args: []any{"number", i + 1}})
			}
		case found == nil:
			wrong = append(wrong, fault.Field{Name: named, Key: "sheet.column_unknown", Args: []any{"column", short(named)}})
		case first[found] != "":
			wrong = append(wrong, fault.Field{Name: named, Key: "sheet.column_twice", Args: []any{"column", short(named), "first", short(first[found])}})
		default:
			first[found], matched[i] = named, found
		}
	}
	if first[headers["title"]] == "" {
		wrong = append(wrong, fault.Field{Name: "title", Key: "sheet.column_title"})
	}
	if wrong != nil {
		return nil, &fault.Fault{Code: fault.Invalid, Key: "sheet.header", Args: []any{"columns", known()}, Fields: wrong}
	}
	return matched, nil
}

// held tells whether a column holds any text.
func held(table sheet.Table, i int) bool {
	for _, row := range table.Rows {
		if words.Line(row.Cells[i]) != "" {
			return true
		}
	}
	return false
}

// known names every column, in both languages.
func known() string {
	names := make([]string, len(importColumns))
	for i, c := range importColumns {
		names[i] = c.name
		if len(c.names) > 0 {
			names[i] += " / " + c.names[0]
		}
	}
	return strings.Join(names, ", ")
}

// read makes contents of the rows, each already checked as a form would be.
func read(table sheet.Table, columns []*column) ([]Content, error) {
	contents := make([]Content, len(table.Rows))
	var wrong []fault.Field
	for i, row := range table.Rows {
		var c Content
		var check fault.Check
		for j, column := range columns {
			if column == nil {
				continue
			}
			if problem := column.read(&c, row.Cells[j]); problem != nil {
				check.Say(column.name, problem.Key, problem.Args...)
			}
		}
		contents[i] = c.check(&check)
		if f, bad := fault.As(check.Err()); bad {
			for _, field := range f.Fields {
				wrong = append(wrong, inLine(row.Line, field, table.Header, columns))
			}
		}
	}
	if wrong != nil {
		return nil, &fault.Fault{Code: fault.Invalid, Key: "sheet.import", Fields: wrong}
	}
	return contents, nil
}

// inLine says where in the table something is wrong, by the name that the
// header gives the column; by its label in the form if the header has it not.
func inLine(line int, field fault.Field, header []string, columns []*column) fault.Field {
	at := strconv.Itoa(line)
	var called any = i18n.Phrase{Key: labelKey(field.Name)}
	for i, c := range columns {
		if c != nil && c.name == field.Name {
			called = short(words.Line(header[i]))
		}
	}
	return fault.Field{
		Name: at + "." + field.Name,
		Key:  "sheet.cell",
		Args: []any{"line", at, "column", called, "problem", i18n.Phrase{Key: field.Key, Args: field.Args}},
	}
}

// headers finds a column by what a header may call it.
var headers = func() map[string]*column {
	all := map[string]*column{}
	for i := range importColumns {
		c := &importColumns[i]
		for _, name := range append([]string{c.name}, c.names...) {
			if other := all[plain(name)]; other != nil && other != c {
				panic("two columns are named " + name)
			}
			all[plain(name)] = c
		}
	}
	for i := range importColumns {
		c := &importColumns[i]
		for _, language := range i18n.Languages {
			if label := plain(i18n.In(language).Say(labelKey(c.name))); all[label] == nil {
				all[label] = c
			}
		}
	}
	return all
}()

func labelKey(name string) string { return "mission.field." + name }

func textColumns() []column {
	all := make([]column, len(Texts))
	for i, t := range Texts {
		all[i] = column{t.Name, t.Headers, text(func(c *Content) *string { return t.Of(&c.More) })}
	}
	return all
}

func text(of func(*Content) *string) func(*Content, string) *i18n.Phrase {
	return func(c *Content, cell string) *i18n.Phrase {
		*of(c) = cell
		return nil
	}
}

func yesNo(of func(*Content) *bool) func(*Content, string) *i18n.Phrase {
	return func(c *Content, cell string) *i18n.Phrase {
		written := words.Line(cell)
		yes, ok := yesWords[plain(written)]
		if written != "" && !ok {
			return wrongValue("sheet.yes_no", written)
		}
		*of(c) = yes
		return nil
	}
}

func number(of func(*Content) *int) func(*Content, string) *i18n.Phrase {
	return func(c *Content, cell string) *i18n.Phrase {
		written := words.Line(cell)
		if written == "" {
			return nil
		}
		n, err := strconv.Atoi(written)
		if err != nil {
			return wrongValue("sheet.number", written)
		}
		*of(c) = n
		return nil
	}
}

// choice reads a code word, a word on the screen (mission.NAME.VALUE in the
// catalogues) or one of the others.
func choice[T ~string](name string, others map[T][]string, of func(*Content) *T) func(*Content, string) *i18n.Phrase {
	values := map[string]T{}
	var choices []any // of the sentence that names them all, by code word
	for value, names := range others {
		key := "mission." + name + "." + string(value)
		choices = append(choices, string(value), i18n.Phrase{Key: key})
		for _, language := range i18n.Languages {
			names = append(names, i18n.In(language).Say(key))
		}
		for _, called := range append(names, string(value)) {
			values[plain(called)] = value
		}
	}
	return func(c *Content, cell string) *i18n.Phrase {
		written := words.Line(cell)
		value, ok := values[plain(written)]
		if written != "" && !ok {
			return wrongValue("sheet."+name, written, choices...)
		}
		*of(c) = value
		return nil
	}
}

func wrongValue(key, written string, args ...any) *i18n.Phrase {
	return &i18n.Phrase{Key: key, Args: append([]any{"value", short(written)}, args...)}
}

// plain is what two ways to write a word have in common: its folded letters
// and digits, whatever stands between them.
func plain(text string) string {
	return strings.Join(strings.FieldsFunc(words.Fold(text), func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) }), " ")
}

// short is as much of what was written as a sentence can quote.
func short(written string) string {
	const most = 40
	if letters := []rune(written); len(letters) > most {
		return string(letters[:most]) + "…"
	}
	return written
}
