package house

import (
	"context"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"mainforte/internal/actor"
	"mainforte/internal/app"
	"mainforte/internal/association"
	"mainforte/internal/db"
	"mainforte/internal/db/dbtest"
	"mainforte/internal/housetest"
	"mainforte/internal/i18n"
	"mainforte/internal/mail"
	"mainforte/internal/offer"
	"mainforte/internal/people"
	"mainforte/internal/web"
)

// roles are who comes to each route, in the order of the columns of access:
// a visitor; the volunteer who made the offer; another volunteer; the referent
// of the mission; a coordinator; the coordinator of another association; the
// operator.
var roles = []string{"visitor", "volunteer", "other volunteer", "referent", "coordinator", "other coordinator", "operator"}

// access says for every route who may: + may, s is led to sign in, - may not.
// What may be refused for another reason than who it is (an empty form) is +.
var access = map[string]string{
	"GET /{$}":           "+++++++",
	"GET /privacy":       "+++++++",
	"GET /accessibility": "+++++++",
	"GET /healthz":       "+++++++",
	"GET /robots.txt":    "+++++++",

	"GET /missions":                                   "+++++++",
	"GET /a/{association}/missions":                   "s++++--",
	"GET /a/{association}/new-mission":                "s--++--",
	"POST /a/{association}/new-mission":               "s--++--",
	"GET /a/{association}/missions/{mission}":         "+++++++",
	"GET /a/{association}/missions/{mission}/edit":    "s--++--",
	"POST /a/{association}/missions/{mission}/edit":   "s--++--",
	"POST /a/{association}/missions/{mission}/state":  "s--++--",
	"GET /a/{association}/missions/{mission}/offers":  "s--++--",
	"POST /a/{association}/missions/{mission}/offers": "+++++++",
	"GET /a/{association}/missions/{mission}/thanks":  "+++++++",
	"GET /desk":                                                "s++++++",
	"GET /a/{association}/offers/{offer}":                      "s+-++--",
	"POST /a/{association}/offers/{offer}/answer":              "s--++--",
	"POST /a/{association}/offers/{offer}/messages":            "s+-++--",
	"POST /a/{association}/offers/{offer}/confirm":             "s+-----",
	"POST /a/{association}/offers/{offer}/withdraw":            "s+-----",
	"POST /a/{association}/offers/{offer}/follow":              "s+-----",
	"GET /c/{token}":                                           "+++++++",
	"POST /c/{token}/confirm":                                  "+++++++",
	"POST /c/{token}/messages":                                 "+++++++",
	"POST /c/{token}/withdraw":                                 "+++++++",
	"POST /c/{token}/follow":                                   "+++++++",
	"GET /a/{association}":                                     "+++++++",
	"POST /a/{association}/leave":                              "s++++--",
	"POST /a/{association}/name":                               "s++++--",
	"GET /start":                                               "s-----+",
	"POST /start":                                              "s-----+",
	"GET /a/{association}/start":                               "s---+--",
	"POST /a/{association}/start":                              "s---+--",
	"GET /a/{association}/share":                               "s++++--",
	"GET /a/{association}/settings":                            "s---+--",
	"POST /a/{association}/settings":                           "s---+--",
	"GET /a/{association}/members":                             "s---+--",
	"GET /a/{association}/members/{person}":                    "s---+--",
	"POST /a/{association}/members/{person}":                   "s---+--",
	"POST /a/{association}/invitations":                        "s---+--",
	"POST /a/{association}/invitations/{invitation}/take-back": "s---+--",
	"GET /invitation/{token}":                                  "+++++++",
	"POST /invitation/{token}":                                 "+++++++",
	"GET /sign-in":                                             "+++++++",
	"POST /sign-in":                                            "+++++++",
	"GET /sign-in/{token}":                                     "+++++++",
	"POST /sign-in/{token}":                                    "+++++++",
	"POST /sign-out":                                           "+++++++",
	"GET /me":                                                  "s++++++",
	"POST /me":                                                 "s++++++",
	"POST /me/sign-out-everywhere":                             "s++++++",
	"GET /me/data":                                             "s++++++",
	"POST /me/erase":                                           "s++++++",
	"GET /operator":                                            "s-----+",
	"POST /operator/jobs/{job}/again":                          "s-----+",
	"POST /operator/jobs/{job}/discard":                        "s-----+",
}

// world is what the routes are about, and who comes.
type world struct {
	*housetest.House
	offer      offer.Offer
	invitation association.Invitation
	tokens     map[string]string
	sessions   []string
}

