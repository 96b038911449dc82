package read_test

import (
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"golang.org/x/tools/txtar"

	"github.com/cordon-engine/cordon/internal/document"
	"github.com/cordon-engine/cordon/internal/read"
	"github.com/cordon-engine/cordon/internal/when"
)

// hostile are stretches that make bad documents when they are repeated.
var hostile = []struct{ name, unit string }{
	{"straight marks", `"`},
	{"spaced marks", ` " `},
	{"opening marks", `“`},
	{"closing marks", `a” `},
	{"single marks", ` 'a' `},
	{"quotations", `"Yes." `},
	{"quotations said", `"We will not accept it," Peru's ministry said. `},
	{"fragments", `He called it "a very grave matter" and left. `},
	{"long quotations", `"We have never sold arms to anybody at all, and we shall not begin to do so now or ever." `},
	{"one sentence", `and Peru said that Chile sold coal, `},
	{"no spaces", `x`},
	{"capitals", `Peru`},
	{"capital words", `Xa Yo Zu `},
	{"letters with stops", `A.`},
	{"abbreviations", `Mr. `},
	{"stops", `. `},
	{"stops alone", `.`},
	{"closers", `.)”`},
	{"lines", "\n"},
	{"short lines", "a\n"},
	{"short paragraphs", "A.\n\n"},
	{"control characters", "\x01\x02 \x7f"},
	{"spaces", " "},
	{"hyphens", "a-"},
	{"commas", "a,1"},
	{"digits", "1,"},
	{"number words", "twenty "},
	{"of the", "Ministry of the "},
	{"states", "Peru, Chile and "},
	{"pronouns", "they said he said it said. "},
	{"said", "said "},
	{"colons", "Peru said:\n\n\"A.\"\n\n"},
	{"accusations", "Peru accused Chile of violating it. Chile denied it. "},
	{"the two sides", "The two sides said that the document of the two sides is theirs. "},
	{"agreements", "Xa Xb Agreement on the Xc of Xd Xe "},
	{"loaded", "regime "},
	{"newlines and capitals", "A\nB\n"},
	{"wide", "\u3000"},
	{"marks on letters", "e\u0301"},
	{"bad bytes", "\xff\xfe"},
	{"according to", "According to Peru, according to Chile, "},
}

// cpu gives the time that the process has used both processors for.
func cpu(tb testing.TB) time.Duration {
	tb.Helper()
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		tb.Fatal(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// BenchmarkHostile reads bad documents of 64 KB and 512 KB: the time for a byte must not grow with the length.
func BenchmarkHostile(b *testing.B) {
	r := reader(b)
	for _, h := range hostile {
		for _, size := range []int{64 << 10, 512 << 10} {
			b.Run(h.name+"/"+strconv.Itoa(size>>10)+"KB", func(b *testing.B) {
				text := strings.Repeat(h.unit, size/len(h.unit))
				before := cpu(b)
				for b.Loop() {
					d, err := document.Read("a.txt", []byte(text))
					if err != nil {
						continue // refused, which is an answer
					}
					if _, err := r.Read(d, read.Options{Day: when.Date(2019, 9, 20)}); err != nil {
						continue
					}
				}
				b.ReportMetric(float64((cpu(b)-before).Nanoseconds())/float64(b.N)/float64(size), "cpu-ns/B")
				b.ReportMetric(0, "ns/op")
			})
		}
	}
}

// BenchmarkNews reads documents of the size of a news report, some 5 KB, made of the short texts, and gives the processor time
// of one and how many two processors read in a minute.
func BenchmarkNews(b *testing.B) {
	a, err := txtar.ParseFile("testdata/texts.txtar")
	if err != nil {
		b.Fatal(err)
	}
	var docs []*document.Document
	var text strings.Builder
	for n := 0; len(docs) < 20; n = (n + 2) % len(a.Files) {
		text.Write(a.Files[n].Data)
		text.WriteString("\n\n")
		if text.Len() < 5000 {
			continue
		}
		d, err := document.Read("a.txt", []byte(text.String()))
		if err != nil {
			b.Fatal(err)
		}
		docs = append(docs, d)
		text.Reset()
	}
	r := reader(b)
	before := cpu(b)
	for b.Loop() {
		for _, d := range docs {
			if _, err := r.Read(d, read.Options{Day: when.Date(2019, 9, 20)}); err != nil {
				b.Fatal(err)
			}
		}
	}
	each := (cpu(b) - before) / time.Duration(b.N*len(docs))
	b.ReportMetric(float64(each.Microseconds())/1000, "cpu-ms/document")
	b.ReportMetric(2*float64(time.Minute)/float64(each), "documents/min")
	b.ReportMetric(0, "ns/op")
}
