package offer

import (
	"context"
	"slices"
	"time"

	"mainforte/internal/actor"
	"mainforte/internal/conversation"
	"mainforte/internal/db"
	"mainforte/internal/fault"
	"mainforte/internal/mission"
)

// Wait is one line of a desk: somebody who waits for the one who reads it.
type Wait struct {
	Offer
	MissionTitle, MissionSlug string
	// Words are the volunteer's last.
	Words string
}

// Since is when this wait began.
func (w Wait) Since(now time.Time) time.Time {
	if w.Waits(now) || w.Unread.IsZero() {
		return w.Offer.Since()
	}
	return w.Unread
}

var (
	qWaiting = db.SQL("offer.waiting",
		`SELECT `+columns+` FROM offer
		 WHERE association_id = $1 AND state IN ('waiting', 'deferred') AND (state = 'waiting' OR returns_at <= $2)
		 ORDER BY due_at, id LIMIT $3`, scan)

	qUnreadOffers = db.SQL("offer.unread_offers",
		`SELECT `+columns+` FROM offer
		 WHERE association_id = $1 AND unread_since IS NOT NULL ORDER BY unread_since, id LIMIT $2`, scan)

	qMine = db.Across("offer.mine", "a person follows their own offers, wherever they made them",
		`SELECT association_id, `+columns+` FROM offer WHERE person_id = $1 ORDER BY id DESC LIMIT 100`,
		func(m *Own) []any { return append([]any{&m.Association}, scan(&m.Offer)...) })
)

// deskLimit is more than anybody can answer in a day: a desk that is fuller
// shows who waits longest.
const deskLimit = 400

// Desk lists who waits for the actor: offers without an answer, the overdue
// first, then words without a reply, the oldest first. Coordination sees all;
// others what concerns the missions they answer for.
func Desk(ctx context.Context, d *db.DB, who actor.Actor) ([]Wait, error) {
	if !who.Member {
		return nil, nil
	}
	now := d.Now()
	waiting, err := qWaiting.All(ctx, d, who, now, deskLimit)
	if err != nil {
		return nil, err
	}
	unread, err := qUnreadOffers.All(ctx, d, who, deskLimit)
	if err != nil {
		return nil, err
	}
	for _, o := range unread {
		if !o.Waits(now) {
			waiting = append(waiting, o)
		}
	}
	if !who.Coordinates() {
		mine, err := mission.AnsweredBy(ctx, d, who)
		if err != nil {
			return nil, err
		}
		waiting = slices.DeleteFunc(waiting, func(o Offer) bool { return !slices.Contains(mine, o.Mission) })
	}
	// Nobody answers their own offer.
	waiting = slices.DeleteFunc(waiting, func(o Offer) bool { return o.Volunteers(who) })
	return describe(ctx, d, who, waiting)
}

// OfMission lists the offers made for a mission before a key, newest first.
// For those who answer for it.
func OfMission(ctx context.Context, d *db.DB, who actor.Actor, m mission.Mission, before db.ID, limit int) ([]Wait, error) {
	if !answers(who, m) {
		return nil, fault.New(fault.Forbidden, "fault.forbidden")
	}
	if before == 0 {
		before = 1<<63 - 1
	}
	all, err := qOfMission.All(ctx, d, who, m.ID, before, limit)
	if err != nil {
		return nil, err
	}
	return describe(ctx, d, who, all)
}

var qOfMission = db.SQL("offer.of_mission",
	`SELECT `+columns+` FROM offer WHERE association_id = $1 AND mission_id = $2 AND id < $3 ORDER BY id DESC LIMIT $4`, scan)

func describe(ctx context.Context, d *db.DB, who actor.Actor, offers []Offer) ([]Wait, error) {
	var missionIDs, conversations []db.ID
	for _, o := range offers {
		if !slices.Contains(missionIDs, o.Mission) {
			missionIDs = append(missionIDs, o.Mission)
		}
		conversations = append(conversations, o.Conversation)
	}
	missions, err := mission.Many(ctx, d, who, missionIDs)
	if err != nil {
		return nil, err
	}
	last, err := conversation.LastWords(ctx, d, who, conversations)
	if err != nil {
		return nil, err
	}
	waits := make([]Wait, 0, len(offers))
	for _, o := range offers {
		m := missions[o.Mission]
		waits = append(waits, Wait{Offer: o, MissionTitle: m.Title, MissionSlug: m.Slug, Words: last[o.Conversation]})
	}
	return waits, nil
}

// Own is one of a person's own offers, with its association.
type Own struct {
	Association db.ID
	Offer
	MissionTitle string
}

// Mine lists a person's own offers, newest first. For that person.
func Mine(ctx context.Context, d *db.DB, person db.ID) ([]Own, error) {
	mine, err := qMine.All(ctx, d, person)
	if err != nil {
		return nil, err
	}
	for i, o := range mine {
		missions, err := mission.Many(ctx, d, actor.Actor{Association: o.Association, Person: person}, []db.ID{o.Mission})
		if err != nil {
			return nil, err
		}
		mine[i].MissionTitle = missions[o.Mission].Title
	}
	return mine, nil
}
