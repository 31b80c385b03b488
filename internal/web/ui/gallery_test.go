package ui

import (
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/a-h/templ"
)

// The gallery is made of invented pages that show every component: full, empty,
// wrong and late. MAINFORTE_GALLERY names a folder where they are written, to be
// looked at in a browser:
//
//	MAINFORTE_GALLERY=/somewhere go test ./internal/web/ui -run TestGallery

const (
	nb  = "\u00a0"
	nnb = "\u202f"
)

// all renders components one after the other.
func all(list ...templ.Component) templ.Component {
	return templ.ComponentFunc(func(ctx context.Context, w io.Writer) error {
		for _, c := range list {
			if err := c.Render(ctx, w); err != nil {
				return err
			}
		}
		return nil
	})
}

// in wraps children in an element, such as `div class="two"`.
func in(tag string, children ...templ.Component) templ.Component {
	return templ.ComponentFunc(func(ctx context.Context, w io.Writer) error {
		if _, err := fmt.Fprintf(w, "<%s>", tag); err != nil {
			return err
		}
		if err := all(children...).Render(ctx, w); err != nil {
			return err
		}
		_, err := fmt.Fprintf(w, "</%s>", strings.Fields(tag)[0])
		return err
	})
}

// text is an element that holds words.
func text(tag, words string) templ.Component { return in(tag, Words(words)) }

// with gives children to a component.
func with(parent templ.Component, children ...templ.Component) templ.Component {
	return templ.ComponentFunc(func(ctx context.Context, w io.Writer) error {
		return parent.Render(templ.WithChildren(ctx, all(children...)), w)
	})
}

func page(title string, change func(*Page), children ...templ.Component) templ.Component {
	p := Page{
		Lang: "fr", Title: title + " — Mainforte", Description: "Une page de la galerie.", Public: true,
		Canonical: "https://exemple.invalid/galerie",
		Brand:     "Mainforte", Home: "missions.html",
		NavLabel: "Principal",
		Nav: []Link{
			{Label: "Missions", Href: "missions.html", Current: strings.HasPrefix(title, "Où")},
			{Label: "Associations", Href: "membres.html"},
			{Label: "Se connecter", Href: "reponse.html"},
		},
		SkipLabel:  "Aller au contenu",
		FooterNote: "Aucun traceur, aucun compte nécessaire pour aider.",
		Footer: []Link{
			{Label: "Confidentialité", Href: "#"},
			{Label: "Accessibilité", Href: "#"},
			{Label: "Code source libre", Href: "#"},
		},
		Languages:  []Link{{Label: "English", Href: "/en/", Lang: "en"}},
		Alternates: []Link{{Lang: "fr", Href: "https://exemple.invalid/"}, {Lang: "en", Href: "https://exemple.invalid/en/"}},
		Feeds:      []Feed{{Title: "Missions", Href: "/missions.atom", Type: "application/atom+xml"}},
		Assets:     Assets{CSS: "mainforte.css", JS: "mainforte.js", Font: "young-serif.woff2", Icon: "mark.svg"},
	}
	if change != nil {
		change(&p)
	}
	return with(Layout(p), children...)
}

func inside(label string) func(*Page) {
	return func(p *Page) {
		p.Public, p.NoIndex = false, true
		p.Nav = []Link{{Label: "Missions", Href: "missions.html"}, {Label: "Mes missions", Href: "#"}, {Label: "Nadia", Href: "#"}}
		p.Section = &Section{
			Label: "Les Veilleuses", Name: "Les Veilleuses", Href: "mission.html",
			Links: []Link{
				{Label: "Qui m’attend" + nnb + "?", Href: "attente.html"},
				{Label: "Missions", Href: "missions.html"},
				{Label: "Besoins", Href: "vide.html"},
				{Label: "Membres", Href: "membres.html"},
				{Label: "Réglages", Href: "formulaire.html"},
			},
		}
		for i, l := range p.Section.Links {
			p.Section.Links[i].Current = l.Label == label
		}
	}
}

