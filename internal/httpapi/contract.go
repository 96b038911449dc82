package httpapi

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"mime"
	"net/http"
	"net/url"
	"path"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/danielgtaylor/huma/v2"

	"github.com/cordon-engine/cordon/internal/fault"
)

// What is held before a handler sees a request: the answer can be given in a form that is accepted, the body is of a
// type that is read, and the query says each thing once.

// refusal is a problem that comes from the request's form and not from what it asks.
func refusal(status int, code fault.Code, field, fix, detail string) *Problem {
	p := &Problem{Type: "about:blank", Title: http.StatusText(status), Status: status, Code: string(code), Detail: detail, Fix: fix}
	if field != "" {
		p.Place = &Place{Field: field}
	}
	return p
}

// acceptable chooses among the media types that an operation can answer with; ok is false when none is accepted.
// Problems are always of one type, which needs no accepting.
func acceptable(header []string, offers []string) (chosen string, ok bool) {
	if len(header) == 0 || len(header) == 1 && (header[0] == "" || header[0] == "*/*") {
		return offers[0], true
	}
	best := 0.0
	for _, offer := range offers {
		if q := quality(header, offer); q > best {
			best, chosen = q, offer
		}
	}
	return chosen, best > 0
}

// quality gives the weight of a media type under an Accept header: that of the most exact range which covers it.
func quality(header []string, offer string) float64 {
	main, _, _ := strings.Cut(offer, "/")
	weight, exact := 0.0, -1
	for _, line := range header {
		for part := range strings.SplitSeq(line, ",") {
			ranged, params, _ := strings.Cut(part, ";")
			how := slices.Index([]string{"*/*", main + "/*", offer}, strings.ToLower(strings.TrimSpace(ranged)))
			if how < 0 || how < exact {
				continue
			}
			exact, weight = how, qualityOf(params)
		}
	}
	return weight
}

func qualityOf(params string) float64 {
	for p := range strings.SplitSeq(params, ";") {
		if v, ok := strings.CutPrefix(strings.ToLower(strings.TrimSpace(p)), "q="); ok {
			q, err := strconv.ParseFloat(v, 64)
			if err != nil || !(q >= 0 && q <= 1) {
				return 0
			}
			return q
		}
	}
	return 1
}

// checkBody refuses a body of a type that is not read, in another encoding than UTF-8, or packed.
func checkBody(h http.Header, reads []string) *Problem {
	const status = http.StatusUnsupportedMediaType
	fix := "send " + strings.Join(reads, " or ") + " and say so in Content-Type"
	if e := h.Get("Content-Encoding"); e != "" && !strings.EqualFold(e, "identity") {
		return refusal(status, fault.Usage, "Content-Encoding", "send it as it is", "a body that is packed is not read")
	}
	given := h.Get("Content-Type")
	if slices.Contains(reads, given) {
		return nil
	}
	media, params, err := mime.ParseMediaType(given)
	if err != nil || !slices.Contains(reads, media) {
		return refusal(status, fault.Usage, "Content-Type", fix, "a body of the type "+strconv.Quote(given)+" is not read here")
	}
	if set := params["charset"]; set != "" && !strings.EqualFold(set, "utf-8") && !strings.EqualFold(set, "us-ascii") {
		return refusal(status, fault.Usage, "Content-Type", "send it as UTF-8", "a body in "+strconv.Quote(set)+" is not read")
	}
	return nil
}

// checkQuery refuses a query that cannot be read whole, that says twice what can be said once, or names a thing and says
// nothing of it: a variable that was empty must not ask for everything.
func checkQuery(raw string, lists []string) *Problem {
	if raw == "" {
		return nil
	}
	q, err := url.ParseQuery(raw)
	if err != nil {
		return refusal(http.StatusBadRequest, fault.Usage, "", "escape it as in a%20b", "the query cannot be read: "+err.Error())
	}
	names := make([]string, 0, len(q))
	for name := range q {
		names = append(names, name)
	}
	slices.Sort(names)
	for _, name := range names {
		if len(q[name]) > 1 && !slices.Contains(lists, name) {
			return refusal(http.StatusUnprocessableEntity, fault.Invalid, name, "say it once", "the parameter "+strconv.Quote(name)+" is given twice")
		}
		for _, v := range q[name] {
			if v == "" {
				return refusal(http.StatusUnprocessableEntity, fault.Invalid, strings.ToValidUTF8(name, "?"), "leave it out, or say something",
					"the parameter "+strconv.Quote(name)+" says nothing")
			}
			if !utf8.ValidString(v) || strings.ContainsRune(v, 0) {
				return refusal(http.StatusUnprocessableEntity, fault.Invalid, strings.ToValidUTF8(name, "?"), "send it as UTF-8",
					"a parameter is no text in UTF-8")
			}
		}
	}
	return nil
}

// said gives the headers by which an operation is told who asks, and in which role.
func said(o *huma.Operation) []*huma.Param {
	return slices.DeleteFunc(slices.Clone(o.Parameters), func(p *huma.Param) bool { return p.In != "header" || !strings.HasPrefix(p.Name, "Cordon-") })
}

// checkHeaders refuses such a header that says nothing, or two things: a variable that was empty must give nobody the role that
// there is without it.
func checkHeaders(h http.Header, said []*huma.Param) *Problem {
	for _, p := range said {
		given := h.Values(p.Name)
		if len(given) == 0 || len(given) == 1 && strings.TrimSpace(given[0]) != "" {
			continue
		}
		fix := "leave it out, or say one thing"
		var names []string
		for _, v := range p.Schema.Enum {
			names = append(names, fmt.Sprint(v))
		}
		if len(names) > 0 {
			fix = "leave it out, or say one of " + strings.Join(names, ", ")
		}
		what := "says nothing"
		if len(given) > 1 {
			what = "is given twice"
		}
		return refusal(http.StatusUnprocessableEntity, fault.Invalid, p.Name, fix, "the header "+p.Name+" "+what)
	}
	return nil
}

// etag names an answer by all that it hangs on.
func etag(version string, r *http.Request, media string) string {
	sum := sha256.Sum256([]byte(version + "\n" + r.URL.EscapedPath() + "\n" + r.URL.Query().Encode() + "\n" + media))
	return `"` + hex.EncodeToString(sum[:16]) + `"`
}

// matches reports whether an If-None-Match header names a tag.
func matches(header []string, tag string) bool {
	for _, line := range header {
		for t := range strings.SplitSeq(line, ",") {
			if strings.TrimPrefix(strings.TrimSpace(t), "W/") == tag {
				return true
			}
		}
	}
	return false
}

// tooLarge gives the fault of a body that is over its limit.
func tooLarge(err error) error {
	var big *http.MaxBytesError
	if errors.As(err, &big) {
		return fault.New(fault.TooLarge, "the body has more than %d bytes", big.Limit).WithFix("send it in parts")
	}
	return err
}

// mediaType gives the media type of a Content-Type header, without what follows it.
func mediaType(header string) string {
	media, _, err := mime.ParseMediaType(header)
	if err != nil {
		return ""
	}
	return media
}

// endingOf gives the ending of a name, in small letters.
func endingOf(name string) string { return strings.ToLower(path.Ext(name)) }
