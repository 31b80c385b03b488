// Package config is what the operator decides about an instance: about twenty
// keys, from a file and from the environment. What an association decides
// about itself lives in the database.
//
// A key has one line in the table keys, which reads it, checks it and prints
// it, and a paragraph in docs/mainforte.example.toml, which a test demands.
package config

import (
	"cmp"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"net"
	"net/netip"
	"os"
	"slices"
	"strings"

	"github.com/BurntSushi/toml"

	"mainforte/internal/i18n"
)

// Config is how an instance is set up. Make it with Load: what Load gives has
// been checked.
type Config struct {
	// Data is where the database is: a file, or a postgres:// address.
	Data string
	// Listen is the address of the web server, host:port.
	Listen string
	// URL is the public address, without a path or a slash at its end; empty
	// when the operator leaves it to `init` or to LocalURL.
	URL string
	// Name is what the instance is called.
	Name string
	// Language is the one of pages that know nothing of their reader, and of
	// new associations.
	Language i18n.Language
	// TimeZone is an IANA name, the one of new associations.
	TimeZone string
	// Associations says whether people who are signed in may make an
	// association by themselves.
	Associations Associations
	// TrustedProxies are believed about X-Forwarded-For.
	TrustedProxies []netip.Prefix
	// OffersPerHour and SignInsPerHour bound one network address; zero
	// bounds nothing.
	OffersPerHour, SignInsPerHour int
	// Contact is the operator's e-mail address, shown on pages; may be empty.
	Contact string
	// SourceURL is where the source of this instance is; may be empty.
	SourceURL string
	// Workers is how many jobs this node does at a time.
	Workers int
	Mail    Mail
	Log     Log
}

// Associations is who may make an association.
type Associations string

// Who may make an association.
const (
	// Invited: those whom the operator invites.
	Invited Associations = "invited"
	// Open: everybody who is signed in.
	Open Associations = "open"
)

// Mail is how mail leaves. Without a Host none does.
type Mail struct {
	// From is the sender: an address, or « Name <address> ».
	From string
	Host string
	Port int
	TLS  TLS
	// Username and Password sign in to the host; both or none.
	Username string
	Password Secret
	// PasswordFile is where Password was read from, if it was.
	PasswordFile string
}

// TLS is how the connection to the mail host is made secret.
type TLS string

// The ways, and none.
const (
	// StartTLS begins in the clear and demands STARTTLS.
	StartTLS TLS = "starttls"
	// FromStart is TLS from the first byte.
	FromStart TLS = "tls"
	// Clear is for a mail host on this very machine or behind a tunnel.
	Clear TLS = "none"
)

// Log is how the program tells what it does.
type Log struct {
	Format string // "text" or "json"
	Level  slog.Level
}

// Default is an instance about which nothing was said.
func Default() Config {
	return Config{
		Data: "mainforte.db", Listen: "localhost:8080", Name: "Mainforte", Language: i18n.French, TimeZone: "Europe/Paris",
		Associations: Invited, OffersPerHour: 20, SignInsPerHour: 20, Workers: 2,
		Mail: Mail{Port: submission, TLS: StartTLS},
		Log:  Log{Format: "text", Level: slog.LevelInfo},
	}
}

// The ports of a mail host: with STARTTLS, and with TLS from the start.
const (
	submission  = 587
	submissions = 465
)

// prefix begins the name of every variable.
const prefix = "MAINFORTE_"

// Variable is the name under which the environment gives a key: mail.host is
// MAINFORTE_MAIL_HOST.
func Variable(key string) string {
	return prefix + strings.ToUpper(strings.ReplaceAll(key, ".", "_"))
}

// Flag is the name under which the command line gives a key; Load takes it
// beside the environment: Flag("listen") + "=" + value.
func Flag(key string) string { return "--" + strings.ReplaceAll(key, "_", "-") }

// Keys lists every key, in the order of the example file.
func Keys() []string {
	names := make([]string, len(keys))
	for i, k := range keys {
		names[i] = k.name
	}
	return names
}

// Load reads the file, if one is named, then the environment ("NAME=value"),
// which wins over it; a variable that is empty is as good as none. Of two
// values for one variable the last wins, and a flag, under
// the name that Flag gives, wins over both. The error tells
// everything that is wrong, one sentence a line.
func Load(file string, environ []string) (Config, error) {
	c := Default()
	l := loading{config: &c, said: map[string]string{}}
	if file != "" {
		l.file(file)
	}
	l.environment(environ)
	l.together()
	if l.wrong != nil {
		return Config{}, errors.Join(l.wrong...)
	}
	return c, nil
}

// loading is a configuration on its way.
type loading struct {
	config *Config
	// said tells, for each key that was given, how the operator called it.
	said  map[string]string
	wrong []error
}

func (l *loading) say(format string, args ...any) {
	l.wrong = append(l.wrong, fmt.Errorf(format, args...))
}

func (l *loading) file(file string) {
	source, err := os.ReadFile(file)
	if err != nil {
		l.say("the configuration file cannot be read: %w", err)
		return
	}
	var tree map[string]any
	if err := toml.Unmarshal(source, &tree); err != nil {
		l.say("%s", syntax(file, err))
		return
	}
	values := map[string]any{}
	flatten("", tree, values)
	given := map[string]bool{}
	for _, name := range slices.Sorted(maps.Keys(values)) {
		called := name + " in " + file
		k, ok := find(name)
		if !ok {
			l.say("%s: %s", called, unknown(name, values[name]))
			continue
		}
		text, err := k.text(values[name])
		if err != nil {
			l.say("%s: %w", called, err)
			continue
		}
		given[name] = true
		l.set(k, text, called)
	}
	l.secrets(given)
}

