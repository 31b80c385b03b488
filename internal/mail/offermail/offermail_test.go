package offermail_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"mainforte/internal/actor"
	"mainforte/internal/association"
	"mainforte/internal/conversation"
	"mainforte/internal/db"
	"mainforte/internal/db/dbtest"
	"mainforte/internal/i18n"
	"mainforte/internal/mail/catcher"
	"mainforte/internal/mail/mailtest"
	"mainforte/internal/mail/offermail"
	"mainforte/internal/mission"
	"mainforte/internal/offer"
	"mainforte/internal/people"
)

var subscribers = map[string][]string{
	offer.Made:      {"mail.offer_received", "mail.offer_waiting"},
	offer.Answered:  {"mail.offer_answered"},
	offer.Replied:   {"mail.offer_replied"},
	offer.TakenBack: {"mail.offer_withdrawn"},
}

// scene is an association with a mission for which Camille answers, and Alex,
// who offers help.
type scene struct {
	t           *testing.T
	ctx         context.Context
	d           *db.DB
	clock       *dbtest.Clock
	association association.Association
	mission     mission.Mission
	camille     people.Person
	// coordinator is Camille too.
	coordinator actor.Actor
	// alex is an address that nobody has confirmed.
	alex   string
	letter *catcher.Catcher
	drain  func() string
}

// play runs the test in a fresh scene on both engines. Everybody in it speaks
// the language.
func play(t *testing.T, language i18n.Language, test func(s *scene)) {
	t.Helper()
	dbtest.Run(t, subscribers, func(ctx context.Context, t *testing.T, d *db.DB, clock *dbtest.Clock) {
		s := &scene{t: t, ctx: ctx, d: d, clock: clock, alex: "alex" + d.NewID().String() + "@example.org"}
		s.camille = s.person("Camille", language)
		var err error
		s.association, err = association.Create(ctx, d, actor.System(0), "", association.Settings{
			Name: "Les Veilleuses", Language: language, TimeZone: "Europe/Paris",
		}, s.camille)
		s.must(err)
		s.coordinator = s.act(s.camille)
		s.mission = s.open("Traduire le site en anglais", s.camille.ID, 0)
		post, caught := mailtest.Open(t)
		s.letter = caught
		s.drain = func() string { return mailtest.Drain(ctx, t, d, offermail.Handlers(post)) }
		test(s)
	})
}

func (s *scene) must(err error) {
	s.t.Helper()
	if err != nil {
		s.t.Fatal(err)
	}
}

func (s *scene) person(name string, language i18n.Language) people.Person {
	s.t.Helper()
	address := strings.ToLower(name) + s.d.NewID().String() + "@example.org"
	p, err := people.Ensure(s.ctx, s.d, address, name, language)
	s.must(err)
	return p
}

func (s *scene) act(p people.Person) actor.Actor {
	s.t.Helper()
	who, _, err := association.Act(s.ctx, s.d, s.association.ID, p)
	s.must(err)
	return who
}

// join makes somebody a member who may answer.
func (s *scene) join(p people.Person, m association.Member) {
	s.t.Helper()
	m.Person, m.Name = p.ID, p.Name
	s.must(association.Join(s.ctx, s.d, s.coordinator, m))
}

func (s *scene) open(title string, referent, deputy db.ID) mission.Mission {
	s.t.Helper()
	m, err := mission.Write(s.ctx, s.d, s.coordinator, mission.Content{Title: title, Referent: referent, Deputy: deputy})
	s.must(err)
	m, err = mission.Move(s.ctx, s.d, s.coordinator, m.ID, mission.Open)
	s.must(err)
	return m
}

const words = "Bonjour,\n\nje traduis depuis dix ans, surtout des textes juridiques. Une page par semaine me convient ; je peux commencer lundi.\n\nAlex"

// offered is Alex's offer, sent without signing in.
func (s *scene) offered(language i18n.Language, words string) offer.Offer {
	s.t.Helper()
	o, err := offer.Make(s.ctx, s.d, actor.Visitor(s.association.ID), s.mission.ID, offer.New{
		Name: "Alex", Email: s.alex, Words: words, Language: language,
	})
	s.must(err)
	return o
}

// link is Alex, coming back by the link in the mail.
func (s *scene) link(o offer.Offer) actor.Actor {
	s.t.Helper()
	token, err := offer.LinkToken(s.ctx, s.d, s.association.ID, o.ID)
	s.must(err)
	who, err := offer.OpenLink(s.ctx, s.d, token)
	s.must(err)
	return who
}

