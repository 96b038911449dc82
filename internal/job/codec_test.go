package job_test

import (
	"bytes"
	"fmt"
	"strings"
	"testing"

	"github.com/cordon-engine/cordon/internal/fault"
	"github.com/cordon-engine/cordon/internal/job"
)

// What is packed as it is written comes back as what is packed at once does; what is too long is refused, not cut.
func TestPacker(t *testing.T) {
	for _, lines := range []int{0, 1, 100_000} {
		p, want := job.NewPacker(), bytes.Buffer{}
		for i := range lines {
			fmt.Fprintf(&want, "line %d\n", i)
			if _, err := fmt.Fprintf(p, "line %d\n", i); err != nil {
				t.Fatal(err)
			}
		}
		packed, err := p.Packed()
		if err != nil {
			t.Fatal(err)
		}
		out := job.Output{Packed: packed}
		kept, err := out.Pack()
		if err != nil {
			t.Fatal(err)
		}
		got, err := job.Unpack(kept)
		if err != nil || !bytes.Equal(got, want.Bytes()) {
			t.Errorf("%d lines came back as %d bytes, want %d: %v", lines, len(got), want.Len(), err)
		}
	}
	p, mb := job.NewPacker(), []byte(strings.Repeat("x", 1<<20))
	for range job.MaxPiece >> 20 {
		if _, err := p.Write(mb); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := p.Write([]byte("x")); fault.CodeOf(err) != fault.TooLarge {
		t.Error(err)
	}
}
