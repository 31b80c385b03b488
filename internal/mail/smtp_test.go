package mail_test

import (
	"bufio"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"errors"
	"fmt"
	"math/big"
	"net"
	"strings"
	"testing"
	"time"

	"mainforte/internal/jobs"
	"mainforte/internal/mail"
	"mainforte/internal/mail/catcher"
)

var message = mail.Message{
	From: "bonjour@mainforte.example", To: to,
	Raw: []byte("Subject: Bonjour\r\n\r\nDeux lignes,\r\n.une avec un point\r\n"),
}

// certificate gives what a server and its client need to trust each other.
func certificate(t *testing.T) (server, client *tls.Config) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	must(t, err)
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "a mail server"},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
		IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}, IsCA: true, BasicConstraintsValid: true,
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	must(t, err)
	parsed, err := x509.ParseCertificate(der)
	must(t, err)
	pool := x509.NewCertPool()
	pool.AddCert(parsed)
	return &tls.Config{Certificates: []tls.Certificate{{Certificate: [][]byte{der}, PrivateKey: key}}}, &tls.Config{RootCAs: pool}
}

func listen(t *testing.T) net.Listener {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	must(t, err)
	return l
}

// serve starts a catcher; implicit encrypts from the first byte.
func serve(t *testing.T, config *tls.Config, implicit bool) *catcher.Catcher {
	t.Helper()
	l := listen(t)
	if implicit {
		l, config = tls.NewListener(l, config), nil
	}
	c := catcher.Serve(context.Background(), l, config)
	t.Cleanup(func() { must(t, c.Close()) })
	return c
}

func send(t *testing.T, s mail.SMTP) error {
	t.Helper()
	sender, err := mail.NewSender(s)
	must(t, err)
	return sender.Send(t.Context(), message)
}

func at(c *catcher.Catcher, s mail.SMTP) mail.SMTP {
	s.Host, s.Port = "127.0.0.1", c.Port()
	return s
}

func TestNewSenderRefuses(t *testing.T) {
	cases := map[string]mail.SMTP{
		"no host":                   {},
		"an unknown protection":     {Host: "smtp.example.org", TLS: "ssl"},
		"nothing to a name":         {Host: "smtp.example.org", TLS: mail.Plain},
		"nothing to an address":     {Host: "192.0.2.1", TLS: mail.Plain},
		"nothing to a tricky name":  {Host: "localhost.example.org", TLS: mail.Plain},
		"nothing to a private host": {Host: "10.0.0.1", TLS: mail.Plain},
	}
	for name, s := range cases {
		t.Run(name, func(t *testing.T) {
			if _, err := mail.NewSender(s); err == nil {
				t.Error("it was taken")
			}
		})
	}
	for _, host := range []string{"localhost", "127.0.0.1", "127.1.2.3", "::1"} {
		if _, err := mail.NewSender(mail.SMTP{Host: host, TLS: mail.Plain}); err != nil {
			t.Errorf("%s is this machine: %v", host, err)
		}
	}
}

func TestEncryptedWays(t *testing.T) {
	server, client := certificate(t)
	for protection, implicit := range map[mail.TLS]bool{mail.StartTLS: false, mail.Implicit: true} {
		t.Run(string(protection), func(t *testing.T) {
			c := serve(t, server, implicit)
			must(t, send(t, at(c, mail.SMTP{TLS: protection, TLSConfig: client})))
			found := c.Find(to)
			if len(found) != 1 || found[0].Text != "Deux lignes,\n.une avec un point\n" {
				t.Errorf("arrived: %+v", found)
			}
		})
		t.Run(string(protection)+" with a certificate that nobody vouches for", func(t *testing.T) {
			c := serve(t, server, implicit)
			err := send(t, at(c, mail.SMTP{TLS: protection}))
			if err == nil || !strings.Contains(err.Error(), "certificate") || isNever(err) {
				t.Errorf("got %v", err)
			}
			if n := len(c.Messages()); n != 0 {
				t.Errorf("%d messages arrived", n)
			}
		})
	}
}

func TestNothingIsSentToAServerThatDoesNotEncrypt(t *testing.T) {
	c := serve(t, nil, false)
	err := send(t, at(c, mail.SMTP{Username: "nadia", Password: "secret"}))
	if err == nil || err.Error() != "SMTP STARTTLS: the server does not offer it" {
		t.Errorf("got %v", err)
	}
	if n := len(c.Messages()); n != 0 {
		t.Errorf("%d messages arrived", n)
	}
}

func TestSigningIn(t *testing.T) {
	server, client := certificate(t)
	c := serve(t, server, false)
	c.Ask("nadia@example.org", "the right one")
	must(t, send(t, at(c, mail.SMTP{TLSConfig: client, Username: "nadia@example.org", Password: "the right one"})))

	refused := map[string]mail.SMTP{
		"SMTP AUTH: refused with 535":      {Username: "nadia@example.org", Password: "a wrong one"},
		"SMTP MAIL FROM: refused with 502": {},
	}
	for want, s := range refused {
		s.TLSConfig = client
		// The operator can mend it, so the letter waits.
		if err := send(t, at(c, s)); err == nil || err.Error() != want {
			t.Errorf("got %v, want %s", err, want)
		}
	}
	if n := len(c.Messages()); n != 1 {
		t.Errorf("%d messages arrived, want the first", n)
	}
}

