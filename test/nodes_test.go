package test

import (
	"database/sql"
	"fmt"
	"net"
	"net/url"
	"testing"
	"time"

	"mainforte/internal/config"
)

// node serves a shared database, its mail going to a port.
func node(t *testing.T, data string, mailPort int) *instance {
	t.Helper()
	return serve(t, append(mailTo(mailPort), config.Variable("workers")+"=1"), "serve", "--data", data, "--listen", "localhost:0")
}

// on gives the address on a node of a page that a mail or a command names:
// what stands in front of the nodes, a test does not need.
func on(t *testing.T, n *instance, address string) string {
	t.Helper()
	u, err := url.Parse(address)
	if err != nil {
		t.Fatal(err)
	}
	return n.URL + u.RequestURI()
}

// shared makes a PostgreSQL database with an association and a mission, and
// gives it with the coordinator's link.
func shared(t *testing.T) (data, first string) {
	t.Helper()
	data = postgres(t)
	first = link(t, run(t, "init", "--data", data, "--association", "anse", "--name", "Les Mains de l’Anse", "--coordinator", "camille@anse.example"))
	table := t.TempDir() + "/missions.csv"
	write(t, table, "titre\nRéparer les filets\n")
	run(t, "import", "missions", "--data", data, "--association", "anse", table)
	return data, first
}

// TestTwoNodes has two programs serve one database: whatever is done on one is
// there on the other, and is mailed once.
func TestTwoNodes(t *testing.T) {
	long(t)
	t.Parallel()
	data, first := shared(t)
	box := newMailbox(t)
	one, two := node(t, data, box.Port()), node(t, data, box.Port())

	// The link of the command line opens on one node; the session that it
	// begins holds on the other.
	camille := newReader(t, one.URL).open(on(t, one, first)).send("Me connecter", nil)
	for _, n := range []*instance{two, one} {
		camille.open(n.URL + "/desk").sees("Personne ne vous attend")
	}

	// Offers made on either show on the other at once.
	for i, n := range []*instance{one, two, one, two, one, two} {
		name := fmt.Sprintf("Personne-%d", i)
		newReader(t, n.URL).open("/a/anse/missions/reparer-les-filets").send("Proposer mon aide", map[string]string{
			"name": name, "email": name + "@courriel.example", "words": "Je noue.",
		}).sees("Merci, c’est bien arrivé")
		other := two
		if n == two {
			other = one
		}
		camille.open(other.URL + "/desk").sees(name)
	}

	// What is begun on one is answered on the other, by a mail of any.
	camille.open(on(t, two, link(t, box.wait(t, "camille@anse.example", "Personne-0 propose son aide").Text)))
	camille.send("Envoyer la réponse", map[string]string{"answer": "welcome", "words": "Bienvenue."})
	answer := linkTo(t, box.wait(t, "personne-0@courriel.example", "Bienvenue").Text, "/c/")
	newReader(t, one.URL).open(on(t, one, answer)).sees("Bienvenue.").send("Oui, c’est mon adresse", nil)
	newReader(t, two.URL).open(on(t, two, answer)).missing("Est-ce bien vous ?")

	// Nobody got anything twice.
	settled(t, data)
	for subject, times := range counted(box) {
		if times != 1 {
			t.Errorf("%s was mailed %d times", subject, times)
		}
	}
	if mails := len(box.Messages()); mails != 6+6+1 {
		t.Errorf("six offers and an answer are %d mails", mails)
	}
	for _, n := range []*instance{one, two} {
		if code, err := n.stop(); err != nil || code != 0 {
			t.Errorf("a node stops with %d, %v", code, err)
		}
	}
}

// TestANodeDies has one node die in the midst of sending: the other sends
// what is queued, and what the dead one had in hand.
func TestANodeDies(t *testing.T) {
	long(t)
	t.Parallel()
	data, _ := shared(t)
	// The first node's mail server takes the call and never says a word.
	deaf, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = deaf.Close() })
	called := make(chan net.Conn, 1)
	go func() {
		if c, err := deaf.Accept(); err == nil {
			called <- c
		}
	}()
	one := node(t, data, deaf.Addr().(*net.TCPAddr).Port)
	for i := range 3 {
		name := fmt.Sprintf("Personne-%d", i)
		newReader(t, one.URL).open("/a/anse/missions/reparer-les-filets").send("Proposer mon aide", map[string]string{
			"name": name, "email": name + "@courriel.example", "words": "Je noue.",
		}).sees("Merci, c’est bien arrivé")
	}
	select {
	case held := <-called:
		t.Cleanup(func() { _ = held.Close() })
	case <-time.After(patience):
		t.Fatal("the first node sends nothing")
	}

	box := newMailbox(t)
	node(t, data, box.Port())
	until(t, "five mails that nobody has in hand", func() bool { return len(box.Messages()) == 5 })
	one.kill()
	// A job in hand is kept for a minute, in case who has it is only slow. Let
	// the minute pass.
	d := database(t, data)
	if _, err := d.ExecContext(t.Context(), "UPDATE job SET lease_until = lease_until - 60000"); err != nil {
		t.Fatal(err)
	}
	settled(t, data)
	if mails := len(box.Messages()); mails != 6 {
		t.Errorf("three offers are %d mails", mails)
	}
	for subject, times := range counted(box) {
		if times != 1 {
			t.Errorf("%s was mailed %d times", subject, times)
		}
	}
}

// counted tells how often each mail came to each address.
func counted(box mailbox) map[string]int {
	times := map[string]int{}
	for _, m := range box.Messages() {
		times[m.To+": "+m.Subject]++
	}
	return times
}

func database(t *testing.T, address string) *sql.DB {
	t.Helper()
	d, err := sql.Open("pgx", address)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = d.Close() })
	return d
}

// settled waits until nothing is left to do, and nothing was given up.
func settled(t *testing.T, data string) {
	t.Helper()
	d := database(t, data)
	until(t, "an empty queue", func() bool {
		var left int
		if err := d.QueryRowContext(t.Context(), "SELECT count(*) FROM job").Scan(&left); err != nil {
			t.Fatal(err)
		}
		return left == 0
	})
}
