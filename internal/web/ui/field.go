package ui

import "strconv"

// Limited tells the browser how many characters the field takes.
func (f Field) Limited(characters int) Field {
	f.MaxLength = characters
	return f
}

// As makes the field of another type, such as search.
func (f Field) As(kind string) Field {
	f.Type = kind
	return f
}

// Numeric brings up the digits on a phone, for numbers up to most.
func (f Field) Numeric(most int) Field {
	f.InputMode = "numeric"
	return f.Limited(len(strconv.Itoa(most)))
}

// Named gives the field other words than its usual ones.
func (f Field) Named(label, hint string) Field {
	f.Label, f.Hint = label, hint
	return f
}

// Hinted says how to answer.
func (f Field) Hinted(hint string) Field {
	f.Hint = hint
	return f
}

// Completed says what browsers may fill in: a token of the autocomplete
// attribute, such as name.
func (f Field) Completed(with string) Field {
	f.Autocomplete = with
	return f
}
