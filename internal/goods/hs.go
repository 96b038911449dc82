// Package goods knows goods by code and by name: the Harmonized System in its
// editions of 2012, 2017 and 2022, what became of a code from one edition to
// the next and what it is mistaken for, and the named commodities of law with
// the words and codes that find them.
//
// It takes its facts from the files it is given and decides nothing: whether
// goods are barred is for law to say, and a code that exists is not thereby the
// right code. National digits after the sixth are carried and never judged.
package goods

import (
	"cmp"
	"fmt"
	"io/fs"
	"slices"
	"strings"
	"sync"

	"github.com/cordon-engine/cordon/internal/fault"
)

// Nomenclature is the Harmonized System in the editions held, with short labels
// in our own words. It does not change after loading and may be used by many
// goroutines.
type Nomenclature struct {
	chapters    [lastChapter + 1]entry // by number; the zero entry holds no goods
	headings    []entry                // ascending by code
	subheadings []entry                // ascending by code
	steps       []step                 // newest first
	mistaken    []pair                 // known confusions of headings, ascending
	tied        []pair                 // headings that the steps connect, ascending

	indexed sync.Once // the search index is made when first asked for
	index   searchIndex
}

// entry is one chapter, heading or subheading.
type entry struct {
	code     Code
	editions uint8 // bits of Edition.bit
	label    string
	words    string // more search words, with spaces between
}

// pair is two headings; pairs are held both ways round.
type pair struct {
	a, b  Code
	times int // in how many lines of neighbours.tsv both stand; 0 for other pairs
}

// far is 0 for two headings of one chapter and 1 for others.
func (p pair) far() int {
	if p.a.Chapter() == p.b.Chapter() {
		return 0
	}
	return 1
}

func comparePairs(x, y pair) int { return cmp.Or(x.a.Compare(y.a), x.b.Compare(y.b)) }

// step holds what changed from one edition to the next. A code of the newer one
// that is in no line had the same code in the older.
type step struct {
	newer, older Edition
	lines        []change
	down, up     []changed // the lines that name a code of the newer, of the older edition; ascending
}

// change says that each of codes, of the newer edition, takes goods from each
// of sources, of the older one, first of all from the first.
type change struct{ codes, sources []Code }

type changed struct {
	code Code
	line int32
}

// The files of the nomenclature. Their columns are explained in their headers.
const (
	chaptersFile    = "chapters.tsv"
	headingsFile    = "headings.tsv"
	subheadingsFile = "subheadings.tsv"
	concordanceFile = "concordance.tsv"
	neighboursFile  = "neighbours.tsv"
)

// reservedLabel marks a chapter that is kept free and holds no goods.
const reservedLabel = "reserved"

// Load reads the nomenclature from a folder: chapters, headings, subheadings,
// concordance and neighbours, each a .tsv file. The files must agree with
// each other, be sorted and hold no code twice; what is wrong is fault.Invalid
// with file and line, a file that cannot be read is fault.Unavailable.
func Load(fsys fs.FS) (*Nomenclature, error) {
	n := &Nomenclature{}
	for _, f := range []struct {
		name string
		read func(file, text string) error
	}{
		{chaptersFile, n.readChapters},
		{headingsFile, n.readHeadings},
		{subheadingsFile, n.readSubheadings},
		{concordanceFile, n.readConcordance},
		{neighboursFile, n.readNeighbours},
	} {
		data, err := fs.ReadFile(fsys, f.name)
		if err != nil {
			return nil, fault.Wrap(fault.Unavailable, err, "a file of the nomenclature cannot be read").At(fault.Place{File: f.name})
		}
		if err := f.read(f.name, string(data)); err != nil {
			return nil, err
		}
	}
	return n, nil
}

// maxColumns is the largest number of columns in a file.
const maxColumns = 4

