package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"math"

	"github.com/cordon-engine/cordon/data"
	"github.com/cordon-engine/cordon/internal/fault"
	"github.com/cordon-engine/cordon/internal/match"
)

// matchCmd compares pairs of subjects.
type matchCmd struct {
	Names     []string `arg:"" optional:"" name:"name" help:"Two names; without them a pair is read from each line of standard input."`
	Schema    string   `help:"What two names are of: Person, Company, Vessel ..." placeholder:"S"`
	Params    string   `help:"Take the parameters from this folder." placeholder:"DIR" type:"path"`
	Threshold float64  `help:"Add whether the score reaches this probability." placeholder:"P"`
	Explain   bool     `help:"Give every piece of evidence with its bits."`
}

const maxMatchLine = 4 << 20

// pairJSON is one line of input: two names, or two FollowTheMoney entities.
type pairJSON struct {
	Schema string      `json:"schema,omitempty"`
	A      *string     `json:"a,omitempty"`
	B      *string     `json:"b,omitempty"`
	Left   *entityJSON `json:"left,omitempty"`
	Right  *entityJSON `json:"right,omitempty"`
}

type scoreJSON struct {
	Score     float64        `json:"score"`
	Bits      float64        `json:"bits"`
	Match     *bool          `json:"match,omitempty"`
	Why       string         `json:"why"`
	Truncated []string       `json:"truncated,omitempty"`
	Evidence  []evidenceJSON `json:"evidence,omitempty"`
}

type evidenceJSON struct {
	Kind  string  `json:"kind"`
	Left  string  `json:"left,omitempty"`
	Right string  `json:"right,omitempty"`
	Bits  float64 `json:"bits"`
	Words string  `json:"words"`
}

type lineErrorJSON struct {
	Error struct {
		Code    string `json:"code"`
		Message string `json:"message"`
		Line    int    `json:"line"`
	} `json:"error"`
}

// Run is the command.
func (c *matchCmd) Run(m *Main) error {
	if c.Threshold < 0 || c.Threshold >= 1 {
		return fault.New(fault.Usage, "--threshold must be at least 0 and below 1")
	}
	p, err := loadParams(c.Params)
	if err != nil {
		return err
	}
	s := match.NewScorer(p)
	in := m.In
	switch {
	case len(c.Names) == 2:
		line, err := json.Marshal(pairJSON{Schema: c.Schema, A: &c.Names[0], B: &c.Names[1]})
		if err != nil {
			return err
		}
		in = bytes.NewReader(line)
	case len(c.Names) > 0 || c.Schema != "":
		return fault.New(fault.Usage, "%d names are given, and two are compared", len(c.Names)).WithFix("put each into quotes: cordon match 'Kim Jong Un' 'Kim Chong-un'")
	}
	out := bufio.NewWriter(m.Out)
	enc := json.NewEncoder(out)
	enc.SetEscapeHTML(false)
	failed, line := 0, 0
	err = eachInputLine(in, maxMatchLine, func(n int, b []byte, err error) error {
		line = n
		var v any
		if err == nil {
			v, err = c.pair(p, s, b)
		}
		if err != nil {
			failed++
			v = lineError(n, err)
		}
		return enc.Encode(v)
	})
	if flushed := out.Flush(); err == nil {
		err = flushed
	}
	if err != nil {
		return fault.Wrap(fault.Internal, err, "line %d", line+1)
	}
	if failed > 0 {
		return fault.New(fault.Invalid, "%d of %d lines could not be compared; each is answered by its error", failed, line)
	}
	return nil
}

func lineError(n int, err error) lineErrorJSON {
	var e lineErrorJSON
	e.Error.Code, e.Error.Message, e.Error.Line = string(fault.CodeOf(err)), err.Error(), n
	return e
}

// loadParams reads the parameters that ship with the program, or those of dir.
func loadParams(dir string) (*match.Params, error) {
	if dir == "" {
		return match.Load(data.FS, "matching")
	}
	fsys, root := scenarioFS(dir)
	return match.Load(fsys, root)
}

// eachInputLine gives every line that is not empty, with its number from 1; a
// line over the limit is given as an error and skipped, not cut.
func eachInputLine(r io.Reader, limit int, do func(n int, line []byte, err error) error) error {
	br := bufio.NewReaderSize(r, 64<<10)
	var line []byte
	for n := 1; ; n++ {
		line = line[:0]
		tooLong := false
		var err error
		for {
			var part []byte
			part, err = br.ReadSlice('\n')
			if len(line)+len(part) > limit {
				tooLong = true
			} else {
				line = append(line, part...)
			}
			if !errors.Is(err, bufio.ErrBufferFull) {
				break
			}
		}
		if err != nil && !errors.Is(err, io.EOF) {
			return err
		}
		switch b := bytes.TrimSpace(line); {
		case tooLong:
			if err := do(n, nil, fault.New(fault.TooLarge, "the line is longer than %d bytes", limit)); err != nil {
				return err
			}
		case len(b) > 0:
			if err := do(n, b, nil); err != nil {
				return err
			}
		}
		if err != nil {
			return nil
		}
	}
}

// pair answers one line.
func (c *matchCmd) pair(p *match.Params, s *match.Scorer, line []byte) (scoreJSON, error) {
	var in pairJSON
	d := json.NewDecoder(bytes.NewReader(line))
	d.DisallowUnknownFields()
	if err := d.Decode(&in); err != nil {
		return scoreJSON{}, fault.New(fault.Invalid, "not a pair: %v", err).
			WithFix(`write {"schema":"Person","a":"...","b":"..."} or {"left":{...},"right":{...}}`)
	}
	if d.More() {
		return scoreJSON{}, fault.New(fault.Invalid, "more than one value on the line")
	}
	a, b, err := in.sides()
	if err != nil {
		return scoreJSON{}, err
	}
	x, err := match.Prepare(p, a)
	if err != nil {
		return scoreJSON{}, err
	}
	y, err := match.Prepare(p, b)
	if err != nil {
		return scoreJSON{}, err
	}
	got := s.Score(x, y)
	out := scoreJSON{Score: got.Probability, Bits: round2(got.Bits), Truncated: append(x.Truncated(), y.Truncated()...)}
	list := s.Explain(x, y)
	out.Why = match.Summary(list)
	if c.Threshold > 0 {
		reached := got.Probability >= c.Threshold
		out.Match = &reached
	}
	if c.Explain {
		for _, e := range list {
			out.Evidence = append(out.Evidence, evidenceJSON{e.Kind, e.Left, e.Right, round2(e.Bits), e.Words})
		}
	}
	return out, nil
}

// sides gives the two subjects of a line.
func (in *pairJSON) sides() (a, b match.Input, err error) {
	switch {
	case in.A != nil && in.B != nil && in.Left == nil && in.Right == nil:
		side := func(s string) match.Input {
			return match.Input{Schema: in.Schema, Names: []match.Name{{Text: s}}}
		}
		return side(*in.A), side(*in.B), nil
	case in.Left != nil && in.Right != nil && in.A == nil && in.B == nil && in.Schema == "":
		if a, err = in.Left.input(); err != nil {
			return a, b, fault.In(fault.Place{Field: "left"}, err)
		}
		b, err = in.Right.input()
		return a, b, fault.In(fault.Place{Field: "right"}, err)
	}
	return a, b, fault.New(fault.Invalid, "a line needs a and b, or left and right").
		WithFix(`write {"schema":"Person","a":"...","b":"..."} or {"left":{...},"right":{...}}`)
}

func round2(x float64) float64 { return math.Round(x*100) / 100 }
