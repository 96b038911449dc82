package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"github.com/cordon-engine/cordon/data"
	"github.com/cordon-engine/cordon/internal/access"
	"github.com/cordon-engine/cordon/internal/account"
	"github.com/cordon-engine/cordon/internal/httpapi"
	"github.com/cordon-engine/cordon/internal/job"
	"github.com/cordon-engine/cordon/internal/role"
	"github.com/cordon-engine/cordon/internal/sqlite"
)

// served is what `cordon serve` serves over the lists and facts that come with the program, made once.
var served = sync.OnceValues(func() (http.Handler, error) {
	dir, err := os.MkdirTemp("", "cordon-api-test")
	if err != nil {
		return nil, err
	}
	servedDir = dir
	return serveExamples(dir)
})

// serveExamples makes such a server, with what the examples of the API speak of, below a folder.
func serveExamples(dir string) (http.Handler, error) {
	today := time.Date(2026, 11, 26, 12, 0, 0, 0, time.UTC)
	m := &Main{In: strings.NewReader(""), Out: io.Discard, Err: io.Discard, Now: func() time.Time { return today }, ctx: context.Background()}
	none := dir + "/none"
	live, places, err := m.openLive(m.ctx, none, 0, discard())
	if err != nil {
		return nil, err
	}
	c := &serveCmd{dataFlag: dataFlag{Data: none, Folder: none}, Addr: "127.0.0.1:0", Poll: time.Hour, AllowRemote: true}
	h, err := c.handler(m, discard(), "127.0.0.1", &screener{live: live, places: places, m: m, lists: lists{live, m, 0}})
	if err != nil {
		return nil, err
	}
	if err := c.jobs.example(m.ctx); err != nil {
		return nil, err
	}
	if err := c.team.example(m, dir+"/team"); err != nil {
		return nil, err
	}
	if err := putExample(h); err != nil {
		return nil, err
	}
	return h, c.cases.exampleCases(h, live)
}

// example gives the desk a queue in memory, that nobody works on, with the job that the examples name.
func (d *jobDesk) example(ctx context.Context) error {
	store, err := sqlite.OpenEmpty(ctx)
	if err != nil {
		return err
	}
	d.queue, d.actor = sqlite.Queue{Store: store}, "somebody" // whose secret would be written
	j, err := newJob(d.m.now(), "clients", "somebody", job.DefaultTries)
	if err == nil {
		j.ID, j.Kind = "01ARZ3NDEKTSV4RRFFQ69G5FAV", kindScreen
		_, err = d.queue.Submit(ctx, j, commandChunks([]lineJSON{{}}))
	}
	return err
}

// example gives the people whom the examples name, in a folder of their own: where there are people every question wants a key.
func (t *teamForPrograms) example(m *Main, dir string) error {
	s, err := m.openStore(m.ctx, dir) // for as long as the tests run
	if err != nil {
		return err
	}
	d := account.NewDesk(peopleOf(s), func(name string) (string, error) { return "u-" + name, nil }, m.now)
	for name, r := range map[string]role.Role{"ana": role.Analyst, "dag": role.Admin} {
		if _, err := d.Add(m.ctx, "u-shell", name, "", []role.Role{r}, ""); err != nil {
			return err
		}
	}
	k := access.Key{ID: "ck_abcdefghij", Owner: "ana", Scopes: []access.Scope{access.Screen}, Created: m.now()}
	t.desk = &httpapi.TeamDesk{Desk: d, By: "u-dag", Now: m.now(), Keys: &loggedKeys{Store: keysIn(s), log: s, actor: "u-dag", now: m.now}}
	return t.desk.Keys.AddKey(m.ctx, k)
}

// servedDir is the folder of the server that tests share; TestMain removes it.
var servedDir string

