package main

import (
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	_ "net/http/pprof" // profiles of the bench's own server; the product has none
	"os"
	"time"

	"mainforte/internal/app"
	"mainforte/internal/config"
	"mainforte/internal/db"
	"mainforte/internal/i18n"
	"mainforte/internal/mail"
	"mainforte/internal/offer"
	"mainforte/internal/web"
	"mainforte/test/bench/hand"
)

// publicURL is how the instance believes to be reached.
const publicURL = "https://mainforte.example"

// addresses are where the process that is measured listens.
type addresses struct{ Product, Hand, Profile string }

// serve is the process that is measured: the product and the hand-written
// pages beside each other, on one database, in one heap. It tells its
// addresses and serves until it is killed.
func serve(ctx context.Context, path string) error {
	d, err := db.Open(ctx, path, db.Options{Subscribers: app.Subscribers})
	if err != nil {
		return err
	}
	product, err := compose(d)
	if err != nil {
		return err
	}
	first := httptest.NewRecorder()
	product.Handler.ServeHTTP(first, httptest.NewRequestWithContext(ctx, http.MethodGet, listPath, nil))
	byHand, err := hand.New(ctx, hand.Settings{
		Path: path, URL: publicURL, NewID: d.NewID, Jobs: app.Subscribers[offer.Made], Header: first.Header(), Body: first.Body.Bytes(),
	})
	if err != nil {
		return err
	}
	var listeners [3]net.Listener
	for i := range listeners {
		if listeners[i], err = net.Listen("tcp", "127.0.0.1:0"); err != nil {
			return err
		}
	}
	failed := make(chan error, len(listeners))
	go func() { failed <- product.Serve(ctx, listeners[0]) }()
	go func() {
		server := http.Server{ // the product's limits: each costs a little
			Handler: byHand, ReadHeaderTimeout: 10 * time.Second, ReadTimeout: time.Minute, WriteTimeout: 2 * time.Minute,
			IdleTimeout: 2 * time.Minute, MaxHeaderBytes: 64 << 10,
		}
		failed <- server.Serve(listeners[1])
	}()
	go func() { failed <- (&http.Server{ReadHeaderTimeout: time.Minute}).Serve(listeners[2]) }()
	told := addresses{"http://" + listeners[0].Addr().String(), "http://" + listeners[1].Addr().String(), "http://" + listeners[2].Addr().String()}
	if err := json.NewEncoder(os.Stdout).Encode(told); err != nil {
		return err
	}
	return <-failed
}

// compose makes the product as its command serve does, but for two things:
// the limit of offers by address is off, and no worker takes the queued mails
// away, so that what is measured ends with the queue.
func compose(d *db.DB) (*app.App, error) {
	c := config.Default()
	site := web.Site{Name: c.Name, URL: publicURL, Zone: i18n.Zone(c.TimeZone), SignInsPerHour: c.SignInsPerHour}
	log := slog.New(slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: c.Log.Level}))
	return app.New(d, log, app.Settings{Site: site, Sender: nobody{}, From: "bonjour@mainforte.example"})
}

// nobody takes no mail, and is never asked to.
type nobody struct{}

// Send refuses.
func (nobody) Send(context.Context, mail.Message) error { return errors.New("the bench sends nothing") }
