package i18n

import (
	"fmt"
	"time"
	_ "time/tzdata" // a machine without zones of its own would keep every promise in UTC
)

// Zone finds an IANA time zone; Paris for one that is not known here.
func Zone(name string) *time.Location {
	if zone, err := time.LoadLocation(name); err == nil && name != "" && name != "Local" {
		return zone
	}
	zone, err := time.LoadLocation("Europe/Paris")
	if err != nil {
		return time.UTC
	}
	return zone
}

// Day says a date in words, with the year when it is not this one's:
// « samedi 28 novembre », "Saturday 28 November".
func (t Text) Day(at, now time.Time, zone *time.Location) string {
	at, now = at.In(zone), now.In(zone)
	key := "date.day"
	if at.Year() != now.Year() {
		key = "date.day_of_year"
	}
	ordinal := fmt.Sprint(at.Day())
	if at.Day() == 1 && t.language == French {
		ordinal = "1er"
	}
	return t.Say(key,
		"weekday", t.Say(fmt.Sprintf("date.weekday.%d", int(at.Weekday()))),
		"day", ordinal,
		"month", t.Say(fmt.Sprintf("date.month.%d", int(at.Month()))),
		"year", fmt.Sprint(at.Year()))
}

// Hour says a time of day: « 14 h 05 », "14:05".
func (t Text) Hour(at time.Time, zone *time.Location) string {
	at = at.In(zone)
	return t.Say("date.hour", "hour", fmt.Sprint(at.Hour()), "minute", fmt.Sprintf("%02d", at.Minute()))
}

// Moment says when something happened, as one would today: « aujourd’hui à
// 14 h 05 », « hier à 9 h 00 », then the day.
func (t Text) Moment(at, now time.Time, zone *time.Location) string {
	switch days := Days(at, now, zone); {
	case days == 0:
		return t.Say("date.today_at", "hour", t.Hour(at, zone))
	case days == 1:
		return t.Say("date.yesterday_at", "hour", t.Hour(at, zone))
	}
	return t.Say("date.day_at", "day", t.Day(at, now, zone), "hour", t.Hour(at, zone))
}

// Since says how long something has lasted, in days: « aujourd’hui »,
// « hier », « 9 jours ».
func (t Text) Since(at, now time.Time, zone *time.Location) string {
	switch days := Days(at, now, zone); {
	case days <= 0:
		return t.Say("date.today")
	case days == 1:
		return t.Say("date.yesterday")
	default:
		return t.Count("date.days", days)
	}
}

// Days counts the midnights between two instants in a zone; negative when the
// first comes after the second.
func Days(from, to time.Time, zone *time.Location) int {
	a, b := from.In(zone), to.In(zone)
	first := time.Date(a.Year(), a.Month(), a.Day(), 12, 0, 0, 0, time.UTC)
	last := time.Date(b.Year(), b.Month(), b.Day(), 12, 0, 0, 0, time.UTC)
	return int(last.Sub(first).Hours() / 24)
}

// Deadline is the instant at which a delay of whole days, counted from an
// instant, is over: the midnight, in the zone, that ends the last of them. So
// "within 7 days" always gives seven full days, whatever the hour and
// whatever the clocks do in spring and autumn.
func Deadline(from time.Time, days int, zone *time.Location) time.Time {
	local := from.In(zone)
	return begin(local.Year(), local.Month(), local.Day()+days+1, zone)
}

// Midnight is the instant at which the day of another begins in the zone.
func Midnight(at time.Time, zone *time.Location) time.Time {
	local := at.In(zone)
	return begin(local.Year(), local.Month(), local.Day(), zone)
}

// begin is the first instant of a day. Where the clocks change at midnight
// the day may begin at one, or have two midnights, and time.Date promises
// neither: so midnight is read with the clocks of the day before and with
// those of the day after, and the first reading that is this day is it.
func begin(year int, month time.Month, day int, zone *time.Location) time.Time {
	wall := time.Date(year, month, day, 0, 0, 0, 0, time.UTC)
	_, before := wall.AddDate(0, 0, -1).In(zone).Zone()
	_, after := wall.AddDate(0, 0, 1).In(zone).Zone()
	first := wall.Add(-time.Duration(max(before, after)) * time.Second)
	if first.In(zone).Day() == wall.Day() {
		return first
	}
	return wall.Add(-time.Duration(min(before, after)) * time.Second)
}

// LastDay is the day before which a deadline falls: what a person is told.
func LastDay(deadline time.Time) time.Time { return deadline.Add(-time.Millisecond) }
