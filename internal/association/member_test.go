package association_test

import (
	"context"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"mainforte/internal/actor"
	"mainforte/internal/association"
	"mainforte/internal/db"
	"mainforte/internal/db/dbtest"
	"mainforte/internal/fault"
	"mainforte/internal/housetest"
	"mainforte/internal/people"
)

// member is what the house knows of somebody.
func member(ctx context.Context, t testing.TB, d *db.DB, h *housetest.House, person db.ID) association.Member {
	t.Helper()
	m, err := association.MemberByID(ctx, d, h.Program, person)
	housetest.Must(t, err)
	return m
}

// save changes what the house knows of somebody, as its coordinator.
func save(ctx context.Context, t testing.TB, d *db.DB, h *housetest.House, person db.ID, change func(*association.Member)) error {
	t.Helper()
	m := member(ctx, t, d, h, person)
	change(&m)
	return association.SaveMember(ctx, d, h.Coordinator.Who, m)
}

func TestActSaysWhatSomebodyIs(t *testing.T) {
	dbtest.Run(t, nil, func(ctx context.Context, t *testing.T, d *db.DB, _ *dbtest.Clock) {
		h := housetest.New(ctx, t, d)
		type can struct{ Belongs, Refers, Coordinates bool }
		want := map[string]can{
			housetest.Visitor: {}, housetest.Stranger: {}, housetest.Neighbour: {}, housetest.Operator: {}, housetest.Gone: {},
			housetest.Sympathiser: {Belongs: true}, housetest.Volunteer: {Belongs: true},
			housetest.Answerer: {true, true, false}, housetest.Deputy: {true, true, false}, housetest.Referent: {true, true, false},
			housetest.Coordinator: {true, true, true}, housetest.Program: {true, true, true},
		}
		got := map[string]can{}
		for who, a := range h.Everybody() {
			got[who] = can{a.Belongs(), a.Refers(), a.Coordinates()}
			if a.Association != h.ID {
				t.Errorf("%s acts in another association", who)
			}
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Error(diff)
		}
	})
}

// Who sleeps, or stays near without duties, keeps a place and no keys.
func TestKeysAreForWhoIsActive(t *testing.T) {
	dbtest.Run(t, nil, func(ctx context.Context, t *testing.T, d *db.DB, _ *dbtest.Clock) {
		h := housetest.New(ctx, t, d)
		zoe := h.Member("Zoé", association.Member{Referent: true, Coordinator: true})
		for _, status := range []association.Status{association.Dormant, association.Sympathiser} {
			housetest.Must(t, save(ctx, t, d, h, zoe.ID, func(m *association.Member) { m.Status = status }))
			if who := h.As(zoe.Person).Who; !who.Member || who.Referent || who.Coordinator {
				t.Errorf("%s: they are %+v", status, who)
			}
		}
		housetest.Must(t, save(ctx, t, d, h, zoe.ID, func(m *association.Member) { m.Status = association.Active }))
		memberships, err := association.Memberships(ctx, d, zoe.ID)
		housetest.Must(t, err)
		if diff := cmp.Diff(zoe.Who, h.As(zoe.Person).Who); diff != "" || len(memberships) != 1 || memberships[0].Actor() != zoe.Who {
			t.Errorf("awake again, they are %+v: %s", memberships, diff)
		}
	})
}

func TestMembersAreForCoordination(t *testing.T) {
	dbtest.Run(t, nil, func(ctx context.Context, t *testing.T, d *db.DB, _ *dbtest.Clock) {
		h := housetest.New(ctx, t, d)
		lists := map[string]func(actor.Actor) error{
			"members":   func(a actor.Actor) error { _, err := association.Members(ctx, d, a, 0, 10); return err },
			"answerers": func(a actor.Actor) error { _, err := association.Answerers(ctx, d, a); return err },
			"one":       func(a actor.Actor) error { _, err := association.MemberByID(ctx, d, a, h.Volunteer.ID); return err },
			"saving": func(a actor.Actor) error {
				return association.SaveMember(ctx, d, a, association.Member{Person: h.Second.ID, Name: "Maël", Status: association.Active})
			},
		}
		coordination := []string{housetest.Coordinator, housetest.Program}
		answering := append([]string{housetest.Answerer, housetest.Deputy, housetest.Referent}, coordination...)
		belonging := append([]string{housetest.Sympathiser, housetest.Volunteer}, answering...)
		allowed := map[string][]string{"members": coordination, "saving": coordination, "answerers": answering, "one": belonging}
		for who, a := range h.Everybody() {
			for what, list := range lists {
				err := list(a)
				switch {
				case slices.Contains(allowed[what], who):
					if err != nil {
						t.Errorf("%s, %s: %v", who, what, err)
					}
				case what == "one": // nobody learns who is a member
					housetest.Refused(t, err, fault.Missing, "fault.missing")
				default:
					housetest.Refused(t, err, fault.Forbidden, "fault.forbidden")
				}
			}
		}
	})
}