// eachRow gives the columns of every line that is not a comment. Columns at the
// end of a line may be left out down to least; they are then empty.
func eachRow(file, text string, least, most int, row func(col *[maxColumns]string) error) error {
	line := 0
	var col [maxColumns]string
	fail := func(err *fault.Error) error { return err.At(fault.Place{File: file, Line: line}) }
	for len(text) > 0 {
		s := text
		line++
		if i := strings.IndexByte(text, '\n'); i >= 0 {
			s, text = text[:i], text[i+1:]
		} else {
			text = ""
		}
		if strings.HasPrefix(s, "#") {
			continue
		}
		if s == "" || strings.HasSuffix(s, "\t") || strings.HasSuffix(s, " ") || strings.HasSuffix(s, "\r") {
			return fail(fault.New(fault.Invalid, "the line is empty or ends in white space"))
		}
		col = [maxColumns]string{}
		count := 0
		for more := true; more; count++ {
			if count == most {
				return fail(fault.New(fault.Invalid, "the line has more than %d columns", most))
			}
			col[count], s, more = strings.Cut(s, "\t")
		}
		if count < least {
			return fail(fault.New(fault.Invalid, "the line has %d columns where at least %d are needed", count, least).
				WithFix("put one tab between columns"))
		}
		if err := row(&col); err != nil {
			return fault.In(fault.Place{File: file, Line: line}, err)
		}
	}
	if line == 0 {
		return fault.New(fault.Unavailable, "the file is empty").At(fault.Place{File: file})
	}
	return nil
}

// codeOf reads a code of a given number of digits, written without separators.
func codeOf(s string, digits int) (Code, error) {
	c, err := ParseCode(s)
	if err != nil {
		return Code{}, err
	}
	if len(s) != digits || c.Len() != digits {
		return Code{}, fault.New(fault.Invalid, "%q has not %d digits", clip(s), digits)
	}
	return c, nil
}

func (n *Nomenclature) readChapters(file, text string) error {
	next := 1
	err := eachRow(file, text, 3, 3, func(col *[maxColumns]string) error {
		c, err := codeOf(col[0], 2)
		if err != nil {
			return err
		}
		switch {
		case chapter(c) != next:
			return fault.New(fault.Invalid, "chapter %s stands where %02d should", c, next)
		case col[1] == "" || col[2] == "":
			return fault.New(fault.Invalid, "chapter %s has no section or no label", c)
		}
		if col[2] != reservedLabel {
			n.chapters[next] = entry{code: c, editions: allEditions, label: col[2]}
		}
		next++
		return nil
	})
	if err == nil && next != lastChapter+1 {
		return fault.New(fault.Invalid, "there are %d chapters where %d should be", next-1, lastChapter).At(fault.Place{File: file})
	}
	return err
}

func (n *Nomenclature) readHeadings(file, text string) (err error) {
	n.headings, err = readEntries(file, text, 4, 3)
	if err != nil {
		return err
	}
	for _, e := range n.headings {
		if n.chapters[chapter(e.code)].editions == 0 {
			return fault.New(fault.Invalid, "heading %s is in a chapter that holds no goods", e.code).At(fault.Place{File: file})
		}
	}
	return nil
}

func (n *Nomenclature) readSubheadings(file, text string) (err error) {
	n.subheadings, err = readEntries(file, text, 6, 2)
	if err != nil {
		return err
	}
	// A heading exists just when it has subheadings.
	rest := n.subheadings
	for _, h := range n.headings {
		var seen uint8
		for len(rest) > 0 && h.code.Contains(rest[0].code) {
			seen |= rest[0].editions
			rest = rest[1:]
		}
		if seen != h.editions {
			return fault.New(fault.Invalid, "heading %s is said to be in %s, its subheadings are in %s", h.code, editionsText(h.editions, "and"), editionsText(seen, "and")).
				At(fault.Place{File: file})
		}
	}
	if len(rest) > 0 {
		return fault.New(fault.Invalid, "subheading %s has no heading", rest[0].code).At(fault.Place{File: file})
	}
	return nil
}

// readEntries reads headings or subheadings: code, editions, label, words.
func readEntries(file, text string, digits, least int) ([]entry, error) {
	out := make([]entry, 0, strings.Count(text, "\n"))
	err := eachRow(file, text, least, 4, func(col *[maxColumns]string) error {
		c, err := codeOf(col[0], digits)
		if err != nil {
			return err
		}
		if len(out) > 0 && c.Compare(out[len(out)-1].code) <= 0 {
			return fault.New(fault.Invalid, "%s stands twice or out of order", c)
		}
		ed, err := parseSpan(col[1])
		if err != nil {
			return err
		}
		if least > 2 && col[2] == "" {
			return fault.New(fault.Invalid, "%s has no label", c)
		}
		out = append(out, entry{code: c, editions: ed, label: col[2], words: col[3]})
		return nil
	})
	return out, err
}

