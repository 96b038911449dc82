package report

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/cordon-engine/cordon/internal/claim"
	"github.com/cordon-engine/cordon/internal/matrix"
	"github.com/cordon-engine/cordon/internal/record"
	"github.com/cordon-engine/cordon/internal/ruling"
	"github.com/cordon-engine/cordon/internal/states"
	"github.com/cordon-engine/cordon/internal/vocab"
	"github.com/cordon-engine/cordon/internal/when"
)

// EvidenceSign is the sign that stands before the word, so that levels tell themselves apart without colour.
func EvidenceSign(e matrix.Evidence) string { return [...]string{"·", "?", "◔", "◑", "●"}[e] }

// EvidenceStandard says at the head of everything about states what the words mean (EVD-08).
const EvidenceStandard = "The words say how strong the evidence is that something happened which the law of that day forbade: " +
	"possible, alleged, corroborated, adjudicated. They are no verdict on the state. No information says neither that a rule was kept nor that it was not. " +
	"A denial changes the response and not the evidence; items of one origin count once."

// BalanceCaution is shown where both sides stand beside each other (EVD-11).
const BalanceCaution = "Both sides are shown so that they can be read, not because they weigh the same: the weight of each is the evidence behind it."

// Names gives names of states for people.
type Names func(code string) string

// CellSentence says a cell in a sentence.
func CellSentence(c *matrix.Cell, name Names) string {
	state := name(c.State.String())
	var b strings.Builder
	switch {
	case c.Evidence == matrix.NoInformation && c.Complied > 0:
		b.WriteString(compliedSentence(c, state))
	case c.Evidence == matrix.NoInformation:
		fmt.Fprintf(&b, "%s: no information on anything forbidden.", state)
	default:
		fmt.Fprintf(&b, "%s: %s", state, c.Evidence)
		if c.Origins > 0 {
			fmt.Fprintf(&b, ", on %s", Plural(c.Origins, "independent origin"))
		}
		if c.PressOnly {
			b.WriteString(", press only, which is thin")
		}
		b.WriteString(".")
	}
	if said := ResponseSentence(c); said != "" {
		b.WriteString(" " + said)
	}
	if c.Evidence > matrix.NoInformation {
		if c.ByHand {
			b.WriteString(" Placed by hand: no ruling was made.")
		}
		if c.Unverified {
			b.WriteString(" No text behind it was seen by us.")
		}
		if c.Complied > 0 {
			fmt.Fprintf(&b, " Compliance is claimed too, by %s.", Plural(c.Complied, "item"))
		}
	}
	return b.String()
}

// compliedSentence says that an obligation was met where nothing speaks of a breach, and on whose word.
func compliedSentence(c *matrix.Cell, state string) string {
	own := 0
	for _, i := range c.Items {
		if i.Bears == matrix.Complied && !i.Retracted && (i.Claim != nil && i.Claim.SpokenFor(c.State) || i.Record != nil && i.Record.Reporter == c.State) {
			own++
		}
	}
	items := Plural(c.Complied, "item")
	switch {
	case own == 0:
		return fmt.Sprintf("%s: complied, by %s.", state, items)
	case own >= c.Complied:
		return fmt.Sprintf("%s: complied, by its own word (%s).", state, items)
	default:
		return fmt.Sprintf("%s: complied, by %s, %d of them its own word.", state, items, own)
	}
}

// ResponseSentence says what the state answers. What is denied or admitted is what was said against it, so that is named where the
// cell itself speaks of no breach.
func ResponseSentence(c *matrix.Cell) string {
	switch {
	case c.Answer != nil && c.Answer.Claim.Kind == claim.Legitimacy:
		return "It denies the right to ask."
	case c.Response == matrix.Denied && c.Evidence == matrix.NoInformation:
		return "It denies what was said of it."
	case c.Response == matrix.Denied:
		return "It denies it."
	case c.Response == matrix.LawDisputed:
		return "It reads the law otherwise."
	case c.Response == matrix.Admitted && c.Evidence == matrix.NoInformation:
		return "It admits what was said of it."
	case c.Response == matrix.Admitted:
		return "It admits it."
	case c.Response == matrix.Remedied:
		return "It says that it was mended."
	case len(c.Silent) > 0:
		return "Asked, it did not answer."
	case c.Evidence == matrix.NoInformation:
		return ""
	default:
		return "No answer is on record."
	}
}

