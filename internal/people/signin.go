package people

import (
	"context"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"mainforte/internal/actor"
	"mainforte/internal/db"
	"mainforte/internal/event"
	"mainforte/internal/fault"
	"mainforte/internal/i18n"
	"mainforte/internal/secret"
)

// SignInAsked happens when somebody asks for a link to sign in.
const SignInAsked = "people.sign_in_asked"

const (
	// LinkLife is how long a link to sign in works, once.
	LinkLife = 15 * time.Minute
	// FirstLinkLife is for the link that the person at the command line
	// hands over, who may have to phone somebody first.
	FirstLinkLife = 7 * 24 * time.Hour
	// SessionLife is how long a browser is remembered.
	SessionLife = 60 * 24 * time.Hour

	purpose = "sign-in"
	// nextLimit is in bytes.
	nextLimit = 2000
	// linksAtOnce keeps one address from being flooded.
	linksAtOnce = 5
)

// Link is a link to sign in, on its way to an address.
type Link struct {
	ID       db.ID
	Email    string
	Language i18n.Language
	// Next is where it leads: a path of this instance.
	Next    string
	Expires time.Time
	Used    time.Time
}

const linkColumns = `id, email, language, next_path, expires_at, used_at`

func scanLink(l *Link) []any {
	return []any{&l.ID, &l.Email, &l.Language, &l.Next, db.At(&l.Expires), db.At(&l.Used)}
}

var (
	qInsertLink = db.DoAcross("people.insert_link", "signing in comes before any association",
		`INSERT INTO sign_in_link (id, email, email_key, language, next_path, created_at, expires_at)
		 VALUES ($1, $2, $3, $4, $5, $6, $7)`)

	qLink = db.Across("people.link", "signing in comes before any association",
		`SELECT `+linkColumns+` FROM sign_in_link WHERE id = $1`, scanLink)

	qUseLink = db.Across("people.use_link", "signing in comes before any association",
		`UPDATE sign_in_link SET used_at = $1 WHERE id = $2 AND used_at IS NULL AND expires_at > $1
		 RETURNING `+linkColumns, scanLink)

	qUsableLinks = db.Across("people.usable_links", "signing in comes before any association",
		`SELECT count(*) FROM sign_in_link WHERE email_key = $1 AND used_at IS NULL AND expires_at > $2`, db.Value[int])

	qForgetLinks = db.DoAcross("people.forget_links", "a person erases themselves",
		`DELETE FROM sign_in_link WHERE email_key = $1`)

	qInsertSession = db.DoAcross("people.insert_session", "a session is a person's",
		`INSERT INTO session (hash, person_id, created_at, expires_at) VALUES ($1, $2, $3, $4)`)

	qSession = db.Across("people.session", "a session is a person's",
		`SELECT p.id, p.email, p.name, p.language, p.operator, p.created_at
		 FROM session s JOIN person p ON p.id = s.person_id WHERE s.hash = $1 AND s.expires_at > $2`, scanPerson)

	qSignOut = db.DoAcross("people.sign_out", "a session is a person's",
		`DELETE FROM session WHERE hash = $1`)

	qSignOutAll = db.DoAcross("people.sign_out_all", "a session is a person's",
		`DELETE FROM session WHERE person_id = $1`)

	qSweepLinks = db.DoAcross("people.sweep_links", "what has expired goes, everywhere",
		`DELETE FROM sign_in_link WHERE expires_at < $1`)

	qSweepSessions = db.DoAcross("people.sweep_sessions", "what has expired goes, everywhere",
		`DELETE FROM session WHERE expires_at < $1`)
)

// AskToSignIn has a link sent to an address, whether or not it is known here:
// the answer is the same, so that nobody learns who is. next is where the
// link leads. Anybody may ask; an address has at most five links that
// work at a time, so that nobody floods it, nor locks its owner out.
func AskToSignIn(ctx context.Context, d *db.DB, email, next string, language i18n.Language) error {
	email, key, ok := Address(email)
	if !ok {
		var check fault.Check
		check.Say("email", "fault.email")
		return check.Err()
	}
	return d.Write(ctx, func(d *db.DB) error {
		usable, err := qUsableLinks.One(ctx, d, key, d.Now())
		if err != nil || usable >= linksAtOnce {
			return err // silently: five links that work are in that mailbox
		}
		id, err := insertLink(ctx, d, email, key, next, language, LinkLife)
		if err != nil {
			return err
		}
		return event.Record(ctx, d, actor.Actor{}, SignInAsked, id, 0)
	})
}

func insertLink(ctx context.Context, d *db.DB, email, key, next string, language i18n.Language, life time.Duration) (db.ID, error) {
	id, now := d.NewID(), d.Now()
	_, err := qInsertLink.Run(ctx, d, id, email, key, i18n.In(language).Language(), local(next), now, now.Add(life))
	return id, err
}

