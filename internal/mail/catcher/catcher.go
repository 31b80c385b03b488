// Package catcher is a mail server that keeps what it is given and delivers
// nothing: the mailbox of the demo, and the real SMTP of the tests. It listens
// on this machine alone. When a sender has returned, its message is here.
package catcher

import (
	"context"
	"crypto/tls"
	"errors"
	"io"
	"log"
	"net"
	"net/textproto"
	"slices"
	"sync"
	"time"

	"github.com/emersion/go-smtp"
)

// limit is how many messages are kept, the newest.
const limit = 500

// Caught is a message that was taken, read.
type Caught struct {
	// ID counts the messages from 1, in the order in which they came.
	ID int
	// To is the address of the envelope; From is the header, with the name.
	To, From string
	Subject  string
	Date     time.Time
	// Text and HTML are the two parts, their lines ended by LF.
	Text, HTML string
	// Header is every header as it was sent, unfolded but not decoded.
	Header textproto.MIMEHeader
}

// Stage is where a catcher can be told to refuse.
type Stage int

// The stages.
const (
	// Recipient refuses the address: RCPT TO.
	Recipient Stage = iota + 1
	// Content refuses the message once it was read: DATA.
	Content
)

// Catcher is a running server.
type Catcher struct {
	server   *smtp.Server
	listener net.Listener
	served   sync.WaitGroup
	closing  sync.Once

	lock               sync.Mutex
	messages           []Caught // the oldest first
	count              int
	refuseAt           Stage
	refuseCode         int
	username, password string
}

// Start listens on a free port of the loopback address until the context ends
// or Close is called.
func Start(ctx context.Context) (*Catcher, error) {
	listener, err := new(net.ListenConfig).Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	return Serve(ctx, listener, nil), nil
}

// Serve is Start on a listener of the caller's, which may be one of TLS. With
// a configuration the server offers STARTTLS.
func Serve(ctx context.Context, listener net.Listener, config *tls.Config) *Catcher {
	c := &Catcher{listener: listener}
	c.server = smtp.NewServer(smtp.BackendFunc(func(*smtp.Conn) (smtp.Session, error) { return &session{catcher: c}, nil }))
	c.server.Domain = "localhost"
	c.server.TLSConfig = config
	c.server.AllowInsecureAuth = true // it never leaves this machine
	c.server.EnableSMTPUTF8 = true
	c.server.MaxMessageBytes = 10 << 20
	c.server.ReadTimeout, c.server.WriteTimeout = time.Minute, time.Minute
	c.server.ErrorLog = log.New(io.Discard, "", 0)
	c.served.Go(func() { _ = c.server.Serve(listener) })
	context.AfterFunc(ctx, func() { _ = c.Close() })
	return c
}

// Address is where it listens, as host:port.
func (c *Catcher) Address() string { return c.listener.Addr().String() }

// Port is the port of the address.
func (c *Catcher) Port() int { return c.listener.Addr().(*net.TCPAddr).Port }

// Close stops listening. What was caught can still be read.
func (c *Catcher) Close() error {
	var err error
	c.closing.Do(func() {
		// The server knows the listener only once it serves.
		_ = c.listener.Close()
		if err = c.server.Close(); errors.Is(err, net.ErrClosed) {
			err = nil
		}
	})
	c.served.Wait()
	return err
}

// Messages lists what was caught, the newest first.
func (c *Catcher) Messages() []Caught {
	c.lock.Lock()
	defer c.lock.Unlock()
	newest := slices.Clone(c.messages)
	slices.Reverse(newest)
	return newest
}

// Find lists what was caught for an address, the newest first.
func (c *Catcher) Find(to string) []Caught {
	return slices.DeleteFunc(c.Messages(), func(m Caught) bool { return m.To != to })
}

// RefuseWith has everything refused at a stage with an SMTP code from now on;
// zero takes everything again.
func (c *Catcher) RefuseWith(at Stage, code int) {
	c.lock.Lock()
	defer c.lock.Unlock()
	c.refuseAt, c.refuseCode = at, code
}

// Ask has only who signs in with these send from now on.
func (c *Catcher) Ask(username, password string) {
	c.lock.Lock()
	defer c.lock.Unlock()
	c.username, c.password = username, password
}

func (c *Catcher) keep(m Caught) {
	c.lock.Lock()
	defer c.lock.Unlock()
	c.count++
	m.ID = c.count
	c.messages = append(c.messages, m)
	if extra := len(c.messages) - limit; extra > 0 {
		c.messages = slices.Delete(c.messages, 0, extra)
	}
}
