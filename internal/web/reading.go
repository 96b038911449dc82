package web

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
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
	Day               when.Day
	Body              template.HTML
	Claims            []readClaim
	Sides             []readClaim
	// Words are those that judge while they name, Own counts the claims of the author, Skipped sentences that were not read.
	Words        []string
	Own, Skipped int
	// Unread says which part of the text is in a language that is not read; "" for none.
	Unread string
	// Held is true where the address holds the whole document; Moved says what is not as it was when the address was made.
	Held  bool
	Moved []string
	// Sought is the hash of a document that the address names and that is not here, Other what was chosen in its place.
	Sought string
}

// Numbered gives a claim by its number.
func (p *readingPage) Numbered(n int) *readClaim {
	for i := range p.Claims {
		if p.Claims[i].Number == n {
			return &p.Claims[i]
		}
	}
	return nil
}

// Of says which document it is, and of which day.
func (p *readingPage) Of() string {
	if p.Day == when.NoDay {
		return p.Title
	}
	return p.Title + ", " + p.Day.Long()
}

// maxDocument is the largest document that a page takes, in bytes; the command line and the API take more.
const maxDocument = 1 << 20

// pasted is the name of a text that was pasted.
const pasted = "pasted.txt"

// reading is a document with its claims, and what pages say of them.
type reading struct {
	reading report.Reading
	body    template.HTML
	claims  []readClaim
}

var readingParameters = []string{"document", "sha256", "key", "name", "date", "law", "data", "format"}

func (s *Site) reading(r *http.Request) (*answer, error) {
	if s.Library == nil {
		return nil, fault.New(fault.Unavailable, "this server was started without what documents are checked against")
	}
	page := &readingPage{Query: map[string]string{}}
	a := &answer{template: "reading", title: "What does this document claim?", body: page}
	if r.Method == http.MethodPost {
		return s.sentReading(r, a, page)
	}
	if err := known(r, readingParameters...); err != nil {
		return nil, err
	}
	q := r.URL.Query()
	page.Query["date"] = strings.TrimSpace(q.Get("date"))
	d, err := s.addressed(q, page)
	if err != nil || d == nil {
		return a.refuse(page.Errors), err
	}
	c, err := s.conduct(r.Context())
	if err != nil {
		return nil, err
	}
	page.Moved = moved(q, s.Desk.Law.Version, c.Version)
	if err := s.readInto(r, page, d, c); err != nil {
		return nil, err
	}
	if len(page.Errors) == 0 {
		a.title, a.forms = page.Of(), s.readingForms(r, d, c)
	}
	return a.refuse(page.Errors), nil
}

// sentReading reads the document that a form sends, and leads to its address.
func (s *Site) sentReading(r *http.Request, a *answer, page *readingPage) (*answer, error) {
	d, err := documentOf(r)
	if err != nil {
		return nil, err
	}
	if err := knownIn(r.MultipartForm.Value, "text", "date"); err != nil {
		return nil, err
	}
	page.Query["date"], page.Text = strings.TrimSpace(r.FormValue("date")), r.FormValue("text")
	if page.Query["date"] != "" {
		d.day = dayField(page.Query, &page.Errors, "date", "Day of the document")
	}
	if len(d.original) == 0 {
		page.Errors = append(page.Errors, fieldError{"f-text", "The document", "Paste a text, or choose a file"})
	}
	if len(page.Errors) > 0 {
		return a.refuse(page.Errors), nil
	}
	c, err := s.conduct(r.Context())
	if err != nil {
		return nil, err
	}
	if err := s.readInto(r, page, d, c); err != nil || len(page.Errors) > 0 {
		return a.refuse(page.Errors), err
	}
	return &answer{location: s.readingAddress(d, c.Version)}, nil
}

// readInto reads a document and fills the page in. What is wrong with it stands beside its field.
func (s *Site) readInto(r *http.Request, page *readingPage, d *sentDocument, c *conduct) error {
	got, err := s.readingOf(r, d, c)
	switch {
	case fault.CodeOf(err) == fault.Internal && err != nil:
		return err
	case err != nil:
		page.Errors = append(page.Errors, fieldError{"f-text", "The document", plain(err)})
		return nil
	}
	of := got.reading.Document
	page.Name, page.Title, page.Hash, page.Size, page.Day = d.name, cmp.Or(of.Title, d.name), of.SHA256, of.Size, d.day
	if page.Title == pasted {
		page.Title = "Pasted text"
	}
	page.Body, page.Claims = got.body, got.claims
	page.Unread = got.reading.Unread()
	page.Words, page.Own, page.Skipped = report.LoadedWords(got.reading), report.OwnClaims(got.reading), got.reading.Skipped
	for _, x := range page.Claims {
		if x.Kind == "allegation" || len(x.AnsweredBy) > 0 {
			page.Sides = append(page.Sides, x)
		}
	}
	return nil
}

// readingOf reads a document, once for the same document, day and facts.
func (s *Site) readingOf(r *http.Request, d *sentDocument, c *conduct) (*reading, error) {
	return s.readings.get(strings.Join([]string{c.Version, d.hash(), d.name, d.day.String()}, "\x00"), func() (*reading, error) {
		got, err := s.Library.Read(r.Context(), d.name, d.original, d.day)
		if err != nil {
			return nil, err
		}
		out := &reading{reading: got, body: template.HTML(report.ReadingText(got))} // made by report, which writes whatever the document holds as text
		for _, x := range report.ReadingClaims(got) {
			out.claims = append(out.claims, s.bearing(c, x, d.day))
		}
		return out, nil
	})
}

// readingForms are the claims of a document as files.
func (s *Site) readingForms(r *http.Request, d *sentDocument, c *conduct) map[string]form {
	return map[string]form{
		"json": func() (*answer, error) {
			got, err := s.readingOf(r, d, c)
			if err != nil {
				return nil, err
			}
			b, err := report.ReadingForPrograms(got.reading)
			return &answer{data: b, kind: "application/json"}, err
		},
		"csv": asCSV(func() ([][]string, error) {
			got, err := s.readingOf(r, d, c)
			if err != nil {
				return nil, err
			}
			return report.ReadingRows(got.reading), nil
		}),
	}
}

// sentDocument is a document as it was sent.
type sentDocument struct {
	name     string
	original []byte
	day      when.Day
}

func (d *sentDocument) hash() string {
	sum := sha256.Sum256(d.original)
	return hex.EncodeToString(sum[:])
}

// documentOf takes the document out of a form: a file, or else the text that was pasted.
func documentOf(r *http.Request) (*sentDocument, error) {
	r.Body = http.MaxBytesReader(nil, r.Body, maxDocument+1<<16)
	if err := r.ParseMultipartForm(maxDocument); err != nil {
		return nil, formFault(err, maxDocument)
	}
	f, head, err := r.FormFile("file")
	if err != nil || head.Size == 0 {
		return &sentDocument{pasted, []byte(strings.ReplaceAll(r.FormValue("text"), "\r\n", "\n")), when.NoDay}, nil
	}
	defer f.Close()
	original, err := io.ReadAll(f)
	if err != nil {
		return nil, formFault(err, maxDocument)
	}
	return &sentDocument{head.Filename, original, when.NoDay}, nil
}
