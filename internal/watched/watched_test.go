package watched

import (
	"reflect"
	"testing"
	"time"
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
