package record

import "testing"

// TestWords reads every word back, and finds that words neither repeat nor are
// missing for a value.
func TestWords(t *testing.T) {
	for _, c := range []struct {
		n    names
		last uint8
	}{
		{measures, uint8(ReportsFiledCount)}, {kinds, uint8(Derived)}, {flows, uint8(Total)}, {bases, uint8(FOB)},
	} {
		if int(c.last)+1 != len(c.n.words) {
			t.Errorf("%s: %d values, %d words", c.n.what, c.last+1, len(c.n.words))
		}
		for i := range c.n.words {
			if got, err := c.n.parse(c.n.word(uint8(i))); err != nil || int(got) != i {
				t.Errorf("%s: %q reads back as %d, %v", c.n.what, c.n.word(uint8(i)), got, err)
			}
		}
		if got := c.n.word(c.last + 1); got != "unknown" {
			t.Errorf("%s: a value beyond the last is called %q", c.n.what, got)
		}
	}
}

func TestUnknownWords(t *testing.T) {
	for _, c := range []struct{ got, want string }{
		{errOf(ParseKind("estimate")), `there is no kind of figure "estimate" (did you mean estimated?)`},
		{errOf(ParseFlow("sideways")), `there is no flow "sideways" (write one of: import, export, re_import, re_export, total)`},
		{errOf(ParseKind("")), `there is no kind of figure "" (write one of: reported, estimated, alleged, derived)`},
	} {
		if c.got != c.want {
			t.Errorf("got  %s\nwant %s", c.got, c.want)
		}
	}
}

func errOf[T any](_ T, err error) string {
	if err == nil {
		return ""
	}
	return err.Error()
}
