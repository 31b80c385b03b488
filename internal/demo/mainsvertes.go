package demo

import (
	"time"

	"mainforte/internal/association"
	"mainforte/internal/mission"
)

// mainsvertes is a shared garden: five people, and a president who is also the
// treasurer and answers for everything.
func (w *world) mainsvertes() {
	const president = "Marie-Jo"
	h := w.founded(w.ago(118, 20, 30), president, "mariejo@mainsvertes.example", association.Settings{
		Name:       "Les Mains vertes",
		Place:      "Saint-Herblain",
		Purpose:    "Un jardin partagé derrière la voie ferrée : douze parcelles, un composteur, cinq adhérents et demi (le chat).",
		AnswerDays: 10,
	})
	h.invite(
		invited{days: 117, name: "Zohra", email: "zohra@mainsvertes.example", referent: true},
		invited{days: 117, name: "Kofi", email: "kofi@courriel.example"},
		invited{days: 116, name: "Sabine", email: "sabine@lettres.example"},
		invited{days: 112, name: "Lucien", email: "lucien@lettres.example"},
	)

	photos := h.needs(w.ago(76, 21, 0), president, "Zohra", mission.Content{
		Title: "Photographier le jardin au fil des saisons",
		Need:  "Dix images libres pour l’affiche et le site. Le jardin ne pose pas, il faut venir le voir.",
		Place: "Saint-Herblain",
		Entry: true,
		Seats: 2,
		More: mission.More{
			Details:  "Une visite suffit ; quatre, c’est mieux. **Pas de visage** sans l’avoir demandé, et les enfants jamais.",
			Purpose:  "À qui passe devant la grille sans oser la pousser.",
			Effort:   "2 heures, une fois ou quatre",
			Latitude: "du jour, de l’angle, de la limace",
			Means:    "la clé du portail, des tomates s’il y en a",
		},
	}).moves(w.ago(76, 21, 10), mission.Open)
	photos.offeredBy(w.ago(61, 8, 15), "Kofi", "Je passe devant tous les matins avec le chien. Autant m’arrêter.").
		welcomed(w.ago(60, 22, 0), president, "Oh oui ! Le chien aussi, s’il ne creuse pas.")
	photos.offered(w.lately(3*time.Hour), "Alix", "alix@poste.example",
		"Bonjour, je fais de la photo argentique, il faut être patient : on voit le résultat trois semaines après. "+
			"J’aime beaucoup les limaces. Est-ce que c’est rédhibitoire ? Alix").
		confirmed()

	h.needs(w.ago(62, 22, 30), president, "", mission.Content{
		Title: "Tenir les comptes avec la présidente",
		Need:  "La présidente est aussi trésorière. Elle aimerait que quelqu’un d’autre sache où est le carnet de chèques.",
		Place: "Saint-Herblain",
		Seats: 1,
		Trust: mission.Trusted,
		More: mission.More{
			Details: "Quarante lignes par an, un tableau, une réunion. Rien de difficile, mais à deux on dort mieux.\n\n" +
				"On commence par une saison ensemble. Si cela vous plaît, l’assemblée vous propose la place, la vraie, avec le titre.",
			Effort:   "une heure par mois",
			Together: "des dépenses de plus de cinquante euros",
			LeadsTo:  "être trésorière ou trésorier, pour de bon",
		},
	}).moves(w.ago(62, 22, 35), mission.Open)

	h.needs(w.ago(48, 19, 0), president, "Zohra", mission.Content{
		Title: "Installer le récupérateur d’eau",
		Need:  "La cuve est là, la gouttière non. On reprend quand la mairie a répondu.",
		Place: "Saint-Herblain",
	}).moves(w.ago(48, 19, 5), mission.Open).moves(w.ago(30, 21, 0), mission.Paused)

	watering := h.needs(w.ago(27, 20, 0), president, "Zohra", mission.Content{
		Title: "Arroser une semaine à la place de quelqu’un",
		Need:  "Le soir, vingt minutes, deux arrosoirs. Vous repartez avec ce qui est mûr.",
		Place: "Saint-Herblain",
		Entry: true,
	}).moves(w.ago(27, 20, 2), mission.Open)
	watering.offered(w.ago(6, 23, 48), "Kévin", "kevin@poste.example",
		"dispo tte la semaine, g deux arrosoirs et un petit frere motivé")
}
