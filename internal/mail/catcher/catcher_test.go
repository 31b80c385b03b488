package catcher_test

import (
	"context"
	"fmt"
	"net"
	"strings"
	"testing"

	"github.com/emersion/go-smtp"

	"mainforte/internal/mail/catcher"
)

func start(t *testing.T) *catcher.Catcher {
	t.Helper()
	c, err := catcher.Start(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.Close() })
	return c
}

func send(t *testing.T, c *catcher.Catcher, message string, to ...string) error {
	t.Helper()
	client, err := smtp.Dial(c.Address())
	if err != nil {
		t.Fatal(err)
	}
	defer client.Close()
	return client.SendMail("from@example.org", to, strings.NewReader(strings.ReplaceAll(message, "\n", "\r\n")))
}

const message = `From: =?UTF-8?Q?Les_Veilleuses?= <bonjour@example.org>
To: someone@example.org
Subject: =?UTF-8?Q?D=C3=A9j=C3=A0_l=C3=A0?=
Date: Sun, 22 Nov 2026 14:30:00 +0000
X-Folded: one
 two
MIME-Version: 1.0
Content-Type: multipart/alternative; boundary=b

--b
Content-Type: text/plain; charset=UTF-8
Content-Transfer-Encoding: quoted-printable

L'=C3=A9t=C3=A9
--b
Content-Type: text/html; charset=UTF-8

<p>L'été</p>
--b--
`

func TestWhatIsCaughtCanBeRead(t *testing.T) {
	c := start(t)
	if err := send(t, c, message, "to@example.org"); err != nil {
		t.Fatal(err)
	}
	found := c.Find("to@example.org")
	if len(found) != 1 {
		t.Fatalf("%d messages", len(found))
	}
	m := found[0]
	got := fmt.Sprintf("%d|%s|%s|%s|%s|%s|%s|%s", m.ID, m.To, m.From, m.Subject, m.Date.UTC().Format("2006-01-02 15:04"), m.Text, m.HTML, m.Header.Get("X-Folded"))
	if want := "1|to@example.org|Les Veilleuses <bonjour@example.org>|Déjà là|2026-11-22 14:30|L'été|<p>L'été</p>|one two"; got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}

func TestEachRecipientHasTheMessage(t *testing.T) {
	c := start(t)
	if err := send(t, c, message, "a@example.org", "b@example.org"); err != nil {
		t.Fatal(err)
	}
	if a, b, other := c.Find("a@example.org"), c.Find("b@example.org"), c.Find("c@example.org"); len(a) != 1 || len(b) != 1 || len(other) != 0 {
		t.Errorf("a has %d, b has %d, c has %d", len(a), len(b), len(other))
	}
}

func TestOnlyTheNewestAreKept(t *testing.T) {
	c := start(t)
	client, err := smtp.Dial(c.Address())
	if err != nil {
		t.Fatal(err)
	}
	defer client.Close()
	for i := range 502 {
		if err := client.SendMail("from@example.org", []string{"to@example.org"}, strings.NewReader(fmt.Sprintf("Subject: %d\r\n\r\n", i+1))); err != nil {
			t.Fatal(err)
		}
	}
	all := c.Messages()
	if len(all) != 500 || all[0].Subject != "502" || all[0].ID != 502 || all[499].Subject != "3" {
		t.Errorf("kept %d, from %s (%d) to %s", len(all), all[0].Subject, all[0].ID, all[len(all)-1].Subject)
	}
}

func TestItCanRefuse(t *testing.T) {
	cases := map[string]struct {
		at   catcher.Stage
		code int
	}{
		"an unknown address": {catcher.Recipient, 550},
		"a full mailbox":     {catcher.Recipient, 452},
		"a message":          {catcher.Content, 554},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			server := start(t)
			server.RefuseWith(c.at, c.code)
			if err := send(t, server, message, "to@example.org"); err == nil || !strings.Contains(err.Error(), fmt.Sprint(c.code)) {
				t.Errorf("got %v, want %d", err, c.code)
			}
			if n := len(server.Messages()); n != 0 {
				t.Errorf("kept %d messages", n)
			}
			server.RefuseWith(c.at, 0)
			if err := send(t, server, message, "to@example.org"); err != nil {
				t.Errorf("it still refuses: %v", err)
			}
		})
	}
}

func TestItRefusesWhatItCannotRead(t *testing.T) {
	c := start(t)
	if err := send(t, c, "no header at all\n", "to@example.org"); err == nil {
		t.Error("it took what is no message")
	}
}

func TestItEndsWithItsContext(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	c, err := catcher.Start(ctx)
	if err != nil {
		t.Fatal(err)
	}
	cancel()
	_ = c.Close() // waits for what the context began
	if conn, err := net.Dial("tcp", c.Address()); err == nil {
		conn.Close()
		t.Error("it still listens")
	}
}
