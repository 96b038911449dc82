package event

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"golang.org/x/text/encoding/charmap"

	"github.com/cordon-engine/cordon/internal/fault"
	"github.com/cordon-engine/cordon/internal/place"
	"github.com/cordon-engine/cordon/internal/tabular"
)

// MaxTable is the largest table in bytes.
const MaxTable = 64 << 20

// Table is what came of reading a table that others publish. Rows = len(Events) + len(Refused).
type Table struct {
	// Form names the table that was recognised.
	Form    string
	Rows    int
	Events  []Event
	Refused []Refusal
	// Unused are columns that held something and that nothing here reads.
	Unused []string
}

// Refusal is a row that was not read.
type Refusal struct {
	// Line is where the row begins in a table, and its number in JSON.
	Line   int
	Reason string
}

// form is one published table: how it is recognised and how a row becomes an event.
type form struct {
	name    string
	columns []string
	row     func(t *tableReader, row *tabular.Row) (Event, error)
}

// forms are the tables that are known.
var forms = []form{
	{"CNS missile tests", []string{"F1", "Date", "Launch Time (UTC)", "Missile Name", "Missile Type", "Facility Name", "Confirmation Status", "Test Outcome"}, cnsRow},
	{"provocations", []string{"date", "type", "event", "description", "resources"}, provocationRow},
	{"negotiations", []string{"Month", "Year", "Event Type", "Parties Involved", "Description"}, negotiationRow},
}

// ReadTable reads a table of events that others publish, in one of the forms that it knows: the missile tests of the James
// Martin Center and the JSON of its visualisation, the provocations table and the negotiations table. actor is the state
// that the table is about, since none of them says it on each row. A row that cannot be read is refused with its reason and
// the others are read.
func ReadTable(ctx context.Context, places *place.Gazetteer, actor place.State, file string, src io.Reader) (*Table, error) {
	b, err := io.ReadAll(io.LimitReader(src, MaxTable+1))
	if err != nil {
		return nil, fault.Wrap(fault.Unavailable, err, "the table %q", file)
	}
	if len(b) > MaxTable {
		return nil, fault.New(fault.TooLarge, "the table is larger than %d bytes", MaxTable).At(fault.Place{File: file})
	}
	t := &tableReader{places: places, actor: actor, ids: map[string]int{}}
	if bytes.HasPrefix(bytes.TrimLeft(b, "\ufeff \t\r\n"), []byte("{")) {
		return t.visualisation(file, b)
	}
	if !utf8.Valid(b) { // one of them is saved as Windows writes it
		if b, err = charmap.Windows1252.NewDecoder().Bytes(b); err != nil {
			return nil, fault.Wrap(fault.Invalid, err, "the table is neither UTF-8 nor Windows-1252").At(fault.Place{File: file})
		}
	}
	r, err := tabular.NewCSV(bytes.NewReader(b), tabular.Options{File: file, Comma: ',', LazyQuotes: true})
	if err != nil {
		return nil, err
	}
	f, err := recognise(file, r.Columns())
	if err != nil {
		return nil, err
	}
	out := &Table{Form: f.name}
	refuse := func(line int, reason string) { out.Refused = append(out.Refused, Refusal{line, reason}) }
	err = r.Each(ctx, true, func(row *tabular.Row) error {
		out.Rows++
		e, err := f.row(t, row)
		if err != nil {
			refuse(row.Line, message(err))
			return nil
		}
		out.Events = append(out.Events, e)
		return nil
	}, func(e *tabular.RowError) {
		out.Rows++
		refuse(e.Line, e.Reason)
	})
	out.Unused = r.Unused()
	Sort(out.Events)
	return out, err
}

func message(err error) string {
	var f *fault.Error
	if errors.As(err, &f) {
		return f.Message
	}
	return err.Error()
}

func recognise(file string, columns []string) (*form, error) {
	var names []string
	for i := range forms {
		f := &forms[i]
		missing := slices.DeleteFunc(slices.Clone(f.columns), func(c string) bool { return slices.Contains(columns, c) })
		if len(missing) == 0 {
			return f, nil
		}
		names = append(names, f.name+" ("+strings.Join(f.columns, ", ")+")")
	}
	return nil, fault.New(fault.Invalid, "this is none of the tables of events that are known").
		At(fault.Place{File: file, Line: 1}).WithFix("known by their columns: %s; or write YAML or JSON Lines", strings.Join(names, "; "))
}

// tableReader makes events of rows.
type tableReader struct {
	places *place.Gazetteer
	actor  place.State
	ids    map[string]int
}

// id gives an id that no other row has: rows of one name are numbered from the second on.
func (t *tableReader) id(name string) string {
	t.ids[name]++
	if n := t.ids[name]; n > 1 {
		return name + "-" + strconv.Itoa(n)
	}
	return name
}

