package web

import "testing"

// TestHeld: a word is met where a word begins with it, in the singular too, and nowhere inside one.
func TestHeld(t *testing.T) {
	for _, tt := range []struct {
		text  string
		words []string
		want  int
	}{
		{"Ships are struck from registers", []string{"trucks"}, 0},
		{"Six-axle trucks turned into launchers", []string{"trucks", "launcher"}, 2},
		{"A struck ship; a truck", []string{"trucks"}, 1},
		{"«Trucks»", []string{"truck"}, 1},
		{"", []string{"a"}, 0},
	} {
		if got := held(tt.text, tt.words); got != tt.want {
			t.Errorf("%q holds %d of %q, want %d", tt.text, got, tt.words, tt.want)
		}
	}
}
