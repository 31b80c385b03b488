package demo_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"mainforte/internal/actor"
	"mainforte/internal/association"
	"mainforte/internal/db"
	"mainforte/internal/db/dbtest"
	"mainforte/internal/demo"
	"mainforte/internal/event"
	"mainforte/internal/i18n"
	"mainforte/internal/jobs"
	"mainforte/internal/mission"
	"mainforte/internal/offer"
	"mainforte/internal/people"
)

var qAddresses = db.Across("demotest.addresses", "the test sees everybody",
	`SELECT email FROM person ORDER BY email`, db.Value[string])

// built is a world, read back.
type built struct {
	d      *db.DB
	clock  *demo.Clock
	cast   []demo.Character
	houses []house
	// addresses are those of every person.
	addresses []string
	// mails are the jobs that would write one, by the kind of event.
	mails map[string]int
}

// house is an association and all that happened there.
type house struct {
	association.Association
	members  []association.Member
	missions []mission.Mission
	offers   []offer.Story
}

// subscribers are what changes the world and one job for each event that mails
// follow.
var subscribers = map[string][]string{
	association.MemberChanged: {"mission.replace"},
	association.Changed:       {"mission.relist"},
	association.Invited:       {"mail"},
	offer.Made:                {"mail"},
	offer.Answered:            {"mail"},
	offer.Replied:             {"mail"},
	offer.TakenBack:           {"mail"},
}

// at gives a clock that shows an instant, and goes on from there.
func at(present time.Time) *demo.Clock {
	clock := new(demo.Clock)
	clock.Move(present.Sub(clock.Now()))
	return clock
}

// build makes the world in a database of its own.
func build(t *testing.T, engine db.Engine, present time.Time) built {
	t.Helper()
	ctx := t.Context()
	b := built{clock: at(present), mails: map[string]int{}}
	b.d = open(t, engine, b.clock)
	mail := func(_ context.Context, d *db.DB, e event.Event) error {
		b.mails[e.Kind]++
		if late := d.Now().Sub(e.At); late < 0 || late > time.Minute {
			t.Errorf("the mail of %s would be written %s after it", e.Kind, late)
		}
		return nil
	}
	runner := jobs.NewRunner(b.d, map[string]jobs.Handler{
		"mission.replace": event.Handler(mission.Replace),
		"mission.relist":  event.Handler(mission.Relist),
		"mail":            event.Handler(mail),
	}, nil, slog.New(slog.DiscardHandler))
	var err error
	if b.cast, err = demo.Build(ctx, b.d, b.clock, runner.Drain); err != nil {
		t.Fatal(err)
	}
	if waiting, err := jobs.Waiting(ctx, b.d); err != nil || waiting > 0 {
		t.Errorf("%d jobs are left, %v", waiting, err)
	}
	if b.addresses, err = qAddresses.All(ctx, b.d); err != nil {
		t.Fatal(err)
	}
	all, err := association.Public(ctx, b.d, 0, 100)
	if err != nil {
		t.Fatal(err)
	}
	for _, a := range all {
		b.houses = append(b.houses, read(ctx, t, b.d, a))
	}
	return b
}

func open(t *testing.T, engine db.Engine, clock *demo.Clock) *db.DB {
	t.Helper()
	d, err := db.Open(t.Context(), dbtest.Fresh(t, engine), db.Options{Now: clock.Now, Subscribers: subscribers})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = d.Close() })
	if _, err := d.Migrate(t.Context()); err != nil {
		t.Fatal(err)
	}
	return d
}

