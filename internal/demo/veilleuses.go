package demo

import (
	"time"

	"mainforte/internal/association"
	"mainforte/internal/i18n"
	"mainforte/internal/mission"
)

// veilleuses is a help line at night: the association whose desk is full.
func (w *world) veilleuses() {
	h := w.founded(w.ago(340, 11, 0), "Awa", "awa@veilleuses.example", association.Settings{
		Name:  "Les Veilleuses",
		Place: "Nantes et partout",
		Purpose: "Une ligne d’écoute, la nuit, pour qui n’arrive pas à dormir et n’a personne à qui le dire. " +
			"Nous ne donnons pas de conseils : nous sommes réveillées.",
		AnswerDays: 7,
	})
	h.invite(
		invited{days: 338, name: "Camille", email: "camille@veilleuses.example", referent: true},
		invited{days: 338, name: "Idriss", email: "idriss@veilleuses.example", referent: true},
		invited{days: 337, name: "Rozenn", email: "rozenn@veilleuses.example", coordinator: true},
		invited{days: 335, name: "Hibou", email: "hibou@veilleuses.example", referent: true},
		invited{days: 330, name: "Luciole", email: "luciole@courriel.example"},
		invited{days: 328, name: "Solveig Nygård", email: "solveig@poste.example"},
		invited{days: 321, name: "Farid", email: "farid@courriel.example"},
		invited{days: 304, name: "Mei-Lin", email: "meilin@poste.example"},
		invited{days: 280, name: "João", email: "joao@courriel.example"},
		invited{days: 262, name: "Gwenolé", email: "gwenole@lettres.example"},
		invited{days: 231, name: "Madame Tournesol", email: "tournesol@lettres.example"},
		invited{days: 190, name: "Ifeoma", email: "ifeoma@courriel.example"},
		// The one whom Roue libre knows as Anouk.
		invited{days: 150, name: "Nouk", email: "anouk@poste.example"},
	)
	h.becomes(w.ago(128, 9, 30), "Madame Tournesol", association.Sympathiser)
	h.leaves(w.ago(101, 22, 5), "Solveig Nygård")
	h.becomes(w.ago(64, 9, 30), "Gwenolé", association.Dormant)

	w.pharmacies(h)
	w.receipts(h)
	w.listening(h)
	w.newsletter(h)
	w.mastodon(h)
	w.translation(h)
	w.font(h)

	h.needs(w.ago(83, 15, 0), "Hibou", "", mission.Content{
		Title:      "Relire le guide des nuits difficiles",
		Need:       "Douze pages que l’on tend à qui écoute pour la première fois. Il nous faut des yeux neufs et un crayon rouge.",
		Remote:     true,
		Seats:      2,
		Trust:      mission.Known,
		Visibility: mission.Members,
		More: mission.More{
			Effort:        "deux soirées",
			Latitude:      "de tout ce qui est obscur, trop long ou trop savant",
			VisibilityWhy: "Le guide cite de vraies phrases, même changées. Il reste entre nous tant qu’il n’est pas relu.",
		},
	}).moves(w.ago(82, 9, 10), mission.Open)
	h.needs(w.ago(58, 16, 40), "Idriss", "Awa", mission.Content{
		Title:      "Reprendre les sauvegardes du standard",
		Need:       "Une seule personne sait les refaire, et elle aimerait partir en vacances sans son ordinateur.",
		Place:      "Nantes",
		Seats:      1,
		Trust:      mission.Critical,
		Visibility: mission.Unlisted,
		More: mission.More{
			Details: "Refaire une sauvegarde complète avec Idriss, l’écrire pas à pas, puis la refaire sans lui.\n\n" +
				"Vous verrez passer des numéros de téléphone : cette mission vient après plusieurs autres, et à deux.",
			Effort:        "quatre samedis matin",
			Together:      "de l’endroit où dort la copie",
			Means:         "un disque, une procédure de 2019 à jeter",
			VisibilityWhy: "Dire en public comment le standard est gardé aiderait qui lui voudrait du mal. On donne l’adresse de vive voix.",
		},
	}).moves(w.ago(57, 9, 0), mission.Open)
	h.needs(w.ago(5, 23, 10), "Awa", "", mission.Content{
		Title: "Accueillir les nouvelles voix",
		Need:  "Être là le premier soir de quelqu’un, avec du thé. À écrire mieux que ça.",
	})
}