// cnsDate reads "4-Jul-17" and "Sep-84". Two-digit years are those from 1970 to 2069.
func cnsDate(s string) (string, error) {
	for _, layout := range []string{"2-Jan-06", "Jan-06"} {
		if d, err := time.Parse(layout, s); err == nil {
			if layout == "Jan-06" {
				return d.Format("2006-01"), nil
			}
			return d.Format("2006-01-02"), nil
		}
	}
	return "", fault.New(fault.Invalid, "%q is not a date as 4-Jul-17 or Sep-84", s)
}

// ranges are the range classes that the table's types stand for. A launch from under water and a glider have none.
var ranges = map[string]string{"SRBM": "short", "MRBM": "medium", "IRBM": "intermediate", "ICBM": "intercontinental"}

func cnsRow(t *tableReader, row *tabular.Row) (Event, error) {
	date, err := cnsDate(row.Get("Date"))
	if err != nil {
		return Event{}, err
	}
	name, kind := row.Get("Missile Name"), row.Get("Missile Type")
	e := Event{
		ID: "cns-" + row.Get("F1"), Kind: BallisticLaunch, Actors: []place.State{t.actor}, Place: row.Get("Facility Name"), Range: ranges[kind],
		Title: "Launch of a missile, " + name + " (" + kind + ")", Sources: []string{"CNS missile test database, row " + row.Get("F1")}, Verified: true,
	}
	switch kind {
	case "SLV":
		e.Kind, e.Title = SatelliteLaunch, "Launch of a satellite by "+name
	case "SRBM", "MRBM", "IRBM", "ICBM", "SLBM", "HGV", "Unknown":
	default:
		return Event{}, fault.New(fault.Invalid, "there is no missile type %q", kind)
	}
	if e.Time, err = t.clock(date, row.Get("Launch Time (UTC)"), "3:04:05 PM"); err != nil {
		return Event{}, err
	}
	switch s := row.Get("Confirmation Status"); s {
	case "Confirmed":
	case "Unconfirmed":
		e.Doubt = append(e.Doubt, "the table calls it unconfirmed")
	default:
		return Event{}, fault.New(fault.Invalid, "there is no confirmation status %q", s)
	}
	e.Outcome, err = outcome(row.Get("Test Outcome"))
	e.ID = t.id(e.ID)
	return e, err
}

func outcome(s string) (Outcome, error) {
	i := slices.Index(outcomeWords, strings.ToLower(s))
	if i <= 0 {
		return 0, fault.New(fault.Invalid, "there is no outcome %q", s)
	}
	return Outcome(i), nil
}

// clock reads a date with a time of day in UTC, or without one: then the day, or month, is taken as one of UTC.
func (t *tableReader) clock(date, clock, layout string) (Time, error) {
	if clock == "" || strings.EqualFold(clock, "unknown") {
		if len(date) == len("2006-01") {
			return ParseTime(date)
		}
		return ParseTime(date + "Z")
	}
	c, err := time.Parse(layout, clock)
	if err != nil {
		return Time{}, fault.New(fault.Invalid, "%q is not a time of day", clock)
	}
	return ParseTime(date + "T" + c.Format("15:04") + "Z")
}

// provocationKinds are the kinds of events by the table's own words. What the words do not settle is a provocation.
var provocationKinds = []struct {
	has  string
	kind Kind
	size string
}{
	{"nuclear test", NuclearTest, ""},
	{"satellite launch", SatelliteLaunch, ""},
	{"short-range ballistic", BallisticLaunch, "short"},
	{"medium-range ballistic", BallisticLaunch, "medium"},
	{"intermediate-range ballistic", BallisticLaunch, "intermediate"},
	{"intercontinental ballistic", BallisticLaunch, "intercontinental"},
	{"inter-continental ballistic", BallisticLaunch, "intercontinental"},
	{"launched ballistic missile", BallisticLaunch, ""},
	{"ballistic missile launch", BallisticLaunch, ""},
	{"cruise missile", OtherLaunch, ""},
	{"missile", OtherLaunch, ""},
	{"mlrs", OtherLaunch, ""},
	{"engine test", Programme, ""},
	{"nuclear fuel reactor", Programme, ""},
	{"uranium facility", Programme, ""},
	{"nuclear detonation device", Programme, ""},
}

