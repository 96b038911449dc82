package mention_test

import (
	"bufio"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/cordon-engine/cordon/internal/mention"
	"github.com/cordon-engine/cordon/internal/place"
	"github.com/cordon-engine/cordon/internal/when"
)

const corpora = "../../../shared/data/corpora"

type entity struct {
	DocumentID string `json:"documentId"`
	Begin, End int
	Type       string
	Value      string
}

type labelled struct {
	ID       string `json:"_id"`
	Text     string
	entities []entity
}

// labelledTexts reads the labelled documents of all collections; offsets are made those of bytes.
func labelledTexts(t testing.TB) []*labelled {
	t.Helper()
	dirs, _ := filepath.Glob(filepath.Join(corpora, "re3d-*", "documents.json"))
	if len(dirs) == 0 {
		t.Skip("the labelled documents are not there: ", corpora)
	}
	var out []*labelled
	for _, file := range dirs {
		byID := map[string]*labelled{}
		eachLine(t, file, func(b []byte) error {
			d := &labelled{}
			byID[d.ID] = d
			err := json.Unmarshal(b, d)
			byID[d.ID] = d
			out = append(out, d)
			return err
		})
		eachLine(t, filepath.Join(filepath.Dir(file), "entities.json"), func(b []byte) error {
			var e entity
			if err := json.Unmarshal(b, &e); err != nil {
				return err
			}
			d := byID[e.DocumentID]
			if d == nil {
				return fmt.Errorf("no document %s", e.DocumentID)
			}
			runes := []rune(d.Text)
			e.Begin, e.End = len(string(runes[:e.Begin])), len(string(runes[:min(e.End, len(runes))]))
			d.entities = append(d.entities, e)
			return nil
		})
	}
	return out
}

func eachLine(t testing.TB, file string, do func([]byte) error) {
	t.Helper()
	f, err := os.Open(file)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	s := bufio.NewScanner(f)
	s.Buffer(nil, 1<<24)
	for s.Scan() {
		if len(strings.TrimSpace(s.Text())) == 0 {
			continue
		}
		if err := do(s.Bytes()); err != nil {
			t.Fatal(file, err)
		}
	}
}

// countries are the values of the class Location that are states; the class has towns and much else besides.
var countries = map[string]bool{}

func init() {
	for _, c := range strings.Split("Syria|Iraq|UK|France|Russia|Turkey|Uzbekistan|Ukraine|Saudi Arabia|Iran|Libya|Syrian Arab Republic|"+
		"United States|Lebanon|Germany|Belgium|Italy|Iraqis", "|") {
		countries[c] = true
	}
}

type span struct{ from, to int }

// score counts by overlap: a labelled span is found if a found one shares a byte with it, and the other way about.
func score(gold, found []span) (hit, missed, right, wrong int) {
	touches := func(a span, all []span) bool {
		for _, b := range all {
			if a.from < b.to && b.from < a.to {
				return true
			}
		}
		return false
	}
	for _, g := range gold {
		if touches(g, found) {
			hit++
		} else {
			missed++
		}
	}
	for _, s := range found {
		switch {
		case touches(s, gold):
			right++
		default:
			wrong++
		}
	}
	return
}

func gazetteer(t testing.TB) *mention.Gazetteer {
	t.Helper()
	data := os.DirFS("../../data")
	places, err := place.Load(os.DirFS("../../data/place"))
	if err != nil {
		t.Fatal(err)
	}
	g, err := mention.Load(places, data, "reading")
	if err != nil {
		t.Fatal(err)
	}
	return g
}

// classOf gives the class of the labels that a mention answers to.
func classOf(m mention.Mention) string {
	switch m.Kind {
	case mention.State:
		return "state"
	case mention.Organisation, mention.Group:
		return "organisation"
	case mention.Person:
		return "person"
	case mention.Date:
		return "date"
	case mention.Money:
		return "money"
	case mention.Quantity, mention.Share:
		return "quantity"
	}
	return ""
}

func goldClass(e entity) string {
	switch e.Type {
	case "Location":
		if countries[e.Value] {
			return "state"
		}
	case "Nationality":
		return "state"
	case "Organisation":
		return "organisation"
	case "Person":
		return "person"
	case "Temporal":
		return "date"
	case "Money":
		return "money"
	case "Quantity":
		return "quantity"
	}
	return ""
}

func TestLabelledDocuments(t *testing.T) {
	g := gazetteer(t)
	type sum struct{ hit, missed, right, wrong int }
	sums := map[string]*sum{}
	for _, d := range labelledTexts(t) {
		gold, found := map[string][]span{}, map[string][]span{}
		for _, e := range d.entities {
			if c := goldClass(e); c != "" {
				gold[c] = append(gold[c], span{e.Begin, e.End})
			}
		}
		for _, m := range g.Find(d.Text, when.NoDay) {
			if c := classOf(m); c != "" {
				found[c] = append(found[c], span{m.From, m.To})
			}
			if m.Kind == mention.State && m.Actor {
				found["organisation"] = append(found["organisation"], span{m.From, m.To})
			}
		}
		for _, c := range []string{"state", "organisation", "person", "date", "money", "quantity"} {
			s := sums[c]
			if s == nil {
				s = &sum{}
				sums[c] = s
			}
			h, m, r, w := score(gold[c], found[c])
			s.hit, s.missed, s.right, s.wrong = s.hit+h, s.missed+m, s.right+r, s.wrong+w
		}
	}
	for c, s := range sums {
		p, r := float64(s.right)/float64(s.right+s.wrong), float64(s.hit)/float64(s.hit+s.missed)
		f1 := 2 * p * r / (p + r)
		t.Logf("%-13s precision %.3f recall %.3f F1 %.3f (%d labels, %d found)", c, p, r, f1, s.hit+s.missed, s.right+s.wrong)
		if (c == "state" || c == "organisation") && f1 < 0.80 {
			t.Errorf("%s: F1 %.3f, want at least 0.80", c, f1)
		}
	}
}
