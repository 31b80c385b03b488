package mission

import (
	"context"
	"encoding/json"
	"strings"

	"mainforte/internal/actor"
	"mainforte/internal/association"
	"mainforte/internal/db"
	"mainforte/internal/event"
	"mainforte/internal/fault"
	"mainforte/internal/words"
)

// Moved happens when a mission changes its state; its subject is the mission.
const Moved = "mission.moved"

var (
	qInsert = db.Do("mission.insert",
		`INSERT INTO mission (association_id, id, slug, state, title, need, place, remote, entry, seats, trust, visibility, more,
		                      referent_id, deputy_id, created_at, changed_at)
		 VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $16)`)

	qSave = db.Do("mission.save",
		`UPDATE mission SET slug = $3, state = $4, title = $5, need = $6, place = $7, remote = $8, entry = $9, seats = $10,
		        trust = $11, visibility = $12, more = $13, referent_id = $14, deputy_id = $15, listing_id = $16, changed_at = $17
		 WHERE association_id = $1 AND id = $2`)

	// The row is taken before it is read, so that two who change a mission
	// at once do so one after the other.
	qLock = db.SQL("mission.lock",
		`UPDATE mission SET changed_at = changed_at WHERE association_id = $1 AND id = $2 RETURNING `+columns, scan)

	qTakeSlug = db.Do("mission.take_slug",
		`INSERT INTO mission_slug (association_id, slug, mission_id) VALUES ($1, $2, $3)
		 ON CONFLICT (association_id, slug) DO NOTHING`)

	qOwnsSlug = db.SQL("mission.owns_slug",
		`SELECT mission_id FROM mission_slug WHERE association_id = $1 AND slug = $2`, db.Value[db.ID])
)

// Write makes a draft. For those who answer: a referent for themselves, or
// for whoever is named as the one who answers.
func Write(ctx context.Context, d *db.DB, who actor.Actor, c Content) (Mission, error) {
	if !who.Refers() {
		return Mission{}, fault.New(fault.Forbidden, "fault.forbidden")
	}
	if c.Referent == 0 {
		c.Referent = who.Person
	}
	var m Mission
	err := d.Write(ctx, func(d *db.DB) error {
		if _, err := association.Hold(ctx, d, who); err != nil {
			return err
		}
		checked, err := checkContent(ctx, d, who, c)
		if err != nil {
			return err
		}
		now := d.Now()
		m = Mission{ID: d.NewID(), State: Draft, Content: checked, Created: now, Changed: now}
		if err := takeSlug(ctx, d, who, &m); err != nil {
			return err
		}
		more, err := json.Marshal(m.More)
		if err != nil {
			return err
		}
		_, err = qInsert.Run(ctx, d, who, m.ID, m.Slug, m.State, m.Title, m.Need, m.Place, m.Remote, m.Entry, m.Seats,
			m.Trust, m.Visibility, string(more), m.Referent, m.Deputy, now)
		return err
	})
	return m, err
}

// Save changes what is written of a mission. For coordination and for those
// who answer for it.
func Save(ctx context.Context, d *db.DB, who actor.Actor, id db.ID, c Content) (Mission, error) {
	return alter(ctx, d, who, id, func(d *db.DB, m *Mission) error {
		if c.Referent == 0 {
			c.Referent = m.Referent
		}
		checked, err := checkContent(ctx, d, who, c)
		if err != nil {
			return err
		}
		same := words.Slug(m.Title) == words.Slug(checked.Title)
		hides := checked.Visibility == Unlisted && hiddenNumber(m.Slug) == ""
		m.Content = checked
		if same && !hides {
			return nil
		}
		return takeSlug(ctx, d, who, m)
	})
}

// Move takes a mission to another state. For coordination and for those who
// answer for it.
func Move(ctx context.Context, d *db.DB, who actor.Actor, id db.ID, to State) (Mission, error) {
	return alter(ctx, d, who, id, func(d *db.DB, m *Mission) error {
		if m.State == to {
			return nil
		}
		if !m.State.canBecome(to) {
			return fault.New(fault.Conflict, "fault.mission_move")
		}
		m.State = to
		return event.Record(ctx, d, who, Moved, m.ID, 0)
	})
}

