package goods

import (
	"fmt"
	"io/fs"
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/cordon-engine/cordon/internal/fault"
	"github.com/cordon-engine/cordon/internal/yamltree"
)

// AnyProduct stands for a petroleum product that is unknown and may be LPG. An
// empty product, or "other", is unknown too but taken as no LPG.
const AnyProduct = "any"

// Band is a quantity converted: a range, because the factor depends on a
// product that may be unknown. Low equals High when one factor applies.
type Band struct {
	// Low and High are in the unit asked for, barrels or tonnes.
	Low, High float64
	// Rule says in words how it was converted.
	Rule string
	// Factor is the factor or range of factors with its unit; empty when none was needed.
	Factor string
	// Source is where the factor comes from; empty when none was needed.
	Source string
	// Verified is true when every factor used was seen in its source.
	Verified bool
}

// Exact says whether the band is a single figure.
func (b Band) Exact() bool { return b.Low == b.High }

// Below says whether all of the band lies at or below limit; Above whether all of it lies above.
// When neither holds the answer depends on the product.
func (b Band) Below(limit float64) bool { return b.High <= limit }

// Above says whether all of the band lies above limit.
func (b Band) Above(limit float64) bool { return b.Low > limit }

// What a factor counts for when the product is unknown.
const (
	bandRefined = "refined" // counts
	bandAny     = "any"     // counts for AnyProduct only
	bandNone    = "none"    // never counts
)

// The roles of a set.
const (
	rolePrimary = "primary"
	roleLaw     = "law"
)

// factor is one row of a set, in barrels a tonne.
type factor struct {
	barrels  float64
	text     string // as a person reads it
	source   string
	verified bool
	band     string // bandRefined, bandAny or bandNone
}

// factorSet is one publication's factors.
type factorSet struct {
	id, title, role, source string
	byProduct               map[string]factor
	fallback                *factor
}

// Factors converts quantities of petroleum between tonnes and barrels. Its
// factors are data (data/goods/petroleum.yaml); it holds none of its own.
type Factors struct {
	litres  float64 // in a barrel
	sets    []factorSet
	primary int
}

// LoadFactors reads the factor sets from a YAML file. Unknown keys, a product twice in a
// set, and factors that no petroleum product can have are errors with file and line.
func LoadFactors(fsys fs.FS, file string) (*Factors, error) {
	data, err := fs.ReadFile(fsys, file)
	if err != nil {
		return nil, fault.Wrap(fault.Unavailable, err, "the petroleum factors cannot be read").At(fault.Place{File: file})
	}
	return ParseFactors(file, data)
}

// ParseFactors reads the factor sets from one text; file names it in faults.
func ParseFactors(file string, data []byte) (*Factors, error) {
	docs, err := yamltree.Parse(file, data)
	if err != nil {
		return nil, err
	}
	if len(docs) != 1 {
		return nil, fault.New(fault.Invalid, "a file of petroleum factors holds one document, not %d", len(docs)).At(fault.Place{File: file})
	}
	fl, err := docs[0].Fields("a file of petroleum factors")
	if err != nil {
		return nil, err
	}
	f := &Factors{primary: -1}
	if f.litres, err = positive(fl, "litres_per_barrel"); err != nil {
		return nil, err
	}
	sets, err := fl.Need("sets")
	if err != nil {
		return nil, err
	}
	if sets.Kind != yamltree.List {
		return nil, sets.Errorf("sets must be a list")
	}
	for _, n := range sets.Items {
		if err := f.set(n); err != nil {
			return nil, err
		}
	}
	if f.primary < 0 {
		return nil, sets.Errorf("no set of factors is primary")
	}
	return f, fl.End()
}

func (f *Factors) set(n *yamltree.Node) error {
	fl, err := n.Fields("a set of factors")
	if err != nil {
		return err
	}
	s := factorSet{byProduct: map[string]factor{}}
	for _, k := range []struct {
		key string
		to  *string
	}{{"id", &s.id}, {"title", &s.title}, {"source", &s.source}} {
		if *k.to, err = fl.NeedText(k.key); err != nil {
			return err
		}
	}
	if slices.ContainsFunc(f.sets, func(o factorSet) bool { return o.id == s.id }) {
		return n.Errorf("the set %q stands here twice", s.id)
	}
	if _, err = fl.Text("note"); err != nil {
		return err
	}
	role := fl.Opt("role")
	if role != nil {
		if s.role, err = role.String("role"); err != nil {
			return err
		}
		if s.role != rolePrimary && s.role != roleLaw {
			return role.Errorf("the role %q is neither primary nor law", s.role)
		}
	}
	rows, err := fl.Need("factors")
	if err != nil {
		return err
	}
	if rows.Kind != yamltree.List || len(rows.Items) == 0 {
		return rows.Errorf("factors must be a list")
	}
	for _, row := range rows.Items {
		if err := s.row(row); err != nil {
			return err
		}
	}
	if fb := fl.Opt("fallback"); fb != nil {
		if err := s.setFallback(fb); err != nil {
			return err
		}
	}
	if s.role == rolePrimary {
		if f.primary >= 0 {
			return n.Errorf("two sets are primary, %q and %q", f.sets[f.primary].id, s.id)
		}
		if s.fallback == nil {
			return n.Errorf("the primary set has no fallback for an unknown product")
		}
		f.primary = len(f.sets)
	}
	f.sets = append(f.sets, s)
	return fl.End()
}

