package offerweb

import (
	"net/url"
	"time"

	"mainforte/internal/actor"
	"mainforte/internal/association"
	"mainforte/internal/conversation"
	"mainforte/internal/db"
	"mainforte/internal/fault"
	"mainforte/internal/i18n"
	"mainforte/internal/mission"
	"mainforte/internal/offer"
	"mainforte/internal/web"
	"mainforte/internal/web/ui"
)

// way is how somebody came to a conversation: as whom, to which offer, and at
// which address it goes on.
type way struct {
	who  actor.Actor
	id   db.ID
	base string
	// link: by the mailed link, without being signed in.
	link bool
}

// limit bounds what comes by a link, which may have got into any hands, and
// from whoever is no member.
func (w way) limit(v *web.Visit) error {
	if w.link || !v.Who.Member {
		return v.LimitOffers()
	}
	return nil
}

// inside is the way of those who are signed in.
func inside(handle func(*web.Visit, way) error) web.Handler {
	return func(v *web.Visit) error {
		id, err := db.ParseID(v.R.PathValue("offer"))
		if err != nil {
			return fault.New(fault.Missing, "fault.missing").Because(err)
		}
		return handle(v, way{who: v.Who, id: id, base: v.In("/offers/" + id.String())})
	}
}

// byLink is the way of the mailed link. It makes its bearer the one who
// offered, in this conversation alone, whoever is signed in on that browser.
func byLink(handle func(*web.Visit, way) error) web.Handler {
	return func(v *web.Visit) error {
		token := v.R.PathValue("token")
		who, err := offer.OpenLink(v.R.Context(), v.DB, token)
		if err != nil {
			return err
		}
		if v.Association, err = association.Get(v.R.Context(), v.DB, who); err != nil {
			return err
		}
		return handle(v, way{who: who, id: who.Offer, base: v.Path("/c/" + token), link: true})
	}
}

// conversationPage is an offer and all that was said of it.
type conversationPage struct {
	*web.Visit
	offer.Story
	way way
	// Referent is who answers, and Deputy who does otherwise; Mine tells
	// whether the reader is the one who offered.
	Referent, Deputy string
	Mine             bool
	// Reply and Answer are the forms.
	Reply, Answer web.Form
	// Others are the missions that can be proposed instead.
	Others []mission.Mission
}

// read shows the conversation.
func read(v *web.Visit, w way) error {
	return show(v, w, v.Form("offer", nil), v.Form("offer", url.Values{}))
}

func show(v *web.Visit, w way, reply, answer web.Form) error {
	ctx := v.R.Context()
	story, err := offer.Read(ctx, v.DB, w.who, w.id)
	if err != nil {
		return err
	}
	names, err := association.Names(ctx, v.DB, w.who, story.OfMission.Referent, story.OfMission.Deputy)
	if err != nil {
		return err
	}
	reply, answer = reply.Naming("words", v.T.Say("offer.reply.words")), answer.Naming("words", v.T.Say("offer.answering.words"))
	p := conversationPage{
		Visit: v, Story: story, way: w, Referent: v.Called(names[story.OfMission.Referent]), Deputy: names[story.OfMission.Deputy],
		Mine: story.Volunteers(w.who), Reply: reply, Answer: answer,
	}
	if p.answers() {
		if p.Others, err = openMissions(v, story.OfMission.ID); err != nil {
			return err
		}
	}
	if answer.Refused() && !p.answers() {
		// Somebody else answered meanwhile: what was written becomes a
		// message that can still be sent.
		p.Reply = answer
	}
	status := reply.Status() + answer.Status() // at most one was refused
	return v.Show(web.Page{Title: p.title(), NoIndex: true, Narrow: true, Status: status}, conversationContent(p))
}

// openMissions are those that can be proposed instead of one.
func openMissions(v *web.Visit, instead db.ID) ([]mission.Mission, error) {
	all, err := mission.All(v.R.Context(), v.DB, v.Who, 0, 200)
	var others []mission.Mission
	for _, m := range all {
		if m.State == mission.Open && m.ID != instead && m.Visibility != mission.Members {
			others = append(others, m)
		}
	}
	return others, err
}

func (p conversationPage) title() string {
	if p.Mine {
		return p.T.Say("offer.page.mine", "mission", p.OfMission.Title)
	}
	if p.erased() {
		return p.T.Say("offer.page.theirs.erased")
	}
	return p.T.Say("offer.page.theirs", "name", p.Offer.Name)
}

// erased tells that nobody can be written to any more.
func (p conversationPage) erased() bool { return p.Email == "" }

func (p conversationPage) answers() bool { return p.May(p.way.who, p.OfMission, offer.Answering) }

func (p conversationPage) withdraws() bool { return p.May(p.way.who, p.OfMission, offer.Withdrawing) }

// status says where the offer is, to its author or to those who answer.
func (p conversationPage) status() string {
	now := p.Now()
	side := "theirs"
	if p.Mine {
		side = "mine"
	}
	lastDay := p.Day(i18n.LastDay(p.Due))
	switch {
	case p.Late(now):
		return p.T.Say("offer.status.late."+side, "who", p.Referent, "day", lastDay)
	case p.State == offer.Deferred && !p.Waits(now):
		return p.T.Say("offer.status.deferred."+side, "day", p.Day(p.Returns))
	case p.Waits(now):
		return p.T.Say("offer.status.waiting."+side, "who", p.Referent, "day", lastDay)
	}
	return p.T.Say("offer.status."+string(p.State)+"."+side, "who", p.Referent, "name", p.Offer.Name, "other", p.Instead.Title)
}

