package web

import (
	"net/http"
	"strings"

	"github.com/a-h/templ"

	"mainforte/internal/i18n"
	"mainforte/internal/web/ui"
)

// Page is what a door says of one of its pages.
type Page struct {
	// Title is said alone; the layout adds whose page it is.
	Title, Description string
	// Public: visitors read it, search engines may index it.
	Public bool
	// NoIndex keeps it out of search engines and previews.
	NoIndex bool
	// Narrow: one column of reading width.
	Narrow bool
	// Path is the page's own address without a language, for the link to
	// the other language and the canonical one; the request's if empty.
	Path string
	// Status is 200 unless said.
	Status int
	// Data, if any, is what machines read: JSON-LD.
	Data any
}

// Show answers with a page.
func (v *Visit) Show(p Page, content templ.Component) error {
	if p.Status == 0 {
		p.Status = http.StatusOK
	}
	return v.write(p.Status, v.inLayout(v.Layout(p), content))
}

func (v *Visit) inLayout(p ui.Page, content templ.Component) templ.Component {
	return layout(p, content)
}

// Layout gives everything around the content of a page.
func (v *Visit) Layout(p Page) ui.Page {
	here := v.here()
	if p.Path == "" {
		p.Path = here
	}
	whose := v.Name
	if v.Association.ID != 0 {
		whose = v.Association.Name
	}
	title := p.Title
	switch {
	case title == "":
		title = whose
	case title != whose:
		title += " — " + whose
	}
	page := ui.Page{
		Lang: string(v.T.Language()), Title: title, Description: p.Description,
		Public: p.Public && !p.NoIndex, NoIndex: p.NoIndex || !p.Public, Narrow: p.Narrow,
		Brand: v.Name, Home: v.Path("/"), NavLabel: v.T.Say("web.nav"), SkipLabel: v.T.Say("web.skip"),
		FooterNote: v.T.Say("web.footer"), Assets: assets, Data: p.Data,
	}
	for _, link := range v.Nav {
		page.Nav = append(page.Nav, v.link(v.T.Say(link.Key), v.Path(link.Path)))
	}
	if v.SignedIn() {
		page.Nav = append(page.Nav, v.link(v.T.Say("web.nav.desk"), v.Path("/desk")), v.link(v.T.Say("web.nav.me"), v.Path("/me")))
	} else {
		page.Nav = append(page.Nav, v.link(v.T.Say("web.nav.sign_in"), v.Path("/sign-in")))
	}
	if v.Who.Member {
		page.Section = v.section()
	}
	if done := v.R.URL.Query().Get("done"); done != "" && v.T.Has("done."+done) {
		page.Notice.Text = v.T.Say("done." + done)
	}
	if v.NoMail && v.SignedIn() {
		page.Notice.Text = strings.TrimSpace(page.Notice.Text + " " + v.T.Say("web.no_mail"))
	}
	for _, name := range []string{"privacy", "accessibility"} {
		page.Footer = append(page.Footer, ui.Link{Label: v.T.Say("web.footer." + name), Href: v.Path("/" + name)})
	}
	if v.SourceURL != "" {
		page.Footer = append(page.Footer, ui.Link{Label: v.T.Say("web.footer.source"), Href: v.SourceURL})
	}
	if v.Demo {
		page.Footer = append(page.Footer, ui.Link{Label: v.T.Say("web.footer.demo"), Href: v.Path("/demo")})
	}
	if v.R.Method == http.MethodGet {
		other := v.T.Other()
		query := ""
		if v.R.URL.RawQuery != "" && !v.R.URL.Query().Has("done") {
			query = "?" + v.R.URL.RawQuery
		}
		page.Languages = []ui.Link{{Label: v.T.Say("web.other_language"), Href: other.Path(here) + query, Lang: string(other.Language())}}
	}
	if page.Public {
		page.Canonical = v.URL + v.Path(p.Path)
		for _, language := range i18n.Languages {
			page.Alternates = append(page.Alternates, ui.Link{Lang: string(language), Href: v.URL + i18n.In(language).Path(p.Path)})
		}
	}
	return page
}

// section is the bar inside an association, for its members.
func (v *Visit) section() *ui.Section {
	s := &ui.Section{Label: v.T.Say("web.section"), Name: v.Association.Name, Href: v.In("")}
	add := func(key, path string) { s.Links = append(s.Links, v.link(v.T.Say(key), v.In(path))) }
	add("web.section.missions", "/missions")
	if v.Who.Refers() {
		add("web.section.new_mission", "/new-mission")
	}
	if v.Who.Coordinates() {
		add("web.section.members", "/members")
		add("web.section.settings", "/settings")
	}
	return s
}

func (v *Visit) link(label, path string) ui.Link {
	return ui.Link{Label: label, Href: path, Current: v.R.URL.Path == path}
}
