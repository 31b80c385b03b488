package i18n_test

import (
	"testing"
	"time"

	"pgregory.net/rapid"

	"mainforte/internal/i18n"
)

// zones are where volunteers live, and where the clocks do odd things: at
// midnight (Santiago, Beirut, Cairo, Havana), by half an hour (Lord Howe),
// far from Greenwich (Kiritimati), or never (Kolkata).
var zones = []string{
	"Europe/Paris", "America/Santiago", "Asia/Beirut", "Africa/Cairo", "America/Havana", "America/Asuncion",
	"Australia/Lord_Howe", "Pacific/Kiritimati", "Pacific/Chatham", "America/St_Johns", "Asia/Kolkata", "Asia/Gaza", "UTC",
}

func zone(t testing.TB, name string) *time.Location {
	t.Helper()
	found, err := time.LoadLocation(name)
	if err != nil {
		t.Fatal(err)
	}
	return found
}

// drawInstant draws any instant of our time, every second one within three
// days of a change of the zone's clocks.
func drawInstant(t *rapid.T, label string, in *time.Location) time.Time {
	from, to := time.Date(2014, 1, 1, 0, 0, 0, 0, time.UTC), time.Date(2037, 1, 1, 0, 0, 0, 0, time.UTC)
	at := time.UnixMilli(rapid.Int64Range(from.UnixMilli(), to.UnixMilli()).Draw(t, label)).UTC()
	if _, change := at.In(in).ZoneBounds(); !change.IsZero() && rapid.Bool().Draw(t, label+" near a change") {
		const most = int64(3 * 24 * time.Hour / time.Millisecond)
		return change.UTC().Add(time.Duration(rapid.Int64Range(-most, most).Draw(t, label+" by")) * time.Millisecond)
	}
	return at
}

// The law of every delay: d full days, from midnight to midnight, pass
// between what starts it and its end; and it ends as a day begins there.
func TestDeadlineGivesFullDaysInAnyZone(t *testing.T) {
	for _, name := range zones {
		t.Run(name, func(t *testing.T) {
			in := zone(t, name)
			rapid.Check(t, func(t *rapid.T) {
				days := rapid.IntRange(0, 60).Draw(t, "days")
				from := drawInstant(t, "end", in).AddDate(0, 0, -days)
				end := i18n.Deadline(from, days, in)
				local := from.In(in)
				lastDay := time.Date(local.Year(), local.Month(), local.Day()+days, 12, 0, 0, 0, time.UTC)
				wantLast, wantNext := lastDay.Format(time.DateOnly), lastDay.AddDate(0, 0, 1).Format(time.DateOnly)
				if got := i18n.LastDay(end).In(in).Format(time.DateOnly); got != wantLast {
					t.Fatalf("%d days from %s: the last is %s, want %s (ends %s)", days, local, got, wantLast, end.In(in))
				}
				if got := end.In(in).Format(time.DateOnly); got != wantNext {
					t.Fatalf("%d days from %s end on %s, want the first instant of %s", days, local, end.In(in), wantNext)
				}
			})
		})
	}
}

func TestDeadlineAcrossClockChanges(t *testing.T) {
	for _, c := range []struct {
		name, zone, from, want string
		days                   int
	}{
		{"spring in Paris: an hour less", "Europe/Paris", "2026-03-25T20:00:00+01:00", "2026-04-02T00:00:00+02:00", 7},
		{"autumn in Paris: an hour more", "Europe/Paris", "2026-10-20T09:00:00+02:00", "2026-10-28T00:00:00+01:00", 7},
		{"a minute before midnight", "Europe/Paris", "2026-11-22T23:59:00+01:00", "2026-11-30T00:00:00+01:00", 7},
		{"at midnight the day is new", "Europe/Paris", "2026-11-23T00:00:00+01:00", "2026-12-01T00:00:00+01:00", 7},
		{"a day that begins at one", "America/Santiago", "2025-08-30T12:00:00-04:00", "2025-09-07T01:00:00-03:00", 7},
		{"the end of a year", "Europe/Paris", "2026-12-28T12:00:00+01:00", "2027-01-05T00:00:00+01:00", 7},
	} {
		t.Run(c.name, func(t *testing.T) {
			from, err := time.Parse(time.RFC3339, c.from)
			if err != nil {
				t.Fatal(err)
			}
			want, err := time.Parse(time.RFC3339, c.want)
			if err != nil {
				t.Fatal(err)
			}
			if got := i18n.Deadline(from, c.days, zone(t, c.zone)); !got.Equal(want) {
				t.Errorf("got %s, want %s", got.In(zone(t, c.zone)), want)
			}
		})
	}
}

