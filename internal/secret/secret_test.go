package secret_test

import (
	"bytes"
	"context"
	"encoding/base64"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"mainforte/internal/db"
	"mainforte/internal/db/dbtest"
	"mainforte/internal/secret"
)

const purpose = "test"

func seal(ctx context.Context, t testing.TB, d *db.DB, life time.Duration, ids ...db.ID) string {
	t.Helper()
	token, err := secret.Seal(ctx, d, purpose, d.Now().Add(life), ids...)
	if err != nil {
		t.Fatal(err)
	}
	return token
}

// alone runs a test on databases of its own: which key is the newest depends on
// every other test that makes one.
func alone(t *testing.T, test func(ctx context.Context, t *testing.T, d *db.DB, clock *dbtest.Clock)) {
	t.Helper()
	for _, engine := range []db.Engine{db.SQLite, db.Postgres} {
		t.Run(string(engine), func(t *testing.T) {
			clock := dbtest.NewClock()
			d, err := db.Open(t.Context(), dbtest.Fresh(t, engine), db.Options{Now: clock.Now})
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() { _ = d.Close() })
			if _, err := d.Migrate(t.Context()); err != nil {
				t.Fatal(err)
			}
			test(t.Context(), t, d, clock)
		})
	}
}

func TestOpenGivesWhatWasSealed(t *testing.T) {
	dbtest.Run(t, nil, func(ctx context.Context, t *testing.T, d *db.DB, _ *dbtest.Clock) {
		rapid.Check(t, func(r *rapid.T) {
			var ids []db.ID
			for _, id := range rapid.SliceOfN(rapid.Int64Min(0), 0, 5).Draw(r, "ids") {
				ids = append(ids, db.ID(id))
			}
			token := seal(ctx, t, d, time.Hour, ids...)
			if strings.Trim(token, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_") != "" {
				r.Fatalf("%q does not stand in an address as it is", token)
			}
			got, err := secret.Open(ctx, d, purpose, token)
			if err != nil || len(got) != len(ids) || len(ids) > 0 && !cmp.Equal(got, ids) {
				r.Fatalf("sealed %d, opened %d, %v", ids, got, err)
			}
		})
	})
}

func TestOpenRefusesAnotherPurpose(t *testing.T) {
	dbtest.Run(t, nil, func(ctx context.Context, t *testing.T, d *db.DB, _ *dbtest.Clock) {
		token := seal(ctx, t, d, time.Hour, 7)
		for _, other := range []string{"", "sign-in", purpose + "\x00", purpose[:len(purpose)-1]} {
			if _, err := secret.Open(ctx, d, other, token); !errors.Is(err, secret.ErrForged) {
				t.Errorf("for %q: %v", other, err)
			}
		}
	})
}

func TestOpenRefusesWhatHasExpired(t *testing.T) {
	dbtest.Run(t, nil, func(ctx context.Context, t *testing.T, d *db.DB, clock *dbtest.Clock) {
		token := seal(ctx, t, d, time.Hour, 7)
		clock.Advance(time.Hour - time.Second)
		if _, err := secret.Open(ctx, d, purpose, token); err != nil {
			t.Errorf("a second before its end: %v", err)
		}
		clock.Advance(time.Second)
		if _, err := secret.Open(ctx, d, purpose, token); !errors.Is(err, secret.ErrExpired) {
			t.Errorf("at its end: %v", err)
		}
	})
}

// No other string is taken for a token: whichever of its bytes is another,
// missing or added.
func TestOpenRefusesEveryTampering(t *testing.T) {
	d, _ := dbtest.Open(t, db.SQLite, nil)
	token := seal(t.Context(), t, d, time.Hour, 7, 1<<40)
	raw, err := base64.RawURLEncoding.DecodeString(token)
	if err != nil {
		t.Fatal(err)
	}
	refused := func(what, forged string) {
		t.Helper()
		if _, err := secret.Open(t.Context(), d, purpose, forged); !errors.Is(err, secret.ErrForged) {
			t.Errorf("%s: %v", what, err)
		}
	}
	for i := range raw {
		for bit := range 8 {
			forged := bytes.Clone(raw)
			forged[i] ^= 1 << bit
			refused("a bit turned", base64.RawURLEncoding.EncodeToString(forged))
		}
		refused("cut short", base64.RawURLEncoding.EncodeToString(raw[:i]))
		refused("its beginning lost", base64.RawURLEncoding.EncodeToString(raw[i+1:]))
		refused("a byte lost", base64.RawURLEncoding.EncodeToString(append(bytes.Clone(raw[:i]), raw[i+1:]...)))
		refused("a byte added", base64.RawURLEncoding.EncodeToString(append(append(bytes.Clone(raw[:i]), 0), raw[i:]...)))
	}
	for i := range token {
		forged := []byte(token)
		forged[i] ^= 1
		refused("a letter changed", string(forged))
	}
	refused("another writing of the same bytes", base64.URLEncoding.EncodeToString(append(raw, 0)))
}

