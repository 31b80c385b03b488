package test

import (
	"context"
	"encoding/json"
	"fmt"
	"os/exec"
	"strings"
	"sync"
	"testing"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/cdproto/storage"
	"github.com/chromedp/chromedp"
)

// chromium is one browser for the whole run; each window is a person's own,
// with nothing in it.
var chromium = sync.OnceValues(func() (context.Context, error) {
	path, err := exec.LookPath("chromium")
	if err != nil {
		return nil, err
	}
	options := []chromedp.ExecAllocatorOption{
		chromedp.ExecPath(path), chromedp.Headless, chromedp.NoSandbox, chromedp.DisableGPU, chromedp.NoFirstRun,
		chromedp.NoDefaultBrowserCheck,
	}
	for _, flag := range []string{
		"disable-quic", "disable-background-networking", "disable-component-update", "disable-sync", "disable-extensions",
		"disable-default-apps", "disable-dev-shm-usage", "disable-breakpad", "metrics-recording-only",
	} {
		options = append(options, chromedp.Flag(flag, true))
	}
	options = append(options, chromedp.Flag("password-store", "basic"), chromedp.Flag("force-color-profile", "srgb"))
	ctx, _ := chromedp.NewExecAllocator(context.Background(), options...)
	ctx, closeBrowserNow = chromedp.NewContext(ctx)
	return ctx, chromedp.Do(ctx)
})

var closeBrowserNow context.CancelFunc

// closeBrowser ends it, if it was ever opened, and takes its files away.
func closeBrowser() {
	if closeBrowserNow == nil {
		return
	}
	if ctx, err := chromium(); err == nil {
		_ = chromedp.Cancel(ctx)
	}
	closeBrowserNow()
}

// window is one person in front of a browser.
type window struct {
	t        testing.TB
	ctx      context.Context
	instance string
	// closely: whoever uses this window measures the pages by themselves.
	closely bool

	lock    sync.Mutex
	asked   []string // addresses, of which there may be none elsewhere
	wrong   []string // what the console said
	weights map[network.RequestID]float64
}

// phone is the width of a small one, in CSS pixels, at which windows open.
const phone = 360

// newWindow opens a window without a cookie. With scripts false the pages'
// own scripts do not run.
func newWindow(t testing.TB, instance string, scripts bool) *window {
	t.Helper()
	if _, err := exec.LookPath("chromium"); err != nil {
		lacking(t, "Chromium")
	}
	browser, err := chromium()
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := chromedp.NewContext(browser, chromedp.WithNewBrowserContext())
	t.Cleanup(cancel)
	w := &window{t: t, ctx: ctx, instance: instance, weights: map[network.RequestID]float64{}}
	w.must(chromedp.Listen(ctx, w.hear))
	if !scripts {
		call(w, emulation.SetScriptExecutionDisabled.Method, emulation.SetScriptExecutionDisabledParams{Value: true})
	}
	w.size(phone, false)
	return w
}

func (w *window) must(err error) {
	w.t.Helper()
	if err != nil {
		w.t.Fatal(err)
	}
}

// hear keeps what the pages ask for and what they complain about.
func (w *window) hear(event any) {
	w.lock.Lock()
	defer w.lock.Unlock()
	switch e := event.(type) {
	case *network.EventRequestWillBeSent:
		w.asked = append(w.asked, e.Request.URL)
	case *network.EventLoadingFinished:
		w.weights[e.RequestID] += e.EncodedDataLength
	case *runtime.EventExceptionThrown:
		w.wrong = append(w.wrong, e.ExceptionDetails.Text)
	case *runtime.EventConsoleAPICalled:
		w.wrong = append(w.wrong, "the page writes to the console: "+string(e.Type))
	case *log.EventEntryAdded:
		// A page that says what was wrong with a form, or that there is
		// nothing here, is no failure; the browser notes it as one.
		if e.Entry.Source != log.EntrySourceNetwork || !strings.HasPrefix(e.Entry.URL, w.instance) || isFile(e.Entry.URL) {
			w.wrong = append(w.wrong, e.Entry.Text+" "+e.Entry.URL)
		}
	}
}

