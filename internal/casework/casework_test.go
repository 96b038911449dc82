package casework_test

import (
	"bytes"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/cordon-engine/cordon/internal/casework"
	"github.com/cordon-engine/cordon/internal/casework/caseworktest"
	"github.com/cordon-engine/cordon/internal/fault"
)

// side makes a side with hard facts, given as field and value by turns.
func side(ref string, hard ...string) casework.Side {
	s := casework.Side{Ref: ref, Name: "N", Says: []casework.Fact{{Field: "name", Value: "N"}}}
	for i := 0; i < len(hard); i += 2 {
		s.Hard = append(s.Hard, casework.Fact{Field: hard[i], Value: hard[i+1]})
	}
	return s
}

// TestContradictions has one line for each way in which two sides do, or do not, tell
// each other apart.
func TestContradictions(t *testing.T) {
	for _, c := range []struct {
		name          string
		ours, theirs  []string
		contradicting []string // enough to suppress
		hard          bool     // enough to close without a person
	}{
		{name: "nothing is stated"},
		{name: "one side states it", ours: []string{"birthDate", "1990-01-02"}},
		{
			name: "days and countries", ours: []string{"birthDate", "1990-01-02", "country", "PE"},
			theirs: []string{"birthDate", "1960-03-04", "country", "KP"}, contradicting: []string{"birthDate"}, hard: true,
		},
		{
			name: "days and one country in common", ours: []string{"birthDate", "1990-01-02", "country", "PE", "country", "KP"},
			theirs: []string{"birthDate", "1960-03-04", "country", "KP"}, contradicting: []string{"birthDate"}, hard: true,
		},
		{
			name: "no country", ours: []string{"birthDate", "1990-01-02"}, theirs: []string{"birthDate", "1960-03-04", "country", "KP"},
			contradicting: []string{"birthDate"}, hard: true,
		},
		{
			name: "a year is not exact", ours: []string{"birthDate", "1990-01-02", "country", "PE"},
			theirs: []string{"birthDate", "1960", "country", "KP"}, contradicting: []string{"birthDate"},
		},
		{
			name: "the day is in the year", ours: []string{"birthDate", "1960-01-02", "country", "PE"},
			theirs: []string{"birthDate", "1960", "country", "KP"},
		},
		{
			name: "one of several dates agrees", ours: []string{"birthDate", "1960-01-02", "country", "PE"},
			theirs: []string{"birthDate", "1944-01-01", "birthDate", "1960-01-02", "country", "KP"},
		},
		{
			name: "a date that cannot be read may be any", ours: []string{"birthDate", "1990-01-02", "country", "PE"},
			theirs: []string{"birthDate", "1960-03-04", "birthDate", "in the thirties", "country", "KP"},
		},
		{
			name: "years that a slip explains", ours: []string{"birthDate", "1965-03-04", "country", "PE"},
			theirs: []string{"birthDate", "1960-03-04", "country", "KP"}, contradicting: []string{"birthDate"},
		},
		{
			name: "the same passport", ours: []string{"birthDate", "1990-01-02", "country", "PE", "passport", "X1"},
			theirs: []string{"birthDate", "1960-03-04", "country", "KP", "passport", "X1"}, contradicting: []string{"birthDate"},
		},
		{
			name: "a ship is never cleared by its number alone", ours: []string{"imo", "9074729", "country", "PE"},
			theirs: []string{"imo", "8628597", "country", "KP"}, contradicting: []string{"imo"},
		},
		{name: "gender", ours: []string{"gender", "male"}, theirs: []string{"gender", "female"}, contradicting: []string{"gender"}},
		{name: "countries alone", ours: []string{"country", "PE"}, theirs: []string{"country", "KP"}},
	} {
		a := casework.Alert{Subject: side("c", c.ours...), Listing: side("l", c.theirs...), Score: 0.99}
		var got []string
		for _, x := range a.Contradictions() {
			got = append(got, x.Field)
		}
		if !slices.Equal(got, c.contradicting) {
			t.Errorf("%s: contradicting are %v; want %v", c.name, got, c.contradicting)
		}
		if hard := a.Hard(); (hard != nil) != c.hard {
			t.Errorf("%s: hard are %v; want %v", c.name, hard, c.hard)
		}
	}
}

