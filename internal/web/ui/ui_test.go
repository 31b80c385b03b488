package ui

import (
	"context"
	"math"
	"reflect"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"unicode"

	"github.com/a-h/templ"
	"golang.org/x/net/html"
)

// elements lists the elements of a document in reading order.
func elements(t *testing.T, source string) []*html.Node {
	t.Helper()
	root, err := html.Parse(strings.NewReader(source))
	if err != nil {
		t.Fatal(err)
	}
	var list []*html.Node
	for n := range root.Descendants() {
		if n.Type == html.ElementNode {
			list = append(list, n)
		}
	}
	return list
}

// attr is the value of an attribute, and whether it is there.
func attr(n *html.Node, name string) (string, bool) {
	for _, a := range n.Attr {
		if a.Key == name {
			return a.Val, true
		}
	}
	return "", false
}

func hasClass(n *html.Node, class string) bool {
	all, _ := attr(n, "class")
	for _, c := range strings.Fields(all) {
		if c == class {
			return true
		}
	}
	return false
}

// words are all those that an element shows.
func words(n *html.Node) string {
	var b strings.Builder
	for d := range n.Descendants() {
		if d.Type == html.TextNode && d.Parent.Data != "script" && d.Parent.Data != "style" {
			b.WriteString(d.Data + " ")
		}
	}
	return strings.TrimSpace(b.String())
}

// checkPage asserts what must be true of every page.
func checkPage(t *testing.T, source string) {
	t.Helper()
	list := elements(t, source)
	ids, labelled := map[string]bool{}, map[string]bool{}
	count := map[string]int{}
	for _, n := range list {
		if id, ok := attr(n, "id"); ok {
			if id == "" || ids[id] {
				t.Errorf("id %q is empty or given twice", id)
			}
			ids[id] = true
		}
		if of, ok := attr(n, "for"); ok && n.Data == "label" {
			labelled[of] = words(n) != ""
		}
		count[n.Data]++
	}
	for _, name := range []string{"h1", "main", "title", "header", "footer"} {
		want := 1
		if count[name] != want {
			t.Errorf("%d %s elements, want %d", count[name], name, want)
		}
	}

	level, primary := 1, 0
	for _, n := range list {
		switch n.Data {
		case "html":
			if lang, _ := attr(n, "lang"); lang == "" {
				t.Error("the page says no language")
			}
		case "script":
			kind, _ := attr(n, "type")
			if _, src := attr(n, "src"); !src && kind != "application/ld+json" {
				t.Error("a script is written in the page")
			}
		case "style":
			t.Error("a style is written in the page")
		case "input", "select", "textarea":
			id, _ := attr(n, "id")
			if kind, _ := attr(n, "type"); kind != "hidden" && !labelled[id] {
				t.Errorf("%s %q has no label", n.Data, id)
			}
		case "h2", "h3", "h4":
			now, _ := strconv.Atoi(n.Data[1:])
			if now > level+1 {
				t.Errorf("%s %q comes after a heading of level %d", n.Data, words(n), level)
			}
			level = now
		case "a", "button":
			if words(n) == "" {
				t.Errorf("a %s says nothing", n.Data)
			}
			if hasClass(n, "primary") && !hasClass(n.Parent, "stay") {
				primary++
			}
		case "nav":
			if label, _ := attr(n, "aria-label"); label == "" {
				t.Error("a nav has no name")
			}
		}
		for _, name := range []string{"aria-describedby", "aria-labelledby", "data-copy", "data-said"} {
			value, _ := attr(n, name)
			for _, id := range strings.Fields(value) {
				if !ids[id] {
					t.Errorf("%s of %s names %q, which is nowhere", name, n.Data, id)
				}
			}
		}
		if href, _ := attr(n, "href"); n.Data == "a" && len(href) > 1 && href[0] == '#' && !ids[href[1:]] {
			t.Errorf("a link goes to %s, which is nowhere", href)
		}
		if _, ok := attr(n, "style"); ok {
			t.Errorf("%s has an inline style", n.Data)
		}
	}
	if primary > 1 {
		t.Errorf("%d primary buttons, want one at most", primary)
	}
}

// filled sets every string that v holds, however deep, and puts two elements in
// every slice.
func filled(v reflect.Value, with string) {
	switch v.Kind() {
	case reflect.String:
		v.SetString(with)
	case reflect.Bool:
		v.SetBool(true)
	case reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
		filled(v.Elem(), with)
	case reflect.Struct:
		for i := range v.NumField() {
			filled(v.Field(i), with)
		}
	case reflect.Slice:
		v.Set(reflect.MakeSlice(v.Type(), 2, 2))
		for i := range v.Len() {
			filled(v.Index(i), with)
		}
	case reflect.Interface:
		if v.Type() == reflect.TypeFor[templ.Component]() {
			v.Set(reflect.ValueOf(Words(with)))
			return
		}
		v.Set(reflect.ValueOf(map[string]string{"name": with}))
	case reflect.Int:
	default:
		panic("a component takes a " + v.Kind().String())
	}
}

