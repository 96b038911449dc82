package decide_test

import (
	"bytes"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/cordon-engine/cordon/internal/activity"
	"github.com/cordon-engine/cordon/internal/decide"
	"github.com/cordon-engine/cordon/internal/fault"
	"github.com/cordon-engine/cordon/internal/report"
	"github.com/cordon-engine/cordon/internal/ruling"
	"github.com/cordon-engine/cordon/internal/when"
	"github.com/cordon-engine/cordon/internal/yamltree"
)

func stream(d *decide.Desk) decide.Stream {
	return decide.Stream{Name: "in", KnownAt: when.NoDay, Encoder: func() func([]byte, *ruling.Ruling) []byte {
		return (&report.Encoder{Versions: report.Versions{Data: d.DataVersion}}).Append
	}}
}

// Rulings come out in the order of the lines, whatever the number of workers, and
// every line is ruled on or refused.
func TestStreamKeepsOrderAndCount(t *testing.T) {
	d := desk(t)
	var in strings.Builder
	lines := mix(t)
	refused := 0
	for i := range 1000 {
		switch {
		case i%97 == 5:
			in.WriteString(`{"kind":"transfer","date":"2017-13-01"}` + "\n")
			refused++
		case i%50 == 7:
			in.WriteString("\n")
		default:
			line := lines[i%len(lines)]
			fmt.Fprintf(&in, `{"id":"n%d",%s`+"\n", i, line[bytes.Index(line, []byte(`"kind"`)):])
		}
	}
	var want string
	for _, workers := range []int{1, 2, 7} {
		s := stream(d)
		s.Workers = workers
		var out bytes.Buffer
		c, err := d.Run(strings.NewReader(in.String()), &out, s)
		if err != nil {
			t.Fatal(err)
		}
		if c.Read != c.Ruled+c.Refused || c.Refused != refused || c.Read != 980 {
			t.Errorf("%d workers: %+v", workers, c)
		}
		last := -1
		for _, l := range strings.Split(strings.TrimSpace(out.String()), "\n") {
			var n int
			if i := strings.Index(l, `"ref":"n`); i > 0 {
				fmt.Sscanf(l[i:], `"ref":"n%d"`, &n)
				if n <= last {
					t.Fatalf("%d workers: n%d after n%d", workers, n, last)
				}
				last = n
			}
		}
		if want == "" {
			want = out.String()
		} else if out.String() != want {
			t.Errorf("%d workers give other bytes than one", workers)
		}
	}
}

type failing struct{ after int }

func (f *failing) Write(p []byte) (int, error) {
	if f.after -= len(p); f.after < 0 {
		return 0, errors.New("disk full")
	}
	return len(p), nil
}

type broken struct{ r *strings.Reader }

func (b broken) Read(p []byte) (int, error) {
	n, err := b.r.Read(p)
	if err != nil {
		err = errors.New("cable pulled")
	}
	return n, err
}

// A writer or reader that fails is an error, never a short stream that looks whole.
func TestStreamFailsClosed(t *testing.T) {
	d := desk(t)
	line := string(mix(t)[0]) + "\n"
	if _, err := d.Run(strings.NewReader(strings.Repeat(line, 2000)), &failing{100_000}, stream(d)); err == nil || !strings.Contains(err.Error(), "disk full") {
		t.Errorf("got %v", err)
	}
	c, err := d.Run(broken{strings.NewReader(strings.Repeat(line, 200))}, &bytes.Buffer{}, stream(d))
	if err == nil || !strings.Contains(err.Error(), "cable pulled") || c.Ruled != 200 {
		t.Errorf("got %v, %+v", err, c)
	}
	var out bytes.Buffer
	c, err = d.Run(strings.NewReader(line+strings.Repeat("x", 2*yamltree.MaxSize)+"\n"+line), &out, stream(d))
	if err != nil || c.Ruled != 2 || c.Refused != 1 || !strings.Contains(out.String(), `"line":2,"error":{"code":"too_large"`) {
		t.Errorf("an endless line: %+v, %v", c, err)
	}
}

