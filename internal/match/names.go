package match

import (
	"math"
	"slices"
)

// NameKeys gives the candidate keys of one name of a subject, sorted, each once;
// the names are numbered from 0 to [Prepared.Names] less one. Together with
// IdentifierKeys they are those of [Keys].
func NameKeys(p *Prepared, name int) []uint64 {
	var k keyer
	k.name(&p.names[name], p.kind)
	slices.Sort(k.keys)
	return slices.Compact(k.keys)
}

// ScoreNames is Score with only these names of b, by number: those that share
// keys with a. It is never above Score, and the same when the name that agrees
// best is among them.
func (s *Scorer) ScoreNames(a, b *Prepared, names []uint32) Score {
	out := Score{A: -1, B: -1, NameBits: math.Inf(-1)}
	k := pairKind(a, b)
	weights := &s.weights[k]
	for i := range a.names {
		for _, j := range names {
			bits := s.nameBits(&a.names[i], &b.names[j], weights, k)
			if bits > out.NameBits {
				out.NameBits, out.A, out.B = bits, i, int(j)
			}
		}
	}
	if out.A < 0 {
		out.NameBits = weights[fBias]
	}
	out.Bits = out.NameBits + s.factBits(a, b, nil)
	out.Probability = s.p.probability(out.Bits, k)
	return out
}