// parseSpan reads editions: "2022", "2012-2017", "2012-2022" or "2012 2022".
func parseSpan(s string) (uint8, error) {
	switch s {
	case "2012-2022":
		return 1 | 2 | 4, nil
	case "2022":
		return 4, nil
	case "2017-2022":
		return 2 | 4, nil
	case "2012-2017":
		return 1 | 2, nil
	case "2012":
		return 1, nil
	case "2017":
		return 2, nil
	case "2012 2022":
		return 1 | 4, nil
	}
	return 0, fault.New(fault.Invalid, "%q does not say in which editions a code is", clip(s)).
		WithFix("write for example 2022, 2012-2017 or 2012-2022")
}

// readConcordance reads the changes and checks that with them every code has
// its origin: a code that is new and comes from nowhere would break the chain.
func (n *Nomenclature) readConcordance(file, text string) error {
	n.steps = []step{{newer: HS2022, older: HS2017}, {newer: HS2017, older: HS2012}}
	store := make([]Code, 0, len(text)/7)
	codes := func(list string, e Edition) ([]Code, error) {
		from := len(store)
		for len(list) > 0 {
			var s string
			s, list, _ = strings.Cut(list, " ")
			c, err := codeOf(s, 6)
			if err != nil {
				return nil, err
			}
			if !n.Exists(c, e) {
				return nil, fault.New(fault.Invalid, "%s is not a code of %s", c, e)
			}
			store = append(store, c)
		}
		return store[from:len(store):len(store)], nil
	}
	err := eachRow(file, text, 4, 4, func(col *[maxColumns]string) error {
		i := slices.IndexFunc(n.steps, func(s step) bool {
			return s.newer.year() == col[0] && s.older.year() == col[1]
		})
		if i < 0 {
			return fault.New(fault.Invalid, "%q and %q are not an edition and the one before it", clip(col[0]), clip(col[1]))
		}
		s := &n.steps[i]
		newer, err := codes(col[2], s.newer)
		if err != nil {
			return err
		}
		older, err := codes(col[3], s.older)
		if err != nil {
			return err
		}
		line := int32(len(s.lines))
		s.lines = append(s.lines, change{newer, older})
		for _, c := range newer {
			s.down = append(s.down, changed{c, line})
		}
		for _, c := range older {
			s.up = append(s.up, changed{c, line})
		}
		n.tie(newer, older)
		return nil
	})
	if err != nil {
		return err
	}
	slices.SortFunc(n.tied, comparePairs)
	n.tied = slices.Compact(n.tied)
	for i := range n.steps {
		s := &n.steps[i]
		slices.SortFunc(s.down, compareChanged)
		slices.SortFunc(s.up, compareChanged)
		for k := 1; k < len(s.down); k++ {
			if s.down[k].code == s.down[k-1].code {
				return fault.New(fault.Invalid, "%s of %s stands in two lines", s.down[k].code, s.newer).At(fault.Place{File: file})
			}
		}
		for _, e := range n.subheadings {
			if e.editions&s.newer.bit() != 0 && e.editions&s.older.bit() == 0 && len(find(s.down, e.code)) == 0 {
				return fault.New(fault.Invalid, "%s is new in %s and has no line", e.code, s.newer).At(fault.Place{File: file})
			}
		}
	}
	return nil
}

// year gives the edition as files write it.
func (e Edition) year() string { return strings.TrimPrefix(e.String(), "HS ") }

func compareChanged(a, b changed) int {
	return cmp.Or(a.code.Compare(b.code), cmp.Compare(a.line, b.line))
}

// tie notes the headings that a change connects, both ways round.
func (n *Nomenclature) tie(newer, older []Code) {
	var lastA Code
	for _, a := range newer {
		if a = a.Heading(); a == lastA {
			continue
		}
		lastA = a
		var lastB Code
		for _, b := range older {
			if b = b.Heading(); b != lastB && b != a {
				n.tied = append(n.tied, pair{a: a, b: b}, pair{a: b, b: a})
			}
			lastB = b
		}
	}
}

