package words_test

import (
	"slices"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"mainforte/internal/words"
)

// typed draws what people type and paste: French, ligatures, other scripts,
// what word processors leave behind, and bytes that are no text at all.
func typed(t *rapid.T, label string) string {
	odd := []rune("éÈœŒæÆǽǿßẞøŁđİſﬁK½º’«»\u00a0\u202f \t\r\n\v\u0085\u2028\u200b\u200d\u00ad\u202e\u2066\u2069\ufeff\ufffd\x00\x1b日本नमस्ते한글🌱")
	character := rapid.OneOf(rapid.Rune(), rapid.SampledFrom(odd), rapid.RuneFrom([]rune("abcABC019 -'.\n")))
	text := rapid.StringOfN(character, 0, 40, -1).Draw(t, label)
	if rapid.IntRange(0, 9).Draw(t, label+" broken") == 0 {
		text += "\xff\xc3"
	}
	return text
}

func TestFoldOfFrench(t *testing.T) {
	for _, c := range []struct{ text, want string }{
		{"Cœur d’été", "coeur d’ete"},
		{"ŒUVRE", "oeuvre"},
		{"Ex æquo, Lætitia", "ex aequo, laetitia"},
		{"Théâtre", "theatre"},
		{"THÉÂTRE", "theatre"},
		{"The\u0301a\u0302tre", "theatre"}, // the accents apart
		{"Noël à L’Haÿ-les-Roses", "noel a l’hay-les-roses"},
		{"garçon", "garcon"},
		{"Straße, STRAẞE", "strasse, strasse"},
		{"Łódź, Đorđe, Søren", "lodz, dorde, soren"},
		{"ǽ ǿ", "ae o"}, // a ligature under an accent
		{"İzmir", "izmir"},
		{"ﬁn", "fin"},
	} {
		if got := words.Fold(c.text); got != c.want {
			t.Errorf("Fold(%q) = %q, want %q", c.text, got, c.want)
		}
	}
}

func TestFoldTwiceChangesNothing(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		once := words.Fold(typed(t, "text"))
		if twice := words.Fold(once); twice != once {
			t.Fatalf("%q became %q", once, twice)
		}
	})
}

// A word is found whichever way it was typed.
func TestFoldForgetsCapitals(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.StringOfN(rapid.RuneFrom([]rune("abcdeéèêàâùûîïôœæçÿñ' -")), 0, 30, -1).Draw(t, "text")
		if lower, upper := words.Fold(text), words.Fold(strings.ToUpper(text)); lower != upper {
			t.Fatalf("%q folds to %q, and in capitals to %q", text, lower, upper)
		}
	})
}

func TestTokensOfFrench(t *testing.T) {
	for _, c := range []struct {
		texts []string
		want  []string
	}{
		{[]string{"L’été, à l’œuvre !"}, []string{"ete", "oeuvre"}}, // a letter alone is no word
		{[]string{"Aide aux devoirs", "devoirs de français"}, []string{"aide", "aux", "de", "devoirs", "francais"}},
		{[]string{"n° 42, 2e étage"}, []string{"2e", "42", "etage"}},
		{[]string{"béné\u00advole"}, []string{"benevole"}}, // hyphenated by a word processor
		{[]string{"anticonstitutionnellement-vôtre"}, []string{"anticonstitutionnellemen", "votre"}},
		{[]string{"", " ’ "}, nil},
	} {
		if diff := cmp.Diff(c.want, words.Tokens(c.texts...)); diff != "" {
			t.Errorf("Tokens(%q): %s", c.texts, diff)
		}
	}
}

func TestTokensAreSortedDistinctAndStable(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		tokens := words.Tokens(typed(t, "one"), typed(t, "two"))
		if !slices.IsSorted(tokens) || len(slices.Compact(slices.Clone(tokens))) != len(tokens) {
			t.Fatalf("not sorted or not distinct: %q", tokens)
		}
		for _, token := range tokens {
			if n := utf8.RuneCountInString(token); n < 2 || n > 24 {
				t.Fatalf("%q has %d characters", token, n)
			}
		}
		if again := words.Tokens(tokens...); !slices.Equal(again, tokens) {
			t.Fatalf("%q became %q", tokens, again)
		}
	})
}

