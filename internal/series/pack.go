package series

import (
	"bufio"
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"hash"
	"io"
	"math"
	"math/bits"

	"github.com/cordon-engine/cordon/internal/fault"
	"github.com/cordon-engine/cordon/internal/goods"
	"github.com/cordon-engine/cordon/internal/place"
	"github.com/cordon-engine/cordon/internal/record"
	"github.com/cordon-engine/cordon/internal/when"
)

// The form in which records are kept. A file begins with packMagic. Each record is
// the set of its fields that differ from the record before, as bits of an unsigned
// varint, one added, and then those fields in the order of packFields; the first
// record follows an empty one. A zero, the number of records and the SHA-256 of
// everything before it end the file. The form is durable: fields are added at the end,
// and another form has another packMagic.
const packMagic = "cordon records 1\n"

// Limits of what is read back.
const (
	maxText  = 1 << 20
	maxTexts = 1 << 24
)

// Pack writes records in the form in which they are kept.
type Pack struct {
	w     *bufio.Writer
	hash  hash.Hash
	last  record.Record
	texts map[string]uint64
	buf   []byte
	count uint64
	err   error
}

// NewPack begins a file.
func NewPack(w io.Writer) *Pack {
	p := &Pack{hash: sha256.New(), texts: map[string]uint64{}}
	p.w = bufio.NewWriterSize(io.MultiWriter(w, p.hash), 1<<16)
	_, _ = p.w.WriteString(packMagic) // the error stays with the writer
	return p
}

// Put adds a record. Snapshot and the hash of the file are not kept: they are those
// of the snapshot.
func (p *Pack) Put(r *record.Record) error {
	r2 := *r
	r2.Snapshot, r2.Series, r2.Source.SHA256 = 0, "", ""
	var mask uint64
	for i := range packFields {
		if packFields[i].differs(&p.last, &r2) {
			mask |= 1 << i
		}
	}
	p.buf = binary.AppendUvarint(p.buf[:0], mask+1)
	for m := mask; m != 0; m &= m - 1 {
		p.buf = packFields[bits.TrailingZeros64(m)].put(p, p.buf, &r2)
	}
	if p.err != nil {
		return p.err
	}
	p.last = r2
	p.count++
	_, err := p.w.Write(p.buf)
	return err
}

// End ends the file and gives the hash of its records.
func (p *Pack) End() (string, error) {
	b := binary.AppendUvarint([]byte{0}, p.count)
	_, _ = p.w.Write(b)
	if err := p.w.Flush(); err != nil {
		return "", err
	}
	sum := p.hash.Sum(nil)
	_, _ = p.w.Write(sum)
	return hex.EncodeToString(sum), p.w.Flush()
}

// text appends a text: its number in the table of texts, or the next number and then
// its length and bytes.
func (p *Pack) text(b []byte, s string) []byte {
	if len(s) > maxText {
		p.err = fault.New(fault.TooLarge, "a text of a record has more than %d bytes", maxText)
		return b
	}
	if n, ok := p.texts[s]; ok {
		return binary.AppendUvarint(b, n)
	}
	n := uint64(len(p.texts))
	if len(p.texts) < maxTexts {
		p.texts[string(append([]byte(nil), s...))] = n
	}
	b = binary.AppendUvarint(b, n)
	b = binary.AppendUvarint(b, uint64(len(s)))
	return append(b, s...)
}

// Unpack reads records in the form in which they are kept, calls yield for each, and
// gives their hash. The Record is reused. Anything that is not such a file to its last
// byte is fault.Unavailable.
func Unpack(src io.Reader, yield func(*record.Record) error) (string, error) {
	h := sha256.New()
	u := &unpacker{r: bufio.NewReaderSize(src, 1<<16), hash: h}
	head := make([]byte, len(packMagic))
	if u.read(head); u.err != nil || !bytes.Equal(head, []byte(packMagic)) {
		return "", damaged("it does not begin as one")
	}
	var r, out record.Record
	var count uint64
	for {
		mask := u.uvarint()
		if u.err != nil {
			return "", damaged("it is broken off")
		}
		if mask == 0 {
			break
		}
		if mask--; mask>>len(packFields) != 0 {
			return "", damaged("it has fields that this program does not know")
		}
		for m := mask; m != 0; m &= m - 1 {
			packFields[bits.TrailingZeros64(m)].get(u, &r)
		}
		if u.err != nil {
			return "", damaged("it is broken off")
		}
		count++
		out = r
		if err := yield(&out); err != nil {
			return "", err
		}
	}
	if u.uvarint() != count || u.err != nil {
		return "", damaged("it has another number of records than it says")
	}
	want := make([]byte, sha256.Size)
	sum := u.sum()
	if _, err := io.ReadFull(u.r, want); err != nil || !bytes.Equal(sum, want) {
		return "", damaged("its bytes are not those of its hash")
	}
	if _, err := u.r.ReadByte(); !errors.Is(err, io.EOF) {
		return "", damaged("something follows its end")
	}
	return hex.EncodeToString(sum), nil
}

