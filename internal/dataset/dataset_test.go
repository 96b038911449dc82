package dataset

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/cordon-engine/cordon/internal/fault"
	"github.com/cordon-engine/cordon/internal/publication"
	"github.com/cordon-engine/cordon/internal/snapshot"
)

func TestManifests(t *testing.T) {
	m, err := ReadManifest("m.json", []byte(`{"datasets": [
		{"name": "gifts", "title": "Gifts", "path": "fixtures/gifts.json", "version": "100"},
		{"name": "zala", "entities_url": "file:///data/zala.json", "load": true, "namespace": true},
		{"name": "zulu", "entities_url": "file:///dev/null", "load": true},
		{"name": "both", "title": "Both", "datasets": ["gifts"], "children": ["zala", "gifts"]},
		{"name": "remote", "resources": [{"name": "other.csv", "url": "https://x/o.csv"}, {"name": "entities.ftm.json", "url": "https://x/e.json", "size": 5}]}
	], "catalogs": [{"url": "https://data.example.org/index.json", "scope": "eu_fsf", "scopes": ["un_sc"], "namespace": false}]}`), "/etc/cordon")
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, d := range m.Datasets {
		got = append(got, fmt.Sprintf("%s %q %s v%s load=%v empty=%v ns=%v %v", d.Name, d.Title, d.From, d.Version, d.Load, d.Empty, d.Namespace, d.Children))
	}
	want := `gifts "Gifts" /etc/cordon/fixtures/gifts.json v100 load=true empty=false ns=false []
zala "zala" /data/zala.json v load=true empty=false ns=true []
zulu "zulu" /dev/null v load=true empty=true ns=false []
both "Both"  v load=false empty=false ns=false [gifts zala]
remote "remote" https://x/e.json v load=true empty=false ns=false []`
	if strings.Join(got, "\n") != want {
		t.Errorf("%s", strings.Join(got, "\n"))
	}
	if c := m.Catalogs[0]; c.From != "https://data.example.org/index.json" || fmt.Sprint(c.Scopes) != "[un_sc eu_fsf]" {
		t.Errorf("%+v", c)
	}
}

func TestManifestsThatAreRefused(t *testing.T) {
	for name, text := range map[string]string{
		"datasets: [{name: us-ofac}]":                             "not the name of a dataset",
		"datasets: [{name: A}]":                                   "not the name of a dataset",
		"datasets: [{title: a}]":                                  `no "name"`,
		"datasets: [{name: a, load: true}]":                       "nothing says from where",
		"datasets: [{name: a, path: 'ftp://x/y'}]":                "no file and no address",
		"datasets: [{name: a, paths: x}]":                         "did you mean path",
		"datasets: [{name: a, load: perhaps, path: x}]":           "load",
		"datasets: [{name: a, children: [B], title: x}]":          "not the name of a dataset",
		"datasets: [{name: a, path: x, auth_token: secret}]":      "auth_token",
		"datasets: [{name: a, path: x, delta_url: 'http:/'}]":     "delta_url",
		"datasets: [{name: a, resources: [{name: x, sizes: 1}]}]": "did you mean size",
		"datasets: [x]":                            "keys and values",
		"catalogs: [{scope: x}]":                   `no "url"`,
		"catalogs: [{url: x, auth_token: secret}]": "auth_token",
		"schedule: '0 * * * *'":                    "updatez",
		"dataset: []":                              "did you mean datasets",
		"a: 1\n---\nb: 2":                          "one document",
		"[]":                                       "keys and values",
	} {
		if _, err := ReadManifest("m.yml", []byte(name), "/"); fault.CodeOf(err) != fault.Invalid || !strings.Contains(err.Error(), text) {
			var f *fault.Error
			if errors.As(err, &f) && strings.Contains(f.Fix, text) {
				continue
			}
			t.Errorf("%s: %v; want %q", name, err, text)
		}
	}
}

