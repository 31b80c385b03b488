package test

import (
	"context"
	"flag"
	"net/http"
	"net/url"
	"os"
	"regexp"
	"strings"
	"sync"
	"testing"

	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/chromedp"

	"mainforte/internal/app"
	"mainforte/internal/i18n"
	"mainforte/internal/web/demoweb"
)

// most is what a public page may weigh over the wire, all included, in bytes.
const most = 60_000

// axe is what looks for barriers, installed by make deps.
const axe = "axe/node_modules/axe-core/axe.min.js"

// wide is a wide screen, in CSS pixels; half of it is one at twice its size.
const wide = 1280

// settings are those at which every page is searched for barriers.
var settings = []struct {
	name  string
	width int64
	dark  bool
}{
	{"360-light", phone, false}, {"360-dark", phone, true}, {"1280-light", wide, false}, {"1280-dark", wide, true},
}

// page is one to look at.
type page struct {
	// name is that of the subtest and of the pictures.
	name string
	// at is its address; or on and leads: the first link on a page to an
	// address of this shape.
	at        string
	on, leads string
	// status is 200 unless said.
	status int64
	// then is what is done there before one looks; the page that comes of it
	// has the status after.
	then func(*window)
	// public: visitors come to it, so it is weighed.
	public bool
}

// The shapes of addresses that pages lead to.
const (
	aMission      = `^/a/[^/]+/missions/[^/]+$`
	anOffer       = `^/a/[^/]+/offers/[^/?]+$`
	anAssociation = `^/a/[^/]+$`
	aMember       = `/members/[^/?]+$`
	aLetter       = `^/demo/mail/\d+$`
)

