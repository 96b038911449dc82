package ident

import (
	"fmt"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/cordon-engine/cordon/internal/fault"
)

func TestParseIMO(t *testing.T) {
	for _, s := range []string{"IMO 9074729", "9074729", "IMO9074729", "imo 9074729", " Imo\t 9074729 "} {
		n, err := ParseIMO(s)
		if err != nil || n != 9074729 || n.String() != "9074729" || n.Placeholder() {
			t.Errorf("%q: got %v, placeholder %v, %v", s, n, n.Placeholder(), err)
		}
	}
	for s, want := range map[string]string{
		"9074728":              "fails its check digit",
		"IMO 9047729":          "fails its check digit", // two digits swapped
		"":                     "is not an IMO number",
		"IMO":                  "is not an IMO number",
		"907472":               "is not an IMO number",
		"90747290":             "is not an IMO number",
		"IMO IMO 9074729":      "is not an IMO number",
		"9074729 (ex KUM SAN)": "is not an IMO number",
		"-907472":              "is not an IMO number",
		"٩٠٧٤٧٢٩":              "is not an IMO number",
	} {
		n, err := ParseIMO(s)
		f, ok := err.(*fault.Error)
		if !ok || f.Code != fault.Invalid || f.Fix == "" || !strings.Contains(f.Message, want) || n != 0 {
			t.Errorf("%q: got %v, %v; want a fault with %q", s, n, err, want)
		}
	}
}

func TestErrorsStayShort(t *testing.T) {
	for _, s := range []string{strings.Repeat("x", 1<<20), strings.Repeat("선", 1<<20)} {
		if _, err := ParseIMO(s); err == nil || len(err.Error()) > 400 {
			t.Error("a long input must give a short error")
		}
	}
}

// A right check digit tells nothing of the ship: these two were borne by ships
// under false identities.
func TestRightDigitsOfFalseShips(t *testing.T) {
	for _, s := range []string{"8528864", "8514045"} {
		if n, err := ParseIMO(s); err != nil || n.Placeholder() {
			t.Errorf("%s: placeholder %v, %v", s, n.Placeholder(), err)
		}
	}
}

func TestPlaceholder(t *testing.T) {
	for n, want := range map[IMO]bool{
		0: true, 1111117: true, 5555555: true, 9999993: true, 1234567: true, 9876543: true,
		9074729: false, 1000007: false, 1234579: false, 8888888: true,
	} {
		if got := n.Placeholder(); got != want {
			t.Errorf("%v: got %v, want %v", n, got, want)
		}
	}
}

// Of ten numbers with the same six digits exactly one is right, and one wrong
// digit never passes, except between digits five apart at an even weight.
func TestCheckDigit(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		six := rapid.IntRange(0, 999999).Draw(t, "six")
		var right []IMO
		for d := range 10 {
			if n, err := ParseIMO(fmt.Sprintf("IMO %06d%d", six, d)); err == nil {
				right = append(right, n)
			}
		}
		if len(right) != 1 {
			t.Fatalf("%06d: %d check digits are right", six, len(right))
		}
		at, by := rapid.IntRange(0, 6).Draw(t, "at"), rapid.IntRange(1, 9).Draw(t, "by")
		wrong := []byte(right[0].String())
		wrong[at] = '0' + (wrong[at]-'0'+byte(by))%10
		_, err := ParseIMO(string(wrong))
		if slips := at < 6 && (7-at)%2 == 0 && by == 5 || at == 2 && by%2 == 0; err == nil && !slips {
			t.Fatalf("%s passes beside %s", wrong, right[0])
		}
	})
}

func FuzzParseIMO(f *testing.F) {
	for _, s := range []string{"IMO 9074729", "9074729", "IMO9074728", "imo", "1234567", "IMO  0000000", "IM\u0130 9074729"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		n, err := ParseIMO(s)
		if err != nil {
			if fault.CodeOf(err) != fault.Invalid || n != 0 {
				t.Fatalf("%q: %v, %v", s, n, err)
			}
			return
		}
		if again, err := ParseIMO(n.String()); err != nil || again != n || !strings.Contains(s, n.String()) {
			t.Fatalf("%q: %v does not come back: %v, %v", s, n, again, err)
		}
	})
}
