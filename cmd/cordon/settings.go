package main

import (
	"bytes"
	"errors"
	"fmt"
	"net/url"
	"os"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"text/tabwriter"
	"unicode/utf8"

	"github.com/BurntSushi/toml"
	"github.com/alecthomas/kong"

	"github.com/cordon-engine/cordon/internal/fault"
	"github.com/cordon-engine/cordon/internal/postgres"
)

// A setting is a flag of `cordon serve`; the same flag is a key in a file of settings (max_age) and a variable of the
// environment (CORDON_MAX_AGE). What the command line says outranks the environment, and that the file.

// setting is what is known of one flag.
type setting struct {
	flag   *kong.Flag
	values []string // several for a flag that may be repeated
	from   string   // where the values come from
	where  fault.Place
}

func (s *setting) key() string      { return strings.ReplaceAll(s.flag.Name, "-", "_") }
func (s *setting) variable() string { return envPrefix + strings.ToUpper(s.key()) }
func (s *setting) repeats() bool    { return s.flag.IsSlice() || s.flag.IsMap() }

// secret reports whether a value is not to be shown.
func (s *setting) secret() bool {
	for _, word := range []string{"token", "secret", "password"} {
		if strings.Contains(s.flag.Name, word) {
			return true
		}
	}
	return false
}

const (
	envPrefix  = "CORDON_"
	fromFlag   = "flag"
	configFlag = "config"
)

// elsewhere are variables with our prefix that mean something to another part of the program, or its tests.
var elsewhere = []string{"CORDON_DATA", "CORDON_STORE", "CORDON_CONFIG", "CORDON_KILLS", "CORDON_API_FUZZ", "CORDON_RECALL"}

// clusterLink matches what Kubernetes sets for a service called cordon. Nobody means a setting by it.
var clusterLink = regexp.MustCompile(`^CORDON_(SERVICE_(HOST|PORT)|PORT(_[0-9]+_(TCP|UDP))?)(_|$)`)

// settings are all of them, in the order of the flags.
type settings struct {
	list []*setting
	file string
}

// settingsOf gives the settings that serve has, unset.
func settingsOf(model *kong.Application) *settings {
	out := &settings{}
	for _, n := range model.Children {
		if n.Name != "serve" {
			continue
		}
		for _, f := range n.Flags {
			if f.Name != "help" && f.Name != configFlag {
				out.list = append(out.list, &setting{flag: f})
			}
		}
	}
	return out
}

func (s *settings) by(is func(*setting) bool) *setting {
	if i := slices.IndexFunc(s.list, is); i >= 0 {
		return s.list[i]
	}
	return nil
}

// keyLine finds the line of a key at the top of a file.
func keyLine(text []byte, key string) int {
	at := regexp.MustCompile(`(?m)^[ \t]*\[*["']?` + regexp.QuoteMeta(key) + `["']?[ \t]*[=.\]]`).FindIndex(text)
	if at == nil {
		return 0
	}
	return 1 + bytes.Count(text[:at[0]], []byte("\n"))
}

// readFile takes what a file of settings says. A key that is no setting is refused.
func (s *settings) readFile(name string, text []byte) error {
	s.file = name
	var found map[string]any
	if _, err := toml.Decode(string(text), &found); err != nil {
		at := fault.Place{File: name}
		var p toml.ParseError
		if errors.As(err, &p) {
			at.Line, at.Column = p.Position.Line, p.Position.Col
			return fault.New(fault.Invalid, "this is no TOML: %s", s.unquoted(p.Message)).At(at)
		}
		return fault.New(fault.Invalid, "this is no TOML: %s", s.unquoted(err.Error())).At(at)
	}
	keys := make([]string, 0, len(found))
	for key := range found {
		keys = append(keys, key)
	}
	slices.Sort(keys)
	for _, key := range keys {
		at := fault.Place{File: name, Line: keyLine(text, key), Field: key}
		x := s.by(func(x *setting) bool { return x.key() == key })
		if x == nil {
			return fault.New(fault.Invalid, "there is no setting %q", shownOf(key)).At(at).WithFix("`cordon config example` shows all of them")
		}
		values, err := x.valuesOf(found[key])
		if err != nil {
			return fault.In(at, err)
		}
		x.values, x.from, x.where = values, fmt.Sprintf("%s:%d", name, at.Line), at
	}
	return nil
}

