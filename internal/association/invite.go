package association

import (
	"context"
	"time"

	"mainforte/internal/actor"
	"mainforte/internal/db"
	"mainforte/internal/event"
	"mainforte/internal/fault"
	"mainforte/internal/i18n"
	"mainforte/internal/people"
	"mainforte/internal/secret"
	"mainforte/internal/words"
)

// Invited happens when somebody is invited; its subject is the invitation.
const Invited = "association.invited"

const (
	// InvitationLife is how long an invitation can be accepted.
	InvitationLife = 30 * 24 * time.Hour
	invitation     = "invitation"
)

// Invitation asks somebody by mail to become a member.
type Invitation struct {
	ID       db.ID
	Email    string
	Name     string
	Language i18n.Language
	Referent bool
	// Coordinator: the invitation is to coordinate too.
	Coordinator bool
	// By is who invited; zero when the operator did at the command line.
	By       db.ID
	Expires  time.Time
	Accepted time.Time
}

const invitationColumns = `id, email, name, language, referent, coordinator, invited_by, expires_at, accepted_at`

func scanInvitation(i *Invitation) []any {
	return []any{&i.ID, &i.Email, &i.Name, &i.Language, &i.Referent, &i.Coordinator, &i.By, db.At(&i.Expires), db.At(&i.Accepted)}
}

var (
	// An address that is invited again gets a new link; the old one ends.
	qInvite = db.Do("association.invite",
		`INSERT INTO invitation (association_id, id, email, email_key, name, language, referent, coordinator, invited_by, created_at, expires_at)
		 VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
		 ON CONFLICT (association_id, email_key) DO UPDATE
		 SET id = excluded.id, name = excluded.name, language = excluded.language, referent = excluded.referent,
		     coordinator = excluded.coordinator, invited_by = excluded.invited_by, created_at = excluded.created_at,
		     expires_at = excluded.expires_at, accepted_at = NULL`)

	qInvitation = db.SQL("association.invitation",
		`SELECT `+invitationColumns+` FROM invitation WHERE association_id = $1 AND id = $2`, scanInvitation)

	qInvitations = db.SQL("association.invitations",
		`SELECT `+invitationColumns+` FROM invitation
		 WHERE association_id = $1 AND accepted_at IS NULL AND expires_at > $2 ORDER BY id DESC LIMIT 200`, scanInvitation)

	qAccept = db.SQL("association.accept",
		`UPDATE invitation SET accepted_at = $3
		 WHERE association_id = $1 AND id = $2 AND accepted_at IS NULL AND expires_at > $3
		 RETURNING `+invitationColumns, scanInvitation)

	qTakeBack = db.Do("association.take_back",
		`DELETE FROM invitation WHERE association_id = $1 AND id = $2 AND accepted_at IS NULL`)

	qSweepInvitations = db.DoAcross("association.sweep_invitations", "what has expired goes, everywhere",
		`DELETE FROM invitation WHERE expires_at < $1`)

	qEraseInvitations = db.DoAcross("association.erase_invitations", "a person erases themselves everywhere",
		`DELETE FROM invitation WHERE email_key = $1`)
)

// Invite asks somebody by mail to become a member. For coordination.
func Invite(ctx context.Context, d *db.DB, who actor.Actor, i Invitation) error {
	if !who.Coordinates() {
		return fault.New(fault.Forbidden, "fault.forbidden")
	}
	email, key, ok := people.Address(i.Email)
	i.Name = words.Line(i.Name)
	var check fault.Check
	check.Unless(ok, "email", "fault.email")
	check.Length("name", i.Name, false, people.NameLimit)
	if err := check.Err(); err != nil {
		return err
	}
	return d.Write(ctx, func(d *db.DB) error {
		if err := addsSomething(ctx, d, who, i); err != nil {
			return err
		}
		id, now := d.NewID(), d.Now()
		_, err := qInvite.Run(ctx, d, who, id, email, key, i.Name, i18n.In(i.Language).Language(),
			i.Referent, i.Coordinator, who.Person, now, now.Add(InvitationLife))
		if err != nil {
			return err
		}
		return event.Record(ctx, d, who, Invited, id, 0)
	})
}

