package web

import (
	"bytes"
	"html"
	"mime"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/cordon-engine/cordon/internal/casework"
	"github.com/cordon-engine/cordon/internal/ledger"
)

// putBeside sends a form with files as somebody, with the token of the page it stands on.
func putBeside(t *testing.T, s *Site, who WorkPerson, page, n string, files map[string][]byte) (*httptest.ResponseRecorder, string) {
	t.Helper()
	_, body := as(t, s, who, page)
	m := tokenIn.FindStringSubmatch(body)
	if m == nil {
		t.Fatalf("%s has no form with a token", page)
	}
	var b bytes.Buffer
	f := multipart.NewWriter(&b)
	for name, value := range map[string]string{"token": m[1], "n": n} {
		if err := f.WriteField(name, value); err != nil {
			t.Fatal(err)
		}
	}
	for name, data := range files {
		p, err := f.CreateFormFile("file", name)
		if err == nil {
			_, err = p.Write(data)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	f.Close()
	r := httptest.NewRequest(http.MethodPost, page+"/files", &b)
	r.Header.Set("Content-Type", f.FormDataContentType())
	r.AddCookie(&http.Cookie{Name: PlayedAs, Value: who.ID})
	rec := httptest.NewRecorder()
	s.ServeHTTP(rec, r)
	return rec, html.UnescapeString(rec.Body.String())
}

// given gives the entries of the log that say that a file was given out.
func (w *testWork) given(t *testing.T) (out []ledger.Entry) {
	t.Helper()
	err := w.store.View(t.Context(), func(r ledger.Reader) error {
		for e, err := range r.Entries(t.Context(), 0, 1<<40) {
			if err != nil {
				return err
			}
			if e.Kind == ledger.FileGiven {
				out = append(out, e)
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// TestFiles: what is put beside a case or a licence, what is refused, and how it is given out.
func TestFiles(t *testing.T) {
	s, w := ownDesk(t)
	pdf := []byte("%PDF-1.7\n1 0 obj\n<<>>\nendobj\n")
	for _, at := range []struct{ page, seen, then string }{
		{"/work/cases/" + w.ids["C-1"], "1", "2"}, {"/work/licences/" + w.ids["licence"], "2", "3"},
	} {
		for name, c := range map[string]struct {
			who   WorkPerson
			n     string
			files map[string][]byte
			code  int
			says  string
		}{
			"a page that a browser would run": {ana, at.seen, map[string][]byte{"a.pdf": []byte("<!DOCTYPE html><script>1</script>")}, 422, "is not attached"},
			"nothing":                         {ana, at.seen, nil, 400, "choose one file"},
			"an empty file":                   {ana, at.seen, map[string][]byte{"a.txt": {}}, 422, "he file is empty"},
			"two files":                       {ana, at.seen, map[string][]byte{"a.txt": pdf, "b.txt": pdf}, 400, "one file at a time"},
			"a larger file":                   {ana, at.seen, map[string][]byte{"a.txt": make([]byte, casework.MaxFile+1)}, 413, "at most 10485760 are attached"},
			"a much larger one":               {ana, at.seen, map[string][]byte{"a.txt": make([]byte, casework.MaxFile+maxForm)}, 413, "form is larger"},
			"a viewer":                        {vera, at.seen, map[string][]byte{"a.pdf": pdf}, 403, "may not do this"},
			"not what is there":               {ana, "9", map[string][]byte{"a.pdf": pdf}, 409, "went on"},
			"nothing seen":                    {ana, "", map[string][]byte{"a.pdf": pdf}, 400, "how much was seen"},
		} {
			if rec, page := putBeside(t, s, c.who, at.page, c.n, c.files); rec.Code != c.code || !strings.Contains(page, c.says) {
				t.Errorf("%s, %s: %d, and not %q", at.page, name, rec.Code, c.says)
			}
		}
		if rec, page := putBeside(t, s, ana, at.page, at.seen, map[string][]byte{"Brief „Bank“ (2).pdf": pdf}); rec.Code != http.StatusSeeOther || rec.Header().Get("Location") != at.page+"?done="+at.then {
			t.Fatalf("%d %s\n%s", rec.Code, rec.Header().Get("Location"), page)
		}
		f, err := casework.NewFile("x.pdf", pdf)
		if err != nil {
			t.Fatal(err)
		}
		_, page := as(t, s, vera, at.page)
		says(t, at.page, page, "1 file beside it", "Brief „Bank“ (2).pdf", ">PDF<", "29 bytes", f.SHA256)
		if strings.Contains(page, `type="file"`) {
			t.Error("a viewer is offered to put a file there")
		}
		before := len(w.given(t))
		r := httptest.NewRequest(http.MethodGet, at.page+"/files/"+f.SHA256, nil)
		r.AddCookie(&http.Cookie{Name: PlayedAs, Value: vera.ID})
		rec := httptest.NewRecorder()
		s.ServeHTTP(rec, r)
		kind, params, err := mime.ParseMediaType(rec.Header().Get("Content-Disposition"))
		if rec.Code != 200 || !bytes.Equal(rec.Body.Bytes(), pdf) || kind != "attachment" || params["filename"] != "Brief „Bank“ (2).pdf" || err != nil {
			t.Errorf("%d %v", rec.Code, rec.Header())
		}
		if h := rec.Header(); h.Get("X-Content-Type-Options") != "nosniff" || h.Get("Content-Type") != "application/pdf" || !strings.HasPrefix(h.Get("Content-Security-Policy"), "sandbox") {
			t.Errorf("%v", h)
		}
		list := w.given(t)
		if len(list) != before+1 || list[before].Actor != vera.ID || !strings.HasSuffix(at.page, list[before].About) {
			t.Errorf("the log has %+v", list)
		}
		if code, _ := as(t, s, ana, "/work/cases/"+w.ids["C-2"]+"/files/"+f.SHA256); code != http.StatusNotFound {
			t.Errorf("a file of another case: %d", code)
		}
		if code, _ := as(t, s, ana, at.page+"/files/x"); code != http.StatusNotFound {
			t.Errorf("no file: %d", code)
		}
		if len(w.given(t)) != before+1 {
			t.Error("the log says that a file was given that was not")
		}
	}
}
