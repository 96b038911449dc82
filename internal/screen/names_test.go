package screen

import (
	"context"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/cordon-engine/cordon/internal/fault"
	"github.com/cordon-engine/cordon/internal/screening"
	"github.com/cordon-engine/cordon/internal/snapshot/snapshottest"
	"github.com/cordon-engine/cordon/internal/text"
)

func TestLifeTellsWhatBecameOfAnEntry(t *testing.T) {
	s, _ := store(t)
	d := open(t, config(t, s, ""))
	for id, want := range map[string]struct {
		tier  screening.Tier
		steps int
		seen  string
	}{
		"x:Oyelaran Bartholomew": {screening.TierListed, 1, "x@2"},
		"x:Quisenberry Thaddeus": {screening.TierFormer, 2, "x@1"},
	} {
		l, err := d.Life(context.Background(), s, id, snapshottest.Day("2026-01-01"))
		if err != nil {
			t.Fatal(err)
		}
		if l.Tier != want.tier || len(l.Steps) != want.steps || len(l.Sources) != 1 || l.Sources[0].ID.String() != want.seen {
			t.Errorf("%s: %s, %d steps, from %v", id, l.Tier, len(l.Steps), l.Sources)
		}
		if last := l.Steps[len(l.Steps)-1].Change; (last.New == nil) != (want.tier == screening.TierFormer) {
			t.Errorf("%s: the last step is %+v", id, last)
		}
	}
	if _, err := d.Life(context.Background(), s, "x:Nobody", snapshottest.Day("2026-01-01")); fault.CodeOf(err) != fault.NotFound {
		t.Errorf("nobody: %v", err)
	}
}

// TestNamesAgainstEveryName compares the search with a look at every name.
func TestNamesAgainstEveryName(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		word := rapid.StringMatching(`[abÄ윤金]{1,3}`)
		name := rapid.Custom(func(rt *rapid.T) string { return strings.Join(rapid.SliceOfN(word, 1, 3).Draw(rt, "words"), " ") })
		names := rapid.SliceOfNDistinct(name, 1, 12, rapid.ID).Draw(rt, "names")
		records := map[string]string{}
		for _, n := range names {
			records[n] = "1"
		}
		s := new(snapshottest.Memory)
		if _, err := snapshottest.Load(t, s, "x", "2020-01-01", records); err != nil {
			rt.Fatal(err)
		}
		n, err := ReadNames(context.Background(), s)
		if err != nil {
			rt.Fatal(err)
		}
		typed := name.Draw(rt, "typed")
		limit := rapid.IntRange(0, 6).Draw(rt, "limit")
		list, more := n.Find(typed, limit)
		want := 0
		for _, name := range names {
			has := strings.Fields(text.Fold("Name of " + name))
			if !slices.ContainsFunc(text.Tokens(typed), func(w string) bool {
				return !slices.ContainsFunc(has, func(h string) bool { return strings.HasPrefix(h, w) })
			}) {
				want++
			}
		}
		if len(list)+more != want || len(list) != min(limit, want) {
			rt.Errorf("%q in %q: %d and %d more, want %d", typed, names, len(list), more, want)
		}
	})
}

func TestNamesComeInTheOrderOfFit(t *testing.T) {
	s := new(snapshottest.Memory)
	records := map[string]string{"Kim Il Sung": "1", "Il Kim Yong": "1", "Kim Yo Jong": "1", "Jong Kim": "1"}
	if _, err := snapshottest.Load(t, s, "x", "2020-01-01", records); err != nil {
		t.Fatal(err)
	}
	n, err := ReadNames(context.Background(), s)
	if err != nil {
		t.Fatal(err)
	}
	list, more := n.Find("kim YO", 10)
	var got []string
	for _, x := range list {
		got = append(got, x.ID)
	}
	if want := []string{"Il Kim Yong", "Kim Yo Jong"}; !slices.Equal(got, want) || more != 0 {
		t.Errorf("%q and %d more, want %q", got, more, want)
	}
	if list, more := n.Find(" ,-", 10); len(list)+more != 0 {
		t.Errorf("nothing typed finds %v", list)
	}
}

func TestRowsByTheEndingOfTheFile(t *testing.T) {
	for name, c := range map[string]struct{ text, want string }{
		"a.CSV":   {"Full name;DOB\nAnn;1965\n", "[Ann]"},
		"a.jsonl": {`{"name":["Ann","Anne"]}` + "\n", "[Ann Anne]"},
		"b.csv":   {"sep=;\nname;DOB\nAnn;1965\n", "[Ann]"},
		"b.txt":   {"Ann\rBen\r", "carriage returns alone"},
		"b.jsonl": {`{"name":"Ann"}` + "\r" + `{"name":"Ben"}`, "carriage returns alone"},
		"a.doc":   {"x", `".doc" files cannot be screened`},
		"a.csv":   {"who\nAnn\n", "no column is called a name"},
		"a.xlsx":  {"not a workbook", "workbook"},
	} {
		rows, _, err := Rows(name, strings.NewReader(c.text), nil)
		got := ""
		if err != nil {
			got = err.Error()
		} else {
			for r, err := range rows {
				if err != nil || r.Err != nil {
					t.Fatal(err, r.Err)
				}
				got += "[" + strings.Join(r.Party["name"], " ") + "]"
			}
		}
		if !strings.Contains(got, c.want) {
			t.Errorf("%s: %s, want %s", name, got, c.want)
		}
	}
	var got []string
	for r := range Lines(" Ann \n\n\r\nBen, Jr.") {
		got = append(got, r.Party["name"][0]+strings.Repeat("!", r.Line))
	}
	if want := []string{"Ann!", "Ben, Jr.!!!!"}; !slices.Equal(got, want) {
		t.Errorf("%q, want %q", got, want)
	}
}
