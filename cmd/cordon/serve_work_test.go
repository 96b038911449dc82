package main

import (
	"context"
	"html"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/cordon-engine/cordon/internal/casework"
	"github.com/cordon-engine/cordon/internal/casework/caseworktest"
	"github.com/cordon-engine/cordon/internal/sqlite"
)

// visitor is somebody with a browser at a server.
type visitor struct {
	t      *testing.T
	base   string
	client http.Client
}

// serving starts the program as users do, and gives what stops it.
func serving(t *testing.T, args ...string) (v *visitor, stop func()) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	var out, log buffer
	ended := make(chan int, 1)
	go func() {
		m := &Main{In: strings.NewReader(""), Out: &out, Err: &log}
		ended <- m.Run(ctx, append([]string{"serve", "--addr", "127.0.0.1:0"}, args...))
	}()
	stop = func() {
		cancel()
		if status := <-ended; status != 0 {
			t.Errorf("the server ends with %d: %s", status, log.String())
		}
	}
	for range 400 {
		if m := greeting.FindStringSubmatch(out.String()); m != nil {
			v = &visitor{t: t, base: strings.TrimSuffix(m[1], "/")}
			v.client.Jar, _ = cookiejar.New(nil)
			return v, stop
		}
		time.Sleep(25 * time.Millisecond)
	}
	t.Fatalf("no greeting: %s %s", out.String(), log.String())
	return nil, nil
}

func (v *visitor) read(res *http.Response, err error) (int, string) {
	v.t.Helper()
	if err != nil {
		v.t.Fatal(err)
	}
	defer res.Body.Close()
	b, _ := io.ReadAll(res.Body)
	return res.StatusCode, html.UnescapeString(string(b))
}

func (v *visitor) get(path string) (int, string) {
	v.t.Helper()
	return v.read(v.client.Get(v.base + path))
}

var formToken = regexp.MustCompile(`name="token" value="([^"]+)"`)

// send sends a form of a page.
func (v *visitor) send(path string, form url.Values) (int, string) {
	v.t.Helper()
	_, page := v.get(path)
	m := formToken.FindStringSubmatch(page)
	if m == nil {
		v.t.Fatalf("%s has no form: %s", path, page)
	}
	form.Set("token", m[1])
	to := path
	if form.Has("as") {
		to = "/work/as"
	}
	return v.read(v.client.PostForm(v.base+to, form))
}

func (v *visitor) says(path string, want ...string) string {
	v.t.Helper()
	code, page := v.get(path)
	for _, x := range want {
		if !strings.Contains(page, x) {
			v.t.Errorf("%s (%d) does not say %q", path, code, x)
		}
	}
	return page
}

// TestServeExample holds the example: it is there at first sight, says what it is, can be worked on, leaves the data folder
// alone, and goes with the server.
func TestServeExample(t *testing.T) {
	tmp, dir := t.TempDir(), filepath.Join(t.TempDir(), "none")
	t.Setenv("TMPDIR", tmp)
	v, stop := serving(t, "--data", dir, "--update-token", "xyzzy-secret", "--poll", "7s")
	page := v.says("/work", "This is an example", "Hao Fan Six", "Escalated", "report to the authority", "Waiting for an answer", "To confirm", "1 suppressed", "Ana Alves")
	v.says("/work/suppressions", "Kim Song-chol", "a quarter of a century later", "1 of 1 run", "your side says something else in country")
	v.says("/work/watchlists/example-customers", "13 rows", "has the same reference", "− gone", "+ new")
	v.says("/work/jobs", "Re-screening after a change")
	if code, _ := v.get("/work/audit/3"); code != http.StatusOK {
		t.Errorf("the proof of an entry: status %d", code)
	}
	if s := v.says("/work/settings", "update_token", "(hidden)", "7s"); strings.Contains(s, "xyzzy") {
		t.Error("a secret is shown")
	}
	v.says("/work/people", "Cleo Chan", "What each role may do")
	m := regexp.MustCompile(`/work/cases/[0-9A-Z]{26}`).FindAllString(page, -1)
	if len(m) == 0 {
		t.Fatal("no case is linked")
	}
	v.says(m[0], "Letting it into a port", "Prohibited", "Evidence", "8628597")
	code, said := v.send(m[0], url.Values{"do": {"comment"}, "comment": {"seen by a visitor"}})
	if code != http.StatusOK || !strings.Contains(said, "seen by a visitor") {
		t.Errorf("a comment: status %d", code)
	}
	stop()
	if _, err := os.Stat(dir); err == nil {
		t.Error("the example made a data folder")
	}
	left, err := os.ReadDir(tmp)
	if err != nil || len(left) > 0 {
		t.Errorf("left behind: %v %v", left, err)
	}
}

// TestServeOwnWork holds that a folder with a case is worked on in place of the example: by one person in every role, whose
// keys are those of the server.
func TestServeOwnWork(t *testing.T) {
	dir := t.TempDir()
	s, err := sqlite.Open(t.Context(), dir)
	if err != nil {
		t.Fatal(err)
	}
	desk := &casework.Desk{Store: s, Policy: casework.Default()}
	met, err := desk.Raise(t.Context(), casework.Person{Name: "u-machine", Role: casework.Machine}, time.Now().Add(-time.Hour), caseworktest.Alert("c-1", "un:KPi.001", 1, 1))
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	v, stop := serving(t, "--data", dir, "--poll", "1s")
	defer stop()
	if page := v.says("/work", "1 case to decide", "Somebody c-1", "Nobody signs in on this server"); strings.Contains(page, "This is an example") {
		t.Error("the work of the folder is called an example")
	}
	address := "/work/cases/" + met.Case
	code, page := v.send(address, url.Values{"do": {"dispose"}, "disposition": {"false"}, "code": {"other-name"}, "text": {"Another name."}})
	if code != http.StatusOK || !strings.Contains(page, "the same person is refused") {
		t.Fatalf("a disposition: status %d", code)
	}
	if code, _ := v.send(address, url.Values{"as": {"analyst"}}); code != http.StatusOK {
		t.Errorf("another role: status %d", code)
	}
	v.says(address, "the same person is refused")
	if code, _ := v.send(address, url.Values{"as": {"approver"}}); code != http.StatusOK {
		t.Errorf("another role: status %d", code)
	}
	code, page = v.send(address, url.Values{"do": {"confirm"}, "of": {"2"}})
	if code != http.StatusForbidden || !strings.Contains(page, "this is the same one") {
		t.Errorf("the same person in another role: status %d", code)
	}
	v.send("/work/keys", url.Values{"as": {"admin"}})
	code, page = v.send("/work/keys", url.Values{"do": {"make"}, "owner": {"tests"}, "scope": {"read"}, "days": {"90"}})
	secret := regexp.MustCompile(`ck_[a-z0-9]{10}_[a-z0-9]{52}`).FindString(page)
	if code != http.StatusOK || secret == "" {
		t.Fatalf("a key: status %d", code)
	}
	for range 60 { // it is looked for every second
		if code, _ = v.get("/work"); code == http.StatusUnauthorized {
			break
		}
		time.Sleep(50 * time.Millisecond)
	}
	if code != http.StatusUnauthorized {
		t.Errorf("after the first key: status %d", code)
	}
}
