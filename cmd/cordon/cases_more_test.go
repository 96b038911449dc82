package main

import (
	"bytes"
	"os"
	"path/filepath"
	"regexp"
	"testing"
	"time"

	"github.com/cordon-engine/cordon/internal/casework"
	"github.com/cordon-engine/cordon/internal/casework/caseworktest"
	"github.com/cordon-engine/cordon/internal/sqlite"
)

// TestCasesMore files reports, attaches files, and has closed cases looked at again, on the command line.
func TestCasesMore(t *testing.T) {
	sequential(t)
	d := &licenceDesk{T: t, now: time.Date(2027, 11, 19, 9, 0, 0, 0, time.UTC), dir: t.TempDir()}
	s, err := sqlite.Open(t.Context(), d.dir)
	if err != nil {
		t.Fatal(err)
	}
	var ids []string
	for _, c := range []string{"c-1", "c-2", "c-3"} {
		m, err := (&casework.Desk{Store: s, Policy: casework.Default()}).Raise(t.Context(), casework.Person{Name: "u-m", Role: casework.Machine}, d.now, caseworktest.Alert(c, "un:1", 1, 1))
		if err != nil {
			t.Fatal(err)
		}
		ids = append(ids, m.Case)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	d.run(0, "cases", "dispose", ids[0], ids[1], "--is", "true", "--code", "same-facts", "--reason", "the same day", "--as", "ann")
	d.run(0, "cases", "confirm", ids[0], ids[1], "--as", "bob")
	d.run(0, "cases", "dispose", ids[2], "--is", "false", "--code", "other-birth-date", "--reason", "born later", "--as", "ann")
	d.run(0, "cases", "confirm", ids[2], "--as", "bob")

	// Nobody said what is owed: both are on the calendar all the same.
	d.says(d.run(0, "cases", "clocks"), "found true, and nobody said which report is owed", "2 clocks: 0 overdue or filed late, 2 of which nobody said")
	d.says(d.run(2, "cases", "clock", ids[0], "--duty", "us-block", "--from", "2027-11-19", "--owner", "bob"), "the duties are us-blocked, us-blocked-annual")
	d.says(d.run(0, "cases", "clock", ids[0], "--duty", "us-blocked", "--from", "2027-11-19", "--owner", "bob", "--as", "ann"),
		"Report of blocked property to OFAC (United States), 31 CFR 501.603(b)(1)(i), by 2027-12-06")
	d.says(d.run(0, "cases", "clock", ids[0], "--duty", "us-blocked-annual", "--from", "2027-11-19", "--owner", "bob"), "(not verified), by 2028-09-30")
	d.says(d.run(2, "cases", "clock", ids[2], "--duty", "us-blocked", "--from", "2027-11-19", "--owner", "bob"), "no report is owed of it")
	d.run(0, "cases", "no-report", ids[1], "--reason", "it is of no jurisdiction of ours", "--as", "ann")
	d.says(d.run(0, "cases", "clocks"), "2 clocks: 0 overdue or filed late, 0 of which")
	d.now = time.Date(2027, 12, 6, 23, 59, 59, 0, time.UTC)
	d.says(d.run(0, "cases", "clocks"), "2 clocks: 0 overdue")
	d.now = d.now.Add(time.Second)
	d.says(d.run(0, "cases", "clocks"), "OVERDUE", "2 clocks: 1 overdue")
	d.says(d.run(2, "cases", "filed", ids[0], "--duty", "us-blocked", "--on", "2027-12-08", "--reference", "B-17"), "on a day that was")
	d.says(d.run(0, "cases", "filed", ids[0], "--duty", "us-blocked", "--on", "2027-12-06", "--reference", "B-17", "--as", "ann"), "filed on 2027-12-06 as B-17\n")
	d.now = time.Date(2028, 9, 29, 9, 0, 0, 0, time.UTC)
	d.says(d.run(0, "cases", "filed", ids[0], "--duty", "us-blocked-annual", "--on", "2028-09-29", "--reference", "A-1"), "filed on 2028-09-29 as A-1", "by 2029-09-30")
	d.says(d.run(0, "cases", "show", ids[0]), "owed ", "B-17", "by 2029-09-30", "closed true, held")
	d.says(d.run(0, "cases", "clocks", "--format", "jsonl"), `"duty":"us-blocked-annual"`, `"verified":false`)
	d.says(d.run(0, "cases", "clocks", "--duties"), "us-rejected  Report of a rejected transaction", "10 business days; 31 CFR 501.604 (not verified)")

	// A file.
	letter := filepath.Join(t.TempDir(), "letter.txt")
	text := []byte("what the authority wrote\n")
	if err := os.WriteFile(letter, text, 0o600); err != nil {
		t.Fatal(err)
	}
	sum := regexp.MustCompile(`^[0-9a-f]{64}`).FindString(d.run(0, "cases", "attach", ids[0], letter, "--as", "ann"))
	d.says(d.run(0, "cases", "show", ids[0]), "letter.txt (25 bytes, text/plain; charset=utf-8) "+sum)
	bad := filepath.Join(t.TempDir(), "page.pdf")
	if err := os.WriteFile(bad, []byte("<html><script>alert(1)</script>"), 0o600); err != nil {
		t.Fatal(err)
	}
	d.says(d.run(2, "cases", "attach", ids[0], bad), `"text/html", which is not attached`)
	d.says(d.run(1, "cases", "attach", ids[0], letter, "--role", "viewer"), "may not do this")
	d.says(d.run(2, "cases", "files", ids[1], sum, "-o", filepath.Join(t.TempDir(), "x")), "the case has no file")

	// Closed cases are looked at again, by another person.
	d.says(d.run(0, "cases", "quality"), "0 cases open, 3 closed", "should not have been: not known")
	d.says(d.run(0, "cases", "draw", "--seed", "q1", "--size", "5", "--as", "bob"), "3 of 3 closed cases are drawn")
	d.says(d.run(0, "cases", "quality"), "3 are drawn and wait for a review")
	d.says(d.run(1, "cases", "review", ids[2], "--upheld", "--reason", "seen", "--as", "bob"), "somebody else reviews")
	d.run(0, "cases", "review", ids[2], "--not-upheld", "--reason", "the passport is the same", "--as", "cho")
	d.run(0, "cases", "review", ids[0], "--upheld", "--reason", "seen", "--as", "cho")
	d.says(d.run(0, "cases", "quality"), "cleared, and should not have been: 1 of 1 (100.0 %; with 95 % confidence 20.7 to 100.0 %)", "other-birth-date: 1 of 1", "1 case open, 2 closed, of which 1 are drawn")
	d.says(d.run(0, "cases", "quality", "--format", "json"), `"false_clear"`, `"q1"`)
	d.says(d.run(0, "audit", "verify"), "all as they were signed")

	// All of it, also the bytes, is in a backup.
	file, out := filepath.Join(t.TempDir(), "all.tar.zst"), filepath.Join(t.TempDir(), "out.txt")
	d.run(0, "backup", file)
	d.dir = t.TempDir()
	d.run(0, "restore", file)
	d.run(0, "cases", "files", ids[0], sum, "-o", out, "--as", "cho")
	d.says(d.run(0, "audit", "export"), `"kind":"file given out"`)
	if got, err := os.ReadFile(out); err != nil || !bytes.Equal(got, text) {
		t.Errorf("%q, %v", got, err)
	}
	d.says(d.run(1, "cases", "files", ids[0], sum, "-o", out), "cannot be written")
}
