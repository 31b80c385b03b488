// Package sheet reads a table as people really write it: exported by whatever
// spreadsheet program in whatever language, or typed by hand. It knows what a
// table is and nothing of what its columns mean.
//
// It reads CSV. The encoding and the separator are not asked but recognised:
// nobody knows them of their own file. Where a guess could take a table for
// another one, there is a fault with the number of the line instead.
package sheet

import (
	"bytes"
	"io"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/encoding/charmap"
	utf16 "golang.org/x/text/encoding/unicode"

	"mainforte/internal/fault"
)

// Limits of a table.
const (
	// SizeLimit is in bytes, as they come.
	SizeLimit   = 10 << 20
	ColumnLimit = 100
	// RowLimit does not count the header.
	RowLimit = 100_000
	// CellLimit is in bytes of UTF-8.
	CellLimit = 20_000
)

// Table is a header and rows of as many cells.
type Table struct {
	Header []string
	Rows   []Row
}

// Row is what one line says.
type Row struct {
	// Line is where the row begins, counted from one as an editor does.
	// Header, empty lines and lines within a cell count too.
	Line int
	// Cells are as they are written, spaces included; there is one for each
	// column of the header. Line breaks within a cell are "\n".
	Cells []string
}

// Read reads a table. The first line that is not empty is its header; lines
// without any text are left out. Anybody may call it; what cannot be read is a
// fault with its line, and lines that have not as many cells as the header are
// all told at once.
func Read(r io.Reader) (Table, error) {
	source, err := io.ReadAll(io.LimitReader(r, SizeLimit+1))
	if err != nil {
		return Table{}, err
	}
	if len(source) > SizeLimit {
		return Table{}, fault.New(fault.Invalid, "sheet.size", "limit", SizeLimit>>20)
	}
	text, err := decode(source)
	if err != nil {
		return Table{}, err
	}
	p := parser{text: text, line: 1, separator: separator(text)}
	return p.table()
}

// Marks that say in which encoding a file is written.
var (
	markUTF8    = []byte("\xef\xbb\xbf")
	markUTF16LE = []byte("\xff\xfe")
	markUTF16BE = []byte("\xfe\xff")
)

// decode gives the text in UTF-8. Without a mark, what is not UTF-8 is
// Windows-1252, in which spreadsheet programs on Windows still write French;
// "Unicode text" of the same programs is UTF-16 with a mark.
func decode(source []byte) (string, error) {
	var text []byte
	var err error
	switch rest, marked := bytes.CutPrefix(source, markUTF8); {
	case bytes.HasPrefix(source, markUTF16LE), bytes.HasPrefix(source, markUTF16BE):
		text, err = utf16.UTF16(utf16.LittleEndian, utf16.ExpectBOM).NewDecoder().Bytes(source)
	case utf8.Valid(rest):
		text = rest
	case marked:
		return "", fault.New(fault.Invalid, "sheet.encoding", "line", strconv.Itoa(lineOfInvalid(rest)))
	default:
		text, err = charmap.Windows1252.NewDecoder().Bytes(source)
	}
	if err != nil {
		return "", fault.New(fault.Invalid, "sheet.not_text").Because(err)
	}
	if bytes.IndexByte(text, 0) >= 0 { // a spreadsheet's own format, an image …
		return "", fault.New(fault.Invalid, "sheet.not_text")
	}
	return string(text), nil
}

func lineOfInvalid(text []byte) int {
	line := 1
	for len(text) > 0 {
		r, size := utf8.DecodeRune(text)
		if r == utf8.RuneError && size == 1 {
			break
		}
		if r == '\n' || r == '\r' && !bytes.HasPrefix(text, []byte("\r\n")) {
			line++
		}
		text = text[size:]
	}
	return line
}

// separators are those that spreadsheet programs write: where the comma is
// for decimals, as in French, columns are separated by semicolons. The one
// least found in prose comes first.
const separators = "\t;,"

// none separates nothing, since no text has a NUL: a header without any
// separator is a list of one column, in which a comma is a comma.
const none = 0

// separator is the one that the header holds most often outside quotes; the
// first in separators when two are as frequent.
func separator(text string) byte {
	// Lines without any text, before the header, are none.
	header := strings.IndexFunc(text, func(r rune) bool { return !unicode.IsSpace(r) && !strings.ContainsRune(separators, r) })
	text = text[strings.LastIndexAny(text[:max(header, 0)], "\r\n")+1:]
	count := map[byte]int{}
	// A quote opens where a cell begins, and again right after one that
	// closed: a doubled quote stands for one within the cell.
	quoted, opens := false, true
	for i := range len(text) {
		c := text[i]
		if !quoted && (c == '\n' || c == '\r') {
			break
		}
		switch {
		case quoted:
			quoted = c != '"'
			opens = !quoted
		case c == '"' && opens:
			quoted = true
		default:
			count[c]++
			opens = strings.IndexByte(separators, c) >= 0
		}
	}
	best := byte(none)
	for i := range len(separators) {
		if c := separators[i]; count[c] > count[best] {
			best = c
		}
	}
	return best
}