func (n *Nomenclature) readNeighbours(file, text string) error {
	last := ""
	err := eachRow(file, text, 2, 2, func(col *[maxColumns]string) error {
		if col[0] <= last {
			return fault.New(fault.Invalid, "the line stands twice or out of order")
		}
		last = col[0]
		var group []Code
		for s := range strings.SplitSeq(col[0], " ") {
			c, err := codeOf(s, 4)
			if err != nil {
				return err
			}
			if !n.Exists(c, 0) {
				return fault.New(fault.Invalid, "%s is in no edition", c)
			}
			if slices.Contains(group, c) {
				return fault.New(fault.Invalid, "%s stands twice", c)
			}
			group = append(group, c)
		}
		if len(group) < 2 {
			return fault.New(fault.Invalid, "a single heading has no neighbours")
		}
		for _, a := range group {
			for _, b := range group {
				if a != b {
					n.mistaken = append(n.mistaken, pair{a, b, 1})
				}
			}
		}
		return nil
	})
	slices.SortFunc(n.mistaken, comparePairs)
	once := n.mistaken[:0]
	for _, p := range n.mistaken {
		if k := len(once); k > 0 && comparePairs(once[k-1], p) == 0 {
			once[k-1].times++
		} else {
			once = append(once, p)
		}
	}
	n.mistaken = once
	return err
}

// within gives the entries whose code is c or below it.
func within(entries []entry, c Code) []entry {
	from, _ := slices.BinarySearchFunc(entries, c, func(e entry, c Code) int { return cmp.Compare(e.code.low(), c.low()) })
	to := from
	if c.Len() >= 6 {
		for to < len(entries) && c.Contains(entries[to].code) {
			to++
		}
	} else {
		to, _ = slices.BinarySearchFunc(entries, c, func(e entry, c Code) int { return cmp.Compare(e.code.low(), c.high()) })
	}
	return entries[from:to]
}

// find gives the lines that name c.
func find(list []changed, c Code) []changed {
	from, _ := slices.BinarySearchFunc(list, c, func(x changed, c Code) int { return x.code.Compare(c) })
	to := from
	for to < len(list) && list[to].code == c {
		to++
	}
	return list[from:to]
}

// partners gives the pairs that begin with c, ascending.
func partners(pairs []pair, c Code) []pair {
	from, _ := slices.BinarySearchFunc(pairs, c, func(p pair, c Code) int { return p.a.Compare(c) })
	to := from
	for to < len(pairs) && pairs[to].a == c {
		to++
	}
	return pairs[from:to]
}

// at gives the chapter, heading or subheading with exactly this code.
func (n *Nomenclature) at(c Code) (*entry, bool) {
	var list []entry
	switch c.Len() {
	case 2:
		e := &n.chapters[chapter(c)]
		return e, e.editions != 0
	case 4:
		list = n.headings
	case 6:
		list = n.subheadings
	default:
		return nil, false
	}
	i, ok := slices.BinarySearchFunc(list, c, func(e entry, c Code) int { return e.code.Compare(c) })
	if !ok {
		return nil, false
	}
	return &list[i], true
}

// held gives the editions, as bits, that have the first six digits of c or
// something that begins with c.
func (n *Nomenclature) held(c Code) uint8 {
	c = c.Subheading()
	if e, ok := n.at(c); ok {
		return e.editions
	}
	var bits uint8
	switch c.Len() {
	case 3:
		for _, e := range within(n.headings, c) {
			bits |= e.editions
		}
	case 5:
		for _, e := range within(n.subheadings, c) {
			bits |= e.editions
		}
	}
	return bits
}

// Exists reports whether the code, or its first six digits if it is longer, is
// in an edition; with the zero Edition, in any. Three or five digits exist when a
// code begins with them. Chapter 77 does not exist.
func (n *Nomenclature) Exists(c Code, e Edition) bool {
	held := n.held(c)
	if e == 0 {
		return held != 0
	}
	return held&e.bit() != 0
}

// Editions gives the editions in which the code exists, oldest first; none if
// it never did.
func (n *Nomenclature) Editions(c Code) []Edition { return editionList(n.held(c)) }

func editionList(bits uint8) []Edition {
	var out []Edition
	for _, e := range editions {
		if bits&e.bit() != 0 {
			out = append(out, e)
		}
	}
	return out
}