func kept(late ...int) []bool {
	list := make([]bool, 25)
	for i := range list {
		list[i] = true
	}
	for _, i := range late {
		list[i] = false
	}
	return list
}

func offerForm() templ.Component {
	return with(Sheet("offer-title"),
		text(`h2 id="offer-title"`, "Prêter main-forte"),
		in(`form class="fields" method="post" action="#" id="offer"`,
			TextField(Field{Name: "name", Label: "Votre prénom", Hint: "Ou un pseudonyme.", Autocomplete: "given-name", Required: true}),
			EmailField(Field{Name: "email", Label: "Votre courriel", Hint: "Pour vous répondre, rien d’autre.", Required: true}),
			TextArea(Field{Name: "words", Label: "Une phrase", Hint: "Ce qui vous tente, ce que vous savez faire, vos questions.", Rows: 3}),
			Honeypot("site", "Laissez vide"),
			Hidden("mission", "traduire"),
			Button("Proposer mon aide", Primary),
		),
		NextSteps([]Phrase{
			{Before: "Vous recevez tout de suite une confirmation."},
			{Before: "Camille répond avant le ", Strong: "samedi 28 novembre", After: "."},
			{Before: "Si ce n’est pas le moment, on vous le dit franchement."},
		}),
	)
}

func missionPage(title string, promise PromiseSheet) templ.Component {
	return page(title, nil,
		in(`div class="two"`,
			in(`article class="stack"`,
				Crumbs("Où suis-je", []Link{{Label: "Les Veilleuses", Href: "#"}, {Label: "Missions", Href: "missions.html"}}),
				text("h1", title),
				Marks([]Mark{{Label: "Idéale pour commencer", Door: true}, {Label: "À distance"}, {Label: "2 à 3" + nb + "heures, quand vous voulez"}}),
				text(`p class="lead"`, "Des personnes qui ne lisent pas le français nous cherchent et ne nous comprennent pas. Huit pages suffisent pour leur ouvrir la porte."),
				text("h2", "Ce qui est attendu"),
				text("p", "Une page traduite, relue par quelqu’un d’autre, publiée sous licence libre. Choisissez celle qui vous plaît"+nnb+"; le glossaire est prêt."),
				text("h2", "À qui ça sert"),
				text("p", "Aux personnes qui nous écrivent de l’étranger, une dizaine par mois. La première page traduite a été lue 340"+nb+"fois en trois semaines."),
				Facts([]Fact{
					{Term: "Vous décidez", Text: "de la page, du rythme et du style"},
					{Term: "On décide ensemble", Text: "des termes du glossaire"},
					{Term: "Nous fournissons", Text: "un compte sur l’outil de traduction, une relecture"},
					{Term: "Pour qui", Text: "tout le monde, tout de suite" + nb + ": tout est public"},
					{Term: "Et après" + nnb + "?", Text: "Animer la veille internationale", Href: "#"},
					{Term: "Places", Text: "3 personnes, 1 déjà là"},
				}),
				ShareLink(Share{ID: "share", Label: "Faire connaître cette mission", URL: "https://exemple.invalid/a/veilleuses/missions/traduire-le-site", Copy: "Copier le lien", Copied: "Le lien est copié."}),
				Stay("Proposer mon aide", "#offer"),
			),
			in(`div class="aside stack"`, Promise(promise), offerForm()),
		))
}

