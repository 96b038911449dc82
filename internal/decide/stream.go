package decide

import (
	"bufio"
	"bytes"
	"errors"
	"io"
	"runtime"
	"strconv"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/cordon-engine/cordon/internal/activity"
	"github.com/cordon-engine/cordon/internal/fault"
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

// batchSize is how many lines a worker takes at once: enough to hide the cost
// of passing them on, few enough to keep memory flat.
const batchSize = 64

type batch struct {
	first int // number of the first line
	in    []byte
	ends  []int
	out   []byte
	count Count
	done  chan struct{}
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
	work := make(chan *batch, workers)
	order := make(chan *batch, workers*2)
	free := make(chan *batch, workers*4)
	for range workers * 4 {
		free <- &batch{done: make(chan struct{}, 1)}
	}
	for range workers {
		go d.worker(work, s)
	}
	stop := make(chan struct{})
	readErr := make(chan error, 1)
	go func() {
		defer close(order)
		defer close(work)
		readErr <- split(r, s.Name, free, stop, func(b *batch) bool {
			select {
			case order <- b:
			case <-stop:
				return false
			}
			work <- b
			return true
		})
	}()
	var total Count
	var failed error
	out := bufio.NewWriterSize(w, 1<<16)
	told := 0
	for b := range order {
		<-b.done
		if failed == nil {
			failed = b.err
			if _, err := out.Write(b.out); err != nil && failed == nil {
				failed = fault.Wrap(fault.Unavailable, err, "the rulings could not be written")
			}
			total.Read += b.count.Read
			total.Ruled += b.count.Ruled
			total.Refused += b.count.Refused
			for i, n := range b.count.Verdicts {
				total.Verdicts[i] += n
			}
			if failed != nil {
				close(stop)
			}
		}
		if s.Progress != nil && total.Read-told >= 4096 {
			told = total.Read
			s.Progress(told)
		}
		free <- b
	}
	if err := <-readErr; failed == nil {
		failed = err
	}
	if err := out.Flush(); failed == nil && err != nil {
		failed = fault.Wrap(fault.Unavailable, err, "the rulings could not be written")
	}
	return total, failed
}

// split cuts the input into batches of lines.
func split(r io.Reader, name string, free <-chan *batch, stop <-chan struct{}, send func(*batch) bool) error {
	in := bufio.NewReaderSize(r, 1<<16)
	line := 0
	for {
		var b *batch
		select {
		case b = <-free:
		case <-stop:
			return nil
		}
		b.first, b.in, b.ends, b.out, b.count, b.err = line+1, b.in[:0], b.ends[:0], b.out[:0], Count{}, nil
		var end error
		for len(b.ends) < batchSize && end == nil {
			start := len(b.in)
			for {
				part, err := in.ReadSlice('\n')
				if len(b.in)-start <= yamltree.MaxSize { // the rest of an endless line is dropped, and refused
					b.in = append(b.in, part...)
				}
				if errors.Is(err, bufio.ErrBufferFull) {
					continue
				}
				end = err
				break
			}
			if end != nil && len(b.in) == start {
				break
			}
			line++
			b.ends = append(b.ends, len(b.in))
		}
		if len(b.ends) > 0 && !send(b) {
			return nil
		}
		if errors.Is(end, io.EOF) {
			return nil
		}
		if end != nil {
			return fault.Wrap(fault.Unavailable, end, "reading stopped after line %d", line).At(fault.Place{File: name})
		}
	}
}

func (d *Desk) worker(work <-chan *batch, s Stream) {
	dec := activity.NewDecoder(d.Reference)
	eval := d.Engine.NewEvaluator()
	encode := s.Encoder()
	a := &activity.Activity{}
	for b := range work {
		start := 0
		for i, end := range b.ends {
			line := bytes.TrimRight(b.in[start:end], "\r\n")
			start = end
			if len(bytes.TrimSpace(line)) == 0 {
				continue
			}
			b.count.Read++
			r, err := d.rule(dec, eval, a, line, s)
			if err != nil {
				b.count.Refused++
				b.out = appendError(b.out, b.first+i, err)
				if fault.CodeOf(err) == fault.Internal && b.err == nil {
					b.err = fault.In(fault.Place{File: s.Name, Item: b.first + i}, err)
				}
				continue
			}
			b.count.Ruled++
			b.count.Verdicts[r.Verdict]++
			b.out = append(encode(b.out, r), '\n')
		}
		b.done <- struct{}{}
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
	return eval.Decide(ruling.Request{Activity: a, AsOf: s.AsOf, KnownAt: s.KnownAt, Totals: s.Totals, Brief: s.Brief, Screened: said})
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
