package yente

import (
	"math"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"github.com/cordon-engine/cordon/internal/pattern"
)

// parameters reads the query of a request. The first thing that is wrong stays in
// err; what nobody asks for is left alone, as clients of yente add keys of their
// own.
type parameters struct {
	values url.Values
	err    error
}

func readParameters(r *http.Request) *parameters {
	v, err := url.ParseQuery(r.URL.RawQuery)
	p := &parameters{values: v}
	if err != nil {
		p.err = wrong("url_parsing", "the query of the address cannot be read", "query")
	}
	return p
}

func (p *parameters) fail(kind, msg, name string) {
	if p.err == nil {
		p.err = wrong(kind, msg, "query", name)
	}
}

func (p *parameters) text(name string) string { return p.values.Get(name) }

// texts gives all values of a parameter that may stand often; empty ones are left
// out.
func (p *parameters) texts(name string) []string {
	var out []string
	for _, v := range append(p.values[name], p.values[name+"[]"]...) {
		if v != "" {
			out = append(out, v)
		}
	}
	return out
}

// number gives a whole number between two bounds.
func (p *parameters) number(name string, usual, low, high int) int {
	if !p.values.Has(name) {
		return usual
	}
	n, err := strconv.Atoi(strings.TrimSpace(p.text(name)))
	switch {
	case err != nil:
		p.fail("int_parsing", "Input should be a valid integer, unable to parse string as an integer", name)
	case n > high:
		p.fail("less_than_equal", "Input should be less than or equal to "+strconv.Itoa(high), name)
	case n < low:
		p.fail("greater_than_equal", "Input should be greater than or equal to "+strconv.Itoa(low), name)
	}
	return n
}

// share gives a number from 0 to 1.
func (p *parameters) share(name string, usual float64) float64 {
	if !p.values.Has(name) {
		return usual
	}
	n, err := strconv.ParseFloat(strings.TrimSpace(p.text(name)), 64)
	switch {
	case err != nil || math.IsNaN(n):
		p.fail("float_parsing", "Input should be a valid number, unable to parse string as a number", name)
	case n < 0 || n > 1:
		p.fail("out_of_range", "Input should be from 0 to 1", name)
	}
	return n
}

// truth gives a yes or no.
func (p *parameters) truth(name string, usual bool) bool {
	if !p.values.Has(name) {
		return usual
	}
	switch strings.ToLower(strings.TrimSpace(p.text(name))) {
	case "true", "1", "yes", "on", "t", "y":
		return true
	case "false", "0", "no", "off", "f", "n":
		return false
	}
	p.fail("bool_parsing", "Input should be a valid boolean, unable to interpret input", name)
	return usual
}

var sinceForm = pattern.New(`^\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])([T ]([01]\d|2[0-3]):[0-5]\d(:[0-5]\d)?)?$`)

// since gives a time as entities have it; "" for none.
func (p *parameters) since(name string) string {
	v := p.text(name)
	if v == "" {
		return ""
	}
	if !sinceForm.MatchString(v) {
		p.fail("string_pattern_mismatch", "write it as 2025-06-02 or 2025-06-02T12:10:03", name)
		return ""
	}
	v = strings.Replace(v, " ", "T", 1)
	return v + "0000-01-01T00:00:00"[len(v):]
}