func TestMidnightIsTheFirstInstantOfItsDay(t *testing.T) {
	for _, name := range zones {
		in := zone(t, name)
		rapid.Check(t, func(t *rapid.T) {
			at := drawInstant(t, "at", in)
			begin := i18n.Midnight(at, in)
			day := at.In(in).Format(time.DateOnly)
			if begin.After(at) || begin.In(in).Format(time.DateOnly) != day || begin.Add(-time.Millisecond).In(in).Format(time.DateOnly) == day {
				t.Fatalf("%s: the day of %s begins at %s", name, at.In(in), begin.In(in))
			}
		})
	}
}

func TestDaysCountMidnights(t *testing.T) {
	paris := zone(t, "Europe/Paris")
	at := func(month time.Month, day, hour int) time.Time {
		return time.Date(2026, month, day, hour, 0, 0, 0, paris)
	}
	for _, c := range []struct {
		name     string
		from, to time.Time
		want     int
	}{
		{"the same evening", at(11, 22, 8), at(11, 22, 23), 0},
		{"two hours over midnight", at(11, 22, 23), at(11, 23, 1), 1},
		{"over the change of spring", at(3, 28, 12), at(3, 30, 0), 2},
		{"over the change of autumn", at(10, 24, 23), at(10, 26, 0), 2},
		{"backwards", at(11, 23, 1), at(11, 22, 23), -1},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := i18n.Days(c.from, c.to, paris); got != c.want {
				t.Errorf("got %d, want %d", got, c.want)
			}
		})
	}
}

func TestDeadlineIsDaysAway(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		in, err := time.LoadLocation(rapid.SampledFrom(zones).Draw(t, "zone"))
		if err != nil {
			t.Fatal(err)
		}
		from, days := drawInstant(t, "from", in), rapid.IntRange(0, 60).Draw(t, "days")
		if got := i18n.Days(from, i18n.Deadline(from, days, in), in); got != days+1 {
			t.Fatalf("the deadline is %d midnights away, want %d", got, days+1)
		}
	})
}

func TestDatesAreSaid(t *testing.T) {
	paris := zone(t, "Europe/Paris")
	now := time.Date(2026, 11, 22, 15, 30, 0, 0, paris)
	french, english := i18n.In(i18n.French), i18n.In(i18n.English)
	for _, c := range []struct{ name, got, want string }{
		{"a day", french.Day(now.AddDate(0, 0, 6), now, paris), "samedi 28 novembre"},
		{"a day in English", english.Day(now.AddDate(0, 0, 6), now, paris), "Saturday 28 November"},
		{"the first of a month", french.Day(time.Date(2026, 12, 1, 9, 0, 0, 0, paris), now, paris), "mardi 1er décembre"},
		{"another year", french.Day(time.Date(2027, 1, 2, 9, 0, 0, 0, paris), now, paris), "samedi 2 janvier 2027"},
		{"another year there, this one in London", french.Day(time.Date(2027, 1, 1, 0, 30, 0, 0, paris), now, paris), "vendredi 1er janvier 2027"},
		{"an hour", french.Hour(time.Date(2026, 11, 22, 14, 5, 0, 0, paris), paris), "14\u00a0h\u00a005"},
		{"an hour in English", english.Hour(time.Date(2026, 11, 22, 14, 5, 0, 0, paris), paris), "14:05"},
		{"today", french.Moment(now.Add(-time.Hour), now, paris), "aujourd’hui à 14\u00a0h\u00a030"},
		{"yesterday, 16 hours ago", french.Moment(now.Add(-16*time.Hour), now, paris), "hier à 23\u00a0h\u00a030"},
		{"before", french.Moment(now.AddDate(0, 0, -3), now, paris), "jeudi 19 novembre à 15\u00a0h\u00a030"},
		{"since today", french.Since(now, now, paris), "aujourd’hui"},
		{"since yesterday", french.Since(now.AddDate(0, 0, -1), now, paris), "hier"},
		{"since long", french.Since(now.AddDate(0, 0, -9), now, paris), "9\u00a0jours"},
		{"since long in English", english.Since(now.AddDate(0, 0, -9), now, paris), "9\u00a0days"},
	} {
		t.Run(c.name, func(t *testing.T) {
			if c.got != c.want {
				t.Errorf("%q, want %q", c.got, c.want)
			}
		})
	}
}

func TestZoneFallsBackToParis(t *testing.T) {
	for name, want := range map[string]string{
		"America/Santiago": "America/Santiago", "": "Europe/Paris", "Local": "Europe/Paris", "Nulle/Part": "Europe/Paris", "../passwd": "Europe/Paris",
	} {
		if got := i18n.Zone(name).String(); got != want {
			t.Errorf("Zone(%q) is %s, want %s", name, got, want)
		}
	}
}
