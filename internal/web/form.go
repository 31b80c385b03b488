package web

import (
	"maps"
	"net/url"
	"strconv"
	"unicode/utf8"

	"mainforte/internal/fault"
	"mainforte/internal/i18n"
	"mainforte/internal/web/ui"
	"mainforte/internal/words"
)

// Form is a form as it is shown: with what it holds, and, after it was
// refused, with everything that was typed and what is wrong with it.
//
// The words of the field "title" of the room "mission" are in the catalogue
// under mission.field.title, and its hint, if it has one, under
// mission.field.title.hint.
type Form struct {
	text   i18n.Text
	room   string
	values url.Values
	fault  *fault.Fault
	// names are fields called otherwise than in the catalogue.
	names map[string]string
}

// Naming calls a field otherwise than the catalogue does, in its label and
// where it is said to be wrong.
func (f Form) Naming(name, label string) Form {
	names := maps.Clone(f.names)
	if names == nil {
		names = map[string]string{}
	}
	names[name] = label
	f.names = names
	return f
}

func (f Form) label(name string) string {
	if label, ok := f.names[name]; ok {
		return label
	}
	return f.text.Say(f.room + ".field." + name)
}

// Form shows a form of a room with these values.
func (v *Visit) Form(room string, values url.Values) Form {
	return Form{text: v.T, room: room, values: values}
}

// Again shows the form that was sent, full, if the error says that its content
// cannot be taken; ok is false for any other error, which the handler returns.
func (v *Visit) Again(room string, err error) (form Form, ok bool) {
	f, is := fault.As(err)
	if !is || f.Code != fault.Invalid && f.Code != fault.Conflict && f.Code != fault.TooMany {
		return Form{}, false
	}
	return Form{text: v.T, room: room, values: v.R.PostForm, fault: f}, true
}

// Status is what to answer with: the refusal's, or zero, which Show takes for
// 200.
func (f Form) Status() int {
	if f.fault == nil {
		return 0
	}
	return statuses[f.fault.Code]
}

// Refused tells whether the form is shown again because it was refused.
func (f Form) Refused() bool { return f.fault != nil }

// Value is what a field holds.
func (f Form) Value(name string) string { return f.values.Get(name) }

// Field describes a field, with its words from the catalogue, its value and
// what is wrong with it.
func (f Form) Field(name string) ui.Field {
	key := f.room + ".field." + name
	field := ui.Field{Name: name, Label: f.label(name), Value: f.values.Get(name), Checked: f.values.Get(name) != ""}
	if f.text.Has(key + ".hint") {
		field.Hint = f.text.Say(key + ".hint")
	}
	if f.fault != nil {
		for _, wrong := range f.fault.Fields {
			if wrong.Name == name {
				field.Error = f.text.Say(wrong.Key, wrong.Args...)
			}
		}
	}
	return field
}

// Needed is a field that must be filled in.
func (f Form) Needed(name string) ui.Field {
	field := f.Field(name)
	field.Required = true
	return field
}

func (f Form) errors() []ui.FieldError {
	var all []ui.FieldError
	for _, wrong := range f.fault.Fields {
		label := f.label(wrong.Name)
		all = append(all, ui.FieldError{ID: wrong.Name, Text: label + f.text.Say("web.colon") + f.text.Say(wrong.Key, wrong.Args...)})
	}
	return all
}

// Number reads a whole number from the form; empty is zero, and what is no
// number is -1, which no check accepts.
func (v *Visit) Number(name string) int {
	text := words.Line(v.Value(name))
	if text == "" {
		return 0
	}
	n, err := strconv.Atoi(text)
	if err != nil {
		return -1
	}
	return n
}

// Checked tells whether a box is ticked.
func (v *Visit) Checked(name string) bool { return v.Value(name) != "" }

// Initial is the first letter of a name, for its round face.
func Initial(name string) string {
	r, size := utf8.DecodeRuneInString(name)
	if size == 0 {
		return ""
	}
	return string(r)
}
