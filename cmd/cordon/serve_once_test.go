package main

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/cordon-engine/cordon/internal/answer"
	"github.com/cordon-engine/cordon/internal/postgres/postgrestest"
)

// askedUnder asks under an idempotency key.
func askedUnder(h http.Handler, key, path, body string) *httptest.ResponseRecorder {
	r := httptest.NewRequest(http.MethodPost, "http://127.0.0.1"+path, strings.NewReader(body))
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("Idempotency-Key", key)
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w
}

// TestOnceAcrossServers holds that who asks again under the same key gets the same bytes and the same id, from a server that
// was started anew and from another over the same store, and that nothing is kept twice for it.
func TestOnceAcrossServers(t *testing.T) {
	t.Run("folder", func(t *testing.T) { onceAcross(t, dataFlag{Data: t.TempDir()}) })
	t.Run("database", func(t *testing.T) {
		onceAcross(t, dataFlag{Data: postgrestest.Database(t), Folder: t.TempDir()})
	})
}

func onceAcross(t *testing.T, at dataFlag) {
	const path, body = "/v1/screen", `{"name":"Yun Ho Chin","threshold":0.5}`
	h, _, stop := keepingServerOf(t, at)
	first := askedUnder(h, "k1", path, body)
	id := first.Header().Get("Cordon-Answer-Id")
	if first.Code != http.StatusOK || answer.CheckID(id) != nil {
		t.Fatalf("%d %q %s", first.Code, id, first.Body)
	}
	again := func(name string, h http.Handler) {
		t.Helper()
		w := askedUnder(h, "k1", path, body)
		if w.Code != http.StatusOK || w.Body.String() != first.Body.String() || w.Header().Get("Cordon-Answer-Id") != id {
			t.Errorf("%s: %d %s %s", name, w.Code, w.Header().Get("Cordon-Answer-Id"), w.Body)
		}
		if w := askedUnder(h, "k1", path, `{"name":"Anna Kowalska"}`); w.Code != http.StatusUnprocessableEntity {
			t.Errorf("%s, another question: %d %s", name, w.Code, w.Body)
		}
		if w := askedUnder(h, "k1", "/v1/explain?subject=un-1718:KPi.001", body); w.Code != http.StatusUnprocessableEntity {
			t.Errorf("%s, another address: %d %s", name, w.Code, w.Body)
		}
	}
	again("the same server", h)
	other, _, stopOther := keepingServerOf(t, at)
	again("a second server", other)
	stopOther()
	stop()
	h, c, stop := keepingServerOf(t, at)
	defer stop()
	again("the server started anew", h)
	n := 0
	for _, err := range c.keeping.store.List(t.Context(), answer.Filter{}) {
		if err != nil {
			t.Fatal(err)
		}
		n++
	}
	if n != 1 {
		t.Errorf("%d answers are kept", n)
	}
	// What is erased is not given under a key either.
	act, err := answer.NewAct(time.Now(), "u", "asked for")
	if err == nil {
		err = c.keeping.store.Erase(t.Context(), id, act)
	}
	if err != nil {
		t.Fatal(err)
	}
	if w := askedUnder(h, "k1", path, body); w.Code != http.StatusOK || w.Header().Get("Cordon-Answer-Id") == id {
		t.Errorf("after it was erased: %d %s", w.Code, w.Header())
	}
}
