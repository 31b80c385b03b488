package house

import (
	"encoding/json"
	"errors"
	"io"
	"io/fs"
	"maps"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// document is what somebody reads to find their way: its links, the words it
// sets as code, and the lines that it gives to type.
type document struct {
	// name is its path from the top of the repository.
	name  string
	text  string
	links []string
	spans []string
	lines []string
}

var (
	fence    = regexp.MustCompile("(?ms)^( *)```[^\n]*\n(.*?)^ *```")
	span     = regexp.MustCompile("`([^`\n]+)`")
	linkTo   = regexp.MustCompile(`\]\(([^)\s]+)\)`)
	ellipsis = regexp.MustCompile(`[…<>{}*\[\]$=]|\.\.\.`)
)

// documents are README.md, CONTRIBUTING.md and everything under docs/.
func documents(t *testing.T) []document {
	t.Helper()
	names := []string{"README.md", "CONTRIBUTING.md"}
	err := fs.WalkDir(os.DirFS(root), "docs", func(name string, _ fs.DirEntry, err error) error {
		if strings.HasSuffix(name, ".md") {
			names = append(names, name)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	var all []document
	for _, name := range names {
		source, err := os.ReadFile(filepath.Join(root, name))
		if err != nil {
			t.Fatal(err)
		}
		d := document{name: name, text: string(source)}
		prose := fence.ReplaceAllStringFunc(d.text, func(block string) string {
			d.lines = append(d.lines, strings.Split(fence.FindStringSubmatch(block)[2], "\n")...)
			return ""
		})
		for _, m := range span.FindAllStringSubmatch(prose, -1) {
			d.spans = append(d.spans, m[1])
		}
		for _, m := range linkTo.FindAllStringSubmatch(prose, -1) {
			d.links = append(d.links, m[1])
		}
		all = append(all, d)
	}
	return all
}

// made are files that whoever reads makes, or that the program does.
var made = []string{"mainforte.db", "copy.db", "bin/mainforte"}

// extensions are those of the files of the repository. What ends in one is
// meant as a path even without a slash.
var extensions = []string{
	".css", ".csv", ".go", ".js", ".json", ".md", ".mod", ".po", ".png", ".sql", ".templ", ".toml", ".txt", ".txtar", ".yml",
}

// pathIn tells whether a word set as code is meant as a path of the repository.
func pathIn(word string, imported map[string]bool) bool {
	first, _, slashed := strings.Cut(word, "/")
	switch {
	case ellipsis.MatchString(word) || strings.ContainsAny(word, " (),;:\"'@"):
		return false
	case strings.HasPrefix(word, "/") || slices.Contains(made, word):
		return false
	case slashed && (imported[word] || strings.Contains(first, ".") && first != "." && first != ".ci" && first != ".."):
		return false // a package of the standard library, or a module
	}
	return slashed || word == "Makefile" || slices.Contains(extensions, path.Ext(word)) && path.Ext(word) != word
}

// imports are what the code imports, tests included.
func imports(t *testing.T) map[string]bool {
	t.Helper()
	command := exec.Command("go", "list", "-json=Imports,TestImports,XTestImports", "./...")
	command.Dir = root
	out, err := command.Output()
	if err != nil {
		t.Fatal(err)
	}
	all := map[string]bool{}
	for decoder := json.NewDecoder(strings.NewReader(string(out))); ; {
		var p struct{ Imports, TestImports, XTestImports []string }
		if err := decoder.Decode(&p); errors.Is(err, io.EOF) {
			return all
		} else if err != nil {
			t.Fatal(err)
		}
		for _, name := range slices.Concat(p.Imports, p.TestImports, p.XTestImports) {
			all[name] = true
		}
	}
}

func exists(name string) bool {
	_, err := os.Stat(filepath.Join(root, filepath.FromSlash(name)))
	return err == nil
}

func TestDocumentsNameWhatExists(t *testing.T) {
	imported := imports(t)
	found := 0
	for _, d := range documents(t) {
		for _, word := range d.spans {
			if !pathIn(word, imported) {
				continue
			}
			found++
			if !exists(word) {
				t.Errorf("%s names `%s`, which is not in the repository. Paths set as code begin at its top; if whoever reads makes the file, say so in made.", d.name, word)
			}
		}
		for _, link := range d.links {
			if strings.Contains(link, "://") || strings.HasPrefix(link, "mailto:") {
				continue
			}
			found++
			file, anchor, _ := strings.Cut(link, "#")
			target := path.Join(path.Dir(d.name), file)
			if file == "" {
				target = d.name
			}
			if !exists(target) {
				t.Errorf("%s links to %s, which does not exist. A link begins at the folder of the document that has it.", d.name, link)
			} else if anchor != "" && !headings(t, target)[anchor] {
				t.Errorf("%s links to %s, but %s has no heading that gives #%s.", d.name, link, target, anchor)
			}
		}
		for _, line := range slices.Concat(d.lines, d.spans) {
			for _, word := range strings.Fields(line) {
				if strings.HasPrefix(word, "./") && !ellipsis.MatchString(word) && !exists(word) {
					t.Errorf("%s says %q, and %s does not exist.", d.name, line, word)
				}
			}
		}
	}
	if found < 100 {
		t.Errorf("only %d paths were found in the documents: the test does not see them.", found)
	}
}

// headings are the anchors of a document.
func headings(t *testing.T, name string) map[string]bool {
	t.Helper()
	source, err := os.ReadFile(filepath.Join(root, name))
	if err != nil {
		t.Fatal(err)
	}
	all := map[string]bool{}
	for _, m := range regexp.MustCompile(`(?m)^#+ (.+)$`).FindAllStringSubmatch(string(source), -1) {
		anchor := regexp.MustCompile(`[^\pL\pN _-]`).ReplaceAllString(strings.ToLower(m[1]), "")
		all[strings.ReplaceAll(anchor, " ", "-")] = true
	}
	return all
}

// asked finds the command of the program in a line.
var asked = regexp.MustCompile(`^ *(?:sudo -u \S+ |go run |ExecStart=)?(?:\S*/)?mainforte ([a-z]+)`)

// What is to be typed: targets of make, commands of the program, names of
// tests.
func TestDocumentsSayCommandsThatExist(t *testing.T) {
	makefile, err := os.ReadFile(filepath.Join(root, "Makefile"))
	if err != nil {
		t.Fatal(err)
	}
	program, err := os.ReadFile(filepath.Join(root, "cmd", "mainforte", "main.go"))
	if err != nil {
		t.Fatal(err)
	}
	targets, commands, tests := map[string]bool{}, map[string]bool{}, testNames(t)
	for _, m := range regexp.MustCompile(`(?m)^([a-z-]+):`).FindAllStringSubmatch(string(makefile), -1) {
		targets[m[1]] = true
	}
	for _, m := range regexp.MustCompile("(?m)^\t([A-Z][A-Za-z]*) +\\w+ +`cmd:").FindAllStringSubmatch(string(program), -1) {
		commands[strings.ToLower(m[1])] = true
	}
	if len(targets) == 0 || len(commands) == 0 || len(tests) == 0 {
		t.Fatalf("found %d targets, %d commands, %d tests: the test does not see them", len(targets), len(commands), len(tests))
	}
	for _, d := range documents(t) {
		for _, line := range slices.Concat(d.lines, d.spans) {
			for _, m := range regexp.MustCompile(`^ *(?:sudo )?make ([a-z-]+)`).FindAllStringSubmatch(line, -1) {
				if !targets[m[1]] {
					t.Errorf("%s says `make %s`, which the Makefile does not have: it has %v.", d.name, m[1], slices.Sorted(maps.Keys(targets)))
				}
			}
			if m := asked.FindStringSubmatch(line); m != nil && !commands[m[1]] {
				t.Errorf("%s says %q, but mainforte has no command %s: it has %v.", d.name, line, m[1], slices.Sorted(maps.Keys(commands)))
			}
		}
		for _, word := range d.spans {
			if regexp.MustCompile(`^Test[A-Z]\w+$`).MatchString(word) && !tests[word] {
				t.Errorf("%s names the test %s, which does not exist: what it promises is checked by nothing.", d.name, word)
			}
		}
	}
}

func testNames(t *testing.T) map[string]bool {
	t.Helper()
	all := map[string]bool{}
	function := regexp.MustCompile(`(?m)^func (Test[A-Z]\w*)\(`)
	for _, folder := range []string{"internal", "test", "cmd"} {
		err := filepath.WalkDir(filepath.Join(root, folder), func(file string, entry fs.DirEntry, err error) error {
			if err != nil {
				return err
			}
			if entry.Name() == "node_modules" {
				return fs.SkipDir
			}
			if !strings.HasSuffix(file, "_test.go") {
				return nil
			}
			source, err := os.ReadFile(file)
			for _, m := range function.FindAllSubmatch(source, -1) {
				all[string(m[1])] = true
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	return all
}

func TestEveryPackageIsInTheArchitecture(t *testing.T) {
	for _, d := range documents(t) {
		if d.name != "docs/architecture.md" {
			continue
		}
		for _, p := range packages(t) {
			name, ours := strings.CutPrefix(p.ImportPath, "mainforte/")
			if ours && strings.HasPrefix(name, "internal/") && !slices.Contains(d.spans, name) {
				t.Errorf("docs/architecture.md does not name `%s`: say in its table what it is and what it may import.", name)
			}
		}
		return
	}
	t.Error("docs/architecture.md is gone: nothing tells a newcomer where things are.")
}

func TestEveryDecisionIsListed(t *testing.T) {
	index := ""
	number := 0
	for _, d := range documents(t) {
		name, ok := strings.CutPrefix(d.name, "docs/adr/")
		if !ok {
			continue
		}
		if name == "README.md" {
			index = d.text
			continue
		}
		number++
		if shape := regexp.MustCompile(`^\d{4}-[a-z0-9-]+\.md$`); !shape.MatchString(name) {
			t.Errorf("%s: a decision is named by four digits and words, such as 0012-what-was-decided.md.", d.name)
			continue
		}
		if !strings.HasPrefix(d.text, "# "+name[:4]+" ") {
			t.Errorf("%s does not begin with its number: write \"# %s What was decided\".", d.name, name[:4])
		}
		for _, section := range []string{"Context", "Decision", "Consequences"} {
			if !strings.Contains(d.text, "\n## "+section+"\n") {
				t.Errorf("%s has no section %q: a reader comes to ask why, what, and what then.", d.name, section)
			}
		}
	}
	if number == 0 {
		t.Fatal("docs/adr holds no decision: the test does not see them.")
	}
	entries, err := filepath.Glob(root + "/docs/adr/[0-9]*.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, entry := range entries {
		name := filepath.Base(entry)
		if !strings.Contains(index, "["+name[:4]+"]("+name+")") {
			t.Errorf("docs/adr/README.md does not list %s: add the line \"| [%s](%s) | what was decided |\".", name, name[:4], name)
		}
	}
}

// Each module that our code imports has its reason, and no other is claimed.
func TestEveryDependencyHasItsReason(t *testing.T) {
	const page = "docs/adr/0010-dependencies.md"
	source, err := os.ReadFile(filepath.Join(root, "go.mod"))
	if err != nil {
		t.Fatal(err)
	}
	var modules []string
	for _, m := range regexp.MustCompile(`(?m)^(?:require )?\s*(\S+\.\S+/\S+) v\d`).FindAllSubmatch(source, -1) {
		modules = append(modules, string(m[1]))
	}
	used := map[string]bool{}
	for name := range imports(t) {
		longest := ""
		for _, module := range modules {
			if (name == module || strings.HasPrefix(name, module+"/")) && len(module) > len(longest) {
				longest = module
			}
		}
		if longest != "" {
			used[longest] = true
		}
	}
	if len(used) < 10 {
		t.Fatalf("only %d modules were found in go.mod: the test does not see them", len(used))
	}
	said := map[string]bool{}
	for _, d := range documents(t) {
		if d.name != page {
			continue
		}
		for _, word := range d.spans {
			if slices.Contains(modules, word) {
				said[word] = true
			}
		}
	}
	for module := range used {
		if !said[module] {
			t.Errorf("%s does not say why we depend on `%s`: give it a line, or do without it.", page, module)
		}
	}
	for module := range said {
		if !used[module] {
			t.Errorf("%s gives a reason for `%s`, which no code of ours imports: take the line out.", page, module)
		}
	}
}
