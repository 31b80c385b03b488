// Package mission holds missions, a need made doable by somebody: what is
// asked, who answers, how far it is decided; and the public listing in which
// visitors find them.
package mission

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"mainforte/internal/actor"
	"mainforte/internal/db"
	"mainforte/internal/fault"
	"mainforte/internal/words"
)

// Content is what those who answer write of a mission. Title alone is needed.
type Content struct {
	Title string
	// Need says in two sentences what is asked and for whom.
	Need  string
	Place string
	// Remote: it can be done from anywhere.
	Remote bool
	// Entry: simple, attractive, useful, no vital stakes, no confidential
	// access; the one to begin with.
	Entry bool
	// Seats is how many people are looked for; zero when it does not matter.
	Seats      int
	Trust      Trust
	Visibility Visibility
	// Referent answers; Deputy, if any, does when the referent does not.
	Referent, Deputy db.ID
	// More are the optional texts.
	More More
}

// Mission is a mission of an association.
type Mission struct {
	ID    db.ID
	Slug  string
	State State
	Content
	// listing is its publication key, kept from its first publication on.
	listing db.ID
	Created time.Time
	Changed time.Time
}

// Trust is what a mission asks to be known of a volunteer first.
type Trust string

// The trust steps.
const (
	Anyone   Trust = "open"
	Known    Trust = "known"
	Trusted  Trust = "trusted"
	Critical Trust = "critical"
)

// Trusts lists the steps, the widest first.
var Trusts = []Trust{Anyone, Known, Trusted, Critical}

// Visibility is who may read a mission.
type Visibility string

// The visibilities. A mission that is not public says why to those who work
// there.
const (
	// Public: everybody, and the public listing.
	Public Visibility = "public"
	// Members: the members of the association.
	Members Visibility = "members"
	// Unlisted: whoever has its address.
	Unlisted Visibility = "unlisted"
)

// Visibilities lists them, the widest first.
var Visibilities = []Visibility{Public, Unlisted, Members}

// Limits of what is typed, in characters.
const (
	TitleLimit = 120
	NeedLimit  = 400
	PlaceLimit = 100
	SeatsLimit = 999
)

const columns = `id, slug, state, title, need, place, remote, entry, seats, trust, visibility, more,
	referent_id, deputy_id, listing_id, created_at, changed_at`

func scan(m *Mission) []any {
	return []any{
		&m.ID, &m.Slug, &m.State, &m.Title, &m.Need, &m.Place, &m.Remote, &m.Entry, &m.Seats, &m.Trust, &m.Visibility,
		jsonText{&m.More},
		&m.Referent, &m.Deputy, &m.listing, db.At(&m.Created), db.At(&m.Changed),
	}
}

// jsonText scans a JSON object kept as text.
type jsonText struct{ into any }

// Scan reads the text.
func (j jsonText) Scan(value any) error {
	switch v := value.(type) {
	case string:
		return json.Unmarshal([]byte(v), j.into)
	case []byte:
		return json.Unmarshal(v, j.into)
	}
	return fmt.Errorf("JSON from a %T", value)
}

var (
	qByID = db.SQL("mission.by_id",
		`SELECT `+columns+` FROM mission WHERE association_id = $1 AND id = $2`, scan)

	qBySlug = db.SQL("mission.by_slug",
		`SELECT `+columns+`
		 FROM mission WHERE association_id = $1
		  AND id = (SELECT mission_id FROM mission_slug WHERE association_id = $1 AND slug = $2)`, scan)

	qAll = db.SQL("mission.all",
		`SELECT `+columns+` FROM mission WHERE association_id = $1 AND id < $2 ORDER BY id DESC LIMIT $3`, scan)

	qMany = db.SQL("mission.many",
		`SELECT `+columns+` FROM mission WHERE association_id = $1 AND id IN `+db.List(2), scan)

	// Nobody is a mission's referent and its deputy too.
	qAnsweredBy = db.SQL("mission.answered_by",
		`SELECT id FROM mission WHERE association_id = $1 AND referent_id = $2
		 UNION ALL SELECT id FROM mission WHERE association_id = $1 AND deputy_id = $2`, db.Value[db.ID])

	qAny = db.SQL("mission.any",
		`SELECT id FROM mission WHERE association_id = $1 LIMIT 1`, db.Value[db.ID])
)

// Answers tells whether the actor is one of those who answer for the mission.
func (m Mission) Answers(who actor.Actor) bool {
	return who.Member && who.Person != 0 && (who.Person == m.Referent || who.Person == m.Deputy)
}

// Edits tells whether the actor may change the mission: coordination and those
// who answer for it.
func (m Mission) Edits(who actor.Actor) bool { return who.Coordinates() || m.Answers(who) }

