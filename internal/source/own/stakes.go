package own

import (
	"strconv"
	"strings"

	"github.com/cordon-engine/cordon/internal/fault"
	"github.com/cordon-engine/cordon/internal/subject"
)

// Columns of statements of ownership and control. A cell may hold several values
// with the separator of the mapping between them; the first of each column belong
// together, and so on. So empty values count here, and a column that has more or
// fewer than there are owners refuses the row.
const (
	ownerID     = "ownerId"     // the ID of the owner: un:KPe.001, or the id of a row of this list
	ownerShare  = "ownerShare"  // per cent: 50, 50%, 25-49.9, >50, >=50, <25; empty where it is not known
	ownerKind   = "ownerKind"   // ownership, or control; ownership unless given
	ownerSince  = "ownerSince"  // the first day
	ownerUntil  = "ownerUntil"  // the last day
	ownerSource = "ownerSource" // where it is stated
)

// stakeColumns are the properties that lie side by side.
var stakeColumns = []string{ownerID, ownerShare, ownerKind, ownerSince, ownerUntil, ownerSource}

// stakes makes the relations that a row states.
func (p *parser) stakes(values map[string][]string) ([]subject.Relation, error) {
	owners := values[ownerID]
	for _, c := range stakeColumns {
		if n := len(values[c]); n > 0 && n != len(owners) {
			return nil, fault.New(fault.Invalid, "%d values of %s stand beside %d owners", n, c, len(owners)).
				WithFix("write one value for each owner, empty where it is not known")
		}
	}
	var out []subject.Relation
	for i, owner := range owners {
		value := func(c string) string {
			if i < len(values[c]) {
				return values[c][i]
			}
			return ""
		}
		if owner == "" {
			return nil, fault.New(fault.Invalid, "the owner number %d has no id", i+1)
		}
		r, err := stake(value)
		if err != nil {
			return nil, err
		}
		if r.From = owner; !strings.Contains(owner, ":") {
			r.From = p.in.List + ":" + owner
		}
		out = append(out, r)
	}
	return out, nil
}

// stake reads one statement, but for its two parties.
func stake(value func(string) string) (r subject.Relation, err error) {
	r.Role = value(ownerSource)
	share := value(ownerShare)
	switch kind := value(ownerKind); kind {
	case "", "ownership":
		r.Kind = "Ownership"
		if share != "" {
			r.ShareLow, r.ShareHigh, err = readShare(share)
		}
	case "control":
		r.Kind = "Control"
		if share != "" {
			err = fault.New(fault.Invalid, "control has no share").WithFix("state the share as an ownership of its own, beside the control")
		}
	default:
		err = fault.New(fault.Invalid, "%q is no kind of statement", kind).WithFix("it is ownership or control")
	}
	for property, to := range map[string]*subject.Date{ownerSince: &r.Since, ownerUntil: &r.Until} {
		if v := value(property); v != "" && err == nil {
			*to, err = readDate(v)
		}
	}
	if err == nil && r.Since.Known && r.Until.Known && r.Until.Period.To < r.Since.Period.From {
		err = fault.New(fault.Invalid, "the statement ends before it begins")
	}
	return r, err
}

// readShare reads a share in per cent as the least and the most it may be. What
// is "more than 50" is told from 50 by a thousandth of a per cent, the smallest
// step that the index keeps.
func readShare(s string) (low, high float64, err error) {
	const step = .001
	s = strings.TrimSpace(strings.ReplaceAll(s, "%", ""))
	part := func(text string) (v float64) {
		text = strings.TrimSpace(text)
		v, e := strconv.ParseFloat(text, 64)
		if e != nil || v < 0 || v > 100 || strings.ContainsAny(text, "eExXnN_+-") {
			err = fault.New(fault.Invalid, "%q is not a share in per cent", s).WithFix("write 50, 25-49.9, >50, >=50, <25 or <=25, from 0 to 100")
		}
		return v
	}
	switch from, to, isRange := strings.Cut(strings.ReplaceAll(s, "–", "-"), "-"); {
	case isRange:
		low, high = part(from), part(to)
	case strings.HasPrefix(s, ">="):
		low, high = part(s[2:]), 100
	case strings.HasPrefix(s, ">"):
		low, high = part(s[1:])+step, 100
	case strings.HasPrefix(s, "<="):
		high = part(s[2:])
	case strings.HasPrefix(s, "<"):
		high = part(s[1:]) - step
	default:
		low = part(s)
		high = low
	}
	switch {
	case err != nil:
	case low > high || low < 0 || high > 100:
		err = fault.New(fault.Invalid, "no share is in %q", s)
	case high == 0:
		err = fault.New(fault.Invalid, "a share of nothing is no ownership").WithFix("leave the owner out, or state control")
	}
	return low, high, err
}
