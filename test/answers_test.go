package test

import (
	"strings"
	"testing"
	"time"

	"mainforte/internal/i18n"
)

// TestFourAnswers has four people offer help at once; each gets another of the
// four answers, and each answer leads somewhere.
func TestFourAnswers(t *testing.T) {
	long(t)
	t.Parallel()
	data := t.TempDir() + "/mainforte.db"
	box := newMailbox(t)
	web := serve(t, box.environ(), "serve", "--data", data, "--listen", "localhost:0")
	run(t, "init", "--data", data, "--association", "anse", "--name", "Les Mains de l’Anse",
		"--coordinator", "camille@anse.example", "--url", web.URL)

	// The coordinator has lost the first link and asks for another, by mail.
	camille := newReader(t, web.URL)
	camille.open("/desk").sees("Recevoir un lien")
	camille.send("Recevoir un lien", map[string]string{"email": "Camille@Anse.example"}).sees("Regardez vos courriels")
	signIn := link(t, box.wait(t, "camille@anse.example", "Votre lien").Text)
	camille.open(signIn).send("Me connecter", nil).sees("n’a pas encore de mission")
	camille.follow("Commencer").send("Publier et recevoir le lien", map[string]string{
		"title": "Réparer les filets", "need": "Deux après-midi au port.", "name": "Camille",
	}).sees("Le lien à partager")
	camille.follow("Écrire une mission").send("Publier", map[string]string{
		"title": "Peindre la coque", "need": "Un dimanche, au sec.",
	}).sees("La mission est publiée.")

	// Whoever has the used link gets nothing by it.
	if thief := newReader(t, web.URL).open(signIn); thief.status != 410 || len(thief.cookies()) > 0 {
		t.Errorf("a link that was used answers %d and gives %d cookies", thief.status, len(thief.cookies()))
	}

	offer := func(name, words string) {
		newReader(t, web.URL).open("/missions").follow("Réparer les filets").send("Proposer mon aide", map[string]string{
			"name": name, "email": strings.ToLower(name) + "@courriel.example", "words": words,
		}).sees("Merci, c’est bien arrivé")
	}
	offer("Ali", "Je noue et je dénoue.")
	offer("Bea", "Je préfère peindre.")
	offer("Cleo", "Je peux en été.")
	offer("Dao", "Je voudrais naviguer.")
	camille.open("/desk").sees("4 personnes vous attendent", "Ali", "Bea", "Cleo", "Dao")

	// answer opens the conversation from the mail, and volunteer the one from
	// the mail that the answer causes, as somebody without a cookie.
	answer := func(name string, fields map[string]string) {
		t.Helper()
		camille.open(link(t, box.wait(t, "camille@anse.example", name+" propose son aide").Text)).sees("Répondre à " + name)
		camille.send("Envoyer la réponse", fields).sees("Votre réponse est partie.", fields["words"])
	}
	volunteer := func(name, subject, words string) *reader {
		t.Helper()
		letter := box.wait(t, strings.ToLower(name)+"@courriel.example", subject)
		if !strings.Contains(plain(letter.Text), words) {
			t.Errorf("the answer to %s does not hold « %s »:\n%s", name, words, letter.Text)
		}
		return newReader(t, web.URL).open(linkTo(t, letter.Text, "/c/")).sees(words)
	}

	answer("Ali", map[string]string{"answer": "welcome", "words": "Bienvenue, mardi à 14 h."})
	volunteer("Ali", "Bienvenue dans la mission", "Bienvenue, mardi à 14 h.").sees("Camille vous a dit bienvenue.")

	// Another mission: the volunteer reads it and says yes with one button,
	// which is an offer of its own.
	camille.open(link(t, box.wait(t, "camille@anse.example", "Bea propose son aide").Text))
	answer("Bea", map[string]string{"answer": "another", "other": camille.option("Peindre la coque"), "words": "La coque vous attend."})
	bea := volunteer("Bea", "propose une autre mission", "La coque vous attend.").sees("La mission proposée", "Un dimanche, au sec.")
	bea.send("Oui, proposer mon aide pour celle-ci", nil).sees("Votre aide est proposée pour cette mission.")
	camille.open("/desk").sees("Bea", "Peindre la coque")

	// Not now: with a date, on which it comes back to the desk. Without a date
	// it is no answer, and the words are still there.
	camille.open(link(t, box.wait(t, "camille@anse.example", "Cleo propose son aide").Text))
	camille.send("Envoyer la réponse", map[string]string{"answer": "not_now", "words": "Reparlons-en en été."})
	if camille.sees("Reparlons-en en été."); camille.status != 422 {
		t.Errorf("not now without a date answers %d", camille.status)
	}
	paris := i18n.Zone("Europe/Paris")
	until := time.Now().In(paris).AddDate(0, 5, 0)
	answer("Cleo", map[string]string{"answer": "not_now", "until": until.Format(time.DateOnly), "words": "Reparlons-en en été."})
	day := plain(i18n.In(i18n.French).Day(until, time.Now(), paris))
	volunteer("Cleo", "reparlons-en", "Reparlons-en en été.").sees(day)
	if mail := box.wait(t, "cleo@courriel.example", "reparlons-en"); !strings.Contains(plain(mail.Text), day) {
		t.Errorf("the mail does not say « %s »:\n%s", day, mail.Text)
	}

	// No, with a reason. The other can still write.
	answer("Dao", map[string]string{"answer": "no", "words": "Personne ne navigue ici, demandez au club."})
	dao := volunteer("Dao", "Réponse à votre proposition", "Personne ne navigue ici, demandez au club.")
	dao.send("Envoyer", map[string]string{"words": "Merci de la franchise."}).sees("Votre message est parti.")
	camille.open("/desk").sees("2 personnes vous attendent", "a écrit depuis votre réponse", "« Merci de la franchise. »").missing("Ali", "Cleo")

	// A second answer to the same offer finds that there is one.
	camille.open(link(t, box.wait(t, "camille@anse.example", "Ali propose son aide").Text)).missing("Envoyer la réponse")

	// Somebody signs in with the same address, takes everything away,
	// withdraws what waits and leaves no trace.
	bea.open("/sign-in").send("Recevoir un lien", map[string]string{"email": "bea@courriel.example"})
	bea.open(link(t, box.wait(t, "bea@courriel.example", "Votre lien").Text)).send("Me connecter", nil)
	bea.open("/desk").sees("Ce que j’ai proposé", "Réparer les filets", "Peindre la coque")
	if bea.open("/me/data"); !strings.Contains(bea.body, "Je préfère peindre.") || strings.Contains(bea.body, "dao@") {
		t.Errorf("what Bea takes away is not all of hers and hers alone:\n%s", bea.body)
	}
	bea.open("/desk").follow("Peindre la coque").send("Retirer ma proposition", nil).sees("Votre proposition est retirée.")
	box.wait(t, "camille@anse.example", "retiré sa proposition")
	bea.open("/me").send("Tout effacer", nil).sees("Rien n’est effacé")
	bea.send("Tout effacer", map[string]string{"sure": "on"}).sees("Vos données sont effacées.")
	bea.open("/desk").sees("Recevoir un lien")
	camille.open(link(t, box.wait(t, "camille@anse.example", "Bea propose son aide : Réparer").Text)).sees("Une personne qui a effacé ses données").missing("Je préfère peindre.", "bea@courriel.example")
}