func read(ctx context.Context, t *testing.T, d *db.DB, a association.Association) house {
	t.Helper()
	h := house{Association: a}
	who := actor.System(a.ID)
	var err error
	if h.members, err = association.Members(ctx, d, who, 0, 1000); err != nil {
		t.Fatal(err)
	}
	if h.missions, err = mission.All(ctx, d, who, 0, 1000); err != nil {
		t.Fatal(err)
	}
	for _, m := range h.missions {
		made, err := offer.OfMission(ctx, d, who, m, 0, 1000)
		if err != nil {
			t.Fatal(err)
		}
		for _, o := range made {
			story, err := offer.Read(ctx, d, who, o.ID)
			if err != nil {
				t.Fatal(err)
			}
			h.offers = append(h.offers, story)
		}
	}
	return h
}

// One world on each engine is looked at from every side.
func TestTheWorld(t *testing.T) {
	var facts []string
	for _, engine := range []db.Engine{db.SQLite, db.Postgres} {
		t.Run(string(engine), func(t *testing.T) {
			b := build(t, engine, dbtest.Start)
			for _, side := range []struct {
				name string
				look func(ctx context.Context, t *testing.T, b built)
			}{
				{"holds one of everything", holdsOneOfEverything},
				{"has a desk with every kind of wait", hasAFullDesk},
				{"has characters who are who they are said to be", hasCharacters},
				{"has somebody who followed a redirection", hasAFollower},
				{"is nobody real and well written", isWellWritten},
			} {
				t.Run(side.name, func(t *testing.T) { side.look(t.Context(), t, b) })
			}
			if facts == nil {
				facts = b.facts()
				b = build(t, engine, dbtest.Start)
			}
			if diff := cmp.Diff(facts, b.facts()); diff != "" {
				t.Errorf("two worlds begun at the same hour differ: %s", diff)
			}
		})
	}
}

func holdsOneOfEverything(_ context.Context, t *testing.T, b built) {
	delays := map[string]int{}
	missions, offers, members := map[any]int{}, map[any]int{}, map[any]int{}
	total, entries := 0, 0
	for _, h := range b.houses {
		delays[h.Slug] = h.AnswerDays
		for _, m := range h.members {
			members[m.Status]++
			members[m.Role()]++
		}
		for _, m := range h.missions {
			total++
			missions[m.State]++
			missions[m.Visibility]++
			missions[m.Trust]++
			if m.Entry && m.State == mission.Open {
				entries++
			}
		}
		for _, o := range h.offers {
			offers[o.State]++
			if !o.Waits(b.d.Now()) && len(o.Messages) < 2 && o.State != offer.Withdrawn {
				t.Errorf("%s has been answered without a word", o.Name)
			}
		}
	}
	if diff := cmp.Diff(map[string]int{"les-veilleuses": 7, "roue-libre": 5, "les-mains-vertes": 10}, delays); diff != "" {
		t.Errorf("the promises: %s", diff)
	}
	if n := len(b.addresses); n < 35 || n > 45 {
		t.Errorf("%d persons", n)
	}
	if total < 15 || total > 20 || entries < 5 || 2*missions[mission.Open] <= total {
		t.Errorf("%d missions, %d of them open and %d to begin with", total, missions[mission.Open], entries)
	}
	for _, state := range []mission.State{mission.Draft, mission.Open, mission.Paused, mission.Filled, mission.Done} {
		if missions[state] == 0 {
			t.Errorf("no mission is %s", state)
		}
	}
	for _, step := range mission.Trusts {
		if missions[step] == 0 {
			t.Errorf("no mission is for whoever is %s", step)
		}
	}
	for _, visibility := range []mission.Visibility{mission.Members, mission.Unlisted} {
		if missions[visibility] != 1 {
			t.Errorf("%d missions are %s, want one", missions[visibility], visibility)
		}
	}
	for _, state := range []offer.State{
		offer.Waiting, offer.Welcomed, offer.Redirected, offer.Deferred, offer.Declined, offer.Withdrawn,
	} {
		if offers[state] == 0 {
			t.Errorf("no offer is %s", state)
		}
	}
	for _, status := range association.Statuses {
		if members[status] == 0 {
			t.Errorf("no member is %s", status)
		}
	}
	for _, role := range []string{"volunteer", "referent", "coordinator"} {
		if members[role] < 3 {
			t.Errorf("%d members have the role %s", members[role], role)
		}
	}
	for kind, jobs := range subscribers {
		if jobs[0] == "mail" && b.mails[kind] == 0 {
			t.Errorf("no mail follows from %s", kind)
		}
	}
}

