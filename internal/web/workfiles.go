package web

import (
	"cmp"
	"io"
	"strconv"
	"time"

	"github.com/cordon-engine/cordon/internal/casework"
	"github.com/cordon-engine/cordon/internal/fault"
	"github.com/cordon-engine/cordon/internal/licence"
	"github.com/cordon-engine/cordon/internal/report"
)

// maxFileForm is how many bytes a form may have that brings a file.
const maxFileForm = casework.MaxFile + maxForm

// filePolicy is that of a file that somebody attached: should a browser show it all the same, it may do nothing.
const filePolicy = "sandbox; default-src 'none'"

// fileRow is a file that was attached, in words.
type fileRow struct {
	casework.File
	// Address is where its bytes are, Kind its type in a word, Bytes how many it has.
	Address, Kind, Bytes string
	// By attached it at Time, in event N.
	By   string
	Time time.Time
	N    int
}

// mediaWords are the types of files in words.
var mediaWords = map[string]string{
	"application/pdf": "PDF", "image/png": "PNG image", "image/jpeg": "JPEG image", "image/gif": "GIF image", "image/webp": "WebP image",
	"text/plain; charset=utf-8": "Text", "application/zip": "Archive or office file",
}

func (w *working) fileRow(of string, f casework.File, by string, at time.Time, n int) fileRow {
	return fileRow{
		File: f, Address: of + "/files/" + f.SHA256, Kind: cmp.Or(mediaWords[f.Media], f.Media), Bytes: report.Counted(int(f.Size), "byte"),
		By: w.Who(by), Time: at, N: n,
	}
}

// fileForm is what the form for a file shows.
type fileForm struct {
	*working
	// To is where it is sent, Seen how many events of the case or the licence were seen.
	To   string
	Seen int
	List []fileRow
	May  bool
}

// MostBytes is the size of the largest file in words.
func (fileForm) MostBytes() string { return strconv.Itoa(casework.MaxFile>>20) + " MiB" }

// fileRoutes are the addresses of files beside cases and licences.
func (s *Site) fileRoutes() {
	for pattern, x := range map[string]struct {
		tab  string
		view func(*working) (*answer, error)
	}{
		"POST /work/cases/{id}/files":            {"/work", s.fileToCase},
		"GET /work/cases/{id}/files/{sha256}":    {"/work", s.fileOfCase},
		"POST /work/licences/{id}/files":         {"/work/licences", s.fileToLicence},
		"GET /work/licences/{id}/files/{sha256}": {"/work/licences", s.fileOfLicence},
	} {
		s.mux.Handle(pattern, s.page(s.atWorkWith(x.tab, maxFileForm, x.view)))
	}
}

// sent reads the file that a form brings, and how much was seen of what it is put beside.
func (w *working) sent() (name string, data []byte, seen int, err error) {
	if err := w.given("n"); err != nil {
		return "", nil, 0, err
	}
	if seen, err = strconv.Atoi(w.value("n")); err != nil || seen < 1 {
		return "", nil, 0, fault.New(fault.Usage, "the form does not say how much was seen").WithFix("load the page anew and send it from there")
	}
	form := w.r.MultipartForm
	if form == nil || len(form.File) != 1 || len(form.File["file"]) != 1 {
		return "", nil, 0, fault.New(fault.Usage, "choose one file").WithFix("the form takes one file at a time")
	}
	h := form.File["file"][0]
	if h.Filename == "" {
		return "", nil, 0, fault.New(fault.Usage, "choose a file first")
	}
	f, err := h.Open()
	if err != nil {
		return "", nil, 0, fault.Wrap(fault.Invalid, err, "the file cannot be read")
	}
	defer f.Close()
	data, err = io.ReadAll(f)
	return h.Filename, data, seen, err
}

// fileToCase puts a file beside a case.
func (s *Site) fileToCase(w *working) (*answer, error) {
	id := w.r.PathValue("id")
	if w.Cases == nil || w.Files == nil {
		return nil, missingPart("files")
	}
	return s.putFile(w, "/work/cases/"+id, func(seen int, name string, data []byte) (int, error) {
		c, _, err := w.Cases.Attach(w.ctx(), w.Files, id, w.By, w.Now, seen+1, name, data)
		return c.Events, err
	}, func() (*answer, error) { return s.casePage(w, id) })
}

// fileToLicence puts a file beside a licence.
func (s *Site) fileToLicence(w *working) (*answer, error) {
	id := w.r.PathValue("id")
	if w.Licences == nil || w.Files == nil {
		return nil, missingPart("files")
	}
	return s.putFile(w, "/work/licences/"+id, func(seen int, name string, data []byte) (int, error) {
		l, _, err := w.Licences.Attach(w.ctx(), w.Files, id, w.By, w.Now, seen+1, name, data)
		return l.Events, err
	}, func() (*answer, error) { return s.licencePage(w, id) })
}

// putFile does so, or shows the page again with what was wrong.
func (s *Site) putFile(w *working, at string, put func(seen int, name string, data []byte) (int, error), page func() (*answer, error)) (*answer, error) {
	if err := known(w.r); err != nil {
		return nil, err
	}
	name, data, seen, err := w.sent()
	if err == nil {
		var events int
		if events, err = put(seen, name, data); err == nil {
			return &answer{location: at + "?done=" + strconv.Itoa(events)}, nil
		}
	}
	status, err := w.refused("f-file", "File", err)
	if err != nil {
		return nil, err
	}
	a, err := page()
	if a != nil {
		a.status = status
	}
	return a, err
}

// fileOfCase gives a file of a case to save.
func (s *Site) fileOfCase(w *working) (*answer, error) {
	if w.Cases == nil || w.Files == nil {
		return nil, missingPart("files")
	}
	return w.give(func(id, sum string) (casework.File, []byte, error) {
		return w.Cases.Give(w.ctx(), w.Files, id, sum, w.By, w.Now)
	})
}

// fileOfLicence gives a file of a licence to save.
func (s *Site) fileOfLicence(w *working) (*answer, error) {
	if w.Licences == nil || w.Files == nil {
		return nil, missingPart("files")
	}
	return w.give(func(id, sum string) (casework.File, []byte, error) {
		return w.Licences.Give(w.ctx(), w.Files, id, sum, w.By, w.Now)
	})
}

func (w *working) give(get func(id, sum string) (casework.File, []byte, error)) (*answer, error) {
	if err := known(w.r); err != nil {
		return nil, err
	}
	f, data, err := get(w.r.PathValue("id"), w.r.PathValue("sha256"))
	if err != nil {
		return nil, err
	}
	return &answer{data: data, kind: f.Media, file: f.Name, policy: filePolicy}, nil
}

// filesOfCase are those of a case.
func (w *working) filesOfCase(id string, seen int, events []casework.Event) fileForm {
	out := fileForm{working: w, To: "/work/cases/" + id, Seen: seen, May: w.Files != nil && w.MayDo(casework.Attached)}
	for i := range events {
		if e := &events[i]; e.Kind == casework.Attached {
			out.List = append(out.List, w.fileRow(out.To, e.File, e.Person, e.Time, e.N))
		}
	}
	return out
}

// filesOfLicence are those of a licence.
func (w *working) filesOfLicence(id string, seen int, events []licence.Event) fileForm {
	out := fileForm{working: w, To: "/work/licences/" + id, Seen: seen, May: w.Files != nil && w.mayLicence(licence.Attached)}
	for i := range events {
		if e := &events[i]; e.Kind == licence.Attached {
			out.List = append(out.List, w.fileRow(out.To, e.File, e.Person, e.Time, e.N))
		}
	}
	return out
}