// tours are all the pages of the product, by who comes to them in the demo. A
// route of the product that no tour visits fails the test.
var tours = []struct {
	who, email string
	pages      []page
}{
	{who: "visitor", pages: []page{
		{name: "home", at: "/", public: true},
		{name: "missions", at: "/missions", public: true},
		{name: "missions-found", at: "/missions?q=velo", public: true},
		{name: "missions-nothing", at: "/missions?q=zeppelin&remote=on", public: true},
		{name: "mission", at: "/a/les-veilleuses/missions/traduire-le-site-en-anglais-une-page-a-la-fois", public: true},
		{name: "mission-wrong", on: "/missions", leads: aMission, then: send("Proposer mon aide"), public: true},
		{name: "thanks", at: "/a/les-veilleuses/missions/traduire-le-site-en-anglais-une-page-a-la-fois/thanks", public: true},
		{name: "association", on: "/", leads: anAssociation, public: true},
		{name: "privacy", at: "/privacy", public: true},
		{name: "accessibility", at: "/accessibility", public: true},
		{name: "sign-in", at: "/sign-in", public: true},
		{name: "sign-in-wrong", at: "/sign-in", then: send("Recevoir un lien"), public: true},
		{name: "sign-in-sent", at: "/sign-in?sent=yes", public: true},
		{name: "sign-in-arrive", at: "mail to karim@poste.example: /sign-in/", public: true},
		{name: "sign-in-gone", at: "/sign-in/nothing", status: http.StatusGone, public: true},
		{name: "invitation", at: "mail to invitee@courriel.example: /invitation/", public: true},
		{name: "invitation-wrong", at: "mail to invitee@courriel.example: /invitation/", then: send("Accepter"), public: true},
		{name: "link", at: "mail to alix@poste.example: /c/", public: true},
		{name: "link-late", at: "mail to theophile@lettres.example: /c/", public: true},
		{name: "link-redirected", at: "mail to helene@lettres.example: /c/", public: true},
		{name: "mission-paused", at: "/a/roue-libre/missions/refaire-la-remorque-de-l-atelier", public: true},
		{name: "mission-filled", at: "/a/les-veilleuses/missions/classer-les-recus-avec-la-tresoriere", public: true},
		{name: "nowhere", at: "/nowhere", status: http.StatusNotFound, public: true},
		{name: "demo", at: "/demo"},
		{name: "demo-clock", at: "/demo/clock"},
		{name: "demo-mails", at: "/demo/mail"},
		{name: "demo-mail", on: "/demo/mail", leads: aLetter},
		{name: "english-home", at: "/en", public: true},
		{name: "english-missions", at: "/en/missions", public: true},
		{name: "english-mission", at: "/en/a/les-veilleuses/missions/traduire-le-site-en-anglais-une-page-a-la-fois", public: true},
		{name: "english-accessibility", at: "/en/accessibility", public: true},
	}},
	{who: "volunteer", email: "soizic@courriel.example", pages: []page{
		{name: "desk", at: "/desk"},
		{name: "conversation", on: "/desk", leads: anOffer},
		{name: "conversation-wrong", on: "/desk", leads: anOffer, then: send("Envoyer")},
		{name: "mission", at: "/a/les-veilleuses/missions/traduire-le-site-en-anglais-une-page-a-la-fois"},
		{name: "association", at: "/a/les-veilleuses"},
		{name: "missions-of-association", at: "/a/les-veilleuses/missions"},
		{name: "me", at: "/me"},
		{name: "me-wrong", at: "/me", then: blank("Enregistrer")},
		{name: "not-hers", at: "/a/les-veilleuses/settings", status: http.StatusForbidden},
	}},
	{who: "deferred", email: "karim@poste.example", pages: []page{
		{name: "desk", at: "/desk"},
		{name: "conversation", on: "/desk", leads: anOffer},
	}},
	{who: "referent", email: "camille@veilleuses.example", pages: []page{
		{name: "desk", at: "/desk"},
		{name: "conversation", on: "/desk", leads: anOffer},
		{name: "answer-another", on: "/desk", leads: anOffer, then: func(w *window) { w.choose("Plutôt cette mission") }},
		{name: "answer-not-now", on: "/desk", leads: anOffer, then: func(w *window) { w.choose("Pas maintenant") }},
		{name: "answer-wrong", on: "/desk", leads: anOffer, then: send("Envoyer la réponse")},
		{name: "new-mission", at: "/a/les-veilleuses/new-mission"},
		{name: "new-mission-wrong", at: "/a/les-veilleuses/new-mission", then: send("Publier")},
		{name: "mission", on: "/desk", leads: aMission},
		{name: "edit-wrong", on: "/desk", leads: aMission, then: func(w *window) {
			w.press("Modifier")
			blank("Enregistrer")(w)
		}},
		{name: "edit", at: "/a/les-veilleuses/missions/traduire-le-site-en-anglais-une-page-a-la-fois/edit"},
		{name: "offers", at: "/a/les-veilleuses/missions/traduire-le-site-en-anglais-une-page-a-la-fois/offers"},
		{name: "missions-of-association", at: "/a/les-veilleuses/missions"},
		{name: "english-desk", at: "/en/desk"},
		{name: "english-conversation", on: "/en/desk", leads: `^/en/a/[^/]+/offers/[^/]+$`},
	}},
	{who: "coordinator", email: "awa@veilleuses.example", pages: []page{
		{name: "desk", at: "/desk"},
		{name: "association", at: "/a/les-veilleuses"},
		{name: "members", at: "/a/les-veilleuses/members"},
		{name: "members-wrong", at: "/a/les-veilleuses/members", then: send("Envoyer l’invitation")},
		{name: "member", on: "/a/les-veilleuses/members", leads: aMember},
		{name: "member-wrong", on: "/a/les-veilleuses/members", leads: aMember, then: blank("Enregistrer")},
		{name: "settings", at: "/a/les-veilleuses/settings"},
		{name: "settings-wrong", at: "/a/les-veilleuses/settings", then: blank("Enregistrer")},
		{name: "start", at: "/a/les-veilleuses/start"},
		{name: "share", at: "/a/les-veilleuses/share"},
		{name: "draft", on: "/a/les-veilleuses/missions", leads: `/accueillir-les-nouvelles-voix$`},
		{name: "offers-none", at: "/a/les-veilleuses/missions/accueillir-les-nouvelles-voix/offers"},
		{name: "missions-of-association", at: "/a/les-veilleuses/missions"},
		{name: "english-members", at: "/en/a/les-veilleuses/members"},
	}},
	{who: "operator", email: "noor@instance.example", pages: []page{
		{name: "operator", at: "/operator"},
		{name: "desk", at: "/desk"},
		{name: "start", at: "/start"},
		{name: "start-wrong", at: "/start", then: blank("Publier et recevoir le lien")},
	}},
}