// TestRules is the table by which cases are closed without a person, row by row: what it takes, and what is one fact too few.
func TestRules(t *testing.T) {
	const lei, other = "5493001KJTIIGC8Y1R12", "529900T8BM49AURSDO55"
	rows := map[string]bool{}
	for _, r := range casework.Rules() {
		if r.When == "" || r.Why == "" {
			t.Errorf("%s has no reason", r.ID)
		}
		rows[r.ID] = false
	}
	for _, c := range []struct {
		rule, why    string // the row, "" for none
		ours, theirs []string
	}{
		{"dates-and-countries", "six years and no country in common", []string{"birthDate", "1966-03-04", "country", "PE"}, []string{"birthDate", "1960-03-04", "country", "KP"}},
		{"", "a country in common", []string{"birthDate", "1966-03-04", "country", "PE"}, []string{"birthDate", "1960-03-04", "country", "KP", "country", "PE"}},
		{"", "no country on our side", []string{"birthDate", "1966-03-04"}, []string{"birthDate", "1960-03-04", "country", "KP"}},
		{"dates-alone", "sixteen years, another day and month", []string{"birthDate", "1976-05-06"}, []string{"birthDate", "1960-03-04"}},
		{"", "fifteen years", []string{"birthDate", "1975-05-06"}, []string{"birthDate", "1960-03-04"}},
		{"", "the same month: one part less", []string{"birthDate", "1976-03-06"}, []string{"birthDate", "1960-03-04"}},
		{"", "the same day", []string{"birthDate", "1976-05-04"}, []string{"birthDate", "1960-03-04"}},
		{"", "day and month exchanged", []string{"birthDate", "1976-04-03"}, []string{"birthDate", "1960-03-04"}},
		{"", "1 January stands for any day", []string{"birthDate", "1990-05-06"}, []string{"birthDate", "1960-01-01"}},
		{"", "a year of birth", []string{"birthDate", "1990"}, []string{"birthDate", "1960-03-04"}},
		{"", "one of several dates is near", []string{"birthDate", "1990-05-06"}, []string{"birthDate", "1960-03-04", "birthDate", "1988-07-08"}},
		{"", "one of several dates is not known", []string{"birthDate", "1990-05-06"}, []string{"birthDate", "1960-03-04", "birthDate", "unknown: in the thirties"}},
		{"", "no date on our side", nil, []string{"birthDate", "1960-03-04"}},
		{"gender-and-dates", "another gender, six years", []string{"gender", "female", "birthDate", "1966-03-04"}, []string{"gender", "male", "birthDate", "1960-03-04"}},
		{"", "another gender alone", []string{"gender", "female"}, []string{"gender", "male"}},
		{"", "another gender, five years", []string{"gender", "female", "birthDate", "1965-03-04"}, []string{"gender", "male", "birthDate", "1960-03-04"}},
		{"", "no gender on the list", []string{"gender", "female", "birthDate", "1966-03-04"}, []string{"birthDate", "1960-03-04"}},
		{"person-or-craft", "a person and a ship", []string{"schema", "Person"}, []string{"schema", "Vessel"}},
		{"person-or-craft", "an aircraft and a person", []string{"schema", "Airplane"}, []string{"schema", "Person"}},
		{"", "a person and a firm: firms bear names of persons, and files mix them up", []string{"schema", "Person"}, []string{"schema", "Company"}},
		{"", "a ship and an aircraft", []string{"schema", "Vessel"}, []string{"schema", "Airplane"}},
		{"", "a thing", []string{"schema", "Thing"}, []string{"schema", "Vessel"}},
		{"", "both on the list", []string{"schema", "Person"}, []string{"schema", "Vessel", "schema", "Company"}},
		{"", "no kind on our side", nil, []string{"schema", "Vessel"}},
		{"lei-and-countries", "another LEI and another country", []string{"lei", lei, "country", "PE"}, []string{"lei", other, "country", "KP"}},
		{"", "another LEI in the same country", []string{"lei", lei, "country", "KP"}, []string{"lei", other, "country", "KP"}},
		{"", "another LEI, and no country", []string{"lei", lei}, []string{"lei", other, "country", "KP"}},
		{"", "an LEI whose check digits are wrong", []string{"lei", "5493001KJTIIGC8Y1R13", "country", "PE"}, []string{"lei", other, "country", "KP"}},
		{"", "a number of another kind", []string{"registration", "17", "country", "PE"}, []string{"registration", "18", "country", "KP"}},
		{"", "a ship by its number", []string{"imo", "9074729", "country", "PE", "schema", "Vessel"}, []string{"imo", "8628597", "country", "KP", "schema", "Vessel"}},
		{"", "the same passport", []string{"birthDate", "1990-05-06", "passport", "X1"}, []string{"birthDate", "1960-03-04", "passport", "X1"}},
	} {
		a := casework.Alert{Subject: side("c", c.ours...), Listing: side("l", c.theirs...), Score: 0.5}
		rule, facts := a.HardBy()
		got := ""
		if rule != nil {
			got, rows[rule.ID] = rule.ID, true
		}
		if got != c.rule || (facts != nil) != (rule != nil) {
			t.Errorf("%s: closed by %q; want %q (%v)", c.why, got, c.rule, facts)
		}
		a.Subject, a.Listing = a.Listing, a.Subject
		if r, _ := a.HardBy(); (r != nil) != (c.rule != "") {
			t.Errorf("%s: another answer with the sides exchanged", c.why)
		}
		a.Score, a.Tier = 0, casework.TierRuling
		if r, _ := a.HardBy(); r != nil {
			t.Errorf("%s: a ruling is closed by a rule", c.why)
		}
	}
	for id, seen := range rows {
		if !seen {
			t.Errorf("no row of the test closes by %s", id)
		}
	}
}