// pharmacies is a mission that was done.
func (w *world) pharmacies(h *house) {
	n := h.needs(w.ago(212, 10, 0), "Camille", "Idriss", mission.Content{
		Title: "Poser nos affichettes dans les pharmacies du quartier",
		Need:  "Quarante pharmacies, une affichette chacune, et demander avant de coller.",
		Place: "Nantes",
		Entry: true,
		Seats: 3,
	}).moves(w.ago(212, 10, 20), mission.Open)
	n.offeredBy(w.ago(204, 12, 15), "Mei-Lin", "J’habite au-dessus d’une pharmacie, je peux commencer par descendre.").
		welcomed(w.ago(203, 8, 40), "Camille", "Difficile de faire plus près ! Les affichettes sont dans le couloir, prenez-en vingt.")
	n.moves(w.ago(171, 17, 0), mission.Done)
}

// receipts is a mission that has enough people.
func (w *world) receipts(h *house) {
	n := h.needs(w.ago(142, 19, 0), "Rozenn", "", mission.Content{
		Title: "Classer les reçus avec la trésorière",
		Need:  "Une boîte à chaussures, trois exercices, une trésorière de bonne humeur.",
		Place: "Nantes",
		Seats: 1,
		Trust: mission.Trusted,
	}).moves(w.ago(142, 19, 5), mission.Open)
	n.offeredBy(w.ago(139, 20, 30), "João", "Les boîtes à chaussures, c’est mon métier : je suis comptable. Le dimanche matin si ça te va.").
		welcomed(w.ago(138, 9, 25), "Rozenn", "Dimanche, 10 h, chez moi. J’apporte la boîte et les croissants, tu apportes le courage.")
	n.moves(w.ago(131, 12, 0), mission.Filled)
}

