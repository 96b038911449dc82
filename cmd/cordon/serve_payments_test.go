package main

import (
	"bytes"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"testing"

	"github.com/cordon-engine/cordon/internal/answer"
)

// TestServeKeepsPayments holds that the answer to a message of payments is kept as it is given, under the id that the head
// names, replayed to the same bytes, and not given when it cannot be kept.
func TestServeKeepsPayments(t *testing.T) {
	message, err := os.ReadFile("../../internal/iso20022/testdata/pacs008.xml")
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	h, c, _ := keepingServer(t, dir)
	pay := func(body string) *httptest.ResponseRecorder {
		r := httptest.NewRequest(http.MethodPost, "http://127.0.0.1/v1/payments", strings.NewReader(body))
		r.Header.Set("Content-Type", "application/xml")
		w := httptest.NewRecorder()
		defer func() { _ = recover() }() // a stream that breaks off is cut
		h.ServeHTTP(w, r)
		return w
	}
	given := map[string]string{}
	for _, body := range []string{string(message), strings.Replace(string(message), ">75000<", ">x<", 1)} {
		w := pay(body)
		id := w.Header().Get("Cordon-Answer-Id")
		if w.Code != http.StatusOK || answer.CheckID(id) != nil || w.Header().Get("Cordon-Batch-Id") != "" {
			t.Fatalf("%d %v %s", w.Code, w.Header(), w.Body)
		}
		given[id] = w.Body.String()
	}
	if w := pay("<html/>"); w.Code != http.StatusUnprocessableEntity || w.Header().Get("Cordon-Answer-Id") != "" {
		t.Errorf("%d %v", w.Code, w.Header())
	}
	big := strings.Replace(string(message), "<GrpHdr>", "<!--"+strings.Repeat("x", mostKeptMessage)+"--><GrpHdr>", 1)
	if w := pay(big); w.Code != http.StatusRequestEntityTooLarge {
		t.Errorf("one that is too large: %d", w.Code)
	}
	kept := keptIn(t, dir, answer.Filter{Kind: answer.Payment})
	if len(kept) != len(given) {
		t.Errorf("%d are kept", len(kept))
	}
	r := newReplayer(c.keeping.m, c.keeping.store)
	defer r.close()
	for i := range kept {
		if given[kept[i].ID] != string(kept[i].Answer) {
			t.Errorf("kept is %s", kept[i].Answer)
		}
		if done := r.compare(&kept[i]); !done.Same {
			t.Errorf("%+v", done)
		}
		changed := kept[i]
		changed.Answer = bytes.Replace(changed.Answer, []byte(`"outcome":"match"`), []byte(`"outcome":"clear"`), 1)
		if done := r.compare(&changed); done.Same || len(done.Differences) == 0 || !strings.HasPrefix(done.Differences[0].At, "line[") {
			t.Errorf("what was altered is not found: %+v", done)
		}
	}
	if err := c.keeping.store.Close(); err != nil {
		t.Fatal(err)
	}
	if w := pay(string(message)); w.Code != http.StatusServiceUnavailable || strings.Contains(w.Body.String(), "clear") {
		t.Errorf("one that cannot be kept: %d %s", w.Code, w.Body)
	}
}