func build(ctx context.Context, t *testing.T, d *db.DB) world {
	t.Helper()
	w := world{House: housetest.New(ctx, t, d), tokens: map[string]string{}}
	elsewhere := housetest.New(ctx, t, d)
	operator := w.Person("Opale")
	housetest.Must(t, people.SetOperator(ctx, d, actor.System(0), operator.ID, true))
	w.offer = w.OfferOf(w.Volunteer, w.Mission)
	housetest.Must(t, association.Invite(ctx, d, w.Coordinator.Who, association.Invitation{Email: w.Address("Nadia")}))
	waiting, err := association.Invitations(ctx, d, w.Coordinator.Who)
	housetest.Must(t, err)
	w.invitation = waiting[0]

	w.tokens["/c/"], err = offer.LinkToken(ctx, d, w.ID, w.Offer(w.Mission).ID)
	housetest.Must(t, err)
	w.tokens["/invitation/"], err = association.InvitationToken(ctx, d, w.ID, w.invitation)
	housetest.Must(t, err)
	w.tokens["/sign-in/"], err = people.FirstLink(ctx, d, actor.System(0), w.Stranger.Person, "/desk")
	housetest.Must(t, err)

	w.sessions = []string{""}
	for _, p := range []housetest.Person{w.Volunteer, w.Second, w.Referent, w.Coordinator, elsewhere.Coordinator, operator} {
		session, err := people.StartSession(ctx, d, p.ID)
		housetest.Must(t, err)
		w.sessions = append(w.sessions, session)
	}
	return w
}

// path fills the places of a route.
func (w world) path(d *db.DB, pattern string) string {
	path := strings.NewReplacer(
		"{$}", "", "{association}", w.Slug, "{mission}", w.Mission.Slug, "{offer}", w.offer.ID.String(),
		"{person}", w.Second.ID.String(), "{invitation}", w.invitation.ID.String(), "{job}", d.NewID().String(),
	).Replace(pattern)
	for prefix, token := range w.tokens {
		if strings.HasPrefix(path, prefix) {
			path = strings.Replace(path, "{token}", token, 1)
		}
	}
	return path
}

// nobody takes letters: these tests look at pages.
type nobody struct{}

func (nobody) Send(context.Context, mail.Message) error { return nil }

func instance(t *testing.T, d *db.DB, change func(*web.Site)) http.Handler {
	t.Helper()
	site := web.Site{Name: "Mainforte", URL: "http://mainforte.example", Zone: i18n.Zone("Europe/Paris")}
	if change != nil {
		change(&site)
	}
	a, err := app.New(d, slog.New(slog.NewTextHandler(io.Discard, nil)), app.Settings{Site: site, Sender: nobody{}, From: "bonjour@mainforte.example"})
	if err != nil {
		t.Fatal(err)
	}
	return a.Handler
}

// answer is what a visit got.
type answer struct {
	status   int
	location string
	header   http.Header
	body     string
}

func ask(handler http.Handler, method, path, session string, form url.Values) answer {
	r := httptest.NewRequest(method, "http://mainforte.example"+path, strings.NewReader(form.Encode()))
	if method == http.MethodPost {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		r.Header.Set("Sec-Fetch-Site", "same-origin")
	}
	if session != "" {
		r.AddCookie(&http.Cookie{Name: "mainforte", Value: session})
	}
	w := httptest.NewRecorder()
	handler.ServeHTTP(w, r)
	return answer{w.Code, w.Header().Get("Location"), w.Header(), w.Body.String()}
}

// outcome is + , s or - as in the table, or ! for what no visit may end in.
func outcome(a answer) string {
	switch {
	case a.status == http.StatusForbidden || a.status == http.StatusNotFound:
		return "-"
	case a.status == http.StatusUnauthorized:
		return "s"
	case a.status == http.StatusSeeOther && strings.Contains(a.location, "/sign-in?next="):
		return "s"
	case a.status >= 500:
		return "!"
	}
	return "+"
}

func TestEveryRouteForEveryRole(t *testing.T) {
	d, _ := dbtest.Open(t, db.SQLite, app.Subscribers)
	handler := instance(t, d, nil)
	seen := map[string]bool{}
	for _, route := range app.Routes() {
		want, ok := access[route.Pattern]
		if !ok {
			t.Errorf("%s is in no table: say in access who may come.", route.Pattern)
			continue
		}
		seen[route.Pattern] = true
		w := build(t.Context(), t, d)
		method, path, _ := strings.Cut(route.Pattern, " ")
		got := ""
		for i := range roles {
			got += outcome(ask(handler, method, w.path(d, path), w.sessions[i], nil))
		}
		if got != want {
			for i, role := range roles {
				if got[i] != want[i] {
					t.Errorf("%s: the %s gets %q, the table says %q.", route.Pattern, role, got[i], want[i])
				}
			}
		}
	}
	for pattern := range access {
		if !seen[pattern] {
			t.Errorf("%s is in the table and is no route.", pattern)
		}
	}
}

