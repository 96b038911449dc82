package web

import (
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/cordon-engine/cordon/internal/casework"
	"github.com/cordon-engine/cordon/internal/fault"
	"github.com/cordon-engine/cordon/internal/report"
	"github.com/cordon-engine/cordon/internal/ruling"
	"github.com/cordon-engine/cordon/internal/screening"
)

// queueAtOnce is how many cases one page of the queue shows.
const queueAtOnce = 50

// queueStates are the views of the queue in their order; each case is in "all", and in one more at least.
var queueStates = []struct {
	Value, Label string
	Is           func(w *working, c *casework.Case) bool
}{
	{"open", "Open", func(_ *working, c *casework.Case) bool { return c.Closed == nil }},
	{"mine", "Mine", func(w *working, c *casework.Case) bool { return c.Closed == nil && c.Assigned == w.By.Name }},
	{"unassigned", "Nobody’s", func(_ *working, c *casework.Case) bool { return c.Closed == nil && c.Assigned == "" }},
	{"to-confirm", "To confirm", func(_ *working, c *casework.Case) bool { return c.Proposal != nil }},
	{"escalated", "Escalated", func(_ *working, c *casework.Case) bool { return c.Closed == nil && c.Escalated }},
	{"asked", "Waiting for an answer", func(_ *working, c *casework.Case) bool { return c.Closed == nil && c.Asked }},
	{"overdue", "Overdue", func(w *working, c *casework.Case) bool { return overdue(c, w.Now) }},
	{"owed", "Report owed", func(_ *working, c *casework.Case) bool { return reportOwed(c) }},
	{"suppressed", "Suppressed", func(w *working, c *casework.Case) bool { return suppressed(c, w.Now) }},
	{"closed", "Closed", func(w *working, c *casework.Case) bool { return c.Closed != nil && !suppressed(c, w.Now) }},
	{"all", "All", func(*working, *casework.Case) bool { return true }},
}

func suppressed(c *casework.Case, now time.Time) bool { return c.Suppression.Holds(&c.Alert, now) }

// nextDue gives the deadline that comes next; nil for none that is owed.
func nextDue(c *casework.Case) *casework.Deadline {
	var next *casework.Deadline
	for i := range c.Deadlines {
		if d := &c.Deadlines[i]; c.Owed(d) && (next == nil || d.Due.Before(next.Due)) {
			next = d
		}
	}
	return next
}

// overdue says whether something is owed of a case whose time is over; of a closed one a report may be.
func overdue(c *casework.Case, now time.Time) bool { return c.Overdue(now) }

// reportOwed says whether a report to an authority is owed of a case, or nobody said yet which is.
func reportOwed(c *casework.Case) bool {
	return c.ReportUnsaid() || slices.ContainsFunc(c.Deadlines, func(d casework.Deadline) bool { return d.Duty != "" && c.Owed(&d) })
}

// queueTab is one view of the queue with how many are in it.
type queueTab struct {
	Label, Address string
	Count          int
	Now            bool
}

// queueRow is a case in a list.
type queueRow struct {
	*casework.Case
	Stood    string
	Tier     string
	Priority string
	Due      *casework.Deadline
	Overdue  bool
}

type queuePage struct {
	*working
	Query         map[string]string
	Views         []queueTab
	Tiers         []option
	Rows          []queueRow
	In, Of, Found int
	// Hidden counts those that the view leaves out, by what they are.
	Hidden        []queueTab
	Earlier, Next string
	JSON          string
	Oldest        string
}

var queueParameters = []string{"state", "tier", "q"}

func (s *Site) workQueue(w *working) (*answer, error) {
	if err := known(w.r, append(queueParameters, "from", "format")...); err != nil {
		return nil, err
	}
	if w.Cases == nil {
		return nil, missingPart("cases")
	}
	page := &queuePage{working: w, Query: map[string]string{}, JSON: addParameter(w.r.URL, "format", "json")}
	for _, n := range queueParameters {
		page.Query[n] = strings.TrimSpace(w.r.URL.Query().Get(n))
	}
	if page.Query["state"] == "" {
		page.Query["state"] = "open"
	}
	all, err := w.Cases.Cases(w.ctx())
	if err != nil {
		return nil, err
	}
	list, err := page.pick(all)
	if err != nil {
		return nil, err
	}
	if w.r.URL.Query().Get("format") == "json" {
		return asJSON(page.forPrograms(list))
	}
	return w.page("workqueue", "Work", page), page.leaf(list)
}

