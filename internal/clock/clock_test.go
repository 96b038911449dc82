package clock_test

import (
	"strings"
	"testing"
	"time"

	"github.com/cordon-engine/cordon/data"
	"github.com/cordon-engine/cordon/internal/clock"
	"github.com/cordon-engine/cordon/internal/when"
)

func table(t *testing.T) *clock.Table {
	t.Helper()
	x, err := clock.Load(data.FS)
	if err != nil {
		t.Fatal(err)
	}
	return x
}

func day(t *testing.T, s string) when.Day {
	t.Helper()
	d, err := when.ParseDay(s)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// TestDue is the table of days: what began, and by when it is owed.
func TestDue(t *testing.T) {
	x := table(t)
	for _, c := range []struct{ duty, began, due, why string }{
		{"us-blocked", "2026-03-02", "2026-03-16", "Monday: two weeks without a holiday"},
		{"us-blocked", "2026-03-06", "2026-03-20", "Friday"},
		{"us-blocked", "2026-03-07", "2026-03-20", "Saturday: the first day counted is Monday"},
		{"us-blocked", "2026-03-08", "2026-03-20", "Sunday"},
		{"us-blocked", "2026-11-20", "2026-12-07", "Thanksgiving, 26 November, is between"},
		{"us-blocked", "2026-12-21", "2027-01-06", "Christmas and New Year's Day, both Fridays, are between"},
		{"us-blocked", "2027-12-20", "2028-01-05", "Christmas is a Saturday, observed on the 24th; New Year's Day of 2028 too, on the 31st"},
		{"us-blocked", "2026-06-26", "2026-07-13", "4 July is a Saturday, observed on the 3rd"},
		{"us-blocked", "2021-06-17", "2021-07-02", "the first Juneteenth, a Saturday, observed on the 18th"},
		{"us-blocked", "2020-06-17", "2020-07-01", "there was none in 2020, and 4 July is later"},
		{"us-blocked", "2022-12-19", "2023-01-04", "both holidays are Sundays, observed on Mondays"},
		{"us-blocked", "2026-05-20", "2026-06-04", "Memorial Day is the last Monday of May, the 25th"},
		{"us-blocked", "2027-05-24", "2027-06-08", "and the 31st in 2027"},
		{"us-rejected", "2026-09-01", "2026-09-16", "Labor Day"},
		{"us-rejected", "2026-10-05", "2026-10-20", "Columbus Day"},
		{"us-rejected", "2026-01-09", "2026-01-26", "the birthday of Martin Luther King"},
		{"us-rejected", "2026-02-10", "2026-02-25", "Washington's Birthday"},
		{"us-rejected", "2026-11-02", "2026-11-17", "Veterans Day"},
		{"us-blocked-annual", "2026-06-30", "2026-09-30", "blocked on the day that counts"},
		{"us-blocked-annual", "2026-07-01", "2027-09-30", "the day after"},
		{"us-blocked-annual", "2026-01-01", "2026-09-30", ""},
		{"us-blocked-annual", "2026-12-31", "2027-09-30", ""},
		{"eu-frozen", "2026-12-24", "2027-01-07", "calendar days"},
		{"eu-frozen", "2028-02-20", "2028-03-05", "29 February"},
	} {
		d, err := x.Duty(c.duty)
		if err != nil {
			t.Fatal(err)
		}
		if got := x.Due(d, day(t, c.began)); got != day(t, c.due) {
			t.Errorf("%s that began on %s is due on %s; want %s (%s)", c.duty, c.began, got, c.due, c.why)
		}
	}
}

// TestHolidays holds the rules to the holidays of three years as they were worked out by hand, and to an oracle that
// looks each day up in the calendar of the standard library.
func TestHolidays(t *testing.T) {
	c := table(t).Calendar("us-federal")
	for year, want := range map[string]string{
		"2026": "01-01 01-19 02-16 05-25 06-19 07-03 09-07 10-12 11-11 11-26 12-25",
		"2027": "01-01 01-18 02-15 05-31 06-18 07-05 09-06 10-11 11-11 11-25 12-24 12-31",
		"2020": "01-01 01-20 02-17 05-25 07-03 09-07 10-12 11-11 11-26 12-25",
	} {
		var got []string
		for d := day(t, year+"-01-01"); d <= day(t, year+"-12-31"); d++ {
			if c.Holiday(d) != "" {
				got = append(got, d.String()[5:])
			}
		}
		if strings.Join(got, " ") != want {
			t.Errorf("%s: %s; want %s", year, strings.Join(got, " "), want)
		}
	}
	for d := day(t, "2000-01-01"); d < day(t, "2040-01-01"); d++ {
		y, m, n := d.Civil()
		is := time.Date(y, time.Month(m), n, 0, 0, 0, 0, time.UTC).Weekday()
		if weekend := is == time.Saturday || is == time.Sunday; c.Business(d) && weekend || !c.Business(d) && !weekend && c.Holiday(d) == "" || weekend && c.Holiday(d) != "" {
			t.Errorf("%s, a %s: business %v, holiday %q", d, is, c.Business(d), c.Holiday(d))
		}
	}
}

// TestBusinessDays: between a day and when it is owed are as many business days as there are to be, and it is one itself.
func TestBusinessDays(t *testing.T) {
	x := table(t)
	d, _ := x.Duty("us-blocked")
	c := x.Calendar(d.Calendar)
	for began := day(t, "2020-01-01"); began < day(t, "2030-01-01"); began++ {
		due, n := x.Due(d, began), 0
		for at := began + 1; at <= due; at++ {
			if c.Business(at) {
				n++
			}
		}
		if n != 10 || !c.Business(due) {
			t.Fatalf("%s to %s are %d business days", began, due, n)
		}
	}
}

func TestRead(t *testing.T) {
	b, err := data.FS.ReadFile("clocks/clocks.yaml")
	if err != nil {
		t.Fatal(err)
	}
	for _, d := range table(t).Duties() {
		if d.Cite == "" || d.Source == "" || d.URL == "" {
			t.Errorf("%s has no source", d.ID)
		}
	}
	for was, is := range map[string]string{
		"starts: rejected": "starts: refused", "10 business days": "ten business days", "14 calendar days": "14 days", "calendar: us-federal": "calendar: us",
		"id: us-rejected": "id: us-blocked", "06-30, by": "06-31, by", "by: 09-30": "by: 05-30", "nth: last": "nth: 5", "weekday: monday": "weekday: mon",
		"month: 5": "month: 13", "since: 2021": "since: soon", "on: 01-01": "", "observed: nearest weekday": "observed: never", "cite: 31 CFR 501.604": "",
		"    verified: false": "", "what: Report of a rejected": "kind: Report of a rejected",
	} {
		bad := strings.Replace(string(b), was, is, 1)
		if bad == string(b) {
			t.Errorf("%q is not in the table", was)
		}
		if _, err := clock.Read("x", []byte(bad)); err == nil {
			t.Errorf("%q instead of %q is read", is, was)
		}
	}
	if _, err := table(t).Duty("us"); err == nil || !strings.Contains(err.Error(), "us-blocked-annual") {
		t.Errorf("a duty that is not there: %v", err)
	}
}