func TestOpenRefusesWhatIsNoToken(t *testing.T) {
	d, _ := dbtest.Open(t, db.SQLite, nil)
	for _, token := range []string{"", "a", "é", strings.Repeat("A", 28), strings.Repeat("A", 4000), strings.Repeat("_", 60)} {
		if _, err := secret.Open(t.Context(), d, purpose, token); !errors.Is(err, secret.ErrForged) {
			t.Errorf("%q: %v", token, err)
		}
	}
}

func FuzzOpen(f *testing.F) {
	d, _ := dbtest.Open(f, db.SQLite, nil)
	token := seal(f.Context(), f, d, time.Hour, 7, 8)
	for _, seed := range []string{token, token[1:], token + "AA", "", strings.Repeat("A", 40), strings.Repeat("_", 44)} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		if strings.NewReplacer("\r", "", "\n", "").Replace(text) == token { // base64 passes over line ends
			return
		}
		if ids, err := secret.Open(t.Context(), d, purpose, text); !errors.Is(err, secret.ErrForged) {
			t.Errorf("%q gave %d, %v", text, ids, err)
		}
	})
}

// Rotating changes nothing for links that are on their way.
func TestOpenTakesTokensOfOlderKeys(t *testing.T) {
	alone(t, func(ctx context.Context, t *testing.T, d *db.DB, _ *dbtest.Clock) {
		before := seal(ctx, t, d, time.Hour, 7)
		if err := secret.Rotate(ctx, d); err != nil {
			t.Fatal(err)
		}
		after := seal(ctx, t, d, time.Hour, 7)
		if before == after {
			t.Error("the new key does not sign")
		}
		for _, token := range []string{before, after} {
			if _, err := secret.Open(ctx, d, purpose, token); err != nil {
				t.Error(err)
			}
		}
	})
}

// Revoking ends every link that is on its way, and later ones work.
func TestRevokeEndsTokensOfOlderKeys(t *testing.T) {
	alone(t, func(ctx context.Context, t *testing.T, d *db.DB, _ *dbtest.Clock) {
		before := seal(ctx, t, d, time.Hour, 7)
		if err := secret.Rotate(ctx, d); err != nil {
			t.Fatal(err)
		}
		between := seal(ctx, t, d, time.Hour, 7)
		if err := secret.Revoke(ctx, d); err != nil {
			t.Fatal(err)
		}
		for _, token := range []string{before, between} {
			if _, err := secret.Open(ctx, d, purpose, token); !errors.Is(err, secret.ErrForged) {
				t.Errorf("a token of a key that was revoked: %v", err)
			}
		}
		if _, err := secret.Open(ctx, d, purpose, seal(ctx, t, d, time.Hour, 7)); err != nil {
			t.Error(err)
		}
	})
}

// A key verifies for two years; one that nobody rotates must not stop
// everybody from signing in on the day after.
func TestKeysRotateByThemselves(t *testing.T) {
	alone(t, func(ctx context.Context, t *testing.T, d *db.DB, clock *dbtest.Clock) {
		const day = 24 * time.Hour
		eternal := seal(ctx, t, d, 100*365*day, 7)
		for range 30 {
			clock.Advance(60 * day)
			token := seal(ctx, t, d, 180*day, 7)
			clock.Advance(180*day - time.Second)
			if _, err := secret.Open(ctx, d, purpose, token); err != nil {
				t.Fatalf("a token of 180 days, at %s: %v", d.Now().Format(time.DateOnly), err)
			}
			clock.Advance(-180 * day)
		}
		if _, err := secret.Open(ctx, d, purpose, eternal); !errors.Is(err, secret.ErrExpired) {
			t.Errorf("a key of five years still verifies: %v", err)
		}
	})
}

// A database that does not answer is no reason to tell somebody that their
// link is false.
func TestOpenTellsAFailureFromARefusal(t *testing.T) {
	dbtest.Run(t, nil, func(ctx context.Context, t *testing.T, d *db.DB, _ *dbtest.Clock) {
		token := seal(ctx, t, d, time.Hour, 7)
		gone, cancel := context.WithCancel(ctx)
		cancel()
		_, err := secret.Open(gone, d, purpose, token)
		if err == nil || secret.Refused(err) {
			t.Errorf("a failure was taken for a refusal: %v", err)
		}
		if _, err := secret.Open(ctx, d, purpose, "x"); !secret.Refused(err) {
			t.Errorf("a refusal was taken for a failure: %v", err)
		}
	})
}

func TestTokensOfBearersDiffer(t *testing.T) {
	d, _ := dbtest.Open(t, db.SQLite, nil)
	a, b := secret.Token(d), secret.Token(d)
	if a == b || len(a) != 43 || bytes.Equal(secret.Hash(a), secret.Hash(b)) || !bytes.Equal(secret.Hash(a), secret.Hash(a)) {
		t.Errorf("%q, %q", a, b)
	}
}
