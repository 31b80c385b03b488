package peoplemail_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"mainforte/internal/db"
	"mainforte/internal/db/dbtest"
	"mainforte/internal/i18n"
	"mainforte/internal/jobs"
	"mainforte/internal/mail/catcher"
	"mainforte/internal/mail/mailtest"
	"mainforte/internal/mail/peoplemail"
	"mainforte/internal/people"
)

const kind = "mail.sign_in"

var subscribers = map[string][]string{people.SignInAsked: {kind}}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// ask asks for a link with a new address.
func ask(ctx context.Context, t *testing.T, d *db.DB, language i18n.Language) string {
	t.Helper()
	address := "nadia" + d.NewID().String() + "@example.org"
	must(t, people.AskToSignIn(ctx, d, address, "/desk", language))
	return address
}

func token(m catcher.Caught) string {
	_, rest, _ := strings.Cut(m.Text, "/sign-in/")
	token, _, _ := strings.Cut(rest, "\n")
	return token
}

func TestTheLinkArrivesAndSignsIn(t *testing.T) {
	for _, language := range i18n.Languages {
		t.Run(string(language), func(t *testing.T) {
			dbtest.Run(t, subscribers, func(ctx context.Context, t *testing.T, d *db.DB, _ *dbtest.Clock) {
				post, caught := mailtest.Open(t)
				address := ask(ctx, t, d, language)
				if failures := mailtest.Drain(ctx, t, d, peoplemail.Handlers(post)); failures != "" {
					t.Fatal(failures)
				}
				m := mailtest.Only(t, caught, address)
				mailtest.Golden(t, "sign_in."+string(language), m)
				p, _, next, err := people.SignIn(ctx, d, token(m))
				must(t, err)
				if p.Email != address || next != "/desk" {
					t.Errorf("signed in as %s, led to %s", p.Email, next)
				}
			})
		})
	}
}

func TestALinkThatWouldNotWorkIsNotSent(t *testing.T) {
	t.Run("expired", func(t *testing.T) {
		dbtest.Run(t, subscribers, func(ctx context.Context, t *testing.T, d *db.DB, clock *dbtest.Clock) {
			post, caught := mailtest.Open(t)
			address := ask(ctx, t, d, i18n.French)
			clock.Advance(people.LinkLife)
			if failures := mailtest.Drain(ctx, t, d, peoplemail.Handlers(post)); failures != "" || len(caught.Find(address)) != 0 {
				t.Errorf("sent %d letters, failed with %q", len(caught.Find(address)), failures)
			}
		})
	})
	t.Run("used", func(t *testing.T) {
		dbtest.Run(t, subscribers, func(ctx context.Context, t *testing.T, d *db.DB, clock *dbtest.Clock) {
			post, caught := mailtest.Open(t)
			address := ask(ctx, t, d, i18n.French)
			// The letter arrives but the answer of the server is lost, so the
			// job is tried again; by then the link has served.
			mailtest.Drain(ctx, t, d, losing(peoplemail.Handlers(post)))
			_, _, _, err := people.SignIn(ctx, d, token(mailtest.Only(t, caught, address)))
			must(t, err)
			clock.Advance(time.Minute)
			if failures := mailtest.Drain(ctx, t, d, peoplemail.Handlers(post)); failures != "" {
				t.Error(failures)
			}
			mailtest.Only(t, caught, address)
		})
	})
}

// losing does each job and says that it failed.
func losing(handlers map[string]jobs.Handler) map[string]jobs.Handler {
	do := handlers[kind]
	return map[string]jobs.Handler{kind: func(ctx context.Context, d *db.DB, j jobs.Job) error {
		return errors.Join(do(ctx, d, j), errors.New("the answer was lost"))
	}}
}

func TestALetterSentTwiceIsOneMessage(t *testing.T) {
	dbtest.Run(t, subscribers, func(ctx context.Context, t *testing.T, d *db.DB, clock *dbtest.Clock) {
		post, caught := mailtest.Open(t)
		address := ask(ctx, t, d, i18n.French)
		mailtest.Drain(ctx, t, d, losing(peoplemail.Handlers(post)))
		clock.Advance(time.Minute)
		mailtest.Drain(ctx, t, d, peoplemail.Handlers(post))
		found := caught.Find(address)
		if len(found) != 2 {
			t.Fatalf("%d letters, want the first and its second try", len(found))
		}
		first, second := mailtest.Header(t, found[0].Header, "Message-Id"), mailtest.Header(t, found[1].Header, "Message-Id")
		if first != second {
			t.Errorf("%s was sent again as %s", first, second)
		}
		if !strings.Contains(found[0].Text, "14\u00a0minutes") {
			t.Errorf("a minute later the letter says:\n%s", found[0].Text)
		}
	})
}

func TestWhatTheServerRefuses(t *testing.T) {
	t.Run("for good is a dead letter", func(t *testing.T) {
		dbtest.Run(t, subscribers, func(ctx context.Context, t *testing.T, d *db.DB, _ *dbtest.Clock) {
			post, caught := mailtest.Open(t)
			caught.RefuseWith(catcher.Recipient, 550)
			address := ask(ctx, t, d, i18n.French)
			failures := mailtest.Drain(ctx, t, d, peoplemail.Handlers(post))
			if !strings.Contains(failures, "550") || strings.Contains(failures, address) || strings.Contains(failures, "@") {
				t.Errorf("the log says %s", failures)
			}
			dead := dead(ctx, t, d)
			if len(dead) != 1 || dead[0].Attempt != 1 || dead[0].LastError != "SMTP RCPT TO: refused with 550: no further try" {
				t.Fatalf("dead letters: %+v", dead)
			}
			must(t, jobs.Discard(ctx, d, dead[0].ID))
		})
	})
	t.Run("for now is tried again", func(t *testing.T) {
		dbtest.Run(t, subscribers, func(ctx context.Context, t *testing.T, d *db.DB, clock *dbtest.Clock) {
			post, caught := mailtest.Open(t)
			caught.RefuseWith(catcher.Content, 451)
			address := ask(ctx, t, d, i18n.French)
			failures := mailtest.Drain(ctx, t, d, peoplemail.Handlers(post))
			if !strings.Contains(failures, "SMTP DATA: refused with 451") || strings.Contains(failures, "@") {
				t.Errorf("the log says %s", failures)
			}
			if dead := dead(ctx, t, d); len(dead) != 0 {
				t.Errorf("given up: %+v", dead)
			}
			caught.RefuseWith(catcher.Content, 0)
			clock.Advance(time.Minute)
			if failures := mailtest.Drain(ctx, t, d, peoplemail.Handlers(post)); failures != "" {
				t.Error(failures)
			}
			mailtest.Only(t, caught, address)
		})
	})
}

func dead(ctx context.Context, t *testing.T, d *db.DB) []jobs.Job {
	t.Helper()
	all, err := jobs.Dead(ctx, d)
	must(t, err)
	return all
}
