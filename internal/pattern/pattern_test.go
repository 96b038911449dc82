package pattern_test

import (
	"reflect"
	"regexp"
	"testing"

	"github.com/cordon-engine/cordon/internal/pattern"
)

// Every method answers as that of the same name of regexp does, at the first and at later calls.
func TestPatternIsARegexp(t *testing.T) {
	const source, in = `(\w)(\d)+`, "a12 b3, c"
	re := reflect.ValueOf(regexp.MustCompile(source))
	p := reflect.ValueOf(pattern.New(source))
	for i := range p.NumMethod() {
		name := p.Type().Method(i).Name
		of := re.MethodByName(name)
		var args []reflect.Value
		for j := range of.Type().NumIn() {
			args = append(args, map[reflect.Kind]reflect.Value{
				reflect.String: reflect.ValueOf(in), reflect.Int: reflect.ValueOf(-1), reflect.Slice: reflect.ValueOf([]byte(in)),
				reflect.Func: reflect.ValueOf(func(s string) string { return s + "!" }),
			}[of.Type().In(j).Kind()])
		}
		for range 2 {
			got, want := p.Method(i).Call(args), of.Call(args)
			if !reflect.DeepEqual(got[0].Interface(), want[0].Interface()) {
				t.Errorf("%s: %v, want %v", name, got[0], want[0])
			}
		}
	}
}

func TestWrongPatterns(t *testing.T) {
	if _, err := pattern.Compile(`(`); err == nil {
		t.Error("compiled")
	}
	defer func() {
		if recover() == nil {
			t.Error("a wrong pattern of the program is found when it is needed, not by tests")
		}
	}()
	pattern.New(`(`)
}
