package activity_test

import (
	"os"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/cordon-engine/cordon/internal/activity"
	"github.com/cordon-engine/cordon/internal/fault"
	"github.com/cordon-engine/cordon/internal/goods"
	"github.com/cordon-engine/cordon/internal/place"
	"github.com/cordon-engine/cordon/internal/vocab"
)

var reference = sync.OnceValues(func() (*activity.Reference, error) {
	places, err := place.Load(os.DirFS("../../data/place"))
	if err != nil {
		return nil, err
	}
	hs, err := goods.Load(os.DirFS("../../data/goods/hs"))
	if err != nil {
		return nil, err
	}
	lists, err := goods.LoadLists(os.DirFS("../../data"), "goods/lists")
	return &activity.Reference{Places: places, HS: hs, Commodities: lists}, err
})

func ref(t testing.TB) *activity.Reference {
	t.Helper()
	r, err := reference()
	if err != nil {
		t.Fatal(err)
	}
	return r
}

const coal = `
id: shipment 12
kind: transfer
date: 2017-08
origin: North Korea
destination: CHN
loading: {state: KP, port: Rason}
contract: {date: 2017-06-15, written: true}
goods:
  - {description: coal, hs: 27.01, quantity: "10,000", unit: t, value: 500000.5}
  - description: iron ore
    hs: "2601"
parties:
  - {role: buyer, name: 丹东公司, state: 中国, listed: no}
vessel: {imo: IMO 9074729}
`

const coalCanonical = `{"id":"shipment 12","kind":"transfer","date":"2017-08","contract":{"date":"2017-06-15","written":true},"origin":"KP","destination":"CN",` +
	`"loading":{"state":"KP","port":"KPRJN"},"vessel":{"imo":"9074729"},"goods":[{"description":"coal","hs":"2701","quantity":10000,"unit":"t","value":500000.5},` +
	`{"description":"iron ore","hs":"2601"}],"parties":[{"role":"buyer","name":"丹东公司","state":"CN","listed":false}]}`

func TestYAMLAndJSONReadTheSame(t *testing.T) {
	r := ref(t)
	list, err := r.ReadYAML("a.yaml", []byte(coal))
	if err != nil || len(list) != 1 {
		t.Fatalf("%d activities, %v", len(list), err)
	}
	canonical := string(list[0].AppendJSON(nil))
	if d := cmp.Diff(coalCanonical, canonical); d != "" {
		t.Errorf("canonical form (-want +got):\n%s", d)
	}
	var a activity.Activity
	if err := activity.NewDecoder(r).Decode([]byte(canonical), &a); err != nil {
		t.Fatal(err)
	}
	if got := string(a.AppendJSON(nil)); got != canonical {
		t.Errorf("read back from JSON: %s", got)
	}
	if c := list[0].Clone(); string(c.AppendJSON(nil)) != canonical {
		t.Error("a clone differs")
	}
}

// A decoder that is used again keeps nothing of the last activity.
func TestDecoderForgets(t *testing.T) {
	r := ref(t)
	d := activity.NewDecoder(r)
	var a activity.Activity
	if err := d.Decode([]byte(coalCanonical), &a); err != nil {
		t.Fatal(err)
	}
	small := `{"kind":"transfer","date":"2017-01-01","goods":[{"hs":"2601"}]}`
	if err := d.Decode([]byte(small), &a); err != nil {
		t.Fatal(err)
	}
	if got := string(a.AppendJSON(nil)); got != small {
		t.Errorf("got %s", got)
	}
	if err := d.Decode([]byte(`{"kind":"transfer"`), &a); err == nil {
		t.Error("half an object was read")
	}
	if err := d.Decode([]byte(small), &a); err != nil {
		t.Errorf("after a fault: %v", err)
	}
}

