// Package fault holds errors that a person may see. A fault says what
// happened by a key of the catalogue, so that it reaches everybody in their
// language; its cause, if any, is for the log alone. Any error that is not a
// fault is an incident: the person sees a number, the log tells the rest.
package fault

import (
	"errors"
	"fmt"
)

// Code is the kind of a fault, which doors turn into theirs (an HTTP status,
// an exit code).
type Code int

// The kinds of fault.
const (
	// Invalid: what was given cannot be taken as it is.
	Invalid Code = iota + 1
	// SignedOut: it asks for a person who is signed in.
	SignedOut
	// Forbidden: this person may not.
	Forbidden
	// Missing: it does not exist, or this person need not learn that it
	// does.
	Missing
	// Conflict: somebody else was first, or the moment has passed.
	Conflict
	// Gone: the link has expired or was used.
	Gone
	// TooMany: it was asked too often.
	TooMany
)

// Fault is an error for a person.
type Fault struct {
	Code Code
	// Key and Args are the sentence: a key of the catalogue and its
	// name-value pairs.
	Key  string
	Args []any
	// Fields are what is wrong field by field, in the order of the form.
	Fields []Field
	// Cause is for the log.
	Cause error
}

// Field is what is wrong with one field of a form.
type Field struct {
	Name string
	Key  string
	Args []any
}

// New makes a fault; args are name-value pairs for the sentence.
func New(code Code, key string, args ...any) *Fault {
	return &Fault{Code: code, Key: key, Args: args}
}

// Because keeps the cause for the log.
func (f *Fault) Because(cause error) *Fault {
	f.Cause = cause
	return f
}

// Error is what the log shows.
func (f *Fault) Error() string {
	text := f.Key
	for _, field := range f.Fields {
		text += fmt.Sprintf(" %s: %s", field.Name, field.Key)
	}
	if f.Cause != nil {
		text += ": " + f.Cause.Error()
	}
	return text
}

// Unwrap gives the cause.
func (f *Fault) Unwrap() error { return f.Cause }

// As gives the fault in err, if there is one.
func As(err error) (*Fault, bool) {
	var f *Fault
	ok := errors.As(err, &f)
	return f, ok
}

// Is tells whether err is a fault of this kind.
func Is(err error, code Code) bool {
	f, ok := As(err)
	return ok && f.Code == code
}

// Check gathers what is wrong with the fields of a form, all of it at once,
// so that nobody mends a form one refusal at a time.
type Check struct{ fields []Field }

// Say notes what is wrong with a field.
func (c *Check) Say(field, key string, args ...any) {
	c.fields = append(c.fields, Field{field, key, args})
}

// Unless notes it when the condition is not met.
func (c *Check) Unless(ok bool, field, key string, args ...any) {
	if !ok {
		c.Say(field, key, args...)
	}
}

// Length notes a text that is empty although required, or over its limit in
// characters.
func (c *Check) Length(field, text string, required bool, limit int) {
	n := len([]rune(text))
	switch {
	case required && n == 0:
		c.Say(field, "fault.field.empty")
	case n > limit:
		c.Say(field, "fault.field.long", "limit", limit, "length", n)
	}
}

// Err is nil when nothing is wrong.
func (c *Check) Err() error {
	if len(c.fields) == 0 {
		return nil
	}
	return &Fault{Code: Invalid, Key: "fault.form", Fields: c.fields}
}
