// Package importtest holds the layers of Cordon as data and fails when a
// package breaks them. It also holds three rules that are as easy to break
// without noticing: the lower layers have no clock, environment, randomness or
// network; no package has a name that says nothing; no code names a state.
//
// It reads source, not compiled packages, so files behind build tags are held
// to the same rules. Test files are free: they may look upwards, open files
// and name whom they like. It never changes anything.
package importtest

import (
	"fmt"
	"go/ast"
	"go/build/constraint"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// rim is the layer of what stands outside the binary: code generators and this
// test. It may import anything; nothing may import it.
const rim = 99

// pure is the highest layer that has no clock, environment, randomness,
// network or database.
const pure = 4

// layers names every package of the module, by path.Match on its path below
// the module root; the first match counts. A package imports only strictly
// lower layers. As every import is held to that, no chain of imports can climb
// either, so direct imports are all that is looked at. To add a package, add
// its line; to move one, write an ADR (docs/adr/0002).
var layers = []struct {
	pattern string
	layer   int
	stdOnly bool // imports nothing but the standard library
}{
	{pattern: "internal/importtest", layer: rim},
	{pattern: "internal/*/*gen", layer: rim},
	{pattern: "internal/*/*test", layer: rim}, // test suites that several packages share

	{pattern: "cmd/cordon", layer: 8},

	{pattern: "internal/httpapi", layer: 7},
	{pattern: "internal/web", layer: 7},
	{pattern: "internal/yente", layer: 7},
	{pattern: "internal/mcp", layer: 7},

	{pattern: "internal/sqlite", layer: 6},
	{pattern: "internal/recordfs", layer: 6},
	{pattern: "internal/postgres", layer: 6},
	{pattern: "internal/river", layer: 6},
	{pattern: "internal/webhook", layer: 6},
	{pattern: "internal/mail", layer: 6},
	{pattern: "internal/fetch", layer: 6},
	{pattern: "internal/identity", layer: 6},
	{pattern: "internal/extract", layer: 6},
	{pattern: "internal/journal", layer: 6},
	{pattern: "internal/telemetry", layer: 6},
	{pattern: "internal/report", layer: 6},

	{pattern: "internal/dataset", layer: 5},
	{pattern: "internal/decide", layer: 5},
	{pattern: "internal/screen", layer: 5},
	{pattern: "internal/states", layer: 5},
	{pattern: "internal/check", layer: 5},
	{pattern: "internal/confirm", layer: 5},
	{pattern: "internal/selftest", layer: 5},
	{pattern: "internal/evidence", layer: 5},
	{pattern: "internal/load", layer: 5},
	{pattern: "internal/kept", layer: 5},
	{pattern: "internal/trade", layer: 5},
	{pattern: "internal/watched", layer: 5},
	{pattern: "internal/notify", layer: 5},
	{pattern: "internal/answer", layer: 5},
	{pattern: "internal/once", layer: 5},
	{pattern: "internal/trace", layer: 5},
	{pattern: "internal/logkey", layer: 5},
	{pattern: "internal/auditpack", layer: 6},
	{pattern: "internal/watch", layer: 6},
	{pattern: "internal/casework", layer: 5},
	{pattern: "internal/licence", layer: 5},
	{pattern: "internal/account", layer: 5},
	{pattern: "internal/setting", layer: 5},
	{pattern: "internal/job", layer: 5},
	{pattern: "internal/access", layer: 5},
	{pattern: "internal/payment", layer: 5},

	{pattern: "internal/scenario", layer: 4},
	{pattern: "internal/entity", layer: 4},
	{pattern: "internal/screening", layer: 4},
	{pattern: "internal/matrix", layer: 4},
	{pattern: "internal/caps", layer: 4},
	{pattern: "internal/draft", layer: 4},
	{pattern: "internal/commitment", layer: 4},
	{pattern: "internal/read", layer: 4},
	{pattern: "internal/backup", layer: 4},

	{pattern: "internal/ruling", layer: 3},
	{pattern: "internal/index", layer: 3},
	{pattern: "internal/tune", layer: 3},
	{pattern: "internal/mirror", layer: 3},
	{pattern: "internal/claim", layer: 3},
	{pattern: "internal/event", layer: 3},
	{pattern: "internal/mention", layer: 3},
	{pattern: "internal/snapshot", layer: 3},
	{pattern: "internal/series", layer: 3},
	{pattern: "internal/source/*", layer: 3},
	{pattern: "internal/iso20022", layer: 3},

	{pattern: "internal/activity", layer: 2},
	{pattern: "internal/law", layer: 2},
	{pattern: "internal/record", layer: 2},
	{pattern: "internal/publication", layer: 2},
	{pattern: "internal/document", layer: 2},
	{pattern: "internal/match", layer: 2},
	{pattern: "internal/redflag", layer: 3},
	{pattern: "internal/variant", layer: 2},
	{pattern: "internal/ownership", layer: 2},
	{pattern: "internal/ledger", layer: 2},
	{pattern: "internal/clock", layer: 2},

	{pattern: "client", layer: 1, stdOnly: true},
	{pattern: "internal/role", layer: 1},
	{pattern: "internal/ftmodel", layer: 1},
	{pattern: "internal/goods", layer: 1},
	{pattern: "internal/place", layer: 1},
	{pattern: "internal/subject", layer: 1},
	{pattern: "internal/tabular", layer: 2},
	{pattern: "internal/jsonlines", layer: 1},
	{pattern: "internal/xmlstream", layer: 1},
	{pattern: "internal/pdf", layer: 1},
	{pattern: "internal/docx", layer: 1},
	{pattern: "internal/vocab", layer: 1},

	{pattern: "data", layer: 0},
	{pattern: "examples", layer: 0},
	{pattern: "internal/fault", layer: 0},
	{pattern: "internal/when", layer: 0},
	{pattern: "internal/ident", layer: 0},
	{pattern: "internal/text", layer: 0},
	{pattern: "internal/pattern", layer: 0},
	{pattern: "internal/sentence", layer: 0},
	{pattern: "internal/romanise", layer: 0},
	{pattern: "internal/yamltree", layer: 0},
}

// barred holds what the numbers of the layers would allow and the design does
// not.
var barred = []struct {
	from, to []string
	why      string
}{
	{
		from: []string{"internal/httpapi", "internal/web", "internal/mcp"},
		to:   []string{"internal/sqlite", "internal/postgres", "internal/river", "internal/webhook", "internal/mail", "internal/journal", "internal/identity"},
		why:  "a transport calls use cases, never an adapter",
	},
}

// excused lists the imports that would break a rule and may stand, each with
// its reason: two packages of one layer, or an import that is not pure. Our own
// packages are given below the module root.
var excused = []struct{ from, imports, why string }{
	{"internal/when", "internal/fault", "its parsers return faults, and fault knows no dates"},
	{"internal/ident", "internal/fault", "its parsers return faults, and fault knows no identifiers"},
	{"internal/yamltree", "internal/fault", "its parser returns faults, and fault knows no files"},
	{"internal/yamltree", "internal/text", "names the nearest known key; text knows no files"},
	{"internal/licence", "internal/casework", "what happens to a licence is told to its cases in one transaction; cases know ids of licences only"},
	{"internal/licence/licencetest", "internal/casework/caseworktest", "a store of licences is one of cases too; tests alone import either"},
	{"internal/index", "os", "maps the file it is given; it chooses none"},
	{"internal/index", "golang.org/x/sys/unix", "maps the file it is given; it chooses none"},
}

// impureImports may not be imported in layers 0 to pure. Patterns are those of
// path.Match.
var impureImports = []struct{ pattern, why string }{
	{"os", "environment"},
	{"os/*", "environment"},
	{"syscall", "environment"},
	{"golang.org/x/sys/*", "environment"},
	{"flag", "global state"},
	{"expvar", "global state"},
	{"plugin", "global state"},
	{"log", "global state; return the error"},
	{"log/*", "global state; return the error"},
	{"net", "network"},
	{"net/http", "network"},
	{"net/http/*", "network"},
	{"net/rpc", "network"},
	{"net/rpc/*", "network"},
	{"net/smtp", "network"},
	{"math/rand", "randomness"},
	{"math/rand/*", "randomness"},
	{"crypto/rand", "randomness"},
	{"database/sql", "database"},
	{"database/sql/*", "database"},
}

// impureUses may not be used in layers 0 to pure, though their package may be
// imported. The name of a package is taken to mean that package wherever it
// stands in the file: nobody should shadow these.
var impureUses = map[string][]string{
	"time": {
		"Now", "Since", "Until", "Sleep", "After", "AfterFunc", "Tick", "NewTimer", "NewTicker",
		"Local", "LoadLocation", // depend on the machine's zone and zone files
	},
	"os": {"Getenv", "LookupEnv", "Environ", "ExpandEnv"},
}

// emptyNames say nothing about what a package is for.
var emptyNames = []string{
	"util", "utils", "common", "helper", "helpers", "model", "models", "types", "app", "service", "services",
	"manager",
}

// stateCodes and stateNames are the states of the first regime: where code
// would name one if it named any. Codes must equal a whole string; names count
// anywhere in it, with their capital letter, since china is also porcelain.
// No word but the one has dprk in it, so that one counts in any case.
var (
	stateCodes = []string{"KP", "KR", "CN", "RU", "IR", "PRK", "KOR", "CHN", "RUS", "IRN"}
	stateNames = []string{"DPRK", "dprk", "Korea", "Iran", "China", "Russia"}
)

// What a package that is allowed to name states may do.
const (
	anywhere = "anywhere"
	inText   = "in text"     // in words for people, never a bare code that could be compared with
	examples = "as examples" // as the value of a field called Example or Examples
)

// mayNameStates lists the packages outside which no string in the code names a
// state (design rule 7: the same rules for every state).
var mayNameStates = []struct{ pattern, how, why string }{
	{"data", anywhere, "holds the facts"},
	{"internal/ident", anywhere, "holds the codes of ISO 3166, all states alike"},
	{"internal/place", anywhere, "holds the table of states, all alike"},
	{"internal/place/gen", anywhere, "names columns of a source table by their language"},
	{"internal/vocab", examples, "the table of facts gives an example value for each"},
	{"cmd/cordon", inText, "help texts show examples"},
}

// source is one Go file that ends up in a build.
type source struct {
	name    string // path below the module root
	syntax  *ast.File
	imports []string
}

// pkg is one directory with Go files in it; one that holds only tests has no
// sources.
type pkg struct {
	path    string // below the module root
	sources []source
}

// module is all source of the module that is not a test.
type module struct {
	path string
	fset *token.FileSet
	pkgs []pkg
}

// load reads the module whose go.mod stands at the root of fsys.
func load(fsys fs.FS) (module, error) {
	m := module{fset: token.NewFileSet()}
	mod, err := fs.ReadFile(fsys, "go.mod")
	if err != nil {
		return m, err
	}
	for line := range strings.Lines(string(mod)) {
		if name, ok := strings.CutPrefix(line, "module "); ok {
			m.path = strings.TrimSpace(name)
		}
	}
	if m.path == "" {
		return m, fmt.Errorf("go.mod: no module line")
	}
	dirs := map[string]*pkg{}
	err = fs.WalkDir(fsys, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() {
			if name == "." {
				return nil
			}
			_, err := fs.Stat(fsys, path.Join(name, "go.mod"))
			if base := d.Name(); base == "testdata" || base == "vendor" || strings.HasPrefix(base, ".") ||
				strings.HasPrefix(base, "_") || err == nil {
				return fs.SkipDir
			}
			return nil
		}
		if path.Ext(name) != ".go" {
			return nil
		}
		dir := path.Dir(name)
		p := dirs[dir]
		if p == nil {
			p = &pkg{path: dir}
			dirs[dir] = p
		}
		if strings.HasSuffix(name, "_test.go") {
			return nil
		}
		text, err := fs.ReadFile(fsys, name)
		if err != nil {
			return err
		}
		syntax, err := parser.ParseFile(m.fset, name, text, parser.ParseComments|parser.SkipObjectResolution)
		if err != nil {
			return err
		}
		if neverBuilt(syntax) {
			return nil
		}
		s := source{name: name, syntax: syntax}
		for _, spec := range syntax.Imports {
			s.imports = append(s.imports, unquote(spec.Path))
		}
		p.sources = append(p.sources, s)
		return nil
	})
	for _, p := range dirs {
		m.pkgs = append(m.pkgs, *p)
	}
	slices.SortFunc(m.pkgs, func(a, b pkg) int { return strings.Compare(a.path, b.path) })
	return m, err
}

