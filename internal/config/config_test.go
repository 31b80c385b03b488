package config_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"log/slog"
	"net/netip"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"

	"mainforte/internal/config"
	"mainforte/internal/i18n"
)

const example = "../../docs/mainforte.example.toml"

func write(t *testing.T, text string) string {
	t.Helper()
	file := filepath.Join(t.TempDir(), "mainforte.toml")
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return file
}

func load(t *testing.T, text string, environ ...string) config.Config {
	t.Helper()
	c, err := config.Load(write(t, text), environ)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestNothingSaidIsTheDefault(t *testing.T) {
	want := config.Config{
		Data: "mainforte.db", Listen: "localhost:8080", Name: "Mainforte", Language: i18n.French, TimeZone: "Europe/Paris",
		Associations: config.Invited, OffersPerHour: 20, SignInsPerHour: 20, Workers: 2,
		Mail: config.Mail{Port: 587, TLS: config.StartTLS}, Log: config.Log{Format: "text"},
	}
	for name, given := range map[string]func() (config.Config, error){
		"no file":       func() (config.Config, error) { return config.Load("", nil) },
		"an empty file": func() (config.Config, error) { return config.Load(write(t, "[mail]\n[log]\n"), nil) },
		"empty variables": func() (config.Config, error) {
			return config.Load("", []string{"MAINFORTE_NAME=", "MAINFORTE_WORKERS="})
		},
		"other variables":  func() (config.Config, error) { return config.Load("", []string{"HOME=/", "MAINFORTE_PORT=tcp://1"}) },
		"the example file": func() (config.Config, error) { return config.Load(example, nil) },
	} {
		if c, err := given(); err != nil || !reflect.DeepEqual(c, want) {
			t.Errorf("%s: %v, %v", name, c, err)
		}
	}
}

var commented = regexp.MustCompile(`(?m)^#([a-z_]+ = .*)$`)

// The example file says what every key is for, and its examples can be used.
func TestExampleNamesEveryKey(t *testing.T) {
	source, err := os.ReadFile(example)
	if err != nil {
		t.Fatal(err)
	}
	secret := write(t, "from the file\n")
	used := commented.ReplaceAllString(string(source), "$1")
	used = strings.Replace(used, "/etc/mainforte/mail-password", filepath.ToSlash(secret), 1)
	for _, without := range []string{"password", "password_file"} {
		text := regexp.MustCompile(`(?m)^`+without+` = .*$`).ReplaceAllString(used, "")
		c := load(t, text)
		if c.URL == "" || c.Mail.Host == "" || c.Mail.Password == "" || len(c.TrustedProxies) != 2 {
			t.Errorf("without %s: %v", without, c)
		}
	}

	var named []string
	table := ""
	for line := range strings.Lines(string(source)) {
		if found := regexp.MustCompile(`^\[([a-z]+)\]`).FindStringSubmatch(line); found != nil {
			table = found[1] + "."
		}
		if found := regexp.MustCompile(`^#([a-z_]+) = `).FindStringSubmatch(line); found != nil {
			named = append(named, table+found[1])
		}
	}
	if !slices.Equal(named, config.Keys()) {
		t.Errorf("the example file names\n%q\nthe keys are\n%q", named, config.Keys())
	}
}

// full sets every key to something that is not its default.
const full = `
data = "postgres://mainforte:p4ss@db.example.org/mainforte"
listen = ":80"
url = "https://Aide.example.org/"
name = "Coup de main"
language = "en"
time_zone = "Indian/Reunion"
associations = "open"
trusted_proxies = ["10.1.2.3/8", "::1", "192.0.2.7"]
offers_per_hour = 0
sign_ins_per_hour = 5
contact = "tenir@example.org"
source_url = "https://git.example.org/mainforte?tag=1"
workers = 4

[mail]
from = "Coup de main <aide@example.org>"
host = "smtp.example.org"
port = 2525
tls = "tls"
username = "aide"
password = "m0t de passe"

[log]
format = "json"
level = "warn"
`

func fullConfig() config.Config {
	return config.Config{
		Data: "postgres://mainforte:p4ss@db.example.org/mainforte", Listen: ":80", URL: "https://aide.example.org",
		Name: "Coup de main", Language: i18n.English, TimeZone: "Indian/Reunion", Associations: config.Open,
		TrustedProxies: []netip.Prefix{netip.MustParsePrefix("10.0.0.0/8"), netip.MustParsePrefix("::1/128"), netip.MustParsePrefix("192.0.2.7/32")},
		OffersPerHour:  0, SignInsPerHour: 5, Contact: "tenir@example.org", SourceURL: "https://git.example.org/mainforte?tag=1", Workers: 4,
		Mail: config.Mail{
			From: "Coup de main <aide@example.org>", Host: "smtp.example.org", Port: 2525, TLS: config.FromStart,
			Username: "aide", Password: "m0t de passe",
		},
		Log: config.Log{Format: "json", Level: slog.LevelWarn},
	}
}

func TestEveryKeyIsReadFromTheFileAndFromTheEnvironment(t *testing.T) {
	want := fullConfig()
	if c := load(t, full); !reflect.DeepEqual(c, want) {
		t.Errorf("file:\n%v\nwant\n%v", c, want)
	}
	environ := []string{
		"MAINFORTE_DATA=postgres://mainforte:p4ss@db.example.org/mainforte", "MAINFORTE_LISTEN=:80", "MAINFORTE_URL=https://Aide.example.org/",
		"MAINFORTE_NAME=Coup de main", "MAINFORTE_LANGUAGE=en", "MAINFORTE_TIME_ZONE=Indian/Reunion", "MAINFORTE_ASSOCIATIONS=open",
		"MAINFORTE_TRUSTED_PROXIES=10.1.2.3/8, ::1,192.0.2.7", "MAINFORTE_OFFERS_PER_HOUR=0", "MAINFORTE_SIGN_INS_PER_HOUR=5",
		"MAINFORTE_CONTACT=tenir@example.org", "MAINFORTE_SOURCE_URL=https://git.example.org/mainforte?tag=1", "MAINFORTE_WORKERS=4",
		"MAINFORTE_MAIL_FROM=Coup de main <aide@example.org>", "MAINFORTE_MAIL_HOST=smtp.example.org", "MAINFORTE_MAIL_PORT=2525",
		"MAINFORTE_MAIL_TLS=tls", "MAINFORTE_MAIL_USERNAME=aide", "MAINFORTE_MAIL_PASSWORD=m0t de passe",
		"MAINFORTE_LOG_FORMAT=json", "MAINFORTE_LOG_LEVEL=warn",
	}
	if c, err := config.Load("", environ); err != nil || !reflect.DeepEqual(c, want) {
		t.Errorf("environment:\n%v, %v\nwant\n%v", c, err, want)
	}
	if len(environ) != len(config.Keys())-1 { // all but password_file
		t.Errorf("this test gives %d of %d keys", len(environ), len(config.Keys()))
	}
	for _, variable := range environ {
		name, _, _ := strings.Cut(variable, "=")
		if !slices.ContainsFunc(config.Keys(), func(key string) bool { return config.Variable(key) == name }) {
			t.Errorf("%s is the variable of no key", name)
		}
	}
}

func TestTheEnvironmentWinsAndItsLastWordToo(t *testing.T) {
	c := load(t, "name = \"du fichier\"\nworkers = 3\n", "MAINFORTE_NAME=de l’environnement", "MAINFORTE_LISTEN=:1", "MAINFORTE_LISTEN=:2")
	if c.Name != "de l’environnement" || c.Workers != 3 || c.Listen != ":2" {
		t.Errorf("got %v", c)
	}
}

func TestThePasswordComesFromOnePlace(t *testing.T) {
	secret := filepath.ToSlash(write(t, "du secret\r\n"))
	const rest = "host = \"smtp.example.org\"\nfrom = \"a@example.org\"\nusername = \"a\"\n"
	file := "[mail]\n" + rest + "password_file = \"" + secret + "\"\n"
	if c := load(t, file); c.Mail.Password != "du secret" {
		t.Errorf("from its file: %q", string(c.Mail.Password))
	}
	if c := load(t, file, "MAINFORTE_MAIL_PASSWORD=autre"); c.Mail.Password != "autre" || c.Mail.PasswordFile != "" {
		t.Errorf("a variable over its file: %q", string(c.Mail.Password))
	}
	if c := load(t, "[mail]\npassword = \"autre\"\n"+rest, "MAINFORTE_MAIL_PASSWORD_FILE="+secret); c.Mail.Password != "du secret" {
		t.Errorf("its file over the text: %q", string(c.Mail.Password))
	}
	for name, c := range map[string]struct{ text, want string }{
		"twice":   {file + "password = \"autre\"\n", "not both"},
		"nowhere": {"[mail]\n" + rest + "password_file = \"" + secret + ".none\"\n", "cannot be read"},
		"empty":   {"[mail]\n" + rest + "password_file = \"" + filepath.ToSlash(write(t, "\n")) + "\"\n", "is empty"},
	} {
		_, err := config.Load(write(t, c.text), nil)
		wantWrong(t, name, err, "mail.password_file in ", c.want)
		if err != nil && strings.Contains(err.Error(), "\n") {
			t.Errorf("%s is told twice: %v", name, err)
		}
	}
}

func TestThePortFollowsTLS(t *testing.T) {
	for text, want := range map[string]int{
		"": 587, "tls = \"starttls\"": 587, "tls = \"tls\"": 465, "tls = \"tls\"\nport = 587": 587, "tls = \"none\"\nport = 25": 25,
	} {
		if c := load(t, "[mail]\n"+text); c.Mail.Port != want {
			t.Errorf("%q: port %d", text, c.Mail.Port)
		}
	}
}

func wantWrong(t *testing.T, name string, err error, parts ...string) {
	t.Helper()
	if err == nil {
		t.Errorf("%s was taken", name)
		return
	}
	for _, part := range parts {
		if !strings.Contains(err.Error(), part) {
			t.Errorf("%s: %q does not say %q", name, err, part)
		}
	}
}

// Each sentence names the key as it was written and shows what would be right.
func TestRefusedValuesSayWhatWouldBeRight(t *testing.T) {
	for _, c := range []struct{ key, value, want string }{
		{"data", ` `, "mainforte.db"},
		{"data", `mysql://db`, "postgres://"},
		{"data", `postgres://a:%zz@b/c`, "%40"},
		{"listen", `8080`, "localhost:8080"},
		{"listen", `localhost`, "localhost:8080"},
		{"listen", `localhost:http`, "localhost:8080"},
		{"listen", `localhost:65536`, "localhost:8080"},
		{"url", `mainforte.example.org`, "https://mainforte.example.org"},
		{"url", `ftp://mainforte.example.org`, "https://"},
		{"url", `https://example.org/mainforte`, "without a path"},
		{"url", `https://me:secret@example.org`, "https://"},
		{"url", `https://`, "https://mainforte"},
		{"name", ` `, "1 to 60 characters"},
		{"name", strings.Repeat("é", 61), "1 to 60 characters"},
		{"language", `de`, `"fr" or "en"`},
		{"time_zone", `Paris`, "Europe/Paris"},
		{"time_zone", `Local`, "Europe/Paris"},
		{"associations", `closed`, `"invited" or "open"`},
		{"trusted_proxies", `10.0.0.0/33`, "10.0.0.0/8"},
		{"trusted_proxies", `127.0.0.1,proxy`, `"proxy" is neither`},
		{"trusted_proxies", `fe80::1%eth0`, "127.0.0.1"},
		{"trusted_proxies", `::ffff:10.0.0.0/104`, "10.0.0.0/8"},
		{"offers_per_hour", `-1`, "from 0 to 100000"},
		{"offers_per_hour", `many`, "from 0 to 100000"},
		{"sign_ins_per_hour", `1.5`, "from 0 to 100000"},
		{"contact", `somebody`, "bonjour@example.org"},
		{"contact", `Me <me@example.org>`, "bonjour@example.org"},
		{"source_url", `git.example.org`, "https://git.example.org"},
		{"workers", `0`, "from 1 to 64"},
		{"workers", `65`, "from 1 to 64"},
		{"mail.from", `Mainforte`, "Mainforte <mainforte@example.org>"},
		{"mail.host", `smtp.example.org:587`, "mail.port"},
		{"mail.host", `smtps://smtp.example.org`, "smtp.example.org"},
		{"mail.port", `0`, "from 1 to 65535"},
		{"mail.tls", `yes`, `"starttls", "tls" or "none"`},
		{"log.format", `xml`, `"text" or "json"`},
		{"log.level", `info+2`, `"debug", "info", "warn" or "error"`},
	} {
		_, err := config.Load("", []string{config.Variable(c.key) + "=" + c.value})
		wantWrong(t, c.key+" "+c.value, err, config.Variable(c.key)+": ", c.want)

		table, last := "", c.key
		if before, after, ok := strings.Cut(c.key, "."); ok {
			table, last = "["+before+"]\n", after
		}
		file := write(t, table+last+" = "+fmt.Sprintf("%q", c.value))
		_, err = config.Load(file, nil)
		wantWrong(t, file, err, c.key+" in "+file+": ")
	}
}

func TestMailNeedsWhatBelongsTogether(t *testing.T) {
	const mail = "[mail]\nfrom = \"a@example.org\"\n"
	for text, want := range map[string]string{
		"[mail]\nhost = \"smtp.example.org\"":                                                                      "mail.from is empty",
		mail + "host = \"smtp.example.org\"\nusername = \"a\"":                                                     "mail.password is empty",
		mail + "host = \"smtp.example.org\"\npassword = \"a\"":                                                     "mail.username is empty",
		mail + "host = \"smtp.example.org\"\nusername = \"a\"\npassword = \"a\"\ntls = \"none\"":                   "others can read it",
		mail + "host = \"localhost.example.org\"\nusername = \"a\"\npassword = \"a\"\ntls = \"none\"\nport = 25\n": "others can read it",
	} {
		_, err := config.Load(write(t, text), nil)
		wantWrong(t, text, err, want)
	}
	for _, text := range []string{
		mail,
		mail + "host = \"smtp.example.org\"",
		mail + "host = \"smtp.example.org\"\ntls = \"none\"",
		mail + "host = \"localhost\"\nusername = \"a\"\npassword = \"a\"\ntls = \"none\"",
		mail + "host = \"::1\"\nusername = \"a\"\npassword = \"a\"\ntls = \"none\"",
	} {
		if _, err := config.Load(write(t, text), nil); err != nil {
			t.Errorf("%s: %v", text, err)
		}
	}
}

func TestUnknownKeysNameTheNearest(t *testing.T) {
	for text, want := range map[string]string{
		"listn = \":80\"":                   "listn in %s: there is no such key; the nearest is listen",
		"Listen = \":80\"":                  "the nearest is listen",
		"offers_per_day = 3":                "the nearest is offers_per_hour",
		"[mail]\nuser = \"a\"":              "mail.user in %s: there is no such key; the nearest is mail.username",
		"[mail]\npasword = \"a\"":           "the nearest is mail.password",
		"[smtp]\nhost = \"a\"":              "smtp.host in %s: there is no such key; the nearest is mail.host",
		"log_level = \"info\"":              "the nearest is log.level",
		"[logs]":                            "logs in %s: there is no such key",
		"mail = \"smtp.example.org\"":       "mail is a table; begin it with a line [mail]",
		"[[mail]]\nhost = \"a\"":            "mail is a table",
		"[mail.relay]\nhost = \"a\"":        "mail.relay.host in %s: there is no such key",
		"[listen]\nhost = \"a\"\nport = 80": "listen.host in %s: there is no such key",
	} {
		file := write(t, text)
		_, err := config.Load(file, nil)
		wantWrong(t, text, err, strings.ReplaceAll(want, "%s", file))
	}
}

func TestTypesAreToldInPlainWords(t *testing.T) {
	for text, want := range map[string]string{
		"name = 3":                     "write it between double quotes",
		"name = true":                  "write it between double quotes",
		"name = [\"a\"]":               "write it between double quotes",
		"workers = \"2\"":              "write a whole number, without quotes",
		"workers = 2.5":                "no whole number",
		"trusted_proxies = 3":          "no list of texts",
		"trusted_proxies = [1]":        "item 1 of the list",
		"contact = 2026-11-22":         "write it between double quotes",
		"listen = {}":                  "write it between double quotes",
		"name = \"a\"\nname = \"b\"\n": "line 2",
		"name = Mainforte":             "line 1",
	} {
		_, err := config.Load(write(t, text), nil)
		wantWrong(t, text, err, want)
	}
	if c := load(t, "trusted_proxies = \"127.0.0.1\""); len(c.TrustedProxies) != 1 {
		t.Errorf("a single proxy: %v", c.TrustedProxies)
	}
}

func TestEverythingWrongIsToldAtOnce(t *testing.T) {
	_, err := config.Load(write(t, "listn = 1\nworkers = 0\n"), []string{"MAINFORTE_URL=nowhere", "MAINFORTE_MAIL_HOST=smtp.example.org"})
	wantWrong(t, "four faults", err, "listn", "workers", "MAINFORTE_URL", "mail.from")
	if n := strings.Count(err.Error(), "\n"); n != 3 {
		t.Errorf("%d lines: %v", n+1, err)
	}
	if _, err := config.Load(filepath.Join(t.TempDir(), "none.toml"), nil); err == nil {
		t.Error("a file that does not exist was taken")
	}
}

func TestNothingPrintsAPassword(t *testing.T) {
	c := fullConfig()
	nested := struct{ Config *config.Config }{&c}
	var out bytes.Buffer
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q"} {
		fmt.Fprintf(&out, verb+"\n", c)
		fmt.Fprintf(&out, verb+"\n", &c)
	}
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%X", "%d", "%t"} {
		fmt.Fprintf(&out, verb+"\n", c.Mail)
		fmt.Fprintf(&out, verb+"\n", &c.Mail)
		fmt.Fprintf(&out, verb+"\n", c.Mail.Password)
	}
	for _, log := range []*slog.Logger{slog.New(slog.NewTextHandler(&out, nil)), slog.New(slog.NewJSONHandler(&out, nil))} {
		log.Info("started", "config", c, "mail", c.Mail, "password", c.Mail.Password, "nested", nested)
		log.Info("started", "config", &c)
	}
	for _, value := range []any{c, c.Mail, nested} {
		text, err := json.Marshal(value)
		if err != nil {
			t.Error(err)
		}
		out.Write(text)
	}
	for _, secret := range []string{"m0t", "p4ss", fmt.Sprintf("%x", "m0t"), fmt.Sprintf("%X", "m0t")} {
		if strings.Contains(out.String(), secret) {
			t.Errorf("%q is shown in\n%s", secret, out.String())
		}
	}
	for _, part := range []string{"mail.password = \"(hidden)\"", "Coup de main", "db.example.org"} {
		if !strings.Contains(c.String(), part) {
			t.Errorf("%q is not shown in\n%s", part, c)
		}
	}
	c.Mail.Password = ""
	if strings.Contains(c.String(), "(hidden)") {
		t.Error("a password that is not there looks as if it were")
	}
	c.Data = "postgres:///mainforte?host=/run&password=p4ss"
	if strings.Contains(c.String(), "p4ss") || !strings.Contains(c.String(), "host=") {
		t.Errorf("the address of the database is %s", c)
	}
}

