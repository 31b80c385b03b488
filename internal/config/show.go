package config

import (
	"fmt"
	"io"
	"log/slog"
	"net/url"
	"strings"
)

// hidden stands for what is not shown.
const hidden = "(hidden)"

// Secret is a text that no way of printing shows. string(s) gives it to the
// one place that needs it.
type Secret string

// Format writes that there is one, under any verb.
func (s Secret) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, s.shown()) }

// MarshalText hides it from JSON and from the log.
func (s Secret) MarshalText() ([]byte, error) { return []byte(s.shown()), nil }

func (s Secret) shown() string {
	if s == "" {
		return ""
	}
	return hidden
}

// shown is a key as the operator may see it in a log or on a screen.
func (k key) shown(c Config) string {
	text := k.get(c)
	switch {
	case k.secret:
		return Secret(text).shown()
	case strings.Contains(text, "://"):
		// Data may be an address with a password, or name it in its query.
		u, err := url.Parse(text)
		if err != nil {
			return hidden
		}
		query := u.Query()
		for name := range query {
			if strings.Contains(strings.ToLower(name), "password") {
				query.Set(name, "xxxxx")
				u.RawQuery = query.Encode()
			}
		}
		return u.Redacted()
	}
	return text
}

// String shows every key on a line, and no password.
func (c Config) String() string {
	var out strings.Builder
	for _, k := range keys {
		fmt.Fprintf(&out, "%s = %q\n", k.name, k.shown(c))
	}
	return out.String()
}

// GoString shows no more than String.
func (c Config) GoString() string { return c.String() }

// MarshalText shows no more than String, where a Config is part of what is
// written as JSON.
func (c Config) MarshalText() ([]byte, error) { return []byte(c.String()), nil }

// LogValue gives every key to the log, and no password.
func (c Config) LogValue() slog.Value {
	attributes := make([]slog.Attr, len(keys))
	for i, k := range keys {
		attributes[i] = slog.String(k.name, k.shown(c))
	}
	return slog.GroupValue(attributes...)
}