// putExample puts the base that examples speak of on file, and has it screened.
func putExample(h http.Handler) error {
	for _, q := range [][3]string{
		{"POST", "/v1/watch/clients?ref=NO&schema=Person", "NO,name,date of birth\n10482,Yun Ho Chin,1944-10-13\n10483,Gunnhild Haraldsdottir,\n"},
		{"POST", "/v1/watch/clients/runs?full=true", ""},
	} {
		r := httptest.NewRequest(q[0], q[1], strings.NewReader(q[2]))
		if q[2] != "" {
			r.Header.Set("Content-Type", "text/csv")
		}
		w := httptest.NewRecorder()
		if h.ServeHTTP(w, r); w.Code != http.StatusOK {
			return fmt.Errorf("%s: status %d, %s", q[1], w.Code, w.Body)
		}
	}
	for {
		w := httptest.NewRecorder()
		h.ServeHTTP(w, httptest.NewRequest("GET", "/v1/watch/clients/runs", nil))
		if w.Code != http.StatusOK || strings.Contains(w.Body.String(), "run") {
			return nil
		}
		time.Sleep(20 * time.Millisecond)
	}
}

// described is the description of the API, as the server gives it.
type described struct {
	t        testing.TB
	h        http.Handler
	doc      map[string]any
	compiler *jsonschema.Compiler
	schemas  map[string]*jsonschema.Schema
	ops      []op
}

// op is one operation of the description with its example.
type op struct {
	method, path, id string
	def              map[string]any
	example          httpapi.Example
}

func describe(t testing.TB) *described {
	t.Helper()
	h, err := served()
	if err != nil {
		t.Fatal(err)
	}
	d := &described{t: t, h: h, schemas: map[string]*jsonschema.Schema{}, compiler: jsonschema.NewCompiler()}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/openapi.json", nil))
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(w.Body.Bytes()))
	if err == nil {
		err = d.compiler.AddResource("http://x/openapi.json", doc)
	}
	if err != nil {
		t.Fatal(err)
	}
	d.doc = doc.(map[string]any)
	b, err := data.FS.ReadFile("api/examples.json")
	if err != nil {
		t.Fatal(err)
	}
	examples, err := httpapi.ReadExamples("examples.json", b)
	if err != nil {
		t.Fatal(err)
	}
	for path, item := range d.doc["paths"].(map[string]any) {
		for method, def := range item.(map[string]any) {
			def := def.(map[string]any)
			id := def["operationId"].(string)
			if examples[id].Asks == "" {
				t.Errorf("%s %s has no example", method, path)
				continue
			}
			d.ops = append(d.ops, op{strings.ToUpper(method), path, id, def, examples[id]})
		}
	}
	slices.SortFunc(d.ops, func(a, b op) int { return strings.Compare(a.id, b.id) })
	return d
}

// bodyType is the media type that the example of an operation has.
func (o *op) bodyType() string {
	body, ok := o.def["requestBody"].(map[string]any)
	if !ok {
		return ""
	}
	for media, m := range body["content"].(map[string]any) {
		if m.(map[string]any)["examples"] != nil {
			return media
		}
	}
	return ""
}

// call is one request.
type call struct {
	method, address, body string
	headers               map[string]string
}

func (o *op) asks() call {
	a := call{o.method, o.example.Asks, o.example.Body, map[string]string{}}
	if t := o.bodyType(); t != "" {
		a.headers["Content-Type"] = t
	}
	if o.id == "setCaseOwes" { // an admin alone may
		a.headers["Cordon-Role"] = "admin"
	}
	return a
}

// do asks; nil where no client could send it, or where a message of payments was
// broken off as it ought to be: after a last line that says why.
func (d *described) do(a call) (answered *httptest.ResponseRecorder) {
	r := httptest.NewRequest(a.method, "/", strings.NewReader(a.body))
	u, err := url.ParseRequestURI(a.address)
	if err != nil {
		return nil // no client could send it
	}
	r.URL, r.RequestURI = u, a.address
	for k, v := range a.headers {
		r.Header.Set(k, v)
	}
	w := httptest.NewRecorder()
	defer func() {
		if cause := recover(); cause != nil {
			lines := strings.Split(strings.TrimSpace(w.Body.String()), "\n")
			if last := lines[len(lines)-1]; !strings.HasPrefix(last, `{"summary":`) || !strings.Contains(last, `"error":{`) {
				panic(cause)
			}
			answered = nil
		}
	}()
	d.h.ServeHTTP(w, r)
	return w
}