func TestMembersArePagedAndTheirOwn(t *testing.T) {
	dbtest.Run(t, nil, func(ctx context.Context, t *testing.T, d *db.DB, _ *dbtest.Clock) {
		h, other := housetest.New(ctx, t, d), housetest.New(ctx, t, d)
		var got []db.ID
		for after := db.ID(0); ; {
			page, err := association.Members(ctx, d, h.Coordinator.Who, after, 2)
			housetest.Must(t, err)
			if len(page) == 0 {
				break
			}
			for _, m := range page {
				got, after = append(got, m.Person), m.Person
			}
		}
		want := []db.ID{h.Coordinator.ID, h.Referent.ID, h.Deputy.ID, h.Answerer.ID, h.Volunteer.ID, h.Second.ID}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Error(diff)
		}
		for _, person := range []db.ID{other.Volunteer.ID, h.Stranger.ID} {
			_, err := association.MemberByID(ctx, d, h.Coordinator.Who, person)
			housetest.Refused(t, err, fault.Missing, "fault.missing")
			err = association.SaveMember(ctx, d, h.Coordinator.Who, association.Member{Person: person, Name: "Nour", Status: association.Former})
			housetest.Refused(t, err, fault.Missing, "fault.missing")
		}
		names, err := association.Names(ctx, d, h.Visitor, h.Referent.ID, other.Referent.ID, h.Stranger.ID, 0)
		housetest.Must(t, err)
		if diff := cmp.Diff(map[db.ID]string{h.Referent.ID: h.Referent.Name}, names); diff != "" {
			t.Error(diff)
		}
	})
}

func TestAnswerersAreActiveAndReferentsFirst(t *testing.T) {
	dbtest.Run(t, nil, func(ctx context.Context, t *testing.T, d *db.DB, clock *dbtest.Clock) {
		h := housetest.New(ctx, t, d)
		clock.Advance(time.Hour)
		second := h.Member("Zoé", association.Member{Coordinator: true})
		late := h.Member("Yann", association.Member{Referent: true})
		housetest.Must(t, save(ctx, t, d, h, h.Deputy.ID, func(m *association.Member) { m.Status = association.Dormant }))
		all, err := association.Answerers(ctx, d, h.Referent.Who)
		housetest.Must(t, err)
		var got []string
		for _, m := range all {
			got = append(got, m.Name)
		}
		if diff := cmp.Diff([]string{h.Referent.Name, h.Answerer.Name, late.Name, h.Coordinator.Name, second.Name}, got); diff != "" {
			t.Error(diff)
		}
	})
}

func TestJoinTakesNothingFromAMember(t *testing.T) {
	dbtest.Run(t, nil, func(ctx context.Context, t *testing.T, d *db.DB, clock *dbtest.Clock) {
		h := housetest.New(ctx, t, d)
		before := member(ctx, t, d, h, h.Referent.ID)
		clock.Advance(time.Hour)
		housetest.Must(t, association.Join(ctx, d, h.Program, association.Member{Person: h.Referent.ID, Name: "Un autre nom"}))
		if diff := cmp.Diff(before, member(ctx, t, d, h, h.Referent.ID)); diff != "" {
			t.Error(diff)
		}
		housetest.Must(t, save(ctx, t, d, h, h.Referent.ID, func(m *association.Member) { m.Status = association.Dormant }))
		housetest.Must(t, association.Join(ctx, d, h.Program, association.Member{Person: h.Referent.ID}))
		if diff := cmp.Diff(before, member(ctx, t, d, h, h.Referent.ID)); diff != "" {
			t.Errorf("who slept woke as %s", diff)
		}
	})
}

