package ftmodel

import (
	"testing"
)

func TestModel(t *testing.T) {
	m := Load()
	if len(m.Names()) != 71 {
		t.Fatalf("%d schemas", len(m.Names()))
	}
	for _, n := range m.Names() {
		s := m.Schema(n)
		if s.Label == "" || s.Plural == "" {
			t.Errorf("%s has no label", n)
		}
		if (s.Source == "") != (s.Target == "") || s.Source != "" && (s.Property(s.Source).Type != "entity" || s.Property(s.Target).Type != "entity") {
			t.Errorf("%s: ends %q and %q", n, s.Source, s.Target)
		}
		for _, p := range s.Properties() {
			if p.Type == "" || p.Label == "" || (p.Type == "entity") != (p.Range != "") || p.Range != "" && m.Schema(p.Range) == nil {
				t.Errorf("%s.%s: %+v", n, p.Name, p)
			}
		}
		for _, f := range s.Featured {
			if s.Property(f) == nil {
				t.Errorf("%s features %s, which it has not", n, f)
			}
		}
	}
}

func TestInheritance(t *testing.T) {
	m := Load()
	c := m.Schema("Company")
	if !c.Is("Thing") || !c.Is("Asset") || c.Is("Person") || c.Property("name").Schema != "Thing" || c.Property("jurisdiction") == nil {
		t.Errorf("Company: %+v", c)
	}
	if o := m.Schema("Ownership"); o.Source != "owner" || o.Target != "asset" || o.Property("owner").Reverse != "ownershipOwner" || o.Property("startDate") == nil {
		t.Errorf("Ownership: %+v", o)
	}
	if !m.HasReverse("paymentPayer") || m.HasReverse("address") {
		t.Error("reverse properties")
	}
}

func TestMatches(t *testing.T) {
	m := Load()
	tests := []struct {
		a, b string
		want bool
	}{
		{"Person", "Person", true},
		{"Person", "LegalEntity", true},
		{"LegalEntity", "Person", true},
		{"Company", "Person", false},
		{"Company", "PublicBody", false},
		{"Vessel", "Airplane", false},
		{"Ownership", "Ownership", false},
		{"Thing", "Person", false}, // it is not matchable itself
		{"Banana", "Person", false},
	}
	for _, x := range tests {
		if m.Matches(x.a, x.b) != x.want {
			t.Errorf("%s, %s: %v", x.a, x.b, !x.want)
		}
	}
}

func TestTopics(t *testing.T) {
	m := Load()
	if m.Topic("sanction").Label == "" || m.Topic("banana") != nil {
		t.Error("topics")
	}
	if !m.IsRisk([]string{"gov", "sanction"}) || m.IsRisk([]string{"gov"}) || m.IsRisk(nil) {
		t.Error("risks")
	}
}
