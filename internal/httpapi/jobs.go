package httpapi

import (
	"context"
	"io"
	"net/http"

	"github.com/cordon-engine/cordon/internal/fault"
	"github.com/cordon-engine/cordon/internal/report"
)

// Jobs takes long work in and tells how it stands. Implementations are safe for concurrent use; fault.NotFound is a job that
// is not there.
type Jobs interface {
	// Screen takes parties, one a line, as a job.
	Screen(ctx context.Context, ask JobAsk, rows io.Reader) (report.JobJSON, error)
	Jobs(ctx context.Context) ([]report.JobJSON, error)
	Job(ctx context.Context, id string) (report.JobJSON, error)
	// Results writes the results of a job that is done, in the order of what was handed in; of another those that there
	// are when partial is true, and fault.Conflict when it is not.
	Results(ctx context.Context, id string, partial bool, w io.Writer) (Count, error)
	Cancel(ctx context.Context, id string) (report.JobJSON, error)
}

// JobAsk says how the parties of a job are screened.
type JobAsk struct {
	About     string   `query:"about" maxLength:"200" doc:"which work it is, for people"`
	Lists     []string `query:"list" doc:"look only in these lists"`
	AsOf      string   `query:"as_of" doc:"who was listed on this day? today unless given"`
	Schema    string   `query:"schema" doc:"what parties are that name no schema"`
	Threshold float64  `query:"threshold" minimum:"0" exclusiveMaximum:"1" doc:"show subjects from this probability on; that of a possible match unless given"`
	Limit     int      `query:"limit" minimum:"1" maximum:"1000" default:"10" doc:"how many subjects to show for a party"`
	Chunk     int      `query:"chunk" minimum:"1" maximum:"50000" default:"2000" doc:"how many parties a chunk has"`
	Tries     int      `query:"tries" minimum:"1" maximum:"50" default:"5" doc:"how often a chunk is tried before it is given up"`
}

type (
	jobInput struct {
		ID string `path:"id" minLength:"26" maxLength:"26" doc:"the name of a job"`
	}
	resultsInput struct {
		ID      string `path:"id" minLength:"26" maxLength:"26" doc:"the name of a job"`
		Partial bool   `query:"partial" doc:"give what there is, though the job is not done"`
	}
)

var errNoJobs = fault.New(fault.Unavailable, "this server takes no jobs").WithFix("start it over a data folder or a database, without --no-jobs")

func registerJobs(r *registrar) {
	a := r.a
	stream(r, operation{
		method: http.MethodPost, path: "/v1/jobs/screen/batch", id: "submitScreen", tag: "jobs", summary: "Hand in a stream of subjects to be screened as a job",
		in: lines(partySchema(false)), inTypes: []string{jsonLines}, out: lines(r.of(report.JobJSON{})), outTypes: []string{jsonLines}, faults: []int{409},
		about: "One party a line. The answer is one line, the job, when all of them were taken; nothing is taken of a stream that breaks off. Every party is " +
			"answered with the lists as they are now.",
	}, a.submitScreen)
	add(r, operation{
		method: http.MethodGet, path: "/v1/jobs", id: "jobs", tag: "jobs", summary: "All jobs, the newest first",
		out: r.listOf(report.JobJSON{}),
	}, a.jobs)
	add(r, operation{
		method: http.MethodGet, path: "/v1/jobs/{id}", id: "job", tag: "jobs", summary: "How a job stands, and which chunks failed",
		out: r.of(report.JobJSON{}), faults: []int{404},
	}, a.job)
	stream(r, operation{
		method: http.MethodGet, path: "/v1/jobs/{id}/results", id: "jobResults", tag: "jobs", summary: "The results of a job, one a line",
		out: lines(r.of(report.AnswerJSON{})), outTypes: []string{jsonLines}, faults: []int{404, 409},
		about: "In the order of what was handed in. Of jobs of screening they are answers, as those of /v1/screen/batch; of other kinds what their command prints.",
	}, func(ctx context.Context, in *resultsInput, _ io.Reader, w io.Writer) (Count, error) {
		if a.Jobs == nil {
			return Count{}, errNoJobs
		}
		return a.Jobs.Results(ctx, in.ID, in.Partial, w)
	})
	add(r, operation{
		method: http.MethodPost, path: "/v1/jobs/{id}/cancel", id: "cancelJob", tag: "jobs", summary: "Begin no more chunks of a job",
		out: r.of(report.JobJSON{}), faults: []int{404, 409},
	}, a.cancelJob)
}

func (a *API) submitScreen(ctx context.Context, in *JobAsk, rows io.Reader, w io.Writer) (Count, error) {
	if a.Jobs == nil {
		return Count{}, errNoJobs
	}
	if !(in.Threshold >= 0 && in.Threshold < 1) { // the framework takes NaN for a number in its bounds
		return Count{}, fault.New(fault.Invalid, "the threshold lies from 0 to below 1").At(fault.Place{Field: "threshold"})
	}
	j, err := a.Jobs.Screen(ctx, *in, rows)
	if err != nil {
		return Count{}, err
	}
	b, err := report.JSONLine(j)
	if err == nil {
		_, err = w.Write(b)
	}
	return Count{Read: j.Items, Answered: j.Items}, err
}

func (a *API) jobs(ctx context.Context, _ *none) ([]byte, error) {
	if a.Jobs == nil {
		return nil, errNoJobs
	}
	list, err := a.Jobs.Jobs(ctx)
	if err != nil {
		return nil, err
	}
	return report.JSON(list)
}

func (a *API) job(ctx context.Context, in *jobInput) ([]byte, error) {
	if a.Jobs == nil {
		return nil, errNoJobs
	}
	return jobJSON(a.Jobs.Job(ctx, in.ID))
}

func (a *API) cancelJob(ctx context.Context, in *jobInput) ([]byte, error) {
	if a.Jobs == nil {
		return nil, errNoJobs
	}
	return jobJSON(a.Jobs.Cancel(ctx, in.ID))
}

func jobJSON(j report.JobJSON, err error) ([]byte, error) {
	if err != nil {
		return nil, err
	}
	return report.JSON(j)
}
