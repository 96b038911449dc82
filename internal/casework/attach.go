package casework

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"mime"
	"net/http"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/cordon-engine/cordon/internal/fault"
	"github.com/cordon-engine/cordon/internal/ledger"
)

// MaxFile is the largest file that is attached, in bytes: 10 MiB. It is a choice of this
// project.
const MaxFile = 10 << 20

// File is a file that was put beside a case or a licence. Its bytes are kept once, by
// their hash.
type File struct {
	// Name is what its sender called it, without folders.
	Name string
	// SHA256 is that of its bytes, in hex; Size how many there are.
	SHA256 string
	Size   int64
	// Media is its type, as its first bytes tell it.
	Media string
}

// Files keeps the bytes of attached files. It is safe for concurrent use. Bytes that no
// event names are left over and harmless: they are put first, and named then.
type Files interface {
	// PutFile keeps bytes under their SHA-256; those that are there stay.
	PutFile(ctx context.Context, data []byte) error
	// FileBytes gives the bytes that have a SHA-256 in hex. It is fault.NotFound where there
	// are none, and fault.Unavailable where they are not what was kept.
	FileBytes(ctx context.Context, sum string) ([]byte, error)
}

// Shelf is what files are given out from: their bytes, and the log, which says first that
// they were.
type Shelf interface {
	Files
	// Enter adds entries to the log.
	Enter(ctx context.Context, list ...ledger.Entry) error
}

// Given is the entry of the log that says that a file was given out: by whom it was asked
// for, of what it is, and the commitment to the event that attached it, so that the log
// tells which it was and nobody guesses it from the log.
func Given(by Person, now time.Time, about string, attached ledger.Hash) ledger.Entry {
	return ledger.Entry{Time: now.UTC().Truncate(time.Millisecond), Kind: ledger.FileGiven, Actor: by.Name, About: about, Data: attached}
}

// FileRow is a file as events keep it.
type FileRow struct {
	Name   string `json:"name"`
	SHA256 string `json:"sha256"`
	Size   int64  `json:"size"`
	Media  string `json:"media"`
}

// media are the types that are attached. What a browser may run, and what is not known,
// is none of them; an office file is a ZIP file by its first bytes.
var media = []string{
	"application/pdf", "image/png", "image/jpeg", "image/gif", "image/webp", "text/plain; charset=utf-8", "application/zip",
}

// Media lists the types of files that may be attached.
func Media() []string { return slices.Clone(media) }

// NewFile makes the file of a name and bytes: it looks at what they are, and refuses what
// is too large, empty, or of a type that is not attached.
func NewFile(name string, data []byte) (File, error) {
	sum := sha256.Sum256(data)
	f := File{Name: name, SHA256: hex.EncodeToString(sum[:]), Size: int64(len(data)), Media: sniff(data)}
	return f, f.Check()
}

// sniff tells the type of bytes by what they begin with. Text is told only of what is
// UTF-8 without control characters, and never of HTML or SVG.
func sniff(data []byte) string {
	kind := http.DetectContentType(data)
	base, _, _ := mime.ParseMediaType(kind)
	if !strings.HasPrefix(base, "text/") {
		return kind
	}
	if base != "text/plain" || !plainText(data) {
		return base
	}
	return "text/plain; charset=utf-8"
}

// plainText says whether bytes are text that no program takes for markup.
func plainText(data []byte) bool {
	s := string(data)
	odd := func(r rune) bool { return unicode.IsControl(r) && r != '\n' && r != '\r' && r != '\t' && r != '\f' }
	if !utf8.ValidString(s) || strings.ContainsFunc(s, odd) {
		return false
	}
	low := strings.ToLower(s)
	return !strings.Contains(low, "<script") && !strings.Contains(low, "<svg") && !strings.Contains(low, "<html")
}

// Check says what is wrong with a file.
func (f *File) Check() error {
	switch {
	case f.Size == 0:
		return fault.New(fault.Invalid, "the file is empty")
	case f.Size < 0 || f.Size > MaxFile:
		return fault.New(fault.TooLarge, "the file has %d bytes; at most %d are attached", f.Size, MaxFile)
	case !slices.Contains(media, f.Media):
		return fault.New(fault.Invalid, "by its first bytes the file is %q, which is not attached", f.Media).WithFix("attach one of: %s", strings.Join(media, ", "))
	case !fileName(f.Name):
		return fault.New(fault.Invalid, "%q is not the name of a file", f.Name).WithFix("use at most 200 letters without / and \\, and no control characters")
	}
	if b, err := hex.DecodeString(f.SHA256); err != nil || len(b) != sha256.Size {
		return fault.New(fault.Invalid, "%q is not the hash of a file", f.SHA256)
	}
	return nil
}

func fileName(s string) bool {
	bad := func(r rune) bool { return r == '/' || r == '\\' || !unicode.IsPrint(r) }
	return s == strings.TrimSpace(s) && s != "" && s != "." && s != ".." && utf8.ValidString(s) && utf8.RuneCountInString(s) <= 200 &&
		!strings.ContainsFunc(s, bad)
}