func (s *scene) answered(o offer.Offer, a offer.Answer) {
	s.t.Helper()
	_, err := offer.Give(s.ctx, s.d, s.coordinator, o.ID, a)
	s.must(err)
}

// sent does the jobs, none of which may fail.
func (s *scene) sent() {
	s.t.Helper()
	if failures := s.drain(); failures != "" {
		s.t.Fatal(failures)
	}
}

// golden compares the last letter to somebody.
func (s *scene) golden(name string, language i18n.Language, to string) {
	s.t.Helper()
	found := s.letter.Find(to)
	if len(found) == 0 {
		s.t.Fatalf("no letter %s", name)
	}
	mailtest.Golden(s.t, name+"."+string(language), found[0])
}

func (s *scene) silent(to string) {
	s.t.Helper()
	s.sent()
	for _, m := range s.letter.Find(to) {
		s.t.Errorf("a letter that nobody should get: %s", m.Subject)
	}
}

func each(t *testing.T, test func(t *testing.T, language i18n.Language)) {
	for _, language := range i18n.Languages {
		t.Run(string(language), func(t *testing.T) { test(t, language) })
	}
}

func TestAnOfferIsConfirmedAndAnnounced(t *testing.T) {
	each(t, func(t *testing.T, language i18n.Language) {
		play(t, language, func(s *scene) {
			s.offered(language, words)
			s.sent()
			s.golden("offer_received", language, s.alex)
			s.golden("offer_waiting", language, s.camille.Email)
		})
	})
}

func TestTheFourAnswersReachTheVolunteer(t *testing.T) {
	answers := map[offer.Kind]string{
		offer.Welcome: "Bienvenue Alex !\nPrenez la page que vous voulez, le glossaire est prêt.",
		offer.Another: "Pour le juridique, celle-ci vous irait mieux.",
		offer.NotNow:  "Nous changeons de site cet hiver.",
		offer.No:      "Deux personnes s’en chargent déjà. Merci !",
	}
	each(t, func(t *testing.T, language i18n.Language) {
		for _, kind := range offer.Kinds {
			t.Run(string(kind), func(t *testing.T) {
				play(t, language, func(s *scene) {
					o := s.offered(language, words)
					a := offer.Answer{Kind: kind, Words: answers[kind]}
					switch kind {
					case offer.Another:
						a.Other = s.open("Relire les mentions légales", s.camille.ID, 0).ID
					case offer.NotNow:
						a.Until = time.Date(2027, time.March, 1, 9, 0, 0, 0, time.UTC)
					}
					s.answered(o, a)
					s.sent()
					s.golden("offer_answered."+string(kind), language, s.alex)
				})
			})
		}
	})
}

func TestWordsReachTheOtherSide(t *testing.T) {
	each(t, func(t *testing.T, language i18n.Language) {
		play(t, language, func(s *scene) {
			o := s.offered(language, words)
			s.must(offer.Write(s.ctx, s.d, s.coordinator, o.ID, "Quelle page vous tente ?", 0))
			s.sent()
			s.golden("offer_replied.volunteer", language, s.alex)
			s.must(offer.Write(s.ctx, s.d, s.link(o), o.ID, "La page d’accueil, si elle est libre.", 0))
			s.sent()
			s.golden("offer_replied.answerer", language, s.camille.Email)
		})
	})
}

func TestAnOfferTakenBackIsTold(t *testing.T) {
	each(t, func(t *testing.T, language i18n.Language) {
		play(t, language, func(s *scene) {
			o := s.offered(language, words)
			s.sent()
			s.must(offer.Withdraw(s.ctx, s.d, s.link(o), o.ID))
			s.sent()
			s.golden("offer_withdrawn", language, s.camille.Email)
		})
	})
}

func TestEachReadsTheirOwnLanguage(t *testing.T) {
	play(t, i18n.French, func(s *scene) {
		s.offered(i18n.English, words)
		s.sent()
		toAlex, toCamille := mailtest.Only(s.t, s.letter, s.alex), mailtest.Only(s.t, s.letter, s.camille.Email)
		if !strings.HasPrefix(toAlex.Text, "Hello Alex") || !strings.Contains(toAlex.Text, mailtest.PublicURL+"/en/c/") {
			t.Errorf("Alex asked in English and reads:\n%s", toAlex.Text)
		}
		if !strings.HasPrefix(toCamille.Text, "Bonjour Camille") || !strings.Contains(toCamille.Text, mailtest.PublicURL+"/a/") {
			t.Errorf("Camille speaks French and reads:\n%s", toCamille.Text)
		}
	})
}

