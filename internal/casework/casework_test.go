package casework_test

import (
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/cordon-engine/cordon/internal/casework"
	"github.com/cordon-engine/cordon/internal/casework/caseworktest"
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
			theirs: []string{"birthDate", "1960-03-04", "country", "KP"}, contradicting: []string{"birthDate"},
		},
		{
			name: "no country", ours: []string{"birthDate", "1990-01-02"}, theirs: []string{"birthDate", "1960-03-04", "country", "KP"},
			contradicting: []string{"birthDate"},
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
