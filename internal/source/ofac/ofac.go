// Package ofac reads the lists that the Office of Foreign Assets Control of the
// US Treasury publishes: the Specially Designated Nationals (SDN) and the
// consolidated list of those who are not SDNs, each in four forms: the legacy
// set of CSV files, classic XML, enhanced XML and advanced XML.
//
// One table says what each kind of feature and document is, whichever form it
// comes in, so that an entry gives the same facts from every form as far as the
// forms hold the same. What the table does not know is kept as text and
// counted. The package judges nothing: a name that OFAC calls weak is kept as a
// weak name, and which measures bite is left to the words of the listing.
package ofac

import (
	"bytes"
	"context"
	"strconv"
	"strings"

	"github.com/cordon-engine/cordon/internal/fault"
	"github.com/cordon-engine/cordon/internal/pattern"
	"github.com/cordon-engine/cordon/internal/publication"
	"github.com/cordon-engine/cordon/internal/subject"
)

const exports = "https://sanctionslistservice.ofac.treas.gov/api/PublicationPreview/exports/"

// MaxEntries is the number of entries, and of rows in one side file, that a
// publication may have; those seen have under 25,000. It bounds what is
// remembered: the numbers of the entries.
const MaxEntries = 1 << 22

// SDN is the list of Specially Designated Nationals and Blocked Persons.
func SDN() publication.Source {
	return source(publication.Source{
		ID: "ofac-sdn", List: "ofac", Title: "OFAC Specially Designated Nationals and Blocked Persons List",
		Homepage:  "https://ofac.treasury.gov/specially-designated-nationals-and-blocked-persons-list-sdn-human-readable-lists",
		Addresses: []publication.Address{{Part: "enhanced", URL: exports + "SDN_ENHANCED.ZIP"}},
	}, "SDN List", seen{csv: "a whole set of early 2023, with aliases and addresses of December 2025"})
}

// Consolidated is the list of sanctioned parties that are not SDNs: sectoral,
// Palestinian Legislative Council, Chinese military-industrial, menu-based,
// correspondent account.
func Consolidated() publication.Source {
	return source(publication.Source{
		ID: "ofac-cons", Title: "OFAC Consolidated Sanctions List (non-SDN)",
		Homepage:  "https://ofac.treasury.gov/consolidated-sanctions-list-non-sdn-lists",
		Addresses: []publication.Address{{Part: "enhanced", URL: exports + "CONS_ENHANCED.ZIP"}},
	}, "Consolidated List", seen{
		csv:      "its entries of early 2023, as appended to a file of the SDN list",
		classic:  "28 March 2025 and 8 January 2026",
		enhanced: "10 January 2025",
	})
}

// Sources are the publications of OFAC.
func Sources() []publication.Source { return []publication.Source{SDN(), Consolidated()} }

// seen says which real file has been through which form.
type seen struct{ csv, classic, enhanced string }

// source adds what the lists have in common. The list is what the enhanced and
// the advanced form call it.
func source(s publication.Source, list string, was seen) publication.Source {
	s.Authority = "US"
	s.Shrink = 0.2
	with := func(parse func(context.Context, *publication.Input, *publication.Tally, string) error) func(
		context.Context, *publication.Input, *publication.Tally) error {
		return func(ctx context.Context, in *publication.Input, t *publication.Tally) error {
			return parse(ctx, in, t, list)
		}
	}
	s.Formats = []publication.Format{
		{Name: "xml-enhanced", Sniff: sniffXML("<sanctionsData", "ENHANCED"), Parse: with(parseEnhanced), Seen: was.enhanced},
		{Name: "xml-advanced", Sniff: sniffXML("<Sanctions", "ADVANCED"), Parse: with(parseAdvanced)},
		{Name: "xml", Sniff: sniffXML("<sdnList", "XML"), Parse: with(parseClassic), Seen: was.classic},
		{Name: "csv", Sniff: sniffCSV, Parse: parseCSV, Seen: was.csv},
	}
	return s
}

// sniffXML takes a document by its root, or an archive by the name of the first
// file in it.
func sniffXML(root, name string) func([]byte) bool {
	return func(head []byte) bool {
		if isZip(head) {
			return bytes.Contains(bytes.ToUpper(head[:min(len(head), 128)]), []byte(name))
		}
		i := bytes.Index(head, []byte(root))
		return i >= 0 && i+len(root) < len(head) && strings.IndexByte(" \t\r\n>", head[i+len(root)]) >= 0
	}
}

var csvRow = pattern.New(`^\x1a?[0-9]+ *, *("|-0-|[0-9])`)

func sniffCSV(head []byte) bool { return csvRow.Match(head) }

// entry is a record in the making.
type entry struct {
	in  *publication.Input
	t   *publication.Tally
	at  fault.Place
	rec subject.Record
	s   *subject.Subject
	l   *subject.Listing
}