func TestWhoComesBackBeginsWithoutRoles(t *testing.T) {
	dbtest.Run(t, nil, func(ctx context.Context, t *testing.T, d *db.DB, clock *dbtest.Clock) {
		h := housetest.New(ctx, t, d)
		zoe := h.Member("Zoé", association.Member{Referent: true, Coordinator: true})
		joined := d.Now()
		housetest.Must(t, association.Leave(ctx, d, zoe.Who))
		clock.Advance(time.Hour)
		housetest.Must(t, association.Join(ctx, d, h.Program, association.Member{Person: zoe.ID, Name: "Zoé B.", Referent: true}))
		want := association.Member{Person: zoe.ID, Name: "Zoé", Status: association.Active, Referent: true, Joined: joined}
		if diff := cmp.Diff(want, member(ctx, t, d, h, zoe.ID)); diff != "" {
			t.Error(diff)
		}
	})
}

// Who left is not brought back without taking part in it.
func TestWhoLeftIsNotSaved(t *testing.T) {
	dbtest.Run(t, nil, func(ctx context.Context, t *testing.T, d *db.DB, _ *dbtest.Clock) {
		h := housetest.New(ctx, t, d)
		housetest.Must(t, association.Leave(ctx, d, h.Volunteer.Who))
		err := save(ctx, t, d, h, h.Volunteer.ID, func(m *association.Member) { m.Status = association.Active })
		housetest.Refused(t, err, fault.Conflict, "fault.member_left")
		if got := member(ctx, t, d, h, h.Volunteer.ID).Status; got != association.Former {
			t.Errorf("they are %s", got)
		}
	})
}

func TestIntroduceSaysANameWhereNoneIsKnown(t *testing.T) {
	dbtest.Run(t, nil, func(ctx context.Context, t *testing.T, d *db.DB, _ *dbtest.Clock) {
		h, other := housetest.New(ctx, t, d), housetest.New(ctx, t, d)
		housetest.Must(t, association.Join(ctx, d, h.Program, association.Member{Person: h.Stranger.ID}))
		housetest.Must(t, association.Join(ctx, d, other.Program, association.Member{Person: h.Stranger.ID, Name: "Renarde"}))
		housetest.Must(t, association.Introduce(ctx, d, h.Stranger.ID, " Inès\u202e "))
		if here, there := member(ctx, t, d, h, h.Stranger.ID).Name, member(ctx, t, d, other, h.Stranger.ID).Name; here != "Inès" || there != "Renarde" {
			t.Errorf("they are %q here and %q there", here, there)
		}
		if got := member(ctx, t, d, h, h.Volunteer.ID).Name; got != h.Volunteer.Name {
			t.Errorf("somebody else is now %q", got)
		}
	})
}

func TestTwoWhoJoinTheSamePersonAtOnce(t *testing.T) {
	dbtest.Run(t, nil, func(ctx context.Context, t *testing.T, d *db.DB, _ *dbtest.Clock) {
		h := housetest.New(ctx, t, d)
		var all sync.WaitGroup
		for i := range 4 {
			all.Go(func() {
				m := association.Member{Person: h.Stranger.ID, Name: "Inès", Referent: i == 1, Coordinator: i == 2}
				if err := association.Join(ctx, d, h.Program, m); err != nil {
					t.Error(err)
				}
			})
		}
		all.Wait()
		if m := member(ctx, t, d, h, h.Stranger.ID); !m.Referent || !m.Coordinator {
			t.Errorf("one of them was lost: %+v", m)
		}
	})
}

func TestLeave(t *testing.T) {
	dbtest.Run(t, nil, func(ctx context.Context, t *testing.T, d *db.DB, _ *dbtest.Clock) {
		h, other := housetest.New(ctx, t, d), housetest.New(ctx, t, d)
		housetest.Must(t, association.Join(ctx, d, other.Program, association.Member{Person: h.Referent.ID, Name: "Rachid"}))
		housetest.Must(t, association.Leave(ctx, d, h.Referent.Who))
		left := member(ctx, t, d, h, h.Referent.ID)
		if left.Status != association.Former || left.Referent || left.Coordinator {
			t.Errorf("who left is %+v", left)
		}
		if h.As(h.Referent.Person).Who.Member {
			t.Error("who left is a member")
		}
		if member(ctx, t, d, other, h.Referent.ID).Status != association.Active {
			t.Error("they left another association too")
		}
		for _, who := range []actor.Actor{h.Visitor, h.Stranger.Who, h.Program} {
			housetest.Refused(t, association.Leave(ctx, d, who), fault.Forbidden, "fault.forbidden")
		}
	})
}

