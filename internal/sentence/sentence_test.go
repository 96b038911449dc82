package sentence

import (
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"pgregory.net/rapid"
)

func sentences(s string) []string {
	var out []string
	for _, p := range Paragraphs(s) {
		for _, x := range Split(s, p) {
			out = append(out, s[x.From:x.To])
		}
	}
	return out
}

func TestSentences(t *testing.T) {
	for _, tt := range []struct{ in, want string }{
		{"One went. Two stayed! Did three? Yes.", "One went.|Two stayed!|Did three?|Yes."},
		{"The U.S. Secretary met Mr. Kim on 3 Jan. 2017.", "The U.S. Secretary met Mr. Kim on 3 Jan. 2017."},
		{"He left the U.S. The ship stayed.", "He left the U.S.|The ship stayed."},
		{"It cost 3.5 million. No. 7 sank.", "It cost 3.5 million.|No. 7 sank."},
		{"“We will act.” He continued.", "“We will act.”|He continued."},
		{"“We will act,” he said. It did.", "“We will act,” he said.|It did."},
		{"“Will you?” he asked.", "“Will you?” he asked."},
		{"J. Smith of Acme Ltd. denied it. Acme Co. The rest", "J. Smith of Acme Ltd. denied it.|Acme Co.|The rest"},
		{"A line that\nis wrapped here.\n\nNext one", "A line that\nis wrapped here.|Next one"},
		{"Heading here\nThe text begins.", "Heading here|The text begins."},
	} {
		if got := strings.Join(sentences(tt.in), "|"); got != tt.want {
			t.Errorf("got  %s\nwant %s", got, tt.want)
		}
	}
}

func TestQuotes(t *testing.T) {
	for _, tt := range []struct{ in, want string }{
		{`He said, "it is so," and left.`, "it is so,"},
		{"He said: “it ‘is’ so.”", "it ‘is’ so.|1:is"},
		{"Act now. We will.” Ann said.", "Act now. We will."},
		{"“It is so. They don’t know", "It is so. They don’t know"},
		{"“One.\n\n“Two,” he said.", "One.|>Two,"},
		{"The states’ ships and Kim’s men", ""},
		{`The "so-called" aid`, "so-called"},
		{"“One, “two”", "One,|two"},
	} {
		var got []string
		for _, q := range Quotes(tt.in, Paragraphs(tt.in)) {
			s := tt.in[q.From:q.To]
			if q.Depth > 0 {
				s = "1:" + s
			}
			if q.Continues {
				s = ">" + s
			}
			got = append(got, s)
		}
		if s := strings.Join(got, "|"); s != tt.want {
			t.Errorf("%s\ngot  %s\nwant %s", tt.in, s, tt.want)
		}
	}
}

// TestCover holds that sentences are in order, apart, cut at characters, and leave out nothing but space.
func TestCover(t *testing.T) {
	part := rapid.SampledFrom([]string{"Word ", "word", ". ", ".", "“", "”", "\"", "’", "'", "\n", "\n\n", "é", "U.S. ", "! ", "? ", "…", " "})
	rapid.Check(t, func(t *rapid.T) {
		s := strings.Join(rapid.SliceOfN(part, 0, 40).Draw(t, "parts"), "")
		last, left := 0, ""
		ps := Paragraphs(s)
		for _, p := range ps {
			for _, x := range Split(s, p) {
				if x.From < last || x.To <= x.From || x.To > len(s) || !utf8.ValidString(s[x.From:x.To]) {
					t.Fatalf("span %v after %d in %q", x, last, s)
				}
				left += s[last:x.From]
				last = x.To
			}
		}
		if left += s[last:]; strings.TrimSpace(left) != "" {
			t.Fatalf("%q lost %q", s, left)
		}
		for _, q := range Quotes(s, ps) {
			if q.From > q.To || q.To > len(s) || !slices.ContainsFunc(ps, func(p Span) bool { return p.Contains(q.Span) }) {
				t.Fatalf("quote %v outside its paragraph in %q", q, s)
			}
		}
	})
}
