package yente

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/cordon-engine/cordon/data"
	"github.com/cordon-engine/cordon/internal/dataset"
	"github.com/cordon-engine/cordon/internal/entity"
	"github.com/cordon-engine/cordon/internal/load"
	"github.com/cordon-engine/cordon/internal/match"
	"github.com/cordon-engine/cordon/internal/ownership"
	"github.com/cordon-engine/cordon/internal/place"
	"github.com/cordon-engine/cordon/internal/publication"
	"github.com/cordon-engine/cordon/internal/screen"
	"github.com/cordon-engine/cordon/internal/source/ftm"
	"github.com/cordon-engine/cordon/internal/sqlite"
	"github.com/cordon-engine/cordon/internal/when"
)

// now is the time of all tests.
var now = time.Date(2026, 11, 26, 12, 0, 0, 0, time.UTC)

// world is what the tests ask: zala and parteispenden, an empty zulu, a collection
// of both, one that nobody loaded, and one that failed. It is made once.
type world struct {
	live   *screen.Live
	sets   map[string]*entity.Set
	places *place.Gazetteer
	status *dataset.Status
}

var make1 = sync.OnceValues(makeWorld)

func makeWorld() (*world, error) {
	dir, err := os.MkdirTemp("", "cordon-yente-test")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir)
	ctx := context.Background()
	w := &world{sets: map[string]*entity.Set{}}
	if w.places, err = place.Load(must(data.FS, "place")); err != nil {
		return nil, err
	}
	store, err := sqlite.Open(ctx, dir)
	if err != nil {
		return nil, err
	}
	for list, file := range map[string]string{"zala": "../entity/testdata/harbour.ftm.json", "parteispenden": "testdata/parteispenden.ftm.json"} {
		l := &load.Loader{Store: store, Places: w.places}
		_, err := l.Load(ctx, load.Request{
			Source: ftm.Source(), List: list, Published: when.NoDay, Now: now,
			Files: []publication.File{{Name: filepath.Base(file), Open: func() (io.ReadCloser, error) { return os.Open(file) }}},
		})
		if err != nil {
			return nil, err
		}
	}
	params, err := match.Load(data.FS, "matching")
	if err != nil {
		return nil, err
	}
	w.live, err = screen.OpenLive(ctx, screen.LiveConfig{
		Open: func(context.Context) (screen.Config, func(), error) {
			return screen.Config{Store: store, Params: params, Rules: ownership.Rules{}}, func() {}, nil
		},
		Now: func() time.Time { return now }, Told: func(string, error) {},
	})
	if err != nil {
		return nil, err
	}
	for _, s := range w.live.States() {
		if w.sets[s.Name()], err = entity.Read(ctx, store, s, s.Name(), nil); err != nil {
			return nil, err
		}
	}
	catalog, err := dataset.NewCatalog([]dataset.Dataset{
		{Name: "zala", Title: "Zala Test Dataset", Version: "7", From: "/data/zala.json", Load: true},
		{Name: "parteispenden", Title: "Gifts", Version: "100", From: "https://data.example.org/gifts.json", Load: true},
		{Name: "zulu", Title: "Nobody", Version: "1", From: "/dev/null", Load: true, Empty: true},
		{Name: "both", Title: "Both", Children: []string{"parteispenden", "zala"}},
		{Name: "elsewhere", Title: "Not loaded"},
		{Name: "broken", Title: "Broken", From: "/data/broken.json", Load: true},
		{Name: "half", Title: "Half", Children: []string{"broken", "zala"}},
		{Name: "default", Title: "All", Children: []string{"parteispenden", "zala", "zulu"}},
	})
	w.status = &dataset.Status{
		Catalog: catalog, Loaded: map[string]string{"zala": "7", "parteispenden": "100", "zulu": "1"},
		Failed: map[string]string{"broken": "the file cannot be opened"},
	}
	return w, err
}

// api gives the API over the world; change may change how it is made.
func api(t testing.TB, change ...func(*Config)) *API {
	t.Helper()
	w, err := make1()
	if err != nil {
		t.Fatal(err)
	}
	c := Config{
		Take: func(context.Context) (*Moment, error) {
			return &Moment{Held: w.live.Take(), Sets: w.sets, Order: []string{"parteispenden", "zala"}}, nil
		},
		Status: func() *dataset.Status { return w.status }, Places: w.places, Today: func() when.Day { return when.Date(2026, 11, 26) },
		Update: func(context.Context) error { return nil }, MayUpdate: func(token string) bool { return token == "test" },
	}
	for _, f := range change {
		f(&c)
	}
	return New(c)
}

// ask asks the API and gives status, head and body.
func ask(a http.Handler, method, target, body string, head ...string) (int, http.Header, string) {
	r := httptest.NewRequest(method, "http://127.0.0.1:8080"+target, strings.NewReader(body))
	for i := 0; i < len(head); i += 2 {
		r.Header.Set(head[i], head[i+1])
	}
	w := httptest.NewRecorder()
	a.ServeHTTP(w, r)
	return w.Code, w.Result().Header, w.Body.String()
}

// get asks with GET and reads the answer; any status but 200 fails.
func get[T any](t testing.TB, a http.Handler, target string) T {
	t.Helper()
	status, _, body := ask(a, "GET", target, "")
	if status != http.StatusOK {
		t.Fatalf("%s: %d %s", target, status, body)
	}
	return parse[T](t, body)
}

func parse[T any](t testing.TB, body string) T {
	t.Helper()
	var v T
	if err := json.Unmarshal([]byte(body), &v); err != nil {
		t.Fatalf("%v in %s", err, body)
	}
	return v
}

type entityAnswer struct {
	ID         string                     `json:"id"`
	Caption    string                     `json:"caption"`
	Schema     string                     `json:"schema"`
	Properties map[string][]any           `json:"properties"`
	Datasets   []string                   `json:"datasets"`
	Score      float64                    `json:"score"`
	Match      bool                       `json:"match"`
	Features   map[string]float64         `json:"features"`
	Explained  map[string]json.RawMessage `json:"explanations"`
	FirstSeen  *string                    `json:"first_seen"`
}

