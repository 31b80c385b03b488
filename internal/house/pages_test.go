package house

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"mainforte/internal/actor"
	"mainforte/internal/app"
	"mainforte/internal/association"
	"mainforte/internal/db"
	"mainforte/internal/db/dbtest"
	"mainforte/internal/housetest"
	"mainforte/internal/i18n"
	"mainforte/internal/mission"
	"mainforte/internal/offer"
	"mainforte/internal/people"
	"mainforte/internal/web"
)

// holds checks what an answer must and must not hold.
func (a answer) holds(t *testing.T, status int, wanted []string, never ...string) {
	t.Helper()
	if a.status != status {
		t.Errorf("answers %d, want %d", a.status, status)
	}
	for _, want := range wanted {
		if !strings.Contains(a.body, want) {
			t.Errorf("the page lacks %q", want)
		}
	}
	for _, bad := range never {
		if strings.Contains(a.body, bad) {
			t.Errorf("the page holds %q", bad)
		}
	}
}

func TestARefusedOfferComesBackFull(t *testing.T) {
	d, _ := dbtest.Open(t, db.SQLite, app.Subscribers)
	handler := instance(t, d, nil)
	w := build(t.Context(), t, d)
	path := "/a/" + w.Slug + "/missions/" + w.Mission.Slug + "/offers"
	form := url.Values{"name": {"Zoé"}, "email": {"zoe@"}, "words": {"Je sais coudre & rire <fort>"}}
	ask(handler, http.MethodPost, path, "", form).holds(t, http.StatusUnprocessableEntity,
		[]string{`value="Zoé"`, `value="zoe@"`, "Je sais coudre &amp; rire &lt;fort&gt;", `href="#email"`, `aria-invalid="true"`}, "<fort>")
	form.Set("email", w.Address("Zoé"))
	if a := ask(handler, http.MethodPost, path, "", form); a.status != http.StatusSeeOther || !strings.HasSuffix(a.location, "/thanks") {
		t.Errorf("the mended form answers %d to %s", a.status, a.location)
	}
}

func TestTooManyOffersAreHeldBackWithTheirWords(t *testing.T) {
	d, _ := dbtest.Open(t, db.SQLite, app.Subscribers)
	handler := instance(t, d, func(s *web.Site) { s.OffersPerHour = 1 })
	w := build(t.Context(), t, d)
	path := "/a/" + w.Slug + "/missions/" + w.Mission.Slug + "/offers"
	for i, want := range []int{http.StatusSeeOther, http.StatusTooManyRequests} {
		a := ask(handler, http.MethodPost, path, "", url.Values{
			"name": {"Zoé"}, "email": {w.Address("Zoé")}, "words": {"Je viens samedi matin"},
		})
		if a.status != want {
			t.Errorf("offer %d answers %d, want %d", i+1, a.status, want)
		}
		if i == 1 {
			a.holds(t, want, []string{"Je viens samedi matin"})
		}
	}
}

func TestTheFieldForMachinesTakesNothing(t *testing.T) {
	d, _ := dbtest.Open(t, db.SQLite, app.Subscribers)
	handler := instance(t, d, nil)
	w := build(t.Context(), t, d)
	before, err := offer.Desk(t.Context(), d, w.Coordinator.Who)
	housetest.Must(t, err)
	a := ask(handler, http.MethodPost, "/a/"+w.Slug+"/missions/"+w.Mission.Slug+"/offers", "", url.Values{
		"name": {"Robot"}, "email": {w.Address("robot")}, "words": {"Achetez"}, "second_spoon": {"https://spam.example"},
	})
	after, err := offer.Desk(t.Context(), d, w.Coordinator.Who)
	housetest.Must(t, err)
	if a.status != http.StatusConflict || len(after) != len(before) {
		t.Errorf("answers %d, and %d more wait", a.status, len(after)-len(before))
	}
}