func damaged(how string) error {
	return fault.New(fault.Unavailable, "what is kept of the records is damaged: %s", how).
		WithFix("load the file again; `cordon records check` tells what else is damaged")
}

// unpacker reads varints and texts, and hashes what it reads.
type unpacker struct {
	r     *bufio.Reader
	hash  hash.Hash
	held  []byte // read and not hashed yet
	texts []string
	err   error
}

func (u *unpacker) add(b byte) {
	if u.held = append(u.held, b); len(u.held) >= 1<<15 {
		u.hash.Write(u.held)
		u.held = u.held[:0]
	}
}

func (u *unpacker) sum() []byte {
	u.hash.Write(u.held)
	u.held = u.held[:0]
	return u.hash.Sum(nil)
}

func (u *unpacker) read(b []byte) {
	if u.err == nil {
		_, u.err = io.ReadFull(u.r, b)
		u.held = append(u.held, b...)
	}
}

func (u *unpacker) uvarint() uint64 {
	var x uint64
	for shift := uint(0); u.err == nil; shift += 7 {
		b, err := u.r.ReadByte()
		if err != nil || shift > 63 {
			u.err = io.ErrUnexpectedEOF
			break
		}
		u.add(b)
		if x |= uint64(b&0x7f) << shift; b < 0x80 {
			return x
		}
	}
	return 0
}

func (u *unpacker) text() string {
	n := u.uvarint()
	if n < uint64(len(u.texts)) {
		return u.texts[n]
	}
	size := u.uvarint()
	if u.err != nil || n != uint64(len(u.texts)) || size > maxText {
		u.err = io.ErrUnexpectedEOF
		return ""
	}
	b := make([]byte, size)
	u.read(b)
	if len(u.texts) < maxTexts {
		u.texts = append(u.texts, string(b))
	}
	return string(b)
}

// packField is one field as it is kept.
type packField struct {
	differs func(a, b *record.Record) bool
	put     func(p *Pack, b []byte, r *record.Record) []byte
	get     func(u *unpacker, r *record.Record)
}

// packFields are the fields in the order of their bits, those that differ from row to
// row first, so that the set of a common row is a short number.
var packFields = []packField{
	number(func(r *record.Record) uint64 { return uint64(r.Row) }, func(r *record.Record, n uint64) { r.Row = int(n) }),
	float(func(r *record.Record) *float64 { return &r.Value.Low }),
	float(func(r *record.Record) *float64 { return &r.Value.High }),
	number(codeNumber, setCode),
	texts(func(r *record.Record) *string { return &r.Commodity }),
	float(func(r *record.Record) *float64 { return &r.Quantity.Low }),
	float(func(r *record.Record) *float64 { return &r.Quantity.High }),
	float(func(r *record.Record) *float64 { return &r.NetWeight.Low }),
	float(func(r *record.Record) *float64 { return &r.NetWeight.High }),
	state(func(r *record.Record) *place.State { return &r.Partner }),
	number(flags, setFlags),
	texts(func(r *record.Record) *string { return &r.Unit }),
	state(func(r *record.Record) *place.State { return &r.Reporter }),
	number(enums, setEnums),
	day(func(r *record.Record) *when.Day { return &r.Period.From }),
	day(func(r *record.Record) *when.Day { return &r.Period.To }),
	number(func(r *record.Record) uint64 { return uint64(r.Edition) }, func(r *record.Record, n uint64) { r.Edition = goods.Edition(n) }),
	texts(func(r *record.Record) *string { return &r.Part }),
	texts(func(r *record.Record) *string { return &r.Area }),
	texts(func(r *record.Record) *string { return &r.By }),
	texts(func(r *record.Record) *string { return &r.ID }),
	state(func(r *record.Record) *place.State { return &r.Subject }),
	texts(func(r *record.Record) *string { return &r.Provision }),
	texts(func(r *record.Record) *string { return &r.Scope }),
	texts(func(r *record.Record) *string { return &r.Assumption }),
	texts(func(r *record.Record) *string { return &r.Note }),
	texts(func(r *record.Record) *string { return &r.Source.Title }),
	texts(func(r *record.Record) *string { return &r.Source.Publisher }),
	texts(func(r *record.Record) *string { return &r.Source.URL }),
	day(func(r *record.Record) *when.Day { return &r.Source.Seen }),
}

