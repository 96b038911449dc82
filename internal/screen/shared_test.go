package screen

import (
	"context"
	"crypto/sha256"
	"os"
	"testing"

	"github.com/cordon-engine/cordon/internal/fault"
	"github.com/cordon-engine/cordon/internal/snapshot/snapshottest"
)

// Whoever builds the index of the same lists has the same bytes, so that a replica can
// tell by a hash whether it has the index of the others; and one of other lists is not
// opened in its place.
func TestIndexIsTheSameWhoeverBuildsIt(t *testing.T) {
	s := new(snapshottest.Memory)
	for _, list := range []string{"x", "y"} {
		records := map[string]string{}
		for _, n := range []string{"Oyelaran Bartholomew", "Quisenberry Thaddeus", "Vorontsova Ludmila", "윤호진", "Kim Yo Jong"} {
			records[n] = "1"
		}
		if _, err := snapshottest.Load(t, s, list, "2020-01-01", records); err != nil {
			t.Fatal(err)
		}
	}
	var sums [2][2][32]byte
	id := ""
	for i := range sums {
		c := config(t, s, t.TempDir())
		d, err := Open(context.Background(), c)
		if err != nil {
			t.Fatal(err)
		}
		if id != "" && d.ID() != id {
			t.Errorf("the name was %s and is %s", id, d.ID())
		}
		id = d.ID()
		d.Close()
		path := c.Dir + "/index/" + id + ".index"
		for j, name := range []string{path, path + "-same"} {
			b, err := os.ReadFile(name)
			if err != nil {
				t.Fatal(err)
			}
			sums[i][j] = sha256.Sum256(b)
		}
	}
	if sums[0] != sums[1] {
		t.Error("the same lists gave indexes of other bytes")
	}
	c := config(t, s, "")
	c.ID = "another"
	if _, err := Open(context.Background(), c); fault.CodeOf(err) != fault.Conflict {
		t.Errorf("a desk of another name was opened: %v", err)
	}
}
