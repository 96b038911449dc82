package casework

import "time"

// Quiet are the suppressions of a desk, for whoever screens: which hits two persons
// found false on just these facts.
type Quiet struct {
	by   map[string][]Quieted
	most int
}

// Quieted is one suppression, bound to both sides by their fingerprints.
type Quieted struct {
	Case, Subject, Listing     string
	SubjectPrint, ListingPrint string
	Until                      time.Time
}

// QuietOf gathers the suppressions of cases that have one.
func QuietOf(cases []Case) *Quiet {
	q := &Quiet{by: map[string][]Quieted{}}
	for i := range cases {
		s := cases[i].Suppression
		if s == nil {
			continue
		}
		list := append(q.by[s.Subject], Quieted{cases[i].ID, s.Subject, s.Listing, s.SubjectPrint, s.ListingPrint, s.Until})
		q.by[s.Subject] = list
		q.most = max(q.most, len(list))
	}
	return q
}

// Most is how many suppressions a subject has at most: so many hits more must be asked
// for, that none of them uses up a limit. It is 0 for a nil Quiet.
func (q *Quiet) Most() int {
	if q == nil {
		return 0
	}
	return q.most
}

// Has says whether anything is suppressed of a subject, whatever it says.
func (q *Quiet) Has(subject string) bool { return q != nil && q.by[subject] != nil }

// Of gives the suppressions of a subject that says just what it said when they were
// made, and that have not ended. Whether the listing does too is for the caller to
// compare.
func (q *Quiet) Of(ours *Side, now time.Time) (out []Quieted) {
	if q.Most() == 0 || q.by[ours.Ref] == nil {
		return nil
	}
	print := ours.Print()
	for _, x := range q.by[ours.Ref] {
		if x.SubjectPrint == print && now.Before(x.Until) {
			out = append(out, x)
		}
	}
	return out
}