func TestWordsSurviveASessionThatEnded(t *testing.T) {
	d, _ := dbtest.Open(t, db.SQLite, app.Subscribers)
	handler := instance(t, d, nil)
	w := build(t.Context(), t, d)
	form := url.Values{"answer": {"welcome"}, "words": {"Bienvenue à vous, venez mardi."}}
	ask(handler, http.MethodPost, "/a/"+w.Slug+"/offers/"+w.offer.ID.String()+"/answer", "ended", form).
		holds(t, http.StatusUnauthorized, []string{"Bienvenue à vous, venez mardi."})
}

func TestTheSecondAnswerKeepsItsWords(t *testing.T) {
	d, _ := dbtest.Open(t, db.SQLite, app.Subscribers)
	handler := instance(t, d, nil)
	w := build(t.Context(), t, d)
	path := "/a/" + w.Slug + "/offers/" + w.offer.ID.String() + "/answer"
	first := ask(handler, http.MethodPost, path, w.sessions[3], url.Values{"answer": {"welcome"}, "words": {"Bienvenue."}})
	if first.status != http.StatusSeeOther {
		t.Fatalf("the first answer answers %d", first.status)
	}
	ask(handler, http.MethodPost, path, w.sessions[4], url.Values{"answer": {"no"}, "words": {"Nous sommes déjà assez, merci."}}).
		holds(t, http.StatusConflict, []string{"Nous sommes déjà assez, merci.</textarea>", i18n.In(i18n.French).Say("fault.offer_moved")})
}

func TestARenamedMissionIsFoundUnderItsOldAddress(t *testing.T) {
	d, _ := dbtest.Open(t, db.SQLite, app.Subscribers)
	handler := instance(t, d, nil)
	w := build(t.Context(), t, d)
	old := w.Mission.Slug
	c := w.Mission.Content
	c.Title = "Un tout autre titre"
	renamed, err := mission.Save(t.Context(), d, w.Coordinator.Who, w.Mission.ID, c)
	housetest.Must(t, err)
	a := ask(handler, http.MethodGet, "/en/a/"+w.Slug+"/missions/"+old, "", nil)
	if want := "/en/a/" + w.Slug + "/missions/" + renamed.Slug; a.status != http.StatusFound || a.location != want {
		t.Errorf("answers %d to %q, want %q", a.status, a.location, want)
	}
}

func TestNoticesSayOnlyWhatTheCatalogueSays(t *testing.T) {
	d, _ := dbtest.Open(t, db.SQLite, app.Subscribers)
	handler := instance(t, d, nil)
	ask(handler, http.MethodGet, "/missions?done="+url.QueryEscape("<b>gagné</b>"), "", nil).holds(t, http.StatusOK, nil, "gagné")
	ask(handler, http.MethodGet, "/missions?done=signed_out", "", nil).holds(t, http.StatusOK, []string{`role="status"`})
}

// What is not public is found nowhere a visitor looks: the list, the search,
// the association's page, the home.
func TestVisitorsFindOnlyWhatIsPublic(t *testing.T) {
	d, _ := dbtest.Open(t, db.SQLite, app.Subscribers)
	handler := instance(t, d, nil)
	w := build(t.Context(), t, d)
	secret := w.Open(housetest.Titled("Traduire des zibelines"), housetest.Visible(mission.Members))
	unlisted := w.Open(housetest.Titled("Compter des zibelines"), housetest.Visible(mission.Unlisted))
	draft := w.Draft(housetest.Titled("Peindre des zibelines"))
	for _, path := range []string{"/", "/missions", "/missions?q=zibelines", "/a/" + w.Slug, "/en/missions?q=zibelines"} {
		ask(handler, http.MethodGet, path, "", nil).holds(t, http.StatusOK, nil, "des zibelines")
	}
	for slug, want := range map[string]int{secret.Slug: http.StatusNotFound, draft.Slug: http.StatusNotFound, unlisted.Slug: http.StatusOK} {
		a := ask(handler, http.MethodGet, "/a/"+w.Slug+"/missions/"+slug, "", nil)
		if a.status != want {
			t.Errorf("%s answers a visitor %d, want %d", slug, a.status, want)
		}
	}
	reason := "Des personnes pourraient être mises en danger."
	path := "/a/" + w.Slug + "/missions/" + unlisted.Slug
	ask(handler, http.MethodGet, path, "", nil).holds(t, http.StatusOK, []string{`content="noindex`}, reason)
	ask(handler, http.MethodGet, path, w.sessions[2], nil).holds(t, http.StatusOK, []string{reason})
}