// Plural counts in words: "one state", "2 states".
func Plural(n int, what string) string {
	if n == 1 {
		return "one " + what
	}
	return strconv.Itoa(n) + " " + what + "s"
}

// StatesView is a matrix to be shown.
type StatesView struct {
	Cells []matrix.Cell
	// Hidden is the number of cells of provisions that only restate others, left out.
	Hidden   int
	Watchers []states.Watcher
	LeftOut  int
	Known    when.Day
	Periods  []when.Period
}

// Hide takes out the cells of provisions that restate an earlier one; the earlier one says the same.
func (v *StatesView) Hide() {
	before := len(v.Cells)
	v.Cells = slices.DeleteFunc(v.Cells, func(c matrix.Cell) bool { return c.Obligation.Binding == "reaffirms" })
	v.Hidden = before - len(v.Cells)
}

// StatesDocument makes the matrix a document: a table for each obligation.
func StatesDocument(v *StatesView, name Names) *Document {
	d := &Document{Title: "Who keeps the rules", Lead: []string{EvidenceStandard}}
	if v.Known != when.NoDay {
		d.Lead = append(d.Lead, fmt.Sprintf("As known at the end of %s: %s published later left out.", v.Known.Long(), Plural(v.LeftOut, "item")))
	}
	for i := 0; i < len(v.Cells); {
		p := v.Cells[i].Obligation
		s := Section{ID: p.ID, Title: p.ID + "  " + p.Title}
		s.Para("%s, %s.", p.Cite(), InForce(p))
		t := &Table{Head: []string{"", "state", "period", "evidence", "response", "origins", "met"}, Right: []int{5, 6}}
		for ; i < len(v.Cells) && v.Cells[i].Obligation == p; i++ {
			t.Rows = append(t.Rows, cellRow(&v.Cells[i], name))
		}
		s.AddTable(t)
		d.Sections = append(d.Sections, s)
	}
	d.Sections = append(d.Sections, watched(v.Watchers))
	if v.Hidden > 0 {
		last := &d.Sections[len(d.Sections)-1]
		last.Para("%s of provisions that restate an earlier one are not shown; --all shows them.", Plural(v.Hidden, "cell"))
	}
	return d
}

func cellRow(c *matrix.Cell, name Names) []string {
	period := c.Period.String()
	if !claim.Given(c.Period) {
		period = "undated"
	}
	response := c.Response.String()
	switch {
	case c.Response == matrix.NoResponse && len(c.Silent) > 0:
		response = "asked, silent"
	case c.Response == matrix.NoResponse:
		response = "—"
	}
	evidence := c.Evidence.String()
	if c.PressOnly {
		evidence += " (press only)"
	}
	if c.ByHand {
		evidence += " (by hand)"
	}
	if c.Unverified {
		evidence += " (unseen)"
	}
	return []string{EvidenceSign(c.Evidence), name(c.State.String()), period, evidence, response, count(c.Origins), count(c.Complied)}
}

// count leaves a zero out, since nothing was counted there.
func count(n int) string {
	if n == 0 {
		return "—"
	}
	return strconv.Itoa(n)
}

// watched says who looked: a count of findings measures the looking too (SCO-05).
func watched(list []states.Watcher) Section {
	s := Section{ID: "watchers", Title: "Who looked"}
	s.Para("What is found measures how hard somebody looked as well as what was done. A period in which nobody looked is no period of compliance.")
	items := make([]string, len(list))
	for i := range list {
		w := &list[i]
		until := "to this day"
		if w.Ended() {
			until = "to " + w.Until.Long()
		}
		items[i] = fmt.Sprintf("%s, for %s, %s %s: %s", w.Name, w.Whose, w.From.Long(), until, w.What)
		if !w.Verified {
			items[i] += " (not verified)"
		}
	}
	s.List(items)
	return s
}

