package httpapi

import (
	"context"
	"io"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"github.com/cordon-engine/cordon/internal/fault"
	"github.com/cordon-engine/cordon/internal/report"
	"github.com/cordon-engine/cordon/internal/screen"
	"github.com/cordon-engine/cordon/internal/when"
)

type explainInput struct {
	Subject string `query:"subject" required:"true" minLength:"1" doc:"the id of the subject, as un:KPi.001"`
	AsOf    string `query:"as_of" doc:"as the subject stood on this day; today unless given"`
	RawBody []byte
}

func registerScreen(r *registrar) {
	a := r.a
	party, query, named := partySchema(false), partySchema(true), withRef(partySchema(false))
	add(r, operation{
		method: http.MethodPost, path: "/v1/screen", id: "screen", tag: "screen", summary: "Screen one subject against the loaded lists",
		in: withRef(query), out: r.of(report.AnswerJSON{}),
		about: "The body is a party, with lists, as_of, threshold and limit beside its fields. Anything that kept it from being screened is the " +
			"outcome not_screened with its reason; an answer without hits says only that the lists named under against have nobody like it. Hits that two persons " +
			"found false on just these facts are suppressed: shown as such, counted, outside the limit, and without a say in the outcome; a party that has no others is suppressed, which is no new alert and not clear.",
	}, func(ctx context.Context, in *posted) ([]byte, error) { return a.screenOne(ctx, in.RawBody) })
	stream(r, operation{
		method: http.MethodPost, path: "/v1/screen/batch", id: "screenBatch", tag: "screen", summary: "Screen a stream of subjects",
		in: lines(named), inTypes: []string{jsonLines}, out: lines(r.of(report.AnswerJSON{})), outTypes: []string{jsonLines},
		about: "One party a line; one answer a line, in the same order, while the stream still runs. A line that cannot be read is answered as not_screened with its reason.",
	}, func(ctx context.Context, _ *none, src io.Reader, w io.Writer) (Count, error) {
		return a.screenLines(ctx, src, w)
	})
	add(r, operation{
		method: http.MethodPost, path: "/v1/explain", id: "explain", tag: "screen", summary: "Why a party is, or is not, a subject",
		in: party, out: r.of(report.ExplainJSON{}), faults: []int{404},
	}, a.explain)
}

// wholeMost is the largest whole number that every reader of JSON keeps as it is.
const wholeMost = 1 << 53

// partySchema describes a party: every field is a text or a list of texts; a whole number stands for its digits, and null for nothing. With asks, what a
// query says besides.
func partySchema(asks bool) *huma.Schema {
	text := &huma.Schema{Type: huma.TypeString}
	least, largest := -float64(wholeMost), float64(wholeMost)
	number := &huma.Schema{Type: huma.TypeInteger, Minimum: &least, Maximum: &largest}
	nothing := &huma.Schema{Type: "null"}
	one := &huma.Schema{OneOf: []*huma.Schema{text, number, nothing}}
	s := &huma.Schema{Type: huma.TypeObject, AdditionalProperties: false, Properties: map[string]*huma.Schema{}}
	for _, f := range screen.Fields() {
		s.Properties[f] = &huma.Schema{OneOf: []*huma.Schema{text, number, nothing, {Type: huma.TypeArray, Items: one}}}
	}
	if asks {
		zero, first, most, thousand := 0.0, 1.0, 1.0, 1000.0
		s.Properties["lists"] = &huma.Schema{Type: huma.TypeArray, Items: text, Description: "look only in these lists"}
		s.Properties["as_of"] = &huma.Schema{Type: huma.TypeString, Description: "who was listed on this day? today unless given"}
		s.Properties["threshold"] = &huma.Schema{
			Type: huma.TypeNumber, Minimum: &zero, ExclusiveMaximum: &most, Description: "show subjects from this probability on; the outcome does not change",
		}
		s.Properties["limit"] = &huma.Schema{Type: huma.TypeInteger, Minimum: &first, Maximum: &thousand, Description: "how many subjects to show"}
	}
	return s
}

// withRef adds to a party by what the asker calls it.
func withRef(s *huma.Schema) *huma.Schema {
	most := 200
	s.Properties[screen.Ref] = &huma.Schema{
		Type: huma.TypeString, MaxLength: &most, Description: "by what you call the party; by it suppressions of cases are found, and without it by all that it says",
	}
	return s
}

const noScreening = "screening is not available in this build"

var errNoScreening = fault.New(fault.Unavailable, noScreening).
	WithFix("state party.listed as a fact of the activity, and check it yourself")

func (a *API) screenOne(ctx context.Context, body []byte) ([]byte, error) {
	if a.Screener == nil {
		return nil, errNoScreening
	}
	if k, ok := a.Screener.(KeptScreener); ok {
		b, id, err := k.ScreenKept(ctx, body)
		leave(ctx, id)
		return b, err
	}
	return a.Screener.Screen(ctx, body)
}

func (a *API) screenLines(ctx context.Context, r io.Reader, w io.Writer) (Count, error) {
	if a.Screener == nil {
		return Count{}, errNoScreening
	}
	if k, ok := a.Screener.(KeptScreener); ok {
		return k.ScreenLinesKept(ctx, batchOf(w), r, w)
	}
	return a.Screener.ScreenLines(ctx, r, w)
}

func (a *API) explain(ctx context.Context, in *explainInput) ([]byte, error) {
	if a.Subjects == nil {
		return nil, errNoScreening
	}
	asOf, err := a.dayOrToday("as_of", in.AsOf)
	if err != nil {
		return nil, err
	}
	x, err := a.Subjects.Explain(ctx, in.RawBody, in.Subject, asOf)
	if err != nil {
		return nil, err
	}
	return report.JSON(x)
}

// dayOrToday reads a day; "" is today.
func (a *API) dayOrToday(field, s string) (when.Day, error) {
	if s == "" {
		return a.Subjects.Today(), nil
	}
	return dayOf(field, s)
}
