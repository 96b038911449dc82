package read_test

import (
	"strings"
	"testing"

	"github.com/cordon-engine/cordon/internal/document"
	"github.com/cordon-engine/cordon/internal/fault"
	"github.com/cordon-engine/cordon/internal/read"
	"github.com/cordon-engine/cordon/internal/when"
)

func TestActivities(t *testing.T) {
	r := reader(t)
	for _, tt := range []struct{ in, want string }{
		{
			"Any country that hosts North Korean workers is aiding and abetting them.",
			`{"kind":"employment","date":"2017-07-04","work":{"nationality":"KP"}}`,
		},
		{"Peru hosts Cuban workers.", `{"kind":"employment","date":"2017-07-04","jurisdiction":"PE","work":{"nationality":"CU","host":"PE"}}`},
		{"North Korea launched a ballistic missile on 28 June.", `{"kind":"test","date":"2017-06-28","test":{"state":"KP","type":"ballistic_launch"}}`},
		{"Peru hired 40 Cuban workers on 2 June.", `{"kind":"employment","date":"2017-06-02","jurisdiction":"PE","work":{"nationality":"CU","host":"PE","count":40}}`},
		{
			"Peru exported 2,000 tonnes of coal to Chile on 2 June 2017.",
			`{"kind":"transfer","date":"2017-06-02","jurisdiction":"PE","origin":"PE","destination":"CL","goods":[{"description":"coal","quantity":2000,"unit":"t"}]}`,
		},
		{
			"Chile imports iron ore from Peru.",
			`{"kind":"transfer","date":"2017-07-04","jurisdiction":"CL","origin":"PE","destination":"CL","goods":[{"description":"iron ore"}]}`,
		},
		{
			"Chile bought Peruvian coal on 2 June.",
			`{"kind":"transfer","date":"2017-06-02","jurisdiction":"CL","origin":"PE","destination":"CL","goods":[{"description":"coal"}]}`,
		},
		{
			"The tanker Blue Heron (IMO 9074729) delivered 1,200 tonnes of diesel to Nampo on 3 May 2017.",
			`{"kind":"transfer","date":"2017-05-03","destination":"KP","vessel":{"name":"Blue Heron","imo":"9074729"},"goods":[{"description":"diesel","quantity":1200,"unit":"t"}]}`,
		},
		{"Peru provided Chile with pictures on 2 June.", ""},     // of no goods that anything names
		{"Peru exported coal to Chile.", ""},                     // when?
		{"Peru will export coal to Chile on 2 August 2017.", ""}, // not yet
		{
			"The United States and South Korea held large-scale military exercises on 20 March 2017.",
			`{"kind":"exercise","date":"2017-03-20","test":{"state":"US"},"exercise":{"scale":"large","with":"KR"}}`,
		},
		{
			"North Korea tested an intercontinental ballistic missile on 4 July 2017.",
			`{"kind":"test","date":"2017-07-04","test":{"state":"KP","type":"ballistic_launch","range":"intercontinental"}}`,
		},
		{
			"Peru opened a joint venture with Cuba on 2 June 2017.",
			`{"kind":"venture","date":"2017-06-02","jurisdiction":"PE","venture":{"partner_state":"CU","stage":"open"}}`,
		},
		{
			"Russia and North Korea launched a ferry service on 17 May 2017.",
			`{"kind":"vessel_service","date":"2017-05-17","jurisdiction":"KP","vessel":{"service":"carry_passengers"},"service":{"recipient_state":"RU"}}`,
		},
		{
			"The vessel Blue Heron docked at Nampo on 3 May 2017.",
			`{"kind":"port_call","date":"2017-05-03","jurisdiction":"KP","vessel":{"name":"Blue Heron"}}`,
		},
		{
			"Peru paid 2 million dollars to Cuba on 2 June 2017.",
			`{"kind":"payment","date":"2017-06-02","jurisdiction":"PE","origin":"PE","destination":"CU","finance":{"service":"payment"}}`,
		},
		{"Peru hired Cuban workers years ago.", ""},         // on which day?
		{"Peru does not host Cuban workers.", ""},           // it does not
		{"All states must stop hosting Cuban workers.", ""}, // nobody is said to do it
		{"Peru hosts workers.", ""},                         // whose?
	} {
		d, err := document.Read("a.txt", []byte(tt.in))
		if err != nil {
			t.Fatal(err)
		}
		got := ""
		res, err := r.Read(d, read.Options{Day: when.Date(2017, 7, 4)})
		if err != nil {
			t.Fatal(err)
		}
		for _, c := range res.Claims {
			if c.Activity != nil {
				got += string(c.Activity.AppendJSON(nil))
			}
		}
		if got != tt.want {
			t.Errorf("%s\ngot  %s\nwant %s", tt.in, got, tt.want)
		}
	}
}

// TestHostile holds that texts made to cost much are read in bounded time, and that what was left out is counted.
func TestHostile(t *testing.T) {
	r := reader(t)
	const size = 64 << 10
	for _, s := range []string{
		strings.Repeat("claims from Peru, ", size/20), strings.Repeat("“a” ", size/9),
		strings.Repeat("Peru and ", size/10), strings.Repeat("x", size), strings.Repeat("\n\n.", size/4),
		strings.Repeat("4 July. ", size/8), strings.Repeat("Peru officials. ", size/16),
		strings.Repeat("Peru "+strings.Repeat("sold coal was sold by ", 170)+"it. ", size/3750),
	} {
		d, err := document.Read("a.txt", []byte(s))
		if err != nil {
			t.Fatal(err)
		}
		res, err := r.Read(d, read.Options{Day: when.NoDay})
		if err != nil {
			t.Fatal(err)
		}
		if strings.HasPrefix(s, "claims") && res.Skipped == 0 {
			t.Error("a sentence beyond the limit was not counted")
		}
	}
	d, _ := document.Read("a.txt", []byte(strings.Repeat("x", read.MaxText+1)))
	if _, err := r.Read(d, read.Options{}); fault.CodeOf(err) != fault.TooLarge {
		t.Errorf("got %v", err)
	}
}

// FuzzRead holds for any text that each claim is a span of it with a speaker and a rule, and that the work ends.
func FuzzRead(f *testing.F) {
	r := reader(f)
	for _, s := range []string{
		"“We will,” Ann Lee said. Peru denied that it had hired them, and that they left.", "Per X, both could be. It said \"a \"b\" c",
		"claims from Peru and Chile about Cuba, he said", "The two sides said the two sides said", "According to , and the of whom have",
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		d, err := document.Read("a.txt", []byte(s))
		if err != nil {
			return
		}
		res, err := r.Read(d, read.Options{Day: when.NoDay})
		if err != nil {
			return
		}
		for _, c := range res.Claims {
			if c.Span.From < 0 || c.Span.To > len(d.Text) || c.Span.From >= c.Span.To || c.By.Name == "" || c.Rule == "" || c.AttributedBy == "" {
				t.Fatalf("%+v in %q", c, s)
			}
		}
	})
}