func number(value func(*record.Record) uint64, set func(*record.Record, uint64)) packField {
	return packField{
		func(a, b *record.Record) bool { return value(a) != value(b) },
		func(_ *Pack, b []byte, r *record.Record) []byte { return binary.AppendUvarint(b, value(r)) },
		func(u *unpacker, r *record.Record) { set(r, u.uvarint()) },
	}
}

// float keeps the bits of a number the other way round: those of round numbers, which
// end in zeros, are then a short varint.
func float(at func(*record.Record) *float64) packField {
	return number(func(r *record.Record) uint64 { return bits.Reverse64(math.Float64bits(*at(r))) },
		func(r *record.Record, n uint64) { *at(r) = math.Float64frombits(bits.Reverse64(n)) })
}

func day(at func(*record.Record) *when.Day) packField {
	return number(func(r *record.Record) uint64 { return uint64(uint32(*at(r))) },
		func(r *record.Record, n uint64) { *at(r) = when.Day(int32(uint32(n))) })
}

func state(at func(*record.Record) *place.State) packField {
	return number(func(r *record.Record) uint64 { return uint64(*at(r)) },
		func(r *record.Record, n uint64) { *at(r) = place.State(n) })
}

func texts(at func(*record.Record) *string) packField {
	return packField{
		func(a, b *record.Record) bool { return *at(a) != *at(b) },
		func(p *Pack, b []byte, r *record.Record) []byte { return p.text(b, *at(r)) },
		func(u *unpacker, r *record.Record) { *at(r) = u.text() },
	}
}

// codeNumber gives a code as one number: its digits with a 1 before them, 0 for none.
func codeNumber(r *record.Record) uint64 {
	if r.Code.IsZero() {
		return 0
	}
	n := uint64(1)
	for _, c := range []byte(r.Code.Digits()) {
		n = n*10 + uint64(c-'0')
	}
	return n
}

func setCode(r *record.Record, n uint64) {
	r.Code = goods.Code{}
	if n == 0 {
		return
	}
	var digits [20]byte
	i := len(digits)
	for ; n > 0; n /= 10 {
		i--
		digits[i] = byte('0' + n%10)
	}
	r.Code, _ = goods.ParseCode(string(digits[i+1:])) // what is no code was never kept; the hash tells
}

func bit(b bool, n uint) uint64 {
	if b {
		return 1 << n
	}
	return 0
}

func flags(r *record.Record) uint64 {
	return bit(r.World, 0) | bit(r.Quantity.Known, 1) | bit(r.Value.Known, 2) | bit(r.NetWeight.Known, 3) |
		bit(r.EstimatedQuantity, 4) | bit(r.Blank, 5) | bit(r.Verified, 6)
}

func setFlags(r *record.Record, n uint64) {
	for i, to := range [...]*bool{&r.World, &r.Quantity.Known, &r.Value.Known, &r.NetWeight.Known, &r.EstimatedQuantity, &r.Blank, &r.Verified} {
		*to = n>>i&1 == 1
	}
}

func enums(r *record.Record) uint64 {
	return uint64(r.Measure) | uint64(r.Kind)<<8 | uint64(r.Flow)<<16 | uint64(r.Basis)<<24
}

func setEnums(r *record.Record, n uint64) {
	r.Measure, r.Kind, r.Flow, r.Basis = record.Measure(n), record.Kind(n>>8), record.Flow(n>>16), record.Basis(n>>24)
}
