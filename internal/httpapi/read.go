package httpapi

import (
	"bytes"
	"context"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"github.com/cordon-engine/cordon/internal/document"
	"github.com/cordon-engine/cordon/internal/fault"
	"github.com/cordon-engine/cordon/internal/report"
)

const readPath = "/v1/read"

// endings are the media types of documents that may be sent, and the ending that tells a reader what they are. What cannot
// be read of them is refused by the reader.
var endings = map[string]string{
	string(document.Plain): ".txt", string(document.Markdown): ".md", string(document.HTML): ".html", "application/xhtml+xml": ".html",
	string(document.PDF): ".pdf", string(document.DOCX): ".docx",
}

type readInput struct {
	Date        string `query:"date" doc:"the day of the document: weekdays, and the law that claims are checked against, hang on it"`
	Name        string `query:"name" maxLength:"200" doc:"what the document is called in the answer; document and its ending unless given"`
	ContentType string `header:"Content-Type"`
	RawBody     []byte
}

func registerRead(r *registrar) {
	a := r.a
	types := []string{
		string(document.Plain), string(document.HTML), string(document.Markdown), "application/xhtml+xml", string(document.PDF), string(document.DOCX),
	}
	add(r, operation{
		method: http.MethodPost, path: readPath, id: "read", tag: "read", summary: "What a document claims, and what bears it out",
		in: &huma.Schema{Description: "the document as it is"}, inTypes: types, out: r.of(report.ReadingJSON{}),
		slow: true, size: a.Limits.Document,
		about: "Speaker, kind and subject of each claim by rules and tables, with spans of the original; nothing is fetched or run. What is no text that can be read is refused.",
	}, a.read)
}

func (a *API) read(ctx context.Context, in *readInput) ([]byte, error) {
	if a.Library == nil {
		return nil, errNoLibrary
	}
	day, err := dayOf("date", in.Date)
	if err != nil {
		return nil, err
	}
	ending := endings[mediaType(in.ContentType)]
	name := in.Name
	switch {
	case name == "":
		name = "document" + ending
	case endingOf(name) != ending: // what is said in Content-Type holds
		name += ending
	}
	reading, err := a.Library.Read(ctx, name, in.RawBody, day)
	if err != nil {
		return nil, err
	}
	var b bytes.Buffer
	if err := report.WriteReading(&b, "json", reading); err != nil {
		return nil, fault.Wrap(fault.Internal, err, "the reading")
	}
	return b.Bytes(), nil
}