// valuesOf turns a value of TOML into what stands behind a flag.
func (s *setting) valuesOf(v any) ([]string, error) {
	switch v := v.(type) {
	case string:
		return []string{v}, nil
	case bool:
		return []string{strconv.FormatBool(v)}, nil
	case int64:
		return []string{strconv.FormatInt(v, 10)}, nil
	case float64:
		return []string{strconv.FormatFloat(v, 'g', -1, 64)}, nil
	case []any:
		if !s.repeats() {
			return nil, fault.New(fault.Invalid, "this has one value, not a list")
		}
		out := []string{}
		for _, x := range v {
			one, err := s.valuesOf(x)
			if err != nil {
				return nil, err
			}
			out = append(out, one...)
		}
		return out, nil
	}
	return nil, fault.New(fault.Invalid, "a value of this kind is not read").WithFix(`write it as text, as in "48h"`)
}

// readEnvironment takes variables over what a file said. One with our prefix that is no setting is refused: it is a slip of
// somebody who relies on it.
func (s *settings) readEnvironment(environ []string) error {
	slices.Sort(environ)
	for _, line := range environ {
		name, value, _ := strings.Cut(line, "=")
		if !strings.HasPrefix(name, envPrefix) || clusterLink.MatchString(name) || value == "" {
			continue // an empty one is how much that starts programs says "not set"
		}
		x := s.by(func(x *setting) bool { return x.variable() == name })
		if x == nil {
			if slices.Contains(elsewhere, name) {
				continue
			}
			return fault.New(fault.Usage, "the environment has %s, and there is no such setting", name).
				WithFix("unset it; `cordon config example` shows what there is")
		}
		x.values, x.from, x.where = []string{value}, "environment, "+name, fault.Place{Field: name}
		if x.repeats() {
			x.values = strings.Split(value, ",")
		}
	}
	return nil
}

// arguments gives the settings as flags, but for those that the command line gives itself.
func (s *settings) arguments(given func(name string) bool) []string {
	var out []string
	for _, x := range s.list {
		if x.from == "" || given(x.flag.Name) {
			continue
		}
		for _, v := range x.values {
			out = append(out, "--"+x.flag.Name+"="+v)
		}
	}
	return out
}

// withSettings completes the arguments of `cordon serve` from the environment and a file.
func (m *Main) withSettings(parser *kong.Kong, kctx *kong.Context, args []string, c *cli) ([]string, error) {
	s := settingsOf(parser.Model)
	given := map[string]bool{}
	for _, p := range kctx.Path {
		if p.Flag != nil {
			given[p.Flag.Name] = true
		}
	}
	if err := m.readSettings(s, c.Serve.Config); err != nil {
		return nil, err
	}
	at := slices.Index(args, "serve") + 1 // a value before it would belong to a flag of the program, which has none
	more := s.arguments(func(name string) bool { return given[name] })
	return slices.Concat(args[:at], more, args[at:]), nil
}

func (m *Main) readSettings(s *settings, file string) error {
	if file != "" {
		text, err := readFile(file)
		if err != nil {
			return err
		}
		if err := s.readFile(file, text); err != nil {
			return err
		}
	}
	return s.readEnvironment(os.Environ())
}

type configCmd struct {
	Check   configCheckCmd   `cmd:"" help:"Read a file of settings and the environment, and say which settings a server would have, and why."`
	Example configExampleCmd `cmd:"" help:"Print a file of settings with all there are."`
}

type configCheckCmd struct {
	File string `arg:"" optional:"" help:"The file; the environment alone unless given."`
}

// Run is the command.
func (c *configCheckCmd) Run(m *Main) error {
	var serving cli
	parser, err := m.parser(&serving)
	if err != nil {
		return err
	}
	s := settingsOf(parser.Model)
	if err := m.readSettings(s, c.File); err != nil {
		return err
	}
	if err := s.parse(parser); err != nil {
		return err
	}
	if _, err := serving.Serve.host(); err != nil {
		return err
	}
	w := tabwriter.NewWriter(m.Out, 0, 0, 2, ' ', 0)
	for _, x := range s.list {
		values, from := x.values, x.from
		if from == "" {
			values, from = nil, "default"
			if x.flag.HasDefault {
				values = []string{x.flag.Default}
			}
		}
		fmt.Fprintf(w, "%s\t%s\t%s\n", x.key(), x.shown(values), from)
	}
	return w.Flush()
}

