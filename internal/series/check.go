package series

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/cordon-engine/cordon/internal/fault"
	"github.com/cordon-engine/cordon/internal/goods"
	"github.com/cordon-engine/cordon/internal/place"
	"github.com/cordon-engine/cordon/internal/record"
	"github.com/cordon-engine/cordon/internal/text"
	"github.com/cordon-engine/cordon/internal/when"
)

// Gravity says what a finding asks for.
type Gravity uint8

// The gravities: something is wrong; somebody must look; worth knowing.
const (
	Note Gravity = iota
	Query
	Wrong
)

// Finding is one thing that the check of the records came upon.
type Finding struct {
	Gravity Gravity
	// Kind is a word for programs: "unknown_code", "described_as_other", "shares_over_100", "reading_differs",
	// "figure_vanished", "blank", "refused", "unused_columns", "no_direction", "not_verified", "edition_not_held", "not_compared", "damaged".
	Kind string
	// Snapshot is where; Record is the name of the record, "" where the finding is about more than one.
	Snapshot ID
	Record   string
	// Text says it in words; Count is how many records it is about.
	Text  string
	Count int
}

// maxTold is how many findings of one kind are told one by one for a snapshot.
const maxTold = 20

// Check reads all records of the snapshots that pick accepts, and gives what is to be
// said of them, the gravest first. What is damaged is a finding and not an error.
func Check(ctx context.Context, s Store, hs *goods.Nomenclature, pick func(Meta) bool) ([]Finding, error) {
	metas, err := s.Snapshots(ctx)
	if err != nil {
		return nil, err
	}
	metas = slices.DeleteFunc(metas, func(m Meta) bool { return !pick(m) })
	var out []Finding
	for _, m := range metas {
		c := &checker{hs: hs, meta: m, codes: map[described]string{}, shares: map[shareOf]float64{}, told: map[string]*Finding{}}
		if err := s.Each(ctx, m.ID, c.record); err != nil {
			if ctx.Err() != nil {
				return nil, err
			}
			c.find(Wrong, "damaged", "", "%v", err)
		}
		out = append(out, c.end()...)
	}
	differ, err := readings(ctx, s, metas)
	if err != nil {
		return nil, err
	}
	out = append(out, differ...)
	slices.SortStableFunc(out, func(a, b Finding) int { return cmp.Compare(b.Gravity, a.Gravity) })
	return out, nil
}

type described struct {
	code    goods.Code
	edition goods.Edition
	words   string
}

// shareOf is what shares add up to a hundred of.
type shareOf struct {
	by       string
	reporter place.State
	subject  place.State
	flow     record.Flow
	period   when.Period
	kind     record.Kind
	scope    string
	goods    bool // of goods, not of partners
}

type checker struct {
	hs     *goods.Nomenclature
	meta   Meta
	codes  map[described]string // kind of finding, "" for none
	shares map[shareOf]float64
	told   map[string]*Finding // what is only counted
	out    []Finding
}

func (c *checker) find(g Gravity, kind, name, format string, args ...any) {
	n := 0
	for i := range c.out {
		if c.out[i].Kind == kind {
			n++
		}
	}
	if n >= maxTold {
		c.count(g, kind, "%d more of its records")
		return
	}
	c.out = append(c.out, Finding{g, kind, c.meta.ID, name, fmt.Sprintf(format, args...), 1})
}

// count counts records of which not each is told; text has a %d for the number.
func (c *checker) count(g Gravity, kind, text string) {
	key := kind + text
	if c.told[key] == nil {
		c.told[key] = &Finding{Gravity: g, Kind: kind, Snapshot: c.meta.ID, Text: text}
	}
	c.told[key].Count++
}

