// Package test lives with Mainforte as people do: at the command line, in a
// browser without scripts, through mails, on two machines at once. It runs the
// real program, built once, and knows nothing of its inside: what it presses
// and reads are the words on the screen.
package test

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"
)

func TestMain(m *testing.M) {
	code := m.Run()
	closeBrowser()
	_ = os.RemoveAll(scratch)
	os.Exit(code)
}

// scratch is the folder of this run, swept at its end; made by the first who
// needs it.
var scratch string

// program builds mainforte and gives where it is.
var program = sync.OnceValues(func() (string, error) {
	// A result of go test is kept as long as the test would see the same. What
	// go build reads, the test does not see; so it looks at the sources.
	for _, folder := range []string{"../cmd", "../internal"} {
		err := filepath.WalkDir(folder, func(path string, entry fs.DirEntry, err error) error {
			return err
		})
		if err != nil {
			return "", err
		}
	}
	var err error
	if scratch, err = os.MkdirTemp("", "mainforte-journey-"); err != nil {
		return "", err
	}
	path := filepath.Join(scratch, "bin", "mainforte")
	build := exec.Command("go", "build", "-o", path, "./cmd/mainforte")
	build.Dir = ".."
	if out, err := build.CombinedOutput(); err != nil {
		return "", fmt.Errorf("go build: %w\n%s", err, out)
	}
	return path, nil
})

func mainforte(t testing.TB) string {
	t.Helper()
	path, err := program()
	if err != nil {
		t.Fatal(err)
	}
	return path
}

// run does a command to its end and gives what it said. It must succeed.
func run(t testing.TB, args ...string) string {
	t.Helper()
	out, err := exec.Command(mainforte(t), args...).Output()
	var exit *exec.ExitError
	if errors.As(err, &exit) {
		t.Fatalf("mainforte %s: %v\n%s", strings.Join(args, " "), err, exit.Stderr)
	}
	if err != nil {
		t.Fatal(err)
	}
	return string(out)
}

// lacking ends a test that wants something this machine has not. CI has it.
func lacking(t testing.TB, what string) {
	t.Helper()
	if os.Getenv("CI") != "" {
		t.Fatalf("%s is missing: make deps installs it", what)
	}
	t.Skipf("%s is missing: make deps installs it", what)
}

// long skips a journey of many seconds when the run is to be short.
func long(t testing.TB) {
	t.Helper()
	if testing.Short() {
		t.Skip("a long journey, and this run is short")
	}
}

// patience is how long anything may take before it has failed. It is far
// more than needed, for a machine that does other things.
const patience = 40 * time.Second

// until asks again and again whether something has come about.
func until(t testing.TB, what string, come func() bool) {
	t.Helper()
	late := time.NewTimer(patience)
	defer late.Stop()
	again := time.NewTicker(25 * time.Millisecond)
	defer again.Stop()
	for !come() {
		select {
		case <-again.C:
		case <-late.C:
			t.Fatalf("in %v it has not come about: %s", patience, what)
		}
	}
}

// plain makes one space of every space, so that tests are written with the
// one of the keyboard.
func plain(text string) string { return strings.Join(strings.Fields(text), " ") }

func write(t testing.TB, path, content string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
}
