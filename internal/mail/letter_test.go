package mail_test

import (
	"context"
	"maps"
	netmail "net/mail"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode"
	"unicode/utf8"

	"pgregory.net/rapid"

	"mainforte/internal/db"
	"mainforte/internal/db/dbtest"
	"mainforte/internal/event"
	"mainforte/internal/i18n"
	"mainforte/internal/jobs"
	"mainforte/internal/mail"
	"mainforte/internal/mail/catcher"
	"mainforte/internal/mail/mailtest"
)

const to = "nadia@example.org"

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// deliver sends a letter for an event and gives what arrived.
func deliver(t testing.TB, post *mail.Post, caught *catcher.Catcher, d *db.DB, cause db.ID, l mail.Letter) catcher.Caught {
	t.Helper()
	before := len(caught.Messages())
	must(t, post.Deliver(context.Background(), d, event.Event{ID: cause}, l))
	all := caught.Messages()
	if len(all) != before+1 {
		t.Fatalf("%d messages arrived", len(all)-before)
	}
	return all[0]
}

// open gives a post, and a database for its clock.
func open(t *testing.T) (*mail.Post, *catcher.Catcher, *db.DB, *dbtest.Clock) {
	t.Helper()
	post, caught := mailtest.Open(t)
	d, clock := dbtest.Open(t, db.SQLite, nil)
	return post, caught, d, clock
}

// full is a letter with everything in it.
func full(language i18n.Language) mail.Letter {
	return mail.Letter{
		Kind: "mail.full", To: netmail.Address{Name: "Nadia", Address: to}, Language: language, Association: "Les Veilleuses",
		Subject: "Une lettre entière",
		Blocks: []mail.Block{
			mail.Paragraph("Un paragraphe de nos mots, assez long pour qu’il faille le couper\u00a0: une fois, puis une deuxième, sans jamais laisser un deux-points\u00a0: seul au début d’une ligne."),
			mail.Quote("Des mots\nqui gardent leurs lignes,\n\net <b>leurs signes</b> & \"guillemets\" ; une ligne peut être longue, elle est alors coupée elle aussi, et chaque ligne dit d’où elle vient."),
			mail.Quote(""),
			mail.Facts("Trois heures", "À distance"),
			mail.Link("Une autre page", "https://mainforte.example/une-adresse-beaucoup-trop-longue-pour-tenir-sur-une-ligne-sans-etre-coupee"),
		},
		Button: mail.Button{Label: "Ouvrir", URL: "https://mainforte.example/ouvrir?a=1&b=2"},
		Why:    "Vous recevez ce courriel parce que c’est un essai.",
		Thread: "offer-1",
	}
}

func TestALetterInFull(t *testing.T) {
	post, caught, d, _ := open(t)
	for _, language := range i18n.Languages {
		mailtest.Golden(t, "full."+string(language), deliver(t, post, caught, d, 1, full(language)))
	}
}

func TestHeaders(t *testing.T) {
	post, caught, d, clock := open(t)
	clock.Advance(time.Hour)
	m := deliver(t, post, caught, d, 46655, full(i18n.French))
	want := map[string]string{
		"Message-Id":               "<zzz.mail.full@mainforte.example>",
		"In-Reply-To":              "<offer-1@mainforte.example>",
		"References":               "<offer-1@mainforte.example>",
		"Date":                     "Sun, 22 Nov 2026 15:30:00 +0000",
		"Auto-Submitted":           "auto-generated",
		"X-Auto-Response-Suppress": "All",
		"Content-Language":         "fr",
		"From":                     `"Les Veilleuses, par Mainforte" <bonjour@mainforte.example>`,
		"To":                       `"Nadia" <nadia@example.org>`,
		"Mime-Version":             "1.0",
	}
	for name, value := range want {
		if got := mailtest.Header(t, m.Header, name); got != value {
			t.Errorf("%s is %q, want %q", name, got, value)
		}
	}
	for name := range m.Header {
		if _, known := want[name]; !known && name != "Subject" && name != "Content-Type" {
			t.Errorf("%s: %s is not ours", name, m.Header.Get(name))
		}
	}
}