// Dossier makes a report on one state that can be cited.
func Dossier(d *states.Dossier, name Names, versions Versions, lawVersion string) *Document {
	state := name(d.State.String())
	doc := &Document{Title: state + ": what is known", Lead: []string{EvidenceStandard, weightStatement(d, state)}}
	if d.Known != when.NoDay {
		doc.Lead = append(doc.Lead, fmt.Sprintf("As known at the end of %s: %s published later left out.", d.Known.Long(), Plural(d.LeftOut, "item")))
	}
	doc.Sections = append(doc.Sections, conductSections(d, name)...)
	doc.Sections = append(doc.Sections, compliedSection(d, name), reportsSection(d), figuresSection("trade", "Trade", d.Trade, name),
		figuresSection("labour", "Workers", d.Labour, name), figuresSection("oil", "Oil", d.Oil, name), unknownSection(d, state),
		watched(d.Watchers), sourcesSection(d), methodSection(versions, lawVersion, d))
	doc.Sections = slices.DeleteFunc(doc.Sections, func(s Section) bool { return len(s.Blocks) == 0 })
	return doc
}

// weightStatement is the line on how much stands behind what (EVD-11).
func weightStatement(d *states.Dossier, state string) string {
	var n [matrix.Adjudicated + 1]int
	answered, silent, unasked := 0, 0, 0
	for i := range d.Conduct {
		c := &d.Conduct[i]
		n[c.Evidence]++
		if c.Evidence > matrix.NoInformation {
			switch {
			case c.Response != matrix.NoResponse:
				answered++
			case len(c.Silent) > 0:
				silent++
			default:
				unasked++
			}
		}
	}
	parts := []string{}
	for e := matrix.Adjudicated; e > matrix.NoInformation; e-- {
		if n[e] > 0 {
			parts = append(parts, fmt.Sprintf("%d %s", n[e], e))
		}
	}
	if len(parts) == 0 {
		return fmt.Sprintf("On %s obligations that bind %s nothing forbidden is on record; that does not say that they were kept.",
			strconv.Itoa(d.Bound), state)
	}
	return fmt.Sprintf("Of %d obligations that bind %s, something that they forbid is asserted, or may be, on %d: %s. It answers on %d, was asked "+
		"and silent on %d, and on %d no answer is on record. %s", d.Bound, state, answered+silent+unasked, strings.Join(parts, ", "), answered, silent, unasked, BalanceCaution)
}

func conductSections(d *states.Dossier, name Names) []Section {
	var out []Section
	for i := range d.Conduct {
		c := &d.Conduct[i]
		if c.Obligation.Binding == "reaffirms" {
			continue
		}
		s := Section{ID: c.Obligation.ID, Title: EvidenceSign(c.Evidence) + " " + c.Obligation.ID + "  " + c.Obligation.Title}
		s.Para("%s", CellSentence(c, name))
		if c.Evidence > matrix.NoInformation {
			s.Para("By the rule %q: %s.", c.By.ID, c.By.Says)
		}
		var items []string
		shown := map[string]bool{} // an admission is evidence and an answer, and is printed once
		for _, it := range c.Items {
			if !shown[it.ID()] {
				items = append(items, ItemText(it, name))
			}
			shown[it.ID()] = it.Claim != nil
		}
		s.List(items)
		s.List(besides(c))
		out = append(out, s)
	}
	return out
}