// A line of the file that cannot be read may hold the password without its
// quotes.
func TestNoErrorShowsAPassword(t *testing.T) {
	for _, text := range []string{
		"[mail]\npassword = s3same\n", "[mail]\npassword = 's3same\n", "[mail]\npassword = \"s3same\\z\"\n", "[mail]\npassword = 12s3same\n",
		"[mail]\npassword = \"a\"s3same\n", "[mail]\npassword = 1s3same\n",
		"data = \"postgres://a:s3same%zz@b/c\"", "data = \"postgres://a:s3same@b:port/c\"", "data = \"mysql://a:s3same@b\"",
	} {
		_, err := config.Load(write(t, text), nil)
		wantWrong(t, text, err)
		if err != nil && strings.Contains(err.Error(), "s3same") {
			t.Errorf("shown in %q", err)
		}
	}
}

func TestLocalURL(t *testing.T) {
	for listen, want := range map[string]string{
		"localhost:8080": "http://localhost:8080", ":80": "http://localhost", "[::1]:9000": "http://localhost:9000", "0.0.0.0:443": "http://localhost:443",
	} {
		c, err := config.Load("", []string{"MAINFORTE_LISTEN=" + listen})
		if err != nil || c.LocalURL() != want {
			t.Errorf("%s: %s, %v", listen, c.LocalURL(), err)
		}
	}
}
