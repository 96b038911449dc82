package main

import (
	"archive/zip"
	"bytes"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"
)

// TestHostile sends a whole server, over HTTP, what people send who mean no good.
func TestHostile(t *testing.T) {
	sequential(t)
	h, _ := liveServer(t, t.TempDir(), discard())
	for name, f := range map[string]func(*testing.T, http.Handler){
		"sizes": hostileSizes, "text": hostileText, "paths": hostilePaths, "files": hostileFiles, "formulas": hostileFormulas, "addresses": hostileAddresses,
	} {
		t.Run(name, func(t *testing.T) { f(t, h) })
	}
}

// send asks, and gives status and body; a stream that is cut off gives what came of it.
func send(h http.Handler, method, target, media string, body []byte) (status int, text string) {
	r := &http.Request{Method: method, Host: "127.0.0.1", Header: http.Header{}, RemoteAddr: "127.0.0.1:9", RequestURI: target, Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1}
	u, err := url.ParseRequestURI(target)
	if err != nil {
		return http.StatusBadRequest, err.Error() // net/http refuses it before anybody is asked
	}
	r.URL, r.ContentLength = u, int64(len(body))
	r.Body = http.NoBody
	if body != nil {
		r = r.Clone(r.Context())
		r.Body = readCloser{bytes.NewReader(body)}
	}
	if media != "" {
		r.Header.Set("Content-Type", media)
	}
	w := httptest.NewRecorder()
	func() {
		defer func() { _ = recover() }() // it was broken off on purpose
		h.ServeHTTP(w, r)
	}()
	return w.Code, w.Body.String()
}

type readCloser struct{ *bytes.Reader }

// Close is part of io.Closer.
func (readCloser) Close() error { return nil }

// refusedWith holds a status to those of refusals: nothing that is sent is a defect of ours.
func refusedWith(t *testing.T, what string, status int, text string, want ...int) {
	t.Helper()
	for _, w := range want {
		if status == w {
			return
		}
	}
	t.Errorf("%s: %d %.300s, want one of %v", what, status, text, want)
}

// hostileSizes: bodies, addresses and lines beyond what is read.
func hostileSizes(t *testing.T, h http.Handler) {
	t.Helper()
	large := bytes.Repeat([]byte("x"), 2<<20)
	asJSON := []byte(`{"name":"` + string(large) + `"}`)
	for path, media := range map[string]string{
		"/v1/screen": "application/json", "/v1/decide": "application/json", "/v1/explain?subject=un:KPi.001": "application/json", "/match/default": "application/json",
	} {
		status, text := send(h, "POST", path, media, asJSON)
		refusedWith(t, path, status, text, 413)
	}
	status, text := send(h, "GET", "/v1/goods?q="+strings.Repeat("x", 20<<10), "", nil)
	refusedWith(t, "a long address", status, text, 414)
	status, text = send(h, "GET", "/search/default?q="+strings.Repeat("x", 61<<10), "", nil)
	refusedWith(t, "a long search", status, text, 414)
	for path, line := range map[string]string{"/v1/screen/batch": string(asJSON), "/v1/decide/batch": `{"id":"` + string(large) + `"}`} {
		status, text := send(h, "POST", path, "application/jsonl", []byte(line+"\n{\"name\":\"x y\"}\n"))
		if status == 200 && !strings.Contains(text, `"error"`) && !strings.Contains(text, "not_screened") || status >= 500 {
			t.Errorf("%s: %d %.300s", path, status, text)
		}
	}
}