// listening is the heart of the association, to which one comes by another
// way: one offer is declined, the other led to the coffee and followed there.
func (w *world) listening(h *house) {
	listening := h.needs(w.ago(160, 21, 0), "Hibou", "Awa", mission.Content{
		Title: "Écouter, une nuit par quinzaine",
		Need:  "De 23 h à 5 h, à deux, dans une pièce chauffée. On répond, on écoute, on laisse le silence durer ce qu’il veut.",
		Place: "Nantes",
		Seats: 4,
		Trust: mission.Trusted,
		More: mission.More{
			Details: "On n’écoute jamais à une seule voix ni sans préparation :\n\n" +
				"- trois soirées de formation, avec des gens qui ont fait toutes les erreurs avant vous ;\n" +
				"- deux nuits à côté de quelqu’un, casque sur les oreilles, sans parler ;\n" +
				"- une relève chaque dimanche soir, où l’on dépose ce qui pèse.\n\n" +
				"Vous pouvez arrêter quand vous voulez, y compris au milieu d’une nuit : l’autre personne est là pour ça.",
			Purpose:  "À qui appelle, une trentaine de fois par nuit. Souvent pour presque rien : savoir qu’une lumière est allumée.",
			Effort:   "une nuit sur quatorze, après trois soirées",
			Latitude: "de vos nuits, de vos mots, de vos silences, et de raccrocher",
			Together: "de ce que l’on ne fait jamais, comme conseiller, juger ou rappeler",
			Means:    "la formation, un casque, une couverture, quelqu’un à côté de vous",
			LeadsTo:  "accompagner les premières nuits des autres",
		},
	}).moves(w.ago(159, 10, 30), mission.Open)
	coffee := h.needs(w.ago(92, 18, 0), "Hibou", "Awa", mission.Content{
		Title: "Préparer le café de la relève, le dimanche soir",
		Need:  "Après une semaine de nuits, celles et ceux qui ont écouté se retrouvent. Il faut du café, des biscuits, et quelqu’un qui sourit.",
		Place: "Nantes",
		Entry: true,
		More:  mission.More{Effort: "deux heures, un dimanche de temps en temps"},
	}).moves(w.ago(92, 18, 5), mission.Open)

	listening.offered(w.ago(22, 9, 58), "Gaël", "gael@poste.example",
		"Bonjour ! Je développe un robot qui parle au téléphone avec une voix très naturelle. Il pourrait décrocher "+
			"à la place de vos bénévoles entre 2 h et 5 h, gratuitement la première année. On se fait une visio ? Gaël").
		confirmed().
		declined(w.ago(20, 20, 10), "Hibou",
			"Bonjour Gaël. Non merci, et autant vous dire pourquoi. Qui appelle entre 2 h et 5 h ne cherche pas une réponse, "+
				"mais à vérifier que quelqu’un est réveillé. Un robot qui se fait passer pour quelqu’un tromperait ces personnes, "+
				"même gentiment, et elles n’appelleraient plus.\n\nCe n’est pas votre travail qui est en cause : ce n’est pas l’endroit. "+
				"Si un dimanche vous avez deux heures à vous, le café de la relève est ouvert à tout le monde. Hibou")
	listening.offered(w.ago(16, 6, 35), "Hélène", "helene@lettres.example",
		"J’ai été infirmière de nuit pendant vingt-deux ans. Le silence de trois heures du matin, je connais. "+
			"Je voudrais écouter, si vous voulez bien de moi.").
		confirmed().
		redirected(w.ago(15, 21, 40), "Hibou", coffee,
			"On en serait très heureux. Chez nous personne ne prend de nuit sans avoir d’abord fait autre chose avec l’équipe, "+
				"même une infirmière de nuit : c’est la même règle pour tout le monde, moi compris. Le plus simple est de commencer "+
				"par le café de la relève. On s’y connaît en deux dimanches, et ensuite on parle des nuits. Hibou").
		followed(w.ago(14, 7, 5), coffee, "Va pour le café. Je vous préviens, je le fais fort.").
		welcomed(w.ago(13, 19, 20), "Hibou", "Fort, c’est parfait. Dimanche, 19 h 30. La sonnette marche une fois sur deux : frappez.")
}

