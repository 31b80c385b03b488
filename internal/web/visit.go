package web

import (
	"bytes"
	"errors"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/a-h/templ"

	"mainforte/internal/actor"
	"mainforte/internal/association"
	"mainforte/internal/fault"
	"mainforte/internal/i18n"
	"mainforte/internal/people"
)

// Access is who may come to a route at all. It is the first of two doors: the
// capability behind it checks again, more finely.
type Access int

// The accesses, each stricter than the one before it. From Member on the
// address names an association.
const (
	// Anyone: the handler or the capability decides.
	Anyone Access = iota
	// Person: whoever is signed in.
	Person
	// Member: members of the association.
	Member
	// Referent: those who answer there, and coordination.
	Referent
	// Coordinator: coordination.
	Coordinator
	// Operator: who tends the instance.
	Operator
)

// Visit is one request: who comes, where, in which language.
type Visit struct {
	*Site
	W http.ResponseWriter
	R *http.Request
	// T speaks the language of the address.
	T i18n.Text
	// Who acts; pass it to capabilities.
	Who actor.Actor
	// Person is who is signed in; its ID is zero for a visitor.
	Person people.Person
	// Association is the one that the address names, if it names one, and
	// Member what the person is there.
	Association association.Association
	Member      association.Member

	status int
}

const (
	// formLimit is the most that a form may send: the longest mission with
	// every text full, in characters of four bytes, escaped.
	formLimit = 512 << 10
)

// cookieName binds the cookie to this very host wherever the transport allows
// the prefix that says so.
func (s *Site) cookieName() string {
	if s.secure() {
		return "__Host-mainforte"
	}
	return "mainforte"
}

func (s *Site) secure() bool { return strings.HasPrefix(s.URL, "https://") }

// serve makes a handler of net/http from a route.
func (s *Site) serve(route Route, text i18n.Text) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		start := time.Now()
		v := &Visit{Site: s, W: w, R: r, T: text, status: http.StatusOK}
		defer func() {
			if p := recover(); p != nil {
				v.incident(p)
			}
			s.Log.Info("request", "method", r.Method, "route", route.Pattern, "language", string(text.Language()),
				"status", v.status, "ms", time.Since(start).Milliseconds())
		}()
		if err := v.arrive(route); err != nil {
			v.fail(err)
			return
		}
		if err := route.Handle(v); err != nil {
			v.fail(err)
		}
	})
}

// arrive finds out who comes and where, and whether they may.
func (v *Visit) arrive(route Route) error {
	ctx := v.R.Context()
	// The form is read first: whatever fails after, its words can be given
	// back.
	if v.R.Method == http.MethodPost {
		v.R.Body = http.MaxBytesReader(v.W, v.R.Body, formLimit)
		if err := v.R.ParseForm(); err != nil {
			var large *http.MaxBytesError
			if errors.As(err, &large) {
				return fault.New(fault.Invalid, "fault.too_large").Because(err)
			}
			return fault.New(fault.Invalid, "fault.form_unreadable").Because(err)
		}
	}
	if cookie, err := v.R.Cookie(v.cookieName()); err == nil {
		p, found, err := people.Session(ctx, v.DB, cookie.Value)
		if err != nil {
			return err
		}
		if found {
			v.Person = p
			v.Who = actor.Actor{Person: p.ID, Operator: p.Operator}
		}
	}
	if slug := v.R.PathValue("association"); slug != "" {
		a, err := association.BySlug(ctx, v.DB, slug)
		if err != nil {
			return err
		}
		v.Association = a
		v.Who.Association = a.ID
		if v.Who.Person != 0 {
			if v.Who, v.Member, err = association.Act(ctx, v.DB, a.ID, v.Person); err != nil {
				return err
			}
		}
	}
	return v.may(route.Access)
}

func (v *Visit) may(access Access) error {
	allowed := map[Access]bool{
		Anyone:      true,
		Person:      v.Who.Person != 0,
		Member:      v.Who.Member,
		Referent:    v.Who.Referent,
		Coordinator: v.Who.Coordinator,
		Operator:    v.Who.Operator,
	}[access]
	switch {
	case allowed:
		return nil
	case v.Who.Person == 0:
		return fault.New(fault.SignedOut, "fault.signed_out")
	}
	return fault.New(fault.Forbidden, "fault.forbidden")
}

