package people_test

import (
	"context"
	"strings"
	"testing"
	"unicode"

	"github.com/google/go-cmp/cmp"

	"mainforte/internal/actor"
	"mainforte/internal/db"
	"mainforte/internal/db/dbtest"
	"mainforte/internal/fault"
	"mainforte/internal/housetest"
	"mainforte/internal/i18n"
	"mainforte/internal/people"
)

// newcomer is somebody who is known here.
func newcomer(ctx context.Context, t testing.TB, d *db.DB) people.Person {
	t.Helper()
	p, err := people.Ensure(ctx, d, address(d), "Nour", i18n.French)
	housetest.Must(t, err)
	return p
}

// address is one that nobody has.
func address(d *db.DB) string { return "Nour." + d.NewID().String() + "@courriel.example" }

func as(p people.Person) actor.Actor { return actor.Actor{Person: p.ID} }

func TestAddress(t *testing.T) {
	for _, c := range []struct{ text, email, key string }{
		{"nour@courriel.example", "nour@courriel.example", "nour@courriel.example"},
		{"  Nour@Courriel.Example\n", "Nour@Courriel.Example", "nour@courriel.example"},
		{"\u200bnour@courriel.example\u200b", "nour@courriel.example", "nour@courriel.example"}, // pasted from a page
		{"nour+missions@courriel.example", "nour+missions@courriel.example", "nour+missions@courriel.example"},
		{"n.o'u-r_b@sous.courriel.example", "n.o'u-r_b@sous.courriel.example", "n.o'u-r_b@sous.courriel.example"},
		{"hélène@café.example", "hélène@café.example", "hélène@café.example"},
		{"İpek@courriel.example", "İpek@courriel.example", "İpek@courriel.example"}, // not ipek's
	} {
		email, key, ok := people.Address(c.text)
		if !ok || email != c.email || key != c.key {
			t.Errorf("Address(%q) gave %q, %q, %t", c.text, email, key, ok)
		}
	}
	for _, text := range []string{
		"", "nour", "nour@", "@courriel.example", "nour@localhost", "nour@courriel.example.", "nour@.example", "nour@courriel..example",
		"Nour <nour@courriel.example>", "<nour@courriel.example>", "nour@courriel.example, maël@courriel.example", "nour@courriel.example (bis)",
		`"nour"@courriel.example`, `"a@b"@courriel.example`, "no ur@courriel.example", "nour@@courriel.example", "nour@a@courriel.example",
		"nour@[192.0.2.1]", "nour@[IPv6:2001:db8::1]", "nour@courriel.example\r\nBcc: tous@courriel.example", "=?utf-8?q?nour?=@courriel.example>",
		strings.Repeat("n", people.EmailLimit) + "@courriel.example",
	} {
		if email, _, ok := people.Address(text); ok {
			t.Errorf("Address(%q) took %q", text, email)
		}
	}
}

func FuzzAddress(f *testing.F) {
	for _, seed := range []string{"nour@courriel.example", " Nour@x.y ", `"a b"@x.y`, "a@[1.2.3.4]", "a\r\n@x.y", "ÉÈ@café.example", "a@x.y\x00"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		email, key, ok := people.Address(text)
		if !ok {
			return
		}
		if strings.ContainsAny(email, " \t\r\n\x00<>,;:\"[]()") || strings.Count(email, "@") != 1 || len(email) > people.EmailLimit {
			t.Errorf("%q was taken as %q", text, email)
		}
		if strings.ContainsFunc(email, func(r rune) bool { return unicode.IsControl(r) || unicode.IsSpace(r) }) {
			t.Errorf("%q holds what no address does", email)
		}
		again, sameKey, ok := people.Address(email)
		if !ok || again != email || sameKey != key {
			t.Errorf("%q became %q, %t", email, again, ok)
		}
		if _, lower, ok := people.Address(key); !ok || lower != key {
			t.Errorf("the key of %q is not its own: %q became %q", email, key, lower)
		}
	})
}

func TestEnsureKnowsAnAddressHoweverItIsWritten(t *testing.T) {
	dbtest.Run(t, nil, func(ctx context.Context, t *testing.T, d *db.DB, _ *dbtest.Clock) {
		email := address(d)
		first, err := people.Ensure(ctx, d, email, " Nour  B. ", "de")
		housetest.Must(t, err)
		want := people.Person{ID: first.ID, Email: email, Name: "Nour B.", Language: i18n.French, Created: d.Now()}
		if diff := cmp.Diff(want, first); diff != "" {
			t.Error(diff)
		}
		again, err := people.Ensure(ctx, d, strings.ToUpper(email), "Somebody else", i18n.English)
		housetest.Must(t, err)
		if diff := cmp.Diff(first, again); diff != "" {
			t.Errorf("the same address is somebody else: %s", diff)
		}
		found, known, err := people.ByAddress(ctx, d, strings.ToLower(email))
		if err != nil || !known || found.ID != first.ID {
			t.Errorf("not found: %v", err)
		}
		for _, unknown := range []string{"x" + email, "no address", "\x00\xff"} {
			if _, known, err := people.ByAddress(ctx, d, unknown); known || err != nil {
				t.Errorf("%q: %t, %v", unknown, known, err)
			}
		}
		_, err = people.Ensure(ctx, d, "no address", "Nour", i18n.French)
		housetest.Refused(t, err, fault.Invalid, "fault.email")
	})
}

