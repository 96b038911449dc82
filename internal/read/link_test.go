package read_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/cordon-engine/cordon/internal/document"
	"github.com/cordon-engine/cordon/internal/fault"
	"github.com/cordon-engine/cordon/internal/place"
	"github.com/cordon-engine/cordon/internal/read"
	"github.com/cordon-engine/cordon/internal/when"
)

// lists answers by name, and remembers what it was asked.
type lists struct {
	known map[string]read.Listing
	asked []string
	err   error
}

func (l *lists) Look(n read.Named) ([]read.Listing, error) {
	l.asked = append(l.asked, fmt.Sprintf("%s %s %s %s", n.Kind, n.Name, n.IMO, n.State))
	if x, ok := l.known[n.Name]; ok {
		return []read.Listing{x}, l.err
	}
	return nil, l.err
}

// numbers is a law of one paragraph.
type numbers struct{}

func (numbers) Instrument(n string) (string, string, bool) { return "S/RES/" + n, "title", n == "2371" }

func (numbers) Provision(n, p string) (string, string, bool) {
	return n + "-p" + p, "coal", n == "2371" && p == "8"
}

const named = "The tanker Blue Heron (IMO 9074729) sold 200 tonnes of coal to Chile in breach of paragraph 8 of resolution 2371 (2017). " +
	"Foreign Minister Ann Lee met John Brown Trading Ltd of Peru. The Security Council recalled resolution 2371, and resolution 9999. Lee left. " +
	"The vessel Grey Goose (IMO 9074728) was near."

func TestLinks(t *testing.T) {
	r := reader(t)
	d, err := document.Read("a.txt", []byte(named))
	if err != nil {
		t.Fatal(err)
	}
	res, err := r.Read(d, read.Options{Day: when.Date(2017, 9, 5)})
	if err != nil {
		t.Fatal(err)
	}
	l := &lists{known: map[string]read.Listing{
		"Blue Heron": {ID: "s1", Caption: "BLUE HERON", Standing: "listed", Match: true, Score: 1},
		"Ann Lee":    {ID: "p1", Caption: "Lee, Anne", Standing: "listed", Score: 0.6},
	}}
	links, err := r.Links(res, l, numbers{})
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, x := range links {
		if x.From < 0 || x.To > len(d.Text) || x.From >= x.To {
			t.Errorf("%+v is no stretch of the text", x)
		}
		got = append(got, fmt.Sprint(x.Sort, " ", x.Name, " ", x.ID, " ", x.Standing, " ", x.Sure))
	}
	for _, want := range []string{
		"listing Blue Heron s1 listed true", "listing Ann Lee p1 listed false", "provision 2371 paragraph 8 2371-p8  true",
		"instrument 2371 S/RES/2371  true", "ship Blue Heron 9074729  true", "commodity coal coal  true",
	} {
		if !slices.Contains(got, want) {
			t.Errorf("no link %q in:\n%s", want, strings.Join(got, "\n"))
		}
	}
	for _, x := range got {
		if strings.Contains(x, "9999") || strings.Contains(x, "ship Grey Goose") {
			t.Errorf("%q leads nowhere", x)
		}
	}
	want := []string{
		"vessel Blue Heron 9074729 ZZ", "person Ann Lee  ZZ", "organisation John Brown Trading Ltd  PE", "vessel Grey Goose 9074728 ZZ",
	}
	for i := range want { // each name once, and no organ of the United Nations
		want[i] = strings.Replace(want[i], " ZZ", " "+place.State(0).String(), 1)
	}
	if !slices.Equal(l.asked, want) {
		t.Errorf("asked\n%s\nwant\n%s", strings.Join(l.asked, "\n"), strings.Join(want, "\n"))
	}
}

// TestLinksFail: what the lists cannot answer is an error, and no empty answer.
func TestLinksFail(t *testing.T) {
	r := reader(t)
	d, err := document.Read("a.txt", []byte(named))
	if err != nil {
		t.Fatal(err)
	}
	res, err := r.Read(d, read.Options{Day: when.NoDay})
	if err != nil {
		t.Fatal(err)
	}
	l := &lists{err: fault.New(fault.Unavailable, "no list is loaded")}
	if _, err := r.Links(res, l, nil); fault.CodeOf(err) != fault.Unavailable {
		t.Errorf("got %v", err)
	}
	links, err := r.Links(res, nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, x := range links {
		if x.Sort == read.ToListing || x.Sort == read.ToProvision || x.Sort == read.ToInstrument {
			t.Errorf("%+v, and there are no lists and no law", x)
		}
	}
}
