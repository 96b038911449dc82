package backup

import (
	"archive/tar"
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"path"
	"reflect"
	"slices"
	"strings"

	"github.com/klauspost/compress/zstd"

	"github.com/cordon-engine/cordon/internal/fault"
)

// Restore reads a backup into an empty store, and gives each file of the data folder
// to files. Nothing is seen of it when it fails. Whoever calls it has let [Check]
// look at the whole first.
func Restore(ctx context.Context, r io.Reader, parts []Part, s Store, files func(name string, size int64, r io.Reader) error) (sum *Summary, err error) {
	err = s.Fill(ctx, parts, func(to Sink) error {
		sum, err = read(ctx, r, parts, taker{ctx, to, files})
		return err
	})
	if err != nil {
		return nil, err
	}
	return sum, nil
}

// Check reads the whole of a backup and compares it with its hashes. The error says
// where it is damaged.
func Check(ctx context.Context, r io.Reader, parts []Part) (*Summary, error) {
	return read(ctx, r, parts, taker{ctx: ctx})
}

// taker gives what was read to a store, or to nobody.
type taker struct {
	ctx   context.Context
	to    Sink
	files func(name string, size int64, r io.Reader) error
}

func (t taker) rows(table Table, rows []Row) error {
	if t.to == nil {
		return nil
	}
	return t.to.Insert(t.ctx, table, rows)
}

func (t taker) raw(sum string, size int64, r io.Reader) error {
	if t.to == nil {
		return nil
	}
	return t.to.Keep(t.ctx, sum, size, r)
}

func (t taker) file(name string, size int64, r io.Reader) error {
	if t.files == nil {
		return nil
	}
	return t.files(name, size, r)
}

// mostEntry bounds an entry that is held in memory, in bytes.
const mostEntry = 256 << 20

// reader goes through a backup once, from its head to its manifest.
type reader struct {
	ctx   context.Context
	tar   *tar.Reader
	parts []Part
	to    taker

	at     string // the entry
	stage  int    // which kind of entry was last, so that none comes out of order
	seen   []entry
	tables map[string]*progress
	order  []string
	sum    Summary
}

// progress is how far a table is.
type progress struct {
	Table
	rows, segments int
}

func read(ctx context.Context, from io.Reader, parts []Part, to taker) (*Summary, error) {
	z, err := zstd.NewReader(&stoppable{ctx, from}, zstd.WithDecoderConcurrency(1), zstd.WithDecoderMaxMemory(64<<20))
	if err != nil {
		return nil, fault.Wrap(fault.Internal, err, "the backup cannot be read")
	}
	defer z.Close()
	r := &reader{ctx: ctx, tar: tar.NewReader(z), parts: parts, to: to, at: "its beginning", tables: map[string]*progress{}}
	if err := r.all(); err != nil {
		return nil, err
	}
	// Behind the archive there is only its own padding.
	rest, err := io.ReadAll(io.LimitReader(z, 1<<20))
	if err == nil && len(bytes.Trim(rest, "\x00")) > 0 {
		err = errors.New("something follows its end")
	}
	if err != nil {
		r.at = "its end"
		return nil, r.damaged(err)
	}
	return &r.sum, nil
}

// damaged says where; a fault that tells by itself stays.
func (r *reader) damaged(err error) error {
	var f *fault.Error
	if errors.As(err, &f) {
		return fault.In(fault.Place{Field: r.at}, f)
	}
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		err = errors.New("it is cut off there")
	}
	return fault.Wrap(fault.Invalid, err, "the backup is damaged, or is none").At(fault.Place{Field: r.at}).
		WithFix("use another copy of it; nothing was restored")
}

