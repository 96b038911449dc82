package record

import (
	"context"
	"errors"
	"iter"

	"github.com/cordon-engine/cordon/internal/fault"
)

// Reader gives the figures of one table or file, in their order, in bounded
// memory. It is used by one goroutine, and once.
type Reader interface {
	// Each calls yield for every figure to the end. The Record is reused: it and
	// what it points to are valid until yield returns; a copy of the struct is
	// valid for good, since its texts are never written over. A row that cannot be
	// read is refused and counted; what is wrong with the whole file, an error of
	// yield, and the end of ctx end the reading with that error.
	Each(ctx context.Context, yield func(*Record) error) error
	// Tally tells what became of the rows read so far.
	Tally() Tally
}

// Tally accounts for the rows of a table: Rows = Handled + Refused.
type Tally struct {
	// Rows were seen; Handled gave a record; Refused could not be read.
	Rows, Handled, Refused int
	// Blank counts the handled rows that state no figure.
	Blank int
	// Refusals tells the first of the refused rows, each with its place and
	// reason; LeftOff is how many it does not tell.
	Refusals []Refusal
	LeftOff  int
	// Unused are the columns that held something and that no field was made from.
	Unused []string
}

// Refusal is one row that could not be read.
type Refusal struct {
	Place  fault.Place
	Reason string
}

// MaxRefusals is how many refusals a Tally tells one by one.
const MaxRefusals = 100

// Handle counts a row that gave r.
func (t *Tally) Handle(r *Record) {
	t.Rows++
	t.Handled++
	if !r.Quantity.Known && !r.Value.Known && !r.NetWeight.Known {
		t.Blank++
	}
}

// Refuse counts a row that could not be read, with the reason; the place within
// err comes before p.
func (t *Tally) Refuse(p fault.Place, err error) {
	t.Rows++
	t.Refused++
	if len(t.Refusals) >= MaxRefusals {
		t.LeftOff++
		return
	}
	var f *fault.Error
	if errors.As(err, &f) {
		f = f.At(p)
		reason := f.Message
		if f.Fix != "" {
			reason += " (" + f.Fix + ")"
		}
		t.Refusals = append(t.Refusals, Refusal{f.Place, reason})
		return
	}
	t.Refusals = append(t.Refusals, Refusal{p, err.Error()})
}

// errStop ends a reading whose reader has seen enough.
var errStop = errors.New("stop")

// All gives the figures of a Reader as a sequence, each a copy. An error ends it.
func All(ctx context.Context, r Reader) iter.Seq2[Record, error] {
	return func(yield func(Record, error) bool) {
		err := r.Each(ctx, func(rec *Record) error {
			if !yield(*rec, nil) {
				return errStop
			}
			return nil
		})
		if err != nil && !errors.Is(err, errStop) {
			yield(Record{}, err)
		}
	}
}
