package web

import (
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"testing"
	"time"
)

func TestProseKeepsWordsAndDropsWhatActs(t *testing.T) {
	for _, c := range []struct{ markdown, want, never string }{
		{"**fort** et [ici](https://exemple.example)", `<strong>fort</strong>`, ""},
		{"[ici](https://exemple.example)", `rel="nofollow noreferrer"`, ""},
		{"<script>alert(1)</script>", "", "<script"},
		{"![suivi](https://ailleurs.example/pixel.png)", "", "<img"},
		{"[ici](javascript:alert(1))", "ici", "javascript"},
		{"[ici](data:text/html,x)", "ici", "data:"},
		{`<a href="https://a.example" onclick="x()" style="color:red">a</a>`, "", "onclick"},
		{"# Un titre", "Un titre", "<h1"},
		{"<iframe src=https://a.example></iframe>", "", "<iframe"},
	} {
		var out strings.Builder
		if err := Prose(c.markdown).Render(t.Context(), &out); err != nil {
			t.Fatal(err)
		}
		if !strings.Contains(out.String(), c.want) {
			t.Errorf("%q gave %q, without %q", c.markdown, out.String(), c.want)
		}
		if c.never != "" && strings.Contains(out.String(), c.never) {
			t.Errorf("%q gave %q, with %q", c.markdown, out.String(), c.never)
		}
	}
}

func TestLimitIsPerAddressAndComesBack(t *testing.T) {
	l := newLimiter(2)
	now := time.Date(2026, 11, 22, 14, 0, 0, 0, time.UTC)
	one, other := netip.MustParseAddr("192.0.2.1"), netip.MustParseAddr("192.0.2.2")
	for range 2 {
		if !l.allow(one, now) {
			t.Error("refused within the limit")
		}
	}
	if l.allow(one, now) {
		t.Error("allowed beyond the limit")
	}
	if !l.allow(other, now) {
		t.Error("one address used up another's limit")
	}
	if !l.allow(one, now.Add(31*time.Minute)) {
		t.Error("still refused half an hour later, when one more is due")
	}
	if !newLimiter(0).allow(one, now) {
		t.Error("no bound refuses")
	}
}

func TestAHouseholdSharesItsLimit(t *testing.T) {
	l := newLimiter(1)
	now := time.Date(2026, 11, 22, 14, 0, 0, 0, time.UTC)
	if !l.allow(netip.MustParseAddr("2001:db8::1"), now) {
		t.Error("the first is refused")
	}
	if l.allow(netip.MustParseAddr("2001:db8::2"), now) {
		t.Error("the next address of one network is another's")
	}
	if !l.allow(netip.MustParseAddr("2001:db8:0:1::1"), now) {
		t.Error("another network is refused")
	}
}

// Only a trusted proxy is believed about for whom it asks.
func TestWhoAsks(t *testing.T) {
	proxies := []netip.Prefix{netip.MustParsePrefix("10.0.0.0/8")}
	for _, c := range []struct{ peer, said, want string }{
		{"192.0.2.1:1234", "", "192.0.2.1"},
		{"192.0.2.1:1234", "203.0.113.9", "192.0.2.1"},
		{"10.0.0.1:1234", "203.0.113.9", "203.0.113.9"},
		{"10.0.0.1:1234", "198.51.100.7, 203.0.113.9", "203.0.113.9"},
		{"10.0.0.1:1234", "203.0.113.9, 10.0.0.2", "203.0.113.9"},
		{"10.0.0.1:1234", "nonsense", "10.0.0.1"},
		{"10.0.0.1:1234", "", "10.0.0.1"},
	} {
		r := httptest.NewRequest(http.MethodGet, "/", nil)
		r.RemoteAddr = c.peer
		if c.said != "" {
			r.Header.Set("X-Forwarded-For", c.said)
		}
		v := &Visit{Site: &Site{Proxies: proxies}, R: r}
		if got := v.from().String(); got != c.want {
			t.Errorf("from %s saying %q: %s, want %s", c.peer, c.said, got, c.want)
		}
	}
}

func TestStaticFilesAreKeptForEverUnderTheirHash(t *testing.T) {
	for name, kind := range map[string]string{assets.CSS: "text/css", assets.JS: "javascript", assets.Font: "font/woff2", assets.Icon: "image/svg+xml"} {
		r := httptest.NewRequest(http.MethodGet, name, nil)
		r.Header.Set("Accept-Encoding", "gzip")
		w := httptest.NewRecorder()
		serveStatic(w, r)
		if w.Code != http.StatusOK || !strings.Contains(w.Header().Get("Content-Type"), kind) || !strings.Contains(w.Header().Get("Cache-Control"), "immutable") {
			t.Errorf("%s: %d %v", name, w.Code, w.Header())
		}
	}
	w := httptest.NewRecorder()
	serveStatic(w, httptest.NewRequest(http.MethodGet, staticPath+"mainforte.css", nil))
	if w.Code != http.StatusNotFound {
		t.Errorf("a file without its hash answers %d", w.Code)
	}
	if !strings.Contains(string(static[assets.CSS].plain), assets.Font) {
		t.Error("the stylesheet does not name the font by its hash")
	}
}
