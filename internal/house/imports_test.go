// Package house checks the rules of the house that a program can check. Each
// failure says the rule and what to do.
package house

import (
	"encoding/json"
	"errors"
	"io"
	"os/exec"
	"path"
	"slices"
	"strings"
	"testing"
)

// module is the name of everything of ours.
const module = "mainforte/internal/"

// floor is what any package but the floor itself may import: it knows nothing
// of associations. Within the floor, each may import what stands before it.
var floor = []string{"words", "i18n", "fault", "db", "actor", "instance", "secret", "jobs", "event", "sheet", "config"}

// capabilities, in order: each may import the floor and those before it. What
// must go the other way is an event and its subscriber.
var capabilities = []string{"people", "association", "conversation", "mission", "offer"}

// doors may import the floor, every capability and what stands here, never
// each other.
var doors = map[string][]string{
	"web/ui":               {},
	"web":                  {"web/ui"},
	"web/homeweb":          {"web", "web/ui"},
	"web/missionweb":       {"web", "web/ui"},
	"web/offerweb":         {"web", "web/ui"},
	"web/associationweb":   {"web", "web/ui"},
	"web/peopleweb":        {"web", "web/ui"},
	"web/operatorweb":      {"web", "web/ui"},
	"web/demoweb":          {"web", "web/ui", "demo", "mail/catcher"},
	"mail":                 {},
	"mail/catcher":         {},
	"mail/mailtest":        {"mail", "mail/catcher"},
	"mail/peoplemail":      {"mail"},
	"mail/associationmail": {"mail"},
	"mail/offermail":       {"mail"},
	"demo":                 {},
}

// listed is what go list says of a package.
type listed struct {
	ImportPath, Dir string
	Imports         []string
	GoFiles         []string
}

func packages(t *testing.T) []listed {
	t.Helper()
	command := exec.Command("go", "list", "-json=ImportPath,Dir,Imports,GoFiles", "./...")
	command.Dir = root
	out, err := command.Output()
	if err != nil {
		t.Fatal(err)
	}
	var all []listed
	for decoder := json.NewDecoder(strings.NewReader(string(out))); ; {
		var p listed
		if err := decoder.Decode(&p); errors.Is(err, io.EOF) {
			return all
		} else if err != nil {
			t.Fatal(err)
		}
		all = append(all, p)
	}
}

// root is the top of the repository, from here.
const root = "../.."

func TestImportsGoOneWay(t *testing.T) {
	for _, p := range packages(t) {
		from, ours := strings.CutPrefix(p.ImportPath, module)
		for _, imported := range p.Imports {
			to, internal := strings.CutPrefix(imported, module)
			switch {
			case !internal:
				if slices.Contains(capabilities, from) && (imported == "net/http" || imported == "html/template" || strings.Contains(imported, "a-h/templ")) {
					t.Errorf("%s imports %s: a capability knows no protocol and draws nothing. Its door under internal/web does.", from, imported)
				}
			case to == "app" && ours && from != "house":
				t.Errorf("%s imports app: only cmd composes the house.", from)
			case !ours || from == "app" || from == "house" || strings.HasSuffix(from, "test"):
			case !allowed(from, to):
				t.Errorf("%s imports %s: not in the table of imports. If it is needed the other way round, record an event and subscribe to it in app.", from, to)
			}
		}
	}
}

func allowed(from, to string) bool {
	if i := slices.Index(floor, from); i >= 0 {
		return slices.Contains(floor[:i], to)
	}
	if slices.Contains(floor, to) {
		return true
	}
	if i := slices.Index(capabilities, from); i >= 0 {
		return slices.Contains(capabilities[:i], to)
	}
	if from == "web/ui" {
		return false
	}
	return slices.Contains(capabilities, to) || slices.Contains(doors[from], to)
}

func TestEveryPackageHasItsPlace(t *testing.T) {
	for _, p := range packages(t) {
		name, ours := strings.CutPrefix(p.ImportPath, module)
		if !ours || len(p.GoFiles) == 0 || name == "app" || strings.HasSuffix(name, "test") {
			continue
		}
		_, door := doors[name]
		if !door && !slices.Contains(floor, name) && !slices.Contains(capabilities, name) {
			t.Errorf("%s is in no table of imports: say in internal/house what it may import.", name)
		}
		for _, vague := range []string{"util", "utils", "common", "helpers", "models", "manager", "service", "misc"} {
			if path.Base(name) == vague {
				t.Errorf("%s: a room is named after what it is for; %q is not.", name, vague)
			}
		}
	}
}