// waits are who waits at Les Veilleuses for Camille, the referent, and so for
// Idriss, her deputy.
var waits = map[string]string{
	"Nadia":     "for an answer since day -9, promised by day -2, late",
	"Théophile": "for an answer since day -7, promised by day 0",
	"Yann":      "for a reply since day -4",
	"moineau":   "for an answer since day -3, promised by day 4, unconfirmed",
	"Marc":      "for an answer since day -1, promised by day 6",
	"Inès":      "for an answer since day 0, promised by day 7",
	"Béatrice":  "for an answer since day 0, promised by day 7",
}

func hasAFullDesk(ctx context.Context, t *testing.T, b built) {
	for _, email := range []string{"camille@veilleuses.example", "idriss@veilleuses.example"} {
		if diff := cmp.Diff(waits, b.desk(ctx, t, email)); diff != "" {
			t.Errorf("the desk of %s: %s", email, diff)
		}
	}
}

// desk tells who waits for somebody in the first association, and for what;
// today is day 0.
func (b built) desk(ctx context.Context, t *testing.T, email string) map[string]string {
	t.Helper()
	desk, err := offer.Desk(ctx, b.d, b.enter(ctx, t, b.houses[0], email))
	if err != nil {
		t.Fatal(err)
	}
	now, told := b.d.Now(), map[string]string{}
	day := func(at time.Time) int { return i18n.Days(now, at, i18n.Zone("")) }
	for _, w := range desk {
		line := fmt.Sprintf("for a reply since day %d", day(w.Since(now)))
		if w.Waits(now) {
			line = fmt.Sprintf("for an answer since day %d, promised by day %d", day(w.Since(now)), day(i18n.LastDay(w.Due)))
		}
		if w.Late(now) {
			line += ", late"
		}
		if w.Confirmed.IsZero() {
			line += ", unconfirmed"
		}
		told[w.Name] = line
	}
	return told
}

// enter gives what somebody is within an association.
func (b built) enter(ctx context.Context, t *testing.T, h house, email string) actor.Actor {
	t.Helper()
	p, found, err := people.ByAddress(ctx, b.d, email)
	if err != nil || !found {
		t.Fatalf("%s is not known: %v", email, err)
	}
	who, _, err := association.Act(ctx, b.d, h.ID, p)
	if err != nil {
		t.Fatal(err)
	}
	return who
}

// What must be late, due or back today is so at whatever hour, on whatever day
// the demo is begun.
func TestTheWorldIsTheSameAtAnyHour(t *testing.T) {
	zone := i18n.Zone("")
	for _, present := range []time.Time{
		time.Date(2026, time.November, 22, 23, 58, 0, 0, zone),
		time.Date(2027, time.January, 1, 7, 0, 0, 0, zone),
		time.Date(2027, time.March, 28, 4, 0, 0, 0, zone),    // the clocks have just gone forward
		time.Date(2027, time.October, 31, 12, 0, 0, 0, zone), // and back
		time.Date(2028, time.February, 29, 9, 30, 0, 0, zone),
	} {
		t.Run(present.Format(time.DateTime), func(t *testing.T) {
			b := build(t, db.SQLite, present)
			if diff := cmp.Diff(waits, b.desk(t.Context(), t, "camille@veilleuses.example")); diff != "" {
				t.Error(diff)
			}
		})
	}
	t.Run("just after midnight", func(t *testing.T) {
		b := build(t, db.SQLite, time.Date(2027, time.May, 3, 0, 0, 30, 0, zone))
		want := maps.Clone(waits)
		want["Inès"] = "for an answer since day -1, promised by day 6" // some minutes ago is the day before
		if diff := cmp.Diff(want, b.desk(t.Context(), t, "camille@veilleuses.example")); diff != "" {
			t.Error(diff)
		}
	})
}