// Running totals decide caps, in quantity and in value, and are part of the
// ruling's name.
func TestTotals(t *testing.T) {
	d := desk(t)
	list, err := d.Read("a.yaml", []byte("kind: transfer\ndate: 2018-03-01\norigin: RU\ndestination: KP\ngoods: [{description: diesel, hs: \"271019\", quantity: 10000, unit: bbl}]\n"))
	if err != nil {
		t.Fatal(err)
	}
	names := map[string]bool{}
	for in, want := range map[string]ruling.Verdict{
		"[]": ruling.Incomplete,
		"- {provision: 2397-p5, period: 2018-01, quantity: 300000, unit: bbl, source: committee page}\n- {provision: 2397-p5, period: 2018-02, quantity: 100000, unit: bbl}": ruling.Reportable,
		"- {provision: 2397-p5, period: 2018-01, quantity: 490000, unit: bbl}":                                                                                               ruling.Reportable,
		"- {provision: 2397-p5, period: 2018-01, quantity: 490001, unit: bbl}":                                                                                               ruling.OverCap,
		"- {provision: 2397-p5, period: 2018-01, quantity: 62000, unit: t}":                                                                                                  ruling.Incomplete,
		"- {provision: 2397-p5, period: 2017-12, quantity: 490001, unit: bbl}":                                                                                               ruling.Incomplete,
		"- {provision: 2397-p5, period: 2018-12, quantity: 490001, unit: bbl}":                                                                                               ruling.Incomplete,
	} {
		totals, err := d.ReadTotals("t.yaml", []byte(in))
		if err != nil {
			t.Errorf("%s: %v", in, err)
			continue
		}
		r, err := d.Engine.Decide(ruling.Request{Activity: list[0], KnownAt: when.NoDay, Totals: totals})
		if err != nil {
			t.Fatal(err)
		}
		if r.Verdict != want {
			t.Errorf("%s: got %s, want %s", in, r.Verdict, want)
		}
		names[(&report.Encoder{}).ID(r)] = true
	}
	if len(names) != 7 {
		t.Errorf("seven rulings have %d names", len(names))
	}
	for in, want := range map[string]string{
		"- {provision: 2397-p7, period: 2018, quantity: 1, unit: t}":   "not a provision with a cap",
		"- {provision: 2397-p5, period: 2018}":                         "a quantity with its unit, or a value",
		"- {provision: 2397-p5, period: 2018, quantity: 1}":            `has no "unit"`,
		"- {provision: 2397-p5, period: 2018, quantity: 1, unit: pcs}": "pcs",
		"- {provision: 2397-p5, period: x, quantity: 1, unit: t}":      "not a date",
		"{a: b}": "are a list",
	} {
		if _, err := d.ReadTotals("t.yaml", []byte(in)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: got %v, want %q", in, err, want)
		}
	}
}

func TestReadJSONFiles(t *testing.T) {
	d := desk(t)
	for in, want := range map[string]int{
		`{"kind":"measure","date":"2017"}`:                                        1,
		`[{"kind":"measure","date":"2017"}, {"kind":"measure","date":"2018-01"}]`: 2,
	} {
		list, err := d.Read("a.json", []byte(in))
		if err != nil || len(list) != want {
			t.Errorf("%s: %d, %v", in, len(list), err)
		}
	}
	_, err := d.Read("a.json", []byte(`[{"kind":"measure","date":"2017"}, {"kind":"measure"}]`))
	if err == nil || !strings.Contains(err.Error(), "a.json, item 2") || fault.CodeOf(err) != fault.Invalid {
		t.Errorf("got %v", err)
	}
}

// An activity made to be slow is bounded: many lines of which nothing is known.
func TestManyOpenLinesAreBounded(t *testing.T) {
	d := desk(t)
	var b strings.Builder
	b.WriteString(`{"kind":"transfer","date":"2018-03-01","origin":"CN","destination":"KP","goods":[{"description":"machine"}`)
	for range 300 {
		b.WriteString(`,{"description":"machine"}`)
	}
	b.WriteString("]}")
	var a activity.Activity
	if err := activity.NewDecoder(d.Reference).Decode([]byte(b.String()), &a); err != nil {
		t.Fatal(err)
	}
	r, err := d.Engine.Decide(ruling.Request{Activity: &a, KnownAt: when.NoDay})
	if err != nil {
		t.Fatal(err)
	}
	if r.Verdict < ruling.Incomplete || len(r.Questions) == 0 {
		t.Errorf("%s with %d questions", r.Verdict, len(r.Questions))
	}
}

func TestListingUnderAnUnknownRegimeIsAFault(t *testing.T) {
	d := desk(t)
	list, err := d.Read("a.yaml", []byte("kind: payment\ndate: 2018-03-01\nparties: [{role: payee, listed: true, listed_under: un-drpk}]\n"))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := d.Engine.Decide(ruling.Request{Activity: list[0], KnownAt: when.NoDay}); err == nil || !strings.Contains(err.Error(), `no regime "un-drpk"`) {
		t.Errorf("got %v", err)
	}
}

func TestReportUnderAnUnknownObligationIsAFault(t *testing.T) {
	d := desk(t)
	list, err := d.Read("a.yaml", []byte("kind: report\ndate: 2018-03-20\nreport: {obligation: 2397 p17}\n"))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := d.Engine.Decide(ruling.Request{Activity: list[0], KnownAt: when.NoDay}); err == nil || !strings.Contains(fmt.Sprint(err), `no report is known under "2397 p17"`) {
		t.Errorf("got %v", err)
	}
}
