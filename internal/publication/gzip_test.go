package publication

import (
	"bytes"
	"compress/gzip"
	"io"
	"strings"
	"testing"

	"github.com/cordon-engine/cordon/internal/fault"
)

func pack(t *testing.T, s string) []byte {
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	if _, err := io.WriteString(z, s); err != nil {
		t.Fatal(err)
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func fileOf(b []byte) File {
	return File{Name: "f", Open: func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(b)), nil }}
}

func read(f File) (string, error) {
	r, err := f.OpenText()
	if err != nil {
		return "", err
	}
	defer r.Close()
	b, err := io.ReadAll(r)
	return string(b), err
}

func TestPackedFilesAreUnpacked(t *testing.T) {
	text := strings.Repeat("a list\n", 5000)
	packed := pack(t, text)
	for name, b := range map[string][]byte{"plain": []byte(text), "packed": packed, "in two parts": append(pack(t, text[:70]), pack(t, text[70:])...)} {
		if got, err := read(fileOf(b)); got != text || err != nil {
			t.Errorf("%s: %d bytes, %v", name, len(got), err)
		}
		if got := Head(b); !strings.HasPrefix(string(got), "a list\na list\n") {
			t.Errorf("%s: begins with %.20q", name, got)
		}
	}
	for n := 2; n < len(packed); n += 7 {
		if _, err := read(fileOf(packed[:n])); fault.CodeOf(err) != fault.Invalid {
			t.Fatalf("%d of %d bytes: %v", n, len(packed), err)
		}
	}
	u := &unpacked{left: 100, Closer: io.NopCloser(nil)}
	u.z, _ = gzip.NewReader(bytes.NewReader(packed))
	if _, err := io.ReadAll(u); fault.CodeOf(err) != fault.TooLarge {
		t.Errorf("over the limit: %v", err)
	}
}