// A mailed link opens its conversation for whoever holds it, without telling
// the browser to remember anybody, and confirms only when pressed.
func TestAMailedLinkOpensAndConfirmsOnlyWhenPressed(t *testing.T) {
	d, _ := dbtest.Open(t, db.SQLite, app.Subscribers)
	handler := instance(t, d, nil)
	w := build(t.Context(), t, d)
	o := w.Offer(w.Mission)
	token, err := offer.LinkToken(t.Context(), d, w.ID, o.ID)
	housetest.Must(t, err)
	confirmed := func() bool {
		story, err := offer.Read(t.Context(), d, actor.System(w.ID), o.ID)
		housetest.Must(t, err)
		return !story.Confirmed.IsZero()
	}
	a := ask(handler, http.MethodGet, "/c/"+token, "", nil)
	a.holds(t, http.StatusOK, []string{"Bonjour, je peux venir jeudi."})
	if a.header.Get("Set-Cookie") != "" || confirmed() {
		t.Error("opening the link did more than show")
	}
	if a := ask(handler, http.MethodPost, "/c/"+token+"/confirm", "", nil); a.status != http.StatusSeeOther || !confirmed() {
		t.Errorf("pressing the button answers %d, confirmed: %v", a.status, confirmed())
	}
	if p, found, err := people.ByAddress(t.Context(), d, o.Email); err != nil || !found || p.Name != "Salomé" {
		t.Errorf("the address is %v, %v, %v", p, found, err)
	}
}

// A long-lived invitation, which may have been forwarded, signs in nobody who
// has a place here already.
func TestAnInvitationSignsInOnlyWhoIsNew(t *testing.T) {
	d, _ := dbtest.Open(t, db.SQLite, app.Subscribers)
	handler := instance(t, d, nil)
	w, there := build(t.Context(), t, d), build(t.Context(), t, d)
	for _, c := range []struct {
		email string
		fresh bool
	}{{w.Address("Nadia"), true}, {there.Coordinator.Email, false}} {
		housetest.Must(t, association.Invite(t.Context(), d, w.Coordinator.Who, association.Invitation{Email: c.email}))
		waiting, err := association.Invitations(t.Context(), d, w.Coordinator.Who)
		housetest.Must(t, err)
		token, err := association.InvitationToken(t.Context(), d, w.ID, waiting[0])
		housetest.Must(t, err)
		a := ask(handler, http.MethodPost, "/invitation/"+token, "", url.Values{"name": {"Nadia"}})
		if signedIn := a.header.Get("Set-Cookie") != ""; a.status != http.StatusSeeOther || signedIn != c.fresh {
			t.Errorf("fresh: %v: answers %d to %s, signed in: %v", c.fresh, a.status, a.location, signedIn)
		}
	}
}

// Pages under a token are kept by no browser and no proxy.
func TestTokenPagesAreNotKept(t *testing.T) {
	d, _ := dbtest.Open(t, db.SQLite, app.Subscribers)
	handler := instance(t, d, nil)
	w := build(t.Context(), t, d)
	for prefix, token := range w.tokens {
		if kept := ask(handler, http.MethodGet, prefix+token, "", nil).header.Get("Cache-Control"); kept != "private, no-store" {
			t.Errorf("%s says %q", prefix, kept)
		}
	}
}
