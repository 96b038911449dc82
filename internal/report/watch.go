package report

import (
	"cmp"
	"fmt"
	"strconv"
	"time"

	base "github.com/cordon-engine/cordon/internal/watched"
)

// WatchRefusalJSON is a row that was not taken on file.
type WatchRefusalJSON struct {
	Row    int    `json:"row"`
	Line   int    `json:"line"`
	Ref    string `json:"ref,omitempty"`
	Field  string `json:"field,omitempty"`
	Reason string `json:"reason"`
}

// WatchVersionJSON is a version of a base for programs.
type WatchVersionJSON struct {
	Base     string             `json:"base"`
	Version  int                `json:"version"`
	SHA256   string             `json:"sha256"`
	Recorded time.Time          `json:"recorded"`
	Rows     int                `json:"rows"`
	Kept     int                `json:"kept"`
	Refused  int                `json:"refused"`
	Added    int                `json:"added"`
	Changed  int                `json:"changed"`
	Same     int                `json:"same"`
	Gone     int                `json:"gone"`
	Refusals []WatchRefusalJSON `json:"refusals,omitempty"`
	// NotUsed are the columns that were read as no field, told when the file comes in.
	NotUsed []UnusedColumnJSON `json:"not_used,omitempty"`
}

// WatchVersion gives a version with what it refused.
func WatchVersion(v base.Version, refused []base.Refusal) WatchVersionJSON {
	out := WatchVersionJSON{
		Base: v.Base, Version: v.Number, SHA256: v.SHA256, Recorded: v.Recorded, Rows: v.Rows, Kept: v.Kept, Refused: v.Refused,
		Added: v.Added, Changed: v.Changed, Same: v.Same, Gone: v.Gone,
	}
	for _, r := range refused {
		out.Refusals = append(out.Refusals, WatchRefusalJSON(r))
	}
	return out
}

// WatchVersion prints a version: all that was refused, with its place, and the columns that were not read.
func (p *Printer) WatchVersion(v base.Version, refused []base.Refusal, unused []UnusedColumnJSON) error {
	p.Heading("%s@%d", v.Base, v.Number)
	p.Text("%s rows = %s customers on file + %s refused", Count(v.Rows), Count(v.Kept), Count(v.Refused))
	p.Text("%s new, %s changed, %s as before, %s gone", Count(v.Added), Count(v.Changed), Count(v.Same), Count(v.Gone))
	for _, r := range refused {
		p.Item("line %d refused: %s", r.Line, r.Reason)
	}
	if words := NotUsed(unused); words != "" {
		p.Text("%s", words)
	}
	return p.Err()
}

// WatchBaseJSON is a base as it stands.
type WatchBaseJSON struct {
	Base      string        `json:"base"`
	Version   int           `json:"version"`
	Customers int           `json:"customers"`
	Run       *WatchRunJSON `json:"run,omitempty"`
	Behind    string        `json:"behind,omitempty"`
}

// WatchBase gives a base; behind says why it is.
func WatchBase(versions []base.Version, runs []base.Run, behind string) WatchBaseJSON {
	v := versions[len(versions)-1]
	out := WatchBaseJSON{Base: v.Base, Version: v.Number, Customers: v.Kept, Behind: behind}
	if len(runs) > 0 {
		r := watchRun(&runs[len(runs)-1])
		out.Run = &r
	}
	return out
}

// WatchBases prints bases, one a paragraph.
func (p *Printer) WatchBases(list []WatchBaseJSON) error {
	for _, b := range list {
		p.Heading("%s@%d  %s customers", b.Base, b.Version, Count(b.Customers))
		if r := b.Run; r != nil {
			p.Text("run %d (%s) ended %s: %s match, %s possible, %s clear, %s not screened", r.Run, r.Kind, r.Ended.Format(time.RFC3339),
				Count(r.Match), Count(r.Possible), Count(r.Clear), Count(r.NotScreened))
		}
		if b.Behind != "" {
			p.Text("■ behind: %s", b.Behind)
		}
		p.Gap()
	}
	if len(list) == 0 {
		p.Text("No base is kept.")
	}
	return p.Err()
}

