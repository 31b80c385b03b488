package config

import (
	"errors"
	"fmt"
	"net"
	"net/mail"
	"net/netip"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"

	"mainforte/internal/i18n"
)

// key is one key: how its text is checked and taken, and how it is shown.
type key struct {
	name string
	kind kind
	// secret keys are never shown.
	secret bool
	// set takes the text, or tells what is wrong and what would be right.
	set func(c *Config, text string) error
	get func(c Config) string
}

// kind is how a key is written in TOML. The environment knows text alone.
type kind int

const (
	word kind = iota
	whole
	list
)

// keys are all of them. A new key is a field of Config, a line here, and a
// paragraph in the example file.
var keys = []key{
	text("data", func(c *Config) *string { return &c.Data }, data),
	text("listen", func(c *Config) *string { return &c.Listen }, listen),
	text("url", func(c *Config) *string { return &c.URL }, origin),
	text("name", func(c *Config) *string { return &c.Name }, name),
	text("language", func(c *Config) *i18n.Language { return &c.Language }, oneOf(i18n.Languages...)),
	text("time_zone", func(c *Config) *string { return &c.TimeZone }, zone),
	text("associations", func(c *Config) *Associations { return &c.Associations }, oneOf(Invited, Open)),
	{name: "trusted_proxies", kind: list, set: setProxies, get: getProxies},
	number("offers_per_hour", func(c *Config) *int { return &c.OffersPerHour }, 0, 100_000),
	number("sign_ins_per_hour", func(c *Config) *int { return &c.SignInsPerHour }, 0, 100_000),
	text("contact", func(c *Config) *string { return &c.Contact }, contact),
	text("source_url", func(c *Config) *string { return &c.SourceURL }, page),
	number("workers", func(c *Config) *int { return &c.Workers }, 1, 64),
	text("mail.from", func(c *Config) *string { return &c.Mail.From }, sender),
	text("mail.host", func(c *Config) *string { return &c.Mail.Host }, host),
	number("mail.port", func(c *Config) *int { return &c.Mail.Port }, 1, 65_535),
	text("mail.tls", func(c *Config) *TLS { return &c.Mail.TLS }, oneOf(StartTLS, FromStart, Clear)),
	text("mail.username", func(c *Config) *string { return &c.Mail.Username }, anything),
	secret(text("mail.password", func(c *Config) *Secret { return &c.Mail.Password }, anything)),
	text("mail.password_file", func(c *Config) *string { return &c.Mail.PasswordFile }, anything),
	text("log.format", func(c *Config) *string { return &c.Log.Format }, oneOf("text", "json")),
	{name: "log.level", set: setLevel, get: func(c Config) string { return strings.ToLower(c.Log.Level.String()) }},
}

func find(name string) (key, bool) {
	i := slices.IndexFunc(keys, func(k key) bool { return k.name == name })
	if i < 0 {
		return key{}, false
	}
	return keys[i], true
}

// text is what a value of the file would be in the environment.
func (k key) text(value any) (string, error) {
	switch v := value.(type) {
	case string:
		if k.kind == whole {
			return "", errors.New("this is a text; write a whole number, without quotes")
		}
		return v, nil
	case int64:
		if k.kind == whole {
			return strconv.FormatInt(v, 10), nil
		}
	case []any:
		if k.kind == list {
			texts := make([]string, len(v))
			for i, item := range v {
				one, ok := item.(string)
				if !ok {
					return "", fmt.Errorf("item %d of the list is no text; write it between double quotes", i+1)
				}
				texts[i] = one
			}
			return strings.Join(texts, ","), nil
		}
	}
	switch k.kind {
	case whole:
		return "", errors.New("this is no whole number; write one, such as 20")
	case list:
		return "", errors.New(`this is no list of texts; write one, such as ["127.0.0.1"]`)
	}
	return "", errors.New("this is no text; write it between double quotes")
}

func text[T ~string](name string, of func(*Config) *T, check func(string) (string, error)) key {
	return key{
		name: name,
		set: func(c *Config, text string) error {
			text, err := check(text)
			if err == nil {
				*of(c) = T(text)
			}
			return err
		},
		get: func(c Config) string { return string(*of(&c)) },
	}
}

func number(name string, of func(*Config) *int, least, most int) key {
	return key{
		name: name, kind: whole,
		set: func(c *Config, text string) error {
			n, err := strconv.Atoi(strings.TrimSpace(text))
			if err != nil || n < least || n > most {
				return fmt.Errorf("%q is not a whole number from %d to %d", text, least, most)
			}
			*of(c) = n
			return nil
		},
		get: func(c Config) string { return strconv.Itoa(*of(&c)) },
	}
}

func secret(k key) key {
	k.secret = true
	return k
}

func anything(text string) (string, error) { return text, nil }

func oneOf[T ~string](values ...T) func(string) (string, error) {
	var quoted []string
	for _, v := range values {
		quoted = append(quoted, strconv.Quote(string(v)))
	}
	last := len(quoted) - 1
	choices := strings.Join(quoted[:last], ", ") + " or " + quoted[last]
	return func(text string) (string, error) {
		if !slices.Contains(values, T(text)) {
			return "", fmt.Errorf("%q is none of the choices; write %s", text, choices)
		}
		return text, nil
	}
}

