package place

import (
	"cmp"
	"errors"
	"io/fs"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/cordon-engine/cordon/internal/fault"
	"github.com/cordon-engine/cordon/internal/text"
)

// The files are tables of tab-separated columns. Lines that start with # and
// empty lines say nothing; the first other line names the columns; "-" stands
// for an empty column; variants are parted by " | ".
const (
	statesFile     = "states.tsv"
	moreStatesFile = "states-more.tsv"
	portsFile      = "ports.tsv"
	peoplesFile    = "reading/demonyms.tsv"

	none      = "-"
	separator = " | "
)

var (
	stateColumns = []string{"alpha2", "alpha3", "numeric", "of", "name", "variants"}
	portColumns  = []string{"id", "state", "name", "variants"}
)

// line is one row of a table, with "" for empty columns.
type line struct {
	cells []string
	place fault.Place
}

func (l line) errorf(column, format string, args ...any) *fault.Error {
	p := l.place
	p.Field = column
	return fault.New(fault.Invalid, format, args...).At(p)
}

// variants gives the parts of the last column.
func (l line) variants() []string {
	if v := l.cells[len(l.cells)-1]; v != "" {
		return strings.Split(v, separator)
	}
	return nil
}

// readTable reads a table with just these columns.
func readTable(fsys fs.FS, file string, columns []string) ([]line, error) {
	b, err := fs.ReadFile(fsys, file)
	if err != nil {
		return nil, fault.Wrap(fault.Unavailable, err, "the table of places cannot be read").At(fault.Place{File: file})
	}
	var lines []line
	headed := false
	for i, s := range strings.Split(string(b), "\n") {
		l := line{place: fault.Place{File: file, Line: i + 1}}
		if s == "" || s[0] == '#' {
			continue
		}
		if !utf8.ValidString(s) {
			return nil, l.errorf("", "the line is not valid UTF-8")
		}
		l.cells = strings.Split(s, "\t")
		if !headed {
			if !slices.Equal(l.cells, columns) {
				return nil, l.errorf("", "the columns are not %s", strings.Join(columns, ", "))
			}
			headed = true
			continue
		}
		if len(l.cells) != len(columns) {
			return nil, l.errorf("", "the line has %d columns, not %d", len(l.cells), len(columns)).WithFix("put %q where there is nothing", none)
		}
		for j, c := range l.cells {
			if c == "" || strings.TrimSpace(c) != c {
				return nil, l.errorf(columns[j], "the column is empty or has spaces around").WithFix("put %q where there is nothing", none)
			}
			if c == none {
				l.cells[j] = ""
			}
		}
		lines = append(lines, l)
	}
	if !headed {
		return nil, fault.New(fault.Invalid, "the table is empty").At(fault.Place{File: file})
	}
	return lines, nil
}

// readPeoples reads the adjectives and names of peoples, where there is such a table.
func (g *Gazetteer) readPeoples(fsys fs.FS) error {
	b, err := fs.ReadFile(fsys, peoplesFile)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return fault.Wrap(fault.Unavailable, err, "the names of peoples cannot be read").At(fault.Place{File: peoplesFile})
	}
	for i, s := range strings.Split(string(b), "\n") {
		if s == "" || s[0] == '#' {
			continue
		}
		cells := strings.Split(s, "\t")
		at := fault.Place{File: peoplesFile, Line: i + 1}
		if len(cells) < 4 {
			return fault.New(fault.Invalid, "the line has %d columns, not 4", len(cells)).At(at)
		}
		st, ok := code(cells[0])
		if !ok || g.row(st) == nil {
			return fault.New(fault.Invalid, "%q is no state of the table", cells[0]).At(at)
		}
		for _, w := range strings.Split(cells[2]+"|"+cells[3], "|") {
			if w = strings.TrimSpace(w); w != "" && w != none {
				g.peoples[key(w)] = st
			}
		}
	}
	return nil
}

type loader struct {
	g    *Gazetteer
	rows map[State]*stateRow
}

