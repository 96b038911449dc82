package when

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"
)

func TestParse(t *testing.T) {
	for _, tt := range []struct{ in, from, to, out string }{
		{"2017", "2017-01-01", "2017-12-31", "2017"},
		{"2016-02", "2016-02-01", "2016-02-29", "2016-02"},
		{"2017-07-04", "2017-07-04", "2017-07-04", "2017-07-04"},
		{"2015/2017", "2015-01-01", "2017-12-31", "2015/2017"},
		{"2020-01/05", "2020-01-01", "2020-05-31", "2020-01/2020-05"},
		{"2009-06-12/2015", "2009-06-12", "2015-12-31", "2009-06-12/2015-12-31"},
		{"2017-08-05/09-04", "2017-08-05", "2017-09-04", "2017-08-05/2017-09-04"},
		{"2017-08-05/15", "2017-08-05", "2017-08-15", "2017-08-05/2017-08-15"},
	} {
		p, err := Parse(tt.in)
		if err != nil {
			t.Errorf("%s: %v", tt.in, err)
			continue
		}
		if p.From.String() != tt.from || p.To.String() != tt.to || p.String() != tt.out {
			t.Errorf("%s: got %s to %s as %s", tt.in, p.From, p.To, p)
		}
	}
}

func TestParseRefuses(t *testing.T) {
	for _, in := range []string{
		"", "17", "2017-13", "2017-00", "2017-02-29", "2017-2-3", "2017/2016", "2017-07-04T00:00", "0017",
		"2200", "20170704", "2017-07-0x", "2017-07-04/", "/2017", "２０１７",
	} {
		if p, err := Parse(in); err == nil {
			t.Errorf("%q was read as %s", in, p)
		}
	}
	if _, err := ParseDay("2017-07"); err == nil {
		t.Error("a month was read as a day")
	}
}

func TestLong(t *testing.T) {
	for in, want := range map[string]string{
		"2017-07-04": "4 July 2017", "2017-08": "August 2017", "2017": "2017",
		"2015/2017": "2015 to 2017", "2017-08-05/2017-09-04": "5 August 2017 to 4 September 2017",
	} {
		p, err := Parse(in)
		if err != nil || p.Long() != want {
			t.Errorf("%s: got %q, %v", in, p.Long(), err)
		}
	}
}

func TestDayAgreesWithTime(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		d := Day(rapid.Int32Range(int32(Date(MinYear, 1, 1)), int32(Date(MaxYear, 12, 31))).Draw(t, "day"))
		want := time.Unix(int64(d)*86400, 0).UTC().Format("2006-01-02")
		if d.String() != want {
			t.Fatalf("got %s, want %s", d, want)
		}
		back, err := ParseDay(want)
		if err != nil || back != d {
			t.Fatalf("%s reads back as %v, %v", want, back, err)
		}
		e := Day(rapid.Int32Range(int32(d), int32(Date(MaxYear, 12, 31))).Draw(t, "end"))
		p := Period{d, e}
		q, err := Parse(p.String())
		if err != nil || q != p {
			t.Fatalf("%v reads back as %v, %v", p, q, err)
		}
	})
}

func FuzzParse(f *testing.F) {
	for _, s := range []string{"2017", "2017-07", "2017-07-04", "2015/2017", "2020-01/05", "x"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		p, err := Parse(s)
		if err != nil {
			return
		}
		if p.To < p.From {
			t.Fatalf("%q gives %v", s, p)
		}
		if q, err := Parse(p.String()); err != nil || q != p {
			t.Fatalf("%q gives %v, which reads back as %v, %v", s, p, q, err)
		}
	})
}

func TestDaysAsPeopleWriteThem(t *testing.T) {
	for in, want := range map[string]string{
		"01.10.2017": "write 2017-10-01 or 2017-01-10",
		"1/10/2017":  "write 2017-10-01 or 2017-01-10",
		"31-12-2017": "write 2017-12-31",
		"12/31/2017": "write 2017-12-31",
		"1.1.2017":   "write 2017-01-01",
		"40.40.2017": "write 2017, 2017-07",
		"a.b.2017":   "write 2017, 2017-07",
	} {
		_, err := Parse(in)
		if err == nil || !strings.Contains(fmt.Sprint(err), want) {
			t.Errorf("%s: %v, want %s", in, err, want)
		}
	}
}
