package associationweb

import (
	"net/url"

	"mainforte/internal/association"
	"mainforte/internal/db"
	"mainforte/internal/mission"
	"mainforte/internal/web"
)

// showPage is what an association says of itself, and its open missions.
type showPage struct {
	*web.Visit
	Missions []mission.Listing
	Next     string
	Form     web.Form
}

const pageSize = 20

func show(v *web.Visit) error {
	return showAgain(v, v.Form("association", url.Values{"name": {v.Member.Name}}))
}

func showAgain(v *web.Visit, form web.Form) error {
	filter := mission.Filter{Association: v.Association.Slug}
	if after, err := db.ParseID(v.R.URL.Query().Get("after")); err == nil {
		filter.After = after
	}
	found, err := mission.Search(v.R.Context(), v.DB, filter, pageSize+1)
	if err != nil {
		return err
	}
	form = form.Naming("name", v.T.Say("association.membership.name"))
	p := showPage{Visit: v, Missions: found, Form: form}
	if len(found) > pageSize {
		p.Missions = found[:pageSize]
		p.Next = v.In("") + "?after=" + found[pageSize-1].Key.String()
	}
	return v.Show(web.Page{
		Title: v.Association.Name, Description: v.Association.Purpose, Public: true, Status: form.Status(),
		NoIndex: filter.After != 0,
	}, showContent(p))
}

// leave ends the reader's own membership.
func leave(v *web.Visit) error {
	if err := association.Leave(v.R.Context(), v.DB, v.Who); err != nil {
		return err
	}
	return v.Redirect(v.Path("/desk"), "left")
}

// rename changes the name that the reader uses here.
func rename(v *web.Visit) error {
	err := association.Rename(v.R.Context(), v.DB, v.Who, v.Value("name"))
	if form, again := v.Again("association", err); again {
		return showAgain(v, form)
	}
	if err != nil {
		return err
	}
	return v.Redirect(v.In(""), "saved")
}
