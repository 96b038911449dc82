package report

import (
	"fmt"
	"io"
	"math"
	"strconv"
	"strings"

	"github.com/cordon-engine/cordon/internal/law"
	"github.com/cordon-engine/cordon/internal/ruling"
	"github.com/cordon-engine/cordon/internal/vocab"
	"github.com/cordon-engine/cordon/internal/when"
)

// Words are the verdicts as people read them.
var words = map[ruling.Verdict]string{
	ruling.Prohibited: "Prohibited", ruling.OverCap: "Over the cap", ruling.NeedsApproval: "Needs approval",
	ruling.Judgement: "Needs a person's judgement", ruling.Incomplete: "Incomplete", ruling.Reportable: "Allowed, with a report owed",
	ruling.Exempt: "Exempt", ruling.Permitted: "Permitted",
}

// signs tell the verdicts apart without colour.
var signs = map[ruling.Verdict]string{
	ruling.Prohibited: "■", ruling.OverCap: "▲", ruling.NeedsApproval: "◆", ruling.Judgement: "⚖",
	ruling.Incomplete: "?", ruling.Reportable: "●", ruling.Exempt: "◇", ruling.Permitted: "✓",
}

// ANSI colours nearest to the Okabe-Ito hues of the pages.
var colours = map[ruling.Verdict]string{
	ruling.Prohibited: "38;5;166", ruling.OverCap: "38;5;175", ruling.NeedsApproval: "38;5;214", ruling.Judgement: "38;5;220",
	ruling.Incomplete: "38;5;110", ruling.Reportable: "38;5;33", ruling.Exempt: "38;5;36", ruling.Permitted: "38;5;36",
}

// VerdictWord gives a verdict as people read it.
func VerdictWord(v ruling.Verdict) string { return words[v] }

// Printer writes for people.
type Printer struct {
	W io.Writer
	// Width is the length of a line in characters; 0 means 88.
	Width int
	// Colour turns colours on.
	Colour bool
	// Name gives the name of a state from its code; nil leaves the code.
	Name func(code string) string
	// Brief leaves out duties, assumptions and near misses.
	Brief bool

	err error
}

func (p *Printer) printf(format string, args ...any) {
	if p.err == nil {
		_, p.err = fmt.Fprintf(p.W, format, args...)
	}
}

func (p *Printer) paint(code, s string) string {
	if !p.Colour {
		return s
	}
	return "\x1b[" + code + "m" + s + "\x1b[0m"
}

// para writes text wrapped, the first line after lead and the others indented.
func (p *Printer) para(lead, indent, text string) {
	width := p.Width
	if width <= 0 {
		width = 88
	}
	line := lead
	used := len([]rune(lead))
	start := true
	for _, w := range strings.Fields(text) {
		n := len([]rune(w))
		if !start && used+1+n > width {
			p.printf("%s\n", line)
			line, used, start = indent, len([]rune(indent)), true
		}
		if !start {
			line += " "
			used++
		}
		line += w
		used += n
		start = false
	}
	p.printf("%s\n", line)
}

func (p *Printer) state(code string) string {
	if p.Name == nil {
		return code
	}
	if n := p.Name(code); n != "" {
		return n
	}
	return code
}

// Ruling writes a ruling: the verdict, then why, then what would change it.
func (p *Printer) Ruling(r *ruling.Ruling, title string) error {
	head := signs[r.Verdict] + " " + words[r.Verdict]
	if title != "" {
		p.printf("%s\n", p.paint("1", title))
	}
	p.printf("%s\n", p.paint(colours[r.Verdict]+";1", head))
	p.para("  ", "  ", p.Sentence(r))
	p.why(r)
	p.spans(r)
	p.views(r)
	p.questions(r)
	p.screened(r)
	if !p.Brief {
		p.duties(r)
		p.pathsOf(r)
		p.assumed(r)
		p.near(r)
	}
	p.scope(r)
	return p.err
}

