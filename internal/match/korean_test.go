package match

import (
	"encoding/json"
	"math/rand/v2"
	"os"
	"strings"
	"testing"
)

// koreanNames are real surnames and given names with their spellings.
type koreanNames struct {
	surnames []koreanName
	given    []koreanName
	weights  []int // how many bear the surname
	sum      int
}

type koreanName struct {
	hangul string
	latin  []string
}

// readKorean reads the table of Korean names beside the project, and skips the
// test where it is not there.
func readKorean(t testing.TB) *koreanNames {
	t.Helper()
	b, err := os.ReadFile("../../../shared/data/names/korean/korean_names_comprehensive.json")
	if err != nil {
		t.Skip("the table of Korean names is not beside the project")
	}
	var rows []struct {
		Hangul     string          `json:"hangul"`
		RR         string          `json:"rr"`
		MR         string          `json:"mr"`
		Other      string          `json:"other_romanizations"`
		Romanized  string          `json:"romanized"`
		Population json.RawMessage `json:"population"`
		Source     string          `json:"source"`
	}
	if err := json.Unmarshal(b, &rows); err != nil {
		t.Fatal(err)
	}
	k := &koreanNames{}
	for _, r := range rows {
		if !hangul(r.Hangul) {
			continue // the table has some names in Han characters alone
		}
		if r.Source != "korean_surnames" {
			if n := len([]rune(r.Hangul)); n == 2 && r.Romanized != "" {
				k.given = append(k.given, koreanName{r.Hangul, []string{r.Romanized}})
			}
			continue
		}
		n := koreanName{hangul: r.Hangul}
		for _, s := range append([]string{r.RR, r.MR}, strings.Split(r.Other, ",")...) {
			if s = strings.TrimSpace(s); s != "" && !strings.ContainsAny(s, "()/ ") {
				n.latin = append(n.latin, s)
			}
		}
		var bearers int
		if json.Unmarshal(r.Population, &bearers) != nil || len(n.latin) == 0 {
			continue
		}
		k.surnames, k.weights, k.sum = append(k.surnames, n), append(k.weights, bearers), k.sum+bearers
	}
	return k
}

func hangul(s string) bool {
	return s != "" && strings.IndexFunc(s, func(r rune) bool { return r < 0xAC00 || r > 0xD7A3 }) < 0
}

// surname gives one, as often as it is borne.
func (k *koreanNames) surname(r *rand.Rand) koreanName {
	at := r.IntN(k.sum)
	for i, w := range k.weights {
		if at -= w; at < 0 {
			return k.surnames[i]
		}
	}
	panic("no surname")
}

// TestKoreanSpellings scores full names in Hangul against a spelling in Latin
// letters that somebody uses for them, and against those of other people.
func TestKoreanSpellings(t *testing.T) {
	k := readKorean(t)
	p := params(t)
	s := NewScorer(p)
	r := rand.New(rand.NewPCG(1, 2))
	const n = 4000
	type person struct {
		hangul, latin string
		read          *Prepared
	}
	list := make([]person, n)
	for i := range list {
		sur, given := k.surname(r), k.given[r.IntN(len(k.given))]
		latin := sur.latin[r.IntN(len(sur.latin))]
		list[i] = person{hangul: sur.hangul + given.hangul}
		if given := given.latin[0]; r.IntN(2) == 0 {
			list[i].latin = latin + " " + given
		} else {
			list[i].latin = given + " " + latin
		}
		list[i].read = prepared(t, p, "Person", list[i].latin)
	}
	found, alert, others, wrong, wrongAlert := 0, 0, 0, 0, 0
	missed := []string{}
	for _, x := range list {
		native := prepared(t, p, "Person", x.hangul)
		a, b := s.Score(native, x.read).Probability, s.Score(x.read, native).Probability
		if a != b {
			t.Fatalf("%s and %s: %f one way, %f the other", x.hangul, x.latin, a, b)
		}
		if a >= p.Possible() {
			found++
		} else {
			missed = append(missed, x.hangul+" "+x.latin)
		}
		if a >= p.Alert() {
			alert++
		}
		for range 25 {
			y := &list[r.IntN(n)]
			if y.hangul == x.hangul {
				continue
			}
			others++
			switch pr := s.Score(native, y.read).Probability; {
			case pr >= p.Alert():
				wrongAlert++
				fallthrough
			case pr >= p.Possible():
				wrong++
			}
		}
	}
	t.Logf("%d names: %.1f %% at %.2f, %.1f %% at %.2f; of %d pairs of two people %.2f %% and %.2f %%", n,
		100*float64(found)/n, p.Possible(), 100*float64(alert)/n, p.Alert(), others,
		100*float64(wrong)/float64(others), 100*float64(wrongAlert)/float64(others))
	t.Logf("not found: %s", strings.Join(missed[:min(len(missed), 40)], "; "))
	if float64(found) < .95*n || float64(wrong) > .01*float64(others) {
		t.Error("below 95 per cent, or more than one in a hundred others")
	}
}
