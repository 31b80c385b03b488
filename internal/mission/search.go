package mission

import (
	"context"
	"slices"

	"mainforte/internal/db"
	"mainforte/internal/words"
)

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

// rare is how few listings a word is in for them to be fetched and sorted; a
// word of more is looked for while the list is walked.
var rare = 1000

// A shelf is a way to the listings: the same answer at another price. Nobody
// who searches may make the database read everything: not by asking for what
// is rare among many, nor by two letters that begin every second word.
type shelf struct {
	list  db.Wide[Listing]
	count db.Wide[int]
}

const (
	crossing = "public lists show every association's public missions"

	listingColumns = `l.id, l.association_slug, l.association_name, l.slug, l.title, l.need, l.effort, l.place, l.remote, l.entry, l.answer_days`

	// $1 after, $2 remote, $3 entry, $4 association, then the words, each of
	// them a range: from itself to itself followed by the last character
	// there is. A subquery that gives one value is asked for each listing;
	// PostgreSQL would rather join an EXISTS, and read all words first. That
	// the value is a truth makes it expect to find some soon.
	wanted = `l.id < $1 AND (NOT $2 OR l.remote) AND (NOT $3 OR l.entry) AND ($4 = '' OR l.association_slug = $4)
		AND ($5 = '' OR (SELECT TRUE FROM listing_word w WHERE w.listing_id = l.id AND w.word >= $5 AND w.word < $6 LIMIT 1))
		AND ($7 = '' OR (SELECT TRUE FROM listing_word w WHERE w.listing_id = l.id AND w.word >= $7 AND w.word < $8 LIMIT 1))
		AND ($9 = '' OR (SELECT TRUE FROM listing_word w WHERE w.listing_id = l.id AND w.word >= $9 AND w.word < $10 LIMIT 1))
		AND ($11 = '' OR (SELECT TRUE FROM listing_word w WHERE w.listing_id = l.id AND w.word >= $11 AND w.word < $12 LIMIT 1))`

	within = `FROM listing_word w WHERE w.word >= $5 AND w.word < $6`
)

// shelve registers the statements of a shelf: from says which listings it
// holds.
func shelve(name, from string) shelf {
	return shelf{
		list: db.Across("mission.list_"+name, crossing,
			`SELECT `+listingColumns+` FROM `+from+` AND `+wanted+` ORDER BY l.id DESC LIMIT $13`, scanListing),
		count: db.Across("mission.count_"+name, crossing,
			`SELECT count(*) FROM (SELECT 1 FROM `+from+` AND `+wanted+` LIMIT $13) AS capped`, db.Value[int]),
	}
}

var (
	everything = shelve("all", `listing l WHERE TRUE`)
	remote     = shelve("remote", `listing l WHERE l.remote`)
	entry      = shelve("entry", `listing l WHERE l.entry`)
	ofOne      = shelve("association", `listing l WHERE l.association_slug = $4`)
	byWord     = shelve("word", `(SELECT DISTINCT w.listing_id AS id `+within+`) AS found JOIN listing l ON l.id = found.id WHERE TRUE`)

	// How many listings each word is in, up to a limit.
	qFrequency = db.Across("mission.frequency", crossing,
		`SELECT (SELECT count(*) FROM (SELECT 1 FROM listing_word w WHERE w.word >= $1 AND w.word < $2 LIMIT $9) AS a),
		        (SELECT count(*) FROM (SELECT 1 FROM listing_word w WHERE w.word >= $3 AND w.word < $4 LIMIT $9) AS b),
		        (SELECT count(*) FROM (SELECT 1 FROM listing_word w WHERE w.word >= $5 AND w.word < $6 LIMIT $9) AS c),
		        (SELECT count(*) FROM (SELECT 1 FROM listing_word w WHERE w.word >= $7 AND w.word < $8 LIMIT $9) AS d)`,
		func(n *[wordLimit]int) []any { return []any{&n[0], &n[1], &n[2], &n[3]} })
)

// Search gives a page of the public listing, the newest publication first.
// Anybody may ask.
func Search(ctx context.Context, d *db.DB, f Filter, limit int) ([]Listing, error) {
	if f.nowhere() {
		return nil, nil
	}
	from, args, err := f.shelf(ctx, d)
	if err != nil {
		return nil, err
	}
	return from.list.All(ctx, d, append(args, limit)...)
}

// Count tells how many listings there are in all, up to CountLimit + 1, which
// means "more". Anybody may ask.
func Count(ctx context.Context, d *db.DB, f Filter) (int, error) {
	if f.nowhere() {
		return 0, nil
	}
	f.After = 0
	from, args, err := f.shelf(ctx, d)
	if err != nil {
		return 0, err
	}
	return from.count.One(ctx, d, append(args, CountLimit+1)...)
}

// nowhere tells that no association can have that address.
func (f Filter) nowhere() bool { return f.Association != "" && !words.IsSlug(f.Association) }

// shelf chooses the way that reads least, and gives the arguments.
func (f Filter) shelf(ctx context.Context, d *db.DB) (shelf, []any, error) {
	if f.After == 0 {
		f.After = 1<<63 - 1
	}
	args := []any{int64(f.After), f.Remote, f.Entry, f.Association}
	tokens := words.Tokens(f.Words)
	slices.SortStableFunc(tokens, func(a, b string) int { return len(b) - len(a) })
	tokens = tokens[:min(len(tokens), wordLimit)]
	from := everything
	switch {
	case f.Association != "":
		from = ofOne
	case len(tokens) > 0:
		rarest, few, err := rarest(ctx, d, tokens)
		if err != nil {
			return shelf{}, nil, err
		}
		if few {
			from = byWord
			tokens[0], tokens[rarest] = tokens[rarest], tokens[0]
			break
		}
		fallthrough
	case f.Entry || f.Remote:
		if f.Entry {
			from = entry
		} else if f.Remote {
			from = remote
		}
	}
	return from, append(args, ranges(tokens)...), nil
}

// rarest tells which word is in the fewest listings, and whether those are
// few.
func rarest(ctx context.Context, d *db.DB, tokens []string) (int, bool, error) {
	n, err := qFrequency.One(ctx, d, append(ranges(tokens), rare)...)
	least := 0
	for i := range tokens {
		if n[i] < n[least] {
			least = i
		}
	}
	return least, n[least] < rare, err
}

// ranges gives the bounds of each word, and empty ones for those not asked.
func ranges(tokens []string) []any {
	bounds := make([]any, 2*wordLimit)
	for i := range wordLimit {
		bounds[2*i], bounds[2*i+1] = "", ""
		if i < len(tokens) {
			bounds[2*i], bounds[2*i+1] = tokens[i], tokens[i]+"\U0010ffff"
		}
	}
	return bounds
}
