// Package association holds associations, their members and what each member
// does there. An association is the tenant: everything else belongs to one.
package association

import (
	"context"
	"time"

	"mainforte/internal/actor"
	"mainforte/internal/db"
	"mainforte/internal/event"
	"mainforte/internal/fault"
	"mainforte/internal/i18n"
	"mainforte/internal/people"
	"mainforte/internal/words"
)

// Changed happens when what an association says of itself has changed.
const Changed = "association.changed"

// Association is the organisation that uses Mainforte.
type Association struct {
	ID   db.ID
	Slug string
	Settings
	Created time.Time
}

// Settings are what an association decides about itself.
type Settings struct {
	Name string
	// Purpose says in a sentence or two what it does.
	Purpose string
	// Place is where it is, in words: « Nantes et partout ».
	Place    string
	Language i18n.Language
	// TimeZone is an IANA name; delays end at its midnights.
	TimeZone string
	// AnswerDays is the promise: how many full days an answer may take.
	AnswerDays int
}

// Defaults and limits of the settings. Seven days is what volunteers
// themselves called a normal delay.
const (
	DefaultAnswerDays = 7
	MostAnswerDays    = 60
	DefaultZone       = "Europe/Paris"
	NameLimit         = 100
	PurposeLimit      = 400
	PlaceLimit        = 100
)

// Zone is where the association's days begin and end.
func (s Settings) Zone() *time.Location { return i18n.Zone(s.TimeZone) }

// Due is the instant by which something that happens at a time is promised an
// answer.
func (s Settings) Due(from time.Time) time.Time {
	return i18n.Deadline(from, s.AnswerDays, s.Zone())
}

const columns = `id, slug, name, purpose, place, language, time_zone, answer_days, created_at`

func scan(a *Association) []any {
	return []any{&a.ID, &a.Slug, &a.Name, &a.Purpose, &a.Place, &a.Language, &a.TimeZone, &a.AnswerDays, db.At(&a.Created)}
}

var (
	qBySlug = db.Across("association.by_slug", "the address names the association before anybody acts in it",
		`SELECT `+columns+` FROM association WHERE slug = $1`, scan)

	qByID = db.SQL("association.by_id",
		`SELECT `+columns+` FROM association WHERE id = $1`, scan)

	qPublic = db.Across("association.public", "the instance's home lists its associations",
		`SELECT `+columns+` FROM association WHERE id > $1 ORDER BY id LIMIT $2`, scan)

	qInsert = db.DoAcross("association.insert", "it makes the tenant",
		`INSERT INTO association (id, slug, name, purpose, place, language, time_zone, answer_days, created_at)
		 VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) ON CONFLICT (slug) DO NOTHING`)

	qSave = db.Do("association.save",
		`UPDATE association SET name = $2, purpose = $3, place = $4, language = $5, time_zone = $6, answer_days = $7
		 WHERE id = $1`)

	qLock = db.SQL("association.lock",
		`UPDATE association SET slug = slug WHERE id = $1 RETURNING `+columns, scan)
)

// BySlug gives the association that an address names. Anybody may ask; what
// they then see is decided where it is shown.
func BySlug(ctx context.Context, d *db.DB, slug string) (Association, error) {
	if !words.IsSlug(slug) { // PostgreSQL takes no odd bytes, not even to look for them
		return Association{}, fault.New(fault.Missing, "fault.missing")
	}
	a, found, err := db.Maybe(qBySlug.One(ctx, d, slug))
	if err == nil && !found {
		err = fault.New(fault.Missing, "fault.missing")
	}
	return a, err
}

// Get gives the association in which somebody acts.
func Get(ctx context.Context, d *db.DB, who actor.Actor) (Association, error) {
	a, found, err := db.Maybe(qByID.One(ctx, d, who))
	if err == nil && !found {
		err = fault.New(fault.Missing, "fault.missing")
	}
	return a, err
}

// Hold takes the association's row, within a transaction. Whoever writes what
// depends on its members or its settings takes it first, so that a referent who
// leaves or a name that changes meanwhile is not missed.
func Hold(ctx context.Context, d *db.DB, who actor.Actor) (Association, error) {
	a, found, err := db.Maybe(qLock.One(ctx, d, who))
	if err == nil && !found {
		err = fault.New(fault.Missing, "fault.missing")
	}
	return a, err
}

