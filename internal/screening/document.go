package screening

import (
	"encoding/binary"

	"github.com/cordon-engine/cordon/internal/fault"
	"github.com/cordon-engine/cordon/internal/snapshot"
	"github.com/cordon-engine/cordon/internal/subject"
	"github.com/cordon-engine/cordon/internal/when"
)

// Document is one subject of one list as the index keeps it: what it is in the
// last version that has it, and how its listings stood over time.
type Document struct {
	// List is the name of the list.
	List   string
	Record *subject.Record
	// Spans tell, for each listing of the record and each that it had before,
	// since when and until when it stood.
	Spans []Span
}

// Span is the life of one listing.
type Span struct {
	Listing subject.Listing
	// From is when it was listed; Off as in [snapshot.Status].
	From subject.Date
	Off  when.Period
	// FirstSeen and LastSeen are the days of publication of the first and last
	// loaded version with it.
	FirstSeen, LastSeen when.Day
	// Seen is the snapshot that the answer rests on.
	Seen int
}

// status gives the standing on a day.
func (s *Span) status(list string, asOf when.Day) snapshot.Status {
	st := snapshot.Status{
		Listing: s.Listing, From: s.From, Off: s.Off, FirstSeen: s.FirstSeen, LastSeen: s.LastSeen,
		Seen: snapshot.ID{List: list, Number: s.Seen},
	}
	st.Standing = st.On(asOf)
	return st
}

// Join makes the document of a subject from all versions of what is about it.
func Join(list string, snaps []snapshot.Meta, versions []snapshot.Version) (Document, bool) {
	d := Document{List: list}
	var newest snapshot.Meta
	for _, m := range snaps {
		if rec := at(versions, m.Number); rec != nil && (newest.Number == 0 || snapshot.Later(m, newest)) {
			newest, d.Record = m, rec
		}
	}
	if d.Record == nil {
		return d, false
	}
	for _, s := range snapshot.StatusOf(snaps, versions, when.Day(1<<30), when.NoDay) {
		d.Spans = append(d.Spans, Span{s.Listing, s.From, s.Off, s.FirstSeen, s.LastSeen, s.Seen.Number})
	}
	return d, true
}

// at joins what stood about a subject in one snapshot into one record; nil when
// its subject did not stand in it.
func at(versions []snapshot.Version, number int) *subject.Record {
	var out *subject.Record
	for _, v := range versions {
		if v.From > number || v.Until != 0 && number >= v.Until {
			continue
		}
		if out == nil {
			out = &subject.Record{}
		}
		if v.Record.Subject != nil {
			out.Subject = v.Record.Subject
		}
		out.Listings = append(out.Listings, v.Record.Listings...)
		out.Relations = append(out.Relations, v.Record.Relations...)
	}
	if out == nil || out.Subject == nil {
		return nil
	}
	return out
}

// encode gives the bytes of a document.
func (d *Document) encode() []byte {
	var w writer
	w.text(d.List)
	w.text(string(snapshot.Encode(d.Record)))
	w.uint(uint64(len(d.Spans)))
	for i := range d.Spans {
		s := &d.Spans[i]
		w.text(string(snapshot.Encode(&subject.Record{Listings: []subject.Listing{s.Listing}})))
		for _, x := range []when.Day{s.Off.From, s.Off.To, s.FirstSeen, s.LastSeen} {
			w.day(x)
		}
		w.uint(uint64(s.Seen))
	}
	return w.b
}

// decodeRecord reads the list and the record of a document alone.
func decodeRecord(b []byte) (list string, rec *subject.Record, err error) {
	r := cursor{b: b}
	return r.record()
}

// record reads the list and the record.
func (c *cursor) record() (list string, rec *subject.Record, err error) {
	list = string(c.text())
	rec, err = snapshot.Decode(c.text())
	return list, rec, err
}

func decode(b []byte) (d Document, err error) {
	r := cursor{b: b}
	if d.List, d.Record, err = r.record(); err != nil {
		return d, err
	}
	for n := r.uint(); n > 0 && !r.bad; n-- {
		var s Span
		rec, err := snapshot.Decode(r.text())
		if err != nil {
			return d, err
		}
		if len(rec.Listings) != 1 {
			r.bad = true
			break
		}
		s.Listing, s.From = rec.Listings[0], rec.Listings[0].Listed
		s.Off.From, s.Off.To, s.FirstSeen, s.LastSeen, s.Seen = r.day(), r.day(), r.day(), r.day(), int(r.uint())
		d.Spans = append(d.Spans, s)
	}
	if r.bad || len(r.b) > 0 {
		return d, fault.New(fault.Unavailable, "a document of the index is damaged").WithFix("build the index anew")
	}
	return d, nil
}

// writer writes what cursor reads.
type writer struct{ b []byte }

func (w *writer) uint(n uint64)  { w.b = binary.AppendUvarint(w.b, n) }
func (w *writer) day(d when.Day) { w.b = binary.AppendVarint(w.b, int64(d)) }
func (w *writer) text(s string)  { w.uint(uint64(len(s))); w.b = append(w.b, s...) }

// cursor reads the parts of a document; once something does not fit, it is bad.
type cursor struct {
	b   []byte
	bad bool
}

func (c *cursor) uint() uint64 {
	v, n := binary.Uvarint(c.b)
	if n <= 0 {
		c.bad, c.b = true, nil
		return 0
	}
	c.b = c.b[n:]
	return v
}

func (c *cursor) day() when.Day {
	v, n := binary.Varint(c.b)
	if n <= 0 {
		c.bad, c.b = true, nil
		return 0
	}
	c.b = c.b[n:]
	return when.Day(v)
}

func (c *cursor) text() []byte {
	n := c.uint()
	if n > uint64(len(c.b)) {
		c.bad, c.b = true, nil
		return nil
	}
	t := c.b[:n]
	c.b = c.b[n:]
	return t
}
