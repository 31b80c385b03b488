package mission

import (
	"context"
	"slices"

	"mainforte/internal/actor"
	"mainforte/internal/association"
	"mainforte/internal/db"
	"mainforte/internal/event"
)

// Replace finds somebody else to answer for the missions of a member who may
// no longer: the deputy, else a coordinator, so that no offer of help falls
// silent because somebody left. It handles association.MemberChanged.
func Replace(ctx context.Context, d *db.DB, e event.Event) error {
	who := actor.System(e.Association)
	return d.Write(ctx, func(d *db.DB) error {
		if _, err := association.Hold(ctx, d, who); err != nil {
			return err
		}
		answerers, err := association.Answerers(ctx, d, who)
		if err != nil {
			return err
		}
		may := func(person db.ID) bool {
			return slices.ContainsFunc(answerers, func(m association.Member) bool { return m.Person == person })
		}
		if may(e.Subject) || len(answerers) == 0 {
			return nil
		}
		// Answerers puts coordinators last, the newest of them at the end.
		coordinator := answerers[len(answerers)-1].Person
		ids, err := qAnsweredBy.All(ctx, d, who, e.Subject)
		if err != nil {
			return err
		}
		for _, id := range ids {
			m, err := qLock.One(ctx, d, who, id)
			if err != nil {
				return err
			}
			if m.Referent == e.Subject {
				m.Referent = coordinator
				if m.Deputy != 0 && may(m.Deputy) {
					m.Referent = m.Deputy
				}
			}
			if m.Deputy == e.Subject || m.Deputy == m.Referent {
				m.Deputy = 0
			}
			if err := keep(ctx, d, who, &m); err != nil {
				return err
			}
		}
		return nil
	})
}
