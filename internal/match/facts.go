package match

import (
	"strings"

	"github.com/cordon-engine/cordon/internal/fault"
	"github.com/cordon-engine/cordon/internal/text"
	"github.com/cordon-engine/cordon/internal/when"
)

// facts are what is known of a subject beside its names.
type facts struct {
	births    []when.Period
	countries []uint16
	gender    uint8
	ids       []identifier
	addresses []address
	flag      uint16
	built     int
	tonnage   int
}

type identifier struct {
	kind  *identifierKind
	value string
	hash  uint64
	key   uint64
}

type address struct {
	text  string
	words []uint64
}

func country(s string) (uint16, bool) {
	if len(s) != 2 {
		return 0, false
	}
	a, b := s[0]|0x20, s[1]|0x20
	if a < 'a' || a > 'z' || b < 'a' || b > 'z' {
		return 0, false
	}
	return uint16(a)<<8 | uint16(b), true
}

func (p *Prepared) prepareFacts(in Input) error {
	f := &p.facts
	if len(in.Births) > MaxOther || len(in.Countries) > MaxOther || len(in.Identifiers) > MaxOther || len(in.Addresses) > MaxAddresses {
		p.truncated = append(p.truncated, "only the first 64 dates, countries and identifiers and 32 addresses were used")
	}
	f.births = append(f.births, in.Births[:min(len(in.Births), MaxOther)]...)
	for _, c := range in.Countries[:min(len(in.Countries), MaxOther)] {
		code, ok := country(c)
		if !ok {
			return fault.New(fault.Invalid, "%q is not a country code", shorten(c)).WithFix("use the two letters of ISO 3166-1, as in kp")
		}
		f.countries = append(f.countries, code)
	}
	switch in.Gender {
	case "":
	case "male":
		f.gender = 1
	case "female":
		f.gender = 2
	default:
		return fault.New(fault.Invalid, "%q is not a gender that is compared", shorten(in.Gender)).WithFix("use male, female or nothing")
	}
	if in.Flag != "" {
		code, ok := country(in.Flag)
		if !ok {
			return fault.New(fault.Invalid, "%q is not the code of a flag", shorten(in.Flag))
		}
		f.flag = code
	}
	f.built, f.tonnage = in.Built, in.Tonnage
	for _, id := range in.Identifiers[:min(len(in.Identifiers), MaxOther)] {
		k, ok := identifierKinds[id.Kind]
		if !ok {
			return fault.New(fault.Invalid, "%q is not a kind of identifier", shorten(id.Kind)).
				WithFix("use one of %s", strings.Join(IdentifierKinds(), ", "))
		}
		v := k.normal(id.Value)
		if v == "" {
			continue
		}
		h := hashString(k.name + " " + v)
		f.ids = append(f.ids, identifier{k, v, h, mix(h ^ 0x1D)})
	}
	for _, a := range in.Addresses[:min(len(in.Addresses), MaxAddresses)] {
		a, _ = cutText(a, MaxNameBytes)
		x := address{text: a}
		for _, w := range text.Tokens(a) {
			if len(x.words) == maxWords {
				break
			}
			if len(w) > 1 || isDigits(w) {
				x.words = append(x.words, hashString(w))
			}
		}
		if len(x.words) > 1 {
			f.addresses = append(f.addresses, x)
		}
	}
	return nil
}

// factBits adds up what the facts tell. What one side does not know tells
// nothing. Note is nil unless an explanation is wanted.
func (s *Scorer) factBits(a, b *Prepared, note func(kind, left, right string, bits float64, words string)) float64 {
	w := &s.p.file.Facts
	total := 0.0
	add := func(kind, left, right string, bits float64, words string) {
		total += bits
		if note != nil {
			note(kind, left, right, bits, words)
		}
	}
	if bits, words, i, j := birthBits(a.facts.births, b.facts.births, w); words != "" {
		if note == nil {
			total += bits
		} else {
			add("birth", a.facts.births[i].String(), b.facts.births[j].String(), bits, words)
		}
	}
	if len(a.facts.countries) > 0 && len(b.facts.countries) > 0 {
		if shareCountry(a.facts.countries, b.facts.countries) {
			add("country", codes(a, note != nil), codes(b, note != nil), w.Country, "a country in common")
		} else {
			add("country", codes(a, note != nil), codes(b, note != nil), w.BadCountry, "no country in common")
		}
	}
	if x, y := a.facts.gender, b.facts.gender; x != 0 && y != 0 {
		if x == y {
			add("gender", genders[x], genders[y], w.Gender, "the same gender")
		} else {
			add("gender", genders[x], genders[y], w.BadGender, "contradiction: different genders")
		}
	}
	s.shipBits(a, b, add)
	s.identifierBits(a, b, add)
	if len(a.facts.addresses) > 0 && len(b.facts.addresses) > 0 {
		best, i, j := addressLikeness(a.facts.addresses, b.facts.addresses)
		bits, words := w.BadAddress, "different addresses"
		if best > .4 {
			bits, words = w.Address*(best-.4)/.6, "much the same address"
		}
		add("address", a.facts.addresses[i].text, b.facts.addresses[j].text, bits, words)
	}
	if unlike(a.schema, b.schema) {
		add("schema", schemaWords[a.schema], schemaWords[b.schema], w.BadSchema, "contradiction: not the same sort of thing")
	}
	return total
}

var (
	genders     = [...]string{"", "male", "female"}
	schemaWords = [...]string{"anything", "person or organisation", "person", "organisation", "vessel", "aircraft", "address"}
)

