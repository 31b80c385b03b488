package house

import (
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"mainforte/internal/mission"
)

// sentence is one entry of a catalogue: one form, or two.
type sentence struct{ forms []string }

func readCatalogue(t *testing.T, language string) map[string]sentence {
	t.Helper()
	files, err := filepath.Glob(root + "/internal/i18n/" + language + "/*.po")
	if err != nil || len(files) == 0 {
		t.Fatal(files, err)
	}
	all := map[string]sentence{}
	line := regexp.MustCompile(`^(msgid|msgstr(?:\[\d\])?) (".*")$`)
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		room := strings.TrimSuffix(filepath.Base(file), ".po")
		var key string
		for _, l := range strings.Split(string(text), "\n") {
			m := line.FindStringSubmatch(l)
			if m == nil {
				continue
			}
			value, err := strconv.Unquote(m[2])
			if err != nil {
				t.Fatalf("%s: %s", file, l)
			}
			if m[1] == "msgid" {
				key = value
				if key != "" && !strings.HasPrefix(key, room+".") {
					t.Errorf("%s holds %q: the first part of a key names its file.", file, key)
				}
				if _, twice := all[key]; twice && key != "" {
					t.Errorf("%s: %q stands twice.", file, key)
				}
				all[key] = sentence{}
			} else if key != "" {
				all[key] = sentence{append(all[key].forms, value)}
			}
		}
	}
	delete(all, "")
	return all
}

var place = regexp.MustCompile(`\{[a-z_]+\}`)

func places(s sentence) []string {
	var all []string
	for _, form := range s.forms {
		all = append(all, place.FindAllString(form, -1)...)
	}
	slices.Sort(all)
	return slices.DeleteFunc(slices.Compact(all), func(p string) bool { return p == "{n}" })
}

func TestCataloguesSayTheSame(t *testing.T) {
	french, english := readCatalogue(t, "fr"), readCatalogue(t, "en")
	for key, f := range french {
		e, ok := english[key]
		switch {
		case !ok:
			t.Errorf("%q is not said in English.", key)
		case len(e.forms) != len(f.forms):
			t.Errorf("%q has %d forms in French and %d in English.", key, len(f.forms), len(e.forms))
		case !slices.Equal(places(f), places(e)):
			t.Errorf("%q has the places %v in French and %v in English.", key, places(f), places(e))
		}
		for _, form := range append(f.forms, e.forms...) {
			if strings.TrimSpace(form) == "" {
				t.Errorf("%q is empty.", key)
			}
		}
	}
	for key := range english {
		if _, ok := french[key]; !ok {
			t.Errorf("%q is not said in French.", key)
		}
	}
}

// French puts a space that does not break before : ; ? ! and inside « », and
// an apostrophe that is one.
func TestFrenchTypography(t *testing.T) {
	wrong := regexp.MustCompile(`[^\x{a0}\x{202f}\s»)…!?][?!;»]|[ ][?!;:»]|«[^\x{a0}\x{202f}]|[\p{L}]'|[\p{L}\d}»]:(\s|$)`)
	for key, s := range readCatalogue(t, "fr") {
		for _, form := range s.forms {
			plain := regexp.MustCompile(`https?:\S*`).ReplaceAllString(form, "")
			if at := wrong.FindString(plain); at != "" {
				t.Errorf("%q: %q has %q; before : ; ? ! and inside « » goes a no-break space, and the apostrophe is ’.", key, form, at)
			}
		}
	}
}

// The glossary's words to avoid are in no sentence.
func TestWordsToAvoid(t *testing.T) {
	avoid := map[string]*regexp.Regexp{
		"fr": regexp.MustCompile(`(?i)\b(candidature|utilisat\w+|administrat\w+|ticket|SLA|membres? actifs?|urgence dépensée|bravo|félicitations|points)\b`),
		"en": regexp.MustCompile(`(?i)\b(users?|admin\w*|tickets?|applicants?|tasks?|points|badges?)\b`),
	}
	for language, words := range avoid {
		for key, s := range readCatalogue(t, language) {
			for _, form := range s.forms {
				if found := words.FindString(form); found != "" {
					t.Errorf("%s: %q says %q; the glossary has a better word: %s", language, key, found, form)
				}
			}
		}
	}
}

