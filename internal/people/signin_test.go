package people_test

import (
	"context"
	"strings"
	"sync"
	"testing"
	"time"

	"pgregory.net/rapid"

	"mainforte/internal/actor"
	"mainforte/internal/db"
	"mainforte/internal/db/dbtest"
	"mainforte/internal/event"
	"mainforte/internal/fault"
	"mainforte/internal/housetest"
	"mainforte/internal/i18n"
	"mainforte/internal/jobs"
	"mainforte/internal/people"
)

// post carries the links that were asked for, as the mail would.
var post = map[string][]string{people.SignInAsked: {"post"}}

// delivered gives the links on their way, with their tokens.
func delivered(ctx context.Context, t testing.TB, d *db.DB) (links []people.Link, tokens []string) {
	t.Helper()
	housetest.Drain(ctx, t, d, map[string]jobs.Handler{"post": event.Handler(func(ctx context.Context, d *db.DB, e event.Event) error {
		l, err := people.LinkByID(ctx, d, e.Subject)
		if err != nil {
			return err
		}
		token, err := people.Token(ctx, d, l)
		links, tokens = append(links, l), append(tokens, token)
		return err
	})})
	return links, tokens
}

// asked gives the token of a link that was asked for and mailed.
func asked(ctx context.Context, t testing.TB, d *db.DB, email, next string) string {
	t.Helper()
	housetest.Must(t, people.AskToSignIn(ctx, d, email, next, i18n.French))
	_, tokens := delivered(ctx, t, d)
	if len(tokens) != 1 {
		t.Fatalf("%d links were mailed", len(tokens))
	}
	return tokens[0]
}

func TestALinkSignsInOnce(t *testing.T) {
	dbtest.Run(t, post, func(ctx context.Context, t *testing.T, d *db.DB, _ *dbtest.Clock) {
		email := address(d)
		token := asked(ctx, t, d, email, "/a/boussole/missions?page=2")

		for range 2 { // scanners follow links
			l, err := people.OpenLink(ctx, d, token)
			if err != nil || l.Email != email {
				t.Fatalf("opened %+v, %v", l, err)
			}
		}
		p, session, next, err := people.SignIn(ctx, d, token)
		housetest.Must(t, err)
		if p.Email != email || p.Language != i18n.French || next != "/a/boussole/missions?page=2" {
			t.Errorf("signed in as %+v, to %q", p, next)
		}
		if got, in, err := people.Session(ctx, d, session); err != nil || !in || got.ID != p.ID {
			t.Errorf("the session is %+v's, %t, %v", got, in, err)
		}

		_, _, _, err = people.SignIn(ctx, d, token)
		housetest.Refused(t, err, fault.Gone, "fault.sign_in_link")
		_, err = people.OpenLink(ctx, d, token)
		housetest.Refused(t, err, fault.Gone, "fault.sign_in_link")

		if same, _, _, err := people.SignIn(ctx, d, asked(ctx, t, d, strings.ToUpper(email), "")); err != nil || same.ID != p.ID {
			t.Errorf("the same address is %+v, %v", same, err)
		}
	})
}

func TestTwoWhoFollowOneLinkAtOnce(t *testing.T) {
	dbtest.Run(t, post, func(ctx context.Context, t *testing.T, d *db.DB, _ *dbtest.Clock) {
		token := asked(ctx, t, d, address(d), "")
		errs := make([]error, 4)
		var all sync.WaitGroup
		for i := range errs {
			all.Go(func() { _, _, _, errs[i] = people.SignIn(ctx, d, token) })
		}
		all.Wait()
		in := 0
		for _, err := range errs {
			if err == nil {
				in++
				continue
			}
			housetest.Refused(t, err, fault.Gone, "fault.sign_in_link")
		}
		if in != 1 {
			t.Errorf("%d came in", in)
		}
	})
}

func TestALinkExpires(t *testing.T) {
	dbtest.Run(t, post, func(ctx context.Context, t *testing.T, d *db.DB, clock *dbtest.Clock) {
		early, late := asked(ctx, t, d, address(d), ""), asked(ctx, t, d, address(d), "")
		clock.Advance(people.LinkLife - time.Second)
		if _, _, _, err := people.SignIn(ctx, d, early); err != nil {
			t.Errorf("a second before its end: %v", err)
		}
		clock.Advance(time.Second)
		_, err := people.OpenLink(ctx, d, late)
		housetest.Refused(t, err, fault.Gone, "fault.sign_in_link")
		_, _, _, err = people.SignIn(ctx, d, late)
		housetest.Refused(t, err, fault.Gone, "fault.sign_in_link")
	})
}