func (r *reader) all() error {
	for {
		h, err := r.tar.Next()
		if err != nil { // the end too: the manifest comes before it
			return r.damaged(err)
		}
		r.at = h.Name
		if h.Typeflag != tar.TypeReg || h.Size < 0 {
			return r.damaged(errors.New("it is no plain entry"))
		}
		sum := sha256.New()
		body := io.TeeReader(r.tar, sum)
		last, err := r.entry(h.Name, h.Size, body)
		if err == nil && !last {
			_, err = io.Copy(io.Discard, body) // what nobody wanted counts too
		}
		if err != nil {
			return r.damaged(err)
		}
		if last {
			if _, err := r.tar.Next(); !errors.Is(err, io.EOF) {
				return r.damaged(errors.New("something follows the manifest"))
			}
			return nil
		}
		got := hex.EncodeToString(sum.Sum(nil))
		if want, ok := strings.CutPrefix(h.Name, rawPrefix); ok && got != want {
			return r.damaged(errors.New("the raw file does not have its hash"))
		}
		r.seen = append(r.seen, entry{h.Name, h.Size, got})
		r.sum.Size += h.Size
	}
}

// The stages of a file; it goes from one to the next and never back.
const (
	inHead = iota + 1
	inTables
	inRaw
	inFiles
	inManifest
)

// entry takes one entry. It reports whether it was the last.
func (r *reader) entry(name string, size int64, body io.Reader) (last bool, err error) {
	before, stage := r.stage, stageOf(name)
	switch {
	case stage == 0:
		return false, errors.New("no backup has such an entry")
	case before == 0 && stage != inHead, stage < before, stage == before && (stage == inHead || stage == inManifest):
		return false, errors.New("it does not stand in its place")
	}
	r.stage = stage
	switch stage {
	case inHead:
		return false, r.head(body, size)
	case inTables:
		return false, r.segment(strings.TrimPrefix(name, tablesPrefix), body, size)
	case inRaw:
		r.sum.Raw++
		return false, r.to.raw(strings.TrimPrefix(name, rawPrefix), size, body)
	case inFiles:
		r.sum.Files++
		file := strings.TrimPrefix(name, filesPrefix)
		if file != path.Clean(file) || path.IsAbs(file) || file == ".." || strings.HasPrefix(file, "../") || strings.ContainsAny(file, "\\\x00") {
			return false, errors.New("its name leads elsewhere")
		}
		return false, r.to.file(file, size, body)
	}
	return true, r.manifest(body, size)
}

func stageOf(name string) int {
	switch {
	case name == headName:
		return inHead
	case strings.HasPrefix(name, tablesPrefix):
		return inTables
	case strings.HasPrefix(name, rawPrefix):
		return inRaw
	case strings.HasPrefix(name, filesPrefix):
		return inFiles
	case name == manifestName:
		return inManifest
	}
	return 0
}

// memory reads an entry whole.
func memory(body io.Reader, size int64) ([]byte, error) {
	if size > mostEntry {
		return nil, fmt.Errorf("it has %d bytes, and at most %d are read", size, mostEntry)
	}
	return io.ReadAll(body)
}

func strictJSON(body io.Reader, size int64, into any) error {
	b, err := memory(body, size)
	if err != nil {
		return err
	}
	d := json.NewDecoder(bytes.NewReader(b))
	d.DisallowUnknownFields()
	if err := d.Decode(into); err != nil {
		return err
	}
	if d.More() {
		return errors.New("something follows its end")
	}
	return nil
}

// head reads what the file holds. What this program does not know is refused.
func (r *reader) head(body io.Reader, size int64) error {
	b, err := memory(body, size)
	if err != nil {
		return err
	}
	var format struct {
		Format int `json:"format"`
	}
	if err := json.Unmarshal(b, &format); err != nil {
		return err
	}
	if format.Format > formatVersion {
		return newer("the backup has the format %d, and this version of Cordon reads up to %d", format.Format, formatVersion)
	}
	var h head
	if err := strictJSON(bytes.NewReader(b), size, &h); err != nil {
		return err
	}
	r.sum.Program, r.sum.Engine, r.sum.Made = h.Program, h.Engine, h.Made
	for _, p := range h.Parts {
		i := slices.IndexFunc(r.parts, func(x Part) bool { return x.Name == p.Name })
		switch {
		case i < 0 || p.Version > r.parts[i].Version:
			return newer("the backup holds %s in the form %d, which this version of Cordon does not know", p.Name, p.Version)
		case !sameTables(p, r.parts[i]):
			return fmt.Errorf("its tables of %s are not those of the form %d", p.Name, p.Version)
		}
		for _, t := range r.parts[i].Tables {
			if r.tables[t.Name] != nil {
				return fmt.Errorf("the table %s stands twice", t.Name)
			}
			r.tables[t.Name] = &progress{Table: t}
			r.order = append(r.order, t.Name)
		}
	}
	return nil
}