// Whatever the role, what another association owns answers as if it did not
// exist, under the address of one's own.
func TestNothingOfAnotherAssociationUnderOnesOwnAddress(t *testing.T) {
	d, _ := dbtest.Open(t, db.SQLite, app.Subscribers)
	handler := instance(t, d, nil)
	here, there := build(t.Context(), t, d), build(t.Context(), t, d)
	coordinator := here.sessions[4]
	for _, path := range []string{
		"/a/" + here.Slug + "/offers/" + there.offer.ID.String(),
		"/a/" + here.Slug + "/members/" + there.Second.ID.String(),
		"/a/" + here.Slug + "/offers/" + there.offer.ID.String() + "/answer",
		"/a/" + here.Slug + "/offers/" + there.offer.ID.String() + "/messages",
	} {
		method := http.MethodGet
		if strings.HasSuffix(path, "/answer") || strings.HasSuffix(path, "/messages") {
			method = http.MethodPost
		}
		form := url.Values{"answer": {"no"}, "words": {"Bonjour"}}
		if r := ask(handler, method, path, coordinator, form); r.status != http.StatusNotFound {
			t.Errorf("%s %s answers %d, not 404", method, path, r.status)
		}
	}
}

func TestForgedLinksOpenNothing(t *testing.T) {
	d, _ := dbtest.Open(t, db.SQLite, app.Subscribers)
	handler := instance(t, d, nil)
	w := build(t.Context(), t, d)
	for prefix, token := range w.tokens {
		for other := range w.tokens {
			if other == prefix {
				continue
			}
			if r := ask(handler, http.MethodGet, other+token, "", nil); r.status != http.StatusGone {
				t.Errorf("the link of %s opens %s: %d", prefix, other, r.status)
			}
		}
		at := len(token) / 2
		other := map[bool]string{true: "B", false: "A"}[token[at] == 'A']
		forged := token[:at] + other + token[at+1:]
		if r := ask(handler, http.MethodGet, prefix+forged, "", nil); r.status != http.StatusGone {
			t.Errorf("a forged link of %s answers %d", prefix, r.status)
		}
	}
}

func TestPagesAreClosedToOtherSites(t *testing.T) {
	d, _ := dbtest.Open(t, db.SQLite, app.Subscribers)
	handler := instance(t, d, nil)
	w := build(t.Context(), t, d)
	for _, route := range app.Routes() {
		method, pattern, _ := strings.Cut(route.Pattern, " ")
		path := w.path(d, pattern)
		if method == http.MethodPost {
			r := httptest.NewRequest(method, "http://mainforte.example"+path, nil)
			r.Header.Set("Sec-Fetch-Site", "cross-site")
			r.AddCookie(&http.Cookie{Name: "mainforte", Value: w.sessions[4]})
			got := httptest.NewRecorder()
			handler.ServeHTTP(got, r)
			if got.Code != http.StatusForbidden {
				t.Errorf("%s from another site answers %d, not 403", route.Pattern, got.Code)
			}
			continue
		}
		r := ask(handler, method, path, "", nil)
		if cookie := r.header.Get("Set-Cookie"); cookie != "" {
			t.Errorf("%s gives a visitor the cookie %q", route.Pattern, cookie)
		}
		csp := r.header.Get("Content-Security-Policy")
		if csp == "" || strings.Contains(csp, "unsafe") || strings.Contains(csp, "http") {
			t.Errorf("%s has the policy %q", route.Pattern, csp)
		}
		for _, bad := range []string{" style=", "<style", "onclick=", "src=\"http", "href=\"//", "<script>"} {
			if strings.Contains(r.body, bad) {
				t.Errorf("%s holds %q", route.Pattern, bad)
			}
		}
	}
}

// What a page costs in statements is agreed: a page that asks the database
// once per row is seen here first.
func TestStatementsPerPage(t *testing.T) {
	d, _ := dbtest.Open(t, db.SQLite, app.Subscribers)
	handler := instance(t, d, nil)
	w := build(t.Context(), t, d)
	for range 15 {
		w.Offer(w.Open())
	}
	for _, page := range []struct {
		path    string
		session string
		most    int
	}{
		{"/", "", 4},
		{"/missions", "", 2},
		{"/missions?q=fontaines", "", 4},
		{"/a/" + w.Slug, "", 2},
		{"/a/" + w.Slug + "/missions/" + w.Mission.Slug, "", 3},
		{"/a/" + w.Slug + "/missions/" + w.Mission.Slug, w.sessions[4], 5},
		{"/desk", w.sessions[4], 8},
		{"/a/" + w.Slug + "/offers/" + w.offer.ID.String(), w.sessions[4], 8},
		{"/a/" + w.Slug + "/members", w.sessions[4], 6},
	} {
		ctx, tally := db.WithTally(t.Context())
		r := httptest.NewRequestWithContext(ctx, http.MethodGet, "http://mainforte.example"+page.path, nil)
		if page.session != "" {
			r.AddCookie(&http.Cookie{Name: "mainforte", Value: page.session})
		}
		got := httptest.NewRecorder()
		handler.ServeHTTP(got, r)
		if names := tally.Names(); got.Code != http.StatusOK || len(names) > page.most {
			t.Errorf("%s answers %d with %d statements, %d are agreed: %v", page.path, got.Code, len(names), page.most, names)
		}
	}
}
