package sheet_test

import (
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/iotest"
	"unicode/utf8"

	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/unicode"
	"pgregory.net/rapid"

	"mainforte/internal/fault"
	"mainforte/internal/i18n"
	"mainforte/internal/sheet"
)

// written shows a table so that two can be compared: "line: cells" a line.
func written(t sheet.Table) string {
	lines := []string{fmt.Sprintf("%q", t.Header)}
	for _, row := range t.Rows {
		lines = append(lines, fmt.Sprintf("%d: %q", row.Line, row.Cells))
	}
	return strings.Join(lines, "\n")
}

func windows1252(text string) string {
	out, err := charmap.Windows1252.NewEncoder().String(text)
	if err != nil {
		panic(err)
	}
	return out
}

func utf16(text string) string {
	out, err := unicode.UTF16(unicode.LittleEndian, unicode.UseBOM).NewEncoder().String(text)
	if err != nil {
		panic(err)
	}
	return out
}

func TestReadTakesTablesAsPeopleWriteThem(t *testing.T) {
	for name, c := range map[string]struct{ source, want string }{
		"commas":                    {"a,b\n1,2\n", "[\"a\" \"b\"]\n2: [\"1\" \"2\"]"},
		"semicolons":                {"a;b\n1,5;2\n", "[\"a\" \"b\"]\n2: [\"1,5\" \"2\"]"},
		"tabs":                      {"a\tb\n1\t2;3\n", "[\"a\" \"b\"]\n2: [\"1\" \"2;3\"]"},
		"no end of line":            {"a,b\n1,2", "[\"a\" \"b\"]\n2: [\"1\" \"2\"]"},
		"an empty last cell":        {"a,b\n1,", "[\"a\" \"b\"]\n2: [\"1\" \"\"]"},
		"Windows ends of lines":     {"a,b\r\n1,2\r\n3,4\r\n", "[\"a\" \"b\"]\n2: [\"1\" \"2\"]\n3: [\"3\" \"4\"]"},
		"old Macintosh ones":        {"a,b\r1,2\r", "[\"a\" \"b\"]\n2: [\"1\" \"2\"]"},
		"a header alone":            {"a,b\n", "[\"a\" \"b\"]"},
		"a mark":                    {"\ufeffé,b\n1,2\n", "[\"é\" \"b\"]\n2: [\"1\" \"2\"]"},
		"Windows-1252":              {windows1252("été;œuvre\n« 5 € »;l’an\n"), "[\"été\" \"œuvre\"]\n2: [\"« 5 € »\" \"l’an\"]"},
		"UTF-16 with a mark":        {utf16("été\tœuvre\n1\t2\n"), "[\"été\" \"œuvre\"]\n2: [\"1\" \"2\"]"},
		"quotes":                    {"a,b\n\"1, \"\"un\"\"\",2\n", "[\"a\" \"b\"]\n2: [\"1, \\\"un\\\"\" \"2\"]"},
		"lines within quotes":       {"a,b\n\"1\r\n\r\nun\",2\n3,4\n", "[\"a\" \"b\"]\n2: [\"1\\n\\nun\" \"2\"]\n5: [\"3\" \"4\"]"},
		"quotes within a cell":      {"a,b\nCafé \"Le Chat\",5\" de long\n", "[\"a\" \"b\"]\n2: [\"Café \\\"Le Chat\\\"\" \"5\\\" de long\"]"},
		"a space after a quote":     {"a,b\n\"1\" ,\"2\"  \n", "[\"a\" \"b\"]\n2: [\"1\" \"2\"]"},
		"separators in the header":  {"\"a;b;c;d\",\"e\"\n1,2\n", "[\"a;b;c;d\" \"e\"]\n2: [\"1\" \"2\"]"},
		"doubled quotes there":      {"\"a \"\";;;\"\"\",e\n1,2\n", "[\"a \\\";;;\\\"\" \"e\"]\n2: [\"1\" \"2\"]"},
		"a quote in a name there":   {"a \"\";b\n1;2\n", "[\"a \\\"\\\"\" \"b\"]\n2: [\"1\" \"2\"]"},
		"prose in the header":       {"titre;si oui, quand\n1;2\n", "[\"titre\" \"si oui, quand\"]\n2: [\"1\" \"2\"]"},
		"one column":                {"title\nTraduire, relire\nUn; deux\n", "[\"title\"]\n2: [\"Traduire, relire\"]\n3: [\"Un; deux\"]"},
		"one quoted column":         {"title\n\"Traduire, relire\"\n", "[\"title\"]\n2: [\"Traduire, relire\"]"},
		"empty lines":               {"\n \n,,,\na,b\n\n1,2\n  \n,\n,,,,\n3,4\n\n", "[\"a\" \"b\"]\n6: [\"1\" \"2\"]\n10: [\"3\" \"4\"]"},
		"empty lines of other ends": {"a,b\r\n\r\n1,2\r\n", "[\"a\" \"b\"]\n3: [\"1\" \"2\"]"},
	} {
		got, err := sheet.Read(strings.NewReader(c.source))
		if err != nil {
			t.Errorf("%s: %v", name, err)
		} else if written(got) != c.want {
			t.Errorf("%s:\n%s\nwant\n%s", name, written(got), c.want)
		}
	}
}

