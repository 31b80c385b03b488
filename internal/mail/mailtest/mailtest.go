// Package mailtest lets a test send letters over real SMTP and read them.
package mailtest

import (
	"bytes"
	"context"
	"flag"
	"log/slog"
	"net/textproto"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"mainforte/internal/db"
	"mainforte/internal/jobs"
	"mainforte/internal/mail"
	"mainforte/internal/mail/catcher"
)

// PublicURL is where the instance of the tests is.
const PublicURL = "https://mainforte.example"

// From is the address that all its letters bear.
const From = "bonjour@mainforte.example"

var update = flag.Bool("update", false, "write the golden letters anew")

// Open gives a post whose letters end in a catcher.
func Open(t testing.TB) (*mail.Post, *catcher.Catcher) {
	t.Helper()
	caught, err := catcher.Start(context.Background())
	must(t, err)
	t.Cleanup(func() { must(t, caught.Close()) })
	sender, err := mail.NewSender(mail.SMTP{Host: "127.0.0.1", Port: caught.Port(), TLS: mail.Plain})
	must(t, err)
	post, err := mail.NewPost(sender, PublicURL, From)
	must(t, err)
	return post, caught
}

// Drain does the jobs that are due and gives what the log says of those that
// failed: nothing when all went well.
func Drain(ctx context.Context, t testing.TB, d *db.DB, handlers map[string]jobs.Handler) string {
	t.Helper()
	var failures bytes.Buffer
	_, err := jobs.NewRunner(d, handlers, nil, slog.New(slog.NewTextHandler(&failures, nil))).Drain(ctx)
	must(t, err)
	return failures.String()
}

// Only gives the one letter that came for an address.
func Only(t testing.TB, caught *catcher.Catcher, to string) catcher.Caught {
	t.Helper()
	found := caught.Find(to)
	if len(found) != 1 {
		t.Fatalf("%d letters for one reader, want 1", len(found))
	}
	return found[0]
}

var (
	token = regexp.MustCompile(`(/(?:sign-in|invitation|c)/)[A-Za-z0-9_-]{20,}`)
	id    = regexp.MustCompile(`(/offers/)[a-z0-9]{9,13}`)
	slug  = regexp.MustCompile(`(/a/[a-z-]+?)(?:-[0-9]+)?/`)
	// between puts a line break between tags, so that a change shows where
	// it is.
	between = strings.NewReplacer("><", ">\n<")
)

// Golden compares a letter with testdata/NAME.golden, without what differs
// each time: tokens, IDs and numbered addresses.
func Golden(t testing.TB, name string, m catcher.Caught) {
	t.Helper()
	got := "From: " + m.From + "\nSubject: " + m.Subject + "\n\n" + m.Text + "\n" + between.Replace(m.HTML) + "\n"
	got = token.ReplaceAllString(got, "${1}TOKEN")
	got = id.ReplaceAllString(got, "${1}ID")
	got = slug.ReplaceAllString(got, "${1}/")
	path := filepath.Join("testdata", name+".golden")
	if *update {
		must(t, os.MkdirAll("testdata", 0o755))
		must(t, os.WriteFile(path, []byte(got), 0o644))
		return
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatalf("%v: run the test with -update", err)
	}
	if got != string(want) {
		t.Errorf("%s is another letter than the golden one; if that is meant, run the test with -update. Now:\n%s", path, got)
	}
}

// Header is the only value of a header, unfolded.
func Header(t testing.TB, h textproto.MIMEHeader, name string) string {
	t.Helper()
	values := h.Values(name)
	if len(values) != 1 {
		t.Fatalf("%d headers %s, want 1", len(values), name)
	}
	return values[0]
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
