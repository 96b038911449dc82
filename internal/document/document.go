// Package document turns the bytes of a file into text that can be read, and keeps the way back: every offset of the text
// leads to an offset of the original or, for PDF and Word files, of the text that was extracted, whose hash is kept with it.
//
// It reads plain text, Markdown and HTML in any encoding that the file or its bytes declare, PDF with text, and DOCX. It
// claims nothing about the text, runs nothing that stands in it, follows no address, and says what of a file it could not read.
package document

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"path"
	"strings"

	"github.com/cordon-engine/cordon/internal/docx"
	"github.com/cordon-engine/cordon/internal/fault"
	"github.com/cordon-engine/cordon/internal/pdf"
)

// MaxSize is the largest original in bytes: 10 MB.
const MaxSize = 10 << 20

// Media is a media type that is read.
type Media string

// The media types.
const (
	Plain    Media = "text/plain"
	Markdown Media = "text/markdown"
	HTML     Media = "text/html"
	PDF      Media = "application/pdf"
	DOCX     Media = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
)

// Document is an original and its text. It does not change.
type Document struct {
	// Name is the name the caller gave; SHA256 the hash of the original in hexadecimal, Size its bytes.
	Name   string
	SHA256 string
	Size   int
	Media  Media
	// Encoding is the name of the encoding that the original was read in, as in "utf-8".
	Encoding string
	// Title is the one that a page or file gives itself, "" for none.
	Title string
	// TextSHA256 is the hash of Text in hexadecimal where it was extracted from a PDF or Word file, else "". Offsets of the
	// "original" are then offsets of this text, which whoever keeps the original must keep beside it.
	TextSHA256 string
	// Pages counts the pages of a PDF. Problems say what of it could not be read, page by page.
	Pages    int
	Problems []string
	// Text is UTF-8. Paragraphs are separated by an empty line or, in plain text, as the original has them.
	Text string

	toOriginal mapping
	parts      []part
}

// Read reads an original. The name tells Markdown and HTML by its ending; what has none is HTML if it begins like it. The
// error is fault.TooLarge above [MaxSize] or where a packed file becomes too much, and fault.Invalid for what has no text:
// encrypted files, pages that are only images, old Word files and others; it says what to do.
func Read(name string, original []byte) (*Document, error) {
	at := fault.Place{File: name}
	if len(original) > MaxSize {
		return nil, fault.New(fault.TooLarge, "the document has %d bytes; at most %d are read", len(original), MaxSize).At(at)
	}
	if err := refuse(original); err != nil {
		return nil, err.At(at)
	}
	sum := sha256.Sum256(original)
	d := &Document{Name: name, SHA256: hex.EncodeToString(sum[:]), Size: len(original), Media: mediaOf(name, original)}
	if d.Media == PDF || d.Media == DOCX {
		if err := d.extract(original); err != nil {
			return nil, fault.In(at, err)
		}
		return d, nil
	}
	s, m, encoding, err := decode(original, d.Media)
	if err != nil {
		return nil, err.At(at)
	}
	d.Encoding = encoding
	switch d.Media {
	case HTML:
		page := strip(s)
		d.Text, d.Title, d.toOriginal = page.text(), page.title, page.m.over(m)
	case Markdown:
		d.Text, d.toOriginal = plainOfMarkdown(s, m)
	default:
		d.Text, d.toOriginal = s, m
	}
	return d, nil
}

// Original gives the span of the original, in bytes, that a span of the text stands in. from and to are offsets in bytes
// of Text, with from <= to; what lies outside is cut to it.
func (d *Document) Original(from, to int) (int, int) {
	from, to = max(from, 0), min(to, len(d.Text))
	if from >= to {
		at, _ := d.toOriginal.find(from)
		return at, at
	}
	begin, _ := d.toOriginal.find(from)
	_, end := d.toOriginal.find(to - 1)
	return begin, end
}

// packed are the first bytes of files that are no text, and what they are.
var packed = []struct{ magic, what string }{
	{"\xd0\xcf\x11\xe0", "an old Word file"},
	{"{\\rtf", "RTF"},
	{"\x1f\x8b", "a compressed file"},
}

// refuse gives the fault for what is no text.
func refuse(original []byte) *fault.Error {
	for _, p := range packed {
		if bytes.HasPrefix(original, []byte(p.magic)) {
			return fault.New(fault.Invalid, "this is %s, which is not read", p.what).
				WithFix("save it as DOCX, PDF, text or HTML, and keep the original beside it")
		}
	}
	return nil
}

func mediaOf(name string, original []byte) Media {
	switch {
	case docx.Is(original):
		return DOCX
	case bytes.HasPrefix(original, []byte("%PDF-")), strings.EqualFold(path.Ext(name), ".pdf") && pdf.Is(original):
		return PDF
	}
	switch strings.ToLower(path.Ext(name)) {
	case ".html", ".htm", ".xhtml":
		return HTML
	case ".md", ".markdown":
		return Markdown
	case ".txt", ".text":
		return Plain
	}
	head := bytes.ToLower(bytes.TrimLeft(original[:min(len(original), 512)], " \t\r\n\xef\xbb\xbf"))
	if bytes.HasPrefix(head, []byte("<!doctype html")) || bytes.HasPrefix(head, []byte("<html")) {
		return HTML
	}
	return Plain
}