func TestReadRefusesWhatItWouldHaveToGuess(t *testing.T) {
	wide := strings.Repeat("a,", sheet.ColumnLimit)
	for name, c := range map[string]struct {
		source, key string
		// said is what the sentence holds.
		said string
	}{
		"nothing":               {"", "sheet.empty", ""},
		"white space":           {" \n\n\t\n", "sheet.empty", ""},
		"a mark alone":          {"\ufeff", "sheet.empty", ""},
		"a zipped spreadsheet":  {"PK\x03\x04\x14\x00\x06\x00", "sheet.not_text", ""},
		"a mark that lies":      {"\ufeffa,b\r\n1,2\r\n3,\xe9\n", "sheet.encoding", "3"},
		"a quote left open":     {"a,b\n1,2\n\"3,4\n5,6\n", "sheet.unclosed", "3"},
		"text after a quote":    {"a,b\n\"1\n1\" un,2\n", "sheet.quote", "3"},
		"too many columns":      {wide + "a\n", "sheet.columns", "100"},
		"far too many of them":  {strings.Repeat(",", 1000) + "a\n", "sheet.columns", "100"},
		"too many rows":         {"a,b\n" + strings.Repeat("1,2\n", sheet.RowLimit+1), "sheet.rows", "100\u202f000"},
		"too long a cell":       {"a,b\n1,2\n\n3," + strings.Repeat("é", sheet.CellLimit/2) + "x\n", "sheet.cell_size", "4"},
		"too long a name":       {strings.Repeat("a", sheet.CellLimit+1) + "\n", "sheet.cell_size", "1"},
		"too many bytes":        {"a\n" + strings.Repeat("\n", sheet.SizeLimit), "sheet.size", "10"},
		"too many bytes of it":  {"a\n" + strings.Repeat(strings.Repeat("1", 1000)+"\n", 11_000), "sheet.size", "10"},
		"too long, then ragged": {"a,b\n1\n" + strings.Repeat("a", sheet.CellLimit+1) + "\n", "sheet.cell_size", "3"},
	} {
		_, err := sheet.Read(strings.NewReader(c.source))
		f, ok := fault.As(err)
		if !ok || f.Code != fault.Invalid || f.Key != c.key {
			t.Errorf("%s: %v", name, err)
			continue
		}
		wantSaid(t, f.Key, f.Args, c.said)
	}
}

// wantSaid checks that both languages have the sentence and fill it.
func wantSaid(t *testing.T, key string, args []any, part string) {
	t.Helper()
	for _, language := range i18n.Languages {
		said := i18n.In(language).Say(key, args...)
		if said == key || strings.ContainsAny(said, "{}") {
			t.Errorf("in %s: %q", language, said)
		}
		if language == i18n.French && !strings.Contains(said, part) {
			t.Errorf("%q does not say %q", said, part)
		}
	}
}

