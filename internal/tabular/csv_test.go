package tabular

import (
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"reflect"
	"strings"
	"testing"
	"testing/iotest"
	"unicode/utf8"

	"github.com/cordon-engine/cordon/internal/fault"
)

func rows(src io.Reader, o Options) (string, *Reader, error) {
	r, err := NewCSV(src, o)
	if err != nil {
		return "", r, err
	}
	var b strings.Builder
	for {
		row, err := r.Next()
		if err == io.EOF {
			return b.String(), r, nil
		}
		var bad *RowError
		if errors.As(err, &bad) {
			fmt.Fprintf(&b, "[%d refused]", bad.Line)
			continue
		}
		if err != nil {
			return b.String(), r, err
		}
		fmt.Fprintf(&b, "[%d %s|%s]", row.Line, row.Get("a"), row.Get("b"))
	}
}

func TestWhatIsRead(t *testing.T) {
	for in, want := range map[string]string{
		"a,b\n1,2\n":                         "[2 1|2]",
		"\xEF\xBB\xBFa;b\r\n1;2\r\n":         "[2 1|2]",
		"a\tb\n 1 \t\"x\ty\"\n\n3\t4\n":      "[2 1|x\ty][4 3|4]",
		"a,b\n\"1\n2\",3\n4,5\n":             "[2 1\n2|3][4 4|5]",
		"a,b\n1,2,3\n4,5\n":                  "[2 refused][3 4|5]",
		"a,b\n1,2,\n":                        "[2 1|2]",
		"a,b\n1\n\x1a":                       "[2 1|]",
		"\xFF\xFEa\x00,\x00b\x00\n\x00é\x00": "",
		"a,b\n김정은,é\n":                       "[2 김정은|é]",
		"sep=;\r\na;b\r\n1,5;2\r\n":          "[3 1,5|2]",
		"sep=|\na|b\n1|2\n":                  "[3 1|2]",
		"a,b\n\"1\r2\",3\n":                  "[2 1\r2|3]",
	} {
		for name, src := range map[string]io.Reader{"whole": strings.NewReader(in), "halves": iotest.HalfReader(strings.NewReader(in))} {
			got, _, err := rows(src, Options{})
			if want == "" {
				continue // must not panic
			}
			if got != want || err != nil {
				t.Errorf("%q %s: %s, %v; want %s", in, name, got, err, want)
			}
		}
	}
}

func TestColumnsNobodyAskedFor(t *testing.T) {
	_, r, err := rows(strings.NewReader("a,b,c,d\n1,2,3,\n"), Options{})
	if err != nil || fmt.Sprint(r.Unused()) != "[c]" {
		t.Errorf("%v %v", r.Unused(), err)
	}
	if err := r.Require("a", "bb"); err == nil || !strings.Contains(err.Error(), `"b"`) {
		t.Errorf("%v", err)
	}
}

func TestWhatIsRefused(t *testing.T) {
	for _, c := range []struct{ name, in, say string }{
		{"empty", "", "empty"},
		{"page", "<!DOCTYPE html><html>", "web page"},
		{"JSON", `{"error":1}`, "JSON"},
		{"workbook", "PK\x03\x04", "workbook"},
		{"Latin-1", "a,b\nM\xfcller,1\n", "not UTF-8"},
		{"carriage returns alone", "a,b\r1,2\r3,4\r", "carriage returns alone"},
		{"open quote", "a,b\n\"1,2\n", "quotes"},
		{"endless quote", "a,b\n\"" + strings.Repeat("x\n", MaxRow), "larger"},
		{"endless line", "a,b\n" + strings.Repeat("x", 2*MaxRow), "larger"},
		{"many columns", strings.Repeat("a,", 2000) + "\n", "columns"},
	} {
		_, _, err := rows(strings.NewReader(c.in), Options{File: "f"})
		var f *fault.Error
		if !errors.As(err, &f) || !strings.Contains(err.Error(), c.say) {
			t.Errorf("%s: %v; want %q", c.name, err, c.say)
		}
	}
}

// TestAsTheStandardReader holds our reader to encoding/csv.
func TestAsTheStandardReader(t *testing.T) {
	for _, in := range oracleSeeds {
		for _, lazy := range []bool{false, true} {
			asTheStandardReader(t, in, lazy)
		}
	}
}

