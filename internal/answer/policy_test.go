package answer_test

import (
	"testing"
	"time"

	"github.com/cordon-engine/cordon/internal/answer"
	"github.com/cordon-engine/cordon/internal/ledger"
)

func TestPolicy(t *testing.T) {
	p, err := answer.ReadPolicy("retention.yaml", []byte("default: 5\nregimes:\n  un-x: 7\nlists:\n  ofac-sdn: 10\n  small: 1\n"))
	if err != nil {
		t.Fatal(err)
	}
	at := time.Date(2020, 2, 29, 12, 0, 0, 0, time.UTC)
	held := []answer.Note{{Kind: ledger.Hold}}
	released := append(held[:1:1], answer.Note{Kind: ledger.Release})
	for _, c := range []struct {
		name  string
		under []string
		notes []answer.Note
		years int
		now   time.Time
		due   bool
	}{
		{"nothing named", []string{"eu-y"}, nil, 5, at.AddDate(5, 0, -1), false},
		{"its time is over", []string{"eu-y"}, nil, 5, at.AddDate(5, 0, 0), true},
		{"no regime at all", nil, nil, 5, at.AddDate(6, 0, 0), true},
		{"a regime", []string{"un-x"}, nil, 7, at.AddDate(6, 0, 0), false},
		{"the longest counts", []string{"list:ofac-sdn", "un-x"}, nil, 10, at.AddDate(9, 0, 0), false},
		{"shorter than others", []string{"list:small"}, nil, 1, at.AddDate(1, 0, 1), true},
		{"a short one beside one that is not named", []string{"eu-y", "list:small"}, nil, 5, at.AddDate(2, 0, 0), false},
		{"a list is no regime", []string{"ofac-sdn"}, nil, 5, at.AddDate(6, 0, 0), true},
		{"held", []string{"list:small"}, held, 1, at.AddDate(50, 0, 0), false},
		{"released", []string{"list:small"}, released, 1, at.AddDate(50, 0, 0), true},
	} {
		r := answer.Record{Kept: answer.Kept{Time: at, Under: c.under}, Notes: c.notes}
		if got := p.Years(&r.Kept); got != c.years {
			t.Errorf("%s: %d years, not %d", c.name, got, c.years)
		}
		if got := p.Due(&r, c.now); got != c.due {
			t.Errorf("%s: due is %v", c.name, got)
		}
		if r.Erased = true; p.Due(&r, c.now) {
			t.Errorf("%s: what is erased is due", c.name)
		}
	}
	for _, bad := range []string{
		"", "{}", "regimes: {un-x: 5}", "default: 0", "default: 5.5", "default: 500", "default: five", "default: 5\nlist: {x: 1}",
		"default: 5\nlists: [x]", "default: 5\nlists: {X Y: 1}", "default: 5\nregimes: {un-x: -1}", "default: 5\n---\ndefault: 6",
	} {
		if _, err := answer.ReadPolicy("x", []byte(bad)); err == nil {
			t.Errorf("%q is a policy", bad)
		}
	}
}

func TestDiffer(t *testing.T) {
	for _, c := range []struct {
		kept, now string
		want      []answer.Difference
	}{
		{`{"a":1}`, `{"a":1}`, nil},
		{`{"a":1,"b":[1,2]}`, `{"a":2,"b":[1,3,4]}`, []answer.Difference{{"a", "1", "2"}, {"b[1]", "2", "3"}, {"b[2]", "", "4"}}},
		{`{"a":{"x":"y","z":null}}`, `{"a":{"x":[]}}`, []answer.Difference{{"a.x", `"y"`, "[]"}, {"a.z", "null", ""}}},
		{`{"a":1.0}`, `{"a":1.00}`, []answer.Difference{{"a", "1.0", "1.00"}}},
		{"{\"a\":1}\n", `{"a":1}`, []answer.Difference{{"byte 7", "\n", ""}}},
		{`{"a":1,"b":2}`, `{"b":2,"a":1}`, []answer.Difference{{"byte 2", `a":1,"b":2}`, `b":2,"a":1}`}}},
		{"not json", "not jsam", []answer.Difference{{"byte 6", "on", "am"}}},
	} {
		got := answer.Differ([]byte(c.kept), []byte(c.now))
		if len(got) != len(c.want) {
			t.Errorf("%s %s: %+v", c.kept, c.now, got)
			continue
		}
		for i := range got {
			if got[i] != c.want[i] {
				t.Errorf("%s %s: %+v, not %+v", c.kept, c.now, got[i], c.want[i])
			}
		}
	}
}
