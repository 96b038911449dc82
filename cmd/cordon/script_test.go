package main

import (
	"context"
	"os"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
)

// TestMain lets scripts run the program itself as the command cordon.
func TestMain(m *testing.M) {
	testscript.Main(tidy{m}, map[string]func(){
		"cordon": func() {
			collectLater()
			program := &Main{In: os.Stdin, Out: os.Stdout, Err: os.Stderr}
			os.Exit(program.Run(context.Background(), os.Args[1:]))
		},
	})
}

// tidy runs the tests and removes what they left for each other.
type tidy struct{ m *testing.M }

func (t tidy) Run() int {
	code := t.m.Run()
	if servedDir != "" {
		os.RemoveAll(servedDir)
	}
	return code
}

// TestScripts runs the scripts in testdata: commands with what they print.
func TestScripts(t *testing.T) {
	if testing.Short() {
		t.Skip("-short leaves the scripts out: each command is a process of its own, and the race run gains nothing from them")
	}
	testscript.Run(t, testscript.Params{Dir: "testdata", UpdateScripts: os.Getenv("UPDATE") != ""})
}

// sequential leaves a test out of the short run, which is for races: it asks one question after the other.
func sequential(t *testing.T) {
	t.Helper()
	if testing.Short() {
		t.Skip("one question after the other: left out in short mode, which is for races")
	}
}