func TestReadTakesWhatIsJustWithinTheLimits(t *testing.T) {
	wide := strings.Repeat("a,", sheet.ColumnLimit-1) + "a\n"
	for name, source := range map[string]string{
		"columns": wide + wide,
		"rows":    "a,b\n" + strings.Repeat("1,2\n", sheet.RowLimit),
		"cell":    "a\n" + strings.Repeat("é", sheet.CellLimit/2) + "\n",
		"size":    "a\n" + strings.Repeat("\n", sheet.SizeLimit-2),
	} {
		if _, err := sheet.Read(strings.NewReader(source)); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestReadTellsEveryRaggedLine(t *testing.T) {
	_, err := sheet.Read(strings.NewReader("a;b;c\n1;2;3\n1;2\n\n\"1\n1\";2;3\n1;2;3;4\n" + strings.Repeat(";", 200) + "x\n1\n"))
	f, ok := fault.As(err)
	if !ok || f.Code != fault.Invalid || f.Key != "sheet.ragged" {
		t.Fatal(err)
	}
	wantSaid(t, f.Key, f.Args, "")
	var got []string
	for _, field := range f.Fields {
		got = append(got, fmt.Sprint(field.Key, field.Args))
		wantSaid(t, field.Key, field.Args, "Ligne "+field.Name)
	}
	want := []string{
		"sheet.short[line 3 cells 2 columns 3]", "sheet.long[line 7 cells 4 columns 3]",
		"sheet.long[line 8 cells 201 columns 3]", "sheet.short[line 9 cells 1 columns 3]",
	}
	if !slices.Equal(got, want) {
		t.Errorf("got  %q\nwant %q", got, want)
	}
}

func TestReadTellsAFailureOfTheSource(t *testing.T) {
	broken := errors.New("the line was cut")
	if _, err := sheet.Read(iotest.ErrReader(broken)); !errors.Is(err, broken) {
		t.Errorf("got %v", err)
	}
}

// The encodings in which a table is written. Each gives false when it cannot
// hold the text, or when what it gives could be read as another one.
var encodings = map[string]func(string) (string, bool){
	"UTF-8":             func(text string) (string, bool) { return text, !strings.HasPrefix(text, "\ufeff") },
	"UTF-8 with a mark": func(text string) (string, bool) { return "\ufeff" + text, true },
	"Windows-1252": func(text string) (string, bool) {
		out, err := charmap.Windows1252.NewEncoder().String(text)
		marked := strings.HasPrefix(out, "\xff\xfe") || strings.HasPrefix(out, "\xfe\xff")
		return out, err == nil && !marked && (!utf8.ValidString(out) || out == text)
	},
}

// What is written with any separator, in any encoding, reads back.
func TestReadGivesBackWhatWasWritten(t *testing.T) {
	names := rapid.StringOfN(rapid.RuneFrom([]rune("abé œ’\"\n")), 1, 6, -1).Filter(func(s string) bool { return strings.TrimSpace(s) != "" })
	cells := rapid.OneOf(
		rapid.StringOfN(rapid.RuneFrom([]rune("aéœ€’« ,;\t\"\n\r x")), 0, 8, -1),
		rapid.String().Filter(func(s string) bool { return utf8.ValidString(s) && !strings.Contains(s, "\x00") }),
	)
	rapid.Check(t, func(t *rapid.T) {
		encoding := rapid.SampledFrom([]string{"UTF-8", "UTF-8 with a mark", "Windows-1252"}).Draw(t, "encoding")
		header := rapid.SliceOfN(names, 1, 5).Draw(t, "header")
		rows := rapid.SliceOfN(rapid.SliceOfN(cells, len(header), len(header)).Filter(func(row []string) bool {
			return strings.TrimSpace(strings.Join(row, "")) != ""
		}), 0, 6).Draw(t, "rows")

		var out bytes.Buffer
		w := csv.NewWriter(&out)
		w.Comma = rapid.SampledFrom([]rune{',', ';', '\t'}).Draw(t, "separator")
		w.UseCRLF = rapid.Bool().Draw(t, "CRLF")
		if err := w.WriteAll(append([][]string{header}, rows...)); err != nil {
			t.Fatal(err)
		}
		source, ok := encodings[encoding](out.String())
		if !ok {
			t.Skip("not in this encoding")
		}
		got, err := sheet.Read(strings.NewReader(source))
		if err != nil {
			t.Fatalf("%v, of %q", err, source)
		}
		if !slices.Equal(got.Header, lines(header)) || len(got.Rows) != len(rows) {
			t.Fatalf("%s\nof %q", written(got), source)
		}
		for i, row := range got.Rows {
			want := rows[i]
			if w.UseCRLF { // that writer drops lone carriage returns
				want = strip(want)
			}
			if !slices.Equal(row.Cells, lines(want)) {
				t.Fatalf("row %d is %q, was %q", i, row.Cells, want)
			}
		}
	})
}

// lines writes every line break as Read gives it.
func lines(cells []string) []string {
	all := slices.Clone(cells)
	for i := range all {
		all[i] = strings.NewReplacer("\r\n", "\n", "\r", "\n").Replace(all[i])
	}
	return all
}

func strip(cells []string) []string {
	all := slices.Clone(cells)
	for i := range all {
		all[i] = strings.ReplaceAll(all[i], "\r", "")
	}
	return all
}

// Whatever comes, a table is rectangular, readable, within the limits, and
// reads back; or there is a fault.
func FuzzRead(f *testing.F) {
	for _, seed := range []string{
		"a,b\n1,2\n", "\ufeffé;b\r\n\"1\r\n;\"\"\";2\r\n", "a\tb\r1\t\"2\" \r", windows1252("été\n€\n"), utf16("é\tb\n1\t2\n"),
		"title\n\"", "\"a\"\"b\",c\n", "\xff\xfe\x00\xd8", "\xfe\xff\x00", ",\n,,\n", "\r\r\n\n", "a\n\x81\x8d",
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, source []byte) {
		table, err := sheet.Read(bytes.NewReader(source))
		if err != nil {
			if _, ok := fault.As(err); !ok {
				t.Fatalf("not for a person: %v", err)
			}
			return
		}
		if n := len(table.Header); n == 0 || n > sheet.ColumnLimit || len(table.Rows) > sheet.RowLimit {
			t.Fatalf("%d columns, %d rows", n, len(table.Rows))
		}
		last := 0
		for _, row := range append([]sheet.Row{{Line: 1, Cells: table.Header}}, table.Rows...) {
			if len(row.Cells) != len(table.Header) || row.Line <= last && last > 1 {
				t.Fatalf("line %d after %d has %d cells of %d", row.Line, last, len(row.Cells), len(table.Header))
			}
			last = row.Line
			for _, cell := range row.Cells {
				if len(cell) > sheet.CellLimit || !utf8.ValidString(cell) || strings.ContainsAny(cell, "\x00\r") {
					t.Fatalf("line %d: %q", row.Line, cell)
				}
			}
		}
		again, err := sheet.Read(strings.NewReader(rewrite(table)))
		if err != nil || !slices.Equal(again.Header, table.Header) || len(again.Rows) != len(table.Rows) {
			t.Fatalf("%s\nbecame\n%s\n%v", written(table), written(again), err)
		}
		for i, row := range again.Rows {
			if !slices.Equal(row.Cells, table.Rows[i].Cells) {
				t.Fatalf("%q became %q", table.Rows[i].Cells, row.Cells)
			}
		}
	})
}

// rewrite quotes every cell, after a mark.
func rewrite(table sheet.Table) string {
	var out strings.Builder
	out.WriteString("\ufeff")
	for _, cells := range append([][]string{table.Header}, rowCells(table)...) {
		for i, cell := range cells {
			if i > 0 {
				out.WriteByte(';')
			}
			out.WriteString(`"` + strings.ReplaceAll(cell, `"`, `""`) + `"`)
		}
		out.WriteByte('\n')
	}
	return out.String()
}

func rowCells(table sheet.Table) [][]string {
	var all [][]string
	for _, row := range table.Rows {
		all = append(all, row.Cells)
	}
	return all
}
