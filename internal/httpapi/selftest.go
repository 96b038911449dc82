package httpapi

import (
	"context"
	"io"
	"math"
	"net/http"
	"strconv"

	"github.com/danielgtaylor/huma/v2"

	"github.com/cordon-engine/cordon/internal/fault"
	"github.com/cordon-engine/cordon/internal/report"
)

const selftestPath = "/v1/selftest"

type selftestInput struct {
	Sample    int      `query:"sample" minimum:"1" default:"100" doc:"how many listed names to ask about, as many of each list as of any other"`
	Seed      uint64   `query:"seed" maximum:"9007199254740991" default:"1" doc:"chooses names and changes: the same seed asks the same"`
	Weak      bool     `query:"weak" doc:"also names that a list itself calls weak"`
	List      []string `query:"list,explode" doc:"only names of this list"`
	Threshold float64  `query:"threshold" minimum:"0" exclusiveMaximum:"1" doc:"a hit counts from this probability on; that of a possible match unless given"`
	AsOf      string   `query:"as_of" doc:"who was listed on this day? today unless given"`
	Summary   bool     `query:"summary" doc:"the result alone, without the questions"`
}

func registerSelftest(r *registrar) {
	a := r.a
	either := &huma.Schema{OneOf: []*huma.Schema{r.of(report.SelfTestLine{}), r.of(report.SelfTestJSON{})}}
	stream(r, operation{
		method: http.MethodPost, path: selftestPath, id: "selftest", tag: "selftest", summary: "Ask with 20 variants of listed names, and count",
		out: lines(either), outTypes: []string{jsonLines}, faults: []int{404, 413},
		about: "One question a line while they are asked, and the result, of the type result, as the last line. A stream that breaks off ends without its trailers.",
	}, a.selftest)
}

func (a *API) selftest(ctx context.Context, in *selftestInput, _ io.Reader, w io.Writer) (Count, error) {
	var n Count
	if a.Subjects == nil {
		return n, errNoScreening
	}
	if in.Sample > a.Limits.Sample {
		return n, fault.New(fault.TooLarge, "at most %d names are asked about here", a.Limits.Sample).
			At(fault.Place{Field: "sample"}).WithFix("say sample=%s, or use the command line", strconv.Itoa(a.Limits.Sample))
	}
	if err := checkThreshold(in.Threshold); err != nil {
		return n, err
	}
	asOf, err := a.dayOrToday("as_of", in.AsOf)
	if err != nil {
		return n, err
	}
	var each func(report.SelfTestLine) error
	write := func(v any) error {
		n.Read++
		n.Answered++
		b, err := report.JSONLine(v)
		if err == nil {
			_, err = w.Write(b)
		}
		return err
	}
	if !in.Summary {
		each = func(x report.SelfTestLine) error { return write(x) }
	}
	result, err := a.Subjects.SelfTest(ctx, SelfTest{
		Sample: in.Sample, Seed: in.Seed, Weak: in.Weak, Lists: in.List, Threshold: in.Threshold, AsOf: asOf,
	}, each)
	if err != nil {
		return n, err
	}
	return n, write(result)
}

// checkThreshold refuses what reads as a number and lies in no range.
func checkThreshold(p float64) error {
	if math.IsNaN(p) {
		return fault.New(fault.Invalid, "it is not a number").At(fault.Place{Field: "threshold"}).WithFix("use a probability below 1")
	}
	return nil
}
