package i18n_test

import (
	"fmt"
	"regexp"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"mainforte/internal/i18n"
)

func TestCountChoosesTheForm(t *testing.T) {
	for _, c := range []struct {
		language i18n.Language
		n        int
		want     string
	}{
		{i18n.French, 0, "0 jour"},
		{i18n.French, 1, "1 jour"},
		{i18n.French, 2, "2 jours"},
		{i18n.French, 1234, "1\u202f234 jours"},
		{i18n.English, 0, "0 days"},
		{i18n.English, 1, "1 day"},
		{i18n.English, 2, "2 days"},
		{i18n.English, 1234, "1,234 days"},
	} {
		got := strings.ReplaceAll(i18n.In(c.language).Count("date.days", c.n), "\u00a0", " ")
		if got != c.want {
			t.Errorf("%s %d: %q, want %q", c.language, c.n, got, c.want)
		}
	}
}

func TestSayFillsEachPlaceOnce(t *testing.T) {
	text := i18n.In(i18n.English)
	// A value that looks like a place is not filled again.
	got := text.Say("date.day_of_year", "weekday", "{month}", "day", "{year}", "month", "May", "year", "2027")
	if want := "{month} {year} May 2027"; got != want {
		t.Errorf("%q, want %q", got, want)
	}
	if got := text.Say("date.day_at", "day", i18n.Phrase{Key: "date.weekday.6"}, "hour", "noon"); !strings.Contains(got, "Saturday") {
		t.Errorf("a phrase within a sentence was not said: %q", got)
	}
	if got := text.Say("date.nowhere"); got != "date.nowhere" || text.Has("date.nowhere") || !text.Has("date.today") {
		t.Errorf("a missing key gave %q", got)
	}
}

func TestALanguageNotSpokenIsFrench(t *testing.T) {
	for _, language := range []i18n.Language{"", "de", "fr-CA", "../en"} {
		if got := i18n.In(language).Language(); got != i18n.French {
			t.Errorf("%q gave %q", language, got)
		}
	}
	if i18n.In(i18n.English).Other().Language() != i18n.French || i18n.In(i18n.French).Other().Language() != i18n.English {
		t.Error("the other language is not the other one")
	}
}

// Taking the separators out of a number gives it back, and none stands
// anywhere but before three digits.
func TestNumberReadsBack(t *testing.T) {
	groups := map[i18n.Language]*regexp.Regexp{
		i18n.French:  regexp.MustCompile(`^−?\d{1,3}(\x{202f}\d{3})*$`),
		i18n.English: regexp.MustCompile(`^−?\d{1,3}(,\d{3})*$`),
	}
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.Int().Draw(t, "n")
		for language, shape := range groups {
			said := i18n.In(language).Number(n)
			plain := strings.NewReplacer("\u202f", "", ",", "", "−", "-").Replace(said)
			if plain != fmt.Sprint(n) || !shape.MatchString(said) {
				t.Fatalf("%d is said %q", n, said)
			}
		}
	})
}

func TestSplitUndoesPath(t *testing.T) {
	part := rapid.StringMatching(`[a-z0-9.-]{1,8}`).Filter(func(s string) bool { return s != string(i18n.English) })
	rapid.Check(t, func(t *rapid.T) {
		path := "/" + strings.Join(rapid.SliceOfN(part, 0, 4).Draw(t, "parts"), "/")
		for _, language := range i18n.Languages {
			address := i18n.In(language).Path(path)
			if gotLanguage, gotPath := i18n.Split(address); gotLanguage != language || gotPath != path {
				t.Fatalf("%s in %s is %s, which is read as %s in %s", path, language, address, gotPath, gotLanguage)
			}
		}
	})
}

func TestSplitTakesWholePartsOnly(t *testing.T) {
	for path, want := range map[string]string{
		"/": "fr /", "/en": "en /", "/en/": "en /", "/en/missions": "en /missions",
		"/english": "fr /english", "/a/en": "fr /a/en", "/en-attente": "fr /en-attente",
	} {
		language, rest := i18n.Split(path)
		if got := string(language) + " " + rest; got != want {
			t.Errorf("Split(%q) is %q, want %q", path, got, want)
		}
	}
}
