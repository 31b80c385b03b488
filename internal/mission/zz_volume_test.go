package mission_test

import (
	"context"
	"database/sql"
	"fmt"
	"testing"

	"mainforte/internal/db"
	"mainforte/internal/db/dbtest"
)

var qA = db.DoAcross("zz.a", "x", `INSERT INTO association (id, slug, name, purpose, place, language, time_zone, answer_days, created_at) VALUES ($1,$2,$3,'','','fr','Europe/Paris',7,0)`)
var qL = db.DoAcross("zz.l", "x", `INSERT INTO listing (association_id, id, mission_id, association_slug, association_name, slug, title, need, effort, place, remote, entry, answer_days) VALUES ($1,$2,$2,$3,$3,$4,$5,$5,'','Nantes',$6,$7,7)`)
var qW = db.DoAcross("zz.w", "x", `INSERT INTO listing_word (word, listing_id) VALUES ($1, $2)`)

func TestZZVolume(t *testing.T) {
	for _, e := range []db.Engine{db.Postgres} {
		d, _ := dbtest.Open(t, e, nil)
		ctx := context.Background()
		const N = 30000
		err := d.Write(ctx, func(d *db.DB) error {
			for a := range 500 {
				if _, err := qA.Run(ctx, d, int64(a+1), fmt.Sprint("asso-", a), fmt.Sprint("asso-", a)); err != nil {
					return err
				}
			}
			for i := range N {
				a := i / 100
				id := int64(i + 1)
				if _, err := qL.Run(ctx, d, int64(a+1), id, fmt.Sprint("asso-", a), fmt.Sprint("m-", i), fmt.Sprint("mission ", i), i < 5000 && i%50 == 0, i < 5000 && i%20 == 0); err != nil {
					return err
				}
				seen := map[string]bool{}
				for k := range 30 {
					w := fmt.Sprintf("mot%d", (i*31+k*k*17)%3000)
					if k == 0 {
						w = "commun"
					}
					if k == 1 && i%3 == 0 {
						w = "frequent"
					}
					if seen[w] { continue }
					seen[w] = true
					if _, err := qW.Run(ctx, d, w, id); err != nil {
						return err
					}
				}
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}

		raw, err := sql.Open("pgx", dbtest.Path(t, e))
		if err != nil { t.Fatal(err) }
		raw.SetMaxOpenConns(1)
		var text string
		for _, st := range db.Statements() { if st.Name == "mission.list_all" { text = st.Text } }
		for _, analyze := range []bool{false, true} {
			if analyze { raw.Exec("ANALYZE") }
			for _, mode := range []string{"force_custom_plan", "force_generic_plan"} {
				for _, jit := range []string{"on", "off"} {
				raw.Exec("SET plan_cache_mode = " + mode)
				raw.Exec("SET jit = " + jit)
				raw.Exec("DEALLOCATE ALL")
				if _, err := raw.Exec("PREPARE q AS " + text); err != nil { t.Fatal(err) }
				for _, w := range [][2]string{{"frequent", "commun"}, {"commun", ""}} {
					hi := ""
					if w[1] != "" { hi = w[1] + "\U0010ffff" }
					rows, err := raw.Query(fmt.Sprintf("EXPLAIN (ANALYZE, COSTS ON) EXECUTE q (9223372036854775807, false, false, '', '%s', '%s', '%s', '%s', '', '', '', '', 20)", w[0], w[0]+"\U0010ffff", w[1], hi))
					if err != nil { t.Fatal(err) }
					fmt.Println("=====", "analyze", analyze, mode, "jit", jit, w)
					for rows.Next() { var l string; rows.Scan(&l); fmt.Println(l) }
					rows.Close()
				}
				}
			}
		}
	}
}
