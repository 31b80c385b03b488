package test

import (
	"errors"
	"fmt"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"mainforte/internal/config"
	"mainforte/internal/db"
	"mainforte/internal/db/dbtest"
)

// acceptance is a table of missions that stands beside the repository, as an
// association wrote it: titles alone.
const acceptance = "../../shared/data/scenarios/entry_missions.csv"

// TestCommandLine plays testdata/script on SQLite.
func TestCommandLine(t *testing.T) {
	t.Parallel()
	play(t, "testdata/script", func(testing.TB) string { return "mainforte.db" })
}

// TestCommandLineOnBothEngines plays testdata/script/engine, where $DATA is a
// database of one engine and then of the other.
func TestCommandLineOnBothEngines(t *testing.T) {
	t.Parallel()
	t.Run("sqlite", func(t *testing.T) {
		play(t, "testdata/script/engine", func(testing.TB) string { return "mainforte.db" })
	})
	t.Run("postgres", func(t *testing.T) {
		play(t, "testdata/script/engine", func(t testing.TB) string { return postgres(t) })
	})
}

var oneDatabase sync.Mutex

// postgres makes an empty database on the private server of this test run.
func postgres(t testing.TB) string {
	t.Helper()
	oneDatabase.Lock()
	defer oneDatabase.Unlock()
	return dbtest.Fresh(t, db.Postgres)
}

func play(t *testing.T, folder string, data func(testing.TB) string) {
	t.Helper()
	bin := filepath.Dir(mainforte(t))
	testscript.Run(t, testscript.Params{
		Dir: folder, RequireExplicitExec: true, RequireUniqueNames: true, Deadline: time.Now().Add(2 * time.Minute),
		Setup: func(e *testscript.Env) error {
			t, ok := e.T().(testing.TB)
			if !ok {
				return errors.New("testscript runs no Go test")
			}
			e.Setenv("PATH", bin+string(os.PathListSeparator)+e.Getenv("PATH"))
			e.Setenv("DATA", data(t))
			e.Values["scene"] = &scene{t: t, running: map[string]*instance{}}
			return nil
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"exits": exits, "serve": serveIn, "term": term, "browse": browse, "get": get, "press": press, "sees": sees,
			"mailbox": mailboxIn, "mail": mailIn, "acceptance": takeAcceptance, "postgres": needPostgres, "link": linkIn,
		},
	})
}

// scene is what the commands of one script share.
type scene struct {
	t       testing.TB
	running map[string]*instance
	reader  *reader
	mailbox mailbox
}

func sceneOf(ts *testscript.TestScript) *scene { return ts.Value("scene").(*scene) }

// exits CODE program args… runs a program that must end with this code.
func exits(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: exits CODE program args…")
	}
	code := 0
	if err := ts.Exec(args[1], args[2:]...); err != nil {
		var exit *exec.ExitError
		if !errors.As(err, &exit) {
			ts.Fatalf("%v", err)
		}
		code = exit.ExitCode()
	}
	if want, err := strconv.Atoi(args[0]); err != nil || code != want {
		ts.Fatalf("it exits with %d, not %s", code, args[0])
	}
}

// serve NAME args… runs `mainforte args…` until term NAME or the end of the
// script. $URL is then where it listens, and the pages that are read are its.
func serveIn(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: serve NAME args…")
	}
	path, err := program()
	ts.Check(err)
	for i, arg := range args {
		if strings.HasSuffix(arg, ".db") || strings.HasSuffix(arg, ".toml") {
			args[i] = ts.MkAbs(arg) // this process works in another folder
		}
	}
	var environ []string
	for _, key := range []string{"mail.host", "mail.port", "mail.tls", "mail.from", "log.level"} {
		environ = append(environ, config.Variable(key)+"="+ts.Getenv(config.Variable(key)))
	}
	environ = append(environ, "TMPDIR="+ts.Getenv("TMPDIR"))
	i, err := start(path, environ, args[1:]...)
	ts.Check(err)
	s := sceneOf(ts)
	s.t.Cleanup(func() { i.ends(s.t) })
	s.running[args[0]] = i
	s.reader = newReader(s.t, i.URL)
	ts.Setenv("URL", i.URL)
}

