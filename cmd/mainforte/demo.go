package main

import (
	"cmp"
	"context"
	"log/slog"
	"net"
	"os"
	"path/filepath"

	"mainforte/internal/app"
	"mainforte/internal/association"
	"mainforte/internal/db"
	"mainforte/internal/demo"
	"mainforte/internal/i18n"
	"mainforte/internal/mail"
	"mainforte/internal/mail/catcher"
	"mainforte/internal/web"
	"mainforte/internal/web/demoweb"
)

type demoCommand struct {
	Data string `help:"Keep the demo's data there; a fresh temporary folder otherwise." placeholder:"PATH"`
	address
}

// Run shows the demo until it is asked to stop.
func (f demoCommand) Run(ctx context.Context, s streams) error {
	path := f.Data
	if path == "" {
		folder, err := os.MkdirTemp("", "mainforte-demo-")
		if err != nil {
			return err
		}
		defer func() { _ = os.RemoveAll(folder) }()
		path = filepath.Join(folder, "demo.db")
	}
	log := slog.New(slog.NewTextHandler(s.err, &slog.HandlerOptions{Level: slog.LevelWarn}))
	clock := &demo.Clock{}
	d, err := open(ctx, path, db.Options{Now: clock.Now})
	if err != nil {
		return err
	}
	defer func() { _ = d.Close() }()
	listener, err := net.Listen("tcp", cmp.Or(f.Listen, "localhost:8080"))
	if err != nil {
		return err
	}
	home, err := public(ctx, d, f.URL, listener)
	if err != nil {
		return err
	}
	caught, err := catcher.Start(ctx)
	if err != nil {
		return err
	}
	defer func() { _ = caught.Close() }()
	sender, err := mail.NewSender(mail.SMTP{Host: "127.0.0.1", Port: caught.Port(), TLS: mail.Plain})
	if err != nil {
		return err
	}
	door := &demoweb.Demo{Clock: clock, Mail: caught}
	a, err := app.New(d, log, app.Settings{
		Site:   web.Site{Name: "Mainforte", URL: home, Zone: i18n.Zone(association.DefaultZone), Open: true, Demo: true},
		Sender: sender, From: "bonjour@mainforte.example", Workers: 1, Extra: door.Routes(),
	})
	if err != nil {
		return err
	}
	door.Drain = a.Runner.Drain
	if door.People, err = demo.Build(ctx, d, clock, a.Runner.Drain); err != nil {
		return err
	}
	return serve(ctx, s, a, listener, home)
}