// schema compiles a part of the description.
func (d *described) schema(pointer ...string) (*jsonschema.Schema, error) {
	for i, p := range pointer {
		pointer[i] = url.PathEscape(strings.NewReplacer("~", "~0", "/", "~1").Replace(p))
	}
	at := "http://x/openapi.json#/" + strings.Join(pointer, "/")
	s, ok := d.schemas[at]
	if !ok {
		var err error
		if s, err = d.compiler.Compile(at); err != nil {
			return nil, err
		}
		d.schemas[at] = s
	}
	return s, nil
}

// check says in what an answer is not as it is described; "" when it is.
func (d *described) check(o *op, w *httptest.ResponseRecorder) string {
	status := strconv.Itoa(w.Code)
	res, ok := o.def["responses"].(map[string]any)[status].(map[string]any)
	if !ok {
		return "the status is not described"
	}
	if w.Code >= 500 {
		return "a failure of ours"
	}
	if w.Header().Get("traceresponse") == "" {
		return "it has no traceresponse"
	}
	if w.Code == http.StatusNotModified {
		return ""
	}
	media := w.Header().Get("Content-Type")
	content, _ := res["content"].(map[string]any)
	if content[media] == nil {
		return fmt.Sprintf("the type %q is not described", media)
	}
	at := []string{"paths", o.path, strings.ToLower(o.method), "responses", status, "content", media, "schema"}
	parts := [][]byte{w.Body.Bytes()}
	if media == "application/jsonl" {
		at, parts = append(at, "x-line"), bytes.Split(bytes.TrimSuffix(w.Body.Bytes(), []byte("\n")), []byte("\n"))
		if w.Body.Len() == 0 {
			return ""
		}
	}
	s, err := d.schema(at...)
	if err != nil {
		return "the schema: " + err.Error()
	}
	for _, b := range parts {
		v, err := jsonschema.UnmarshalJSON(bytes.NewReader(b))
		if err != nil {
			return "it is no JSON: " + err.Error()
		}
		if media == "application/jsonl" && isLineError(v) {
			continue
		}
		if err := s.Validate(v); err != nil {
			return "it is not as described: " + err.Error()
		}
	}
	return ""
}

// isLineError reports whether a line of a stream is the error that answers a line.
func isLineError(v any) bool {
	m, _ := v.(map[string]any)
	_, ok := m["error"].(map[string]any)
	return ok
}

// TestEveryOperationAnswersItsExample asks what the description gives as an example of each operation, and holds the
// answer to the description.
func TestEveryOperationAnswersItsExample(t *testing.T) {
	sequential(t)
	d := describe(t)
	if len(d.ops) < 40 {
		t.Fatalf("%d operations", len(d.ops))
	}
	for _, o := range d.ops {
		w := d.do(o.asks())
		if bad := d.check(&o, w); w.Code != 200 || bad != "" {
			t.Errorf("%s: status %d, %s: %.600s", o.id, w.Code, bad, w.Body)
		}
		if o.def["responses"].(map[string]any)["304"] != nil {
			again := o.asks()
			again.headers["If-None-Match"] = w.Header().Get("ETag")
			if w := d.do(again); w.Code != http.StatusNotModified || w.Body.Len() > 0 {
				t.Errorf("%s: asked with its ETag: status %d", o.id, w.Code)
			}
		}
	}
}

// hostile are values that no parameter means.
var hostile = []string{
	"", "-1", "many", "=1+1", "../../etc/passwd", "..%2f", "' OR 1=1 --", "{{7*7}}", "<script>", "\x00", "\xff\xfe", "é한국", "2017-02-30", "2017/2016",
	"99999999999999999999", "NaN", "1e400", "null", strings.Repeat("x", 5000), "http://127.0.0.1/", "%s%n", "\u202e", "KP", "0/0", "a=NaN", "law=-1",
}

