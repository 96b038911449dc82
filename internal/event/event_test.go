package event

import (
	"bytes"
	"os"
	"strings"
	"sync"
	"testing"
	"time"
	_ "time/tzdata" // the oracle of the zone rules

	"pgregory.net/rapid"

	"github.com/cordon-engine/cordon/internal/activity"
	"github.com/cordon-engine/cordon/internal/goods"
	"github.com/cordon-engine/cordon/internal/place"
	"github.com/cordon-engine/cordon/internal/vocab"
	"github.com/cordon-engine/cordon/internal/when"
)

var reference = sync.OnceValues(func() (*activity.Reference, error) {
	places, err := place.Load(os.DirFS("../../data/place"))
	if err != nil {
		return nil, err
	}
	lists, err := goods.LoadLists(os.DirFS("../../data"), "goods/lists")
	return &activity.Reference{Places: places, Commodities: lists}, err
})

func ref(t testing.TB) *activity.Reference {
	r, err := reference()
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// TestNewYork holds the zone rules to the database of the language, hour by hour over 92 years.
func TestNewYork(t *testing.T) {
	zone, err := time.LoadLocation("America/New_York")
	if err != nil {
		t.Fatal(err)
	}
	end := time.Date(2038, 1, 1, 0, 0, 0, 0, time.UTC).Unix()
	for at := midnight(when.Date(firstYear, 1, 1)); at < end; at += 3600 {
		if _, want := time.Unix(at, 0).In(zone).Zone(); int64(want) != offset(at) {
			t.Fatalf("at %s the clocks of New York were %d s ahead of UTC, not %d", time.Unix(at, 0).UTC(), want, offset(at))
		}
	}
	for d := when.Date(firstYear, 1, 2); d < when.Date(2038, 1, 1); d++ {
		y, m, day := d.Civil()
		if want := time.Date(y, time.Month(m), day, 0, 0, 0, 0, zone).Unix(); midnight(d) != want {
			t.Fatalf("%s began in New York at %d, not %d", d, want, midnight(d))
		}
	}
}

func TestTimes(t *testing.T) {
	for _, tt := range []struct{ in, utc, legal string }{
		{"2017-07-04T00:40Z", "4 July 2017, 00:40 UTC", "2017-07-03"},
		{"2017-07-04T09:40+09:00", "4 July 2017, 00:40 UTC", "2017-07-03"},
		{"2017-11-28T18:18:30Z", "28 November 2017, 18:18:30 UTC", "2017-11-28"},
		{"2017-11-29T04:59Z", "29 November 2017, 04:59 UTC", "2017-11-28"}, // winter: five hours
		{"2017-11-29T05:00Z", "29 November 2017, 05:00 UTC", "2017-11-29"},
		{"2017-07-04T03Z", "4 July 2017, 03 h UTC", "2017-07-03"},
		{"2017-07-04T04Z", "4 July 2017, 04 h UTC", "2017-07-04"},
		{"2017-09-03+09:00", "2017-09-03+09:00", "2017-09-02/2017-09-03"},
		{"2018-04-20", "20 April 2018 in New York", "2018-04-20"},
		{"2018-04", "April 2018 in New York", "2018-04"},
	} {
		got, err := ParseTime(tt.in)
		if err != nil || got.UTC() != tt.utc || got.Legal().String() != tt.legal {
			t.Errorf("%s: %s, %s, %v; want %s, %s", tt.in, got.UTC(), got.Legal(), err, tt.utc, tt.legal)
		}
	}
	for _, in := range []string{
		"", "2017-07-04T00:40", "2017-07-04T24:00Z", "2017-07-04T1:00Z", "2017-07Z", "2017-13-01Z", "2017-07-04+9", "2017-07-04T00:60Z",
		"2017-07-04T00:00:00:00Z", "2017-07-04T00:40+15:00", "1945-12-31Z", "2017-07-04TZ", "T00:40Z",
	} {
		if got, err := ParseTime(in); err == nil {
			t.Errorf("%q was read as %s", in, got.UTC())
		}
	}
}

const file = `
events:
  - id: launch
    kind: ballistic_launch
    title: Launch of a missile
    time: 2017-07-04T00:40Z
    actors: [KP]
    place: Panghyon
    range: intercontinental
    outcome: success
    sources: [a table]
    verified: true
  - id: drill
    kind: exercise
    title: A drill
    time: 2017-08-21+09:00
    until: 2017-08-31+09:00
    actors: [US, KR]
    scale: large
    doubt: [the number of troops]
    moves:
      - {act: allege, on: [x-1], by: [KP], text: says so}
      - {act: progress, progress: 2, on: [x-2], coder: us}
`

func TestRead(t *testing.T) {
	list, err := ReadYAML(ref(t), "f.yaml", []byte(file))
	if err != nil || len(list) != 2 {
		t.Fatal(list, err)
	}
	var lines []byte
	for i := range list {
		if lines, err = list[i].AppendLine(lines); err != nil {
			t.Fatal(err)
		}
		lines = append(lines, '\n')
	}
	again, err := ReadLines(ref(t), "f.jsonl", bytes.NewReader(lines))
	if err != nil || len(again) != 2 || !equal(&list[0], &again[0]) || !equal(&list[1], &again[1]) {
		t.Fatalf("the lines %s read as %+v, %v", lines, again, err)
	}
	if got := list[1].Legal().String(); got != "2017-08-20/2017-08-31" {
		t.Error(got)
	}
	drill := list[1].Conduct(when.On(when.Date(2017, 8, 21)))
	if len(drill) != 2 {
		t.Fatal("an exercise of two states is what each of them does")
	}
	if with, _ := drill[0].Activity.Facts.Get(vocab.ExerciseWith); with.Text != "KR" {
		t.Error(with)
	}
	if s, _ := drill[1].Activity.Facts.Get(vocab.TestState); s.Text != "KR" {
		t.Error(s)
	}
	if _, said := list[0].Conduct(list[0].Legal())[0].Activity.Facts.Get(vocab.TestRange); !said {
		t.Error("the range is not said")
	}
}

func TestReadRefuses(t *testing.T) {
	for name, tt := range map[string]struct{ old, new, want string }{
		"key":       {"place: Panghyon", "plase: Panghyon", "did you mean place"},
		"kind":      {"kind: exercise", "kind: exercises", "did you mean exercise"},
		"state":     {"[KP]", "[Ruritania]", "f.yaml:7"},
		"time":      {"T00:40Z", "T00:40", "needs its zone"},
		"before":    {"until: 2017-08-31", "until: 2017-08-01", "ends before it begins"},
		"twice":     {"id: drill", "id: launch", "stands twice"},
		"range":     {"scale: large", "range: short", "no launch of a ballistic missile"},
		"progress":  {"progress: 2", "progress: 4", "progress is 0, 1, 2 or 3"},
		"act":       {"act: allege", "act: alege", "did you mean allege"},
		"source":    {"sources: [a table]", "sources: []", "names no source"},
		"no actors": {"actors: [KP]", "actors: []", "no `actors`"},
	} {
		_, err := ReadYAML(ref(t), "f.yaml", []byte(strings.Replace(file, tt.old, tt.new, 1)))
		if err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s: %v", name, err)
		}
	}
	_, err := ReadLines(ref(t), "f.jsonl", strings.NewReader("{\"id\":\"a\",\"kind\":\"talks\",\"title\":\"t\",\"time\":\"2018\",\"actors\":[\"KP\"]}\n{\"id\":\"b\"}\n"))
	if err == nil || !strings.Contains(err.Error(), "f.jsonl:2") {
		t.Error("the place of a bad line:", err)
	}
}