// neverBuilt reports whether a file bears "//go:build ignore", the mark of a
// generator that is run by its file name and belongs to no package.
func neverBuilt(f *ast.File) bool {
	for _, group := range f.Comments {
		if group.Pos() > f.Package {
			break
		}
		for _, c := range group.List {
			if !constraint.IsGoBuild(c.Text) {
				continue
			}
			if expr, err := constraint.Parse(c.Text); err == nil {
				tag, ok := expr.(*constraint.TagExpr)
				return ok && tag.Tag == "ignore"
			}
		}
	}
	return false
}

// unquote gives the value of a string literal that the parser has accepted.
func unquote(lit *ast.BasicLit) string {
	s, err := strconv.Unquote(lit.Value)
	if err != nil {
		return lit.Value
	}
	return s
}

// matches is path.Match with a pattern known to be good; TestPatterns sees to
// that.
func matches(pattern, name string) bool {
	ok, err := path.Match(pattern, name)
	return err == nil && ok
}

// layerOf gives the index in layers of the first rule that matches, or -1.
func layerOf(pkgPath string) int {
	for i, r := range layers {
		if matches(r.pattern, pkgPath) {
			return i
		}
	}
	return -1
}

func (m module) excuses(from, imports string) bool {
	if to, own := m.below(imports); own {
		imports = to
	}
	for _, e := range excused {
		if e.from == from && e.imports == imports {
			return true
		}
	}
	return false
}