// WatchRunJSON is a run for programs.
type WatchRunJSON struct {
	Base        string             `json:"base"`
	Run         int                `json:"run,omitempty"`
	Kind        string             `json:"kind"`
	Version     int                `json:"version"`
	Lists       []WatchAgainstJSON `json:"lists"`
	Params      string             `json:"params"`
	AsOf        string             `json:"as_of"`
	Started     time.Time          `json:"started"`
	Ended       time.Time          `json:"ended"`
	Rows        int                `json:"rows"`
	Refused     int                `json:"refused"`
	Erased      int                `json:"erased,omitempty"`
	Customers   int                `json:"customers"`
	Screened    int                `json:"screened"`
	NotScreened int                `json:"not_screened"`
	Carried     int                `json:"carried"`
	Match       int                `json:"match"`
	Possible    int                `json:"possible"`
	Clear       int                `json:"clear"`
	// Suppressed is how many findings two persons found to be somebody else; match and possible have their customers all the same.
	Suppressed int    `json:"suppressed,omitempty"`
	Entries    int    `json:"entries,omitempty"`
	Result     string `json:"result"`
}

// WatchAgainstJSON is one list of a run.
type WatchAgainstJSON struct {
	Snapshot string `json:"snapshot"`
	Content  string `json:"content"`
	Subjects int    `json:"subjects"`
}

func watchRun(r *base.Run) WatchRunJSON {
	out := WatchRunJSON{
		Base: r.Base, Run: r.Number, Kind: string(r.Kind), Version: r.Version, Lists: []WatchAgainstJSON{}, Params: r.Params, AsOf: r.AsOf,
		Started: r.Started, Ended: r.Ended, Rows: r.Rows, Refused: r.Refused, Erased: r.Erased, Customers: r.Customers, Screened: r.Screened,
		NotScreened: r.NotScreened, Carried: r.Carried, Match: r.Match, Possible: r.Possible, Clear: r.Clear, Suppressed: r.Suppressed, Entries: r.Entries, Result: r.Result,
	}
	for _, a := range r.Lists {
		out.Lists = append(out.Lists, WatchAgainstJSON{a.String(), a.Content, a.Subjects})
	}
	return out
}

// WatchFindingJSON is a listed subject that a customer may be.
type WatchFindingJSON struct {
	List     string  `json:"list"`
	Subject  string  `json:"subject"`
	Listings string  `json:"listings,omitempty"`
	Tier     string  `json:"tier"`
	Outcome  string  `json:"outcome"`
	Score    float64 `json:"score"`
}

// WatchChangeJSON is one thing that is raised.
type WatchChangeJSON struct {
	Ref    string            `json:"ref"`
	What   string            `json:"what"`
	Old    *WatchFindingJSON `json:"old,omitempty"`
	New    *WatchFindingJSON `json:"new,omitempty"`
	Reason string            `json:"reason,omitempty"`
	// Suppressed names the case in which what is new was found false, where that holds.
	Suppressed *HitSuppressedJSON `json:"suppressed,omitempty"`
}

// WatchChanges gives what is raised, in its order.
func WatchChanges(list []base.Change) []WatchChangeJSON {
	out := []WatchChangeJSON{}
	for i := range list {
		out = append(out, WatchChange(&list[i]))
	}
	return out
}

// WatchChange gives one thing that is raised.
func WatchChange(c *base.Change) WatchChangeJSON {
	return WatchChangeJSON{Ref: c.Ref, What: c.What, Old: watchFinding(c.Old), New: watchFinding(c.New), Reason: c.Reason}
}

func watchFinding(f *base.Finding) *WatchFindingJSON {
	if f == nil {
		return nil
	}
	return &WatchFindingJSON{f.List, f.Subject, f.Listings, string(f.Tier), string(f.Outcome), Score(f.Score)}
}

