package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"html"
	"mime/multipart"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/cordon-engine/cordon/internal/report"
)

// pageAndCommandReadAlike holds that the page of several names and the command read a file the same way: the same
// parties from the same lines, by the same columns, and the same columns left out.
func pageAndCommandReadAlike(t *testing.T, h http.Handler) {
	t.Helper()
	kept := regexp.MustCompile(`name="rows" value="([^"]*)"`)
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
		command := ""
		for r, err := range rows {
			if err != nil {
				t.Fatal(err)
			}
			party, _ := json.Marshal(r.Party)
			command += fmt.Sprintf("%d %s %v\n", r.Line, party, r.Err != nil)
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
		found := kept.FindStringSubmatch(text)
		if status != http.StatusOK || found == nil {
			t.Fatalf("%s: status %d\n%.300s", name, status, text)
		}
		page := ""
		for line := range strings.Lines(html.UnescapeString(found[1])) {
			var r struct {
				Line    int
				Party   json.RawMessage
				Refused string
			}
			if err := json.Unmarshal([]byte(line), &r); err != nil {
				t.Fatal(err)
			}
			if r.Party == nil {
				r.Party = json.RawMessage("null")
			}
			page += fmt.Sprintf("%d %s %v\n", r.Line, r.Party, r.Refused != "")
		}
		if page != command {
			t.Errorf("%s: the page reads\n%sand the command\n%s", name, page, command)
		}
		text = html.UnescapeString(text)
		if want := "Read: " + strings.Join(how.Names(), "; ") + "."; !strings.Contains(text, want) {
			t.Errorf("%s: the page does not say %q", name, want)
		}
		_, left, _ := strings.Cut(text, "Not used: ")
		left, _, _ = strings.Cut(left, "</strong>")
		for _, u := range report.UnusedColumns(how) {
			if !strings.Contains(left, u.Column) || u.Like != "" && !strings.Contains(left, u.Like) {
				t.Errorf("%s: %+v is left out, and the page says %q", name, u, left)
			}
		}
		if left != "" && report.UnusedColumns(how) == nil {
			t.Errorf("%s: the page leaves out %q", name, left)
		}
	}
}
