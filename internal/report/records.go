package report

import (
	"fmt"
	"strings"

	"github.com/cordon-engine/cordon/internal/record"
	"github.com/cordon-engine/cordon/internal/series"
	"github.com/cordon-engine/cordon/internal/when"
)

// measureWords are the measures as people read them.
var measureWords = map[record.Measure]string{
	record.Trade: "trade", record.TradeShare: "share of trade", record.Delivery: "deliveries", record.DeliveriesCount: "number of deliveries",
	record.WorkersPresent: "workers in the host state", record.WorkersReturned: "workers sent back", record.PermitsValid: "work permits in force",
	record.VisaDecline: "fewer visas (not workers sent back)", record.Earnings: "earnings of workers", record.ReportFiled: "report filed",
	record.ReportsFiledCount: "states that filed a report",
}

var flowWords = map[record.Flow]string{
	record.Import: "imports", record.Export: "exports", record.ReImport: "re-imports", record.ReExport: "re-exports", record.Total: "imports and exports",
}

// RecordWhat says what a record counts, about whom and in what, without the figure.
func (p *Printer) RecordWhat(r *record.Record) string {
	what := measureWords[r.Measure]
	switch flow := flowWords[r.Flow]; {
	case flow != "" && r.Measure == record.Trade:
		what = flow
	case flow != "":
		what += ", " + flow
	case r.Measure == record.Trade:
		what = "trade, direction not given"
	}
	if about := r.About(); about != 0 {
		what = p.state(about.String()) + ": " + what
	}
	switch {
	case r.World:
		what += ", all partners"
	case r.Partner != 0:
		what += ", with " + p.state(r.Partner.String())
	case r.Area != "":
		what += ", with " + r.Area
	}
	switch {
	case !r.Code.IsZero():
		what += ", HS " + r.Code.Dotted()
		if r.Commodity != "" {
			what += " (" + r.Commodity + ")"
		}
	case r.Commodity != "":
		what += ", " + r.Commodity
	}
	if r.Part != "" {
		what += ", only " + r.Part
	}
	return what
}

// RecordWho says who gives a figure and how it was come by: "reported by KOTRA".
func (p *Printer) RecordWho(r *record.Record) string {
	who := r.By
	if who == "" {
		who = p.state(r.Reporter.String())
	}
	if r.Kind == record.Derived {
		return "derived from figures of " + who
	}
	return r.Kind.String() + " by " + who
}

// seen says whether we have seen the text of a figure, and when.
func seen(r *record.Record) string {
	switch {
	case r.Verified && r.Source.Seen != when.NoDay && r.Source.Seen != 0:
		return "seen " + r.Source.Seen.String()
	case r.Verified:
		return "seen"
	case r.Source.SHA256 != "":
		return "from a file, row " + fmt.Sprint(r.Row)
	}
	return "NOT VERIFIED"
}

// Record writes one figure in two lines: what and how much, and who says so.
func (p *Printer) Record(r *record.Record) error {
	p.para("", "  ", fmt.Sprintf("%s  %s: %s", r.Period, p.RecordWhat(r), series.Figure(r)))
	tail := []string{p.RecordWho(r), seen(r), RecordRef(r)}
	if r.Scope != "" {
		tail = append(tail, r.Scope)
	}
	if r.Assumption != "" {
		tail = append(tail, "assumes: "+r.Assumption)
	}
	if r.Note != "" {
		tail = append(tail, "note: "+r.Note)
	}
	if r.Source.SHA256 == "" {
		tail = append(tail, strings.Join(nonEmpty(r.Source.Publisher, r.Source.URL), ", "))
	}
	p.para("    ", "    ", strings.Join(nonEmpty(tail...), " · "))
	return p.err
}

// RecordRef gives what names a record in all that is kept: "kotra@1/2013-cn-share".
func RecordRef(r *record.Record) string {
	return fmt.Sprintf("%s@%d/%s", r.Series, r.Snapshot, r.Name())
}

// Snapshot writes what a snapshot of a series is.
func (p *Printer) Snapshot(m series.Meta) error {
	p.Heading("%s  %s", m.ID, m.Title)
	if m.Publisher != "" {
		p.Item("published by %s", m.Publisher)
	}
	if m.Published.From != when.NoDay {
		p.Item("as it stood in %s", m.Published.Long())
	}
	if m.Embedded {
		p.Item("comes with the program: %d figures", m.Tally.Handled)
	} else {
		p.Item("read from %s (%s), kept on %s; SHA-256 %s", m.File, m.Format, m.Recorded.Format("2006-01-02 15:04 UTC"), m.SHA256)
	}
	if m.Note != "" {
		p.Item("%s", m.Note)
	}
	return p.err
}

// RecordTrace writes a figure with everything that led to it.
func (p *Printer) RecordTrace(r *record.Record, m series.Meta) error {
	p.Heading("%s", RecordRef(r))
	p.Text("%s, %s: %s.", p.RecordWhat(r), r.Period.Long(), series.Figure(r))
	p.Item("%s; %s", p.RecordWho(r), seen(r))
	for _, l := range [...]struct{ label, text string }{
		{"leaves out", r.Scope}, {"assumes", r.Assumption}, {"note", r.Note}, {"owed under", r.Provision},
	} {
		if l.text != "" {
			p.Item("%s: %s", l.label, l.text)
		}
	}
	if r.EstimatedQuantity {
		p.Item("the quantity was put in by the publisher, not by the reporter")
	}
	if r.Blank {
		p.Item("the source itself leaves the figure out; this is not a zero")
	}
	source := strings.Join(nonEmpty(r.Source.Title, r.Source.Publisher, r.Source.URL), ", ")
	if source == "" {
		source = strings.Join(nonEmpty(m.Title, m.Publisher, m.URL), ", ")
	}
	if source == "" {
		source = "not said when the file was loaded"
	}
	p.Item("source: %s", source)
	if m.File != "" {
		p.Item("file: %s, row %d, SHA-256 %s", m.File, r.Row, m.SHA256)
	}
	p.Item("rule: %s", m.Rule)
	return p.err
}

