package publication

import (
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// Line and its fast path give what the plain definition gives.
func TestLine(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := rapid.StringOf(rapid.RuneFrom([]rune("ab \t\n\u00a0\u2003é\x1a"))).Draw(t, "s")
		if got, want := Line(s), strings.Join(strings.Fields(s), " "); got != want {
			t.Fatalf("Line(%q) = %q, want %q", s, got, want)
		}
	})
}
