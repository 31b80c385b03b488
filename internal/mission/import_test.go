package mission_test

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"slices"
	"strings"
	"testing"

	"mainforte/internal/actor"
	"mainforte/internal/association"
	"mainforte/internal/db"
	"mainforte/internal/db/dbtest"
	"mainforte/internal/fault"
	"mainforte/internal/i18n"
	"mainforte/internal/mission"
	"mainforte/internal/people"
	"mainforte/internal/sheet"
)

// importHouse is a fresh association with its coordinator.
type importHouse struct {
	association association.Association
	coordinator actor.Actor
}

func newImportHouse(ctx context.Context, t *testing.T, d *db.DB) importHouse {
	t.Helper()
	p := importPerson(ctx, t, d)
	settings := association.Settings{Name: "Les Veilleuses", Language: i18n.French}
	a, err := association.Create(ctx, d, actor.System(0), "", settings, p)
	if err != nil {
		t.Fatal(err)
	}
	who, _, err := association.Act(ctx, d, a.ID, p)
	if err != nil {
		t.Fatal(err)
	}
	return importHouse{a, who}
}

func importPerson(ctx context.Context, t *testing.T, d *db.DB) people.Person {
	t.Helper()
	p, err := people.Ensure(ctx, d, "p"+d.NewID().String()+"@example.org", "Camille", i18n.French)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// joined is a person who became a member of the house.
func (h importHouse) joined(ctx context.Context, t *testing.T, d *db.DB, m association.Member) actor.Actor {
	t.Helper()
	p := importPerson(ctx, t, d)
	m.Person, m.Name = p.ID, p.Name
	if err := association.Join(ctx, d, actor.System(h.association.ID), m); err != nil {
		t.Fatal(err)
	}
	who, _, err := association.Act(ctx, d, h.association.ID, p)
	if err != nil {
		t.Fatal(err)
	}
	return who
}

// titles are those of all missions, in the order of their making.
func (h importHouse) titles(ctx context.Context, t *testing.T, d *db.DB) []string {
	t.Helper()
	all, err := mission.All(ctx, d, h.coordinator, 0, 100)
	if err != nil {
		t.Fatal(err)
	}
	var titles []string
	for _, m := range slices.Backward(all) {
		titles = append(titles, m.Title)
	}
	return titles
}

func importTable(t *testing.T, lines ...string) sheet.Table {
	t.Helper()
	table, err := sheet.Read(strings.NewReader(strings.Join(lines, "\n")))
	if err != nil {
		t.Fatal(err)
	}
	return table
}

// wantSaid checks that a fault is said whole in both languages, and that its
// French holds each of the texts.
func wantSaid(t *testing.T, err error, want ...string) {
	t.Helper()
	f, ok := fault.As(err)
	if !ok {
		t.Fatalf("no fault but %v", err)
	}
	var french string
	for _, language := range i18n.Languages {
		text := i18n.In(language)
		said := []string{text.Say(f.Key, f.Args...)}
		for _, field := range f.Fields {
			said = append(said, text.Say(field.Key, field.Args...))
		}
		for i, sentence := range said {
			if strings.ContainsAny(sentence, "{}") || !strings.Contains(sentence, " ") {
				t.Errorf("in %s, sentence %d is %q", language, i, sentence)
			}
		}
		if language == i18n.French {
			// The spaces that do not break are the catalogue's own matter.
			french = strings.ReplaceAll(strings.Join(said, "\n"), "\u00a0", " ")
		}
	}
	for _, text := range want {
		if !strings.Contains(french, text) {
			t.Errorf("nothing says %q in:\n%s", text, french)
		}
	}
}

func TestImportOfAListOfTitles(t *testing.T) {
	const file = "../../../shared/data/scenarios/entry_missions.csv"
	source, err := os.Open(file)
	if errors.Is(err, fs.ErrNotExist) && os.Getenv("CI") == "" {
		t.Skip("the field data are not beside this repository")
	}
	if err != nil {
		t.Fatal(err)
	}
	defer source.Close()
	table, err := sheet.Read(source)
	if err != nil {
		t.Fatal(err)
	}
	dbtest.Run(t, nil, func(ctx context.Context, t *testing.T, d *db.DB, _ *dbtest.Clock) {
		h := newImportHouse(ctx, t, d)
		result, err := mission.Import(ctx, d, actor.System(h.association.ID), table, mission.ImportOptions{Referent: h.coordinator.Person})
		if err != nil {
			t.Fatal(err)
		}
		if result.Taken != len(table.Rows) || len(result.Missions) != 4 || result.Known != 0 {
			t.Errorf("%d made, %d already, of %d lines", result.Taken, result.Known, len(table.Rows))
		}
		for i, m := range result.Missions {
			if m.Title != table.Rows[i].Cells[0] {
				t.Errorf("%q became %q", table.Rows[i].Cells[0], m.Title)
			}
			if m.State != mission.Open || m.Referent != h.coordinator.Person || m.Visibility != mission.Public {
				t.Errorf("%q is %s, %s, answered by %s", m.Title, m.State, m.Visibility, m.Referent)
			}
		}
		if n, err := mission.Count(ctx, d, mission.Filter{Association: h.association.Slug}); err != nil || n != 4 {
			t.Errorf("visitors see %d of them, %v", n, err)
		}
	})
}

func TestImportReadsEveryColumn(t *testing.T) {
	dbtest.Run(t, nil, func(ctx context.Context, t *testing.T, d *db.DB, _ *dbtest.Clock) {
		for name, lines := range map[string][]string{
			"French words, semicolons": {
				"Titre;Besoin;Lieu;À distance;Porte d’entrée;Places;Confiance;Visibilité;Raison;Description;Durée;Vous décidez;Et après ?",
				"Traduire le site;Huit pages.;Nantes;oui;X;3;Après une première mission;Membres;Pas encore annoncé;\"D’abord l’accueil.\n\nPuis le reste.\";2 h;du style;une autre langue",
			},
			"English words, commas": {
				"title,NEED,place,remote,entry,seats,trust,visibility,visibility_why,details,effort,latitude,leads_to",
				"Traduire le site,Huit pages.,Nantes,yes,1,3,After a first mission,members,Pas encore annoncé,\"D’abord l’accueil.\n\nPuis le reste.\",2 h,du style,une autre langue",
			},
			"code words, tabs": {
				strings.Join([]string{"title_fr", "besoin", "lieu", "a_distance", "ideale pour commencer", "places", "trust", "visibility", "raison", "description_fr", "duree", "ce que vous décidez", "suite"}, "\t"),
				strings.Join([]string{" Traduire  le site ", "Huit pages.", "Nantes", "true", "VRAI", "3", "known", "members", "Pas encore annoncé", "\"D’abord l’accueil.\n\nPuis le reste.\"", "2 h", "du style", "une autre langue"}, "\t"),
			},
		} {
			t.Run(name, func(t *testing.T) {
				h := newImportHouse(ctx, t, d)
				result, err := mission.Import(ctx, d, h.coordinator, importTable(t, lines...), mission.ImportOptions{})
				if err != nil {
					wantSaid(t, err)
					t.Fatal(err)
				}
				m, err := mission.ByID(ctx, d, h.coordinator, result.Missions[0].ID)
				if err != nil {
					t.Fatal(err)
				}
				want := mission.Content{
					Title: "Traduire le site", Need: "Huit pages.", Place: "Nantes", Remote: true, Entry: true, Seats: 3,
					Trust: mission.Known, Visibility: mission.Members, Referent: h.coordinator.Person,
					More: mission.More{
						VisibilityWhy: "Pas encore annoncé", Details: "D’abord l’accueil.\n\nPuis le reste.",
						Effort: "2 h", Latitude: "du style", LeadsTo: "une autre langue",
					},
				}
				if m.Content != want {
					t.Errorf("got  %+v\nwant %+v", m.Content, want)
				}
				if n, err := mission.Count(ctx, d, mission.Filter{Association: h.association.Slug}); err != nil || n != 0 {
					t.Errorf("a mission for members is listed: %d, %v", n, err)
				}
			})
		}
	})
}

// Whoever adds a text to Texts can import it, without a line in the import.
func TestImportReadsEveryText(t *testing.T) {
	dbtest.Run(t, nil, func(ctx context.Context, t *testing.T, d *db.DB, _ *dbtest.Clock) {
		h := newImportHouse(ctx, t, d)
		for i, text := range mission.Texts {
			headers := append([]string{text.Name, strings.ToUpper(text.Name)}, text.Headers...)
			for _, language := range i18n.Languages {
				headers = append(headers, i18n.In(language).Say("mission.field."+text.Name))
			}
			for j, header := range headers {
				table := importTable(t, "titre;"+header, fmt.Sprintf("Mission %d.%d;ici", i, j))
				result, err := mission.Import(ctx, d, h.coordinator, table, mission.ImportOptions{Draft: true})
				if err != nil {
					t.Errorf("%s: %v", header, err)
				} else if got := *text.Of(&result.Missions[0].More); got != "ici" {
					t.Errorf("%s: %q", header, got)
				}
			}
		}
	})
}

// A form and a table call a field alike.
func TestImportReadsTheLabelsOfTheForm(t *testing.T) {
	dbtest.Run(t, nil, func(ctx context.Context, t *testing.T, d *db.DB, _ *dbtest.Clock) {
		h := newImportHouse(ctx, t, d)
		for _, language := range i18n.Languages {
			var header []string
			for _, name := range []string{"title", "need", "place", "remote", "entry", "seats", "trust", "visibility"} {
				header = append(header, i18n.In(language).Say("mission.field."+name))
			}
			table := importTable(t, strings.Join(header, "\t"), "En "+string(language)+"\tb\tc\tx\tx\t4\tknown\tpublic")
			result, err := mission.Import(ctx, d, h.coordinator, table, mission.ImportOptions{Draft: true})
			if err != nil {
				t.Errorf("%q: %v", header, err)
				continue
			}
			m := result.Missions[0]
			if m.Need != "b" || m.Place != "c" || !m.Remote || !m.Entry || m.Seats != 4 || m.Trust != mission.Known {
				t.Errorf("%q gave %+v", header, m.Content)
			}
		}
	})
}

func TestImportReadsYesAndNo(t *testing.T) {
	dbtest.Run(t, nil, func(ctx context.Context, t *testing.T, d *db.DB, _ *dbtest.Clock) {
		h := newImportHouse(ctx, t, d)
		n := 0
		for written, want := range map[string]bool{
			"oui": true, " Oui ": true, "YES": true, "true": true, "1": true, "x": true, "X": true,
			"non": false, "No": false, "false": false, "0": false, "": false,
		} {
			n++
			table := importTable(t, "titre;à distance", fmt.Sprintf("Mission %d;%s", n, written))
			result, err := mission.Import(ctx, d, h.coordinator, table, mission.ImportOptions{})
			if err != nil {
				t.Errorf("%q: %v", written, err)
			} else if result.Missions[0].Remote != want {
				t.Errorf("%q is %v", written, result.Missions[0].Remote)
			}
		}
		for _, written := range []string{"peut-être", "?", "-", "2", "ouinon"} {
			table := importTable(t, "titre;à distance", "Autre;"+written)
			_, err := mission.Import(ctx, d, h.coordinator, table, mission.ImportOptions{})
			wantSaid(t, err, "Ligne 2", "à distance", "« "+written+" »")
		}
	})
}

// Every word that a form shows for a choice can be written in a table.
func TestImportReadsTheWordsOfTheScreen(t *testing.T) {
	dbtest.Run(t, nil, func(ctx context.Context, t *testing.T, d *db.DB, _ *dbtest.Clock) {
		h := newImportHouse(ctx, t, d)
		n := 0
		check := func(column, word string, is func(mission.Content) bool) {
			n++
			table := importTable(t, "title\t"+column+"\traison", fmt.Sprintf("Mission %d\t%s\tParce que", n, word))
			result, err := mission.Import(ctx, d, h.coordinator, table, mission.ImportOptions{Draft: true})
			if err != nil {
				t.Errorf("%s %q: %v", column, word, err)
			} else if !is(result.Missions[0].Content) {
				t.Errorf("%s %q gave %+v", column, word, result.Missions[0].Content)
			}
		}
		for _, trust := range mission.Trusts {
			is := func(c mission.Content) bool { return c.Trust == trust }
			check("trust", string(trust), is)
			for _, language := range i18n.Languages {
				check("trust", i18n.In(language).Say("mission.trust."+string(trust)), is)
			}
		}
		for _, visibility := range mission.Visibilities {
			is := func(c mission.Content) bool { return c.Visibility == visibility }
			check("visibility", string(visibility), is)
			for _, language := range i18n.Languages {
				check("visibility", i18n.In(language).Say("mission.visibility."+string(visibility)), is)
			}
		}
		check("confiance", "", func(c mission.Content) bool { return c.Trust == mission.Anyone })
		check("confiance", "Pour commencer tout de suite", func(c mission.Content) bool { return c.Trust == mission.Anyone })
		check("confiance", "Avec la confiance de l'équipe", func(c mission.Content) bool { return c.Trust == mission.Trusted })
		check("confiance", "ACCÈS CRITIQUE", func(c mission.Content) bool { return c.Trust == mission.Critical })
		check("visibilité", "", func(c mission.Content) bool { return c.Visibility == mission.Public })
	})
}

func TestImportTakesAllOrNothingAndTellsEveryBadLine(t *testing.T) {
	dbtest.Run(t, nil, func(ctx context.Context, t *testing.T, d *db.DB, _ *dbtest.Clock) {
		h := newImportHouse(ctx, t, d)
		table := importTable(
			t,
			"titre;besoin;places;à distance;confiance;visible par",
			"La bonne;Deux phrases.;2;oui;;",
			";Sans titre.;;;;",
			"",
			"Trop de places;;1000;;;",
			"Pas un nombre;;trois;;;",
			"Deux fautes;;;peut-être;beaucoup;",
			strings.Repeat("é", mission.TitleLimit+1)+";;;;;",
			"Sans raison;;;;;membres",
		)
		_, err := mission.Import(ctx, d, h.coordinator, table, mission.ImportOptions{})
		wantSaid(
			t, err,
			"Ligne 3, colonne « titre »",
			"Ligne 5, colonne « places »",
			"« trois » n’est pas un nombre entier",
			"« peut-être » n’est ni oui ni non",
			"« beaucoup » n’est pas une des possibilités", "« Accès critique »",
			"Ligne 8, colonne « titre »",
			"Ligne 9, colonne « Si ce n’est pas public, pourquoi »",
		)
		f, _ := fault.As(err)
		if f.Code != fault.Invalid || len(f.Fields) != 7 {
			t.Errorf("%d faults of code %d: %v", len(f.Fields), f.Code, err)
		}
		if titles := h.titles(ctx, t, d); len(titles) != 0 {
			t.Errorf("a refused import left %q", titles)
		}
	})
}

func TestImportRefusesHeadersItCannotFollow(t *testing.T) {
	dbtest.Run(t, nil, func(ctx context.Context, t *testing.T, d *db.DB, _ *dbtest.Clock) {
		h := newImportHouse(ctx, t, d)
		for name, c := range map[string]struct {
			lines []string
			said  []string
		}{
			"unknown":          {[]string{"titre;couleur;salaire", "Une;bleu;"}, []string{"« couleur »", "« salaire »", "title / titre"}},
			"doubled":          {[]string{"titre;Title_FR", "Une;Deux"}, []string{"« titre » et « Title_FR »"}},
			"doubled the same": {[]string{"titre;lieu;lieu", "Une;ici;là"}, []string{"« lieu » et « lieu »"}},
			"without a title":  {[]string{"besoin;lieu", "Une;ici"}, []string{"« titre »"}},
			"without a name":   {[]string{"titre;;lieu", "Une;bleu;ici"}, []string{"colonne 2"}},
			"of punctuation":   {[]string{"titre;???", "Une;bleu"}, []string{"« ??? »"}},
			"no header":        {[]string{"Traduire le site", "Tenir la buvette"}, []string{"« Traduire le site »", "« titre »"}},
		} {
			_, err := mission.Import(ctx, d, h.coordinator, importTable(t, c.lines...), mission.ImportOptions{})
			if !fault.Is(err, fault.Invalid) {
				t.Errorf("%s: %v", name, err)
				continue
			}
			wantSaid(t, err, c.said...)
		}
		if titles := h.titles(ctx, t, d); len(titles) != 0 {
			t.Errorf("refused imports left %q", titles)
		}
		// Spreadsheets export the empty columns beside a table.
		result, err := mission.Import(ctx, d, h.coordinator, importTable(t, "titre;;", "Une;;", "Deux; ;"), mission.ImportOptions{})
		if err != nil || len(result.Missions) != 2 {
			t.Errorf("empty columns: %d made, %v", len(result.Missions), err)
		}
	})
}

func TestImportTwiceChangesNothing(t *testing.T) {
	dbtest.Run(t, nil, func(ctx context.Context, t *testing.T, d *db.DB, clock *dbtest.Clock) {
		h := newImportHouse(ctx, t, d)
		table := importTable(t, "titre;besoin", "Traduire le site;Huit pages.", "Tenir la buvette;", "traduire  LE SITE;Autre chose.")
		first, err := mission.Import(ctx, d, h.coordinator, table, mission.ImportOptions{})
		if err != nil || len(first.Missions) != 2 || first.Known != 1 {
			t.Fatalf("first: %d made, %d already, %v", len(first.Missions), first.Known, err)
		}
		clock.Advance(1e9)
		second, err := mission.Import(ctx, d, h.coordinator, table, mission.ImportOptions{Draft: true})
		if err != nil || len(second.Missions) != 0 || second.Known != 3 {
			t.Errorf("second: %d made, %d already, %v", len(second.Missions), second.Known, err)
		}
		m, err := mission.ByID(ctx, d, h.coordinator, first.Missions[0].ID)
		if err != nil || m.Need != "Huit pages." || m.State != mission.Open || m.Changed != first.Missions[0].Changed {
			t.Errorf("the second import touched %+v, %v", m, err)
		}

		// What is done may be needed again.
		if _, err := mission.Move(ctx, d, h.coordinator, first.Missions[0].ID, mission.Done); err != nil {
			t.Fatal(err)
		}
		third, err := mission.Import(ctx, d, h.coordinator, table, mission.ImportOptions{})
		if err != nil || len(third.Missions) != 1 || third.Known != 2 || third.Missions[0].Title != "Traduire le site" {
			t.Errorf("third: %+v, %v", third, err)
		}

		// Another association's missions are not this one's.
		other := newImportHouse(ctx, t, d)
		elsewhere, err := mission.Import(ctx, d, other.coordinator, table, mission.ImportOptions{})
		if err != nil || len(elsewhere.Missions) != 2 {
			t.Errorf("elsewhere: %d made, %v", len(elsewhere.Missions), err)
		}
	})
}

func TestImportTwiceAtTheSameInstantMakesEachMissionOnce(t *testing.T) {
	dbtest.Run(t, nil, func(ctx context.Context, t *testing.T, d *db.DB, _ *dbtest.Clock) {
		h := newImportHouse(ctx, t, d)
		table := importTable(t, "titre", "Traduire le site", "Tenir la buvette", "Relire le bulletin")
		errs := make(chan error)
		for range 4 {
			go func() {
				_, err := mission.Import(ctx, d, h.coordinator, table, mission.ImportOptions{})
				errs <- err
			}()
		}
		taken := 0
		for range 4 {
			switch err := <-errs; {
			case err == nil:
				taken++
			case fault.Is(err, fault.Conflict):
				wantSaid(t, err)
			default:
				t.Error(err)
			}
		}
		if titles := h.titles(ctx, t, d); taken == 0 || !slices.Equal(titles, []string{"Traduire le site", "Tenir la buvette", "Relire le bulletin"}) {
			t.Errorf("%d were taken and left %q", taken, titles)
		}
	})
}

func TestImportOfDrafts(t *testing.T) {
	dbtest.Run(t, nil, func(ctx context.Context, t *testing.T, d *db.DB, _ *dbtest.Clock) {
		h := newImportHouse(ctx, t, d)
		referent := h.joined(ctx, t, d, association.Member{Referent: true})
		options := mission.ImportOptions{Draft: true, Referent: referent.Person}
		result, err := mission.Import(ctx, d, h.coordinator, importTable(t, "titre", "Traduire le site"), options)
		if err != nil {
			t.Fatal(err)
		}
		if m := result.Missions[0]; m.State != mission.Draft || m.Referent != referent.Person {
			t.Errorf("%s, answered by %s", m.State, m.Referent)
		}
		if n, err := mission.Count(ctx, d, mission.Filter{Association: h.association.Slug}); err != nil || n != 0 {
			t.Errorf("%d drafts are listed, %v", n, err)
		}
	})
}

func TestImportIsForCoordination(t *testing.T) {
	dbtest.Run(t, nil, func(ctx context.Context, t *testing.T, d *db.DB, _ *dbtest.Clock) {
		h, other := newImportHouse(ctx, t, d), newImportHouse(ctx, t, d)
		table := importTable(t, "titre", "Traduire le site")
		elsewhere := other.coordinator
		elsewhere.Association, elsewhere.Member, elsewhere.Referent, elsewhere.Coordinator = h.association.ID, false, false, false
		for name, who := range map[string]actor.Actor{
			"a visitor":                          actor.Visitor(h.association.ID),
			"a volunteer":                        h.joined(ctx, t, d, association.Member{}),
			"one who answers":                    h.joined(ctx, t, d, association.Member{Referent: true}),
			"the operator":                       {Association: h.association.ID, Person: importPerson(ctx, t, d).ID, Operator: true},
			"another association’s coordination": elsewhere,
		} {
			if _, err := mission.Import(ctx, d, who, table, mission.ImportOptions{Referent: h.coordinator.Person}); !fault.Is(err, fault.Forbidden) {
				t.Errorf("%s: %v", name, err)
			}
		}
		// Who answers must be somebody of this association who may.
		volunteer := h.joined(ctx, t, d, association.Member{})
		for name, referent := range map[string]db.ID{
			"nobody": 0, "a volunteer": volunteer.Person, "another association’s coordination": other.coordinator.Person,
		} {
			_, err := mission.Import(ctx, d, actor.System(h.association.ID), table, mission.ImportOptions{Referent: referent})
			if !fault.Is(err, fault.Invalid) {
				t.Errorf("answered by %s: %v", name, err)
			}
		}
		if titles := h.titles(ctx, t, d); len(titles) != 0 {
			t.Errorf("refused imports left %q", titles)
		}
	})
}

func TestImportHasALimit(t *testing.T) {
	dbtest.Run(t, nil, func(ctx context.Context, t *testing.T, d *db.DB, _ *dbtest.Clock) {
		h := newImportHouse(ctx, t, d)
		lines := []string{"titre"}
		for i := range mission.ImportLimit + 1 {
			lines = append(lines, fmt.Sprint("Mission ", i))
		}
		_, err := mission.Import(ctx, d, h.coordinator, importTable(t, lines...), mission.ImportOptions{})
		if !fault.Is(err, fault.Invalid) {
			t.Fatal(err)
		}
		wantSaid(t, err, i18n.In(i18n.French).Number(mission.ImportLimit))
	})
}
