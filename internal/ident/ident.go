package ident

import (
	"strconv"
	"strings"

	"github.com/cordon-engine/cordon/internal/fault"
)

// Plain gives the letters and digits of s alone, in capitals: the form under
// which numbers of papers are compared. Letters that are not A to Z stay.
func Plain(s string) string {
	var b strings.Builder
	for _, r := range s {
		switch {
		case 'a' <= r && r <= 'z':
			b.WriteRune(r - 'a' + 'A')
		case 'A' <= r && r <= 'Z', '0' <= r && r <= '9', r >= 0x80 && r != 0xFFFD && r != 0xA0 && r != 0x200B && r != 0x2013 && r != 0x2116:
			b.WriteRune(r)
		}
	}
	return b.String()
}

func bad(what, s, fix string) error {
	r := []rune(s)
	if len(r) > 40 {
		s = string(r[:40]) + "…"
	}
	return fault.New(fault.Invalid, "%q is not %s", s, what).WithFix("%s", fix)
}

// MMSI is a Maritime Mobile Service Identity (ITU-R M.585): nine digits. It has
// no check digit; a ship station begins with the three digits of its flag (MID,
// 201 to 775).
type MMSI uint32

// ParseMMSI reads nine digits, with spaces or the word MMSI around them. A
// number that no ship station can have is read all the same: see MMSI.Ship.
func ParseMMSI(s string) (MMSI, error) {
	t := strings.TrimPrefix(Plain(s), "MMSI")
	n, err := strconv.ParseUint(t, 10, 32)
	if len(t) != 9 || err != nil {
		return 0, bad("an MMSI", s, "give its nine digits")
	}
	return MMSI(n), nil
}

// String gives the nine digits.
func (m MMSI) String() string {
	s := strconv.FormatUint(uint64(m), 10)
	return strings.Repeat("0", max(0, 9-len(s))) + s
}

// MID gives the first three digits, the flag of a ship station.
func (m MMSI) MID() int { return int(m / 1_000_000) }

// Ship reports whether m has the form of a ship station's number: its first
// digit is 2 to 7.
func (m MMSI) Ship() bool { return m/100_000_000 >= 2 && m/100_000_000 <= 7 }

// Placeholder reports whether m looks typed by someone who has none: digits
// that climb or fall by one, or six zeros or alike after the MID.
func (m MMSI) Placeholder() bool {
	d := m.String()
	climbs, falls, same := true, true, true
	for i := 1; i < len(d); i++ {
		climbs = climbs && d[i] == d[i-1]+1
		falls = falls && d[i]+1 == d[i-1]
		same = same && (i < 4 || d[i] == d[3])
	}
	return climbs || falls || same
}

// mod97 gives the remainder by 97 of a text read as ISO 7064 does: digits as
// they are, letters as 10 to 35; false if there is anything else.
func mod97(s string) (int, bool) {
	n := 0
	for i := range len(s) {
		switch c := s[i]; {
		case '0' <= c && c <= '9':
			n = (n*10 + int(c-'0')) % 97
		case 'A' <= c && c <= 'Z':
			n = (n*100 + int(c-'A') + 10) % 97
		default:
			return 0, false
		}
	}
	return n, true
}

// ibanLengths are the lengths of IBANs by country (SWIFT IBAN registry).
var ibanLengths = map[string]int{
	"AD": 24, "AE": 23, "AL": 28, "AT": 20, "AZ": 28, "BA": 20, "BE": 16, "BG": 22, "BH": 22, "BR": 29, "BY": 28, "CH": 21, "CR": 22,
	"CY": 28, "CZ": 24, "DE": 22, "DK": 18, "DO": 28, "EE": 20, "EG": 29, "ES": 24, "FI": 18, "FO": 18, "FR": 27, "GB": 22, "GE": 22,
	"GI": 23, "GL": 18, "GR": 27, "GT": 28, "HR": 21, "HU": 28, "IE": 22, "IL": 23, "IQ": 23, "IS": 26, "IT": 27, "JO": 30, "KW": 30,
	"KZ": 20, "LB": 28, "LC": 32, "LI": 21, "LT": 20, "LU": 20, "LV": 21, "LY": 25, "MC": 27, "MD": 24, "ME": 22, "MK": 19, "MR": 27,
	"MT": 31, "MU": 30, "NL": 18, "NO": 15, "PK": 24, "PL": 28, "PS": 29, "PT": 25, "QA": 29, "RO": 24, "RS": 22, "RU": 33, "SA": 24,
	"SC": 31, "SD": 18, "SE": 24, "SI": 19, "SK": 24, "SM": 27, "ST": 25, "SV": 28, "TL": 23, "TN": 24, "TR": 26, "UA": 29, "VA": 22,
	"VG": 24, "XK": 20,
}

