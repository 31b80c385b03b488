package catcher

import (
	"crypto/subtle"
	"errors"
	"fmt"
	"io"
	"net/textproto"
	"strings"

	"github.com/emersion/go-message"
	"github.com/emersion/go-message/mail"
	"github.com/emersion/go-sasl"
	"github.com/emersion/go-smtp"
)

// session is one connection.
type session struct {
	catcher *Catcher
	known   bool
	to      []string
}

// AuthMechanisms offers to sign in when the catcher asks for it.
func (s *session) AuthMechanisms() []string {
	s.catcher.lock.Lock()
	defer s.catcher.lock.Unlock()
	if s.catcher.username == "" {
		return nil
	}
	return []string{sasl.Plain}
}

// Auth checks the username and the password.
func (s *session) Auth(string) (sasl.Server, error) {
	return sasl.NewPlainServer(func(_, username, password string) error {
		s.catcher.lock.Lock()
		defer s.catcher.lock.Unlock()
		if subtle.ConstantTimeCompare([]byte(username+"\x00"+password), []byte(s.catcher.username+"\x00"+s.catcher.password)) == 0 {
			return smtp.ErrAuthFailed
		}
		s.known = true
		return nil
	}), nil
}

// Mail begins a message.
func (s *session) Mail(string, *smtp.MailOptions) error {
	if len(s.AuthMechanisms()) > 0 && !s.known {
		return smtp.ErrAuthRequired
	}
	return nil
}

// Rcpt names who gets it.
func (s *session) Rcpt(to string, _ *smtp.RcptOptions) error {
	s.to = append(s.to, to)
	return s.refusal(Recipient)
}

// Data reads the message and keeps it, once for each recipient.
func (s *session) Data(r io.Reader) error {
	m, err := read(r)
	if err != nil {
		return &smtp.SMTPError{Code: 554, Message: "this message cannot be read"}
	}
	if err := s.refusal(Content); err != nil {
		return err
	}
	for _, to := range s.to {
		m.To = to
		s.catcher.keep(m)
	}
	return nil
}

// refusal quotes the address, as real servers do.
func (s *session) refusal(at Stage) error {
	s.catcher.lock.Lock()
	defer s.catcher.lock.Unlock()
	if s.catcher.refuseAt != at || s.catcher.refuseCode == 0 {
		return nil
	}
	return &smtp.SMTPError{Code: s.catcher.refuseCode, Message: fmt.Sprintf("not for <%s>", strings.Join(s.to, ">, <"))}
}

// Reset forgets the message that was begun.
func (s *session) Reset() { s.to = nil }

// Logout ends the connection.
func (s *session) Logout() error { return nil }

func read(r io.Reader) (Caught, error) {
	parsed, err := mail.CreateReader(r)
	if err != nil && !message.IsUnknownCharset(err) {
		return Caught{}, err
	}
	m := Caught{Header: textproto.MIMEHeader{}}
	for fields := parsed.Header.Fields(); fields.Next(); {
		m.Header.Add(fields.Key(), fields.Value())
	}
	if from, err := parsed.Header.AddressList("From"); err == nil && len(from) > 0 {
		m.From = strings.TrimPrefix(from[0].Name+" <"+from[0].Address+">", " ")
	}
	if m.Subject, err = parsed.Header.Subject(); err != nil {
		return m, err
	}
	if m.Date, err = parsed.Header.Date(); err != nil {
		return m, err
	}
	for {
		part, err := parsed.NextPart()
		if errors.Is(err, io.EOF) {
			return m, nil
		}
		if err != nil && !message.IsUnknownCharset(err) {
			return m, err
		}
		body, err := io.ReadAll(part.Body)
		if err != nil {
			return m, err
		}
		words := strings.ReplaceAll(string(body), "\r\n", "\n")
		switch kind := part.Header.Get("Content-Type"); {
		case strings.HasPrefix(kind, "text/html"):
			m.HTML = words
		case m.Text == "" && (kind == "" || strings.HasPrefix(kind, "text/plain")):
			m.Text = words
		}
	}
}
