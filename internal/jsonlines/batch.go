package jsonlines

import (
	"bufio"
	"bytes"
	"errors"
	"io"
	"iter"

	"github.com/cordon-engine/cordon/internal/fault"
)

// Batch is some lines of a file that follow each other.
type Batch struct {
	first int
	in    []byte
	ends  []int
}

// Lines gives each line that is not blank with its number from 1, without its end. A line longer than the limit of its Batches comes
// cut off, but still longer than the limit, so that it can be refused by its number. The bytes are valid until the batch is done.
func (b *Batch) Lines() iter.Seq2[int, []byte] {
	return func(yield func(int, []byte) bool) {
		start := 0
		for i, end := range b.ends {
			line := bytes.TrimRight(b.in[start:end], "\r\n")
			start = end
			if len(bytes.TrimSpace(line)) > 0 && !yield(b.first+i, line) {
				return
			}
		}
	}
}

// Batches says how a file is cut up for several workers.
type Batches struct {
	// File stands in errors.
	File string
	// Size is how many lines a worker takes at once: enough to hide the cost of passing them on, few enough to keep memory flat.
	Size int
	// Limit is the most bytes of one line.
	Limit int
	// Workers is how many work at once, 1 or more.
	Workers int
}

// Run reads src to its end. Each worker is made by worker and turns batches into results; take is given the results in the order of
// the input, one at a time, and its error stops the reading. A result is used again for a later batch: a worker finds in it what an
// earlier one left. Memory does not grow with the number of lines.
func Run[T any](src io.Reader, p Batches, worker func() func(*Batch, *T), take func(*T) error) error {
	type job struct {
		Batch
		result T
		done   chan struct{}
	}
	work, order, free := make(chan *job, p.Workers), make(chan *job, 2*p.Workers), make(chan *job, 4*p.Workers)
	for range 4 * p.Workers {
		free <- &job{done: make(chan struct{}, 1)}
	}
	for range p.Workers {
		go func() {
			do := worker()
			for j := range work {
				do(&j.Batch, &j.result)
				j.done <- struct{}{}
			}
		}()
	}
	stop, read := make(chan struct{}), make(chan error, 1)
	go func() {
		defer close(order)
		defer close(work)
		in, line := bufio.NewReaderSize(src, 1<<16), 0
		for {
			var j *job
			select {
			case j = <-free:
			case <-stop:
				read <- nil
				return
			}
			err := j.fill(in, line, p)
			line += len(j.ends)
			if len(j.ends) > 0 {
				order <- j // never blocks for long: there is room for half of all jobs, and the other side goes on until it is closed
				work <- j
			}
			if err != nil {
				read <- ended(err, line, p.File)
				return
			}
		}
	}()
	var failed error
	for j := range order {
		<-j.done
		if failed == nil {
			if failed = take(&j.result); failed != nil {
				close(stop)
			}
		}
		free <- j
	}
	if err := <-read; failed == nil {
		failed = err
	}
	return failed
}

// ended is nil at the end of the file and otherwise says where reading stopped.
func ended(err error, line int, file string) error {
	if errors.Is(err, io.EOF) {
		return nil
	}
	return fault.Wrap(fault.Unavailable, err, "reading stopped after line %d", line).At(fault.Place{File: file})
}

// fill reads the lines after the given one; the error is why there are no more.
func (b *Batch) fill(in *bufio.Reader, after int, p Batches) error {
	b.first, b.in, b.ends = after+1, b.in[:0], b.ends[:0]
	for len(b.ends) < p.Size {
		start := len(b.in)
		err := b.line(in, p.Limit)
		if err == nil || len(b.in) > start {
			b.ends = append(b.ends, len(b.in))
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// line appends one line. The rest of an endless one is dropped.
func (b *Batch) line(in *bufio.Reader, limit int) error {
	start := len(b.in)
	for {
		part, err := in.ReadSlice('\n')
		if len(b.in)-start <= limit+2 { // its end may be two bytes
			b.in = append(b.in, part...)
		}
		if !errors.Is(err, bufio.ErrBufferFull) {
			return err
		}
	}
}
