// Package conversation keeps the messages that people exchange. Each
// conversation belongs to something (an offer of help), whose room decides who
// may read and write and calls the functions here; they check nothing but the
// association.
package conversation

import (
	"context"
	"time"

	"mainforte/internal/actor"
	"mainforte/internal/db"
	"mainforte/internal/fault"
	"mainforte/internal/words"
)

// Limit is how long a message may be, in characters.
const Limit = 8000

// Message is what somebody wrote.
type Message struct {
	ID db.ID
	// Person is who wrote it; zero for somebody not signed in.
	Person db.ID
	// Author is their name as it was then.
	Author string
	// FromVolunteer tells the side: whoever offers help, or the
	// association.
	FromVolunteer bool
	Words         string
	// Note says what the message came with, such as "welcome": the answer
	// that it explains. Empty for words alone.
	Note string
	At   time.Time
}

func scan(m *Message) []any {
	return []any{&m.ID, &m.Person, &m.Author, &m.FromVolunteer, &m.Words, &m.Note, db.At(&m.At)}
}

const columns = `id, person_id, author, from_volunteer, words, note, at`

var (
	qStart = db.Do("conversation.start",
		`INSERT INTO conversation (association_id, id, created_at) VALUES ($1, $2, $3)`)

	qPost = db.Do("conversation.post",
		`INSERT INTO message (association_id, id, conversation_id, person_id, author, from_volunteer, words, note, at)
		 VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)`)

	qMessages = db.SQL("conversation.messages",
		`SELECT `+columns+` FROM message WHERE association_id = $1 AND conversation_id = $2 ORDER BY id`, scan)

	qLastWords = db.SQL("conversation.last_words",
		`SELECT m.conversation_id, m.words FROM message m
		 WHERE m.association_id = $1 AND m.from_volunteer AND m.conversation_id IN `+db.List(2)+` ORDER BY m.conversation_id, m.id`,
		func(w *lastWords) []any { return []any{&w.conversation, &w.words} })

	qSince = db.SQL("conversation.since",
		`SELECT at FROM message WHERE association_id = $1 AND conversation_id = $2 AND from_volunteer AND id > $3 ORDER BY id LIMIT 1`,
		func(at *time.Time) []any { return []any{db.At(at)} })

	qRepeated = db.SQL("conversation.repeated",
		`SELECT id FROM message WHERE association_id = $1 AND conversation_id = $2 AND from_volunteer = $3 AND words = $4 AND at > $5 LIMIT 1`,
		db.Value[db.ID])

	qOfPerson = db.Across("conversation.of_person", "a person takes their own words",
		`SELECT `+columns+` FROM message WHERE person_id = $1 ORDER BY id`, scan)

	qErase = db.DoAcross("conversation.erase", "a person erases themselves everywhere",
		`UPDATE message SET author = '', words = '' WHERE person_id = $1`)

	qOwn = db.Do("conversation.own",
		`UPDATE message SET person_id = $3
		 WHERE association_id = $1 AND conversation_id = $2 AND from_volunteer AND person_id IS NULL`)
)

type lastWords struct {
	conversation db.ID
	words        string
}

// Start opens a conversation.
func Start(ctx context.Context, d *db.DB, who actor.Actor) (db.ID, error) {
	id := d.NewID()
	_, err := qStart.Run(ctx, d, who, id, d.Now())
	return id, err
}

// Check cleans the words of a message and refuses none at all and too many;
// field is the name of the form's field.
func Check(check *fault.Check, field, text string) string {
	text = words.Block(text)
	check.Unless(text != "", field, "fault.field.words")
	check.Length(field, text, false, Limit)
	return text
}

// Post adds a message, whose words have been checked, and gives its ID.
func Post(ctx context.Context, d *db.DB, who actor.Actor, conversation db.ID, m Message) (db.ID, error) {
	m.ID = d.NewID()
	_, err := qPost.Run(ctx, d, who, m.ID, conversation, m.Person, m.Author, m.FromVolunteer, m.Words, m.Note, d.Now())
	return m.ID, err
}

// Since tells when the volunteer first wrote after a message; the zero time when
// they did not.
func Since(ctx context.Context, d *db.DB, who actor.Actor, conversation, message db.ID) (time.Time, error) {
	at, _, err := db.Maybe(qSince.One(ctx, d, who, conversation, int64(message)))
	return at, err
}

// again is how long the same words from the same side are one message, sent
// twice by an impatient thumb.
const again = time.Minute

// Repeated tells whether the same words were just said.
func Repeated(ctx context.Context, d *db.DB, who actor.Actor, conversation db.ID, m Message) (bool, error) {
	_, found, err := db.Maybe(qRepeated.One(ctx, d, who, conversation, m.FromVolunteer, m.Words, d.Now().Add(-again)))
	return found, err
}

// Messages gives a whole conversation, the first message first.
func Messages(ctx context.Context, d *db.DB, who actor.Actor, conversation db.ID) ([]Message, error) {
	return qMessages.All(ctx, d, who, conversation)
}

// LastWords gives the volunteer's last words of each conversation, for a desk.
func LastWords(ctx context.Context, d *db.DB, who actor.Actor, conversations []db.ID) (map[db.ID]string, error) {
	found, err := qLastWords.Each(ctx, d, who, conversations)
	last := make(map[db.ID]string, len(conversations))
	for _, w := range found {
		last[w.conversation] = w.words
	}
	return last, err
}

// Own gives what a volunteer wrote before their address was confirmed to the
// person they turned out to be.
func Own(ctx context.Context, d *db.DB, who actor.Actor, conversation, person db.ID) error {
	_, err := qOwn.Run(ctx, d, who, conversation, person)
	return err
}

// Exported is a message that a person wrote.
type Exported struct {
	At    time.Time `json:"at"`
	Words string    `json:"words"`
}

// Export gives every message that a person wrote.
func Export(ctx context.Context, d *db.DB, person db.ID) (any, error) {
	all, err := qOfPerson.All(ctx, d, person)
	exported := make([]Exported, 0, len(all))
	for _, m := range all {
		exported = append(exported, Exported{m.At, m.Words})
	}
	return exported, err
}

// Erase takes the words and the name out of every message of a person; the
// place of each message stays.
func Erase(ctx context.Context, d *db.DB, person db.ID) error {
	_, err := qErase.Run(ctx, d, person)
	return err
}
