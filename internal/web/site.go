// Package web is the HTTP door: it turns requests into visits, and what
// handlers return into pages.
//
// The way of a request: Site.Handler finds the route, visit says who comes
// (from the session's cookie) and where (from the address), the route's Access
// is checked, the handler calls capabilities and answers with a page or a
// redirect; an error it returns becomes a page in the visitor's language.
// Nothing changes on GET. A visitor gets no cookie.
package web

import (
	"log/slog"
	"net/http"
	"net/netip"
	"net/url"
	"strings"
	"time"

	"github.com/klauspost/compress/gzhttp"

	"mainforte/internal/db"
	"mainforte/internal/i18n"
)

// Site is what every visit shares: the instance as its operator set it up.
type Site struct {
	DB  *db.DB
	Log *slog.Logger
	// Name is the instance's own.
	Name string
	// URL is the public address, without a slash at its end.
	URL string
	// Contact is the operator's address or page; SourceURL is where the
	// source of this very program is, as its licence asks.
	Contact, SourceURL string
	// Zone is where the days of pages outside associations begin.
	Zone *time.Location
	// Open: whoever is signed in may make an association.
	Open bool
	// NoMail: the operator has named no mail server yet, which people must
	// know before they count on a letter.
	NoMail bool
	// Demo adds the way to the demo's clock, mail and characters.
	Demo bool
	// Proxies are believed when they say for whom they ask.
	Proxies []netip.Prefix
	// OffersPerHour and SignInsPerHour bound what one network address may
	// send; zero is no bound.
	OffersPerHour, SignInsPerHour int
	// Nav are the main links, in the order of the bar.
	Nav []Nav

	offers, signIns, invitations *limiter
}

// Nav is a link of the main bar.
type Nav struct{ Key, Path string }

// Route is an address, who may come to it, and what answers.
type Route struct {
	// Pattern is one of http.ServeMux, without the language:
	// "GET /a/{association}/missions/{mission}".
	Pattern string
	Access  Access
	Handle  Handler
}

// Handler answers one visit. It calls capabilities with v.Who, and returns
// their errors.
type Handler func(v *Visit) error

// Handler serves the routes, each in every language, with what all answers
// share: compression, security headers, refusal of requests from other sites,
// a line in the log without personal data.
func (s *Site) Handler(routes []Route) http.Handler {
	s.offers = newLimiter(s.OffersPerHour)
	s.signIns = newLimiter(s.SignInsPerHour)
	s.invitations = newLimiter(5 * s.SignInsPerHour)
	mux := http.NewServeMux()
	for _, route := range routes {
		method, path, _ := strings.Cut(route.Pattern, " ")
		for _, language := range i18n.Languages {
			text := i18n.In(language)
			pattern := method + " " + text.Path(path)
			if path == "/{$}" && language != i18n.French {
				pattern = method + " " + text.Path("/")
			}
			mux.Handle(pattern, s.serve(route, text))
		}
	}
	mux.Handle("GET "+staticPath, http.HandlerFunc(serveStatic))
	mux.Handle("GET /en/{$}", http.RedirectHandler("/en", http.StatusMovedPermanently))
	mux.Handle("/", s.serve(Route{Pattern: "no route", Handle: nowhere}, i18n.In(i18n.French)))
	mux.Handle("/en/", s.serve(Route{Pattern: "no route", Handle: nowhere}, i18n.In(i18n.English)))

	crossSite := http.NewCrossOriginProtection()
	if address, err := url.Parse(s.URL); err == nil && address.Host != "" {
		// A proxy may rewrite Host; the public address is ours all the same.
		_ = crossSite.AddTrustedOrigin(address.Scheme + "://" + address.Host)
	}
	crossSite.SetDenyHandler(s.serve(Route{Pattern: "cross-site", Handle: refuseCrossSite}, i18n.In(i18n.French)))
	compress, err := gzhttp.NewWrapper(gzhttp.MinSize(1024))
	if err != nil {
		panic(err) // the options are constants
	}
	return s.shut(compress(crossSite.Handler(mux)))
}

// shut says to browsers what our pages never do: run a script or a style
// that is written in them, load anything from another host, be framed, tell
// other sites where the reader came from.
func (s *Site) shut(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("Content-Security-Policy", "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:; font-src 'self'; "+
			"connect-src 'self'; manifest-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'")
		h.Set("Referrer-Policy", "same-origin")
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("X-Frame-Options", "DENY")
		h.Set("Cross-Origin-Opener-Policy", "same-origin")
		h.Set("Cross-Origin-Resource-Policy", "same-origin")
		h.Set("Permissions-Policy", "camera=(), geolocation=(), microphone=(), payment=(), usb=(), browsing-topics=()")
		if s.secure() {
			h.Set("Strict-Transport-Security", "max-age=31536000")
		}
		next.ServeHTTP(w, r)
	})
}
