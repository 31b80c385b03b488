// Package secret signs the tokens of mailed links. Keys live in the database,
// each with an ID; every token names its key, so that keys can be rotated: the
// newest signs, older ones verify until two years after they were made.
//
// A token says what it is for, when it ends and which rows it concerns, and
// is signed, not encrypted: it carries IDs only. What must work once is
// recorded by the room that gives it away.
package secret

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"time"

	"mainforte/internal/db"
)

// A key signs for a year, after which the next token makes a new one, and
// verifies for another: so no token may live longer than a year.
const (
	signFor   = 365 * 24 * time.Hour
	verifyFor = 2 * signFor
)

const macSize = 20

// Why a token is refused.
var (
	ErrForged  = errors.New("not a token of ours")
	ErrExpired = errors.New("the token has expired")
)

type key struct {
	id      db.ID
	bytes   []byte
	created time.Time
}

var (
	qInsert = db.DoAcross("secret.insert", "keys belong to the instance",
		`INSERT INTO secret_key (id, bytes, created_at) VALUES ($1, $2, $3)`)

	qForget = db.DoAcross("secret.forget", "keys belong to the instance",
		`DELETE FROM secret_key WHERE id <> $1`)

	qNewest = db.Across("secret.newest", "keys belong to the instance",
		`SELECT id, bytes, created_at FROM secret_key ORDER BY id DESC LIMIT 1`, scanKey)

	qByID = db.Across("secret.by_id", "keys belong to the instance",
		`SELECT id, bytes, created_at FROM secret_key WHERE id = $1`, scanKey)
)

func scanKey(k *key) []any { return []any{&k.id, &k.bytes, db.At(&k.created)} }

// Refused tells whether Open refused the token, rather than failed to look.
func Refused(err error) bool { return errors.Is(err, ErrForged) || errors.Is(err, ErrExpired) }

// Rotate makes a new key, which signs from now on. The first is made when it
// is needed, and the next after a year. For the operator who cannot wait, at
// the command line.
func Rotate(ctx context.Context, d *db.DB) error {
	_, err := rotate(ctx, d)
	return err
}

// Revoke makes a new key and forgets all others: every link mailed before stops
// working. For the operator, at the command line, when a key may be known to
// somebody else.
func Revoke(ctx context.Context, d *db.DB) error {
	return d.Write(ctx, func(d *db.DB) error {
		k, err := rotate(ctx, d)
		if err != nil {
			return err
		}
		_, err = qForget.Run(ctx, d, k.id)
		return err
	})
}

func rotate(ctx context.Context, d *db.DB) (key, error) {
	k := key{d.NewID(), d.Random(32), d.Now()}
	_, err := qInsert.Run(ctx, d, k.id, k.bytes, k.created)
	return k, err
}

// Seal gives a token for one purpose, until a time, about some rows.
func Seal(ctx context.Context, d *db.DB, purpose string, until time.Time, ids ...db.ID) (string, error) {
	k, found, err := db.Maybe(qNewest.One(ctx, d))
	if err == nil && (!found || d.Now().Sub(k.created) > signFor) {
		k, err = rotate(ctx, d)
	}
	if err != nil {
		return "", err
	}
	token := binary.AppendUvarint(nil, uint64(k.id))
	token = binary.AppendUvarint(token, uint64(until.Unix()))
	for _, id := range ids {
		token = binary.AppendUvarint(token, uint64(id))
	}
	token = append(token, mac(k, purpose, token)...)
	return base64.RawURLEncoding.EncodeToString(token), nil
}

// Open gives the rows that a token made for this purpose is about: ErrForged
// or ErrExpired otherwise.
func Open(ctx context.Context, d *db.DB, purpose, token string) ([]db.ID, error) {
	raw, err := base64.RawURLEncoding.Strict().DecodeString(token)
	if err != nil || len(raw) <= macSize || len(raw) > 256 {
		return nil, ErrForged
	}
	body, sum := raw[:len(raw)-macSize], raw[len(raw)-macSize:]
	var numbers []uint64
	for rest := body; len(rest) > 0; {
		n, size := binary.Uvarint(rest)
		if size <= 0 {
			return nil, ErrForged
		}
		numbers = append(numbers, n)
		rest = rest[size:]
	}
	if len(numbers) < 2 {
		return nil, ErrForged
	}
	k, found, err := db.Maybe(qByID.One(ctx, d, db.ID(numbers[0])))
	if err != nil {
		return nil, err
	}
	if !found || !hmac.Equal(sum, mac(k, purpose, body)) {
		return nil, ErrForged
	}
	now := d.Now()
	if now.Unix() >= int64(numbers[1]) || now.Sub(k.created) > verifyFor {
		return nil, ErrExpired
	}
	ids := make([]db.ID, 0, len(numbers)-2)
	for _, n := range numbers[2:] {
		ids = append(ids, db.ID(n))
	}
	return ids, nil
}

// mac binds the purpose too, so that a link to read cannot be used to sign in.
func mac(k key, purpose string, body []byte) []byte {
	h := hmac.New(sha256.New, k.bytes)
	h.Write([]byte(purpose))
	h.Write([]byte{0})
	h.Write(body)
	return h.Sum(nil)[:macSize]
}

// Hash is how a bearer's secret, such as a session, is stored: who reads the
// database cannot use it.
func Hash(token string) []byte {
	sum := sha256.Sum256([]byte(token))
	return sum[:]
}

// Token gives a fresh bearer's secret of 32 bytes, as text.
func Token(d *db.DB) string { return base64.RawURLEncoding.EncodeToString(d.Random(32)) }
