package main

import (
	"context"
	"os"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
)

// TestMain lets scripts run the program itself as the command cordon.
func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){
		"cordon": func() {
			program := &Main{In: os.Stdin, Out: os.Stdout, Err: os.Stderr}
			os.Exit(program.Run(context.Background(), os.Args[1:]))
		},
	})
}

// TestScripts runs the scripts in testdata: commands with what they print.
func TestScripts(t *testing.T) {
	if testing.Short() {
		t.Skip("-short leaves the scripts out: each command is a process of its own, and the race run gains nothing from them")
	}
	testscript.Run(t, testscript.Params{Dir: "testdata", UpdateScripts: os.Getenv("UPDATE") != ""})
}
