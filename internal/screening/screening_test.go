package screening

import (
	"fmt"
	"io/fs"
	"iter"
	"slices"
	"strings"
	"testing"

	"github.com/cordon-engine/cordon/data"
	"github.com/cordon-engine/cordon/internal/index"
	"github.com/cordon-engine/cordon/internal/match"
	"github.com/cordon-engine/cordon/internal/ownership"
	"github.com/cordon-engine/cordon/internal/publication/publicationtest"
	"github.com/cordon-engine/cordon/internal/snapshot"
	"github.com/cordon-engine/cordon/internal/source/un"
	"github.com/cordon-engine/cordon/internal/subject"
	"github.com/cordon-engine/cordon/internal/when"
)

func day(s string) when.Day {
	d, err := when.ParseDay(s)
	if err != nil {
		panic(err)
	}
	return d
}

func parameters(t testing.TB) *match.Params {
	t.Helper()
	p, err := match.Load(data.FS, "matching")
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// engine builds an engine over documents, in memory.
func engine(t testing.TB, mergers []Merger, docs ...Document) *Engine {
	t.Helper()
	var against []Against
	for _, d := range docs {
		if !slices.ContainsFunc(against, func(a Against) bool { return a.List == d.List }) {
			against = append(against, Against{List: d.List, Snapshot: snapshot.ID{List: d.List, Number: 1}, Subjects: 1})
		}
	}
	b := index.NewBuilder(t.TempDir())
	meta, err := Build(b, parameters(t), against, func(yield func(Document, error) bool) {
		for _, d := range docs {
			if !yield(d, nil) {
				return
			}
		}
	}, nil)
	if err != nil {
		t.Fatal(err)
	}
	bytes, err := b.Bytes(meta...)
	if err != nil {
		t.Fatal(err)
	}
	ix, err := index.Read(bytes)
	if err != nil {
		t.Fatal(err)
	}
	e, err := New(ix, parameters(t), ownershipRules(t), mergers)
	if err != nil {
		t.Fatal(err)
	}
	return e
}

func ownershipRules(t testing.TB) ownership.Rules {
	t.Helper()
	rb, err := fs.ReadFile(data.FS, "ownership/rules.yaml")
	if err != nil {
		t.Fatal(err)
	}
	rules, err := ownership.ReadRules("rules.yaml", rb)
	if err != nil {
		t.Fatal(err)
	}
	return rules
}

// listed makes the document of a subject that one authority lists since a day.
func listed(list, authority, ref, name string, more ...func(*subject.Record)) Document {
	id := list + ":" + ref
	r := &subject.Record{
		Subject: &subject.Subject{ID: id, Schema: subject.Person, Names: []subject.Name{{Full: name, Kind: subject.Primary}}},
		Listings: []subject.Listing{{
			ID: id, Subject: id, Authority: authority, Reference: ref, Tier: subject.Designated, Listed: subject.On(when.On(day("2016-03-02"))),
		}},
	}
	for _, f := range more {
		f(r)
	}
	snap := snapshot.Meta{ID: snapshot.ID{List: list, Number: 1}, Published: day("2020-01-01")}
	d, ok := Join(list, []snapshot.Meta{snap}, []snapshot.Version{{Key: id, From: 1, Record: r}})
	if !ok {
		panic("no document")
	}
	return d
}

func withSchema(s subject.Schema) func(*subject.Record) {
	return func(r *subject.Record) { r.Subject.Schema = s }
}

func withProperty(name, value string) func(*subject.Record) {
	return func(r *subject.Record) {
		r.Subject.Properties = append(r.Subject.Properties, subject.Property{Name: name, Value: value})
	}
}

func query(name string) Query {
	return Query{Input: match.Input{Names: []match.Name{{Text: name}}}, AsOf: day("2021-01-01")}
}

func TestOutcomes(t *testing.T) {
	named := listed("watch", "PRESS", "9", "Somebody Named Oyelaran", func(r *subject.Record) { r.Listings[0].Tier = subject.Named })
	off := listed("eu", "EU", "3", "Bartholomew Quisling Taken", func(r *subject.Record) {
		r.Listings[0].Ended = subject.On(when.On(day("2019-05-05")))
	})
	e := engine(t, nil, listed("un", "UN", "KPi.001", "Yun Ho-jin"), off, named)
	for _, c := range []struct {
		name, asOf string
		outcome    Outcome
		tier       Tier
	}{
		{"Yun Ho-jin", "2021-01-01", Match, TierListed},
		{"Bartholomew Quisling Taken", "2019-05-04", Match, TierListed},
		{"Bartholomew Quisling Taken", "2019-05-05", Possible, TierFormer},
		{"Somebody Named Oyelaran", "2021-01-01", Possible, TierNamed},
		{"Yun Ho-jin", "2016-03-01", Possible, TierFormer},
		{"Gunnhild Haraldsdottir", "2021-01-01", Clear, ""},
	} {
		q := query(c.name)
		q.AsOf = day(c.asOf)
		a := e.Screen(q)
		tier := Tier("")
		if len(a.Hits) > 0 {
			tier = a.Hits[0].Tier
		}
		if a.Outcome != c.outcome || tier != c.tier {
			t.Errorf("%s on %s: %s %s (%s), want %s %s", c.name, c.asOf, a.Outcome, tier, a.Reason, c.outcome, c.tier)
		}
		if len(a.Against) != 3 {
			t.Errorf("%s: says it was screened against %v", c.name, a.Against)
		}
	}
}

// Whatever goes wrong is not_screened with a reason, and never clear.
func TestFailsClosed(t *testing.T) {
	e := engine(t, nil, listed("un", "UN", "1", "Some Body"))
	empty := engine(t, nil)
	for name, a := range map[string]Answer{
		"unknown list":   e.Screen(Query{Input: match.Input{Names: []match.Name{{Text: "x"}}}, Lists: []string{"unn"}}),
		"unknown schema": e.Screen(Query{Input: match.Input{Schema: "Banana", Names: []match.Name{{Text: "x"}}}}),
		"no name":        e.Screen(Query{}),
		"a blank name":   e.Screen(query("  ")),
		"only marks":     e.Screen(query("?!")),
		"no lists":       empty.Screen(query("Some Body")),
		"no table":       e.Screen(query("အောင်ဆန်း")),
		"a huge name":    e.Screen(query(strings.Repeat("ab ", 400_000))),
	} {
		if a.Outcome != NotScreened || a.Reason == "" {
			t.Errorf("%s: %s %q", name, a.Outcome, a.Reason)
		}
	}
}

// A name that no table reads is looked for in its own letters, and what else is said of the party is no less.
func TestUnreadNames(t *testing.T) {
	e := engine(t, nil, listed("un", "UN", "1", "အောင်ဆန်းစု"), listed("un", "UN", "2", "Some Body"))
	for name, c := range map[string]struct {
		names   []string
		outcome Outcome
		noted   bool
	}{
		"in the same letters":  {[]string{"အောင်ဆန်းစု"}, Match, true},
		"beside a Latin name":  {[]string{"Nobody At All", "ကျော်"}, Clear, true},
		"a listed Latin name":  {[]string{"Some Body", "ကျော်"}, Match, true},
		"two that none reads":  {[]string{"ကျော်", "ສົມ"}, NotScreened, true},
		"a table there is for": {[]string{"ธนาคาร"}, Clear, false},
	} {
		var in match.Input
		for _, n := range c.names {
			in.Names = append(in.Names, match.Name{Text: n})
		}
		if a := e.Screen(Query{Input: in, AsOf: day("2021-01-01")}); a.Outcome != c.outcome || len(a.Notes) > 0 != c.noted {
			t.Errorf("%s: %s %q", name, a.Outcome, a.Notes)
		}
	}
}

// The right number finds the ship under any name; a wrong name alone does not
// hide it (peers drop it before they score).
func TestIdentifierUnderAnotherName(t *testing.T) {
	docs := []Document{listed("un", "UN", "IMO 8628597", "HAO FAN 6", withSchema(subject.Vessel), withProperty("imoNumber", "8628597"))}
	for i := range 200 {
		docs = append(docs, listed("un", "UN", fmt.Sprint(i), fmt.Sprintf("OCEAN STAR %d", i), withSchema(subject.Vessel)))
	}
	e := engine(t, nil, docs...)
	a := e.Screen(Query{Input: match.Input{
		Schema: "Vessel", Names: []match.Name{{Text: "OCEAN STAR 7"}}, Identifiers: []match.Identifier{{Kind: "imo", Value: "IMO 8628597"}},
	}, AsOf: day("2021-01-01")})
	if a.Outcome != Match || !slices.ContainsFunc(a.Hits[:min(2, len(a.Hits))], func(h Hit) bool { return h.ID == "un:IMO 8628597" }) {
		t.Errorf("%s %v", a.Outcome, a.Hits)
	}
}

// One subject under two authorities has one status each; delisted by one is not
// delisted by the other.
func TestOneSubjectTwoAuthorities(t *testing.T) {
	born := func(r *subject.Record) {
		r.Subject.Births = []subject.Date{subject.On(when.On(day("1977-09-21")))}
	}
	eu := listed("eu", "EU", "1", "OVSYANNIKOV Dmitry Vladimirovich", born, func(r *subject.Record) {
		r.Listings[0].Ended = subject.On(when.On(day("2020-06-01")))
	})
	uk := listed("uk", "GB", "U1", "OVSYANNIKOV Dmitry Vladimirovich", born)
	same := []Merger{{A: "eu:1", B: "uk:U1", Kind: "evidence", Reason: "same name and birth date"}}
	a := engine(t, same, eu, uk).Screen(query("Dmitry Vladimirovich Ovsyannikov"))
	if a.Outcome != Match {
		t.Fatalf("%s", a.Outcome)
	}
	got := map[string]snapshot.Standing{}
	for _, s := range a.Hits[0].Statuses {
		got[s.Listing.Authority] = s.Standing
	}
	if got["EU"] != snapshot.Delisted || got["GB"] != snapshot.Listed || a.Hits[0].Tier != TierListed {
		t.Errorf("%v %s", got, a.Hits[0].Tier)
	}
	found, err := engine(t, nil, eu, uk).FindSame(nil)
	if err != nil || len(found) != 1 || found[0].A != "eu:1" || found[0].B != "uk:U1" {
		t.Errorf("%v %v", found, err)
	}
}

// A firm owned by a listed one is its own tier, and the rule is told.
func TestOwnedByListed(t *testing.T) {
	owner := listed("ofac", "US", "1", "JSC Almaz-Antey", withSchema(subject.Company))
	firm := listed("registry", "", "77", "Telecom Systems Arkhangelsk", withSchema(subject.Company), func(r *subject.Record) {
		r.Listings = nil
		r.Relations = []subject.Relation{{Kind: "Ownership", From: "ofac:1", To: "registry:77", ShareLow: 51, ShareHigh: 51}}
	})
	a := engine(t, nil, owner, firm).Screen(query("Telecom Systems Arkhangelsk"))
	if len(a.Hits) == 0 || a.Hits[0].Tier != TierOwned || a.Outcome != Match {
		t.Fatalf("%+v", a)
	}
	if o := a.Hits[0].Owners; len(o) != 1 || o[0].Regime != "us" || len(o[0].Result.Via) != 1 {
		t.Errorf("%+v", o)
	}
}

func TestLimitLeavesNothingUnsaid(t *testing.T) {
	var docs []Document
	for i := range 30 {
		docs = append(docs, listed("un", "UN", fmt.Sprint(i), "Abdulrahman Yusufzai"))
	}
	q := query("Abdulrahman Yusufzai")
	q.Limit = 5
	a := engine(t, nil, docs...).Screen(q)
	if len(a.Hits) != 5 || a.More != 25 || a.Outcome != Match {
		t.Errorf("%d hits, %d more, %s", len(a.Hits), a.More, a.Outcome)
	}
}

func TestDocumentsRoundTrip(t *testing.T) {
	d := listed("un", "UN", "1", "Some Body", withProperty("flag", "PA"))
	got, err := decode(d.encode())
	if err != nil || fmt.Sprintf("%+v", got.Spans) != fmt.Sprintf("%+v", d.Spans) {
		t.Errorf("%v\n%+v\n%+v", err, got.Spans, d.Spans)
	}
}

func FuzzDecode(f *testing.F) {
	d := listed("un", "UN", "1", "Some Body")
	f.Add(d.encode())
	f.Fuzz(func(_ *testing.T, b []byte) { _, _ = decode(b) })
}

// unDocuments gives the documents of the real UN list.
func unDocuments(t testing.TB, name string) []Document {
	t.Helper()
	path := publicationtest.Shared(t, "un/"+name)
	snap := snapshot.Meta{ID: snapshot.ID{List: "un", Number: 1}, Published: day("2025-04-19")}
	var docs []Document
	_, _, err := publicationtest.Load(t, un.Source(), nil, func(r *subject.Record) {
		d, _ := Join("un", []snapshot.Meta{snap}, []snapshot.Version{{Key: r.Subject.ID, From: 1, Record: r}})
		docs = append(docs, d)
	}, publicationtest.OnDisk(path, ""))
	if err != nil {
		t.Fatal(err)
	}
	return docs
}

// brute scores a query against every document: the oracle of the index.
func brute(e *Engine, q Query) (map[string]float64, error) {
	p, err := read(match.NewReader(e.params), q.Input)
	if err != nil {
		return nil, err
	}
	s := match.NewScorer(e.params)
	out := map[string]float64{}
	for doc := range uint32(e.ix.Len()) {
		d, err := e.document(doc)
		if err != nil {
			return nil, err
		}
		theirs, err := e.ready(d)
		if err != nil {
			return nil, err
		}
		if pr := e.params.AgainstList(s.Score(p.of(d.person), theirs).Probability); pr >= e.params.Possible() {
			out[d.doc.Record.Subject.ID] = pr
		}
	}
	return out, nil
}

// names gives every name of documents.
func names(docs []Document) iter.Seq2[string, string] {
	return func(yield func(id, name string) bool) {
		for _, d := range docs {
			for _, n := range d.Record.Subject.Names {
				if !yield(d.Record.Subject.ID, n.Full) {
					return
				}
			}
		}
	}
}

// Every name of the list as it is spelt there gives its listing first.
func TestListedNamesComeFirst(t *testing.T) {
	if testing.Short() {
		t.Skip("nothing runs at once here: left out in short mode, which is for races")
	}
	docs := unDocuments(t, "consolidated_2026-08-01.xml")
	e := engine(t, nil, docs...)
	type tally struct{ first, all int }
	var plain, script tally
	clear := 0
	for id, name := range names(docs) {
		c := &plain
		if strings.IndexFunc(name, func(r rune) bool { return r > 0x24F }) >= 0 && !strings.ContainsAny(name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ") {
			c = &script
		}
		c.all++
		q := query(name)
		q.Threshold = 0
		a := e.Screen(q)
		before := c.first
		for i, h := range a.Hits {
			if i > 0 && !h.Exact {
				break // only those that are spelt the same are level with the first
			}
			if h.ID == id {
				c.first++
				break
			}
		}
		if a.Outcome == Clear {
			clear++
		}
		if c.first == before && len(a.Hits) > 0 {
			t.Logf("%q (%s): first is %s %.3f", name, id, a.Hits[0].ID, a.Hits[0].Score)
		} else if c.first == before {
			t.Logf("%q (%s): nothing, %s", name, id, a.Reason)
		}
	}
	t.Logf("first: %d of %d names, %d of %d in original script; %d are below the threshold by themselves", plain.first, plain.all,
		script.first, script.all, clear)
	if float64(plain.first) < .995*float64(plain.all) || float64(script.first) < .98*float64(script.all) {
		t.Error("below 99.5 and 98 per cent")
	}
}