func TestCatalogs(t *testing.T) {
	const file = `{"datasets":[
		{"name":"eu_fsf","title":"EU","version":"20240101-aaa","entities_url":"https://x/eu.json","coverage":{"a":1},"resources":[{"name":"targets.csv","url":"https://x/t.csv"}]},
		{"name":"us_ofac_sdn","title":"US","version":"20240101-bbb"},
		{"name":"sanctions","title":"All","children":["eu_fsf","us_ofac_sdn","Bad-Name"],"resources":[{"name":"entities.ftm.json","url":"file:///data/all.json"}]},
		{"name":"Bad-Name"}],"extra":1}`
	list, err := ReadCatalog(CatalogRef{From: "/etc/index.json", Scopes: []string{"eu_fsf"}}, []byte(file))
	if err != nil {
		t.Fatal(err)
	}
	c, err := NewCatalog(list)
	if err != nil {
		t.Fatal(err)
	}
	eu, _ := c.Get("eu_fsf")
	us, ok := c.Get("us_ofac_sdn")
	if !eu.Load || us.Load || !ok || len(c.Datasets()) != 3 {
		t.Errorf("%+v", list)
	}
	if got := fmt.Sprint(c.Under("sanctions"), c.Known("sanctions")); got != "[eu_fsf sanctions us_ofac_sdn] [eu_fsf us_ofac_sdn]" {
		t.Error(got)
	}
	all, err := ReadCatalog(CatalogRef{From: "/etc/index.json"}, []byte(file))
	if err != nil || !all[0].Load || all[1].Load || !all[2].Load || all[2].From != "/data/all.json" {
		t.Errorf("%+v, %v", all, err)
	}
	for scope, code := range map[string]fault.Code{"banana": fault.NotFound, "us_ofac_sdn": fault.Invalid} {
		if _, err := ReadCatalog(CatalogRef{Scopes: []string{scope}}, []byte(file)); fault.CodeOf(err) != code {
			t.Errorf("%s: %v", scope, err)
		}
	}
	for _, from := range []string{"file:///etc/passwd", "/etc/passwd", "passwd"} { // it was fetched, and names files of this machine
		text := `{"datasets":[{"name":"a","entities_url":"` + from + `"}]}`
		if _, err := ReadCatalog(CatalogRef{From: "https://x/index.json"}, []byte(text)); fault.CodeOf(err) != fault.Invalid {
			t.Errorf("%s: %v", from, err)
		}
	}
	if _, err := ReadCatalog(CatalogRef{}, []byte("datasets: []")); fault.CodeOf(err) != fault.Invalid {
		t.Error(err)
	}
	if _, err := NewCatalog([]Dataset{{Name: "a"}, {Name: "a"}}); fault.CodeOf(err) != fault.Conflict {
		t.Error(err)
	}
	round, _ := NewCatalog([]Dataset{{Name: "a", Children: []string{"b"}}, {Name: "b", Children: []string{"a"}}})
	if got := fmt.Sprint(round.Under("a")); got != "[a b]" {
		t.Error(got)
	}
}

func TestListsJoinTheCatalog(t *testing.T) {
	state := func(list string, n int) snapshot.State {
		return snapshot.State{Current: snapshot.Meta{ID: snapshot.ID{List: list, Number: n}}}
	}
	c, _ := NewCatalog([]Dataset{{Name: "zala", Title: "Zala", From: "/z", Load: true}, {Name: "zulu", Empty: true, Load: true}})
	got := c.With([]snapshot.State{state("un-1718", 3), state("zala", 1), state("never", 0)})
	var names []string
	for _, d := range got.Datasets() {
		names = append(names, d.Name)
	}
	if fmt.Sprint(names) != "[zala zulu un_1718 default]" || fmt.Sprint(got.Under(Default)) != "[default un_1718 zala zulu]" {
		t.Errorf("%v, %v", names, got.Under(Default))
	}
	if len(c.Datasets()) != 2 {
		t.Error("the catalog itself was changed")
	}
	if ListOf(NameOf("un-1718-vessels")) != "un-1718-vessels" {
		t.Error("names do not lead back")
	}
}

// filled remembers what it is given.
type filled map[string]string

func (f filled) Fill(_ context.Context, list string, file publication.File) (bool, error) {
	r, err := file.Open()
	if err != nil {
		return false, err
	}
	defer r.Close()
	b, err := io.ReadAll(r)
	f[list] = string(b)
	return !strings.Contains(string(b), "old"), err
}

// served gives one file for any address.
type served string

func (s served) Fetch(context.Context, string) (func() (io.ReadCloser, error), func(), error) {
	return func() (io.ReadCloser, error) { return io.NopCloser(strings.NewReader(string(s))), nil }, func() {}, nil
}