var oracleSeeds = []string{
	"", "a", "a\n", "a,b\r\nc,d", "\n\n,\n", "\"a\"\"b\",c\n", "\"a\r\nb\"\r\n", "a\"b,c\n", "\"a\"b,c\n", "\"a\n", "a\r",
	"\"\"", "\"\",\"\"\n\"\"", "\"a\",\n\"b\"\r", "x,\"a\"\"\",\n", "\"a\" ,b\n", "\r\n\r", "\"\"\"\"", "a,\"b\nc\",d\ne",
}

// asTheStandardReader compares all rows; the two may differ in how they word an
// error, and in what the standard reader forgives at the end of a file.
func asTheStandardReader(t *testing.T, in string, lazy bool) {
	t.Helper()
	std := csv.NewReader(strings.NewReader(in))
	std.FieldsPerRecord, std.LazyQuotes = -1, lazy
	l := &lines{src: iotest.OneByteReader(strings.NewReader(in)), line: 1, lazy: lazy, comma: ',', buf: make([]byte, 16)}
	for {
		want, wantErr := std.Read()
		got, line, err := l.next()
		if (err == nil) != (wantErr == nil) || errors.Is(err, io.EOF) != errors.Is(wantErr, io.EOF) {
			if lazy && err != nil && strings.Contains(err.Error(), "do not close") {
				return // the standard reader takes what is broken off when it is lazy
			}
			t.Fatalf("%q lazy %v: %q, %v; want %q, %v", in, lazy, got, err, want, wantErr)
		}
		if err != nil {
			return
		}
		if at, _ := std.FieldPos(0); !reflect.DeepEqual(got, want) || at != line {
			t.Fatalf("%q lazy %v: line %d %q; want line %d %q", in, lazy, line, got, at, want)
		}
	}
}

func FuzzAsTheStandardReader(f *testing.F) {
	for _, in := range oracleSeeds {
		f.Add(in, false)
		f.Add(in, true)
	}
	f.Fuzz(func(t *testing.T, in string, lazy bool) {
		if utf8.ValidString(in) {
			asTheStandardReader(t, in, lazy)
		}
	})
}

func FuzzCSV(f *testing.F) {
	f.Add([]byte("a,b\n1,\"2\"\n"))
	f.Add([]byte("\xFF\xFEa\x00"))
	f.Fuzz(func(_ *testing.T, b []byte) {
		_, _, _ = rows(strings.NewReader(string(b)), Options{LazyQuotes: len(b)%2 == 0})
	})
}

// benchmarks of reading alone, with the standard reader to compare.
var benchTable = "a,b,c,d\n" + strings.Repeat("12345,\"Some name of a company\",-0- ,\"a remark, with a comma\"\n"+
	"12345,Some name of a company,-0- ,a remark without a comma in it\n", 10000)

func BenchmarkCSV(b *testing.B) {
	b.SetBytes(int64(len(benchTable)))
	b.ReportAllocs()
	for b.Loop() {
		r, err := NewCSV(strings.NewReader(benchTable), Options{})
		for err == nil {
			_, err = r.Next()
		}
		if err != io.EOF {
			b.Fatal(err)
		}
	}
}

func TestTitleBeforeTheHeader(t *testing.T) {
	r, err := NewCSV(strings.NewReader("\xEF\xBB\xBFReport Date: 1-Jan-2026,,\na,b\n1,2\n"), Options{Comma: ',', Title: true})
	if err != nil {
		t.Fatal(err)
	}
	row, err := r.Next()
	if err != nil || row.Get("b") != "2" || row.Line != 3 || r.Title() != "Report Date: 1-Jan-2026" {
		t.Errorf("%v, %v, title %q", row, err, r.Title())
	}
	if _, err := NewCSV(strings.NewReader("only a title\n"), Options{Title: true}); err == nil {
		t.Error("a title without a header passes for a table")
	}
}

func BenchmarkStandardCSV(b *testing.B) {
	b.SetBytes(int64(len(benchTable)))
	b.ReportAllocs()
	for b.Loop() {
		r := csv.NewReader(strings.NewReader(benchTable))
		r.ReuseRecord = true
		for {
			if _, err := r.Read(); err != nil {
				break
			}
		}
	}
}