// Sentence says the verdict in one sentence with its day and paragraphs.
func (p *Printer) Sentence(r *ruling.Ruling) string {
	when := "On " + r.AsOf.Long()
	if !r.AsOf.Exact() {
		when = "In " + r.AsOf.Long()
		if strings.Contains(when, " to ") {
			when = "From " + r.AsOf.Long()
		}
	}
	var cites []string
	seen := map[string]bool{}
	for _, f := range r.Deciding() {
		if c := f.Provision.Cite(); !seen[c] {
			seen[c] = true
			cites = append(cites, c)
		}
	}
	by := ""
	if len(cites) > 0 {
		by = ": " + strings.Join(cites, "; ")
	}
	switch r.Verdict {
	case ruling.Prohibited:
		return when + " this is prohibited" + by + "."
	case ruling.OverCap:
		return when + " this goes over a cap" + by + "."
	case ruling.NeedsApproval:
		return when + " this is lawful only with the committee's approval in advance" + by + "."
	case ruling.Judgement:
		return when + " the answer hangs on something a person must weigh" + by + "."
	case ruling.Incomplete:
		if len(r.Spans) > 0 {
			return when + " the answer changes: the day decides" + by + "."
		}
		return when + " the answer hangs on something that was not said" + by + "."
	case ruling.Reportable:
		return when + " this is lawful, and a report or notice is owed" + by + "."
	case ruling.Exempt:
		return when + " this is inside a written exception" + by + "."
	}
	return when + " no provision of the loaded law bites."
}

func (p *Printer) why(r *ruling.Ruling) {
	first := true
	for i := range r.Findings {
		f := &r.Findings[i]
		if f.Verdict == ruling.Permitted {
			continue
		}
		if first {
			p.printf("\n%s\n", p.paint("1", "Why"))
			first = false
		}
		lead := "  " + signs[f.Verdict] + " "
		text := f.Provision.Cite() + ": " + f.Provision.Title
		if f.Line >= 0 {
			what := "line"
			if f.Provision.Each == law.EachParty {
				what = "party"
			}
			if len(r.Activity.Goods) > 1 || f.Provision.Each == law.EachParty {
				text += " (" + what + " " + strconv.Itoa(f.Line+1) + ")"
			}
		}
		text += mark(f.Provision) + "."
		p.para(lead, "    ", text)
		for _, s := range p.explain(r, f) {
			p.para("      ", "      ", s)
		}
	}
}

// mark says when a provision was not checked against its text.
func mark(pr *law.Provision) string {
	if !pr.Verified {
		return " [text not seen]"
	}
	return ""
}

func (p *Printer) explain(r *ruling.Ruling, f *ruling.Finding) []string {
	var out []string
	if with := f.Provision.ReadWith(); len(with) > 0 {
		out = append(out, "read with "+strings.Join(with, ", "))
	}
	if b := r.Because(f); len(b) > 0 {
		parts := make([]string, 0, len(b))
		for _, c := range b {
			parts = append(parts, c.Name+" "+c.Value)
		}
		out = append(out, "because "+strings.Join(parts, ", "))
	}
	switch g := f.Goods; {
	case g.List != "" && g.Basis == "description":
		out = append(out, "named as "+g.List+" by its description")
	case g.List != "":
		out = append(out, "may be "+g.List+": the code is from a working list ("+g.Basis+"), not from the text, and cannot decide alone")
	case g.Label != "" && g.Basis == "text":
		out = append(out, "the text itself names the HS chapter: "+g.Label)
	}
	if c := f.Cap; c != nil {
		s := "cap of " + figure(c.Limit, c.Unit)
		if c.Period.To > c.Period.From {
			s += " for " + c.Period.Long()
		}
		if c.CountedKnown {
			s += "; counted before " + figure(c.Counted, c.Unit)
		} else {
			s += "; what was counted before is not said"
		}
		if c.ThisKnown {
			s += "; this supply " + band(c.ThisLow, c.ThisHi, c.Unit)
		}
		if c.Rule != "" {
			s += " (" + c.Rule + ", " + c.Factor + ")"
		}
		if c.Source != "" {
			s += "; running total from " + c.Source
		}
		if c.Unchecked != "" {
			s += "; not checked: " + c.Unchecked
		}
		out = append(out, s)
	}
	for _, x := range f.Exceptions {
		switch {
		case x.Holds:
			s := "excepted: " + x.Exception.Title + " (" + x.Exception.Cite() + ")"
			if d := x.Exception.Duty; d != nil {
				s += "; owed: " + duty(d)
			}
			out = append(out, s)
		case x.Approval && len(x.Missing) <= 1:
			out = append(out, "can be approved: "+x.Exception.Title+" ("+x.Exception.Cite()+")")
		default:
			out = append(out, "may be excepted: "+x.Exception.Title+" ("+x.Exception.Cite()+")")
		}
	}
	if f.Late > 0 {
		out = append(out, strconv.Itoa(f.Late)+" days late")
	}
	return out
}

