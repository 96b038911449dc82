package web

import (
	"html/template"
	"io"
	"net/http"
	"strings"

	"github.com/cordon-engine/cordon/internal/fault"
	"github.com/cordon-engine/cordon/internal/report"
	"github.com/cordon-engine/cordon/internal/when"
)

// readingPage is a document with its claims.
type readingPage struct {
	Query  map[string]string
	Errors []fieldError
	Text   string
	// Name, Title and Hash are of the document that was read; Body is its text with the claims marked.
	Name, Title, Hash string
	Size              int
	Claims            int
	Body              template.HTML
}

// maxDocument is the largest document that a page takes, in bytes; the command line and the API take more.
const maxDocument = 1 << 20

// pasted is the name of a text that was pasted.
const pasted = "pasted.txt"

func (s *Site) reading(r *http.Request) (*answer, error) {
	if s.Library == nil {
		return nil, fault.New(fault.Unavailable, "this server was started without what documents are checked against")
	}
	page := &readingPage{Query: map[string]string{}}
	a := &answer{template: "reading", title: "What does this document claim?", body: page}
	if r.Method == http.MethodGet {
		return a, known(r)
	}
	name, original, err := documentOf(r)
	if err != nil {
		return nil, err
	}
	if err := knownIn(r.MultipartForm.Value, "text", "date"); err != nil {
		return nil, err
	}
	page.Query["date"], page.Text = strings.TrimSpace(r.FormValue("date")), r.FormValue("text")
	day := when.NoDay
	if page.Query["date"] != "" {
		day = dayField(page.Query, &page.Errors, "date", "Day of the document")
	}
	if len(original) == 0 {
		page.Errors = append(page.Errors, fieldError{"f-text", "The document", "Paste a text, or choose a file"})
	}
	if len(page.Errors) == 0 {
		if err := s.readInto(r, page, name, original, day); err != nil {
			return nil, err
		}
	}
	return a.refuse(page.Errors), nil
}

// readInto reads the document. What is wrong with it stands beside its field.
func (s *Site) readInto(r *http.Request, page *readingPage, name string, original []byte, day when.Day) error {
	read, err := s.Library.Read(r.Context(), name, original, day)
	switch {
	case fault.CodeOf(err) == fault.Internal && err != nil:
		return err
	case err != nil:
		page.Errors = append(page.Errors, fieldError{"f-text", "The document", plain(err)})
		return nil
	}
	page.Name, page.Title, page.Hash, page.Size = name, read.Document.Title, read.Document.SHA256, read.Document.Size
	page.Claims = len(read.Claims)
	page.Body = template.HTML(report.ReadingBody(read)) // made by report, which writes whatever the document holds as text
	return nil
}

// documentOf takes the document out of a form: a file, or else the text that was pasted.
func documentOf(r *http.Request) (name string, original []byte, err error) {
	r.Body = http.MaxBytesReader(nil, r.Body, maxDocument+1<<16)
	if err := r.ParseMultipartForm(maxDocument); err != nil {
		return "", nil, formFault(err, maxDocument)
	}
	f, head, err := r.FormFile("file")
	if err != nil || head.Size == 0 {
		return pasted, []byte(strings.ReplaceAll(r.FormValue("text"), "\r\n", "\n")), nil
	}
	defer f.Close()
	original, err = io.ReadAll(f)
	if err != nil {
		return "", nil, formFault(err, maxDocument)
	}
	return head.Filename, original, nil
}
