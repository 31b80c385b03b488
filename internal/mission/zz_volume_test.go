package mission_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"mainforte/internal/db"
	"mainforte/internal/db/dbtest"
	"mainforte/internal/mission"
)

var qA = db.DoAcross("zz.a", "x", `INSERT INTO association (id, slug, name, purpose, place, language, time_zone, answer_days, created_at) VALUES ($1,$2,$3,'','','fr','Europe/Paris',7,0)`)
var qL = db.DoAcross("zz.l", "x", `INSERT INTO listing (association_id, id, mission_id, association_slug, association_name, slug, title, need, effort, place, remote, entry, answer_days) VALUES ($1,$2,$2,$3,$3,$4,$5,$5,'','Nantes',$6,$7,7)`)
var qW = db.DoAcross("zz.w", "x", `INSERT INTO listing_word (word, listing_id) VALUES ($1, $2)`)

func TestZZVolume(t *testing.T) {
	for _, e := range []db.Engine{db.SQLite, db.Postgres} {
		d, _ := dbtest.Open(t, e, nil)
		ctx := context.Background()
		const N = 50000
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
		for name, f := range map[string]mission.Filter{
			"all": {}, "asso old": {Association: "asso-3"}, "asso new": {Association: "asso-499"}, "asso none": {Association: "nulle-part"}, "remote": {Remote: true}, "entry": {Entry: true},
			"common": {Words: "commun"}, "common+frequent": {Words: "commun frequent"}, "common+rare": {Words: "commun mot17"}, "rare": {Words: "mot1717"}, "prefix mo": {Words: "mo"},
			"asso+word": {Association: "asso-3", Words: "commun"},
			"page far": {After: 100},
		} {
			for range 8 {
				mission.Search(ctx, d, f, 20)
				mission.Count(ctx, d, f)
			}
			s := time.Now()
			var n int
			for range 10 {
				l, err := mission.Search(ctx, d, f, 20)
				if err != nil {
					t.Fatal(err)
				}
				n = len(l)
			}
			a := time.Since(s) / 10
			s = time.Now()
			var c int
			for range 10 {
				c, _ = mission.Count(ctx, d, f)
			}
			fmt.Printf("%-9s %-16s search %8s (%d)  count %8s (%d)\n", e, name, a.Round(time.Microsecond), n, (time.Since(s) / 10).Round(time.Microsecond), c)
		}
	}
}
