package screen

import (
	"context"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/cordon-engine/cordon/data"
	"github.com/cordon-engine/cordon/internal/match"
	"github.com/cordon-engine/cordon/internal/ownership"
	"github.com/cordon-engine/cordon/internal/publication/publicationtest"
	"github.com/cordon-engine/cordon/internal/screening"
	"github.com/cordon-engine/cordon/internal/snapshot"
	"github.com/cordon-engine/cordon/internal/snapshot/snapshottest"
	"github.com/cordon-engine/cordon/internal/sqlite"
	"github.com/cordon-engine/cordon/internal/tabular"
)

func config(t testing.TB, store Store, dir string) Config {
	t.Helper()
	params, err := match.Load(data.FS, "matching")
	if err != nil {
		t.Fatal(err)
	}
	b, err := fs.ReadFile(data.FS, "ownership/rules.yaml")
	if err != nil {
		t.Fatal(err)
	}
	rules, err := ownership.ReadRules("rules.yaml", b)
	if err != nil {
		t.Fatal(err)
	}
	return Config{Store: store, Params: params, Rules: rules, Dir: dir, Now: time.Date(2026, 11, 26, 0, 0, 0, 0, time.UTC)}
}

// store gives a store with one list of some subjects in two snapshots: x:b was
// taken off between them.
func store(t testing.TB) (snapshot.Store, string) {
	t.Helper()
	dir := t.TempDir()
	s, err := sqlite.Open(context.Background(), dir)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	records := map[string]string{"x:Oyelaran Bartholomew": "1", "x:Quisenberry Thaddeus": "1"}
	for _, day := range []string{"2020-01-01", "2021-01-01"} {
		if _, err := snapshottest.Load(t, s, "x", day, records); err != nil {
			t.Fatal(err)
		}
		delete(records, "x:Quisenberry Thaddeus")
	}
	return s, dir
}

func open(t testing.TB, c Config) *Desk {
	t.Helper()
	d, err := Open(context.Background(), c)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { d.Close() })
	return d
}

func TestIndexIsBuiltOnceForJustTheseLists(t *testing.T) {
	s, dir := store(t)
	c := config(t, s, dir)
	names := func() []string {
		list, err := filepath.Glob(filepath.Join(dir, "index", "*.index"))
		if err != nil {
			t.Fatal(err)
		}
		return list
	}
	open(t, c)
	first := names()
	info, err := os.Stat(first[0])
	if err != nil {
		t.Fatal(err)
	}
	open(t, c)
	if again, err := os.Stat(first[0]); err != nil || again.ModTime() != info.ModTime() {
		t.Errorf("the index was built anew for the same lists: %v", err)
	}
	if _, err := snapshottest.Load(t, s, "x", "2022-01-01", map[string]string{"x:Zebulon Farquharson": "1"}); err != nil {
		t.Fatal(err)
	}
	open(t, c)
	if got := names(); len(got) != 1 || got[0] == first[0] {
		t.Errorf("after a change there are %v", got)
	}
	if err := os.WriteFile(names()[0], []byte("damaged"), 0o600); err != nil {
		t.Fatal(err)
	}
	d := open(t, c)
	a := d.Screen(query("Name of x:Zebulon Farquharson"))
	if a.Outcome != screening.Match {
		t.Errorf("after damage: %s %s", a.Outcome, a.Reason)
	}
}

func query(name string) screening.Query {
	return screening.Query{Input: match.Input{Names: []match.Name{{Text: name}}}, AsOf: snapshottest.Day("2026-01-01")}
}

func TestDelistedIsFoundAndNeverListed(t *testing.T) {
	s, _ := store(t)
	a := open(t, config(t, s, "")).Screen(query("Name of x:Quisenberry Thaddeus"))
	if a.Outcome != screening.Possible || a.Hits[0].Tier != screening.TierFormer {
		t.Errorf("%s %+v", a.Outcome, a.Hits)
	}
}

func TestStaleListScreensNobody(t *testing.T) {
	s, _ := store(t)
	c := config(t, s, "")
	c.MaxAge = 48 * time.Hour // what was loaded is of January 2026
	a := open(t, c).Screen(query("Name of x:Oyelaran Bartholomew"))
	if a.Outcome != screening.NotScreened || !strings.Contains(a.Reason, "last checked") {
		t.Errorf("%s %s", a.Outcome, a.Reason)
	}
}

func TestEmptyStoreScreensNobody(t *testing.T) {
	s, err := sqlite.OpenReader(context.Background(), filepath.Join(t.TempDir(), "none"))
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	if a := open(t, config(t, s, "")).Screen(query("Anybody At All")); a.Outcome != screening.NotScreened {
		t.Errorf("%s", a.Outcome)
	}
}

