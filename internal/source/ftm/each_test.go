package ftm

import (
	"os"
	"slices"
	"testing"

	"github.com/cordon-engine/cordon/internal/publication"
	"github.com/cordon-engine/cordon/internal/publication/publicationtest"
)

// captions gives what Each finds in files, by id.
func captions(t testing.TB, files ...string) map[string]string {
	t.Helper()
	var in []publication.File
	for _, f := range files {
		in = append(in, publicationtest.Bytes("file", "", []byte(f)))
	}
	out := map[string]string{}
	err := Each(t.Context(), in, func(e *Entity) error {
		out[e.ID] = e.Caption
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func TestEachKeepsWholeEntities(t *testing.T) {
	b, err := os.ReadFile("testdata/entities.ftm.json")
	if err != nil {
		t.Fatal(err)
	}
	seen := map[string]Entity{}
	err = Each(t.Context(), []publication.File{publicationtest.Bytes("l", "", b)}, func(e *Entity) error {
		c := *e
		c.Properties = slices.Clone(e.Properties)
		seen[e.ID] = c
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, id := range []string{"NK-1", "addr-1", "san-1", "own-1", "pass-1", "occ-1", "pos-1"} { // of every part
		if _, ok := seen[id]; !ok {
			t.Errorf("%s is missing", id)
		}
	}
	own := seen["own-1"]
	if own.Schema != "Ownership" || !slices.Equal(own.Get("asset"), []string{"NK-2", "NK-3"}) || own.Get("banana") != nil {
		t.Errorf("%+v", own)
	}
}

func TestReaderReadsOne(t *testing.T) {
	r := NewReader()
	a, err := r.Read([]byte(`{"id":"a","schema":"Person","properties":{"name":["A"]},"datasets":["x"],"referents":["b"]}`))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := r.Read([]byte(`{"id":"c","schema":"Person","properties":{"name":["C"]}}`)); err != nil {
		t.Fatal(err)
	}
	if a.Get("name")[0] != "A" || a.Referents[0] != "b" || a.Datasets[0] != "x" { // the next leaves it as it is
		t.Errorf("%+v", a)
	}
	if _, err := r.Read([]byte(`{"op":"DEL","entity":{"id":"a"}}`)); err == nil {
		t.Error("an operation was read as an entity")
	}
}