// hostileBodies are bodies that no operation reads, and changes of one that it does.
func hostileBodies(good string, r *rand.Rand) []string {
	out := []string{
		"", " ", "null", "[]", "{}", "1", `"x"`, "{", `{"a":1,"a":2}`, `{"unheard":"of"}`, "\xff\xfe\x00", "\x00", "[" + strings.Repeat("[", 20_000),
		`{"name":` + strings.Repeat(`{"a":`, 5000), "a: &a [*a, *a]\nb: *a", "- - - -\n\t:", "<!DOCTYPE x [<!ENTITY a \"&a;\">]>&a;", "%PDF-1.7\n%\xe2\xe3", "PK\x03\x04" + good,
		good + good, strings.Replace(good, ":", "", 1), strings.ReplaceAll(good, "\"", "'"),
	}
	for range 4 {
		b := []byte(good)
		if len(b) == 0 {
			break
		}
		for range 1 + r.IntN(3) {
			b[r.IntN(len(b))] = byte(r.UintN(256))
		}
		out = append(out, string(b), good[:r.IntN(len(good))])
	}
	return out
}

// TestAPIFromItsDescription drives the server from its own description: every parameter of every operation with values
// that it does not mean, every body with ones that it does not read. Nothing may fail on our side or be answered in a
// way that is not described. CORDON_API_FUZZ=N asks N times as much, drawn at random.
func TestAPIFromItsDescription(t *testing.T) {
	sequential(t)
	d := describe(t)
	rounds := 1
	if n, err := strconv.Atoi(os.Getenv("CORDON_API_FUZZ")); err == nil {
		rounds = n
	}
	r := rand.New(rand.NewPCG(1, 2))
	counts := map[int]int{}
	for _, o := range d.ops {
		ask := func(a call) *httptest.ResponseRecorder {
			w := d.do(a)
			if w == nil {
				return nil
			}
			counts[w.Code]++
			if bad := d.check(&o, w); bad != "" {
				t.Errorf("%s: %s %.300q, body %.200q, headers %v: status %d, %s: %.300s", o.id, a.method, a.address, a.body, a.headers, w.Code, bad, w.Body)
			}
			return w
		}
		good := o.asks()
		sep := "?"
		if strings.Contains(good.address, "?") {
			sep = "&"
		}
		for range rounds {
			d.parameters(&o, good, r, ask)
			if o.bodyType() == "" {
				continue
			}
			bodies := hostileBodies(good.body, r)
			if o.bodyType() == "application/yaml" { // each is read beside the whole law
				r.Shuffle(len(bodies), func(i, j int) { bodies[i], bodies[j] = bodies[j], bodies[i] })
				bodies = bodies[:5]
			}
			for _, body := range bodies {
				a := good
				a.body = body
				ask(a)
			}
		}
		with := func(key, value string) call {
			a := good
			a.headers = maps.Clone(good.headers)
			a.headers[key] = value
			return a
		}
		for want, a := range map[int]call{
			http.StatusUnprocessableEntity: {good.method, good.address + sep + "unheard=of", good.body, good.headers},
			http.StatusNotAcceptable:       with("Accept", "image/png"),
			http.StatusRequestURITooLong:   {good.method, good.address + sep + strings.Repeat("x", 20_000), good.body, good.headers},
		} {
			if w := ask(a); w.Code != want || want == 422 && !strings.Contains(w.Body.String(), "unheard") {
				t.Errorf("%s: status %d, want %d: %s", o.id, w.Code, want, w.Body)
			}
		}
		if o.bodyType() != "" {
			if w := ask(with("Content-Type", "image/png")); w.Code != http.StatusUnsupportedMediaType {
				t.Errorf("%s: a picture: status %d", o.id, w.Code)
			}
			ask(with("Content-Encoding", "gzip"))
		}
		if o.method == http.MethodPost {
			if w := ask(with("Idempotency-Key", "a b")); w.Code != 400 && w.Code != 422 {
				t.Errorf("%s: a bad key: status %d", o.id, w.Code)
			}
			if w := ask(with("Sec-Fetch-Site", "cross-site")); w.Code != http.StatusForbidden {
				t.Errorf("%s: a page of another site: status %d", o.id, w.Code)
			}
		}
		for _, method := range []string{"PUT", "DELETE", "PATCH", "TRACE", "NONSENSE"} {
			a := good
			a.method = method
			if w := d.do(a); w.Code != http.StatusMethodNotAllowed || w.Header().Get("Allow") == "" {
				t.Errorf("%s: %s: status %d", o.id, method, w.Code)
			}
		}
	}
	t.Logf("answers by status: %v", counts)
	for _, status := range []int{200, 400, 403, 404, 406, 414, 415, 422} {
		if counts[status] == 0 {
			t.Errorf("nothing was answered with %d", status)
		}
	}
}