// code reads a column with an alpha-2 code in capital letters.
func code(s string) (State, bool) {
	if len(s) != 2 {
		return 0, false
	}
	st := State(s[0])<<8 | State(s[1])
	return st, st.String() == s
}

// states reads both tables of states. The codes of both come first, so that no
// name of one state can hide the code of another.
func (l *loader) states(fsys fs.FS) error {
	first, err := readTable(fsys, statesFile, stateColumns)
	if err != nil {
		return err
	}
	more, err := readTable(fsys, moreStatesFile, stateColumns)
	if err != nil {
		return err
	}
	lines := append(first, more...)
	numerics := map[string]bool{}
	for _, r := range lines {
		if strings.Contains(r.cells[0], "/") {
			continue
		}
		if err := l.stateRow(r, numerics); err != nil {
			return err
		}
	}
	for _, r := range l.rows {
		l.g.states = append(l.g.states, *r)
	}
	slices.SortFunc(l.g.states, func(a, b stateRow) int { return cmp.Compare(a.state, b.state) })
	for i, r := range l.g.states {
		j, _ := slot(byte(r.state>>8), byte(r.state))
		l.g.at[j] = int16(i + 1)
	}
	for _, r := range lines {
		if err := l.stateNames(r); err != nil {
			return err
		}
	}
	for _, r := range l.g.states {
		if r.name == "" {
			return fault.New(fault.Invalid, "%s has no name", r.state).At(fault.Place{File: moreStatesFile})
		}
		if r.of != 0 && l.rows[r.of] == nil {
			return fault.New(fault.Invalid, "%s is of %s, which is not in the table", r.state, r.of).At(fault.Place{File: statesFile})
		}
	}
	return nil
}

// stateRow takes the codes of a line. A later line fills what earlier ones left
// empty and may replace the name.
func (l *loader) stateRow(r line, numerics map[string]bool) error {
	st, ok := code(r.cells[0])
	if !ok {
		return r.errorf("alpha2", "%q is not a code of two capital letters", r.cells[0])
	}
	row := l.rows[st]
	if row == nil {
		row = &stateRow{state: st}
		l.rows[st] = row
	} else if r.place.File == statesFile {
		return r.errorf("alpha2", "%s stands in the table twice", st)
	}
	if a := r.cells[1]; a != "" {
		if len(a) != 3 || !isLetters(a) || strings.ToUpper(a) != a {
			return r.errorf("alpha3", "%q is not a code of three capital letters", a)
		}
		if _, taken := l.g.alpha3[a]; taken || row.alpha3 != "" {
			return r.errorf("alpha3", "%s has a code already, or %s is taken", st, a)
		}
		row.alpha3 = a
		l.g.alpha3[a] = st
	}
	if n := r.cells[2]; n != "" {
		if len(n) != 3 || strings.Trim(n, "0123456789") != "" || numerics[n] || row.numeric != "" {
			return r.errorf("numeric", "%q is not three digits of its own", n)
		}
		row.numeric = n
		numerics[n] = true
	}
	if o := r.cells[3]; o != "" {
		if row.of, ok = code(o); !ok || row.of == st {
			return r.errorf("of", "%q is not the code of another state", o)
		}
	}
	if n := r.cells[4]; n != "" {
		row.name = n
	}
	return nil
}