type countAnswer struct {
	Value    int    `json:"value"`
	Relation string `json:"relation"`
}

type searchAnswer struct {
	Results []entityAnswer `json:"results"`
	Facets  map[string]struct {
		Label  string `json:"label"`
		Values []struct {
			Name, Label string
			Count       int
		} `json:"values"`
	} `json:"facets"`
	Total  countAnswer `json:"total"`
	Limit  int         `json:"limit"`
	Offset int         `json:"offset"`
}

type matchAnswer struct {
	Responses map[string]struct {
		Status  int            `json:"status"`
		Results []entityAnswer `json:"results"`
		Total   countAnswer    `json:"total"`
		Query   struct {
			ID         *string             `json:"id"`
			Schema     string              `json:"schema"`
			Properties map[string][]string `json:"properties"`
		} `json:"query"`
	} `json:"responses"`
	Limit int `json:"limit"`
}

func idsOf(list []entityAnswer) string {
	ids := []string{}
	for _, e := range list {
		ids = append(ids, e.ID)
	}
	return fmt.Sprint(ids)
}

// ivo is a query for the person of the fixtures.
const ivo = `{"schema":"Person","properties":{"name":["Ivo Testarov"],"birthDate":["1965"],"country":"Russia"}}`

func queries(q string) string { return `{"queries":{"vv":` + q + `}}` }

// results gives the ids that a match request finds.
func results(t *testing.T, a http.Handler, target, q string) string {
	t.Helper()
	status, _, body := ask(a, "POST", target, queries(q))
	if status != http.StatusOK {
		t.Fatalf("%s: %d %s", target, status, body)
	}
	r := parse[matchAnswer](t, body).Responses["vv"]
	if r.Status != 200 || r.Total.Relation != "eq" || r.Total.Value < len(r.Results) {
		t.Errorf("%s: %s", target, body)
	}
	return idsOf(r.Results)
}

func TestMatch(t *testing.T) {
	a := api(t)
	status, head, body := ask(a, "POST", "/match/zala", `{"queries":{"vv":`+ivo+`,"xx":`+ivo+`}}`)
	got := parse[matchAnswer](t, body)
	if status != 200 || head.Get("x-batch-size") != "2" || got.Limit != 5 || len(got.Responses) != 2 {
		t.Fatalf("%d %v %s", status, head, body)
	}
	r := got.Responses["vv"]
	if len(r.Results) == 0 || r.Results[0].ID != "NK-ivo" || !r.Results[0].Match || r.Results[0].Score < 0.9 {
		t.Fatalf("%s", body)
	}
	if r.Query.Schema != "Person" || r.Query.ID != nil || r.Query.Properties["country"][0] != "ru" {
		t.Errorf("the query comes back as %+v", r.Query)
	}
	first := r.Results[0]
	if len(first.Features) == 0 || len(first.Features) != len(first.Explained) || first.Features["birth"] == 0 || first.Explained["name_match"] == nil {
		t.Errorf("features %v, explanations %v", first.Features, first.Explained)
	}
	raw := parse[struct {
		Responses map[string]struct {
			Results []map[string]json.RawMessage `json:"results"`
		} `json:"responses"`
	}](t, body).Responses["vv"].Results[0]
	for _, key := range []string{"id", "caption", "schema", "properties", "datasets", "referents", "target", "first_seen", "last_seen", "last_change", "score", "match"} {
		if raw[key] == nil {
			t.Errorf("the key %s is missing", key)
		}
	}
}

func TestMatchFilters(t *testing.T) {
	a := api(t)
	tests := []struct{ target, query, want string }{
		{"/match/zala", ivo, "[NK-ivo]"},
		{"/match/default", ivo, "[NK-ivo donor-1]"},
		{"/match/both?limit=1", ivo, "[NK-ivo]"},
		{"/match/zulu", ivo, "[]"},
		{"/match/zala?algorithm=name-based", ivo, "[NK-ivo]"},
		{"/match/zala?algorithm=best&fuzzy=false", ivo, "[NK-ivo]"},
		{"/match/zala?algorithm=logic-v1", ivo, "[NK-ivo]"},
		{"/match/zala?exclude_dataset=zala", ivo, "[]"},
		{"/match/default?exclude_dataset=zala", ivo, "[donor-1]"},
		{"/match/zala?include_dataset=ae_local_terrorists&include_dataset=mx_governors", ivo, "[]"},
		{"/match/zala?include_dataset=zala&include_dataset=mx_governors", ivo, "[NK-ivo]"},
		{"/match/zala?include_dataset=zala&exclude_dataset=zala", ivo, "[]"},
		{"/match/default?include_dataset=both&exclude_dataset=zala", ivo, "[donor-1]"},
		{"/match/zala?topics=crime.cyber", ivo, "[]"},
		{"/match/zala?topics=crime.cyber&topics=sanction", ivo, "[NK-ivo]"},
		{"/match/zala?countries=cy", ivo, "[NK-ivo]"},
		{"/match/zala?countries=Cyprus", ivo, "[NK-ivo]"},
		{"/match/zala?countries=ke", ivo, "[]"},
		{"/match/zala?exclude_schema=Person", ivo, "[]"},
		{"/match/zala?exclude_schema=Company", ivo, "[NK-ivo]"},
		{"/match/zala?changed_since=2025-06-02", ivo, "[NK-ivo]"},
		{"/match/zala?changed_since=2025-06-02T12:10:03", ivo, "[]"},
		{"/match/zala?changed_since=2099-01-01T00:00", ivo, "[]"},
		{"/match/zala?changed_since=2099-01-01", `{"schema":"Person","properties":{"name":"Anna Testarova"}}`, "[NK-anna]"}, // nobody says when she changed
		{"/match/zala?exclude_entity_ids=NK-ivo", ivo, "[]"},
		{"/match/zala?exclude_entity_ids=us-2", ivo, "[]"},
		{"/match/zala?threshold=1", ivo, "[]"},
		{"/match/zala?threshold=0.2", `{"schema":"Person","properties":{"name":"Ivo Testarof"}}`, "[NK-ivo]"},
		{"/match/zala", `{"schema":"LegalEntity","properties":{"name":"Ivo Testarov"}}`, "[NK-ivo]"},
		{"/match/zala", `{"schema":"Company","properties":{"name":"Ivo Testarov"}}`, "[]"},
		{"/match/zala", `{"schema":"Person","properties":{"firstName":"Ivo","lastName":["Testarov"]}}`, "[NK-ivo]"},
		{"/match/zala", `{"schema":"Person","properties":{"name":"Иво Тестаров","birthDate":[1965]}}`, "[NK-ivo]"},
		{"/match/zala", `{"schema":"Person","properties":{"name":["ivotestarov"]}}`, "[NK-ivo]"},
		{"/match/zala", `{"schema":"Person","properties":{"name":["testarovivo"]}}`, "[]"},
		{"/match/zala", `{"schema":"Vessel","properties":{"imoNumber":"IMO 9074729","name":"Quite Another"}}`, "[NK-ship]"},
		{"/match/zala", `{"schema":"Company","properties":{"leiCode":"529900T8BM49AURSDO55"}}`, "[NK-company]"},
		{"/match/zala", `{"properties":{"name":["Ivo Testarov"]},"schema":"Person"}`, "[NK-ivo]"},
		{"/match/zala", `{"schema":"Person","properties":{"name":["Gunnhild Haraldsdottir"]}}`, "[]"},
	}
	for _, x := range tests {
		if got := results(t, a, x.target, x.query); got != x.want {
			t.Errorf("%s of %s: %s, want %s", x.target, x.query, got, x.want)
		}
	}
}

