package httpapi

import (
	"context"
	"net/http"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"github.com/cordon-engine/cordon/internal/fault"
	"github.com/cordon-engine/cordon/internal/report"
)

// WatchFile is a file of all customers there are, on its way into a base.
type WatchFile struct {
	// Ending says what it is: .csv, .xlsx or .jsonl.
	Ending string
	Body   []byte
	// Ref names the column of the references; guessed where it is empty. Map gives the columns of fields as FIELD=COLUMN.
	Ref    string
	Map    []string
	Schema string
}

// LookBack is what a past run is compared with: lists as they were, as un@3; others as they are.
type LookBack struct {
	// Run is the run to compare with; the newest for 0.
	Run     int
	Against []string
}

// Watching keeps customers on file. Implementations are safe for concurrent use.
type Watching interface {
	// Bases gives every base as it stands.
	Bases(ctx context.Context) ([]report.WatchBaseJSON, error)
	// Put takes a file as the next version of a base, and tells what it refused.
	Put(ctx context.Context, base string, f WatchFile) (report.WatchVersionJSON, error)
	// Versions and Runs give those of a base; fault.NotFound when there is none.
	Versions(ctx context.Context, base string) ([]report.WatchVersionJSON, error)
	Runs(ctx context.Context, base string) ([]report.WatchRunJSON, error)
	// Refusals gives a version with the rows that it refused.
	Refusals(ctx context.Context, base string, version int) (report.WatchVersionJSON, error)
	// Changes compares two runs: 0 is before the first, and until 0 is the newest.
	Changes(ctx context.Context, base string, since, until int) (report.WatchResultJSON, error)
	// Start begins a run, and LookBack a look back; fault.Conflict while another works on the base.
	Start(ctx context.Context, base string, full bool) (report.WatchJobJSON, error)
	LookBack(ctx context.Context, base string, ask LookBack) (report.WatchJobJSON, error)
	// Job tells how far one is.
	Job(ctx context.Context, base, id string) (report.WatchJobJSON, error)
}

// watchPath is the beginning of all addresses of bases.
const watchPath = "/v1/watch"

// watchEndings are the media types of files of customers, and their endings.
var watchEndings = map[string]string{
	"text/csv": ".csv", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": ".xlsx", jsonLines: ".jsonl", "application/x-ndjson": ".jsonl",
}

// MaxWatchFile is the largest file of customers that is taken over HTTP, in bytes; larger ones are taken by the command.
const MaxWatchFile = 256 << 20

// uploadsBase reports whether a request brings a file of customers, which may take as long as a stream.
func uploadsBase(r *http.Request) bool {
	base, ok := strings.CutPrefix(r.URL.Path, watchPath+"/")
	return ok && r.Method == http.MethodPost && !strings.Contains(base, "/")
}

type (
	// BaseInput names a base. The framework reads embedded fields only from exported types.
	BaseInput struct {
		Base string `path:"base" doc:"the name of the base"`
	}
	putBaseInput struct {
		BaseInput
		Ref         string   `query:"ref" doc:"the column or key that holds your reference of a customer; guessed from the header unless given"`
		Map         []string `query:"map,explode" doc:"which column holds a field, as name=COLUMN; guessed from the header unless given"`
		Schema      string   `query:"schema" doc:"what customers are of whom the file does not say: Person, Company, Vessel ..."`
		ContentType string   `header:"Content-Type"`
		RawBody     []byte
	}
	versionInput struct {
		BaseInput
		Version int `path:"version" minimum:"1" doc:"the number of the version"`
	}
	startInput struct {
		BaseInput
		Full bool `query:"full" doc:"screen everybody; else those for whom a change may change something"`
	}
	raisedInput struct {
		BaseInput
		Since int `query:"since" minimum:"-1" default:"-1" doc:"the run to compare from; 0 gives all that stands; the one before until unless given"`
		Until int `query:"until" minimum:"0" doc:"the run to compare to; the newest unless given"`
	}
	lookBackInput struct {
		BaseInput
		Run     int      `query:"run" minimum:"0" doc:"the run to compare with; the newest unless given"`
		Against []string `query:"against,explode" doc:"a list as it was with an earlier snapshot in force, as un@3"`
	}
	watchJobInput struct {
		BaseInput
		Job string `path:"job" doc:"the id of the job"`
	}
)

