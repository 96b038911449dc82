package report

import (
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/cordon-engine/cordon/internal/load"
	"github.com/cordon-engine/cordon/internal/publication"
	"github.com/cordon-engine/cordon/internal/snapshot"
	"github.com/cordon-engine/cordon/internal/subject"
	"github.com/cordon-engine/cordon/internal/when"
)

// ListStatus is one list for programs.
type ListStatus struct {
	List      string `json:"list"`
	Source    string `json:"source,omitempty"`
	Snapshot  string `json:"snapshot,omitempty"`
	Snapshots int    `json:"snapshots"`
	Embedded  bool   `json:"embedded,omitempty"`
	Subjects  int    `json:"subjects"`
	Listings  int    `json:"listings"`
	Entries   int    `json:"entries"`
	Refused   int    `json:"refused"`
	Loose     int    `json:"loose"`
	Published string `json:"published,omitempty"`
	Checked   string `json:"checked,omitempty"`
	// Age is the time since Checked in hours, rounded down.
	Age     int    `json:"age_hours"`
	Content string `json:"content_sha256,omitempty"`
	Owner   string `json:"owner,omitempty"`
	Expires string `json:"expires,omitempty"`
	// Stale says why the list must not be relied on; empty when it may be.
	Stale string `json:"stale,omitempty"`
	// Error is the failure of the last try, when it came after the snapshot.
	Error   string `json:"last_error,omitempty"`
	ErrorAt string `json:"last_error_at,omitempty"`
}

// Status puts the state of a list into words, as of now. A list is stale when it
// was last checked more than maxAge ago (0: no limit) or when its owner let it
// expire. Ages are for people and are never part of an answer.
func Status(s snapshot.State, now time.Time, maxAge time.Duration) ListStatus {
	c := s.Current
	out := ListStatus{List: s.Name(), Source: c.Source, Snapshots: s.Count, Embedded: c.Embedded, Owner: c.Owner}
	if s.Last.Message != "" && s.Last.At.After(s.Checked()) {
		out.Error, out.ErrorAt = s.Last.Message, s.Last.At.UTC().Format(time.RFC3339)
	}
	if c.Number == 0 {
		out.Stale = "nothing is loaded"
		return out
	}
	sum := c.Report.Totals()
	out.Snapshot, out.Content = c.ID.String(), c.Content
	out.Subjects, out.Listings = c.Report.Subjects, c.Report.Listings
	out.Entries, out.Refused, out.Loose = sum.Seen, sum.Refused, sum.Loose
	out.Published = c.Published.String()
	checked := s.Checked()
	if c.Embedded {
		y, m, d := c.Published.Civil()
		checked = time.Date(y, time.Month(m), d, 0, 0, 0, 0, time.UTC)
	}
	out.Checked = checked.UTC().Format(time.RFC3339)
	age := now.Sub(checked)
	out.Age = int(age / time.Hour)
	y, m, d := now.UTC().Date()
	switch {
	case c.Expires != when.NoDay && when.Date(y, int(m), d) > c.Expires:
		out.Expires = c.Expires.String()
		out.Stale = "its owner let it expire on " + c.Expires.Long()
	case maxAge > 0 && age > maxAge:
		out.Stale = "it was last checked " + Age(age) + " ago"
	}
	if c.Expires != when.NoDay {
		out.Expires = c.Expires.String()
	}
	return out
}

// Age puts a span of time into words: "3 hours", "117 days".
func Age(d time.Duration) string {
	switch {
	case d < 2*time.Minute:
		return "a moment"
	case d < 2*time.Hour:
		return strconv.Itoa(int(d/time.Minute)) + " minutes"
	case d < 48*time.Hour:
		return strconv.Itoa(int(d/time.Hour)) + " hours"
	}
	return strconv.Itoa(int(d/(24*time.Hour))) + " days"
}

// Count writes a number with commas: 1,011.
func Count(n int) string {
	s := strconv.Itoa(n)
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}

// Counted writes a number with its noun: "1 entry", "1,011 entries", "2 days".
func Counted(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	if stem, ok := strings.CutSuffix(noun, "y"); ok && !strings.ContainsAny(stem[max(len(stem)-1, 0):], "aeiou") {
		return Count(n) + " " + stem + "ies"
	}
	return Count(n) + " " + noun + "s"
}