// What is filtered out takes no place among those that are shown.
func TestFiltersComeBeforeTheLimit(t *testing.T) {
	got := parse[matchAnswer](t, func() string {
		_, _, body := ask(api(t), "POST", "/match/default?limit=1&countries=de", queries(ivo))
		return body
	}()).Responses["vv"]
	if idsOf(got.Results) != "[donor-1]" || got.Total.Value != 1 {
		t.Errorf("%+v", got)
	}
}

func TestTheQueryComesBackInItsNormalForm(t *testing.T) {
	q := `{"id":"mine","schema":"Person","properties":{"name":"  Ivo   Testarov ","birthDate":["14.3.1965","1965-02-10T00:00:00","soon"],
		"nationality":["Russian Federation","RU","Nowhereland"],"gender":"M","topics":["SANCTION"],"height":180,"banana":["x"],"idNumber":[12345,null,"12345"]}}`
	_, _, body := ask(api(t), "POST", "/match/zala", queries(q))
	r := parse[matchAnswer](t, body).Responses["vv"].Query
	want := map[string][]string{
		"name": {"Ivo Testarov"}, "birthDate": {"1965-03-14", "1965-02-10"}, "nationality": {"ru"}, "gender": {"male"}, "topics": {"sanction"},
		"height": {"180"}, "idNumber": {"12345"},
	}
	if r.ID == nil || *r.ID != "mine" || fmt.Sprint(r.Properties) != fmt.Sprint(want) {
		t.Errorf("%v of %s", r.Properties, body)
	}
}

func TestMatchRefuses(t *testing.T) {
	a := api(t)
	many, names := []string{}, []string{}
	for i := range MaxBatch + 1 {
		many = append(many, fmt.Sprintf(`"q%d":%s`, i, ivo))
	}
	for i := range 900 {
		names = append(names, fmt.Sprintf(`"token %d"`, i))
	}
	deep := strings.Repeat("[", 40) + `"a"` + strings.Repeat("]", 40)
	tests := []struct {
		target, body string
		status       int
		say          string
	}{
		{"/match/banana", queries(ivo), 404, "No such dataset"},
		{"/match/elsewhere", queries(ivo), 503, "not loaded"},
		{"/match/broken", queries(ivo), 503, "the file cannot be opened"},
		{"/match/half", queries(ivo), 503, "broken"},
		{"/match/zala", queries(`{"properties":{"name":"Banana"}}`), 422, `"schema"`},
		{"/match/zala", queries(`{"schema":"xxx","properties":{"name":"Banana"}}`), 400, "Invalid schema"},
		{"/match/zala", `{"queries":{"ok":` + ivo + `,"bad":{"schema":"Payment","properties":{}}}}`, 400, "not matchable"},
		{"/match/zala", queries(`{"schema":"Person","properties":{"nationality":"ru"}}`), 400, "was not screened"},
		{"/match/zala", queries(`{"schema":"Person","properties":{"name":"..."}}`), 400, "was not screened"},
		{"/match/zala", queries(`{"schema":"Person","properties":{"name":[` + strings.Join(names, ",") + `]}}`), 400, "maximum is"},
		{"/match/zala", queries(`{"schema":"Person","properties":{"name":` + deep + `}}`), 422, "too deep"},
		{"/match/zala", queries(`{"schema":"Person","properties":[]}`), 422, "dictionary"},
		{"/match/zala", queries(`{"schema":5}`), 422, "valid string"},
		{"/match/zala", queries(`"x"`), 422, "dictionary"},
		{"/match/zala", `{"queries":{}}`, 400, "No queries"},
		{"/match/zala", `{"queries":{"a":null}}`, 400, "No queries"},
		{"/match/zala", `{"queries":[]}`, 422, "dictionary"},
		{"/match/zala", `{}`, 422, "queries"},
		{"/match/zala", `[]`, 422, "dictionary"},
		{"/match/zala", ``, 422, "JSON"},
		{"/match/zala", `{"queries":`, 422, "JSON"},
		{"/match/zala", `{"queries":{"a":` + ivo + `,"a":` + ivo + `}}`, 422, "duplicate"},
		{"/match/zala", "{\"queries\":{\"a\xff\":" + ivo + "}}", 422, "UTF-8"},
		{"/match/zala", `{"queries":{` + strings.Join(many, ",") + `}}`, 400, "Too many queries"},
		{"/match/zala", `{"queries":{"vv":` + ivo + `},"config":{"invalid_option":0.4}}`, 400, "invalid_option"},
		{"/match/zala?algorithm=logic-v2", `{"queries":{"vv":` + ivo + `},"config":{"invalid_option":0.4}}`, 400, "logic-v2"},
		{"/match/zala", `{"queries":{"vv":` + ivo + `},"weights":{"a":[]}}`, 422, "valid number"},
		{"/match/zala?algorithm=neural-net", queries(ivo), 400, "neural-net"},
		{"/match/zala?limit=501", queries(ivo), 422, "500"},
		{"/match/zala?limit=0", queries(ivo), 422, "1"},
		{"/match/zala?limit=x", queries(ivo), 422, "integer"},
		{"/match/zala?threshold=NaN", queries(ivo), 422, "number"},
		{"/match/zala?threshold=1.2", queries(ivo), 422, "from 0 to 1"},
		{"/match/zala?fuzzy=perhaps", queries(ivo), 422, "boolean"},
		{"/match/zala?changed_since=yesterday", queries(ivo), 422, "changed_since"},
		{"/match/zala?exclude_schema=Banana", queries(ivo), 400, "Banana"},
		{"/match/zala?exclude_entity_ids=" + strings.Repeat("a&exclude_entity_ids=", 51) + "a", queries(ivo), 422, "50"},
		{"/match/zala?%zz", queries(ivo), 422, "query"},
		{"/match/", queries(ivo), 404, "Not Found"},
	}
	for _, x := range tests {
		status, head, body := ask(a, "POST", x.target, x.body)
		detail := parse[map[string]any](t, body)["detail"]
		if status != x.status || !strings.Contains(body, x.say) || detail == nil || head.Get("Content-Type") != "application/json" {
			t.Errorf("%.60s with %.80s: %d %.300s; want %d and %q", x.target, x.body, status, body, x.status, x.say)
		}
	}
	if status, head, _ := ask(a, "GET", "/match/zala", ""); status != 405 || head.Get("Allow") != "POST" {
		t.Errorf("GET: %d %v", status, head)
	}
}