func TestSlugOfFrench(t *testing.T) {
	for _, c := range []struct{ title, want string }{
		{"Traduire le site", "traduire-le-site"},
		{"L’été à l’œuvre : 2ᵉ édition !", "l-ete-a-l-oeuvre-2e-edition"},
		{"  --  ", ""},
		{"日本", ""},
		{"Salut 日本", "salut"},
		{strings.Repeat("abcdefghi ", 7), "abcdefghi-abcdefghi-abcdefghi-abcdefghi-abcdefghi-abcdefghi"},
		{strings.Repeat("x", 70) + " suite", strings.Repeat("x", 60)},
	} {
		if got := words.Slug(c.title); got != c.want {
			t.Errorf("Slug(%q) = %q, want %q", c.title, got, c.want)
		}
	}
}

func TestSlugIsAnAddressAndStable(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		slug := words.Slug(typed(t, "title"))
		if len(slug) > 60 || strings.Trim(slug, "abcdefghijklmnopqrstuvwxyz0123456789-") != "" ||
			strings.HasPrefix(slug, "-") || strings.HasSuffix(slug, "-") || strings.Contains(slug, "--") {
			t.Fatalf("%q is no part of an address", slug)
		}
		if words.IsSlug(slug) != (slug != "") {
			t.Fatalf("%q is not known for what it is", slug)
		}
		if again := words.Slug(slug); again != slug {
			t.Fatalf("%q became %q", slug, again)
		}
	})
}

func TestWhatIsNoSlug(t *testing.T) {
	for _, text := range []string{"", "-", "a-", "-a", "a---b", "A", "é", "a b", "a/b", "a\n", "a\x00", "\xff", ".."} {
		if words.IsSlug(text) {
			t.Errorf("%q is taken for one", text)
		}
	}
}

func TestLineOfWhatIsTyped(t *testing.T) {
	for _, c := range []struct{ name, text, want string }{
		{"spaces", "  Nour \t\r\n  B. ", "Nour B."},
		{"control characters", "No\x00u\x1br\u0085", "Nour"},
		{"an override that would write backwards", "Nour\u202egpj.exe", "Nourgpj.exe"},
		{"isolates", "\u2066Nour\u2069", "Nour"},
		{"a mark of byte order", "\ufeffNour", "Nour"},
		{"what no eye sees", "N\u200bo\u00adu\u2060r", "Nour"},
		{"nothing but joiners", "\u200b\u200d \u2060", ""},
		{"bytes that are no text", "Nour\xff\xfe", "Nour"},
		{"a family in one sign stays one", "👩\u200d👧", "👩\u200d👧"},
		{"right to left as it should be", "نور", "نور"},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := words.Line(c.text); got != c.want {
				t.Errorf("Line(%q) = %q, want %q", c.text, got, c.want)
			}
		})
	}
}

func TestBlockKeepsParagraphs(t *testing.T) {
	for _, c := range []struct{ name, text, want string }{
		{"two paragraphs", "Un\r\n\r\nDeux\r\n", "Un\n\nDeux"},
		{"many empty lines", "\n\n Un \n \n\t\n\nDeux  \n\n\n", " Un\n\nDeux"},
		{"line ends of long ago", "Un\rDeux", "Un\nDeux"},
		{"a list keeps its indent", "- Un\n  - Deux", "- Un\n  - Deux"},
		{"an override", "Un\u202e Deux", "Un Deux"},
		{"nothing that can be seen", "\n \u200b \n", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := words.Block(c.text); got != c.want {
				t.Errorf("Block(%q) = %q, want %q", c.text, got, c.want)
			}
		})
	}
}

func TestCleanedTextIsCleanAndStable(t *testing.T) {
	for name, clean := range map[string]func(string) string{"Line": words.Line, "Block": words.Block} {
		t.Run(name, func(t *testing.T) {
			rapid.Check(t, func(t *rapid.T) {
				text := clean(typed(t, "text"))
				for _, r := range text {
					allowed := name == "Block" && (r == '\n' || r == '\t')
					if unicode.IsControl(r) && !allowed || unicode.Is(unicode.Bidi_Control, r) && r != '\u200e' && r != '\u200f' && r != '\u061c' {
						t.Fatalf("%q holds %U", text, r)
					}
				}
				if !utf8.ValidString(text) || strings.Contains(text, "\n\n\n") || strings.TrimRight(text, " \n\t") != text {
					t.Fatalf("%q is not clean", text)
				}
				if again := clean(text); again != text {
					t.Fatalf("%q became %q", text, again)
				}
			})
		})
	}
}

func TestNumberedGoesOnToAThousand(t *testing.T) {
	all := slices.Collect(words.Numbered("jardin"))
	if diff := cmp.Diff([]string{"jardin", "jardin-2", "jardin-3"}, all[:3]); diff != "" {
		t.Error(diff)
	}
	if len(all) != 1000 || all[999] != "jardin-1000" {
		t.Errorf("%d names, the last %q", len(all), all[len(all)-1])
	}
}