func TestService(t *testing.T) {
	dir := t.TempDir()
	write := func(name, text string) {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	write("a.json", `{"id":"a"}`)
	write("old.json", "old")
	write("manifest.yml", `datasets:
  - {name: my_own, path: a.json, version: "2"}
  - {name: gone, path: gone.json}
  - {name: older, path: old.json}
  - {name: remote, path: "https://x/e.json"}
  - {name: empty, path: /dev/null}
  - {name: folder, path: "."}
`)
	into := filled{}
	var told []string
	s := &Service{File: filepath.Join(dir, "manifest.yml"), Fill: into, Told: func(name string, err error) { told = append(told, fmt.Sprint(name, " ", err == nil)) }}
	if s.Status().Catalog == nil {
		t.Fatal("there is no status before the first loading")
	}
	err := s.Load(t.Context())
	st := s.Status()
	if err == nil || len(st.Failed) != 4 || st.Loaded["my_own"] != "2" || into["my-own"] != `{"id":"a"}` {
		t.Errorf("%v, %+v, %v", err, st, into)
	}
	if got := fmt.Sprint(told); got != "[my_own true gone false older false remote false empty true folder false]" {
		t.Error(got)
	}
	if _, ok := into["empty"]; ok {
		t.Error("an empty list was loaded")
	}
	if !strings.Contains(st.Failed["remote"], "not allowed") || !strings.Contains(st.Failed["older"], "older") {
		t.Errorf("%+v", st.Failed)
	}
	s.Fetch = served(`{"id":"far"}`)
	_ = s.Load(t.Context())
	if into["remote"] != `{"id":"far"}` {
		t.Errorf("%v", into)
	}
	write("manifest.yml", "datasets: [{}]")
	if err := s.Load(t.Context()); err == nil || s.Status().Loaded["my_own"] != "2" {
		t.Errorf("a manifest that cannot be read changed something: %v", err)
	}
	if err := (&Service{}).Load(t.Context()); err != nil {
		t.Error(err)
	}
}

func TestNamespaces(t *testing.T) {
	// The signature is the HMAC-SHA1 of the id under the name of the dataset.
	const want = "a.0fe6f6776af2151d14d9b87308b762146e8a7077"
	got := Sign("ds", "a")
	if got != want || Sign("ds", got) != got || Sign("other", "a") == got {
		t.Errorf("%s", got)
	}
	const in = `{"id":"own","schema":"Ownership","properties":{"owner":["a"],"asset":["b"],"role":["a"]},"referents":["c"]}
not an entity
`
	open := signed(t.Context(), "ds", func() (io.ReadCloser, error) { return io.NopCloser(strings.NewReader("{}\n" + in)), nil })
	r, err := open()
	if err != nil {
		t.Fatal(err)
	}
	b, err := io.ReadAll(r)
	text := string(b)
	if err != nil || !strings.Contains(text, Sign("ds", "own")) || !strings.Contains(text, `"owner":["`+got+`"]`) ||
		!strings.Contains(text, `"role":["a"]`) || !strings.Contains(text, Sign("ds", "c")) || !strings.Contains(text, "not an entity") {
		t.Errorf("%v %s", err, text)
	}
	delta := signed(t.Context(), "ds", func() (io.ReadCloser, error) {
		return io.NopCloser(strings.NewReader(`{"op":"ADD","entity":{"id":"a","schema":"Person"}}`)), nil
	})
	if r, err = delta(); err == nil {
		_, err = io.ReadAll(r)
	}
	if fault.CodeOf(err) != fault.Invalid {
		t.Errorf("changes were signed: %v", err)
	}
}

func FuzzReadManifest(f *testing.F) {
	f.Add("datasets: [{name: a, path: x, children: [b]}]\ncatalogs: [{url: x, scopes: [a]}]")
	f.Add(`{"datasets":[{"name":"a","resources":[{"name":"entities.ftm.json","url":"file:///x"}]}]}`)
	f.Fuzz(func(t *testing.T, s string) {
		m, err := ReadManifest("m", []byte(s), "/dir")
		if err != nil {
			if fault.CodeOf(err) == fault.Internal {
				t.Fatal(err)
			}
		} else if c, err := NewCatalog(m.Datasets); err == nil {
			c.With(nil).Under(Default)
		}
		if list, err := ReadCatalog(CatalogRef{From: "/x"}, []byte(s)); err == nil {
			_, _ = NewCatalog(list)
		} else if fault.CodeOf(err) == fault.Internal {
			t.Fatal(err)
		}
	})
}