func TestSettingsOfOthersAreTakenAndTold(t *testing.T) {
	body := `{"queries":{"vv":` + ivo + `},"weights":{"name_match":0.5},"config":{"nm_number_mismatch":0.4},"more":[1,{"a":2}]}`
	status, head, text := ask(api(t), "POST", "/match/zala?algorithm=logic-v2&api_key=secret", body)
	if status != 200 || head.Get("X-Ignored-Settings") != "name_match, nm_number_mismatch" {
		t.Errorf("%d %v %s", status, head, text)
	}
}

func TestUnknownDatasetsInFiltersAreTold(t *testing.T) {
	_, head, _ := ask(api(t), "POST", "/match/zala?include_dataset=mx_governors&include_dataset=zala", queries(ivo))
	if head.Get("X-Unknown-Datasets") != "mx_governors" {
		t.Errorf("%v", head)
	}
	strict := api(t, func(c *Config) { c.Strict = true })
	for _, target := range []string{"/match/zala?include_dataset=mx_governors", "/match/zala?exclude_dataset=mx_governors"} {
		if status, _, body := ask(strict, "POST", target, queries(ivo)); status != 400 || !strings.Contains(body, "mx_governors") {
			t.Errorf("%s: %d %s", target, status, body)
		}
	}
	if status, _, _ := ask(strict, "GET", "/search/zala?datasets=mx_governors", ""); status != 400 {
		t.Errorf("datasets: %d", status)
	}
}

func TestSearch(t *testing.T) {
	a := api(t)
	q := url.QueryEscape
	tests := []struct{ target, want string }{
		{"/search/zala?q=ivo+testarov", "[NK-ivo]"},
		{"/search/default?q=ivo+testarov", "[NK-ivo donor-1]"},
		{"/search/zulu?q=ivo+testarov", "[]"},
		{"/search/zala?q=" + q("invalid/query") + "&simple=true", "[]"},
		{"/search/zala?q=angela&schema=Vessel", "[]"},
		{"/search/zala?schema=Vessel", "[NK-ship]"},
		{"/search/zala?q=moscow", "[NK-ivo addr-quay]"},
		{"/search/zala?q=moscow&exclude_schema=Address", "[NK-ivo]"},
		{"/search/zala?q=moscow&exclude_dataset=zala", "[]"},
		{"/search/zala?q=ivo&include_dataset=mx_senators", "[]"},
		{"/search/zala?q=ivo&include_dataset=zala", "[NK-ivo]"},
		{"/search/zala?q=ivo&changed_since=2099-01-01T00:00", "[]"},
		{"/search/zala?q=ivo&countries=ke", "[]"},
		{"/search/zala?q=ivo&countries=ke&countries=ru", "[NK-ivo]"},
		{"/search/zala?q=ivo&countries=ke&countries=ru&filter_op=AND", "[]"},
		{"/search/zala?q=ivo&countries=cy&countries=ru&filter_op=AND", "[NK-ivo]"},
		{"/search/zala?q=ivo&countries[]=cy", "[NK-ivo]"},
		{"/search/zala?filter=properties.birthDate:1965", "[NK-ivo]"},
		{"/search/zala?q=ivo&filter=" + q("properties.birthDate:1972-01-26§"), "[]"},
		{"/search/zala?filter=properties.birthDate:1965&filter=properties.birthDate:1970&sort=properties.birthDate:desc", "[NK-anna NK-ivo]"},
		{"/search/zala?filter=properties.birthDate:1965&filter=properties.birthDate:1970&filter_op=AND", "[]"},
		{"/search/zala?schema=LegalEntity&target=true", "[NK-ivo NK-company]"},
		{"/search/zala?schema=LegalEntity&target=false", "[NK-anna NK-party]"},
		{"/search/zala?topics=sanction", "[NK-ivo]"},
		{"/search/default?datasets=parteispenden&schema=Person", "[donor-1]"},
		{"/search/zala?q=testarof&fuzzy=true&schema=Person", "[NK-anna NK-ivo]"},
		{"/search/zala?q=ivo&limit=0", "[]"},
		{"/search/zala?q=ivo&offset=100", "[]"},
		{"/search/zala?schema=Thing&sort=caption&limit=2", "[addr-quay addr-mole]"},
		{"/search/zala?schema=Thing&sort=caption:asc&limit=1&offset=1", "[addr-mole]"},
	}
	for _, x := range tests {
		if got := idsOf(get[searchAnswer](t, a, x.target).Results); got != x.want {
			t.Errorf("%s: %s, want %s", x.target, got, x.want)
		}
	}
	all := get[searchAnswer](t, a, "/search/zala?limit=0")
	if all.Total.Value != 7 || all.Total.Relation != "eq" || all.Limit != 0 || all.Results == nil {
		t.Errorf("%+v", all)
	}
	if s := get[searchAnswer](t, a, "/search/zala?offset=100&limit=500"); s.Offset != 100 || s.Limit != 500 {
		t.Errorf("%+v", s)
	}
	var before string
	for _, e := range get[searchAnswer](t, a, "/search/zala?sort=first_seen:desc&limit=500").Results {
		if e.FirstSeen != nil && before != "" && *e.FirstSeen > before {
			t.Errorf("%s comes after %s", *e.FirstSeen, before)
		}
		if e.FirstSeen != nil {
			before = *e.FirstSeen
		}
	}
}