// TestMerge: the order of files does not matter; the same event twice counts once; another under its id is refused.
func TestMerge(t *testing.T) {
	list, err := ReadYAML(ref(t), "f.yaml", []byte(file))
	if err != nil {
		t.Fatal(err)
	}
	rapid.Check(t, func(t *rapid.T) {
		shuffled := rapid.Permutation(append(list[:2:2], list...)).Draw(t, "order")
		got, err := Merge(shuffled[:1], shuffled[1:])
		if err != nil || len(got) != 2 || got[0].ID != "launch" || got[1].ID != "drill" {
			t.Fatal(got, err)
		}
	})
	other := list[0]
	other.Place = "elsewhere"
	if _, err := Merge(list, []Event{other}); err == nil {
		t.Error("two events of one id were taken for one")
	}
}

// fixtures are small tables in the forms that others publish, with rows that cannot be read.
var fixtures = map[string]struct {
	table         string
	rows, refused int
	first         string
}{
	"cns": {
		"F1,Date,Launch Time (UTC),Missile Name,Missile Type,Facility Name,Confirmation Status,Test Outcome,Apogee\n" +
			"1,4-Jul-17,12:40:00 AM,Big,ICBM,Here,Confirmed,Success,2802 km\n2,Sep-84,,Old,SRBM,\"There,\nthere\",Unconfirmed,Failure,\n" +
			"3,31-Jun-17,,X,ICBM,Here,Confirmed,Success,\n4,1-Jun-17,,X,SRBM,Here,Perhaps,Success,\n5,1-Jun-17,Unknown,X,SLBM,Here,Confirmed,Unknown\n",
		5, 3, "cns-2",
	},
	"provocations": {
		"date,type,event,description,resources,year\n2017-09-03,Nuclear Provocation,Nuclear Test,words,https://example.org,2017\n" +
			"2017-09-03,Missile Provocation,Short-range Ballistic Missile Launch,words,,2017\n2017-9-3,Other Provocation,Artillery Fire,words,,2017\n",
		3, 1, "prov-2017-09-03",
	},
	"negotiations": {
		"Month,Year,Leadership,Event Type,Parties Involved,Description\nJun,2018,x,Political Dialogue (Nuclear),\"US, DPRK\",\"a \"quoted\" word\"\n" +
			"Jux,2018,x,Political Dialogue,\"US, DPRK\",y\nJun,2018,x,Political Dialogue,\"US, Ruritania\",y\n",
		3, 2, "talks-2018-06",
	},
	"visualisation": {
		`{"timeBins":[{"data":[{"date":"2017-07-04","time":"00:40 (UTC)","missile":"big","facility":"here","landing":"sea","apogee":2802,"distance":"unknown","bearing":1,"outcome":"success","description":""},` +
			`{"date":"2016-07-04","time":"unknown","missile":"big","facility":"here","landing":"sea","apogee":1,"distance":1,"bearing":1,"outcome":"success","description":""}],"year":2017}]}`,
		2, 1, "nagix-2017-07-04",
	},
}

