// Package app composes the house: it opens the database, hands out what the
// rooms need, tells which job answers which event, and mounts the doors. It is
// the only package that knows all the others.
package app

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"sync"
	"time"

	"mainforte/internal/db"
	"mainforte/internal/event"
	"mainforte/internal/jobs"
	"mainforte/internal/mail"
	"mainforte/internal/mail/associationmail"
	"mainforte/internal/mail/offermail"
	"mainforte/internal/mail/peoplemail"
	"mainforte/internal/mission"
	"mainforte/internal/people"

	"mainforte/internal/association"
	"mainforte/internal/offer"
	"mainforte/internal/web"
	"mainforte/internal/web/associationweb"
	"mainforte/internal/web/homeweb"
	"mainforte/internal/web/missionweb"
	"mainforte/internal/web/offerweb"
	"mainforte/internal/web/operatorweb"
	"mainforte/internal/web/peopleweb"
)

// Subscribers is the whole list of what follows from what: for each event, the
// jobs that it causes. Their handlers are in handlers.
var Subscribers = map[string][]string{
	people.SignInAsked:        {"mail.sign_in"},
	association.Invited:       {"mail.invitation"},
	association.Changed:       {"mission.relist"},
	association.MemberChanged: {"mission.replace"},
	offer.Made:                {"mail.offer_received", "mail.offer_waiting"},
	offer.Answered:            {"mail.offer_answered"},
	offer.Replied:             {"mail.offer_replied"},
	offer.TakenBack:           {"mail.offer_withdrawn"},
}

// periodic is what comes back by itself.
var periodic = []jobs.Periodic{
	{Kind: "sweep", Every: 24 * time.Hour},
}

func handlers(post *mail.Post) map[string]jobs.Handler {
	all := map[string]jobs.Handler{
		"mission.relist":  event.Handler(mission.Relist),
		"mission.replace": event.Handler(mission.Replace),
		"sweep": func(ctx context.Context, d *db.DB, _ jobs.Job) error {
			return errors.Join(people.Sweep(ctx, d), association.Sweep(ctx, d))
		},
	}
	for _, letters := range []map[string]jobs.Handler{
		peoplemail.Handlers(post), associationmail.Handlers(post), offermail.Handlers(post),
	} {
		for kind, handler := range letters {
			all[kind] = handler
		}
	}
	return all
}

// Routes are all the addresses of the instance, but the demo's own.
func Routes() []web.Route {
	var routes []web.Route
	for _, door := range [][]web.Route{
		homeweb.Routes(), missionweb.Routes(), offerweb.Routes(), associationweb.Routes(),
		peopleweb.Routes(peopleweb.Personal{Export: exportPerson, Erase: erasePerson}), operatorweb.Routes(),
	} {
		routes = append(routes, door...)
	}
	return routes
}

// Settings are what it takes to make an App.
type Settings struct {
	// Site is the instance as it shows itself; its database, its log and
	// its links of the main bar are set here.
	Site web.Site
	// Sender takes the mails, which come From an address of the instance.
	Sender mail.Sender
	From   string
	// Workers do jobs beside each other; the demo and tests have none and
	// drain instead.
	Workers int
	// Extra are the demo's own addresses.
	Extra []web.Route
}

// App is an instance, composed.
type App struct {
	DB     *db.DB
	Runner *jobs.Runner
	// Handler answers HTTP.
	Handler http.Handler
	workers int
	log     *slog.Logger
}

// New composes an instance on an open, migrated database.
func New(d *db.DB, log *slog.Logger, s Settings) (*App, error) {
	post, err := mail.NewPost(s.Sender, s.Site.URL, s.From)
	if err != nil {
		return nil, err
	}
	site := s.Site
	site.DB, site.Log = d, log
	site.Nav = []web.Nav{{Key: "web.nav.missions", Path: "/missions"}}
	return &App{
		DB: d, Runner: jobs.NewRunner(d, handlers(post), periodic, log), workers: s.Workers, log: log,
		Handler: site.Handler(append(Routes(), s.Extra...)),
	}, nil
}

// Serve answers on the listener and does the jobs until the context ends, then
// lets requests and jobs in hand finish.
func (a *App) Serve(ctx context.Context, listener net.Listener) error {
	server := &http.Server{
		Handler: a.Handler, ReadHeaderTimeout: 10 * time.Second, ReadTimeout: time.Minute, WriteTimeout: 2 * time.Minute,
		IdleTimeout: 2 * time.Minute, MaxHeaderBytes: 64 << 10, ErrorLog: slog.NewLogLogger(a.log.Handler(), slog.LevelWarn),
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	var inHand sync.WaitGroup
	defer inHand.Wait()
	inHand.Go(func() { a.Runner.Run(ctx, a.workers) })
	served := make(chan error, 1)
	go func() { served <- server.Serve(listener) }()
	select {
	case err := <-served:
		cancel()
		return fmt.Errorf("serve: %w", err)
	case <-ctx.Done():
	}
	stop, enough := context.WithTimeout(context.WithoutCancel(ctx), 20*time.Second)
	defer enough()
	err := server.Shutdown(stop)
	if served := <-served; !errors.Is(served, http.ErrServerClosed) {
		err = errors.Join(err, served)
	}
	return err
}