// plainly answer machines, or give a file: nothing to look at.
var plainly = map[string]bool{"GET /healthz": true, "GET /robots.txt": true, "GET /me/data": true}

// send presses the button of a form as it is, past what the browser would
// say, and waits for the page that says what is wrong.
func send(button string) func(*window) {
	return func(w *window) {
		w.t.Helper()
		script[any](w, `document.querySelectorAll("form").forEach(f => f.noValidate = true)`)
		w.pressed(http.StatusUnprocessableEntity, button)
	}
}

// blank is send with every field emptied.
func blank(button string) func(*window) {
	return func(w *window) {
		w.t.Helper()
		script[any](w, `document.querySelectorAll("main input:not([type=hidden], [type=radio], [type=checkbox]), main textarea").forEach(f => f.value = "")`)
		send(button)(w)
	}
}

// TestEveryPage looks at every page of the product, as everybody who comes to
// it, on a small phone and a wide screen, in light and dark: it finds no
// barrier, scrolls one way, asks nobody else, complains of nothing, and the
// public ones are light.
//
// With MAINFORTE_PICTURES naming a folder, what was looked at is kept there.
func TestEveryPage(t *testing.T) {
	long(t)
	t.Parallel()
	source, err := os.ReadFile(axe)
	if err != nil {
		lacking(t, "axe")
	}
	demo := serve(t, nil, "demo", "--listen", "localhost:0", "--data", t.TempDir()+"/demo.db")
	invite(t, demo.URL)
	seen := newRoutes()
	t.Run("as", func(t *testing.T) {
		for _, tour := range tours {
			t.Run(tour.who, func(t *testing.T) {
				t.Parallel()
				l := newLook(t, demo.URL, tour.who, string(source))
				finder := newReader(t, demo.URL)
				if tour.email != "" {
					enter(t, l.window, finder, tour.email)
				}
				for _, p := range tour.pages {
					t.Run(p.name, func(t *testing.T) {
						l.t, finder.t = t, t
						address := p.find(finder)
						seen.visit(address)
						l.at(p, address)
					})
				}
			})
		}
		t.Run("beginning", func(t *testing.T) { t.Parallel(); beginning(t, string(source)) })
	})
	if strings.Contains(flag.Lookup("test.run").Value.String(), "/") {
		return // only some pages were asked for
	}
	for _, route := range seen.missed() {
		t.Errorf("%s is on no tour: add a page to tours, or to plainly if it is none.", route)
	}
}

// beginning looks at an instance in which there is nothing yet.
func beginning(t *testing.T, source string) {
	data := t.TempDir() + "/mainforte.db"
	web := serve(t, nil, "serve", "--data", data, "--listen", "localhost:0")
	first := link(t, run(t, "init", "--data", data, "--association", "anse", "--name", "Les Mains de l’Anse", "--coordinator", "camille@anse.example", "--url", web.URL))
	for _, tour := range []struct {
		who   string
		pages []page
	}{
		{"nobody-yet", []page{
			{name: "home", at: "/", public: true},
			{name: "missions", at: "/missions", public: true},
			{name: "association", at: "/a/anse", public: true},
		}},
		{"first-coordinator", []page{
			{name: "desk", at: "/desk"},
			{name: "start-wrong", at: "/a/anse/start", then: send("Publier et recevoir le lien")},
			{name: "association", at: "/a/anse"},
			{name: "missions-of-association", at: "/a/anse/missions"},
			{name: "members", at: "/a/anse/members"},
			{name: "new-mission", at: "/a/anse/new-mission"},
			{name: "share", at: "/a/anse/share"},
		}},
	} {
		l := newLook(t, web.URL, tour.who, source)
		if tour.who == "first-coordinator" {
			l.open(first).press("Me connecter")
		}
		for _, p := range tour.pages {
			t.Run(tour.who+"-"+p.name, func(t *testing.T) { l.t = t; l.at(p, p.at) })
		}
	}
}

