package sqlite

import (
	"testing"

	"github.com/cordon-engine/cordon/internal/casework"
	"github.com/cordon-engine/cordon/internal/casework/caseworktest"
	"github.com/cordon-engine/cordon/internal/fault"
)

func TestCases(t *testing.T) {
	caseworktest.Run(t, func(t testing.TB) caseworktest.Store { return opened(t, t.TempDir()) })
}

// TestCasesDamaged: an event that was altered in the file is a fault, never another
// case.
func TestCasesDamaged(t *testing.T) {
	for _, q := range []string{
		"UPDATE case_event SET data = '{'", "UPDATE case_event SET n = 2", "UPDATE case_event SET salt = x'00'",
		"UPDATE case_event SET data = replace(data, '\"n\":1', '\"n\":7')",
	} {
		s := opened(t, t.TempDir())
		d := casework.Desk{Store: s, Policy: casework.Default()}
		by := casework.Person{Name: "u-m", Role: casework.Machine}
		m, err := d.Raise(t.Context(), by, caseworktest.Start, caseworktest.Alert("c", "l", 1, 1))
		if err != nil {
			t.Fatal(err)
		}
		change(t, s, q)
		if _, err := s.Events(t.Context(), m.Case); fault.CodeOf(err) != fault.Unavailable {
			t.Errorf("%s: %v", q, err)
		}
		for _, err := range s.All(t.Context()) {
			if fault.CodeOf(err) != fault.Unavailable {
				t.Errorf("%s: all: %v", q, err)
			}
		}
	}
}