// below gives the path of one of our own packages below the module root.
func (m module) below(imports string) (string, bool) {
	if imports == m.path {
		return ".", true
	}
	return strings.CutPrefix(imports, m.path+"/")
}

// climbing lists the packages that no rule names and the imports that do not
// go down.
func climbing(m module) []string {
	var out []string
	for _, p := range m.pkgs {
		i := layerOf(p.path)
		if i < 0 {
			out = append(out, fmt.Sprintf("%s: no rule names this package; add its line to the table of layers", p.path))
			continue
		}
		for _, s := range p.sources {
			for _, imports := range s.imports {
				if why := climbs(m, i, p.path, imports); why != "" && !m.excuses(p.path, imports) {
					out = append(out, fmt.Sprintf("%s: %s imports %s: %s", s.name, p.path, imports, why))
				}
			}
		}
	}
	return out
}

// climbs says what is wrong with a package under rule i importing another, or
// gives "".
func climbs(m module, i int, from, imports string) string {
	to, own := m.below(imports)
	if layers[i].stdOnly {
		first, _, _ := strings.Cut(imports, "/")
		if own || strings.Contains(first, ".") {
			return "this package may import the standard library only"
		}
	}
	if !own {
		return ""
	}
	for _, b := range barred {
		if slices.Contains(b.from, from) && slices.Contains(b.to, to) {
			return b.why
		}
	}
	j := layerOf(to)
	switch {
	case j < 0:
		return "no rule names the package imported"
	case layers[j].layer == rim:
		return "a generator or test is never imported"
	case layers[j].layer >= layers[i].layer:
		return fmt.Sprintf("layer %d may import only lower layers, and that one is in %d", layers[i].layer, layers[j].layer)
	}
	return ""
}

