package association

import (
	"context"
	"slices"
	"time"

	"mainforte/internal/actor"
	"mainforte/internal/db"
	"mainforte/internal/event"
	"mainforte/internal/fault"
	"mainforte/internal/people"
	"mainforte/internal/words"
)

// MemberChanged happens when a member's status or roles have changed, or they
// left; its subject is the person.
const MemberChanged = "association.member_changed"

// Status is how close a member is.
type Status string

// The statuses of a member.
const (
	Active      Status = "active"
	Sympathiser Status = "sympathiser"
	Dormant     Status = "dormant"
	Former      Status = "former"
)

// Statuses lists them, the closest first.
var Statuses = []Status{Active, Sympathiser, Dormant, Former}

// Member is a person in an association. Every member is a volunteer; some
// answer, some coordinate, one may do all of it.
type Member struct {
	Person db.ID
	// Name is the one they use in this association: a pseudonym is welcome.
	Name   string
	Status Status
	// Referent: missions may name them as the one who answers.
	Referent bool
	// Coordinator: opens and closes missions, places people, invites.
	Coordinator bool
	Joined      time.Time
}

// Role is the most that a member does, for a page that says one thing.
func (m Member) Role() string {
	switch {
	case m.Coordinator:
		return "coordinator"
	case m.Referent:
		return "referent"
	}
	return "volunteer"
}

const memberColumns = `person_id, name, status, referent, coordinator, joined_at`

func scanMember(m *Member) []any {
	return []any{&m.Person, &m.Name, &m.Status, &m.Referent, &m.Coordinator, db.At(&m.Joined)}
}

// Membership is a member's association beside what they are there.
type Membership struct {
	Association
	Member
}

var (
	qMember = db.SQL("association.member",
		`SELECT `+memberColumns+` FROM member WHERE association_id = $1 AND person_id = $2`, scanMember)

	qMembers = db.SQL("association.members",
		`SELECT `+memberColumns+` FROM member WHERE association_id = $1 AND person_id > $2 ORDER BY person_id LIMIT $3`, scanMember)

	qAnswerers = db.SQL("association.answerers",
		`SELECT `+memberColumns+` FROM member
		 WHERE association_id = $1 AND status = 'active' AND (referent OR coordinator) ORDER BY coordinator, joined_at, person_id`, scanMember)

	qNames = db.SQL("association.names",
		`SELECT `+memberColumns+` FROM member WHERE association_id = $1 AND person_id IN `+db.List(2), scanMember)

	// Those that the person has left come too: a name is kept there.
	qMemberships = db.Across("association.memberships", "a person sees the associations they belong to",
		`SELECT a.id, a.slug, a.name, a.purpose, a.place, a.language, a.time_zone, a.answer_days, a.created_at,
		        m.person_id, m.name, m.status, m.referent, m.coordinator, m.joined_at
		 FROM member m JOIN association a ON a.id = m.association_id
		 WHERE m.person_id = $1 ORDER BY m.joined_at, a.id`,
		func(m *Membership) []any { return append(scan(&m.Association), scanMember(&m.Member)...) })

	qInsertMember = db.Do("association.insert_member",
		`INSERT INTO member (association_id, person_id, name, status, referent, coordinator, joined_at)
		 VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (association_id, person_id) DO NOTHING`)

	qSaveMember = db.Do("association.save_member",
		`UPDATE member SET name = $3, status = $4, referent = $5, coordinator = $6
		 WHERE association_id = $1 AND person_id = $2`)

	qCoordinators = db.SQL("association.coordinators",
		`SELECT count(*) FROM member WHERE association_id = $1 AND coordinator AND status = 'active'`, db.Value[int])

	qIntroduce = db.DoAcross("association.introduce", "a person says their own name, wherever none is known",
		`UPDATE member SET name = $1 WHERE person_id = $2 AND name = ''`)

	qEraseMember = db.DoAcross("association.erase_member", "a person erases themselves everywhere",
		`UPDATE member SET name = '', status = 'former', referent = FALSE, coordinator = FALSE WHERE person_id = $1`)
)

// Act gives the actor that a person is within an association: a visitor with a
// name if they are no member.
func Act(ctx context.Context, d *db.DB, association db.ID, p people.Person) (actor.Actor, Member, error) {
	who := actor.Actor{Association: association, Person: p.ID, Operator: p.Operator}
	m, found, err := db.Maybe(qMember.One(ctx, d, who, p.ID))
	if err != nil || !found || m.Status == Former {
		return who, Member{}, err
	}
	return m.act(who), m, nil
}