// FirstLink gives the token of a link for somebody whom the person at the
// command line vouches for; it works once, within a week.
func FirstLink(ctx context.Context, d *db.DB, who actor.Actor, p Person, next string) (string, error) {
	if !who.Program {
		return "", fault.New(fault.Forbidden, "fault.forbidden")
	}
	_, key, _ := Address(p.Email)
	id, err := insertLink(ctx, d, p.Email, key, next, p.Language, FirstLinkLife)
	if err != nil {
		return "", err
	}
	return Token(ctx, d, Link{ID: id, Expires: d.Now().Add(FirstLinkLife)})
}

// LinkByID gives a link for the mail that carries it. For the program.
func LinkByID(ctx context.Context, d *db.DB, id db.ID) (Link, error) { return qLink.One(ctx, d, id) }

// Token is what the address of the link carries.
func Token(ctx context.Context, d *db.DB, l Link) (string, error) {
	return secret.Seal(ctx, d, purpose, l.Expires, l.ID)
}

// OpenLink tells what a link is for without using it: a scanner that follows
// it changes nothing.
func OpenLink(ctx context.Context, d *db.DB, token string) (Link, error) {
	id, err := linkOf(ctx, d, token)
	if err != nil {
		return Link{}, err
	}
	l, found, err := db.Maybe(qLink.One(ctx, d, id))
	if err != nil {
		return Link{}, err
	}
	if !found || !l.Used.IsZero() || !l.Expires.After(d.Now()) {
		return Link{}, fault.New(fault.Gone, "fault.sign_in_link")
	}
	return l, nil
}

func linkOf(ctx context.Context, d *db.DB, token string) (db.ID, error) {
	ids, err := secret.Open(ctx, d, purpose, token)
	if err != nil && !secret.Refused(err) {
		return 0, err
	}
	if err != nil || len(ids) != 1 {
		return 0, fault.New(fault.Gone, "fault.sign_in_link").Because(err)
	}
	return ids[0], nil
}

// SignIn uses a link, once. The address is proven by it, so the person is made
// if there was none. It gives the session's secret, for a cookie.
func SignIn(ctx context.Context, d *db.DB, token string) (p Person, session string, next string, err error) {
	id, err := linkOf(ctx, d, token)
	if err != nil {
		return Person{}, "", "", err
	}
	err = d.Write(ctx, func(d *db.DB) error {
		l, found, err := db.Maybe(qUseLink.One(ctx, d, d.Now(), id))
		if err != nil {
			return err
		}
		if !found {
			return fault.New(fault.Gone, "fault.sign_in_link")
		}
		if p, err = Ensure(ctx, d, l.Email, "", l.Language); err != nil {
			return err
		}
		next = local(l.Next)
		session, err = StartSession(ctx, d, p.ID)
		return err
	})
	return p, session, next, err
}

// StartSession remembers a browser as a person's, and gives the secret for its
// cookie; only the hash is kept. For those who have proven who it is.
func StartSession(ctx context.Context, d *db.DB, person db.ID) (string, error) {
	token := secret.Token(d)
	_, err := qInsertSession.Run(ctx, d, secret.Hash(token), person, d.Now(), d.Now().Add(SessionLife))
	return token, err
}

// Session gives the person that a cookie's secret stands for, if it still does.
func Session(ctx context.Context, d *db.DB, token string) (Person, bool, error) {
	return db.Maybe(qSession.One(ctx, d, secret.Hash(token), d.Now()))
}

// SignOut forgets one browser.
func SignOut(ctx context.Context, d *db.DB, token string) error {
	_, err := qSignOut.Run(ctx, d, secret.Hash(token))
	return err
}

// SignOutEverywhere forgets every browser of the one who acts.
func SignOutEverywhere(ctx context.Context, d *db.DB, who actor.Actor) error {
	_, err := qSignOutAll.Run(ctx, d, who.Person)
	return err
}

// Sweep deletes the links and sessions that have expired. Periodic.
func Sweep(ctx context.Context, d *db.DB) error {
	if _, err := qSweepLinks.Run(ctx, d, d.Now()); err != nil {
		return err
	}
	_, err := qSweepSessions.Run(ctx, d, d.Now())
	return err
}

// local keeps a path of this instance and nothing else, so that no link of
// ours leads away.
func local(path string) string {
	leadsAway := !strings.HasPrefix(path, "/") || strings.HasPrefix(path, "//")
	odd := strings.ContainsFunc(path, func(r rune) bool { return r == '\\' || unicode.IsControl(r) })
	if leadsAway || odd || !utf8.ValidString(path) || len(path) > nextLimit {
		return "/desk"
	}
	return path
}
