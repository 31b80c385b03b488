package web

import (
	"bytes"
	"context"
	"io"

	"github.com/a-h/templ"
	"github.com/microcosm-cc/bluemonday"
	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/extension"
)

var (
	markdown = goldmark.New(goldmark.WithExtensions(extension.Linkify, extension.Strikethrough))
	// allowed is what a text written by a person may hold: no image, which
	// would tell another host who reads, and no heading that would rival
	// the page's own.
	allowed = func() *bluemonday.Policy {
		p := bluemonday.NewPolicy()
		p.AllowElements("p", "br", "em", "strong", "del", "code", "pre", "blockquote", "ul", "ol", "li", "hr", "h3", "h4")
		p.AllowAttrs("href").OnElements("a")
		p.AllowURLSchemes("https", "http", "mailto")
		p.RequireNoFollowOnLinks(true)
		p.RequireNoReferrerOnLinks(true)
		return p
	}()
)

// Prose renders Markdown, made safe. It is the only place where HTML that was
// not written in a template enters a page.
func Prose(text string) templ.Component {
	return templ.ComponentFunc(func(_ context.Context, w io.Writer) error {
		var html bytes.Buffer
		if err := markdown.Convert([]byte(text), &html); err != nil {
			return err
		}
		_, err := w.Write(allowed.SanitizeBytes(html.Bytes()))
		return err
	})
}
