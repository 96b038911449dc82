package activity

import (
	"strings"

	"github.com/cordon-engine/cordon/internal/fault"
	"github.com/cordon-engine/cordon/internal/text"
	"github.com/cordon-engine/cordon/internal/vocab"
)

// keys maps the keys of a file to facts: group, then field. Facts without a
// group stand in group "".
var keys = func() map[string]map[string]vocab.FactID {
	m := map[string]map[string]vocab.FactID{}
	for i := range vocab.Facts() {
		f := &vocab.Facts()[i]
		g := f.Group
		if f.Scope != vocab.OfActivity {
			g = f.Scope.String()
		}
		if m[g] == nil {
			m[g] = map[string]vocab.FactID{}
		}
		m[g][f.Key] = f.ID
	}
	return m
}()

// unknownKey is the error for a key that no group has.
func unknownKey(group, key string) *fault.Error {
	var known []string
	where := "an activity"
	if group == "" {
		known = append(known, "id", "kind", "date", "goods", "parties")
		for g := range keys {
			if g != "" {
				known = append(known, g)
			}
		}
	} else {
		where = group
	}
	for k := range keys[group] {
		known = append(known, k)
	}
	e := fault.New(fault.Invalid, "%s has no key %q", where, key)
	if near := text.NearestOf(key, known, 2); len(near) > 0 {
		return e.WithFix("did you mean %s?", strings.Join(near, " or "))
	}
	return e.WithFix("`cordon schema activity` lists the keys")
}

func isGoodsOrParties(key string) bool { return key == "goods" || key == "parties" }