func cards() []Card {
	door := Mark{Label: "Idéale pour commencer", Door: true}
	return []Card{
		{Title: "Traduire le site en anglais, une page à la fois", Href: "mission.html", Need: "Huit pages pour ouvrir la porte à celles et ceux qui ne lisent pas le français.", Marks: []Mark{door, {Label: "À distance"}}, Foot: "Les Veilleuses · 2 à 3 h · réponse sous 7 jours, tenue 23 fois sur 25"},
		{Title: "Mettre en route notre compte Mastodon", Href: "mission.html", Need: "Dire ce que nous faisons là où l’on ne nous piste pas.", Marks: []Mark{door, {Label: "Nantes"}}, Foot: "Les Veilleuses · un après-midi · réponse sous 7 jours"},
		{Title: "Tenir l’accueil de l’atelier vélo", Href: "mission.html", Need: "On accueille, on écoute, on trouve la bonne clé de 15.", Marks: []Mark{{Label: "Rezé, 6 km"}, {Label: "Chaque mercredi"}}, Foot: "Roue libre · 3 h par semaine · réponse sous 5 jours, tenue 41 fois sur 41"},
		{Title: "Automatiser la lettre d’information", Href: "mission.html", Need: "Un envoi par mois qui prend aujourd’hui deux jours à la main.", Marks: []Mark{{Label: "À distance"}, {Label: "Après une première mission"}, {Label: "En pause", Late: true}}, Foot: "Les Veilleuses · 10 h · réponse sous 7 jours, tenue 23 fois sur 25"},
		{Title: "Photographier le jardin partagé au printemps", Href: "mission.html", Need: "Dix images libres pour l’affiche et le site.", Marks: []Mark{{Label: "Saint-Herblain, 8 km"}, {Label: "Une fois"}}, Foot: "Les Mains vertes · 2 h · trop tôt pour dire la promesse"},
	}
}

func waits() WaitTable {
	return WaitTable{
		Caption: "Les personnes qui attendent de vos nouvelles", Who: "Qui", Why: "Pourquoi", Since: "Depuis", Do: "Faire",
		Rows: []Wait{
			{Who: "Nadia", Mission: "Traduire le site", MissionHref: "mission.html", Words: "«" + nb + "Je suis traductrice, j’aimerais commencer par la page d’accueil." + nb + "»", Since: When{"9 jours", "2026-11-13T09:12:00+01:00"}, Late: true, LateWords: "en retard de 2 jours", Note: "Idriss a été prévenu", Action: Link{Label: "Répondre", Href: "#"}, About: "à Nadia"},
			{Who: "Yann", Mission: "Compte Mastodon", MissionHref: "mission.html", Words: "A remis son travail" + nb + ": le compte est ouvert, cinq messages sont prêts.", Since: When{"4 jours", "2026-11-18T09:12:00+01:00"}, Note: "à dire avant mercredi", Action: Link{Label: "Dire ce que c’est devenu", Href: "#"}},
			{Who: "Soizic", Mission: "Lettre d’information", MissionHref: "mission.html", Words: "«" + nb + "Est-ce que je peux utiliser un script plutôt qu’une extension" + nnb + "?" + nb + "»", Since: When{"2 jours", "2026-11-20"}, Action: Link{Label: "Répondre", Href: "#"}, About: "à Soizic"},
			{Who: "Marc", Mission: "sans mission précise", Words: "Sait administrer Matomo, deux soirs par mois. Trois missions lui correspondent.", Since: When{"hier", "2026-11-21"}, Action: Link{Label: "Voir les missions", Href: "#"}},
		},
	}
}

func answers(chosen, wrong string) templ.Component {
	return Choices(
		Field{Name: "answer", Label: "Votre réponse à Nadia", Hint: "Elle la reçoit par courriel, avec vos mots.", Value: chosen, Error: wrong, Required: true},
		[]Choice{
			{Value: "welcome", Label: "Bienvenue", Hint: "Nadia commence.", More: TextArea(Field{Name: "welcome-words", Label: "Par où commencer", Hint: "Un lien, une personne, un premier pas.", Value: "Bonjour Nadia, merci" + nnb + "! La page d’accueil est libre."})},
			{Value: "another", Label: "Plutôt cette mission", Hint: "Une autre lui irait mieux.", More: all(
				Select(Field{Name: "another-mission", Label: "Laquelle" + nnb + "?"}, []Option{{Value: "mastodon", Label: "Mettre en route notre compte Mastodon"}, {Value: "lettre", Label: "Automatiser la lettre d’information"}}),
				TextArea(Field{Name: "another-words", Label: "Pourquoi celle-ci", OptionalLabel: "(facultatif)", Rows: 3}),
			)},
			{Value: "later", Label: "Pas maintenant", Hint: "Ce n’est pas le bon moment" + nb + ": revenons-en à une date.", More: all(
				DateField(Field{Name: "later-until", Label: "Revenons-en le", Value: "2027-01-15"}),
				TextArea(Field{Name: "later-words", Label: "Vos mots", Rows: 3}),
			)},
			{Value: "no", Label: "Non merci", Hint: "Dit franchement, avec gentillesse."},
		})
}

