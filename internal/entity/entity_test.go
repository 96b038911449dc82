package entity

import (
	"encoding/json"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/cordon-engine/cordon/internal/fault"
	"github.com/cordon-engine/cordon/internal/publication"
	"github.com/cordon-engine/cordon/internal/publication/publicationtest"
	"github.com/cordon-engine/cordon/internal/source/ftm"
	"github.com/cordon-engine/cordon/internal/subject"
	"github.com/cordon-engine/cordon/internal/text"
	"github.com/cordon-engine/cordon/internal/when"
)

// harbour is the set of the fixture.
func harbour(t testing.TB) *Set {
	t.Helper()
	b, err := os.ReadFile("testdata/harbour.ftm.json")
	if err != nil {
		t.Fatal(err)
	}
	made := NewBuilder("harbour", "harbour", []string{"eu_made_up"})
	err = ftm.Each(t.Context(), []publication.File{publicationtest.Bytes("harbour", "", b)}, func(e *ftm.Entity) error {
		made.Add(e)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return made.Set()
}

// answered is an entity as a client reads it.
type answered struct {
	ID         string           `json:"id"`
	Caption    string           `json:"caption"`
	Schema     string           `json:"schema"`
	Properties map[string][]any `json:"properties"`
	Datasets   []string         `json:"datasets"`
	Referents  []string         `json:"referents"`
	Target     *bool            `json:"target"`
	FirstSeen  *string          `json:"first_seen"`
	LastSeen   *string          `json:"last_seen"`
	LastChange *string          `json:"last_change"`
}

func read(t testing.TB, b []byte) answered {
	t.Helper()
	d := json.NewDecoder(strings.NewReader(string(b)))
	d.DisallowUnknownFields()
	var a answered
	if err := d.Decode(&a); err != nil {
		t.Fatalf("%v in %s", err, b)
	}
	return a
}

func get(t testing.TB, s *Set, id string) Doc {
	t.Helper()
	d, ok := s.Get(id)
	if !ok {
		t.Fatalf("there is no %s", id)
	}
	return d
}

func TestAnEntityAsItIsAnswered(t *testing.T) {
	s := harbour(t)
	a := read(t, get(t, s, "NK-ivo").JSON())
	if a.ID != "NK-ivo" || a.Schema != "Person" || !*a.Target || *a.FirstSeen != "2023-04-20T10:27:20" || *a.LastChange != "2025-06-02T12:10:03" {
		t.Errorf("%+v", a)
	}
	if !slices.Equal(a.Datasets, []string{"eu_made_up"}) || !slices.Equal(a.Referents, []string{"eu-1", "us-2"}) {
		t.Errorf("datasets %v, referents %v", a.Datasets, a.Referents)
	}
	p := read(t, get(t, s, "NK-party").JSON())
	if *p.Target || *p.FirstSeen != "2022-05-05T00:00:00" || *p.LastSeen != "2025-11-13T08:52:17" || p.LastChange != nil {
		t.Errorf("%+v", p)
	}
	if p.Referents == nil || !slices.Equal(p.Datasets, []string{"harbour"}) {
		t.Errorf("datasets %v, referents %v", p.Datasets, p.Referents)
	}
	if d, ok := s.Merged("us-2"); !ok || d.ID() != "NK-ivo" {
		t.Error("a merged id leads nowhere")
	}
	if _, ok := s.Get("us-2"); ok {
		t.Error("a merged id is none of its own")
	}
}

// under gives the entities that stand in full under a property, and the ids.
func under(t testing.TB, a answered, property string) (full []answered, ids []string) {
	t.Helper()
	for _, v := range a.Properties[property] {
		if id, ok := v.(string); ok {
			ids = append(ids, id)
			continue
		}
		b, err := json.Marshal(v)
		if err != nil {
			t.Fatal(err)
		}
		full = append(full, read(t, b))
	}
	return full, ids
}

func TestNested(t *testing.T) {
	s := harbour(t)
	b, err := get(t, s, "NK-ivo").Nested(nil)
	if err != nil {
		t.Fatal(err)
	}
	a := read(t, b)
	if full, _ := under(t, a, "addressEntity"); len(full) != 2 || full[0].Schema != "Address" {
		t.Errorf("addresses: %+v", full)
	}
	if full, _ := under(t, a, "sanctions"); len(full) != 1 || full[0].Properties["entity"][0] != "NK-ivo" {
		t.Errorf("sanctions: %+v", full)
	}
	owns, _ := under(t, a, "ownershipOwner") // it points to an id that was merged
	if len(owns) != 1 {
		t.Fatalf("ownerships: %+v", owns)
	}
	if assets, _ := under(t, owns[0], "asset"); len(assets) != 1 || assets[0].ID != "NK-company" {
		t.Errorf("assets: %+v", assets)
	}
	if _, owner := under(t, owns[0], "owner"); !slices.Equal(owner, []string{"us-2"}) {
		t.Errorf("owner: %v", owner)
	}
	pays, _ := under(t, a, "paymentPayer")
	if len(pays) != 2 || pays[0].ID != "pay-1" {
		t.Fatalf("payments: %+v", pays)
	}
	if to, _ := under(t, pays[0], "beneficiary"); len(to) != 2 {
		t.Errorf("beneficiaries: %+v", to)
	}
	ship, err := get(t, s, "NK-ship").Nested(nil)
	if err != nil {
		t.Fatal(err)
	}
	full, ids := under(t, read(t, ship), "owner")
	if len(full) != 1 || !slices.Equal(ids, []string{"gone"}) { // what is not in the list stays an id
		t.Errorf("owner: %+v and %v", full, ids)
	}
}

func TestAdjacent(t *testing.T) {
	d := get(t, harbour(t), "NK-ivo")
	all, ok, err := d.Adjacent("", 0, 10, nil)
	if err != nil || !ok {
		t.Fatal(ok, err)
	}
	var names []string
	for _, b := range all {
		names = append(names, fmt.Sprint(b.Property, " ", b.Total, " ", len(b.Page)))
	}
	if got := fmt.Sprint(names); got != "[addressEntity 2 2 familyPerson 1 1 ownershipOwner 1 1 paymentPayer 2 2 sanctions 1 1]" {
		t.Error(got)
	}
	for offset, want := range []string{"pay-1", "pay-2"} {
		one, ok, err := d.Adjacent("paymentPayer", offset, 1, nil)
		if err != nil || !ok || len(one) != 1 || one[0].Total != 2 || len(one[0].Page) != 1 || read(t, one[0].Page[0]).ID != want {
			t.Errorf("%d: %+v %v %v", offset, one, ok, err)
		}
	}
	if past, _, _ := d.Adjacent("paymentPayer", 9, 1, nil); past[0].Total != 2 || len(past[0].Page) != 0 {
		t.Errorf("%+v", past)
	}
	if none, ok, _ := d.Adjacent("directorshipDirector", 0, 10, nil); !ok || none[0].Total != 0 {
		t.Errorf("a property that nobody uses: %+v, %v", none, ok)
	}
	for _, p := range []string{"address", "banana", "name"} {
		if _, ok, _ := d.Adjacent(p, 0, 10, nil); ok {
			t.Errorf("%s holds no entities", p)
		}
	}
}

func find(t testing.TB, s *Set, q *Query) []string {
	t.Helper()
	hits := s.Find(q, func(Doc) bool { return true })
	slices.SortStableFunc(hits, func(a, b Hit) int { return Order(s.Doc(a), s.Doc(b), a.Score, b.Score) })
	ids := []string{}
	for _, h := range hits {
		ids = append(ids, s.Doc(h).ID())
	}
	return ids
}

func TestQueries(t *testing.T) {
	s := harbour(t)
	tests := []struct{ q, want string }{
		{"ivo testarov", "[NK-ivo]"},
		{"Тестаров", "[NK-ivo NK-company]"},
		{"testarov", "[NK-ivo NK-company]"},
		{"testarov OR riga", "[NK-ivo NK-company addr-mole]"},
		{"testarov AND NOT ivo", "[NK-company]"},
		{"testarov -ivo", "[NK-company]"},
		{"+testarov +harbour", "[NK-company NK-ivo]"},
		{`"testarov harbour"`, "[NK-company]"},
		{`"harbour testarov"`, "[]"},
		{"testar*", "[NK-ship NK-anna NK-ivo NK-company]"},
		{"test?rova", "[NK-anna]"},
		{"testarof~", "[NK-ship NK-anna NK-ivo NK-company]"},
		{"testarof~1 AND ivo", "[NK-ivo]"},
		{"(ivo OR anna) AND ru", "[NK-ivo NK-anna]"},
		{"schema:Vessel", "[NK-ship]"},
		{"countries:cy", "[NK-ivo]"},
		{"topics:(sanction OR mare.shadow)", "[NK-ivo NK-ship]"},
		{"properties.birthDate:1965", "[NK-ivo]"},
		{"properties.birthDate:1965-02", "[NK-ivo]"},
		{"properties.birthDate:1966", "[]"},
		{"properties.city:moscow", "[addr-quay]"},
		{"properties.entity:NK\\-ivo", "[san-1]"},
		{"first_seen:[2023-01-01 TO 2023-12-31]", "[NK-ivo]"},
		{"first_seen:{2024-01-01T00:00:00 TO *]", "[]"},
		{"id:NK-ship^2", "[NK-ship]"},
		{"name:moscow", "[]"},
		{"name:testarov", "[NK-ivo NK-company]"},
		{"referents:us-2", "[NK-ivo]"},
		{"§", "[]"},
		{"identifiers:9074729", "[NK-ship]"},
	}
	for _, x := range tests {
		q, err := ParseQuery(x.q, false)
		if err != nil {
			t.Errorf("%s: %v", x.q, err)
			continue
		}
		if got := fmt.Sprint(find(t, s, q)); got != x.want {
			t.Errorf("%s: %s, want %s", x.q, got, x.want)
		}
	}
	for _, q := range []string{"", " ", "*"} {
		p, err := ParseQuery(q, false)
		if err != nil || len(find(t, s, p)) != s.Len() {
			t.Errorf("%q: %v", q, err)
		}
	}
	fuzzy, err := ParseQuery("ivo testarof", true)
	if err != nil || fmt.Sprint(find(t, s, fuzzy)) != "[NK-ivo]" {
		t.Errorf("fuzzy: %v %v", find(t, s, fuzzy), err)
	}
}

func TestQueriesThatCannotBeRead(t *testing.T) {
	long := strings.Repeat("a", MaxQuery+1)
	for _, q := range []string{
		"invalid/query", "(a", "a)", `"a`, "a OR", "AND a", "NOT", "banana:a", "properties.banana:a", "name:", "[a TO b", "name:[a b]", "a^", "a^x",
		"+", "-", "a\\", "~a", "a:b:c", "name:(schema:a)", long, strings.Repeat("(", 99) + "a" + strings.Repeat(")", 99), strings.Repeat("a ", 300), "!",
		strings.Repeat("a* ", MaxScans+1), strings.Repeat(`"a b" `, MaxScans+1), "caption:(" + strings.Repeat("a ", MaxScans+1) + ")",
	} {
		if _, err := ParseQuery(q, false); fault.CodeOf(err) != fault.Invalid {
			t.Errorf("%.40q: %v", q, err)
		}
	}
}

func TestPlainQueries(t *testing.T) {
	s := harbour(t)
	for q, want := range map[string]string{
		"ivo testarov":       "[NK-ivo]",
		"testarov/ivo":       "[NK-ivo]",
		"testarov -ivo":      "[NK-company]",
		`"ivo testarov" AND`: "[]",
		`"testarov harbour`:  "[NK-company]",
		"///":                "[]",
	} {
		if got := fmt.Sprint(find(t, s, PlainQuery(q, false))); got != want {
			t.Errorf("%s: %s, want %s", q, got, want)
		}
	}
	if n := len(find(t, s, PlainQuery("", false))); n != s.Len() {
		t.Errorf("nothing asked: %d", n)
	}
	PlainQuery(strings.Repeat("é", MaxQuery), true)
}

func TestBeginning(t *testing.T) {
	s := harbour(t)
	for typed, want := range map[string]int{"ivo tes": 1, "tes": 4, "ivo x": 0, "": 0, "moscow": 0} {
		if got := len(s.Beginning(typed, func(Doc) bool { return true })); got != want {
			t.Errorf("%q: %d, want %d", typed, got, want)
		}
	}
}

// Words joined by AND, OR and NOT find what looking at every entity finds.
func TestQueriesFindWhatBruteForceFinds(t *testing.T) {
	vocabulary := []string{"alpha", "beta", "gamma", "delta", "omega", "alphabet"}
	rapid.Check(t, func(rt *rapid.T) {
		b := NewBuilder("l", "l", nil)
		var texts [][]string
		for i := range rapid.IntRange(0, 12).Draw(rt, "entities") {
			words := rapid.SliceOfN(rapid.SampledFrom(vocabulary), 1, 4).Draw(rt, "words")
			texts = append(texts, words)
			e := &ftm.Entity{ID: fmt.Sprint(i), Schema: "Person"}
			name, notes := words[:len(words)/2], words[len(words)/2:]
			e.Properties = []ftm.Values{{Name: "name", Values: []string{strings.Join(name, " ")}}, {Name: "notes", Values: []string{strings.Join(notes, " ")}}}
			b.Add(e)
		}
		s := b.Set()
		q, holds := drawQuery(rt, vocabulary, 2)
		parsed, err := ParseQuery(q, false)
		if err != nil {
			rt.Fatalf("%s: %v", q, err)
		}
		got := map[string]bool{}
		for _, h := range s.Find(parsed, func(Doc) bool { return true }) {
			got[s.Doc(h).ID()] = true
		}
		for i, words := range texts {
			if want := holds(words); got[fmt.Sprint(i)] != want {
				rt.Fatalf("%s of %v: %v", q, words, !want)
			}
		}
	})
}

// drawQuery draws a query, and what holds of the words of an entity when it does.
func drawQuery(rt *rapid.T, vocabulary []string, depth int) (string, func([]string) bool) {
	kind := rapid.IntRange(0, 4).Draw(rt, "kind")
	if depth == 0 || kind == 0 {
		w := rapid.SampledFrom(vocabulary).Draw(rt, "word")
		return w, func(words []string) bool { return slices.Contains(words, w) }
	}
	if kind == 1 {
		w := rapid.SampledFrom(vocabulary).Draw(rt, "word")
		n := rapid.IntRange(1, len(w)).Draw(rt, "letters")
		return w[:n] + "*", func(words []string) bool {
			return slices.ContainsFunc(words, func(x string) bool { return strings.HasPrefix(x, w[:n]) })
		}
	}
	a, holdsA := drawQuery(rt, vocabulary, depth-1)
	b, holdsB := drawQuery(rt, vocabulary, depth-1)
	switch kind {
	case 2:
		return "(" + a + " AND " + b + ")", func(w []string) bool { return holdsA(w) && holdsB(w) }
	case 3:
		return "(" + a + " OR " + b + ")", func(w []string) bool { return holdsA(w) || holdsB(w) }
	}
	return "(" + a + " NOT " + b + ")", func(w []string) bool { return holdsA(w) && !holdsB(w) }
}

func FuzzParseQuery(f *testing.F) {
	for _, q := range []string{"a b", `"a b"~2 OR c`, "name:(a OR b*)", "[a TO b]", "-a +b !c", "a~1^2", "first_seen:{a TO *]", `\(a`, "invalid/query"} {
		f.Add(q)
	}
	s := harbour(f)
	f.Fuzz(func(t *testing.T, q string) {
		p, err := ParseQuery(q, len(q)%2 == 0)
		if err == nil {
			s.Find(p, func(Doc) bool { return true })
		} else if fault.CodeOf(err) != fault.Invalid {
			t.Fatal(err)
		}
		s.Find(PlainQuery(q, false), func(Doc) bool { return true })
		s.Beginning(q, func(Doc) bool { return true })
		text.Fold(q)
	})
}

func TestFromRecord(t *testing.T) {
	day := func(s string) subject.Date {
		p, err := when.Parse(s)
		if err != nil {
			t.Fatal(err)
		}
		return subject.On(p)
	}
	r := &subject.Record{
		Subject: &subject.Subject{
			ID: "l:1", Schema: subject.Person,
			Names: []subject.Name{
				{Full: "Ivo Example", Kind: subject.Primary}, {Full: "Ivo E.", Kind: subject.Alias, Weak: true}, {Full: "Ivo Old", Kind: subject.Former},
			},
			Births:    []subject.Date{day("1965/1967"), day("1965-03")},
			Documents: []subject.Document{{Kind: "passportNumber", Number: "P1"}, {Kind: "strangeNumber", Number: "S1"}},
			Addresses: []subject.Address{{Full: "1 Quay", Country: "RU"}},
			Properties: []subject.Property{
				{Name: "nationality", Value: "RU"}, {Name: "eyesOfBlue", Value: "yes"},
			},
		},
		Listings:  []subject.Listing{{ID: "l:1", Subject: "l:1", Authority: "EX", Tier: subject.Designated, Listed: day("2017-06-02")}},
		Relations: []subject.Relation{{Kind: "Ownership", From: "l:1", To: "l:2", ShareLow: 50, ShareHigh: 75}, {Kind: "Odd", From: "l:1", ToText: "his firm"}},
	}
	published := when.Date(2020, 1, 2)
	list := FromRecord(r, published, published, published)
	if len(list) != 4 {
		t.Fatalf("%d entities", len(list))
	}
	p := list[0]
	for property, want := range map[string]string{
		"name": "[Ivo Example]", "weakAlias": "[Ivo E.]", "previousName": "[Ivo Old]", "birthDate": "[1965 1966 1967 1965-03]",
		"passportNumber": "[P1]", "notes": "[strangeNumber: S1 eyesOfBlue: yes]", "nationality": "[ru]", "country": "[ru]", "topics": "[sanction]",
	} {
		if got := fmt.Sprint(p.Get(property)); got != want {
			t.Errorf("%s: %s, want %s", property, got, want)
		}
	}
	if s := list[1]; s.Schema != "Sanction" || s.Get("entity")[0] != "l:1" || s.Get("listingDate")[0] != "2017-06-02" {
		t.Errorf("%+v", s)
	}
	if o := list[2]; o.Schema != "Ownership" || o.Get("percentage")[0] != "50-75" || o.Get("asset")[0] != "l:2" {
		t.Errorf("%+v", o)
	}
	if o := list[3]; o.Schema != "UnknownLink" || o.Get("summary")[0] != "his firm" {
		t.Errorf("%+v", o)
	}
	r.Listings[0].Ended = day("2019")
	if topics := FromRecord(r, published, published, published)[0].Get("topics"); topics != nil {
		t.Errorf("a listing that ended gives %v", topics)
	}
	r.Listings[0].Tier, r.Listings[0].Ended = subject.Named, subject.Date{}
	if topics := FromRecord(r, published, published, published)[0].Get("topics"); topics != nil {
		t.Errorf("who is only named has %v", topics)
	}
}
