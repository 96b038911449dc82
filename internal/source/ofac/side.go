package ofac

import (
	"errors"
	"io"
	"strconv"

	"github.com/cordon-engine/cordon/internal/fault"
	"github.com/cordon-engine/cordon/internal/publication"
	"github.com/cordon-engine/cordon/internal/tabular"
)

// side is a file whose rows belong to entries of another. It is read along with
// that one, both in the order of the numbers.
type side struct {
	t    *publication.Tally
	part string
	file publication.File
	src  io.Closer
	r    *tabular.Reader
	row  *tabular.Row // the next row; nil at the end
	key  uint32
	// first is true while the file is read for the first time, when all of its
	// rows are counted.
	first bool
	// passed are rows of no entry so far.
	passed []passed
}

type passed struct{ key, line uint32 }

// rewind begins at the first row.
func (s *side) rewind() error {
	s.close()
	src, err := s.file.Open()
	if err != nil {
		return err
	}
	s.src = src
	s.r, err = tabular.NewCSV(src, tabular.Options{File: s.file.Name, Comma: ',', Columns: columns[s.part]})
	if err != nil {
		return err
	}
	s.key = 0
	return s.advance()
}

func (s *side) close() {
	if s.src != nil {
		s.src.Close()
		s.src = nil
	}
}

// advance goes to the next row that is as it should be; the others are refused.
func (s *side) advance() error {
	for {
		row, err := s.r.Next()
		if errors.Is(err, io.EOF) {
			s.row = nil
			return nil
		}
		var wrong *tabular.RowError
		if err != nil && !errors.As(err, &wrong) {
			return err
		}
		at := fault.Place{File: s.file.Name, Line: row.Line}
		if s.first {
			s.t.Seen(s.part)
		}
		n, ok := rowNumber(row, s.t, at)
		if wrong != nil || !ok || len(row.Fields) != len(columns[s.part]) {
			if s.first {
				s.t.Refuse(s.part, at, row.Get("number"), "it is not a number of an entry and %d more columns",
					len(columns[s.part])-1)
			}
			continue
		}
		if n < s.key {
			return fault.New(fault.Invalid, "the rows are not in the order of the numbers of their entries: %d after %d", n, s.key).
				WithFix("sort the file by its first column").At(at)
		}
		s.row, s.key = row, n
		return nil
	}
}

// each calls f with the rows of an entry.
func (s *side) each(n uint32, f func(*tabular.Row)) error {
	for s.row != nil && s.key <= n {
		if s.key == n {
			f(s.row)
			s.t.Handled(s.part)
		} else if err := s.pass(); err != nil {
			return err
		}
		if err := s.advance(); err != nil {
			return err
		}
	}
	return nil
}

// pass notes that the row belongs to no entry so far.
func (s *side) pass() error {
	if !s.first {
		return nil
	}
	if len(s.passed) >= MaxEntries {
		return fault.New(fault.TooLarge, "more than %d rows belong to no entry", MaxEntries).
			At(fault.Place{File: s.file.Name, Line: s.row.Line})
	}
	s.passed = append(s.passed, passed{s.key, uint32(s.row.Line)})
	return nil
}

// drain reads the rest of the file, the first time.
func (s *side) drain() error {
	for s.first && s.row != nil {
		if err := s.pass(); err != nil {
			return err
		}
		if err := s.advance(); err != nil {
			return err
		}
	}
	s.first = false
	return nil
}

// finish counts the rows whose entry is not there.
func (s *side) finish(taken numbers) error {
	if err := s.drain(); err != nil {
		return err
	}
	for _, p := range s.passed {
		if !taken.has(p.key) {
			s.t.Loose(s.part, fault.Place{File: s.file.Name, Line: int(p.line)}, strconv.FormatUint(uint64(p.key), 10))
		}
	}
	return nil
}