// ListStatuses writes the state of all lists for people.
func (p *Printer) ListStatuses(list []ListStatus, now time.Time) error {
	stale, total := 0, 0
	for _, s := range list {
		total += s.Subjects
		if s.Stale != "" || s.Error != "" {
			stale++
		}
	}
	switch {
	case len(list) == 0:
		p.printf("%s\n", p.paint("1", "No list is loaded: nobody can be screened"))
		p.para("  ", "  ", "`cordon lists pull un` fetches the United Nations list; `cordon lists sources` shows the others.")
		return p.err
	case stale > 0:
		p.printf("%s\n", p.paint("38;5;166;1", fmt.Sprintf("■ %d of %d lists need attention", stale, len(list))))
	default:
		p.printf("%s\n", p.paint("1", fmt.Sprintf("✓ %s subjects on %d lists", Count(total), len(list))))
	}
	for _, s := range list {
		p.printf("\n")
		p.listStatus(s, now)
	}
	return p.err
}

func (p *Printer) listStatus(s ListStatus, now time.Time) {
	p.printf("%s\n", p.paint("1", s.List))
	if s.Snapshot != "" {
		text := fmt.Sprintf("%s: %s subjects, %s listings, published %s", s.Snapshot, Count(s.Subjects), Count(s.Listings), long(s.Published))
		if s.Embedded {
			text += " (" + since(s.Checked, now) + " ago), embedded in the program"
		} else {
			text += ", last checked " + since(s.Checked, now) + " ago"
		}
		p.para("  ", "  ", text)
		account := fmt.Sprintf("%s entries in the files = %s taken over + %s refused", Count(s.Entries), Count(s.Entries-s.Refused-s.Loose), Count(s.Refused))
		if s.Loose > 0 {
			account += " + " + Count(s.Loose) + " that belong to nobody in them"
		}
		p.para("  ", "  ", account)
	}
	if s.Owner != "" {
		p.para("  ", "  ", "owner "+s.Owner+", to be used up to "+long(s.Expires))
	}
	if s.Stale != "" {
		p.para("  ■ ", "    ", "Do not rely on it: "+s.Stale+".")
	}
	if s.Error != "" {
		p.para("  ■ ", "    ", "The last try to load it, "+since(s.ErrorAt, now)+" ago, failed: "+s.Error)
	}
}

func since(stamp string, now time.Time) string {
	t, err := time.Parse(time.RFC3339, stamp)
	if err != nil {
		return stamp
	}
	return Age(now.Sub(t))
}

func long(iso string) string {
	d, err := when.Parse(iso)
	if err != nil {
		return iso
	}
	return d.Long()
}

// LoadJSON is what a load did, for programs.
type LoadJSON struct {
	Snapshot  string        `json:"snapshot"`
	Same      bool          `json:"same"`
	InForce   bool          `json:"in_force"`
	Before    string        `json:"before,omitempty"`
	Source    string        `json:"source"`
	Format    string        `json:"format"`
	Published string        `json:"published"`
	Undated   bool          `json:"undated,omitempty"`
	Raw       string        `json:"raw_sha256"`
	Content   string        `json:"content_sha256"`
	Subjects  int           `json:"subjects"`
	Listings  int           `json:"listings"`
	Relations int           `json:"relations"`
	Added     int           `json:"added"`
	Removed   int           `json:"removed"`
	Changed   int           `json:"changed"`
	Parts     []PartJSON    `json:"parts"`
	Refusals  []RefusalJSON `json:"refusals"`
	More      int           `json:"refusals_left_off,omitempty"`
	Oddities  []OddityJSON  `json:"oddities"`
}

// PartJSON is the account of one part of a publication.
type PartJSON struct {
	Name    string `json:"name"`
	Seen    int    `json:"seen"`
	Handled int    `json:"handled"`
	Loose   int    `json:"loose"`
	Refused int    `json:"refused"`
}