func TestPartyDates(t *testing.T) {
	for in, want := range map[string]string{
		"1965": "[1965] ", "1965-03": "[1965-03] ", "1965-3-14": "[1965-03-14] ", "14.3.1965": "[1965-03-14] ",
		"14/03/1965": "[1965-03-14] ", "03/04/1965": "[1965-04-03 1965-03-04] ", "3.1965": "[1965-03] ",
		"1974-01-32": `[1974-01] "1974-01-32" is no day that exists; January 1974 was taken`,
		"1974-13-01": `[1974] "1974-13-01" is no day that exists; 1974 was taken`,
	} {
		list, note, err := Births(in)
		if got := fmt.Sprintf("%v %s", list, note); got != want || err != nil {
			t.Errorf("%s: %v %q %v, want %s", in, list, note, err, want)
		}
	}
	for _, bad := range []string{"", "soon", "1.2.3.4", "12", "99-99", "1850-01-01"} {
		if list, _, err := Births(bad); err == nil {
			t.Errorf("%q: %v", bad, list)
		}
	}
}

func TestPartyErrorsNameTheirField(t *testing.T) {
	places := publicationtest.Places(t)
	for field, value := range map[string]string{
		"birthDate": "soon", "country": "Atlantis", "gender": "yes", "id": "9074729", "tonnage": "many", "flag": "??",
	} {
		_, _, err := Party{"name": {"x"}, field: {value}}.Input(places)
		if err == nil || !strings.Contains(err.Error(), field) {
			t.Errorf("%s: %v", field, err)
		}
	}
	for given, kind := range map[string]string{"imo:8628597": "imo", "INN:7707083893": "tax", "vat number:1": "tax", "passport:A1": "passport"} {
		in, _, err := Party{"name": {"x"}, "id": {given}}.Input(places)
		if err != nil || len(in.Identifiers) != 1 || in.Identifiers[0].Kind != kind {
			t.Errorf("%s: %v %v", given, in.Identifiers, err)
		}
	}
	if err := CheckField("birthdate"); err == nil || !strings.Contains(err.Error(), `"birthDate"`) {
		t.Errorf("%v", err)
	}
}

// Rows in are rows out, in order, whatever is in them.
func TestRowsInAreRowsOut(t *testing.T) {
	s, _ := store(t)
	d := open(t, config(t, s, ""))
	var b strings.Builder
	b.WriteString("who,born\n")
	var want []string
	for i := range 1000 {
		switch i % 5 {
		case 0:
			b.WriteString("Name of x:Oyelaran Bartholomew,\n")
			want = append(want, "match")
		case 1:
			b.WriteString("Gunnhild Haraldsdottir,1965\n")
			want = append(want, "clear")
		case 2:
			b.WriteString("Gunnhild Haraldsdottir,soon\n")
			want = append(want, "not_screened")
		case 3:
			b.WriteString("too,many,cells\n")
			want = append(want, "not_screened")
		case 4:
			b.WriteString(",1965\n")
			want = append(want, "not_screened")
		}
	}
	m := Mapping{"name": {"who"}, "birthDate": {"born"}}
	for _, workers := range []int{1, 4} {
		table, err := tabular.NewCSV(strings.NewReader(b.String()), tabular.Options{})
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		err = d.Run(context.Background(), Batch{Places: publicationtest.Places(t), AsOf: snapshottest.Day("2026-01-01"), Workers: workers},
			TableRows(table, m), func(a Answered) error {
				if a.Row.Number != len(got)+1 {
					t.Fatalf("row %d comes after %d", a.Row.Number, len(got))
				}
				got = append(got, string(a.Answer.Outcome))
				return nil
			})
		if err != nil || !slices.Equal(got, want) {
			t.Errorf("%d workers: %d rows of %d, %v", workers, len(got), len(want), err)
		}
	}
}

func TestJSONLines(t *testing.T) {
	in := `{"name":"A B","birthDate":1965,"alias":["C","D"]}
not json

{"name":"A","shoe":"44"}
{"name":["A",["B"]]}
` + `{"name":"` + strings.Repeat("x", MaxLine) + `"}` + "\n" + `{"name":"last"}`
	var got []string
	for r, err := range JSONRows(strings.NewReader(in), nil) {
		if err != nil {
			t.Fatal(err)
		}
		got = append(got, fmt.Sprintf("%d/%d %v %v", r.Number, r.Line, len(r.Party["name"]), r.Err != nil))
	}
	want := []string{"1/1 1 false", "2/2 0 true", "3/4 0 true", "4/5 0 true", "5/6 0 true", "6/7 1 false"}
	if !slices.Equal(got, want) {
		t.Errorf("%v", got)
	}
}

func FuzzJSONRows(f *testing.F) {
	f.Add(`{"name":"A"}`)
	f.Fuzz(func(_ *testing.T, s string) {
		for range JSONRows(strings.NewReader(s), nil) {
		}
	})
}

func FuzzBirths(f *testing.F) {
	f.Add("14.3.1965")
	f.Fuzz(func(t *testing.T, s string) {
		list, _, err := Births(s)
		if (err == nil) != (len(list) > 0) {
			t.Errorf("%q: %v %v", s, list, err)
		}
	})
}