func (c *checker) record(r *record.Record) error {
	if r.Blank {
		c.count(Note, "blank", "%d of its records: the source itself leaves the figure out")
	}
	if !r.Verified && c.meta.Embedded {
		c.count(Note, "not_verified", "%d of its figures: their text was not seen")
	}
	if r.Measure == record.Trade && r.Flow == record.NoFlow {
		c.count(Query, "no_direction", "%d of its records of trade: the source does not give the direction")
	}
	if r.Measure == record.TradeShare && r.Quantity.Known {
		k := shareOf{r.By, r.Reporter, r.Subject, r.Flow, r.Period, r.Kind, r.Scope, r.Commodity != "" || !r.Code.IsZero()}
		c.shares[k] += r.Quantity.Low
	}
	if !r.Code.IsZero() {
		c.code(r)
	}
	return nil
}

// code looks once at each code with its edition and words.
func (c *checker) code(r *record.Record) {
	k := described{r.Code, r.Edition, r.Commodity}
	kind, seen := c.codes[k]
	if !seen {
		kind = c.judge(k)
		if len(c.codes) < MaxCompared {
			c.codes[described{k.code, k.edition, strings.Clone(k.words)}] = kind
		}
		if kind == "unknown_code" {
			c.find(Wrong, kind, r.Name(), "%v", c.hs.Check(r.Code, r.Edition))
			return
		}
		if kind == "described_as_other" {
			c.find(Query, kind, r.Name(), "%s is %q in the HS and the record calls it %q: is it %s?",
				r.Code.Dotted(), c.hs.Label(r.Code), clip(r.Commodity), c.nearest(r.Commodity))
			return
		}
	}
	switch kind {
	case "edition_not_held":
		c.count(Note, kind, "%d of its records: their code cannot be checked, since the HS of their edition is not held or not said")
	case "unknown_code", "described_as_other":
		c.count(Wrong, kind, "%d more of its records have the same code")
	}
}

// judge gives the kind of finding that a code calls for, "" for none.
func (c *checker) judge(k described) string {
	held := len(c.hs.Editions(k.code)) > 0
	switch {
	case k.edition != 0 && k.edition < goods.HS2012:
		if !held {
			return "edition_not_held"
		}
	case !c.hs.Exists(k.code, k.edition):
		if k.edition == 0 {
			return "edition_not_held" // it may be of an older edition, and the record does not say
		}
		return "unknown_code"
	}
	if k.words != "" && c.other(k.code, k.words) {
		return "described_as_other"
	}
	return ""
}

// other reports whether words describe goods of another chapter: nothing in them is in
// the labels of the code, and the goods that they find best are all elsewhere.
func (c *checker) other(code goods.Code, words string) bool {
	own := map[string]bool{}
	for _, l := range []goods.Code{code, code.Subheading(), code.Heading(), code.Chapter()} {
		for _, w := range text.Tokens(c.hs.Label(l)) {
			own[stem(w)] = true
		}
	}
	for _, w := range text.Tokens(words) {
		if len(w) > 3 && own[stem(w)] {
			return false
		}
	}
	hits := c.hs.Search(words, 10)
	for _, h := range hits {
		if h.Code.Chapter() == code.Chapter() && 2*h.Score >= hits[0].Score {
			return false
		}
	}
	return len(hits) > 0 && hits[0].Score >= minScore
}

// minScore is what the best hit of a search must reach before it is held against a code.
const minScore = 500

// stem takes the plural off a word.
func stem(w string) string { return strings.TrimSuffix(strings.TrimSuffix(w, "s"), "e") }

func (c *checker) nearest(words string) string {
	hits := c.hs.Search(words, 1)
	if len(hits) == 0 {
		return "something else"
	}
	return fmt.Sprintf("%s (%s)", hits[0].Code.Dotted(), hits[0].Label)
}

func clip(s string) string {
	const most = 80
	n := 0
	for i := range s {
		if n++; n > most {
			return s[:i] + "…"
		}
	}
	return s
}