// WatchResultJSON is a run with what it raised.
type WatchResultJSON struct {
	Run     WatchRunJSON      `json:"run"`
	Changes []WatchChangeJSON `json:"changes"`
}

// WatchResult gives a run with what it raised.
func WatchResult(r *base.Run, list []WatchChangeJSON) WatchResultJSON {
	return WatchResultJSON{watchRun(r), list}
}

// WatchResult prints a run with what it raised, one change a line.
func (p *Printer) WatchResult(r *base.Run, list []WatchChangeJSON) error {
	p.Heading("%s@%d: %s customers, %s match, %s possible, %s clear, %s not screened", r.Base, r.Version, Count(r.Customers),
		Count(r.Match), Count(r.Possible), Count(r.Clear), Count(r.NotScreened))
	suppressed := 0
	for _, c := range list {
		words := watchWords(c)
		if s := c.Suppressed; s != nil {
			suppressed++
			words += fmt.Sprintf("; suppressed until %s by the case %s", s.Until.Format(time.RFC3339), s.Case)
		}
		p.Item("%s", words)
	}
	if suppressed > 0 || r.Suppressed > 0 {
		p.Text("%s of these suppressed, %s of all that stand.", Count(suppressed), Count(r.Suppressed))
	}
	if len(list) == 0 {
		p.Text("Nothing changed.")
	}
	return p.Err()
}

func watchWords(c WatchChangeJSON) string {
	switch {
	case c.Old != nil && c.New != nil:
		return fmt.Sprintf("%s changed: %s was %s (%s), is %s (%s)", c.Ref, c.New.Subject, c.Old.Tier, c.Old.Outcome, c.New.Tier, c.New.Outcome)
	case c.New != nil:
		return fmt.Sprintf("%s new: %s, %s (%s, %.2f)", c.Ref, c.New.Subject, c.New.Tier, c.New.Outcome, c.New.Score)
	case c.Old != nil:
		return fmt.Sprintf("%s gone: %s was %s (%s)", c.Ref, c.Old.Subject, c.Old.Tier, c.Old.Outcome)
	case c.Reason != "":
		return fmt.Sprintf("%s cannot be screened any more: %s", c.Ref, c.Reason)
	}
	return c.Ref + " can be screened again"
}

// WatchColumns are those of a table of what is raised.
var WatchColumns = []string{
	"ref", "what", "list", "subject", "old_listings", "new_listings", "old_tier", "new_tier", "old_outcome", "new_outcome", "score", "reason",
}

// WatchCells gives the row of a change.
func WatchCells(c WatchChangeJSON) []string {
	old, now := cmp.Or(c.Old, &WatchFindingJSON{}), cmp.Or(c.New, &WatchFindingJSON{})
	score := ""
	if c.New != nil {
		score = strconv.FormatFloat(now.Score, 'f', -1, 64)
	}
	return []string{
		c.Ref, c.What, cmp.Or(now.List, old.List), cmp.Or(now.Subject, old.Subject), old.Listings, now.Listings, old.Tier, now.Tier,
		old.Outcome, now.Outcome, score, c.Reason,
	}
}

// WatchRun gives a run for programs.
func WatchRun(r *base.Run) WatchRunJSON { return watchRun(r) }

// WatchJobJSON is a run or a look back under way, or over.
type WatchJobJSON struct {
	ID   string `json:"id"`
	Base string `json:"base"`
	Kind string `json:"kind" doc:"full, delta or lookback"`
	// State is waiting, running, done or failed.
	State string `json:"state" doc:"waiting, running, done or failed"`
	Doing string `json:"doing,omitempty" doc:"what it does at the moment"`
	Done  int    `json:"done" doc:"how many customers of that are done"`
	Error string `json:"error,omitempty" doc:"why it failed"`
	// Started and Ended are when.
	Started time.Time        `json:"started"`
	Ended   *time.Time       `json:"ended,omitempty"`
	Result  *WatchResultJSON `json:"result,omitempty" doc:"what a run raised, or what a look back found"`
}
