package association_test

import (
	"context"
	"errors"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"mainforte/internal/association"
	"mainforte/internal/db"
	"mainforte/internal/db/dbtest"
	"mainforte/internal/event"
	"mainforte/internal/fault"
	"mainforte/internal/housetest"
	"mainforte/internal/i18n"
	"mainforte/internal/jobs"
	"mainforte/internal/people"
)

// post carries invitations, as the mail would.
var post = map[string][]string{association.Invited: {"post"}}

// invite invites and gives the token that was mailed.
func invite(ctx context.Context, t testing.TB, d *db.DB, h *housetest.House, i association.Invitation) string {
	t.Helper()
	housetest.Must(t, association.Invite(ctx, d, h.Coordinator.Who, i))
	var token string
	housetest.Drain(ctx, t, d, map[string]jobs.Handler{"post": event.Handler(func(ctx context.Context, d *db.DB, e event.Event) error {
		if e.Association != h.ID {
			return nil
		}
		i, err := association.InvitationByID(ctx, d, h.Program, e.Subject)
		if err != nil {
			return err
		}
		token, err = association.InvitationToken(ctx, d, e.Association, i)
		return err
	})})
	if token == "" {
		t.Fatal("nothing was mailed")
	}
	return token
}

func gone(ctx context.Context, t testing.TB, d *db.DB, token string) {
	t.Helper()
	_, _, err := association.OpenInvitation(ctx, d, token)
	housetest.Refused(t, err, fault.Gone, "fault.invitation")
	_, err = association.Accept(ctx, d, token, "Lou")
	housetest.Refused(t, err, fault.Gone, "fault.invitation")
}

func TestAnInvitationMakesAMemberOnce(t *testing.T) {
	dbtest.Run(t, post, func(ctx context.Context, t *testing.T, d *db.DB, _ *dbtest.Clock) {
		h := housetest.New(ctx, t, d)
		email := h.Address("Lou")
		token := invite(ctx, t, d, h, association.Invitation{Email: email, Name: " Lou\u202e ", Language: i18n.English, Referent: true})

		for range 2 { // scanners follow links
			a, i, err := association.OpenInvitation(ctx, d, token)
			housetest.Must(t, err)
			want := association.Invitation{ID: i.ID, Email: email, Name: "Lou", Language: i18n.English, Referent: true, By: h.Coordinator.ID, Expires: d.Now().Add(association.InvitationLife)}
			if diff := cmp.Diff(want, i); diff != "" || a.ID != h.ID {
				t.Errorf("it says %s", diff)
			}
		}
		accepted, err := association.Accept(ctx, d, token, " Lou  B. ")
		housetest.Must(t, err)
		lou := accepted.Person
		if accepted.Association.ID != h.ID || !accepted.Fresh || lou.Email != email || lou.Language != i18n.English || lou.Name != "Lou B." {
			t.Errorf("%+v came", lou)
		}
		m, err := association.MemberByID(ctx, d, h.Coordinator.Who, lou.ID)
		housetest.Must(t, err)
		if diff := cmp.Diff(association.Member{Person: lou.ID, Name: "Lou B.", Status: association.Active, Referent: true, Joined: d.Now()}, m); diff != "" {
			t.Error(diff)
		}
		gone(ctx, t, d, token)
		waiting, err := association.Invitations(ctx, d, h.Coordinator.Who)
		if err != nil || len(waiting) != 0 {
			t.Errorf("waiting: %+v, %v", waiting, err)
		}
	})
}

func TestTwoWhoAcceptOneInvitationAtOnce(t *testing.T) {
	dbtest.Run(t, post, func(ctx context.Context, t *testing.T, d *db.DB, _ *dbtest.Clock) {
		h := housetest.New(ctx, t, d)
		token := invite(ctx, t, d, h, association.Invitation{Email: h.Address("Lou")})
		errs := make([]error, 3)
		var all sync.WaitGroup
		for i := range errs {
			all.Go(func() { _, errs[i] = association.Accept(ctx, d, token, "Lou") })
		}
		all.Wait()
		accepted := 0
		for _, err := range errs {
			if err == nil {
				accepted++
				continue
			}
			housetest.Refused(t, err, fault.Gone, "fault.invitation")
		}
		if accepted != 1 {
			t.Errorf("accepted %d times", accepted)
		}
	})
}