// impurities lists what depends on the machine or the moment in the layers
// that may not.
func impurities(m module) []string {
	var out []string
	for _, p := range m.pkgs {
		i := layerOf(p.path)
		if i < 0 || layers[i].layer > pure || layers[i].stdOnly { // the client is no part of the engine
			continue
		}
		for _, s := range p.sources {
			for _, imports := range s.imports {
				for _, bad := range impureImports {
					if matches(bad.pattern, imports) && !m.excuses(p.path, imports) {
						out = append(out, fmt.Sprintf("%s: layer %d imports %s (%s); take it as an argument instead",
							s.name, layers[i].layer, imports, bad.why))
					}
				}
			}
			for _, use := range impureIn(s) {
				out = append(out, fmt.Sprintf("%s: layer %d uses %s; take the value as an argument instead",
					m.fset.Position(use.Pos()), layers[i].layer, use.X.(*ast.Ident).Name+"."+use.Sel.Name))
			}
			for _, spec := range s.syntax.Imports {
				if spec.Name != nil && spec.Name.Name == "." {
					out = append(out, fmt.Sprintf("%s: import with a dot hides what is used; name it",
						m.fset.Position(spec.Pos())))
				}
			}
		}
	}
	return out
}

// impureIn finds the uses in a file of what impureUses lists, under whatever
// name the package was imported.
func impureIn(s source) []*ast.SelectorExpr {
	called := map[string][]string{}
	for _, spec := range s.syntax.Imports {
		imports := unquote(spec.Path)
		name := path.Base(imports)
		if spec.Name != nil {
			name = spec.Name.Name
		}
		if uses := impureUses[imports]; uses != nil {
			called[name] = uses
		}
	}
	var found []*ast.SelectorExpr
	ast.Inspect(s.syntax, func(n ast.Node) bool {
		sel, ok := n.(*ast.SelectorExpr)
		if !ok {
			return true
		}
		if x, ok := sel.X.(*ast.Ident); ok && slices.Contains(called[x.Name], sel.Sel.Name) {
			found = append(found, sel)
		}
		return true
	})
	return found
}

