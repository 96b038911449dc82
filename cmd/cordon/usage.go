package main

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/alecthomas/kong"

	"github.com/cordon-engine/cordon/internal/fault"
	"github.com/cordon-engine/cordon/internal/text"
)

// commandGroups are what commands are for, in the order of help. A command names its own by its key.
var commandGroups = []kong.Group{
	{Key: "decide", Title: "Decide: may we do this?"},
	{Key: "screen", Title: "Screen: who is this?"},
	{Key: "states", Title: "States: who keeps the rules, and who says so?"},
	{Key: "read", Title: "Read: what does a document claim?"},
	{Key: "draft", Title: "Draft: what would another measure touch?"},
	{Key: "commitments", Title: "Commitments: who promised what?"},
	{Key: "desk", Title: "Desk: the work of a team, and its proof"},
	{Key: "data", Title: "Data and server"},
}

// otherWords are what people call commands elsewhere.
var otherWords = map[string]string{
	"check": "screen", "search": "screen", "lookup": "screen", "find": "screen", "who": "screen", "compare": "match", "ask": "decide",
	"rule": "decide", "server": "serve", "web": "serve", "users": "people", "user": "people", "log": "audit", "hs": "goods", "load": "lists load",
	"monitor": "watch", "alerts": "cases", "import": "lists load", "update": "lists load",
}

// helpAsked turns "cordon help", and "cordon help decide", into what asks for help.
func helpAsked(args []string) []string {
	switch {
	case len(args) == 0:
		return []string{"--help"}
	case args[0] == "help":
		return append(slices.Clone(args[1:]), "--help")
	}
	return args
}

// misused is the fault of a command line that cannot be read: what is near, and where help is.
func misused(err error, args []string) error {
	wrong := new(kong.ParseError)
	if !errors.As(err, &wrong) || wrong.Context == nil {
		return fault.New(fault.Usage, "%s", err.Error()).WithFix("`cordon --help` shows the commands")
	}
	at := wrong.Context.Model.Node
	for _, p := range wrong.Context.Path {
		if n := p.Node(); n != nil {
			at = n
		}
	}
	if at != wrong.Context.Model.Node {
		return fault.New(fault.Usage, "%s", err.Error()).WithFix("`%s --help` shows how it is called", plainPath(at))
	}
	if strings.HasPrefix(args[0], "-") {
		return fault.New(fault.Usage, "%s", err.Error()).WithFix("`cordon --help` shows the commands; flags come behind them")
	}
	f := fault.New(fault.Usage, "there is no command %q", args[0])
	if near := nearCommands(wrong.Context.Model.Node, args[0]); len(near) > 0 {
		return f.WithFix("did you mean `cordon %s`? `cordon --help` shows the commands", strings.Join(near, "` or `cordon "))
	}
	return f.WithFix("`cordon --help` shows the commands")
}

// plainPath is the words of a command, without its arguments.
func plainPath(n *kong.Node) string {
	words := ""
	for ; n != nil; n = n.Parent {
		words = strings.TrimSpace(n.Name + " " + words)
	}
	return words
}

// nearCommands gives the commands that may be meant by a word: those spelled nearly so, those that others call so, and
// those below another command.
func nearCommands(all *kong.Node, word string) []string {
	word = strings.ToLower(word)
	if c, ok := otherWords[word]; ok {
		return []string{c}
	}
	var names, below []string
	for _, n := range all.Children {
		if names = append(names, n.Name); strings.HasPrefix(n.Name, word) && len(word) > 2 {
			return []string{n.Name}
		}
		for _, c := range n.Children {
			if c.Name == word {
				below = append(below, fmt.Sprintf("%s %s", n.Name, c.Name))
			}
		}
	}
	if near := text.NearestOf(word, names, 2); len(near) > 0 {
		return near
	}
	return below[:min(len(below), 4)]
}