// pick chooses the cases of the view, in the order in which they are to be taken, and counts all others.
func (p *queuePage) pick(all []casework.Case) ([]*casework.Case, error) {
	state := slices.IndexFunc(queueStates, func(x struct {
		Value, Label string
		Is           func(*working, *casework.Case) bool
	},
	) bool {
		return x.Value == p.Query["state"]
	})
	if state < 0 {
		return nil, fault.New(fault.Usage, "the queue has no view %q", p.Query["state"]).WithFix("choose one of those above the list")
	}
	if t := p.Query["tier"]; t != "" && tiers[screening.Tier(t)] == "" {
		return nil, fault.New(fault.Usage, "%q is no tier", t).WithFix("choose one of the list")
	}
	casework.Sort(all)
	words := strings.Fields(strings.ToLower(p.Query["q"]))
	for _, st := range queueStates {
		p.Views = append(p.Views, queueTab{Label: st.Label, Address: p.address("state", st.Value), Now: st.Value == p.Query["state"]})
	}
	var out []*casework.Case
	tierCount := map[string]int{}
	left := map[string]int{}
	for i := range all {
		c := &all[i]
		for j, st := range queueStates {
			if st.Is(p.working, c) {
				p.Views[j].Count++
			}
		}
		if !queueStates[state].Is(p.working, c) {
			left[leftOut(c, p.Now)]++
			continue
		}
		p.In++
		tierCount[c.Alert.Tier]++
		if t := p.Query["tier"]; t != "" && c.Alert.Tier != t || !holds(caseWords(c), words) {
			continue
		}
		out = append(out, c)
	}
	p.Of, p.Found = len(all), len(out)
	for _, word := range []string{"open", "closed", "suppressed"} {
		if left[word] > 0 {
			p.Hidden = append(p.Hidden, queueTab{Label: word, Address: p.address("state", word), Count: left[word]})
		}
	}
	for t := range tierCount {
		p.Tiers = append(p.Tiers, option{Value: t, Label: capital(report.TierWords[screening.Tier(t)]), Chosen: t == p.Query["tier"]})
	}
	slices.SortFunc(p.Tiers, func(a, b option) int { return strings.Compare(a.Label, b.Label) })
	return out, nil
}

// leftOut says in which of the other lists a case is found.
func leftOut(c *casework.Case, now time.Time) string {
	switch {
	case c.Closed == nil:
		return "open"
	case suppressed(c, now):
		return "suppressed"
	}
	return "closed"
}

func caseWords(c *casework.Case) string {
	a := &c.Alert
	return strings.ToLower(c.ID + " " + a.Subject.Ref + " " + a.Subject.Name + " " + a.Listing.Ref + " " + a.Listing.Name)
}

// address is that of the queue with one parameter set otherwise.
func (p *queuePage) address(name, value string) string {
	q := url.Values{}
	for k, v := range p.Query {
		if k == name {
			v = value
		}
		if v != "" && (k != "state" || v != "open") {
			q.Set(k, v)
		}
	}
	if len(q) == 0 {
		return "/work"
	}
	return "/work?" + q.Encode()
}

