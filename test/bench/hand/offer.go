package hand

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"net/http"
	"net/mail"
	"strings"
	"time"
)

// offer answers the POST of an offer: it writes what the product writes, in
// one transaction, and leads to the same page.
func (h *Hand) offer(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	if err := r.ParseForm(); err != nil {
		return err
	}
	name, email, words := strings.TrimSpace(r.PostForm.Get("name")), r.PostForm.Get("email"), strings.TrimSpace(r.PostForm.Get("words"))
	if _, err := mail.ParseAddress(email); err != nil || name == "" || words == "" {
		return errors.Join(err, errors.New("a field is missing"))
	}
	a, m, err := h.find(ctx, r)
	if err != nil {
		return err
	}
	if m.state != "open" {
		return errors.New("the mission is closed")
	}
	if err := h.insert(ctx, a, m, name, email, words); err != nil {
		return err
	}
	header := w.Header()
	for key, values := range h.header {
		header[key] = values
	}
	header.Del("Content-Type") // Redirect writes a page of its own
	header.Del("Content-Length")
	http.Redirect(w, r, a.path()+"/missions/"+m.slug+"/thanks", http.StatusSeeOther)
	return nil
}

func (h *Hand) insert(ctx context.Context, a *owner, m *shown, name, email, words string) error {
	now := time.Now()
	due, _ := a.due(h, now)
	ms, key := now.UnixMilli(), strings.ToLower(email)
	sum := sha256.Sum256([]byte(key + "\x00" + words))
	tx, err := h.write.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer func() { _ = tx.Rollback() }()
	run := func(statement string, args ...any) {
		if err == nil {
			_, err = tx.StmtContext(ctx, h.prepared[statement]).ExecContext(ctx, args...)
		}
	}
	id, conversation, event := h.newID(), h.newID(), h.newID()
	run("conversation.start", a.id, conversation, ms)
	run("offer.insert", a.id, id, m.id, conversation, nil, name, email, key, "fr", "waiting", hex.EncodeToString(sum[:12]),
		ms, due.UnixMilli(), nil)
	run("conversation.post", a.id, h.newID(), conversation, nil, name, true, words, "", ms)
	run("event.insert", event, a.id, "offer.made", id, nil, nil, ms)
	for _, job := range h.jobs {
		run("jobs.enqueue", h.newID(), a.id, job, event.String(), nil, ms, 15, ms)
	}
	if err != nil {
		return err
	}
	return tx.Commit()
}
