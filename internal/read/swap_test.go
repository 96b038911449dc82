package read_test

import (
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/cordon-engine/cordon/internal/document"
	"github.com/cordon-engine/cordon/internal/mention"
	"github.com/cordon-engine/cordon/internal/place"
	"github.com/cordon-engine/cordon/internal/read"
	"github.com/cordon-engine/cordon/internal/when"
)

// templates are texts about two states: {A} is a name, {A.adj} the adjective and {A.cap} the capital in place of the government.
var templates = []string{
	"{A} accused {B} of exporting coal in breach of resolution 2371. {B.cap} denied it and called on {A} to show proof.",
	"{A.adj} officials said that {B} had hired {A.adj} workers. \"{B} will expel them,\" its foreign minister said.",
	"{A} and {B} held naval exercises on 4 May 2017. {A} exported 200 tonnes of coal to {B} on 2 June 2017.",
	"Statement of the Ministry of Foreign Affairs of {A}\n\n{A} condemns the missile test by {B}. If {B} suspends tests, {A} will suspend exercises.",
	"According to {A.cap}, {B.adj} ships called at its ports. The two countries proposed that all states report such calls. {B} did not reply.",
}

// twoNames is a state with the forms in which a text may name it.
type twoNames struct{ name, adj, capital, code string }

func (s twoNames) in(text, letter string) string {
	return strings.NewReplacer("{"+letter+"}", s.name, "{"+letter+".adj}", s.adj, "{"+letter+".cap}", s.capital).Replace(text)
}

// namings gives the states of the table that have all the forms.
func namings(t *testing.T) []twoNames {
	t.Helper()
	places, err := place.Load(os.DirFS("../../data/place"))
	if err != nil {
		t.Fatal(err)
	}
	var out []twoNames
	err = mention.Table(os.DirFS("../../data"), "reading/demonyms.tsv", 4, func(f []string) error {
		s, err := places.ParseState(f[0])
		capital, _, _ := strings.Cut(f[1], "|")
		adj, _, _ := strings.Cut(f[2], "|")
		name := places.Name(s)
		if err == nil && capital != "" && adj != "" && !strings.HasSuffix(adj, "s") && !strings.ContainsAny(name, " ,(’'") {
			out = append(out, twoNames{name, adj, capital, s.String()})
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// told says what was read of a text, with the states by letter and without offsets.
func told(t *rapid.T, r *read.Reader, text string, a, b twoNames) string {
	d, err := document.Read("a.txt", []byte(b.in(a.in(text, "A"), "B")))
	if err != nil {
		t.Fatal(err)
	}
	res, err := r.Read(d, read.Options{Day: when.Date(2017, 9, 5)})
	if err != nil {
		t.Fatal(err)
	}
	letters := func(states []place.State) string {
		var out []string
		for _, s := range states {
			out = append(out, strings.NewReplacer(a.code, "A", b.code, "B").Replace(s.String()))
		}
		slices.Sort(out)
		return strings.Join(out, "+")
	}
	var out []string
	for _, c := range res.Claims {
		act := 0
		if c.Activity != nil {
			act = int(c.Activity.Kind) + 1
		}
		out = append(out, fmt.Sprint(letters(c.By.States), c.Voice, c.Kind, c.Sort, letters(c.Subject.States), c.Subject.Any, c.Negative, c.Hedge,
			c.Rule, c.AttributedBy, c.Answers, act))
	}
	for _, x := range res.Terms {
		out = append(out, fmt.Sprint(letters(x.By), letters(x.Towards), x.Rule, x.If))
	}
	return strings.Join(out, "\n")
}

// TestSwap holds that the names of states change nothing but the states: whichever two stand in a text, the same is read of it.
func TestSwap(t *testing.T) {
	r, all := reader(t), namings(t)
	if len(all) < 50 {
		t.Fatalf("only %d states have all forms", len(all))
	}
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.SampledFrom(templates).Draw(t, "text")
		a := rapid.SampledFrom(all).Draw(t, "a")
		b := rapid.SampledFrom(all).Filter(func(s twoNames) bool { return s.code != a.code }).Draw(t, "b")
		one, two := told(t, r, text, a, b), told(t, r, text, b, a)
		if one != two {
			t.Fatalf("%s and %s:\n%s\n%s and %s:\n%s", a.name, b.name, one, b.name, a.name, two)
		}
	})
}