// newsletter holds the story of a misunderstanding, and two answers « not
// now »: one to come, and one whose day is today.
func (w *world) newsletter(h *house) {
	n := h.needs(w.ago(97, 14, 0), "Camille", "Idriss", mission.Content{
		Title:  "Automatiser la lettre d’information",
		Need:   "Une lettre par mois, deux jours à la main chaque fois : on recopie quatre tableaux. Une machine s’ennuierait moins que nous.",
		Remote: true,
		Entry:  true,
		Seats:  2,
		More: mission.More{
			Details: "La lettre dit les nuits ouvertes, les besoins, les dates. Tout est déjà dans quatre tableaux, sans aucun nom. " +
				"Il s’agit de passer des tableaux à la lettre **sans recopier**, avec des outils que nous pourrons garder.\n\n" +
				"Nous savons écrire, lire un mode d’emploi et appuyer sur un bouton. Guère plus, mais on s’y met.",
			Purpose:  "À Rozenn et Camille, qui retrouveraient deux jours par mois, et aux 600 personnes qui la lisent.",
			Effort:   "une dizaine d’heures, étalées comme vous voulez",
			Latitude: "de la méthode et des outils",
			Together: "de ce qui part et de quand (le dernier bouton reste à nous)",
			Means:    "les tableaux, la maquette, des relectures, de la reconnaissance",
			LeadsTo:  "une archive des lettres sur le site",
		},
	}).moves(w.ago(96, 9, 30), mission.Open)

	n.offered(w.ago(38, 21, 10), "Soizic", "soizic@courriel.example",
		"Bonjour ! La lettre qui prend deux jours, ça m’a fait mal au cœur, j’ai connu ça avec des factures. "+
			"Je sais faire ce genre de bricolage et j’ai mes soirées en ce moment. Par contre j’écris mal, autant le dire : "+
			"la lettre elle-même, ça sera vous. Soizic").
		confirmed().
		welcomed(w.ago(36, 12, 40), "Camille",
			"Bienvenue Soizic, et merci pour la franchise : écrire, on sait faire, c’est le reste qui nous mange. "+
				"Les quatre tableaux sont dans le dossier partagé. Quelqu’un nous a parlé d’une extension pour le tableur "+
				"qui ferait tout ; elle est peut-être à installer, vous nous direz. Camille").
		wrote(w.ago(33, 22, 15),
			"J’ai regardé l’extension. Elle marcherait, mais elle envoie vos tableaux chez une entreprise avant de vous les rendre, "+
				"et ça m’embête pour vous. Est-ce que je peux utiliser un script plutôt qu’une extension ?").
		replied(w.ago(32, 13, 5), "Camille",
			"J’ai lu votre message trois fois et je préfère être honnête : un script, non. On y tient beaucoup. "+
				"Chez nous personne ne lit de texte préparé à quelqu’un qui appelle, et je ne voudrais pas que ça commence "+
				"par la lettre. Mais j’ai peut-être compris de travers ?").
		wrote(w.ago(26, 21, 50),
			"Ah mais non !! Rien à voir avec le téléphone, pardon, c’est mon jargon. Un script, pour moi, c’est un petit programme : "+
				"il lit les quatre tableaux sur votre ordinateur, il met en page, et il ne parle à personne.\n\n"+
				"Du coup je l’ai fait, c’était plus simple que d’expliquer. Tout est dans le dossier « lettre », avec une page "+
				"« comment on s’en sert » pour quelqu’un qui n’a jamais vu ça. Essayez sur la prochaine, et dites moi ce qui coince.").
		replied(w.ago(19, 18, 30), "Camille",
			"On en a bien ri avec Rozenn, et puis on l’a essayé. La lettre du mois est partie en quarante minutes, "+
				"et c’est Rozenn qui a appuyé sur le bouton, sans moi. Deux choses coincent : les accents dans les titres, "+
				"et votre page suppose qu’on sait ce qu’est un terminal. Rien ne presse.\n\n"+
				"On garde votre script, et la lettre dit à qui on le doit. Merci.")

	n.offered(w.ago(30, 13, 20), "Karim", "karim@poste.example",
		"Hello, je suis développeur à mi-temps, l’autre mi-temps j’ai des jumeaux de cinq mois. Je peux faire la lettre, "+
			"j’ai déjà bricolé ça pour mon AMAP. Pas dispo avant 21 h, et jamais le mercredi. Karim").
		confirmed().
		deferred(w.ago(28, 17, 45), "Camille", w.ago(-21, 12, 0),
			"Bonjour Karim. Pas maintenant, et voici pourquoi : Soizic s’y est mise la semaine dernière, et à deux en même temps "+
				"vous vous marcheriez dessus. Mais on ne veut pas que tout tienne à une seule personne : à la date que je mets ici, "+
				"le plus gros sera fait, et il faudra quelqu’un qui sache le reprendre.\n\nC’est moi qui reviens vers vous, "+
				"vous n’avez rien à faire. Et si d’ici là vous trouvez mieux ailleurs, allez-y sans scrupule. Camille")
}

