package trace

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

func TestTrace(t *testing.T) {
	const id, span = "4bf92f3577b34da6a3ce929d0e0e4736", "00f067aa0ba902b7"
	for parent, taken := range map[string]bool{
		"00-" + id + "-" + span + "-01":                      true,
		"01-" + id + "-" + span + "-01-extra":                true,
		"00-" + id + "-" + span + "-01-extra":                false,
		"ff-" + id + "-" + span + "-01":                      false,
		"00-" + strings.Repeat("0", 32) + "-" + span + "-01": false,
		"00-" + id + "-" + strings.Repeat("0", 16) + "-01":   false,
		"00-" + strings.ToUpper(id) + "-" + span + "-01":     false,
		"00-" + id + "-" + span:                              false,
		"":                                                   false,
		strings.Repeat("-", 55):                              false,
		"00-" + strings.Repeat("é", 16) + "-" + span + "-01": false,
	} {
		got := Start(parent)
		again := Start(got.Response())
		if (got.ID == id) != taken || again.ID != got.ID || again.Span == got.Span {
			t.Errorf("%q: %+v, then %+v", parent, got, again)
		}
		if taken && got.Flags != "01" {
			t.Errorf("%q: flags %s", parent, got.Flags)
		}
	}
	r, begun := Begin(httptest.NewRequest(http.MethodGet, "/", http.NoBody))
	if again := Of(r); again != begun || again.ID == "" {
		t.Errorf("begun as %+v, found as %+v", begun, again)
	}
}