// Public lists the associations of the instance after a key, in the order in
// which they came. Anybody may ask.
func Public(ctx context.Context, d *db.DB, after db.ID, limit int) ([]Association, error) {
	return qPublic.All(ctx, d, int64(after), limit)
}

// Create makes an association, whose first coordinator is the person given. An
// empty slug is made from the name; one that is given must be free. For the
// program, an operator, and any person signed in where the operator lets
// associations come by themselves, which the door knows.
func Create(ctx context.Context, d *db.DB, who actor.Actor, slug string, s Settings, coordinator people.Person) (Association, error) {
	if !who.Program && !who.Operator && who.Person == 0 {
		return Association{}, fault.New(fault.SignedOut, "fault.signed_out")
	}
	if s.AnswerDays == 0 {
		s.AnswerDays = DefaultAnswerDays
	}
	if s.TimeZone == "" {
		s.TimeZone = DefaultZone
	}
	s, err := s.check()
	if err != nil {
		return Association{}, err
	}
	a := Association{Slug: slug, Settings: s}
	err = d.Write(ctx, func(d *db.DB) error {
		a.ID, a.Created = d.NewID(), d.Now()
		if a.Slug, err = insert(ctx, d, a); err != nil {
			return err
		}
		name := coordinator.Name
		m := Member{Person: coordinator.ID, Name: name, Status: Active, Referent: true, Coordinator: true}
		return insertMember(ctx, d, actor.System(a.ID), m)
	})
	return a, err
}

// insert takes the slug asked for, or the first free one made from the name.
func insert(ctx context.Context, d *db.DB, a Association) (string, error) {
	asked := a.Slug
	if asked == "" {
		a.Slug = words.Slug(a.Name)
		if len(a.Slug) < 2 {
			a.Slug = "association"
		}
	} else if asked != words.Slug(asked) {
		return "", fault.New(fault.Invalid, "fault.slug_shape", "slug", asked)
	}
	for slug := range words.Numbered(a.Slug) {
		n, err := qInsert.Run(ctx, d, a.ID, slug, a.Name, a.Purpose, a.Place, a.Language, a.TimeZone, a.AnswerDays, a.Created)
		if err != nil || n == 1 {
			return slug, err
		}
		if asked != "" {
			return "", fault.New(fault.Conflict, "fault.slug_taken", "slug", asked)
		}
	}
	return "", fault.New(fault.Conflict, "fault.slug_taken", "slug", a.Slug)
}

// Save changes the settings. For coordination.
func Save(ctx context.Context, d *db.DB, who actor.Actor, s Settings) error {
	if !who.Coordinates() {
		return fault.New(fault.Forbidden, "fault.forbidden")
	}
	s, err := s.check()
	if err != nil {
		return err
	}
	return d.Write(ctx, func(d *db.DB) error {
		if _, err := qSave.Run(ctx, d, who, s.Name, s.Purpose, s.Place, s.Language, s.TimeZone, s.AnswerDays); err != nil {
			return err
		}
		return event.Record(ctx, d, who, Changed, who.Association, 0)
	})
}

func (s Settings) check() (Settings, error) {
	s.Name, s.Purpose, s.Place = words.Line(s.Name), words.Block(s.Purpose), words.Line(s.Place)
	s.Language = i18n.In(s.Language).Language()
	var check fault.Check
	check.Length("name", s.Name, true, NameLimit)
	check.Length("purpose", s.Purpose, false, PurposeLimit)
	check.Length("place", s.Place, false, PlaceLimit)
	check.Unless(s.AnswerDays >= 1 && s.AnswerDays <= MostAnswerDays, "answer_days", "fault.answer_days", "most", MostAnswerDays)
	_, err := time.LoadLocation(s.TimeZone)
	check.Unless(err == nil && s.TimeZone != "" && s.TimeZone != "Local", "time_zone", "fault.time_zone")
	return s, check.Err()
}