func TestManyGivesEachPerson(t *testing.T) {
	dbtest.Run(t, nil, func(ctx context.Context, t *testing.T, d *db.DB, _ *dbtest.Clock) {
		var ids []db.ID
		for range 23 { // more than one statement asks for
			ids = append(ids, newcomer(ctx, t, d).ID)
		}
		many, err := people.Many(ctx, d, append(ids, d.NewID(), 0))
		housetest.Must(t, err)
		if len(many) != len(ids) {
			t.Errorf("%d persons of %d", len(many), len(ids))
		}
		for _, id := range ids {
			if many[id].ID != id {
				t.Errorf("%s is missing", id)
			}
		}
	})
}

func TestSaveChangesOneself(t *testing.T) {
	dbtest.Run(t, nil, func(ctx context.Context, t *testing.T, d *db.DB, _ *dbtest.Clock) {
		p, other := newcomer(ctx, t, d), newcomer(ctx, t, d)
		housetest.Must(t, people.Save(ctx, d, as(p), " Nour\u202e B. ", i18n.English))
		got, err := people.ByID(ctx, d, p.ID)
		housetest.Must(t, err)
		if got.Name != "Nour B." || got.Language != i18n.English {
			t.Errorf("saved %+v", got)
		}
		if same, err := people.ByID(ctx, d, other.ID); err != nil || same.Name != other.Name {
			t.Errorf("somebody else is now %+v, %v", same, err)
		}
		housetest.Refused(t, people.Save(ctx, d, actor.Actor{}, "Nour", i18n.French), fault.SignedOut, "fault.signed_out")
		housetest.RefusedField(t, people.Save(ctx, d, as(p), " \u200b ", i18n.French), "name: fault.field.empty")
		housetest.RefusedField(t, people.Save(ctx, d, as(p), strings.Repeat("é", people.NameLimit+1), i18n.French), "name: fault.field.long")
		housetest.Must(t, people.Save(ctx, d, as(p), strings.Repeat("é", people.NameLimit), i18n.French))
	})
}

func TestOnlyTheProgramNamesOperators(t *testing.T) {
	dbtest.Run(t, nil, func(ctx context.Context, t *testing.T, d *db.DB, _ *dbtest.Clock) {
		p := newcomer(ctx, t, d)
		for name, who := range map[string]actor.Actor{
			"a visitor": {}, "themselves": as(p), "an operator": {Person: p.ID, Operator: true}, "a coordinator": {Person: p.ID, Member: true, Coordinator: true},
		} {
			t.Run(name, func(t *testing.T) {
				housetest.Refused(t, people.SetOperator(ctx, d, who, p.ID, true), fault.Forbidden, "fault.forbidden")
			})
		}
		for _, operator := range []bool{true, false} {
			housetest.Must(t, people.SetOperator(ctx, d, actor.System(0), p.ID, operator))
			if got, err := people.ByID(ctx, d, p.ID); err != nil || got.Operator != operator {
				t.Errorf("operator: %t, %v", got.Operator, err)
			}
		}
	})
}

func TestEraseForgetsThePerson(t *testing.T) {
	dbtest.Run(t, nil, func(ctx context.Context, t *testing.T, d *db.DB, _ *dbtest.Clock) {
		p, other := newcomer(ctx, t, d), newcomer(ctx, t, d)
		housetest.Must(t, people.SetOperator(ctx, d, actor.System(0), p.ID, true))
		session, err := people.StartSession(ctx, d, p.ID)
		housetest.Must(t, err)
		link, err := people.FirstLink(ctx, d, actor.System(0), p, "/desk")
		housetest.Must(t, err)
		exported, err := people.Export(ctx, d, p.ID)
		housetest.Must(t, err)
		if diff := cmp.Diff(people.Exported{Email: p.Email, Name: p.Name, Language: "fr", Created: p.Created}, exported); diff != "" {
			t.Errorf("exported: %s", diff)
		}

		housetest.Must(t, people.Erase(ctx, d, p.ID))

		got, err := people.ByID(ctx, d, p.ID)
		housetest.Must(t, err)
		if diff := cmp.Diff(people.Person{ID: p.ID, Language: i18n.French, Created: p.Created}, got); diff != "" {
			t.Errorf("what is left: %s", diff)
		}
		if _, in, err := people.Session(ctx, d, session); in || err != nil {
			t.Errorf("still signed in: %v", err)
		}
		_, err = people.OpenLink(ctx, d, link)
		housetest.Refused(t, err, fault.Gone, "fault.sign_in_link")
		if _, known, err := people.ByAddress(ctx, d, p.Email); known || err != nil {
			t.Errorf("the address is still known: %v", err)
		}
		if same, err := people.ByID(ctx, d, other.ID); err != nil || same.Email != other.Email {
			t.Errorf("somebody else is now %+v, %v", same, err)
		}
		housetest.Must(t, people.Erase(ctx, d, p.ID)) // twice does no harm
		again, err := people.Ensure(ctx, d, p.Email, "Nour", i18n.French)
		housetest.Must(t, err)
		if again.ID == p.ID || again.Operator {
			t.Errorf("who comes back is the one who was erased: %+v", again)
		}
	})
}