func TestAForgedLinkIsGone(t *testing.T) {
	dbtest.Run(t, post, func(ctx context.Context, t *testing.T, d *db.DB, _ *dbtest.Clock) {
		token := asked(ctx, t, d, address(d), "")
		for _, forged := range []string{"", "x", token[1:], token + "A", strings.ToUpper(token)} {
			_, err := people.OpenLink(ctx, d, forged)
			housetest.Refused(t, err, fault.Gone, "fault.sign_in_link")
			_, _, _, err = people.SignIn(ctx, d, forged)
			housetest.Refused(t, err, fault.Gone, "fault.sign_in_link")
		}
	})
}

// Who is told that their link has expired asks for another; when it is the
// database that does not answer, another one would not help.
func TestAFailureIsNoExpiry(t *testing.T) {
	dbtest.Run(t, post, func(ctx context.Context, t *testing.T, d *db.DB, _ *dbtest.Clock) {
		token := asked(ctx, t, d, address(d), "")
		broken, cancel := context.WithCancel(ctx)
		cancel()
		if _, err := people.OpenLink(broken, d, token); err == nil || fault.Is(err, fault.Gone) {
			t.Errorf("opening: %v", err)
		}
		if _, _, _, err := people.SignIn(broken, d, token); err == nil || fault.Is(err, fault.Gone) {
			t.Errorf("signing in: %v", err)
		}
	})
}

// Nobody floods a mailbox, and nobody is locked out by who tries.
func TestAnAddressHasFiveLinksThatWork(t *testing.T) {
	dbtest.Run(t, post, func(ctx context.Context, t *testing.T, d *db.DB, clock *dbtest.Clock) {
		email := address(d)
		mailed := func() []string {
			t.Helper()
			_, tokens := delivered(ctx, t, d)
			return tokens
		}
		for range 7 { // the sixth is answered like the first: with nothing
			housetest.Must(t, people.AskToSignIn(ctx, d, email, "", i18n.French))
		}
		tokens := mailed()
		if len(tokens) != 5 {
			t.Fatalf("%d links were mailed", len(tokens))
		}
		housetest.Must(t, people.AskToSignIn(ctx, d, strings.ToUpper(email), "", i18n.French))
		if n := len(mailed()); n != 0 {
			t.Error("capitals got a sixth")
		}
		housetest.Must(t, people.AskToSignIn(ctx, d, address(d), "", i18n.French))
		if n := len(mailed()); n != 1 {
			t.Error("another address got none")
		}
		_, _, _, err := people.SignIn(ctx, d, tokens[0])
		housetest.Must(t, err)
		housetest.Must(t, people.AskToSignIn(ctx, d, email, "", i18n.French))
		if n := len(mailed()); n != 1 {
			t.Error("who used one may ask for another")
		}
		clock.Advance(people.LinkLife)
		housetest.Must(t, people.AskToSignIn(ctx, d, email, "", i18n.French))
		if n := len(mailed()); n != 1 {
			t.Error("when all had expired there was none")
		}
	})
}

func TestAskToSignInRefusesWhatIsNoAddress(t *testing.T) {
	dbtest.Run(t, post, func(ctx context.Context, t *testing.T, d *db.DB, _ *dbtest.Clock) {
		for _, email := range []string{"", "nour", "a@b.c, d@e.f"} {
			housetest.RefusedField(t, people.AskToSignIn(ctx, d, email, "", i18n.French), "email: fault.email")
		}
	})
}

func TestNextNeverLeadsAway(t *testing.T) {
	dbtest.Run(t, post, func(ctx context.Context, t *testing.T, d *db.DB, _ *dbtest.Clock) {
		p := newcomer(ctx, t, d)
		leads := func(next string) string {
			t.Helper()
			token, err := people.FirstLink(ctx, d, actor.System(0), p, next)
			housetest.Must(t, err)
			_, _, to, err := people.SignIn(ctx, d, token)
			housetest.Must(t, err)
			return to
		}
		for _, next := range []string{"/", "/desk", "/en/a/boussole?x=1&y=/z", "/a/b:c@d"} {
			if to := leads(next); to != next {
				t.Errorf("%.40q led to %.40q", next, to)
			}
		}
		for _, next := range []string{
			"", "desk", "https://ailleurs.example/", "//ailleurs.example", "///ailleurs.example", `/\ailleurs.example`, `\\ailleurs.example`,
			"/\t/ailleurs.example", "/\r\nLocation: //ailleurs.example", "javascript:alert(1)", " //ailleurs.example", "/\x00", "/\xff", "/\u0085/x",
			"/" + strings.Repeat("x", 10_000),
		} {
			if to := leads(next); to != "/desk" {
				t.Errorf("%.40q led to %.40q", next, to)
			}
		}
	})
}