// end gives the findings of a snapshot.
func (c *checker) end() []Finding {
	for k, sum := range c.shares {
		if sum > 100.5 { // shares are rounded to a tenth
			c.out = append(c.out, Finding{Wrong, "shares_over_100", c.meta.ID, "", fmt.Sprintf("the shares of %s, %s, add up to %.1f per cent", k.period, who(k), sum), 1})
		}
	}
	t := c.meta.Tally
	if t.Refused > 0 {
		c.out = append(c.out, Finding{Query, "refused", c.meta.ID, "", fmt.Sprintf("%d of %d rows were refused when it was loaded", t.Refused, t.Rows), t.Refused})
	}
	if len(t.Unused) > 0 {
		c.out = append(c.out, Finding{
			Note, "unused_columns", c.meta.ID, "", "columns that no field was made from: " + strings.Join(t.Unused, ", "), len(t.Unused),
		})
	}
	for _, f := range c.told {
		f.Text = fmt.Sprintf(f.Text, f.Count)
		c.out = append(c.out, *f)
	}
	slices.SortStableFunc(c.out, func(a, b Finding) int {
		return cmp.Or(cmp.Compare(b.Gravity, a.Gravity), cmp.Compare(a.Kind, b.Kind), cmp.Compare(a.Record, b.Record), cmp.Compare(a.Text, b.Text))
	})
	return c.out
}

func who(k shareOf) string {
	if k.by != "" {
		return k.by
	}
	return k.reporter.String()
}

// readings compares each snapshot with the one before it in its series.
func readings(ctx context.Context, s Store, metas []Meta) ([]Finding, error) {
	var out []Finding
	for i := 1; i < len(metas); i++ {
		older, newer := metas[i-1], metas[i]
		if older.Series != newer.Series {
			continue
		}
		changes, err := Compare(ctx, s, older, newer)
		if fault.CodeOf(err) == fault.TooLarge {
			out = append(out, Finding{Query, "not_compared", newer.ID, "", fmt.Sprintf("it was not compared with %s: %v", older.ID, err), 1})
			continue
		}
		if err != nil {
			return nil, err
		}
		for n, ch := range changes {
			f := Finding{Query, "reading_differs", newer.ID, ch.Before.Name(), "", 1}
			if n == 10*maxTold {
				f.Record, f.Text, f.Count = "", fmt.Sprintf("%d more changes since %s", len(changes)-n, older.ID), len(changes)-n
				out = append(out, f)
				break
			}
			if ch.Vanished {
				f.Kind = "figure_vanished"
				f.Text = fmt.Sprintf("%s: %s in %s; in %s there is nothing for that time", ch.Before.Period.Long(), Figure(ch.Before), older.ID, newer.ID)
			} else {
				f.Text = fmt.Sprintf("%s: %s in %s, %s in %s", ch.Before.Period.Long(), Figure(ch.Before), older.ID, Figure(ch.After), newer.ID)
			}
			out = append(out, f)
		}
	}
	return out, nil
}

// Figure gives what a record counts as people write it: "44,655 barrels of 42 US
// gallons", "6,540,000,000 US dollars", "no figure".
func Figure(r *record.Record) string {
	var parts []string
	if r.Quantity.Known {
		parts = append(parts, span(r.Quantity)+" "+record.UnitName(r.Unit))
	}
	if r.NetWeight.Known && !(r.Unit == "kg" && r.NetWeight == r.Quantity) {
		parts = append(parts, span(r.NetWeight)+" kilograms net")
	}
	if r.Value.Known {
		v := span(r.Value) + " US dollars"
		if r.Basis != record.UnknownBasis {
			v += " (" + strings.ToUpper(r.Basis.String()) + ")"
		}
		parts = append(parts, v)
	}
	if len(parts) == 0 {
		return "no figure"
	}
	return strings.Join(parts, ", ")
}

func span(v record.Range) string {
	low, high, two := strings.Cut(v.String(), "..")
	if !two {
		return thousands(low)
	}
	return thousands(low) + " to " + thousands(high)
}

// thousands puts commas into the whole part of a number.
func thousands(s string) string {
	whole, rest, _ := strings.Cut(s, ".")
	var b []byte
	for i := range len(whole) {
		if i > 0 && (len(whole)-i)%3 == 0 {
			b = append(b, ',')
		}
		b = append(b, whole[i])
	}
	if rest != "" {
		return string(b) + "." + rest
	}
	return string(b)
}