// TestReportClocks: what may be said of reports that are owed, and what may not.
func TestReportClocks(t *testing.T) {
	d := &casework.Desk{Store: caseworktest.NewMemory(), Policy: casework.Policy{LongestSuppression: time.Hour}}
	day := caseworktest.Start.Truncate(24 * time.Hour)
	ann := casework.Person{Name: "u-ann", Role: casework.Analyst}
	m, err := d.Raise(t.Context(), casework.Person{Name: "u-m", Role: casework.Machine}, caseworktest.Start, caseworktest.Alert("c", "l", 1, 1))
	if err != nil {
		t.Fatal(err)
	}
	none := casework.Event{Kind: casework.NothingOwed, Text: "not in that jurisdiction"}
	set := casework.Event{Kind: casework.DeadlineSet, Deadline: "us-blocked", Duty: "us-blocked", Began: day.AddDate(0, 0, -20), Due: day.AddDate(0, 0, -5), Owner: "u-bob"}
	with := func(f func(*casework.Event)) casework.Event {
		e := set
		f(&e)
		return e
	}
	file := casework.Event{Kind: casework.DeadlineMet, Deadline: "us-blocked", Text: "by post", Reference: "OFAC-17", Filed: day}
	unfiled := file
	unfiled.Reference = ""
	early := file
	early.Filed = day.AddDate(0, 0, -21)
	for i, s := range []struct {
		e      casework.Event
		want   fault.Code
		unsaid bool
	}{
		{none, fault.Conflict, false},
		{casework.Event{Kind: casework.Disposed, Disposition: casework.True, Code: "same-facts", Text: "the same"}, "", true},
		{with(func(e *casework.Event) { e.Owner = "" }), fault.Usage, true},
		{with(func(e *casework.Event) { e.Began = day.AddDate(0, 0, 2) }), fault.Usage, true},
		{none, "", false},
		{none, fault.Conflict, false},
		{set, "", false},
		{set, fault.Conflict, false},
		{none, fault.Conflict, false},
		{unfiled, fault.Usage, false},
		{early, fault.Usage, false},
		{file, "", false},
		{file, fault.Conflict, false},
		{casework.Event{Kind: casework.Reopened, Text: "again"}, "", false},
		{casework.Event{Kind: casework.Disposed, Disposition: casework.False, Code: "other-name", Text: "another"}, "", false},
	} {
		c, err := d.Do(t.Context(), m.Case, ann, caseworktest.Start, s.e)
		if err != nil {
			c, _, _ = d.Get(t.Context(), m.Case)
		}
		if fault.CodeOf(err) != s.want && (err != nil || s.want != "") || c.ReportUnsaid() != s.unsaid {
			t.Fatalf("step %d, %s: %v, unsaid %v; want %q, %v", i+1, s.e.Kind, err, c.ReportUnsaid(), s.want, s.unsaid)
		}
	}
	c, _, err := d.Get(t.Context(), m.Case)
	if err != nil || !c.Deadlines[0].Late(caseworktest.Start) || c.Deadlines[0].Reference != "OFAC-17" || c.Deadlines[0].By != "u-ann" {
		t.Errorf("%+v, %v", c.Deadlines, err)
	}
	x, err := d.Do(t.Context(), m.Case, casework.Person{Name: "u-bob", Role: casework.Approver}, caseworktest.Start, casework.Event{Kind: casework.Confirmed, Of: c.Proposal.N})
	if err != nil || x.Closed == nil {
		t.Fatalf("%+v, %v", x, err)
	}
	if _, err := d.Do(t.Context(), m.Case, ann, caseworktest.Start, set); fault.CodeOf(err) != fault.Conflict {
		t.Errorf("a report of what was closed as false: %v", err)
	}
}

