package missionweb

import (
	"mainforte/internal/db"
	"mainforte/internal/mission"
	"mainforte/internal/offer"
	"mainforte/internal/web"
)

// offersPage lists the offers made for a mission, for those who answer.
type offersPage struct {
	*web.Visit
	Mission mission.Mission
	Offers  []offer.Wait
	Next    string
}

// called names who offered, also once they erased their data.
func (p offersPage) called(name string) string {
	if name == "" {
		return p.T.Say("offer.page.erased")
	}
	return name
}

func offers(v *web.Visit) error {
	m, moved, err := find(v, "/offers")
	if err != nil || moved {
		return err
	}
	var before db.ID
	if after, err := db.ParseID(v.Value("after")); err == nil {
		before = after
	}
	const size = 50
	made, err := offer.OfMission(v.R.Context(), v.DB, v.Who, m, before, size)
	if err != nil {
		return err
	}
	page := offersPage{Visit: v, Mission: m, Offers: made}
	if len(made) == size {
		page.Next = v.In("/missions/"+m.Slug+"/offers") + "?after=" + made[size-1].ID.String()
	}
	return v.Show(web.Page{Title: v.T.Say("offer.of_mission.title", "mission", m.Title)}, offersContent(page))
}