// editionsText gives "HS 2012", "HS 2012 and 2017", "HS 2012, 2017 and 2022" or
// "no edition", with another word for the last "and" if wanted.
func editionsText(bits uint8, last string) string {
	var years []string
	for _, e := range editionList(bits) {
		years = append(years, e.year())
	}
	if len(years) == 0 {
		return "no edition"
	}
	return "HS " + listed(years, last)
}

// listed joins "a", "a and b", "a, b and c".
func listed(items []string, last string) string {
	if n := len(items); n > 1 {
		return strings.Join(items[:n-1], ", ") + " " + last + " " + items[n-1]
	}
	return strings.Join(items, "")
}

// Label gives our short label of the code, or that of the nearest code above it
// that has one; "" if there is none.
func (n *Nomenclature) Label(c Code) string {
	for _, digits := range [...]int{6, 4, 2} {
		if e, ok := n.at(c.first(digits)); ok && e.label != "" {
			return e.label
		}
	}
	return ""
}

// Chapters gives the 96 chapters that hold goods.
func (n *Nomenclature) Chapters() []Code {
	var out []Code
	for _, e := range n.chapters {
		if e.editions != 0 {
			out = append(out, e.code)
		}
	}
	return out
}

// Headings gives the headings of the chapter of c, of all editions, ascending.
func (n *Nomenclature) Headings(c Code) []Code { return codesOf(within(n.headings, c.Chapter())) }

// Subheadings gives the subheadings of the heading of c, of all editions,
// ascending. For a chapter it gives all of them.
func (n *Nomenclature) Subheadings(c Code) []Code { return codesOf(within(n.subheadings, c.Heading())) }

func codesOf(entries []entry) []Code {
	out := make([]Code, len(entries))
	for i := range entries {
		out[i] = entries[i].code
	}
	return out
}

// Check says whether a code can be used with an edition; with the zero Edition
// a code of any edition will do. Only the first six digits are looked up. A
// code that does not exist is fault.Invalid, and the fix names what became of it
// or the codes that come nearest.
//
// Three, five, seven or nine digits are read as they stand, unless they could
// as well be a code that has lost its leading zero: then only the writer knows, and
// that is a fault too.
func (n *Nomenclature) Check(c Code, e Edition) error {
	if c.IsZero() {
		return fault.New(fault.Invalid, "there is no HS code")
	}
	if e != 0 && e.bit() == 0 {
		return fault.New(fault.Invalid, "HS %d is not an edition that is held", uint16(e)).WithFix("give 2012, 2017 or 2022")
	}
	zeroed, lost := lostZero(c)
	lost = lost && n.Exists(zeroed, e)
	if n.Exists(c, e) {
		if lost {
			return fault.New(fault.Invalid, "%s may be %s (%s) or, if a leading zero was lost, %s (%s)",
				c, c.Subheading().Dotted(), n.Label(c), zeroed.Subheading().Dotted(), n.Label(zeroed)).
				WithFix("write two, four or six digits")
		}
		return nil
	}
	in := e.String()
	if e == 0 {
		in = editionsText(allEditions, "or")
	}
	six := c.Subheading()
	err := fault.New(fault.Invalid, "%s is not a code of %s", six.Dotted(), in)
	if six != c {
		err = fault.New(fault.Invalid, "%s is not a code of %s: there is no %s", c, in, six.Dotted())
	}
	if chapter(c) != 0 && n.chapters[chapter(c)].editions == 0 {
		return err.WithFix("chapter %s is kept free and holds no goods", c.Chapter())
	}
	if held := n.held(c); held != 0 {
		return err.WithFix("%s", n.became(six, held, e))
	}
	if near := n.nearest(six, zeroed, lost, e); len(near) > 0 {
		return err.WithFix("the nearest codes are %s", n.named(near))
	}
	return err
}

// lostZero gives the code that an odd number of digits would be with a zero
// before it.
func lostZero(c Code) (Code, bool) {
	if c.Len()%2 == 0 {
		return Code{}, false
	}
	return makeCode(c.number(), c.Len()+1), true
}

