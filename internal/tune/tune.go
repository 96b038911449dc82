// Package tune learns the weights of name evidence and their calibration from
// pairs of names that are known to be of one subject or of two. It makes such
// pairs from lists (the names of one subject against those of others) and from
// altered names; it writes nothing and touches no file.
package tune

import (
	"math"
	"slices"

	"github.com/cordon-engine/cordon/internal/match"
)

// Pair is two names and whether they are of one subject.
type Pair struct {
	Schema string
	A, B   string
	Same   bool
	// Group keeps pairs of one subject on one side of a split.
	Group int
	// From says how the pair was made: alias, altered, other, replaced, labelled.
	From string
}

// Subject is one listed subject with its names.
type Subject struct {
	Schema string
	Names  []string
}

// rng is a small generator (splitmix64): the same seed gives the same pairs.
type rng uint64

func (r *rng) next() uint64 {
	*r += 0x9E3779B97F4A7C15
	z := uint64(*r)
	z = (z ^ z>>30) * 0xBF58476D1CE4E5B9
	z = (z ^ z>>27) * 0x94D049BB133111EB
	return z ^ z>>31
}

func (r *rng) below(n int) int { return int(r.next() % uint64(n)) }

// sample is one pair as numbers.
type sample struct {
	f    match.Features
	same bool
	w    float64
	part int // of the cross-validation
}

// Result is what was learnt for one kind of subject.
type Result struct {
	Weights     match.NameWeights
	Calibration match.Calibration
	// Report is measured on pairs that were not used to learn the weights that
	// scored them (five-fold, split by subject).
	Report Report
}

// Report is how well held-out pairs were told apart.
type Report struct {
	Pairs, Same int
	AUC         float64
	// MCC is the best Matthews correlation, at the probability Threshold.
	MCC, Threshold float64
	// Deciles are ten groups of equal size by predicted probability.
	Deciles []Decile
}

// Decile is one tenth of the held-out pairs.
type Decile struct {
	Predicted, Observed float64
	Pairs               int
}

const folds = 5

// Learn fits the weights to the pairs. Start are the weights to begin with and
// to stay near where the pairs tell little: pull is how many pairs they weigh.
func Learn(p *match.Params, pairs []Pair, start match.NameWeights, pull float64) (Result, error) {
	samples, err := features(p, pairs)
	if err != nil {
		return Result{}, err
	}
	var held []scored
	for k := range folds {
		w := fit(samples, func(s *sample) bool { return s.part != k }, start, pull)
		for i := range samples {
			if s := &samples[i]; s.part == k {
				held = append(held, scored{match.Bits(&s.f, &w), s.same, s.w, k})
			}
		}
	}
	out := Result{Weights: fit(samples, func(*sample) bool { return true }, start, pull)}
	out.Calibration = calibrate(held)
	// The calibration is judged by cross-validation too.
	var judged []scored
	for k := range folds {
		var rest []scored
		for _, h := range held {
			if h.part != k {
				rest = append(rest, h)
			}
		}
		c := calibrate(rest)
		for _, h := range held {
			if h.part == k {
				h.x = match.ProbabilityOf(h.x, &c)
				judged = append(judged, h)
			}
		}
	}
	out.Report = report(judged)
	return out, nil
}

func features(p *match.Params, pairs []Pair) ([]sample, error) {
	s := match.NewScorer(p)
	var out []sample
	for _, x := range pairs {
		a, err := match.Prepare(p, match.Input{Schema: x.Schema, Names: []match.Name{{Text: x.A}}})
		if err != nil {
			return nil, err
		}
		b, err := match.Prepare(p, match.Input{Schema: x.Schema, Names: []match.Name{{Text: x.B}}})
		if err != nil {
			return nil, err
		}
		if a.Names() == 0 || b.Names() == 0 {
			continue
		}
		f := s.NameFeatures(a, b)
		if agreed, differ := f.Words(); agreed == 0 || agreed < differ {
			continue // another name altogether, whoever bears it
		}
		out = append(out, sample{f, x.Same, 1, x.Group % folds})
	}
	return out, nil
}