// parameters asks an operation with each of its parameters changed to values drawn at random.
func (d *described) parameters(o *op, good call, r *rand.Rand, ask func(call) *httptest.ResponseRecorder) {
	list, _ := o.def["parameters"].([]any)
	path, query, _ := strings.Cut(good.address, "?")
	for _, p := range list {
		p := p.(map[string]any)
		name := p["name"].(string)
		values := make([]string, 3) // of one parameter; all of them come up among all parameters
		for i := range values {
			values[i] = hostile[r.IntN(len(hostile))]
		}
		for _, v := range values {
			a := good
			switch p["in"] {
			case "query":
				q, err := url.ParseQuery(query)
				if err != nil {
					d.t.Fatal(err)
				}
				q.Set(name, v)
				a.address = path + "?" + q.Encode()
				ask(a)
				if s := p["schema"].(map[string]any); s["type"] != "array" && v != "" {
					a.address += "&" + name + "=x"
					if w := ask(a); w.Code != http.StatusUnprocessableEntity && w.Code != http.StatusBadRequest {
						d.t.Errorf("%s: %s is taken twice: %d", o.id, name, w.Code)
					}
				}
			case "path":
				parts := strings.Split(o.path, "/")
				given := strings.Split(path, "/")
				for i := range parts {
					if parts[i] == "{"+name+"}" && v != "" {
						given[i] = url.PathEscape(v)
					}
				}
				a.address = strings.Join(given, "/")
				if query != "" {
					a.address += "?" + query
				}
				ask(a)
			}
		}
	}
}

// TestAPIRefusesOversize holds that a body over its limit is refused, whichever operation reads it.
func TestAPIRefusesOversize(t *testing.T) {
	sequential(t)
	d := describe(t)
	for _, o := range d.ops {
		if o.bodyType() == "" || o.bodyType() == "application/jsonl" || o.id == "payments" { // a stream is cut while it runs
			continue
		}
		a := o.asks()
		a.body = strings.Repeat(" ", 15<<20)
		w := d.do(a)
		if bad := d.check(&o, w); w.Code != http.StatusRequestEntityTooLarge || bad != "" {
			t.Errorf("%s: status %d, %s: %.200s", o.id, w.Code, bad, w.Body)
		}
	}
}

