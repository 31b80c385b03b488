package hand

import (
	"mainforte/internal/association"
	"mainforte/internal/i18n"
	"mainforte/internal/mission"
	"mainforte/internal/people"
	"mainforte/internal/web/ui"
)

// sentences are those that never change, looked up once: somebody who writes a
// page by hand writes them into it.
type sentences struct {
	t i18n.Text

	nav, navLabel, signIn, skip, footer, privacy, accessibility, otherLanguage, nextPage, honeypot string

	listTitle, listDescription, listSearch, listFind, everything, moreThan string
	q, remote, entry                                                       ui.Field
	// promise is said beside each mission, by the days of the delay.
	promise [association.MostAnswerDays + 1]string

	door, far                                    string
	details, purpose                             string
	effort, latitude, together, means, leadsTo   string
	place, seats, trust                          string
	trusts                                       map[string]string
	offerTitle, offerSend, confirmation, frankly string
	name, email, words                           ui.Field
}

func say(t i18n.Text) sentences {
	field := func(key string) ui.Field {
		f := ui.Field{Label: t.Say(key)}
		if t.Has(key + ".hint") {
			f.Hint = t.Say(key + ".hint")
		}
		return f
	}
	named := func(name string, f ui.Field) ui.Field {
		f.Name = name
		return f
	}
	needed := func(name string) ui.Field {
		f := named(name, field("offer.field."+name))
		f.Required = true
		return f
	}
	s := sentences{
		t: t, nav: t.Say("web.nav.missions"), navLabel: t.Say("web.nav"), signIn: t.Say("web.nav.sign_in"), skip: t.Say("web.skip"),
		footer: t.Say("web.footer"), privacy: t.Say("web.footer.privacy"), accessibility: t.Say("web.footer.accessibility"),
		otherLanguage: t.Say("web.other_language"), nextPage: t.Say("web.next_page"), honeypot: t.Say("web.honeypot"),
		listTitle: t.Say("mission.list.title"), listDescription: t.Say("mission.list.description"),
		listSearch: t.Say("mission.list.search"), listFind: t.Say("mission.list.find"),
		everything: t.Say("mission.list.everything"), moreThan: t.Say("mission.list.more_than", "n", mission.CountLimit),
		q: named("q", field("mission.field.q")).As("search"), remote: named("remote", field("mission.remote")),
		entry: named("entry", field("mission.entry")),
		door:  t.Say("mission.entry"), far: t.Say("mission.remote"),
		details: t.Say("mission.text.details"), purpose: t.Say("mission.text.purpose"), effort: t.Say("mission.text.effort"),
		latitude: t.Say("mission.text.latitude"), together: t.Say("mission.text.together"), means: t.Say("mission.text.means"),
		leadsTo: t.Say("mission.text.leads_to"), place: t.Say("mission.place"), seats: t.Say("mission.seats"),
		trust: t.Say("mission.trust"), trusts: map[string]string{},
		offerTitle: t.Say("offer.form.title"), offerSend: t.Say("offer.form.send"),
		confirmation: t.Say("offer.next.confirmation"), frankly: t.Say("offer.next.frankly"),
		name: needed("name").Completed("name").Limited(people.NameLimit), email: needed("email").Limited(people.EmailLimit),
		words: needed("words"),
	}
	for _, trust := range mission.Trusts {
		s.trusts[string(trust)] = t.Say("mission.trust." + string(trust))
	}
	for days := range s.promise {
		s.promise[days] = t.Count("mission.promise.short", days)
	}
	return s
}

func (s *sentences) marks(entry, remote bool, place string) []ui.Mark {
	marks := make([]ui.Mark, 0, 3)
	if entry {
		marks = append(marks, ui.Mark{Label: s.door, Door: true})
	}
	if remote {
		marks = append(marks, ui.Mark{Label: s.far})
	}
	if place != "" {
		marks = append(marks, ui.Mark{Label: place})
	}
	return marks
}