// enter steps into the shoes of a character of the demo, in the window and as
// the one who finds the way.
func enter(t *testing.T, w *window, finder *reader, email string) {
	t.Helper()
	w.open("/demo")
	w.arrive(http.StatusOK, chromedp.Click(chromedp.CSS(`form:has(input[value="`+email+`"]) button`)))
	request, err := http.NewRequest(http.MethodPost, finder.resolve("/demo/enter"), strings.NewReader(url.Values{"email": {email}}.Encode()))
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	finder.ask(request).sees("Moi")
}

// invite has somebody invited in the demo, and somebody ask for a link to
// sign in: their mails lead to pages that nothing else leads to.
func invite(t *testing.T, demo string) {
	t.Helper()
	awa := newReader(t, demo)
	request, err := http.NewRequest(http.MethodPost, awa.resolve("/demo/enter"), strings.NewReader("email=awa%40veilleuses.example"))
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	awa.ask(request).open("/a/les-veilleuses/members").send("Envoyer l’invitation", map[string]string{"email": "invitee@courriel.example", "role": "referent"})
	newReader(t, demo).open("/sign-in").send("Recevoir un lien", map[string]string{"email": "karim@poste.example"})
}

// inMail finds an address in a mail of the demo: to whom, and how its path
// begins.
var inMail = regexp.MustCompile(`^mail to (\S+): (\S+)$`)

// find gives the page's address.
func (p page) find(r *reader) string {
	r.t.Helper()
	if mail := inMail.FindStringSubmatch(p.at); mail != nil {
		return mailed(r, mail[1], mail[2])
	}
	if p.at != "" {
		return p.at
	}
	shape := regexp.MustCompile(p.leads)
	for _, address := range r.open(p.on).links() {
		if shape.MatchString(address) {
			return address
		}
	}
	r.t.Fatalf("nothing on %s leads to %s", p.on, p.leads)
	return ""
}

// mailed finds the address in the newest mail of the demo that has one.
func mailed(r *reader, to, path string) string {
	r.t.Helper()
	found := ""
	until(r.t, "a mail to "+to+" that leads to "+path, func() bool {
		r.open("/demo/mail")
		for _, letter := range letters(r, to) {
			for _, address := range r.open(letter).links() {
				if u, err := url.Parse(address); err == nil && strings.HasPrefix(u.Path, path) {
					found = u.RequestURI()
					return true
				}
			}
		}
		return false
	})
	return found
}

// letters are the addresses of the demo's mails to somebody.
func letters(r *reader, to string) []string {
	var all []string
	for n := range r.page.Descendants() {
		if n.Data != "li" || !strings.Contains(text(n), to) {
			continue
		}
		for a := range n.Descendants() {
			if strings.HasPrefix(attribute(a, "href"), "/demo/mail/") {
				all = append(all, attribute(a, "href"))
			}
		}
	}
	return all
}

// routes tells which of the product's were visited.
type routes struct {
	mux  *http.ServeMux
	lock sync.Mutex
	seen map[string]bool
	all  []string
}

func newRoutes() *routes {
	r := &routes{mux: http.NewServeMux(), seen: map[string]bool{}}
	for _, route := range append(app.Routes(), (&demoweb.Demo{}).Routes()...) {
		if strings.HasPrefix(route.Pattern, "GET ") && !plainly[route.Pattern] {
			r.all = append(r.all, route.Pattern)
			r.mux.Handle(route.Pattern, http.NotFoundHandler())
		}
	}
	return r
}

func (r *routes) visit(address string) {
	u, err := url.Parse(address)
	if err != nil {
		return
	}
	_, u.Path = i18n.Split(u.Path)
	_, pattern := r.mux.Handler(&http.Request{Method: http.MethodGet, URL: u})
	r.lock.Lock()
	defer r.lock.Unlock()
	r.seen[pattern] = true
}

func (r *routes) missed() []string {
	var all []string
	for _, pattern := range r.all {
		if !r.seen[pattern] {
			all = append(all, pattern)
		}
	}
	return all
}

// look is a window through which pages are looked at closely.
type look struct {
	*window
	axe string
	who string
}

// newLook opens a window whose pages run their scripts and keep nothing from
// one to the next, so that each can be weighed.
func newLook(t testing.TB, instance, who, axe string) *look {
	t.Helper()
	l := &look{window: newWindow(t, instance, true), axe: axe, who: who}
	l.closely = true
	call(l.window, network.SetCacheDisabled.Method, network.SetCacheDisabledParams{CacheDisabled: true})
	return l
}