func newer(format string, args ...any) error {
	return fault.New(fault.Unavailable, format, args...).WithFix("use the version that wrote it, or a newer one")
}

func sameTables(a, b Part) bool {
	return a.Version == b.Version && slices.EqualFunc(a.Tables, b.Tables, func(x, y Table) bool {
		return x.Name == y.Name && reflect.DeepEqual(x.Columns, y.Columns)
	})
}

// segment reads some rows of a table.
func (r *reader) segment(name string, body io.Reader, size int64) error {
	table, number, _ := strings.Cut(name, "/")
	t := r.tables[table]
	if t == nil {
		return errors.New("the head does not name the table")
	}
	for _, x := range r.order[slices.Index(r.order, table)+1:] {
		if r.tables[x].segments > 0 {
			return errors.New("it does not stand in its place")
		}
	}
	t.segments++
	if number != fmt.Sprintf("%06d", t.segments) {
		return fmt.Errorf("it is not the %d. piece of the table", t.segments)
	}
	b, err := memory(body, size)
	if err != nil {
		return err
	}
	var rows []Row
	for len(b) > 0 {
		t.rows++
		var row Row
		if row, b, err = cutRow(b, t.Table); err != nil {
			return fault.New(fault.Invalid, "the backup is damaged: %v", err).At(fault.Place{Item: t.rows}).
				WithFix("use another copy of it; nothing was restored")
		}
		rows = append(rows, row)
	}
	return r.to.rows(t.Table, rows)
}

// cutRow decodes what appendRow wrote. The row refers to b.
func cutRow(b []byte, t Table) (Row, []byte, error) {
	row := make(Row, len(t.Columns))
	for i, c := range t.Columns {
		n, k := binary.Uvarint(b)
		if k <= 0 {
			return nil, nil, fmt.Errorf("the row ends in %s", c.Name)
		}
		switch b = b[k:]; {
		case n == 0:
		case c.Kind == Int:
			v, k := binary.Varint(b)
			if k <= 0 || n != 1 {
				return nil, nil, fmt.Errorf("%s is no number", c.Name)
			}
			row[i], b = v, b[k:]
		case n-1 > uint64(len(b)):
			return nil, nil, fmt.Errorf("the row ends in %s", c.Name)
		default:
			row[i], b = b[:n-1:n-1], b[n-1:]
		}
	}
	return row, b, nil
}

// manifest compares all that was read with what was written.
func (r *reader) manifest(body io.Reader, size int64) error {
	var m manifest
	if err := strictJSON(body, size, &m); err != nil {
		return err
	}
	for i, e := range m.Entries {
		if i >= len(r.seen) || r.seen[i].Name != e.Name {
			r.at = e.Name
			return errors.New("it is missing")
		}
		if r.seen[i] != e {
			r.at = e.Name
			return errors.New("it does not have its hash")
		}
	}
	if len(r.seen) > len(m.Entries) {
		r.at = r.seen[len(m.Entries)].Name
		return errors.New("the manifest does not name it")
	}
	if len(m.Rows) != len(r.order) {
		return errors.New("it counts other tables")
	}
	for i, c := range m.Rows {
		name := r.order[i]
		if got := r.tables[name].rows; c.Table != name || c.Rows != got {
			return fmt.Errorf("it counts %d rows of %s, and %d of %s are there", c.Rows, c.Table, got, name)
		}
		r.sum.Rows = append(r.sum.Rows, Count{name, c.Rows})
	}
	return nil
}