func TestAnInvitationEnds(t *testing.T) {
	dbtest.Run(t, post, func(ctx context.Context, t *testing.T, d *db.DB, clock *dbtest.Clock) {
		h := housetest.New(ctx, t, d)
		email := h.Address("Lou")

		replaced := invite(ctx, t, d, h, association.Invitation{Email: email, Referent: true, Coordinator: true})
		token := invite(ctx, t, d, h, association.Invitation{Email: strings.ToUpper(email)})
		gone(ctx, t, d, replaced)
		waiting, err := association.Invitations(ctx, d, h.Coordinator.Who)
		housetest.Must(t, err)
		if len(waiting) != 1 || waiting[0].Referent || waiting[0].Coordinator {
			t.Fatalf("waiting: %+v", waiting)
		}

		housetest.Must(t, association.TakeBack(ctx, d, h.Coordinator.Who, waiting[0].ID))
		gone(ctx, t, d, token)

		early := invite(ctx, t, d, h, association.Invitation{Email: h.Address("Early")})
		late := invite(ctx, t, d, h, association.Invitation{Email: h.Address("Late")})
		clock.Advance(association.InvitationLife - time.Second)
		if _, err := association.Accept(ctx, d, early, "Early"); err != nil {
			t.Errorf("a second before its end: %v", err)
		}
		clock.Advance(time.Second)
		gone(ctx, t, d, late)
		gone(ctx, t, d, "x"+late)
	})
}

func TestSweepForgetsWhoNeverCame(t *testing.T) {
	dbtest.Run(t, post, func(ctx context.Context, t *testing.T, d *db.DB, clock *dbtest.Clock) {
		h := housetest.New(ctx, t, d)
		_, old, err := association.OpenInvitation(ctx, d, invite(ctx, t, d, h, association.Invitation{Email: h.Address("Lou")}))
		housetest.Must(t, err)
		clock.Advance(association.InvitationLife + time.Second)
		token := invite(ctx, t, d, h, association.Invitation{Email: h.Address("Zoé")})
		waiting, err := association.Invitations(ctx, d, h.Coordinator.Who)
		if err != nil || len(waiting) != 1 || waiting[0].ID == old.ID {
			t.Errorf("waiting: %+v, %v", waiting, err)
		}
		housetest.Must(t, association.Sweep(ctx, d))
		if _, err := association.InvitationByID(ctx, d, h.Program, old.ID); !errors.Is(err, db.ErrNone) {
			t.Errorf("the address of who never came is kept: %v", err)
		}
		if _, err := association.Accept(ctx, d, token, "Zoé"); err != nil {
			t.Error(err)
		}
	})
}

func TestAnAcceptedInvitationIsNotTakenBack(t *testing.T) {
	dbtest.Run(t, post, func(ctx context.Context, t *testing.T, d *db.DB, _ *dbtest.Clock) {
		h := housetest.New(ctx, t, d)
		token := invite(ctx, t, d, h, association.Invitation{Email: h.Address("Lou")})
		_, i, err := association.OpenInvitation(ctx, d, token)
		housetest.Must(t, err)
		accepted, err := association.Accept(ctx, d, token, "Lou")
		housetest.Must(t, err)
		housetest.Must(t, association.TakeBack(ctx, d, h.Coordinator.Who, i.ID))
		if got, err := association.InvitationByID(ctx, d, h.Program, i.ID); err != nil || got.Accepted.IsZero() {
			t.Errorf("what is kept of it: %+v, %v", got, err)
		}
		if !h.As(accepted.Person).Who.Member {
			t.Error("the member was taken back")
		}
	})
}