func TestTheLettersOfAnOfferAreOneConversation(t *testing.T) {
	play(t, i18n.French, func(s *scene) {
		o := s.offered(i18n.French, words)
		s.answered(o, offer.Answer{Kind: offer.Welcome, Words: "Bienvenue !"})
		s.must(offer.Write(s.ctx, s.d, s.coordinator, o.ID, "Quelle page vous tente ?", 0))
		s.sent()
		found := s.letter.Find(s.alex)
		if len(found) != 2 {
			s.t.Fatalf("%d letters, want the answer and the reply", len(found))
		}
		root := "<offer-" + o.ID.String() + "@mainforte.example>"
		ids := map[string]bool{}
		for _, m := range found {
			if got := mailtest.Header(s.t, m.Header, "References"); got != root {
				s.t.Errorf("References is %s, want %s", got, root)
			}
			ids[mailtest.Header(s.t, m.Header, "Message-Id")] = true
		}
		if len(ids) != 2 {
			s.t.Errorf("two letters have one Message-ID: %v", ids)
		}
	})
}

func TestTheLinkInTheLetterOpensTheConversation(t *testing.T) {
	play(t, i18n.French, func(s *scene) {
		o := s.offered(i18n.French, words)
		s.sent()
		_, rest, _ := strings.Cut(mailtest.Only(s.t, s.letter, s.alex).Text, mailtest.PublicURL+"/c/")
		token, _, _ := strings.Cut(rest, "\n")
		who, err := offer.OpenLink(s.ctx, s.d, token)
		s.must(err)
		if who.Offer != o.ID || who.Association != s.association.ID {
			s.t.Errorf("the link opens %v", who)
		}
	})
}

func TestNobodyIsAskedToAnswerTheirOwnOffer(t *testing.T) {
	play(t, i18n.French, func(s *scene) {
		idriss, dominique := s.person("Idriss", i18n.French), s.person("Dominique", i18n.French)
		s.join(idriss, association.Member{Referent: true})
		s.join(dominique, association.Member{Referent: true})
		s.mission = s.open("Tenir la permanence", idriss.ID, dominique.ID)
		_, err := offer.Make(s.ctx, s.d, s.act(idriss), s.mission.ID, offer.New{Name: "Idriss", Words: "Je la tiens lundi.", Language: i18n.French})
		s.must(err)
		s.sent()
		mailtest.Only(s.t, s.letter, dominique.Email)
		if got := mailtest.Only(s.t, s.letter, idriss.Email); !strings.Contains(got.Text, "Dominique vous répond") {
			s.t.Errorf("Idriss reads:\n%s", got.Text)
		}
	})
}

func TestWhoeverMayAnswerIsAsked(t *testing.T) {
	cases := map[string]struct {
		deputy bool
		want   string
	}{
		"the deputy when the referent sleeps": {true, "Dominique"},
		"coordination when nobody else may":   {false, "Camille"},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			play(t, i18n.French, func(s *scene) {
				idriss, dominique := s.person("Idriss", i18n.French), s.person("Dominique", i18n.French)
				s.join(idriss, association.Member{Referent: true})
				s.join(dominique, association.Member{Referent: true})
				deputy := db.ID(0)
				if c.deputy {
					deputy = dominique.ID
				}
				s.mission = s.open("Tenir la permanence", idriss.ID, deputy)
				s.must(association.SaveMember(s.ctx, s.d, s.coordinator, association.Member{Person: idriss.ID, Name: "Idriss", Status: association.Dormant}))
				s.offered(i18n.French, words)
				s.silent(idriss.Email)
				if got := mailtest.Only(s.t, s.letter, s.alex); !strings.Contains(got.Text, c.want+" vous répond") {
					s.t.Errorf("Alex reads:\n%s", got.Text)
				}
			})
		})
	}
}

