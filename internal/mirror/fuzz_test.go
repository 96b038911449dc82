package mirror

import (
	"io/fs"
	"testing"

	"github.com/cordon-engine/cordon/internal/fault"
	"github.com/cordon-engine/cordon/internal/place"
)

// FuzzFacts reads the files of facts with anything in them: what is not facts is a fault, and nothing else happens.
func FuzzFacts(f *testing.F) {
	files := sub(f, "mirror")
	for _, name := range []string{"parameters.yaml", "explanations.yaml", "confusable.yaml", "borders.tsv"} {
		b, err := fs.ReadFile(files, name)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(b[:min(len(b), 2000)])
	}
	places, err := place.Load(sub(f, "place"))
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		x := Facts{values: map[string]float64{}, borders: map[[2]place.State]bool{}}
		for _, err := range []error{
			x.readParameters("f", b), x.readExplanations("f", b), x.readPairs("f", b, places), x.readBorders("f", b, places),
		} {
			if err != nil && fault.CodeOf(err) == fault.Internal {
				t.Fatal(err)
			}
		}
		for _, p := range x.Profiles {
			if s := p.rest; s < 0 || s > 1 {
				t.Fatalf("the rest of a profile is %v", s)
			}
		}
	})
}