// every calls each component with the same string in every place that takes one.
func every(s string) map[string]templ.Component {
	list := map[string]templ.Component{}
	for name, f := range map[string]any{
		"Layout": Layout, "Hands": Hands, "Anchor": Anchor, "Crumbs": Crumbs, "Pager": Pager,
		"Button": Button, "ButtonValue": ButtonValue, "ButtonLink": ButtonLink, "PostButton": PostButton, "Stay": Stay,
		"TextField": TextField, "EmailField": EmailField, "DateField": DateField, "TextArea": TextArea, "Select": Select,
		"Radios": Radios, "Choices": Choices, "Check": Check, "Hidden": Hidden, "Honeypot": Honeypot,
		"Disclosure": Disclosure, "ErrorSummary": ErrorSummary, "Find": Find,
		"Sheet": Sheet, "Facts": Facts, "Figures": Figures, "NextSteps": NextSteps, "Empty": Empty, "Step": Step,
		"Prose": Prose, "Paragraphs": Paragraphs, "Words": Words, "Moment": Moment, "ShareLink": ShareLink,
		"Marks": Marks, "MissionCard": MissionCard, "MissionCards": MissionCards, "Promise": Promise,
		"Waits": Waits, "Letters": Letters, "Roll": Roll,
	} {
		fn := reflect.ValueOf(f)
		args := make([]reflect.Value, fn.Type().NumIn())
		for i := range args {
			args[i] = reflect.New(fn.Type().In(i)).Elem()
			filled(args[i], s)
		}
		call := fn.Call
		if fn.Type().IsVariadic() {
			call = fn.CallSlice
		}
		list[name] = call(args)[0].Interface().(templ.Component)
	}
	return list
}

