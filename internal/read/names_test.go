package read_test

import (
	"fmt"
	"testing"

	"github.com/cordon-engine/cordon/internal/document"
	"github.com/cordon-engine/cordon/internal/read"
	"github.com/cordon-engine/cordon/internal/when"
)

// TestNames gives what a claim names by which another on the same matter is found.
func TestNames(t *testing.T) {
	r := reader(t)
	for text, want := range map[string]string{
		"The ferry Mangyongbong began sailing between Rajin and Vladivostok in May 2017.": "[Mangyongbong] [] [] [Rajin Vladivostok] 1",
		"The tanker Alba Star (IMO 8133530) left Nampo.":                                  "[Alba Star] [] [8133530] [Nampo] 0",
		"Nothing was found in the hold of the ship.":                                      "[] [] [] [] 0",
	} {
		res := readOf2017(t, r, text)
		if len(res.Claims) == 0 {
			t.Errorf("%s: no claim", text)
			continue
		}
		n := res.Claims[0].Names
		if got := fmt.Sprint(n.Ships, " ", n.Firms, " ", n.IMO, " ", n.Ports, " ", len(n.Days)); got != want {
			t.Errorf("%s: got %s, want %s", text, got, want)
		}
	}
}

// TestPositions tells what speakers say that they support or oppose themselves from what is said of others, and from deeds.
func TestPositions(t *testing.T) {
	r := reader(t)
	for text, want := range map[string]string{
		`"We support the complete implementation of the resolutions," the Russian ambassador said.`: "opinion position",
		`Russia said that it fully supports the resolutions.`:                                       "opinion position",
		`"We have always opposed unilateral sanctions," the Chinese ambassador said.`:               "opinion position",
		`"We supported 300 workers," the Russian ambassador said.`:                                  "fact ",
		`"China supports the regime with fuel," the Japanese ambassador said.`:                      "fact ",
		`"We will support the resolutions," the Russian ambassador said.`:                           "undertaking ",
		`"We have never violated the resolutions that we support," the Russian ambassador said.`:    "denial ",
	} {
		res := readOf2017(t, r, text)
		if len(res.Claims) != 1 {
			t.Errorf("%s: %d claims", text, len(res.Claims))
			continue
		}
		if c := res.Claims[0]; c.Kind.String()+" "+c.Sort != want {
			t.Errorf("%s: %s %s by %s", text, c.Kind, c.Sort, c.Rule)
		}
	}
}

func readOf2017(t *testing.T, r *read.Reader, text string) *read.Result {
	t.Helper()
	d, err := document.Read("a.txt", []byte(text))
	if err != nil {
		t.Fatal(err)
	}
	res, err := r.Read(d, read.Options{Day: when.Date(2017, 7, 6)})
	if err != nil {
		t.Fatal(err)
	}
	return res
}