// mastodon is where two people wait: one for the first answer, due today, the
// other for a reply to what he has done.
func (w *world) mastodon(h *house) {
	n := h.needs(w.ago(45, 11, 0), "Camille", "Idriss", mission.Content{
		Title:  "Mettre en route notre compte Mastodon",
		Need:   "Dire ce que nous faisons là où personne n’est pisté : ouvrir le compte, choisir un serveur avec nous, préparer les premiers messages.",
		Place:  "Nantes",
		Remote: true,
		Entry:  true,
		Seats:  2,
		More: mission.More{
			Details: "Nous n’avons jamais eu de compte nulle part. Il s’agit de :\n\n" +
				"1. choisir avec nous un serveur tenu par des gens à qui l’on peut écrire ;\n" +
				"2. ouvrir le compte et nous présenter en deux phrases ;\n" +
				"3. préparer cinq messages, pour que la page ne soit pas vide.\n\n" +
				"Rien de ce qui s’entend la nuit n’y sera raconté : seulement nos nuits ouvertes et nos besoins.",
			Purpose:  "À des gens qui ne lisent ni les affichettes ni la lettre, et qui ont quitté les grands réseaux.",
			Effort:   "un après-midi, puis une demi-heure par semaine",
			Latitude: "des mots, des images, du rythme",
			Together: "du serveur, et de ce que l’on ne dit pas",
			Means:    "nos textes, un logo, une relecture dans la journée",
			LeadsTo:  "tenir le compte à tour de rôle",
		},
	}).moves(w.ago(44, 9, 0), mission.Open)

	n.offered(w.ago(20, 18, 25), "Yann", "yann@poste.example",
		"Salut. Mastodon je connais, j’y suis depuis 2018, j’y parle surtout de champignons. Je peux vous ouvrir ça ce week-end. Yann").
		confirmed().
		welcomed(w.ago(18, 12, 20), "Camille",
			"Bienvenue Yann ! Les champignons nous vont très bien. Prenez votre temps pour le serveur : on voudrait pouvoir écrire "+
				"à la personne qui le tient, et qu’elle réponde. Pour le nom, « veilleuses » tout court si c’est libre. Camille").
		wrote(w.ago(4, 20, 55),
			"C’est en place : le compte est ouvert, cinq messages sont prêts dans le dossier partagé, je n’ai rien publié. "+
				"J’ai mis une chouette en image, dessinée par ma fille ; si ça ne fait pas assez sérieux, on change. "+
				"Je publie le premier, ou vous préférez appuyer vous-mêmes ?")
	n.offered(w.ago(15, 10, 5), "Priya", "priya@courriel.example",
		"Bonjour, je suis en recherche d’emploi et j’ai tenu le compte d’une librairie pendant deux ans. "+
			"Je pourrais préparer vos premiers messages. Priya").
		confirmed().
		wrote(w.ago(12, 16, 30),
			"Bonjour, je viens d’avoir une réponse pour un poste à Lyon, je commence lundi ! Je retire donc ma proposition. "+
				"J’espère que vous trouverez quelqu’un.").
		withdrew(w.ago(12, 16, 34)).
		replied(w.ago(12, 18, 10), "Camille", "Bravo pour le poste, et bonne route à Lyon. La porte reste ouverte. Camille")
	n.offered(w.ago(7, 8, 5), "Théophile", "theophile@lettres.example",
		"Bonjour, alors voilà, je me lance. J’ai 66 ans, j’ai travaillé trente-quatre ans dans l’imprimerie (d’abord le plomb, "+
			"ensuite l’offset, ensuite plus rien), et depuis que je suis à la retraite ma fille me dit de faire quelque chose.\n\n"+
			"J’ai lu votre annonce pour le compte Mastodon. Je croyais que c’était une marque de camions. Depuis dimanche j’ai lu "+
			"tout ce que j’ai trouvé dessus et j’ai rempli un cahier. Ce que j’ai compris, c’est qu’il y a beaucoup de petites "+
			"maisons et qu’il faut en choisir une, ce qui me paraît plutôt sain.\n\n"+
			"Je ne suis pas rapide. Je suis en revanche très soigneux et je relis tout deux fois, déformation professionnelle. "+
			"Si vous préférez quelqu’un de plus jeune je ne me vexerai pas, dites-le-moi simplement. Je précise que je ne suis pas "+
			"libre le jeudi, à cause de la chorale. Pardon d’avoir été si long. Bien cordialement, Théophile").
		confirmed()
	// Nobody has opened the link in the mail to this address.
	n.offered(w.ago(3, 2, 14), "moineau", "moineau@courriel.example",
		"bonsoir, j’arrive pas a dormir alors je lis votre site. je sais faire des affiches et des trucs graphique, "+
			"si jamais ça peut servir pour mastodonte. pas besoin de me repondre vite")
}

