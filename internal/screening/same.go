package screening

import (
	"cmp"
	"slices"
	"strings"

	"github.com/cordon-engine/cordon/internal/match"
	"github.com/cordon-engine/cordon/internal/pattern"
	"github.com/cordon-engine/cordon/internal/subject"
)

// Merger says that two subjects of different lists are one, and why. It is a
// record of its own: the subjects stay as they are, and without the record they
// are two again.
type Merger struct {
	A, B string
	// Kind is "reference" (one cites the other's reference number),
	// "identifier" (a strong identifier that both have) or "evidence".
	Kind   string
	Reason string
	// Bits is the strength of the evidence; 0 for the other kinds.
	Bits float64
}

// SameBits is the evidence, in bits, from which two subjects of different lists
// are taken for one when nothing contradicts and more than names agrees.
const SameBits = 18

// MaxEvidence is the largest number of subjects among which names are compared
// to find the same one; beyond it only references and identifiers join subjects,
// since comparing everybody with everybody alike would take minutes.
const MaxEvidence = 20_000

// reference finds the reference numbers of the UN list that other publications
// cite: three letters, the last of which is i or e, a dot and three digits.
var reference = pattern.New(`\b[A-Z]{2}[ie]\.\d{3}\b`)

// FindSame gives the mergers that the lists themselves bear out, sorted. Subjects
// of one list are never merged, nor are two when a chain of mergers would join
// two subjects of one list.
func (e *Engine) FindSame(progress func(n int)) ([]Merger, error) {
	var all []Merger
	w := e.workers.Get().(*worker)
	defer e.workers.Put(w)
	for doc := range uint32(e.ix.Len()) {
		if progress != nil && doc%1000 == 0 {
			progress(int(doc))
		}
		d, err := e.document(doc)
		if err != nil {
			return nil, err
		}
		found, err := e.sameAs(w, d)
		if err != nil {
			return nil, err
		}
		all = append(all, found...)
	}
	slices.SortFunc(all, func(a, b Merger) int {
		return cmp.Or(cmp.Compare(kindRank[a.Kind], kindRank[b.Kind]), -cmp.Compare(a.Bits, b.Bits), cmp.Compare(a.A, b.A), cmp.Compare(a.B, b.B))
	})
	return e.agree(all)
}

var kindRank = map[string]int{"reference": 0, "identifier": 1, "evidence": 2}

// agree takes mergers, the strongest first, as long as they join no two subjects
// of one list.
func (e *Engine) agree(all []Merger) ([]Merger, error) {
	lists := map[string][]string{} // by cluster, the lists in it
	c := clusters{}
	listsOf := func(id string) []string {
		root := c.root(id)
		if l, ok := lists[root]; ok {
			return l
		}
		list, _, _ := strings.Cut(id, ":")
		return []string{list}
	}
	var out []Merger
	for _, m := range all {
		if c.root(m.A) == c.root(m.B) {
			continue
		}
		a, b := listsOf(m.A), listsOf(m.B)
		if slices.ContainsFunc(a, func(x string) bool { return slices.Contains(b, x) }) {
			continue
		}
		c.join(m.A, m.B)
		lists[c.root(m.A)] = append(slices.Clone(a), b...)
		out = append(out, m)
	}
	return out, nil
}

// sameAs gives the mergers of one document with those of other lists, each pair
// once (from the smaller ID).
func (e *Engine) sameAs(w *worker, d *prepared) ([]Merger, error) {
	s := d.doc.Record.Subject
	p, err := e.ready(d)
	if err != nil {
		return nil, err
	}
	out, err := e.cited(w, d, p)
	if err != nil {
		return nil, err
	}
	r := readings{p, p}
	var found []candidate
	if e.ix.Len() > MaxEvidence {
		found, _, err = e.identified(w, r)
	} else {
		found, _, err = e.candidates(w, r, e.possible)
	}
	if err != nil {
		return nil, err
	}
	ids := strongIdentifiers(s)
	for _, c := range found {
		o, err := e.document(c.doc)
		if err != nil {
			return nil, err
		}
		other := o.doc.Record.Subject
		if o.doc.List == d.doc.List || other.ID <= s.ID {
			continue
		}
		theirs, err := e.ready(o)
		if err != nil {
			return nil, err
		}
		score := w.scorer.Score(p, theirs)
		if shared := common(ids, strongIdentifiers(other)); shared != "" && score.NameBits > 0 {
			out = append(out, Merger{A: s.ID, B: other.ID, Kind: "identifier", Reason: "both have " + shared})
			continue
		}
		if score.Bits >= SameBits && score.Bits-score.NameBits >= 3 {
			if reason, ok := corroborated(w.scorer.Explain(p, theirs)); ok {
				out = append(out, Merger{A: s.ID, B: other.ID, Kind: "evidence", Reason: reason, Bits: score.Bits})
			}
		}
	}
	return out, nil
}

