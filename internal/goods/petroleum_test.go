package goods

import (
	"errors"
	"math"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/cordon-engine/cordon/internal/fault"
)

func realFactors(t testing.TB) *Factors {
	t.Helper()
	f, err := LoadFactors(repo(t), "data/goods/petroleum.yaml")
	if err != nil {
		t.Fatal(err)
	}
	return f
}

func near(a, b float64) bool { return math.Abs(a-b) <= 1e-9*math.Max(1, math.Abs(b)) }

func TestBarrels(t *testing.T) {
	f := realFactors(t)
	for _, tt := range []struct {
		quantity      float64
		unit, product string
		low, high     float64
		verified      bool
		rule          string
	}{
		{11745, "bbl", "", 11745, 11745, true, "given in barrels"},
		{1000, "t", "lpg", 11600, 11600, true, "factor of lpg"},
		{62000, "t", "residual", 393700, 393700, false, "factor of residual"},
		{62000, "t", "diesel", 462520, 462520, false, "factor of diesel"},
		{62000000, "kg", "gasoline", 517700, 517700, false, "factor of gasoline"},
		{100, "t", "jet_fuel", 788, 788, false, "factor of jet_fuel"},
		{62000, "t", "", 393700, 517700, false, "product unknown"},
		{62000, "t", "other", 393700, 517700, false, "product unknown"},
		{62000, "t", AnyProduct, 393700, 719200, false, "product unknown"},
		{525000, "t", "crude", 4000000, 4000000, true, "text of 2397"},
		{100, "t", "naphtha", 874, 874, true, "not in Chart"},
		{158.987294928, "l", "", 1, 1, true, "volume"},
		{1, "m3", "diesel", 6.289810770432105, 6.289810770432105, true, "volume"},
		{0, "t", "", 0, 0, false, "product unknown"},
	} {
		b, err := f.Barrels(tt.quantity, tt.unit, tt.product)
		if err != nil {
			t.Errorf("%v %s of %q: %v", tt.quantity, tt.unit, tt.product, err)
			continue
		}
		if !near(b.Low, tt.low) || !near(b.High, tt.high) || b.Verified != tt.verified || !strings.Contains(b.Rule, tt.rule) {
			t.Errorf("%v %s of %q: got %+v, want %v to %v, verified %v, rule %q", tt.quantity, tt.unit, tt.product, b, tt.low, tt.high, tt.verified, tt.rule)
		}
		if conversion := tt.unit == "t" || tt.unit == "kg"; conversion != (b.Source != "") || conversion && b.Factor == "" {
			t.Errorf("%v %s of %q: factor %q from %q", tt.quantity, tt.unit, tt.product, b.Factor, b.Source)
		}
	}
}

// 62,000 t is above or below a cap of 500,000 barrels, depending on the product.
func TestBandStraddlesTheCap(t *testing.T) {
	b, err := realFactors(t).Barrels(62000, "t", "")
	if err != nil {
		t.Fatal(err)
	}
	if b.Below(500000) || b.Above(500000) || b.High < 516460 {
		t.Errorf("the band %v does not straddle 500,000", b)
	}
}

// One figure under two sets: diesel differs by -3.1 per cent, residual oil by +4.3.
func TestBarrelsBySet(t *testing.T) {
	f := realFactors(t)
	for _, tt := range []struct {
		set, product string
		want         float64
	}{
		{"committee", "diesel", 746},
		{"unsd", "diesel", 723},
		{"bp-2021", "residual", 635},
		{"unsd", "residual", 662},
		{"unsd", "crude", 732},
	} {
		b, err := f.BarrelsBy(tt.set, 100, "t", tt.product)
		if err != nil || !near(b.Low, tt.want) || !b.Exact() {
			t.Errorf("100 t of %s by %s: got %v, %v; want %v", tt.product, tt.set, b, err, tt.want)
		}
	}
	if _, err := f.BarrelsBy("none", 1, "t", "diesel"); fault.CodeOf(err) != fault.NotFound {
		t.Errorf("an unknown set: %v", err)
	}
}

func TestTonnes(t *testing.T) {
	f := realFactors(t)
	b, err := f.Tonnes(4000000, "bbl", "crude")
	if err != nil || !near(b.Low, 525000) || !b.Exact() {
		t.Errorf("4,000,000 barrels of crude: got %v, %v", b, err)
	}
	b, err = f.Tonnes(500000, "bbl", "")
	if err != nil || !near(b.Low, 500000/8.35) || !near(b.High, 500000/6.35) {
		t.Errorf("500,000 barrels of unknown product: got %v, %v", b, err)
	}
	if b, err = f.Tonnes(2500, "kg", "diesel"); err != nil || !near(b.Low, 2.5) || b.Factor != "" {
		t.Errorf("2,500 kg: got %v, %v", b, err)
	}
}

