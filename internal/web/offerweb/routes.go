// Package offerweb shows the desk, where one sees who waits and since when,
// and the conversation of an offer of help: to its author, signed in or by the
// link that was mailed, and to those who answer.
package offerweb

import "mainforte/internal/web"

// Routes are the addresses of the desk and of conversations.
func Routes() []web.Route {
	return []web.Route{
		{Pattern: "GET /desk", Access: web.Person, Handle: desk},

		// By members, and by the volunteer who is signed in.
		{Pattern: "GET /a/{association}/offers/{offer}", Access: web.Person, Handle: inside(read)},
		{Pattern: "POST /a/{association}/offers/{offer}/answer", Access: web.Member, Handle: inside(answer)},
		{Pattern: "POST /a/{association}/offers/{offer}/messages", Access: web.Person, Handle: inside(write)},
		{Pattern: "POST /a/{association}/offers/{offer}/confirm", Access: web.Person, Handle: inside(confirm)},
		{Pattern: "POST /a/{association}/offers/{offer}/withdraw", Access: web.Person, Handle: inside(withdraw)},
		{Pattern: "POST /a/{association}/offers/{offer}/follow", Access: web.Person, Handle: inside(follow)},

		// By whoever holds the link mailed to the offer's address.
		{Pattern: "GET /c/{token}", Access: web.Anyone, Handle: byLink(read)},
		{Pattern: "POST /c/{token}/confirm", Access: web.Anyone, Handle: byLink(confirm)},
		{Pattern: "POST /c/{token}/messages", Access: web.Anyone, Handle: byLink(write)},
		{Pattern: "POST /c/{token}/withdraw", Access: web.Anyone, Handle: byLink(withdraw)},
		{Pattern: "POST /c/{token}/follow", Access: web.Anyone, Handle: byLink(follow)},
	}
}