// corroborated says in words what agrees; false when something contradicts.
func corroborated(list []match.Evidence) (string, bool) {
	var words []string
	for _, ev := range list {
		if ev.Bits <= -3 && ev.Kind != "prior" && ev.Kind != "limit" {
			return "", false
		}
		if ev.Bits >= 1 {
			words = append(words, ev.Words)
		}
	}
	return strings.Join(words, "; "), true
}

// cited gives the mergers of a document, and what is ready of it, with subjects whose reference number a listing cites.
func (e *Engine) cited(w *worker, d *prepared, p *match.Prepared) ([]Merger, error) {
	var out []Merger
	s := d.doc.Record.Subject
	for _, l := range d.doc.Record.Listings {
		for _, text := range append(slices.Clone(l.Remarks), l.LegalBases...) {
			for _, ref := range reference.FindAllString(text, -1) {
				id := "un:" + ref
				docs, err := e.documentsOf(id)
				if err != nil {
					return nil, err
				}
				if len(docs) != 1 || id == s.ID || d.doc.List == docs[0].doc.List || !sameSort(s, docs[0].doc.Record.Subject) {
					continue
				}
				theirs, err := e.ready(docs[0])
				if err != nil {
					return nil, err
				}
				if w.scorer.Score(p, theirs).NameBits > 0 {
					out = append(out, Merger{A: min(s.ID, id), B: max(s.ID, id), Kind: "reference", Reason: s.ID + " cites " + ref})
				}
			}
		}
	}
	slices.SortFunc(out, func(a, b Merger) int { return cmp.Or(cmp.Compare(a.A, b.A), cmp.Compare(a.B, b.B)) })
	return slices.Compact(out), nil
}

// sameSort reports whether two schemas may be of one subject.
func sameSort(a, b *subject.Subject) bool {
	body := func(s subject.Schema) bool {
		return s == subject.LegalEntity || s == subject.Organization || s == subject.Company || s == subject.PublicBody
	}
	return a.Schema == b.Schema || body(a.Schema) && body(b.Schema)
}

// strongIdentifiers gives those that one subject alone can have.
func strongIdentifiers(s *subject.Subject) []string {
	var out []string
	for _, p := range s.Properties {
		switch p.Name {
		case "imoNumber", "leiCode":
			out = append(out, p.Name+" "+p.Value)
		}
	}
	for _, d := range s.Documents {
		switch {
		case d.Number == "":
		case d.Kind == "imoNumber", d.Kind == "leiCode":
			out = append(out, d.Kind+" "+d.Number)
		case d.Kind == "passportNumber" && d.Country != "":
			out = append(out, d.Kind+" "+d.Country+" "+strings.ToUpper(strings.ReplaceAll(d.Number, " ", "")))
		}
	}
	return out
}

func common(a, b []string) string {
	for _, x := range a {
		if slices.Contains(b, x) {
			return x
		}
	}
	return ""
}

// clusters is a union of sets.
type clusters map[string]string

func (c clusters) root(id string) string {
	for c[id] != "" && c[id] != id {
		id = c[id]
	}
	return id
}

func (c clusters) join(a, b string) {
	ra, rb := c.root(a), c.root(b)
	if ra != rb {
		c[max(ra, rb)] = min(ra, rb)
	}
}

// mergers answers which subjects are one.
type mergers struct {
	with map[string][]Merger
}

func newMergers(list []Merger) *mergers {
	m := &mergers{with: map[string][]Merger{}}
	for _, x := range list {
		m.with[x.A] = append(m.with[x.A], x)
		m.with[x.B] = append(m.with[x.B], x)
	}
	return m
}

// IDs gives the other IDs of a subject, sorted.
func (m *mergers) IDs(id string) []string {
	if len(m.with[id]) == 0 {
		return nil
	}
	seen := map[string]bool{id: true}
	queue := []string{id}
	var out []string
	for len(queue) > 0 {
		x := queue[0]
		queue = queue[1:]
		for _, mg := range m.with[x] {
			for _, y := range []string{mg.A, mg.B} {
				if !seen[y] {
					seen[y] = true
					queue = append(queue, y)
					out = append(out, y)
				}
			}
		}
	}
	slices.Sort(out)
	return out
}

// Of gives the mergers that join a subject with others, directly or through
// others, sorted.
func (m *mergers) Of(id string) []Merger {
	var out []Merger
	for _, x := range append([]string{id}, m.IDs(id)...) {
		out = append(out, m.with[x]...)
	}
	slices.SortFunc(out, func(a, b Merger) int { return cmp.Or(cmp.Compare(a.A, b.A), cmp.Compare(a.B, b.B)) })
	return slices.Compact(out)
}