// ReadBy tells whether the actor may read the mission. A draft is for those
// who edit it and for those who answer elsewhere, so that no need is written
// twice.
func (m Mission) ReadBy(who actor.Actor) bool {
	switch {
	case m.Edits(who):
		return true
	case m.State == Draft:
		return who.Refers()
	case m.Visibility == Members:
		return who.Belongs()
	}
	return true
}

// ByID gives a mission that the actor may read.
func ByID(ctx context.Context, d *db.DB, who actor.Actor, id db.ID) (Mission, error) {
	return readable(who)(qByID.One(ctx, d, who, id))
}

// BySlug gives the mission that an address names, under this name or an older
// one, if the actor may read it. The caller redirects when Slug is another.
//
// An unlisted mission is found by visitors under addresses that hold its number
// only: those it had while it was public end when it is hidden.
func BySlug(ctx context.Context, d *db.DB, who actor.Actor, slug string) (Mission, error) {
	if !words.IsSlug(slug) { // PostgreSQL takes no odd bytes, not even to look for them
		return Mission{}, fault.New(fault.Missing, "fault.missing")
	}
	m, err := readable(who)(qBySlug.One(ctx, d, who, slug))
	if err == nil && m.Visibility == Unlisted && !who.Belongs() && hiddenNumber(slug) != hiddenNumber(m.Slug) {
		return Mission{}, fault.New(fault.Missing, "fault.missing")
	}
	return m, err
}

// readable answers the same to what does not exist and to what may not be
// read: nobody learns from a refusal that there is something.
func readable(who actor.Actor) func(Mission, error) (Mission, error) {
	return func(m Mission, err error) (Mission, error) {
		if errors.Is(err, db.ErrNone) || err == nil && !m.ReadBy(who) {
			return Mission{}, fault.New(fault.Missing, "fault.missing")
		}
		return m, err
	}
}

// All lists the missions before a key, newest first (a zero key: from the
// newest). For members; drafts and the like are left out as ReadBy says.
func All(ctx context.Context, d *db.DB, who actor.Actor, before db.ID, limit int) ([]Mission, error) {
	if !who.Belongs() {
		return nil, fault.New(fault.Forbidden, "fault.forbidden")
	}
	if before == 0 {
		before = 1<<63 - 1
	}
	var all []Mission
	for {
		page, err := qAll.All(ctx, d, who, before, limit)
		if err != nil {
			return nil, err
		}
		for _, m := range page {
			before = m.ID
			if m.ReadBy(who) {
				all = append(all, m)
			}
			if len(all) == limit {
				return all, nil
			}
		}
		if len(page) < max(limit, 1) {
			return all, nil
		}
	}
}

// Many gives missions by ID, whoever asks: for rooms that have established that
// they concern the actor, such as the mission of one's own offer.
func Many(ctx context.Context, d *db.DB, who actor.Actor, ids []db.ID) (map[db.ID]Mission, error) {
	found, err := qMany.Each(ctx, d, who, ids)
	many := make(map[db.ID]Mission, len(found))
	for _, m := range found {
		many[m.ID] = m
	}
	return many, err
}

// AnsweredBy lists the missions for which the actor answers, as referent or
// deputy.
func AnsweredBy(ctx context.Context, d *db.DB, who actor.Actor) ([]db.ID, error) {
	if !who.Member {
		return nil, nil
	}
	return qAnsweredBy.All(ctx, d, who, who.Person)
}

// Any tells whether the association has a mission at all. For members.
func Any(ctx context.Context, d *db.DB, who actor.Actor) (bool, error) {
	_, found, err := db.Maybe(qAny.One(ctx, d, who))
	return found, err
}

func (c Content) check(check *fault.Check) Content {
	c.Title, c.Need, c.Place = words.Line(c.Title), words.Block(c.Need), words.Line(c.Place)
	if c.Trust == "" {
		c.Trust = Anyone
	}
	if c.Visibility == "" {
		c.Visibility = Public
	}
	check.Length("title", c.Title, true, TitleLimit)
	check.Length("need", c.Need, false, NeedLimit)
	check.Length("place", c.Place, false, PlaceLimit)
	check.Unless(c.Seats >= 0 && c.Seats <= SeatsLimit, "seats", "fault.seats", "most", SeatsLimit)
	check.Unless(slices.Contains(Trusts, c.Trust), "trust", "fault.choice")
	check.Unless(slices.Contains(Visibilities, c.Visibility), "visibility", "fault.choice")
	for _, text := range Texts {
		value := text.Of(&c.More)
		if text.Markdown {
			*value = words.Block(*value)
		} else {
			*value = words.Line(*value)
		}
		check.Length(text.Name, *value, false, text.Limit)
	}
	check.Unless(c.Visibility == Public || c.More.VisibilityWhy != "", "visibility_why", "fault.visibility_why")
	check.Unless(c.Deputy == 0 || c.Deputy != c.Referent, "deputy", "fault.deputy_is_referent")
	return c
}