// ItemText says one item: in whose name, what, what the law of that day makes of it, what it is worth, and where it stands.
func ItemText(i *matrix.Item, name Names) string {
	var b strings.Builder
	worth, why := i.Worth()
	if i.Claim != nil {
		c := i.Claim
		fmt.Fprintf(&b, "%s (%s): %s", speaker(c, name), strings.ReplaceAll(c.Kind.String(), "_", " "), strings.TrimSuffix(c.Text, "."))
		if c.Hedge != "" {
			fmt.Fprintf(&b, " (%q)", c.Hedge)
		}
		fmt.Fprintf(&b, ". %s", itemLaw(i))
		if len(c.Parties) > 0 { // nobody is named without the act (EVD-08)
			acts := make([]string, len(c.Parties))
			for n, p := range c.Parties {
				acts[n] = p.Name + ": " + p.Act
			}
			fmt.Fprintf(&b, " Named: %s.", strings.Join(acts, "; "))
		}
		if worth > matrix.Nothing && i.Bears == matrix.Breach {
			fmt.Fprintf(&b, " Worth: %s.", why)
		}
		if i.Retracted {
			b.WriteString(" Retracted.")
		}
		if c.Dissent != "" {
			fmt.Fprintf(&b, " Dissent: %s.", strings.TrimSuffix(c.Dissent, "."))
		}
		fmt.Fprintf(&b, " [%s; %s", c.ID, i.Source.ID)
		if c.Where != "" {
			fmt.Fprintf(&b, ", %s", c.Where)
		}
		b.WriteString("]")
	} else {
		fmt.Fprintf(&b, "%s. %s", RecordText(i.Record, name), itemLaw(i))
		if worth > matrix.Nothing && i.Bears == matrix.Breach {
			fmt.Fprintf(&b, " Worth: %s.", why)
		}
		fmt.Fprintf(&b, " [%s]", recordRef(i.Record))
	}
	if !i.Verified() {
		b.WriteString(" (text not seen)")
	}
	return strings.ReplaceAll(b.String(), "  ", " ")
}

// recordRef names a figure as cordon records show takes it. A row of a file may stand in several readings of its series, and
// then only one of them is the figure.
func recordRef(r *record.Record) string {
	if r.Row > 0 || r.Source.SHA256 != "" {
		return fmt.Sprintf("%s@%d/%s", r.Series, r.Snapshot, r.Name())
	}
	return r.Series + "/" + r.Name()
}

func speaker(c *claim.Claim, name Names) string {
	switch {
	case c.Speaker != "":
		return c.Speaker
	case c.SpeakerState != 0:
		return name(c.SpeakerState.String())
	default:
		return "nobody named"
	}
}

// itemLaw says what the law of its day makes of an item.
func itemLaw(i *matrix.Item) string {
	switch {
	case i.Bears == matrix.Reply || i.Bears == matrix.Context:
		return ""
	case i.ByHand:
		return "Placed here by a person."
	case i.Bears == matrix.Lawful && i.Finding == nil:
		return "The activity that is written down for it does not fall under the paragraph."
	case i.Bears == matrix.Lawful:
		return fmt.Sprintf("The paragraph did not forbid it in %s.", i.Period.Long())
	case i.Bears == matrix.MayBreach:
		return mayBreach(i)
	case i.Bears == matrix.Complied && i.Late > 0:
		return fmt.Sprintf("%s late.", Plural(i.Late, "day"))
	case i.Bears == matrix.Complied:
		return ""
	default:
		return fmt.Sprintf("Under the law of %s this was forbidden.", i.Period.Long())
	}
}

// mayBreach says on what it hangs whether the paragraph forbade it.
func mayBreach(i *matrix.Item) string {
	if len(i.Finding.Missing) == 0 {
		if i.Verdict == ruling.NeedsApproval {
			return "Lawful only with the committee's approval, of which nothing is known."
		}
		return "The paragraph forbade it on some days of the period and not on others."
	}
	var facts []string
	for _, id := range i.Finding.Missing {
		facts = append(facts, vocab.FactOf(id).Name)
	}
	slices.Sort(facts)
	return "Whether it was forbidden hangs on what is not known: " + strings.Join(slices.Compact(facts), ", ") + "."
}

// besides is what belongs to a cell beside its items: silence, other explanations and what would settle it.
func besides(c *matrix.Cell) []string {
	var out []string
	for _, r := range c.Silent {
		line := "Asked by " + cmp.Or(r.By, "the source") + ", it did not answer"
		if claim.Given(r.On) {
			line += " (asked " + r.On.Long() + ")"
		}
		out = append(out, line+".")
	}
	for _, i := range c.Items {
		if i.Claim == nil || i.Bears > matrix.MayBreach {
			continue
		}
		for _, a := range i.Claim.Alternatives {
			out = append(out, "Another explanation: "+a)
		}
		for _, s := range i.Claim.Settles {
			out = append(out, "Would settle it: "+s)
		}
	}
	return distinct(out)
}