func (s *factorSet) row(n *yamltree.Node) error {
	fl, err := n.Fields("a factor")
	if err != nil {
		return err
	}
	products, err := fl.Texts("products")
	if err != nil {
		return err
	}
	if len(products) == 0 {
		return n.Errorf("a factor names its products")
	}
	row := factor{source: s.source}
	if row.barrels, row.text, err = ratio(fl); err != nil {
		return err
	}
	if row.verified, err = fl.Bool("verified", false); err != nil {
		return err
	}
	if row.band, err = fl.NeedText("band"); err != nil {
		return err
	}
	if row.band != bandRefined && row.band != bandAny && row.band != bandNone {
		return n.Errorf("band is refined, any or none, not %q", row.band)
	}
	for _, p := range products {
		if p == "" || p == AnyProduct || p == "other" {
			return n.Errorf("%q is not the name of a product", p)
		}
		if _, twice := s.byProduct[p]; twice {
			return n.Errorf("the product %q stands in the set %q twice", p, s.id)
		}
		s.byProduct[p] = row
	}
	return fl.End()
}

func (s *factorSet) setFallback(n *yamltree.Node) error {
	fl, err := n.Fields("a fallback")
	if err != nil {
		return err
	}
	row := factor{band: bandRefined}
	if row.barrels, row.text, err = ratio(fl); err != nil {
		return err
	}
	if row.source, err = fl.NeedText("source"); err != nil {
		return err
	}
	if row.verified, err = fl.Bool("verified", false); err != nil {
		return err
	}
	if _, err = fl.Text("note"); err != nil {
		return err
	}
	s.fallback = &row
	return fl.End()
}

// ratio reads barrels, and tonnes where the factor is a ratio of the two.
func ratio(fl *yamltree.Fields) (float64, string, error) {
	b, err := positive(fl, "barrels")
	if err != nil {
		return 0, "", err
	}
	text := number(b) + " bbl/t"
	if fl.Opt("tonnes") != nil {
		t, err := positive(fl, "tonnes")
		if err != nil {
			return 0, "", err
		}
		b, text = b/t, number(b)+" bbl = "+number(t)+" t"
	}
	// From 5 (bitumen is 6) to 20 (ethane is 17) barrels a tonne.
	if b < 5 || b > 20 {
		return 0, "", fl.Node().Errorf("%v barrels a tonne is no petroleum product", b)
	}
	return b, text, nil
}

func positive(fl *yamltree.Fields, key string) (float64, error) {
	n, err := fl.Need(key)
	if err != nil {
		return 0, err
	}
	v, err := n.Number(key)
	if err != nil {
		return 0, err
	}
	if v <= 0 {
		return 0, n.Errorf("%s must be above zero", key)
	}
	return v, nil
}

// Sets gives the ids of the factor sets in the order of the file.
func (f *Factors) Sets() []string {
	ids := make([]string, len(f.sets))
	for i, s := range f.sets {
		ids[i] = s.id
	}
	return ids
}

// Barrels converts a quantity to barrels. unit is bbl, t, kg, l or m3; product is one of
// the values of the fact goods.product, empty when unknown, or AnyProduct.
//
// Barrels and volumes need no factor. A mass of a product that the
// primary set has takes its factor; of one that only other sets have, the range of theirs;
// of an unknown product, the range over the refined products of the primary
// set and its fallback, with LPG only for AnyProduct. A unit that is no
// quantity of oil, a quantity below zero and a product without any factor are faults.
func (f *Factors) Barrels(quantity float64, unit, product string) (Band, error) {
	return f.convert(quantity, unit, product, "", true)
}

// BarrelsBy is Barrels with the factors of one set alone.
func (f *Factors) BarrelsBy(set string, quantity float64, unit, product string) (Band, error) {
	return f.convert(quantity, unit, product, set, true)
}

// Tonnes converts a quantity to tonnes, by the same rules.
func (f *Factors) Tonnes(quantity float64, unit, product string) (Band, error) {
	return f.convert(quantity, unit, product, "", false)
}