func TestFacets(t *testing.T) {
	a := api(t)
	names := func(target, facet string) []string {
		var out []string
		for _, v := range get[searchAnswer](t, a, target).Facets[facet].Values {
			out = append(out, fmt.Sprint(v.Name, "/", v.Label, "/", v.Count))
		}
		return out
	}
	usual := get[searchAnswer](t, a, "/search/zala").Facets
	if len(usual) != 3 || usual["topics"].Label != "Topics" {
		t.Errorf("%v", usual)
	}
	if two := get[searchAnswer](t, a, "/search/zala?facets=schema&facets=topics").Facets; len(two) != 2 || len(two["schema"].Values) == 0 {
		t.Errorf("%v", two)
	}
	tests := []struct{ target, facet, want string }{
		{"/search/zala?limit=0", "datasets", "[zala/Zala Test Dataset/7]"},
		{"/search/parteispenden", "datasets", "[parteispenden/Gifts/2]"},
		{"/search/zala?q=ivo&countries=ru", "countries", "[cy/Cyprus/1 ru/Russia/1]"},
		{"/search/zala?q=ivo", "topics", "[role.oligarch/Oligarch/1 sanction/Sanctioned/1]"},
		{"/search/zala?q=ivo&facets=genders", "genders", "[male/male/1]"},
		{"/search/zala?q=star&facets=identifiers", "identifiers", "[9074729/9074729/1]"},
		{"/search/zala?facets=schema&schema=Person", "schema", "[Person/People/2]"},
	}
	for _, x := range tests {
		if got := fmt.Sprint(names(x.target, x.facet)); got != x.want {
			t.Errorf("%s: %s, want %s", x.target, got, x.want)
		}
	}
}

func TestSearchRefuses(t *testing.T) {
	a := api(t)
	for target, want := range map[string]int{
		"/search/zala?q=invalid/query":                                  400,
		"/search/zala?schema=Banana":                                    400,
		"/search/banana":                                                404,
		"/search/broken":                                                503,
		"/search/default?offset=9999":                                   422,
		"/search/default?offset=9499":                                   200,
		"/search/zala?limit=10000":                                      422,
		"/search/zala?limit=-1":                                         422,
		"/search/zala?limit=500":                                        200,
		"/search/zala?facets=banana":                                    422,
		"/search/zala?filter_op=XOR":                                    422,
		"/search/zala?filter=banana:1":                                  422,
		"/search/zala?filter=banana":                                    422,
		"/search/zala?sort=banana":                                      400,
		"/search/zala?sort=first_seen:up":                               400,
		"/search/zala?sort=id&sort=schema&sort=caption&sort=id&sort=id": 400,
		"/search/zala?target=perhaps":                                   422,
		"/search/zala?simple=perhaps":                                   422,
		"/search/zala?q=" + strings.Repeat("a", entity.MaxQuery+1):      400,
		"/search/zala?q=" + strings.Repeat("a", MaxURL+100):             414,
		"/nowhere": 404,
	} {
		if status, _, body := ask(a, "GET", target, ""); status != want || want != 200 && !strings.Contains(body, `"detail"`) {
			t.Errorf("%.60s: %d %.200s; want %d", target, status, body, want)
		}
	}
	if _, _, body := ask(a, "GET", "/search/zala?q="+strings.Repeat("a", MaxURL+100), ""); strings.TrimSpace(body) != `{"detail":"Request URI too long"}` {
		t.Error(body)
	}
}

func TestEntities(t *testing.T) {
	a := api(t)
	whole := get[entityAnswer](t, a, "/entities/NK-ivo")
	if s, ok := whole.Properties["sanctions"][0].(map[string]any); !ok || s["schema"] != "Sanction" {
		t.Errorf("%v", whole.Properties["sanctions"])
	}
	plain := get[entityAnswer](t, a, "/entities/NK-ivo?nested=false")
	if plain.Properties["addressEntity"][0] != "addr-quay" || plain.Properties["paymentPayer"] != nil {
		t.Errorf("%v", plain.Properties)
	}
	status, head, _ := ask(a, "GET", "/entities/us-2?nested=false", "")
	if status != 308 || head.Get("Location") != "/entities/NK-ivo?nested=false" {
		t.Errorf("%d %v", status, head)
	}
	if status, head, _ := ask(a, "GET", "/entities/eu-1/adjacent/paymentPayer", ""); status != 308 || head.Get("Location") != "/entities/NK-ivo/adjacent/paymentPayer" {
		t.Errorf("%d %v", status, head)
	}
	for target, want := range map[string]int{
		"/entities/banana": 404, "/entities/banana/adjacent": 404, "/entities/NK-ivo/adjacent/address": 404, "/entities/NK-ivo/adjacent/banana": 404,
		"/entities/NK-ivo?nested=perhaps": 422, "/entities/NK-ivo/adjacent?limit=501": 422, "/entities/NK-ivo/adjacent?offset=-1": 422,
		"/entities/NK-ivo/adjacent?sort=banana": 400, "/entities/..%2f..%2fetc": 404,
	} {
		if status, _, body := ask(a, "GET", target, ""); status != want {
			t.Errorf("%s: %d %s", target, status, body)
		}
	}
}

