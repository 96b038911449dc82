package jsonlines

import (
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/cordon-engine/cordon/internal/fault"
)

func lines(src io.Reader) (string, error) {
	r, err := NewReader(src, "f")
	if err != nil {
		return "", err
	}
	var b strings.Builder
	for {
		line, n, err := r.Next()
		if errors.Is(err, io.EOF) {
			return b.String(), nil
		}
		if err != nil {
			return b.String(), err
		}
		fmt.Fprintf(&b, "%d:%s|", n, line)
	}
}

func TestLines(t *testing.T) {
	long := `{"a":"` + strings.Repeat("x", 200<<10) + `"}`
	for in, want := range map[string]string{
		"{}\n{}\n": "1:{}|2:{}|", "{}": "1:{}|", "\n \r\n{}\r\n\n{1}": "3:{}|5:{1}|", "\xEF\xBB\xBF{}\n": "1:{}|",
		long + "\n" + long: "1:" + long + "|2:" + long + "|",
	} {
		for _, src := range []io.Reader{strings.NewReader(in), iotest.HalfReader(strings.NewReader(in)), iotest.DataErrReader(strings.NewReader(in))} {
			if got, err := lines(src); got != want || err != nil {
				t.Errorf("%.40q: %.60q, %v", in, got, err)
			}
		}
	}
}

func TestWhatIsRefused(t *testing.T) {
	for in, say := range map[string]string{
		"": "empty", " \n ": "empty", "[{}]": "array", "<!DOCTYPE html>": "web page", "<a/>": "XML", "a,b\n": "does not begin",
		"{" + strings.Repeat("x", MaxLine+100<<10): "larger",
	} {
		_, err := lines(strings.NewReader(in))
		var f *fault.Error
		if !errors.As(err, &f) || !strings.Contains(err.Error(), say) {
			t.Errorf("%.40q: %v; want %q", in, err, say)
		}
	}
	if _, err := lines(io.MultiReader(strings.NewReader("{}\n{"), iotest.ErrReader(io.ErrUnexpectedEOF))); !errors.Is(err, io.ErrUnexpectedEOF) {
		t.Errorf("a reader that fails: %v", err)
	}
}
