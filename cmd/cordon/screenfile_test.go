package main

import (
	"bytes"
	"fmt"
	"html"
	"maps"
	"mime/multipart"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/cordon-engine/cordon/internal/report"
	"github.com/cordon-engine/cordon/internal/screen"
)

// pageAndCommandReadAlike holds that the page of several names and the command read a file the same way: the same
// parties from the same lines, by the same columns, and the same columns left out.
func pageAndCommandReadAlike(t *testing.T, h http.Handler) {
	t.Helper()
	cells := regexp.MustCompile(`(?s)<tr( class="refused")?><td[^>]*>(\d+)</td><th[^>]*>(.*?)</th>`)
	tags := regexp.MustCompile(`<[^>]*>`)
	for name, body := range map[string]string{
		"a.csv":   "Customer Name;BORN;branch;Sexe\nAnna Karlsson;1965-03-04;Rome;F\nBo;soon;;\n",
		"b.txt":   "Smith, John\n\nAnna Karlsson\n",
		"c.txt":   "name\tdob\tnote\nAnna Karlsson\t1965\tx\n",
		"d.jsonl": "{\"name\":\"Anna\",\"DOB\":\"1965\"}\n{\"name\":\"Bo\",\"shoe\":44}\n",
		"e.csv":   "\xef\xbb\xbffirst_name,last_name,Date of birth,id\nAnna,Karlsson,04.03.1965,7\n",
	} {
		path := filepath.Join(t.TempDir(), name)
		if err := os.WriteFile(path, []byte(body), 0o600); err != nil {
			t.Fatal(err)
		}
		rows, how, done, err := openRows(path, nil, "")
		if err != nil {
			t.Fatal(err)
		}
		command, lines := "", []string(nil)
		for r, err := range rows {
			if err != nil {
				t.Fatal(err)
			}
			refused := r.Err != nil || slices.Equal(r.Party["birthDate"], []string{"soon"})
			command += fmt.Sprintf("%d %s %v\n", r.Number, asPageHasIt(r.Party), refused)
			if refused {
				lines = append(lines, fmt.Sprintf(">Line %d", r.Line))
			}
		}
		done()

		var form bytes.Buffer
		m := multipart.NewWriter(&form)
		part, err := m.CreateFormFile("file", name)
		if err != nil {
			t.Fatal(err)
		}
		_, _ = part.Write([]byte(body)) // a buffer takes everything
		_ = m.Close()
		status, text := send(h, "POST", "/who/batch", m.FormDataContentType(), form.Bytes())
		if status != http.StatusOK {
			t.Fatalf("%s: status %d\n%.300s", name, status, text)
		}
		page := ""
		for _, m := range cells.FindAllStringSubmatch(text, -1) {
			page += fmt.Sprintf("%s %s %v\n", m[2], strings.Join(strings.Fields(html.UnescapeString(tags.ReplaceAllString(m[3], ""))), " "), m[1] != "")
		}
		for _, l := range lines {
			if !strings.Contains(text, l) {
				t.Errorf("%s: what is refused does not stand at its line: %s", name, l)
			}
		}
		if page != command {
			t.Errorf("%s: the page reads\n%sand the command\n%s", name, page, command)
		}
		text = html.UnescapeString(text)
		_, read, _ := strings.Cut(text, `id="columns">Read: `)
		read, _, _ = strings.Cut(read, "</p>")
		read, _, _ = strings.Cut(strings.TrimSuffix(read, "."), ". ")
		if n := len(strings.Split(read, "; ")); n != len(how.Names()) {
			t.Errorf("%s: the page says that it read %q, and the command %q", name, read, how.Names())
		}
		for _, columns := range how.Mapping {
			for _, c := range columns {
				for _, part := range how.Parts(c) {
					if !strings.Contains(read, part) {
						t.Errorf("%s: the page does not say that it read %s: %q", name, part, read)
					}
				}
			}
		}
		_, left, _ := strings.Cut(text, "Not used: ")
		left, _, _ = strings.Cut(left, "</strong>")
		for _, u := range report.UnusedColumns(how) {
			if !strings.Contains(left, u.Column) || u.Like != "" && !strings.Contains(text, "It seems to hold: ") {
				t.Errorf("%s: %+v is left out, and the page says %q", name, u, left)
			}
		}
		if left != "" && report.UnusedColumns(how) == nil {
			t.Errorf("%s: the page leaves out %q", name, left)
		}
	}
}

// asPageHasIt writes a party as the page of a batch does.
func asPageHasIt(p screen.Party) string {
	if p == nil {
		return "no name"
	}
	out := strings.Join(p["name"], "; ")
	var more []string
	for _, field := range slices.Sorted(maps.Keys(p)) {
		if field != "name" {
			more = append(more, report.PropertyWord(field)+": "+strings.Join(p[field], ", "))
		}
	}
	return strings.TrimSpace(out + " " + strings.Join(more, "; "))
}