func TestTables(t *testing.T) {
	kp, _ := ref(t).Places.FindState("KP")
	for name, f := range fixtures {
		got, err := ReadTable(t.Context(), ref(t).Places, kp, name, strings.NewReader(f.table))
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if got.Rows != f.rows || len(got.Refused) != f.refused || got.Rows != len(got.Events)+len(got.Refused) || got.Events[0].ID != f.first {
			t.Errorf("%s: %d rows, %d events, refused %v, first %s", name, got.Rows, len(got.Events), got.Refused, got.Events[0].ID)
		}
	}
	for name, table := range map[string]string{"other": "a,b\n1,2\n", "empty": "", "json": `{"timeBins":[],"x":1}`, "page": "<html>"} {
		if got, err := ReadTable(t.Context(), ref(t).Places, kp, name, strings.NewReader(table)); err == nil {
			t.Errorf("%s was read as %+v", name, got)
		}
	}
}

// TestRealTables reads the published tables, where they are at hand: every row is an event or refused with its reason.
func TestRealTables(t *testing.T) {
	kp, _ := ref(t).Places.FindState("KP")
	for name, want := range map[string]struct{ rows, events int }{
		"north_korea_missile_test_database.csv":     {245, 245},
		"test.en.json":                              {339, 339},
		"north_korea_provocations_1958_present.csv": {493, 493},
		"Negotiations_2018.csv":                     {214, 214},
	} {
		f, err := os.Open("../../../shared/data/events/" + name)
		if err != nil {
			t.Skip("the tables of events are not at hand: ", err)
		}
		got, err := ReadTable(t.Context(), ref(t).Places, kp, name, f)
		f.Close()
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		t.Logf("%s: %s, %d rows, %d events, %d refused, unused %q", name, got.Form, got.Rows, len(got.Events), len(got.Refused), got.Unused)
		if got.Rows != want.rows || len(got.Events) != want.events || got.Rows != len(got.Events)+len(got.Refused) {
			t.Errorf("%s: %d rows, %d events, refused %v", name, got.Rows, len(got.Events), got.Refused)
		}
		if _, err := Merge(got.Events); err != nil {
			t.Error(err)
		}
	}
}

func FuzzYAML(f *testing.F) {
	f.Add(file)
	f.Fuzz(func(t *testing.T, s string) {
		list, err := ReadYAML(ref(t), "f", []byte(s))
		if err != nil {
			return
		}
		for i := range list {
			line, err := list[i].AppendLine(nil)
			if err != nil {
				t.Fatal(err)
			}
			back, err := ReadLines(ref(t), "f", bytes.NewReader(line))
			if err != nil || len(back) != 1 || !equal(&back[0], &list[i]) {
				t.Fatalf("%s reads back as %+v, %v", line, back, err)
			}
		}
	})
}

func FuzzLines(f *testing.F) {
	f.Add(`{"id":"a","kind":"talks","title":"t","time":"2018","actors":["KP"]}`)
	f.Fuzz(func(_ *testing.T, s string) { _, _ = ReadLines(ref(f), "f", strings.NewReader(s)) })
}

func FuzzTable(f *testing.F) {
	for _, x := range fixtures {
		f.Add(x.table)
	}
	f.Fuzz(func(t *testing.T, s string) {
		got, err := ReadTable(t.Context(), ref(t).Places, 1, "f", strings.NewReader(s))
		if err == nil && got.Rows != len(got.Events)+len(got.Refused) {
			t.Fatalf("%d rows, %d events, %d refused", got.Rows, len(got.Events), len(got.Refused))
		}
	})
}

func FuzzTime(f *testing.F) {
	f.Add("2017-07-04T09:40:10+09:00")
	f.Fuzz(func(t *testing.T, s string) {
		if got, err := ParseTime(s); err == nil && (got.From >= got.To || got.Legal().From > got.Legal().To || got.Text != s) {
			t.Fatalf("%q: %+v", s, got)
		}
	})
}