// SignedIn tells whether somebody is.
func (v *Visit) SignedIn() bool { return v.Who.Person != 0 }

// Now is the injected time.
func (v *Visit) Now() time.Time { return v.DB.Now() }

// Path is an address of the instance in the visit's language.
func (v *Visit) Path(path string) string { return v.T.Path(path) }

// Absolute is the public address of a path in the visit's language.
func (v *Visit) Absolute(path string) string { return v.URL + v.T.Path(path) }

// In is an address within the visit's association, in its language.
func (v *Visit) In(path string) string { return v.T.Path("/a/" + v.Association.Slug + path) }

// Value is what the form or the query holds under a name.
func (v *Visit) Value(name string) string { return v.R.FormValue(name) }

// Days gives the zone in which the visit's days begin.
func (v *Visit) Days() *time.Location {
	if v.Association.ID != 0 {
		return v.Association.Zone()
	}
	return v.Zone
}

// Called is a member's name, or the association's for who has given none yet:
// a promise is never made by nobody.
func (v *Visit) Called(name string) string {
	if name == "" {
		return v.Association.Name
	}
	return name
}

// Moment says when something happened, with the exact time.
func (v *Visit) Moment(at time.Time) (words, iso string) {
	return v.T.Moment(at, v.Now(), v.Days()), at.In(v.Days()).Format(time.RFC3339)
}

// Day says a date, with the exact one.
func (v *Visit) Day(at time.Time) string { return v.T.Day(at, v.Now(), v.Days()) }

// Redirect answers a POST by leading to a page; done, if not empty, is the key
// after "done." of the sentence that the page then shows.
func (v *Visit) Redirect(path, done string) error {
	if done != "" {
		separator := "?"
		if strings.Contains(path, "?") {
			separator = "&"
		}
		path += separator + "done=" + url.QueryEscape(done)
	}
	v.status = http.StatusSeeOther
	http.Redirect(v.W, v.R, path, http.StatusSeeOther)
	return nil
}

// Moved leads to the address that a thing has now. Not for good: it may be
// renamed back, and nobody keeps the way to what is for members.
func (v *Visit) Moved(path string) error {
	v.status = http.StatusFound
	v.W.Header().Set("Cache-Control", "private, no-store")
	http.Redirect(v.W, v.R, path, http.StatusFound)
	return nil
}

// here is the address of the visit without its language, as a path of this
// instance whatever was asked.
func (v *Visit) here() string {
	_, path := i18n.Split("/" + strings.TrimLeft(v.R.URL.EscapedPath(), "/"))
	return "/" + strings.TrimLeft(path, "/")
}

// write renders whole before it sends, so that a failure halfway is a page
// that says so.
func (v *Visit) write(status int, page templ.Component) error {
	var body bytes.Buffer
	if err := page.Render(v.R.Context(), &body); err != nil {
		return err
	}
	v.status = status
	h := v.W.Header()
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("Content-Language", string(v.T.Language()))
	h.Add("Vary", "Cookie")
	if v.SignedIn() || v.R.PathValue("token") != "" || v.R.Method == http.MethodPost {
		h.Set("Cache-Control", "private, no-store")
	} else {
		h.Set("Cache-Control", "no-cache")
	}
	v.W.WriteHeader(status)
	_, err := body.WriteTo(v.W)
	if err != nil {
		v.Log.Debug("the reader went away", "error", err)
	}
	return nil
}

// Remember gives the browser the cookie of a session.
func (v *Visit) Remember(session string) {
	http.SetCookie(v.W, v.cookie(session, people.SessionLife))
}

// Forget takes the cookie back.
func (v *Visit) Forget() { http.SetCookie(v.W, v.cookie("", -time.Second)) }

// SessionSecret is what the cookie holds; empty without one.
func (v *Visit) SessionSecret() string {
	cookie, err := v.R.Cookie(v.cookieName())
	if err != nil {
		return ""
	}
	return cookie.Value
}

func (v *Visit) cookie(value string, life time.Duration) *http.Cookie {
	return &http.Cookie{
		Name: v.cookieName(), Value: value, Path: "/", MaxAge: int(life.Seconds()),
		HttpOnly: true, SameSite: http.SameSiteLaxMode, Secure: v.secure(),
	}
}
