package mail

import (
	"strings"
	"unicode/utf8"

	"mainforte/internal/i18n"
)

// width is where lines of plain text are broken, in characters: narrow enough
// to be quoted once or twice on a screen of 80.
const width = 76

// text is the letter in plain text.
func (l Letter) text(t i18n.Text) string {
	parts := []string{wrap("", l.greeting(t))}
	for _, b := range l.Blocks {
		switch {
		case b.words == "":
		case b.kind == quote:
			parts = append(parts, wrap("> ", b.words))
		case b.kind == link:
			parts = append(parts, address(t, b.words, b.url))
		default:
			parts = append(parts, wrap("", b.words))
		}
	}
	if l.Button.URL != "" {
		parts = append(parts, address(t, l.Button.Label, l.Button.URL))
	}
	// "-- " alone on a line begins what mail programs leave out of a reply.
	return strings.Join(parts, "\n\n") + "\n\n-- \n" + wrap("", l.Why) + "\n"
}

// address puts a URL on a line of its own, unbroken, so that it can be
// followed and copied.
func address(t i18n.Text, label, url string) string {
	return wrap("", t.Say("mail.link", "label", label)) + "\n" + url
}

// wrap breaks lines at spaces, never at those that do not break, and puts a
// prefix before each. Lines that are short enough stay as they were typed.
func wrap(prefix, words string) string {
	var out []string
	room := width - utf8.RuneCountInString(prefix)
	for _, line := range strings.Split(words, "\n") {
		if utf8.RuneCountInString(line) <= room {
			out = append(out, line)
			continue
		}
		var current string
		for _, word := range strings.Split(line, " ") {
			if current != "" && utf8.RuneCountInString(current)+1+utf8.RuneCountInString(word) > room {
				out = append(out, current)
				current = word
				continue
			}
			if current != "" {
				current += " "
			}
			current += word
		}
		out = append(out, current)
	}
	for i, line := range out {
		out[i] = strings.TrimRight(prefix+line, " ")
	}
	return strings.Join(out, "\n")
}
