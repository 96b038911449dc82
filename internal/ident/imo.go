// Package ident reads the identifiers by which ships, companies, accounts,
// securities and papers are told apart, checks their check digits and gives
// their normal form. It never says whether
// a number was issued, or to whom: that is for the lists and registers.
package ident

import (
	"strings"

	"github.com/cordon-engine/cordon/internal/fault"
)

// IMO is a ship identification number of the International Maritime
// Organization (resolution A.1117(30)): seven digits, the last of which is a
// check digit. The zero IMO is 0000000, a placeholder that no ship bears, so it
// may stand for "none".
type IMO uint32

// ParseIMO reads a number with or without the letters IMO before it:
// "9074729", "IMO 9074729", "IMO9074729", in any case and with spaces around.
// The error is fault.Invalid when there are not seven digits or the check digit
// is wrong. A placeholder that passes is no error: see IMO.Placeholder.
func ParseIMO(s string) (IMO, error) {
	digits := strings.Trim(s, " \t")
	if len(digits) >= 3 && strings.EqualFold(digits[:3], "IMO") {
		digits = strings.TrimLeft(digits[3:], " \t")
	}
	var n IMO
	for i := range len(digits) {
		c := digits[i]
		if c < '0' || c > '9' || len(digits) > 7 {
			return 0, malformed(s)
		}
		n = n*10 + IMO(c-'0')
	}
	if len(digits) != 7 {
		return 0, malformed(s)
	}
	if n.check() != n%10 {
		return 0, fault.New(fault.Invalid, "IMO number %s fails its check digit", digits).
			WithFix("compare it with the ship's papers: a digit is wrong, or two are swapped")
	}
	return n, nil
}

func malformed(s string) error {
	const most = 40
	r := []rune(s[:min(len(s), 4*most)])
	if len(r) > most {
		s = string(r[:most]) + "…"
	}
	return fault.New(fault.Invalid, "%q is not an IMO number", s).
		WithFix(`give the seven digits, with or without "IMO" before them, as in "IMO 9074729"`)
}

// check gives the check digit that the first six digits call for: the last
// digit of their sum, weighted 7 for the first down to 2 for the sixth.
func (n IMO) check() IMO {
	sum := IMO(0)
	for i, rest := IMO(2), n/10; rest > 0; i, rest = i+1, rest/10 {
		sum += i * (rest % 10)
	}
	return sum % 10
}

// String gives the normal form: the seven digits alone, as in "9074729".
func (n IMO) String() string {
	var b [7]byte
	for i := 6; i >= 0; i-- {
		b[i] = '0' + byte(n%10)
		n /= 10
	}
	return string(b[:])
}

// Placeholder reports whether n looks like a number that people type when they
// have none: seven digits that climb or fall by one (1234567, 9876543), or six
// alike before the check digit (0000000, 1111117). A ship may bear such a
// number by chance, so it is a reason to ask, never to refuse.
func (n IMO) Placeholder() bool {
	d := n.String()
	climbs, falls, same := true, true, true
	for i := 1; i < len(d); i++ {
		climbs = climbs && d[i] == d[i-1]+1
		falls = falls && d[i]+1 == d[i-1]
		same = same && (d[i] == d[0] || i == 6)
	}
	return climbs || falls || same
}
