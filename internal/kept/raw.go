package kept

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"hash"
	"io"
	"strings"

	"github.com/klauspost/compress/zstd"

	"github.com/cordon-engine/cordon/internal/backup"
	"github.com/cordon-engine/cordon/internal/fault"
	"github.com/cordon-engine/cordon/internal/snapshot"
)

// CheckSum checks that sum is a SHA-256 in hex, in lower case.
func CheckSum(sum string) error {
	if b, err := hex.DecodeString(sum); err != nil || len(b) != sha256.Size || strings.ToLower(sum) != sum {
		return fault.New(fault.Invalid, "%q is not the hash of a file", sum).WithFix("write SHA-256 as 64 digits in lower case")
	}
	return nil
}

// Pack writes what r gives to w, compressed, and gives its SHA-256 in hex and its
// size in bytes, both of what is not compressed.
func Pack(w io.Writer, r io.Reader) (sum string, size int64, err error) {
	z, err := zstd.NewWriter(w, zstd.WithEncoderConcurrency(1))
	if err != nil {
		return "", 0, err
	}
	h := sha256.New()
	size, err = io.Copy(io.MultiWriter(z, h), r)
	if e := z.Close(); err == nil {
		err = e
	}
	return hex.EncodeToString(h.Sum(nil)), size, err
}

// Unpack gives back what Pack wrote to r, which it closes. Reading it to the end
// is fault.Unavailable when it is not what has the hash sum.
func Unpack(r io.ReadCloser, sum string) io.ReadCloser {
	z, err := zstd.NewReader(r, zstd.WithDecoderConcurrency(1), zstd.WithDecoderMaxMemory(64<<20))
	return &packed{z: z, err: err, from: r, sum: sum, seen: sha256.New()}
}

type packed struct {
	z    *zstd.Decoder
	err  error // of making z
	from io.Closer
	sum  string
	seen hash.Hash
}

func (p *packed) Read(b []byte) (int, error) {
	if p.err != nil {
		return 0, p.damaged(p.err)
	}
	n, err := p.z.Read(b)
	p.seen.Write(b[:n])
	switch {
	case err == nil:
		return n, nil
	case !errors.Is(err, io.EOF):
		return n, p.damaged(err)
	case hex.EncodeToString(p.seen.Sum(nil)) != p.sum:
		return n, fault.New(fault.Unavailable, "the raw file %s does not have its hash", p.sum).WithFix(restore)
	}
	return n, io.EOF
}

const restore = "restore it from a backup"

// damaged says so, unless the store below has its own word for it.
func (p *packed) damaged(err error) error {
	var f *fault.Error
	if errors.As(err, &f) {
		return f
	}
	return fault.Wrap(fault.Unavailable, err, "the raw file %s is damaged", p.sum).WithFix(restore)
}

func (p *packed) Close() error {
	if p.z != nil {
		p.z.Close()
	}
	return p.from.Close()
}

// RawFiles names the raw files that snapshots have, each once, for a backup.
func RawFiles(metas []snapshot.Meta, open func(sum string) (io.ReadCloser, error)) []backup.File {
	var out []backup.File
	have := map[string]bool{}
	for _, m := range metas {
		for _, f := range m.Files {
			if !have[f.SHA256] {
				have[f.SHA256] = true
				out = append(out, backup.File{Name: f.SHA256, Size: f.Size, Open: func() (io.ReadCloser, error) { return open(f.SHA256) }})
			}
		}
	}
	return out
}
