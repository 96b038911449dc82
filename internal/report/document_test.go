package report_test

import (
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/cordon-engine/cordon/internal/report"
)

// TestTablesFit: a table keeps to the width where its words can be wrapped, loses none of them, and breaks no word; one that
// cannot be made to fit is left as it is.
func TestTablesFit(t *testing.T) {
	print := func(rows ...[]string) string {
		var s report.Section
		s.AddTable(&report.Table{Head: []string{"state", "evidence", "figure", "where"}, Right: []int{2}, Rows: rows})
		var b strings.Builder
		if err := (&report.Printer{W: &b, Width: 70}).Document(&report.Document{Title: "t", Sections: []report.Section{s}}); err != nil {
			t.Fatal(err)
		}
		return b.String()
	}
	got := print([]string{"Democratic Republic of the Congo", "alleged (press only)", "1,000 to 2,000", "somewhere-or-other"},
		[]string{"Cuba", "possible", "3", "here"})
	for line := range strings.Lines(got) {
		if n := utf8.RuneCountInString(strings.TrimSuffix(line, "\n")); n > 70 {
			t.Errorf("%d characters: %s", n, line)
		}
	}
	for _, w := range strings.Fields("Democratic Republic of the Congo alleged (press only) somewhere-or-other Cuba") {
		if !strings.Contains(got, w) {
			t.Errorf("%q is lost in\n%s", w, got)
		}
	}
	if !strings.Contains(got, "1,000 to 2,000") {
		t.Errorf("a figure is broken in\n%s", got)
	}
	long := strings.Repeat("x", 40)
	if got := print([]string{long, "alleged (press only)", "1", long}); !strings.Contains(got, long+"  alleged (press only)") {
		t.Errorf("a table that cannot fit was narrowed\n%s", got)
	}
}