// emptilyNamed lists the packages whose name says nothing.
func emptilyNamed(m module) []string {
	var out []string
	for _, p := range m.pkgs {
		names := strings.Split(p.path, "/")
		for _, s := range p.sources {
			names = append(names, s.syntax.Name.Name)
		}
		for _, bad := range emptyNames {
			if slices.Contains(names, bad) {
				out = append(out, fmt.Sprintf("%s: %q says nothing about what is in the package; name it after its subject",
					p.path, bad))
			}
		}
	}
	return out
}

// statesNamed lists the strings in the code that name a state, in packages
// that may not, or in a way that they may not.
func statesNamed(m module) []string {
	var out []string
	for _, p := range m.pkgs {
		how := ""
		for _, a := range mayNameStates {
			if matches(a.pattern, p.path) {
				how = a.how
				break
			}
		}
		if how == anywhere {
			continue
		}
		for _, s := range p.sources {
			ast.Inspect(s.syntax, func(n ast.Node) bool {
				switch n := n.(type) {
				case *ast.KeyValueExpr:
					key, ok := n.Key.(*ast.Ident)
					return !ok || how != examples || key.Name != "Example" && key.Name != "Examples"
				case *ast.BasicLit:
					if n.Kind != token.STRING {
						return true
					}
					text := unquote(n)
					if named := stateIn(text); named != "" && (how != inText || slices.Contains(stateCodes, text)) {
						out = append(out, fmt.Sprintf("%s: the code names a state (%s); law and facts belong in data",
							m.fset.Position(n.Pos()), named))
					}
				}
				return true
			})
		}
	}
	return out
}

// stateIn gives the state that a string names, or "".
func stateIn(text string) string {
	if slices.Contains(stateCodes, text) {
		return text
	}
	for _, name := range stateNames {
		if strings.Contains(text, name) {
			return name
		}
	}
	return ""
}

// rules are the four checks, by the name of their test.
var rules = []struct {
	name  string
	check func(module) []string
}{
	{"layers", climbing},
	{"purity", impurities},
	{"names", emptilyNamed},
	{"states", statesNamed},
}

// here loads this module, whose root is the nearest directory above with a
// go.mod.
func here(t *testing.T) module {
	t.Helper()
	dir, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	for {
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
			break
		}
		up := filepath.Dir(dir)
		if up == dir {
			t.Fatal("no go.mod in this directory or above")
		}
		dir = up
	}
	m, err := load(os.DirFS(dir))
	if err != nil {
		t.Fatal(err)
	}
	return m
}

func TestModule(t *testing.T) {
	m := here(t)
	if len(m.pkgs) < 2 {
		t.Fatalf("only %d packages found: the search itself is broken", len(m.pkgs))
	}
	for _, r := range rules {
		t.Run(r.name, func(t *testing.T) {
			for _, breach := range r.check(m) {
				t.Error(breach)
			}
		})
	}
}

// TestUnused reports rules that match no package yet: the table is written
// ahead of the packages, so this is no failure.
func TestUnused(t *testing.T) {
	m := here(t)
	var unused []string
	for i, r := range layers {
		if !slices.ContainsFunc(m.pkgs, func(p pkg) bool { return layerOf(p.path) == i }) {
			unused = append(unused, r.pattern)
		}
	}
	t.Logf("named but not there yet: %s", strings.Join(unused, ", "))
}

func TestPatterns(t *testing.T) {
	var all []string
	for _, r := range layers {
		all = append(all, r.pattern)
	}
	for _, r := range impureImports {
		all = append(all, r.pattern)
	}
	for _, r := range mayNameStates {
		all = append(all, r.pattern)
	}
	for _, pattern := range all {
		if _, err := path.Match(pattern, ""); err != nil {
			t.Errorf("%s: %v", pattern, err)
		}
	}
}