// leaf makes the rows of one page, which begins with the case that the address names.
func (p *queuePage) leaf(list []*casework.Case) error {
	oldest := time.Time{}
	for _, c := range list {
		if c.Closed == nil && (oldest.IsZero() || c.Raised.Before(oldest)) {
			oldest = c.Raised
		}
	}
	if !oldest.IsZero() {
		p.Oldest = p.Old(oldest)
	}
	at := 0
	if from := p.r.URL.Query().Get("from"); from != "" {
		if at = slices.IndexFunc(list, func(c *casework.Case) bool { return c.ID == from }); at < 0 {
			return fault.New(fault.NotFound, "the case %q is not in this list any more", from).WithFix("begin at the top of the list")
		}
	}
	if at > 0 {
		before := ""
		if at > queueAtOnce {
			before = list[at-queueAtOnce].ID
		}
		p.Earlier = addParameter(p.r.URL, "from", before)
	}
	end := min(len(list), at+queueAtOnce)
	if end < len(list) {
		p.Next = addParameter(p.r.URL, "from", list[end].ID)
	}
	for _, c := range list[at:end] {
		p.Rows = append(p.Rows, p.row(c))
	}
	return nil
}

func (w *working) row(c *casework.Case) queueRow {
	return queueRow{
		Case: c, Stood: w.stands(c), Tier: tierWord(c.Alert.Tier), Priority: figureOf(c.Alert.Priority()), Due: nextDue(c), Overdue: overdue(c, w.Now),
	}
}

// stands says where a case stands now, in a word.
func (w *working) stands(c *casework.Case) string {
	if suppressed(c, w.Now) {
		return "suppressed"
	}
	return c.State()
}

// standSign gives the verdict whose shape stands for where a case stands; the word is always beside it.
func standSign(state string) ruling.Verdict {
	switch state {
	case "closed true":
		return ruling.Prohibited
	case "escalated":
		return ruling.OverCap
	case "to confirm":
		return ruling.NeedsApproval
	case "asked":
		return ruling.Incomplete
	case "closed false":
		return ruling.Permitted
	case "suppressed", "contradicted":
		return ruling.Exempt
	}
	return ruling.Reportable
}

// standWord writes where a case stands for people.
func standWord(state string) string {
	switch state {
	case "closed true":
		return "True match"
	case "closed false":
		return "False match"
	case "asked":
		return "Waiting for an answer"
	case "contradicted":
		return "Closed by hard facts"
	}
	return capital(state)
}

// tierWord gives the tier of pages for that of an alert.
func tierWord(tier string) string {
	if t, ok := tiers[screening.Tier(tier)]; ok {
		return t
	}
	return tier
}

// queueCase is a case in the queue, for programs.
type queueCase struct {
	ID       string    `json:"id"`
	State    string    `json:"state"`
	Subject  string    `json:"subject"`
	Name     string    `json:"name"`
	Listing  string    `json:"listing"`
	Listed   string    `json:"listed"`
	Tier     string    `json:"tier"`
	Score    float64   `json:"score"`
	Stake    float64   `json:"stake"`
	Priority float64   `json:"priority"`
	Raised   time.Time `json:"raised"`
	Due      time.Time `json:"due,omitzero"`
	Assigned string    `json:"assigned,omitempty"`
}

type queueJSON struct {
	State string      `json:"state"`
	Found int         `json:"found"`
	Of    int         `json:"of"`
	Cases []queueCase `json:"cases"`
}

func (p *queuePage) forPrograms(list []*casework.Case) queueJSON {
	out := queueJSON{State: p.Query["state"], Found: p.Found, Of: p.Of, Cases: []queueCase{}}
	for _, c := range list {
		a := &c.Alert
		x := queueCase{
			ID: c.ID, State: p.stands(c), Subject: a.Subject.Ref, Name: a.Subject.Name, Listing: a.Listing.Ref, Listed: a.Listing.Name, Tier: a.Tier,
			Score: a.Score, Stake: a.Stake, Priority: a.Priority(), Raised: c.Raised, Assigned: c.Assigned,
		}
		if d := nextDue(c); d != nil {
			x.Due = d.Due
		}
		out.Cases = append(out.Cases, x)
	}
	return out
}

// suppressionsPage shows what is not raised, and what was raised again.
type suppressionsPage struct {
	*working
	Holding, Ended []suppressionRow
	Again          []againRow
	// Counted is true where customers on file tell how often a suppressed hit came up.
	Counted bool
}

type suppressionRow struct {
	*casework.Case
	*casework.Suppression
	// Hits of Runs are those runs over customers since it began in which it was hit; Hits is -1 where none was.
	Hits, Runs int
	// Why it does not hold any more.
	Why string
}