// ParseIBAN reads an IBAN (ISO 13616) with or without spaces and gives it in
// capitals without them. Length by country and check digits are checked; a
// country that issues none is an error.
func ParseIBAN(s string) (string, error) {
	t := strings.TrimPrefix(Plain(s), "IBAN")
	if len(t) < 15 || len(t) > 34 {
		return "", bad("an IBAN", s, "an IBAN has 15 to 34 letters and digits")
	}
	want, ok := ibanLengths[t[:2]]
	if !ok {
		return "", bad("an IBAN", s, t[:2]+" issues no IBAN")
	}
	if len(t) != want {
		return "", bad("an IBAN", s, "one of "+t[:2]+" has "+strconv.Itoa(want)+" characters")
	}
	if n, ok := mod97(t[4:] + t[:4]); !ok || n != 1 {
		return "", bad("an IBAN", s, "its check digits are wrong: compare it with the document")
	}
	return t, nil
}

// ParseLEI reads a Legal Entity Identifier (ISO 17442): twenty letters and
// digits, the last two check digits.
func ParseLEI(s string) (string, error) {
	t := Plain(s)
	if len(t) != 20 {
		return "", bad("an LEI", s, "an LEI has twenty letters and digits")
	}
	if n, ok := mod97(t); !ok || n != 1 || !digit(t[18]) || !digit(t[19]) {
		return "", bad("an LEI", s, "its check digits are wrong: compare it with the document")
	}
	return t, nil
}

func digit(c byte) bool { return '0' <= c && c <= '9' }

func letter(c byte) bool { return 'A' <= c && c <= 'Z' }

// ParseBIC reads a business identifier code (ISO 9362) of eight or eleven
// characters and gives it in capitals; the branch XXX, the head office, is left
// out.
func ParseBIC(s string) (string, error) {
	t := Plain(s)
	ok := len(t) == 8 || len(t) == 11
	for i := range t {
		ok = ok && (letter(t[i]) || digit(t[i])) && (i < 4 || i > 5 || letter(t[i]))
	}
	if !ok {
		return "", bad("a BIC", s, "a BIC has 8 or 11 characters: party, country (letters), location, branch")
	}
	return strings.TrimSuffix(t, "XXX"), nil
}

// ParseISIN reads a securities number (ISO 6166): two letters, nine letters or
// digits, and a check digit (Luhn).
func ParseISIN(s string) (string, error) {
	t := Plain(s)
	if len(t) != 12 || !letter(t[0]) || !letter(t[1]) || !digit(t[11]) {
		return "", bad("an ISIN", s, "an ISIN has two letters, nine letters or digits and a check digit")
	}
	var digits []int
	for i := range len(t) {
		switch c := t[i]; {
		case digit(c):
			digits = append(digits, int(c-'0'))
		case letter(c):
			n := int(c-'A') + 10
			digits = append(digits, n/10, n%10)
		default:
			return "", bad("an ISIN", s, "it has a sign that is neither letter nor digit")
		}
	}
	sum := 0
	for i := range digits {
		d := digits[len(digits)-1-i]
		if i%2 == 1 {
			d *= 2
		}
		sum += d/10 + d%10
	}
	if sum%10 != 0 {
		return "", bad("an ISIN", s, "its check digit is wrong: compare it with the document")
	}
	return t, nil
}

// ParsePassport gives the normal form of a passport's number: letters and
// digits in capitals, without the words that lists write before it. It has 5 to
// 20 characters and a digit among them.
func ParsePassport(s string) (string, error) {
	t := Plain(s)
	for _, p := range []string{"PASSPORTNUMBER", "PASSPORTNO", "PASSPORT", "NUMBER"} {
		t = strings.TrimPrefix(t, p)
	}
	if n := len([]rune(t)); n < 5 || n > 20 || !strings.ContainsAny(t, "0123456789") {
		return "", bad("a passport number", s, "it has 5 to 20 letters and digits")
	}
	return t, nil
}

// ParsePhone gives the digits of a telephone number without leading zeros and
// the international prefix; it has 6 to 15 of them (ITU-T E.164).
func ParsePhone(s string) (string, error) {
	var b strings.Builder
	for i := range len(s) {
		if digit(s[i]) {
			b.WriteByte(s[i])
		}
	}
	t := strings.TrimLeft(b.String(), "0")
	if len(t) < 6 || len(t) > 15 {
		return "", bad("a telephone number", s, "it has 6 to 15 digits")
	}
	return t, nil
}
