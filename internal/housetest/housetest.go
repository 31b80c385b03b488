// Package housetest furnishes a house for a test: an association with the
// people in it, and a mission that looks for help. Each House is a fresh
// association in the test binary's one database, so tests never meet, unless
// a test makes two to see that they do not.
//
//	h := housetest.New(ctx, t, d)
//	o := h.Offer(h.Mission)                             // given
//	_, err := offer.Give(ctx, d, h.Volunteer.Who, o.ID, …) // when
//	housetest.Refused(t, err, fault.Missing, "fault.missing") // then
package housetest

import (
	"context"
	"log/slog"
	"strings"
	"testing"

	"mainforte/internal/actor"
	"mainforte/internal/association"
	"mainforte/internal/db"
	"mainforte/internal/fault"
	"mainforte/internal/i18n"
	"mainforte/internal/jobs"
	"mainforte/internal/mission"
	"mainforte/internal/offer"
	"mainforte/internal/people"
	"mainforte/internal/words"
)

// House is an association and who is in it.
type House struct {
	association.Association
	// Coordinator made the association. Referent answers for Mission, and
	// Deputy when the referent does not. Answerer may answer too, but for
	// no mission yet.
	Coordinator, Referent, Deputy, Answerer Person
	// Volunteer and Second are members without any role.
	Volunteer, Second Person
	// Stranger is signed in and a member nowhere.
	Stranger Person
	// Visitor is anybody, and Program is Mainforte itself.
	Visitor, Program actor.Actor
	// Mission is open and public.
	Mission mission.Mission

	ctx context.Context
	t   testing.TB
	d   *db.DB
}

// Person is somebody, and who they are in the house.
type Person struct {
	people.Person
	Who actor.Actor
}

// New furnishes a house.
func New(ctx context.Context, t testing.TB, d *db.DB) *House {
	t.Helper()
	h := &House{ctx: ctx, t: t, d: d}
	first := h.person("Camille")
	var err error
	h.Association, err = association.Create(ctx, d, actor.System(0), "", association.Settings{
		Name: "La Boussole", Purpose: "Des cartes libres pour tout le monde.", Place: "Nantes", Language: i18n.French,
	}, first)
	h.must(err)
	h.Visitor, h.Program = actor.Visitor(h.ID), actor.System(h.ID)
	h.Coordinator = h.As(first)
	h.Referent = h.Member("Rachid", association.Member{Referent: true})
	h.Deputy = h.Member("Denise", association.Member{Referent: true})
	h.Answerer = h.Member("Aïcha", association.Member{Referent: true})
	h.Volunteer = h.Member("Nour", association.Member{})
	h.Second = h.Member("Maël", association.Member{})
	h.Stranger = h.Person("Inès")
	h.Mission = h.Open()
	return h
}

// Person is somebody whose address is known and who is no member.
func (h *House) Person(name string) Person {
	h.t.Helper()
	return h.As(h.person(name))
}

// Address is an address that nobody has.
func (h *House) Address(name string) string {
	return words.Slug(name) + "." + h.d.NewID().String() + "@courriel.example"
}

func (h *House) person(name string) people.Person {
	h.t.Helper()
	p, err := people.Ensure(h.ctx, h.d, h.Address(name), name, i18n.French)
	h.must(err)
	return p
}

// Member is a new member with the roles given.
func (h *House) Member(name string, roles association.Member) Person {
	h.t.Helper()
	p := h.person(name)
	roles.Person, roles.Name = p.ID, name
	h.must(association.Join(h.ctx, h.d, h.Program, roles))
	return h.As(p)
}

// As tells who a person is in the house now.
func (h *House) As(p people.Person) Person {
	h.t.Helper()
	who, _, err := association.Act(h.ctx, h.d, h.ID, p)
	h.must(err)
	return Person{p, who}
}

// What somebody is within a house, for tables that say who may.
const (
	Visitor     = "a visitor"
	Stranger    = "somebody signed in who is no member"
	Neighbour   = "another association's coordinator"
	Operator    = "an operator"
	Gone        = "a member who left"
	Sympathiser = "a sympathiser"
	Volunteer   = "a volunteer"
	Answerer    = "a referent of other missions"
	Deputy      = "the deputy"
	Referent    = "the referent"
	Coordinator = "a coordinator"
	Program     = "the program"
)

// Everybody gives one actor of each kind there is, by what they are, all of
// them acting within this house.
func (h *House) Everybody() map[string]actor.Actor {
	h.t.Helper()
	neighbour := h.person("Voisine")
	_, err := association.Create(h.ctx, h.d, actor.System(0), "", association.Settings{Name: "Chez la voisine"}, neighbour)
	h.must(err)
	operator := h.person("Olive")
	h.must(people.SetOperator(h.ctx, h.d, h.Program, operator.ID, true))
	operator.Operator = true
	gone := h.Member("Gabin", association.Member{Referent: true, Coordinator: true})
	h.must(association.Leave(h.ctx, h.d, gone.Who))
	friend := h.Member("Fanny", association.Member{})
	h.must(association.SaveMember(h.ctx, h.d, h.Program, association.Member{Person: friend.ID, Name: friend.Name, Status: association.Sympathiser}))
	return map[string]actor.Actor{
		Visitor: h.Visitor, Stranger: h.Stranger.Who, Neighbour: h.As(neighbour).Who, Operator: h.As(operator).Who,
		Gone: h.As(gone.Person).Who, Sympathiser: h.As(friend.Person).Who, Volunteer: h.Volunteer.Who,
		Answerer: h.Answerer.Who, Deputy: h.Deputy.Who, Referent: h.Referent.Who, Coordinator: h.Coordinator.Who, Program: h.Program,
	}
}