// A name may be missing: of somebody who signed in by a link and made an
// association before saying who they are. Leaving asks nothing.
func TestWhoHasNoNameCanLeave(t *testing.T) {
	dbtest.Run(t, nil, func(ctx context.Context, t *testing.T, d *db.DB, _ *dbtest.Clock) {
		h := housetest.New(ctx, t, d)
		housetest.Must(t, association.Join(ctx, d, h.Program, association.Member{Person: h.Stranger.ID}))
		housetest.Must(t, association.Leave(ctx, d, h.As(h.Stranger.Person).Who))
		if got := member(ctx, t, d, h, h.Stranger.ID).Status; got != association.Former {
			t.Errorf("they are %s", got)
		}
	})
}

func TestOneActiveCoordinatorRemains(t *testing.T) {
	for _, c := range []struct {
		name string
		end  func(context.Context, testing.TB, *db.DB, *housetest.House) error
	}{
		{"leaving", func(ctx context.Context, t testing.TB, d *db.DB, h *housetest.House) error {
			return association.Leave(ctx, d, h.Coordinator.Who)
		}},
		{"giving up the role", func(ctx context.Context, t testing.TB, d *db.DB, h *housetest.House) error {
			return save(ctx, t, d, h, h.Coordinator.ID, func(m *association.Member) { m.Coordinator = false })
		}},
		{"going to sleep", func(ctx context.Context, t testing.TB, d *db.DB, h *housetest.House) error {
			return save(ctx, t, d, h, h.Coordinator.ID, func(m *association.Member) { m.Status = association.Dormant })
		}},
		{"being taken out", func(ctx context.Context, t testing.TB, d *db.DB, h *housetest.House) error {
			return save(ctx, t, d, h, h.Coordinator.ID, func(m *association.Member) { m.Status = association.Former })
		}},
		{"erasing oneself", func(ctx context.Context, t testing.TB, d *db.DB, h *housetest.House) error {
			return association.Erase(ctx, d, h.Coordinator.ID)
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			dbtest.Run(t, nil, func(ctx context.Context, t *testing.T, d *db.DB, _ *dbtest.Clock) {
				h := housetest.New(ctx, t, d)
				before := member(ctx, t, d, h, h.Coordinator.ID)
				housetest.Refused(t, c.end(ctx, t, d, h), fault.Conflict, "fault.last_coordinator")
				if diff := cmp.Diff(before, member(ctx, t, d, h, h.Coordinator.ID)); diff != "" {
					t.Errorf("refused, yet %s", diff)
				}
				// One who sleeps does not count; one who is awake does.
				second := h.Member("Zoé", association.Member{Coordinator: true})
				housetest.Must(t, save(ctx, t, d, h, second.ID, func(m *association.Member) { m.Status = association.Dormant }))
				housetest.Refused(t, c.end(ctx, t, d, h), fault.Conflict, "fault.last_coordinator")
				housetest.Must(t, save(ctx, t, d, h, second.ID, func(m *association.Member) { m.Status = association.Active }))
				housetest.Must(t, c.end(ctx, t, d, h))
			})
		})
	}
}

func TestTwoCoordinatorsWhoLeaveAtOnce(t *testing.T) {
	dbtest.Run(t, nil, func(ctx context.Context, t *testing.T, d *db.DB, _ *dbtest.Clock) {
		for range 5 {
			h := housetest.New(ctx, t, d)
			both := []housetest.Person{h.Coordinator, h.Member("Zoé", association.Member{Coordinator: true})}
			errs := make([]error, len(both))
			var all sync.WaitGroup
			for i, p := range both {
				all.Go(func() { errs[i] = association.Leave(ctx, d, p.Who) })
			}
			all.Wait()
			if errs[0] == nil {
				errs[0], errs[1] = errs[1], errs[0]
			}
			housetest.Must(t, errs[1])
			housetest.Refused(t, errs[0], fault.Conflict, "fault.last_coordinator")
		}
	})
}

