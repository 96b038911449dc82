package match

import (
	"math"
	"math/bits"
	"strings"
)

// NameKeys gives the candidate keys of one name of a listed subject, sorted, each once;
// the names are numbered from 0 to [Prepared.Names] less one. A query asks for those of
// [AskedKeys].
func NameKeys(p *Prepared, name int) []uint64 {
	var k keyer
	k.listedWhole(&p.names[name])
	k.name(&p.names[name], p.kind)
	return unique(k.keys)
}

// ScoreNames is Score with only these names of b, by number: those that share
// keys with a. It is never above Score, and the same when the name that agrees
// best is among them. A number that b has no name for is left out: a subject without
// a name that can be read is found by its identifiers all the same.
func (s *Scorer) ScoreNames(a, b *Prepared, names []uint32) Score {
	out := Score{A: -1, B: -1, NameBits: math.Inf(-1)}
	k := pairKind(a, b)
	weights := &s.weights[k]
	for i := range a.names {
		for _, j := range names {
			if int(j) >= len(b.names) || !mayAgree(&a.names[i], &b.names[j]) {
				continue
			}
			bits := s.evidence(&a.names[i], &b.names[j], weights, k)
			if bits > out.NameBits {
				out.NameBits, out.A, out.B = bits, i, int(j)
			}
		}
	}
	return s.conclude(out, a, b, k)
}

// consonantPairs gives, as a set of 64, which of the eight classes of consonants
// follow which in the words of a name, over all their readings and in what stands
// when two neighbours are joined.
func consonantPairs(n *name) uint64 {
	const classes = "ktsprlmn"
	var set uint64
	add := func(f *form) {
		last := -1
		for _, c := range skeletonOf(f) {
			at := strings.IndexByte(classes, c)
			if last >= 0 && at >= 0 {
				set |= 1 << (8*last + at)
			}
			last = at
		}
	}
	for i := range n.tokens {
		if t := &n.tokens[i]; t.core() {
			for k := range t.forms {
				add(&t.forms[k])
			}
		}
	}
	return set
}

// mayAgree reports whether two names share enough pairs of consonants for their
// words to agree: a third of those of the one that has fewer. Names of which
// little is told that way (short ones, and those read by syllables) always may.
// It takes a thousandth of the time of a comparison; what it costs in recall is
// measured in docs/method/screening.md.
func mayAgree(x, y *name) bool {
	return pairsAgree(x.pairs, y.pairs) ||
		len(x.korean)+len(x.chinese)+len(x.acronym) > 0 && len(y.korean)+len(y.chinese)+len(y.acronym) > 0
}

func pairsAgree(x, y uint64) bool {
	fewer := min(bits.OnesCount64(x), bits.OnesCount64(y))
	return fewer < 3 || 3*bits.OnesCount64(x&y) >= fewer
}