func hasCharacters(ctx context.Context, t *testing.T, b built) {
	said := map[string]demo.Character{}
	for _, c := range b.cast {
		said[c.Role] = c
		p, found, err := people.ByAddress(ctx, b.d, c.Email)
		if err != nil || !found || p.Name != c.Name {
			t.Errorf("%s is %q, %v", c.Email, p.Name, err)
		}
		for _, language := range i18n.Languages {
			if !i18n.In(language).Has(c.Role) {
				t.Errorf("%s is not said in %s", c.Role, language)
			}
		}
	}
	if n := len(b.cast); n < 7 || n > 9 || len(said) != n {
		t.Errorf("%d characters in %d roles", n, len(said))
	}
	for role, slug := range map[string]string{
		"demo.role.coordinator": "les-veilleuses", "demo.role.workshop": "roue-libre", "demo.role.garden": "les-mains-vertes",
	} {
		for _, h := range b.houses {
			who := b.enter(ctx, t, h, said[role].Email)
			if who.Coordinates() != (h.Slug == slug) {
				t.Errorf("%s coordinates %s: %v", said[role].Name, h.Name, who.Coordinates())
			}
		}
	}
	veilleuses := b.houses[0]
	for role, want := range map[string]bool{
		"demo.role.referent": true, "demo.role.deputy": true, "demo.role.conversation": false, "demo.role.two": false,
	} {
		who := b.enter(ctx, t, veilleuses, said[role].Email)
		if !who.Member || who.Coordinates() || who.Refers() != want {
			t.Errorf("%s answers for the association: %v", said[role].Name, who.Refers())
		}
	}
	if mine := b.mine(ctx, t, said["demo.role.deferred"].Email); len(mine) != 1 ||
		mine[0].State != offer.Deferred || mine[0].Waits(b.d.Now()) {
		t.Errorf("the deferred offer: %+v", mine)
	}
	mine := b.mine(ctx, t, said["demo.role.conversation"].Email)
	if len(mine) != 1 || mine[0].State != offer.Welcomed || !mine[0].Unread.IsZero() {
		t.Fatalf("the offer of the conversation: %+v", mine)
	}
	i := slices.IndexFunc(veilleuses.offers, func(s offer.Story) bool { return s.ID == mine[0].ID })
	var sides []bool
	for _, m := range veilleuses.offers[i].Messages {
		sides = append(sides, m.FromVolunteer)
	}
	if diff := cmp.Diff([]bool{true, false, true, false, true, false}, sides); diff != "" {
		t.Errorf("who speaks in the conversation: %s", diff)
	}
	two, err := association.Memberships(ctx, b.d, b.person(ctx, t, said["demo.role.two"].Email).ID)
	if err != nil || len(two) != 2 || two[0].Member.Name == two[1].Member.Name {
		t.Errorf("in two associations, under two names: %+v, %v", two, err)
	}
	operator := b.person(ctx, t, said["demo.role.operator"].Email)
	if none, err := association.Memberships(ctx, b.d, operator.ID); err != nil || len(none) > 0 || !operator.Operator {
		t.Errorf("the operator belongs to %+v, %v", none, err)
	}
}