// newEntry begins the record of the entry of a number.
func newEntry(in *publication.Input, t *publication.Tally, at fault.Place, number uint32) *entry {
	id := subjectID(in, number)
	whole := &struct { // one piece of memory for what every entry has
		entry
		s     subject.Subject
		l     [1]subject.Listing
		names [2]subject.Name
	}{}
	e := &whole.entry
	e.in, e.t, e.at, e.s, e.l = in, t, at, &whole.s, &whole.l[0]
	*e.s = subject.Subject{ID: id, Schema: subject.LegalEntity, Names: whole.names[:0]}
	*e.l = subject.Listing{
		ID: id, Subject: id, Authority: "US", Reference: id[len(in.List)+1:], Tier: subject.Designated,
	}
	e.rec.Subject, e.rec.Listings = e.s, whole.l[:]
	return e
}

func subjectID(in *publication.Input, number uint32) string {
	return in.List + ":" + strconv.FormatUint(uint64(number), 10)
}

// schema sets what kind of subject it is by OFAC's word.
func (e *entry) schema(word string) {
	switch strings.ToLower(word) {
	case "individual":
		e.s.Schema = subject.Person
	case "entity", "":
	case "vessel":
		e.s.Schema = subject.Vessel
	case "aircraft":
		e.s.Schema = subject.Airplane
	default:
		e.s.Schema = subject.Thing
		e.t.Odd(publication.UnknownElement, "kind of entry "+word, e.at)
	}
}

// name adds a name under OFAC's word for its kind: "aka", "F.K.A." ...
func (e *entry) name(n subject.Name, kind string) {
	switch strings.ToLower(strings.ReplaceAll(kind, ".", "")) {
	case "":
	case "aka":
		n.Kind = subject.Alias
	case "fka":
		n.Kind = subject.Former
	case "nka":
		n.Kind = subject.Alias
		n.Note = joinNotes(n.Note, "now known as")
	default:
		n.Kind = subject.Alias
		e.t.Odd(publication.UnknownElement, "kind of alias "+kind, e.at)
	}
	if n.Full != "" {
		e.s.Names = append(e.s.Names, n)
	}
}

// twoPart gives a name whose family and other names are kept apart, written as
// OFAC writes it.
func twoPart(last, first string) subject.Name {
	n := subject.Name{Full: last, Kind: subject.Primary}
	if first == "" {
		return n
	}
	if last == "" {
		n.Full = first
		return n
	}
	n.Full = last + ", " + first
	n.Parts = []subject.Part{{Kind: "lastName", Value: last}, {Kind: "firstName", Value: first}}
	return n
}

// splitName parts "LAST, First"; the name of anything but a person is whole.
func (e *entry) splitName(full string) subject.Name {
	if e.s.Schema == subject.Person {
		if last, first, ok := strings.Cut(full, ", "); ok {
			return twoPart(last, first)
		}
	}
	return twoPart(full, "")
}

func (e *entry) property(name, value, text, note string) {
	if value != "" {
		e.s.Properties = append(e.s.Properties, subject.Property{Name: name, Value: value, Text: text, Note: note})
	}
}

// programmes takes one or several programmes, "SDGT] [NS-PLC".
func (e *entry) programmes(s string) {
	for p := range strings.SplitSeq(s, "] [") {
		if p = strings.Trim(p, " []"); p != "" {
			e.l.Programmes = append(e.l.Programmes, p)
		}
	}
}

func joinNotes(notes ...string) string {
	out := ""
	for _, n := range notes {
		if n != "" && out != "" {
			out += "; "
		}
		out += n
	}
	return out
}

// number reads the number of an entry.
func number(s string) (uint32, bool) {
	n, err := strconv.ParseUint(strings.TrimSpace(s), 10, 32)
	return uint32(n), err == nil && n > 0
}

// numbers remembers which entries were taken over.
type numbers map[uint32]struct{}

func (m numbers) has(n uint32) bool {
	_, ok := m[n]
	return ok
}

func (m numbers) add(n uint32) error {
	if len(m) >= MaxEntries {
		return fault.New(fault.TooLarge, "the publication has more than %d entries", MaxEntries)
	}
	m[n] = struct{}{}
	return nil
}

// targets remembers the entries that relations lead to.
type targets map[uint32]target

type target struct {
	count int
	name  string
	at    fault.Place
}

func (m targets) add(n uint32, name string, at fault.Place) error {
	t, ok := m[n]
	if !ok {
		if len(m) >= MaxEntries {
			return fault.New(fault.TooLarge, "relations lead to more than %d entries", MaxEntries)
		}
		t = target{name: name, at: at}
	}
	t.count++
	m[n] = t
	return nil
}

// report counts the relations that lead to no entry of the publication.
func (m targets) report(t *publication.Tally, taken numbers) {
	for n, to := range m {
		if taken.has(n) {
			continue
		}
		what := strings.TrimSpace("relation to " + strconv.FormatUint(uint64(n), 10) + " " + to.name)
		for range to.count {
			t.Odd(publication.Unresolved, what, to.at)
		}
	}
}