func rendered(t *testing.T, c templ.Component) string {
	t.Helper()
	var b strings.Builder
	if err := c.Render(context.Background(), &b); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func TestEveryStringIsEscaped(t *testing.T) {
	const attack = `"'><script>alert(1)</script><img src=x onerror=alert(1)>`
	for name, c := range every(attack) {
		t.Run(name, func(t *testing.T) {
			for _, n := range elements(t, rendered(t, c)) {
				if n.Data == "img" {
					t.Error("a string became an element")
				}
				if n.Data == "script" {
					src, _ := attr(n, "src")
					kind, _ := attr(n, "type")
					if src != attack && kind != "application/ld+json" {
						t.Error("a string became a script")
					}
				}
				for _, a := range n.Attr {
					if strings.HasPrefix(a.Key, "on") {
						t.Errorf("a string became the attribute %s", a.Key)
					}
				}
			}
		})
	}
}

func TestAddressesNeverRunScripts(t *testing.T) {
	for name, c := range every("javascript:alert(1)") {
		t.Run(name, func(t *testing.T) {
			for _, n := range elements(t, rendered(t, c)) {
				for _, key := range []string{"href", "action", "formaction"} {
					if v, _ := attr(n, key); strings.HasPrefix(v, "javascript:") {
						t.Errorf("%s %s runs a script", n.Data, key)
					}
				}
			}
		})
	}
}

func TestNoComponentSpeaksByItself(t *testing.T) {
	for name, c := range every("1") {
		t.Run(name, func(t *testing.T) {
			for _, n := range elements(t, rendered(t, c)) {
				if n.Data != "html" {
					continue
				}
				if i := strings.IndexFunc(words(n), unicode.IsLetter); i >= 0 {
					t.Errorf("it says %q", words(n)[i:])
				}
			}
			for _, n := range elements(t, rendered(t, c)) {
				for _, key := range []string{"aria-label", "alt", "title", "placeholder"} {
					if v, ok := attr(n, key); ok && v != "1" {
						t.Errorf("%s of %s is %q", key, n.Data, v)
					}
				}
			}
		})
	}
}

func TestAnErrorIsTiedToItsField(t *testing.T) {
	f := Field{Name: "n", ID: "id", Label: "l", Hint: "h", Error: "e", Value: "v"}
	options := []Option{{Value: "v", Label: "a"}, {Value: "w", Label: "b"}}
	choices := []Choice{{Value: "v", Label: "a"}, {Value: "w", Label: "b"}}
	for name, c := range map[string]struct {
		with, without templ.Component
		tag           string
	}{
		"TextField": {TextField(f), TextField(right(f)), "input"},
		"TextArea":  {TextArea(f), TextArea(right(f)), "textarea"},
		"Select":    {Select(f, options), Select(right(f), options), "select"},
		"Check":     {Check(f), Check(right(f)), "input"},
		"Radios":    {Radios(f, options), Radios(right(f), options), "fieldset"},
		"Choices":   {Choices(f, choices), Choices(right(f), choices), "fieldset"},
	} {
		t.Run(name, func(t *testing.T) {
			var focusable bool
			for _, n := range elements(t, rendered(t, c.with)) {
				if id, _ := attr(n, "id"); id == "id" {
					focusable = n.Data == "input" || n.Data == "textarea" || n.Data == "select"
				}
				if n.Data != c.tag {
					continue
				}
				if v, _ := attr(n, "aria-invalid"); v != "true" {
					t.Error("the field does not say that it is wrong")
				}
				if v, _ := attr(n, "aria-describedby"); v != "id-hint id-error" {
					t.Errorf("the field is described by %q", v)
				}
			}
			if !focusable {
				t.Error("the link of the summary reaches nothing that takes the focus")
			}
			for _, n := range elements(t, rendered(t, c.without)) {
				if _, ok := attr(n, "aria-invalid"); ok {
					t.Error("a field that is right says that it is wrong")
				}
				if v, _ := attr(n, "aria-describedby"); strings.Contains(v, "error") {
					t.Error("a field that is right is described by an error")
				}
			}
		})
	}
}

func right(f Field) Field {
	f.Error = ""
	return f
}

func TestOnlyTheValueIsChosen(t *testing.T) {
	f := Field{Name: "n", Label: "l", Value: "b"}
	options := []Option{{Value: "a", Label: "a"}, {Value: "b", Label: "b"}}
	for name, c := range map[string]templ.Component{
		"Select":  Select(f, options),
		"Radios":  Radios(f, options),
		"Choices": Choices(f, []Choice{{Value: "a", Label: "a"}, {Value: "b", Label: "b"}}),
	} {
		t.Run(name, func(t *testing.T) {
			var chosen []string
			for _, n := range elements(t, rendered(t, c)) {
				_, checked := attr(n, "checked")
				_, selected := attr(n, "selected")
				if v, _ := attr(n, "value"); checked || selected {
					chosen = append(chosen, v)
				}
			}
			if len(chosen) != 1 || chosen[0] != "b" {
				t.Errorf("chosen: %q, want b alone", chosen)
			}
		})
	}
}

func TestWhatIsEmptyIsNotShown(t *testing.T) {
	for name, c := range map[string]templ.Component{
		"ErrorSummary": ErrorSummary("title", nil),
		"Pager":        Pager(Link{Label: "next"}),
		"Marks":        Marks(nil),
		"Paragraphs":   Paragraphs(" \r\n\n "),
	} {
		if got := rendered(t, c); got != "" {
			t.Errorf("%s shows %q", name, got)
		}
	}
	page := rendered(t, Layout(Page{Lang: "en", Title: "t"}))
	for _, absent := range []string{"notice", `class="section"`, "robots", "canonical", "stylesheet", "preload", "<script", "og:", "skip"} {
		if strings.Contains(page, absent) {
			t.Errorf("an empty page holds %q", absent)
		}
	}
}

func TestAPageThatHidesHasNoPreview(t *testing.T) {
	p := Page{Lang: "fr", Title: "t", Public: true, NoIndex: true, Description: "d"}
	got := rendered(t, Layout(p))
	if !strings.Contains(got, `content="noindex, nofollow"`) || strings.Contains(got, "og:") {
		t.Error("a page that hides is shown to search engines or in previews")
	}
	p.NoIndex = false
	if got := rendered(t, Layout(p)); strings.Contains(got, "noindex") || !strings.Contains(got, "og:title") {
		t.Error("a public page is hidden")
	}
}

func TestParagraphsKeepLines(t *testing.T) {
	got := rendered(t, Paragraphs("a\r\nb\n\n\n<c>"))
	got = strings.ReplaceAll(got, " ", "")
	if want := "<p>a<br>b</p><p>&lt;c&gt;</p>"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

func TestAPhraseEndsAgainstItsFullStop(t *testing.T) {
	got := rendered(t, NextSteps([]Phrase{{Before: "By ", Strong: "Monday", After: "."}}))
	if !strings.Contains(got, "By <strong>Monday</strong>.") {
		t.Errorf("a space slipped in: %s", got)
	}
}

func TestOnlyTheFirstWaitIsPrimary(t *testing.T) {
	var kinds []string
	for _, n := range elements(t, rendered(t, Waits(waits()))) {
		if hasClass(n, "button") {
			v, _ := attr(n, "class")
			kinds = append(kinds, v)
		}
	}
	if got := strings.Join(kinds, ","); got != "button primary,button plain,button plain,button plain" {
		t.Errorf("the buttons are %s", got)
	}
}

var (
	block    = regexp.MustCompile(`(?s):root \{(.*?)\}`)
	variable = regexp.MustCompile(`--([a-z-]+): (#[0-9a-f]{6});`)
)

// colours are those of the stylesheet, light then dark.
func colours(t *testing.T) [2]map[string]string {
	t.Helper()
	var schemes [2]map[string]string
	for i, m := range block.FindAllStringSubmatch(string(static(t, "mainforte.css")), 2) {
		schemes[i] = map[string]string{}
		for _, v := range variable.FindAllStringSubmatch(m[1], -1) {
			schemes[i][v[1]] = v[2]
		}
	}
	return schemes
}

// luminance is the relative luminance of WCAG 2.
func luminance(t *testing.T, hex string) float64 {
	t.Helper()
	if len(hex) != 7 {
		t.Fatalf("%q is not a colour", hex)
	}
	n, err := strconv.ParseUint(hex[1:], 16, 32)
	if err != nil {
		t.Fatal(err)
	}
	channel := func(shift uint) float64 {
		c := float64(n>>shift&0xff) / 255
		if c <= 0.04045 {
			return c / 12.92
		}
		return math.Pow((c+0.055)/1.055, 2.4)
	}
	return 0.2126*channel(16) + 0.7152*channel(8) + 0.0722*channel(0)
}

func TestContrastIsEnoughInBothSchemes(t *testing.T) {
	const reading, drawing = 4.5, 3
	pairs := []struct {
		front, back string
		least       float64
	}{
		{"ink", "paper", reading},
		{"ink", "sheet", reading},
		{"ink", "fir-wash", reading},
		{"ink", "sun-wash", reading},
		{"ink", "brick-wash", reading},
		{"soft", "paper", reading},
		{"soft", "sheet", reading},
		{"soft", "fir-wash", reading},
		{"soft", "sun-wash", reading},
		{"fir", "paper", reading},
		{"fir", "sheet", reading},
		{"fir", "fir-wash", reading},
		{"fir", "sun-wash", reading},
		{"fir-deep", "paper", reading},
		{"fir-deep", "sheet", reading},
		{"fir-deep", "fir-wash", reading},
		{"fir-ink", "fir", reading},
		{"fir-ink", "fir-deep", reading},
		{"brick", "paper", reading},
		{"brick", "sheet", reading},
		{"brick", "brick-wash", reading},
		{"sun-wash", "ink", reading},
		{"edge", "paper", drawing},
		{"edge", "sheet", drawing},
		{"edge", "fir-wash", drawing},
		{"brick", "fir-wash", drawing},
	}
	for i, scheme := range colours(t) {
		for _, p := range pairs {
			a, b := luminance(t, scheme[p.front]), luminance(t, scheme[p.back])
			if ratio := (math.Max(a, b) + 0.05) / (math.Min(a, b) + 0.05); ratio < p.least {
				t.Errorf("%s: %s on %s is %.2f to 1, want %.1f", []string{"light", "dark"}[i], p.front, p.back, ratio, p.least)
			}
		}
	}
}

func TestTheBrowserBarHasTheColourOfTheTop(t *testing.T) {
	schemes := colours(t)
	if schemes[0]["sheet"] != paperLight || schemes[1]["sheet"] != paperDark {
		t.Errorf("theme-color is %s and %s, the sheet is %s and %s", paperLight, paperDark, schemes[0]["sheet"], schemes[1]["sheet"])
	}
}

func TestStaticFilesStaySmallAndAtHome(t *testing.T) {
	for name, most := range map[string]int{"mainforte.css": 24 << 10, "mainforte.js": 2 << 10, "mark.svg": 1 << 10, "young-serif.woff2": 30 << 10} {
		b := static(t, name)
		if len(b) > most {
			t.Errorf("%s weighs %d bytes, at most %d are allowed", name, len(b), most)
		}
		if name == "young-serif.woff2" {
			continue
		}
		source := strings.ReplaceAll(string(b), `xmlns="http://www.w3.org/2000/svg"`, "")
		for _, refused := range []string{"://", "@import", "!important", "data:", "eval(", "innerHTML"} {
			if strings.Contains(source, refused) {
				t.Errorf("%s holds %q", name, refused)
			}
		}
	}
	for _, m := range regexp.MustCompile(`url\(([^)]*)\)`).FindAllStringSubmatch(string(static(t, "mainforte.css")), -1) {
		if m[1] != `"young-serif.woff2"` {
			t.Errorf("the stylesheet asks for %s", m[1])
		}
	}
}
