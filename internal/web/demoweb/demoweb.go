// Package demoweb is the demo's own door: its characters, into whose shoes one
// can step, its mail and its clock. It is mounted by the demo alone.
package demoweb

import (
	"context"
	"time"

	"mainforte/internal/demo"
	"mainforte/internal/fault"
	"mainforte/internal/mail/catcher"
	"mainforte/internal/people"
	"mainforte/internal/web"
)

// Demo is what the door opens on.
type Demo struct {
	Clock  *demo.Clock
	Mail   *catcher.Catcher
	Drain  func(context.Context) (int, error)
	People []demo.Character
}

// Routes are the demo's addresses.
func (d *Demo) Routes() []web.Route {
	return []web.Route{
		{Pattern: "GET /demo", Access: web.Anyone, Handle: d.show},
		{Pattern: "POST /demo/enter", Access: web.Anyone, Handle: d.enter},
		{Pattern: "GET /demo/clock", Access: web.Anyone, Handle: d.clock},
		{Pattern: "POST /demo/clock", Access: web.Anyone, Handle: d.move},
		{Pattern: "GET /demo/mail", Access: web.Anyone, Handle: d.mail},
		{Pattern: "GET /demo/mail/{mail}", Access: web.Anyone, Handle: d.letter},
	}
}

func (d *Demo) show(v *web.Visit) error {
	return v.Show(web.Page{Title: v.T.Say("demo.title"), NoIndex: true, Narrow: true}, showContent(v, d))
}

// enter steps into the shoes of a character, without a link by mail.
func (d *Demo) enter(v *web.Visit) error {
	ctx := v.R.Context()
	for _, c := range d.People {
		if c.Email == v.Value("email") {
			p, found, err := people.ByAddress(ctx, v.DB, c.Email)
			if err != nil {
				return err
			}
			if !found {
				break
			}
			session, err := people.StartSession(ctx, v.DB, p.ID)
			if err != nil {
				return err
			}
			v.Remember(session)
			return v.Redirect(v.Path("/desk"), "")
		}
	}
	return fault.New(fault.Missing, "fault.missing")
}

func (d *Demo) clock(v *web.Visit) error {
	return v.Show(web.Page{Title: v.T.Say("demo.clock.title"), NoIndex: true, Narrow: true}, clockContent(v))
}

// move lets time pass, and what falls due happen.
func (d *Demo) move(v *web.Visit) error {
	days := v.Number("days")
	if days < 1 || days > 400 {
		return fault.New(fault.Invalid, "demo.clock.days")
	}
	d.Clock.Move(time.Duration(days) * 24 * time.Hour)
	if _, err := d.Drain(v.R.Context()); err != nil {
		return err
	}
	return v.Redirect(v.Path("/demo/clock"), "clock")
}

func (d *Demo) mail(v *web.Visit) error {
	return v.Show(web.Page{Title: v.T.Say("demo.mail.title"), NoIndex: true}, mailContent(v, d.Mail.Messages()))
}

func (d *Demo) letter(v *web.Visit) error {
	for _, m := range d.Mail.Messages() {
		if idOf(m) == v.R.PathValue("mail") {
			return v.Show(web.Page{Title: m.Subject, NoIndex: true, Narrow: true}, letterContent(v, m))
		}
	}
	return fault.New(fault.Missing, "fault.missing")
}
