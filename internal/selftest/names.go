package selftest

import (
	"bufio"
	"cmp"
	"errors"
	"hash/fnv"
	"io"
	"iter"
	"slices"
	"strconv"
	"strings"

	"github.com/cordon-engine/cordon/internal/fault"
	"github.com/cordon-engine/cordon/internal/match"
	"github.com/cordon-engine/cordon/internal/screening"
	"github.com/cordon-engine/cordon/internal/snapshot"
	"github.com/cordon-engine/cordon/internal/subject"
	"github.com/cordon-engine/cordon/internal/tabular"
	"github.com/cordon-engine/cordon/internal/text"
	"github.com/cordon-engine/cordon/internal/when"
)

// Name is one listed name with its bearer.
type Name struct {
	List, ID, Text string
	Schema         subject.Schema
	// States are the ISO 3166-1 codes that the list gives for the bearer.
	States []string
	asked  string // the schema as a query says it
}

// Inventory is what the lists have to be tested with.
type Inventory struct {
	// Names are the names of every subject that some listing stands for.
	Names []Name
	// Subjects is the number of their bearers, Off that of subjects that were
	// taken off, whose names are not tested.
	Subjects, Off int
	// Weak is the number of names that the list itself calls weak and that are
	// not among Names.
	Weak int
	// Spelt holds how every name of the lists is spelt, weak ones and those of
	// subjects taken off among them.
	Spelt Spellings
}

// Gather reads what the lists have: the names of subjects with a listing that
// stands on a day, or may. Weak names are counted and left out unless asked for.
// Lists bounds it to some lists; one that has no subject is an error.
func Gather(docs iter.Seq2[screening.Document, error], lists []string, asOf when.Day, weak bool) (Inventory, error) {
	inv := Inventory{Spelt: Spellings{}}
	met := map[string]bool{}
	for d, err := range docs {
		if err != nil {
			return inv, err
		}
		if len(lists) > 0 && !slices.Contains(lists, d.List) {
			continue
		}
		met[d.List] = true
		for i := range d.Record.Subject.Names {
			inv.Spelt.add(d.Record.Subject.Names[i].Full)
		}
		if !stands(&d, asOf) {
			inv.Off++
			continue
		}
		inv.Subjects++
		inv.add(&d, weak)
	}
	for _, l := range lists {
		if !met[l] {
			return inv, fault.New(fault.NotFound, "no subject of the list %q is loaded", l).WithFix("`cordon lists status` shows what is")
		}
	}
	return inv, nil
}

// add takes the names of a subject, each spelling once.
func (inv *Inventory) add(d *screening.Document, weak bool) {
	s := d.Record.Subject
	in, states := screening.InputOf(s), statesOf(s)
	from := len(inv.Names)
	for i := range s.Names {
		n := Name{List: d.List, ID: s.ID, Text: s.Names[i].Full, Schema: s.Schema, States: states, asked: in.Schema}
		switch {
		case slices.ContainsFunc(inv.Names[from:], func(x Name) bool { return x.Text == n.Text }):
		case s.Names[i].Weak && !weak:
			inv.Weak++
		default:
			inv.Names = append(inv.Names, n)
		}
	}
}

// statesOf gives the states whose customs of writing names a subject may follow:
// those of its nationality or, where the list gives none, of its birth. An
// address says nothing of that.
func statesOf(s *subject.Subject) []string {
	var out []string
	for _, p := range s.Properties {
		if p.Name == "nationality" || p.Name == "citizenship" {
			out = append(out, strings.ToUpper(p.Value))
		}
	}
	for i := 0; len(out) == 0 && i < len(s.BirthPlaces); i++ {
		if c := s.BirthPlaces[i].Country; c != "" {
			out = append(out, strings.ToUpper(c))
		}
	}
	return out
}

// stands reports whether some listing of a subject stands on a day, or may.
func stands(d *screening.Document, asOf when.Day) bool {
	for i := range d.Spans {
		s := &d.Spans[i]
		st := snapshot.Status{Listing: s.Listing, From: s.From, Off: s.Off, FirstSeen: s.FirstSeen, LastSeen: s.LastSeen}
		if on := st.On(asOf); on == snapshot.Listed || on == snapshot.Uncertain || on == snapshot.Unknown {
			return true
		}
	}
	return false
}

