package fault

import (
	"errors"
	"io"
	"testing"
)

func TestErrorText(t *testing.T) {
	for _, tt := range []struct {
		name string
		err  *Error
		want string
	}{
		{"bare", New(Invalid, "no such kind %q", "tranfer"), `no such kind "tranfer"`},
		{
			"place and way out",
			New(Invalid, "unknown key").At(Place{File: "a.yaml", Line: 3, Column: 7, Field: "gods"}).WithFix("did you mean goods?"),
			"a.yaml:3:7, field gods: unknown key (did you mean goods?)",
		},
		{"item", New(Invalid, "bad").At(Place{File: "-", Item: 12}), "-, item 12: bad"},
		{"line only", New(Invalid, "bad").At(Place{Line: 2}), "line 2: bad"},
		{"cause", Wrap(Unavailable, io.EOF, "reading the law"), "reading the law: EOF"},
	} {
		if got := tt.err.Error(); got != tt.want {
			t.Errorf("%s: got %q, want %q", tt.name, got, tt.want)
		}
	}
}

func TestInnermostPlaceWins(t *testing.T) {
	err := New(Invalid, "bad").At(Place{Field: "hs"}).At(Place{File: "f", Line: 1, Field: "outer"})
	if got, want := err.Error(), "f:1, field hs: bad"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestCodes(t *testing.T) {
	for _, tt := range []struct {
		err  error
		code Code
		exit int
		http int
	}{
		{New(Invalid, "x"), Invalid, 2, 422},
		{New(Usage, "x"), Usage, 2, 400},
		{New(NotFound, "x"), NotFound, 2, 404},
		{New(Conflict, "x"), Conflict, 2, 409},
		{New(TooLarge, "x"), TooLarge, 2, 413},
		{New(Unavailable, "x"), Unavailable, 1, 503},
		{errors.New("foreign"), Internal, 1, 500},
		{In(Place{File: "f"}, io.ErrUnexpectedEOF), Internal, 1, 500},
	} {
		if CodeOf(tt.err) != tt.code || Exit(tt.err) != tt.exit || HTTP(tt.err) != tt.http {
			t.Errorf("%v: got %s %d %d, want %s %d %d", tt.err, CodeOf(tt.err), Exit(tt.err), HTTP(tt.err), tt.code, tt.exit, tt.http)
		}
	}
	if Exit(nil) != 0 || HTTP(nil) != 200 || In(Place{}, nil) != nil {
		t.Error("no error must stay no error")
	}
	if !errors.Is(In(Place{File: "f"}, io.EOF), io.EOF) {
		t.Error("the cause must stay reachable")
	}
}