func provocationRow(t *tableReader, row *tabular.Row) (Event, error) {
	date, word := row.Get("date"), row.Get("event")
	if word == "" || !slices.Contains([]string{"Missile Provocation", "Nuclear Provocation", "Other Provocation"}, row.Get("type")) {
		return Event{}, fault.New(fault.Invalid, "there is no event %q of type %q", word, row.Get("type"))
	}
	e := Event{
		Kind: Provocation, Title: word, Actors: []place.State{t.actor}, Sources: strings.Fields(row.Get("resources")), Verified: true,
	}
	if len(e.Sources) == 0 {
		e.Sources = []string{"table of provocations, line " + strconv.Itoa(row.Line)}
	}
	lower := strings.ToLower(word)
	for _, k := range provocationKinds {
		if strings.Contains(lower, k.has) {
			e.Kind, e.Range = k.kind, k.size
			break
		}
	}
	var err error
	if e.Time, err = ParseTime(date + "+09:00"); err != nil {
		return Event{}, err
	}
	e.ID = t.id("prov-" + date)
	return e, nil
}

func negotiationRow(t *tableReader, row *tabular.Row) (Event, error) {
	month, err := time.Parse("Jan 2006", row.Get("Month")+" "+row.Get("Year"))
	if err != nil {
		return Event{}, fault.New(fault.Invalid, "%q is not a month", row.Get("Month")+" "+row.Get("Year"))
	}
	if !strings.Contains(row.Get("Event Type"), "Dialogue") {
		return Event{}, fault.New(fault.Invalid, "there is no type of event %q", row.Get("Event Type"))
	}
	e := Event{
		Kind: Talks, Title: "Talks of " + row.Get("Parties Involved"), Verified: true,
		Sources: []string{"table of negotiations, line " + strconv.Itoa(row.Line)},
	}
	for _, p := range strings.Split(row.Get("Parties Involved"), ",") {
		p = strings.TrimSpace(p)
		if p == "IAEA" { // no state
			continue
		}
		s, err := t.places.ParseState(p)
		if err != nil {
			return Event{}, fault.New(fault.Invalid, "the party %q is none that is known", p)
		}
		e.Actors = append(e.Actors, s)
	}
	e.Time, err = ParseTime(month.Format("2006-01"))
	e.ID = t.id("talks-" + month.Format("2006-01"))
	return e, err
}

// The JSON of the visualisation.
type visual struct {
	TimeBins []struct {
		Year int           `json:"year"`
		Data []visualEvent `json:"data"`
	} `json:"timeBins"`
}

type visualEvent struct {
	Date, Time, Missile, Facility, Landing, Outcome, Description string
	Apogee, Distance, Bearing, Series, Glide                     any
}

// visualisation reads the JSON. Its missiles have names and no types: the range class is left unsaid.
func (t *tableReader) visualisation(file string, b []byte) (*Table, error) {
	dec := json.NewDecoder(bytes.NewReader(b))
	dec.DisallowUnknownFields()
	var v visual
	if err := dec.Decode(&v); err != nil {
		return nil, fault.Wrap(fault.Invalid, err, "this is not the JSON of the visualisation").At(fault.Place{File: file})
	}
	if dec.More() || len(v.TimeBins) == 0 {
		return nil, fault.New(fault.Invalid, "this is not the JSON of the visualisation: it has no `timeBins`, or something after them").At(fault.Place{File: file})
	}
	out := &Table{Form: "CNS visualisation"}
	for _, bin := range v.TimeBins {
		for i := range bin.Data {
			out.Rows++
			e, err := t.visual(&bin.Data[i], bin.Year)
			if err != nil {
				out.Refused = append(out.Refused, Refusal{out.Rows, message(err)})
				continue
			}
			out.Events = append(out.Events, e)
		}
	}
	Sort(out.Events)
	return out, nil
}

// launchers are rockets of the visualisation that carry satellites.
var launchers = []string{"unha", "unha-3", "chollima-1", "taepodong-1"}

func (t *tableReader) visual(v *visualEvent, year int) (Event, error) {
	e := Event{
		Kind: BallisticLaunch, Title: "Launch of a missile, " + v.Missile, Actors: []place.State{t.actor}, Place: v.Facility, Verified: true,
		Sources: []string{"https://github.com/nagix/nk-missile-tests"},
	}
	if slices.Contains(launchers, v.Missile) {
		e.Kind, e.Title = SatelliteLaunch, "Launch of a satellite by "+v.Missile
	}
	if !strings.HasPrefix(v.Date, fmt.Sprint(year)) {
		return Event{}, fault.New(fault.Invalid, "the date %q stands under the year %d", v.Date, year)
	}
	var err error
	if e.Time, err = t.clock(v.Date, strings.TrimSuffix(v.Time, " (UTC)"), "15:04"); err != nil {
		return Event{}, err
	}
	e.Outcome, err = outcome(v.Outcome)
	e.ID = t.id("nagix-" + v.Date)
	return e, err
}
