package screening

import (
	"fmt"
	"math/rand/v2"
	"os"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/cordon-engine/cordon/internal/tune"
)

// recallQueries is how many queries the oracle asks in an ordinary run; the
// whole measurement takes CORDON_RECALL=20000 (`make recall`).
const recallQueries = 300

// asker makes queries of many kinds from listed names; the same seed gives the
// same queries.
type asker struct {
	r     *rand.Rand
	names []string
	words []string
}

func newAsker(seed uint64, docs []Document) *asker {
	a := &asker{r: rand.New(rand.NewPCG(seed, 1))}
	for _, name := range names(docs) {
		a.names = append(a.names, name)
		a.words = append(a.words, strings.Fields(name)...)
	}
	return a
}

func (a *asker) one(list []string) string { return list[a.r.IntN(len(list))] }

// askKinds are the ways in which a query comes about. The later ones are made to
// be hard on an index: few words, only frequent words, words of several names.
var askKinds = []struct {
	kind string
	make func(a *asker, name string) string
}{
	{"as listed", func(_ *asker, n string) string { return n }},
	{"one slip", (*asker).slip},
	{"two slips", func(a *asker, n string) string { return a.slip(a.slip(n)) }},
	{"letters left out", func(a *asker, n string) string {
		r := []rune(n)
		for range 1 + a.r.IntN(2) {
			if len(r) > 3 {
				at := a.r.IntN(len(r))
				r = append(r[:at:at], r[at+1:]...)
			}
		}
		return string(r)
	}},
	{"words left out", func(a *asker, n string) string {
		w := strings.Fields(n)
		for range 1 + a.r.IntN(2) {
			if len(w) > 1 {
				at := a.r.IntN(len(w))
				w = append(w[:at:at], w[at+1:]...)
			}
		}
		return strings.Join(w, " ")
	}},
	{"words in any order", func(a *asker, n string) string {
		w := strings.Fields(n)
		a.r.Shuffle(len(w), func(i, j int) { w[i], w[j] = w[j], w[i] })
		return strings.Join(w, " ")
	}},
	{"a word more", func(a *asker, n string) string { return n + " " + a.one(a.words) }},
	{"joined", func(_ *asker, n string) string { return strings.ReplaceAll(strings.ReplaceAll(n, " ", ""), "-", "") }},
	{"cut", func(a *asker, n string) string {
		r := []rune(n)
		at := a.r.IntN(len(r))
		return string(r[:at]) + " " + string(r[at:])
	}},
	{"initials", func(a *asker, n string) string {
		w := strings.Fields(n)
		at := a.r.IntN(len(w))
		w[at] = string([]rune(w[at])[:1]) + "."
		return strings.Join(w, " ")
	}},
	{"one word", func(a *asker, n string) string { return a.one(strings.Fields(n)) }},
	{"two words", func(a *asker, n string) string {
		w := strings.Fields(n)
		return a.one(w) + " " + a.one(w)
	}},
	{"one word, slip", func(a *asker, n string) string { return a.slip(a.one(strings.Fields(n))) }},
	{"words of two names", func(a *asker, n string) string {
		return a.one(strings.Fields(n)) + " " + a.one(a.words)
	}},
	{"words of three names", func(a *asker, n string) string {
		return a.one(strings.Fields(n)) + " " + a.one(a.words) + " " + a.one(a.words)
	}},
	{"two names", func(a *asker, n string) string { return n + " " + a.one(a.names) }},
}

// slip changes a name in one of the ways of [tune.Alter].
func (a *asker) slip(n string) string {
	for range 5 {
		if s := tune.Alter(n, a.r.IntN(tune.AlterKinds), a.r.Uint64()); s != "" && s != n {
			return s
		}
	}
	return n
}

// ask gives the query of a number.
func (a *asker) ask(i int) (Query, string) {
	k := askKinds[i%len(askKinds)]
	q := query(k.make(a, a.one(a.names)))
	q.Input.Schema = []string{"", "", "Person", "Organization", "Vessel"}[a.r.IntN(5)]
	q.Limit = 10_000
	return q, k.kind
}

// asked is a query with what the index found and what there was to be found.
type asked struct {
	q    Query
	kind string
	want map[string]float64 // subjects above the threshold, by brute force
	lost []string
	said bool // the answer says that the search was bounded
}

// ask fills in the answers.
func (x *asked) ask(e *Engine) (err error) {
	if x.want, err = brute(e, x.q); err != nil {
		return err
	}
	a := e.Screen(x.q)
	x.said = len(a.Notes) > 0
	for id := range x.want {
		if !slices.ContainsFunc(a.Hits, func(h Hit) bool { return h.ID == id }) {
			x.lost = append(x.lost, id)
		}
	}
	return nil
}

// TestIndexLosesNothing compares the index with scoring every pair of query and
// subject of a real list. docs/method/screening.md has the figures.
func TestIndexLosesNothing(t *testing.T) {
	most := recallQueries
	if v := os.Getenv("CORDON_RECALL"); v != "" {
		n, err := strconv.Atoi(v)
		if err != nil {
			t.Fatal(err)
		}
		most = n
	} else if testing.Short() {
		most /= 10
	}
	docs := unDocuments(t, "consolidated_2025-04-19.xml")
	e := engine(t, nil, docs...)
	a := newAsker(1, docs)
	list := make([]asked, most)
	for i := range list {
		list[i].q, list[i].kind = a.ask(i)
	}
	var wg sync.WaitGroup
	const workers = 2
	for part := range workers {
		wg.Go(func() {
			for i := part; i < len(list); i += workers {
				if err := list[i].ask(e); err != nil {
					t.Error(err)
					return
				}
			}
		})
	}
	wg.Wait()
	for i := range list {
		for _, id := range list[i].lost {
			t.Logf("%s: %q (%s) loses %s at %.3f", list[i].kind, list[i].q.Input.Names[0].Text, list[i].q.Input.Schema, id, list[i].want[id])
		}
	}
	var possible, sure tally
	for _, k := range askKinds {
		var of tally
		for i := range list {
			if list[i].kind == k.kind {
				of.count(&list[i], 0)
				possible.count(&list[i], 0)
				sure.count(&list[i], e.params.Alert())
			}
		}
		t.Logf("%-22s %v", k.kind, of)
	}
	t.Logf("above %.2f: %v", e.params.Possible(), possible)
	t.Logf("above %.2f: %v", e.params.Alert(), sure)
	if possible.share() < .99 || sure.share() < .998 {
		t.Error("the index loses more than docs/method/screening.md says")
	}
}

// tally counts pairs that are there to be found.
type tally struct{ queries, want, lost, silent int }

func (c *tally) count(x *asked, least float64) {
	c.queries++
	for _, p := range x.want {
		if p >= least {
			c.want++
		}
	}
	for _, id := range x.lost {
		if x.want[id] >= least {
			c.lost++
			if !x.said {
				c.silent++
			}
		}
	}
}

func (c tally) share() float64 { return 1 - float64(c.lost)/float64(max(c.want, 1)) }

func (c tally) String() string {
	return fmt.Sprintf("%6d queries, %6d pairs, %4d lost, %d of them unsaid (%.3f %% found)", c.queries, c.want, c.lost, c.silent, 100*c.share())
}
