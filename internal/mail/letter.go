// Package mail is the door of letters that leave: it composes them and hands
// them to a mail server. Who writes which letter, and why, is said in the
// packages below it, one per capability that writes.
//
// A letter has one purpose, one button at most, and says why it came. It is
// sent as plain text and as HTML, without an image and without anything that
// has to be fetched. Its Message-ID is made from the event that caused it, so
// that a letter sent twice, after an answer of the server got lost, is shown
// once by mail programs.
package mail

import (
	netmail "net/mail"
	"strings"

	"mainforte/internal/i18n"
)

// Letter is a mail to one person.
type Letter struct {
	// Kind is the kind of the job that writes it. With the event it names
	// the message, so an event causes one letter of a kind at most.
	Kind string
	// To is who reads it; the name is greeted and may be empty. A letter
	// without an address, because its reader was erased, is not sent.
	To netmail.Address
	// Language is the reader's.
	Language i18n.Language
	// Association is the name of the association that writes; empty when
	// Mainforte itself does.
	Association string
	Subject     string
	Blocks      []Block
	// Button is the one thing to do; without an address there is none.
	Button Button
	// Why says in one sentence why this letter came.
	Why string
	// Thread is the same for all letters about one conversation, so that
	// mail programs show them together. It may be empty.
	Thread string
}

// Button leads to a page where something can be done: following it changes
// nothing, because programs that look for viruses follow links too.
type Button struct{ Label, URL string }

// Block is a part of a letter. An empty one is left out.
type Block struct {
	kind  kind
	words string
	url   string
}

type kind int

const (
	paragraph kind = iota
	quote
	facts
	link
)

// Paragraph is words of ours.
func Paragraph(words string) Block { return Block{kind: paragraph, words: words} }

// Quote is words of a person, with their line breaks.
func Quote(words string) Block { return Block{kind: quote, words: words} }

// Facts is what the reader may look for later, on one line.
func Facts(words ...string) Block {
	return Block{kind: facts, words: strings.Join(words, " · ")}
}

// Link leads to a page that the letter speaks of, beside its button.
func Link(label, url string) Block { return Block{kind: link, words: label, url: url} }

// lines are the words of a block line by line.
func (b Block) lines() []string { return strings.Split(b.words, "\n") }

// greeting is the first line.
func (l Letter) greeting(t i18n.Text) string {
	if l.To.Name == "" {
		return t.Say("mail.greeting_unnamed")
	}
	return t.Say("mail.greeting", "name", l.To.Name)
}

// from is the name of who writes, as mail programs show it.
func (l Letter) from(t i18n.Text) string {
	if l.Association == "" {
		return "Mainforte"
	}
	return t.Say("mail.from", "association", l.Association)
}