// readers says who reads the conversation.
func (p conversationPage) readers() string {
	key := "offer.who_reads"
	if p.Deputy != "" {
		key = "offer.who_reads.deputy"
	}
	return p.T.Say(key, "name", p.Offer.Name, "who", p.Referent, "deputy", p.Deputy, "association", p.Association.Name)
}

func (p conversationPage) letters() []ui.Letter {
	letters := make([]ui.Letter, 0, len(p.Messages))
	for _, m := range p.Messages {
		words, iso := p.Moment(m.At)
		letter := ui.Letter{
			ID: m.ID.String(), Author: m.Author, Mine: m.FromVolunteer == p.Mine,
			Sent: ui.When{Words: words, ISO: iso}, Body: ui.Paragraphs(m.Words),
		}
		if letter.Author == "" {
			letter.Author = p.T.Say("offer.page.erased")
		}
		if m.Note != "" {
			letter.Kind = p.T.Say("offer.answer." + m.Note)
		}
		letters = append(letters, letter)
	}
	return letters
}

func (p conversationPage) missionPath() string { return p.In("/missions/" + p.OfMission.Slug) }

func (p conversationPage) choices() []ui.Choice {
	choices := make([]ui.Choice, 0, len(offer.Kinds))
	for _, kind := range offer.Kinds {
		choice := ui.Choice{
			Value: string(kind), Label: p.T.Say("offer.answer." + string(kind)), Hint: p.T.Say("offer.answer." + string(kind) + ".hint"),
		}
		switch kind {
		case offer.Another:
			if len(p.Others) == 0 {
				continue
			}
			choice.More = ui.Select(p.Answer.Field("other"), p.others())
		case offer.NotNow:
			choice.More = ui.DateField(p.Answer.Field("until"))
		}
		choices = append(choices, choice)
	}
	return choices
}

func (p conversationPage) others() []ui.Option {
	options := []ui.Option{{Label: p.T.Say("offer.field.other.choose")}}
	for _, m := range p.Others {
		options = append(options, ui.Option{Value: m.ID.String(), Label: m.Title})
	}
	return options
}

// seen is the last message that the form was shown with.
func seen(v *web.Visit) db.ID {
	id, _ := db.ParseID(v.Value("seen")) // zero is all of them
	return id
}

// last is the last message shown.
func (p conversationPage) last() string {
	if len(p.Messages) == 0 {
		return ""
	}
	return p.Messages[len(p.Messages)-1].ID.String()
}

// answer gives one of the four answers.
func answer(v *web.Visit, w way) error {
	a := offer.Answer{Kind: offer.Kind(v.Value("answer")), Words: v.Value("words"), Seen: seen(v)}
	a.Other, _ = db.ParseID(v.Value("other")) // zero is none, which is checked
	if day, err := time.Parse(time.DateOnly, v.Value("until")); err == nil {
		// At noon: where clocks change at midnight, a day may have none.
		a.Until = time.Date(day.Year(), day.Month(), day.Day(), 12, 0, 0, 0, v.Association.Zone())
	}
	_, err := offer.Give(v.R.Context(), v.DB, w.who, w.id, a)
	if form, again := v.Again("offer", err); again {
		return show(v, w, v.Form("offer", nil), form)
	}
	if err != nil {
		return err
	}
	return v.Redirect(w.base, "answered")
}

// write adds words.
func write(v *web.Visit, w way) error {
	err := w.limit(v)
	if err == nil {
		err = offer.Write(v.R.Context(), v.DB, w.who, w.id, v.Value("words"), seen(v))
	}
	if form, again := v.Again("offer", err); again {
		return show(v, w, form, v.Form("offer", url.Values{}))
	}
	if err != nil {
		return err
	}
	return v.Redirect(w.base, "written")
}

func withdraw(v *web.Visit, w way) error {
	if err := offer.Withdraw(v.R.Context(), v.DB, w.who, w.id); err != nil {
		return err
	}
	return v.Redirect(w.base, "withdrawn")
}

// follow makes an offer for the mission that was proposed instead.
func follow(v *web.Visit, w way) error {
	var made offer.Offer
	err := w.limit(v)
	if err == nil {
		made, err = offer.Follow(v.R.Context(), v.DB, w.who, w.id, v.Value("words"))
	}
	if form, again := v.Again("offer", err); again {
		return show(v, w, form, v.Form("offer", url.Values{}))
	}
	if err != nil {
		return err
	}
	if !w.link {
		return v.Redirect(v.In("/offers/"+made.ID.String()), "followed")
	}
	token, err := offer.LinkToken(v.R.Context(), v.DB, v.Association.ID, made.ID)
	if err != nil {
		return err
	}
	return v.Redirect(v.Path("/c/"+token), "followed")
}

// confirm shows that the address is theirs who hold the link.
func confirm(v *web.Visit, w way) error {
	if _, err := offer.Confirm(v.R.Context(), v.DB, w.who, w.id); err != nil {
		return err
	}
	return v.Redirect(w.base, "confirmed")
}

// wordsLimit is what the browser may refuse before the server does.
const wordsLimit = conversation.Limit
