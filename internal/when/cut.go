package when

import (
	"cmp"
	"slices"
)

// Cut gives the calendar pieces of a period, each of so many months counted from January: 12 for years, 3 for quarters. The
// first and the last are cut off where the period begins and ends. 0 months give the period itself.
func (p Period) Cut(months int) []Period {
	if months <= 0 {
		return []Period{p}
	}
	var out []Period
	y, m, _ := p.From.Civil()
	for start := (m - 1) / months * months; ; start += months {
		from, next := Date(y+start/12, start%12+1, 1), Date(y+(start+months)/12, (start+months)%12+1, 1)
		if from > p.To {
			return out
		}
		out = append(out, Period{max(from, p.From), min(next-1, p.To)})
	}
}

// Merge joins periods that touch or overlap, and gives what is left in order.
func Merge(ps []Period) []Period {
	ps = slices.Clone(ps)
	slices.SortFunc(ps, func(a, b Period) int { return cmp.Or(cmp.Compare(a.From, b.From), cmp.Compare(a.To, b.To)) })
	var out []Period
	for _, p := range ps {
		if n := len(out); n > 0 && p.From <= out[n-1].To+1 {
			out[n-1].To = max(out[n-1].To, p.To)
		} else {
			out = append(out, p)
		}
	}
	return out
}

// Without gives the days of a period that lie in none of others, which are as [Merge] gives them.
func (p Period) Without(merged []Period) []Period {
	var out []Period
	from := p.From
	for _, m := range merged {
		if m.To < p.From {
			continue
		}
		if m.From > p.To {
			break
		}
		if m.From > from {
			out = append(out, Period{from, m.From - 1})
		}
		from = max(from, m.To+1)
	}
	if from <= p.To {
		out = append(out, Period{from, p.To})
	}
	return out
}
