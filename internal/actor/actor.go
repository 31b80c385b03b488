// Package actor says who acts. An Actor is an argument of every function that
// reads or changes what an association owns; it is never hidden in a context.
package actor

import "mainforte/internal/db"

// Actor is who acts, within which association, and as what. The web builds it
// from the session or the mailed link, a job from its event, the command line
// from the person at the machine. The zero Actor is a visitor outside any
// association.
type Actor struct {
	// Association is the tenant: everything this actor reads or changes
	// belongs to it. Zero outside associations.
	Association db.ID
	// Person is who acts; zero for a visitor.
	Person db.ID
	// Offer is the one offer that a mailed link gives its bearer, who may
	// not be signed in. Zero otherwise.
	Offer db.ID
	// Member: the person belongs to Association and has not left it.
	Member bool
	// Referent and Coordinator are what the member does there; a
	// coordinator may do whatever a referent may.
	Referent, Coordinator bool
	// Operator tends the instance. It opens nothing that is private to an
	// association.
	Operator bool
	// Program: Mainforte itself acts, in a job or for the person at the
	// machine's command line. Never set from a request.
	Program bool
}

// Tenant is the association that binds every statement.
func (a Actor) Tenant() db.ID { return a.Association }

// Visitor is anybody, reading what an association publishes.
func Visitor(association db.ID) Actor { return Actor{Association: association} }

// System is Mainforte itself, within an association.
func System(association db.ID) Actor { return Actor{Association: association, Program: true} }

// Coordinates tells whether the actor may do what coordination does.
func (a Actor) Coordinates() bool { return a.Program || a.Coordinator }

// Refers tells whether the actor may do what those who answer do.
func (a Actor) Refers() bool { return a.Coordinates() || a.Referent }

// Belongs tells whether the actor may see what members see.
func (a Actor) Belongs() bool { return a.Program || a.Member }
