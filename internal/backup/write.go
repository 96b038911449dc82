package backup

import (
	"archive/tar"
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"time"

	"github.com/klauspost/compress/zstd"

	"github.com/cordon-engine/cordon/internal/fault"
)

// formatVersion is the version of the form of the file. It only grows.
const formatVersion = 1

// The names of the entries, in their order.
const (
	headName     = "cordon-backup.json"
	tablesPrefix = "tables/" // then TABLE/NNNNNN
	rawPrefix    = "raw/"    // then the hash
	filesPrefix  = "files/"  // then the name
	manifestName = "manifest.json"
)

// head is the first entry.
type head struct {
	Format  int       `json:"format"`
	Program string    `json:"program"`
	Engine  string    `json:"engine"`
	Made    time.Time `json:"made"`
	Parts   []Part    `json:"parts"`
}

// manifest is the last entry: what stands before it.
type manifest struct {
	Entries []entry `json:"entries"`
	Rows    []rows  `json:"rows"`
}

type entry struct {
	Name   string `json:"name"`
	Size   int64  `json:"size"`
	SHA256 string `json:"sha256"`
}

type rows struct {
	Table string `json:"table"`
	Rows  int    `json:"rows"`
}

// segment is the size from which on rows go into the next entry, in bytes.
const segment = 4 << 20

// Write writes a store to w, as it is at one moment.
func Write(ctx context.Context, w io.Writer, s Store, p Plan) (*Summary, error) {
	z, err := zstd.NewWriter(w, zstd.WithEncoderConcurrency(1))
	if err != nil {
		return nil, fault.Wrap(fault.Internal, err, "the backup cannot be begun")
	}
	defer z.Close()
	b := &writer{ctx: ctx, tar: tar.NewWriter(z), sum: Summary{Program: p.Program, Engine: p.Engine, Made: p.Made.UTC()}}
	if err := s.Dump(ctx, func(from Source) error { return b.all(from, p) }); err != nil {
		return nil, err
	}
	if err := b.tar.Close(); err != nil {
		return nil, notWritten(err)
	}
	if err := z.Close(); err != nil {
		return nil, notWritten(err)
	}
	return &b.sum, nil
}

func notWritten(err error) error {
	return fault.Wrap(fault.Unavailable, err, "the backup cannot be written")
}

type writer struct {
	ctx      context.Context
	tar      *tar.Writer
	manifest manifest
	sum      Summary
}

func (b *writer) all(from Source, p Plan) error {
	have, err := from.Tables(b.ctx)
	if err != nil {
		return err
	}
	if err := checkTables(have, p.Parts); err != nil {
		return err
	}
	if err := b.json(headName, head{formatVersion, p.Program, p.Engine, p.Made.UTC(), p.Parts}); err != nil {
		return err
	}
	for _, part := range p.Parts {
		for _, t := range part.Tables {
			if err := b.table(from, t); err != nil {
				return err
			}
		}
	}
	raw, err := from.Raw(b.ctx)
	if err != nil {
		return err
	}
	for _, f := range raw {
		if err := b.file(rawPrefix, f); err != nil {
			return err
		}
	}
	for _, f := range p.Files {
		if err := b.file(filesPrefix, f); err != nil {
			return err
		}
	}
	b.sum.Raw, b.sum.Files = len(raw), len(p.Files)
	return b.json(manifestName, b.manifest)
}

func (b *writer) json(name string, v any) error {
	text, err := json.MarshalIndent(v, "", " ")
	if err != nil {
		return fault.Wrap(fault.Internal, err, "the backup cannot be written")
	}
	return b.entry(name, int64(len(text)), bytes.NewReader(text))
}

// table writes the rows of a table, some in each entry.
func (b *writer) table(from Source, t Table) error {
	var buf []byte
	n, part := 0, 0
	send := func() error {
		part++
		err := b.entry(fmt.Sprintf("%s%s/%06d", tablesPrefix, t.Name, part), int64(len(buf)), bytes.NewReader(buf))
		buf = buf[:0]
		return err
	}
	for row, err := range from.Rows(b.ctx, t) {
		if err == nil {
			buf, err = appendRow(buf, t, row)
		}
		if err != nil {
			return err
		}
		n++
		if len(buf) >= segment {
			if err := send(); err != nil {
				return err
			}
		}
	}
	b.manifest.Rows = append(b.manifest.Rows, rows{t.Name, n})
	b.sum.Rows = append(b.sum.Rows, Count{t.Name, n})
	if len(buf) == 0 {
		return nil
	}
	return send()
}

// appendRow encodes a row: of each column 0 for nothing; for a number 1 and the
// number; for bytes one more than their length, and the bytes.
func appendRow(out []byte, t Table, row Row) ([]byte, error) {
	for i, c := range t.Columns {
		switch v := row[i].(type) {
		case nil:
			out = binary.AppendUvarint(out, 0)
			continue
		case int64:
			if c.Kind == Int {
				out = binary.AppendVarint(binary.AppendUvarint(out, 1), v)
				continue
			}
		case []byte:
			if c.Kind != Int {
				out = append(binary.AppendUvarint(out, uint64(len(v))+1), v...)
				continue
			}
		}
		return nil, fault.New(fault.Unavailable, "the table %s has in %s what is no %s", t.Name, c.Name, c.Kind).
			WithFix("run `cordon lists verify`")
	}
	return out, nil
}

func (b *writer) file(prefix string, f File) error {
	r, err := f.Open()
	if err != nil {
		return err
	}
	defer r.Close()
	return b.entry(prefix+f.Name, f.Size, r)
}

// entry writes an entry, which must have just the size that was said.
func (b *writer) entry(name string, size int64, r io.Reader) error {
	if err := b.tar.WriteHeader(&tar.Header{Name: name, Size: size, Mode: 0o600, Typeflag: tar.TypeReg, Format: tar.FormatPAX}); err != nil {
		return notWritten(err)
	}
	sum := sha256.New()
	n, err := io.Copy(io.MultiWriter(b.tar, sum), &stoppable{b.ctx, r})
	if fault.CodeOf(err) != fault.Internal && err != nil {
		return err
	}
	if err != nil {
		return notWritten(err)
	}
	if n != size {
		return fault.New(fault.Unavailable, "%s has %d bytes where %d were said", name, n, size).
			WithFix("run `cordon lists verify`, and try again")
	}
	if name == manifestName {
		return nil
	}
	b.manifest.Entries = append(b.manifest.Entries, entry{name, size, hex.EncodeToString(sum.Sum(nil))})
	b.sum.Size += size
	return nil
}

// stoppable ends reading when its context ends.
type stoppable struct {
	ctx context.Context
	r   io.Reader
}

func (s *stoppable) Read(p []byte) (int, error) {
	if err := s.ctx.Err(); err != nil {
		return 0, fault.Wrap(fault.Unavailable, err, "it was broken off")
	}
	return s.r.Read(p)
}
