package report

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"testing"

	"github.com/cordon-engine/cordon/internal/screening"
	"github.com/cordon-engine/cordon/internal/selftest"
	"github.com/cordon-engine/cordon/internal/snapshot"
	"github.com/cordon-engine/cordon/internal/subject"
	"github.com/cordon-engine/cordon/internal/when"
)

// result is a result with one of everything.
func result(passed bool) (*selftest.Result, SelfTestScope) {
	name := &selftest.Name{List: "un", ID: "un:KPi.001", Text: "YUN HO-JIN", Schema: subject.Person}
	other := &screening.Hit{ID: "un:KPi.022", Caption: "KIM KYU", Score: 0.83}
	row := func(key string, made, found, matched, missed, refused, notMade int) selftest.Row {
		return selftest.Row{Key: key, Count: selftest.Count{Made: made, Found: found, Missed: missed, Refused: refused, Matched: matched}, NotMade: notMade}
	}
	with := func(r selftest.Row, floor float64, judged, below bool) selftest.Row {
		r.Floor, r.HasFloor, r.Judged, r.Below = floor, true, judged, below
		return r
	}
	r := &selftest.Result{
		Seed: 1, AsOf: when.Date(2026, 11, 26), Threshold: 0.65, Alert: 0.9, Floors: selftest.Floors{Least: 25}, Names: 1200, Passed: passed,
		Listed: row("as_listed", 1200, 1200, 1190, 0, 0, 0), Total: with(row("all", 2403, 2391, 2300, 10, 2, 0), 0.9, true, false),
		Kinds: []selftest.Row{
			with(row("as_listed", 1200, 1200, 1190, 0, 0, 0), 0.998, true, false),
			with(row("substitute", 2400, 2399, 2300, 0, 1, 40), 0.9996, true, !passed),
			with(row("nickname", 3, 2, 0, 1, 0, 1197), 0.95, false, false),
			row("prefix", 0, 0, 0, 0, 0, 1200),
		},
		Lists:   []selftest.Row{row("un", 2403, 2391, 2300, 10, 2, 0)},
		Scripts: []selftest.Row{row("Arabic", 403, 391, 300, 10, 2, 0), row("Latin", 2000, 2000, 2000, 0, 0, 0)},
		Schemas: []selftest.Row{row("Person", 2403, 2391, 2300, 10, 2, 0)},
		Neutral: selftest.Neutrals{Rows: 3000, Clear: 2992, Alerts: 5, Matched: 2, Refused: 1, Aside: 2},
		Groups: []selftest.Neutrals{
			{Key: "DE", Rows: 1000, Clear: 1000},
			{Key: "KR", Rows: 2000, Clear: 1992, Alerts: 5, Matched: 2, Refused: 1, Aside: 2},
		},
		NeutralSchemas: []selftest.Neutrals{{Key: "Company", Rows: 1000, Clear: 1000}, {Key: "Person", Rows: 2000, Clear: 1992, Alerts: 5, Matched: 2, Refused: 1, Aside: 2}},
		Ceilings:       []selftest.Ceiling{{Key: "alerts", Rate: 0.00202, Most: 0.001, HasMost: true, Above: !passed}, {Key: "matches", Rate: 0.0006}},
		Misses: []selftest.Case{
			{Name: name, Kind: "substitute", Text: "YIN HO-JIN", Outcome: selftest.Refused, Reason: "the list is stale"},
			{Name: name, Kind: "nickname", Text: "YUNNY HO-JIN", Outcome: selftest.Missed, Other: other},
		},
		Alerts: []selftest.Case{{
			Neutral: &selftest.Neutral{Group: "KR", Name: "Kim Min", Schema: "Person"}, Text: "Kim Min", Outcome: selftest.Alert, Match: true,
			Score: 0.91, Other: other,
		}},
	}
	return r, SelfTestScope{
		Inventory:  selftest.Inventory{Names: make([]selftest.Name, 3509), Subjects: 1011, Weak: 1, Off: 7},
		Against:    []screening.Against{{List: "un", Snapshot: snapshot.ID{List: "un", Number: 3}, Content: "ab", Subjects: 1011}},
		Parameters: "bc117cbf8c4ceca2",
	}
}

// golden compares with a file, or writes it when UPDATE is set.
func golden(t *testing.T, name string, got []byte) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if os.Getenv("UPDATE") != "" {
		if err := os.WriteFile(path, got, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil || !bytes.Equal(got, want) {
		t.Errorf("%s is not as kept (%v):\n%s", name, err, got)
	}
}

func TestSelfTestForPeople(t *testing.T) {
	for name, passed := range map[string]bool{"selftest_passes.txt": true, "selftest_below.txt": false} {
		var b bytes.Buffer
		r, scope := result(passed)
		if err := (&Printer{W: &b}).SelfTest(r, scope); err != nil {
			t.Fatal(err)
		}
		golden(t, name, b.Bytes())
	}
}

func TestSelfTestForPrograms(t *testing.T) {
	r, scope := result(false)
	b, err := json.MarshalIndent(SelfTest(r, scope), "", "  ")
	if err != nil {
		t.Fatal(err)
	}
	golden(t, "selftest.json", append(b, '\n'))
	b, err = json.Marshal(SelfTestSummary(r, scope))
	if err != nil || bytes.Contains(b, []byte(`"misses"`)) || !bytes.HasPrefix(b, []byte(`{"type":"result","verdict":"below_floors"`)) {
		t.Errorf("%s %v", b, err)
	}
}

// What is below a floor is never rounded up to it.
func TestSharesAreCut(t *testing.T) {
	for x, want := range map[float64]string{1: "100.0 %", 0.99999: "99.9 %", 0.29: "29.0 %", 0: "0.0 %", 0.9995: "99.9 %"} {
		if got := share(x); got != want {
			t.Errorf("%v is %s, want %s", x, got, want)
		}
	}
}
