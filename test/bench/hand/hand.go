// Package hand is the yardstick of the bench: three pages of the product
// written as directly as Go allows. It takes the text of the product's queries
// and its components, and leaves out all that stands between: no visit, no
// table of routes, no registry of statements, no rights, no log, no
// compression, and every sentence that never changes looked up once. It
// answers with the product's bytes and headers, which the bench checks.
package hand

import (
	"bytes"
	"context"
	"database/sql"
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/a-h/templ"

	"mainforte/internal/db"
	"mainforte/internal/i18n"
	"mainforte/internal/web/ui"
)

// Hand answers GET /missions, GET /a/{association}/missions/{mission} and POST
// of an offer to the latter's /offers.
type Hand struct {
	mux         *http.ServeMux
	read, write *sql.DB
	prepared    map[string]*sql.Stmt
	newID       func() db.ID
	jobs        []string
	header      http.Header
	assets      ui.Assets
	url         string
	says        sentences
	list        ui.Page
	zones       map[string]*time.Location
}

// Settings are what Hand shares with the product.
type Settings struct {
	// Path is the database, URL the public address.
	Path, URL string
	// NewID gives the product's IDs, and Jobs are what an offer queues.
	NewID func() db.ID
	Jobs  []string
	// Header and Body are the product's answer to GET /missions: the
	// headers are those of every page, and the names of the static files
	// stand in it.
	Header http.Header
	Body   []byte
}

// The statements, by their names in the registry: the same text, prepared.
var (
	reading = []string{"mission.list_all", "mission.count_all", "association.by_slug", "mission.by_slug", "association.names"}
	writing = []string{"conversation.start", "offer.insert", "conversation.post", "event.insert", "jobs.enqueue"}
)

// New opens the database beside the product and prepares everything.
func New(ctx context.Context, s Settings) (*Hand, error) {
	h := &Hand{
		mux: http.NewServeMux(), prepared: map[string]*sql.Stmt{}, newID: s.NewID, jobs: s.Jobs,
		header: s.Header, url: s.URL, says: say(i18n.In(i18n.French)),
		zones: map[string]*time.Location{"Europe/Paris": i18n.Zone("Europe/Paris")},
	}
	asset := func(ext string) string {
		return regexp.MustCompile(`/static/[^"]*\.` + ext).FindString(string(s.Body))
	}
	h.assets = ui.Assets{CSS: asset("css"), JS: asset("js"), Font: asset("woff2"), Icon: asset("svg")}
	h.list = h.page(h.says.listTitle+" — "+brand, h.says.listDescription, "/missions")
	h.list.Nav = []ui.Link{{Label: h.says.nav, Href: "/missions", Current: true}, {Label: h.says.signIn, Href: "/sign-in"}}
	if err := h.open(s.Path); err != nil {
		return nil, err
	}
	if err := h.prepare(ctx, h.read, reading); err != nil {
		return nil, err
	}
	if err := h.prepare(ctx, h.write, writing); err != nil {
		return nil, err
	}
	for pattern, handle := range map[string]func(http.ResponseWriter, *http.Request) error{
		"GET /missions": h.missions, "GET /a/{association}/missions/{mission}": h.mission,
		"POST /a/{association}/missions/{mission}/offers": h.offer,
	} {
		h.mux.HandleFunc(pattern, func(w http.ResponseWriter, r *http.Request) {
			if err := handle(w, r); err != nil {
				http.Error(w, err.Error(), http.StatusInternalServerError)
			}
		})
	}
	return h, nil
}

// ServeHTTP answers.
func (h *Hand) ServeHTTP(w http.ResponseWriter, r *http.Request) { h.mux.ServeHTTP(w, r) }

// open gives SQLite the product's pragmas and numbers of connections, and
// PostgreSQL as many connections as the product has at most.
func (h *Hand) open(path string) error {
	cores := runtime.GOMAXPROCS(0)
	var err error
	if strings.HasPrefix(path, "postgres://") {
		if h.write, err = sql.Open("pgx", path); err != nil {
			return err
		}
		h.write.SetMaxOpenConns(8 + 4*cores)
		h.write.SetMaxIdleConns(8 + 4*cores)
		h.read = h.write
		return nil
	}
	const pragmas = "_pragma=busy_timeout(10000)&_pragma=foreign_keys(1)&_pragma=mmap_size(268435456)"
	file := "file:" + (&url.URL{Path: path}).EscapedPath() + "?" + pragmas
	if h.write, err = sql.Open("sqlite", file+"&_pragma=journal_mode(WAL)&_pragma=synchronous(FULL)&_txlock=immediate"); err != nil {
		return err
	}
	h.write.SetMaxOpenConns(1)
	if h.read, err = sql.Open("sqlite", file+"&_pragma=query_only(1)"); err != nil {
		return err
	}
	h.read.SetMaxOpenConns(max(2, cores))
	h.read.SetMaxIdleConns(max(2, cores))
	return nil
}

func (h *Hand) prepare(ctx context.Context, pool *sql.DB, names []string) error {
	texts := map[string]string{}
	for _, s := range db.Statements() {
		texts[s.Name] = s.Text
	}
	for _, name := range names {
		text, ok := texts[name]
		if !ok {
			return fmt.Errorf("no statement of the product is named %s: name the right one in test/bench/hand", name)
		}
		statement, err := pool.PrepareContext(ctx, text)
		if err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
		h.prepared[name] = statement
	}
	return nil
}

const brand = "Mainforte"

// page is what surrounds a public page for a visitor.
func (h *Hand) page(title, description, path string) ui.Page {
	s := &h.says
	return ui.Page{
		Lang: string(i18n.French), Title: title, Description: description, Canonical: h.url + path, Public: true,
		Brand: brand, Home: "/", NavLabel: s.navLabel, SkipLabel: s.skip, FooterNote: s.footer, Assets: h.assets,
		Nav:       []ui.Link{{Label: s.nav, Href: "/missions"}, {Label: s.signIn, Href: "/sign-in"}},
		Footer:    []ui.Link{{Label: s.privacy, Href: "/privacy"}, {Label: s.accessibility, Href: "/accessibility"}},
		Languages: []ui.Link{{Label: s.otherLanguage, Href: "/en" + path, Lang: string(i18n.English)}},
		Alternates: []ui.Link{
			{Lang: string(i18n.French), Href: h.url + path}, {Lang: string(i18n.English), Href: h.url + "/en" + path},
		},
	}
}

var buffers = sync.Pool{New: func() any { return new(bytes.Buffer) }}

func (h *Hand) send(w http.ResponseWriter, r *http.Request, page ui.Page, content templ.Component) error {
	body := buffers.Get().(*bytes.Buffer)
	defer buffers.Put(body)
	body.Reset()
	if err := whole(page, content).Render(r.Context(), body); err != nil {
		return err
	}
	header := w.Header()
	for name, values := range h.header {
		header[name] = values
	}
	if _, ok := header["Content-Length"]; ok {
		header["Content-Length"] = []string{strconv.Itoa(body.Len())}
	}
	_, err := w.Write(body.Bytes())
	return err
}
