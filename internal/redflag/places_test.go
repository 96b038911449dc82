package redflag

import (
	"strings"
	"testing"

	"github.com/cordon-engine/cordon/data"
)

func TestPlaces(t *testing.T) {
	g := gazetteer(t)
	table, err := data.FS.ReadFile("matching/places.tsv")
	if err != nil {
		t.Fatal(err)
	}
	p, err := LoadPlaces(g, table)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ text, want string }{
		{"Yalta, Krimea", "UA:Yalta UA:Crimea"},
		{"Sinŭiju", "KP:Sinuiju"},
		{"Rason/Rajin", "KP:Rason"},
		{"Corée du Nord", "KP"},
		{"DPRK", "KP"},
		{"조선", "KP"},
		{"Embassy of the DPRK, Kuala Lumpur", "KP!"},
		{"Embassy of the Democratic People's Republic of Korea", "KP!"},
		{"посольство КНДР", "KP!"},
		{"Consulate General of Iran, Milan, Italy", "IR! IT"},
		{"MIAMI, FLORIDA", ""},
		{"North Korea Road, Dublin", "KP"},
		{"", ""},
		{strings.Repeat("x ", 10_000), ""},
	} {
		var got []string
		for _, m := range p.In(c.text) {
			s := m.State.String()
			if m.Place != "" {
				s += ":" + m.Place
			}
			if m.Mission {
				s += "!"
			}
			got = append(got, s)
		}
		if g := strings.Join(got, " "); g != c.want {
			t.Errorf("%.40q: %q, want %q", c.text, g, c.want)
		}
	}
}
