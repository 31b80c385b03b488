package sheet

import (
	"strconv"
	"strings"

	"mainforte/internal/fault"
)

// parser walks through the text once. It is our own because people and
// programs write `Café "Le Chat"` without doubling the quotes, and old
// programs end lines with a lone carriage return: a strict reader refuses
// both, a lazy one takes a forgotten quote for the rest of the file.
type parser struct {
	text      string
	at        int
	line      int
	separator byte
}

func (p *parser) table() (Table, error) {
	var t Table
	var ragged []fault.Field
	for p.at < len(p.text) {
		r, err := p.row()
		if err != nil {
			return Table{}, err
		}
		switch {
		case r.blank:
		case t.Header == nil:
			if r.count > ColumnLimit {
				return Table{}, fault.New(fault.Invalid, "sheet.columns", "limit", ColumnLimit)
			}
			t.Header = r.cells
		case r.count != len(t.Header):
			key := "sheet.short"
			if r.count > len(t.Header) {
				key = "sheet.long"
			}
			line := strconv.Itoa(r.line)
			ragged = append(ragged, fault.Field{Name: line, Key: key, Args: []any{"line", line, "cells", r.count, "columns", len(t.Header)}})
		case len(t.Rows) == RowLimit:
			return Table{}, fault.New(fault.Invalid, "sheet.rows", "limit", RowLimit)
		default:
			t.Rows = append(t.Rows, Row{Line: r.line, Cells: r.cells})
		}
	}
	switch {
	case t.Header == nil:
		return Table{}, fault.New(fault.Invalid, "sheet.empty")
	case ragged != nil:
		return Table{}, &fault.Fault{Code: fault.Invalid, Key: "sheet.ragged", Fields: ragged}
	}
	return t, nil
}

// row is what stands between two line breaks outside quotes.
type row struct {
	line int
	// cells are the first ColumnLimit of them; count counts all.
	cells []string
	count int
	// blank: none of them holds any text.
	blank bool
}

func (p *parser) row() (row, error) {
	r := row{line: p.line, blank: true}
	for {
		cell, err := p.cell(r.count + 1)
		if err != nil {
			return row{}, err
		}
		r.count++
		r.blank = r.blank && strings.TrimSpace(cell) == ""
		if r.count <= ColumnLimit {
			r.cells = append(r.cells, cell)
		}
		if p.at == len(p.text) || p.text[p.at] != p.separator {
			p.newline()
			return r, nil
		}
		p.at++
	}
}

// cell reads one cell and stops before what ends it.
func (p *parser) cell(column int) (string, error) {
	var cell string
	line := p.line
	if strings.HasPrefix(p.text[p.at:], `"`) {
		var err error
		if cell, err = p.quoted(); err != nil {
			return "", err
		}
	} else {
		start := p.at
		for !p.ends() {
			p.at++
		}
		cell = p.text[start:p.at]
	}
	if len(cell) > CellLimit {
		return "", fault.New(fault.Invalid, "sheet.cell_size",
			"line", strconv.Itoa(line), "column", strconv.Itoa(column), "limit", CellLimit)
	}
	return cell, nil
}

// quoted reads a cell that begins with a quote. Spaces may follow the closing
// one; anything else would be a guess.
func (p *parser) quoted() (string, error) {
	opened := p.line
	var cell strings.Builder
	for p.at++; p.at < len(p.text); {
		switch c := p.text[p.at]; {
		case c == '\n' || c == '\r':
			p.newline()
			cell.WriteByte('\n')
		case c != '"':
			p.at++
			cell.WriteByte(c)
		case strings.HasPrefix(p.text[p.at:], `""`):
			p.at += 2
			cell.WriteByte('"')
		default:
			closed := p.line
			for p.at++; !p.ends(); p.at++ {
				if p.text[p.at] != ' ' {
					return "", fault.New(fault.Invalid, "sheet.quote", "line", strconv.Itoa(closed))
				}
			}
			return cell.String(), nil
		}
	}
	return "", fault.New(fault.Invalid, "sheet.unclosed", "line", strconv.Itoa(opened))
}

// ends tells whether the cell is over: at a separator, a line break or the
// end of the file.
func (p *parser) ends() bool {
	if p.at == len(p.text) {
		return true
	}
	c := p.text[p.at]
	return c == '\n' || c == '\r' || c == p.separator
}

// newline passes a line break, whichever of the three it is.
func (p *parser) newline() {
	if p.at == len(p.text) {
		return
	}
	if strings.HasPrefix(p.text[p.at:], "\r\n") {
		p.at++
	}
	p.at++
	p.line++
}
