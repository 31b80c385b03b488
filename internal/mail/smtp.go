package mail

import (
	"cmp"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"net/textproto"
	"strconv"
	"strings"
	"time"

	"github.com/wneessen/go-mail/smtp"

	"mainforte/internal/jobs"
)

// TLS is how the way to the mail server is protected.
type TLS string

// The protections.
const (
	// StartTLS asks the server to encrypt and sends nothing if it does not.
	StartTLS TLS = "starttls"
	// Implicit encrypts from the first byte.
	Implicit TLS = "tls"
	// Plain does not encrypt: only for a server on this machine.
	Plain TLS = "none"
)

// usualPorts are those that the standards give each protection.
var usualPorts = map[TLS]int{StartTLS: 587, Implicit: 465, Plain: 25}

// SMTP says which mail server takes the letters.
type SMTP struct {
	Host string
	// Port is the usual one of the protection when zero.
	Port int
	// TLS is StartTLS when empty.
	TLS TLS
	// Username and Password sign in to the server; without a username
	// nobody signs in.
	Username, Password string
	// Hello is the name under which the program introduces itself:
	// "localhost" when empty. Some servers want the public one.
	Hello string
	// Timeout bounds the sending of one message, from the first packet to
	// the last answer: two minutes when zero, because some servers read a
	// message before they take it.
	Timeout time.Duration
	// TLSConfig is for tests, whose certificates nobody else trusts.
	TLSConfig *tls.Config
}

// NewSender gives the sender of a mail server, which it does not call yet. It
// refuses to send what people write to each other unencrypted through a
// network.
func NewSender(s SMTP) (Sender, error) {
	s.TLS = cmp.Or(s.TLS, StartTLS)
	port, ok := usualPorts[s.TLS]
	switch {
	case s.Host == "":
		return nil, errors.New("the mail server has no name")
	case !ok:
		return nil, fmt.Errorf("the protection of the mail server is %q, %q or %q, not %q", StartTLS, Implicit, Plain, s.TLS)
	case s.TLS == Plain && !loopback(s.Host):
		return nil, fmt.Errorf("the mail server %s is another machine: the way to it must be encrypted (%q or %q)", s.Host, StartTLS, Implicit)
	}
	s.Port = cmp.Or(s.Port, port)
	s.Hello = cmp.Or(s.Hello, "localhost")
	s.Timeout = cmp.Or(s.Timeout, 2*time.Minute)
	config := &tls.Config{}
	if s.TLSConfig != nil {
		config = s.TLSConfig.Clone()
	}
	config.MinVersion = max(config.MinVersion, tls.VersionTLS12)
	config.ServerName = cmp.Or(config.ServerName, s.Host)
	s.TLSConfig = config
	return server{s}, nil
}

func loopback(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}

// server sends each message over a connection of its own: letters are few, and
// nothing is left open between them.
type server struct{ SMTP }

// Send hands over one message.
func (s server) Send(ctx context.Context, m Message) error {
	ctx, cancel := context.WithTimeout(ctx, s.Timeout)
	defer cancel()
	conn, err := s.dial(ctx)
	if err != nil {
		return failure(ctx, connecting, err)
	}
	defer func() { _ = conn.Close() }()
	// Who is late is cut off: every read and write ends with the context.
	defer context.AfterFunc(ctx, func() { _ = conn.Close() })()

	client, err := smtp.NewClient(conn, s.Host)
	if err != nil {
		return failure(ctx, connecting, err)
	}
	if at, err := s.introduce(client); err != nil {
		return failure(ctx, at, err)
	}
	if at, err := submit(client, m); err != nil {
		return failure(ctx, at, err)
	}
	_ = client.Quit() // the message was taken: a failed goodbye must not send it twice
	return nil
}

func (s server) dial(ctx context.Context) (net.Conn, error) {
	address := net.JoinHostPort(s.Host, strconv.Itoa(s.Port))
	if s.TLS == Implicit {
		return (&tls.Dialer{Config: s.TLSConfig}).DialContext(ctx, "tcp", address)
	}
	return (&net.Dialer{}).DialContext(ctx, "tcp", address)
}

// introduce says who we are, encrypts and signs in.
func (s server) introduce(client *smtp.Client) (stage, error) {
	if err := client.Hello(s.Hello); err != nil {
		return greeting, err
	}
	if s.TLS == StartTLS {
		if offered, _ := client.Extension("STARTTLS"); !offered {
			return encrypting, errors.New("the server does not offer it")
		}
		if err := client.StartTLS(s.TLSConfig); err != nil {
			return encrypting, err
		}
	}
	if s.Username == "" {
		return "", nil
	}
	_, offered := client.Extension("AUTH")
	mechanisms := strings.Fields(offered)
	for _, mechanism := range mechanisms {
		switch mechanism {
		case "PLAIN":
			return signingIn, client.Auth(smtp.PlainAuth("", s.Username, s.Password, s.Host, s.TLS == Plain))
		case "LOGIN":
			return signingIn, client.Auth(smtp.LoginAuth(s.Username, s.Password, s.Host, s.TLS == Plain))
		}
	}
	return signingIn, errors.New("the server offers neither PLAIN nor LOGIN")
}

// submit hands over the message.
func submit(client *smtp.Client, m Message) (stage, error) {
	// Asked to, servers promise that addresses with accents will pass all
	// the way, and return the mail when the next one cannot: ask only then.
	client.SkipSMTPUTF8(ascii(m.From) && ascii(m.To))
	if err := client.Mail("<" + m.From + ">"); err != nil {
		return sender, err
	}
	if err := client.Rcpt("<" + m.To + ">"); err != nil {
		return recipient, err
	}
	data, err := client.Data()
	if err != nil {
		return content, err
	}
	if _, err := data.Write(m.Raw); err != nil {
		return content, err
	}
	return content, data.Close()
}

func ascii(address string) bool {
	for i := range len(address) {
		if address[i] >= 0x80 {
			return false
		}
	}
	return true
}

// stage is where in the conversation with the server something went wrong.
type stage string

const (
	connecting stage = "connecting"
	greeting   stage = "EHLO"
	encrypting stage = "STARTTLS"
	signingIn  stage = "AUTH"
	sender     stage = "MAIL FROM"
	recipient  stage = "RCPT TO"
	content    stage = "DATA"
)

// failure says at which stage and with which code. The server's own words are
// left out, and from MAIL FROM on those of the network too: they may quote the
// recipient. A message or a recipient refused for good is not tried again; what
// the operator can mend, such as a password, is.
func failure(ctx context.Context, at stage, err error) error {
	late := ctx.Err() != nil
	var reply *textproto.Error
	switch {
	case errors.As(err, &reply) && reply.Code >= 500 && (at == recipient || at == content):
		return fmt.Errorf("SMTP %s: refused with %d: %w", at, reply.Code, jobs.ErrNever)
	case errors.As(err, &reply):
		return fmt.Errorf("SMTP %s: refused with %d", at, reply.Code)
	case late:
		return fmt.Errorf("SMTP %s: no answer in time", at)
	case at == sender || at == recipient || at == content:
		return fmt.Errorf("SMTP %s: the connection was lost", at)
	}
	return fmt.Errorf("SMTP %s: %w", at, err)
}
