package read_test

import (
	"strconv"
	"strings"
	"testing"

	"golang.org/x/tools/txtar"

	"github.com/cordon-engine/cordon/internal/document"
	"github.com/cordon-engine/cordon/internal/read"
	"github.com/cordon-engine/cordon/internal/when"
)

// BenchmarkRead reads the twenty texts, one after the other.
func BenchmarkRead(b *testing.B) {
	a, err := txtar.ParseFile("testdata/texts.txtar")
	if err != nil {
		b.Fatal(err)
	}
	var docs []*document.Document
	for i := 0; i < len(a.Files); i += 2 {
		d, err := document.Read(a.Files[i].Name, a.Files[i].Data)
		if err != nil {
			b.Fatal(err)
		}
		docs = append(docs, d)
	}
	r := reader(b)
	for b.Loop() {
		for _, d := range docs {
			if _, err := r.Read(d, read.Options{Day: when.Date(2019, 9, 20)}); err != nil {
				b.Fatal(err)
			}
		}
	}
	b.ReportMetric(float64(b.N*len(docs))/b.Elapsed().Seconds(), "documents/s")
}

// BenchmarkLong reads one document of many paragraphs: the time for a byte must not grow with the length.
func BenchmarkLong(b *testing.B) {
	a, err := txtar.ParseFile("testdata/texts.txtar")
	if err != nil {
		b.Fatal(err)
	}
	var all strings.Builder
	for i := 0; i < len(a.Files); i += 2 {
		all.Write(a.Files[i].Data)
		all.WriteString("\n")
	}
	r := reader(b)
	for _, n := range []int{4, 16, 64} {
		d, err := document.Read("a.txt", []byte(strings.Repeat(all.String(), n)))
		if err != nil {
			b.Fatal(err)
		}
		b.Run(strconv.Itoa(d.Size/1000)+"KB", func(b *testing.B) {
			b.SetBytes(int64(d.Size))
			for b.Loop() {
				if _, err := r.Read(d, read.Options{Day: when.Date(2019, 9, 20)}); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