// hostileText: what is no JSON, no XML, no UTF-8, or nothing at all.
func hostileText(t *testing.T, h http.Handler) {
	t.Helper()
	bad := []string{"", "{", `{"name":`, "\x00", "\xff\xfe", "{\"name\":\"\xff\"}", `{"name":"\ud800"}`, "[[[[", strings.Repeat("[", 100_000), `{"name":{"name":{}}}`, "\ufeff{}", "<a>", "<!DOCTYPE a>"}
	for path, media := range map[string]string{
		"/v1/screen": "application/json", "/v1/decide": "application/json", "/v1/payments": "application/xml", "/match/default": "application/json",
		"/v1/drafts/lint": "application/yaml", "/v1/explain?subject=x": "application/json",
	} {
		for _, body := range bad {
			status, text := send(h, "POST", path, media, []byte(body))
			refusedWith(t, fmt.Sprintf("%s with %.20q", path, body), status, text, 400, 404, 413, 415, 422)
			if strings.Contains(text, `"clear"`) {
				t.Errorf("%s with %.20q reads clear: %s", path, body, text)
			}
		}
	}
	for _, q := range []string{"/v1/goods?q=%ff", "/v1/goods?q=%00", "/search/default?q=%ff%fe", "/who?name=%ff", "/v1/lists/%ff", "/entities/%ff%00"} {
		if status, text := send(h, "GET", q, "", nil); status >= 500 {
			t.Errorf("%s: %d %.200s", q, status, text)
		}
	}
}