// RecordText says a figure in words.
func RecordText(r *record.Record, name Names) string {
	who := cmp.Or(r.By, "nobody named")
	if r.Reporter != 0 {
		who = name(r.Reporter.String())
	}
	figure := "no figure"
	switch {
	case r.Quantity.Known:
		figure = RangeText(r.Quantity) + " " + strings.ReplaceAll(r.Unit, "pct", "per cent")
		if r.Value.Known {
			figure += ", " + RangeText(r.Value) + " USD"
		}
	case r.Value.Known:
		figure = RangeText(r.Value) + " USD"
	}
	line := fmt.Sprintf("%s, %s by %s: %s, %s", r.Period.Long(), r.Kind, who, FigureName(r, name), figure)
	if r.Assumption != "" {
		line += "; assumes " + r.Assumption
	}
	if r.Note != "" {
		line += " (" + strings.TrimSuffix(r.Note, ".") + ")"
	}
	return line
}

// FigureName says what a figure counts. Where one tells of the trade of another, it says whose and with whom: what one side
// exports, the other imports.
func FigureName(r *record.Record, name Names) string {
	what := strings.ReplaceAll(r.Measure.String(), "_", " ")
	ofTrade := r.Measure == record.TradeShare || (r.Flow != record.NoFlow && r.Subject != 0)
	whose := ""
	if ofTrade && r.Subject != 0 {
		whose = name(r.Subject.String()) + "'s "
	}
	switch {
	case r.Measure == record.TradeShare && r.Flow != record.Total && r.Flow != record.NoFlow:
		what = "share of " + whose + r.Flow.String() + "s"
	case r.Measure == record.TradeShare:
		what = "share of " + whose + "trade"
	case r.Flow == record.Total:
		what = whose + "imports and exports"
	case r.Flow != record.NoFlow:
		what = whose + r.Flow.String()
	}
	of := " of "
	if r.Measure == record.TradeShare {
		of = " that is "
	}
	if r.Commodity != "" {
		what += of + r.Commodity
	} else if !r.Code.IsZero() {
		what += of + "HS " + r.Code.Digits()
	}
	if !ofTrade || r.Partner == 0 {
		return what
	}
	with := " with "
	switch {
	case r.Measure == record.TradeShare && r.Commodity == "" && r.Code.IsZero():
		with = " that is with "
	case r.Flow == record.Export:
		with = " to "
	case r.Flow == record.Import:
		with = " from "
	}
	return what + with + name(r.Partner.String())
}

// RangeText writes a figure with commas between thousands: "62,000", "1 to 2" with its bounds.
func RangeText(r record.Range) string {
	if r.Low == r.High {
		return groups(r.Low)
	}
	return groups(r.Low) + " to " + groups(r.High)
}

// groups writes a number with commas between thousands.
func groups(v float64) string {
	s := strconv.FormatFloat(v, 'f', -1, 64)
	whole, rest, dot := strings.Cut(s, ".")
	for i := len(whole) - 3; i > 0 && whole[i-1] != '-'; i -= 3 {
		whole = whole[:i] + "," + whole[i:]
	}
	if dot {
		return whole + "." + rest
	}
	return whole
}

func compliedSection(d *states.Dossier, name Names) Section {
	s := Section{ID: "complied", Title: "What it complied with"}
	for i := range d.Complied {
		c := &d.Complied[i]
		var items []string
		for _, it := range c.Items {
			if it.Bears == matrix.Complied {
				items = append(items, ItemText(it, name))
			}
		}
		s.Para("%s  %s", c.Obligation.ID, c.Obligation.Title)
		s.List(items)
	}
	return s
}

