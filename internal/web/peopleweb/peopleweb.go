// Package peopleweb signs people in by a mailed link, and shows each what is
// known of them.
package peopleweb

import (
	"encoding/json"
	"net/http"
	"net/url"

	"mainforte/internal/association"
	"mainforte/internal/db"
	"mainforte/internal/i18n"
	"mainforte/internal/offer"
	"mainforte/internal/people"
	"mainforte/internal/web"
	"mainforte/internal/web/ui"
)

// Personal is what a person can take away and have erased: every room that
// holds something of theirs. The composition gives it, so that this door need
// not know the rooms.
type Personal struct {
	Export func(v *web.Visit) (map[string]any, error)
	Erase  func(v *web.Visit) error
}

// Routes are the addresses of signing in and of one's own page.
func Routes(personal Personal) []web.Route {
	return []web.Route{
		{Pattern: "GET /sign-in", Access: web.Anyone, Handle: ask},
		{Pattern: "POST /sign-in", Access: web.Anyone, Handle: send},
		{Pattern: "GET /sign-in/{token}", Access: web.Anyone, Handle: arrive},
		{Pattern: "POST /sign-in/{token}", Access: web.Anyone, Handle: enter},
		{Pattern: "POST /sign-out", Access: web.Anyone, Handle: leave},
		{Pattern: "GET /me", Access: web.Person, Handle: me},
		{Pattern: "POST /me", Access: web.Person, Handle: save},
		{Pattern: "POST /me/sign-out-everywhere", Access: web.Person, Handle: leaveEverywhere},
		{Pattern: "GET /me/data", Access: web.Person, Handle: personal.export},
		{Pattern: "POST /me/erase", Access: web.Person, Handle: personal.erase},
	}
}

// signInPage asks for an address, or says that a link is on its way.
type signInPage struct {
	*web.Visit
	Form web.Form
	Next string
	Sent bool
}

func ask(v *web.Visit) error {
	if v.SignedIn() {
		return v.Redirect(v.Path("/desk"), "")
	}
	query := v.R.URL.Query()
	return askAgain(v, signInPage{Form: v.Form("people", url.Values{}), Next: query.Get("next"), Sent: query.Has("sent")})
}

func askAgain(v *web.Visit, p signInPage) error {
	p.Visit = v
	return v.Show(web.Page{Title: v.T.Say("people.sign_in.title"), NoIndex: true, Narrow: true, Status: p.Form.Status()}, signInContent(p))
}

// send has a link mailed. The answer is the same for every address.
func send(v *web.Visit) error {
	next := v.Value("next")
	if next == "" {
		next = v.Path("/desk")
	}
	err := v.LimitSignIns()
	if err == nil {
		err = people.AskToSignIn(v.R.Context(), v.DB, v.Value("email"), next, v.T.Language())
	}
	if form, again := v.Again("people", err); again {
		return askAgain(v, signInPage{Form: form, Next: next})
	}
	if err != nil {
		return err
	}
	return v.Redirect(v.Path("/sign-in")+"?sent=yes", "")
}

// arrive shows the button: the link itself changes nothing, because mail
// scanners follow links.
func arrive(v *web.Visit) error {
	link, err := people.OpenLink(v.R.Context(), v.DB, v.R.PathValue("token"))
	if err != nil {
		return err
	}
	return v.Show(web.Page{Title: v.T.Say("people.arrive.title"), NoIndex: true, Narrow: true}, arriveContent(v, link))
}

// enter uses the link, and gives the person the offers made with the address
// that it proves.
func enter(v *web.Visit) error {
	ctx := v.R.Context()
	p, session, next, err := people.SignIn(ctx, v.DB, v.R.PathValue("token"))
	if err != nil {
		return err
	}
	v.Remember(session) // the link is used: nothing after may take the way in back
	if err := offer.Adopt(ctx, v.DB, p); err != nil {
		v.Log.Warn("offers not adopted", "error", err)
	}
	return v.Redirect(next, "")
}

func leave(v *web.Visit) error {
	if err := people.SignOut(v.R.Context(), v.DB, v.SessionSecret()); err != nil {
		return err
	}
	v.Forget()
	return v.Redirect(v.Path("/"), "signed_out")
}

func leaveEverywhere(v *web.Visit) error {
	if err := people.SignOutEverywhere(v.R.Context(), v.DB, v.Who); err != nil {
		return err
	}
	v.Forget()
	return v.Redirect(v.Path("/"), "signed_out_everywhere")
}

func me(v *web.Visit) error {
	return meAgain(v, v.Form("people", url.Values{"name": {v.Person.Name}, "language": {string(v.Person.Language)}}))
}

func meAgain(v *web.Visit, form web.Form) error {
	return v.Show(web.Page{Title: v.T.Say("people.me.title"), Narrow: true, Status: form.Status()}, meContent(v, form))
}

func save(v *web.Visit) error {
	ctx := v.R.Context()
	err := v.DB.Write(ctx, func(d *db.DB) error {
		if err := people.Save(ctx, d, v.Who, v.Value("name"), i18n.Language(v.Value("language"))); err != nil {
			return err
		}
		return association.Introduce(ctx, d, v.Who.Person, v.Value("name"))
	})
	if form, again := v.Again("people", err); again {
		return meAgain(v, form)
	}
	if err != nil {
		return err
	}
	return v.Redirect(v.Path("/me"), "saved")
}

// export gives everything as one open file.
func (p Personal) export(v *web.Visit) error {
	all, err := p.Export(v)
	if err != nil {
		return err
	}
	content, err := json.MarshalIndent(all, "", "  ")
	if err != nil {
		return err
	}
	h := v.W.Header()
	h.Set("Content-Type", "application/json; charset=utf-8")
	h.Set("Content-Disposition", `attachment; filename="mainforte.json"`)
	h.Set("Cache-Control", "private, no-store")
	v.W.WriteHeader(http.StatusOK)
	_, err = v.W.Write(content)
	return err
}

// erase forgets the person. It cannot be undone, so it asks for one tick.
func (p Personal) erase(v *web.Visit) error {
	if !v.Checked("sure") {
		return v.Redirect(v.Path("/me"), "erase_unsure")
	}
	if err := p.Erase(v); err != nil {
		return err
	}
	v.Forget()
	return v.Redirect(v.Path("/"), "erased")
}

// languages are the choices of a person's language.
func languages(v *web.Visit) []ui.Option {
	options := make([]ui.Option, 0, len(i18n.Languages))
	for _, language := range i18n.Languages {
		options = append(options, ui.Option{Value: string(language), Label: v.T.Say("web.language." + string(language))})
	}
	return options
}
