package associationweb

import (
	"net/url"
	"slices"
	"strconv"
	"strings"

	"mainforte/internal/association"
	"mainforte/internal/db"
	"mainforte/internal/fault"
	"mainforte/internal/i18n"
	"mainforte/internal/offer"
	"mainforte/internal/people"
	"mainforte/internal/web"
	"mainforte/internal/web/ui"
)

// membersPage lists the members, for coordination.
type membersPage struct {
	*web.Visit
	Members     []association.Member
	Addresses   map[db.ID]people.Person
	Invitations []association.Invitation
	Form        web.Form
	Next        string
}

const membersSize = 100

func members(v *web.Visit) error {
	return membersAgain(v, v.Form("member", url.Values{"role": {"volunteer"}}))
}

func membersAgain(v *web.Visit, form web.Form) error {
	ctx := v.R.Context()
	after, _ := db.ParseID(v.R.URL.Query().Get("after")) // zero is the first page
	p := membersPage{Visit: v, Form: form}
	var err error
	if p.Members, err = association.Members(ctx, v.DB, v.Who, after, membersSize+1); err != nil {
		return err
	}
	if len(p.Members) > membersSize {
		p.Members = p.Members[:membersSize]
		p.Next = v.In("/members") + "?after=" + p.Members[membersSize-1].Person.String()
	}
	ids := make([]db.ID, 0, len(p.Members))
	for _, m := range p.Members {
		ids = append(ids, m.Person)
	}
	if p.Addresses, err = people.Many(ctx, v.DB, ids); err != nil {
		return err
	}
	if p.Invitations, err = association.Invitations(ctx, v.DB, v.Who); err != nil {
		return err
	}
	return v.Show(web.Page{Title: v.T.Say("member.list.title"), Status: form.Status()}, membersContent(p))
}

// memberPage is one member, for coordination.
type memberPage struct {
	*web.Visit
	Other association.Member
	Email string
	Form  web.Form
}

func member(v *web.Visit) error {
	m, err := findMember(v)
	if err != nil {
		return err
	}
	return memberAgain(v, m, v.Form("member", url.Values{"name": {m.Name}, "status": {string(m.Status)}, "role": {m.Role()}}))
}

func findMember(v *web.Visit) (association.Member, error) {
	id, err := db.ParseID(v.R.PathValue("person"))
	if err != nil {
		return association.Member{}, fault.New(fault.Missing, "fault.missing").Because(err)
	}
	return association.MemberByID(v.R.Context(), v.DB, v.Who, id)
}

func memberAgain(v *web.Visit, m association.Member, form web.Form) error {
	p, err := people.ByID(v.R.Context(), v.DB, m.Person)
	if err != nil {
		return err
	}
	return v.Show(web.Page{Title: m.Name, Narrow: true, Status: form.Status()}, memberContent(memberPage{v, m, p.Email, form}))
}

func saveMember(v *web.Visit) error {
	m, err := findMember(v)
	if err != nil {
		return err
	}
	changed := m
	changed.Name, changed.Status = v.Value("name"), association.Status(v.Value("status"))
	changed.Referent, changed.Coordinator = role(v.Value("role"))
	err = association.SaveMember(v.R.Context(), v.DB, v.Who, changed)
	if form, again := v.Again("member", err); again {
		return memberAgain(v, m, form)
	}
	if err != nil {
		return err
	}
	return v.Redirect(v.In("/members"), "saved")
}

// role turns the one choice of the form into what the member does: who
// coordinates may answer too.
func role(said string) (referent, coordinator bool) {
	return said == "referent" || said == "coordinator", said == "coordinator"
}

func invite(v *web.Visit) error {
	if err := v.LimitInvitations(); err != nil { // it sends a mail to an address that was typed, too
		if form, again := v.Again("member", err); again {
			return membersAgain(v, form)
		}
		return err
	}
	i := association.Invitation{Email: v.Value("email"), Name: v.Value("name"), Language: v.Association.Language}
	i.Referent, i.Coordinator = role(v.Value("role"))
	err := association.Invite(v.R.Context(), v.DB, v.Who, i)
	if form, again := v.Again("member", err); again {
		return membersAgain(v, form)
	}
	if err != nil {
		return err
	}
	return v.Redirect(v.In("/members"), "invited")
}

func takeBack(v *web.Visit) error {
	id, err := db.ParseID(v.R.PathValue("invitation"))
	if err != nil {
		return fault.New(fault.Missing, "fault.missing").Because(err)
	}
	if err := association.TakeBack(v.R.Context(), v.DB, v.Who, id); err != nil {
		return err
	}
	return v.Redirect(v.In("/members"), "taken_back")
}

// invitationPage is what somebody who was invited sees, before they accept.
type invitationPage struct {
	*web.Visit
	Invitation association.Invitation
	By         string
	Form       web.Form
}

