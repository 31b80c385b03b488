// Package operatorweb is for who tends the instance: what is there, and what
// could not be done. It shows nothing that is private to an association.
package operatorweb

import (
	"context"

	"mainforte/internal/association"
	"mainforte/internal/db"
	"mainforte/internal/fault"
	"mainforte/internal/jobs"
	"mainforte/internal/web"
	"mainforte/internal/web/ui"
)

// Routes are the operator's addresses.
func Routes() []web.Route {
	return []web.Route{
		{Pattern: "GET /operator", Access: web.Operator, Handle: show},
		{Pattern: "POST /operator/jobs/{job}/again", Access: web.Operator, Handle: onJob(jobs.Revive, "job_again")},
		{Pattern: "POST /operator/jobs/{job}/discard", Access: web.Operator, Handle: onJob(jobs.Discard, "job_discarded")},
	}
}

// page is the state of the instance.
type page struct {
	*web.Visit
	Associations []association.Association
	Waiting      int
	Dead         []jobs.Job
}

func show(v *web.Visit) error {
	ctx := v.R.Context()
	p := page{Visit: v}
	var err error
	if p.Associations, err = association.Public(ctx, v.DB, 0, 1000); err != nil {
		return err
	}
	if p.Waiting, err = jobs.Waiting(ctx, v.DB); err != nil {
		return err
	}
	if p.Dead, err = jobs.Dead(ctx, v.DB); err != nil {
		return err
	}
	return v.Show(web.Page{Title: v.T.Say("operator.title"), NoIndex: true}, content(p))
}

func (p page) figures() []ui.Figure {
	return []ui.Figure{
		{Number: p.T.Number(len(p.Associations)), Label: p.T.Count("operator.associations", len(p.Associations))},
		{Number: p.T.Number(p.Waiting), Label: p.T.Count("operator.waiting", p.Waiting)},
		{Number: p.T.Number(len(p.Dead)), Label: p.T.Count("operator.dead", len(p.Dead)), Late: len(p.Dead) > 0},
	}
}

// onJob settles a job that was given up.
func onJob(act func(context.Context, *db.DB, db.ID) error, done string) web.Handler {
	return func(v *web.Visit) error {
		id, err := db.ParseID(v.R.PathValue("job"))
		if err != nil {
			return fault.New(fault.Missing, "fault.missing").Because(err)
		}
		if err := act(v.R.Context(), v.DB, id); err != nil {
			return err
		}
		return v.Redirect(v.Path("/operator"), done)
	}
}