// hostilePaths: nothing that names a file outside gives one, or says whether it is there.
func hostilePaths(t *testing.T, h http.Handler) {
	t.Helper()
	secret := filepath.Join(t.TempDir(), "secret.txt")
	if err := os.WriteFile(secret, []byte("the-secret-word"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"../../../../etc/passwd", "..%2f..%2f..%2f..%2fetc%2fpasswd", "....//....//etc/passwd", "%2e%2e/%2e%2e/etc/passwd", `..\..\etc\passwd`, "%2fetc%2fpasswd", secret, url.PathEscape(secret), "file:%2f%2f" + secret} {
		for _, under := range []string{"/static/", "/v1/schemas/", "/v1/lists/", "/v1/law/", "/v1/claims/", "/v1/states/", "/entities/", "/search/", "/reconcile/", "/who/", "/story/", "/v1/commitments/", "/"} {
			status, text := send(h, "GET", under+name, "", nil)
			if strings.Contains(text, "root:") || strings.Contains(text, "the-secret-word") || status >= 500 && status != 503 {
				t.Errorf("%s%s: %d %.200s", under, name, status, text)
			}
		}
	}
}

// hostileFiles: documents and messages that grow when they are unpacked or expanded end as refusals, soon.
func hostileFiles(t *testing.T, h http.Handler) {
	t.Helper()
	var bomb bytes.Buffer
	z := zip.NewWriter(&bomb)
	for _, name := range []string{"[Content_Types].xml", "word/document.xml", "../../../../tmp/evil"} {
		w, err := z.Create(name)
		if err != nil {
			t.Fatal(err)
		}
		for range 80 { // 80 MB of nothing, packed into some 80 kB
			if _, err := w.Write(make([]byte, 1<<20)); err != nil {
				t.Fatal(err)
			}
			if name != "word/document.xml" {
				break
			}
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	laughs := `<?xml version="1.0"?><!DOCTYPE lolz [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;"><!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;&b;&b;">]>` +
		`<Document xmlns="urn:iso:std:iso:20022:tech:xsd:pacs.008.001.08"><FIToFICstmrCdtTrf>&c;</FIToFICstmrCdtTrf></Document>`
	deep := `<Document xmlns="urn:iso:std:iso:20022:tech:xsd:pacs.008.001.08">` + strings.Repeat("<a>", 100_000)
	aliases := "a: &a [x,x,x,x,x,x,x,x,x]\nb: &b [*a,*a,*a,*a,*a,*a,*a,*a,*a]\nc: &c [*b,*b,*b,*b,*b,*b,*b,*b,*b]\nd: [*c,*c,*c,*c,*c,*c,*c,*c]\n"
	for _, x := range []struct{ path, media, body string }{
		{"/v1/read", "application/vnd.openxmlformats-officedocument.wordprocessingml.document", bomb.String()},
		{"/v1/payments", "application/xml", laughs},
		{"/v1/payments", "application/xml", deep},
		{"/v1/payments", "application/xml", strings.Replace(laughs, `"ha"`, `SYSTEM "file:///etc/passwd"`, 1)},
		{"/v1/drafts/lint", "application/yaml", aliases},
		{"/v1/read", "text/html", strings.Repeat("<div>", 20_000)},
	} {
		status, text := send(h, "POST", x.path, x.media, []byte(x.body))
		if status >= 500 || strings.Contains(text, "root:") {
			t.Errorf("%s %s: %d %.300s", x.path, x.media, status, text)
		}
	}
}

// hostileFormulas: a name that a table would take for a formula comes out of every export as text.
func hostileFormulas(t *testing.T, h http.Handler) {
	t.Helper()
	for _, name := range []string{"=1+1", "+1", "-1+1", "@SUM(A1)", "\t=1", "\r=1", "=HYPERLINK(\"http://x\")"} {
		form := url.Values{"names": {name}, "format": {"csv"}}
		status, text := send(h, "POST", "/who/batch?format=csv", "application/x-www-form-urlencoded", []byte(form.Encode()))
		if status != 200 || !strings.HasPrefix(text, "\ufeff") && !strings.Contains(text, ",") || strings.Contains(text, "<html") {
			t.Errorf("%q: %d %.200s", name, status, text)
		}
		for line := range strings.Lines(text) {
			for cell := range strings.SplitSeq(line, ",") {
				if cell = strings.Trim(cell, "\"\r\n"); strings.ContainsAny(cell[:min(1, len(cell))], "=+@") {
					t.Errorf("%q: the cell %q is a formula", name, cell)
				}
			}
		}
	}
}

// hostileAddresses: no address that somebody sends makes the server ask another one.
func hostileAddresses(t *testing.T, h http.Handler) {
	t.Helper()
	var asked atomic.Int64
	on, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer on.Close()
	go func() {
		for {
			c, err := on.Accept()
			if err != nil {
				return
			}
			asked.Add(1)
			_ = c.Close()
		}
	}()
	there := "http://" + on.Addr().String() + "/x"
	for _, x := range []struct{ method, target, media, body string }{
		{"GET", "/v1/goods?q=" + url.QueryEscape(there), "", ""},
		{"GET", "/search/default?q=" + url.QueryEscape(there), "", ""},
		{"GET", "/entities/" + url.PathEscape(there), "", ""},
		{"GET", "/reconcile/default?callback=" + url.QueryEscape(there), "", ""},
		{"POST", "/updatez?token=x&sync=true&url=" + url.QueryEscape(there), "", ""},
		{"POST", "/v1/screen", "application/json", `{"name":"` + there + `","lists":["` + there + `"]}`},
		{"POST", "/v1/decide", "application/json", `{"kind":"payment","date":"2017-08-20","id":"` + there + `"}`},
		{"POST", "/v1/read?name=" + url.QueryEscape(there), "text/html", `<html><head><base href="` + there + `"><link rel=stylesheet href="` + there + `"></head><img src="` + there + `"><p>China denied it.</p></html>`},
		{"POST", "/v1/payments", "application/xml", `<!DOCTYPE a SYSTEM "` + there + `"><Document xmlns="` + there + `"/>`},
		{"POST", "/v1/drafts/lint", "application/yaml", "id: x\nsource: " + there + "\n"},
		{"POST", "/match/default", "application/json", `{"queries":{"a":{"schema":"Person","properties":{"name":["x y"],"website":["` + there + `"]}}}}`},
	} {
		if status, text := send(h, x.method, x.target, x.media, []byte(x.body)); status >= 500 && status != 503 {
			t.Errorf("%s %s: %d %.200s", x.method, x.target, status, text)
		}
	}
	time.Sleep(20 * time.Millisecond)
	if n := asked.Load(); n > 0 {
		t.Errorf("the server asked %d times where it was told to", n)
	}
}
