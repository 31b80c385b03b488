package associationweb

import (
	"net/url"

	"mainforte/internal/actor"
	"mainforte/internal/association"
	"mainforte/internal/db"
	"mainforte/internal/fault"
	"mainforte/internal/mission"
	"mainforte/internal/people"
	"mainforte/internal/web"
	"mainforte/internal/words"
)

// startPage is the first day: three questions and nothing else.
type startPage struct {
	*web.Visit
	Form web.Form
}

func begin(v *web.Visit) error {
	if err := mayBegin(v); err != nil {
		return err
	}
	name := v.Person.Name
	if v.Member.Name != "" {
		name = v.Member.Name
	}
	return beginAgain(v, v.Form("start", url.Values{
		"association": {v.Association.Name}, "answers": {"me"}, "name": {name},
	}))
}

// mayBegin: a new association is for whoever is signed in where the operator
// lets associations come by themselves, and for the operator; an association
// that exists begins with its coordination.
func mayBegin(v *web.Visit) error {
	if v.Association.ID == 0 && !v.Open && !v.Who.Operator {
		return fault.New(fault.Forbidden, "fault.associations_by_invitation")
	}
	return nil
}

func beginAgain(v *web.Visit, form web.Form) error {
	return v.Show(web.Page{Title: v.T.Say("start.title"), Narrow: true, Status: form.Status()}, startContent(startPage{v, form}))
}

// found takes the three answers: the association's name, a mission, who
// answers. All of it is kept, or nothing is and the form comes back full.
func found(v *web.Visit) error {
	if err := mayBegin(v); err != nil {
		return err
	}
	var a association.Association
	err := v.DB.Write(v.R.Context(), func(d *db.DB) error {
		var err error
		a, err = foundAll(v, d)
		return err
	})
	if form, again := v.Again("start", err); again {
		return beginAgain(v, form)
	}
	if err != nil {
		return err
	}
	return v.Redirect(v.Path("/a/"+a.Slug+"/share"), "started")
}

func foundAll(v *web.Visit, d *db.DB) (association.Association, error) {
	ctx := v.R.Context()
	var check fault.Check
	check.Length("association", words.Line(v.Value("association")), true, association.NameLimit)
	check.Length("title", words.Line(v.Value("title")), true, mission.TitleLimit)
	check.Length("need", words.Block(v.Value("need")), true, mission.NeedLimit)
	check.Length("name", words.Line(v.Value("name")), true, people.NameLimit)
	other := v.Value("answers") == "other"
	if other {
		_, _, ok := people.Address(v.Value("email"))
		check.Unless(ok, "email", "fault.email")
	}
	if err := check.Err(); err != nil {
		return association.Association{}, err
	}
	if v.Person.Name == "" {
		if err := people.Save(ctx, d, v.Who, v.Value("name"), v.T.Language()); err != nil {
			return association.Association{}, err
		}
	}
	a, who, err := enter(v, d)
	if err != nil {
		return a, err
	}
	m, err := mission.Write(ctx, d, who, mission.Content{Title: v.Value("title"), Need: v.Value("need"), Referent: who.Person})
	if err != nil {
		return a, err
	}
	if _, err := mission.Move(ctx, d, who, m.ID, mission.Open); err != nil {
		return a, err
	}
	if other {
		// Until the invited person has come, the one who invited answers:
		// a mission is never without somebody.
		return a, association.Invite(ctx, d, who, association.Invitation{Email: v.Value("email"), Language: a.Language, Referent: true})
	}
	return a, nil
}

// enter gives the association to begin with, new or known, and the actor in
// it.
func enter(v *web.Visit, d *db.DB) (association.Association, actor.Actor, error) {
	ctx := v.R.Context()
	if v.Association.ID == 0 {
		p := v.Person
		p.Name = v.Value("name")
		s := association.Settings{Name: v.Value("association"), Language: v.T.Language(), TimeZone: v.Zone.String()}
		a, err := association.Create(ctx, d, v.Who, "", s, p)
		if err != nil {
			return a, v.Who, err
		}
		who, _, err := association.Act(ctx, d, a.ID, p)
		return a, who, err
	}
	s := v.Association.Settings
	s.Name = v.Value("association")
	if err := association.Save(ctx, d, v.Who, s); err != nil {
		return v.Association, v.Who, err
	}
	return v.Association, v.Who, association.Rename(ctx, d, v.Who, v.Value("name"))
}

// sharePage gives the link to share.
type sharePage struct {
	*web.Visit
	Missions []mission.Listing
}

func share(v *web.Visit) error {
	found, err := mission.Search(v.R.Context(), v.DB, mission.Filter{Association: v.Association.Slug}, 5)
	if err != nil {
		return err
	}
	return v.Show(web.Page{Title: v.T.Say("start.share.title"), Narrow: true}, shareContent(sharePage{v, found}))
}
