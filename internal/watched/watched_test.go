package watched

import (
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"reflect"
	"testing"
	"time"

	"github.com/cordon-engine/cordon/internal/screening"
)

// TestEverythingIsBound changes each field of a version, a run and a list of a run, and
// looks for another hash.
func TestEverythingIsBound(t *testing.T) {
	v := Version{Base: "a", Recorded: time.UnixMilli(1)}
	r := Run{Base: "a", Started: time.UnixMilli(1), Ended: time.UnixMilli(1), Lists: []Against{{List: "un"}}}
	each(t, reflect.ValueOf(&v).Elem(), func() [32]byte { return v.Entry().Data })
	each(t, reflect.ValueOf(&r).Elem(), func() [32]byte { return r.Entry().Data })
	each(t, reflect.ValueOf(&r.Lists[0]).Elem(), func() [32]byte { return r.Entry().Data })
	if v.Entry().Data == r.Entry().Data {
		t.Error("a version has the hash of a run")
	}
}

func each(t *testing.T, of reflect.Value, sum func() [32]byte) {
	t.Helper()
	before := sum()
	for i := range of.NumField() {
		f := of.Field(i)
		old := reflect.ValueOf(f.Interface())
		switch f.Interface().(type) {
		case int:
			f.SetInt(7)
		case time.Time:
			f.Set(reflect.ValueOf(time.UnixMilli(2)))
		case []Against:
			f.Set(reflect.ValueOf([]Against{{List: "un"}, {List: "eu"}}))
		default:
			f.SetString("x\ny")
		}
		if sum() == before {
			t.Errorf("%s.%s is not bound", of.Type(), of.Type().Field(i).Name)
		}
		f.Set(old)
	}
}

// TestSumIsAsItWas holds the hash of states to the text that it was defined by.
func TestSumIsAsItWas(t *testing.T) {
	list := []State{
		{Ref: "a\"\xff\n", Outcome: screening.Match, Findings: []Finding{
			{List: "un", Subject: "un:é\x00", Listings: "1 2", Tier: screening.TierListed, Outcome: screening.Match, Score: 0.5}, {List: "eu"},
		}},
		{Ref: "b", Outcome: screening.NotScreened, Reason: "no\tdate"},
	}
	h := sha256.New()
	for _, s := range list {
		fmt.Fprintf(h, "%q %s %q\n", s.Ref, s.Outcome, s.Reason)
		for _, f := range s.Findings {
			fmt.Fprintf(h, "\t%s %q %q %s %s\n", f.List, f.Subject, f.Listings, f.Tier, f.Outcome)
		}
	}
	if got, want := Sum(list), fmt.Sprintf("%x", h.Sum(nil)); got != want {
		t.Errorf("%s, want %s", got, want)
	}
}

// FuzzDecodeState reads every text as encoding/json does.
func FuzzDecodeState(f *testing.F) {
	for _, s := range []State{
		{}, {Ref: "a\"é", Reason: "x"}, {Ref: "1", Findings: []Finding{{List: "un", Score: 0.25}, {Subject: "<", Score: -1e-9}}},
	} {
		b, err := EncodeState(&s)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(b)
	}
	f.Add([]byte(`{"Ref":"a","Outcome":"","Reason":"","Findings":[{"List":"","Subject":"","Listings":"","Tier":"","Outcome":"","Score":0x1p-2}]}`))
	f.Add([]byte(`{"Ref":"a","Outcome":"","Reason":"","Findings":[{"List":"","Subject":"","Listings":"","Tier":"","Outcome":"","Score":01}]}`))
	f.Add([]byte(`{"Ref":"a","Outcome":"","Reason":"","Findings":null} `))
	f.Fuzz(func(t *testing.T, text []byte) {
		var want State
		bad := json.Unmarshal(text, &want)
		got, err := DecodeState(text)
		if (err != nil) != (bad != nil) || err == nil && !reflect.DeepEqual(got, want) {
			t.Errorf("%q: %+v, %v; want %+v, %v", text, got, err, want, bad)
		}
	})
}

func BenchmarkDecodeState(b *testing.B) {
	text, err := json.Marshal(State{Ref: "c0000008", Outcome: screening.Possible, Findings: []Finding{
		{List: "x", Subject: "x:00008", Listings: "UN", Tier: screening.TierListed, Outcome: screening.Possible, Score: 0.7},
	}})
	if err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	for range b.N {
		if _, err := DecodeState(text); err != nil {
			b.Fatal(err)
		}
	}
}
