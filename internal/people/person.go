// Package people knows persons, proves that they are who they are by a mailed
// link, and remembers that in sessions. A person is somebody whose address is
// known here; what they are in an association is the room association's.
package people

import (
	"context"
	"net/mail"
	"strings"
	"time"

	"mainforte/internal/actor"
	"mainforte/internal/db"
	"mainforte/internal/fault"
	"mainforte/internal/i18n"
	"mainforte/internal/words"
)

// Person is somebody with an e-mail address known here.
type Person struct {
	ID       db.ID
	Email    string
	Name     string
	Language i18n.Language
	// Operator tends the instance.
	Operator bool
	Created  time.Time
}

// Limits of what is typed: a name in characters, an address in bytes.
const (
	NameLimit  = 80
	EmailLimit = 200
)

const personColumns = `id, email, name, language, operator, created_at`

func scanPerson(p *Person) []any {
	return []any{&p.ID, &p.Email, &p.Name, &p.Language, &p.Operator, db.At(&p.Created)}
}

var (
	qByID = db.Across("people.by_id", "a person is not an association's",
		`SELECT `+personColumns+` FROM person WHERE id = $1`, scanPerson)

	qByKey = db.Across("people.by_key", "a person is not an association's",
		`SELECT `+personColumns+` FROM person WHERE email_key = $1`, scanPerson)

	qMany = db.Across("people.many", "a person is not an association's; who asks has listed its members first",
		`SELECT `+personColumns+` FROM person WHERE id IN `+db.List(1), scanPerson)

	qInsert = db.DoAcross("people.insert", "a person is not an association's",
		`INSERT INTO person (id, email, email_key, name, language, operator, created_at)
		 VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (email_key) DO NOTHING`)

	qHold = db.Across("people.hold", "a person acts",
		`UPDATE person SET name = name WHERE id = $1 RETURNING `+personColumns, scanPerson)

	qSave = db.DoAcross("people.save", "a person changes their own name and language",
		`UPDATE person SET name = $1, language = $2 WHERE id = $3`)

	qSetOperator = db.DoAcross("people.set_operator", "the person at the machine's command line names operators",
		`UPDATE person SET operator = $1 WHERE id = $2`)

	qErase = db.DoAcross("people.erase", "a person erases themselves",
		`UPDATE person SET email = '', email_key = $1, name = '', operator = FALSE WHERE id = $2`)
)

// Address checks an e-mail address and gives it as it is written to, with the
// key by which it is recognised: case does not make another person. Numbers
// in brackets in place of a domain are refused: they name a machine that may
// be anywhere, such as beside this one.
func Address(text string) (email, key string, ok bool) {
	text = words.Line(text)
	if len(text) > EmailLimit {
		return "", "", false
	}
	parsed, err := mail.ParseAddress(text)
	if err != nil || parsed.Address != text {
		return "", "", false
	}
	local, domain, found := strings.Cut(text, "@")
	if !found || local == "" || !strings.Contains(domain, ".") || strings.HasSuffix(domain, ".") || strings.ContainsAny(text, " \"[]") {
		return "", "", false
	}
	return text, strings.Map(lowerASCII, text), true
}

// lowerASCII folds the case of plain letters alone: others fold into them, and
// one address would then open what belongs to another (İ becomes i).
func lowerASCII(r rune) rune {
	if r >= 'A' && r <= 'Z' {
		return r + 'a' - 'A'
	}
	return r
}

// ByID gives a person. For the program, and for doors that have established
// who asks.
func ByID(ctx context.Context, d *db.DB, id db.ID) (Person, error) { return qByID.One(ctx, d, id) }

// Hold takes the row of a person who acts, within a transaction: what they do
// and their erasure then come one after the other, and who was erased does
// nothing more. For rooms that write in a person's name.
func Hold(ctx context.Context, d *db.DB, id db.ID) (Person, error) {
	p, found, err := db.Maybe(qHold.One(ctx, d, id))
	if err == nil && (!found || p.Email == "") {
		err = fault.New(fault.SignedOut, "fault.signed_out")
	}
	return p, err
}