// Draft is a new mission that nobody has opened, answered for by Referent and
// Deputy unless a change says otherwise.
func (h *House) Draft(changes ...func(*mission.Content)) mission.Mission {
	h.t.Helper()
	c := mission.Content{
		Title: "Dessiner la carte des fontaines", Need: "Deux après-midi pour relever les fontaines du quartier.",
		Place: "Nantes", Referent: h.Referent.ID, Deputy: h.Deputy.ID,
	}
	for _, change := range changes {
		change(&c)
	}
	m, err := mission.Write(h.ctx, h.d, h.Program, c)
	h.must(err)
	return m
}

// Open is a new mission that is open.
func (h *House) Open(changes ...func(*mission.Content)) mission.Mission {
	h.t.Helper()
	return h.Move(h.Draft(changes...), mission.Open)
}

// Move takes a mission through the states given.
func (h *House) Move(m mission.Mission, states ...mission.State) mission.Mission {
	h.t.Helper()
	for _, state := range states {
		var err error
		m, err = mission.Move(h.ctx, h.d, h.Program, m.ID, state)
		h.must(err)
	}
	return m
}

// Visible gives a mission this visibility, with a reason.
func Visible(v mission.Visibility) func(*mission.Content) {
	return func(c *mission.Content) {
		c.Visibility, c.More.VisibilityWhy = v, "Des personnes pourraient être mises en danger."
	}
}

// Titled gives a mission this title.
func Titled(title string) func(*mission.Content) {
	return func(c *mission.Content) { c.Title = title }
}

// AnsweredBy gives a mission to these two; the second may be nobody.
func AnsweredBy(referent, deputy Person) func(*mission.Content) {
	return func(c *mission.Content) { c.Referent, c.Deputy = referent.ID, deputy.ID }
}

// Offer is a visitor's offer of help from a new address, not confirmed.
func (h *House) Offer(m mission.Mission) offer.Offer {
	h.t.Helper()
	o, err := offer.Make(h.ctx, h.d, h.Visitor, m.ID, offer.New{
		Name: "Salomé", Email: h.Address("Salomé"), Words: "Bonjour, je peux venir jeudi.", Language: i18n.French,
	})
	h.must(err)
	return o
}

// OfferOf is an offer of somebody who is signed in, in words of its own.
func (h *House) OfferOf(p Person, m mission.Mission) offer.Offer {
	h.t.Helper()
	o, err := offer.Make(h.ctx, h.d, p.Who, m.ID, offer.New{Name: p.Name, Words: "Je connais le quartier. " + h.d.NewID().String(), Language: i18n.French})
	h.must(err)
	return o
}

// Bearer is whoever follows the link that was mailed to an offer's address.
func (h *House) Bearer(o offer.Offer) actor.Actor {
	h.t.Helper()
	token, err := offer.LinkToken(h.ctx, h.d, h.ID, o.ID)
	h.must(err)
	who, err := offer.OpenLink(h.ctx, h.d, token)
	h.must(err)
	return who
}

// Answer answers an offer, whoever made it: as the program, which has no name.
func (h *House) Answer(o offer.Offer, a offer.Answer) offer.Offer {
	h.t.Helper()
	o, err := offer.Give(h.ctx, h.d, h.Program, o.ID, a)
	h.must(err)
	return o
}

// Withdraw takes back an offer of somebody who is signed in.
func (h *House) Withdraw(p Person, o offer.Offer) {
	h.t.Helper()
	h.must(offer.Withdraw(h.ctx, h.d, p.Who, o.ID))
}

// Again reads an offer as it is now.
func (h *House) Again(o offer.Offer) offer.Offer {
	h.t.Helper()
	story, err := offer.Read(h.ctx, h.d, h.Program, o.ID)
	h.must(err)
	return story.Offer
}

func (h *House) must(err error) {
	h.t.Helper()
	if err != nil {
		h.t.Fatal(err)
	}
}

// Must ends the test unless the error is nil: for what a test takes for
// granted.
func Must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// Refused checks that the error is this fault and no other.
func Refused(t testing.TB, err error, code fault.Code, key string) {
	t.Helper()
	f, ok := fault.As(err)
	if !ok {
		t.Errorf("got the error %v, want the fault %q", err, key)
		return
	}
	if f.Code != code || f.Key != key {
		t.Errorf("got the fault %d %q, want %d %q", f.Code, f.Error(), code, key)
	}
}

// RefusedField checks that a form was refused for these fields and no other,
// each given as "field: key", in their order.
func RefusedField(t testing.TB, err error, fields ...string) {
	t.Helper()
	f, ok := fault.As(err)
	if !ok || f.Code != fault.Invalid {
		t.Errorf("got the error %v, want a form refused for %q", err, fields)
		return
	}
	got := make([]string, 0, len(f.Fields))
	for _, field := range f.Fields {
		got = append(got, field.Name+": "+field.Key)
	}
	if strings.Join(got, "; ") != strings.Join(fields, "; ") {
		t.Errorf("refused for %q, want %q", got, fields)
	}
}

// Drain does what is due in the whole queue, with these handlers, and checks
// that they gave nothing up. What other tests left there is done too: a handler
// that remembers looks at the association.
func Drain(ctx context.Context, t testing.TB, d *db.DB, handlers map[string]jobs.Handler) {
	t.Helper()
	_, err := jobs.NewRunner(d, handlers, nil, slog.New(slog.DiscardHandler)).Drain(ctx)
	Must(t, err)
	dead, err := jobs.Dead(ctx, d)
	Must(t, err)
	for _, j := range dead {
		if _, ours := handlers[j.Kind]; !ours {
			continue
		}
		t.Errorf("the job %s was given up: %s", j.Kind, j.LastError)
	}
}
