// Package homeweb shows the instance's home, what it says of privacy and
// accessibility, and tells machines that it is well.
package homeweb

import (
	"net/http"

	"mainforte/internal/association"
	"mainforte/internal/db"
	"mainforte/internal/mission"
	"mainforte/internal/web"
)

// Routes are the addresses of the instance itself.
func Routes() []web.Route {
	return []web.Route{
		{Pattern: "GET /{$}", Access: web.Anyone, Handle: home},
		{Pattern: "GET /privacy", Access: web.Anyone, Handle: privacy},
		{Pattern: "GET /accessibility", Access: web.Anyone, Handle: accessibility},
		{Pattern: "GET /healthz", Access: web.Anyone, Handle: health},
		{Pattern: "GET /robots.txt", Access: web.Anyone, Handle: robots},
	}
}

// homePage is the way in: missions to begin with, and whose they are.
type homePage struct {
	*web.Visit
	Entries      []mission.Listing
	Associations []association.Association
	Total        int
	Next         string
}

// pageSize is how many associations the home shows at a time.
const pageSize = 30

func home(v *web.Visit) error {
	ctx := v.R.Context()
	p := homePage{Visit: v}
	var err error
	if p.Entries, err = mission.Search(ctx, v.DB, mission.Filter{Entry: true}, 3); err != nil {
		return err
	}
	if p.Total, err = mission.Count(ctx, v.DB, mission.Filter{}); err != nil {
		return err
	}
	if len(p.Entries) == 0 {
		if p.Entries, err = mission.Search(ctx, v.DB, mission.Filter{}, 3); err != nil {
			return err
		}
	}
	after, _ := db.ParseID(v.R.URL.Query().Get("after")) // zero is the first page
	if p.Associations, err = association.Public(ctx, v.DB, after, pageSize+1); err != nil {
		return err
	}
	if len(p.Associations) > pageSize {
		p.Associations = p.Associations[:pageSize]
		p.Next = v.Path("/") + "?after=" + p.Associations[pageSize-1].ID.String()
	}
	return v.Show(web.Page{Title: v.Name, Description: v.T.Say("home.description"), Public: true}, homeContent(p))
}

func privacy(v *web.Visit) error {
	return v.Show(web.Page{Title: v.T.Say("home.privacy.title"), Public: true, Narrow: true}, textContent(v, "home.privacy", 5))
}

func accessibility(v *web.Visit) error {
	return v.Show(web.Page{Title: v.T.Say("home.accessibility.title"), Public: true, Narrow: true}, textContent(v, "home.accessibility", 4))
}

// health is well when the database answers.
func health(v *web.Visit) error {
	if _, err := mission.Count(v.R.Context(), v.DB, mission.Filter{}); err != nil {
		v.Log.Error("not well", "error", err)
		return plain(v, http.StatusServiceUnavailable, "the database does not answer\n")
	}
	return plain(v, http.StatusOK, "ok\n")
}

// robots asks machines to stay away from what concerns persons.
func robots(v *web.Visit) error {
	return plain(v, http.StatusOK, "User-agent: *\nDisallow: /c/\nDisallow: /sign-in\nDisallow: /invitation/\nDisallow: /desk\nDisallow: /en/c/\nDisallow: /en/sign-in\nDisallow: /en/invitation/\n")
}

func plain(v *web.Visit, status int, text string) error {
	h := v.W.Header()
	h.Set("Content-Type", "text/plain; charset=utf-8")
	h.Set("Cache-Control", "no-cache")
	v.W.WriteHeader(status)
	_, err := v.W.Write([]byte(text))
	return err
}
