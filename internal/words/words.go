// Package words prepares text for searching and for addresses, the same way
// whichever database holds it: without accents, ligatures or capitals.
package words

import (
	"iter"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode"

	"golang.org/x/text/runes"
	"golang.org/x/text/transform"
	"golang.org/x/text/unicode/norm"
)

// ligatures are small letters that no decomposition takes apart.
var ligatures = strings.NewReplacer("œ", "oe", "æ", "ae", "ß", "ss", "ø", "o", "ł", "l", "đ", "d")

// Fold gives the text without accents, ligatures or capitals: « Cœur d’été »
// becomes "coeur d’ete".
func Fold(text string) string {
	ascii := true
	for i := range len(text) {
		if text[i] >= 0x80 {
			ascii = false
			break
		}
	}
	if !ascii {
		// A transformer keeps state, so each call makes its own.
		unaccent := transform.Chain(norm.NFKD, runes.Remove(runes.In(unicode.Mn)), norm.NFC)
		if folded, _, err := transform.String(unaccent, text); err == nil {
			text = folded
		}
	}
	// Ligatures come last: an accent may have stood on one, and the capital
	// of some is only known in small.
	return ligatures.Replace(strings.ToLower(text))
}

// Tokens gives the distinct folded words of the texts, sorted: letters and
// digits, at least two of them, at most the first 24 of a word.
func Tokens(texts ...string) []string {
	var found []string
	for _, text := range texts {
		for _, word := range strings.FieldsFunc(Fold(visible(text)), func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) }) {
			letters := []rune(word)
			if len(letters) < 2 {
				continue
			}
			found = append(found, string(letters[:min(len(letters), 24)]))
		}
	}
	slices.Sort(found)
	return slices.Compact(found)
}

// Slug makes the part of an address that names a title: folded words joined
// by hyphens, at most 60 bytes, never cut within a word unless it is the
// first. It is empty when the title holds no letter that an address can show.
func Slug(title string) string {
	var slug strings.Builder
	for _, word := range strings.FieldsFunc(Fold(title), func(r rune) bool {
		return (r < 'a' || r > 'z') && (r < '0' || r > '9')
	}) {
		if slug.Len() > 0 {
			if slug.Len()+1+len(word) > 60 {
				break
			}
			slug.WriteByte('-')
		}
		slug.WriteString(word[:min(len(word), 60)])
	}
	return slug.String()
}

var slugShape = regexp.MustCompile(`^[a-z0-9]+(--?[a-z0-9]+)*$`)

// IsSlug tells whether the text can name something in an address. What cannot
// is not worth looking for.
func IsSlug(text string) bool { return slugShape.MatchString(text) }

// Line makes one line of what was typed in a field: white space folded, what
// cannot be seen dropped. Characters that would change the direction of the
// text around them are dropped too, so that a name cannot rewrite a page. The
// spaces that French puts inside quotation marks and before a colon stay.
func Line(text string) string {
	breaks := func(r rune) bool { return unicode.IsSpace(r) && r != 0xa0 && r != 0x202f }
	return strings.TrimSpace(strings.Join(strings.FieldsFunc(visible(text), breaks), " "))
}

// Block keeps the lines of what was typed in a larger field, without spaces
// at their ends, with one empty line at most between two.
func Block(text string) string {
	var out []string
	for line := range strings.Lines(lineEnds.Replace(visible(text))) {
		line = strings.TrimRightFunc(line, unicode.IsSpace)
		if line == "" && (len(out) == 0 || out[len(out)-1] == "") {
			continue
		}
		out = append(out, line)
	}
	return strings.TrimRight(strings.Join(out, "\n"), "\n")
}

var lineEnds = strings.NewReplacer("\r\n", "\n", "\r", "\n")

// visible drops what cannot be seen, and everything if nothing else is there:
// a name of joiners alone would be an empty line on every page. Joiners stay
// within words, where some scripts and signs need them.
func visible(text string) string {
	text = strings.Map(func(r rune) rune {
		switch {
		case r == '\n' || r == '\t' || r == '\r':
			return r
		case r == unicode.ReplacementChar || unicode.IsControl(r):
			return -1
		case r >= 0x202a && r <= 0x202e || r >= 0x2066 && r <= 0x2069: // overrides and isolates
			return -1
		case r == 0xad || r == 0x200b || r >= 0x2060 && r <= 0x2064 || r == 0xfeff: // hyphens and spaces of no width
			return -1
		}
		return r
	}, strings.ToValidUTF8(text, ""))
	if !strings.ContainsFunc(text, func(r rune) bool { return unicode.IsGraphic(r) && !unicode.IsSpace(r) }) {
		return ""
	}
	return text
}

// Numbered gives a slug, then the same with -2, -3 … for as long as the names
// are taken, up to a thousand.
func Numbered(slug string) iter.Seq[string] {
	return func(yield func(string) bool) {
		if !yield(slug) {
			return
		}
		for n := 2; n <= 1000; n++ {
			if !yield(slug + "-" + strconv.Itoa(n)) {
				return
			}
		}
	}
}
