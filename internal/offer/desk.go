package offer

import (
	"cmp"
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

const (
	// $1 association, $2 now
	waits = `(state = 'waiting' OR state = 'deferred' AND returns_at <= $2)`

	fromWaiting = `FROM offer WHERE association_id = $1 AND state IN ('waiting', 'deferred') AND ` + waits
	fromUnread  = `FROM offer WHERE association_id = $1 AND unread_since IS NOT NULL AND NOT ` + waits
)

var (
	qWaiting = db.SQL("offer.waiting",
		`SELECT `+columns+` `+fromWaiting+` ORDER BY due_at, id LIMIT $3`, scan)

	qWaitingFor = db.SQL("offer.waiting_for",
		`SELECT `+columns+` `+fromWaiting+` AND mission_id IN `+db.List(4)+` ORDER BY due_at, id LIMIT $3`, scan)

	qUnreadOffers = db.SQL("offer.unread_offers",
		`SELECT `+columns+` `+fromUnread+` ORDER BY unread_since, id LIMIT $3`, scan)

	qUnreadOffersFor = db.SQL("offer.unread_offers_for",
		`SELECT `+columns+` `+fromUnread+` AND mission_id IN `+db.List(4)+` ORDER BY unread_since, id LIMIT $3`, scan)

	qMine = db.Across("offer.mine", "a person follows their own offers, wherever they made them",
		`SELECT association_id, `+columns+` FROM offer WHERE person_id = $1 ORDER BY id DESC LIMIT $2`,
		func(m *Own) []any { return append([]any{&m.Association}, scan(&m.Offer)...) })
)

// deskLimit is more than anybody can answer in a day: a desk that is fuller
// shows who waits longest. mineLimit is what a page shows of one's own.
const (
	deskLimit = 400
	mineLimit = 100
)

// Desk lists who waits for the actor: offers without an answer, the overdue
// first, then words without a reply, the oldest first. Coordination sees all;
// others what concerns the missions they answer for.
func Desk(ctx context.Context, d *db.DB, who actor.Actor) ([]Wait, error) {
	if !who.Member {
		return nil, nil
	}
	waiting, err := onDesk(ctx, d, who, qWaiting, qWaitingFor, func(o Offer) time.Time { return o.Due })
	if err != nil {
		return nil, err
	}
	unread, err := onDesk(ctx, d, who, qUnreadOffers, qUnreadOffersFor, func(o Offer) time.Time { return o.Unread })
	if err != nil {
		return nil, err
	}
	return describe(ctx, d, who, append(waiting, unread...))
}

// onDesk gives what one of two statements finds, the other being for those
// who see the missions they answer for. Those missions are asked for in lots,
// hence the sorting.
func onDesk(ctx context.Context, d *db.DB, who actor.Actor, all, some db.Query[Offer], since func(Offer) time.Time) ([]Offer, error) {
	var found []Offer
	var err error
	if who.Coordinates() {
		found, err = all.All(ctx, d, who, d.Now(), deskLimit)
	} else {
		var mine []db.ID
		if mine, err = mission.AnsweredBy(ctx, d, who); err == nil {
			found, err = some.Each(ctx, d, who, mine, d.Now(), deskLimit)
		}
	}
	// Nobody answers their own offer.
	found = slices.DeleteFunc(found, func(o Offer) bool { return o.Volunteers(who) })
	slices.SortFunc(found, func(a, b Offer) int { return cmp.Or(since(a).Compare(since(b)), cmp.Compare(a.ID, b.ID)) })
	return found[:min(len(found), deskLimit)], err
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
	return ofPerson(ctx, d, person, mineLimit)
}

func ofPerson(ctx context.Context, d *db.DB, person db.ID, limit int) ([]Own, error) {
	mine, err := qMine.All(ctx, d, person, limit)
	if err != nil {
		return nil, err
	}
	wanted := map[db.ID][]db.ID{}
	for _, o := range mine {
		wanted[o.Association] = append(wanted[o.Association], o.Mission)
	}
	for association, ids := range wanted {
		missions, err := mission.Many(ctx, d, actor.Actor{Association: association, Person: person}, ids)
		if err != nil {
			return nil, err
		}
		for i, o := range mine {
			if o.Association == association {
				mine[i].MissionTitle = missions[o.Mission].Title
			}
		}
	}
	return mine, nil
}
