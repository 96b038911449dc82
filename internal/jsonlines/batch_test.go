package jsonlines

import (
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"
	"testing/iotest"

	"pgregory.net/rapid"
)

// TestBatchesAreTheLines: whatever the size of batches and the number of workers, take is given every line that is not blank, in
// order and with its number.
func TestBatchesAreTheLines(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		in := rapid.SliceOf(rapid.SampledFrom([]string{"", " ", "a", "b\r", strings.Repeat("x", 9), strings.Repeat("y", 90_000)})).Draw(t, "lines")
		text := strings.Join(in, "\n") + rapid.SampledFrom([]string{"", "\n"}).Draw(t, "end")
		p := Batches{File: "f", Size: rapid.IntRange(1, 5).Draw(t, "size"), Limit: 8, Workers: rapid.IntRange(1, 4).Draw(t, "workers")}
		var want, got []string
		for i, line := range in {
			if line = strings.TrimRight(line, "\r"); strings.TrimSpace(line) != "" {
				want = append(want, fmt.Sprintf("%d %s %t", i+1, line[:1], len(line) > p.Limit))
			}
		}
		err := Run(strings.NewReader(text), p, shortened(p.Limit), func(r *[]string) error {
			got = append(got, *r...)
			return nil
		})
		if err != nil || !slices.Equal(got, want) {
			t.Fatalf("got %q, %v\nwant %q", got, err, want)
		}
	})
}

func shortened(limit int) func() func(*Batch, *[]string) {
	return func() func(*Batch, *[]string) {
		return func(b *Batch, r *[]string) {
			*r = (*r)[:0]
			for n, line := range b.Lines() {
				*r = append(*r, fmt.Sprintf("%d %s %t", n, line[:1], len(line) > limit))
			}
		}
	}
}

// TestBatchesStop: an error of either side ends the run and is the one that is told.
func TestBatchesStop(t *testing.T) {
	p := Batches{File: "f", Size: 2, Limit: 100, Workers: 3}
	broken := errors.New("broken")
	n := 0
	endless := func(yes func() error) error {
		return Run(endlessly("line\n"), p, shortened(100), func(*[]string) error { n++; return yes() })
	}
	if err := endless(func() error { return broken }); !errors.Is(err, broken) || n != 1 {
		t.Errorf("take failed: %v after %d batches", err, n)
	}
	src := io.MultiReader(strings.NewReader("a\nb\nc\n"), iotest.ErrReader(broken))
	n = 0
	err := Run(src, p, shortened(100), func(r *[]string) error { n += len(*r); return nil })
	if !errors.Is(err, broken) || n != 3 || !strings.Contains(err.Error(), "after line 3") {
		t.Errorf("reading failed: %v after %d lines", err, n)
	}
}

type endlessly string

func (e endlessly) Read(p []byte) (int, error) { return copy(p, e), nil }