// at looks at one page.
func (l *look) at(p page, address string) {
	l.t.Helper()
	if p.status == 0 {
		p.status = http.StatusOK
	}
	l.weigh()
	l.arrive(p.status, chromedp.Navigate(l.instance+address))
	if p.then != nil {
		p.then(l.window)
	}
	if n := script[int](l.window, `document.querySelectorAll("h1").length`); n != 1 {
		l.t.Errorf("%s has %d first headings", address, n)
	}
	l.pictures(p)
	// What is folded is looked at unfolded.
	script[any](l.window, `document.querySelectorAll("details").forEach(d => d.open = true)`)
	l.measure(320, phone, wide/2, wide)
	script[any](l.window, l.axe+"; undefined")
	for _, s := range settings {
		l.size(s.width, s.dark)
		for _, barrier := range l.barriers() {
			l.t.Errorf("%s at %s: %s", address, s.name, barrier)
		}
	}
	// A page after another was asked for twice, and is not weighed.
	if weight := l.weigh(); p.public && p.then == nil && weight > most {
		l.t.Errorf("%s weighs %d bytes, %d are agreed", address, weight, most)
	}
}

// search is what axe is asked: everything that the law and good habit know.
const search = `axe.run(document, {
	runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
	resultTypes: ["violations"], preload: false,
}).then(found => found.violations.map(v => v.id + ", " + v.help + ":\n" +
	v.nodes.map(n => "    " + n.target.join(" ") + " " + n.html.slice(0, 120) + "\n    " + n.failureSummary.replace(/\s+/g, " ")).join("\n")))`

func (l *look) barriers() []string {
	l.t.Helper()
	ctx, cancel := context.WithTimeout(l.ctx, patience)
	defer cancel()
	found, err := chromedp.Run(ctx, chromedp.Evaluate[[]string](search, chromedp.EvalAwaitPromise))
	l.must(err)
	return found
}

// TestBarriersAreFound looks at a page with barriers in it, for a search that
// finds nothing may not have looked. Light is easy to read there and dark is
// not, so it also tells that both are seen.
func TestBarriersAreFound(t *testing.T) {
	long(t)
	t.Parallel()
	source, err := os.ReadFile(axe)
	if err != nil {
		lacking(t, "axe")
	}
	web := serve(t, nil, "serve", "--data", t.TempDir()+"/mainforte.db", "--listen", "localhost:0")
	l := newLook(t, web.URL, "visitor", string(source))
	l.open("/privacy")
	script[any](l.window, `document.querySelector("main").insertAdjacentHTML("beforeend", '<input name="bare"><p id="faint">Faint</p>');
		document.getElementById("faint").style.color = "#333"; undefined`)
	script[any](l.window, l.axe+"; undefined")
	for _, s := range settings {
		l.size(s.width, s.dark)
		found := strings.Join(l.barriers(), "\n")
		if !strings.Contains(found, "label,") || strings.Contains(found, "color-contrast,") != s.dark {
			t.Errorf("at %s it finds:\n%s", s.name, found)
		}
	}
	script[any](l.window, `document.getElementById("faint").style.width = "700px"; undefined`)
	l.size(phone, false)
	if l.wider() == "" {
		t.Error("a page wider than the window is not seen")
	}
	script[any](l.window, `fetch("http://127.0.0.1:1/").catch(() => {}); undefined`)
	until(t, "a request to another host, noted", func() bool {
		l.lock.Lock()
		defer l.lock.Unlock()
		return strings.Contains(strings.Join(l.wrong, " "), "127.0.0.1:1")
	})
}

// pictures keeps what the page looks like, if a folder for it is named.
func (l *look) pictures(p page) {
	l.t.Helper()
	folder := os.Getenv("MAINFORTE_PICTURES")
	if folder == "" {
		return
	}
	l.must(os.MkdirAll(folder, 0o755))
	for _, s := range settings {
		l.must(os.WriteFile(folder+"/"+l.who+"-"+p.name+"-"+s.name+".png", l.whole(s.width, s.dark), 0o644))
	}
}
