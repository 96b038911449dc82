// Package clock says by which day a report is owed to an authority: a table of duties,
// each with what starts it and how long it runs, and calendars of holidays by rule.
//
// It never knows what day it is, and never says whether a duty applies: people say so,
// of a case.
package clock

import (
	"io/fs"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/cordon-engine/cordon/internal/fault"
	"github.com/cordon-engine/cordon/internal/when"
	"github.com/cordon-engine/cordon/internal/yamltree"
)

// Duty is a report that is owed.
type Duty struct {
	ID, Authority string
	// Starts is what has it begin: blocked or rejected.
	Starts string
	// What is to be reported.
	What string
	// Days is how many days there are; 0 for one that is due once a year.
	Days int
	// Business says that they are business days of Calendar.
	Business bool
	Calendar string
	// AsOf and By, as in 06-30: each year, what stands on AsOf is reported by By.
	AsOf, By MonthDay
	// Cite names the text, Source where it was seen, and Verified that it was held to it.
	Cite, Source, URL string
	Verified          bool
	Note              string
}

// MonthDay is a day of each year.
type MonthDay struct{ Month, Day int }

// Yearly says that it is owed again each year.
func (d *Duty) Yearly() bool { return d.Days == 0 }

// Term says in words how long there is.
func (d *Duty) Term() string {
	switch {
	case d.Yearly():
		return "each year by " + d.By.words() + ", for what stands on " + d.AsOf.words()
	case d.Business:
		return strconv.Itoa(d.Days) + " business days"
	}
	return strconv.Itoa(d.Days) + " days"
}

func (m MonthDay) words() string { return strconv.Itoa(m.Day) + " " + time.Month(m.Month).String() }

// Table has duties and calendars.
type Table struct {
	duties    []Duty
	calendars map[string]*Calendar
}

// Duties gives them in the order of the file.
func (t *Table) Duties() []Duty { return slices.Clone(t.duties) }

// Duty gives one by its id; fault.Usage with those that there are.
func (t *Table) Duty(id string) (*Duty, error) {
	var ids []string
	for i := range t.duties {
		if t.duties[i].ID == id {
			return &t.duties[i], nil
		}
		ids = append(ids, t.duties[i].ID)
	}
	return nil, fault.New(fault.Usage, "there is no duty %q", id).WithFix("the duties are %s", strings.Join(ids, ", "))
}

// Due gives the last day on which the report of a duty may be filed, where it began on a
// day. That day is not counted itself. A duty of each year is due first for the first
// AsOf on which what began may stand.
func (t *Table) Due(d *Duty, began when.Day) when.Day {
	if d.Yearly() {
		y, m, n := began.Civil()
		if m > d.AsOf.Month || m == d.AsOf.Month && n > d.AsOf.Day {
			y++
		}
		return when.Date(y, d.By.Month, d.By.Day)
	}
	if !d.Business {
		return began + when.Day(d.Days)
	}
	c, left := t.calendars[d.Calendar], d.Days
	for left > 0 {
		if began++; c.Business(began) {
			left--
		}
	}
	return began
}

// Calendar gives one by its id; nil for none.
func (t *Table) Calendar(id string) *Calendar { return t.calendars[id] }

// Calendar is the holidays of an authority.
type Calendar struct {
	ID, Source, URL string
	Verified        bool
	Note            string
	Holidays        []Holiday
}

// Holiday is a day off by rule: on a day of each year, or the Nth Weekday of a month, the
// last where Nth is -1.
type Holiday struct {
	Name    string
	On      MonthDay
	Nth     int
	Weekday time.Weekday
	Month   int
	// Since is the first year; 0 for always.
	Since int
}

// Business says whether a day is from Monday to Friday and no holiday is observed on it.
func (c *Calendar) Business(d when.Day) bool {
	return weekday(d) != time.Saturday && weekday(d) != time.Sunday && c.Holiday(d) == ""
}

// Holiday names the holiday that is observed on a day; "" for none. A day of each year
// that falls on a Saturday is observed on the Friday before, also in the year before, and
// one on a Sunday on the Monday after.
func (c *Calendar) Holiday(d when.Day) string {
	year, _, _ := d.Civil()
	for i := range c.Holidays {
		h := &c.Holidays[i]
		for y := year; y <= year+1; y++ {
			if y >= h.Since && h.observed(y) == d {
				return h.Name
			}
		}
	}
	return ""
}

