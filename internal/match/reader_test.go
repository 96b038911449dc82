package match

import (
	"reflect"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/cordon-engine/cordon/internal/text"
)

// What a reader remembers changes nothing: names that are read together are as if
// each were read alone, and a subject that is read twice as if it were read once.
func TestReadersRemember(t *testing.T) {
	p := params(t)
	var names []Name
	for _, n := range append(altered(150), someNames...) {
		names = append(names, Name{Text: n})
	}
	r := NewReader(p)
	for _, schema := range []string{"Person", "Company", "Vessel"} {
		all, err := Prepare(p, Input{Schema: schema, Names: names})
		if err != nil {
			t.Fatal(err)
		}
		k := 0
		for _, n := range names {
			plain, err := r.Prepare(Input{Schema: schema, Names: []Name{n}})
			if err != nil {
				t.Fatal(err)
			}
			person, err := r.Prepare(Input{Schema: "Person", Names: []Name{n}})
			if err != nil {
				t.Fatal(err)
			}
			one, other := prepared(t, p, schema, n.Text), prepared(t, p, "Person", n.Text)
			if !reflect.DeepEqual(plain, one) || !reflect.DeepEqual(person, other) {
				t.Fatalf("%q as %s and as a person is otherwise than read by itself", n.Text, schema)
			}
			for i := range one.names {
				if k == len(all.names) || !reflect.DeepEqual(all.names[k], one.names[i]) {
					t.Fatalf("%q among others is otherwise than by itself", n.Text)
				}
				k++
			}
		}
	}
}

// Legal forms with a slip are found as by comparing with each.
func TestMisspelt(t *testing.T) {
	l := &params(t).lex
	found := 0
	rapid.Check(t, func(r *rapid.T) {
		w := slipped(r, rapid.SampledFrom(l.longForms).Draw(r, "form").word)
		w = strings.ReplaceAll(w, " ", "")
		want := ""
		for _, f := range l.longForms {
			if d := len(f.word) - len(w); len(w) >= 7 && d <= 2 && d >= -2 && text.Distance(f.word, w) <= len(f.word)/7 {
				want = f.word
				break
			}
		}
		if got, _ := l.misspelt(w); got != want {
			r.Fatalf("%q: %q, want %q", w, got, want)
		}
		if want != "" {
			found++
		}
	})
	if found == 0 {
		t.Error("no slip was found")
	}
}