func figure(v float64, unit string) string {
	s := strconv.FormatFloat(math.Round(v*100)/100, 'f', -1, 64)
	whole, frac, _ := strings.Cut(s, ".")
	for i := len(whole) - 3; i > 0; i -= 3 {
		whole = whole[:i] + "," + whole[i:]
	}
	if frac != "" {
		whole += "." + frac
	}
	return whole + " " + unit
}

func band(lo, hi float64, unit string) string {
	if lo == hi {
		return figure(lo, unit)
	}
	return strings.TrimSuffix(figure(lo, unit), " "+unit) + " to " + figure(hi, unit)
}

func duty(d *law.Duty) string {
	if d.By != when.NoDay {
		return strings.TrimSuffix(d.What, ".") + " by " + d.By.Long()
	}
	return strings.TrimSuffix(d.What, ".")
}

func (p *Printer) spans(r *ruling.Ruling) {
	if len(r.Spans) == 0 {
		return
	}
	p.printf("\n%s\n", p.paint("1", "It changes within the period"))
	for _, s := range r.Spans {
		p.printf("  %s %s: %s\n", signs[s.Verdict], s.Period.Long(), strings.ToLower(words[s.Verdict]))
	}
}

func (p *Printer) views(r *ruling.Ruling) {
	if len(r.Views) == 0 {
		return
	}
	p.printf("\n%s\n", p.paint("1", "The force of this law is disputed"))
	for _, v := range r.Views {
		says := "in force"
		if !v.InForce {
			says = "not in force"
		}
		by := "nobody recorded"
		if len(v.By) > 0 {
			names := make([]string, len(v.By))
			for i, c := range v.By {
				names[i] = p.state(c)
			}
			by = strings.Join(names, ", ")
		}
		p.para("  "+signs[v.Verdict]+" ", "    ", says+" according to "+by+": "+strings.ToLower(words[v.Verdict]))
	}
}

// QuestionText puts a question into words.
func QuestionText(q *ruling.Question) string {
	if q.Date {
		return "On which day exactly?"
	}
	return vocab.FactOf(q.Fact).Question
}

func (p *Printer) questions(r *ruling.Ruling) {
	if len(r.Questions) == 0 {
		return
	}
	p.printf("\n%s\n", p.paint("1", "What would settle it"))
	for i := range r.Questions {
		q := &r.Questions[i]
		lead := "  ? "
		if !q.Date && vocab.FactOf(q.Fact).Weigh {
			lead = "  ⚖ "
		}
		text := QuestionText(q)
		if len(q.Values) > 0 {
			text += " (" + strings.Join(q.Values, ", ") + ")"
		}
		p.para(lead, "    ", text)
		line := "--set " + q.Name() + "=..."
		if len(q.Decides) > 0 {
			ids := make([]string, 0, len(q.Decides))
			for _, d := range q.Decides {
				ids = append(ids, d.ID)
			}
			line += "  decides " + strings.Join(ids, ", ")
		}
		p.para("      ", "      ", line)
	}
	if r.Unproven {
		p.para("  ", "  ", "So much is open that not every question above was proved to matter.")
	}
}

func (p *Printer) duties(r *ruling.Ruling) {
	var lines []string
	for i := range r.Findings {
		f := &r.Findings[i]
		if f.Outcome == ruling.Excepted || f.Verdict > ruling.Reportable {
			continue
		}
		pr := f.Provision
		for j := range pr.Duties {
			lines = append(lines, duty(&pr.Duties[j])+" ("+pr.Cite()+")")
		}
		if len(pr.Duties) == 0 && f.Verdict == ruling.Permitted {
			s := pr.Title
			if pr.Effect == law.CallUpon {
				s += ": called upon, not binding"
			}
			lines = append(lines, s+" ("+pr.Cite()+")"+mark(pr))
		}
	}
	p.list("What goes with it", lines)
}