// alter changes a mission and its public listing in one transaction.
func alter(ctx context.Context, d *db.DB, who actor.Actor, id db.ID, change func(*db.DB, *Mission) error) (Mission, error) {
	var m Mission
	err := d.Write(ctx, func(d *db.DB) error {
		if _, err := association.Hold(ctx, d, who); err != nil {
			return err
		}
		var err error
		if m, err = readable(who)(qLock.One(ctx, d, who, id)); err != nil {
			return err
		}
		if !m.Edits(who) {
			return fault.New(fault.Forbidden, "fault.forbidden")
		}
		if err := change(d, &m); err != nil {
			return err
		}
		m.Changed = d.Now()
		return keep(ctx, d, who, &m)
	})
	return m, err
}

// keep writes the row and the listing.
func keep(ctx context.Context, d *db.DB, who actor.Actor, m *Mission) error {
	if m.State == Open && m.Visibility == Public && m.listing == 0 {
		m.listing = d.NewID()
	}
	more, err := json.Marshal(m.More)
	if err != nil {
		return err
	}
	_, err = qSave.Run(ctx, d, who, m.ID, m.Slug, m.State, m.Title, m.Need, m.Place, m.Remote, m.Entry, m.Seats,
		m.Trust, m.Visibility, string(more), m.Referent, m.Deputy, m.listing, m.Changed)
	if err != nil {
		return err
	}
	return list(ctx, d, who, *m)
}

// checkContent checks the texts, and that those who are to answer may.
func checkContent(ctx context.Context, d *db.DB, who actor.Actor, c Content) (Content, error) {
	var check fault.Check
	c = c.check(&check)
	answerers, err := association.Answerers(ctx, d, actor.System(who.Association))
	if err != nil {
		return c, err
	}
	may := map[db.ID]bool{}
	for _, m := range answerers {
		may[m.Person] = true
	}
	check.Unless(may[c.Referent], "referent", "fault.referent")
	check.Unless(c.Deputy == 0 || may[c.Deputy], "deputy", "fault.referent")
	return c, check.Err()
}

// takeSlug gives the mission the address of its title, numbered if another
// mission has it; the addresses it had before keep leading to it. That of an
// unlisted mission ends in a number that nobody guesses, which it keeps when
// its title changes.
func takeSlug(ctx context.Context, d *db.DB, who actor.Actor, m *Mission) error {
	base := words.Slug(m.Title)
	if base == "" {
		base = "mission"
	}
	if m.Visibility == Unlisted {
		number := hiddenNumber(m.Slug)
		if number == "" {
			number = randomNumber(d)
		}
		base += hiddenMark + number
	}
	for slug := range words.Numbered(base) {
		n, err := qTakeSlug.Run(ctx, d, who, slug, m.ID)
		if err != nil {
			return err
		}
		if n == 0 {
			owner, err := qOwnsSlug.One(ctx, d, who, slug)
			if err != nil {
				return err
			}
			if owner != m.ID {
				continue
			}
		}
		m.Slug = slug
		return nil
	}
	return fault.New(fault.Conflict, "fault.slug_taken", "slug", base)
}

// hiddenDigits make a number that takes longer to guess than a mission lives:
// a million million.
const hiddenDigits = 12

// hiddenMark comes before the number; no title makes two hyphens.
const hiddenMark = "--"

func randomNumber(d *db.DB) string {
	digits := d.Random(hiddenDigits)
	for i, b := range digits {
		digits[i] = '0' + b%10
	}
	return string(digits)
}

// hiddenNumber is the number in the address of a mission that is or was
// unlisted; empty for any other address.
func hiddenNumber(slug string) string {
	_, number, _ := strings.Cut(slug, hiddenMark)
	return number[:min(len(number), hiddenDigits)]
}
