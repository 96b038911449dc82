package screening

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"

	"github.com/cordon-engine/cordon/internal/match"
	"github.com/cordon-engine/cordon/internal/when"
)

// TestKnown: a party on file comes back from the index as it was put in, and bytes that are cut say so.
func TestKnown(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		texts := rapid.SliceOfN(rapid.String(), 0, 3)
		word := rapid.SampledFrom([]string{"", "Person", "male", "KP"})
		in := match.Input{
			Schema: word.Draw(t, "schema"), Countries: texts.Draw(t, "countries"), Gender: word.Draw(t, "gender"), Addresses: texts.Draw(t, "addresses"),
			Flag: word.Draw(t, "flag"), Built: rapid.Int().Draw(t, "built") >> 33, Tonnage: rapid.Int().Draw(t, "tonnage") >> 33,
		}
		for i, s := range texts.Draw(t, "names") {
			in.Names = append(in.Names, match.Name{Text: s, Kind: match.NameKind(i % 2)})
			in.Births = append(in.Births, when.Period{From: when.Day(i * 1000), To: when.NoDay})
			in.Identifiers = append(in.Identifiers, match.Identifier{Kind: "imo", Value: s})
		}
		k := Known{Input: in, Data: []byte(rapid.String().Draw(t, "data"))}
		b := k.encode()
		got, err := knownOf(b)
		if diff := cmp.Diff(k, got, cmpopts.EquateEmpty()); err != nil || diff != "" {
			t.Fatal(err, diff)
		}
		inputs := len(b) - len(k.Data)
		if _, err := knownOf(b[:rapid.IntRange(0, inputs-1).Draw(t, "cut")]); err == nil {
			t.Fatal("what was cut was read")
		}
	})
}
