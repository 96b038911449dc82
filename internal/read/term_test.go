package read_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/cordon-engine/cordon/internal/document"
	"github.com/cordon-engine/cordon/internal/read"
	"github.com/cordon-engine/cordon/internal/when"
)

// TestTerms holds what proposals would bind whom to, and on what each hangs.
func TestTerms(t *testing.T) {
	r := reader(t)
	for _, tt := range []struct{ in, want string }{
		{
			"If Peru suspends military exercises, Chile will suspend missile tests, Chile said.",
			"PE>CL hold no military exercise | CL>PE launch no ballistic missile if 0",
		},
		{
			"China proposed that North Korea halt its nuclear tests and that the United States and South Korea stop large-scale exercises.",
			"KP>KR+US hold no nuclear test if 1 | KR+US>KP hold no large exercise if 0",
		},
		{"Peru proposed that Chile resume talks.", "CL> hold talks"},
		{"Peru will suspend missile tests, Peru said.", ""},           // a promise and no proposal
		{"Peru tested a missile on 2 June.", ""},                      // a fact
		{"Peru proposed that Chile hold nuclear tests in June.", ""},  // nothing is left
		{"Peru proposed that all parties suspend nuclear tests.", ""}, // who?
	} {
		d, err := document.Read("a.txt", []byte(tt.in))
		if err != nil {
			t.Fatal(err)
		}
		res, err := r.Read(d, read.Options{Day: when.Date(2017, 7, 4)})
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, x := range res.Terms {
			s := fmt.Sprintf("%s>%s %s", codes(x.By), codes(x.Towards), x.Words)
			if x.If >= 0 {
				s += fmt.Sprint(" if ", x.If)
			}
			got = append(got, s)
		}
		if g := strings.Join(got, " | "); g != tt.want {
			t.Errorf("%s\ngot  %s\nwant %s", tt.in, g, tt.want)
		}
	}
}