func TestAnAddressThatNobodyConfirmedGetsNoLinkOfAStranger(t *testing.T) {
	for _, bait := range []string{"Cliquez : https://piege.example/gagne", "Allez sur piege.example", "Écrivez à piege@exemple"} {
		t.Run(bait, func(t *testing.T) {
			play(t, i18n.French, func(s *scene) {
				_, err := offer.Make(s.ctx, s.d, actor.Visitor(s.association.ID), s.mission.ID, offer.New{
					Name: "Gagnez sur piege.example", Email: s.alex, Words: bait, Language: i18n.French,
				})
				s.must(err)
				s.sent()
				m := mailtest.Only(s.t, s.letter, s.alex)
				for _, part := range []string{m.Text, m.HTML, m.Header.Get("To")} {
					if strings.Contains(part, "piege") {
						s.t.Errorf("we passed on:\n%s", part)
					}
				}
				if !strings.Contains(mailtest.Only(s.t, s.letter, s.camille.Email).Text, bait) {
					s.t.Error("Camille was not told what was written")
				}
			})
		})
	}
}

func TestSomebodySignedInFindsTheirLinksQuoted(t *testing.T) {
	play(t, i18n.French, func(s *scene) {
		nadia := s.person("Nadia", i18n.French)
		const words = "Mes traductions : https://nadia.example"
		_, err := offer.Make(s.ctx, s.d, s.act(nadia), s.mission.ID, offer.New{Name: "Nadia", Words: words, Language: i18n.French})
		s.must(err)
		s.sent()
		if m := mailtest.Only(s.t, s.letter, nadia.Email); !strings.Contains(m.Text, "> "+words) {
			s.t.Errorf("Nadia reads:\n%s", m.Text)
		}
	})
}

func TestWhatWasSettledBeforeTheMailLeftIsNotAnnounced(t *testing.T) {
	cases := map[string]func(s *scene, o offer.Offer){
		"taken back": func(s *scene, o offer.Offer) {
			s.must(offer.Withdraw(s.ctx, s.d, s.link(o), o.ID))
		},
		"answered": func(s *scene, o offer.Offer) {
			s.answered(o, offer.Answer{Kind: offer.Welcome, Words: "Bienvenue !"})
		},
	}
	for name, settle := range cases {
		t.Run(name, func(t *testing.T) {
			play(t, i18n.French, func(s *scene) {
				o := s.offered(i18n.French, words)
				settle(s, o)
				s.sent()
				for _, m := range s.letter.Messages() {
					kind := mailtest.Header(s.t, m.Header, "Message-Id")
					if strings.Contains(kind, "offer_received") || strings.Contains(kind, "offer_waiting") {
						s.t.Errorf("it was announced all the same: %s", m.Subject)
					}
				}
			})
		})
	}
}

func TestWhoWasErasedGetsNoLetter(t *testing.T) {
	play(t, i18n.French, func(s *scene) {
		o := s.offered(i18n.French, words)
		o, err := offer.Confirm(s.ctx, s.d, s.link(o), o.ID)
		s.must(err)
		s.must(offer.Write(s.ctx, s.d, s.link(o), o.ID, "Une chose encore.", 0))
		s.answered(o, offer.Answer{Kind: offer.Welcome, Words: "Bienvenue !"})
		s.must(conversation.Erase(s.ctx, s.d, o.Person))
		s.must(offer.Erase(s.ctx, s.d, o.Person))
		s.sent()
		if found := s.letter.Messages(); len(found) != 0 {
			s.t.Errorf("%d letters about somebody who was erased", len(found))
		}
	})
}

func TestErasedWordsAreAbsentAndTheAnswerStays(t *testing.T) {
	play(t, i18n.French, func(s *scene) {
		o := s.offered(i18n.French, words)
		s.answered(o, offer.Answer{Kind: offer.No, Words: "Deux personnes s’en chargent déjà."})
		s.must(offer.Write(s.ctx, s.d, s.coordinator, o.ID, "Bonne route !", 0))
		s.must(conversation.Erase(s.ctx, s.d, s.camille.ID))
		s.sent()
		m := mailtest.Only(s.t, s.letter, s.alex) // the answer; the reply had nothing but words
		if strings.Contains(m.Text, "Deux personnes") || strings.Contains(m.Text, "Camille") || strings.Contains(m.Text, "écrit :") {
			s.t.Errorf("erased words:\n%s", m.Text)
		}
		if !strings.Contains(m.Text, "Les Veilleuses l’a lue") {
			s.t.Errorf("Alex has no answer:\n%s", m.Text)
		}
	})
}