// RefusalJSON is an entry that was not taken over.
type RefusalJSON struct {
	Place  string `json:"place"`
	Key    string `json:"key,omitempty"`
	Reason string `json:"reason"`
}

// OddityJSON is something counted that a person should know.
type OddityJSON struct {
	Kind  string `json:"kind"`
	What  string `json:"what"`
	Count int    `json:"count"`
	First string `json:"first,omitempty"`
}

// Load puts the result of a load into the form for programs.
func Load(r *load.Result) LoadJSON {
	m := r.Meta
	out := LoadJSON{
		Snapshot: m.ID.String(), Same: r.Same, InForce: r.InForce, Source: m.Source, Format: m.Format,
		Published: m.Published.String(), Undated: m.Undated, Raw: m.Raw, Content: m.Content,
		Subjects: m.Report.Subjects, Listings: m.Report.Listings, Relations: m.Report.Relations,
		Added: r.Added, Removed: r.Removed, Changed: r.Changed, More: m.Report.RefusalsLeftOff,
		Parts: []PartJSON{}, Refusals: []RefusalJSON{}, Oddities: []OddityJSON{},
	}
	if r.Before.Number > 0 {
		out.Before = r.Before.ID.String()
	}
	for _, p := range m.Report.Parts {
		out.Parts = append(out.Parts, PartJSON(p))
	}
	for _, f := range m.Report.Refusals {
		out.Refusals = append(out.Refusals, RefusalJSON{f.Place.String(), f.Key, f.Reason})
	}
	for _, o := range m.Report.Oddities {
		out.Oddities = append(out.Oddities, OddityJSON{o.Kind, o.What, o.Count, o.First.String()})
	}
	return out
}

// Loaded writes what a load did: the outcome, then the account.
func (p *Printer) Loaded(r *load.Result) error {
	m, rep := r.Meta, r.Meta.Report
	switch {
	case r.Same:
		p.printf("%s\n", p.paint("1", "✓ Nothing new: the content is that of "+m.ID.String()))
		p.para("  ", "  ", fmt.Sprintf("%s subjects, published %s; confirmed now.", Count(rep.Subjects), m.Published.Long()))
		return p.err
	case !r.InForce:
		p.printf("%s\n", p.paint("1", "✓ Kept as history: "+m.ID.String()))
		p.para("  ", "  ", fmt.Sprintf("Published %s; a later publication stays in force.", m.Published.Long()))
	default:
		p.printf("%s\n", p.paint("1", "✓ In force: "+m.ID.String()))
		p.para("  ", "  ", fmt.Sprintf("%s subjects and %s listings, published %s.", Count(rep.Subjects), Count(rep.Listings), m.Published.Long()))
	}
	if m.Undated {
		p.para("  ", "  ", "The file states no day of publication; the day of loading is taken. `--published DAY` says another.")
	}
	if r.Before.Number > 0 {
		p.para("  ", "  ", fmt.Sprintf("Against %s of %s: %s added, %s removed, %s changed (`cordon lists diff %s %s`).",
			r.Before.ID, r.Before.Published.Long(), Count(r.Added), Count(r.Removed), Count(r.Changed), r.Before.ID, m.ID))
	}
	p.account(&rep)
	return p.err
}

func (p *Printer) account(rep *publication.Report) {
	p.printf("\nEvery entry is accounted for\n")
	for _, x := range rep.Parts {
		text := fmt.Sprintf("%s: %s in the file = %s taken over + %s refused", x.Name, Count(x.Seen), Count(x.Handled), Count(x.Refused))
		if x.Loose > 0 {
			text += " + " + Count(x.Loose) + " whose subject is not there"
		}
		p.para("  ", "    ", text)
	}
	const shown = 20
	if len(rep.Refusals) > 0 {
		p.printf("\nRefused\n")
		for _, f := range rep.Refusals[:min(shown, len(rep.Refusals))] {
			p.para("  ", "    ", strings.Join(slices.DeleteFunc([]string{f.Place.String(), f.Key, f.Reason}, empty), ": "))
		}
		if n := len(rep.Refusals) + rep.RefusalsLeftOff - shown; n > 0 {
			p.para("  ", "    ", "and "+Count(n)+" more (--format json lists them)")
		}
	}
	kinds := map[string]int{}
	var order []string
	for _, o := range rep.Oddities {
		if kinds[o.Kind] == 0 {
			order = append(order, o.Kind)
		}
		kinds[o.Kind] += o.Count
	}
	if len(order) > 0 {
		p.printf("\nTo know\n")
	}
	for _, k := range order {
		var some []string
		for _, o := range rep.Oddities {
			if o.Kind == k && len(some) < 4 {
				some = append(some, fmt.Sprintf("%q %s", o.What, strings.TrimSpace(times(o.Count)+" "+o.First.String())))
			}
		}
		p.para("  ", "    ", fmt.Sprintf("%s, %s: %s", k, times(kinds[k]), strings.Join(some, "; ")))
	}
}