// TestAPIHasTheBytesOfCommands holds that an endpoint answers with what the command of the same name prints.
func TestAPIHasTheBytesOfCommands(t *testing.T) {
	sequential(t)
	d := describe(t)
	dir := t.TempDir()
	for _, o := range d.ops {
		name := dir + "/" + o.id
		switch o.bodyType() {
		case "":
			continue
		case "application/yaml":
			name = dir + "/draft.yaml"
		case "text/plain":
			name = dir + "/document.txt"
		}
		if err := os.WriteFile(name, []byte(o.example.Body), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	t.Chdir(dir)
	for id, args := range map[string]string{
		"listStatus": "lists status", "listSources": "lists sources", "listEntry": "lists show KPi.001 --as-of 2017-01-01", "listHistory": "lists history KPi.001",
		"listDiff": "lists diff un-1718@1 un-1718", "law": "law at 2017-07-04 --kind employment", "provision": "law show 2397-p7",
		"lawChanges": "law diff 2017-07-04 2017-12-23 --kind employment", "lawTimeline": "law timeline --kind employment", "lawReview": "law review",
		"lawScenarios": "law scenarios", "goods": "goods 8413", "version": "version", "states": "states --state PL --by year --evidence alleged",
		"compareStates": "states --weight reporting=1;conduct=1", "state": "state PL", "caps": "caps oil --year 2018 --fill 1/3,1",
		"claims": "claims list --state CN --kind denial", "claim": "claims show trucks-finding", "records": "records list --partner CN --measure trade_share",
		"readings": "records list --readings --series kotra", "recordTrace": "records show 2013-cn-share", "recordCheck": "records check --series kotra",
		"mirror": "mirror --target KP --year 2013/2018 --partner CN", "read": "read --date 2019-04-02 document.txt", "draftDiff": "draft diff draft.yaml",
		"draftTest": "draft test draft.yaml --base-year 2016 --enforcement 0.8", "commitments": "commitments list --to 2018-06-30",
		"commitment": "commitments show moratorium-2018", "commitmentTest": "commitments test freeze-2017 --assume accepted --to 2018-03-31",
		"commitmentTimeline": "commitments timeline framework-1994", "event": "events show launch-2017-07-04",
		"events": "events list --period 2017 --kind exercise",
	} {
		i := slices.IndexFunc(d.ops, func(o op) bool { return o.id == id })
		if i < 0 {
			t.Errorf("there is no operation %q", id)
			continue
		}
		a := d.ops[i].asks()
		format := "json"
		switch id {
		case "claims", "records":
			a.address = strings.ReplaceAll(strings.ReplaceAll(a.address, "limit=5", "limit=5000"), "limit=3", "limit=5000")
		case "events":
			a.headers["Accept"], format = "application/jsonl", "jsonl"
		}
		var out, errs bytes.Buffer
		today := time.Date(2026, 11, 26, 12, 0, 0, 0, time.UTC)
		m := &Main{In: strings.NewReader(""), Out: &out, Err: &errs, Now: func() time.Time { return today }}
		if code := m.Run(t.Context(), append(strings.Fields(args), "--format", format)); code != 0 {
			t.Errorf("cordon %s: status %d: %s", args, code, errs.String())
			continue
		}
		if w := d.do(a); w.Body.String() != out.String() {
			t.Errorf("%s: the API has %d bytes, cordon %s has %d\n%.400s\n%.400s", id, w.Body.Len(), args, out.Len(), w.Body, out.String())
		}
	}
}

// TestLibraryIsReadAnew holds that own claims appear without a restart, and change the version that answers have.
func TestLibraryIsReadAnew(t *testing.T) {
	dir := t.TempDir()
	now := time.Date(2026, 11, 26, 12, 0, 0, 0, time.UTC)
	m := &Main{In: strings.NewReader(""), Out: io.Discard, Err: io.Discard, Now: func() time.Time { return now }, ctx: t.Context()}
	l := &library{m: m, flags: statesFlags{Data: dir}, every: time.Second}
	first, err := l.Facts(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	args := []string{"claims", "grade", "trucks-finding", "--data", dir, "--reliability", "B", "--by", "Ann", "--reason", "seen"}
	if code := m.Run(t.Context(), args); code != 0 {
		t.Fatalf("status %d", code)
	}
	m.ctx = t.Context()
	if again, err := l.Facts(t.Context()); err != nil || again != first {
		t.Errorf("it is read anew at once: %v", err)
	}
	now = now.Add(2 * time.Second)
	second, err := l.Facts(t.Context())
	if err != nil || second == first || second.Version == first.Version {
		t.Errorf("it is not read anew: %v", err)
	}
	if third, err := l.Facts(t.Context()); err != nil || third != second {
		t.Errorf("it is read anew without cause: %v", err)
	}
}

// TestSelftestStreams holds that the questions of a self-test come before its result, and that too large ones are refused.
func TestSelftestStreams(t *testing.T) {
	d := describe(t)
	w := d.do(call{http.MethodPost, "/v1/selftest?sample=1", "", nil})
	lines := strings.Split(strings.TrimSpace(w.Body.String()), "\n")
	var last struct{ Type string }
	if err := json.Unmarshal([]byte(lines[len(lines)-1]), &last); err != nil || last.Type != "result" || len(lines) < 10 {
		t.Errorf("%d lines, the last of type %q, %v", len(lines), last.Type, err)
	}
	if w := d.do(call{http.MethodPost, "/v1/selftest?sample=1001", "", nil}); w.Code != http.StatusRequestEntityTooLarge {
		t.Errorf("status %d: %s", w.Code, w.Body)
	}
}