// Holding the link proves the address, not who is signed in on that browser,
// and gives nobody less than they had.
func TestAcceptTakesNothingAway(t *testing.T) {
	dbtest.Run(t, post, func(ctx context.Context, t *testing.T, d *db.DB, _ *dbtest.Clock) {
		h := housetest.New(ctx, t, d)
		token := invite(ctx, t, d, h, association.Invitation{Email: h.Referent.Email, Coordinator: true})
		accepted, err := association.Accept(ctx, d, token, "Un autre nom")
		housetest.Must(t, err)
		m, err := association.MemberByID(ctx, d, h.Program, h.Referent.ID)
		housetest.Must(t, err)
		if accepted.Person.ID != h.Referent.ID || accepted.Fresh || !m.Referent || !m.Coordinator || m.Name != h.Referent.Name {
			t.Errorf("the referent is now %+v", m)
		}
	})
}

func TestInvitationsAreForCoordination(t *testing.T) {
	dbtest.Run(t, post, func(ctx context.Context, t *testing.T, d *db.DB, _ *dbtest.Clock) {
		h := housetest.New(ctx, t, d)
		token := invite(ctx, t, d, h, association.Invitation{Email: h.Address("Lou")})
		_, i, err := association.OpenInvitation(ctx, d, token)
		housetest.Must(t, err)
		for who, a := range h.Everybody() {
			t.Run(who, func(t *testing.T) {
				inviteErr := association.Invite(ctx, d, a, association.Invitation{Email: h.Address("Lou")})
				_, listErr := association.Invitations(ctx, d, a)
				if who == housetest.Coordinator || who == housetest.Program {
					housetest.Must(t, inviteErr)
					housetest.Must(t, listErr)
					return
				}
				housetest.Refused(t, inviteErr, fault.Forbidden, "fault.forbidden")
				housetest.Refused(t, listErr, fault.Forbidden, "fault.forbidden")
				housetest.Refused(t, association.TakeBack(ctx, d, a, i.ID), fault.Forbidden, "fault.forbidden")
			})
		}
		if _, err := association.Accept(ctx, d, token, "Lou"); err != nil {
			t.Errorf("after all of that: %v", err)
		}
		housetest.Drain(ctx, t, d, map[string]jobs.Handler{"post": event.Handler(func(context.Context, *db.DB, event.Event) error { return nil })})
	})
}

func TestInviteRefusesAForm(t *testing.T) {
	dbtest.Run(t, post, func(ctx context.Context, t *testing.T, d *db.DB, _ *dbtest.Clock) {
		h := housetest.New(ctx, t, d)
		err := association.Invite(ctx, d, h.Coordinator.Who, association.Invitation{Email: "lou", Name: strings.Repeat("é", people.NameLimit+1)})
		housetest.RefusedField(t, err, "email: fault.email", "name: fault.field.long")
		token := invite(ctx, t, d, h, association.Invitation{Email: h.Address("Lou")})
		for name, want := range map[string]string{" \u200b": "name: fault.field.empty", strings.Repeat("é", people.NameLimit+1): "name: fault.field.long"} {
			_, err := association.Accept(ctx, d, token, name)
			housetest.RefusedField(t, err, want)
		}
		if _, err := association.Accept(ctx, d, token, "Lou"); err != nil {
			t.Errorf("a refused form used the invitation: %v", err)
		}
	})
}

func TestOpeningAnInvitationTellsAFailureFromAnEnd(t *testing.T) {
	dbtest.Run(t, post, func(ctx context.Context, t *testing.T, d *db.DB, _ *dbtest.Clock) {
		h := housetest.New(ctx, t, d)
		token := invite(ctx, t, d, h, association.Invitation{Email: h.Address("Lou")})
		broken, cancel := context.WithCancel(ctx)
		cancel()
		if _, _, err := association.OpenInvitation(broken, d, token); err == nil || fault.Is(err, fault.Gone) {
			t.Errorf("got %v", err)
		}
	})
}