// LastDay is the last day on which a hit is not raised.
func (r suppressionRow) LastDay() string { return dayOf(r.Until.Add(-time.Second)) }

type againRow struct {
	*casework.Case
	At  time.Time
	By  string
	Why string
}

func (s *Site) suppressions(w *working) (*answer, error) {
	if err := known(w.r); err != nil {
		return nil, err
	}
	if w.Cases == nil {
		return nil, missingPart("cases")
	}
	page := &suppressionsPage{working: w, Counted: w.Bases != nil}
	tally, err := w.tally()
	if err != nil {
		return nil, err
	}
	for kept, err := range w.Cases.Store.All(w.ctx()) {
		if err == nil {
			err = page.add(casework.Events(kept), tally)
		}
		if err != nil {
			return nil, err
		}
	}
	slices.SortStableFunc(page.Holding, func(a, b suppressionRow) int { return a.Until.Compare(b.Until) })
	slices.SortStableFunc(page.Ended, func(a, b suppressionRow) int { return b.Until.Compare(a.Until) })
	slices.SortStableFunc(page.Again, func(a, b againRow) int { return b.At.Compare(a.At) })
	return w.page("worksuppressions", "Suppressed and opened again", page), nil
}

// add takes a case, following what was decided about further hits through its events.
func (p *suppressionsPage) add(events []casework.Event, tally hitTally) error {
	c := new(casework.Case)
	var had *casework.Suppression
	for i := range events {
		e := &events[i]
		if err := c.Apply(p.Cases.Policy, *e); err != nil {
			return err
		}
		if had != nil && c.Suppression == nil {
			p.Ended = append(p.Ended, suppressionRow{Case: c, Suppression: had, Hits: -1, Why: string(e.Kind) + " on " + dayOf(e.Time) + ": " + e.Text})
		}
		had = c.Suppression
		if e.Kind == casework.Reopened || e.Kind == casework.Changed {
			p.Again = append(p.Again, againRow{c, e.Time, e.Person, againWords(e)})
		}
	}
	if had == nil {
		return nil
	}
	row := suppressionRow{Case: c, Suppression: had}
	row.Hits, row.Runs = tally.since(had.Subject, had.Listing, had.From)
	if suppressed(c, p.Now) {
		p.Holding = append(p.Holding, row)
		return nil
	}
	row.Why = "it ended on " + row.LastDay() + "; the next hit opens the case again"
	p.Ended = append(p.Ended, row)
	return nil
}

func againWords(e *casework.Event) string {
	if e.Text != "" {
		return e.Text
	}
	return "a side says something else than before"
}

// hitTally tells in which runs over customers on file a listed subject was met for a customer.
type hitTally map[[2]string][]hitRun

type hitRun struct {
	at  time.Time
	hit bool
}

// tally goes through the runs of all bases. Who is on no base has none.
func (w *working) tally() (hitTally, error) {
	out := hitTally{}
	if w.Bases == nil {
		return out, nil
	}
	bases, err := w.Bases.Bases(w.ctx())
	if err != nil {
		return nil, err
	}
	for _, b := range bases {
		runs, err := w.Bases.Runs(w.ctx(), b)
		if err != nil {
			return nil, err
		}
		for _, r := range runs {
			states, err := w.Bases.States(w.ctx(), b, r.Number)
			if err != nil {
				return nil, err
			}
			for _, st := range states {
				for _, f := range st.Findings {
					pair := [2]string{st.Ref, f.Subject}
					out[pair] = append(out[pair], hitRun{r.Ended, true})
				}
			}
			out[[2]string{}] = append(out[[2]string{}], hitRun{r.Ended, false})
		}
	}
	return out, nil
}

// since counts the runs after a time, and those of them that met the pair.
func (t hitTally) since(subject, listing string, from time.Time) (hits, runs int) {
	for _, r := range t[[2]string{}] {
		if r.at.After(from) {
			runs++
		}
	}
	for _, r := range t[[2]string{subject, listing}] {
		if r.at.After(from) {
			hits++
		}
	}
	return hits, runs
}
