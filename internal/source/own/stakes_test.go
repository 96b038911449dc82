package own

import (
	"fmt"
	"strings"
	"testing"

	"github.com/cordon-engine/cordon/internal/fault"
	"github.com/cordon-engine/cordon/internal/publication"
	"github.com/cordon-engine/cordon/internal/publication/publicationtest"
	"github.com/cordon-engine/cordon/internal/subject"
)

func TestReadShare(t *testing.T) {
	for in, want := range map[string]string{
		"50": "50 50", "50 %": "50 50", "33.3": "33.3 33.3", "25-49.9": "25 49.9", "25 – 50%": "25 50",
		">50": "50.001 100", ">=50": "50 100", "<25": "0 24.999", "<= 25%": "0 25", "100": "100 100",
		"": "", "101": "", "-5": "", "0": "", "half": "", "60-40": "", "0x10": "", "1e1": "", "NaN": "", "25-": "", "<0": "", ">100": "", "5,5": "",
	} {
		low, high, err := readShare(in)
		got := fmt.Sprint(low, " ", high)
		if err != nil {
			got = ""
		}
		if got != want {
			t.Errorf("%q: %q %v, want %q", in, got, err, want)
		}
	}
}

const firms = `
owner: Compliance
expires: 2027-01-01
tier: named
separator: ";"
columns: {name: N, id: I, ownerId: O, ownerShare: S, ownerKind: K, ownerSince: F, ownerUntil: U, ownerSource: W}
`

// Values of the columns belong together by their order, and nothing is guessed.
func TestStakes(t *testing.T) {
	for _, c := range []struct{ row, want string }{
		{"A,1,,,,,,", "[]"},
		{"A,1,un:KPe.001,50,,,,", "[own:1 <- un:KPe.001 Ownership 50-50]"},
		{"A,1,2,25-49.9,,2019-03,2020-02-01,register", "[own:1 <- own:2 Ownership 25-49.9 since 2019-03 until 2020-02-01 (register)]"},
		{"A,1,un:X;3,;>50,control;,;,,;the bank", "[own:1 <- un:X Control 0-0 own:1 <- own:3 Ownership 50.001-100 (the bank)]"},
		{"A,1,un:X,,,,,", "[own:1 <- un:X Ownership 0-0]"}, // its share is not known
		{"A,1,un:X;un:Y,50,,,,", "1 values of ownerShare stand beside 2 owners"},
		{"A,1,,50,,,,", "1 values of ownerShare stand beside 0 owners"},
		{"A,1,un:X;,50;50,,,,", "the owner number 2 has no id"},
		{"A,1,un:X,50,control,,,", "control has no share"},
		{"A,1,un:X,50,shares,,,", `"shares" is no kind of statement`},
		{"A,1,un:X,half,,,,", `"half" is not a share`},
		{"A,1,un:X,50,,2020,2019,", "ends before it begins"},
		{"A,1,un:X,50,,yesterday,,", "yesterday"},
	} {
		var got []string
		emit := func(r *subject.Record) {
			for _, x := range r.Relations {
				s := fmt.Sprintf("%s <- %s %s %g-%g", x.To, x.From, x.Kind, x.ShareLow, x.ShareHigh)
				if x.Since.Known {
					s += " since " + x.Since.Period.String()
				}
				if x.Until.Known {
					s += " until " + x.Until.Period.String()
				}
				if x.Role != "" {
					s += " (" + x.Role + ")"
				}
				got = append(got, s)
			}
		}
		report, _, err := publicationtest.Load(t, Source(), mapping(t, firms), emit,
			publicationtest.Bytes("l", "", []byte("N,I,O,S,K,F,U,W\n"+c.row+"\nB,2,,,,,,\nC,3,,,,,,\n")))
		if err != nil {
			t.Fatal(c.row, err)
		}
		if text := fmt.Sprint(got); text != c.want && !strings.Contains(refusals(report), c.want) {
			t.Errorf("%s\n  gives %s %s\n  want  %s", c.row, text, refusals(report), c.want)
		}
	}
}

// An owner in the same list must have its row.
func TestOwnersThatAreNotThere(t *testing.T) {
	_, _, err := publicationtest.Load(t, Source(), mapping(t, firms), nil,
		publicationtest.Bytes("l", "", []byte("N,I,O,S,K,F,U,W\nB,2,,,,,,\nA,1,4,50,,,,\n")))
	if fault.CodeOf(err) != fault.Invalid || !strings.Contains(err.Error(), `"4" is no row`) || !strings.Contains(err.Error(), "3") {
		t.Errorf("%v", err)
	}
}

func refusals(r *publication.Report) string { return fmt.Sprintf("%+v", r) }
