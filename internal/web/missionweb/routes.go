// Package missionweb shows missions: the public list, a mission with the form
// to offer help, and what those who answer write of it.
package missionweb

import "mainforte/internal/web"

// Routes are the addresses of missions.
func Routes() []web.Route {
	return []web.Route{
		{Pattern: "GET /missions", Access: web.Anyone, Handle: list},
		{Pattern: "GET /a/{association}/missions", Access: web.Member, Handle: all},
		{Pattern: "GET /a/{association}/new-mission", Access: web.Referent, Handle: blank},
		{Pattern: "POST /a/{association}/new-mission", Access: web.Referent, Handle: write},
		{Pattern: "GET /a/{association}/missions/{mission}", Access: web.Anyone, Handle: show},
		{Pattern: "GET /a/{association}/missions/{mission}/edit", Access: web.Member, Handle: edit},
		{Pattern: "POST /a/{association}/missions/{mission}/edit", Access: web.Member, Handle: save},
		{Pattern: "POST /a/{association}/missions/{mission}/state", Access: web.Member, Handle: move},
		{Pattern: "GET /a/{association}/missions/{mission}/offers", Access: web.Member, Handle: offers},
		{Pattern: "POST /a/{association}/missions/{mission}/offers", Access: web.Anyone, Handle: offerHelp},
		{Pattern: "GET /a/{association}/missions/{mission}/thanks", Access: web.Anyone, Handle: thanks},
	}
}