// syntax says where the file stops being TOML, without the line itself when
// that may hold the password.
func syntax(file string, err error) string {
	var at toml.ParseError
	if !errors.As(err, &at) {
		return file + " is not TOML: " + err.Error()
	}
	if k, ok := find(at.LastKey); ok && k.secret {
		return fmt.Sprintf("%s, line %d: the value of %s must stand between double quotes", file, at.Position.Line, at.LastKey)
	}
	return fmt.Sprintf("%s, line %d: %s", file, at.Position.Line, at.Message)
}

// flatten names what stands in tables: mail.host.
func flatten(table string, tree, into map[string]any) {
	for name, value := range tree {
		if inner, ok := value.(map[string]any); ok && len(inner) > 0 {
			flatten(table+name+".", inner, into)
		} else if !ok || !isTable(table+name) {
			into[table+name] = value
		}
	}
}

func isTable(name string) bool {
	return slices.ContainsFunc(keys, func(k key) bool { return strings.HasPrefix(k.name, name+".") })
}

func unknown(name string, value any) string {
	if _, inner := value.(map[string]any); !inner && isTable(name) {
		return fmt.Sprintf("%s is a table; begin it with a line [%s] and put its keys below", name, name)
	}
	name = strings.ToLower(name)
	nearest := slices.MinFunc(Keys(), func(a, b string) int {
		// Of two as near, the one that begins alike: user is for username.
		return cmp.Or(cmp.Compare(distance(name, a), distance(name, b)), cmp.Compare(alike(name, b), alike(name, a)))
	})
	return fmt.Sprintf("there is no such key; the nearest is %s", nearest)
}

func (l *loading) environment(environ []string) {
	values := map[string]string{}
	for _, variable := range environ {
		if name, value, ok := strings.Cut(variable, "="); ok {
			values[name] = value
		}
	}
	given := map[string]bool{}
	for _, k := range keys {
		// A flag wins over a variable, and is called what was typed.
		for _, called := range []string{Flag(k.name), Variable(k.name)} {
			if value := values[called]; value != "" {
				given[k.name] = true
				l.set(k, value, called)
				break
			}
		}
	}
	l.secrets(given)
}

func (l *loading) set(k key, text, called string) {
	l.said[k.name] = called
	if err := k.set(l.config, text); err != nil {
		l.say("%s: %w", called, err)
	}
}

// secrets lets the password and the file that holds it take each other's
// place from one source to the next: a variable with the one wins over a file
// with the other.
func (l *loading) secrets(given map[string]bool) {
	m := &l.config.Mail
	switch text, file := given["mail.password"] && m.Password != "", given["mail.password_file"] && m.PasswordFile != ""; {
	case text && file:
		l.say("%s: give either the password or the file that holds it, not both", l.called("mail.password_file"))
	case text:
		m.PasswordFile = ""
	case file:
		m.Password = ""
	}
}

// called is how the operator called a key; its name if it was not given.
func (l *loading) called(name string) string { return cmp.Or(l.said[name], name) }

// together checks what keys say of each other.
func (l *loading) together() {
	m := &l.config.Mail
	if m.TLS == FromStart && l.said["mail.port"] == "" {
		m.Port = submissions
	}
	if !l.readPassword() || m.Host == "" {
		return
	}
	if m.From == "" {
		l.say(`mail.from is empty, but %s names a host; write the sender, such as "Mainforte <mainforte@example.org>"`, l.called("mail.host"))
	}
	switch {
	case m.Username != "" && m.Password == "":
		l.say("mail.password is empty, but %s names somebody; give both or none", l.called("mail.username"))
	case m.Username == "" && m.Password != "":
		l.say("mail.username is empty, but there is a password; give both or none")
	case m.Password != "" && m.TLS == Clear && !loopback(m.Host):
		l.say(`%s: "none" would send the password to %s where others can read it; use "starttls" or "tls"`, l.called("mail.tls"), m.Host)
	}
}

// readPassword reads it from its file, if that is where it is.
func (l *loading) readPassword() bool {
	m := &l.config.Mail
	if m.PasswordFile == "" || m.Password != "" {
		return true
	}
	source, err := os.ReadFile(m.PasswordFile)
	if err != nil {
		l.say("%s: the password cannot be read: %w", l.called("mail.password_file"), err)
		return false
	}
	if m.Password = Secret(strings.TrimRight(string(source), "\r\n")); m.Password == "" {
		l.say("%s: %s is empty; write the password into it", l.called("mail.password_file"), m.PasswordFile)
		return false
	}
	return true
}

func loopback(host string) bool {
	address, err := netip.ParseAddr(host)
	return host == "localhost" || err == nil && address.IsLoopback()
}

// Open tells whether people who are signed in may make an association by
// themselves.
func (c Config) Open() bool { return c.Associations == Open }

// LocalURL is where a browser on this machine finds the instance when it has
// no public address.
func (c Config) LocalURL() string {
	_, port, err := net.SplitHostPort(c.Listen)
	if err != nil || port == "80" {
		return "http://localhost"
	}
	return "http://localhost:" + port
}
