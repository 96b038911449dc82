package sqlite

import (
	"strings"
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

// TestCasesAltered: what somebody altered so that it still reads is found by the log.
func TestCasesAltered(t *testing.T) {
	for q, want := range map[string]string{
		"UPDATE case_event SET data = CAST(replace(data, 'Somebody', 'Nobody12') AS BLOB)":                       "was altered",
		"UPDATE case_event SET salt = randomblob(16)":                                                            "was altered",
		"DELETE FROM case_event WHERE n = 2":                                                                     "has 1 events, and the log has 2",
		"DELETE FROM case_event; DELETE FROM case_pair":                                                          "is gone",
		"UPDATE case_event SET data = CAST(replace(data, 'analyst', 'viewer') AS BLOB) WHERE n = 2":              "cannot follow each other",
		"UPDATE log_entry SET actor = 'u-x' WHERE kind = 'case'":                                                 "was altered",
		"UPDATE case_event SET data = CAST(replace(data, 'the bank', 'the banx') AS BLOB) WHERE n = 2":           "event 2",
		"UPDATE case_event SET data = CAST(replace(data, '\"score\":0.9', '\"score\":0.1') AS BLOB) WHERE n = 1": "event 1",
	} {
		s := opened(t, t.TempDir())
		d := casework.Desk{Store: s, Policy: casework.Default()}
		m, err := d.Raise(t.Context(), casework.Person{Name: "u-m", Role: casework.Machine}, caseworktest.Start, caseworktest.Alert("c", "l", 1, 1))
		if err == nil {
			ann := casework.Person{Name: "u-ann", Role: casework.Analyst}
			_, err = d.Do(t.Context(), m.Case, ann, caseworktest.Start, casework.Event{Kind: casework.Commented, Text: "asked the bank"})
		}
		if err != nil {
			t.Fatal(err)
		}
		change(t, s, q)
		var got []string
		if _, err := casework.Verify(t.Context(), d.Policy, s, s, func(what string) { got = append(got, what) }); err != nil {
			t.Errorf("%s: %v", q, err)
		}
		if !strings.Contains(strings.Join(got, "\n"), want) {
			t.Errorf("%s: found %q; want %q", q, got, want)
		}
	}
}
