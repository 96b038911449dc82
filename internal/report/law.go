package report

import (
	"slices"
	"strings"

	"github.com/cordon-engine/cordon/internal/law"
	"github.com/cordon-engine/cordon/internal/vocab"
	"github.com/cordon-engine/cordon/internal/when"
)

// effectWords are effects as people read them.
var effectWords = map[law.Effect]string{
	law.Prohibit: "prohibits", law.Cap: "caps", law.Require: "requires", law.Authorise: "authorises",
	law.Exempt: "exempts", law.CallUpon: "calls upon", law.Commit: "undertakes",
}

// EffectWord gives an effect as people read it: "prohibits".
func EffectWord(e law.Effect) string { return effectWords[e] }

// InForce gives the days of a provision as people read them.
func InForce(p *law.Provision) string {
	if !p.Applies() {
		return p.Instrument.Status.String() + ", not in force; from " + p.From.Long()
	}
	if p.Until == when.NoDay {
		return "since " + p.From.Long()
	}
	return p.From.Long() + " to " + p.Until.Long()
}

// Line writes a provision in one line.
func (p *Printer) Line(pr *law.Provision) {
	lead := "  " + pr.ID + strings.Repeat(" ", max(1, 18-len(pr.ID)))
	p.para(lead, strings.Repeat(" ", 20), pr.Title+" ("+effectWords[pr.Effect]+", "+InForce(pr)+")"+mark(pr))
}

// Provision writes the card of a provision.
func (p *Printer) Provision(pr *law.Provision) error {
	p.printf("%s\n", p.paint("1", pr.ID+"  "+pr.Title))
	p.para("  ", "  ", pr.Cite()+", "+pr.Instrument.Regime.Title)
	p.para("  ", "  ", pr.Text)
	for _, row := range Rows(pr, p.state) {
		p.row(row.Name, row.plain())
	}
	return p.err
}

// Row is one named property of a provision.
type Row struct {
	Name, Text string
	// Code is the condition that belongs to it, as the law file has it.
	Code string
	// IDs are the provisions that it names.
	IDs []string
}

// plain gives the row as one text.
func (r Row) plain() string {
	switch {
	case r.Code == "":
		return r.Text
	case r.Text == "":
		return r.Code
	}
	return r.Text + " when " + r.Code
}

// Rows gives the properties of a provision as people read them, without those
// that it does not have; state gives the name of a state.
func Rows(pr *law.Provision, state func(code string) string) []Row {
	var out []Row
	row := func(name, text string) {
		if text != "" {
			out = append(out, Row{Name: name, Text: text})
		}
	}
	row("Effect", effectWords[pr.Effect]+" ("+pr.Binding+")")
	row("Binds", pr.Bound)
	if len(pr.Links) > 0 {
		row("By link of", strings.Join(pr.Links, ", "))
	}
	row("In force", InForce(pr))
	var kinds []string
	for _, k := range vocab.Kinds() {
		if pr.Kinds.Has(k.ID) {
			kinds = append(kinds, k.Name)
		}
	}
	row("Activities", strings.Join(kinds, ", "))
	if pr.Direction != law.AnyDirection {
		row("Direction", pr.Direction.String()+" "+state(pr.Instrument.Regime.Target))
	}
	var goodsText []string
	for _, s := range pr.Goods {
		t := s.List
		if t == "" {
			var rs []string
			for _, r := range s.HS {
				rs = append(rs, r.String())
			}
			t = "HS " + strings.Join(rs, ", ") + " (" + s.Basis + ")"
			if s.Label != "" {
				t = s.Label + ", " + t
			}
		}
		if s.When.Text != "" {
			t += " when " + s.When.Text
		}
		goodsText = append(goodsText, t)
	}
	row("Goods", strings.Join(goodsText, "; "))
	code := func(name, condition string) {
		if condition != "" {
			out = append(out, Row{Name: name, Code: condition})
		}
	}
	code("When", pr.When.Text)
	code("Broken when", pr.Breach.Text)
	if pr.Deadline != when.NoDay {
		row("Deadline", pr.Deadline.Long())
	}
	if pr.Cap != nil {
		for _, l := range pr.Cap.Limits {
			unit, v := l.Unit, l.Quantity
			if l.Value > 0 {
				unit, v = "USD", l.Value
			}
			row("Cap", figure(v, unit)+" in "+months(l.Months)+" from "+l.Start.Long()+", "+l.Whose)
		}
	}
	for _, d := range pr.Duties {
		row("Duty", duty(&d))
	}
	for _, x := range pr.Exceptions {
		t := x.Title + " (" + x.Cite() + "; " + map[law.Grant]string{law.Standing: "stands by itself", law.ByState: "the state determines", law.ByCommittee: "the committee approves"}[x.Grant] + ")"
		if x.Until != when.NoDay {
			t += ", until " + x.Until.Long()
		}
		out = append(out, Row{Name: "Unless", Text: t, Code: x.When.Text})
	}
	for _, rel := range []struct {
		name string
		ids  []string
	}{{"Amends", pr.Amends}, {"Replaces", pr.Replaces}, {"Clarifies", pr.Clarifies}, {"Tightens", pr.Tightens}, {"Extends", pr.Extends}, {"See", pr.See}, {"Ended by", one(pr.EndedBy)}} {
		if len(rel.ids) > 0 {
			out = append(out, Row{Name: rel.name, Text: strings.Join(rel.ids, ", "), IDs: rel.ids})
		}
	}
	for _, q := range append(slices.Clone(pr.Positions), pr.Instrument.Positions...) {
		says := "in force"
		if !q.InForce {
			says = "not in force"
		}
		names := make([]string, len(q.By))
		for i, c := range q.By {
			names[i] = state(c)
		}
		row("Disputed", says+" from "+q.From.Long()+" according to "+strings.Join(names, ", "))
	}
	seen := "the text was seen"
	if !pr.Verified {
		seen = "the text was not seen"
	}
	if pr.ParagraphVerified {
		seen += "; the paragraph number was seen"
	} else {
		seen += "; the paragraph number was not seen"
	}
	row("Checked", seen)
	for _, s := range pr.Sources {
		row("Source", s)
	}
	row("Note", pr.Note)
	return out
}

