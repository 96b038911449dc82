package httpapi

import (
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"maps"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"github.com/cordon-engine/cordon/internal/fault"
)

// Problem is an error as RFC 9457 has it, with the code of Cordon's faults.
type Problem struct {
	Type   string `json:"type" doc:"about:blank: the code says more than a page would"`
	Title  string `json:"title" doc:"the HTTP status in words"`
	Status int    `json:"status" doc:"the HTTP status"`
	Code   string `json:"code" enum:"invalid,usage,not_found,conflict,too_large,denied,limited,unavailable,internal" doc:"what kind of thing went wrong"`
	Detail string `json:"detail" doc:"what is wrong, in plain words"`
	Fix    string `json:"fix,omitempty" doc:"the way out"`
	Place  *Place `json:"place,omitempty" doc:"where in the input"`

	after time.Duration // when to come again; the usual time where it is 0
	to    string        // where a browser is sent instead; "" for nowhere
}

// Place says where in the input the fault lies.
type Place struct {
	Line   int    `json:"line,omitempty"`
	Column int    `json:"column,omitempty"`
	Item   int    `json:"item,omitempty"`
	Field  string `json:"field,omitempty"`
}

// Error gives the detail.
func (p *Problem) Error() string { return p.Detail }

// GetStatus gives the HTTP status.
func (p *Problem) GetStatus() int { return p.Status }

// GetHeaders gives when to come again, where that helps.
func (p *Problem) GetHeaders() http.Header {
	if p.after > 0 {
		return http.Header{"Retry-After": {strconv.FormatInt(int64((p.after+time.Second-1)/time.Second), 10)}}
	}
	if p.Status == http.StatusServiceUnavailable || p.Status == http.StatusTooManyRequests {
		return http.Header{"Retry-After": {retryAfter}}
	}
	return nil
}

// ContentType turns the type of the answer into that of problems.
func (p *Problem) ContentType(string) string { return problemType }

const problemType = "application/problem+json"

// problem makes the problem of an error. The cause of a fault of ours is logged
// and not shown.
func problem(ctx context.Context, log *slog.Logger, err error) *Problem {
	status := fault.HTTP(err)
	p := &Problem{Type: "about:blank", Title: http.StatusText(status), Status: status, Code: string(fault.CodeOf(err))}
	var f *fault.Error
	if fault.CodeOf(err) == fault.Internal || !errors.As(err, &f) {
		log.LogAttrs(ctx, slog.LevelError, "defect", slog.String("error", err.Error()))
		return defect()
	}
	p.Detail, p.Fix = f.Message, f.Fix
	if f.Cause != nil {
		p.Detail += ": " + f.Cause.Error()
	}
	if at := f.Place; at != (fault.Place{}) {
		p.Place = &Place{at.Line, at.Column, at.Item, at.Field}
		if *p.Place == (Place{}) {
			p.Place = nil
		}
	}
	return p
}

// defect is the problem of a fault of ours.
func defect() *Problem {
	return &Problem{
		Type: "about:blank", Title: http.StatusText(http.StatusInternalServerError), Status: http.StatusInternalServerError,
		Code: string(fault.Internal), Detail: "something went wrong here, and the fault is ours",
	}
}

// forbidden is the problem of a request that a page of another site makes.
var forbidden = &Problem{
	Type: "about:blank", Title: http.StatusText(http.StatusForbidden), Status: http.StatusForbidden, Code: string(fault.Denied),
	Detail: "a page of another site may not ask this server", Fix: "open the page of this server, or use a program",
}

// writeProblem answers outside the framework.
func writeProblem(w http.ResponseWriter, p *Problem) {
	w.Header().Set("Content-Type", problemType)
	maps.Copy(w.Header(), p.GetHeaders())
	w.WriteHeader(p.Status)
	_ = json.NewEncoder(w).Encode(p) // the reader is gone
}

// writeTo answers a request that is not let in: a browser is sent where there is a page for it, or shown one.
func (a Around) writeTo(w http.ResponseWriter, r *http.Request, p *Problem) {
	switch {
	case p.to != "":
		w.Header().Set("Cache-Control", "no-store")
		http.Redirect(w, r, p.to, http.StatusSeeOther)
	case a.Show != nil && browses(r):
		maps.Copy(w.Header(), p.GetHeaders())
		a.Show(w, r, p)
	default:
		writeProblem(w, p)
	}
}

// browses says whether a request comes from somebody who wants a page.
func browses(r *http.Request) bool {
	return strings.Contains(r.Header.Get("Accept"), "text/html") && !strings.HasPrefix(r.URL.Path, "/v1/")
}

// The framework makes its own errors (an unknown parameter, a body that is too
// large) through one variable; they become problems like all others.
func init() {
	huma.NewError = func(status int, msg string, errs ...error) huma.StatusError {
		code := fault.Internal
		switch status {
		case http.StatusBadRequest, http.StatusMethodNotAllowed, http.StatusNotAcceptable, http.StatusUnsupportedMediaType:
			code = fault.Usage
		case http.StatusUnprocessableEntity:
			code = fault.Invalid
		case http.StatusNotFound:
			code = fault.NotFound
		case http.StatusRequestEntityTooLarge:
			code = fault.TooLarge
		case http.StatusRequestTimeout, http.StatusServiceUnavailable:
			code = fault.Unavailable
		}
		p := &Problem{Type: "about:blank", Title: http.StatusText(status), Status: status, Code: string(code), Detail: msg}
		var parts []string
		for _, err := range errs {
			var d huma.ErrorDetailer
			if errors.As(err, &d) {
				e := d.ErrorDetail()
				parts = append(parts, e.Location+": "+e.Message)
				if p.Place == nil && e.Location != "" {
					p.Place = &Place{Field: strings.TrimPrefix(strings.TrimPrefix(e.Location, "query."), "body.")}
				}
			} else if err != nil {
				parts = append(parts, err.Error())
			}
		}
		if len(parts) > 0 {
			p.Detail += ": " + strings.Join(parts, "; ")
		}
		return p
	}
}