func codes(p *Prepared, wanted bool) string {
	if !wanted {
		return ""
	}
	var list []string
	for _, c := range p.facts.countries {
		list = append(list, string([]byte{byte(c >> 8), byte(c)}))
	}
	return strings.Join(list, " ")
}

func unlike(a, b schema) bool {
	if a > b {
		a, b = b, a
	}
	switch a {
	case anyThing:
		return false
	case anyParty:
		return b >= aVessel
	}
	return a != b
}

func shareCountry(a, b []uint16) bool {
	for _, x := range a {
		for _, y := range b {
			if x == y {
				return true
			}
		}
	}
	return false
}

// birthBits compares dates of birth: the best of all pairs.
func birthBits(a, b []when.Period, w *FactWeights) (bits float64, words string, i, j int) {
	for x := range a {
		for y := range b {
			n, s := birthPair(a[x], b[y], w)
			if words == "" || n > bits {
				bits, words, i, j = n, s, x, y
			}
		}
	}
	return bits, words, i, j
}

func birthPair(a, b when.Period, w *FactWeights) (float64, string) {
	if !a.Overlaps(b) && gap(a, b) > 366*2 { // further apart than two days of one year
		return w.BadBirth, otherBirth
	}
	ya, ma, da := a.From.Civil()
	yb, mb, db := b.From.Civil()
	switch {
	case a.Exact() && b.Exact() && a == b:
		if da == 1 && ma == 1 { // the first of January is what is written when only the year is known
			return w.BirthYear, "the same year of birth"
		}
		return w.BirthDay, "the same day of birth"
	case a.Exact() && b.Exact() && ya == yb && ma == db && da == mb:
		return w.BirthSwap, "day and month of birth swapped"
	case a.Overlaps(b):
		if ma == mb && ya == yb && a.To-a.From < 31 && b.To-b.From < 31 {
			return w.BirthMonth, "the same month of birth"
		}
		if max(a.To-a.From, b.To-b.From) > 366*4 {
			return 0, "birth within a long span"
		}
		return w.BirthYear, "the same year of birth"
	case a.Exact() && b.Exact() && ya == yb && (da == 1 && ma == 1 || db == 1 && mb == 1):
		return w.BirthYear, "the same year of birth"
	case gap(a, b) <= 366*2:
		return w.BadBirthNear, "born within two years of each other, not on the same day"
	}
	return w.BadBirth, otherBirth
}

const otherBirth = "contradiction: different dates of birth"

// gap gives the days between two periods that do not overlap.
func gap(a, b when.Period) int {
	if a.From > b.From {
		a, b = b, a
	}
	return int(b.From - a.To)
}

func (s *Scorer) shipBits(a, b *Prepared, add func(kind, left, right string, bits float64, words string)) {
	w := &s.p.file.Facts
	x, y := &a.facts, &b.facts
	if x.flag != 0 && y.flag != 0 {
		if x.flag == y.flag {
			add("flag", "", "", w.Flag, "the same flag")
		} else {
			add("flag", "", "", w.BadFlag, "another flag")
		}
	}
	if x.built != 0 && y.built != 0 {
		if x.built == y.built {
			add("built", "", "", w.Built, "built in the same year")
		} else {
			add("built", "", "", w.BadBuilt, "contradiction: built in different years")
		}
	}
	if x.tonnage > 0 && y.tonnage > 0 {
		lo, hi := min(x.tonnage, y.tonnage), max(x.tonnage, y.tonnage)
		if lo*100 >= hi*97 {
			add("tonnage", "", "", w.Tonnage, "about the same tonnage")
		} else {
			add("tonnage", "", "", w.BadTonnage, "a different tonnage")
		}
	}
}

func (s *Scorer) identifierBits(a, b *Prepared, add func(kind, left, right string, bits float64, words string)) {
	w := &s.p.file.Facts
	for i := range a.facts.ids {
		x := &a.facts.ids[i]
		same, other := -1, -1
		for j := range b.facts.ids {
			y := &b.facts.ids[j]
			if x.hash == y.hash {
				same = j
			} else if x.kind == y.kind {
				other = j
			}
		}
		switch {
		case same >= 0:
			add(x.kind.name, x.value, b.facts.ids[same].value, w.Identifier*x.kind.strength, "the same number")
			return
		case other >= 0 && x.kind.unique && !hasSameKind(b, a, x.kind):
			add(x.kind.name, x.value, b.facts.ids[other].value, w.BadIdentifier, "contradiction: another number, of which each subject has one")
			return
		}
	}
}

// hasSameKind says whether any two identifiers of the kind agree.
func hasSameKind(a, b *Prepared, k *identifierKind) bool {
	for i := range a.facts.ids {
		for j := range b.facts.ids {
			if a.facts.ids[i].kind == k && a.facts.ids[i].hash == b.facts.ids[j].hash {
				return true
			}
		}
	}
	return false
}

// addressLikeness gives the share of words that the two most alike addresses
// have in common.
func addressLikeness(a, b []address) (best float64, bi, bj int) {
	for i := range a {
		for j := range b {
			common := 0
			for _, x := range a[i].words {
				for _, y := range b[j].words {
					if x == y {
						common++
						break
					}
				}
			}
			l := float64(common) / float64(min(len(a[i].words), len(b[j].words)))
			if n := max(len(a[i].words), len(b[j].words)); n > 0 {
				l = (l + float64(min(common, n))/float64(n)) / 2
			}
			if l > best {
				best, bi, bj = l, i, j
			}
		}
	}
	return best, bi, bj
}
