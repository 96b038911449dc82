package law

import (
	"cmp"
	"io/fs"
	"path"
	"slices"
	"strings"

	"github.com/cordon-engine/cordon/internal/fault"
	"github.com/cordon-engine/cordon/internal/vocab"
	"github.com/cordon-engine/cordon/internal/when"
	"github.com/cordon-engine/cordon/internal/yamltree"
)

// fitting are the operative words that fit an effect. Mixed forms such as
// "reaffirms, decides" are looked at word by word.
var fitting = map[Effect][]string{
	Prohibit: {"decides", "requires", "demands", "condemns", "clarifies", "reaffirms", "notes", "affirms", "reiterates"},
	Cap:      {"decides"},
	Require:  {"decides", "requires", "directs", "demands", "clarifies", "underscores", "reaffirms", "affirms", "notes", "emphasizes", "recalls", "authorises"},
	Exempt:   {"decides", "emphasizes", "clarifies", "re-emphasizes", "underlines", "reaffirms", "affirms"},
	CallUpon: {"calls", "urges", "requests", "deplores", "expresses", "emphasizes", "underlines", "re-emphasizes", "reiterates", "recalls", "underscores", "clarifies", "notes", "encourages", "invites", "affirms", "allows"},
}

// measures are the words that group provisions.
var measures = []string{
	"arms", "wmd", "luxury", "catch_all", "asset_freeze", "travel", "inspection", "seizure", "vessel", "aviation",
	"fuel", "finance", "trade_support", "sectoral", "labour", "venture", "cooperation", "diplomatic", "property",
	"programme", "reporting", "exemption", "designation", "interpretation", "institutional",
}

// Lint gives everything in the law that a careful reader would send back, in
// the order of the law. What makes law unreadable is an error of [Load] already.
func Lint(l *Law) []error {
	out := lintListings(l)
	for _, p := range l.Provisions() {
		report := func(format string, args ...any) {
			out = append(out, fault.New(fault.Invalid, format, args...).At(p.Place))
		}
		lintStatus(l, p, report)
		if p.Paragraph == "" && p.Measure != "designation" && p.Measure != "institutional" {
			report("there is no citation: `paragraph` is empty")
		}
		if !slices.Contains(measures, p.Measure) {
			report("there is no measure %q", p.Measure)
		}
		if words, ok := fitting[p.Effect]; ok && !fits(p.Binding, words) {
			report("the binding word %q does not fit the effect %s", p.Binding, p.Effect)
		}
		if len(p.Sources) == 0 && p.Verified {
			report("it is verified but names no source")
		}
		if p.Until != when.NoDay {
			switch {
			case p.Until < p.From:
				report("it ends on %s, before it begins on %s", p.Until, p.From)
			case p.EndedBy == "" && p.Effect != Authorise && p.Effect != Commit: // a promise may have a term of its own
				report("it ends on %s but nothing is said to have ended it (`ended_by`)", p.Until)
			case p.EndedBy != "":
				if by := l.byID[p.EndedBy]; by.From > p.Until+1 {
					report("it ends on %s, and %s, which ended it, begins only on %s: a gap", p.Until, by.ID, by.From)
				} else if by.From <= p.Until && slices.Contains(by.Replaces, p.ID) {
					report("it ends on %s, and %s, which replaces it, begins on %s: an overlap", p.Until, by.ID, by.From)
				}
			}
		} else if p.EndedBy != "" {
			report("it is ended by %s but has no `until`", p.EndedBy)
		}
		if p.PartOf != p.ID && l.byID[p.PartOf].PartOf != p.PartOf {
			report("it is a part of %s, which is itself a part", p.PartOf)
		}
		if (p.Cap != nil) != (p.Effect == Cap) {
			report("`cap` goes with the effect cap")
		}
		if p.Effect != Require && (p.Breach.Text != "" || p.Deadline != when.NoDay) || p.Effect != Require && p.Effect != CallUpon && (p.Reportable || p.Due != when.NoDay || p.DueDays > 0) {
			report("breach and deadline go with the effect require; reportable and due with require or call_upon")
		}
		if p.Effect != Exempt && p.Carves != nil {
			report("`carves` goes with the effect exempt")
		}
		if p.Kinds == 0 && (len(p.Goods) > 0 || p.When.Text != "" && p.Effect != Exempt) {
			report("it has goods or a condition but no `kind` of activity that could meet it")
		}
		if p.Each == EachGoods && !p.Kinds.Has(vocab.KindTransfer) && !p.Kinds.Has(vocab.KindSeaTransfer) {
			report("it looks at goods lines but is not about a transfer")
		}
		for _, x := range p.Exceptions {
			if x.Provision != p {
				continue
			}
			if x.Grant == ByCommittee && x.Path == "" {
				report("the exception %q needs the committee but has no `path` that says what to file", x.ID)
			}
			if x.Until != when.NoDay && x.Until < p.From {
				report("the exception %q ends before the provision begins", x.ID)
			}
		}
		if p.Exemption != nil && p.Exemption.Grant == ByCommittee && p.Exemption.Path == "" {
			report("the exemption needs the committee but has no `path` that says what to file")
		}
	}
	return out
}