func TestRefusals(t *testing.T) {
	cases := []struct {
		at    catcher.Stage
		code  int
		want  string
		never bool
	}{
		{catcher.Recipient, 550, "SMTP RCPT TO: refused with 550: no further try", true},
		{catcher.Recipient, 452, "SMTP RCPT TO: refused with 452", false},
		{catcher.Content, 554, "SMTP DATA: refused with 554: no further try", true},
		{catcher.Content, 451, "SMTP DATA: refused with 451", false},
	}
	c := serve(t, nil, false)
	for _, r := range cases {
		c.RefuseWith(r.at, r.code)
		err := send(t, at(c, mail.SMTP{TLS: mail.Plain}))
		if err == nil || err.Error() != r.want || errors.Is(err, jobs.ErrNever) != r.never {
			t.Errorf("got %v, want %s", err, r.want)
		}
	}
}

// script is a server that says these lines, each after one of the client's, the
// first by itself; then it hangs up, or says nothing more and waits.
func script(t *testing.T, waits bool, lines ...string) mail.SMTP {
	t.Helper()
	l := listen(t)
	t.Cleanup(func() { must(t, l.Close()) })
	go func() {
		conn, err := l.Accept()
		if err != nil {
			return
		}
		defer func() { _ = conn.Close() }()
		heard := bufio.NewScanner(conn)
		for i, line := range lines {
			if i > 0 && !heard.Scan() {
				return
			}
			if line != "" {
				_, _ = fmt.Fprintf(conn, "%s\r\n", line)
			}
		}
		for waits && heard.Scan() { // until the client leaves
		}
	}()
	return mail.SMTP{Host: "127.0.0.1", Port: l.Addr().(*net.TCPAddr).Port, TLS: mail.Plain, Timeout: 50 * time.Millisecond}
}

func TestAServerThatFails(t *testing.T) {
	cases := map[string]struct {
		server mail.SMTP
		want   string
	}{
		"it says nothing":           {script(t, true), "SMTP connecting: no answer in time"},
		"it forgets us":             {script(t, true, "220 hello", "250 hello"), "SMTP MAIL FROM: no answer in time"},
		"it hangs up":               {script(t, false, "220 hello", "250 hello", "250 go on"), "SMTP RCPT TO: the connection was lost"},
		"it is too busy":            {script(t, false, "421 to nadia@example.org: later"), "SMTP connecting: refused with 421"},
		"it hangs up on a password": {signing(script(t, false, "220 hello", "250-hello\r\n250 AUTH PLAIN")), "SMTP AUTH: EOF"},
		"it knows no way to sign in": {
			signing(script(t, false, "220 hello", "250-hello\r\n250 AUTH GSSAPI")), "SMTP AUTH: the server offers neither PLAIN nor LOGIN",
		},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			if err := send(t, c.server); err == nil || err.Error() != c.want {
				t.Errorf("got %v, want %s", err, c.want)
			}
		})
	}
}

func signing(s mail.SMTP) mail.SMTP {
	s.Username, s.Password = "nadia", "secret"
	return s
}

func TestAServerThatIsNotThere(t *testing.T) {
	l := listen(t)
	port := l.Addr().(*net.TCPAddr).Port
	must(t, l.Close())
	err := send(t, mail.SMTP{Host: "127.0.0.1", Port: port, TLS: mail.Plain})
	if err == nil || !strings.Contains(err.Error(), "refused") || strings.Contains(err.Error(), to) {
		t.Errorf("got %v", err)
	}
}

func TestAMessageThatWasTakenIsNotSentTwiceForAFailedGoodbye(t *testing.T) {
	// Five lines of message and the final dot before the answer; then the
	// server hangs up on QUIT.
	s := script(t, false, "220 hello", "250 hello", "250 from", "250 to", "354 go on", "", "", "", "", "250 taken")
	if err := send(t, s); err != nil {
		t.Errorf("the message was taken, and yet: %v", err)
	}
}

func TestSigningInWithLogin(t *testing.T) {
	s := signing(script(t, true, "220 hello", "250-hello\r\n250 AUTH LOGIN", "334 VXNlcm5hbWU6", "334 UGFzc3dvcmQ6", "235 welcome",
		"250 from", "250 to", "354 go on", "", "", "", "", "250 taken", "221 bye"))
	if err := send(t, s); err != nil {
		t.Error(err)
	}
}

func TestSendingEndsWithItsContext(t *testing.T) {
	sender, err := mail.NewSender(script(t, true))
	must(t, err)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := sender.Send(ctx, message); err == nil {
		t.Error("it sent")
	}
}
