package web

import (
	"strings"

	"mainforte/internal/mission"
	"mainforte/internal/web/ui"
)

// Cards shows listings. level is that of their headings; of says whose they
// are, where the page does not.
func (v *Visit) Cards(listings []mission.Listing, level int, of bool) []ui.Card {
	cards := make([]ui.Card, 0, len(listings))
	for _, l := range listings {
		var foot []string
		if of {
			foot = append(foot, l.AssociationName)
		}
		if l.Effort != "" {
			foot = append(foot, l.Effort)
		}
		cards = append(cards, ui.Card{
			Title: l.Title, Need: l.Need, Level: level, Marks: v.Marks(l.Entry, l.Remote, l.Place),
			Href: v.Path("/a/" + l.AssociationSlug + "/missions/" + l.Slug),
			Foot: strings.Join(append(foot, v.T.Count("mission.promise.short", l.AnswerDays)), " · "),
		})
	}
	return cards
}

// Marks are the words that help to choose a mission at a glance.
func (v *Visit) Marks(entry, remote bool, place string) []ui.Mark {
	var marks []ui.Mark
	if entry {
		marks = append(marks, ui.Mark{Label: v.T.Say("mission.entry"), Door: true})
	}
	if remote {
		marks = append(marks, ui.Mark{Label: v.T.Say("mission.remote")})
	}
	if place != "" {
		marks = append(marks, ui.Mark{Label: place})
	}
	return marks
}