// became says in which editions a code is and what it is in another one.
func (n *Nomenclature) became(c Code, held uint8, e Edition) string {
	from := editions[0]
	for _, x := range editions {
		// the nearest edition, the one before if there are two
		if held&x.bit() != 0 && (from.bit()&held == 0 || x < e) {
			from = x
		}
	}
	verb := "became"
	if from > e {
		verb = "was"
	}
	there := n.Convert(c, from, e)
	if len(there) == 0 {
		return fmt.Sprintf("%s exists in %s; the published tables name no code for it in %s, see heading %s",
			c.Dotted(), editionsText(held, "and"), e, c.Heading())
	}
	const most = 6
	var names []string
	for _, t := range there[:min(len(there), most)] {
		names = append(names, t.Dotted())
	}
	if len(there) > most {
		names = append(names, fmt.Sprintf("%d more", len(there)-most))
	}
	return fmt.Sprintf("%s exists in %s; in %s it %s %s", c.Dotted(), editionsText(held, "and"), e, verb, listed(names, "and"))
}

// named lists codes with their labels.
func (n *Nomenclature) named(codes []Code) string {
	var out []string
	for _, c := range codes {
		out = append(out, c.Dotted()+" ("+n.Label(c)+")")
	}
	return listed(out, "and")
}

// nearest gives up to five codes of an edition that a wrong one of up to six
// digits was most likely meant to be: with the leading zero that it lost, with
// two neighbouring digits the other way round, or beside it below the same parent.
func (n *Nomenclature) nearest(c, zeroed Code, lost bool, e Edition) []Code {
	const most = 2 // of each kind
	var out []Code
	room := most
	add := func(x Code) {
		if room > 0 && n.Exists(x, e) && !slices.Contains(out, x) {
			out = append(out, x)
			room--
		}
	}
	if lost {
		out = append(out, zeroed.Subheading())
	}
	d := []byte(c.Digits())
	for i := 0; i+1 < len(d); i++ {
		if d[i] == d[i+1] {
			continue
		}
		d[i], d[i+1] = d[i+1], d[i]
		if x, err := ParseCode(string(d)); err == nil && x.Len()%2 == 0 {
			add(x)
		}
		d[i], d[i+1] = d[i+1], d[i]
	}
	beside := n.below(n.parent(c))
	slices.SortStableFunc(beside, func(a, b Code) int { return cmp.Compare(apart(a, c), apart(b, c)) })
	room = most
	for _, x := range beside {
		add(x)
	}
	return out
}

// apart is how far two codes lie from each other.
func apart(a, b Code) uint64 { return max(a.low(), b.low()) - min(a.low(), b.low()) }

// parent gives the longest heading or chapter above c that exists.
func (n *Nomenclature) parent(c Code) Code {
	for _, digits := range [...]int{4, 2} {
		if p := c.first(digits); p != c && n.Exists(p, 0) && p.Len()%2 == 0 {
			return p
		}
	}
	return Code{}
}

// below gives the codes one level below c: headings of a chapter, subheadings of
// a heading; for an odd number of digits those that begin with them.
func (n *Nomenclature) below(c Code) []Code {
	switch c.Len() {
	case 2, 3:
		return codesOf(within(n.headings, c))
	case 4, 5:
		return codesOf(within(n.subheadings, c))
	}
	return nil
}

// Concord gives the codes of edition `to` whose goods were, or came to be, in a
// code of edition `from`, ascending. A code of fewer than six digits goes
// through its subheadings and a longer one through its first six; the
// result has as many digits as the code, at most six. With the zero Edition as
// `from` the code is taken in every edition that has it.
//
// It follows the published tables to the letter, so that from 2017 on much of
// chapters 84 to 90 is tied to display modules (8524) and electronic waste (8549) too:
// [Nomenclature.Convert] leaves such small shares out. An empty result means
// that the code is not in `from` or that the tables name nothing.
func (n *Nomenclature) Concord(c Code, from, to Edition) []Code {
	return n.carry(c, from, to, (*step).newerOf, (*step).olderOf)
}

// Convert is Concord along the one line that the published conversion tables
// draw for each newer code: to an older edition each subheading has exactly one
// result; to a newer one the results are the codes that are converted to it, or, if
// there are none, those of Concord.
func (n *Nomenclature) Convert(c Code, from, to Edition) []Code {
	return n.carry(c, from, to, (*step).mainlyNewerOf, (*step).mainlyOlderOf)
}

