package main

import (
	"bytes"
	"context"
	"os"
	"regexp"
	"strings"
	"testing"
)

// The transcripts in README.md are what the program prints; only the version of the
// law, which changes with every edit of it, may be another.
func TestReadmeTranscripts(t *testing.T) {
	readme, err := os.ReadFile("../../README.md")
	if err != nil {
		t.Fatal(err)
	}
	version := regexp.MustCompile(`Law version [0-9a-f]{12}`)
	blocks := regexp.MustCompile("(?s)```console\n(.*?)```").FindAllStringSubmatch(string(readme), -1)
	if len(blocks) == 0 {
		t.Fatal("README.md shows no transcript")
	}
	for _, block := range blocks {
		text := strings.ReplaceAll(block[1], "\\\n", " ")
		command, want, _ := strings.Cut(text, "\n")
		args, ok := strings.CutPrefix(command, "$ go run ./cmd/cordon ")
		if !ok {
			t.Errorf("not a command of this program: %s", command)
			continue
		}
		var out, errs bytes.Buffer
		m := &Main{In: strings.NewReader(""), Out: &out, Err: &errs}
		if code := m.Run(context.Background(), strings.Fields(args)); code != 0 {
			t.Errorf("%s: status %d, %s", command, code, errs.String())
		}
		got := version.ReplaceAllString(out.String(), "Law version")
		if got != version.ReplaceAllString(want, "Law version") {
			t.Errorf("%s prints now:\n%s", command, out.String())
		}
	}
}
