package web

import (
	"bytes"
	"encoding/csv"
	"io"
	"net/http"
	"strconv"
	"strings"

	"github.com/cordon-engine/cordon/internal/fault"
	"github.com/cordon-engine/cordon/internal/when"
)

// maxBatch is how many names a page screens at once, maxUpload how many bytes they
// may have; the API and the command line take more.
const (
	maxBatch  = 500
	maxUpload = 256 << 10
)

// batchPage is the result of a small batch.
type batchPage struct {
	Lines []batchLine
	// Counts are the outcomes, worst first, with how many had each.
	Counts []batchCount
	// Names are all lines as they came, for the same batch as a file.
	Names string
}

type batchLine struct {
	Number  int
	Name    string
	Outcome string
	Reason  string
	Best    *Hit
}

type batchCount struct {
	Outcome string
	Count   int
}

// outcomes are those of a screening, worst first.
var outcomes = []string{"match", "possible", "not_screened", "clear"}

// whoBatch screens the names of a form, one a line. The names are personal data, so
// they come in the body and stand in no address.
func (s *Site) whoBatch(w http.ResponseWriter, r *http.Request) {
	page, err := s.batch(w, r)
	if err == nil && r.PostFormValue("format") == "csv" {
		w.Header().Set("Content-Disposition", `attachment; filename="screening.csv"`)
		s.send(w, r, "text/csv; charset=utf-8", http.StatusOK, asCSV(page))
		return
	}
	s.page(func(*http.Request) (*answer, error) {
		return &answer{template: "whobatch", title: "Who are they?", body: page}, err
	}).ServeHTTP(w, r)
}

func (s *Site) batch(w http.ResponseWriter, r *http.Request) (*batchPage, error) {
	r.Body = http.MaxBytesReader(w, r.Body, maxUpload)
	text, err := namesOf(r)
	if err != nil {
		return nil, err
	}
	if s.Screener == nil {
		return nil, fault.New(fault.Unavailable, "nothing was screened: this server was started without lists").
			WithFix("state whether a party is listed on the page “May we?”, and check it yourself")
	}
	page := &batchPage{Names: text}
	counts := map[string]int{}
	for i, name := range strings.Split(text, "\n") {
		if name = strings.TrimSpace(name); name == "" {
			continue
		}
		if len(page.Lines) == maxBatch {
			return nil, fault.New(fault.TooLarge, "there are more than %d names", maxBatch).WithFix("send them in parts, or to the API")
		}
		res, err := s.Screener.Screen(r.Context(), Query{Name: name, AsOf: when.NoDay})
		if err != nil {
			return nil, err
		}
		line := batchLine{Number: i + 1, Name: name, Outcome: res.Outcome, Reason: res.Reason}
		if len(res.Hits) > 0 {
			line.Best = &res.Hits[0]
		}
		page.Lines = append(page.Lines, line)
		counts[res.Outcome]++
	}
	if len(page.Lines) == 0 {
		return nil, fault.New(fault.Invalid, "no name was given").WithFix("write one name a line, or choose a file of names")
	}
	for _, o := range outcomes {
		if counts[o] > 0 {
			page.Counts = append(page.Counts, batchCount{o, counts[o]})
		}
	}
	return page, nil
}

// namesOf reads the names from the text field, or from the file when one is given.
func namesOf(r *http.Request) (string, error) {
	err := r.ParseMultipartForm(maxUpload)
	if err != nil && !strings.HasPrefix(r.Header.Get("Content-Type"), "application/x-www-form-urlencoded") {
		return "", fault.New(fault.Invalid, "the form could not be read").WithFix("at most %d kB are taken", maxUpload>>10)
	}
	if f, _, err := r.FormFile("file"); err == nil {
		defer f.Close()
		b, err := io.ReadAll(f)
		if err != nil {
			return "", fault.Wrap(fault.Invalid, err, "the file could not be read")
		}
		if len(bytes.TrimSpace(b)) > 0 {
			return strings.ToValidUTF8(string(b), "\uFFFD"), nil
		}
	}
	return r.PostFormValue("names"), nil
}

// asCSV writes the result as a table. A text that a spreadsheet would run as a
// formula is written with an apostrophe before it.
func asCSV(page *batchPage) []byte {
	var b bytes.Buffer
	w := csv.NewWriter(&b)
	row := func(fields ...string) {
		for i, f := range fields {
			if f != "" && strings.ContainsRune("=+-@\t", rune(f[0])) {
				fields[i] = "'" + f
			}
		}
		_ = w.Write(fields) // a buffer takes everything
	}
	row("line", "name", "outcome", "reason", "listed_name", "tier")
	for _, l := range page.Lines {
		name, tier := "", ""
		if l.Best != nil {
			tier = l.Best.Tier
			if len(l.Best.Names) > 0 {
				name = l.Best.Names[0].Text
			}
		}
		row(strconv.Itoa(l.Number), l.Name, l.Outcome, l.Reason, name, tier)
	}
	w.Flush()
	return b.Bytes()
}
