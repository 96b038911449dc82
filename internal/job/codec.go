package job

import (
	"bytes"
	"encoding/json"
	"time"

	"github.com/klauspost/compress/zstd"

	"github.com/cordon-engine/cordon/internal/fault"
)

// kept is the form in which a job is kept. Keys are added, never changed.
type kept struct {
	Kind      Kind      `json:"kind"`
	About     string    `json:"about"`
	With      []byte    `json:"with"`
	Snapshot  string    `json:"snapshot"`
	Actor     string    `json:"actor"`
	Submitted time.Time `json:"submitted"`
	Tries     int       `json:"tries"`
	Chunks    int       `json:"chunks"`
	Items     int       `json:"items"`
	Final     Kind      `json:"final,omitempty"`
}

// Encode gives a job as stores keep it, beside its ID.
func (j *Job) Encode() (string, error) {
	b, err := json.Marshal(kept{j.Kind, j.About, j.With, j.Snapshot, j.Actor, j.Submitted.UTC(), j.Tries, j.Chunks, j.Items, j.Final})
	return string(b), err
}

// Decode reads what Encode wrote.
func Decode(id, text string) (Job, error) {
	var k kept
	if err := json.Unmarshal([]byte(text), &k); err != nil {
		return Job{}, fault.Wrap(fault.Unavailable, err, "the job %s is damaged", id).WithFix("restore the store from a backup")
	}
	return Job{id, k.Kind, k.Final, k.About, k.With, k.Snapshot, k.Actor, k.Submitted, k.Tries, k.Chunks, k.Items}, nil
}

// MaxPiece is the largest input or output of a chunk, in bytes before it is packed.
const MaxPiece = 256 << 20

// Both may be used by many at once.
var (
	packer   = must(zstd.NewWriter(nil, zstd.WithEncoderConcurrency(1), zstd.WithEncoderLevel(zstd.SpeedFastest)))
	unpacker = must(zstd.NewReader(nil, zstd.WithDecoderConcurrency(0), zstd.WithDecoderMaxMemory(MaxPiece)))
)

func must[T any](v T, err error) T {
	if err != nil {
		panic(err) // the options above are wrong
	}
	return v
}

// Pack compresses the input or output of a chunk.
func Pack(b []byte) ([]byte, error) {
	if len(b) > MaxPiece {
		return nil, tooLong(len(b))
	}
	return packer.EncodeAll(b, nil), nil
}

func tooLong(n int) error {
	return fault.New(fault.TooLarge, "a chunk has %d bytes, at most %d are kept", n, MaxPiece).WithFix("make chunks of fewer items")
}

// Pack gives the output as it is kept.
func (o *Output) Pack() ([]byte, error) {
	if o.Packed != nil {
		return o.Packed, nil
	}
	return Pack(o.Data)
}

// Packer packs an output as it is written, so that one that is long never lies in memory whole.
type Packer struct {
	z   *zstd.Encoder
	out bytes.Buffer
	n   int
}

// NewPacker begins with nothing.
func NewPacker() *Packer {
	p := &Packer{}
	p.z = must(zstd.NewWriter(&p.out, zstd.WithEncoderConcurrency(1), zstd.WithEncoderLevel(zstd.SpeedFastest), zstd.WithWindowSize(1<<20)))
	return p
}

// Write is part of io.Writer.
func (p *Packer) Write(b []byte) (int, error) {
	if p.n += len(b); p.n > MaxPiece {
		return 0, tooLong(p.n)
	}
	return p.z.Write(b)
}

// Packed ends the output, and gives it as [Pack] does.
func (p *Packer) Packed() ([]byte, error) {
	if err := p.z.Close(); err != nil {
		return nil, err
	}
	return p.out.Bytes(), nil
}

// Unpack gives back what Pack was given.
func Unpack(b []byte) ([]byte, error) {
	out, err := unpacker.DecodeAll(b, nil)
	if err != nil {
		return nil, fault.Wrap(fault.Unavailable, err, "what was kept of a chunk is damaged").WithFix("restore the store from a backup")
	}
	return out, nil
}
