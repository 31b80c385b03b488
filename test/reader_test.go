package test

import (
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"slices"
	"strings"
	"testing"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// reader is somebody whose browser shows words, links and forms and nothing
// else. What a reader can do, everybody can.
type reader struct {
	t      testing.TB
	client http.Client
	at     *url.URL
	status int
	body   string
	page   *html.Node
}

// newReader gives a reader whose way begins at an instance. They have no
// cookie yet.
func newReader(t testing.TB, instance string) *reader {
	t.Helper()
	at, err := url.Parse(instance)
	if err != nil {
		t.Fatal(err)
	}
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	return &reader{t: t, at: at, client: http.Client{Jar: jar, Timeout: patience}}
}

// open reads the page at an address, which may be a path.
func (r *reader) open(address string) *reader {
	r.t.Helper()
	request, err := http.NewRequest(http.MethodGet, r.resolve(address), nil)
	if err != nil {
		r.t.Fatal(err)
	}
	return r.ask(request)
}

func (r *reader) resolve(address string) string {
	r.t.Helper()
	to, err := r.at.Parse(address)
	if err != nil {
		r.t.Fatal(err)
	}
	return to.String()
}

func (r *reader) ask(request *http.Request) *reader {
	r.t.Helper()
	response, err := r.client.Do(request)
	if err != nil {
		r.t.Fatal(err)
	}
	defer response.Body.Close()
	content, err := io.ReadAll(response.Body)
	if err != nil {
		r.t.Fatal(err)
	}
	r.at, r.status, r.body = response.Request.URL, response.StatusCode, string(content)
	if r.page, err = html.Parse(strings.NewReader(r.body)); err != nil {
		r.t.Fatal(err)
	}
	return r
}

// follow follows the link with these words.
func (r *reader) follow(words string) *reader {
	r.t.Helper()
	a := r.find(func(n *html.Node) bool { return n.DataAtom == atom.A && text(n) == words })
	if a == nil {
		r.t.Fatalf("on %s there is no link « %s »:\n%s", r.at, words, text(r.page))
	}
	return r.open(attribute(a, "href"))
}

// send fills in the form that has the button with these words, fields by
// name, and presses it.
func (r *reader) send(button string, fields map[string]string) *reader {
	r.t.Helper()
	pressed := r.find(func(n *html.Node) bool { return n.DataAtom == atom.Button && text(n) == button })
	if pressed == nil {
		r.t.Fatalf("on %s there is no button « %s »:\n%s", r.at, button, text(r.page))
	}
	form := pressed.Parent
	for form != nil && form.DataAtom != atom.Form {
		form = form.Parent
	}
	if form == nil {
		r.t.Fatalf("on %s the button « %s » stands in no form", r.at, button)
	}
	values := url.Values{}
	if name := attribute(pressed, "name"); name != "" {
		values.Set(name, attribute(pressed, "value"))
	}
	offered := map[string]bool{}
	for n := range form.Descendants() {
		r.fill(n, values, offered)
	}
	for name, value := range fields {
		if !offered[name] {
			r.t.Fatalf("on %s the form of « %s » has no field %q", r.at, button, name)
		}
		values.Set(name, value)
	}
	action := attribute(form, "action")
	if action == "" {
		action = r.at.String()
	}
	request, err := http.NewRequest(http.MethodPost, r.resolve(action), strings.NewReader(values.Encode()))
	if err != nil {
		r.t.Fatal(err)
	}
	request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	return r.ask(request)
}

// fill takes what a field of a form holds already.
func (r *reader) fill(n *html.Node, values url.Values, offered map[string]bool) {
	name := attribute(n, "name")
	if name == "" {
		return
	}
	switch n.DataAtom {
	case atom.Input:
		offered[name] = true
		kind := attribute(n, "type")
		if kind != "radio" && kind != "checkbox" || has(n, "checked") {
			values.Set(name, attribute(n, "value"))
		}
	case atom.Textarea:
		offered[name] = true
		values.Set(name, content(n))
	case atom.Select:
		offered[name] = true
		for option := range n.Descendants() {
			if option.DataAtom == atom.Option && (has(option, "selected") || !values.Has(name)) {
				values.Set(name, attribute(option, "value"))
			}
		}
	}
}

// option gives the value of the choice that reads so, for send.
func (r *reader) option(words string) string {
	r.t.Helper()
	option := r.find(func(n *html.Node) bool { return n.DataAtom == atom.Option && text(n) == words })
	if option == nil {
		r.t.Fatalf("on %s there is no choice « %s »", r.at, words)
	}
	return attribute(option, "value")
}

// sees checks that the page says all of this.
func (r *reader) sees(all ...string) *reader {
	r.t.Helper()
	page := text(r.page)
	for _, words := range all {
		if !strings.Contains(page, words) {
			r.t.Fatalf("%s (%d) does not say « %s »:\n%s", r.at, r.status, words, page)
		}
	}
	return r
}

// missing checks that the page says nothing of this.
func (r *reader) missing(all ...string) *reader {
	r.t.Helper()
	page := text(r.page)
	for _, words := range all {
		if strings.Contains(page, words) {
			r.t.Fatalf("%s (%d) says « %s »:\n%s", r.at, r.status, words, page)
		}
	}
	return r
}

// cookies are those that this reader would send to an address of the
// instance.
func (r *reader) cookies() []*http.Cookie { return r.client.Jar.Cookies(r.at) }

func (r *reader) find(is func(*html.Node) bool) *html.Node {
	for n := range r.page.Descendants() {
		if n.Type == html.ElementNode && is(n) {
			return n
		}
	}
	return nil
}

// links are the addresses that the page leads to, in their order.
func (r *reader) links() []string {
	var all []string
	for n := range r.page.Descendants() {
		if n.DataAtom == atom.A && has(n, "href") {
			all = append(all, attribute(n, "href"))
		}
	}
	return all
}

func attribute(n *html.Node, name string) string {
	for _, a := range n.Attr {
		if a.Key == name {
			return a.Val
		}
	}
	return ""
}

func has(n *html.Node, name string) bool {
	return slices.ContainsFunc(n.Attr, func(a html.Attribute) bool { return a.Key == name })
}

// content is all that is written in a node.
func content(n *html.Node) string {
	var all strings.Builder
	for inner := range n.Descendants() {
		if inner.Type == html.TextNode {
			all.WriteString(inner.Data)
		}
	}
	return all.String()
}

// text is content as it is read.
func text(n *html.Node) string { return plain(content(n)) }