func isFile(address string) bool { return strings.Contains(address, "/static/") }

// weigh gives how many bytes came over the wire since the last weighing.
func (w *window) weigh() int {
	w.lock.Lock()
	defer w.lock.Unlock()
	sum := 0.0
	for _, weight := range w.weights {
		sum += weight
	}
	clear(w.weights)
	return int(sum)
}

// call sends a command to the browser.
func call(w *window, method string, params any) {
	w.t.Helper()
	w.do(chromedp.Func(func(ctx context.Context, target *chromedp.Target) error {
		return target.Call(ctx, method, params, nil)
	}))
}

// size sets the width and whether it is dark.
func (w *window) size(width int64, dark bool) { w.t.Helper(); w.frame(width, 760, dark) }

func (w *window) frame(width, height int64, dark bool) {
	w.t.Helper()
	call(w, emulation.SetDeviceMetricsOverride.Method, emulation.SetDeviceMetricsOverrideParams{Width: width, Height: height, DeviceScaleFactor: 1})
	scheme := "light"
	if dark {
		scheme = "dark"
	}
	call(w, emulation.SetEmulatedMedia.Method, emulation.SetEmulatedMediaParams{Features: []*emulation.MediaFeature{
		{Name: "prefers-color-scheme", Value: scheme}, {Name: "prefers-reduced-motion", Value: "reduce"},
	}})
}

// do acts, for as long as one is patient.
func (w *window) do(actions ...chromedp.Action[chromedp.Void]) {
	w.t.Helper()
	if chromedp.FromContext(w.ctx).Target == nil {
		w.must(chromedp.Do(w.ctx)) // the window opens, without an end in view
	}
	ctx, cancel := context.WithTimeout(w.ctx, patience)
	defer cancel()
	w.must(chromedp.Do(ctx, actions...))
}

// script asks the page something, whether or not its own scripts may run.
func script[T any](w *window, expression string) T {
	w.t.Helper()
	ctx, cancel := context.WithTimeout(w.ctx, patience)
	defer cancel()
	value, err := chromedp.Run(ctx, chromedp.Evaluate[T](expression))
	if err != nil {
		w.t.Fatalf("%s: %v", expression, err)
	}
	return value
}

// open goes to an address, which may be a path.
func (w *window) open(address string) *window {
	w.t.Helper()
	if strings.HasPrefix(address, "/") {
		address = w.instance + address
	}
	return w.arrive(200, chromedp.Navigate(address))
}

// arrive acts until the next page is there, with this status, and looks
// whether it is as every page must be.
func (w *window) arrive(status int64, actions ...chromedp.Action[chromedp.Void]) *window {
	w.t.Helper()
	w.do()
	ctx, cancel := context.WithTimeout(w.ctx, patience)
	defer cancel()
	response, err := chromedp.RunResponse(ctx, actions...)
	w.must(err)
	if response.Status != status {
		w.t.Fatalf("%s answers %d, not %d:\n%s", response.URL, response.Status, status, w.text())
	}
	w.check()
	return w
}

// check finds what no page may do: ask another host, complain, be wider than
// the window.
func (w *window) check() {
	w.t.Helper()
	w.lock.Lock()
	asked, wrong := w.asked, w.wrong
	w.asked, w.wrong = nil, nil
	w.lock.Unlock()
	for _, address := range asked {
		if !strings.HasPrefix(address, w.instance+"/") && !strings.HasPrefix(address, "data:") {
			w.t.Errorf("%s asks another host: %s", w.address(), address)
		}
	}
	for _, complaint := range wrong {
		w.t.Errorf("the console at %s: %s", w.address(), complaint)
	}
	if !w.closely {
		w.measure(320, phone)
	}
}

// measure finds at which widths the page scrolls sideways, and leaves the
// last.
func (w *window) measure(widths ...int64) {
	w.t.Helper()
	for _, width := range widths {
		w.size(width, false)
		if out := w.wider(); out != "" {
			w.t.Errorf("%s scrolls sideways at %d pixels: %s", w.address(), width, out)
		}
	}
}

