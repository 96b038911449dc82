package snapshot

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"hash"
	"math"

	"github.com/cordon-engine/cordon/internal/fault"
	"github.com/cordon-engine/cordon/internal/subject"
	"github.com/cordon-engine/cordon/internal/when"
)

// formatVersion is the version of the encoding of records. It only grows; a
// reader reads every version up to its own. Files written by older versions
// stand in testdata.
//
//	1  the first
const formatVersion = 1

// Encode gives the canonical bytes of a record: equal records give equal bytes,
// different ones different bytes.
func Encode(r *subject.Record) []byte {
	c := coder{out: []byte{formatVersion}}
	c.record(r)
	return c.out
}

// Decode reads what Encode wrote.
func Decode(b []byte) (*subject.Record, error) {
	if len(b) == 0 || b[0] == 0 {
		return nil, fault.New(fault.Internal, "a stored record is empty")
	}
	if b[0] > formatVersion {
		return nil, fault.New(fault.Unavailable, "a stored record has the format %d, and this version of Cordon reads up to %d",
			b[0], formatVersion).WithFix("use the version of Cordon that wrote it, or a newer one")
	}
	c := coder{in: b[1:], reading: true}
	r := &subject.Record{}
	c.record(r)
	if c.bad || len(c.in) > 0 {
		return nil, fault.New(fault.Internal, "a stored record is damaged").WithFix("run `cordon lists verify`")
	}
	return r, nil
}

// Hash gives the SHA-256 of b in hex.
func Hash(b []byte) string {
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:])
}

// ContentHash builds the hash of the content of a snapshot: of every key and
// the hash of its record, in the order of the keys.
type ContentHash struct{ h hash.Hash }

// NewContentHash starts one.
func NewContentHash() *ContentHash { return &ContentHash{sha256.New()} }

// Add takes the next entry; record is the hash of the encoded record in hex.
func (c *ContentHash) Add(key, record string) {
	var n [8]byte
	binary.BigEndian.PutUint64(n[:], uint64(len(key)))
	c.h.Write(n[:])
	c.h.Write([]byte(key))
	c.h.Write([]byte(record))
}

// Sum gives the hash in hex.
func (c *ContentHash) Sum() string { return hex.EncodeToString(c.h.Sum(nil)) }

// coder walks a record once and writes or reads each field, so that both ways
// cannot differ.
type coder struct {
	reading bool
	in, out []byte
	bad     bool
}

func (c *coder) uint(n uint64) uint64 {
	if !c.reading {
		c.out = binary.AppendUvarint(c.out, n)
		return n
	}
	v, k := binary.Uvarint(c.in)
	if k <= 0 {
		c.bad, c.in = true, nil
		return 0
	}
	c.in = c.in[k:]
	return v
}

func (c *coder) str(s *string) {
	n := c.uint(uint64(len(*s)))
	if !c.reading {
		c.out = append(c.out, *s...)
		return
	}
	if n > uint64(len(c.in)) {
		c.bad, c.in = true, nil
		return
	}
	*s = string(c.in[:n])
	c.in = c.in[n:]
}

func (c *coder) flag(b *bool) {
	n := uint64(0)
	if *b {
		n = 1
	}
	// Writing changes nothing, not even to the same: several may encode one record at once.
	if v := c.uint(n); c.reading {
		*b = v == 1
	}
}

func (c *coder) float(f *float64) {
	if v := c.uint(math.Float64bits(*f)); c.reading {
		*f = math.Float64frombits(v)
	}
}

func (c *coder) day(d *when.Day) {
	if v := c.uint(uint64(uint32(*d))); c.reading {
		*d = when.Day(int32(uint32(v)))
	}
}

// list walks a list; each is given a pointer to every element. A length that
// the bytes ahead cannot hold is damage.
func list[T any](c *coder, l *[]T, each func(*T)) {
	n := c.uint(uint64(len(*l)))
	if c.reading {
		if n > uint64(len(c.in)) {
			c.bad, c.in = true, nil
			return
		}
		if n > 0 {
			*l = make([]T, n)
		}
	}
	for i := range *l {
		each(&(*l)[i])
	}
}

func (c *coder) strs(l *[]string)        { list(c, l, c.str) }
func (c *coder) dates(l *[]subject.Date) { list(c, l, c.date) }

func (c *coder) record(r *subject.Record) {
	has := r.Subject != nil
	c.flag(&has)
	if has {
		if c.reading {
			r.Subject = &subject.Subject{}
		}
		c.subject(r.Subject)
	}
	list(c, &r.Listings, c.listing)
	list(c, &r.Relations, c.relation)
}

func (c *coder) subject(s *subject.Subject) {
	c.str(&s.ID)
	c.str((*string)(&s.Schema))
	list(c, &s.Names, func(n *subject.Name) {
		c.str(&n.Full)
		c.str((*string)(&n.Kind))
		c.flag(&n.Weak)
		c.str(&n.Lang)
		c.str(&n.Script)
		list(c, &n.Parts, func(p *subject.Part) { c.str(&p.Kind); c.str(&p.Value) })
		c.str(&n.Note)
	})
	c.dates(&s.Births)
	c.dates(&s.Deaths)
	list(c, &s.BirthPlaces, func(p *subject.Place) {
		for _, v := range []*string{&p.Text, &p.City, &p.Region, &p.Country, &p.CountryText, &p.Note} {
			c.str(v)
		}
	})
	list(c, &s.Addresses, func(a *subject.Address) {
		for _, v := range []*string{&a.Full, &a.Street, &a.City, &a.Region, &a.PostalCode, &a.Country, &a.CountryText, &a.Note} {
			c.str(v)
		}
	})
	list(c, &s.Documents, func(d *subject.Document) {
		for _, v := range []*string{&d.Kind, &d.Type, &d.Number, &d.Country, &d.CountryText, &d.City, &d.Note} {
			c.str(v)
		}
		c.date(&d.Issued)
		c.date(&d.Expires)
	})
	list(c, &s.Properties, func(p *subject.Property) {
		for _, v := range []*string{&p.Name, &p.Value, &p.Text, &p.Note} {
			c.str(v)
		}
	})
}

func (c *coder) date(d *subject.Date) {
	c.flag(&d.Known)
	c.day(&d.Period.From)
	c.day(&d.Period.To)
	c.flag(&d.Circa)
	c.str(&d.Text)
	c.str(&d.Note)
}

func (c *coder) listing(l *subject.Listing) {
	for _, v := range []*string{&l.ID, &l.Subject, &l.Authority, &l.Reference, (*string)(&l.Tier)} {
		c.str(v)
	}
	c.strs(&l.Programmes)
	c.strs(&l.Measures)
	c.strs(&l.LegalBases)
	c.date(&l.Listed)
	c.dates(&l.Amended)
	c.date(&l.Until)
	c.date(&l.Ended)
	c.strs(&l.Remarks)
}

func (c *coder) relation(r *subject.Relation) {
	for _, v := range []*string{&r.Kind, &r.From, &r.To, &r.FromText, &r.ToText, &r.Role, &r.Note} {
		c.str(v)
	}
	c.float(&r.ShareLow)
	c.float(&r.ShareHigh)
	c.date(&r.Since)
	c.date(&r.Until)
}