// Sample gives up to n names, as many of each list as of any other as far as it
// has them. The same names and seed give the same sample, in whatever order they
// come; n of 0 or less gives all.
func Sample(names []Name, n int, seed uint64) []Name {
	if n <= 0 || n >= len(names) {
		return names
	}
	type drawn struct {
		Name
		key uint64
	}
	byList := map[string][]drawn{}
	for _, x := range names {
		key := hash(strconv.FormatUint(seed, 16), x.List, x.ID, x.Text)
		byList[x.List] = append(byList[x.List], drawn{x, key})
	}
	var lists [][]drawn
	for _, l := range byList {
		slices.SortFunc(l, func(a, b drawn) int {
			return cmp.Or(cmp.Compare(a.key, b.key), cmp.Compare(a.ID, b.ID), cmp.Compare(a.Text, b.Text))
		})
		lists = append(lists, l)
	}
	slices.SortFunc(lists, func(a, b []drawn) int {
		return cmp.Or(cmp.Compare(len(a), len(b)), cmp.Compare(a[0].List, b[0].List))
	})
	var out []Name
	for i, l := range lists { // the shortest first, so that what it lacks goes to the others
		take := min(len(l), (n-len(out))/(len(lists)-i))
		for _, x := range l[:take] {
			out = append(out, x.Name)
		}
	}
	return out
}

// Neutral is a party that nobody lists.
type Neutral struct {
	Group, Name, Schema string
	// Unread says why its row could not be read.
	Unread string
}

// ReadPopulation reads a table with a column called name and, if it has them,
// schema and group; other columns are not looked at. Lines before the header that
// begin with # are remarks. A row that cannot be read is one that is refused.
func ReadPopulation(file string, src io.Reader) ([]Neutral, error) {
	br := bufio.NewReaderSize(src, 64<<10)
	skipped := 0
	for {
		b, err := br.Peek(1)
		if err != nil || b[0] != '#' {
			break
		}
		if _, err := br.ReadSlice('\n'); err != nil {
			return nil, fault.New(fault.Invalid, "there is a remark and no table").At(fault.Place{File: file})
		}
		skipped++
	}
	t, err := tabular.Open(br, tabular.Options{File: file})
	if err != nil {
		return nil, err
	}
	if err := t.Require("name"); err != nil {
		return nil, err
	}
	var out []Neutral
	for {
		row, err := t.Next()
		if errors.Is(err, io.EOF) {
			break
		}
		var bad *tabular.RowError
		if errors.As(err, &bad) {
			out = append(out, Neutral{Unread: bad.Reason})
			continue
		}
		if err != nil {
			return nil, err
		}
		n := Neutral{Name: row.Get("name"), Schema: row.Get("schema"), Group: row.Get("group")}
		if n.Schema != "" && match.KindOf(n.Schema) == "" {
			return nil, fault.New(fault.Invalid, "%q is not a schema", n.Schema).
				At(fault.Place{File: file, Line: row.Line + skipped, Field: "schema"})
		}
		if n.Name == "" {
			n.Unread = "it has no name"
		}
		out = append(out, n)
	}
	if len(out) == 0 {
		return nil, fault.New(fault.Invalid, "there is nobody in the population").At(fault.Place{File: file})
	}
	return out, nil
}

// Spellings is a set of names, whatever the order of their words, their accents
// and their punctuation.
type Spellings map[uint64]struct{}

func (s Spellings) add(name string) { s[spelling(name)] = struct{}{} }

func (s Spellings) has(name string) bool {
	_, ok := s[spelling(name)]
	return ok
}

// spelling gives a hash of the folded words of a name, in the order of the
// alphabet.
func spelling(name string) uint64 {
	w := text.Tokens(name)
	slices.Sort(w)
	return hash(w...)
}

// hash gives a well spread number for some texts.
func hash(parts ...string) uint64 {
	h := fnv.New64a()
	for _, p := range parts {
		io.WriteString(h, p)
		h.Write([]byte{0})
	}
	z := h.Sum64()
	z = (z ^ z>>30) * 0xBF58476D1CE4E5B9
	z = (z ^ z>>27) * 0x94D049BB133111EB
	return z ^ z>>31
}
