package main

import (
	"cmp"
	"context"
	"fmt"

	"mainforte/internal/association"
	"mainforte/internal/config"
	"mainforte/internal/db"
	"mainforte/internal/i18n"
	"mainforte/internal/instance"
	"mainforte/internal/people"
)

type initCommand struct {
	data
	URL         string `name:"url" help:"The public address that links are made with; it is kept." placeholder:"URL"`
	Association string `required:"" help:"The short name in addresses, such as mla." placeholder:"SLUG"`
	Name        string `required:"" help:"The association's name."`
	Coordinator string `required:"" help:"The mail address of its first coordinator." placeholder:"MAIL"`
	Language    string `help:"The association's language: fr or en." placeholder:"LANGUAGE"`
	TimeZone    string `help:"The association's time zone." placeholder:"ZONE"`
}

// Run adds the association, all of it or nothing.
func (f initCommand) Run(ctx context.Context, s streams) error {
	return f.use(ctx, s, func(d *db.DB, c config.Config) error {
		var link string
		err := d.Write(ctx, func(d *db.DB) (err error) {
			link, err = f.add(ctx, d, c)
			return err
		})
		if err != nil {
			return err
		}
		_, err = fmt.Fprintf(s.out, "%s is ready. Its coordinator signs in here, once, within a week:\n%s\n", f.Name, link)
		return err
	}, "url", f.URL, "language", f.Language, "time_zone", f.TimeZone)
}

func (f initCommand) add(ctx context.Context, d *db.DB, c config.Config) (link string, err error) {
	p, err := people.Ensure(ctx, d, f.Coordinator, "", c.Language)
	if err != nil {
		return "", err
	}
	settings := association.Settings{Name: f.Name, Language: c.Language, TimeZone: c.TimeZone}
	if _, err = association.Create(ctx, d, operatorsHand(0), f.Association, settings, p); err != nil {
		return "", err
	}
	if f.URL != "" {
		if err := instance.KeepURL(ctx, d, operatorsHand(0), c.URL); err != nil {
			return "", err
		}
	}
	public, err := publicFor(ctx, d, c.URL)
	if err != nil {
		return "", err
	}
	return firstLink(ctx, d, p, public, "/a/"+f.Association+"/start")
}

// publicFor gives the public address for a command that does not listen.
func publicFor(ctx context.Context, d *db.DB, said string) (string, error) {
	if said == "" {
		kept, err := instance.URL(ctx, d)
		if err != nil {
			return "", err
		}
		said = cmp.Or(kept, "http://localhost:8080")
	}
	return instance.CheckURL(said)
}

func firstLink(ctx context.Context, d *db.DB, p people.Person, public, next string) (string, error) {
	text := i18n.In(p.Language)
	token, err := people.FirstLink(ctx, d, operatorsHand(0), p, text.Path(next))
	return public + text.Path("/sign-in/"+token), err
}

type operatorCommand struct {
	data
	Mail   string `arg:"" help:"The operator's mail address."`
	URL    string `name:"url" help:"The public address that the link is made with." placeholder:"URL"`
	Remove bool   `help:"This person is no operator any more."`
}

// Run names an operator, or takes the role back.
func (f operatorCommand) Run(ctx context.Context, s streams) error {
	return f.use(ctx, s, func(d *db.DB, c config.Config) error {
		if f.Remove {
			return f.remove(ctx, d, s)
		}
		p, err := people.Ensure(ctx, d, f.Mail, "", c.Language)
		if err != nil {
			return err
		}
		if err := people.SetOperator(ctx, d, operatorsHand(0), p.ID, true); err != nil {
			return err
		}
		public, err := publicFor(ctx, d, c.URL)
		if err != nil {
			return err
		}
		link, err := firstLink(ctx, d, p, public, "/operator")
		if err != nil {
			return err
		}
		_, err = fmt.Fprintf(s.out, "The operator signs in here, once, within a week:\n%s\n", link)
		return err
	}, "url", f.URL)
}

func (f operatorCommand) remove(ctx context.Context, d *db.DB, s streams) error {
	p, found, err := people.ByAddress(ctx, d, f.Mail)
	if err == nil && !found {
		err = fmt.Errorf("nobody here has the address %q", f.Mail)
	}
	if err != nil {
		return err
	}
	if err := people.SetOperator(ctx, d, operatorsHand(0), p.ID, false); err != nil {
		return err
	}
	_, err = fmt.Fprintf(s.out, "%s is no operator any more\n", p.Email)
	return err
}
