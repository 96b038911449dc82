package publication

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"errors"
	"io"

	"github.com/cordon-engine/cordon/internal/fault"
)

// MaxUnpacked is the most that a packed file may unpack to, in bytes.
const MaxUnpacked = 8 << 30

var gzipMagic = []byte{0x1F, 0x8B}

// OpenText opens the file and unpacks it when it is packed with gzip. What is
// broken off, damaged or unpacks to more than MaxUnpacked ends in a fault.
func (f File) OpenText() (io.ReadCloser, error) {
	src, err := f.Open()
	if err != nil {
		return nil, err
	}
	br := bufio.NewReaderSize(src, 64<<10)
	if head, _ := br.Peek(len(gzipMagic)); !bytes.Equal(head, gzipMagic) {
		return struct {
			io.Reader
			io.Closer
		}{br, src}, nil
	}
	z, err := gzip.NewReader(br)
	if err != nil {
		src.Close()
		return nil, damaged(err).At(fault.Place{File: f.Name})
	}
	return &unpacked{z: z, Closer: src, file: f.Name, left: MaxUnpacked}, nil
}

func damaged(err error) *fault.Error {
	return fault.Wrap(fault.Invalid, err, "the packed file is damaged or broken off").WithFix("fetch it again")
}

type unpacked struct {
	z *gzip.Reader
	io.Closer
	file string
	left int64
}

func (u *unpacked) Read(p []byte) (int, error) {
	n, err := u.z.Read(p)
	if u.left -= int64(n); u.left < 0 {
		return 0, fault.New(fault.TooLarge, "the file unpacks to more than %d bytes", int64(MaxUnpacked)).At(fault.Place{File: u.file})
	}
	if err != nil && !errors.Is(err, io.EOF) {
		err = damaged(err).At(fault.Place{File: u.file})
	}
	return n, err
}

// Head gives what a sniffed beginning of a file says: itself, or what it unpacks
// to, as far as it goes, without a byte order mark.
func Head(head []byte) []byte {
	if bytes.HasPrefix(head, gzipMagic) {
		z, err := gzip.NewReader(bytes.NewReader(head))
		if err != nil {
			return nil
		}
		out := make([]byte, 4096)
		n, _ := io.ReadFull(z, out) // it is broken off on purpose
		head = out[:n]
	}
	return bytes.TrimPrefix(head, []byte("\xEF\xBB\xBF"))
}