// data never quotes the text, which may hold a password.
func data(text string) (string, error) {
	text = strings.TrimSpace(text)
	if text == "" {
		return "", errors.New(`it is empty; write a file, such as "mainforte.db", or a postgres:// address`)
	}
	scheme, _, isURL := strings.Cut(text, "://")
	if !isURL {
		return text, nil
	}
	if scheme != "postgres" && scheme != "postgresql" {
		return "", fmt.Errorf("there is no database behind %s://; write a file or a postgres:// address", scheme)
	}
	if _, err := url.Parse(text); err != nil {
		return "", errors.New(`this is no PostgreSQL address; write one such as "postgres://name:password@host/database" (in the password, %40 stands for @, %2F for / and %3A for :)`)
	}
	return text, nil
}

func listen(text string) (string, error) {
	text = strings.TrimSpace(text)
	_, port, err := net.SplitHostPort(text)
	n, numeric := strconv.Atoi(port)
	if err != nil || numeric != nil || n < 0 || n > 65_535 {
		return "", fmt.Errorf(`%q is not a host and a port; write both, such as "localhost:8080", or ":8080" for every address of this machine`, text)
	}
	return text, nil
}

// origin is an address without a path: pages and mails add theirs.
func origin(text string) (string, error) {
	text = strings.TrimRight(strings.TrimSpace(text), "/")
	if text == "" {
		return "", nil
	}
	u, err := web(text)
	if err != nil || u.Path != "" || u.RawQuery != "" || u.Fragment != "" {
		return "", fmt.Errorf(`%q is not an address without a path; write one such as "https://mainforte.example.org"`, text)
	}
	return u.Scheme + "://" + strings.ToLower(u.Host), nil
}

func page(text string) (string, error) {
	text = strings.TrimSpace(text)
	if text == "" {
		return "", nil
	}
	if _, err := web(text); err != nil {
		return "", fmt.Errorf(`%q is not the address of a page; write one such as "https://git.example.org/mainforte"`, text)
	}
	return text, nil
}

func web(text string) (*url.URL, error) {
	u, err := url.Parse(text)
	if err != nil {
		return nil, err
	}
	if u.Scheme != "http" && u.Scheme != "https" || u.Hostname() == "" || u.User != nil {
		return nil, errors.New("not an address of the web")
	}
	return u, nil
}

// nameLimit is in characters: the name stands in the title of every page.
const nameLimit = 60

func name(text string) (string, error) {
	text = strings.TrimSpace(text)
	if n := len([]rune(text)); n == 0 || n > nameLimit || strings.ContainsFunc(text, unicode.IsControl) {
		return "", fmt.Errorf("%q is not a name of 1 to %d characters on one line", text, nameLimit)
	}
	return text, nil
}

func zone(text string) (string, error) {
	if _, err := time.LoadLocation(text); err != nil || text == "" || text == "Local" {
		return "", fmt.Errorf(`%q is not a time zone; write its name, such as "Europe/Paris" or "Indian/Reunion"`, text)
	}
	return text, nil
}

func contact(text string) (string, error) {
	text = strings.TrimSpace(text)
	if parsed, err := mail.ParseAddress(text); text != "" && (err != nil || parsed.Address != text) {
		return "", fmt.Errorf(`%q is not an e-mail address; write one such as "bonjour@example.org"`, text)
	}
	return text, nil
}

func sender(text string) (string, error) {
	text = strings.TrimSpace(text)
	if _, err := mail.ParseAddress(text); text != "" && err != nil {
		return "", fmt.Errorf(`%q is not a sender; write one such as "Mainforte <mainforte@example.org>"`, text)
	}
	return text, nil
}

func host(text string) (string, error) {
	text = strings.TrimSpace(text)
	if address, err := netip.ParseAddr(text); err == nil && address.Zone() == "" {
		return text, nil
	}
	if strings.ContainsAny(text, ":/@ ") {
		return "", fmt.Errorf(`%q is not a host name; write it alone, such as "smtp.example.org", and the port in mail.port`, text)
	}
	return text, nil
}

func setProxies(c *Config, text string) error {
	var proxies []netip.Prefix
	for item := range strings.SplitSeq(text, ",") {
		item = strings.TrimSpace(item)
		if item == "" {
			continue
		}
		proxy, err := netip.ParsePrefix(item)
		if address, single := netip.ParseAddr(item); single == nil && address.Zone() == "" {
			address = address.Unmap()
			proxy, err = netip.PrefixFrom(address, address.BitLen()), nil
		}
		if err != nil || proxy.Addr().Is4In6() {
			return fmt.Errorf(`%q is neither an address nor a network; write one such as "127.0.0.1" or "10.0.0.0/8"`, item)
		}
		proxies = append(proxies, proxy.Masked())
	}
	c.TrustedProxies = proxies
	return nil
}

func getProxies(c Config) string {
	var texts []string
	for _, proxy := range c.TrustedProxies {
		texts = append(texts, proxy.String())
	}
	return strings.Join(texts, ",")
}

func setLevel(c *Config, text string) error {
	text, err := oneOf("debug", "info", "warn", "error")(text)
	if err != nil {
		return err
	}
	return c.Log.Level.UnmarshalText([]byte(text))
}

// distance counts the letters to add, drop or change between two words.
func distance(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		before := row[0]
		row[0] = i + 1
		for j := range len(b) {
			change := before
			if a[i] != b[j] {
				change++
			}
			before = row[j+1]
			row[j+1] = min(change, row[j]+1, row[j+1]+1)
		}
	}
	return row[len(b)]
}

// alike counts the letters with which both words begin.
func alike(a, b string) int {
	n := 0
	for n < min(len(a), len(b)) && a[n] == b[n] {
		n++
	}
	return n
}
