package ident

import (
	"testing"

	"github.com/cordon-engine/cordon/internal/fault"
)

func TestParse(t *testing.T) {
	for _, c := range []struct {
		kind  string
		parse func(string) (string, error)
		in    string
		want  string // "" for an error
	}{
		{"IBAN", ParseIBAN, "GB82 WEST 1234 5698 7654 32", "GB82WEST12345698765432"},
		{"IBAN", ParseIBAN, "iban de89370400440532013000", "DE89370400440532013000"},
		{"IBAN", ParseIBAN, "GB82 WEST 1234 5698 7654 33", ""},
		{"IBAN", ParseIBAN, "GB82 WEST 1234 5698 7654", ""},
		{"IBAN", ParseIBAN, "XX82WEST12345698765432", ""},
		{"BIC", ParseBIC, "deut de ff", "DEUTDEFF"},
		{"BIC", ParseBIC, "DEUTDEFFXXX", "DEUTDEFF"},
		{"BIC", ParseBIC, "DEUTDEFF500", "DEUTDEFF500"},
		{"BIC", ParseBIC, "DEUT1EFF", ""},
		{"BIC", ParseBIC, "DEUTDEF", ""},
		{"LEI", ParseLEI, "5493001KJTIIGC8Y1R12", "5493001KJTIIGC8Y1R12"},
		{"LEI", ParseLEI, "5493001KJTIIGC8Y1R13", ""},
		{"ISIN", ParseISIN, "US0378331005", "US0378331005"},
		{"ISIN", ParseISIN, "US0378331006", ""},
		{"passport", ParsePassport, "Passport No. D-0001203", "D0001203"},
		{"passport", ParsePassport, "unknown", ""},
		{"phone", ParsePhone, "+850 (2) 381-7222", "85023817222"},
		{"phone", ParsePhone, "12", ""},
	} {
		got, err := c.parse(c.in)
		if got != c.want || (err == nil) != (c.want != "") {
			t.Errorf("%s %q: %q, %v; want %q", c.kind, c.in, got, err, c.want)
		}
		if err != nil && fault.CodeOf(err) != fault.Invalid {
			t.Errorf("%s %q: code %v", c.kind, c.in, fault.CodeOf(err))
		}
	}
}

func TestMMSI(t *testing.T) {
	for _, c := range []struct {
		in                      string
		mid                     int
		ship, placeholder, fail bool
	}{
		{in: "412000000", mid: 412, ship: true, placeholder: true},
		{in: "123456789", mid: 123, placeholder: true},
		{in: "MMSI 445123450", mid: 445, ship: true},
		{in: "970123456", mid: 970},
		{in: "12345678", fail: true},
		{in: "4451234x0", fail: true},
	} {
		m, err := ParseMMSI(c.in)
		if (err != nil) != c.fail {
			t.Errorf("%q: %v", c.in, err)
			continue
		}
		if !c.fail && (m.MID() != c.mid || m.Ship() != c.ship || m.Placeholder() != c.placeholder) {
			t.Errorf("%q: MID %d ship %v placeholder %v", c.in, m.MID(), m.Ship(), m.Placeholder())
		}
	}
	// 646 was never allocated, and 445 was.
	if _, ok := MMSI(646_123_456).Flag(); ok {
		t.Error("646 has a flag")
	}
	if f, ok := MMSI(445_123_456).Flag(); !ok || f != "KP" {
		t.Errorf("445 is %q", f)
	}
}

// TestCheckDigits changes one character of a valid number: none may pass.
func TestCheckDigits(t *testing.T) {
	for _, c := range []struct {
		in    string
		from  int
		parse func(string) (string, error)
	}{
		{"GB82WEST12345698765432", 4, ParseIBAN}, {"5493001KJTIIGC8Y1R12", 0, ParseLEI}, {"US0378331005", 2, ParseISIN},
	} {
		for i := c.from; i < len(c.in); i++ {
			for _, d := range "0123456789" {
				b := []byte(c.in)
				if b[i] == byte(d) || b[i] > '9' {
					continue
				}
				b[i] = byte(d)
				if got, err := c.parse(string(b)); err == nil {
					t.Errorf("%s passes as %s", b, got)
				}
			}
		}
	}
}

func FuzzParse(f *testing.F) {
	for _, s := range []string{"GB82WEST12345698765432", "DEUTDEFF", "5493001KJTIIGC8Y1R12", "US0378331005", "MMSI 412000000", "№ 654321", "\xff"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		for _, parse := range []func(string) (string, error){ParseIBAN, ParseBIC, ParseLEI, ParseISIN, ParsePassport, ParsePhone} {
			v, err := parse(s)
			if err != nil {
				continue
			}
			again, err := parse(v)
			if err != nil || again != v {
				t.Errorf("%q reads as %q, which reads as %q, %v", s, v, again, err)
			}
		}
		if m, err := ParseMMSI(s); err == nil {
			if n, err := ParseMMSI(m.String()); err != nil || n != m {
				t.Errorf("%q: %v is not read back", s, m)
			}
		}
	})
}