func TestJSONTakesEachTypeAsItIs(t *testing.T) {
	d := activity.NewDecoder(ref(t))
	for in, want := range map[string]string{
		`{"kind":"transfer","date":"2017-01-01","goods":[{"hs":2701}]}`:        "must be a text in quotes",
		`{"kind":"transfer","date":"2017-01-01","goods":[{"quantity":"5"}]}`:   "must be a number, without quotes",
		`{"kind":"transfer","date":"2017-01-01","goods":[{"quantity":-5}]}`:    "zero or more",
		`{"kind":"transfer","date":"2017-01-01","parties":[{"listed":"yes"}]}`: "true or false, without quotes",
		`{"kind":"transfer","date":"2017-01-01","goods":{"hs":"2701"}}`:        "must be a list",
		`{"kind":"transfer","date":"2017-01-01","goods":[{"hs":"2701"}]} {}`:   "something follows",
		`{"kind":"transfer","date":"2017-01-01","date":"2017-01-02"}`:          "not valid JSON",
		`{"kind":"transfer","date":"2017-01-01","origin":["KP"]}`:              "must be a text in quotes",
		`{"kind":"transfer"}`: "has no date",
		`{"date":"2017"}`:     "has no kind",
		`[]`:                  "must be a JSON object",
		``:                    "not valid JSON",
		`{"kind":"transfer","date":"2017-01-01","origin":"` + strings.Repeat("x", 5000) + `"}`: "at most 4096",
	} {
		var a activity.Activity
		err := d.Decode([]byte(in), &a)
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%.80s: got %v, want %q", in, err, want)
		}
	}
}

func TestSetFact(t *testing.T) {
	r := ref(t)
	list, err := r.ReadYAML("a.yaml", []byte(coal))
	if err != nil {
		t.Fatal(err)
	}
	a := list[0]
	for _, kv := range [][2]string{{"goods[2].quantity", "7"}, {"goods.unit", "kg"}, {"parties[2].listed", "yes"}, {"purpose.humanitarian", "true"}, {"date", "2018"}, {"kind", "sea_transfer"}} {
		if err := r.SetFact(a, kv[0], kv[1]); err != nil {
			t.Errorf("%s: %v", kv[0], err)
		}
	}
	q, _ := a.Goods[1].Get(vocab.GoodsQuantity)
	u, _ := a.Goods[0].Get(vocab.GoodsUnit)
	l, _ := a.Parties[1].Get(vocab.PartyListed)
	if q.Num != 7 || u.Text != "kg" || !l.Bool() || a.Date.String() != "2018" || a.Kind != vocab.KindSeaTransfer {
		t.Errorf("got %s", a.AppendJSON(nil))
	}
	for name, want := range map[string]string{
		"goods[0].hs": "line number", "goods[x].hs": "line number", "purpose.humanitarien": "did you mean purpose.humanitarian?",
		"goods[5000].hs": "line number", "goods]1[.hs": "line number",
	} {
		if err := r.SetFact(a, name, "2701"); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: got %v, want %q", name, err, want)
		}
	}
}

// Groups must follow one another in the vocabulary, or the canonical form would
// write a group twice.
func TestGroupsAreTogether(t *testing.T) {
	ended := map[string]bool{}
	last := ""
	for _, f := range vocab.Facts() {
		if f.Group == last || f.Group == "" {
			if f.Group == "" && last != "" {
				ended[last], last = true, ""
			}
			continue
		}
		if ended[f.Group] {
			t.Errorf("the group %s is torn apart at %s", f.Group, f.Name)
		}
		if last != "" {
			ended[last] = true
		}
		last = f.Group
	}
}

func FuzzReadYAML(f *testing.F) {
	f.Add([]byte(coal))
	f.Add([]byte("- {kind: payment, date: 2017}\n- {kind: travel, date: 2018-01}\n"))
	f.Add([]byte("kind: transfer\ndate: 2017-01-01\ngoods: {hs: 0802}\n"))
	f.Fuzz(func(t *testing.T, data []byte) {
		r := ref(t)
		list, err := r.ReadYAML("f", data)
		if err != nil {
			if fault.CodeOf(err) == fault.Internal {
				t.Fatal(err)
			}
			return
		}
		d := activity.NewDecoder(r)
		for _, a := range list {
			b := a.AppendJSON(nil)
			var back activity.Activity
			if err := d.Decode(b, &back); err != nil {
				t.Fatalf("%s: %v", b, err)
			}
			if got := back.AppendJSON(nil); string(got) != string(b) {
				t.Fatalf("%s reads back as %s", b, got)
			}
		}
	})
}

func FuzzDecode(f *testing.F) {
	f.Add([]byte(coalCanonical))
	f.Add([]byte(`{"kind":"travel","date":"2017","traveller":{"listed":true}}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		d := activity.NewDecoder(ref(t))
		var a activity.Activity
		if err := d.Decode(data, &a); err != nil {
			if fault.CodeOf(err) == fault.Internal {
				t.Fatal(err)
			}
			return
		}
		b := a.AppendJSON(nil)
		var back activity.Activity
		if err := d.Decode(b, &back); err != nil {
			t.Fatalf("%s: %v", b, err)
		}
		if got := back.AppendJSON(nil); string(got) != string(b) {
			t.Fatalf("%s reads back as %s", b, got)
		}
	})
}