// literals gives every string that stands in the code, and those among them
// that begin a key whose end is put together ("offer.state.").
func literals(t *testing.T) (whole map[string]string, prefixes []string) {
	t.Helper()
	whole = map[string]string{}
	for _, p := range packages(t) {
		for _, name := range p.GoFiles {
			file := filepath.Join(p.Dir, name)
			tree, err := parser.ParseFile(token.NewFileSet(), file, nil, 0)
			if err != nil {
				t.Fatal(err)
			}
			ast.Inspect(tree, func(n ast.Node) bool {
				lit, ok := n.(*ast.BasicLit)
				if !ok || lit.Kind != token.STRING {
					return true
				}
				value, err := strconv.Unquote(lit.Value)
				if err != nil {
					return true
				}
				whole[value] = name
				if before, _, found := strings.Cut(value, "%"); found {
					value = before
				}
				if strings.Count(value, ".") >= 2 && strings.HasSuffix(value, ".") {
					prefixes = append(prefixes, value)
				}
				return true
			})
		}
	}
	return whole, prefixes
}

// derived are the parts that the code puts before a name of its own.
var derived = regexp.MustCompile(`^(start|offer|mission|people|member|association)\.field\.|^done\.|^home\.(privacy|accessibility)\.|^web\.error\.|\.(hint|mine|theirs|text|label)$|^mission\.(text|move)\.|^sheet\.(trust|visibility)$`)

// The optional texts of a mission have their words on the page and in the form.
func TestEveryTextOfAMissionHasItsWords(t *testing.T) {
	french := readCatalogue(t, "fr")
	for _, text := range mission.Texts {
		for _, key := range []string{"mission.text." + text.Name, "mission.field." + text.Name} {
			if _, ok := french[key]; !ok {
				t.Errorf("the text %q has no words: add %s to both catalogues.", text.Name, key)
			}
		}
	}
}

func TestEverySentenceIsSaid(t *testing.T) {
	whole, prefixes := literals(t)
	for key := range readCatalogue(t, "fr") {
		if _, ok := whole[key]; ok || derived.MatchString(key) {
			continue
		}
		if !slices.ContainsFunc(prefixes, func(p string) bool { return strings.HasPrefix(key, p) }) {
			t.Errorf("%q is said nowhere: delete it from the catalogues.", key)
		}
	}
}

func TestEveryKeyHasItsSentence(t *testing.T) {
	french := readCatalogue(t, "fr")
	rooms := map[string]bool{}
	for key := range french {
		room, _, _ := strings.Cut(key, ".")
		rooms[room] = true
	}
	spoken := keysSpoken(t)
	for key, file := range spoken {
		if _, ok := french[key]; !ok {
			t.Errorf("%s says %q, which no catalogue has.", file, key)
		}
	}
	if len(spoken) < 100 {
		t.Errorf("only %d keys were found in the code: the test does not see them.", len(spoken))
	}
}

// keysSpoken finds the keys that are given whole to the functions that say
// them.
func keysSpoken(t *testing.T) map[string]string {
	t.Helper()
	at := map[string]int{"Say": 0, "Count": 0, "New": 1, "Unless": 2}
	spoken := map[string]string{}
	for _, p := range packages(t) {
		for _, name := range p.GoFiles {
			tree, err := parser.ParseFile(token.NewFileSet(), filepath.Join(p.Dir, name), nil, 0)
			if err != nil {
				t.Fatal(err)
			}
			ast.Inspect(tree, func(n ast.Node) bool {
				call, ok := n.(*ast.CallExpr)
				if !ok {
					return true
				}
				selected, ok := call.Fun.(*ast.SelectorExpr)
				if !ok {
					return true
				}
				i, says := at[selected.Sel.Name]
				if x, isCheck := selected.X.(*ast.Ident); isCheck && x.Name == "check" && selected.Sel.Name == "Say" {
					i = 1
				}
				if !says || len(call.Args) <= i {
					return true
				}
				if lit, ok := call.Args[i].(*ast.BasicLit); ok && lit.Kind == token.STRING {
					if key, err := strconv.Unquote(lit.Value); err == nil && keyShape.MatchString(key) {
						spoken[key] = name
					}
				}
				return true
			})
		}
	}
	return spoken
}

var keyShape = regexp.MustCompile(`^[a-z]+(\.[a-z0-9_]+)+$`)
