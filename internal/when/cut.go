package when

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