type besideAnswer struct {
	Results []entityAnswer `json:"results"`
	Total   countAnswer    `json:"total"`
	Limit   int            `json:"limit"`
	Offset  int            `json:"offset"`
}

func TestAdjacent(t *testing.T) {
	a := api(t)
	all := get[struct {
		Entity   entityAnswer            `json:"entity"`
		Adjacent map[string]besideAnswer `json:"adjacent"`
	}](t, a, "/entities/NK-ivo/adjacent?limit=1")
	if all.Entity.Caption != "Ivo Testarov" || len(all.Adjacent) != 5 {
		t.Errorf("%+v", all)
	}
	pays := all.Adjacent["paymentPayer"]
	if pays.Total.Value != 2 || pays.Limit != 1 || pays.Offset != 0 || idsOf(pays.Results) != "[pay-1]" || len(pays.Results[0].Properties["beneficiary"]) != 2 {
		t.Errorf("%+v", pays)
	}
	if second := get[besideAnswer](t, a, "/entities/NK-ivo/adjacent/paymentPayer?limit=1&offset=1"); idsOf(second.Results) != "[pay-2]" || second.Offset != 1 {
		t.Errorf("%+v", second)
	}
	if turned := get[besideAnswer](t, a, "/entities/NK-ivo/adjacent/paymentPayer?sort=properties.date:desc"); idsOf(turned.Results) != "[pay-2 pay-1]" {
		t.Errorf("%+v", turned)
	}
	if none := get[besideAnswer](t, a, "/entities/NK-ivo/adjacent/directorshipDirector"); none.Results == nil || none.Total.Value != 0 {
		t.Errorf("%+v", none)
	}
}

func TestCatalog(t *testing.T) {
	a := api(t)
	type catalog struct {
		Datasets          []datasetJSON `json:"datasets"`
		Current, Outdated []string
		Stale             bool `json:"index_stale"`
	}
	c := get[catalog](t, a, "/catalog")
	if fmt.Sprint(c.Current, c.Outdated, c.Stale) != "[parteispenden zala zulu] [broken] true" {
		t.Errorf("%+v", c)
	}
	byName := map[string]datasetJSON{}
	for _, d := range c.Datasets {
		byName[d.Name] = d
	}
	gifts := byName["parteispenden"]
	if !gifts.Load || !gifts.IndexCurrent || *gifts.IndexVersion != "100" || *gifts.Version != "100" || *gifts.EntityCount != 3 || gifts.EntitiesURL == nil {
		t.Errorf("%+v", gifts)
	}
	if byName["elsewhere"].IndexCurrent || byName["broken"].IndexCurrent || byName["broken"].Error == nil || byName["zala"].EntitiesURL != nil {
		t.Errorf("%+v", c.Datasets)
	}
	_, head, body := ask(a, "GET", "/catalog", "")
	tag := head.Get("ETag")
	if tag == "" || strings.HasPrefix(tag, "W/") || head.Get("Cache-Control") != "public, max-age=300" {
		t.Errorf("%v", head)
	}
	for have, want := range map[string]int{tag: 304, "*": 304, `"other", ` + tag: 304, `"stale"`: 200, "": 200} {
		status, head, got := ask(a, "GET", "/catalog", "", "If-None-Match", have)
		if status != want || head.Get("ETag") != tag || (want == 304) != (got == "") {
			t.Errorf("%s: %d %v %.40s", have, status, head, got)
		}
	}
	if _, _, manifest := ask(a, "GET", "/manifest", ""); manifest != body {
		t.Error("the manifest is another than the catalog")
	}
}

func TestAlgorithms(t *testing.T) {
	got := get[struct {
		Algorithms    []algorithmJSON
		Default, Best string
	}](t, api(t), "/algorithms")
	names := map[string]algorithmJSON{}
	for _, x := range got.Algorithms {
		names[x.Name] = x
	}
	if len(names) < 4 || got.Default != "cordon" || names[got.Best].Name == "" || len(names["cordon"].Features) == 0 {
		t.Errorf("%+v", got)
	}
	if _, ok := names["logic-v2"].Docs.Config["nm_number_mismatch"]; !ok {
		t.Errorf("%+v", names["logic-v2"])
	}
	for _, x := range append([]string{"best", "default", ""}, "logic-v1", "ofac", "name-qualified", "regression-v1") {
		if algorithmOf(x) == nil {
			t.Errorf("%q", x)
		}
	}
}

func TestUpdate(t *testing.T) {
	var updated int
	var failed error
	a := api(t, func(c *Config) {
		c.Update = func(context.Context) error { updated++; return failed }
	})
	for target, want := range map[string]int{
		"/updatez": 403, "/updatez?token=": 403, "/updatez?token=tes": 403, "/updatez?sync=true": 403, "/updatez?token=test&sync=perhaps": 422,
	} {
		if status, _, body := ask(a, "POST", target, ""); status != want || updated != 0 {
			t.Errorf("%s: %d %s", target, status, body)
		}
	}
	if status, _, body := ask(a, "POST", "/updatez?token=test&sync=true", ""); status != 200 || strings.TrimSpace(body) != `{"status":"ok"}` || updated != 1 {
		t.Errorf("%d %s", status, body)
	}
	failed = context.DeadlineExceeded
	if status, _, _ := ask(a, "POST", "/updatez?token=test&sync=true", ""); status != 503 {
		t.Errorf("%d", status)
	}
	if status, head, _ := ask(a, "GET", "/updatez", ""); status != 405 || head.Get("Allow") != "POST" {
		t.Errorf("%d", status)
	}
	none := api(t, func(c *Config) { c.MayUpdate = nil })
	if status, _, _ := ask(none, "POST", "/updatez?token=test", ""); status != 403 {
		t.Errorf("%d", status)
	}
}

