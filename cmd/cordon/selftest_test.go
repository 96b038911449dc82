package main

import (
	"bytes"
	"context"
	"strings"
	"testing"
)

// The exit status of a self-test tells a script what became of it.
func TestSelftestExitStatus(t *testing.T) {
	sequential(t)
	for _, x := range []struct {
		args string
		want int
	}{
		{"--sample 20 --floors testdata/lenient.yaml", 0},
		{"--sample 20 --floors testdata/lenient.yaml --floor as_listed=1 --threshold 0.9999", 3},
		{"--sample 20 --floors testdata/lenient.yaml --ceiling alerts=0", 3},
		{"--sample 20 --max-age 1h", 3},
		{"--floor nobody=1", 2},
		{"--threshold 0", 2},
		{"--list nowhere", 2},
	} {
		var out, errs bytes.Buffer
		m := &Main{In: strings.NewReader(""), Out: &out, Err: &errs}
		if got := m.Run(context.Background(), append([]string{"selftest", "--population", "testdata/neutral.csv", "--data", t.TempDir() + "/none"}, strings.Fields(x.args)...)); got != x.want {
			t.Errorf("%s: exit status %d, want %d: %s%s", x.args, got, x.want, errs.String(), out.String())
		}
	}
}