func TestTheMessageIDIsThatOfTheEventAndTheLetter(t *testing.T) {
	post, caught, d, clock := open(t)
	id := func(cause db.ID, kind string) string {
		l := full(i18n.French)
		l.Kind = kind
		return mailtest.Header(t, deliver(t, post, caught, d, cause, l).Header, "Message-Id")
	}
	first := id(1, "mail.a")
	clock.Advance(time.Hour)
	if again := id(1, "mail.a"); again != first {
		t.Errorf("sent again, %s is %s", first, again)
	}
	if other := id(2, "mail.a"); other == first {
		t.Errorf("another event has %s too", other)
	}
	if other := id(1, "mail.b"); other == first {
		t.Errorf("another letter has %s too", other)
	}
}

func TestALetterOfNoConversationHasNoThread(t *testing.T) {
	post, caught, d, _ := open(t)
	l := full(i18n.French)
	l.Thread, l.Association = "", ""
	m := deliver(t, post, caught, d, 1, l)
	if m.Header.Get("References") != "" || m.Header.Get("In-Reply-To") != "" {
		t.Errorf("it answers %s", m.Header.Get("References"))
	}
	if m.From != "Mainforte <bonjour@mainforte.example>" {
		t.Errorf("Mainforte writes as %s", m.From)
	}
}

func TestALetterToNobodyIsNotSent(t *testing.T) {
	post, caught, d, _ := open(t)
	l := full(i18n.French)
	l.To.Address = ""
	must(t, post.Deliver(t.Context(), d, event.Event{ID: 1}, l))
	if n := len(caught.Messages()); n != 0 {
		t.Errorf("%d messages arrived", n)
	}
}

func TestWhatPeopleTypeAddsNoHeader(t *testing.T) {
	const attack = "Nadia\r\nBcc: victim@example.org\r\n\r\n<script>alert(1)</script>"
	fields := map[string]func(l *mail.Letter){
		"the reader's name":      func(l *mail.Letter) { l.To.Name = attack },
		"the association's name": func(l *mail.Letter) { l.Association = attack },
		"the subject":            func(l *mail.Letter) { l.Subject = attack },
		"the words":              func(l *mail.Letter) { l.Blocks = []mail.Block{mail.Quote(attack)} },
		"a bare line feed":       func(l *mail.Letter) { l.Subject = strings.ReplaceAll(attack, "\r", "") },
		"a bare return":          func(l *mail.Letter) { l.Subject = strings.ReplaceAll(attack, "\n", "") },
		"a separator of lines":   func(l *mail.Letter) { l.Subject = strings.ReplaceAll(attack, "\r\n", "\u2028") },
		"quotes in the name":     func(l *mail.Letter) { l.To.Name = `" <victim@example.org>, "` },
	}
	post, caught, d, _ := open(t)
	honest := names(deliver(t, post, caught, d, 1, full(i18n.French)))
	for field, put := range fields {
		t.Run(field, func(t *testing.T) {
			l := full(i18n.French)
			put(&l)
			m := deliver(t, post, caught, d, 1, l)
			if got := names(m); !slices.Equal(got, honest) {
				t.Errorf("the headers are %v, want %v", got, honest)
			}
			if strings.Contains(m.HTML, "<script") {
				t.Error("the HTML has a script")
			}
			if m.To != to || len(caught.Find("victim@example.org")) != 0 {
				t.Error("it went to somebody else")
			}
			if parsed, err := netmail.ParseAddressList(mailtest.Header(t, m.Header, "To")); err != nil || len(parsed) != 1 || parsed[0].Address != to {
				t.Errorf("To is %s: %v", m.Header.Get("To"), err)
			}
		})
	}
}

func names(m catcher.Caught) []string { return slices.Sorted(maps.Keys(m.Header)) }