func nonEmpty(s ...string) []string {
	var out []string
	for _, x := range s {
		if x != "" {
			out = append(out, x)
		}
	}
	return out
}

// SnapshotJSON is a snapshot for programs.
type SnapshotJSON struct {
	Snapshot  string        `json:"snapshot"`
	Title     string        `json:"title,omitempty"`
	Publisher string        `json:"publisher,omitempty"`
	Note      string        `json:"note,omitempty"`
	Published string        `json:"published,omitempty"`
	Recorded  string        `json:"recorded,omitempty"`
	File      string        `json:"file,omitempty"`
	Format    string        `json:"format"`
	SHA256    string        `json:"sha256,omitempty"`
	URL       string        `json:"url,omitempty"`
	Content   string        `json:"content"`
	Rule      string        `json:"rule,omitempty"`
	Embedded  bool          `json:"embedded"`
	Rows      int           `json:"rows"`
	Handled   int           `json:"handled"`
	Refused   int           `json:"refused"`
	Blank     int           `json:"blank"`
	Refusals  []RefusedJSON `json:"refusals,omitempty"`
	Unused    []string      `json:"unused_columns,omitempty"`
	// Same is true for a load that found nothing new.
	Same bool `json:"same,omitempty"`
}

// RefusedJSON is one row that was refused.
type RefusedJSON struct {
	Place  string `json:"place"`
	Reason string `json:"reason"`
}

// SeriesSnapshot gives a snapshot for programs.
func SeriesSnapshot(m series.Meta) SnapshotJSON {
	j := SnapshotJSON{
		Snapshot: m.ID.String(), Title: m.Title, Publisher: m.Publisher, Note: m.Note, File: m.File, Format: m.Format, SHA256: m.SHA256,
		URL: m.URL, Content: m.Content, Rule: m.Rule, Embedded: m.Embedded, Rows: m.Tally.Rows, Handled: m.Tally.Handled,
		Refused: m.Tally.Refused, Blank: m.Tally.Blank, Unused: m.Tally.Unused,
	}
	if m.Published.From != when.NoDay {
		j.Published = m.Published.String()
	}
	if !m.Recorded.IsZero() {
		j.Recorded = m.Recorded.Format("2006-01-02T15:04:05Z07:00")
	}
	for _, r := range m.Tally.Refusals {
		j.Refusals = append(j.Refusals, RefusedJSON{r.Place.String(), r.Reason})
	}
	return j
}

// RecordsLoaded writes what became of a load.
func (p *Printer) RecordsLoaded(r series.Result) error {
	t := r.Meta.Tally
	if r.Same {
		p.Text("✓ Nothing new: the file says what %s says.", r.Meta.ID)
		return p.err
	}
	p.Text("✓ Kept: %s", r.Meta.ID)
	p.Item("%s rows in the file = %s taken over + %s refused; %s of them state no figure", Count(t.Rows), Count(t.Handled), Count(t.Refused), Count(t.Blank))
	for _, f := range t.Refusals {
		p.Item("refused: %s: %s", f.Place, f.Reason)
	}
	if t.LeftOff > 0 {
		p.Item("and %s more that were refused", Count(t.LeftOff))
	}
	if len(t.Unused) > 0 {
		p.Item("columns that no field was made from: %s", strings.Join(t.Unused, ", "))
	}
	return p.err
}

// gravitySigns tell findings apart without colour.
var gravitySigns = map[series.Gravity]string{series.Wrong: "■", series.Query: "?", series.Note: "·"}

// gravityWords are the gravities for programs.
var gravityWords = map[series.Gravity]string{series.Wrong: "wrong", series.Query: "query", series.Note: "note"}

// RecordFinding writes one finding of the check of the records.
func (p *Printer) RecordFinding(f series.Finding) error {
	ref := f.Snapshot.String()
	if f.Record != "" {
		ref += "/" + f.Record
	}
	p.para(gravitySigns[f.Gravity]+" ", "  ", ref+": "+f.Text)
	return p.err
}

// FindingRecordJSON is one finding for programs.
type FindingRecordJSON struct {
	Gravity  string `json:"gravity"`
	Kind     string `json:"kind"`
	Snapshot string `json:"snapshot"`
	Record   string `json:"record,omitempty"`
	Text     string `json:"text"`
	Count    int    `json:"count"`
}

// RecordFindingJSON gives a finding for programs.
func RecordFindingJSON(f series.Finding) FindingRecordJSON {
	return FindingRecordJSON{gravityWords[f.Gravity], f.Kind, f.Snapshot.String(), f.Record, f.Text, f.Count}
}

// RecordTraceJSON is one record with everything that led to it.
type RecordTraceJSON struct {
	Ref      string         `json:"ref"`
	Record   map[string]any `json:"record"`
	Figure   string         `json:"figure"`
	Snapshot SnapshotJSON   `json:"snapshot"`
}

// RecordTraces gives records, each with the reading that it is of.
func RecordTraces(found []record.Record, of []series.Meta) []RecordTraceJSON {
	out := []RecordTraceJSON{}
	for i := range found {
		j := RecordTraceJSON{Ref: RecordRef(&found[i]), Figure: series.Figure(&found[i]), Snapshot: SeriesSnapshot(of[i])}
		j.Snapshot.Refusals = nil
		j.Record = found[i].Map()
		out = append(out, j)
	}
	return out
}
