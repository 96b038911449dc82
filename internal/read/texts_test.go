package read_test

import (
	"strings"
	"testing"

	"golang.org/x/tools/txtar"

	"github.com/cordon-engine/cordon/internal/document"
	"github.com/cordon-engine/cordon/internal/read"
	"github.com/cordon-engine/cordon/internal/sentence"
	"github.com/cordon-engine/cordon/internal/when"
)

// textGold reads the gold lines that belong to a text.
func textGold(t *testing.T, text, gold string) []want {
	t.Helper()
	flat := strings.ReplaceAll(text, "\n", " ")
	var out []want
	for line := range strings.SplitSeq(strings.TrimSpace(gold), "\n") {
		f := strings.Split(line, "\t")
		first, last, ok := strings.Cut(f[0], " ... ")
		from := strings.Index(flat, first)
		if !ok || len(f) != 4 || from < 0 || !strings.Contains(flat[from:], last) {
			t.Fatalf("gold line %q does not fit its text", line)
		}
		to := from + strings.Index(flat[from:], last) + len(last)
		out = append(out, want{sentence.Span{From: from, To: to}, f[1], strings.Split(f[2], "|"), strings.Split(f[3], "|")})
	}
	return out
}

// TestTexts measures the texts that the rules were written with.
func TestTexts(t *testing.T) {
	precision, recall := measure(t, "testdata/texts.txtar")
	if precision < 0.85 || recall < 0.75 {
		t.Errorf("precision %.3f, recall %.3f; want at least 0.85 and 0.75", precision, recall)
	}
}

// TestFresh measures texts written when the rules stood. The floors hold what is reached, below what is aimed at.
func TestFresh(t *testing.T) {
	precision, recall := measure(t, "testdata/fresh.txtar")
	if precision < 0.80 || recall < 0.80 {
		t.Errorf("precision %.3f, recall %.3f; want at least 0.80 and 0.80", precision, recall)
	}
}

// measure compares the texts of a file with their gold.
func measure(t *testing.T, file string) (precision, recall float64) {
	t.Helper()
	a, err := txtar.ParseFile(file)
	if err != nil {
		t.Fatal(err)
	}
	r := reader(t)
	var all counts
	for i := 0; i+1 < len(a.Files); i += 2 {
		text := string(a.Files[i].Data)
		d, err := document.Read(a.Files[i].Name, []byte(text))
		if err != nil {
			t.Fatal(err)
		}
		t.Log(a.Files[i].Name)
		res, err := r.Read(d, read.Options{Day: when.Date(2019, 9, 20)})
		if err != nil {
			t.Fatal(err)
		}
		n := compare(t, textGold(t, text, string(a.Files[i+1].Data)), res)
		all.right, all.flawed, all.missed, all.spurious = all.right+n.right, all.flawed+n.flawed, all.missed+n.missed, all.spurious+n.spurious
	}
	precision = float64(all.right) / float64(all.right+all.flawed+all.spurious)
	recall = float64(all.right) / float64(all.right+all.flawed+all.missed)
	t.Logf("%+v: precision %.3f, recall %.3f", all, precision, recall)
	return precision, recall
}
