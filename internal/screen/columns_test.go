package screen

import (
	"fmt"
	"strings"
	"testing"

	"github.com/cordon-engine/cordon/internal/fault"
)

// read gives how a file is read, its rows and what is left out, or the error.
func read(name, body string, pairs ...string) string {
	m, err := ParseMapping(pairs)
	if err != nil {
		return err.Error()
	}
	rows, how, err := Rows(name, strings.NewReader(body), m)
	if err != nil {
		return err.Error()
	}
	var b strings.Builder
	for r, err := range rows {
		switch {
		case err != nil:
			return err.Error()
		case r.Err != nil:
			fmt.Fprintf(&b, "%d %s\n", r.Line, r.Err)
		default:
			fmt.Fprintf(&b, "%d %v\n", r.Line, r.Party)
		}
	}
	fmt.Fprintf(&b, "read %s", strings.Join(how.Names(), "; "))
	for _, u := range how.Unused() {
		fmt.Fprintf(&b, "\nnot %s", strings.TrimSuffix(u.Column+" "+u.Flag(), " "))
	}
	return b.String()
}

// What a file's columns are called decides how they are read; what is left out is named.
func TestColumnsAreReadOrNamed(t *testing.T) {
	for _, c := range []struct {
		name, body, pairs string
		want              string
	}{
		{
			"a.csv", "NAME,BORN,branch\nA B,1965,Rome\n", "",
			"2 map[birthDate:[1965] name:[A B]]\nread birthDate from BORN; name from NAME\nnot branch",
		},
		{
			"a.csv", "Full_Name;Date-Of-Birth;customer id;Sexe\nA B;1965;7;\n", "",
			"2 map[birthDate:[1965] name:[A B]]\nread birthDate from Date-Of-Birth; name from Full_Name\nnot customer id --ref 'customer id'\nnot Sexe --map gender=Sexe",
		},
		{ // what is given counts, and the rest is found
			"a.csv", "who,birth_date,born,city\nA B,1965,1966,Rome\n", "name=who birth-date=born",
			"2 map[birthDate:[1966] name:[A B]]\nread birthDate from born; name from who\nnot birth_date\nnot city",
		},
		{
			"a.csv", "name,type,note\nA B,retail,x\n", "ignore=type ignore=note",
			"2 map[name:[A B]]\nread name from name",
		},
		{
			"a.csv", "First Name,Surname,DOB,Country of birth\nA,B,1965,IT\n", "",
			"2 map[birthDate:[1965] name:[A B]]\nread birthDate from DOB; name from First Name + Surname\nnot Country of birth --map country='Country of birth'",
		},
		{"a.csv", "Given,Family\nA,B\n,C\n", "name=Given+++Family", "2 map[name:[A B]]\n3 map[name:[C]]\nread name from Given + Family"},
		{"a.csv", "name,date of birht,\nA,1965,x\n", "", "2 map[name:[A]]\nread name from name\nnot date of birht --map birthDate='date of birht'\nnot "},
		{"a.csv", "name,spouse name\nA,B\n", "", "2 map[name:[A]]\nread name from name\nnot spouse name"},
		{"a.csv", "name,alias,alias\nA,B,C\n", "", `a.csv:1: the column "alias" stands twice (rename one of them, or leave both out with --map ignore=alias)`},
		{"a.csv", "kunde,ort\nA,B\n", "", "a.csv: no column is called a name (say which column is which with --map name=COLUMN; the columns are: kunde, ort)"},
		{"a.csv", "kunde,ort\nA,B\n", "name=Kunde", `a.csv: the file has no column "Kunde" for name (the nearest is "kunde")`},
		{"a.csv", "lei,x\nL,B\n", "lei=lei", "2 map[lei:[L]]\nread lei from lei\nnot x"},
		{ // JSON Lines without a mapping: a key is a field, or what columns are called, or a fault of its row
			"a.jsonl", `{"name":"A","DOB":"1965"}` + "\n" + `{"name":"B","shoe":44}`, "",
			"1 map[birthDate:[1965] name:[A]]\n2 line 2: a party has no field \"shoe\" (" + mustFix("shoe") + "; or leave it out with --map ignore=shoe)\nread birthDate from DOB; name from name",
		},
		{
			"a.jsonl", `{"who":"A","born":"1965","shoe":{"size":44}}`, "name=who",
			"1 map[birthDate:[1965] name:[A]]\nread birthDate from born; name from who\nnot shoe",
		},
		{"a.jsonl", "\xef\xbb\xbf" + `{"name":"A","shoe":44}`, "ignore=shoe", "1 map[name:[A]]\nread name from name"},
		{"a.jsonl", `{"a":"A"}`, "name=a+++b", `a.jsonl: the keys of JSON Lines are not joined: "a + b" (give name a key of its own)`},
		{"a.txt", "Smith, John\r\n\r\nA B", "", "1 map[name:[Smith, John]]\n3 map[name:[A B]]\nread one name a line"},
		{"a.txt", "name\tdob\nA B\t1965\n", "", "2 map[birthDate:[1965] name:[A B]]\nread birthDate from dob; name from name"},
		{"a.txt", "kunde\tgeb\nA B\t1965\n", "", "a.txt: no column is called a name (say which column is which with --map name=COLUMN; the columns are: kunde, geb)"},
		{"a.txt", "A\n\xff\n", "", "1 map[name:[A]]\n2 line 2: the line is not UTF-8 (convert the file to UTF-8 first)\nread one name a line"},
		{"a.csv", "n\x00a\x00m\x00e\x00\n\x00", "", "a.csv: this is UTF-16 without a byte order mark, or no text at all (save the file as UTF-8)"},
		{"a.csv", "\xff\xfen\x00a\x00m\x00e\x00\n\x00A\x00\n\x00", "", "2 map[name:[A]]\nread name from name"},
		{"a.txt", "", "", "a.txt: the file is empty (give a file with a party on each line)"},
		{"a.jsonl", "", "", "a.jsonl: the file is empty (give a file with a party on each line)"},
		{"a.csv", " \n\n", "", "a.csv: the table is empty (give a file whose first row names its columns)"},
	} {
		var pairs []string
		for _, p := range strings.Fields(c.pairs) {
			pairs = append(pairs, strings.ReplaceAll(p, "+++", joined))
		}
		if got := read(c.name, c.body, pairs...); got != c.want {
			t.Errorf("%s %q %v:\n%s\nwant\n%s", c.name, c.body, pairs, got, c.want)
		}
	}
}

func mustFix(field string) string {
	f, _ := CheckField(field).(*fault.Error)
	return f.Fix
}

// A table is read by its columns as JSON Lines are by their keys.
func TestTablesAndJSONLinesAreReadAlike(t *testing.T) {
	table := read("a.csv", "Name,Born,Sexe\nA B,1965,F\n", "name=Name")
	lines := read("a.jsonl", "\n"+`{"Name":"A B","Born":"1965","Sexe":"F"}`, "name=Name")
	if table != lines {
		t.Errorf("%s\n%s", table, lines)
	}
}