func openInvitation(v *web.Visit) error {
	a, i, err := association.OpenInvitation(v.R.Context(), v.DB, v.R.PathValue("token"))
	if err != nil {
		return err
	}
	return invitationAgain(v, a, i, v.Form("member", url.Values{"name": {i.Name}}))
}

func invitationAgain(v *web.Visit, a association.Association, i association.Invitation, form web.Form) error {
	v.Association = a
	v.Who.Association = a.ID
	form = form.Naming("name", v.T.Say("member.invitation.name"))
	p := invitationPage{Visit: v, Invitation: i, Form: form}
	if i.By != 0 {
		names, err := association.Names(v.R.Context(), v.DB, v.Who, i.By)
		if err != nil {
			return err
		}
		p.By = names[i.By]
	}
	return v.Show(web.Page{Title: v.T.Say("member.invitation.title", "association", a.Name), NoIndex: true, Narrow: true, Status: form.Status()},
		invitationContent(p))
}

// accept makes a member of whoever holds the invitation. It signs in somebody
// who had no place here yet, and nobody else.
func accept(v *web.Visit) error {
	ctx, token := v.R.Context(), v.R.PathValue("token")
	accepted, err := association.Accept(ctx, v.DB, token, v.Value("name"))
	if form, again := v.Again("member", err); again {
		of, i, err := association.OpenInvitation(ctx, v.DB, token)
		if err != nil {
			return err
		}
		return invitationAgain(v, of, i, form)
	}
	if err != nil {
		return err
	}
	if err := offer.Adopt(ctx, v.DB, accepted.Person); err != nil {
		v.Log.Warn("offers not adopted", "error", err)
	}
	home := v.Path("/a/" + accepted.Association.Slug)
	if accepted.Fresh {
		session, err := people.StartSession(ctx, v.DB, accepted.Person.ID)
		if err != nil {
			return err
		}
		v.Remember(session)
	} else if v.Person.ID != accepted.Person.ID {
		return v.Redirect(v.Path("/sign-in")+"?next="+url.QueryEscape(home), "joined_elsewhere")
	}
	return v.Redirect(home, "joined")
}

// settingsPage is what an association decides about itself.
type settingsPage struct {
	*web.Visit
	Form web.Form
}

func settings(v *web.Visit) error {
	a := v.Association
	return settingsAgain(v, v.Form("association", url.Values{
		"name": {a.Name}, "purpose": {a.Purpose}, "place": {a.Place}, "language": {string(a.Language)},
		"time_zone": {a.TimeZone}, "answer_days": {strconv.Itoa(a.AnswerDays)},
	}))
}

func settingsAgain(v *web.Visit, form web.Form) error {
	return v.Show(web.Page{Title: v.T.Say("association.settings.title"), Narrow: true, Status: form.Status()}, settingsContent(settingsPage{v, form}))
}

func saveSettings(v *web.Visit) error {
	err := association.Save(v.R.Context(), v.DB, v.Who, association.Settings{
		Name: v.Value("name"), Purpose: v.Value("purpose"), Place: v.Value("place"), Language: i18n.Language(v.Value("language")),
		TimeZone: v.Value("time_zone"), AnswerDays: v.Number("answer_days"),
	})
	if form, again := v.Again("association", err); again {
		return settingsAgain(v, form)
	}
	if err != nil {
		return err
	}
	return v.Redirect(v.In("/settings"), "saved")
}

// zones are where associations that speak French or English often are, and the
// one that is set.
func (p settingsPage) zones() []ui.Option {
	names := []string{
		"Europe/Paris", "Europe/Brussels", "Europe/Zurich", "Europe/Luxembourg", "Europe/London", "Europe/Dublin",
		"America/Guadeloupe", "America/Martinique", "America/Cayenne", "America/Miquelon", "America/Toronto", "America/Montreal",
		"Indian/Reunion", "Indian/Mayotte", "Pacific/Noumea", "Pacific/Tahiti", "Pacific/Wallis",
		"Africa/Dakar", "Africa/Abidjan", "Africa/Tunis", "Africa/Casablanca", "UTC",
	}
	if set := p.Form.Value("time_zone"); !slices.Contains(names, set) {
		names = append(names, set)
	}
	options := make([]ui.Option, 0, len(names))
	for _, name := range names {
		options = append(options, ui.Option{Value: name, Label: strings.ReplaceAll(name, "_", " ")})
	}
	return options
}

func roles(v *web.Visit) []ui.Option {
	var options []ui.Option
	for _, name := range []string{"volunteer", "referent", "coordinator"} {
		options = append(options, ui.Option{
			Value: name, Label: v.T.Say("association.role." + name), Hint: v.T.Say("association.role." + name + ".hint"),
		})
	}
	return options
}

func statuses(v *web.Visit) []ui.Option {
	var options []ui.Option
	for _, status := range association.Statuses {
		options = append(options, ui.Option{
			Value: string(status), Label: v.T.Say("association.status." + string(status)),
			Hint: v.T.Say("association.status." + string(status) + ".hint"),
		})
	}
	return options
}
