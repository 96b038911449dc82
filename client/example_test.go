package client_test

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log"
	"net/http/httptest"
	"slices"
	"sync"

	"github.com/cordon-engine/cordon/client"
	"github.com/cordon-engine/cordon/data"
	"github.com/cordon-engine/cordon/internal/decide"
	"github.com/cordon-engine/cordon/internal/httpapi"
	"github.com/cordon-engine/cordon/internal/report"
)

// address is that of a server like `cordon serve`, with the law that comes with the program and no lists.
var address = sync.OnceValue(func() string {
	d, err := decide.Open(data.FS, decide.Config{})
	if err != nil {
		log.Fatal(err)
	}
	schemas, err := fs.Sub(data.FS, "schema")
	if err != nil {
		log.Fatal(err)
	}
	api, err := httpapi.New(httpapi.Config{
		Desk: d, Versions: report.Versions{Program: "example", Data: d.DataVersion}, Schemas: schemas, Limits: httpapi.DefaultLimits(),
	})
	if err != nil {
		log.Fatal(err)
	}
	return httptest.NewServer(httpapi.Guard(api, httpapi.DefaultLimits(), nil, api.Log)).URL
})

func Example() {
	c, err := client.New(address())
	if err != nil {
		log.Fatal(err)
	}
	ruling, err := c.Decide(context.Background(), client.Activity{
		"kind": "employment", "date": "2017-10-01",
		"work": map[string]any{"nationality": "KP", "host": "PL", "new_authorisation": true},
	}, client.Days{})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(ruling.Verdict)
	for _, f := range ruling.Findings {
		if f.Verdict == ruling.Verdict {
			fmt.Println(f.Cite)
		}
	}
	// Output:
	// needs_approval
	// S/RES/2375 (2017), paragraph 17
}

func ExampleClient_Decide_problem() {
	c, err := client.New(address())
	if err != nil {
		log.Fatal(err)
	}
	_, err = c.Decide(context.Background(), client.Activity{"kind": "employment", "date": "2017-10-01", "colour": "red"}, client.Days{})
	var problem *client.Problem
	if errors.As(err, &problem) {
		fmt.Println(problem.Status, problem.Code, problem.Place.Field)
	}
	// Output:
	// 422 invalid colour
}

func ExampleClient_DecideBatch() {
	c, err := client.New(address())
	if err != nil {
		log.Fatal(err)
	}
	activities := []client.Activity{
		{"id": "a", "kind": "employment", "date": "2017-10-01", "work": map[string]any{"nationality": "KP", "host": "PL", "new_authorisation": true}},
		{"id": "b", "kind": "nothing"},
		{"id": "c", "kind": "employment", "date": "2016-01-01", "work": map[string]any{"nationality": "KP", "host": "PL", "new_authorisation": true}},
	}
	for ruling, err := range c.DecideBatch(context.Background(), slices.Values(activities), client.Days{}) {
		var line *client.LineError
		switch {
		case errors.As(err, &line):
			fmt.Println("line", line.Line, line.Code)
		case err != nil:
			log.Fatal(err)
		default:
			fmt.Println(ruling.Ref, ruling.Verdict)
		}
	}
	// Output:
	// a needs_approval
	// line 2 invalid
	// c permitted
}

func ExampleClient_Law() {
	c, err := client.New(address())
	if err != nil {
		log.Fatal(err)
	}
	for p, err := range c.Law(context.Background(), client.LawQuery{Date: "2017-07-04", Kind: "employment"}) {
		if err != nil {
			log.Fatal(err)
		}
		if p.Measure == "labour" {
			fmt.Println(p.ID, p.Title)
		}
	}
	// Output:
	// 2321-p34 Workers sent abroad
}

func ExampleClient_Goods() {
	c, err := client.New(address())
	if err != nil {
		log.Fatal(err)
	}
	goods, err := c.Goods(context.Background(), "270119")
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(goods.Code, goods.Named[0].List)
	// Output:
	// 270119 coal
}

// Screening that is not there is an error and never "clear".
func ExampleClient_Screen_unavailable() {
	c, err := client.New(address(), client.WithTries(1, 0))
	if err != nil {
		log.Fatal(err)
	}
	_, err = c.Screen(context.Background(), client.Query{Party: client.Party{Name: "Yun Ho Chin"}})
	fmt.Println(err)
	// Output:
	// cordon: screening is not available in this build; state party.listed as a fact of the activity, and check it yourself
}
