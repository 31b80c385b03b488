package offerweb

import (
	"strings"
	"time"

	"mainforte/internal/actor"
	"mainforte/internal/association"
	"mainforte/internal/i18n"
	"mainforte/internal/mission"
	"mainforte/internal/offer"
	"mainforte/internal/web"
	"mainforte/internal/web/ui"
)

// deskPage is everything that waits for one person, in all their associations,
// and what they wait for themselves.
type deskPage struct {
	*web.Visit
	Rooms []room
	Own   []own
	// Waiting counts who waits; Late how many of them too long.
	Waiting, Late int
	// Fresh are associations that have no mission yet, to begin with.
	Fresh []association.Association
}

// room is one association of the desk.
type room struct {
	association.Membership
	Waits []offer.Wait
	// Answers: the person may have somebody waiting here.
	Answers bool
}

// own is one of the person's own offers.
type own struct {
	Title, Association, Href, Status string
	Late                             bool
}

// desk shows who waits for me and since when, and what became of my own
// offers.
func desk(v *web.Visit) error {
	ctx := v.R.Context()
	memberships, err := association.Memberships(ctx, v.DB, v.Who.Person)
	if err != nil {
		return err
	}
	p := deskPage{Visit: v}
	for _, m := range memberships {
		who := m.Actor()
		waits, err := offer.Desk(ctx, v.DB, who)
		if err != nil {
			return err
		}
		r := room{Membership: m, Waits: waits, Answers: who.Refers() || len(waits) > 0}
		for _, w := range waits {
			p.Waiting++
			if w.Late(v.Now()) {
				p.Late++
			}
		}
		if who.Coordinates() {
			begun, err := mission.Any(ctx, v.DB, who)
			if err != nil {
				return err
			}
			if !begun {
				p.Fresh = append(p.Fresh, m.Association)
			}
		}
		p.Rooms = append(p.Rooms, r)
	}
	if p.Own, err = ownOffers(v); err != nil {
		return err
	}
	return v.Show(web.Page{Title: v.T.Say("offer.desk.title")}, deskContent(p))
}

func ownOffers(v *web.Visit) ([]own, error) {
	ctx := v.R.Context()
	mine, err := offer.Mine(ctx, v.DB, v.Who.Person)
	if err != nil {
		return nil, err
	}
	all := make([]own, 0, len(mine))
	associations := map[int64]association.Association{}
	for _, o := range mine {
		a, known := associations[int64(o.Association)]
		if !known {
			if a, err = association.Get(ctx, v.DB, actor.Visitor(o.Association)); err != nil {
				return nil, err
			}
			associations[int64(o.Association)] = a
		}
		one := own{
			Title: o.MissionTitle, Association: a.Name,
			Href: v.Path("/a/" + a.Slug + "/offers/" + o.ID.String()), Late: o.Late(v.Now()),
		}
		switch {
		case o.State == offer.Waiting:
			one.Status = v.T.Say("offer.own.waiting", "day", v.T.Day(i18n.LastDay(o.Due), v.Now(), a.Zone()))
		case o.State == offer.Deferred:
			one.Status = v.T.Say("offer.own.deferred", "day", v.T.Day(o.Returns, v.Now(), a.Zone()))
		default:
			one.Status = v.T.Say("offer.state." + string(o.State))
		}
		all = append(all, one)
	}
	return all, nil
}

// heading says first what matters most.
func (p deskPage) heading() string {
	if p.Waiting == 0 {
		return p.T.Say("offer.desk.nobody")
	}
	return p.T.Count("offer.desk.waiting", p.Waiting)
}

func (p deskPage) answers() bool {
	for _, r := range p.Rooms {
		if r.Answers {
			return true
		}
	}
	return false
}

func (p deskPage) table(r room) ui.WaitTable {
	now := p.Now()
	t := ui.WaitTable{
		Caption: p.T.Say("offer.desk.caption", "association", r.Association.Name),
		Who:     p.T.Say("offer.column.who"), Why: p.T.Say("offer.column.words"),
		Since: p.T.Say("offer.column.since"), Do: p.T.Say("offer.column.do"),
	}
	zone := r.Zone()
	for _, w := range r.Waits {
		since := w.Since(now)
		row := ui.Wait{
			Who: w.Offer.Name, Mission: w.MissionTitle, MissionHref: p.Path("/a/" + r.Slug + "/missions/" + w.MissionSlug),
			Words: p.T.Say("web.quoted", "words", excerpt(w.Words)),
			Since: ui.When{Words: p.T.Since(since, now, zone), ISO: since.In(zone).Format(time.RFC3339)},
			Late:  w.Late(now), About: p.T.Say("offer.desk.to", "name", w.Offer.Name),
			Action: ui.Link{Label: p.T.Say("offer.desk.answer"), Href: p.Path("/a/" + r.Slug + "/offers/" + w.ID.String())},
		}
		switch {
		case row.Late:
			// On the day after the last one, one day late.
			row.LateWords = p.T.Count("offer.desk.late", 1+i18n.Days(w.Due, now, zone))
		case w.Waits(now):
			row.Note = p.T.Say("offer.desk.before", "day", p.T.Day(i18n.LastDay(w.Due), now, zone))
		default:
			row.Note = p.T.Say("offer.desk.wrote")
		}
		t.Rows = append(t.Rows, row)
	}
	return t
}

// excerpt cuts long words for a line of the desk; the conversation has all.
func excerpt(text string) string {
	const most = 180
	letters := []rune(text)
	if len(letters) <= most {
		return text
	}
	return strings.TrimRight(string(letters[:most]), " \n,;:.") + "…"
}
