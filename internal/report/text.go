package report

import (
	"fmt"
	"io"
	"math"
	"slices"
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

// The headings of the parts of a ruling, in the order in which they are read.
const (
	HeadWhy       = "Why"
	HeadSpans     = "It changes within the period"
	HeadViews     = "The force of this law is disputed"
	HeadQuestions = "What would settle it"
	HeadDuties    = "What goes with it"
	HeadPaths     = "The way out"
	HeadAssumed   = "Taken for granted"
	HeadNear      = "What comes nearest"
)

// Unproven is said where not every question was proved to matter.
const Unproven = "So much is open that not every question above was proved to matter."

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

func (p *Printer) width() int {
	if p.Width <= 0 {
		return 88
	}
	return p.Width
}

// para writes text wrapped, the first line after lead and the others indented.
func (p *Printer) para(lead, indent, text string) {
	width := p.width()
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
	p.para("  ", "  ", Sentence(r))
	p.why(r)
	p.spans(r)
	p.views(r)
	p.questions(r)
	p.held(r)
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
func Sentence(r *ruling.Ruling) string {
	var cites []string
	for _, f := range r.Deciding() {
		cites = append(cites, f.Provision.Cite())
	}
	if cites = distinct(cites); len(cites) == 0 || r.Verdict == ruling.Permitted {
		return Saying(r) + "."
	}
	return Saying(r) + ": " + strings.Join(cites, "; ") + "."
}

// Saying says the verdict with its day, without its paragraphs and full stop.
func Saying(r *ruling.Ruling) string {
	when := "On " + r.AsOf.Long()
	if !r.AsOf.Exact() {
		when = "In " + r.AsOf.Long()
		if strings.Contains(when, " to ") {
			when = "From " + r.AsOf.Long()
		}
	}
	says := map[ruling.Verdict]string{
		ruling.Prohibited: "this is prohibited", ruling.OverCap: "this goes over a cap",
		ruling.NeedsApproval: "this is lawful only with the committee's approval in advance",
		ruling.Judgement:     "the answer hangs on something a person must weigh",
		ruling.Incomplete:    "the answer hangs on something that was not said",
		ruling.Reportable:    "this is lawful, and a report or notice is owed", ruling.Exempt: "this is inside a written exception",
		ruling.Permitted: "no provision of the loaded law bites",
	}[r.Verdict]
	if r.Verdict == ruling.Incomplete && len(r.Spans) > 0 {
		says = "the answer changes: the day decides"
	}
	return when + " " + says
}

func (p *Printer) why(r *ruling.Ruling) {
	for i, reason := range Reasons(r) {
		if i == 0 {
			p.printf("\n%s\n", p.paint("1", HeadWhy))
		}
		p.para("  "+signs[reason.Verdict]+" ", "    ", reason.Text+mark(reason.Provision)+".")
		if with := reason.Provision.ReadWith(); len(with) > 0 {
			p.para("      ", "      ", "read with "+strings.Join(with, ", "))
		}
		if len(reason.Because) > 0 {
			parts := make([]string, 0, len(reason.Because))
			for _, c := range reason.Because {
				parts = append(parts, c.Name+" "+c.Value)
			}
			p.para("      ", "      ", "because "+strings.Join(parts, ", "))
		}
		for _, s := range reason.Notes {
			p.para("      ", "      ", s)
		}
	}
}

// Reason is one finding in words.
type Reason struct {
	// Verdict is what the finding alone would give.
	Verdict   ruling.Verdict
	Provision *law.Provision
	// Text is the citation, the title and, where there are several, the line.
	Text string
	// Because are the stated facts that it was reached by.
	Because []ruling.Because
	// Notes say what else it was reached by, and what may lift it.
	Notes []string
}

// Reasons gives the findings that bear on the verdict, in the order of the law.
func Reasons(r *ruling.Ruling) []Reason {
	var out []Reason
	for i := range r.Findings {
		f := &r.Findings[i]
		if f.Verdict == ruling.Permitted {
			continue
		}
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
		out = append(out, Reason{f.Verdict, f.Provision, text, r.Because(f), explain(r, f)})
	}
	return out
}

// mark says when a provision was not checked against its text.
func mark(pr *law.Provision) string {
	if !pr.Verified {
		return " [text not seen]"
	}
	return ""
}

func explain(r *ruling.Ruling, f *ruling.Finding) []string {
	var out []string
	switch g := f.Goods; {
	case g.List != "" && !told(r, f):
		out = append(out, "may be "+g.List+": what the goods are was not said")
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

// told reports whether the goods line of a finding says what the goods are.
func told(r *ruling.Ruling, f *ruling.Finding) bool {
	if f.Line < 0 || f.Line >= len(r.Activity.Goods) {
		return false
	}
	for _, id := range []vocab.FactID{vocab.GoodsDescription, vocab.GoodsHS, vocab.GoodsCommodity} {
		if _, ok := r.Activity.Goods[f.Line].Get(id); ok {
			return true
		}
	}
	return false
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
	p.printf("\n%s\n", p.paint("1", HeadSpans))
	for _, s := range r.Spans {
		p.printf("  %s %s: %s\n", signs[s.Verdict], s.Period.Long(), strings.ToLower(words[s.Verdict]))
	}
}

func (p *Printer) views(r *ruling.Ruling) {
	if len(r.Views) == 0 {
		return
	}
	p.printf("\n%s\n", p.paint("1", HeadViews))
	for i := range r.Views {
		p.para("  "+signs[r.Views[i].Verdict]+" ", "    ", ViewText(&r.Views[i], p.state))
	}
}

// ViewText says who holds disputed law to be in force or not, and the verdict
// under that position; state gives the name of a state.
func ViewText(v *ruling.View, state func(code string) string) string {
	says := "in force"
	if !v.InForce {
		says = "not in force"
	}
	by := "nobody recorded"
	if len(v.By) > 0 {
		names := make([]string, len(v.By))
		for i, c := range v.By {
			names[i] = state(c)
		}
		by = strings.Join(names, ", ")
	}
	return says + " according to " + by + ": " + strings.ToLower(words[v.Verdict])
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
	p.printf("\n%s\n", p.paint("1", HeadQuestions))
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
		p.para("  ", "  ", Unproven)
	}
}

func (p *Printer) duties(r *ruling.Ruling) { p.list(HeadDuties, Duties(r)) }

// Duties are what is owed, or called for, along with the activity.
func Duties(r *ruling.Ruling) []string {
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
	return distinct(lines)
}

// distinct drops what was said before, in place.
func distinct(lines []string) []string {
	seen := map[string]bool{}
	return slices.DeleteFunc(lines, func(l string) bool {
		before := seen[l]
		seen[l] = true
		return before
	})
}

func (p *Printer) list(title string, lines []string) {
	if len(lines) == 0 {
		return
	}
	p.printf("\n%s\n", p.paint("1", title))
	for _, l := range distinct(lines) {
		p.para("  - ", "    ", l)
	}
}

func (p *Printer) pathsOf(r *ruling.Ruling) {
	var lines []string
	for _, x := range r.Paths {
		lines = append(lines, x.Exception.Cite()+", "+x.Exception.Title+": "+x.Exception.Path)
	}
	p.list(HeadPaths, lines)
}

func (p *Printer) assumed(r *ruling.Ruling) {
	var lines []string
	for i := range r.Assumed {
		a := &r.Assumed[i]
		lines = append(lines, vocab.FactOf(a.Fact).Title+": "+AssumedValue(a)+" ("+a.Name()+" was not said; "+OtherwiseText(a)+")")
	}
	p.list(HeadAssumed, lines)
}

// OtherwiseText says what the verdict is when an assumption does not hold.
func OtherwiseText(a *ruling.Assumption) string {
	if vocab.FactOf(a.Fact).Type == vocab.Bool {
		return "otherwise " + strings.ToLower(VerdictWord(a.Otherwise))
	}
	return "otherwise perhaps " + strings.ToLower(VerdictWord(a.Otherwise))
}

// AssumedValue gives what was assumed, for people.
func AssumedValue(a *ruling.Assumption) string {
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
		lines = append(lines, ScreenedText(&r.Screened[i]))
	}
	p.list("Screened", lines)
}

// outcomes are the outcomes of screening as people read them.
var outcomes = map[string]string{"match": "a match", "possible": "possibly on it", "clear": "clear", "not_screened": "NOT SCREENED", "suppressed": "suppressed"}

// ScreenedText says who was looked up in which list and what came of it.
func ScreenedText(s *ruling.Screened) string {
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
		came += hitText(s)
	}
	who := s.Of() + " " + strconv.Quote(s.Name)
	if against != "" {
		who += " against " + against
	}
	return who + ": " + came
}

func hitText(s *ruling.Screened) string {
	text := ": " + s.Subject
	switch s.Tier {
	case "":
	case "named":
		text += ", named, not listed"
	default:
		text += ", " + s.Tier
	}
	text += ", score " + strconv.FormatFloat(s.Score, 'f', 2, 64)
	if s.By != "" {
		text += ", by " + s.By
	}
	from := strconv.FormatFloat(s.Threshold, 'g', -1, 64)
	switch {
	case s.Leads == "stated" && s.Threshold == 0:
		text += "; it is stated, by its number"
	case s.Leads == "stated":
		text += "; from " + from + " on it is stated"
	case s.Leads == "asked" && s.Threshold == 0:
		text += "; it is asked, since the list does not settle it for that day"
	case s.Leads == "asked":
		text += "; from " + from + " on it is asked"
	}
	if x := s.Suppressed; x != nil {
		text += "; " + x.Words + "; nothing is stated"
	}
	if s.Uncompared != "" {
		text += "; " + s.Uncompared
	}
	if q := Settles(s); q != "" {
		text += ". " + q
	}
	return text
}

// Settles gives the question that would settle whether a hit is the one that was
// looked up; "" where nothing follows from it, or something besides its name agrees
// and the fact is stated.
func Settles(s *ruling.Screened) string {
	if s.Leads == "" || s.Leads == "stated" && s.By != "name alone" {
		return ""
	}
	fact := s.Of() + ".listed"
	if s.Tier == "owned" || s.Tier == "may_be_owned" {
		fact = s.Of() + ".owned_by_listed"
	}
	known := ""
	if s.Compare != "" {
		known = " (" + s.Compare + ")"
	}
	if s.Party < 0 {
		return "Is it the same ship" + known + "? Give its IMO number, or state " + fact + "=false if it is another"
	}
	return "Is it the same one" + known + "? State " + fact + "=false if it is another"
}

func (p *Printer) near(r *ruling.Ruling) {
	var lines []string
	for i := range r.NearMisses {
		lines = append(lines, NearText(&r.NearMisses[i], r, factSet)+mark(r.NearMisses[i].Provision))
	}
	p.list(HeadNear, lines)
}

// factSet says that a fact were another, as `--set` takes it.
func factSet(f *vocab.Fact, v string) string { return f.Name + " were " + v }

// NearText says what would have been, had one thing been another; were says that
// a fact were another.
func NearText(m *ruling.NearMiss, r *ruling.Ruling, were func(f *vocab.Fact, value string) string) string {
	v := strings.ToLower(words[m.Verdict])
	tail := " by " + m.Provision.Cite() + " (" + m.Provision.Title + ")"
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
	return "if " + were(vocab.FactOf(m.Fact), m.Value) + ": " + v + tail
}

func (p *Printer) scope(r *ruling.Ruling) {
	p.printf("\n")
	if r.Brief {
		p.para("  ", "  ", "What was taken for granted is left out; without --brief it is listed.")
	}
	for _, line := range Scope(r) {
		p.para("  ", "  ", line)
	}
}

// Scope says what was not assessed, and under which law it was ruled.
func Scope(r *ruling.Ruling) []string {
	var lines []string
	for _, g := range r.Regimes {
		lines = append(lines, g.Scope)
	}
	known := ""
	if r.KnownAt != when.NoDay {
		known = " as known on " + r.KnownAt.Long()
	}
	return append(distinct(lines), "Law version "+r.LawVersion[:12]+known+". The binding text is the instrument itself.")
}

var sprintf = fmt.Sprintf

// Ordered gives the verdicts, strictest first, for legends.
func Ordered() []ruling.Verdict {
	var out []ruling.Verdict
	for v := ruling.Prohibited; ; v-- {
		out = append(out, v)
		if v == ruling.Permitted {
			return out
		}
	}
}
