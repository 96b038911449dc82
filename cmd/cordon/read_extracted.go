package main

import (
	"io"
	"os"

	"github.com/cordon-engine/cordon/internal/document"
	"github.com/cordon-engine/cordon/internal/fault"
	"github.com/cordon-engine/cordon/internal/report"
)

// extracted says what of a document could not be read, where the format has no room for it, and writes the text that spans
// point into.
func (c *readCmd) extracted(m *Main, d *document.Document) error {
	if c.Format == "jsonl" {
		if _, err := io.WriteString(m.Err, report.Problems(d)); err != nil {
			return err
		}
	}
	switch {
	case c.Text == "":
		return nil
	case d.TextSHA256 == "":
		return fault.New(fault.Usage, "--text is for PDF and Word files: claims in %s point into the file itself", d.Name)
	}
	return writeWhole(c.Text, []byte(d.Text))
}

// readDocument reads a file and no more of it than may be read.
func readDocument(name string) ([]byte, error) {
	f, err := os.Open(name)
	if err != nil {
		return readFile(name) // which says why
	}
	defer f.Close()
	b, err := io.ReadAll(io.LimitReader(f, document.MaxSize+1))
	if info, e := f.Stat(); err != nil && e == nil && info.IsDir() {
		return readFile(name) // which says so
	}
	if err != nil {
		return nil, fault.Wrap(fault.Unavailable, err, "the file %q cannot be read", name)
	}
	return b, nil
}
