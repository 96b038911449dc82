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
		d, err := document.Read("a.txt", []byte(text))
		if err != nil {
			t.Fatal(err)
		}
		res, err := r.Read(d, read.Options{Day: when.Date(2017, 7, 6)})
		if err != nil {
			t.Fatal(err)
		}
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
