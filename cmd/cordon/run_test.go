package main

import (
	"bytes"
	"context"
	"reflect"
	"strings"
	"testing"

	"github.com/alecthomas/kong"
)

// TestOneCommandIsReadAsAmongAll holds that a command line that begins with a command is read as it would be among all
// commands, though only that command is made out.
func TestOneCommandIsReadAsAmongAll(t *testing.T) {
	var of bytes.Buffer
	m := &Main{Out: &of, Err: &of, ctx: context.Background()}
	var all cli
	whole, err := m.parser(&all, kong.Exit(func(int) { panic(exited{}) }))
	if err != nil {
		t.Fatal(err)
	}
	help := func(p *kong.Kong, args ...string) {
		of.Reset()
		defer func() { _ = recover() }() // help ends the program
		_, err := p.Parse(args)
		t.Errorf("%v: no help: %v", args, err)
	}
	alone := 0
	for _, n := range whole.Model.Children {
		var one cli
		g := one.grammar([]string{n.Name})
		if reflect.TypeOf(g) != reflect.TypeFor[*cli]() {
			alone++
		}
		p, err := m.parser(g, kong.Exit(func(int) { panic(exited{}) }))
		if err != nil {
			t.Fatal(err)
		}
		help(whole, n.Name, "--help")
		want := of.String()
		help(p, n.Name, "--help")
		if got := of.String(); got != want || !strings.Contains(want, "Usage: cordon "+n.Name) {
			t.Errorf("%s: among all\n%s\nalone\n%s", n.Name, want, got)
		}
		_, wrong := whole.Parse([]string{n.Name, "--no-such-flag"})
		if _, err := p.Parse([]string{n.Name, "--no-such-flag"}); err == nil || wrong == nil || err.Error() != wrong.Error() {
			t.Errorf("%s: %v, want %v", n.Name, err, wrong)
		}
	}
	if alone != len(whole.Model.Children)-1 {
		t.Errorf("%d of %d commands are read alone", alone, len(whole.Model.Children))
	}
}

// TestCommandsThatAreNot holds that a wrong word or flag names what is near, where help is, and ends with status 2.
func TestCommandsThatAreNot(t *testing.T) {
	for line, want := range map[string]string{
		"scren x":              "there is no command \"scren\" (did you mean `cordon screen`?",
		"licenses":             "did you mean `cordon licences`?",
		"load x":               "did you mean `cordon lists load`?",
		"search Kim":           "did you mean `cordon screen`?",
		"retry":                "did you mean `cordon jobs retry`?",
		"xyzzy":                "there is no command \"xyzzy\" (`cordon --help` shows the commands)",
		"--data x":             "flags come behind them",
		"screen --thresold 1":  "did you mean \"--threshold\"? (`cordon screen --help`",
		"cases disposee":       "did you mean \"dispose\"? (`cordon cases --help`",
		"jobs submit scren":    "did you mean \"screen\"? (`cordon jobs submit --help`",
		"law show":             "(`cordon law show --help`",
		"match Kim":            "1 names are given, and two are compared",
		"decide --format yaml": "(`cordon decide --help`",
	} {
		var out, wrong bytes.Buffer
		code := (&Main{In: strings.NewReader(""), Out: &out, Err: &wrong}).Run(context.Background(), strings.Fields(line))
		if code != 2 || !strings.Contains(wrong.String(), want) || out.Len() > 0 {
			t.Errorf("%s: status %d, %s%s", line, code, &wrong, &out)
		}
	}
}

// TestHelpIsOneLineACommand holds that help lists each command on a line of its own, under what it is for.
func TestHelpIsOneLineACommand(t *testing.T) {
	for _, args := range [][]string{nil, {"help"}, {"--help"}} {
		var out bytes.Buffer
		if code := (&Main{Out: &out, Err: &out}).Run(context.Background(), args); code != 0 {
			t.Fatalf("%v: status %d", args, code)
		}
		listed := 0
		for _, g := range commandGroups {
			_, block, found := strings.Cut(out.String(), "\n"+g.Title+"\n")
			block, _, _ = strings.Cut(block, "\n\n")
			if !found || block == "" {
				t.Errorf("%v: nothing under %q", args, g.Title)
			}
			for _, line := range strings.Split(block, "\n") {
				listed++
				if !strings.HasPrefix(line, "  ") || line[2] == ' ' || len(line) > 80 {
					t.Errorf("not one line: %q", line)
				}
			}
		}
		if n := reflect.TypeFor[cli]().NumField(); listed != n {
			t.Errorf("%d commands are listed, of %d", listed, n)
		}
	}
}
