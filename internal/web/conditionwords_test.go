package web

import (
	"strings"
	"testing"

	"github.com/cordon-engine/cordon/internal/vocab"
)

// TestConditionsInWords holds that nearly every condition of the law has words, that words are of the facts that the condition names,
// and that what is not known has none.
func TestConditionsInWords(t *testing.T) {
	s := site(t)
	all, told := 0, 0
	for _, p := range s.Desk.Law.Provisions() {
		for _, c := range []string{p.When.Text, p.Breach.Text} {
			if c == "" {
				continue
			}
			all++
			words := s.inWords(c)
			if words == "" {
				t.Logf("%s has no words: %s", p.ID, c)
				continue
			}
			told++
			if strings.Contains(words, "&&") || strings.ContainsAny(words, `"[]!=`) || strings.Count(words, "(") != strings.Count(words, ")") {
				t.Errorf("%s: %s", p.ID, words)
			}
			for i := range vocab.Facts() {
				f := &vocab.Facts()[i]
				if strings.Contains(f.Name, ".") && strings.Contains(" "+c+" ", f.Name+" ") && !strings.Contains(strings.ToLower(words), strings.ToLower(f.Title)) {
					t.Errorf("%s does not speak of %s: %s", p.ID, f.Name, words)
				}
			}
		}
	}
	if told < all*95/100 {
		t.Errorf("%d of %d conditions have words", told, all)
	}
	for condition, want := range map[string]string{
		`work.nationality == target && work.new_authorisation && !work.host_national`: "nationality of the workers is the state under measures and new work authorisation: yes and national of the host: no",
		`contract.date < date("2017-09-11")`:                                          "contract date is before 11 September 2017",
		`origin in ["CN", target]`:                                                    "origin is one of China, the state under measures",
		`use.military || purpose.humanitarian && !use.programme`:                      "military use: yes or (solely humanitarian purpose: yes and could contribute to prohibited programmes: no)",
		`!(use.military || purpose.humanitarian) && goods.quantity >= 5.0`:            "not (military use: yes or solely humanitarian purpose: yes) and quantity is at least 5",
		`origin.startsWith("C")`:                                                      "", `use.military ? true : false`: "", `use.military &&`: "", `!origin == "CN"`: "", `origin`: "", `use.military)`: "", `nothing`: "",
	} {
		if got := s.inWords(condition); got != want {
			t.Errorf("%s: %q, want %q", condition, got, want)
		}
	}
}
