package missionweb

import (
	"net/url"

	"mainforte/internal/db"
	"mainforte/internal/mission"
	"mainforte/internal/web"
	"mainforte/internal/web/ui"
)

// pageSize is what a phone scrolls through without losing heart.
const pageSize = 20

// listPage is the public list of missions.
type listPage struct {
	*web.Visit
	Form   web.Form
	Found  []mission.Listing
	Total  int
	Next   string
	Filter mission.Filter
}

// list shows the open public missions of the whole instance.
func list(v *web.Visit) error {
	ctx := v.R.Context()
	query := v.R.URL.Query()
	filter := mission.Filter{
		Words: query.Get("q"), Remote: query.Get("remote") != "", Entry: query.Get("entry") != "",
		Association: query.Get("association"),
	}
	if after, err := db.ParseID(query.Get("after")); err == nil {
		filter.After = after
	}
	found, err := mission.Search(ctx, v.DB, filter, pageSize+1)
	if err != nil {
		return err
	}
	page := listPage{Visit: v, Form: v.Form("mission", query), Filter: filter}
	if len(found) > pageSize {
		found = found[:pageSize]
		next := url.Values{}
		for key, values := range query {
			if key != "done" {
				next[key] = values
			}
		}
		next.Set("after", found[pageSize-1].Key.String())
		page.Next = v.Path("/missions") + "?" + next.Encode()
	}
	page.Found = found
	if page.Total, err = mission.Count(ctx, v.DB, filter); err != nil {
		return err
	}
	return v.Show(web.Page{
		Title: v.T.Say("mission.list.title"), Description: v.T.Say("mission.list.description"), Public: true,
		// Every search of a list is the same list to a search engine.
		NoIndex: v.R.URL.RawQuery != "",
	}, listContent(page))
}

// count says how many missions there are, and how many of all.
func (p listPage) count() string {
	if p.Total > mission.CountLimit {
		return p.T.Say("mission.list.more_than", "n", mission.CountLimit)
	}
	return p.T.Count("mission.list.count", p.Total)
}

func (p listPage) filtered() bool {
	return p.Filter.Words != "" || p.Filter.Remote || p.Filter.Entry || p.Filter.Association != ""
}

// allPage is the list of every mission of an association, for its members.
type allPage struct {
	*web.Visit
	Missions []mission.Mission
	Next     string
}

// all lists the missions of the association, whatever their state.
func all(v *web.Visit) error {
	var before db.ID
	if after, err := db.ParseID(v.Value("after")); err == nil {
		before = after
	}
	const size = 50
	missions, err := mission.All(v.R.Context(), v.DB, v.Who, before, size)
	if err != nil {
		return err
	}
	page := allPage{Visit: v, Missions: missions}
	if len(missions) == size {
		page.Next = v.In("/missions") + "?after=" + missions[size-1].ID.String()
	}
	return v.Show(web.Page{Title: v.T.Say("mission.all.title")}, allContent(page))
}

func (p allPage) card(m mission.Mission) ui.Card {
	all := p.Marks(m.Entry, m.Remote, m.Place)
	if m.State != mission.Open {
		all = append([]ui.Mark{{Label: p.T.Say("mission.state." + string(m.State))}}, all...)
	}
	if m.Visibility != mission.Public {
		all = append(all, ui.Mark{Label: p.T.Say("mission.visibility." + string(m.Visibility))})
	}
	return ui.Card{Title: m.Title, Need: m.Need, Marks: all, Href: p.In("/missions/" + m.Slug), Foot: m.More.Effort}
}

func (p allPage) cards() []ui.Card {
	cards := make([]ui.Card, 0, len(p.Missions))
	for _, m := range p.Missions {
		cards = append(cards, p.card(m))
	}
	return cards
}