// Actor gives the actor that the member is in the association.
func (m Membership) Actor() actor.Actor {
	return m.Member.act(actor.Actor{Association: m.Association.ID, Person: m.Person})
}

// act adds what the member does. Who sleeps, or stays near without duties,
// keeps a place and no keys.
func (m Member) act(who actor.Actor) actor.Actor {
	who.Member = m.Status != Former
	who.Coordinator = m.Coordinator && m.Status == Active
	who.Referent = (m.Referent || m.Coordinator) && m.Status == Active
	return who
}

// Memberships lists the associations that a person belongs to. For that
// person.
func Memberships(ctx context.Context, d *db.DB, person db.ID) ([]Membership, error) {
	all, err := qMemberships.All(ctx, d, person)
	return slices.DeleteFunc(all, func(m Membership) bool { return m.Status == Former }), err
}

// Members lists the members after a key. For coordination.
func Members(ctx context.Context, d *db.DB, who actor.Actor, after db.ID, limit int) ([]Member, error) {
	if !who.Coordinates() {
		return nil, fault.New(fault.Forbidden, "fault.forbidden")
	}
	return qMembers.All(ctx, d, who, int64(after), limit)
}

// MemberByID gives one member, former ones included. For members.
func MemberByID(ctx context.Context, d *db.DB, who actor.Actor, person db.ID) (Member, error) {
	if !who.Belongs() {
		return Member{}, fault.New(fault.Missing, "fault.missing")
	}
	m, found, err := db.Maybe(qMember.One(ctx, d, who, person))
	if err == nil && !found {
		err = fault.New(fault.Missing, "fault.missing")
	}
	return m, err
}

// Answerers lists those whom a mission may name as the one who answers:
// referents first. For those who answer, who see it in a form.
func Answerers(ctx context.Context, d *db.DB, who actor.Actor) ([]Member, error) {
	if !who.Refers() {
		return nil, fault.New(fault.Forbidden, "fault.forbidden")
	}
	return qAnswerers.All(ctx, d, who)
}

// Names gives the names of some members as the association knows them: what a
// mission says of who answers. The caller decides who may read it.
func Names(ctx context.Context, d *db.DB, who actor.Actor, persons ...db.ID) (map[db.ID]string, error) {
	names := make(map[db.ID]string, len(persons))
	found, err := qNames.Each(ctx, d, who, persons)
	for _, m := range found {
		names[m.Person] = m.Name
	}
	return names, err
}

func insertMember(ctx context.Context, d *db.DB, who actor.Actor, m Member) error {
	m.Joined = d.Now()
	_, err := qInsertMember.Run(ctx, d, who, m.Person, words.Line(m.Name), m.Status, m.Referent, m.Coordinator, m.Joined)
	return err
}

// Join makes a person an active member, or brings back one who had left or
// slept; it takes nothing from who is a member already. For the program and
// for the rooms that welcome somebody: the caller has checked why.
func Join(ctx context.Context, d *db.DB, who actor.Actor, m Member) error {
	who = actor.System(who.Association)
	m.Status = Active
	return d.Write(ctx, func(d *db.DB) error {
		if _, err := qLock.One(ctx, d, who); err != nil {
			return err
		}
		known, found, err := db.Maybe(qMember.One(ctx, d, who, m.Person))
		if err != nil {
			return err
		}
		if !found {
			return insertMember(ctx, d, who, m)
		}
		if known.Name == "" {
			known.Name = words.Line(m.Name)
		}
		left := known.Status == Former
		known.Status = Active
		// What somebody did before leaving does not come back by itself.
		known.Referent = m.Referent || known.Referent && !left
		known.Coordinator = m.Coordinator || known.Coordinator && !left
		_, err = qSaveMember.Run(ctx, d, who, known.Person, known.Name, known.Status, known.Referent, known.Coordinator)
		return err
	})
}

// SaveMember changes what a member is and does. For coordination; one active
// coordinator always remains. Who has left comes back by an invitation or a
// welcome, which they take part in, and not otherwise.
func SaveMember(ctx context.Context, d *db.DB, who actor.Actor, m Member) error {
	if !who.Coordinates() {
		return fault.New(fault.Forbidden, "fault.forbidden")
	}
	return change(ctx, d, who, m.Person, func(known *Member) error {
		if known.Status == Former {
			return fault.New(fault.Conflict, "fault.member_left")
		}
		known.Name, known.Status, known.Referent, known.Coordinator = m.Name, m.Status, m.Referent, m.Coordinator
		return nil
	})
}