// wider names what is wider than the window, if anything is.
func (w *window) wider() string {
	w.t.Helper()
	return script[string](w, `(() => {
		const root = document.documentElement;
		if (root.scrollWidth <= root.clientWidth) return "";
		const out = [...document.body.querySelectorAll("*")].filter(e => e.getBoundingClientRect().right > root.clientWidth + 0.5);
		return root.scrollWidth + " of " + root.clientWidth + ": " + out.slice(0, 5).map(e => e.tagName + "." + e.className + " « " + e.textContent.trim().slice(0, 40) + " »").join(", ");
	})()`)
}

func (w *window) address() string { return script[string](w, "location.href") }

// text is what there is to read, closed parts left out.
func (w *window) text() string { return plain(script[string](w, "document.body.innerText")) }

// sees checks that the page says all of this.
func (w *window) sees(all ...string) *window {
	w.t.Helper()
	text := w.text()
	for _, words := range all {
		if !strings.Contains(text, words) {
			w.t.Fatalf("%s does not say « %s »:\n%s", w.address(), words, text)
		}
	}
	return w
}

// missing checks that the page says nothing of this.
func (w *window) missing(all ...string) *window {
	w.t.Helper()
	text := w.text()
	for _, words := range all {
		if strings.Contains(text, words) {
			w.t.Fatalf("%s says « %s »:\n%s", w.address(), words, text)
		}
	}
	return w
}

// named finds the visible element of a kind with exactly these words, spaces
// of every width being one.
func (w *window) named(kind, words string) chromedp.JSPath {
	w.t.Helper()
	quoted, err := json.Marshal(words)
	w.must(err)
	expression := fmt.Sprintf(`[...document.querySelectorAll(%q)].find(e => e.textContent.replace(/\s+/g, " ").trim() === %s && e.getClientRects().length > 0)`, kind, quoted)
	if !script[bool](w, expression+" !== undefined") {
		w.t.Fatalf("%s has no %s « %s »:\n%s", w.address(), kind, words, w.text())
	}
	return chromedp.JSPath(expression)
}

// field finds what a label is for.
func (w *window) field(label string) chromedp.JSPath {
	w.t.Helper()
	return "document.getElementById((" + w.named("label", label) + ").htmlFor)"
}

// press presses a button or follows a link, which leads to a page.
func (w *window) press(words string) *window { w.t.Helper(); return w.pressed(200, words) }

// pressed is press where the page that comes has another status.
func (w *window) pressed(status int64, words string) *window {
	w.t.Helper()
	return w.arrive(status, chromedp.Click(w.named("button, a", words)))
}

// write types into a field, in place of what it holds.
func (w *window) write(label, words string) *window {
	w.t.Helper()
	field := w.field(label)
	script[string](w, "("+string(field)+").value = ''")
	w.do(chromedp.Click(field))
	call(w, input.InsertText.Method, input.InsertTextParams{Text: words})
	if got := w.value(label); got != words {
		w.t.Fatalf("« %s » holds %q after %q was typed", label, got, words)
	}
	return w
}

// choose ticks what has this label.
func (w *window) choose(label string) *window {
	w.t.Helper()
	w.do(chromedp.Click(w.named("label", label)))
	if !script[bool](w, "("+string(w.field(label))+").checked") {
		w.t.Fatalf("« %s » is not chosen after a click", label)
	}
	return w
}

// value is what a field holds.
func (w *window) value(label string) string {
	w.t.Helper()
	return script[string](w, "("+string(w.field(label))+").value")
}

// cookies are the names of those that this window keeps.
func (w *window) cookies() []string {
	w.t.Helper()
	ctx, cancel := context.WithTimeout(w.ctx, patience)
	defer cancel()
	kept, err := chromedp.CallBrowser(ctx, storage.GetCookies, storage.GetCookiesParams{BrowserContextID: chromedp.FromContext(w.ctx).BrowserContextID})
	w.must(err)
	var names []string
	for _, cookie := range kept.Cookies {
		names = append(names, cookie.Name)
	}
	return names
}