// Whatever is asked for, the link leads to a path of this instance, as it
// would be read by a browser, and both engines keep it.
func TestAnyNextLeadsToAPath(t *testing.T) {
	dbtest.Run(t, post, func(ctx context.Context, t *testing.T, d *db.DB, _ *dbtest.Clock) {
		p := newcomer(ctx, t, d)
		rapid.Check(t, func(t *rapid.T) {
			next := strings.Join(rapid.SliceOfN(rapid.OneOf(rapid.SampledFrom([]string{"/", "\\", "//", "\t", "\n", "a", ":", "@", "%2f", "\x00", "\xff"}), rapid.StringN(0, 3, -1)), 0, 5).Draw(t, "next"), "")
			token, err := people.FirstLink(ctx, d, actor.System(0), p, next)
			if err != nil {
				t.Fatal(err)
			}
			l, err := people.OpenLink(ctx, d, token)
			if err != nil {
				t.Fatal(err)
			}
			read := strings.NewReplacer("\t", "", "\n", "", "\r", "", "\\", "/").Replace(l.Next)
			if !strings.HasPrefix(read, "/") || strings.HasPrefix(read, "//") {
				t.Fatalf("%q leads to %q", next, l.Next)
			}
		})
	})
}

func TestFirstLinkIsForTheProgramAndLastsAWeek(t *testing.T) {
	dbtest.Run(t, post, func(ctx context.Context, t *testing.T, d *db.DB, clock *dbtest.Clock) {
		p := newcomer(ctx, t, d)
		for _, who := range []actor.Actor{{}, as(p), {Person: p.ID, Operator: true}} {
			_, err := people.FirstLink(ctx, d, who, p, "")
			housetest.Refused(t, err, fault.Forbidden, "fault.forbidden")
		}
		token, err := people.FirstLink(ctx, d, actor.System(0), p, "")
		housetest.Must(t, err)
		clock.Advance(people.FirstLinkLife - time.Second)
		got, _, next, err := people.SignIn(ctx, d, token)
		if err != nil || got.ID != p.ID || next != "/desk" {
			t.Errorf("signed in as %+v, to %q, %v", got, next, err)
		}
	})
}

func TestASessionEnds(t *testing.T) {
	dbtest.Run(t, post, func(ctx context.Context, t *testing.T, d *db.DB, clock *dbtest.Clock) {
		p, other := newcomer(ctx, t, d), newcomer(ctx, t, d)
		start := func(p people.Person) string {
			t.Helper()
			token, err := people.StartSession(ctx, d, p.ID)
			housetest.Must(t, err)
			return token
		}
		want := func(in bool, when, token string) {
			t.Helper()
			if _, got, err := people.Session(ctx, d, token); got != in || err != nil {
				t.Errorf("%s: signed in %t, %v", when, got, err)
			}
		}
		phone, desk, tablet, theirs := start(p), start(p), start(p), start(other)
		want(true, "a session", phone)
		want(false, "nobody's", "")
		want(false, "a guess", phone+"x")

		housetest.Must(t, people.SignOut(ctx, d, phone))
		want(false, "signed out here", phone)
		want(true, "not there", desk)

		housetest.Must(t, people.SignOutEverywhere(ctx, d, actor.Actor{}))
		want(true, "nobody signed out everywhere", desk)
		housetest.Must(t, people.SignOutEverywhere(ctx, d, as(p)))
		want(false, "signed out everywhere", desk)
		want(false, "signed out everywhere", tablet)
		want(true, "somebody else was not", theirs)

		clock.Advance(people.SessionLife - time.Millisecond)
		want(true, "on its last day", theirs)
		clock.Advance(time.Millisecond)
		want(false, "at its end", theirs)
	})
}

func TestSweepTakesWhatHasExpiredAlone(t *testing.T) {
	dbtest.Run(t, post, func(ctx context.Context, t *testing.T, d *db.DB, clock *dbtest.Clock) {
		p := newcomer(ctx, t, d)
		old := asked(ctx, t, d, p.Email, "")
		clock.Advance(people.LinkLife + time.Second)
		fresh := asked(ctx, t, d, p.Email, "")
		session, err := people.StartSession(ctx, d, p.ID)
		housetest.Must(t, err)
		count := func(q db.Wide[int]) int {
			t.Helper()
			n, err := q.One(ctx, d, p.Email, p.ID)
			housetest.Must(t, err)
			return n
		}
		housetest.Must(t, people.Sweep(ctx, d))
		_, err = people.OpenLink(ctx, d, old)
		housetest.Refused(t, err, fault.Gone, "fault.sign_in_link")
		if _, err := people.OpenLink(ctx, d, fresh); err != nil {
			t.Error(err)
		}
		if _, in, err := people.Session(ctx, d, session); !in || err != nil {
			t.Errorf("signed in: %t, %v", in, err)
		}
		if n := count(qHeld); n != 2 {
			t.Errorf("%d rows are held, want the fresh link and the session", n)
		}
		clock.Advance(people.SessionLife + time.Second)
		housetest.Must(t, people.Sweep(ctx, d))
		if n := count(qHeld); n != 0 {
			t.Errorf("%d rows are held", n)
		}
	})
}

var qHeld = db.Across("peopletest.held", "what a sweep leaves",
	`SELECT (SELECT count(*) FROM sign_in_link WHERE email = $1) + (SELECT count(*) FROM session WHERE person_id = $2)`, db.Value[int])
