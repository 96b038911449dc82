package series

import (
	"context"
	"hash/fnv"

	"github.com/cordon-engine/cordon/internal/fault"
	"github.com/cordon-engine/cordon/internal/record"
)

func conflict(format string, args ...any) *fault.Error {
	return fault.New(fault.Conflict, format, args...)
}

// MaxRefused is the share of rows that may be refused before a file is not taken.
const MaxRefused = 0.05

// Loading says how a file is taken.
type Loading struct {
	// Hash gives the hash of the file once it is read to its end; nil for none.
	Hash func() string
	// AcceptRefused takes a file however many rows were refused, as long as one was not.
	AcceptRefused bool
	// Progress is told now and then how many rows are read; nil for nobody.
	Progress func(rows int)
}

// Result tells what became of a load.
type Result struct {
	Meta Meta
	// Same is true where the newest snapshot has the same records already, so that
	// nothing was kept; Meta is then that one.
	Same bool
}

// every is how many rows are read between two reports of progress.
const every = 1 << 16

// Put reads all figures of r into the store as a new snapshot, whole or not at all. A
// figure that stands twice in a file is refused the second time. A file without a
// figure, and one of which too much was refused, is not taken.
func Put(ctx context.Context, s Store, r record.Reader, m Meta, o Loading) (Result, error) {
	l, err := s.Begin(ctx, m.Series)
	if err != nil {
		return Result{}, err
	}
	defer func() { _ = l.Abort() }()
	twice := &doubles{seen: map[[16]byte]int32{}, file: m.File}
	n := 0
	if err := r.Each(ctx, func(rec *record.Record) error {
		if n++; n%every == 0 && o.Progress != nil {
			o.Progress(n)
		}
		rec.Series = m.Series
		if twice.refuse(rec) {
			return nil
		}
		return l.Put(rec)
	}); err != nil {
		return Result{}, err
	}
	m.Tally = twice.correct(r.Tally())
	if err := enough(m.Tally, m.File, o.AcceptRefused); err != nil {
		return Result{}, err
	}
	if m.Content, err = l.Content(); err != nil {
		return Result{}, err
	}
	if o.Hash != nil {
		m.SHA256 = o.Hash()
	}
	if same, err := Find(ctx, s, ID{Series: m.Series}); err == nil && same.Content == m.Content && same.SHA256 == m.SHA256 {
		return Result{Meta: same, Same: true}, nil
	}
	m, err = l.Commit(m)
	return Result{Meta: m}, err
}

// enough refuses a file that gave nothing, or too little of what it holds.
func enough(t record.Tally, file string, accept bool) error {
	place := fault.Place{File: file}
	first := ""
	if len(t.Refusals) > 0 {
		first = "; the first is " + t.Refusals[0].Place.String() + ": " + t.Refusals[0].Reason
	}
	switch {
	case t.Handled == 0:
		return fault.New(fault.Invalid, "the file has no figure that can be taken: %d of %d rows were refused%s", t.Refused, t.Rows, first).At(place)
	case !accept && float64(t.Refused) > MaxRefused*float64(t.Rows):
		return fault.New(fault.Invalid, "%d of %d rows were refused, so the file is not taken%s", t.Refused, t.Rows, first).
			WithFix("correct the file, or take what there is with --accept-refused").At(place)
	}
	return nil
}

// doubles finds figures that stand twice, by the 128-bit hash of their names.
type doubles struct {
	seen map[[16]byte]int32 // row
	file string
	key  []byte
	own  record.Tally
}

func (d *doubles) refuse(r *record.Record) bool {
	d.key = r.AppendName(d.key[:0])
	h := fnv.New128a()
	h.Write(d.key)
	var sum [16]byte
	h.Sum(sum[:0])
	first, twice := d.seen[sum]
	if !twice {
		d.seen[sum] = int32(r.Row)
		return false
	}
	d.own.Refuse(fault.Place{File: d.file, Line: r.Row}, fault.New(fault.Invalid, "%s stands in row %d already", d.key, first))
	if !r.Quantity.Known && !r.Value.Known && !r.NetWeight.Known {
		d.own.Blank++
	}
	return true
}

// correct moves the rows that stood twice from those handled to those refused.
func (d *doubles) correct(t record.Tally) record.Tally {
	t.Handled -= d.own.Refused
	t.Refused += d.own.Refused
	t.Blank -= d.own.Blank
	for _, r := range d.own.Refusals {
		if len(t.Refusals) < record.MaxRefusals {
			t.Refusals = append(t.Refusals, r)
		} else {
			t.LeftOff++
		}
	}
	t.LeftOff += d.own.LeftOff
	return t
}
