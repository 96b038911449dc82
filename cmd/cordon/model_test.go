package main

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// TestModelFromReadingToLedger asks a server of the test about a document and takes into the ledger what it found.
func TestModelFromReadingToLedger(t *testing.T) {
	sequential(t)
	const secret = "key-of-the-test"
	content := `{"claims":[` +
		`{"quote":"the talks would be <b>long</b>","kind":"prediction","voice":"indirect","speaker":"China"},` +
		`{"quote":"the talks would be <b>long</b>","kind":"opinion","voice":"indirect","speaker":"China","about":["PE"]},` +
		`{"quote":"Peru is to blame","kind":"allegation","voice":"own","about":["PE"]}]}`
	body, err := json.Marshal(map[string]any{"choices": []any{map[string]any{"message": map[string]any{"content": content}}}})
	if err != nil {
		t.Fatal(err)
	}
	asked := 0
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if asked++; r.Header.Get("Authorization") != "Bearer "+secret {
			w.WriteHeader(http.StatusUnauthorized)
			return
		}
		w.Write(body)
	}))
	defer s.Close()
	dir := t.TempDir()
	file := func(name, text string) string {
		p := filepath.Join(dir, name)
		if err := os.WriteFile(p, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return p
	}
	doc := file("a.txt", "Peru denied that it had hired them. According to China the talks would be <b>long</b>.\n")
	key := file("key", secret+"\n")
	run := func(args ...string) (string, string, int) {
		var out, errs bytes.Buffer
		m := &Main{In: strings.NewReader(""), Out: &out, Err: &errs, Wait: time.Millisecond}
		code := m.Run(t.Context(), append(args, "--data", filepath.Join(dir, "d")))
		if strings.Contains(out.String()+errs.String(), secret) {
			t.Errorf("%v prints the key", args)
		}
		return out.String(), errs.String(), code
	}
	flags := []string{"read", doc, "--model-url", s.URL + "/v1", "--model", "m-1", "--model-key-file", key}
	if _, e, code := run(flags...); code == 0 || asked != 0 || !strings.Contains(e, "nothing was sent") {
		t.Fatalf("%d, asked %d: %s", code, asked, e)
	}
	if _, e, code := run("read", doc, "--allow-remote"); code == 0 || !strings.Contains(e, "no language model is named") {
		t.Error(e)
	}
	if _, e, code := run("read", doc, "--model-url", s.URL, "--model", "m", "--model-key-env", "CORDON_NO_SUCH_KEY", "--allow-remote"); code == 0 || !strings.Contains(e, "the key is empty") {
		t.Error(e)
	}
	flags = append(flags, "--allow-remote")
	text, e, code := run(flags...)
	if code != 0 {
		t.Fatal(e)
	}
	for _, want := range []string{
		"Found by rules and by the language model m-1", "Dropped of what the model said: 1, no such kind of claim.",
		"Dropped of what the model said: 1, its words are not in the text.", "found by m-1", "China (indirect) · opinion · about PE",
	} {
		if !strings.Contains(text, want) {
			t.Errorf("%q is not in\n%s", want, text)
		}
	}
	page, _, _ := run(append(flags, "--format", "html")...)
	if strings.Contains(page, "<b>long") || !strings.Contains(page, "&lt;b&gt;long") {
		t.Errorf("what the document holds is not escaped:\n%s", page)
	}
	reading, _, _ := run(append(flags, "--format", "json")...)
	again, _, _ := run(append(flags, "--format", "json")...)
	if reading != again {
		t.Error("the same answer gives another reading")
	}
	var parsed struct {
		Claims []struct{ ID, Extractor string }
	}
	if err := json.Unmarshal([]byte(reading), &parsed); err != nil {
		t.Fatal(err)
	}
	last := parsed.Claims[len(parsed.Claims)-1]
	if last.Extractor != "m-1" {
		t.Fatalf("%+v", parsed)
	}
	before := asked
	out, e, code := run("claims", "accept", file("r.json", reading), last.ID, "--by", "Ann", "--publisher", "The Paper")
	if code != 0 || asked != before {
		t.Fatalf("asked %d times more: %s", asked-before, e)
	}
	id := strings.Fields(strings.Split(out, ":")[0])[1]
	if out, _, _ := run("claims", "show", id); !strings.Contains(out, "a language model found it") {
		t.Error(out)
	}
	if out, e, code := run("claims", "verify"); code != 0 || !strings.Contains(out, "all originals (2)") {
		t.Error(out, e)
	}
	kept, err := filepath.Glob(filepath.Join(dir, "d", "claims", "originals", "*"))
	if err != nil || len(kept) != 2 {
		t.Fatal(kept, err)
	}
	found := false
	for _, k := range kept {
		f, err := os.Open(k)
		if err != nil {
			t.Fatal(err)
		}
		b, err := io.ReadAll(f)
		f.Close()
		found = found || err == nil && bytes.Equal(b, body)
	}
	if !found {
		t.Error("the answer of the model is not kept")
	}
}