func TestTraces(t *testing.T) {
	a := api(t)
	parent := regexp.MustCompile(`^00-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}$`)
	_, head, _ := ask(a, "GET", "/search/zala", "", "traceparent", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01", "tracestate", "rojo=00f067aa0ba902b7")
	if !regexp.MustCompile(`^00-0af7651916cd43dd8448eb211c80319c-[0-9a-f]{16}-01$`).MatchString(head.Get("traceparent")) ||
		!regexp.MustCompile(`^yente=[0-9a-f]{16},rojo=00f067aa0ba902b7$`).MatchString(head.Get("tracestate")) {
		t.Errorf("%v", head)
	}
	for _, bad := range []string{"", "ff-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01", "00-0af7651916cd43dd8448eb211c80319c-0000000000000000-01", "x\ty"} {
		_, head, _ := ask(a, "GET", "/search/zala", "", "traceparent", bad, "tracestate", "rojo=1")
		if got := head.Get("traceparent"); !parent.MatchString(got) || strings.Contains(got, "0af7651916cd43dd8448eb211c80319c") ||
			!regexp.MustCompile(`^yente=[0-9a-f]{16}$`).MatchString(head.Get("tracestate")) {
			t.Errorf("%q: %v", bad, head)
		}
	}
}

// Lists that are too old are no answer.
func TestStaleListsAreNoAnswer(t *testing.T) {
	a := api(t, func(c *Config) {
		take := c.Take
		c.Take = func(ctx context.Context) (*Moment, error) {
			m, err := take(ctx)
			m.Stale = "the list zala was last checked 100 hours ago"
			return m, err
		}
	})
	for _, target := range []string{"/search/zala", "/reconcile/zala/suggest/entity?prefix=i"} {
		if status, _, body := ask(a, "GET", target, ""); status != 503 || !strings.Contains(body, "100 hours") {
			t.Errorf("%s: %d %s", target, status, body)
		}
	}
	if status, _, _ := ask(a, "POST", "/match/zala", queries(ivo)); status != 503 {
		t.Errorf("%d", status)
	}
}

// form asks the reconciliation with a form.
func form(a http.Handler, target, key, value string) (int, http.Header, string) {
	return ask(a, "POST", target, url.Values{key: {value}}.Encode(), "Content-Type", "application/x-www-form-urlencoded")
}

type reconAnswer map[string]struct {
	Result []struct {
		ID, Name, Description string
		Type                  []typeJSON
		Score                 float64
		Match                 bool
	}
}

func TestReconcile(t *testing.T) {
	a := api(t)
	m := get[map[string]any](t, a, "/reconcile/zala?key=1")
	suggest := m["suggest"].(map[string]any)["entity"].(map[string]any)
	if !strings.HasPrefix(m["identifierSpace"].(string), "https://www.opensanctions.org") || len(m["defaultTypes"].([]any)) <= 3 || m["extend"] == nil ||
		suggest["service_url"] != "http://127.0.0.1:8080/reconcile/zala" || suggest["service_path"] != "/suggest/entity?key=1" {
		t.Errorf("%v", m)
	}
	tests := []struct{ query, want string }{
		{`{"query":"Ivo TESTAROV"}`, "[NK-ivo]"},
		{`{"query":"Ivo Testarov","type":"Person","limit":1,"properties":[{"pid":"birthDate","v":"1965"},{"pid":"Person:nationality","v":[{"id":"ru","name":"Russia"}]},{"pid":"banana","v":1}]}`, "[NK-ivo]"},
		{`{"query":"Ivo Testarov","type":["Vessel"]}`, "[]"},
		{`{"query":"","properties":[{"pid":"imoNumber","v":9074729}]}`, "[NK-ship]"},
		{`{"query":""}`, "[]"},
		{`{"query":"Nobody Whatsoever"}`, "[]"},
	}
	for _, x := range tests {
		status, head, body := form(a, "/reconcile/zala", "queries", `{"q0":`+x.query+`}`)
		if status != 200 || head.Get("x-batch-size") != "1" {
			t.Errorf("%s: %d %s", x.query, status, body)
			continue
		}
		ids := []string{}
		for _, r := range parse[reconAnswer](t, body)["q0"].Result {
			ids = append(ids, r.ID)
			if r.Name == "" || len(r.Type) != 1 || r.Score <= 0 {
				t.Errorf("%+v", r)
			}
		}
		if fmt.Sprint(ids) != x.want {
			t.Errorf("%s: %s, want %s", x.query, ids, x.want)
		}
	}
	for _, bad := range []string{
		`{"q":{"type":"Banana"}}`, `{"q":{"query":37473874}}`, `{"q":{"query":"a","limit":0}}`, `{"q":{"query":"a","limit":501}}`, `[]`, `{`, `{"q":5}`,
		`{"q":{"query":"a","type":[5]}}`,
	} {
		if status, _, body := form(a, "/reconcile/zala", "queries", bad); status != 400 {
			t.Errorf("%s: %d %s", bad, status, body)
		}
	}
	if status, _, _ := form(a, "/reconcile/zala", "nothing", "x"); status != 422 {
		t.Errorf("no queries: %d", status)
	}
}

func TestReconcileExtend(t *testing.T) {
	a := api(t)
	type extended struct {
		Meta []map[string]string
		Rows map[string]map[string][]strJSON
	}
	status, head, body := form(a, "/reconcile/zala", "extend",
		`{"ids":["NK-ivo","nobody"],"properties":[{"id":"name","settings":{"limit":"1"}},{"id":"nationality"},{"id":"country","settings":{"render":"raw","limit":1}},{"id":"banana"}]}`)
	got := parse[extended](t, body)
	if status != 200 || head.Get("x-batch-size") != "2" || len(got.Meta) != 3 || got.Meta[0]["name"] != "Name" {
		t.Fatalf("%d %s", status, body)
	}
	row := got.Rows["NK-ivo"]
	if fmt.Sprint(row) != "map[country:[{ru}] name:[{Ivo Testarov}] nationality:[{Russia}]]" || len(got.Rows["nobody"]) != 0 {
		t.Errorf("%v", got.Rows)
	}
	for _, bad := range []string{`{"ids":["us-2"],"properties":[]}`, `{`, `{"ids":5}`} {
		if status, _, body := form(a, "/reconcile/zala", "extend", bad); status != 400 {
			t.Errorf("%s: %d %s", bad, status, body)
		}
	}
	props := get[struct {
		Limit      int
		Type       string
		Properties []map[string]string
	}](t, a, "/reconcile/zala/extend/property?limit=5&type=LegalEntity")
	var ids []string
	for _, p := range props.Properties {
		ids = append(ids, p["id"])
	}
	if props.Limit != 5 || props.Type != "LegalEntity" || len(ids) != 5 || !slices.Contains(ids, "name") || !slices.Contains(ids, "country") {
		t.Errorf("%+v", props)
	}
	if status, _, _ := ask(a, "GET", "/reconcile/zala/extend/property?type=Banana", ""); status != 400 {
		t.Error(status)
	}
}

func TestReconcileSuggests(t *testing.T) {
	a := api(t)
	type suggestion struct {
		Code, Status, Prefix string
		Result               []struct{ ID, Name string }
	}
	for target, want := range map[string]string{
		"entity": "[]", "entity?prefix=ivo+tes": "[NK-ivo]", "entity?prefix=banana": "[]", "entity?prefix=tes&limit=1": "[NK-ship]",
		"property": "[]", "property?prefix=country": "[Thing:country LegalEntity:mainCountry Person:birthCountry]", "property?prefix=banana": "[]",
		"type": "[]", "type?prefix=organ": "[Organization]", "type?prefix=banana": "[]",
	} {
		got := get[suggestion](t, a, "/reconcile/zala/suggest/"+target)
		ids := []string{}
		for _, r := range got.Result {
			ids = append(ids, r.ID)
		}
		if fmt.Sprint(ids) != want || got.Code != "/api/status/ok" || got.Status != "200 OK" || got.Result == nil {
			t.Errorf("%s: %+v", target, got)
		}
	}
}

// Pages on this machine may read the reconciliation, others may not.
func TestWhoMayReadTheReconciliation(t *testing.T) {
	a := api(t)
	for origin, want := range map[string]bool{
		"http://127.0.0.1:3333": true, "http://localhost:3333": true, "http://[::1]:1": true, "https://evil.example": false, "null": false, "": false,
		"http://127.0.0.1.evil.example": false,
	} {
		for _, method := range []string{"GET", "OPTIONS"} {
			_, head, _ := ask(a, method, "/reconcile/zala", "", "Origin", origin)
			if got := head.Get("Access-Control-Allow-Origin"); (got == origin && origin != "") != want || !want && got != "" {
				t.Errorf("%s %q: %q", method, origin, got)
			}
		}
		if _, head, _ := ask(a, "GET", "/search/zala", "", "Origin", origin); head.Get("Access-Control-Allow-Origin") != "" {
			t.Errorf("search is read by %q", origin)
		}
	}
}

func TestPreview(t *testing.T) {
	a := api(t)
	status, head, body := ask(a, "GET", "/reconcile/zala/preview/NK-ivo", "")
	if status != 200 || !strings.Contains(body, "Ivo Testarov") || !strings.Contains(head.Get("Content-Security-Policy"), "default-src 'none'") {
		t.Errorf("%d %v %s", status, head, body)
	}
	if status, _, _ := ask(a, "GET", "/reconcile/zala/preview/nobody", ""); status != 404 {
		t.Error(status)
	}
}

// No request of any sort is a defect.
func FuzzRequests(f *testing.F) {
	f.Add("/search/zala?q=a~1+OR+b*&fuzzy=true&sort=caption", "", byte(0))
	f.Add("/match/zala?limit=3&threshold=.5&topics=sanction", queries(ivo), byte(1))
	f.Add("/match/default?exclude_entity_ids=us-2", `{"queries":{"a":{"schema":"Vessel","properties":{"imoNumber":[9074729,null,[true]]}}},"weights":{"a":1}}`, byte(1))
	f.Add("/reconcile/zala", "queries="+url.QueryEscape(`{"q":{"query":"ivo","properties":[{"pid":"name","v":[{"name":"x"}]}]}}`), byte(2))
	f.Add("/reconcile/zala", "extend="+url.QueryEscape(`{"ids":["NK-ivo"],"properties":[{"id":"name","settings":{"limit":"1"}}]}`), byte(2))
	f.Add("/entities/us-2/adjacent/ownershipOwner?sort=caption:desc", "", byte(0))
	f.Add("/reconcile/zala/suggest/entity?prefix=i", "", byte(0))
	a := api(f)
	f.Fuzz(func(t *testing.T, target, body string, how byte) {
		u, err := url.ParseRequestURI(target)
		if err != nil || u.Host != "" || strings.ContainsAny(target, " \x00\r\n") {
			return
		}
		r := httptest.NewRequest("GET", "http://127.0.0.1/", strings.NewReader(body))
		r.URL, r.RequestURI = u, target
		if how%3 > 0 {
			r.Method = "POST"
		}
		if how%3 == 2 {
			r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		}
		w := httptest.NewRecorder()
		a.ServeHTTP(w, r)
		if w.Code >= 500 && w.Code != http.StatusServiceUnavailable {
			t.Fatalf("%s %q: %d %s", target, body, w.Code, w.Body)
		}
		if w.Code == 200 && strings.HasPrefix(w.Header().Get("Content-Type"), "application/json") && !json.Valid(w.Body.Bytes()) {
			t.Fatalf("%s %q: %s", target, body, w.Body)
		}
	})
}

// must gives a folder of embedded files.
func must(fsys fs.FS, dir string) fs.FS {
	sub, err := fs.Sub(fsys, dir)
	if err != nil {
		panic(err)
	}
	return sub
}
