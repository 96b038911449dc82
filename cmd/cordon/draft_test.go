package main

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/cordon-engine/cordon/internal/draft"
)

// No report on a draft says what anybody will do, in any form.
func TestReportsOnDraftsForetellNothing(t *testing.T) {
	sequential(t)
	dir := t.TempDir()
	file := filepath.Join(dir, "x.yaml")
	run := func(args ...string) string {
		var out, errs bytes.Buffer
		m := &Main{In: strings.NewReader(""), Out: &out, Err: &errs}
		if code := m.Run(context.Background(), args); code != 0 {
			t.Fatalf("%s: status %d, %s", strings.Join(args, " "), code, errs.String())
		}
		return out.String()
	}
	run("draft", "new", file, "--like", "2397", "--on", "2017-07-10")
	for _, format := range []string{"text", "json", "md", "html"} {
		out := run("draft", "report", file, "--data", dir, "--format", format)
		if words := draft.Behaviour(out); len(words) > 0 {
			t.Errorf("%s: %q", format, words)
		}
		for _, want := range []string{"2016", "nforcement", "2375"} { // base year, enforcement, back-test
			if !strings.Contains(out, want) {
				t.Errorf("%s does not say %s", format, want)
			}
		}
	}
	if _, err := os.Stat(file); err != nil {
		t.Error(err)
	}
}