// Same tells whether two addresses are one.
func Same(a, b string) bool {
	_, first, ok := Address(a)
	_, second, also := Address(b)
	return ok && also && first == second
}

// ByAddress finds the person with an address, if there is one. Never show a
// visitor the answer.
func ByAddress(ctx context.Context, d *db.DB, email string) (Person, bool, error) {
	_, key, ok := Address(email)
	if !ok {
		return Person{}, false, nil
	}
	return db.Maybe(qByKey.One(ctx, d, key))
}

// Many gives persons by ID. For doors that have listed members first.
func Many(ctx context.Context, d *db.DB, ids []db.ID) (map[db.ID]Person, error) {
	found, err := qMany.Each(ctx, d, ids)
	if err != nil {
		return nil, err
	}
	many := make(map[db.ID]Person, len(found))
	for _, p := range found {
		many[p.ID] = p
	}
	return many, nil
}

// Ensure gives the person with an address, made now if there is none. Only
// for callers for whom the address is proven, or vouched for by an invitation
// or by the operator.
func Ensure(ctx context.Context, d *db.DB, email, name string, language i18n.Language) (Person, error) {
	email, key, ok := Address(email)
	if !ok {
		return Person{}, fault.New(fault.Invalid, "fault.email")
	}
	var p Person
	err := d.Write(ctx, func(d *db.DB) error {
		if _, err := qInsert.Run(ctx, d, d.NewID(), email, key, words.Line(name), i18n.In(language).Language(), false, d.Now()); err != nil {
			return err
		}
		var err error
		p, err = qByKey.One(ctx, d, key)
		return err
	})
	return p, err
}

// Save changes the name and the language of the one who acts.
func Save(ctx context.Context, d *db.DB, who actor.Actor, name string, language i18n.Language) error {
	if who.Person == 0 {
		return fault.New(fault.SignedOut, "fault.signed_out")
	}
	name = words.Line(name)
	var check fault.Check
	check.Length("name", name, true, NameLimit)
	if err := check.Err(); err != nil {
		return err
	}
	_, err := qSave.Run(ctx, d, name, i18n.In(language).Language(), who.Person)
	return err
}

// SetOperator makes somebody an operator, or no longer. For the person at the
// machine's command line alone.
func SetOperator(ctx context.Context, d *db.DB, who actor.Actor, person db.ID, operator bool) error {
	if !who.Program {
		return fault.New(fault.Forbidden, "fault.forbidden")
	}
	_, err := qSetOperator.Run(ctx, d, operator, person)
	return err
}

// Exported is what this room holds of a person.
type Exported struct {
	Email    string    `json:"email"`
	Name     string    `json:"name"`
	Language string    `json:"language"`
	Created  time.Time `json:"created"`
}

// Export gives what this room holds of a person.
func Export(ctx context.Context, d *db.DB, person db.ID) (any, error) {
	p, err := qByID.One(ctx, d, person)
	return Exported{p.Email, p.Name, string(p.Language), p.Created}, err
}

// Erase forgets the person's address and name and signs them out everywhere.
// The empty row stays, so that what others wrote to them keeps its place.
func Erase(ctx context.Context, d *db.DB, person db.ID) error {
	return d.Write(ctx, func(d *db.DB) error {
		p, err := qByID.One(ctx, d, person)
		if err != nil {
			return err
		}
		if _, key, ok := Address(p.Email); ok {
			if _, err := qForgetLinks.Run(ctx, d, key); err != nil {
				return err
			}
		}
		if _, err := qSignOutAll.Run(ctx, d, person); err != nil {
			return err
		}
		_, err = qErase.Run(ctx, d, "erased:"+person.String(), person)
		return err
	})
}
