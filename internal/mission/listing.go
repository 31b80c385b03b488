package mission

import (
	"context"
	"slices"

	"mainforte/internal/actor"
	"mainforte/internal/association"
	"mainforte/internal/db"
	"mainforte/internal/event"
	"mainforte/internal/words"
)

// Listing is what anybody may read of an open public mission in a list.
type Listing struct {
	// Key sorts the list by publication and pages it.
	Key             db.ID
	AssociationSlug string
	AssociationName string
	Slug            string
	Title, Need     string
	Effort, Place   string
	Remote, Entry   bool
	AnswerDays      int
}

// Filter says which listings; its zero value is all of them.
type Filter struct {
	// Words must all begin a word of the listing.
	Words         string
	Remote, Entry bool
	// Association is a slug.
	Association string
	// After is the key of the last listing of the page before.
	After db.ID
}

// CountLimit is where counting stops: beyond it a count is "more than".
const CountLimit = 1000

// wordLimit bounds what one search may ask; further words are left out.
const wordLimit = 4

const (
	crossing = "public lists show every association's public missions"

	listingColumns = `l.id, l.association_slug, l.association_name, l.slug, l.title, l.need, l.effort, l.place, l.remote, l.entry, l.answer_days`

	// $1 after, $2 remote, $3 entry, $4 association
	plainFilter = `l.id < $1 AND (NOT $2 OR l.remote) AND (NOT $3 OR l.entry) AND ($4 = '' OR l.association_slug = $4)`

	// The first word, which Search makes the longest, leads; the others are
	// looked up for each of its listings. A word is a range: from itself to
	// itself followed by the last character there is.
	wordFilter = `l.id IN (SELECT w.listing_id FROM listing_word w WHERE w.word >= $5 AND w.word < $6)
		AND ($7 = '' OR EXISTS (SELECT 1 FROM listing_word w WHERE w.listing_id = l.id AND w.word >= $7 AND w.word < $8))
		AND ($9 = '' OR EXISTS (SELECT 1 FROM listing_word w WHERE w.listing_id = l.id AND w.word >= $9 AND w.word < $10))
		AND ($11 = '' OR EXISTS (SELECT 1 FROM listing_word w WHERE w.listing_id = l.id AND w.word >= $11 AND w.word < $12))`
)

func scanListing(l *Listing) []any {
	return []any{
		&l.Key, &l.AssociationSlug, &l.AssociationName, &l.Slug, &l.Title, &l.Need, &l.Effort, &l.Place,
		&l.Remote, &l.Entry, &l.AnswerDays,
	}
}

var (
	qList = db.Across("mission.list", crossing,
		`SELECT `+listingColumns+` FROM listing l WHERE `+plainFilter+` ORDER BY l.id DESC LIMIT $5`, scanListing)

	qSearch = db.Across("mission.search", crossing,
		`SELECT `+listingColumns+` FROM listing l WHERE `+plainFilter+` AND `+wordFilter+` ORDER BY l.id DESC LIMIT $13`, scanListing)

	qCount = db.Across("mission.count", crossing,
		`SELECT count(*) FROM (SELECT 1 FROM listing l WHERE `+plainFilter+` LIMIT $5) AS capped`, db.Value[int])

	qCountWords = db.Across("mission.count_words", crossing,
		`SELECT count(*) FROM (SELECT 1 FROM listing l WHERE `+plainFilter+` AND `+wordFilter+` LIMIT $13) AS capped`, db.Value[int])

	qUnlist = db.Do("mission.unlist",
		`DELETE FROM listing WHERE association_id = $1 AND mission_id = $2`)

	qInsertListing = db.Do("mission.insert_listing",
		`INSERT INTO listing (association_id, id, mission_id, association_slug, association_name, slug, title, need, effort, place,
		                      remote, entry, answer_days)
		 VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)`)

	qInsertWord = db.DoAcross("mission.insert_word", "the words of a listing, which names its association",
		`INSERT INTO listing_word (word, listing_id) VALUES ($1, $2)`)

	qListed = db.SQL("mission.listed",
		`SELECT m.id, m.slug, m.state, m.title, m.need, m.place, m.remote, m.entry, m.seats, m.trust, m.visibility, m.more,
		        m.referent_id, m.deputy_id, m.listing_id, m.created_at, m.changed_at
		 FROM listing l JOIN mission m ON m.association_id = l.association_id AND m.id = l.mission_id
		 WHERE l.association_id = $1`, scan)
)

// Search gives a page of the public listing, the newest publication first.
// Anybody may ask.
func Search(ctx context.Context, d *db.DB, f Filter, limit int) ([]Listing, error) {
	if f.nowhere() {
		return nil, nil
	}
	plain, searched := f.args()
	if searched == nil {
		return qList.All(ctx, d, append(plain, limit)...)
	}
	return qSearch.All(ctx, d, append(append(plain, searched...), limit)...)
}

// Count tells how many listings there are in all, up to CountLimit + 1, which
// means "more". Anybody may ask.
func Count(ctx context.Context, d *db.DB, f Filter) (int, error) {
	if f.nowhere() {
		return 0, nil
	}
	f.After = 0
	plain, searched := f.args()
	if searched == nil {
		return qCount.One(ctx, d, append(plain, CountLimit+1)...)
	}
	return qCountWords.One(ctx, d, append(append(plain, searched...), CountLimit+1)...)
}

// nowhere tells that no association can have that address.
func (f Filter) nowhere() bool { return f.Association != "" && !words.IsSlug(f.Association) }

func (f Filter) args() (plain, searched []any) {
	if f.After == 0 {
		f.After = 1<<63 - 1
	}
	plain = []any{int64(f.After), f.Remote, f.Entry, f.Association}
	tokens := words.Tokens(f.Words)
	if len(tokens) == 0 {
		return plain, nil
	}
	slices.SortStableFunc(tokens, func(a, b string) int { return len(b) - len(a) })
	for i := range wordLimit {
		if i < len(tokens) {
			searched = append(searched, tokens[i], tokens[i]+"\U0010ffff")
		} else {
			searched = append(searched, "", "")
		}
	}
	return plain, searched
}

// list writes or takes away the public facts of a mission, in the transaction
// that changed it.
func list(ctx context.Context, d *db.DB, who actor.Actor, m Mission) error {
	if _, err := qUnlist.Run(ctx, d, who, m.ID); err != nil {
		return err
	}
	if m.State != Open || m.Visibility != Public {
		return nil
	}
	a, err := association.Get(ctx, d, who)
	if err != nil {
		return err
	}
	_, err = qInsertListing.Run(ctx, d, who, m.listing, m.ID, a.Slug, a.Name, m.Slug, m.Title, m.Need, m.More.Effort, m.Place,
		m.Remote, m.Entry, a.AnswerDays)
	if err != nil {
		return err
	}
	for _, word := range words.Tokens(m.Title, m.Need, m.Place, m.More.Details, a.Name) {
		if _, err := qInsertWord.Run(ctx, d, word, m.listing); err != nil {
			return err
		}
	}
	return nil
}

// Relist writes the listings of an association anew after it changed what it
// says of itself. It handles association.Changed.
func Relist(ctx context.Context, d *db.DB, e event.Event) error {
	who := actor.System(e.Association)
	return d.Write(ctx, func(d *db.DB) error {
		listed, err := qListed.All(ctx, d, who)
		if err != nil {
			return err
		}
		for _, m := range listed {
			if m, err = qLock.One(ctx, d, who, m.ID); err != nil {
				return err
			}
			if err := list(ctx, d, who, m); err != nil {
				return err
			}
		}
		return nil
	})
}