func TestSaveMemberChecksTheForm(t *testing.T) {
	dbtest.Run(t, nil, func(ctx context.Context, t *testing.T, d *db.DB, _ *dbtest.Clock) {
		h := housetest.New(ctx, t, d)
		for want, change := range map[string]func(*association.Member){
			"name: fault.field.empty": func(m *association.Member) { m.Name = " \u200b" },
			"name: fault.field.long":  func(m *association.Member) { m.Name = strings.Repeat("é", people.NameLimit+1) },
			"status: fault.choice":    func(m *association.Member) { m.Status = "admin" },
		} {
			housetest.RefusedField(t, save(ctx, t, d, h, h.Volunteer.ID, change), want)
		}
		housetest.Must(t, save(ctx, t, d, h, h.Volunteer.ID, func(m *association.Member) {
			m.Name, m.Status, m.Referent, m.Coordinator = " N.  B. ", association.Former, true, true
		}))
		want := association.Member{Person: h.Volunteer.ID, Name: "N. B.", Status: association.Former, Joined: d.Now()}
		if diff := cmp.Diff(want, member(ctx, t, d, h, h.Volunteer.ID)); diff != "" {
			t.Errorf("who left keeps no role: %s", diff)
		}
	})
}

func TestRenameIsOneself(t *testing.T) {
	dbtest.Run(t, nil, func(ctx context.Context, t *testing.T, d *db.DB, _ *dbtest.Clock) {
		h := housetest.New(ctx, t, d)
		before := member(ctx, t, d, h, h.Referent.ID)
		housetest.Must(t, association.Rename(ctx, d, h.Referent.Who, " Petit  Renard "))
		before.Name = "Petit Renard"
		if diff := cmp.Diff(before, member(ctx, t, d, h, h.Referent.ID)); diff != "" {
			t.Error(diff)
		}
		housetest.RefusedField(t, association.Rename(ctx, d, h.Referent.Who, ""), "name: fault.field.empty")
		for _, who := range []actor.Actor{h.Visitor, h.Stranger.Who, h.Program} {
			housetest.Refused(t, association.Rename(ctx, d, who, "Nour"), fault.Forbidden, "fault.forbidden")
		}
		if p, err := people.ByID(ctx, d, h.Referent.ID); err != nil || p.Name != h.Referent.Name {
			t.Errorf("elsewhere they are %q, %v", p.Name, err)
		}
	})
}

func TestExportAndErase(t *testing.T) {
	dbtest.Run(t, post, func(ctx context.Context, t *testing.T, d *db.DB, _ *dbtest.Clock) {
		h, other := housetest.New(ctx, t, d), housetest.New(ctx, t, d)
		housetest.Must(t, association.Join(ctx, d, other.Program, association.Member{Person: h.Referent.ID, Name: "R."}))
		housetest.Must(t, association.Leave(ctx, d, other.As(h.Referent.Person).Who)) // the name stays there
		token := invite(ctx, t, d, h, association.Invitation{Email: h.Referent.Email, Coordinator: true})

		exported, err := association.Export(ctx, d, h.Referent.ID)
		housetest.Must(t, err)
		want := []association.Exported{
			{Association: h.Name, Name: h.Referent.Name, Status: association.Active, Referent: true, Joined: d.Now()},
			{Association: other.Name, Name: "R.", Status: association.Former, Joined: d.Now()},
		}
		if diff := cmp.Diff(want, exported); diff != "" {
			t.Errorf("exported: %s", diff)
		}
		memberships, err := association.Memberships(ctx, d, h.Referent.ID)
		if err != nil || len(memberships) != 1 || memberships[0].Association.ID != h.ID || memberships[0].Member.Name != h.Referent.Name {
			t.Errorf("member of %+v, %v", memberships, err)
		}

		housetest.Must(t, association.Erase(ctx, d, h.Referent.ID))

		for _, h := range []*housetest.House{h, other} {
			m := member(ctx, t, d, h, memberships[0].Person)
			if m.Name != "" || m.Status != association.Former || m.Referent || m.Coordinator {
				t.Errorf("what is left: %+v", m)
			}
		}
		gone(ctx, t, d, token)
		if m := member(ctx, t, d, h, h.Deputy.ID); m.Name != h.Deputy.Name {
			t.Errorf("somebody else is now %+v", m)
		}
		housetest.Must(t, association.Erase(ctx, d, h.Referent.ID)) // twice does no harm
	})
}
