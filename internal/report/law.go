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

// InForce gives the days of a provision as people read them.
func InForce(p *law.Provision) string {
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
	p.row("Effect", effectWords[pr.Effect]+" ("+pr.Binding+")")
	p.row("Binds", pr.Bound)
	if len(pr.Links) > 0 {
		p.row("By link of", strings.Join(pr.Links, ", "))
	}
	p.row("In force", InForce(pr))
	var kinds []string
	for _, k := range vocab.Kinds() {
		if pr.Kinds.Has(k.ID) {
			kinds = append(kinds, k.Name)
		}
	}
	p.row("Activities", strings.Join(kinds, ", "))
	if pr.Direction != law.AnyDirection {
		p.row("Direction", pr.Direction.String()+" "+p.state(pr.Instrument.Regime.Target))
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
	p.row("Goods", strings.Join(goodsText, "; "))
	p.row("When", pr.When.Text)
	p.row("Broken when", pr.Breach.Text)
	if pr.Deadline != when.NoDay {
		p.row("Deadline", pr.Deadline.Long())
	}
	if pr.Cap != nil {
		for _, l := range pr.Cap.Limits {
			unit, v := l.Unit, l.Quantity
			if l.Value > 0 {
				unit, v = "USD", l.Value
			}
			p.row("Cap", figure(v, unit)+" in "+months(l.Months)+" from "+l.Start.Long()+", "+l.Whose)
		}
	}
	for _, d := range pr.Duties {
		p.row("Duty", duty(&d))
	}
	for _, x := range pr.Exceptions {
		t := x.Title + " (" + x.Cite() + "; " + map[law.Grant]string{law.Standing: "stands by itself", law.ByState: "the state determines", law.ByCommittee: "the committee approves"}[x.Grant] + ")"
		if x.When.Text != "" {
			t += " when " + x.When.Text
		}
		if x.Until != when.NoDay {
			t += ", until " + x.Until.Long()
		}
		p.row("Unless", t)
	}
	for _, rel := range []struct {
		name string
		ids  []string
	}{{"Amends", pr.Amends}, {"Replaces", pr.Replaces}, {"Clarifies", pr.Clarifies}, {"Tightens", pr.Tightens}, {"Extends", pr.Extends}, {"See", pr.See}, {"Ended by", one(pr.EndedBy)}} {
		p.row(rel.name, strings.Join(rel.ids, ", "))
	}
	for _, q := range append(slices.Clone(pr.Positions), pr.Instrument.Positions...) {
		says := "in force"
		if !q.InForce {
			says = "not in force"
		}
		names := make([]string, len(q.By))
		for i, c := range q.By {
			names[i] = p.state(c)
		}
		p.row("Disputed", says+" from "+q.From.Long()+" according to "+strings.Join(names, ", "))
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
	p.row("Checked", seen)
	for _, s := range pr.Sources {
		p.row("Source", s)
	}
	p.row("Note", pr.Note)
	return p.err
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