func (p *Printer) list(title string, lines []string) {
	if len(lines) == 0 {
		return
	}
	p.printf("\n%s\n", p.paint("1", title))
	seen := map[string]bool{}
	for _, l := range lines {
		if !seen[l] {
			seen[l] = true
			p.para("  - ", "    ", l)
		}
	}
}

func (p *Printer) pathsOf(r *ruling.Ruling) {
	var lines []string
	for _, x := range r.Paths {
		lines = append(lines, x.Exception.Cite()+", "+x.Exception.Title+": "+x.Exception.Path)
	}
	p.list("The way out", lines)
}

func (p *Printer) assumed(r *ruling.Ruling) {
	var lines []string
	for i := range r.Assumed {
		a := &r.Assumed[i]
		lines = append(lines, vocab.FactOf(a.Fact).Title+": "+value(a)+" ("+a.Name()+" was not said)")
	}
	p.list("Taken for granted", lines)
}

func value(a *ruling.Assumption) string {
	switch {
	case a.Value == "ZZ":
		return "another state"
	case vocab.FactOf(a.Fact).Type == vocab.Bool && a.Value == "false":
		return "no"
	case vocab.FactOf(a.Fact).Type == vocab.Bool:
		return "yes"
	}
	return a.Value
}

// screened says who was looked up in which list and what came of it. It is printed
// in brief too: that somebody was not screened must not be missed.
func (p *Printer) screened(r *ruling.Ruling) {
	var lines []string
	for i := range r.Screened {
		lines = append(lines, screenedText(&r.Screened[i]))
	}
	p.list("Screened", lines)
}

// outcomes are the outcomes of screening as people read them.
var outcomes = map[string]string{"match": "a match", "possible": "possibly on it", "clear": "clear", "not_screened": "NOT SCREENED"}

func screenedText(s *ruling.Screened) string {
	against := s.List
	if s.Snapshot != "" {
		against += " (" + s.Snapshot + ")"
	}
	came, ok := outcomes[s.Outcome]
	if !ok {
		came = s.Outcome
	}
	if s.Reason != "" {
		came += ", " + s.Reason
	}
	if s.Subject != "" {
		came += ": " + s.Subject
		if s.Tier != "" {
			came += ", " + s.Tier
		}
		came += ", score " + strconv.FormatFloat(s.Score, 'f', 2, 64)
	}
	return s.Of() + " " + strconv.Quote(s.Name) + " against " + against + ": " + came
}

func (p *Printer) near(r *ruling.Ruling) {
	var lines []string
	for i := range r.NearMisses {
		lines = append(lines, p.NearText(&r.NearMisses[i], r))
	}
	p.list("What comes nearest", lines)
}

// NearText says what would have been, had one thing been another.
func (p *Printer) NearText(m *ruling.NearMiss, r *ruling.Ruling) string {
	v := strings.ToLower(words[m.Verdict])
	tail := " by " + m.Provision.Cite() + " (" + m.Provision.Title + ")" + mark(m.Provision)
	switch m.Differs {
	case ruling.ByDate:
		if m.Day > r.AsOf.From {
			return "from " + m.Day.Long() + " " + v + tail
		}
		return "until " + m.Day.Long() + " " + v + tail
	case ruling.ByDirection:
		return "the other way round: " + v + tail
	case ruling.ByGoods:
		return "if it were rather HS " + m.Value + ": " + v + tail
	}
	return "if " + vocab.FactOf(m.Fact).Name + " were " + m.Value + ": " + v + tail
}

func (p *Printer) scope(r *ruling.Ruling) {
	p.printf("\n")
	seen := map[string]bool{}
	for _, g := range r.Regimes {
		if !seen[g.Scope] {
			seen[g.Scope] = true
			p.para("  ", "  ", g.Scope)
		}
	}
	known := ""
	if r.KnownAt != when.NoDay {
		known = " as known on " + r.KnownAt.Long()
	}
	p.para("  ", "  ", "Law version "+r.LawVersion[:12]+known+". The binding text is the instrument itself.")
}

var sprintf = fmt.Sprintf
