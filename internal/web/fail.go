package web

import (
	"encoding/base32"
	"errors"
	"net/http"
	"net/url"
	"runtime/debug"
	"slices"
	"strconv"
	"strings"

	"mainforte/internal/db"
	"mainforte/internal/fault"
)

var statuses = map[fault.Code]int{
	fault.Invalid:   http.StatusUnprocessableEntity,
	fault.SignedOut: http.StatusUnauthorized,
	fault.Forbidden: http.StatusForbidden,
	fault.Missing:   http.StatusNotFound,
	fault.Conflict:  http.StatusConflict,
	fault.Gone:      http.StatusGone,
	fault.TooMany:   http.StatusTooManyRequests,
}

// fail turns an error into a page: a fault says its sentence; anything else is
// an incident, whose number ties the page to the log.
func (v *Visit) fail(err error) {
	f, known := fault.As(err)
	switch {
	case known:
	case errors.Is(err, db.ErrBusy):
		v.Log.Warn("the database is busy", "error", err)
		v.W.Header().Set("Retry-After", "10")
		v.say(http.StatusServiceUnavailable, v.T.Say("fault.busy"), "")
		return
	default:
		v.incident(err)
		return
	}
	if f.Code == fault.SignedOut && v.R.Method == http.MethodGet {
		// Whoever is not signed in is led to where one signs in, and back.
		v.status = http.StatusSeeOther
		http.Redirect(v.W, v.R, v.Path("/sign-in")+"?next="+url.QueryEscape(v.Path(v.here())), http.StatusSeeOther)
		return
	}
	if f.Cause != nil {
		v.Log.Debug("fault", "key", f.Key, "cause", f.Cause)
	}
	v.say(statuses[f.Code], v.T.Say(f.Key, f.Args...), "")
}

func (v *Visit) incident(cause any) {
	number := strings.ToLower(base32.StdEncoding.EncodeToString(v.DB.Random(5)))
	v.Log.Error("incident", "number", number, "method", v.R.Method, "route", v.R.Pattern, "cause", cause, "stack", string(debug.Stack()))
	v.say(http.StatusInternalServerError, v.T.Say("web.incident"), number)
}

func (v *Visit) say(status int, sentence, number string) {
	page := v.Layout(Page{Title: v.T.Say("web.error." + strconv.Itoa(status)), NoIndex: true, Narrow: true})
	if err := v.write(status, v.inLayout(page, failure(v, status, sentence, number))); err != nil {
		v.Log.Error("the error page failed", "error", err)
		http.Error(v.W, sentence, status)
	}
}

// typed are the words of a form that could not be taken, so that an error page
// can give them back: whoever wrote them may not have them elsewhere.
func (v *Visit) typed() []string {
	var all []string
	for name, values := range v.R.PostForm {
		for _, value := range values {
			if len([]rune(value)) > 12 && name != "email" && name != "next" {
				all = append(all, value)
			}
		}
	}
	slices.Sort(all) // a map has no order
	return all
}

func nowhere(*Visit) error { return fault.New(fault.Missing, "fault.missing") }

func refuseCrossSite(*Visit) error { return fault.New(fault.Forbidden, "fault.cross_site") }