func (n *Nomenclature) carry(c Code, from, to Edition, up, down func(*step, *Nomenclature, []Code, Code) []Code) []Code {
	c = c.Subheading()
	if c.IsZero() || to.bit() == 0 {
		return nil
	}
	var out []Code
	for _, e := range editions {
		if from != 0 && from != e {
			continue
		}
		var at []Code
		for _, s := range within(n.subheadings, c) {
			if s.editions&e.bit() != 0 {
				at = append(at, s.code)
			}
		}
		for i := range n.steps { // newest first: the way down
			if s := &n.steps[i]; s.newer <= e && s.older >= to {
				at = n.move(s, at, down)
			}
		}
		for i := len(n.steps) - 1; i >= 0; i-- {
			if s := &n.steps[i]; s.older >= e && s.newer <= to {
				at = n.move(s, at, up)
			}
		}
		for _, x := range at {
			out = append(out, x.first(c.Len()))
		}
	}
	return sorted(out)
}

func (n *Nomenclature) move(s *step, codes []Code, by func(*step, *Nomenclature, []Code, Code) []Code) []Code {
	var out []Code
	for _, c := range codes {
		out = by(s, n, out, c)
	}
	return sorted(out)
}

func sorted(codes []Code) []Code {
	slices.SortFunc(codes, Code.Compare)
	return slices.Compact(codes)
}

// olderOf appends the codes of the older edition that a newer one comes from.
func (s *step) olderOf(_ *Nomenclature, out []Code, c Code) []Code {
	if l := find(s.down, c); len(l) > 0 {
		return append(out, s.lines[l[0].line].sources...)
	}
	return append(out, c)
}

func (s *step) mainlyOlderOf(_ *Nomenclature, out []Code, c Code) []Code {
	if l := find(s.down, c); len(l) > 0 {
		return append(out, s.lines[l[0].line].sources[0])
	}
	return append(out, c)
}

// newerOf appends the codes of the newer edition that an older one went to.
func (s *step) newerOf(n *Nomenclature, out []Code, c Code) []Code {
	for _, l := range find(s.up, c) {
		out = append(out, s.lines[l.line].codes...)
	}
	return s.unchanged(n, out, c)
}

func (s *step) mainlyNewerOf(n *Nomenclature, out []Code, c Code) []Code {
	before := len(out)
	for _, l := range find(s.up, c) {
		if s.lines[l.line].sources[0] == c {
			out = append(out, s.lines[l.line].codes...)
		}
	}
	if out = s.unchanged(n, out, c); len(out) == before {
		return s.newerOf(n, out, c)
	}
	return out
}

// unchanged appends c if it is simply the same in the newer edition.
func (s *step) unchanged(n *Nomenclature, out []Code, c Code) []Code {
	if n.Exists(c, s.newer) && len(find(s.down, c)) == 0 {
		return append(out, c)
	}
	return out
}

// broad is the number of other headings above which what ties a heading to
// them is a rule about leftovers, not a likeness. Waste and display modules
// are tied to 80 to 190 headings, every other heading to fewer than eight but one.
const broad = 12

// Neighbours gives the headings that the heading of c is most plausibly confused
// with, the likeliest first: known confusions, the oftenest named and those of
// the same chapter before the others, then headings that took over or gave up some of its goods from one edition to
// the next, then the two before and the two after it in the chapter. Headings of all editions count. A chapter has
// no neighbours.
func (n *Nomenclature) Neighbours(c Code) []Code {
	h := c.Heading()
	if h.Len() != 4 {
		return nil
	}
	var out []Code
	add := func(x Code) {
		if x != h && !slices.Contains(out, x) {
			out = append(out, x)
		}
	}
	known := slices.Clone(partners(n.mistaken, h))
	slices.SortStableFunc(known, func(p, q pair) int { return cmp.Or(cmp.Compare(q.times, p.times), cmp.Compare(p.far(), q.far())) })
	for _, p := range known {
		add(p.b)
	}
	ties := partners(n.tied, h)
	for _, p := range ties {
		if len(ties) <= broad && len(partners(n.tied, p.b)) <= broad {
			add(p.b)
		}
	}
	in := within(n.headings, h.Chapter())
	at, found := slices.BinarySearchFunc(in, h, func(e entry, c Code) int { return e.code.Compare(c) })
	after := at
	if found {
		after++
	}
	for i := max(0, at-2); i < min(len(in), after+2); i++ {
		add(in[i].code)
	}
	return out
}
