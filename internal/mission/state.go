package mission

import "slices"

// State is where a mission is in its life.
type State string

// The states of a mission.
const (
	// Draft: being written; nobody can offer help.
	Draft State = "draft"
	// Open: looking for people.
	Open State = "open"
	// Paused: not now; it can be read, and says so.
	Paused State = "paused"
	// Filled: enough people for now.
	Filled State = "filled"
	// Done: finished.
	Done State = "done"
)

// moves are the only ways from one state to another. Coordination and those
// who answer for the mission may take them.
var moves = map[State][]State{
	Draft:  {Open},
	Open:   {Paused, Filled, Done},
	Paused: {Open, Done},
	Filled: {Open, Done},
	Done:   {Open},
}

// Moves lists the states that can follow this one.
func (s State) Moves() []State { return moves[s] }

func (s State) canBecome(next State) bool { return slices.Contains(moves[s], next) }
