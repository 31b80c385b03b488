package hand

import (
	"net/http"
	"strconv"

	"mainforte/internal/mission"
	"mainforte/internal/web/ui"
)

// pageSize is the product's.
const pageSize = 20

// unsearched are the arguments of a search for nothing: the key before which
// the first page begins, no filter, no bounds of words, and how many to give.
func unsearched(limit int) []any {
	return []any{int64(1<<63 - 1), false, false, "", "", "", "", "", "", "", "", "", limit}
}

// missions answers GET /missions.
func (h *Hand) missions(w http.ResponseWriter, r *http.Request) error {
	ctx, s := r.Context(), &h.says
	rows, err := h.prepared["mission.list_all"].QueryContext(ctx, unsearched(pageSize+1)...)
	if err != nil {
		return err
	}
	defer rows.Close()
	cards := make([]ui.Card, 0, pageSize)
	var next string
	var last int64
	for rows.Next() {
		var id int64
		var slug, name, address, title, need, effort, place string
		var remote, entry bool
		var days int
		if err := rows.Scan(&id, &slug, &name, &address, &title, &need, &effort, &place, &remote, &entry, &days); err != nil {
			return err
		}
		if len(cards) == pageSize {
			next = "/missions?after=" + strconv.FormatInt(last, 36)
			break
		}
		last = id
		foot := name
		if effort != "" {
			foot += " · " + effort
		}
		cards = append(cards, ui.Card{
			Title: title, Href: "/a/" + slug + "/missions/" + address, Need: need, Marks: s.marks(entry, remote, place),
			Foot: foot + " · " + s.promise[days], Level: 2,
		})
	}
	if err := rows.Err(); err != nil {
		return err
	}
	rows.Close() // the count needs a connection
	var total int
	err = h.prepared["mission.count_all"].QueryRowContext(ctx, unsearched(mission.CountLimit+1)...).Scan(&total)
	if err != nil {
		return err
	}
	count := s.moreThan
	if total <= mission.CountLimit {
		count = s.t.Count("mission.list.count", total)
	}
	return h.send(w, r, h.list, list(s, r.URL.Query().Get("association"), count, next, cards))
}
