package ofac

import (
	"archive/zip"
	"bytes"
	"errors"
	"io"
	"strings"

	"github.com/cordon-engine/cordon/internal/fault"
	"github.com/cordon-engine/cordon/internal/publication"
)

// Limits of an archive. The one that was seen, of the consolidated list, is 0.2
// MB and holds 3.4 MB; an archive is held in memory, what it holds is not.
const (
	maxArchive  = 64 << 20
	maxUnpacked = 2 << 30
)

func isZip(head []byte) bool { return bytes.HasPrefix(head, []byte("PK\x03\x04")) }

// open gives the document, taken out of its archive if it stands in one.
func open(file publication.File) (io.ReadCloser, error) {
	src, err := file.Open()
	if err != nil {
		return nil, err
	}
	head := make([]byte, 4)
	n, err := io.ReadFull(src, head)
	if err != nil && !errors.Is(err, io.EOF) && !errors.Is(err, io.ErrUnexpectedEOF) {
		src.Close()
		return nil, err
	}
	whole := io.MultiReader(bytes.NewReader(head[:n]), src)
	if !isZip(head[:n]) {
		return struct {
			io.Reader
			io.Closer
		}{whole, src}, nil
	}
	defer src.Close()
	packed, err := io.ReadAll(io.LimitReader(whole, maxArchive+1))
	if err != nil {
		return nil, err
	}
	if len(packed) > maxArchive {
		return nil, fault.New(fault.TooLarge, "the archive is larger than %d bytes", maxArchive)
	}
	return unpack(packed)
}

// unpack opens the one document of an archive.
func unpack(packed []byte) (io.ReadCloser, error) {
	z, err := zip.NewReader(bytes.NewReader(packed), int64(len(packed)))
	if err != nil {
		return nil, fault.New(fault.Invalid, "not a whole archive: %v", err).WithFix("the file is broken off; fetch it again")
	}
	var doc *zip.File
	for _, f := range z.File {
		if !strings.HasSuffix(strings.ToLower(f.Name), ".xml") {
			continue
		}
		if doc != nil {
			return nil, fault.New(fault.Invalid, "the archive holds several documents: %s, %s", doc.Name, f.Name).
				WithFix("unpack it and load one")
		}
		doc = f
	}
	if doc == nil {
		return nil, fault.New(fault.Invalid, "the archive holds no XML document")
	}
	r, err := doc.Open()
	if err != nil {
		return nil, fault.New(fault.Invalid, "the archive cannot be unpacked: %v", err)
	}
	return &unpacked{src: r}, nil
}

// unpacked passes on what an archive gives, up to a limit.
type unpacked struct {
	src  io.ReadCloser
	done int64
}

func (u *unpacked) Read(p []byte) (int, error) {
	n, err := u.src.Read(p)
	u.done += int64(n)
	switch {
	case u.done > maxUnpacked:
		return 0, fault.New(fault.TooLarge, "the archive unpacks to more than %d bytes", int64(maxUnpacked))
	case err != nil && !errors.Is(err, io.EOF):
		return n, fault.New(fault.Invalid, "the archive is damaged: %v", err).WithFix("fetch it again")
	}
	return n, err
}

func (u *unpacked) Close() error { return u.src.Close() }