func empty(s string) bool { return s == "" }

func times(n int) string {
	if n == 1 {
		return "once"
	}
	return Count(n) + " times"
}

// FactJSON is one fact of a record.
type FactJSON struct {
	Path  string `json:"path"`
	Value string `json:"value"`
}

func facts(list []subject.Fact) []FactJSON {
	out := []FactJSON{}
	for _, f := range list {
		out = append(out, FactJSON{f.Path, f.Value})
	}
	return out
}

// ChangeJSON is what became of one entry between two snapshots.
type ChangeJSON struct {
	Change string     `json:"change"` // added, removed, changed
	Key    string     `json:"key"`
	Name   string     `json:"name,omitempty"`
	Gone   []FactJSON `json:"gone,omitempty"`
	Come   []FactJSON `json:"come,omitempty"`
}

// Change puts a change into the form for programs. The facts of an entry that
// came or went whole are left out unless whole is set.
func Change(c snapshot.Change, whole bool) ChangeJSON {
	out := ChangeJSON{Change: "changed", Key: c.Key, Name: caption(c.New, c.Old)}
	switch {
	case c.Old == nil:
		out.Change = "added"
	case c.New == nil:
		out.Change = "removed"
	}
	if out.Change == "changed" || whole {
		out.Gone, out.Come = facts(c.Gone), facts(c.Come)
	}
	return out
}

func caption(recs ...*subject.Record) string {
	for _, r := range recs {
		if r != nil && r.Subject != nil {
			return r.Subject.Caption()
		}
	}
	return ""
}

// Change writes one change for people.
func (p *Printer) Change(c ChangeJSON) error {
	sign := map[string]string{"added": "+", "removed": "-", "changed": "~"}[c.Change]
	p.para(sign+" ", "    ", strings.TrimSpace(c.Key+" "+c.Name))
	for _, f := range c.Gone {
		p.para("    - ", "      ", f.Path+": "+f.Value)
	}
	for _, f := range c.Come {
		p.para("    + ", "      ", f.Path+": "+f.Value)
	}
	return p.err
}

// ChangeTable writes changes as a table: one fact a row.
type ChangeTable struct{ w *tabwriter.Writer }

// NewChangeTable starts a table.
func NewChangeTable(w io.Writer) *ChangeTable {
	t := &ChangeTable{tabwriter.NewWriter(w, 0, 4, 2, ' ', 0)}
	fmt.Fprintln(t.w, "change\tkey\tname\tfield\tbefore\tafter")
	return t
}

// Add writes a change.
func (t *ChangeTable) Add(c ChangeJSON) {
	clean := strings.NewReplacer("\t", " ", "\n", " ").Replace
	row := func(path, before, after string) {
		fmt.Fprintf(t.w, "%s\t%s\t%s\t%s\t%s\t%s\n", c.Change, clean(c.Key), clean(c.Name), path, clean(before), clean(after))
	}
	if len(c.Gone)+len(c.Come) == 0 {
		row("", "", "")
	}
	for _, f := range c.Gone {
		row(f.Path, f.Value, "")
	}
	for _, f := range c.Come {
		row(f.Path, "", f.Value)
	}
}

// End writes what is left.
func (t *ChangeTable) End() error { return t.w.Flush() }

