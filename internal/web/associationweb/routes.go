// Package associationweb shows an association: to visitors what it does and
// looks for, to its coordination its members and settings, and on the first
// day three questions.
package associationweb

import "mainforte/internal/web"

// Routes are the addresses of associations.
func Routes() []web.Route {
	return []web.Route{
		{Pattern: "GET /a/{association}", Access: web.Anyone, Handle: show},
		{Pattern: "POST /a/{association}/leave", Access: web.Member, Handle: leave},
		{Pattern: "POST /a/{association}/name", Access: web.Member, Handle: rename},

		{Pattern: "GET /start", Access: web.Person, Handle: begin},
		{Pattern: "POST /start", Access: web.Person, Handle: found},
		{Pattern: "GET /a/{association}/start", Access: web.Coordinator, Handle: begin},
		{Pattern: "POST /a/{association}/start", Access: web.Coordinator, Handle: found},
		{Pattern: "GET /a/{association}/share", Access: web.Member, Handle: share},

		{Pattern: "GET /a/{association}/settings", Access: web.Coordinator, Handle: settings},
		{Pattern: "POST /a/{association}/settings", Access: web.Coordinator, Handle: saveSettings},
		{Pattern: "GET /a/{association}/members", Access: web.Coordinator, Handle: members},
		{Pattern: "GET /a/{association}/members/{person}", Access: web.Coordinator, Handle: member},
		{Pattern: "POST /a/{association}/members/{person}", Access: web.Coordinator, Handle: saveMember},
		{Pattern: "POST /a/{association}/invitations", Access: web.Coordinator, Handle: invite},
		{Pattern: "POST /a/{association}/invitations/{invitation}/take-back", Access: web.Coordinator, Handle: takeBack},

		{Pattern: "GET /invitation/{token}", Access: web.Anyone, Handle: openInvitation},
		{Pattern: "POST /invitation/{token}", Access: web.Anyone, Handle: accept},
	}
}
