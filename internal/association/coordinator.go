package association

import (
	"context"

	"mainforte/internal/actor"
	"mainforte/internal/db"
	"mainforte/internal/fault"
)

var qFirstCoordinator = db.SQL("association.first_coordinator",
	`SELECT `+memberColumns+` FROM member
	 WHERE association_id = $1 AND coordinator AND status = 'active' ORDER BY joined_at, person_id LIMIT 1`, scanMember)

// FirstCoordinator gives the coordinator who has been there longest: who
// answers when nobody was named. For coordination and the program.
func FirstCoordinator(ctx context.Context, d *db.DB, who actor.Actor) (Member, error) {
	if !who.Coordinates() {
		return Member{}, fault.New(fault.Forbidden, "fault.forbidden")
	}
	m, found, err := db.Maybe(qFirstCoordinator.One(ctx, d, who))
	if err == nil && !found {
		err = fault.New(fault.Missing, "fault.missing")
	}
	return m, err
}