// TestFiles: what is attached, and what is not.
func TestFiles(t *testing.T) {
	for _, c := range []struct {
		name, file string
		data       []byte
		media      string // "" where it is refused
	}{
		{"a PDF", "letter.pdf", []byte("%PDF-1.7\n"), "application/pdf"},
		{"text", "Brief an José.txt", []byte("what the authority wrote, é\n"), "text/plain; charset=utf-8"},
		{"a PNG", "a.png", []byte("\x89PNG\r\n\x1a\n0000"), "image/png"},
		{"an office file", "a.docx", []byte("PK\x03\x04xxxx"), "application/zip"},
		{"nothing", "a.txt", nil, ""},
		{"HTML", "a.pdf", []byte("<!DOCTYPE html><html>"), ""},
		{"HTML that begins as text", "a.txt", []byte("hello <SCRIPT>alert(1)</script>"), ""},
		{"SVG", "a.svg", []byte("<svg xmlns='http://www.w3.org/2000/svg'/>"), ""},
		{"XML", "a.xml", []byte("<?xml version='1.0'?><a/>"), ""},
		{"a program", "a.pdf", []byte("\x7fELF\x02\x01\x01\x00"), ""},
		{"text with control characters", "a.txt", []byte("hello \x1b[2J"), ""},
		{"no UTF-8", "a.txt", []byte("hello \xff\xfe"), ""},
		{"too large", "a.txt", bytes.Repeat([]byte("a"), casework.MaxFile+1), ""},
		{"as large as may be", "a.txt", bytes.Repeat([]byte("a"), casework.MaxFile), "text/plain; charset=utf-8"},
		{"a folder", "../a.txt", []byte("a"), ""},
		{"a folder of Windows", `..\a.txt`, []byte("a"), ""},
		{"no name", "", []byte("a"), ""},
		{"dots", "..", []byte("a"), ""},
		{"a line break", "a\nb.txt", []byte("a"), ""},
		{"a name that turns its reading round", "a\u202etxt.exe", []byte("a"), ""},
		{"a long name", strings.Repeat("a", 201), []byte("a"), ""},
	} {
		f, err := casework.NewFile(c.file, c.data)
		if (err != nil) != (c.media == "") || err == nil && (f.Media != c.media || f.Size != int64(len(c.data)) || f.Name != c.file) {
			t.Errorf("%s: %+v, %v; want %q", c.name, f, err, c.media)
		}
	}
}

// TestPrint: a fingerprint changes with all that a side says, and with nothing else.
func TestPrint(t *testing.T) {
	says := func(f ...string) *casework.Side {
		s := side("c", f...)
		s.Says = s.Hard
		return &s
	}
	a := says("name", "A", "birthDate", "1960")
	if b := says("birthDate", "1960", "name", "A", "name", "A"); a.Print() != b.Print() {
		t.Error("the order changes it")
	}
	for _, b := range []*casework.Side{
		says("name", "A"), says("name", "A", "birthDate", "1961"), says("nameA", "", "birthDate", "1960"), says("name", "A", "birthDate", "1960", "x", ""),
	} {
		if a.Print() == b.Print() {
			t.Errorf("%v and %v have one fingerprint", a.Says, b.Says)
		}
	}
}

// TestHolds: a suppression holds for its pair, its facts and its time.
func TestHolds(t *testing.T) {
	a := caseworktest.Alert("c-1", "un:1", 1, 1)
	until := caseworktest.Start.Add(time.Hour)
	s := &casework.Suppression{
		Subject: "c-1", Listing: "un:1", SubjectPrint: a.Subject.Print(), ListingPrint: a.Listing.Print(), Until: until,
	}
	for _, c := range []struct {
		name string
		a    *casework.Alert
		now  time.Time
		want bool
	}{
		{"as it was", a, caseworktest.Start, true},
		{"its end", a, until, false},
		{"our side changed", caseworktest.Alert("c-1", "un:1", 2, 1), caseworktest.Start, false},
		{"the list changed", caseworktest.Alert("c-1", "un:1", 1, 2), caseworktest.Start, false},
		{"another subject", caseworktest.Alert("c-2", "un:1", 1, 1), caseworktest.Start, false},
		{"a new listing", caseworktest.Alert("c-1", "un:2", 1, 1), caseworktest.Start, false},
	} {
		if got := s.Holds(c.a, c.now); got != c.want {
			t.Errorf("%s: it holds is %v", c.name, got)
		}
	}
}