// addsSomething refuses to invite a member to what they already are.
func addsSomething(ctx context.Context, d *db.DB, who actor.Actor, i Invitation) error {
	p, known, err := people.ByAddress(ctx, d, i.Email)
	if err != nil || !known {
		return err
	}
	m, found, err := db.Maybe(qMember.One(ctx, d, who, p.ID))
	if err != nil || !found || m.Status != Active {
		return err
	}
	if (m.Referent || m.Coordinator || !i.Referent) && (m.Coordinator || !i.Coordinator) {
		var check fault.Check
		check.Say("email", "fault.already_member")
		return check.Err()
	}
	return nil
}

// Invitations lists those that wait for an answer. For coordination.
func Invitations(ctx context.Context, d *db.DB, who actor.Actor) ([]Invitation, error) {
	if !who.Coordinates() {
		return nil, fault.New(fault.Forbidden, "fault.forbidden")
	}
	return qInvitations.All(ctx, d, who, d.Now())
}

// Sweep deletes invitations that have expired: the address of somebody who never
// came is not ours to keep. Periodic.
func Sweep(ctx context.Context, d *db.DB) error {
	_, err := qSweepInvitations.Run(ctx, d, d.Now())
	return err
}

// TakeBack ends an invitation that nobody has accepted. For coordination.
func TakeBack(ctx context.Context, d *db.DB, who actor.Actor, id db.ID) error {
	if !who.Coordinates() {
		return fault.New(fault.Forbidden, "fault.forbidden")
	}
	_, err := qTakeBack.Run(ctx, d, who, id)
	return err
}

// InvitationByID gives an invitation for the mail that carries it. For the
// program.
func InvitationByID(ctx context.Context, d *db.DB, who actor.Actor, id db.ID) (Invitation, error) {
	return qInvitation.One(ctx, d, who, id)
}

// InvitationToken is what the address in the mail carries.
func InvitationToken(ctx context.Context, d *db.DB, association db.ID, i Invitation) (string, error) {
	return secret.Seal(ctx, d, invitation, i.Expires, association, i.ID)
}

// OpenInvitation tells what a mailed invitation says, without accepting it.
// Anybody who holds the link may ask.
func OpenInvitation(ctx context.Context, d *db.DB, token string) (Association, Invitation, error) {
	gone := fault.New(fault.Gone, "fault.invitation")
	ids, err := secret.Open(ctx, d, invitation, token)
	if err != nil && !secret.Refused(err) {
		return Association{}, Invitation{}, err
	}
	if err != nil || len(ids) != 2 {
		return Association{}, Invitation{}, gone.Because(err)
	}
	who := actor.Visitor(ids[0])
	i, found, err := db.Maybe(qInvitation.One(ctx, d, who, ids[1]))
	if err != nil {
		return Association{}, Invitation{}, err
	}
	if !found || !i.Accepted.IsZero() || !i.Expires.After(d.Now()) {
		return Association{}, Invitation{}, gone
	}
	a, err := Get(ctx, d, who)
	return a, i, err
}

// Accepted is what became of an invitation.
type Accepted struct {
	Association Association
	Person      people.Person
	// Fresh: the person had no place on the instance before.
	Fresh bool
}

// Accept makes the person whom a mailed invitation reached a member, under
// the name they give, once. Whoever had no place here yet is made a person now;
// for anybody else the link opens nothing but this membership, since an
// invitation lives long and may have been forwarded.
func Accept(ctx context.Context, d *db.DB, token, name string) (Accepted, error) {
	name = words.Line(name)
	var check fault.Check
	check.Length("name", name, true, people.NameLimit)
	if err := check.Err(); err != nil {
		return Accepted{}, err
	}
	a, i, err := OpenInvitation(ctx, d, token)
	if err != nil {
		return Accepted{}, err
	}
	done, who := Accepted{Association: a}, actor.System(a.ID)
	err = d.Write(ctx, func(d *db.DB) error {
		_, found, err := db.Maybe(qAccept.One(ctx, d, who, i.ID, d.Now()))
		if err != nil {
			return err
		}
		if !found {
			return fault.New(fault.Gone, "fault.invitation")
		}
		_, known, err := people.ByAddress(ctx, d, i.Email)
		if err != nil {
			return err
		}
		done.Fresh = !known
		if done.Person, err = people.Ensure(ctx, d, i.Email, name, i.Language); err != nil {
			return err
		}
		return Join(ctx, d, who, Member{Person: done.Person.ID, Name: name, Referent: i.Referent, Coordinator: i.Coordinator})
	})
	return done, err
}
