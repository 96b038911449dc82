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
