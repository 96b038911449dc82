package importtest

import (
	"strings"
	"testing"
	"testing/fstest"
)

// TestRulesBite breaks each rule in a small module of its own, and stays just
// inside each, so that a rule which has gone blind is noticed.
func TestRulesBite(t *testing.T) {
	const own = "example.org/cordon/"
	tests := []struct {
		name  string
		rule  string // which of rules; the others must stay silent
		files map[string]string
		want  string // part of the one breach; "" when none is expected
	}{
		{
			name: "down", rule: "layers",
			files: map[string]string{
				"internal/law/a.go":   `package law; import _ "` + own + `internal/fault"`,
				"internal/fault/a.go": `package fault`,
			},
		},
		{
			name: "up", rule: "layers",
			files: map[string]string{
				"internal/law/a.go":    `package law; import _ "` + own + `internal/ruling"`,
				"internal/ruling/a.go": `package ruling`,
			},
			want: "internal/law/a.go: internal/law imports example.org/cordon/internal/ruling: layer 2",
		},
		{
			name: "sideways", rule: "layers",
			files: map[string]string{
				"internal/law/a.go":      `package law; import _ "` + own + `internal/activity"`,
				"internal/activity/a.go": `package activity`,
			},
			want: "layer 2 may import only lower layers",
		},
		{
			name: "sideways, excused", rule: "layers",
			files: map[string]string{
				"internal/when/a.go":  `package when; import _ "` + own + `internal/fault"`,
				"internal/fault/a.go": `package fault`,
			},
		},
		{
			name: "sideways, the other way", rule: "layers",
			files: map[string]string{
				"internal/fault/a.go": `package fault; import _ "` + own + `internal/when"`,
				"internal/when/a.go":  `package when`,
			},
			want: "layer 0 may import only lower layers",
		},
		{
			name: "up from a test", rule: "layers",
			files: map[string]string{
				"internal/law/a_test.go": `package law; import _ "` + own + `internal/ruling"`,
				"internal/ruling/a.go":   `package ruling`,
			},
		},
		{
			name: "up behind a build tag", rule: "layers",
			files: map[string]string{
				"internal/law/a.go":    "//go:build duckdb\n\npackage law\nimport _ \"" + own + "internal/ruling\"",
				"internal/ruling/a.go": `package ruling`,
			},
			want: "layer 2 may import only lower layers",
		},
		{
			name: "up from a file that is never built", rule: "layers",
			files: map[string]string{
				"internal/law/a.go":    "//go:build ignore\n\npackage main\nimport _ \"" + own + "internal/ruling\"",
				"internal/ruling/a.go": `package ruling`,
			},
		},
		{
			name: "unnamed package", rule: "layers",
			files: map[string]string{"internal/nobody/a.go": `package nobody`},
			want:  "internal/nobody: no rule names this package",
		},
		{
			name: "unnamed package with tests only", rule: "layers",
			files: map[string]string{"internal/nobody/a_test.go": `package nobody`},
			want:  "internal/nobody: no rule names this package",
		},
		{
			name: "not our package", rule: "layers",
			files: map[string]string{
				"testdata/a.go": `package a`, "tools/go.mod": "module tools", "tools/a.go": `package main`, ".x/a.go": `package x`,
			},
		},
		{
			name: "generator imports", rule: "layers",
			files: map[string]string{
				"internal/vocab/vocabgen/a.go": `package main; import ( _ "os"; _ "` + own + `internal/report" )`,
				"internal/report/a.go":         `package report`,
			},
		},
		{
			name: "generator imported", rule: "layers",
			files: map[string]string{
				"internal/report/a.go":         `package report; import _ "` + own + `internal/vocab/vocabgen"`,
				"internal/vocab/vocabgen/a.go": `package vocabgen`,
			},
			want: "never imported",
		},
		{
			name: "transport to adapter", rule: "layers",
			files: map[string]string{
				"internal/web/a.go":    `package web; import _ "` + own + `internal/sqlite"`,
				"internal/sqlite/a.go": `package sqlite`,
			},
			want: "never an adapter",
		},
		{
			name: "client with a library", rule: "layers",
			files: map[string]string{"client/a.go": `package client; import _ "golang.org/x/text/cases"`},
			want:  "standard library only",
		},
		{
			name: "client with ours", rule: "layers",
			files: map[string]string{
				"client/a.go":         `package client; import _ "` + own + `internal/fault"`,
				"internal/fault/a.go": `package fault`,
			},
			want: "standard library only",
		},
		{
			name: "client with the network", rule: "layers",
			files: map[string]string{"client/a.go": `package client; import _ "net/url"`},
		},
		{
			name: "client with the network and the clock", rule: "purity",
			files: map[string]string{"client/a.go": `package client; import ("net/http"; "time"); var x, y = http.Get, time.Now()`},
		},
		{
			name: "environment", rule: "purity",
			files: map[string]string{"internal/law/a.go": `package law; import _ "os"`},
			want:  "layer 2 imports os (environment)",
		},
		{
			name: "randomness", rule: "purity",
			files: map[string]string{"internal/scenario/a.go": `package scenario; import _ "math/rand/v2"`},
			want:  "randomness",
		},
		{
			name: "excused", rule: "purity",
			files: map[string]string{"internal/index/a.go": `package index; import _ "os"`},
		},
		{
			name: "environment through an excused import", rule: "purity",
			files: map[string]string{"internal/index/a.go": `package index; import "os"; var x = os.Getenv("X")`},
			want:  "os.Getenv",
		},
		{
			name: "higher layers may", rule: "purity",
			files: map[string]string{"internal/decide/a.go": `package decide; import ("os"; "time"); var x, y = os.Args, time.Now()`},
		},
		{
			name: "clock", rule: "purity",
			files: map[string]string{"internal/when/a.go": "package when\nimport \"time\"\nvar x = time.Now()"},
			want:  "internal/when/a.go:3:9: layer 0 uses time.Now",
		},
		{
			name: "clock by another name, not called", rule: "purity",
			files: map[string]string{"internal/when/a.go": `package when; import clock "time"; var f = clock.Since`},
			want:  "clock.Since",
		},
		{
			name: "dates without a clock", rule: "purity",
			files: map[string]string{"internal/when/a.go": `package when; import "time"; var x = time.Date(2017, 7, 4, 0, 0, 0, 0, time.UTC)`},
		},
		{
			name: "import with a dot", rule: "purity",
			files: map[string]string{"internal/when/a.go": `package when; import . "time"; var x = Now()`},
			want:  "hides what is used",
		},
		{
			name: "empty name of a directory", rule: "names",
			files: map[string]string{"internal/source/common/a.go": `package shared`},
			want:  `"common" says nothing`,
		},
		{
			name: "empty name of a package", rule: "names",
			files: map[string]string{"internal/law/a.go": `package types`},
			want:  `"types" says nothing`,
		},
		{
			name: "code of a state", rule: "states",
			files: map[string]string{"internal/ruling/a.go": "package ruling\nvar x = \"KP\""},
			want:  "internal/ruling/a.go:2:9: the code names a state (KP)",
		},
		{
			name: "name of a state in a message", rule: "states",
			files: map[string]string{"internal/report/a.go": "package report\nvar x = `trade with North Korea`"},
			want:  "(Korea)",
		},
		{
			name: "name of a state in a file name", rule: "states",
			files: map[string]string{"internal/decide/a.go": `package decide; var x = "instruments/un-dprk"`},
			want:  "(dprk)",
		},
		{
			name: "words that only look like it", rule: "states",
			files: map[string]string{"internal/goods/a.go": `package goods; var x = []string{"china clay", "KPA", "RUB", "IRR"} // DPRK`},
		},
		{
			name: "data and tests may", rule: "states",
			files: map[string]string{
				"data/a.go": `package data; var x = "DPRK"`, "internal/law/a_test.go": `package law; var x = "KP"`,
			},
		},
		{
			name: "help text", rule: "states",
			files: map[string]string{"cmd/cordon/a.go": "package main\ntype c struct { Host string `help:\"for example CN or China\"` }"},
		},
		{
			name: "bare code in the command", rule: "states",
			files: map[string]string{"cmd/cordon/a.go": `package main; func f(s string) bool { return s == "CN" }`},
			want:  "(CN)",
		},
		{
			name: "example in the vocabulary", rule: "states",
			files: map[string]string{"internal/vocab/a.go": `package vocab; var x = struct{ Example string }{Example: "KP"}`},
		},
		{
			name: "value in the vocabulary", rule: "states",
			files: map[string]string{"internal/vocab/a.go": `package vocab; var x = struct{ Assume string }{Assume: "KP"}`},
			want:  "(KP)",
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			fsys := fstest.MapFS{"go.mod": {Data: []byte("module example.org/cordon\n\ngo 1.26.0\n")}}
			for name, text := range tt.files {
				fsys[name] = &fstest.MapFile{Data: []byte(text)}
			}
			m, err := load(fsys)
			if err != nil {
				t.Fatal(err)
			}
			ran := false
			for _, r := range rules {
				if r.name != tt.rule {
					continue
				}
				ran = true
				got := r.check(m)
				switch {
				case tt.want == "" && len(got) != 0:
					t.Errorf("want no breach, got %q", got)
				case tt.want != "" && (len(got) != 1 || !strings.Contains(got[0], tt.want)):
					t.Errorf("want one breach with %q, got %q", tt.want, got)
				}
			}
			if !ran {
				t.Fatalf("no rule called %q", tt.rule)
			}
		})
	}
}

// TestLoadFails makes sure that what cannot be read is an error, not a module
// without breaches.
func TestLoadFails(t *testing.T) {
	good := &fstest.MapFile{Data: []byte("module example.org/cordon\n")}
	for name, fsys := range map[string]fstest.MapFS{
		"no go.mod":      {},
		"no module line": {"go.mod": {Data: []byte("go 1.26.0\n")}},
		"broken source":  {"go.mod": good, "internal/law/a.go": {Data: []byte("package law; func {")}},
	} {
		t.Run(name, func(t *testing.T) {
			if _, err := load(fsys); err == nil {
				t.Error("want an error")
			}
		})
	}
}
