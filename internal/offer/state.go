package offer

import (
	"mainforte/internal/actor"
	"mainforte/internal/fault"
	"mainforte/internal/mission"
)

// State is where an offer of help is.
type State string

// The states of an offer.
const (
	// Waiting: no answer yet; the clock of the promise runs.
	Waiting State = "waiting"
	// Welcomed: the person is welcome to the mission.
	Welcomed State = "welcomed"
	// Redirected: another mission was proposed instead.
	Redirected State = "redirected"
	// Deferred: not now; it comes back at a date.
	Deferred State = "deferred"
	// Declined: no thank you, because.
	Declined State = "declined"
	// Withdrawn: the volunteer took it back.
	Withdrawn State = "withdrawn"
)

// Kind is one of the four answers to an offer. Silence is none of them.
type Kind string

// The answers.
const (
	Welcome Kind = "welcome"
	Another Kind = "another"
	NotNow  Kind = "not_now"
	No      Kind = "no"
)

// Kinds lists the answers in the order in which a person weighs them.
var Kinds = []Kind{Welcome, Another, NotNow, No}

// Act is what can be done to an offer.
type Act string

// The acts on an offer, beside the four answers.
const (
	Reading     Act = "read"
	Answering   Act = "answer"
	Writing     Act = "write"
	Withdrawing Act = "withdraw"
	Confirming  Act = "confirm"
)

// answered says what each answer makes of an offer.
var answered = map[Kind]State{Welcome: Welcomed, Another: Redirected, NotNow: Deferred, No: Declined}

// table is the whole machine: which act is open in which states, and to whom.
// Answering again is open while the offer waits or was deferred, so that
// « not now » can become a welcome on its day or before.
var table = map[Act]struct {
	from []State
	// volunteer and answerer tell which side may; coordination may do what
	// the answerer may.
	volunteer, answerer bool
}{
	Reading:     {from: []State{Waiting, Welcomed, Redirected, Deferred, Declined, Withdrawn}, volunteer: true, answerer: true},
	Answering:   {from: []State{Waiting, Deferred}, answerer: true},
	Writing:     {from: []State{Waiting, Welcomed, Redirected, Deferred, Declined, Withdrawn}, volunteer: true, answerer: true},
	Withdrawing: {from: []State{Waiting, Deferred, Welcomed}, volunteer: true},
	Confirming:  {from: []State{Waiting, Welcomed, Redirected, Deferred, Declined, Withdrawn}, volunteer: true},
}

// Volunteers tells whether the actor is the one who offers: signed in as that
// person, or holding the link that was mailed to the offer's address, until that
// address is erased.
func (o Offer) Volunteers(who actor.Actor) bool {
	return who.Offer != 0 && who.Offer == o.ID && o.Email != "" || who.Person != 0 && who.Person == o.Person
}

// answers tells whether the actor answers offers for the mission: its referent,
// its deputy, or coordination.
func answers(who actor.Actor, m mission.Mission) bool {
	return who.Coordinates() || m.Answers(who)
}

// May tells whether the actor may do this to the offer now. Nobody answers
// their own offer.
func (o Offer) May(who actor.Actor, m mission.Mission, act Act) bool {
	return o.refuse(who, m, act) == nil
}

// refuse says why not: to who has no part in an offer, it does not exist.
func (o Offer) refuse(who actor.Actor, m mission.Mission, act Act) error {
	rule := table[act]
	volunteer, answerer := o.Volunteers(who), answers(who, m)
	switch {
	case !volunteer && !answerer:
		return fault.New(fault.Missing, "fault.missing")
	case volunteer && rule.volunteer:
	case answerer && !volunteer && rule.answerer:
	default:
		return fault.New(fault.Forbidden, "fault.forbidden")
	}
	for _, state := range rule.from {
		if o.State == state {
			return nil
		}
	}
	return fault.New(fault.Conflict, "fault.offer_moved")
}
