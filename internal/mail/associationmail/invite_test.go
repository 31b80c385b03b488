package associationmail_test

import (
	"context"
	"strings"
	"testing"

	"mainforte/internal/actor"
	"mainforte/internal/association"
	"mainforte/internal/db"
	"mainforte/internal/db/dbtest"
	"mainforte/internal/i18n"
	"mainforte/internal/mail/associationmail"
	"mainforte/internal/mail/catcher"
	"mainforte/internal/mail/mailtest"
	"mainforte/internal/people"
)

var subscribers = map[string][]string{association.Invited: {"mail.invitation"}}

// scene is an association that Camille coordinates.
type scene struct {
	t       *testing.T
	ctx     context.Context
	d       *db.DB
	clock   *dbtest.Clock
	of      association.Association
	camille actor.Actor
	nadia   string // an address to invite
	letter  *catcher.Catcher
	drain   func() string
}

func play(t *testing.T, test func(s *scene)) {
	t.Helper()
	dbtest.Run(t, subscribers, func(ctx context.Context, t *testing.T, d *db.DB, clock *dbtest.Clock) {
		s := &scene{t: t, ctx: ctx, d: d, clock: clock, nadia: "nadia" + d.NewID().String() + "@example.org"}
		camille, err := people.Ensure(ctx, d, "camille"+d.NewID().String()+"@example.org", "Camille", i18n.French)
		s.must(err)
		s.of, err = association.Create(ctx, d, actor.System(0), "", association.Settings{
			Name: "Les Veilleuses", Purpose: "Nous aidons celles et ceux qui lancent l’alerte.", Language: i18n.French,
		}, camille)
		s.must(err)
		s.camille, _, err = association.Act(ctx, d, s.of.ID, camille)
		s.must(err)
		post, caught := mailtest.Open(t)
		s.letter = caught
		s.drain = func() string { return mailtest.Drain(ctx, t, d, associationmail.Handlers(post)) }
		test(s)
	})
}

func (s *scene) must(err error) {
	s.t.Helper()
	if err != nil {
		s.t.Fatal(err)
	}
}

func (s *scene) invite(who actor.Actor, i association.Invitation) {
	s.t.Helper()
	i.Email, i.Name = s.nadia, "Nadia"
	s.must(association.Invite(s.ctx, s.d, who, i))
}

// received gives the letters, none of which may have failed.
func (s *scene) received() []catcher.Caught {
	s.t.Helper()
	if failures := s.drain(); failures != "" {
		s.t.Fatal(failures)
	}
	return s.letter.Find(s.nadia)
}

func token(m catcher.Caught) string {
	_, rest, _ := strings.Cut(m.Text, "/invitation/")
	token, _, _ := strings.Cut(rest, "\n")
	return token
}

func TestTheInvitationArrivesAndOpens(t *testing.T) {
	for _, language := range i18n.Languages {
		t.Run(string(language), func(t *testing.T) {
			play(t, func(s *scene) {
				s.invite(s.camille, association.Invitation{Language: language, Referent: true})
				s.received()
				m := mailtest.Only(s.t, s.letter, s.nadia)
				mailtest.Golden(s.t, "invitation."+string(language), m)
				of, i, err := association.OpenInvitation(s.ctx, s.d, token(m))
				s.must(err)
				if of.ID != s.of.ID || i.Email != s.nadia {
					s.t.Errorf("the link opens %+v of %s", i, of.Name)
				}
			})
		})
	}
}

func TestItSaysAsWhat(t *testing.T) {
	cases := map[string]struct {
		invitation association.Invitation
		want       string
	}{
		"volunteer":   {association.Invitation{}, "comme bénévole"},
		"referent":    {association.Invitation{Referent: true}, "pour répondre aux propositions d’aide"},
		"coordinator": {association.Invitation{Referent: true, Coordinator: true}, "pour participer à la coordination"},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			play(t, func(s *scene) {
				s.invite(s.camille, c.invitation)
				s.received()
				m := mailtest.Only(s.t, s.letter, s.nadia)
				if text := strings.ReplaceAll(m.Text, "\n", " "); !strings.Contains(text, "Camille vous invite à rejoindre Les Veilleuses "+c.want+".") {
					s.t.Errorf("it says:\n%s", m.Text)
				}
			})
		})
	}
}

func TestNobodySignsWhatTheCommandLineSends(t *testing.T) {
	play(t, func(s *scene) {
		s.invite(actor.System(s.of.ID), association.Invitation{})
		s.received()
		m := mailtest.Only(s.t, s.letter, s.nadia)
		if m.Subject != "Une invitation à rejoindre Les Veilleuses" || !strings.Contains(m.Text, "Voici une invitation") {
			s.t.Errorf("%s\n%s", m.Subject, m.Text)
		}
	})
}

func TestAnInvitationThatEndedIsNotSent(t *testing.T) {
	t.Run("taken back", func(t *testing.T) {
		play(t, func(s *scene) {
			s.invite(s.camille, association.Invitation{})
			waiting, err := association.Invitations(s.ctx, s.d, s.camille)
			s.must(err)
			s.must(association.TakeBack(s.ctx, s.d, s.camille, waiting[0].ID))
			if found := s.received(); len(found) != 0 {
				s.t.Errorf("sent %d letters", len(found))
			}
		})
	})
	t.Run("replaced", func(t *testing.T) {
		play(t, func(s *scene) {
			s.invite(s.camille, association.Invitation{})
			s.invite(s.camille, association.Invitation{Coordinator: true})
			if found := s.received(); len(found) != 1 || !strings.Contains(found[0].Text, "coordination") {
				s.t.Errorf("%d letters, want the second alone", len(found))
			}
		})
	})
	t.Run("expired", func(t *testing.T) {
		play(t, func(s *scene) {
			s.invite(s.camille, association.Invitation{})
			s.clock.Advance(association.InvitationLife)
			if found := s.received(); len(found) != 0 {
				s.t.Errorf("sent %d letters", len(found))
			}
		})
	})
}
