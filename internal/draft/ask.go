package draft

import (
	"slices"
	"strconv"
	"strings"

	"github.com/cordon-engine/cordon/internal/fault"
	"github.com/cordon-engine/cordon/internal/when"
)

// The shares that are taken where none are given.
const (
	UsualEnforcement  = "0.5..0.9"
	UsualSubstitution = "0..0.3"
)

// Ask is what a study is asked, in the words of people.
type Ask struct {
	BaseYears []int
	// Period chooses activities and claims; AsIf judges them as if done when the draft applies.
	Period string
	AsIf   bool
	// Enforcement and Substitution are shares or ranges, as "0.8" or "0.5..0.9"; the usual ones where empty.
	Enforcement, Substitution string
}

// Question reads what is asked. What cannot be read is an error at its field.
func (a Ask) Question() (Question, error) {
	q := Question{Years: slices.Clone(a.BaseYears), AsIf: a.AsIf}
	var err error
	if q.Inputs.Enforcement, err = parseShares("enforcement", a.Enforcement, UsualEnforcement); err != nil {
		return q, err
	}
	if q.Inputs.Substitution, err = parseShares("substitution", a.Substitution, UsualSubstitution); err != nil {
		return q, err
	}
	if a.Period != "" {
		p, err := when.Parse(a.Period)
		if err != nil {
			return q, fault.In(fault.Place{Field: "period"}, err)
		}
		q.Period = &p
	}
	slices.Sort(q.Years)
	slices.Reverse(q.Years)
	q.Years = slices.Compact(q.Years)
	return q, q.Inputs.Check()
}

// parseShares reads "0.8" and "0.5..0.9".
func parseShares(field, s, usual string) ([2]float64, error) {
	if s == "" {
		s = usual
	}
	low, high, both := strings.Cut(s, "..")
	if !both {
		high = low
	}
	a, err1 := strconv.ParseFloat(strings.TrimSpace(low), 64)
	b, err2 := strconv.ParseFloat(strings.TrimSpace(high), 64)
	if err1 != nil || err2 != nil {
		return [2]float64{}, fault.New(fault.Usage, "%q is no share", s).At(fault.Place{Field: field}).WithFix("write 0.8, or a range as 0.5..0.9")
	}
	return [2]float64{a, b}, nil
}