func one(s string) []string {
	if s == "" {
		return nil
	}
	return []string{s}
}

func months(n int) string {
	if n == 1 {
		return "a month"
	}
	return figure(float64(n), "months")
}

func (p *Printer) row(name, text string) {
	if text == "" {
		return
	}
	p.para("  "+name+strings.Repeat(" ", max(1, 13-len(name))), strings.Repeat(" ", 15), text)
}

// Heading writes a heading.
func (p *Printer) Heading(format string, args ...any) {
	p.printf("%s\n", p.paint("1", sprintf(format, args...)))
}

// Text writes wrapped text, indented.
func (p *Printer) Text(format string, args ...any) { p.para("  ", "  ", sprintf(format, args...)) }

// Item writes a wrapped list item.
func (p *Printer) Item(format string, args ...any) { p.para("  - ", "    ", sprintf(format, args...)) }

// Gap writes an empty line.
func (p *Printer) Gap() { p.printf("\n") }

// Err gives the first error of writing.
func (p *Printer) Err() error { return p.err }

// ProvisionJSON is a provision for programs.
type ProvisionJSON struct {
	ID                string   `json:"id"`
	PartOf            string   `json:"part_of,omitempty"`
	Cite              string   `json:"cite"`
	Regime            string   `json:"regime"`
	Status            string   `json:"status,omitempty"` // left out where it is in force
	Title             string   `json:"title"`
	Text              string   `json:"text"`
	Effect            string   `json:"effect"`
	Binding           string   `json:"binding"`
	Bound             string   `json:"bound,omitempty"`
	Links             []string `json:"links,omitempty"`
	Measure           string   `json:"measure,omitempty"`
	Kinds             []string `json:"kinds,omitempty"`
	Direction         string   `json:"direction,omitempty"`
	From              string   `json:"from"`
	Until             string   `json:"until,omitempty"`
	EndedBy           string   `json:"ended_by,omitempty"`
	When              string   `json:"when,omitempty"`
	Exceptions        []string `json:"exceptions,omitempty"`
	Verified          bool     `json:"verified"`
	ParagraphVerified bool     `json:"paragraph_verified"`
	Sources           []string `json:"sources,omitempty"`
	Note              string   `json:"note,omitempty"`
}

// ForPrograms gives the form of a provision for programs.
func ForPrograms(pr *law.Provision) ProvisionJSON {
	j := ProvisionJSON{
		ID: pr.ID, Cite: pr.Cite(), Regime: pr.Instrument.Regime.ID, Title: pr.Title, Text: pr.Text,
		Effect: pr.Effect.String(), Binding: pr.Binding, Bound: pr.Bound, Links: pr.Links, Measure: pr.Measure,
		Direction: pr.Direction.String(), From: pr.From.String(), Until: pr.Until.String(), EndedBy: pr.EndedBy, When: pr.When.Text,
		Verified: pr.Verified, ParagraphVerified: pr.ParagraphVerified, Sources: pr.Sources, Note: pr.Note,
	}
	if pr.PartOf != pr.ID {
		j.PartOf = pr.PartOf
	}
	if !pr.Applies() {
		j.Status = pr.Instrument.Status.String()
	}
	for _, k := range vocab.Kinds() {
		if pr.Kinds.Has(k.ID) {
			j.Kinds = append(j.Kinds, k.Name)
		}
	}
	for _, x := range pr.Exceptions {
		j.Exceptions = append(j.Exceptions, x.Name())
	}
	return j
}

// LawChangeJSON is a change of the law for programs.
type LawChangeJSON struct {
	Day       string `json:"day"`
	What      string `json:"what"`
	Provision string `json:"provision"`
	Title     string `json:"title"`
}

// LawChangesForPrograms gives the form of changes for programs.
func LawChangesForPrograms(list []law.Change) []LawChangeJSON {
	out := []LawChangeJSON{}
	for _, c := range list {
		out = append(out, LawChangeJSON{c.Day.String(), c.What, c.Provision.ID, c.Provision.Title})
	}
	return out
}

// ListForPrograms gives the form of provisions for programs.
func ListForPrograms(list []*law.Provision) []ProvisionJSON {
	out := []ProvisionJSON{}
	for _, p := range list {
		out = append(out, ForPrograms(p))
	}
	return out
}