func (h *Holiday) observed(year int) when.Day {
	if h.Nth == 0 {
		d := when.Date(year, h.On.Month, h.On.Day)
		switch weekday(d) {
		case time.Saturday:
			return d - 1
		case time.Sunday:
			return d + 1
		}
		return d
	}
	if h.Nth > 0 {
		first := when.Date(year, h.Month, 1)
		return first + (when.Day(h.Weekday-weekday(first))+7)%7 + when.Day(7*(h.Nth-1))
	}
	next, y := h.Month+1, year
	if next == 13 {
		next, y = 1, year+1
	}
	last := when.Date(y, next, 1) - 1
	return last - (when.Day(weekday(last)-h.Weekday)+7)%7
}

// weekday gives that of a day. 1 January 1970 was a Thursday.
func weekday(d when.Day) time.Weekday { return time.Weekday(((d+4)%7 + 7) % 7) }

// file is the file of the table.
const file = "clocks/clocks.yaml"

// Load reads the table from the embedded facts.
func Load(from fs.FS) (*Table, error) {
	b, err := fs.ReadFile(from, file)
	if err != nil {
		return nil, fault.Wrap(fault.Internal, err, "the table of clocks")
	}
	return Read(file, b)
}

// Read reads a table.
func Read(name string, data []byte) (*Table, error) {
	docs, err := yamltree.Parse(name, data)
	if err != nil {
		return nil, err
	}
	if len(docs) != 1 {
		return nil, fault.New(fault.Invalid, "a table of clocks is one document").At(fault.Place{File: name})
	}
	f, err := docs[0].Fields("a table of clocks")
	if err != nil {
		return nil, err
	}
	t := &Table{calendars: map[string]*Calendar{}}
	err = each(f, "calendars", func(n *yamltree.Node) error { return t.calendar(n) })
	if err == nil {
		err = each(f, "duties", func(n *yamltree.Node) error { return t.duty(n) })
	}
	if err == nil {
		err = f.End()
	}
	return t, err
}

func each(f *yamltree.Fields, key string, do func(*yamltree.Node) error) error {
	n, err := f.Need(key)
	if err != nil {
		return err
	}
	if n.Kind != yamltree.List {
		return n.Errorf("%s is a list", key)
	}
	for _, item := range n.Items {
		if err := do(item); err != nil {
			return err
		}
	}
	return nil
}

// texts reads texts into where they belong, those that must be there first.
func texts(f *yamltree.Fields, needed, optional map[string]*string) error {
	for key, to := range needed {
		var err error
		if *to, err = f.NeedText(key); err != nil {
			return err
		}
	}
	for key, to := range optional {
		var err error
		if *to, err = f.Text(key); err != nil {
			return err
		}
	}
	return nil
}

func (t *Table) duty(n *yamltree.Node) error {
	f, err := n.Fields("a duty")
	if err != nil {
		return err
	}
	var d Duty
	var within string
	err = texts(f, map[string]*string{
		"id": &d.ID, "authority": &d.Authority, "starts": &d.Starts, "what": &d.What, "cite": &d.Cite, "source": &d.Source, "url": &d.URL,
	}, map[string]*string{"within": &within, "calendar": &d.Calendar, "note": &d.Note})
	if err != nil {
		return err
	}
	if v, err := f.Need("verified"); err != nil {
		return err
	} else if d.Verified, err = v.Bool("verified"); err != nil {
		return err
	}
	once := f.Opt("each")
	if (once == nil) == (within == "") {
		return n.Errorf("a duty runs within a number of days, or each year")
	}
	if once != nil {
		err = d.yearly(once)
	} else {
		err = d.within(n, within)
	}
	switch {
	case err != nil:
		return err
	case d.Starts != "blocked" && d.Starts != "rejected":
		return n.Errorf("what starts a duty is blocked or rejected, not %q", d.Starts)
	case d.Business && t.calendars[d.Calendar] == nil:
		return n.Errorf("there is no calendar %q", d.Calendar)
	case slices.ContainsFunc(t.duties, func(o Duty) bool { return o.ID == d.ID }):
		return n.Errorf("two duties are named %q", d.ID)
	}
	t.duties = append(t.duties, d)
	return f.End()
}

