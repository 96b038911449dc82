package screening

import (
	"hash/fnv"
	"io"
	"iter"
	"math"

	"github.com/cordon-engine/cordon/internal/fault"
	"github.com/cordon-engine/cordon/internal/index"
	"github.com/cordon-engine/cordon/internal/match"
	"github.com/cordon-engine/cordon/internal/ownership"
	"github.com/cordon-engine/cordon/internal/snapshot"
	"github.com/cordon-engine/cordon/internal/subject"
	"github.com/cordon-engine/cordon/internal/when"
)

// Build puts documents into an index builder and gives the meta bytes to write
// with them. The same documents in the same order give the same bytes. progress
// may be nil.
func Build(b *index.Builder, params *match.Params, against []Against, docs iter.Seq2[Document, error], progress func(n int)) ([]byte, error) {
	m := meta{params: params.ID(), against: against}
	n := 0
	for d, err := range docs {
		if err != nil {
			return nil, err
		}
		s := d.Record.Subject
		p, err := match.Prepare(params, InputOf(s))
		if err != nil {
			return nil, fault.In(fault.Place{File: d.List, Field: s.ID}, err)
		}
		if _, err := b.Add(units(p, s.ID), d.encode()); err != nil {
			return nil, err
		}
		m.stakes = append(m.stakes, stakes(&d)...)
		if n++; progress != nil && n%1000 == 0 {
			progress(n)
		}
	}
	return m.encode(), nil
}

// units gives the keys of each name of a subject; the first has its ID and its
// identifiers too.
func units(p *match.Prepared, id string) [][]uint64 {
	out := make([][]uint64, max(p.Names(), 1))
	for i := range p.Names() {
		out[i] = match.NameKeys(p, i)
	}
	out[0] = append(append(out[0], idKey(id)), match.IdentifierKeys(p)...)
	return out
}

// idKey is the key under which a subject is found by its ID.
func idKey(id string) uint64 {
	h := fnv.New64a()
	io.WriteString(h, "id\x00"+id)
	return h.Sum64()
}

// stakes gives the statements of ownership and control in a document.
func stakes(d *Document) []ownership.Stake {
	var out []ownership.Stake
	for _, r := range d.Record.Relations {
		if r.Kind != "Ownership" && r.Kind != "Control" || r.From == "" || r.To == "" {
			continue
		}
		s := ownership.Stake{Owner: r.From, Owned: r.To, Low: r.ShareLow, High: r.ShareHigh, Since: when.NoDay, Until: when.NoDay, Source: source(d, &r)}
		switch {
		case r.Kind == "Control":
			s.Low, s.High, s.Control = 0, 0, true
		case s.Low == 0 && s.High == 0:
			s.High = 100 // an ownership without its share
		}
		if r.Since.Known {
			s.Since = r.Since.Period.From
		}
		if r.Until.Known {
			s.Until = r.Until.Period.To
		}
		out = append(out, s)
	}
	return out
}

func source(d *Document, r *subject.Relation) string {
	if r.Role != "" {
		return d.List + ": " + r.Role
	}
	return d.List
}

// meta is what an index keeps beside its documents.
type meta struct {
	params  string
	against []Against
	stakes  []ownership.Stake
}

const metaVersion = 1

func (m *meta) encode() []byte {
	w := writer{}
	w.uint(metaVersion)
	w.text(m.params)
	w.uint(uint64(len(m.against)))
	for _, a := range m.against {
		w.text(a.List)
		w.text(a.Snapshot.List)
		w.uint(uint64(a.Snapshot.Number))
		w.text(a.Content)
		w.uint(uint64(a.Subjects))
	}
	w.uint(uint64(len(m.stakes)))
	for _, s := range m.stakes {
		w.text(s.Owner)
		w.text(s.Owned)
		w.text(s.Source)
		w.uint(uint64(math.Round(s.Low * 1000)))
		w.uint(uint64(math.Round(s.High * 1000)))
		w.day(s.Since)
		w.day(s.Until)
		if s.Control {
			w.uint(1)
		} else {
			w.uint(0)
		}
	}
	return w.b
}

func readMeta(b []byte) (meta, error) {
	c := cursor{b: b}
	var m meta
	if c.uint() != metaVersion {
		return m, fault.New(fault.Unavailable, "the index is of another version").WithFix("build it anew")
	}
	m.params = string(c.text())
	for n := c.uint(); n > 0 && !c.bad; n-- {
		m.against = append(m.against, Against{
			List: string(c.text()), Snapshot: snapshot.ID{List: string(c.text()), Number: int(c.uint())},
			Content: string(c.text()), Subjects: int(c.uint()),
		})
	}
	for n := c.uint(); n > 0 && !c.bad; n-- {
		m.stakes = append(m.stakes, ownership.Stake{
			Owner: string(c.text()), Owned: string(c.text()), Source: string(c.text()),
			Low: float64(c.uint()) / 1000, High: float64(c.uint()) / 1000, Since: c.day(), Until: c.day(), Control: c.uint() == 1,
		})
	}
	if c.bad || len(c.b) > 0 {
		return m, fault.New(fault.Unavailable, "the index is damaged").WithFix("build it anew")
	}
	return m, nil
}