// fit is logistic regression by Newton's method, in bits, with a pull towards
// the start and the signs held: a weight at the end of its range that would go
// further stays there.
func fit(samples []sample, use func(*sample) bool, start match.NameWeights, pull float64) match.NameWeights {
	m := model{from: match.Vector(&start), pull: pull * .05}
	for i := range samples {
		if use(&samples[i]) {
			m.samples = append(m.samples, &samples[i])
		}
	}
	low, high := match.Signs()
	w := m.from
	for i := range w {
		w[i] = min(max(w[i], low[i]), high[i])
	}
	loss := m.loss(&w)
	for range 60 {
		grad, hess := m.slopes(&w)
		n := len(w)
		for i := range w {
			if w[i] == low[i] && grad[i] < 0 || w[i] == high[i] && grad[i] > 0 {
				grad[i] = 0
				for k := range n {
					hess[i*n+k], hess[k*n+i] = 0, 0
				}
				hess[i*n+i] = 1
			}
		}
		step := solve(hess, grad, n)
		better := false
		for size := 1.0; size > 1e-3 && !better; size /= 2 {
			next := w
			for i := range next {
				next[i] = min(max(w[i]+size*step[i], low[i]), high[i])
			}
			match.Order(&next)
			if l := m.loss(&next); l < loss-1e-7*loss {
				w, loss, better = next, l, true
			}
		}
		if !better {
			break
		}
	}
	return match.WeightsOf(w)
}

// model is what fit minimises: the surprise at the pairs, and the distance from
// the start.
type model struct {
	samples []*sample
	from    match.Features
	pull    float64
}

func product(w, f *match.Features) float64 {
	z := 0.0
	for j, x := range f {
		z += w[j] * x
	}
	return z
}

func (m *model) loss(w *match.Features) float64 {
	sum := 0.0
	for i := range w {
		d := w[i] - m.from[i]
		sum += m.pull * d * d / 2
	}
	for _, s := range m.samples {
		z := product(w, &s.f) * math.Ln2
		if s.same {
			z = -z
		}
		if z > 30 {
			sum += s.w * z
		} else {
			sum += s.w * math.Log1p(math.Exp(z))
		}
	}
	return sum
}

// slopes gives the downhill direction and the curvature (lower half).
func (m *model) slopes(w *match.Features) (grad, hess []float64) {
	n := len(w)
	grad, hess = make([]float64, n), make([]float64, n*n)
	for i := range grad {
		grad[i] = -m.pull * (w[i] - m.from[i])
		hess[i*n+i] = m.pull
	}
	for _, s := range m.samples {
		q := 1 / (1 + math.Exp(-product(w, &s.f)*math.Ln2))
		y := 0.0
		if s.same {
			y = 1
		}
		g, h := s.w*(y-q)*math.Ln2, s.w*q*(1-q)*math.Ln2*math.Ln2
		for j, x := range s.f {
			if x == 0 {
				continue
			}
			grad[j] += g * x
			for k, v := range s.f[:j+1] {
				hess[j*n+k] += h * x * v
			}
		}
	}
	return grad, hess
}

// solve gives x with H x = g, by Cholesky; only the lower half of H is read.
func solve(h, g []float64, n int) []float64 {
	l := make([]float64, n*n)
	for i := range n {
		for j := range i + 1 {
			s := h[i*n+j]
			for k := range j {
				s -= l[i*n+k] * l[j*n+k]
			}
			if i == j {
				l[i*n+i] = math.Sqrt(max(s, 1e-9))
			} else {
				l[i*n+j] = s / l[j*n+j]
			}
		}
	}
	x := slices.Clone(g)
	for i := range n {
		for k := range i {
			x[i] -= l[i*n+k] * x[k]
		}
		x[i] /= l[i*n+i]
	}
	for i := n - 1; i >= 0; i-- {
		for k := i + 1; k < n; k++ {
			x[i] -= l[k*n+i] * x[k]
		}
		x[i] /= l[i*n+i]
	}
	return x
}