func (d *Duty) within(n *yamltree.Node, s string) error {
	words := strings.Fields(s)
	if len(words) != 3 || words[2] != "days" || words[1] != "business" && words[1] != "calendar" {
		return n.Errorf("%q is no length: write 10 business days, or 14 calendar days", s)
	}
	var err error
	if d.Days, err = strconv.Atoi(words[0]); err != nil || d.Days < 1 || d.Days > 1000 {
		return n.Errorf("%q is no number of days", words[0])
	}
	d.Business = words[1] == "business"
	return nil
}

func (d *Duty) yearly(n *yamltree.Node) error {
	f, err := n.Fields("a duty of each year")
	if err != nil {
		return err
	}
	var asOf, by string
	if err := texts(f, map[string]*string{"as_of": &asOf, "by": &by}, nil); err != nil {
		return err
	}
	if d.AsOf, err = monthDay(n, asOf); err == nil {
		d.By, err = monthDay(n, by)
	}
	if err == nil && (d.By.Month < d.AsOf.Month || d.By.Month == d.AsOf.Month && d.By.Day < d.AsOf.Day) {
		err = n.Errorf("it is reported after the day for which it is, in the same year")
	}
	if err != nil {
		return err
	}
	return f.End()
}

func monthDay(n *yamltree.Node, s string) (MonthDay, error) {
	t, err := time.Parse("2006-01-02", "2001-"+s) // 2001 has no 29 February, which no year but each fourth has
	if err != nil {
		return MonthDay{}, n.Errorf("%q is no day of each year: write 06-30", s)
	}
	return MonthDay{int(t.Month()), t.Day()}, nil
}

func (t *Table) calendar(n *yamltree.Node) error {
	f, err := n.Fields("a calendar")
	if err != nil {
		return err
	}
	var c Calendar
	var observed string
	err = texts(f, map[string]*string{"id": &c.ID, "source": &c.Source, "url": &c.URL, "observed": &observed}, map[string]*string{"note": &c.Note})
	if err != nil {
		return err
	}
	if observed != "nearest weekday" {
		return n.Errorf("holidays are observed on the nearest weekday; %q is not known", observed)
	}
	if v, err := f.Need("verified"); err != nil {
		return err
	} else if c.Verified, err = v.Bool("verified"); err != nil {
		return err
	}
	if err := each(f, "holidays", c.holiday); err != nil {
		return err
	}
	if t.calendars[c.ID] != nil {
		return n.Errorf("two calendars are named %q", c.ID)
	}
	t.calendars[c.ID] = &c
	return f.End()
}

var weekdays = []string{"sunday", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday"}

func (c *Calendar) holiday(n *yamltree.Node) error {
	f, err := n.Fields("a holiday")
	if err != nil {
		return err
	}
	var h Holiday
	var on, nth, day, month, since string
	err = texts(f, map[string]*string{"name": &h.Name}, map[string]*string{"on": &on, "nth": &nth, "weekday": &day, "month": &month, "since": &since})
	if err != nil {
		return err
	}
	number := func(s string, low, high int) int {
		v, e := strconv.Atoi(s)
		if e != nil || v < low || v > high {
			err = n.Errorf("%q is no number from %d to %d", s, low, high)
		}
		return v
	}
	if since != "" {
		if h.Since = number(since, 1800, 9999); err != nil {
			return err
		}
	}
	switch {
	case (on == "") == (nth == ""):
		return n.Errorf("a holiday is on a day of each year, or on a weekday of a month")
	case on != "":
		h.On, err = monthDay(n, on)
	default:
		if h.Nth = -1; nth != "last" {
			h.Nth = number(nth, 1, 4)
		}
		h.Weekday, h.Month = time.Weekday(slices.Index(weekdays, day)), number(month, 1, 12)
		if h.Weekday < 0 {
			return n.Errorf("%q is no weekday", day)
		}
	}
	if err != nil {
		return err
	}
	c.Holidays = append(c.Holidays, h)
	return f.End()
}
