package hand

import (
	"context"
	"database/sql"
	"encoding/json"
	"net/http"
	"time"

	"mainforte/internal/i18n"
	"mainforte/internal/mission"
	"mainforte/internal/web"
	"mainforte/internal/web/ui"
)

// owner is what the row of an association holds.
type owner struct {
	id                                           int64
	slug, name, purpose, place, language, tzName string
	days                                         int
	created                                      int64
}

func (a *owner) path() string { return "/a/" + a.slug }

// due is when an offer made now is promised an answer.
func (a *owner) due(h *Hand, now time.Time) (time.Time, *time.Location) {
	zone, ok := h.zones[a.tzName]
	if !ok {
		zone = i18n.Zone(a.tzName)
	}
	return i18n.Deadline(now, a.days, zone), zone
}

// shown is a mission's row, and what its page says beside it.
type shown struct {
	id                                           int64
	slug, state, title, need, place, trust, view string
	remote, entry                                bool
	seats                                        int
	more                                         mission.More
	referentID                                   int64
	deputyID, listingID                          sql.NullInt64
	created, changed                             int64

	referent, deputy, lastDay string
}

// mission answers GET /a/{association}/missions/{mission}.
func (h *Hand) mission(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	a, m, err := h.find(ctx, r)
	if err != nil {
		return err
	}
	if err := h.names(ctx, a, m); err != nil {
		return err
	}
	now := time.Now()
	due, zone := a.due(h, now)
	m.lastDay = h.says.t.Day(i18n.LastDay(due), now, zone)
	page := h.page(m.title+" — "+a.name, m.need, a.path()+"/missions/"+m.slug)
	return h.send(w, r, page, show(&h.says, a, m))
}

// find reads the association and the mission that the address names.
func (h *Hand) find(ctx context.Context, r *http.Request) (*owner, *shown, error) {
	var a owner
	var m shown
	var more string
	err := h.prepared["association.by_slug"].QueryRowContext(ctx, r.PathValue("association")).Scan(
		&a.id, &a.slug, &a.name, &a.purpose, &a.place, &a.language, &a.tzName, &a.days, &a.created)
	if err != nil {
		return nil, nil, err
	}
	err = h.prepared["mission.by_slug"].QueryRowContext(ctx, a.id, r.PathValue("mission")).Scan(
		&m.id, &m.slug, &m.state, &m.title, &m.need, &m.place, &m.remote, &m.entry, &m.seats, &m.trust, &m.view, &more,
		&m.referentID, &m.deputyID, &m.listingID, &m.created, &m.changed)
	if err != nil {
		return nil, nil, err
	}
	return &a, &m, json.Unmarshal([]byte(more), &m.more)
}

// names reads how those who answer are called. The query takes twenty IDs.
func (h *Hand) names(ctx context.Context, a *owner, m *shown) error {
	args := make([]any, 21)
	args[0], args[1] = a.id, m.referentID
	for i := range args[2:] {
		args[2+i] = m.deputyID
	}
	rows, err := h.prepared["association.names"].QueryContext(ctx, args...)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		var person, joined int64
		var name, status string
		var referent, coordinator bool
		if err := rows.Scan(&person, &name, &status, &referent, &coordinator, &joined); err != nil {
			return err
		}
		if person == m.referentID {
			m.referent = name
		} else {
			m.deputy = name
		}
	}
	return rows.Err()
}

func (m *shown) facts(s *sentences) []ui.Fact {
	facts := make([]ui.Fact, 0, 8)
	add := func(term, text string) {
		if text != "" {
			facts = append(facts, ui.Fact{Term: term, Text: text})
		}
	}
	add(s.effort, m.more.Effort)
	add(s.latitude, m.more.Latitude)
	add(s.together, m.more.Together)
	add(s.means, m.more.Means)
	add(s.leadsTo, m.more.LeadsTo)
	add(s.place, m.place)
	if m.seats > 0 {
		add(s.seats, s.t.Count("mission.seats.count", m.seats))
	}
	add(s.trust, s.trusts[m.trust])
	return facts
}

func (m *shown) promise(s *sentences, a *owner) ui.PromiseSheet {
	sheet := ui.PromiseSheet{
		Initial: web.Initial(m.referent),
		Heading: s.t.Count("mission.promise.heading", a.days, "who", m.referent),
	}
	if m.deputy != "" {
		sheet.Absence = s.t.Say("mission.promise.deputy", "who", m.deputy)
	}
	return sheet
}

func (m *shown) next(s *sentences) []ui.Phrase {
	return []ui.Phrase{
		{Before: s.confirmation},
		{Before: s.t.Say("offer.next.answer", "who", m.referent) + " ", Strong: m.lastDay, After: "."},
		{Before: s.frankly},
	}
}
