package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	mailaddress "net/mail"
	"net/url"
	"slices"
	"strings"

	"mainforte/internal/actor"
	"mainforte/internal/app"
	"mainforte/internal/config"
	"mainforte/internal/db"
	"mainforte/internal/i18n"
	"mainforte/internal/instance"
	"mainforte/internal/mail"
	"mainforte/internal/web"
)

// data says which database; every command but the demo has it.
type data struct {
	Config string `help:"The operator's file." placeholder:"FILE"`
	Data   string `help:"The database: a file for SQLite, or a postgres:// address." placeholder:"PATH"`
}

// load reads the operator's file and the environment; flags win over both and
// are checked like them.
func (f data) load(s streams, flags ...string) (config.Config, error) {
	environ := slices.Clone(s.environ)
	for i := 0; i+1 < len(flags); i += 2 {
		if flags[i+1] != "" {
			environ = append(environ, config.Flag(flags[i])+"="+flags[i+1])
		}
	}
	if f.Data != "" {
		environ = append(environ, config.Flag("data")+"="+f.Data)
	}
	return config.Load(f.Config, environ)
}

// use runs a command on the database, migrated, with the operator's settings.
func (f data) use(ctx context.Context, s streams, do func(d *db.DB, c config.Config) error, flags ...string) error {
	c, err := f.load(s, flags...)
	if err != nil {
		return err
	}
	d, err := open(ctx, c.Data, db.Options{})
	if err != nil {
		return err
	}
	defer func() { _ = d.Close() }()
	return do(d, c)
}

// open opens the database as it is after migration.
func open(ctx context.Context, path string, options db.Options) (*db.DB, error) {
	options.Subscribers = app.Subscribers
	d, err := db.Open(ctx, path, options)
	if err != nil {
		return nil, err
	}
	if _, err := d.Migrate(ctx); err != nil {
		_ = d.Close()
		return nil, err
	}
	return d, nil
}

// address is where the instance listens and how it is reached.
type address struct {
	Listen string `help:"Where to listen." placeholder:"HOST:PORT"`
	URL    string `name:"url" help:"The public address that links are made with." placeholder:"URL"`
}

// public gives the public address: the operator's, else the one that init
// kept, else this machine's.
func public(ctx context.Context, d *db.DB, said string, listener net.Listener) (string, error) {
	if said == "" {
		kept, err := instance.URL(ctx, d)
		if err != nil {
			return "", err
		}
		said = kept
	}
	if said == "" {
		said = fmt.Sprintf("http://localhost:%d", listener.Addr().(*net.TCPAddr).Port)
	}
	return instance.CheckURL(said)
}

type serveCommand struct {
	data
	address
}

// Run serves until it is asked to stop.
func (f serveCommand) Run(ctx context.Context, s streams) error {
	return f.use(ctx, s, func(d *db.DB, c config.Config) error {
		listener, err := net.Listen("tcp", c.Listen)
		if err != nil {
			return err
		}
		home, err := public(ctx, d, c.URL, listener)
		if err != nil {
			return err
		}
		sender, err := sender(c, host(home))
		if err != nil {
			return err
		}
		log := logger(c, s)
		if c.Mail.Host == "" {
			log.Warn("no mail server is named (mail.host): nobody is written to, and letters are given up after two days")
		}
		if strings.HasPrefix(home, "https://") && len(c.TrustedProxies) == 0 {
			log.Warn("no proxy is trusted (trusted_proxies): behind one, all visitors share one limit")
		}
		a, err := app.New(d, log, app.Settings{Site: site(c, home), Sender: sender, From: from(c, home), Workers: c.Workers})
		if err != nil {
			return err
		}
		return serve(ctx, s, a, listener, home)
	}, "listen", f.Listen, "url", f.URL)
}

// serve says where it is ready, in words that scripts wait for.
func serve(ctx context.Context, s streams, a *app.App, listener net.Listener, public string) error {
	if _, err := fmt.Fprintln(s.out, "listening on", public); err != nil {
		return err
	}
	return a.Serve(ctx, listener)
}

// site is the instance as its operator set it up.
func site(c config.Config, public string) web.Site {
	return web.Site{
		Name: c.Name, URL: public, Contact: c.Contact, SourceURL: c.SourceURL, Zone: i18n.Zone(c.TimeZone),
		Open: c.Open(), Proxies: c.TrustedProxies, NoMail: c.Mail.Host == "", OffersPerHour: c.OffersPerHour, SignInsPerHour: c.SignInsPerHour,
	}
}

// sender is the operator's mail server. Without one the instance serves pages
// all the same: letters wait in the queue and are tried again. It introduces itself to the
// server by the public host, as some servers demand.
func sender(c config.Config, host string) (mail.Sender, error) {
	if c.Mail.Host == "" {
		return unset{}, nil
	}
	return mail.NewSender(mail.SMTP{
		Host: c.Mail.Host, Port: c.Mail.Port, TLS: mail.TLS(c.Mail.TLS), Username: c.Mail.Username, Password: string(c.Mail.Password), Hello: host,
	})
}

// from is the address that letters bear: the operator's, else one at the
// public host.
func from(c config.Config, public string) string {
	if parsed, err := mailaddress.ParseAddress(c.Mail.From); err == nil {
		return parsed.Address
	}
	return "mainforte@" + host(public)
}

// host is the name under which the instance is known.
func host(public string) string {
	address, err := url.Parse(public)
	if err != nil {
		return "localhost"
	}
	return address.Hostname()
}

// unset stands for a mail server that nobody has named yet.
type unset struct{}

// Send keeps every letter in the queue.
func (unset) Send(context.Context, mail.Message) error {
	return errors.New("no mail server: set mail.host")
}

func logger(c config.Config, s streams) *slog.Logger {
	options := &slog.HandlerOptions{Level: c.Log.Level}
	if c.Log.Format == "json" {
		return slog.New(slog.NewJSONHandler(s.err, options))
	}
	return slog.New(slog.NewTextHandler(s.err, options))
}

// operatorsHand is the actor of commands: the person at the machine.
func operatorsHand(association db.ID) actor.Actor { return actor.System(association) }
