package mission_test

import (
	"context"
	"regexp"
	"testing"

	"mainforte/internal/db"
	"mainforte/internal/db/dbtest"
	"mainforte/internal/fault"
	"mainforte/internal/housetest"
	"mainforte/internal/mission"
)

// The address of an unlisted mission is not guessed from its title, and stays
// when the title is mended.
func TestAnUnlistedMissionHidesItsAddress(t *testing.T) {
	dbtest.Run(t, nil, func(ctx context.Context, t *testing.T, d *db.DB, _ *dbtest.Clock) {
		h := housetest.New(ctx, t, d)
		m := h.Open(housetest.Titled("Reprendre les sauvegardes"), housetest.Visible(mission.Unlisted))
		if !regexp.MustCompile(`^reprendre-les-sauvegardes--\d{12}$`).MatchString(m.Slug) {
			t.Fatalf("its address is %q", m.Slug)
		}
		if _, err := mission.BySlug(ctx, d, h.Visitor, m.Slug); err != nil {
			t.Errorf("who has the address: %v", err)
		}
		_, err := mission.BySlug(ctx, d, h.Visitor, "reprendre-les-sauvegardes")
		housetest.Refused(t, err, fault.Missing, "fault.missing")

		before := m.Slug
		c := m.Content
		c.Title = "Reprendre les sauvegardes du lundi"
		m, err = mission.Save(ctx, d, h.Coordinator.Who, m.ID, c)
		housetest.Must(t, err)
		for _, slug := range []string{before, m.Slug} {
			if _, err := mission.BySlug(ctx, d, h.Visitor, slug); err != nil {
				t.Errorf("%s, shared before or after the title was mended: %v", slug, err)
			}
		}
	})
}

// What was public and is hidden is no longer found under the address that
// everybody saw, except by members.
func TestHidingAMissionEndsItsPublicAddress(t *testing.T) {
	dbtest.Run(t, nil, func(ctx context.Context, t *testing.T, d *db.DB, _ *dbtest.Clock) {
		h := housetest.New(ctx, t, d)
		m := h.Open(housetest.Titled("Tenir la permanence"))
		seen := m.Slug
		c := m.Content
		c.Visibility, c.More.VisibilityWhy = mission.Unlisted, "Le lieu doit rester discret."
		m, err := mission.Save(ctx, d, h.Coordinator.Who, m.ID, c)
		housetest.Must(t, err)
		_, err = mission.BySlug(ctx, d, h.Visitor, seen)
		housetest.Refused(t, err, fault.Missing, "fault.missing")
		for name, slug := range map[string]string{"the old": seen, "the new": m.Slug} {
			if _, err := mission.BySlug(ctx, d, h.Volunteer.Who, slug); err != nil {
				t.Errorf("a member under %s address: %v", name, err)
			}
		}
		if _, err := mission.BySlug(ctx, d, h.Visitor, m.Slug); err != nil {
			t.Errorf("a visitor under the new address: %v", err)
		}
	})
}
