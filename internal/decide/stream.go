package decide

import (
	"bufio"
	"cmp"
	"io"
	"runtime"
	"strconv"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/cordon-engine/cordon/internal/activity"
	"github.com/cordon-engine/cordon/internal/fault"
	"github.com/cordon-engine/cordon/internal/jsonlines"
	"github.com/cordon-engine/cordon/internal/ruling"
	"github.com/cordon-engine/cordon/internal/when"
	"github.com/cordon-engine/cordon/internal/yamltree"
)

// Count says what became of the lines of a stream: Read = Ruled + Refused.
type Count struct {
	Read, Ruled, Refused int
	// Verdicts counts the rulings by verdict.
	Verdicts [ruling.Prohibited + 1]int
}

// Stream is how a stream is ruled on.
type Stream struct {
	// Name stands in errors.
	Name string
	// Prepare changes each activity before it is ruled on, as --set does; nil
	// for nothing.
	Prepare func(*activity.Activity) error
	// Resolver looks up parties and ships before an activity is ruled on; nil for
	// nobody.
	Resolver *Resolver
	// Holdings are the licences of who asks; nil for none.
	Holdings *Holdings
	AsOf     *when.Period
	KnownAt  when.Day
	Totals   []ruling.Total
	// Brief leaves out which assumed facts the verdicts rest on.
	Brief bool
	// Encoder makes an encoder for one worker: it appends a ruling to a buffer.
	Encoder func() func([]byte, *ruling.Ruling) []byte
	// Progress is told how many lines were done, now and then; nil for nobody.
	Progress func(done int)
	// Workers is the number of workers; 0 means one for each processor.
	Workers int
}

// batchSize is how many lines a worker takes at once.
const batchSize = 64

// ruled is what became of a batch.
type ruled struct {
	out   []byte
	count Count
	err   error
}

// Run reads one JSON activity a line from r and writes one JSON ruling a line to
// w, in the same order. An empty line is passed over; a line that cannot be read
// gives {"line":N,"error":{...}}. Memory does not grow with the number of lines.
func (d *Desk) Run(r io.Reader, w io.Writer, s Stream) (Count, error) {
	workers := s.Workers
	if workers <= 0 {
		workers = runtime.GOMAXPROCS(0)
	}
	var total Count
	out := bufio.NewWriterSize(w, 1<<16)
	told := 0
	batches := jsonlines.Batches{File: s.Name, Size: batchSize, Limit: yamltree.MaxSize, Workers: workers}
	failed := jsonlines.Run(r, batches, func() func(*jsonlines.Batch, *ruled) { return d.worker(s) }, func(b *ruled) error {
		total.add(&b.count)
		if _, err := out.Write(b.out); err != nil {
			return cmp.Or(b.err, unwritten(err))
		}
		if s.Progress != nil && total.Read-told >= 4096 {
			told = total.Read
			s.Progress(told)
		}
		return b.err
	})
	if err := out.Flush(); failed == nil && err != nil {
		failed = unwritten(err)
	}
	return total, failed
}

func unwritten(err error) error {
	return fault.Wrap(fault.Unavailable, err, "the rulings could not be written")
}

func (c *Count) add(o *Count) {
	c.Read += o.Read
	c.Ruled += o.Ruled
	c.Refused += o.Refused
	for i, n := range o.Verdicts {
		c.Verdicts[i] += n
	}
}

// worker makes what rules on batches.
func (d *Desk) worker(s Stream) func(*jsonlines.Batch, *ruled) {
	dec := activity.NewDecoder(d.Reference)
	eval := d.Engine.NewEvaluator()
	encode := s.Encoder()
	a := &activity.Activity{}
	return func(b *jsonlines.Batch, to *ruled) {
		to.out, to.count, to.err = to.out[:0], Count{}, nil
		for n, line := range b.Lines() {
			to.count.Read++
			r, err := d.rule(dec, eval, a, line, s)
			if err != nil {
				to.count.Refused++
				to.out = appendError(to.out, n, err)
				if fault.CodeOf(err) == fault.Internal && to.err == nil {
					to.err = fault.In(fault.Place{File: s.Name, Item: n}, err)
				}
				continue
			}
			to.count.Ruled++
			to.count.Verdicts[r.Verdict]++
			to.out = append(encode(to.out, r), '\n')
		}
	}
}

func (d *Desk) rule(dec *activity.Decoder, eval *ruling.Evaluator, a *activity.Activity, line []byte, s Stream) (*ruling.Ruling, error) {
	if len(line) > yamltree.MaxSize {
		return nil, fault.New(fault.TooLarge, "the line has more than %d bytes", yamltree.MaxSize)
	}
	if err := dec.Decode(line, a); err != nil {
		return nil, err
	}
	if s.Prepare != nil {
		if err := s.Prepare(a); err != nil {
			return nil, err
		}
	}
	var said []ruling.Screened
	if s.Resolver != nil {
		a, said = s.Resolver.Resolve(a)
	}
	return s.Holdings.Rule(ruling.Request{Activity: a, AsOf: s.AsOf, KnownAt: s.KnownAt, Totals: s.Totals, Brief: s.Brief, Screened: said}, eval.Decide)
}

func appendError(b []byte, line int, err error) []byte {
	b = append(b, `{"line":`...)
	b = strconv.AppendInt(b, int64(line), 10)
	b = append(b, `,"error":{"code":`...)
	b, _ = jsontext.AppendQuote(b, string(fault.CodeOf(err)))
	b = append(b, `,"message":`...)
	b, _ = jsontext.AppendQuote(b, err.Error())
	return append(b, "}}\n"...)
}