// translation is where the answer is late.
func (w *world) translation(h *house) {
	n := h.needs(w.ago(90, 10, 0), "Camille", "Idriss", mission.Content{
		Title:  "Traduire le site en anglais, une page à la fois",
		Need:   "Des personnes qui ne lisent pas le français nous cherchent et ne nous comprennent pas. Huit pages suffisent pour leur ouvrir la porte.",
		Remote: true,
		Entry:  true,
		Seats:  3,
		More: mission.More{
			Details: "Une page traduite, relue par quelqu’un d’autre, publiée sous licence libre.\n\n" +
				"- Choisissez celle qui vous plaît : elles font entre 200 et 500 mots.\n" +
				"- Le **glossaire** dit les trente mots sur lesquels nous avons déjà hésité.\n" +
				"- Une page en un mois, c’est une page de plus.",
			Purpose:  "À qui nous écrit de l’étranger ou vit ici depuis peu : une dizaine de personnes par mois.",
			Effort:   "2 à 3 heures par page, quand vous voulez",
			Latitude: "de la page, du rythme et du style",
			Together: "des mots du glossaire",
			Means:    "un accès à l’outil de traduction, une relecture",
			LeadsTo:  "relire les pages des autres, puis tenir le glossaire",
		},
	}).moves(w.ago(89, 9, 0), mission.Open)

	n.offered(w.ago(75, 14, 50), "Béatrice", "beatrice@poste.example",
		"Prof d’anglais, jambe cassée, coincée sur un canapé pour des semaines. Donnez-moi des pages !! Béatrice").
		confirmed().
		deferred(w.ago(72, 18, 0), "Camille", w.ago(0, 12, 0),
			"Bonjour Béatrice, et courage pour la jambe. On ne va pas vous donner de pages tout de suite : le glossaire des mots "+
				"délicats n’est pas prêt, et sans lui vous auriez tout à refaire. Revenons-en à la date que je mets ici, il le sera. "+
				"La jambe aussi, on espère. Camille")
	n.offeredIn(i18n.English, w.ago(17, 21, 30), "Siobhán", "siobhan@courriel.example",
		"Hi! I’ve lived in Nantes for six years and my written French is still a crime scene, but my English is fine "+
			"(I was born in it). Happy to take the page about the nights you’re open. Siobhán").
		confirmed().
		welcomed(w.ago(15, 13, 10), "Camille",
			"Hello Siobhán, welcome! The page is yours and the glossary is in the shared folder. My written English is a crime scene too, "+
				"so we are well matched. Somebody will proofread, and there is no hurry. Camille")
	n.offered(w.ago(9, 19, 20), "Nadia", "nadia@courriel.example",
		"Bonjour, je suis traductrice, une vraie, payée la journée à traduire des notices de tondeuse. J’aimerais commencer "+
			"par la page d’accueil si personne ne l’a prise. Par contre je ne connais pas du tout vos outils, il faudra me montrer "+
			"une fois. Une fois suffit en général. Nadia").
		confirmed()
	n.offered(w.lately(25*time.Minute), "Inès", "ines@courriel.example",
		"Bonjour, je ne sais pas si mon niveau suffit. J’ai eu 14 au bac en anglais et je regarde tout en VO. "+
			"Je pourrais peut-être faire une petite page, la moins importante ? Sinon ce n’est pas grave du tout. Merci quand même, Inès").
		confirmed()
}

// font is Idriss’s own: Camille is his deputy there.
func (w *world) font(h *house) {
	n := h.needs(w.ago(24, 17, 0), "Idriss", "Camille", mission.Content{
		Title:  "Remplacer une police de caractères sur le site",
		Need:   "Notre site va chercher ses lettres chez un géant, qui apprend ainsi qui nous lit. Il faut une police libre, servie par nous.",
		Remote: true,
		Entry:  true,
		Seats:  1,
		More: mission.More{
			Details: "Choisir une police libre et lisible, la réduire à nos deux alphabets, écrire la règle **@font-face**, " +
				"et vérifier que plus rien ne part ailleurs. La page tient en un fichier.",
			Effort: "une heure ou deux",
		},
	}).moves(w.ago(24, 17, 10), mission.Open)
	n.offered(w.ago(1, 20, 41), "Marc", "marc@poste.example",
		"Je sais faire. Une heure. Mardi soir ou jeudi soir. Marc").
		confirmed()
}
