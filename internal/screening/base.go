package screening

import (
	"crypto/sha256"
	"fmt"
	"iter"
	"math"
	"slices"

	"github.com/cordon-engine/cordon/internal/fault"
	"github.com/cordon-engine/cordon/internal/index"
	"github.com/cordon-engine/cordon/internal/match"
	"github.com/cordon-engine/cordon/internal/subject"
	"github.com/cordon-engine/cordon/internal/when"
)

// Known is a party that is kept on file, for the question the other way round:
// which of those on file may a listed subject be?
type Known struct {
	Input match.Input
	// Data is given back for whoever is found.
	Data []byte
}

// BuildBase is [Build] for parties on file. One of whom nobody said what it is can
// be found in each way in which it is read when it is screened.
func BuildBase(b *index.Builder, params *match.Params, list iter.Seq2[Known, error], progress func(n int)) ([][]byte, error) {
	m := meta{params: params.ID()}
	return m.build(b, entries(list, func(k *Known) entry {
		r, err := read(match.NewReader(params), k.Input)
		if err != nil {
			return entry{err: err}
		}
		e := entry{doc: k.encode()}
		e.add(r.plain, "")
		if r.person != r.plain {
			e.add(r.person, "")
		}
		e.units[0] = append(e.units[0], spelledKeys(k.Input.Names)...)
		return e
	}), progress)
}

// Base finds who on file a listed subject may be. It may be used by many at once.
type Base struct{ e *Engine }

// baseLimits bound nothing: who is left out here would not be screened again.
var baseLimits = index.Limits{Bits: Limits.Bits, Share: Limits.Share, Postings: math.MaxInt, Candidates: math.MaxInt, Weigh: Limits.Weigh}

// NewBase makes a base of an index that was built by [BuildBase] with the same
// parameters.
func NewBase(ix *index.Index, params *match.Params) (*Base, error) {
	e, err := New(ix, params, nil, nil)
	if err != nil {
		return nil, err
	}
	e.limits, e.mostWords = baseLimits, math.MaxInt
	return &Base{e}, nil
}

// Len is the number of parties.
func (b *Base) Len() int { return b.e.ix.Len() }

// Reach calls found with the data of each party on file that has the evidence to be the
// subject, as screening it would weigh the two.
func (b *Base) Reach(s *subject.Subject, found func(data []byte) error) error {
	e := b.e
	of := InputOf(s)
	listed, err := match.Prepare(e.params, of)
	if err != nil {
		return err
	}
	w := e.workers.Get().(*worker)
	defer e.workers.Put(w)
	docs, err := b.near(w, of, listed)
	if err != nil {
		return err
	}
	for _, doc := range docs {
		data, err := e.ix.Doc(doc)
		if err != nil {
			return err
		}
		known, err := knownOf(data)
		if err != nil {
			return err
		}
		known.Input.Names = respelled(known.Input.Names, of.Names)
		q, err := read(w.reader, known.Input)
		if err != nil {
			return err
		}
		score := w.scorer.Score(q.of(s.Schema == subject.Person), listed)
		if e.params.AgainstList(score.Probability) < e.params.Possible() && score.Bits-score.NameBits < identifiedBits {
			continue
		}
		if err := found(known.Data); err != nil {
			return err
		}
	}
	return nil
}

// near gives the parties on file that may be a subject, in the order of the index:
// those with the evidence, and those with a name of the same letters.
func (b *Base) near(w *worker, of match.Input, listed *match.Prepared) ([]uint32, error) {
	e := b.e
	e.sift(w)
	list, bounded, err := e.candidates(w, readings{listed, listed}, e.possible)
	w.search.Sift = nil
	if err == nil && bounded.Any() {
		err = fault.New(fault.Internal, "the search among those on file was bounded")
	}
	if err != nil {
		return nil, err
	}
	var docs []uint32
	for _, c := range e.sifted(w, list) {
		docs = append(docs, c.doc)
	}
	spelt, _, err := w.search.Find(e.ix, nil, spelledKeys(of.Names), e.limits)
	if err != nil {
		return nil, err
	}
	for _, c := range spelt {
		docs = append(docs, c.Doc)
	}
	slices.Sort(docs)
	return slices.Compact(docs), nil
}

// Mark tells one state of a listed subject from another: what its entry says, and
// how the authorities and the rules of ownership stand to it on a day.
type Mark struct {
	List, ID string
	// Sum changes when the state does, Asks when that by which it is looked for among
	// parties does: whoever may be it now may have been it before, where Asks is the same.
	Sum, Asks [8]byte
	doc       uint32
}

// Marks gives the mark of every subject of the lists, in the order of the index.
func (e *Engine) Marks(asOf when.Day) iter.Seq2[Mark, error] {
	return func(yield func(Mark, error) bool) {
		for doc := range uint32(e.ix.Len()) {
			m, err := e.mark(doc, asOf)
			if !yield(m, err) || err != nil {
				return
			}
		}
	}
}

func (e *Engine) mark(doc uint32, asOf when.Day) (Mark, error) {
	b, err := e.ix.Doc(doc)
	if err != nil {
		return Mark{}, err
	}
	d, err := decode(b)
	if err != nil {
		return Mark{}, err
	}
	c := cursor{b: b}
	c.text()
	h := sha256.New()
	h.Write(c.text()) // the entry itself, as it is kept
	m := Mark{List: d.List, ID: d.Record.Subject.ID, doc: doc}
	hit := Hit{ID: m.ID}
	if err := e.stand(&hit, &d, asOf); err != nil {
		return Mark{}, err
	}
	fmt.Fprintf(h, "\x00%s", hit.Tier)
	for _, s := range hit.Statuses {
		fmt.Fprintf(h, "\x00%s %s %s", s.Listing.ID, s.Listing.Tier, s.Standing)
	}
	copy(m.Sum[:], h.Sum(nil))
	in := InputOf(d.Record.Subject)
	asks := writer{}
	asks.input(&in)
	sum := sha256.Sum256(asks.b)
	copy(m.Asks[:], sum[:])
	return m, nil
}

// Marked gives the subject that a mark is of, as it was indexed.
func (e *Engine) Marked(m Mark) (*subject.Subject, error) {
	b, err := e.ix.Doc(m.doc)
	if err != nil {
		return nil, err
	}
	d, err := decode(b)
	if err != nil {
		return nil, err
	}
	return d.Record.Subject, nil
}