func TestQuantitiesRefused(t *testing.T) {
	f := realFactors(t)
	for _, tt := range []struct {
		quantity      float64
		unit, product string
	}{
		{-1, "t", "diesel"},
		{math.NaN(), "t", "diesel"},
		{math.Inf(1), "bbl", ""},
		{1, "piece", "diesel"},
		{1, "", "diesel"},
		{1, "t", "honey"},
		{1, "t", "lng"},
	} {
		if _, err := f.Barrels(tt.quantity, tt.unit, tt.product); fault.CodeOf(err) != fault.Invalid {
			t.Errorf("%v %s of %q: got %v, want an invalid input", tt.quantity, tt.unit, tt.product, err)
		}
	}
}

func TestBandsHold(t *testing.T) {
	f := realFactors(t)
	products := []string{"", "other", AnyProduct, "lpg", "gasoline", "naphtha", "kerosene", "jet_fuel", "diesel", "residual", "lubricant", "crude"}
	rapid.Check(t, func(t *rapid.T) {
		q := rapid.Float64Range(0, 1e9).Draw(t, "quantity")
		p := rapid.SampledFrom(products).Draw(t, "product")
		b, err := f.Barrels(q, "t", p)
		if err != nil {
			t.Fatal(err)
		}
		if b.Low > b.High || b.Low < 5*q || b.High > 20*q {
			t.Fatalf("%v t of %q is %v", q, p, b)
		}
		kg, err := f.Barrels(q*1000, "kg", p)
		if err != nil || !near(kg.Low, b.Low) || !near(kg.High, b.High) {
			t.Fatalf("kilograms give %v, tonnes %v (%v)", kg, b, err)
		}
		back, err := f.Tonnes(b.High, "bbl", p)
		if err != nil || back.Low > q*(1+1e-9) || back.High < q*(1-1e-9) {
			t.Fatalf("%v t of %q come back as %v (%v)", q, p, back, err)
		}
		// A named refined product lies within the band of the unknown one.
		if wide, err := f.Barrels(q, "t", AnyProduct); err != nil || (p == "diesel" || p == "lpg") && (b.Low < wide.Low || b.High > wide.High) {
			t.Fatalf("%v is not within %v (%v)", b, wide, err)
		}
	})
}

const smallFactors = `
litres_per_barrel: 159
sets:
  - id: a
    title: A
    role: primary
    source: here
    factors:
      - {products: [diesel], barrels: 7.5, verified: true, band: refined}
    fallback: {barrels: 8, verified: false, source: there}
`

func TestFactorsRefused(t *testing.T) {
	if _, err := ParseFactors("x.yaml", []byte(smallFactors)); err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct{ why, old, new string }{
		{"unknown key", "verified: true, band", "verfied: true, band"},
		{"no barrel", "litres_per_barrel: 159", ""},
		{"a factor of zero", "barrels: 7.5", "barrels: 0"},
		{"a factor of the inverse", "barrels: 7.5", "barrels: 0.134"},
		{"a factor that is no number", "barrels: 7.5", "barrels: many"},
		{"no products", "products: [diesel], ", ""},
		{"a product twice", "products: [diesel]", "products: [diesel, diesel]"},
		{"an unknown band", "band: refined", "band: wide"},
		{"an unknown role", "role: primary", "role: main"},
		{"no primary set", "role: primary", "role: law"},
		{"no fallback", "    fallback: {barrels: 8, verified: false, source: there}\n", ""},
		{"no source", "    source: here\n", ""},
		{"a kept product", "[diesel]", "[any]"},
	} {
		text := strings.Replace(smallFactors, tt.old, tt.new, 1)
		if text == smallFactors {
			t.Fatalf("%s: nothing replaced", tt.why)
		}
		_, err := ParseFactors("x.yaml", []byte(text))
		var f *fault.Error
		if !errors.As(err, &f) || f.Code != fault.Invalid || f.Place.File != "x.yaml" {
			t.Errorf("%s: got %v", tt.why, err)
		}
	}
}

func FuzzParseFactors(f *testing.F) {
	f.Add([]byte(smallFactors))
	f.Fuzz(func(t *testing.T, data []byte) {
		fs, err := ParseFactors("f.yaml", data)
		if err != nil {
			var flt *fault.Error
			if !errors.As(err, &flt) {
				t.Fatalf("the error is no fault: %v", err)
			}
			return
		}
		b, err := fs.Barrels(1, "t", "")
		if err != nil || b.Low > b.High || b.Low < 5 {
			t.Fatalf("a tonne of oil is %v, %v", b, err)
		}
	})
}