func reportsSection(d *states.Dossier) Section {
	s := Section{ID: "reports", Title: "Reports due and filed"}
	if len(d.Reports) == 0 {
		return s
	}
	s.Para("A report that is not on record here may well have been filed: no table of the authority by state was at hand. " +
		"A notice is owed only by a state that did what it is about.")
	t := &Table{Head: []string{"report", "due", "on record", "items"}}
	for i := range d.Reports {
		r := &d.Reports[i]
		state, ids := "not on record", []string{}
		for _, it := range r.Filed {
			ids = append(ids, it.ID())
		}
		switch {
		case len(r.Filed) > 0 && r.Late() > 0:
			state = fmt.Sprintf("filed, %s late", Plural(r.Late(), "day"))
		case len(r.Filed) > 0:
			state = "filed"
		}
		t.Rows = append(t.Rows, []string{r.Provision.ID + " " + r.Provision.Title, r.Due.String(), state, strings.Join(ids, ", ")})
	}
	s.AddTable(t)
	return s
}

func figuresSection(id, title string, list []*record.Record, name Names) Section {
	s := Section{ID: id, Title: title}
	if len(list) == 0 {
		return s
	}
	s.Para("Figures of different series, and reported and estimated ones, are not to be added up. A blank is not a zero.")
	var items []string
	for _, r := range list {
		line := RecordText(r, name) + " [" + recordRef(r) + "]"
		if !r.Verified && r.Source.SHA256 == "" {
			line += " (text not seen)"
		}
		items = append(items, line)
	}
	s.List(items)
	return s
}

func unknownSection(d *states.Dossier, state string) Section {
	s := Section{ID: "unknown", Title: "What is not known"}
	if len(d.Unknown) == 0 {
		return s
	}
	s.Para("On %d of %d obligations that bind %s nothing is on record here. That says neither that they were kept nor that they were not.", len(d.Unknown), d.Bound, state)
	if len(d.NotKept) > 0 {
		s.Para("Of these regimes no claim or figure at all is on record, and their obligations are not counted: %s.", strings.Join(d.NotKept, ", "))
	}
	by := map[string]int{}
	for _, p := range d.Unknown {
		by[cmp.Or(p.Measure, "other")]++
	}
	keys := make([]string, 0, len(by))
	for k := range by {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	parts := make([]string, len(keys))
	for i, k := range keys {
		parts[i] = fmt.Sprintf("%s %d", k, by[k])
	}
	s.Para("By measure: %s.", strings.Join(parts, ", "))
	return s
}

func sourcesSection(d *states.Dossier) Section {
	s := Section{ID: "sources", Title: "Sources"}
	t := &Table{Head: []string{"id", "source", "published", "copy"}}
	for _, src := range d.Sources {
		published, kept := "", "none kept"
		if claim.Given(src.Published) {
			published = src.Published.String()
		}
		if src.SHA256 != "" {
			kept = "SHA-256 " + src.SHA256
		}
		text := src.Title + ", " + src.Publisher
		if src.URL != "" {
			text += ", " + src.URL
		}
		if !src.Verified {
			text += " (not seen)"
		}
		t.Rows = append(t.Rows, []string{src.ID, text, published, kept})
	}
	s.AddTable(t)
	return s
}

func methodSection(v Versions, lawVersion string, d *states.Dossier) Section {
	s := Section{ID: "method", Title: "Method"}
	s.Para("Each activity that is asserted was ruled on by the law of its day; docs/method/matrix.md has the rules as tables. " +
		"Every figure can be traced: `cordon claims show ID`, `cordon records show SERIES/ID`, `cordon law show ID`.")
	s.Para("Program %s, law %s, data %s.", cmp.Or(v.Program, "unversioned"), short(lawVersion), short(v.Data))
	unasked := 0
	for i := range d.Conduct {
		unasked += d.Conduct[i].Unasked
	}
	if unasked > 0 {
		s.Para("For %s that count as evidence it is not on record that the state was asked. Ask before publishing, and give the answer the place of what it answers.",
			Plural(unasked, "claim"))
	}
	return s
}

func short(hash string) string {
	if len(hash) > 12 {
		return hash[:12]
	}
	return hash
}
