// Package i18n speaks the languages of Mainforte: French, in which it is
// written, and English, complete. Sentences live in catalogues, one file per
// language and room (fr/mission.po), under symbolic keys whose first part is
// the file's name, with {named} places for what varies; dates and delays are
// said here.
package i18n

import (
	"embed"
	"fmt"
	"strings"

	"github.com/leonelquinteros/gotext"
)

// Language is a language that Mainforte speaks, as an IETF tag.
type Language string

// The languages. French is the first, and the one for whoever asks for
// another.
const (
	French  Language = "fr"
	English Language = "en"
)

// Languages lists them all, French first.
var Languages = []Language{French, English}

//go:embed fr/*.po en/*.po
var files embed.FS

// catalogues holds one catalogue per language and room: the first part of a
// key names the file that has it.
var catalogues = load()

func load() map[Language]map[string]*gotext.Po {
	all := map[Language]map[string]*gotext.Po{}
	for _, language := range Languages {
		all[language] = map[string]*gotext.Po{}
		entries, err := files.ReadDir(string(language))
		if err != nil {
			panic(err) // embedded: it cannot be missing
		}
		for _, entry := range entries {
			source, err := files.ReadFile(string(language) + "/" + entry.Name())
			if err != nil {
				panic(err)
			}
			po := gotext.NewPo()
			po.Parse(source)
			all[language][strings.TrimSuffix(entry.Name(), ".po")] = po
		}
	}
	return all
}

var nothing = gotext.NewPo()

// none: gotext would take arguments for printf; ours have names.
var none []any

// sentences holds the first form of every key: most of what a page says, found
// without a lock and without printf.
var sentences = flatten()

func flatten() map[Language]map[string]string {
	all := map[Language]map[string]string{}
	for language, rooms := range catalogues {
		all[language] = map[string]string{}
		for _, po := range rooms {
			for key, said := range po.GetDomain().GetTranslations() {
				if key != "" && said.Trs[0] != "" {
					all[language][key] = said.Trs[0]
				}
			}
		}
	}
	return all
}

func catalogue(language Language, key string) *gotext.Po {
	room, _, _ := strings.Cut(key, ".")
	if po, ok := catalogues[language][room]; ok {
		return po
	}
	return nothing
}

// Text says things in one language. It is a value: pass it.
type Text struct{ language Language }

// In gives the text of a language; of French for any that is not spoken.
func In(language Language) Text {
	if _, ok := catalogues[language]; !ok {
		language = French
	}
	return Text{language}
}

// Language is the language this text speaks.
func (t Text) Language() Language { return t.language }

// Other is the language to offer beside this one.
func (t Text) Other() Text {
	if t.language == French {
		return Text{English}
	}
	return Text{French}
}

// Say gives the sentence of a key; args are name-value pairs that fill its
// {places}. A value that is itself a Phrase is said first, in this language.
// A key that is missing is given back, which a test forbids.
func (t Text) Say(key string, args ...any) string {
	sentence, ok := sentences[t.language][key]
	if !ok {
		return key
	}
	return t.fill(sentence, args)
}

// Count is Say with the form for n; the place {n} is filled.
func (t Text) Count(key string, n int, args ...any) string {
	return t.fill(catalogue(t.language, key).GetN(key, key, n, none...), append([]any{"n", t.Number(n)}, args...))
}

// Has tells whether the key exists.
func (t Text) Has(key string) bool {
	_, ok := sentences[t.language][key]
	return ok
}

// Phrase is a sentence yet to be said: a key and its name-value pairs.
type Phrase struct {
	Key  string
	Args []any
}

func (t Text) fill(sentence string, args []any) string {
	if len(args) == 0 || !strings.Contains(sentence, "{") {
		return sentence
	}
	pairs := make([]string, 0, len(args))
	for i := 0; i+1 < len(args); i += 2 {
		var value string
		switch v := args[i+1].(type) {
		case string:
			value = v
		case Phrase:
			value = t.Say(v.Key, v.Args...)
		case int:
			value = t.Number(v)
		default:
			value = fmt.Sprint(v)
		}
		pairs = append(pairs, "{"+args[i].(string)+"}", value)
	}
	return strings.NewReplacer(pairs...).Replace(sentence)
}

// Number writes a whole number as the language does: 1 000, 1,000.
func (t Text) Number(n int) string {
	digits := fmt.Sprint(n)
	sign := ""
	if n < 0 {
		sign, digits = "−", digits[1:]
	}
	separator := "\u202f"
	if t.language == English {
		separator = ","
	}
	var out strings.Builder
	for i, digit := range digits {
		if i > 0 && (len(digits)-i)%3 == 0 {
			out.WriteString(separator)
		}
		out.WriteRune(digit)
	}
	return sign + out.String()
}

// Path is an address of the instance in this language: English lives under
// /en, so that a visitor without a cookie can choose it.
func (t Text) Path(path string) string {
	if t.language == French {
		return path
	}
	if path == "/" {
		return "/" + string(t.language)
	}
	return "/" + string(t.language) + path
}

// Split takes the language off an address.
func Split(path string) (Language, string) {
	rest, ok := strings.CutPrefix(path, "/"+string(English))
	switch {
	case ok && rest == "":
		return English, "/"
	case ok && rest[0] == '/':
		return English, rest
	}
	return French, path
}
