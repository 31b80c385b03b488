package test

import (
	"regexp"
	"strings"
	"testing"
	"time"

	"mainforte/internal/i18n"
)

// promised finds the last day of the promise in what a page or a mail says.
var promised = regexp.MustCompile(`au plus tard le (\pL+ \d+(?:er)? \pL+)`)

func promise(t *testing.T, text string) string {
	t.Helper()
	found := promised.FindStringSubmatch(plain(text))
	if found == nil {
		t.Fatalf("nothing says until when somebody answers:\n%s", text)
	}
	return found[1]
}

// within tells whether an instant that a page gives to machines lies between
// another and now.
func within(instant string, after time.Time) bool {
	at, err := time.Parse(time.RFC3339, instant)
	return err == nil && !at.Before(after.Truncate(time.Second)) && !at.After(time.Now())
}

// TestFirstDay is the whole of the first promise, on a phone, without
// scripts: an association arrives with the link of the command line, writes a
// mission, and answers the first person who offers help.
func TestFirstDay(t *testing.T) {
	long(t)
	t.Parallel()
	data := t.TempDir() + "/mainforte.db"
	box := newMailbox(t)
	web := serve(t, box.environ(), "serve", "--data", data, "--listen", "localhost:0")
	invitation := link(t, run(t, "init", "--data", data, "--association", "anse", "--name", "Les Mains de l’Anse",
		"--coordinator", "camille@anse.example", "--url", web.URL))

	// The coordinator follows the link and answers three questions.
	camille := newWindow(t, web.URL, false)
	camille.open(invitation).sees("Vous y êtes presque", "camille@anse.example")
	camille.press("Me connecter").sees("Trois questions pour commencer")
	if got := camille.value("Son nom"); got != "Les Mains de l’Anse" {
		t.Errorf("the association's name is asked for again: %q is there", got)
	}
	camille.write("Ce qu’il y a à faire", "Réparer les filets de la coopérative")
	camille.write("En deux phrases", "Deux après-midi au port, avec quelqu’un qui montre les nœuds. Les filets repartent en mer en mars.")
	camille.write("Votre nom ou pseudonyme", "Camille")
	camille.press("Publier et recevoir le lien").sees("Votre association est en ligne.", "Le lien à partager")
	if !script[bool](camille, `document.querySelector("button[data-copy]").hidden`) {
		t.Error("the page's script has run: this journey is to be without")
	}
	shared := script[string](camille, `document.querySelector("input[readonly]").value`)

	// Somebody opens it who has never been here, and reads by when they hear.
	before := time.Now()
	alex := newWindow(t, web.URL, false)
	alex.open(shared).sees("Réparer les filets de la coopérative", "Deux après-midi au port", "Camille répond")
	last := promise(t, alex.text())
	paris, french := i18n.Zone("Europe/Paris"), i18n.In(i18n.French)
	if first, second := french.Day(before.AddDate(0, 0, 7), before, paris), french.Day(time.Now().AddDate(0, 0, 7), before, paris); last != plain(first) && last != plain(second) {
		t.Errorf("an answer is promised for %s, seven days from now are %s", last, first)
	}

	// They slip in their address. Nothing they typed is lost, and what is to
	// be mended is said first.
	alex.write("Votre prénom ou pseudonyme", "Alex")
	alex.write("Votre courriel", "alex@courriel")
	alex.write("Une phrase", "Je sais faire le nœud de filet, et j’ai deux mardis libres.")
	alex.pressed(422, "Proposer mon aide").sees("Rien de ce que vous avez écrit n’est perdu", "Votre courriel : Cette adresse de courriel ne semble pas complète")
	if focus := script[string](alex, `document.activeElement.id`); focus != "errors" {
		t.Errorf("after a mistake the focus is on %q, not on what is to be mended", focus)
	}
	if name, words := alex.value("Votre prénom ou pseudonyme"), alex.value("Une phrase"); name != "Alex" || words != "Je sais faire le nœud de filet, et j’ai deux mardis libres." {
		t.Errorf("after a mistake the form holds %q and %q", name, words)
	}
	if to := script[string](alex, `document.querySelector("#errors a").hash.slice(1)`); to != script[string](alex, string(alex.field("Votre courriel"))+".id") {
		t.Errorf("the summary leads to %q, which is not the address", to)
	}
	if !script[bool](alex, `(f => f.getAttribute("aria-invalid") === "true" && document.getElementById(f.getAttribute("aria-describedby").split(" ").pop()).textContent.includes("ne semble pas complète"))(`+string(alex.field("Votre courriel"))+`)`) {
		t.Error("the mistake is not tied to its field")
	}
	alex.write("Votre courriel", "alex@courriel.example")
	alex.press("Proposer mon aide").sees("Merci, c’est bien arrivé", "Camille vous répond sous 7 jours")
	if kept := alex.cookies(); len(kept) > 0 {
		t.Errorf("a visitor keeps the cookies %q", kept)
	}
	confirmation := box.wait(t, "alex@courriel.example", "est bien arrivée")
	if got := promise(t, confirmation.Text); got != last {
		t.Errorf("the confirmation promises %s, the mission promised %s", got, last)
	}

	// The coordinator's mail has the words and leads to the conversation. Her
	// desk says who waits, and since when.
	arrived := box.wait(t, "camille@anse.example", "Alex propose son aide")
	if text := plain(arrived.Text); !strings.Contains(text, "Je sais faire le nœud de filet") || promise(t, text) != last {
		t.Errorf("the mail about the offer says:\n%s", text)
	}
	camille.open("/desk").sees("Une personne vous attend", "Alex", "« Je sais faire le nœud de filet", "au plus tard le "+last)
	if since := script[string](camille, `document.querySelector("table time").dateTime`); !within(since, before) {
		t.Errorf("the desk says that Alex waits since %s, which is not when they offered help", since)
	}
	camille.open(link(t, arrived.Text)).sees("Alex propose son aide", "Je sais faire le nœud de filet", "Une réponse est promise au plus tard le "+last)

	// One answer of four, with words. Without words it is none.
	camille.choose("Bienvenue")
	camille.write("Vos mots", " ")
	camille.pressed(422, "Envoyer la réponse").sees("Écrivez quelques mots avant d’envoyer.", "Adresse pas encore vérifiée")
	camille.write("Vos mots", "Bienvenue Alex ! Venez mardi à 14 h, sur le quai nord.")
	camille.press("Envoyer la réponse").sees("Votre réponse est partie.", "Venez mardi à 14 h").missing("Adresse pas encore vérifiée")
	camille.open("/desk").sees("Personne ne vous attend")

	// The volunteer reads it on another device, confirms and writes back.
	answer := box.wait(t, "alex@courriel.example", "Bienvenue")
	other := newWindow(t, web.URL, false)
	other.open(link(t, answer.Text)).sees("Venez mardi à 14 h", "Est-ce bien vous ?", "alex@courriel.example")
	other.press("Oui, c’est mon adresse").sees("Votre adresse est confirmée.").missing("Est-ce bien vous ?")
	other.write("Votre message", "Merci ! J’apporte mon aiguille.")
	other.press("Envoyer").sees("Votre message est parti.", "J’apporte mon aiguille.")
	if kept := other.cookies(); len(kept) > 0 {
		t.Errorf("whoever follows a mailed link keeps the cookies %q", kept)
	}

	// The words come back to her mail and her desk.
	reply := box.wait(t, "camille@anse.example", "Alex vous a écrit")
	camille.open(link(t, reply.Text)).sees("J’apporte mon aiguille.").missing("Adresse pas encore vérifiée")
	camille.open("/desk").sees("Une personne vous attend", "Alex", "« Merci ! J’apporte mon aiguille. »", "a écrit depuis votre réponse")

	// She signs out; what was hers is closed, and what is public stays open.
	camille.press("Moi")
	camille.press("Me déconnecter").sees("À bientôt.")
	if kept := camille.cookies(); len(kept) > 0 {
		t.Errorf("after signing out the cookies %q are kept", kept)
	}
	camille.open("/desk").sees("Recevoir un lien").missing("Alex")
	camille.open(shared).sees("Réparer les filets de la coopérative")

	if mails := len(box.Find("camille@anse.example")); mails != 2 {
		t.Errorf("the coordinator got %d mails for two events", mails)
	}
	if mails := len(box.Find("alex@courriel.example")); mails != 2 {
		t.Errorf("the volunteer got %d mails for two events", mails)
	}
}