// stateNames takes the names of a line. One with several codes lists names that
// may mean any of them, which are refused.
func (l *loader) stateNames(r line) error {
	var several []State
	for _, c := range strings.Split(r.cells[0], "/") {
		st, ok := code(c)
		if !ok || l.rows[st] == nil {
			return r.errorf("alpha2", "%q is not in the table", c)
		}
		several = append(several, st)
	}
	names := r.variants()
	if n := r.cells[4]; n != "" {
		names = append(names, n)
	}
	if len(several) > 1 && (r.cells[1] != "" || r.cells[2] != "" || r.cells[3] != "" || r.cells[4] != "" || names == nil) {
		return r.errorf("alpha2", "a line of names that may mean several states has variants and nothing else")
	}
	for _, n := range names {
		folded := text.Fold(n)
		k := keyOf(folded)
		if k == "" {
			return r.errorf("variants", "%q has no letters or digits", n)
		}
		if st, ok := l.codeOf(k); ok && (len(several) > 1 || st != several[0]) {
			return r.errorf("variants", "%q reads as the code of %s", n, st)
		}
		if len(several) > 1 {
			if _, taken := l.g.names[k]; taken || l.g.ambiguous[k] != nil {
				return r.errorf("variants", "%q has a meaning already", n)
			}
			l.g.ambiguous[k] = several
			continue
		}
		if st, taken := l.g.names[k]; taken && st != several[0] || l.g.ambiguous[k] != nil {
			return r.errorf("variants", "%q has another meaning already", n)
		} else if !taken {
			l.g.names[k] = several[0]
			l.g.labels.add(folded)
		}
	}
	return nil
}

// codeOf gives the state that a key is the code of.
func (l *loader) codeOf(k string) (State, bool) {
	switch len(k) {
	case 2:
		if i, ok := slot(k[0], k[1]); ok && l.g.at[i] > 0 {
			return l.g.states[l.g.at[i]-1].state, true
		}
	case 3:
		st, ok := l.g.alpha3[strings.ToUpper(k)]
		return st, ok
	}
	return 0, false
}

// ports reads the table of ports.
func (l *loader) ports(fsys fs.FS) error {
	lines, err := readTable(fsys, portsFile, portColumns)
	if err != nil {
		return err
	}
	slices.SortStableFunc(lines, func(a, b line) int { return cmp.Compare(a.cells[0], b.cells[0]) })
	for i, r := range lines {
		id := r.cells[0]
		st, ok := code(r.cells[1])
		if !ok || l.rows[st] == nil {
			return r.errorf("state", "%q is not in the table of states", r.cells[1])
		}
		if !isPortID(id) || id[:2] != r.cells[1] {
			return r.errorf("id", "%q is neither a UN/LOCODE of %s nor %s-NAME", id, st, st)
		}
		if _, taken := l.g.portIDs[key(id)]; taken {
			return r.errorf("id", "%s stands in the table twice", id)
		}
		if r.cells[2] == "" {
			return r.errorf("name", "%s has no name", id)
		}
		l.g.portIDs[key(id)] = i
		l.g.ports = append(l.g.ports, Port{ID: id, State: st, Name: r.cells[2]})
	}
	for i, r := range lines {
		for _, n := range append(r.variants(), r.cells[2]) {
			folded := text.Fold(n)
			k := keyOf(folded)
			if k == "" {
				return r.errorf("variants", "%q has no letters or digits", n)
			}
			if j, taken := l.g.portIDs[k]; taken {
				return r.errorf("variants", "%q reads as the id of %s", n, l.g.ports[j].ID)
			}
			// In one state a name means one port; across states it may mean many.
			others := l.g.portNames[k]
			if slices.Contains(others, i) {
				continue
			}
			for _, j := range others {
				if l.g.ports[j].State == l.g.ports[i].State {
					return r.errorf("variants", "%q names %s already", n, l.g.ports[j].ID)
				}
			}
			if others == nil {
				l.g.portLabels.add(folded)
			}
			l.g.portNames[k] = append(others, i)
		}
	}
	return nil
}

// isPortID reports whether id is a UN/LOCODE (two letters, then three letters or
// digits) or two letters, a hyphen and a name in capitals.
func isPortID(id string) bool {
	if len(id) < 5 || !isLetters(id[:2]) || strings.ToUpper(id) != id {
		return false
	}
	name, own := strings.CutPrefix(id[2:], "-")
	if !own {
		return len(id) == 5 && strings.Trim(name, "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789") == ""
	}
	return strings.Trim(name, "ABCDEFGHIJKLMNOPQRSTUVWXYZ-") == "" && strings.Trim(name, "-") == name
}