// Rename changes the name that the one who acts uses in the association.
func Rename(ctx context.Context, d *db.DB, who actor.Actor, name string) error {
	if !who.Member {
		return fault.New(fault.Forbidden, "fault.forbidden")
	}
	return change(ctx, d, who, who.Person, func(known *Member) error {
		known.Name = name
		return nil
	})
}

// Introduce gives a person's name to the associations that know none for them:
// those where an invitation or the operator made them a member without one.
// For that person.
func Introduce(ctx context.Context, d *db.DB, person db.ID, name string) error {
	_, err := qIntroduce.Run(ctx, d, words.Line(name), person)
	return err
}

// Leave ends the membership of the one who acts. Nobody is asked twice; only
// the last coordinator is told to name another first.
func Leave(ctx context.Context, d *db.DB, who actor.Actor) error {
	if !who.Member {
		return fault.New(fault.Forbidden, "fault.forbidden")
	}
	return change(ctx, d, who, who.Person, func(known *Member) error {
		known.Status, known.Referent, known.Coordinator = Former, false, false
		return nil
	})
}

// change begins by taking the association's row, so that two coordinators who
// leave at the same instant cannot both be the last but one.
func change(ctx context.Context, d *db.DB, who actor.Actor, person db.ID, alter func(*Member) error) error {
	return d.Write(ctx, func(d *db.DB) error {
		if _, err := qLock.One(ctx, d, who); err != nil {
			return err
		}
		m, found, err := db.Maybe(qMember.One(ctx, d, who, person))
		if err != nil {
			return err
		}
		if !found {
			return fault.New(fault.Missing, "fault.missing")
		}
		before := m.Name
		if err := alter(&m); err != nil {
			return err
		}
		m.Name = words.Line(m.Name)
		if m.Status == Former {
			m.Referent, m.Coordinator = false, false
		}
		var check fault.Check
		if m.Name != before { // who never gave one may leave without
			check.Length("name", m.Name, true, people.NameLimit)
		}
		check.Unless(known(m.Status), "status", "fault.choice")
		if err := check.Err(); err != nil {
			return err
		}
		if _, err := qSaveMember.Run(ctx, d, who, m.Person, m.Name, m.Status, m.Referent, m.Coordinator); err != nil {
			return err
		}
		left, err := qCoordinators.One(ctx, d, who)
		if err != nil {
			return err
		}
		if left == 0 {
			return fault.New(fault.Conflict, "fault.last_coordinator")
		}
		return event.Record(ctx, d, who, MemberChanged, m.Person, 0)
	})
}

func known(s Status) bool {
	for _, status := range Statuses {
		if s == status {
			return true
		}
	}
	return false
}

// Exported is what this room holds of a person in one association.
type Exported struct {
	Association string    `json:"association"`
	Name        string    `json:"name"`
	Status      Status    `json:"status"`
	Referent    bool      `json:"referent"`
	Coordinator bool      `json:"coordinator"`
	Joined      time.Time `json:"joined"`
}

// Export gives what this room holds of a person.
func Export(ctx context.Context, d *db.DB, person db.ID) (any, error) {
	all, err := qMemberships.All(ctx, d, person)
	exported := make([]Exported, 0, len(all))
	for _, m := range all {
		exported = append(exported, Exported{m.Association.Name, m.Member.Name, m.Status, m.Referent, m.Coordinator, m.Joined})
	}
	return exported, err
}

// Erase takes the person out of every association, and their name with them.
// Who is the last coordinator somewhere is asked to name another first.
func Erase(ctx context.Context, d *db.DB, person db.ID) error {
	return d.Write(ctx, func(d *db.DB) error {
		all, err := Memberships(ctx, d, person)
		if err != nil {
			return err
		}
		for _, m := range all {
			who := actor.Actor{Association: m.Association.ID, Person: person, Member: true}
			if err := Leave(ctx, d, who); err != nil {
				return err
			}
		}
		p, err := people.ByID(ctx, d, person)
		if err != nil {
			return err
		}
		if _, key, ok := people.Address(p.Email); ok {
			if _, err := qEraseInvitations.Run(ctx, d, key); err != nil {
				return err
			}
		}
		_, err = qEraseMember.Run(ctx, d, person)
		return err
	})
}
