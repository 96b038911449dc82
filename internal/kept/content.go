package kept

import (
	"crypto/sha256"
	"encoding/hex"

	"github.com/klauspost/compress/zstd"

	"github.com/cordon-engine/cordon/internal/fault"
)

// mostContent bounds what one kept content may unpack to, in bytes.
const mostContent = 64 << 20

// Content is something that answers were made with: its SHA-256, and its bytes packed.
type Content struct {
	Hash   [sha256.Size]byte
	Packed []byte
}

// PackContents packs contents, in their order.
func PackContents(list [][]byte) ([]Content, error) {
	z, err := zstd.NewWriter(nil, zstd.WithEncoderConcurrency(1))
	if err != nil {
		return nil, fault.Wrap(fault.Unavailable, err, "the content cannot be kept")
	}
	defer z.Close()
	out := make([]Content, len(list))
	for i, b := range list {
		out[i] = Content{sha256.Sum256(b), z.EncodeAll(b, nil)}
	}
	return out, nil
}

// UnpackContent gives what was packed. What does not have its hash is damaged.
func UnpackContent(hash [sha256.Size]byte, packed []byte) ([]byte, error) {
	z, err := zstd.NewReader(nil, zstd.WithDecoderConcurrency(1), zstd.WithDecoderMaxMemory(mostContent))
	if err != nil {
		return nil, fault.Wrap(fault.Unavailable, err, "the content cannot be read")
	}
	defer z.Close()
	b, err := z.DecodeAll(packed, nil)
	if err != nil || sha256.Sum256(b) != hash {
		return nil, fault.New(fault.Unavailable, "the content %x is damaged", hash[:]).WithFix("restore the store from a backup")
	}
	return b, nil
}

// FileBytes gives the bytes of an attached file by its SHA-256 in hex; find looks for what was packed. One that is not there is
// fault.NotFound.
func FileBytes(sum string, find func(hash []byte) ([]string, error)) ([]byte, error) {
	if err := CheckSum(sum); err != nil {
		return nil, err
	}
	var hash [sha256.Size]byte
	_, _ = hex.Decode(hash[:], []byte(sum)) // it was checked
	list, err := find(hash[:])
	if err != nil {
		return nil, err
	}
	if len(list) == 0 {
		return nil, fault.New(fault.NotFound, "there is no file %s", sum)
	}
	return UnpackContent(hash, []byte(list[0]))
}