type scored struct {
	x    float64 // bits, or a probability
	same bool
	w    float64
	part int
}

// calibrate fits a rising line through the log-odds of groups of
// equal size, after pooling neighbours that fall (isotonic regression).
func calibrate(list []scored) match.Calibration {
	list = slices.Clone(list)
	slices.SortFunc(list, func(a, b scored) int {
		switch {
		case a.x < b.x:
			return -1
		case a.x > b.x:
			return 1
		}
		return 0
	})
	var c match.Calibration
	point := func(x, odds float64) {
		if k := len(c.Bits); k > 0 {
			if x-c.Bits[k-1] < .05 {
				return
			}
			odds = max(odds, c.Odds[k-1]+.01) // a level stretch rises a little, so that order is kept
		}
		c.Bits = append(c.Bits, round(x))
		c.Odds = append(c.Odds, round(odds))
	}
	for _, b := range pool(list) {
		y := (b.same + .5) / (b.n + 1)
		odds := math.Log(y / (1 - y))
		point(b.from, odds)
		point(b.to, odds)
	}
	for len(c.Bits) < 2 {
		c.Bits = append(c.Bits, float64(len(c.Bits))*10-5)
		c.Odds = append(c.Odds, float64(len(c.Odds))*4-2)
	}
	return c
}

// block is a stretch of scores over which the rate is level.
type block struct {
	from, to float64 // mean score of its first and last group
	same, n  float64
}

// groups is the number of groups of equal size that calibration starts from.
const groups = 60

// pool cuts sorted scores into groups and joins neighbours whose rates fall.
func pool(list []scored) []block {
	var blocks []block
	size := max(1, len(list)/groups)
	for i := 0; i < len(list); i += size {
		part := list[i:min(i+size, len(list))]
		if len(part) < size/2 && len(blocks) > 0 {
			break
		}
		b := block{n: float64(len(part))}
		for _, s := range part {
			b.from += s.x / b.n
			if s.same {
				b.same++
			}
		}
		b.to = b.from
		blocks = append(blocks, b)
		for k := len(blocks) - 1; k > 0 && blocks[k-1].same*blocks[k].n >= blocks[k].same*blocks[k-1].n; k-- {
			p, q := blocks[k-1], blocks[k]
			blocks = append(blocks[:k-1], block{p.from, q.to, p.same + q.same, p.n + q.n})
		}
	}
	return blocks
}

func round(x float64) float64 { return math.Round(x*1000) / 1000 }

func report(list []scored) Report {
	slices.SortFunc(list, func(a, b scored) int {
		switch {
		case a.x < b.x:
			return -1
		case a.x > b.x:
			return 1
		}
		return 0
	})
	r := Report{Pairs: len(list)}
	// AUC by ranks, ties shared; the best threshold on the way.
	var ranks, pos float64
	for i := 0; i < len(list); {
		j := i
		for j < len(list) && list[j].x == list[i].x {
			j++
		}
		for _, s := range list[i:j] {
			if s.same {
				ranks += float64(i+j+1) / 2
				pos++
			}
		}
		i = j
	}
	neg := float64(len(list)) - pos
	r.Same = int(pos)
	if pos > 0 && neg > 0 {
		r.AUC = (ranks - pos*(pos+1)/2) / (pos * neg)
	}
	tp, fp := pos, neg
	for _, s := range list {
		tn, fn := neg-fp, pos-tp
		if d := math.Sqrt((tp + fp) * (tp + fn) * (tn + fp) * (tn + fn)); d > 0 {
			if m := (tp*tn - fp*fn) / d; m > r.MCC {
				r.MCC, r.Threshold = m, s.x
			}
		}
		if s.same {
			tp--
		} else {
			fp--
		}
	}
	for k := range 10 {
		part := list[k*len(list)/10 : (k+1)*len(list)/10]
		d := Decile{Pairs: len(part)}
		for _, s := range part {
			d.Predicted += s.x / float64(len(part))
			if s.same {
				d.Observed += 1 / float64(len(part))
			}
		}
		r.Deciles = append(r.Deciles, d)
	}
	return r
}
