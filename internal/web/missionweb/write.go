package missionweb

import (
	"net/url"
	"strconv"

	"mainforte/internal/association"
	"mainforte/internal/db"
	"mainforte/internal/fault"
	"mainforte/internal/mission"
	"mainforte/internal/web"
	"mainforte/internal/web/ui"
)

// writePage is the form of a mission.
type writePage struct {
	*web.Visit
	Form web.Form
	// Mission is the one being changed; its ID is zero for a new one.
	Mission   mission.Mission
	Answerers []association.Member
}

// blank shows an empty form.
func blank(v *web.Visit) error {
	values := url.Values{"referent": {v.Who.Person.String()}, "trust": {string(mission.Anyone)}, "visibility": {string(mission.Public)}}
	return writeMission(v, mission.Mission{}, v.Form("mission", values))
}

// edit shows the form with what the mission says.
func edit(v *web.Visit) error {
	m, moved, err := find(v, "/edit")
	if err != nil || moved {
		return err
	}
	if !m.Edits(v.Who) {
		return fault.New(fault.Forbidden, "fault.forbidden")
	}
	return writeMission(v, m, v.Form("mission", values(m.Content)))
}

func writeMission(v *web.Visit, m mission.Mission, form web.Form) error {
	who := v.Who
	who.Referent = true // who may edit may see who could answer
	answerers, err := association.Answerers(v.R.Context(), v.DB, who)
	if err != nil {
		return err
	}
	title := "mission.new.title"
	if m.ID != 0 {
		title = "mission.edit.title"
	}
	page := writePage{Visit: v, Form: form, Mission: m, Answerers: answerers}
	return v.Show(web.Page{Title: v.T.Say(title), Narrow: true, Status: form.Status()}, writeContent(page))
}

// write keeps a new mission, as a draft or published at once.
func write(v *web.Visit) error {
	ctx := v.R.Context()
	m, err := mission.Mission{}, error(nil)
	err = v.DB.Write(ctx, func(d *db.DB) error {
		if m, err = mission.Write(ctx, d, v.Who, content(v)); err != nil || v.Value("publish") == "" {
			return err
		}
		m, err = mission.Move(ctx, d, v.Who, m.ID, mission.Open)
		return err
	})
	if form, again := v.Again("mission", err); again {
		return writeMission(v, mission.Mission{}, form)
	}
	if err != nil {
		return err
	}
	done := "mission_drafted"
	if m.State == mission.Open {
		done = "mission_published"
	}
	return v.Redirect(v.In("/missions/"+m.Slug), done)
}

// save keeps what was changed.
func save(v *web.Visit) error {
	m, _, err := find(v, "/edit")
	if err != nil {
		return err
	}
	changed, err := mission.Save(v.R.Context(), v.DB, v.Who, m.ID, content(v))
	if form, again := v.Again("mission", err); again {
		return writeMission(v, m, form)
	}
	if err != nil {
		return err
	}
	return v.Redirect(v.In("/missions/"+changed.Slug), "mission_saved")
}

// move takes the mission to another state.
func move(v *web.Visit) error {
	m, _, err := find(v, "")
	if err != nil {
		return err
	}
	m, err = mission.Move(v.R.Context(), v.DB, v.Who, m.ID, mission.State(v.Value("state")))
	if err != nil {
		return err
	}
	return v.Redirect(v.In("/missions/"+m.Slug), "mission_"+string(m.State))
}

// content reads the form.
func content(v *web.Visit) mission.Content {
	c := mission.Content{
		Title: v.Value("title"), Need: v.Value("need"), Place: v.Value("place"),
		Remote: v.Checked("remote"), Entry: v.Checked("entry"), Seats: v.Number("seats"),
		Trust: mission.Trust(v.Value("trust")), Visibility: mission.Visibility(v.Value("visibility")),
	}
	c.Referent, _ = db.ParseID(v.Value("referent")) // zero is nobody, which is checked
	c.Deputy, _ = db.ParseID(v.Value("deputy"))
	for _, text := range mission.Texts {
		*text.Of(&c.More) = v.Value(text.Name)
	}
	return c
}

// values fills the form.
func values(c mission.Content) url.Values {
	values := url.Values{}
	set := func(name, value string) { values.Set(name, value) }
	tick := func(name string, ticked bool) {
		if ticked {
			set(name, "on")
		}
	}
	set("title", c.Title)
	set("need", c.Need)
	set("place", c.Place)
	tick("remote", c.Remote)
	tick("entry", c.Entry)
	if c.Seats > 0 {
		set("seats", strconv.Itoa(c.Seats))
	}
	set("trust", string(c.Trust))
	set("visibility", string(c.Visibility))
	set("referent", c.Referent.String())
	if c.Deputy != 0 {
		set("deputy", c.Deputy.String())
	}
	for _, text := range mission.Texts {
		set(text.Name, *text.Of(&c.More))
	}
	return values
}

// choose lists who may answer; optional adds nobody.
func (p writePage) choose(optional bool) []ui.Option {
	var options []ui.Option
	if optional {
		options = append(options, ui.Option{Label: p.T.Say("mission.field.deputy.nobody")})
	}
	for _, m := range p.Answerers {
		options = append(options, ui.Option{Value: m.Person.String(), Label: m.Name})
	}
	return options
}

func (p writePage) trusts() []ui.Option {
	var options []ui.Option
	for _, trust := range mission.Trusts {
		options = append(options, ui.Option{Value: string(trust), Label: p.T.Say("mission.trust." + string(trust))})
	}
	return options
}

func (p writePage) visibilities() []ui.Option {
	var options []ui.Option
	for _, visibility := range mission.Visibilities {
		options = append(options, ui.Option{Value: string(visibility), Label: p.T.Say("mission.visibility." + string(visibility))})
	}
	return options
}

// full tells whether the optional part of the form holds something, which
// then shows open.
func (p writePage) full() bool {
	return p.Form.Refused() || p.Mission.ID != 0
}
