package report

import (
	"strings"
	"testing"
)

func TestLint(t *testing.T) {
	firm := []NamedParty{{"Rim Mok General Trading", "bought six timber trucks"}}
	for _, tt := range []struct {
		name  string
		p     Passage
		known []string
		want  string // rules, in order
	}{
		{"a band", Passage{Text: "It is likely (55 to 80 per cent) that coal was carried."}, nil, ""},
		{"no band", Passage{Text: "It is likely that coal was carried."}, nil, "band"},
		{"another's band", Passage{Text: "It is unlikely (55 to 80 per cent)."}, nil, "band"},
		{"the longer word", Passage{Text: "It is very unlikely (5 to 20 per cent)."}, nil, ""},
		{"the longer word with the shorter one's band", Passage{Text: "It is very likely (55 to 80 per cent)."}, nil, "band"},
		{"at the head of a sentence", Passage{Text: "Probably coal."}, nil, "band"},
		{"two words, one with a band", Passage{Text: "Almost certain (95 to 99 per cent) or probable."}, nil, "band"},
		{"likelihood and confidence", Passage{Text: "It is likely (55 to 80 per cent), with high confidence."}, nil, "confidence"},
		{"in two sentences", Passage{Text: "It is likely (55 to 80 per cent). Our confidence is high."}, nil, ""},
		{"a number is no end of a sentence", Passage{Text: "About 1.5 million t; likely (55 to 80 per cent), confident."}, nil, "confidence"},
		{"violates, alleged", Passage{Text: "The state violates paragraph 8.", Alleged: true}, nil, "violates"},
		{"violation, alleged", Passage{Text: "This is in violation of paragraph 8.", Alleged: true}, nil, "violates"},
		{"breached, alleged", Passage{Text: "The cap was breached.", Alleged: true}, nil, "violates"},
		{"violates, established", Passage{Text: "The court found that it violated paragraph 8."}, nil, ""},
		{"violates, said by another", Passage{Text: "The ministry says that the cap was breached.", Alleged: true, Attributed: true}, nil, ""},
		{"violates, quoted", Passage{Text: `The letter calls it a "clear-cut violation".`, Alleged: true}, nil, ""},
		{"unlike words", Passage{Text: "Inviolate and unlikelihood are words.", Alleged: true}, nil, ""},
		{"a firm with its act", Passage{Text: "Rim Mok General Trading bought six timber trucks in 2011.", Names: firm}, nil, ""},
		{"a firm without its act", Passage{Text: "Rim Mok General Trading is involved.", Names: firm}, nil, "named"},
		{"a firm that may be named and is not", Passage{Text: "Six trucks were sold.", Names: firm}, nil, ""},
		{"a firm without any act", Passage{Text: "InvestStroiTrest is mentioned."}, []string{"InvestStroiTrest"}, "named"},
		{"another case and spelling", Passage{Text: "INVESTSTROITREST is mentioned."}, []string{"InvestStroiTrest"}, "named"},
		{"part of a word", Passage{Text: "Glocomotion is a word."}, []string{"Glocom"}, ""},
		{"a longer name declared", Passage{Text: "Rim Mok General Trading bought six timber trucks.", Names: firm}, []string{"Rim Mok"}, ""},
	} {
		var rules []string
		for _, f := range Lint([]Passage{tt.p}, tt.known) {
			rules = append(rules, f.Rule)
		}
		if got := strings.Join(rules, " "); got != tt.want {
			t.Errorf("%s: got %q, want %q", tt.name, got, tt.want)
		}
	}
}

func TestLikely(t *testing.T) {
	last := 1
	for _, b := range bands {
		if b.low != last || b.high <= b.low {
			t.Errorf("the band %v does not follow %d", b, last)
		}
		last = b.high
		for _, w := range b.words {
			s, ok := Likely(w)
			if flaws := Lint([]Passage{{Text: "It is " + s + "."}}, nil); !ok || len(flaws) != 0 {
				t.Errorf("%s: %v", s, flaws)
			}
		}
	}
	if last != 99 {
		t.Errorf("the bands end at %d", last)
	}
	if _, ok := Likely("possibly"); ok {
		t.Error("possibly stands for no band")
	}
}