func (b built) person(ctx context.Context, t *testing.T, email string) people.Person {
	t.Helper()
	p, _, err := people.ByAddress(ctx, b.d, email)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func (b built) mine(ctx context.Context, t *testing.T, email string) []offer.Own {
	t.Helper()
	mine, err := offer.Mine(ctx, b.d, b.person(ctx, t, email).ID)
	if err != nil {
		t.Fatal(err)
	}
	return mine
}

// A redirection is followed: the other offer is the same person's, for the
// mission that was proposed.
func hasAFollower(_ context.Context, t *testing.T, b built) {
	all := b.houses[0].offers
	i := slices.IndexFunc(all, func(s offer.Story) bool { return s.State == offer.Redirected })
	if i < 0 || !slices.ContainsFunc(all, func(s offer.Story) bool {
		return s.Mission == all[i].Other && s.Person == all[i].Person && s.Offer.Made.After(all[i].Answered)
	}) {
		t.Error("nobody followed")
	}
}

var (
	addressEnd = regexp.MustCompile(`[@/][\pL\pN.-]+\.(\pL+)`)
	careless   = regexp.MustCompile(`'|"| [:;?!»]|« |[\pL\pN][;?!»]\pL|\.\.\.`)
)

// Nothing here may be somebody real, and all of it is to be read.
func isWellWritten(_ context.Context, t *testing.T, b built) {
	for _, email := range b.addresses {
		if !strings.HasSuffix(email, ".example") {
			t.Errorf("%s may be somebody’s", email)
		}
	}
	for _, text := range b.words() {
		for _, found := range addressEnd.FindAllStringSubmatch(text, -1) {
			if found[1] != "example" {
				t.Errorf("%q leads somewhere: %s", found[0], text)
			}
		}
		if found := careless.FindString(text); found != "" {
			t.Errorf("%q is careless: %s", found, text)
		}
	}
}

// words are all the texts that people wrote, their names and addresses.
func (b built) words() []string {
	var all []string
	for _, h := range b.houses {
		all = append(all, h.Name, h.Purpose, h.Place)
		for _, m := range h.members {
			all = append(all, m.Name)
		}
		for _, m := range h.missions {
			all = append(all, m.Title, m.Need, m.Place)
			for _, text := range mission.Texts {
				all = append(all, *text.Of(&m.More))
			}
		}
		for _, o := range h.offers {
			all = append(all, o.Name, o.Email)
			for _, m := range o.Messages {
				all = append(all, m.Author, m.Words)
			}
		}
	}
	return all
}

// facts are what there is to tell, without IDs, and times to the day.
func (b built) facts() []string {
	day := func(at time.Time) string {
		if at.IsZero() {
			return "never"
		}
		return at.In(i18n.Zone("")).Format(time.DateOnly)
	}
	facts := slices.Concat(b.addresses, b.words())
	for _, h := range b.houses {
		for _, m := range h.members {
			facts = append(facts, fmt.Sprint(m.Name, m.Status, m.Role(), day(m.Joined)))
		}
		for _, m := range h.missions {
			facts = append(facts, fmt.Sprint(m.Title, m.State, m.Visibility, m.Trust, day(m.Created), day(m.Changed)))
		}
		for _, o := range h.offers {
			facts = append(facts, fmt.Sprint(o.OfMission.Title, o.Name, o.State, o.Instead.Slug, day(o.Made), day(o.Due), day(o.Returns),
				day(o.Confirmed), day(o.Answered), day(o.Unread)))
		}
	}
	return facts
}

func TestTheClockShowsThePresentAgain(t *testing.T) {
	broken := errors.New("the mail server has gone")
	for _, c := range []struct {
		name  string
		drain func(context.Context) (int, error)
		want  error
	}{
		{"when all went well", func(context.Context) (int, error) { return 0, nil }, nil},
		{"when it did not", func(context.Context) (int, error) { return 0, broken }, broken},
	} {
		t.Run(c.name, func(t *testing.T) {
			clock, begun := at(dbtest.Start), time.Now()
			_, err := demo.Build(t.Context(), open(t, db.SQLite, clock), clock, c.drain)
			if !errors.Is(err, c.want) {
				t.Errorf("it gave %v", err)
			}
			if off := clock.Now().Sub(dbtest.Start) - time.Since(begun); off.Abs() > time.Second {
				t.Errorf("it is %s off", off)
			}
		})
	}
}