// lintListings looks for a programme that is named twice: whoever is listed there
// would be listed under whichever regime comes first.
func lintListings(l *Law) []error {
	var out []error
	type programme struct{ authority, name string }
	of := map[programme]string{}
	for _, r := range l.Regimes {
		for _, name := range r.Listings.Programmes {
			p := programme{r.Listings.Authority, name}
			if other, ok := of[p]; ok {
				out = append(out, fault.New(fault.Invalid, "the programme %q of %s is named by %s already", name, p.authority, other).
					At(fault.Place{File: r.File, Field: "listings"}))
			}
			of[p] = r.ID
		}
	}
	return out
}

func fits(binding string, words []string) bool {
	for _, w := range strings.FieldsFunc(binding, func(r rune) bool { return r == ' ' || r == '/' || r == ',' || r == ';' }) {
		if slices.Contains(words, strings.ToLower(w)) {
			return true
		}
	}
	return false
}

// Check is one record of somebody checking a provision against a text.
type Check struct {
	Provision string `json:"provision"`
	// What was checked: paragraph, substance, date or figure.
	What string `json:"what"`
	// Finding is confirmed, corrected, not_found or conflicting.
	Finding string `json:"finding"`
	// Value says in our own words what the text says.
	Value string `json:"value"`
	// Seen names the text.
	Seen string `json:"seen"`
	On   string `json:"on"`
	By   string `json:"by"`
}

// LoadChecks reads the records of review in dir. A record about a provision that
// does not exist is an error.
func LoadChecks(fsys fs.FS, dir string, l *Law) ([]Check, error) {
	var out []Check
	err := fs.WalkDir(fsys, dir, func(p string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() || path.Ext(p) != ".yaml" {
			return err
		}
		b, err := fs.ReadFile(fsys, p)
		if err != nil {
			return err
		}
		docs, err := yamltree.Parse(p, b)
		if err != nil {
			return err
		}
		for _, doc := range docs {
			for _, n := range doc.Items {
				c, err := readCheck(n, l)
				if err != nil {
					return err
				}
				out = append(out, c)
			}
		}
		return nil
	})
	slices.SortStableFunc(out, func(a, b Check) int { return cmp.Compare(a.Provision, b.Provision) })
	return out, err
}

func readCheck(n *yamltree.Node, l *Law) (Check, error) {
	m, err := n.Fields("a record of review")
	if err != nil {
		return Check{}, err
	}
	d := decoder{m: m}
	c := Check{
		Provision: d.need("provision"), What: d.need("what"), Finding: d.need("finding"),
		Value: d.text("value"), Seen: d.text("seen"), On: d.need("on"), By: d.need("by"),
	}
	if _, ok := l.byID[c.Provision]; !ok {
		d.fail(l.dangling(&Provision{ID: "in a record of review", Place: n.Place()}, c.Provision))
	}
	return c, d.end()
}