func roll() templ.Component {
	row := func(name, status, mission, since, iso string) []templ.Component {
		return []templ.Component{Anchor(Link{Label: name, Href: "#"}), Words(status), Words(mission), Moment(since, iso)}
	}
	return Roll("12 membres sur 14, dans l’ordre des prénoms", []string{"Prénom", "En ce moment", "Mission", "Depuis"}, [][]templ.Component{
		row("Camille", "en activité, coordination", "Accueillir les bénévoles", "mars 2024", "2024-03"),
		row("Idriss", "en activité, personne qui répond", "Administrer l’anticonstitutionnellement-longue-plateforme", "janvier 2025", "2025-01"),
		row("Soizic", "en sommeil jusqu’en janvier", "Lettre d’information", "hier", "2026-11-21"),
	})
}

// gallery is every page, by file name.
func gallery() map[string]templ.Component {
	full := PromiseSheet{
		Initial: "C", Heading: "Camille vous répond sous 7" + nb + "jours", Absence: "En son absence" + nb + ": Idriss",
		Kept: kept(6, 18), KeptLabel: "23 réponses à temps sur 25 depuis un an",
		Sentence: Phrase{Before: "L’association a tenu sa promesse ", Strong: "23 fois sur 25", After: " depuis un an."},
	}
	discreet := PromiseSheet{
		Heading: "Une personne vous répond sous 7" + nb + "jours", Absence: "Une autre la remplace quand elle s’absente.",
		Sentence: Phrase{Before: "Trop tôt pour dire la promesse" + nb + ": moins de dix réponses."},
	}
	wrong := []FieldError{
		{ID: "title", Text: "Donnez un titre à la mission, en quelques mots."},
		{ID: "until", Text: "Le 31 novembre n’existe pas" + nb + ": choisissez une autre date."},
		{ID: "trust", Text: "Dites qui peut commencer."},
		{Text: "La page a été ouverte il y a plus d’un jour" + nb + ": relisez avant d’envoyer."},
	}
	return map[string]templ.Component{
		"mission.html":  missionPage("Traduire le site en anglais, une page à la fois", full),
		"discrete.html": missionPage("Tenir la permanence téléphonique du jeudi soir", discreet),
		"missions.html": page("Où prêter main-forte"+nnb+"?", func(p *Page) {
			p.Data = map[string]string{"@type": "ItemList", "name": "</script><script>alert(1)</script>"}
		},
			text("h1", "Où prêter main-forte"+nnb+"?"),
			with(Find("#", "Chercher une mission"),
				TextField(Field{Name: "q", Type: "search", Label: "Quoi", Placeholder: "traduire, accueillir…"}),
				TextField(Field{Name: "near", Label: "Où", Placeholder: "commune ou code postal"}),
				Select(Field{Name: "within", Label: "Autour", Value: "20"}, []Option{{Value: "5", Label: "5" + nb + "km"}, {Value: "20", Label: "20" + nb + "km"}}),
				Button("Chercher", Primary),
			),
			text(`p class="soft"`, "38 missions ouvertes dans 3 associations, 14 à distance, 9 idéales pour commencer."),
			MissionCards(cards()),
			Pager(Link{Label: "Les missions suivantes", Href: "#"}),
		),
		"attente.html": page("Quatre personnes vous attendent", inside("Qui m’attend"+nnb+"?"),
			text("h1", "Quatre personnes vous attendent"),
			Figures([]Figure{
				{Number: "23/25", Label: "réponses à temps depuis un an"},
				{Number: "1", Label: "réponse en retard", Late: true},
				{Number: "0", Label: "urgences signalées par vous en 2026", Href: "#"},
			}),
			Waits(waits()),
			in(`div class="actions"`, PostButton("#", "Je m’absente"+nb+": Idriss répond à ma place", Quiet, Pair{"deputy", "idriss"})),
		),
		"reponse.html": page("Nadia propose son aide", func(p *Page) {
			inside("Missions")(p)
			p.Narrow = true
			p.Notice = Notice{Text: "Le message est parti chez Nadia.", UndoLabel: "Annuler", UndoAction: "#", UndoFields: []Pair{{"letter", "4"}}}
		},
			Crumbs("Où suis-je", []Link{{Label: "Qui m’attend" + nnb + "?", Href: "attente.html"}, {Label: "Nadia"}}),
			text("h1", "Nadia propose son aide"),
			Letters([]Letter{
				{ID: "m1", Author: "Nadia", Sent: When{"vendredi 13 novembre, 9 h 12", "2026-11-13T09:12:00+01:00"}, Body: Paragraphs("Bonjour,\nje suis traductrice, j’aimerais commencer par la page d’accueil.\n\nEst-ce que le glossaire est déjà prêt" + nnb + "?")},
				{ID: "m2", Author: "Idriss", Mine: true, Kind: "Pas maintenant", Sent: When{"hier", "2026-11-21"}, Body: Paragraphs("Bonjour Nadia, Camille revient lundi. Revenons-en le 30 novembre" + nnb + "?")},
				{ID: "m3", Author: "Nadia", Sent: When{"ce matin", "2026-11-22T08:00:00+01:00"}, Body: Paragraphs("Parfait, à lundi.")},
			}),
			in(`form class="stack" method="post" action="#"`, answers("welcome", ""), in(`div class="actions"`, Button("Envoyer la réponse", Primary), ButtonLink("Plus tard", "attente.html", Quiet))),
		),
		"formulaire.html": page("Une mission à ouvrir", func(p *Page) { inside("Réglages")(p); p.Narrow = true },
			text("h1", "Une mission à ouvrir"),
			ErrorSummary("Quatre choses à revoir avant d’ouvrir la mission", wrong),
			in(`form class="fields" method="post" action="#" novalidate`,
				TextField(Field{Name: "title", Label: "Titre", Hint: "Un verbe, puis ce que l’on fait.", Error: wrong[0].Text, MaxLength: 120, Required: true}),
				TextArea(Field{Name: "need", Label: "Le besoin", Hint: "Deux phrases.", Value: "Huit pages à traduire.", Required: true}),
				DateField(Field{Name: "until", Label: "Jusqu’au", OptionalLabel: "(facultatif)", Value: "2026-11-31", Error: wrong[1].Text}),
				Radios(Field{Name: "trust", Label: "Qui peut commencer", Error: wrong[2].Text, Required: true}, []Option{
					{Value: "open", Label: "Pour commencer tout de suite", Hint: "Rien de confidentiel, rien de vital."},
					{Value: "known", Label: "Après une première mission"},
					{Value: "trusted", Label: "Avec la confiance de l’équipe"},
				}),
				Select(Field{Name: "referent", Label: "Qui répond", Value: "2"}, []Option{{Value: "1", Label: "Camille"}, {Value: "2", Label: "Idriss"}}),
				Check(Field{Name: "remote", Label: "Faisable à distance", Hint: "D’où que l’on soit.", Checked: true}),
				with(Disclosure("Lieu, durée, matériel", false), TextField(Field{Name: "place", Label: "Où", OptionalLabel: "(facultatif)", Autocomplete: "off"})),
				with(Disclosure("Ce que la personne décide", true), TextField(Field{Name: "latitude", Label: "Vous décidez"}), Check(Field{Name: "alone", Label: "Seule, sans demander", Error: "Dites au moins de quoi."})),
				in(`div class="actions"`, Button("Ouvrir la mission", Primary), ButtonValue("Garder comme besoin", Plain, "keep", "need")),
			),
			in(`form class="fields" method="post" action="#"`, answers("", "Choisissez une réponse."), Button("Envoyer", Plain)),
		),
		"commencer.html": page("Bienvenue", func(p *Page) { p.Narrow = true; p.NoIndex = true },
			text("h1", "Trois questions, et c’est ouvert"),
			text(`p class="lead"`, "Dix minutes suffisent, depuis un téléphone. Tout peut changer ensuite."),
			in(`form class="stack" method="post" action="#"`,
				in(`div class="steps"`,
					with(Step("1", "Comment s’appelle votre association"+nnb+"?", ""), TextField(Field{Name: "name", Label: "Son nom", Required: true})),
					with(Step("2", "De quoi avez-vous besoin en premier"+nnb+"?", "Quelque chose de simple, d’utile et de plaisant."), TextField(Field{Name: "title", Label: "Un titre"}), TextArea(Field{Name: "need", Label: "Deux phrases", Rows: 3})),
					with(Step("3", "Qui répond"+nnb+"?", "À qui propose son aide, sous 7"+nb+"jours."), EmailField(Field{Name: "referent", Label: "Son courriel"})),
				),
				Check(Field{Name: "discreet", Label: "Nous devons rester discrets", Hint: "Aucun nom, aucun chiffre, aucune indexation."}),
				Button("Ouvrir", Primary),
			),
		),
		"membres.html": page("Membres", func(p *Page) {
			inside("Membres")(p)
			p.Notice = Notice{Text: "Soizic est en sommeil jusqu’en janvier."}
		},
			text("h1", "Membres"),
			roll(),
			with(Prose(),
				text("h2", "Ce que nous nous promettons"),
				text("p", "Un texte long, écrit par l’association."),
				in("ul", text("li", "répondre sous 7"+nb+"jours"), text("li", "dire ce que le travail est devenu")),
				text("blockquote", "Personne ne doit rien à personne."),
				in("pre", text("code", "mainforte serve --data association.db --une-option-qui-n-en-finit-pas")),
			),
			text("h2", "Sur un poste partagé"),
			in(`div class="actions"`, Button("Premier", Primary), Button("Simple", Plain), Button("Discret", Quiet)),
		),
		"vide.html": page("Besoins", inside("Besoins"),
			text("h1", "Besoins"),
			Empty("Rien n’est noté pour l’instant", "Un besoin tient en une ligne. Il n’est pas publié"+nb+": c’est un pense-bête pour l’équipe.", Link{Label: "Noter un besoin", Href: "#"}),
			Empty("Personne n’attend", "Tout le monde a eu sa réponse.", Link{}),
			with(Sheet(""), text("p", "Une feuille sans titre.")),
		),
		"affiche.html": page("Affiche", nil,
			in(`article class="poster"`,
				Hands(),
				text(`p class="soft"`, "Les Veilleuses cherchent quelqu’un pour"),
				text("h1", "Traduire le site en anglais, une page à la fois"),
				text(`p class="lead"`, "Huit pages pour ouvrir la porte à celles et ceux qui ne lisent pas le français."),
				Marks([]Mark{{Label: "Idéale pour commencer", Door: true}, {Label: "À distance"}, {Label: "2 à 3" + nb + "heures"}}),
				text("p", "Camille vous répond sous 7"+nb+"jours."),
				text(`p class="poster-link"`, "exemple.invalid/a/veilleuses"),
			),
		),
	}
}

func TestGallery(t *testing.T) {
	folder := os.Getenv("MAINFORTE_GALLERY")
	for name, component := range gallery() {
		t.Run(name, func(t *testing.T) {
			var b strings.Builder
			if err := component.Render(context.Background(), &b); err != nil {
				t.Fatal(err)
			}
			checkPage(t, b.String())
			if folder != "" {
				write(t, filepath.Join(folder, name), []byte(b.String()))
			}
		})
	}
	if folder == "" {
		return
	}
	for _, name := range []string{"mainforte.css", "mainforte.js", "mark.svg", "young-serif.woff2"} {
		write(t, filepath.Join(folder, name), static(t, name))
	}
}

func static(t *testing.T, name string) []byte {
	t.Helper()
	b, err := os.ReadFile(filepath.Join("..", "static", name))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func write(t *testing.T, path string, b []byte) {
	t.Helper()
	if err := os.WriteFile(path, b, 0o600); err != nil {
		t.Fatal(err)
	}
}