// errNoWatching says that no bases are kept here.
var errNoWatching = fault.New(fault.Unavailable, "this server keeps no bases of customers").WithFix("start it with a data folder or a database")

func registerWatch(r *registrar) {
	get := func(path, id, summary string) operation {
		return operation{method: http.MethodGet, path: watchPath + path, id: id, tag: "watch", summary: summary, faults: []int{404}}
	}
	o := get("", "watchBases", "The bases of customers, when each was screened, and which are behind")
	o.out = r.listOf(report.WatchBaseJSON{})
	watching(r, o, func(ctx context.Context, w Watching, _ *none) (any, error) { return w.Bases(ctx) })

	o = get("/{base}/versions", "watchVersions", "The versions of a base")
	o.out = r.listOf(report.WatchVersionJSON{})
	watching(r, o, func(ctx context.Context, w Watching, in *BaseInput) (any, error) { return w.Versions(ctx, in.Base) })

	o = get("/{base}/versions/{version}", "watchVersion", "A version, with the rows that it refused and why")
	o.out = r.of(report.WatchVersionJSON{})
	watching(r, o, func(ctx context.Context, w Watching, in *versionInput) (any, error) {
		return w.Refusals(ctx, in.Base, in.Version)
	})

	o = get("/{base}/runs", "watchRuns", "The runs over a base: what was screened against what, with counts that add up")
	o.out = r.listOf(report.WatchRunJSON{})
	watching(r, o, func(ctx context.Context, w Watching, in *BaseInput) (any, error) { return w.Runs(ctx, in.Base) })

	o = get("/{base}/changes", "watchChanges", "What changed for customers between two runs")
	o.out = r.of(report.WatchResultJSON{})
	watching(r, o, func(ctx context.Context, w Watching, in *raisedInput) (any, error) {
		return w.Changes(ctx, in.Base, in.Since, in.Until)
	})

	o = get("/{base}/jobs/{job}", "watchJob", "How far a run or a look back is")
	o.out = r.of(report.WatchJobJSON{})
	o.about = "Jobs are known until the server stops; runs are kept, what a look back finds is not."
	watching(r, o, func(ctx context.Context, w Watching, in *watchJobInput) (any, error) {
		return w.Job(ctx, in.Base, in.Job)
	})

	post := func(path, id, summary string) operation {
		o := get(path, id, summary)
		o.method = http.MethodPost
		return o
	}
	o = post("/{base}", "watchPut", "Take a file of all customers as the next version of a base")
	o.in, o.out, o.size, o.long = &huma.Schema{Description: "all customers there are"}, r.of(report.WatchVersionJSON{}), MaxWatchFile, true
	o.inTypes = []string{"text/csv", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", jsonLines, "application/x-ndjson"}
	o.about = "A base is made by its first file. Rows that cannot be screened are refused with their place; who is not in the file is off the base."
	watching(r, o, func(ctx context.Context, w Watching, in *putBaseInput) (any, error) {
		return w.Put(ctx, in.Base, WatchFile{
			Ending: watchEndings[mediaType(in.ContentType)], Body: in.RawBody, Ref: in.Ref, Map: in.Map, Schema: in.Schema,
		})
	})

	o = post("/{base}/runs", "watchStart", "Begin a run over a base")
	o.out = r.of(report.WatchJobJSON{})
	watching(r, o, func(ctx context.Context, w Watching, in *startInput) (any, error) {
		return w.Start(ctx, in.Base, in.Full)
	})

	o = post("/{base}/lookback", "watchLookBack", "What a past run would have found with other lists")
	o.out = r.of(report.WatchJobJSON{})
	o.about = "All customers of that run are screened again and nothing is kept: the job that is begun holds the differences when it is done."
	watching(r, o, func(ctx context.Context, w Watching, in *lookBackInput) (any, error) {
		return w.LookBack(ctx, in.Base, LookBack{Run: in.Run, Against: in.Against})
	})
}

// watching adds an operation that needs the bases.
func watching[I any](r *registrar, o operation, f func(context.Context, Watching, *I) (any, error)) {
	a := r.a
	add(r, o, func(ctx context.Context, in *I) ([]byte, error) {
		if a.Watching == nil {
			return nil, errNoWatching
		}
		v, err := f(ctx, a.Watching, in)
		if err != nil {
			return nil, err
		}
		return report.JSON(v)
	})
}
