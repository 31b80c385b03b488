package missionweb

import (
	"net/url"

	"mainforte/internal/association"
	"mainforte/internal/fault"
	"mainforte/internal/i18n"
	"mainforte/internal/mission"
	"mainforte/internal/offer"
	"mainforte/internal/web"
	"mainforte/internal/web/ui"
)

// showPage is a mission as somebody reads it, with the form to offer help.
type showPage struct {
	*web.Visit
	Mission          mission.Mission
	Referent, Deputy string
	// Form is the form to offer help.
	Form web.Form
	// Waiting counts who waits for an answer, for those who give it.
	Waiting int
}

// show shows a mission.
func show(v *web.Visit) error {
	m, moved, err := find(v, "")
	if err != nil || moved {
		return err
	}
	values := url.Values{"name": {nameOf(v)}}
	return showMission(v, m, v.Form("offer", values))
}

// nameOf is how the one who is signed in is called here.
func nameOf(v *web.Visit) string {
	if v.Member.Name != "" {
		return v.Member.Name
	}
	return v.Person.Name
}

// find gives the mission of the address. An address that the mission had
// before leads to the one that it has now.
func find(v *web.Visit, page string) (m mission.Mission, moved bool, err error) {
	m, err = mission.BySlug(v.R.Context(), v.DB, v.Who, v.R.PathValue("mission"))
	if err == nil && m.Slug != v.R.PathValue("mission") && v.R.Method == "GET" {
		return m, true, v.Moved(v.In("/missions/" + m.Slug + page))
	}
	return m, false, err
}

func showMission(v *web.Visit, m mission.Mission, form web.Form) error {
	names, err := association.Names(v.R.Context(), v.DB, v.Who, m.Referent, m.Deputy)
	if err != nil {
		return err
	}
	page := showPage{Visit: v, Mission: m, Referent: v.Called(names[m.Referent]), Deputy: names[m.Deputy], Form: form}
	if page.answers() {
		made, err := offer.OfMission(v.R.Context(), v.DB, v.Who, m, 0, 100)
		if err != nil {
			return err
		}
		for _, o := range made {
			if o.Waits(v.Now()) {
				page.Waiting++
			}
		}
	}
	return v.Show(web.Page{
		Title: m.Title, Description: m.Need, Path: "/a/" + v.Association.Slug + "/missions/" + m.Slug, Status: form.Status(),
		Public: true, NoIndex: m.Visibility != mission.Public || m.State == mission.Draft,
	}, showContent(page))
}

// lastDay is the day before which an offer made now is promised an answer.
func (p showPage) lastDay() string {
	return p.Day(i18n.LastDay(p.Association.Due(p.Now())))
}

func (p showPage) takesOffers() bool { return p.Mission.State == mission.Open }

func (p showPage) answers() bool { return p.Mission.Answers(p.Who) }

func (p showPage) promise() ui.PromiseSheet {
	sheet := ui.PromiseSheet{
		Initial: web.Initial(p.Referent),
		Heading: p.T.Count("mission.promise.heading", p.Association.AnswerDays, "who", p.Referent),
	}
	if p.Deputy != "" {
		sheet.Absence = p.T.Say("mission.promise.deputy", "who", p.Deputy)
	}
	return sheet
}

func (p showPage) next() []ui.Phrase {
	return []ui.Phrase{
		{Before: p.T.Say("offer.next.confirmation")},
		{Before: p.T.Say("offer.next.answer", "who", p.Referent) + " ", Strong: p.lastDay(), After: "."},
		{Before: p.T.Say("offer.next.frankly")},
	}
}

// texts are the optional texts that this reader may see and that were written.
func (p showPage) texts(markdown bool) []mission.Text {
	var texts []mission.Text
	for _, text := range mission.Texts {
		if text.Markdown == markdown && *text.Of(&p.Mission.More) != "" && (!text.Private || p.Who.Belongs()) {
			texts = append(texts, text)
		}
	}
	return texts
}

func (p showPage) facts() []ui.Fact {
	var facts []ui.Fact
	add := func(term, text string) { facts = append(facts, ui.Fact{Term: term, Text: text}) }
	for _, text := range p.texts(false) {
		add(p.T.Say("mission.text."+text.Name), *text.Of(&p.Mission.More))
	}
	if p.Mission.Place != "" {
		add(p.T.Say("mission.place"), p.Mission.Place)
	}
	if p.Mission.Seats > 0 {
		add(p.T.Say("mission.seats"), p.T.Count("mission.seats.count", p.Mission.Seats))
	}
	add(p.T.Say("mission.trust"), p.T.Say("mission.trust."+string(p.Mission.Trust)))
	if p.Mission.Visibility != mission.Public {
		add(p.T.Say("mission.visibility"), p.T.Say("mission.visibility."+string(p.Mission.Visibility)))
	}
	return facts
}

// moves are the states to which the reader may take the mission.
func (p showPage) moves() []mission.State {
	if !p.Mission.Edits(p.Who) {
		return nil
	}
	return p.Mission.State.Moves()
}

// trap is the field that only machines see, under a name that no browser fills
// in by itself.
const trap = "second_spoon"

// offerHelp takes an offer of help. It always ends on the same page, whoever
// has this address: nobody learns from it who is known here.
func offerHelp(v *web.Visit) error {
	m, _, err := find(v, "")
	if err != nil {
		return err
	}
	if v.Value(trap) != "" {
		// A machine stops here; a person whose browser filled the field in
		// presses once more, with everything still there.
		err = fault.New(fault.Conflict, "fault.trap")
	} else if err = v.LimitOffers(); err == nil {
		_, err = offer.Make(v.R.Context(), v.DB, v.Who, m.ID, offer.New{
			Name: v.Value("name"), Email: v.Value("email"), Words: v.Value("words"), Language: v.T.Language(),
		})
	}
	if form, again := v.Again("offer", err); again {
		return showMission(v, m, form)
	}
	if err != nil {
		return err
	}
	return v.Redirect(v.In("/missions/"+m.Slug+"/thanks"), "")
}

// thanks says what happens now.
func thanks(v *web.Visit) error {
	m, moved, err := find(v, "/thanks")
	if err != nil || moved {
		return err
	}
	names, err := association.Names(v.R.Context(), v.DB, v.Who, m.Referent)
	if err != nil {
		return err
	}
	page := showPage{Visit: v, Mission: m, Referent: v.Called(names[m.Referent])}
	return v.Show(web.Page{Title: v.T.Say("offer.thanks.title"), NoIndex: true, Narrow: true}, thanksContent(page))
}