func TestAnAddressThatIsNoneIsRefusedForGoodAndNotRepeated(t *testing.T) {
	post, caught, d, _ := open(t)
	for _, address := range []string{"nobody", "a@example.org\r\nRCPT TO:<b@example.org>", "a@example.org> <b@example.org", "A <a@example.org>", "a@example.org, b@example.org"} {
		l := full(i18n.French)
		l.To.Address = address
		err := post.Deliver(t.Context(), d, event.Event{ID: 1}, l)
		if !isNever(err) || strings.Contains(err.Error(), "example") {
			t.Errorf("%q gives %v", address, err)
		}
	}
	if n := len(caught.Messages()); n != 0 {
		t.Errorf("%d messages arrived", n)
	}
}

func TestWhateverIsTypedArrives(t *testing.T) {
	post, caught, d, _ := open(t)
	visible := rapid.StringMatching(`[ -~À-ÿœŒ’«»…\x{1F333}\x{4E00}-\x{4E10}]{1,300}`)
	rapid.Check(t, func(r *rapid.T) {
		subject, name, words := visible.Draw(r, "subject"), visible.Draw(r, "name"), visible.Draw(r, "words")
		l := full(i18n.French)
		l.Subject, l.To.Name, l.Blocks = subject, name, []mail.Block{mail.Quote(words)}
		must(t, post.Deliver(context.Background(), d, event.Event{ID: 1}, l))
		m := caught.Messages()[0]
		// Folding a header may add or lose a space beside another.
		if got, want := strings.Join(strings.Fields(m.Subject), " "), strings.Join(strings.Fields(subject), " "); got != want {
			r.Errorf("the subject is %q, want %q", got, want)
		}
		for _, values := range m.Header {
			for _, value := range values {
				if strings.ContainsFunc(value, func(c rune) bool { return c > unicode.MaxASCII }) {
					r.Errorf("a header is not encoded: %q", value)
				}
			}
		}
		_, body, _ := strings.Cut(m.Text, "\n\n")
		quoted, _, _ := strings.Cut(body, "\n\n")
		var typed []string
		for _, line := range strings.Split(quoted, "\n") {
			if utf8.RuneCountInString(line) > 76 && strings.Contains(strings.TrimPrefix(line, "> "), " ") {
				r.Errorf("a line that could be broken has %d characters: %q", utf8.RuneCountInString(line), line)
			}
			typed = append(typed, strings.Fields(strings.TrimPrefix(line, ">"))...)
		}
		if want := strings.Fields(words); !slices.Equal(typed, want) {
			r.Errorf("the words are %q, want %q", typed, want)
		}
	})
}

func TestNewPostRefuses(t *testing.T) {
	sender, err := mail.NewSender(mail.SMTP{Host: "localhost"})
	must(t, err)
	cases := map[string]struct{ url, from string }{
		"no scheme":          {"mainforte.example", mailtest.From},
		"another scheme":     {"ftp://mainforte.example", mailtest.From},
		"no host":            {"https://", mailtest.From},
		"a path":             {"https://mainforte.example/app", mailtest.From},
		"no address":         {mailtest.PublicURL, ""},
		"a name besides":     {mailtest.PublicURL, "Mainforte <bonjour@mainforte.example>"},
		"a line in the from": {mailtest.PublicURL, "bonjour@mainforte.example\r\nBcc: a@example.org"},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			if _, err := mail.NewPost(sender, c.url, c.from); err == nil {
				t.Error("it was taken")
			}
		})
	}
}

func TestLinks(t *testing.T) {
	sender, err := mail.NewSender(mail.SMTP{Host: "localhost"})
	must(t, err)
	post, err := mail.NewPost(sender, "http://[::1]:8080/", mailtest.From)
	must(t, err)
	if got := post.Link(i18n.English, "/missions"); got != "http://[::1]:8080/en/missions" {
		t.Errorf("the link is %s", got)
	}
	if got := post.Host(); got != "::1" {
		t.Errorf("the host is %s", got)
	}
}

func isNever(err error) bool {
	return err != nil && strings.Contains(err.Error(), jobs.ErrNever.Error())
}
