package yente

import (
	"strings"
	"testing"
)

// TestCutoffIsTaken holds that the parameter of old clients shows what stays below the threshold, and never more than that.
func TestCutoffIsTaken(t *testing.T) {
	a := api(t)
	const near = `{"schema":"Person","properties":{"name":"Ivo Testarof"}}`
	shown := results(t, a, "/match/zala?threshold=0.99&cutoff=0.2", near)
	if shown != "[NK-ivo]" {
		t.Errorf("with a cutoff: %s", shown)
	}
	if got := results(t, a, "/match/zala?threshold=0.99", near); got != "[]" {
		t.Errorf("without: %s", got)
	}
	_, _, body := ask(a, "POST", "/match/zala?threshold=0.99&cutoff=0.2", queries(near))
	if r := parse[matchAnswer](t, body).Responses["vv"].Results; len(r) == 0 || r[0].Match {
		t.Errorf("what is below the threshold is a match: %s", body)
	}
	if status, _, body := ask(a, "POST", "/match/zala?cutoff=many", queries(near)); status != 422 {
		t.Errorf("%d %s", status, body)
	}
}

// TestTheReconciliationDescribesItself holds what OpenRefine reads first.
func TestTheReconciliationDescribesItself(t *testing.T) {
	a := api(t)
	m := get[struct {
		Versions    []string
		Name        string
		SchemaSpace string `json:"schemaSpace"`
		View        struct{ URL string }
		Preview     struct {
			URL           string
			Width, Height int
		}
		Suggest map[string]struct {
			URL  string `json:"service_url"`
			Path string `json:"service_path"`
		}
		Extend struct {
			Properties struct {
				URL  string `json:"service_url"`
				Path string `json:"service_path"`
			} `json:"propose_properties"`
			Settings []struct {
				Name string
				Type string
			} `json:"propose_settings"`
		}
		Batch int `json:"batchSize"`
	}](t, a, "/reconcile/zala?key=1&threshold=0.5")
	if len(m.Versions) == 0 || m.Versions[0] != "0.2" || m.Name == "" || m.SchemaSpace == "" || m.Batch != 3 || m.Preview.Width == 0 || m.Preview.Height == 0 {
		t.Errorf("%+v", m)
	}
	if !strings.Contains(m.View.URL, "{{id}}") || !strings.Contains(m.Preview.URL, "{{id}}") {
		t.Errorf("view %s, preview %s", m.View.URL, m.Preview.URL)
	}
	for _, what := range []string{"entity", "property", "type"} {
		s := m.Suggest[what]
		if s.URL != "http://127.0.0.1:8080/reconcile/zala" || !strings.HasPrefix(s.Path, "/suggest/"+what+"?") || !strings.Contains(s.Path, "key=1") || !strings.Contains(s.Path, "threshold=0.5") {
			t.Errorf("%s: %+v", what, s)
		}
	}
	if p := m.Extend.Properties; !strings.HasPrefix(p.Path, "/extend/property?") || !strings.Contains(p.Path, "key=1") || len(m.Extend.Settings) != 2 {
		t.Errorf("%+v", m.Extend)
	}
}

// TestAlgorithmsAreDescribed holds that each has its features with what they weigh, and its settings with their defaults.
func TestAlgorithmsAreDescribed(t *testing.T) {
	got := get[struct {
		Algorithms []struct {
			Name, Description string
			Docs              struct {
				Name     string
				Features map[string]struct {
					Description string
					Coefficient *float64
				}
			}
		}
	}](t, api(t), "/algorithms")
	for _, x := range got.Algorithms {
		if x.Name == "" || x.Description == "" || x.Docs.Name != x.Name {
			t.Errorf("%+v", x)
		}
		for name, f := range x.Docs.Features {
			if f.Description == "" || f.Coefficient == nil {
				t.Errorf("%s: %s is %+v", x.Name, name, f)
			}
		}
	}
}

// TestMatchReadsWithoutAContentType holds that the body is read whatever its type is called.
func TestMatchReadsWithoutAContentType(t *testing.T) {
	a := api(t)
	for _, media := range []string{"", "text/plain", "application/x-www-form-urlencoded", "application/json; charset=utf-8"} {
		status, head, body := ask(a, "POST", "/match/zala", queries(ivo), "Content-Type", media)
		if status != 200 || head.Get("x-batch-size") != "1" || !strings.Contains(body, "NK-ivo") {
			t.Errorf("%q: %d %s", media, status, body)
		}
	}
}