// parse has every setting read as its flag would be, so that what is wrong is said with its place.
func (s *settings) parse(parser *kong.Kong) error {
	for _, x := range s.list {
		only := &settings{list: []*setting{x}}
		if _, err := parser.Parse(append([]string{"serve"}, only.arguments(func(string) bool { return false })...)); err != nil {
			message := err.Error()
			if x.secret() || slices.ContainsFunc(x.values, func(v string) bool { return shownOf(v) != v }) {
				message = "the value cannot be read"
			}
			return fault.New(fault.Invalid, "%s", message).At(x.where)
		}
	}
	if _, err := parser.Parse(append([]string{"serve"}, s.arguments(func(string) bool { return false })...)); err != nil {
		return fault.New(fault.Invalid, "the settings do not go together: %s", s.unquoted(err.Error())) // each by itself is good
	}
	return nil
}

// quotation is what a message quotes.
var quotation = regexp.MustCompile(`"(?:[^"\\]|\\.)*"|'[^']*'`)

// unquoted gives a message without what it quotes, but for single signs and names of settings: it may be a secret that was
// written without quotes, or behind the wrong key.
func (s *settings) unquoted(message string) string {
	return quotation.ReplaceAllStringFunc(message, func(q string) string {
		inside := strings.Trim(q, `"'`)
		if utf8.RuneCountInString(inside) < 2 || s.by(func(x *setting) bool { return x.key() == inside || x.flag.Name == inside }) != nil {
			return q
		}
		return "(hidden)"
	})
}

// shown gives values for people, without secrets.
func (s *setting) shown(values []string) string {
	var out []string
	for _, v := range values {
		if s.secret() && v != "" {
			v = hidden
		}
		out = append(out, strconv.Quote(shownOf(v)))
	}
	if len(out) == 0 {
		return "(none)"
	}
	return strings.Join(out, ", ")
}

const hidden = "(hidden)"

// shownOf gives a value without what may be secret in it: of an address the password and what follows a question mark, and an
// address that cannot be read whole.
func shownOf(v string) string {
	switch {
	case postgres.Is(v):
		if name := postgres.Name(v); name != v {
			return name + " " + hidden
		}
		return v
	case !strings.Contains(v, "://"):
		if strings.Contains(strings.ToLower(v), "password") {
			return hidden
		}
		return v
	}
	u, err := url.Parse(v)
	if err != nil {
		return hidden
	}
	if u.User != nil {
		u.User = url.User(hidden)
	}
	if u.RawQuery != "" {
		u.RawQuery = hidden
	}
	if u.Fragment != "" {
		u.Fragment = hidden
	}
	if out, err := url.PathUnescape(u.String()); err == nil && out != v {
		return out
	}
	return v
}

type configExampleCmd struct{}

// Run is the command.
func (c *configExampleCmd) Run(m *Main) error {
	parser, err := m.parser(&cli{})
	if err != nil {
		return err
	}
	fmt.Fprint(m.Out, "# Settings of `cordon serve`, as in `cordon serve --config cordon.toml`. Each is also a flag (--max-age) and\n"+
		"# a variable (CORDON_MAX_AGE); flags outrank variables, and those this file. Secrets are best given as variables.\n")
	for _, x := range settingsOf(parser.Model).list {
		value := strconv.Quote(x.flag.Default)
		switch {
		case x.flag.IsBool():
			value = "false"
		case x.repeats():
			value = "[]"
		case x.flag.IsCounter(), isNumber(x.flag.Default):
			value = x.flag.Default
		}
		help := strings.ReplaceAll(x.flag.Help, "\n", " ")
		fmt.Fprintf(m.Out, "\n# %s\n#%s = %s\n", help, x.key(), value)
	}
	return nil
}

func isNumber(s string) bool {
	_, err := strconv.ParseFloat(s, 64)
	return err == nil
}