func (f *Factors) convert(quantity float64, unit, product, set string, toBarrels bool) (Band, error) {
	if math.IsNaN(quantity) || math.IsInf(quantity, 0) || quantity < 0 {
		return Band{}, fault.New(fault.Invalid, "a quantity of %v cannot be converted", quantity)
	}
	volume := true
	given := quantity // in barrels or tonnes
	switch unit {
	case "bbl":
	case "l":
		given = quantity / f.litres
	case "m3":
		given = quantity * 1000 / f.litres
	case "t":
		volume = false
	case "kg":
		given, volume = quantity/1000, false
	default:
		return Band{}, fault.New(fault.Invalid, "the unit %q is no quantity of oil", unit).WithFix("give bbl, t, kg, l or m3")
	}
	if volume == toBarrels {
		b := Band{Low: given, High: given, Verified: true}
		switch {
		case unit == "bbl":
			b.Rule = "given in barrels"
		case unit == "t":
			b.Rule = "given in tonnes"
		case volume:
			b.Rule = "volume"
			b.Factor = number(f.litres) + " l/bbl"
		default:
			b.Rule = "mass"
		}
		return b, nil
	}
	used, rule, err := f.choose(product, set)
	if err != nil {
		return Band{}, err
	}
	lo, hi := used[0], used[0]
	b := Band{Rule: rule, Verified: true}
	var sources []string
	for _, u := range used {
		if u.barrels < lo.barrels {
			lo = u
		}
		if u.barrels > hi.barrels {
			hi = u
		}
		b.Verified = b.Verified && u.verified
		if !slices.Contains(sources, u.source) {
			sources = append(sources, u.source)
		}
	}
	b.Source = strings.Join(sources, " ; ")
	b.Factor = lo.text
	if hi.barrels != lo.barrels {
		b.Factor += " to " + hi.text
	}
	if toBarrels {
		b.Low, b.High = given*lo.barrels, given*hi.barrels
	} else {
		b.Low, b.High = given/hi.barrels, given/lo.barrels
	}
	return b, nil
}

// choose gives the factors that apply and says why. set limits it to one set.
func (f *Factors) choose(product, set string) ([]factor, string, error) {
	main := f.sets[f.primary]
	sets := f.sets
	if set != "" {
		i := slices.IndexFunc(f.sets, func(s factorSet) bool { return s.id == set })
		if i < 0 {
			return nil, "", fault.New(fault.NotFound, "there is no set of factors %q", set).WithFix("the sets are %s", strings.Join(f.Sets(), ", "))
		}
		main, sets = f.sets[i], f.sets[i:i+1]
	}
	if product == "" || product == "other" || product == AnyProduct {
		var used []factor
		for _, p := range sortedKeys(main.byProduct) {
			if r := main.byProduct[p]; r.band == bandRefined || r.band == bandAny && product == AnyProduct {
				used = append(used, r)
			}
		}
		if main.fallback != nil {
			used = append(used, *main.fallback)
		}
		if len(used) == 0 {
			return nil, "", fault.New(fault.Invalid, "the product is unknown and %s says nothing about that", main.title)
		}
		return used, "product unknown: range of factors, " + main.title, nil
	}
	if r, ok := main.byProduct[product]; ok {
		return []factor{r}, "factor of " + product + ", " + main.title, nil
	}
	// What an instrument itself says comes before statistics.
	var used []factor
	var from []string
	for _, s := range sets {
		r, ok := s.byProduct[product]
		if !ok {
			continue
		}
		if s.role == roleLaw {
			return []factor{r}, "factor of " + product + ", " + s.title, nil
		}
		used, from = append(used, r), append(from, s.title)
	}
	if len(used) == 0 {
		return nil, "", fault.New(fault.Invalid, "there is no factor for %q", product).WithFix("give the quantity in barrels")
	}
	return used, "factor of " + product + ", not in " + main.title + ": " + strings.Join(from, ", "), nil
}

func sortedKeys(m map[string]factor) []string {
	keys := make([]string, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}

// number writes a figure as a person does, with commas between thousands.
func number(v float64) string {
	s := strconv.FormatFloat(v, 'f', -1, 64)
	whole, frac, _ := strings.Cut(s, ".")
	for i := len(whole) - 3; i > 0; i -= 3 {
		whole = whole[:i] + "," + whole[i:]
	}
	if frac != "" {
		return whole + "." + frac
	}
	return whole
}

// String gives the band with its rule, for people.
func (b Band) String() string {
	if b.Exact() {
		return fmt.Sprintf("%s (%s)", number(math.Round(b.Low)), b.Rule)
	}
	return fmt.Sprintf("%s to %s (%s)", number(math.Round(b.Low)), number(math.Round(b.High)), b.Rule)
}