// term NAME asks an instance to stop, which it must do with exit code 0. All
// that it said goes to NAME.log.
func term(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 || sceneOf(ts).running[args[0]] == nil {
		ts.Fatalf("usage: term NAME")
	}
	i := sceneOf(ts).running[args[0]]
	code, err := i.stop()
	ts.Check(err)
	ts.Check(os.WriteFile(ts.MkAbs(args[0]+".log"), []byte(i.log.String()), 0o600))
	if code != 0 {
		ts.Fatalf("it exits with %d:\n%s", code, i.log)
	}
}

// browse begins again as somebody else, without a cookie.
func browse(ts *testscript.TestScript, _ bool, _ []string) {
	s := sceneOf(ts)
	s.reader = newReader(s.t, ts.Getenv("URL"))
}

// get STATUS ADDRESS reads a page of the instance. A link that names another
// host, such as one in a mail, is read here all the same.
func get(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: get STATUS ADDRESS")
	}
	address, err := url.Parse(args[1])
	ts.Check(err)
	s := sceneOf(ts)
	s.reader.open(ts.Getenv("URL") + address.RequestURI())
	s.status(ts, args[0])
}

// press STATUS BUTTON field=value… fills in a form and presses its button.
func press(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: press STATUS BUTTON field=value…")
	}
	fields := map[string]string{}
	for _, field := range args[2:] {
		name, value, ok := strings.Cut(field, "=")
		if !ok {
			ts.Fatalf("%q is not field=value", field)
		}
		fields[name] = value
	}
	s := sceneOf(ts)
	s.reader.send(args[1], fields)
	s.status(ts, args[0])
}

func (s *scene) status(ts *testscript.TestScript, want string) {
	_, _ = fmt.Fprintln(ts.Stdout(), text(s.reader.page))
	if strconv.Itoa(s.reader.status) != want {
		ts.Fatalf("%s answers %d, not %s:\n%s", s.reader.at, s.reader.status, want, text(s.reader.page))
	}
}

// sees WORDS… checks what the page says, or with ! that it does not.
func sees(ts *testscript.TestScript, neg bool, args []string) {
	if r := sceneOf(ts).reader; neg {
		r.missing(args...)
	} else {
		r.sees(args...)
	}
}

// mailbox takes the mails of the instances that are served from then on.
func mailboxIn(ts *testscript.TestScript, _ bool, _ []string) {
	s := sceneOf(ts)
	s.mailbox = newMailbox(s.t)
	for _, variable := range s.mailbox.environ() {
		name, value, _ := strings.Cut(variable, "=")
		ts.Setenv(name, value)
	}
}

// mail ADDRESS SUBJECT waits for a mail and prints it; $LINK is then the
// first link in it.
func mailIn(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: mail ADDRESS SUBJECT")
	}
	s := sceneOf(ts)
	m := s.mailbox.wait(s.t, args[0], args[1])
	ts.Setenv("LINK", link(s.t, m.Text))
	_, _ = fmt.Fprintln(ts.Stdout(), m.Text)
}

// link VARIABLE keeps the first link that the last command printed.
func linkIn(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: link VARIABLE")
	}
	ts.Setenv(args[0], link(sceneOf(ts).t, ts.ReadFile("stdout")))
}

// acceptance FILE copies the table that stands beside the repository.
func takeAcceptance(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: acceptance FILE")
	}
	table, err := os.ReadFile(acceptance)
	if err != nil && os.Getenv("CI") == "" {
		sceneOf(ts).t.Skipf("the acceptance table is not beside this repository: %v", err)
	}
	ts.Check(err)
	ts.Check(os.WriteFile(ts.MkAbs(args[0]), table, 0o600))
}

// postgres VARIABLE gives a fresh PostgreSQL database.
func needPostgres(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: postgres VARIABLE")
	}
	ts.Setenv(args[0], postgres(sceneOf(ts).t))
}
