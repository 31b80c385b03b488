package demo

import (
	"context"
	"fmt"
	"time"

	"mainforte/internal/actor"
	"mainforte/internal/association"
	"mainforte/internal/i18n"
	"mainforte/internal/mission"
	"mainforte/internal/people"
)

// house is an association and the names that it knows.
type house struct {
	*world
	association association.Association
	// first is the name of the one who made it.
	first   string
	persons map[string]people.Person
}

// founded makes an association, whose first coordinator is the person given.
func (w *world) founded(at time.Time, name, email string, s association.Settings) *house {
	h := &house{world: w, first: name, persons: map[string]people.Person{}}
	s.Language = i18n.French
	w.step(at, s.Name, func(ctx context.Context) error {
		first, err := people.Ensure(ctx, w.d, email, name, i18n.French)
		if err != nil {
			return err
		}
		h.persons[name] = first
		h.association, err = association.Create(ctx, w.d, actor.System(0), "", s, first)
		return err
	})
	return h
}

// who is the actor that somebody known here is now.
func (h *house) who(ctx context.Context, name string) (actor.Actor, error) {
	p, found := h.persons[name]
	if !found {
		return actor.Actor{}, fmt.Errorf("%s does not know %q yet", h.association.Name, name)
	}
	who, _, err := association.Act(ctx, h.d, h.association.ID, p)
	return who, err
}

// invited is how somebody became a member.
type invited struct {
	days                  int
	name, email           string
	referent, coordinator bool
}

// invite has the first coordinator invite each, who accept the evening after.
func (h *house) invite(all ...invited) {
	for _, i := range all {
		h.asked(i)
		h.step(h.ago(i.days-1, 18, 50), i.name+" accepts", func(ctx context.Context) error {
			first, err := h.who(ctx, h.first)
			if err != nil {
				return err
			}
			waiting, err := association.Invitations(ctx, h.d, first)
			if err != nil {
				return err
			}
			for _, invitation := range waiting {
				if invitation.Email != i.email {
					continue
				}
				token, err := association.InvitationToken(ctx, h.d, h.association.ID, invitation)
				if err != nil {
					return err
				}
				accepted, err := association.Accept(ctx, h.d, token, i.name)
				h.persons[i.name] = accepted.Person
				return err
			}
			return fmt.Errorf("%s was not invited", i.email)
		})
	}
}

// asked is an invitation, which may wait for ever.
func (h *house) asked(i invited) {
	h.step(h.ago(i.days, 10, 15), "inviting "+i.name, func(ctx context.Context) error {
		first, err := h.who(ctx, h.first)
		if err != nil {
			return err
		}
		return association.Invite(ctx, h.d, first, association.Invitation{
			Email: i.email, Name: i.name, Language: i18n.French, Referent: i.referent, Coordinator: i.coordinator,
		})
	})
}

// becomes has the first coordinator note how close a member is now.
func (h *house) becomes(at time.Time, name string, status association.Status) {
	h.step(at, name+" becomes "+string(status), func(ctx context.Context) error {
		first, err := h.who(ctx, h.first)
		if err != nil {
			return err
		}
		m, err := association.MemberByID(ctx, h.d, first, h.persons[name].ID)
		if err != nil {
			return err
		}
		m.Status = status
		return association.SaveMember(ctx, h.d, first, m)
	})
}

// leaves ends a membership, by the one whose it is.
func (h *house) leaves(at time.Time, name string) {
	h.step(at, name+" leaves", func(ctx context.Context) error {
		who, err := h.who(ctx, name)
		if err != nil {
			return err
		}
		return association.Leave(ctx, h.d, who)
	})
}

// need is a mission and the one who answers for it.
type need struct {
	*house
	mission  mission.Mission
	referent string
}

// needs has the referent write a draft. Deputy may be empty.
func (h *house) needs(at time.Time, referent, deputy string, c mission.Content) *need {
	n := &need{house: h, referent: referent}
	h.step(at, c.Title, func(ctx context.Context) error {
		who, err := h.who(ctx, referent)
		if err != nil {
			return err
		}
		c.Deputy = h.persons[deputy].ID
		n.mission, err = mission.Write(ctx, h.d, who, c)
		return err
	})
	return n
}

// moves has the referent take the mission to another state.
func (n *need) moves(at time.Time, to mission.State) *need {
	n.step(at, string(to), func(ctx context.Context) error {
		who, err := n.who(ctx, n.referent)
		if err != nil {
			return err
		}
		n.mission, err = mission.Move(ctx, n.d, who, n.mission.ID, to)
		return err
	})
	return n
}
