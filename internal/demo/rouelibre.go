package demo

import (
	"mainforte/internal/association"
	"mainforte/internal/mission"
)

// rouelibre is a bicycle workshop, where people come to be hands.
func (w *world) rouelibre() {
	h := w.founded(w.ago(300, 14, 0), "Malik", "malik@rouelibre.example", association.Settings{
		Name:       "Roue libre",
		Place:      "Rezé",
		Purpose:    "Un atelier où l’on répare son vélo soi-même, avec les outils et l’humeur de tout le monde.",
		AnswerDays: 5,
	})
	h.invite(
		invited{days: 298, name: "Josette", email: "josette@rouelibre.example", referent: true},
		invited{days: 297, name: "Anouk", email: "anouk@poste.example", referent: true},
		invited{days: 290, name: "Dédé la Clé", email: "dede@lettres.example"},
		invited{days: 240, name: "Thi-Lan", email: "thilan@courriel.example"},
		invited{days: 225, name: "Papy Guidon", email: "papyguidon@lettres.example"},
	)
	h.becomes(w.ago(70, 15, 20), "Papy Guidon", association.Sympathiser)
	h.asked(invited{days: 2, name: "Swann", email: "swann@courriel.example", referent: true})

	h.needs(w.ago(220, 9, 0), "Anouk", "", mission.Content{
		Title:  "Dessiner la fiche de la première crevaison",
		Need:   "Six dessins, pas un mot, pour que tout le monde la comprenne. Elle ira au mur et sur le site, sous licence libre.",
		Remote: true,
		Entry:  true,
		Seats:  1,
		More:   mission.More{Effort: "une soirée par dessin", Latitude: "du trait, des couleurs, de la tête du cycliste"},
	}).moves(w.ago(219, 9, 0), mission.Open).moves(w.ago(176, 18, 0), mission.Done)

	lessons := h.needs(w.ago(125, 11, 30), "Anouk", "Josette", mission.Content{
		Title: "Apprendre à rouler à des adultes",
		Need:  "Huit personnes, un parking vide, deux mois. On court derrière la selle, et un jour on la lâche.",
		Place: "Rezé, parking de la salle des fêtes",
		Seats: 2,
		Trust: mission.Known,
		More: mission.More{
			Details: "Les séances ont lieu le dimanche matin. Vous en suivez deux avec Anouk avant de mener la vôtre.\n\n" +
				"On n’a pas besoin de bien rouler : il faut savoir attendre, et ne jamais dire « c’est facile ».",
			Purpose:  "À des femmes et des hommes qui n’ont jamais eu de vélo, ou pas le droit d’en avoir un.",
			Effort:   "2 heures le dimanche matin, pendant deux mois",
			Latitude: "des exercices et de l’ordre où on les fait",
			Means:    "huit vélos bas, des casques, du café",
		},
	}).moves(w.ago(124, 9, 0), mission.Open)
	lessons.offeredBy(w.ago(120, 21, 15), "Thi-Lan", "J’ai appris à mes trois enfants et à mon mari. Le mari, c’était le plus long.").
		welcomed(w.ago(119, 8, 30), "Anouk", "Alors tu sais tout. On t’attend dimanche, 9 h 30, avec ou sans le mari.")
	lessons.offered(w.ago(110, 18, 40), "Chiara", "chiara@courriel.example",
		"J’ai appris à rouler à 43 ans, à Turin, avec ma belle-sœur qui criait. Je crois que je peux faire mieux qu’elle. Chiara").
		confirmed().
		welcomed(w.ago(108, 19, 0), "Anouk", "Bienvenue Chiara ! Ici personne ne crie, sauf de joie quand la selle est lâchée. Dimanche, 9 h 30 ?")
	lessons.moves(w.ago(104, 12, 0), mission.Filled)

	door := h.needs(w.ago(66, 16, 0), "Josette", "Anouk", mission.Content{
		Title: "Tenir l’accueil de l’atelier vélo",
		Need:  "On accueille, on écoute, on trouve la bonne clé de 15.",
		Place: "Rezé",
		Entry: true,
		Seats: 3,
		More: mission.More{
			Details: "Chaque mercredi, vingt personnes poussent la porte avec un vélo malade. Vous leur dites bonjour, vous notez ce qui " +
				"ne va pas, et vous les menez à quelqu’un qui sait. **Aucune mécanique n’est demandée.**",
			Purpose:  "À qui n’ose pas entrer dans un atelier.",
			Effort:   "3 heures par semaine, le mercredi",
			Latitude: "de la musique et de l’ordre de la file",
			Together: "des prix libres, et de ce que l’on fait des vélos oubliés",
			Means:    "un tabouret, une liste, une équipe qui ne laisse jamais personne seul",
			LeadsTo:  "démonter, puis réparer, si le cœur vous en dit",
		},
	}).moves(w.ago(66, 16, 5), mission.Open)
	door.offered(w.ago(45, 12, 0), "Oumar", "oumar@courriel.example",
		"Je parle français, pulaar, un peu anglais et très bien vélo. Libre le mercredi. Oumar").
		confirmed().
		welcomed(w.ago(44, 9, 45), "Josette", "Alors c’est oui dans toutes les langues. Mercredi 14 h, demandez Josette, c’est moi qui râle.")
	door.offered(w.ago(1, 17, 12), "Aïcha", "aicha@poste.example",
		"Bonjour, je n’y connais rien en vélo mais je sais faire le thé et calmer les gens. Est-ce que ça compte ?").
		confirmed()

	h.needs(w.ago(40, 10, 0), "Malik", "Josette", mission.Content{
		Title: "Refaire la remorque de l’atelier",
		Need:  "Elle penche. On attend le bois, on rouvre dès qu’il est là.",
		Place: "Rezé",
	}).moves(w.ago(40, 10, 5), mission.Open).moves(w.ago(21, 18, 30), mission.Paused)

	parts := h.needs(w.ago(33, 10, 0), "Josette", "Malik", mission.Content{
		Title: "Démonter les vélos donnés, le premier samedi",
		Need:  "On en reçoit trente par mois, on en sauve dix, et des autres on garde les pièces. Tabliers fournis.",
		Place: "Rezé",
		Entry: true,
	}).moves(w.ago(33, 10, 5), mission.Open)
	parts.offered(w.ago(4, 7, 30), "Jean-Do", "jeando@lettres.example",
		"BONJOUR. RETRAITÉ, 40 ANS DE MÉCANIQUE, OUTILS PERSONELS. JE PEUX VENIR LE SAMEDI. "+
			"PARDON POUR LES MAJUSCULES, LA TOUCHE EST COINCÉE. JEAN-DO").
		confirmed()
}