// StandingJSON is how one listing stands on a day.
type StandingJSON struct {
	Listing    string   `json:"listing"`
	Authority  string   `json:"authority"`
	Reference  string   `json:"reference"`
	Tier       string   `json:"tier"`
	Programmes []string `json:"programmes"`
	Standing   string   `json:"standing"`
	Listed     string   `json:"listed,omitempty"`
	// Off are the last day on which it surely stood and the first on which it
	// surely did not.
	Off  string `json:"off,omitempty"`
	Seen string `json:"seen"`
}

// Standing puts the standing of a listing into the form for programs.
func Standing(s snapshot.Status) StandingJSON {
	out := StandingJSON{
		Listing: s.Listing.ID, Authority: s.Listing.Authority, Reference: s.Listing.Reference, Tier: string(s.Listing.Tier),
		Programmes: append([]string{}, s.Listing.Programmes...), Standing: string(s.Standing), Seen: s.Seen.String(),
		Listed: s.From.String(),
	}
	if s.Off.To != when.NoDay {
		out.Off = s.Off.From.String() + "/" + s.Off.To.String()
	}
	return out
}

// StandingSentence says how a listing stands on a day: "Listed by UN since 24
// April 2009 (KPe.001, DPRK)".
func StandingSentence(s snapshot.Status, asOf when.Day) string {
	who := fmt.Sprintf("%s (%s", s.Listing.Authority, s.Listing.Reference)
	if len(s.Listing.Programmes) > 0 {
		who += ", " + strings.Join(s.Listing.Programmes, ", ")
	}
	who += ")"
	since := ""
	if d := s.From.String(); d != "" {
		since = " since " + d
	}
	switch s.Standing {
	case snapshot.Listed:
		if s.Listing.Tier == subject.Named && len(s.Listing.Remarks) > 0 {
			return "On " + asOf.Long() + ": named by " + who + since + ", with nothing imposed: " + shortened(strings.Join(s.Listing.Remarks, "; "), 300) + "."
		}
		if s.Listing.Tier != subject.Designated && s.Listing.Tier != "" {
			return "On " + asOf.Long() + ": on the list of " + who + since + "; " + tierWords[s.Listing.Tier] + "."
		}
		return "On " + asOf.Long() + ": listed by " + who + since + "."
	case snapshot.NotYet:
		return "On " + asOf.Long() + ": not yet listed by " + who + "; listed on " + s.From.String() + "."
	case snapshot.Delisted:
		off := "taken off between " + s.Off.From.Long() + " and " + s.Off.To.Long()
		if s.Listing.Ended.Known {
			off = "taken off on " + s.Listing.Ended.Period.Long()
		}
		return "On " + asOf.Long() + ": no longer listed by " + who + "; " + off + "."
	case snapshot.Uncertain:
		return "On " + asOf.Long() + ": not certain for " + who + ": it was taken off some day between " + s.Off.From.Long() +
			" and " + s.Off.To.Long() + ", the versions we have."
	}
	return "On " + asOf.Long() + ": not known for " + who + ": the oldest version we have with it is of " + s.FirstSeen.Long() + "."
}

// shortened cuts a text after a word, so that the remarks of a publication do not drown an answer.
func shortened(text string, most int) string {
	if len(text) <= most {
		return text
	}
	cut := text[:most]
	if at := strings.LastIndexByte(cut, ' '); at > 0 {
		cut = cut[:at]
	}
	return strings.ToValidUTF8(cut, "") + " ..."
}

var tierWords = map[subject.Tier]string{
	subject.Designated: "designated",
	subject.Controlled: "trade with it needs a licence; that is no asset freeze",
	subject.Named:      "named there, with nothing imposed",
}

// Facts writes the facts of a record for people, one a line, a path once.
func (p *Printer) Facts(list []subject.Fact) error {
	last := ""
	for _, f := range list {
		lead := "  " + f.Path + "  "
		if f.Path == last {
			lead = strings.Repeat(" ", len(lead))
		}
		last = f.Path
		p.para(lead, strings.Repeat(" ", min(24, len(lead))), f.Value)
	}
	return p.err
}

// FactsJSON gives facts in the form for programs.
func FactsJSON(list []subject.Fact) []FactJSON { return facts(list) }
