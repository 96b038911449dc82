package activity_test

import (
	"strings"
	"testing"

	"github.com/cordon-engine/cordon/internal/activity"
	"github.com/cordon-engine/cordon/internal/vocab"
)

// "unknown" is read for every fact of any type but text, from YAML, from JSON and by
// name, and comes back as it was; for text it is a text.
func TestStatedUnknown(t *testing.T) {
	r := ref(t)
	for i := range vocab.Facts() {
		f := &vocab.Facts()[i]
		name := f.Name
		if f.Scope != vocab.OfActivity {
			name = f.Scope.String() + "[1]." + f.Key
		}
		a := &activity.Activity{Kind: vocab.KindTransfer}
		if err := r.SetFact(a, "date", "2018-01-02"); err != nil {
			t.Fatal(err)
		}
		if err := r.SetFact(a, name, "unknown"); err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		facts := append(append([]activity.Facts{a.Facts}, a.Goods...), a.Parties...)
		for _, fs := range facts {
			if v, ok := fs.Get(f.ID); ok && v.Unknown != (f.Type != vocab.Text) {
				t.Errorf("%s, a %s: %+v", name, f.Type, v)
			}
		}
		text := a.AppendJSON(nil)
		if !strings.Contains(string(text), `"`+f.Key+`":"unknown"`) {
			t.Errorf("%s is written as %s", name, text)
		}
		var back activity.Activity
		if err := activity.NewDecoder(r).Decode(text, &back); err != nil {
			t.Errorf("%s: %v", text, err)
		} else if got := back.AppendJSON(nil); string(got) != string(text) {
			t.Errorf("%s reads back as %s", text, got)
		}
		list, err := r.ReadYAML("f", text)
		if err != nil {
			t.Errorf("%s: %v", text, err)
		} else if got := list[0].AppendJSON(nil); string(got) != string(text) {
			t.Errorf("%s reads back from YAML as %s", text, got)
		}
	}
	for _, bad := range []string{
		`{"kind":"transfer","date":"2018-01-02","use":{"military":"true"}}`,
		`{"kind":"transfer","date":"2018-01-02","use":{"military":"Unknown"}}`,
		`{"kind":"transfer","date":"unknown"}`,
		`{"kind":"unknown","date":"2018-01-02"}`,
	} {
		var a activity.Activity
		if err := activity.NewDecoder(r).Decode([]byte(bad), &a); err == nil {
			t.Errorf("%s is taken", bad)
		}
	}
}