// TestMay is the table of who may do what, cell by cell.
func TestMay(t *testing.T) {
	var got []string
	for _, k := range casework.Kinds() {
		line := string(k) + ":"
		for _, r := range casework.Roles() {
			if casework.May(r, k) {
				line += " " + string(r)
			}
		}
		got = append(got, line)
	}
	want := []string{
		"opened: analyst approver machine", "changed: analyst approver machine", "assigned: analyst approver",
		"commented: analyst approver auditor", "disposed: analyst approver", "confirmed: approver", "returned: approver",
		"contradicted: machine", "reopened: analyst approver machine", "deadline set: analyst approver",
		"deadline met: analyst approver", "deadline missed: machine", "sampled: approver auditor machine",
		"reviewed: approver auditor",
		"hold placed: analyst approver",
		"hold released: approver",
		"suppression revoked: analyst approver",
		"licence linked: analyst approver machine",
		"authorisation lost: analyst approver machine",
		"authorisation restored: approver machine",
		"no report owed: analyst approver",
		"file attached: analyst approver auditor",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("who may do what (-want +got):\n%s", diff)
	}
}

// TestEncode: what is read back is what was written, and the bytes stay those that
// older programs wrote.
func TestEncode(t *testing.T) {
	e := casework.Event{
		Case: "01ARZ3NDEKTSV4RRFFQ69G5FAV", N: 3, Time: caseworktest.Start, Kind: casework.Disposed, Person: "u-a", Role: casework.Analyst,
		Via: "u-h", Text: "born <later>", Disposition: casework.False, Code: "other-birth-date", Suppress: caseworktest.Start.Add(time.Hour),
		Owner: "u-o", Facts: []casework.Contradiction{{Field: "imo", Subject: []string{"1"}, Listing: []string{"2", "3"}}},
		Alert: caseworktest.Alert("c", "l", 1, 2),
	}
	b := casework.Encode(&e)
	got, err := casework.Decode(b)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(e, got); diff != "" {
		t.Errorf("(-written +read):\n%s", diff)
	}
	const want = `{"case":"01ARZ3NDEKTSV4RRFFQ69G5FAV","n":3,"time":"2027-01-15T08:00:00.123Z","kind":"disposed","person":"u-a",` +
		`"role":"analyst","via":"u-h","alert":{"subject":{"ref":"c","name":"Somebody c","says":[{"field":"name","value":"c"},` +
		`{"field":"address","value":"1"}],"hard":[{"field":"birthDate","value":"1990-01-02"}]},"listing":{"ref":"l","name":"LISTED l",` +
		`"says":[{"field":"remarks","value":"2"}],"hard":[{"field":"birthDate","value":"1960"}]},"tier":"listed","score":0.9,"stake":2.5,` +
		`"answer":"test row 1","against":["un@3"]},"text":"born \u003clater\u003e","disposition":"false","code":"other-birth-date",` +
		`"suppress":"2027-01-15T09:00:00.123Z","owner":"u-o","facts":[{"field":"imo","subject":["1"],"listing":["2","3"]}]}`
	if string(b) != want {
		t.Errorf("the bytes are\n%s\nand were\n%s", b, want)
	}
}

// TestSort: escalated cases first, then by probability and stake, then the oldest.
func TestSort(t *testing.T) {
	c := func(id string, score, stake float64, hour int, escalated bool) casework.Case {
		return casework.Case{
			ID: id, Alert: casework.Alert{Score: score, Stake: stake}, Raised: caseworktest.Start.Add(time.Duration(hour) * time.Hour),
			Escalated: escalated,
		}
	}
	list := []casework.Case{c("low", 0.5, 1, 0, false), c("late", 0.9, 1, 2, false), c("stake", 0.5, 10, 3, false), c("early", 0.9, 1, 1, false), c("up", 0.1, 1, 9, true)}
	casework.Sort(list)
	var got []string
	for i := range list {
		got = append(got, list[i].ID)
	}
	if want := []string{"up", "stake", "early", "late", "low"}; !slices.Equal(got, want) {
		t.Errorf("the order is %v; want %v", got, want)
	}
}

// TestDrawn: about the share that was asked for is drawn, by seed.
func TestDrawn(t *testing.T) {
	n, both := 0, 0
	for i := range 10_000 {
		id := casework.NewID(caseworktest.Start, [10]byte{byte(i), byte(i >> 8)})
		if casework.Drawn(id, "a", 0.1) {
			n++
			if casework.Drawn(id, "b", 0.1) {
				both++
			}
		}
		if !casework.Drawn(id, "a", 1) || casework.Drawn(id, "a", 0) {
			t.Fatal("all and none are drawn wrongly")
		}
	}
	if n < 900 || n > 1100 || both < 50 || both > 150 {
		t.Errorf("%d of 10,000 are drawn for a tenth, %d of them by another seed too", n, both)
	}
}
