package web

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/input"
	cdplog "github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

// The browser tests need Chromium, and the check for accessibility axe-core;
// .ci/run fetches both. Screenshots go to the folder that CORDON_SHOTS names; CORDON_PAGES, a regular expression, leaves all
// addresses out but those that it matches.

var widths = []int64{360, 768, 1440}

// browser starts Chromium, or skips and says what is missing.
func browser(t *testing.T) context.Context {
	t.Helper()
	if testing.Short() {
		t.Skip("browser tests are left out in short mode")
	}
	path := ""
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome"} {
		if p, err := exec.LookPath(name); err == nil {
			path = p
			break
		}
	}
	if path == "" {
		t.Skip("no Chromium on this machine: apt-get install chromium, or run .ci/run")
	}
	opts := append(slices.Clone(chromedp.DefaultExecAllocatorOptions[:]), chromedp.ExecPath(path), chromedp.NoSandbox, chromedp.DisableGPU,
		chromedp.Flag("disable-features", "BackForwardCache")) // which shows a page again without loading it
	alloc, stop := chromedp.NewExecAllocator(context.Background(), opts...)
	t.Cleanup(stop)
	ctx, cancel := chromedp.NewContext(alloc)
	t.Cleanup(cancel)
	ctx, cancel = context.WithTimeout(ctx, 8*time.Minute)
	t.Cleanup(cancel)
	if err := chromedp.Do(ctx); err != nil {
		t.Skipf("Chromium does not start here: %v", err)
	}
	return ctx
}

func do(t *testing.T, ctx context.Context, steps ...chromedp.Action[chromedp.Void]) {
	t.Helper()
	ctx, cancel := context.WithTimeout(ctx, 30*time.Second)
	defer cancel()
	if err := chromedp.Do(ctx, steps...); err != nil {
		t.Fatal(err)
	}
}

func eval[T any](t *testing.T, ctx context.Context, expression string) T {
	t.Helper()
	v, err := chromedp.Run(ctx, chromedp.Evaluate[T](expression, chromedp.EvalAwaitPromise))
	if err != nil {
		t.Fatal(err)
	}
	return v
}

// colours makes the page think the system prefers light or dark.
func colours(scheme string) chromedp.Action[chromedp.Void] {
	return chromedp.Func(func(ctx context.Context, t *chromedp.Target) error {
		_, err := cdp.Call(ctx, t, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{
			Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: scheme}},
		})
		return err
	})
}

func scripts(on bool) chromedp.Action[chromedp.Void] {
	return chromedp.Func(func(ctx context.Context, t *chromedp.Target) error {
		_, err := cdp.Call(ctx, t, emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: !on})
		return err
	})
}

// write puts text into a field in one go, as an input method does.
func write(selector, text string) chromedp.Action[chromedp.Void] {
	return chromedp.Func(func(ctx context.Context, t *chromedp.Target) error {
		if err := chromedp.Do(ctx, chromedp.Focus(chromedp.CSS(selector))); err != nil {
			return err
		}
		_, err := cdp.Call(ctx, t, input.InsertText, input.InsertTextParams{Text: text})
		return err
	})
}

// complaints collects what the browser complains of: faults of scripts, refused
// requests, breaches of the content security policy.
type complaints struct {
	mu   sync.Mutex
	list []string
}

func (c *complaints) hear(ev any) {
	c.mu.Lock()
	defer c.mu.Unlock()
	switch e := ev.(type) {
	case *runtime.EventExceptionThrown:
		c.list = append(c.list, e.ExceptionDetails.Text)
	case *cdplog.EventEntryAdded:
		if e.Entry.Level == cdplog.EntryLevelError && !strings.Contains(e.Entry.Text, "404") && !strings.Contains(e.Entry.Text, "422") {
			c.list = append(c.list, e.Entry.Text)
		}
	}
}

func (c *complaints) take() []string {
	c.mu.Lock()
	defer c.mu.Unlock()
	out := c.list
	c.list = nil
	return out
}

var unsafeName = regexp.MustCompile(`[^a-z0-9]+`)

// TestEveryPageInABrowser opens every page at every width, light and dark: nothing
// sticks out, nothing is refused, and axe-core finds no violation.
func TestEveryPageInABrowser(t *testing.T) {
	ctx := browser(t)
	s := site(t)
	srv := httptest.NewServer(s)
	t.Cleanup(srv.Close)
	var heard complaints
	if err := chromedp.Listen(ctx, heard.hear); err != nil {
		t.Fatal(err)
	}
	axe := axeCore(t)
	shots := os.Getenv("CORDON_SHOTS")
	only := regexp.MustCompile(os.Getenv("CORDON_PAGES"))
	for _, a := range walked(s) {
		if !only.MatchString(a) {
			continue
		}
		do(t, ctx, chromedp.EmulateViewport(widths[0], 900), colours("light"), chromedp.Navigate(srv.URL+a))
		for _, c := range heard.take() {
			t.Errorf("%s: the browser complains: %s", a, c)
		}
		for _, scheme := range []string{"light", "dark"} {
			for _, width := range widths {
				// Pages have no script that lays them out, so that one which is made
				// wider is the page as it opens at that width.
				name := fmt.Sprintf("%s-%s-%d", strings.Trim(unsafeName.ReplaceAllString(strings.ToLower(shotName(s, a)), "-"), "-"), scheme, width)
				do(t, ctx, chromedp.EmulateViewport(width, 900), colours(scheme))
				if got := eval[int64](t, ctx, "document.documentElement.scrollWidth"); got > width {
					t.Errorf("%s: the page is %d wide; widest: %s", name, got, eval[string](t, ctx, widest))
				}
				if axe != "" && (scheme == "light" && width == 1440 || scheme == "dark" && width == 360) {
					accessible(t, ctx, name, axe)
				}
				if shots != "" {
					shoot(t, ctx, filepath.Join(shots, name+".png"))
				}
			}
		}
	}
}

// shotName is the address of a page, with the reference of a case in place of its id, which is another each time.
func shotName(s *Site, address string) string {
	for ref, id := range s.Work.(*testWork).ids {
		address = strings.ReplaceAll(address, id, ref)
	}
	return address
}

// axeCore gives the check for accessibility, and says when it is not here.
func axeCore(t *testing.T) string {
	t.Helper()
	axe, err := os.ReadFile("../../node_modules/axe-core/axe.min.js")
	if err != nil {
		t.Log("SKIPPED: axe-core is not here, accessibility is not checked: npm install --no-save axe-core@4.14.1, or run .ci/run")
	}
	return string(axe)
}

// widest names the elements that stick out.
const widest = `[...document.querySelectorAll('main *, header *, footer *')].filter(e => e.getBoundingClientRect().right > innerWidth + 1 && !e.closest('.scroll, pre, svg')).slice(0, 3).map(e => e.tagName + '.' + e.className).join(', ')`

func accessible(t *testing.T, ctx context.Context, name, axe string) {
	t.Helper()
	if !eval[bool](t, ctx, "typeof axe === 'object'") {
		eval[bool](t, ctx, axe+";true")
	}
	out := eval[string](t, ctx, `axe.run(document, {resultTypes: ['violations']}).then(r => JSON.stringify(r.violations.map(v => ({id: v.id, help: v.help, at: v.nodes.slice(0, 3).map(n => n.html.slice(0, 160) + ' ' + (n.any[0]?.message ?? ''))}))))`)
	var violations []struct {
		ID, Help string
		At       []string
	}
	if err := json.Unmarshal([]byte(out), &violations); err != nil {
		t.Fatal(err)
	}
	for _, v := range violations {
		t.Errorf("%s: %s: %s\n  %s", name, v.ID, v.Help, strings.Join(v.At, "\n  "))
	}
}

func shoot(t *testing.T, ctx context.Context, file string) {
	t.Helper()
	png, err := chromedp.Run(ctx, chromedp.FullScreenshot(100))
	if err == nil {
		err = os.WriteFile(file, png, 0o644)
	}
	if err != nil {
		t.Fatal(err)
	}
}

func heading(t *testing.T, ctx context.Context) string {
	t.Helper()
	s, err := chromedp.Run(ctx, chromedp.TextContent(chromedp.CSS("h1")))
	if err != nil {
		t.Fatal(err)
	}
	return strings.TrimSpace(s)
}

// follow clicks what a selector finds and waits for the next page.
func follow(t *testing.T, ctx context.Context, selector string) {
	t.Helper()
	c, cancel := context.WithTimeout(ctx, 20*time.Second)
	defer cancel()
	if _, err := chromedp.RunResponse(c, chromedp.Click(chromedp.CSS(selector))); err != nil {
		t.Fatalf("%s: %v", selector, err)
	}
}

// TestTasks does what people come to do, with and without script, at each width.
func TestTasks(t *testing.T) {
	ctx := browser(t)
	srv := httptest.NewServer(site(t))
	t.Cleanup(srv.Close)
	axe := axeCore(t)
	batch := filepath.Join(t.TempDir(), "batch.csv")
	if err := os.WriteFile(batch, []byte("name,dob\nMarvolo Quendrith,1960\nAnybody,soon\nGunnhild Haraldsdottir,\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, on := range []bool{true, false} {
		for _, width := range widths {
			t.Run(fmt.Sprintf("script=%v/%d", on, width), func(t *testing.T) {
				do(t, ctx, scripts(on), chromedp.EmulateViewport(width, 900), colours("light"))
				t.Run("may the shipyard renew the permits", func(t *testing.T) {
					do(t, ctx, chromedp.Navigate(srv.URL+"/"))
					follow(t, ctx, `a.door[href="/decide"]`)
					follow(t, ctx, `a[href="/decide/employment"]`)
					do(
						t, ctx,
						write("#f-date", "1 October 2017"),
						write("#f-work-nationality", "DPRK"),
						write("#f-work-host", "Poland"),
						chromedp.Click(chromedp.CSS(`#f-work-new-authorisation input[value="yes"]`)),
					)
					follow(t, ctx, "#change button")
					if h := heading(t, ctx); h != "Needs approval" {
						t.Fatalf("the page says %q", h)
					}
					do(t, ctx, chromedp.Click(chromedp.CSS(`.next input[value="granted"]`)))
					follow(t, ctx, ".next button")
					if h := heading(t, ctx); h != "Exempt" {
						t.Errorf("with approval the page says %q", h)
					}
					do(t, ctx, chromedp.NavigateBack())
					if h := heading(t, ctx); h != "Needs approval" {
						t.Errorf("back leads to %q", h)
					}
				})
				t.Run("an error keeps what was typed", func(t *testing.T) {
					do(t, ctx, chromedp.Navigate(srv.URL+"/decide/employment"), write("#f-work-host", "Poland"))
					follow(t, ctx, "#change button")
					v, err := chromedp.Run(ctx, chromedp.AttributeValue(chromedp.CSS("#f-work-host"), "value"))
					if err != nil || v.Value != "Poland" {
						t.Errorf("the host is now %q (%v)", v.Value, err)
					}
					do(t, ctx, chromedp.Click(chromedp.CSS(`.errors a[href="#f-date"]`)))
				})
				t.Run("the law of a day", func(t *testing.T) {
					do(t, ctx, chromedp.Navigate(srv.URL+"/law"), write("#f-as-of", "4 July 2017"))
					follow(t, ctx, ".filters button")
					if h := heading(t, ctx); h != "The law on 4 July 2017" {
						t.Errorf("the page says %q", h)
					}
				})
				t.Run("goods", func(t *testing.T) {
					do(t, ctx, chromedp.Navigate(srv.URL+"/goods"), write("#f-q", "frozen squid"))
					follow(t, ctx, "main button")
					if h := heading(t, ctx); !strings.Contains(h, "these goods") {
						t.Errorf("the page says %q", h)
					}
				})
				t.Run("who is it", func(t *testing.T) {
					do(t, ctx, chromedp.Navigate(srv.URL+"/who"), write("#f-name", "Marvolo Quendrit"))
					follow(t, ctx, ".ask button")
					follow(t, ctx, `.hit .called a`)
					if h := heading(t, ctx); h != "Marvolo Quendrith" {
						t.Fatalf("the page says %q", h)
					}
					do(t, ctx, write("#f-as-of", "1 March 2016"))
					follow(t, ctx, ".dayform button")
					if s := eval[string](t, ctx, "document.location.search + document.querySelector('#standing').textContent"); !strings.Contains(s, "?as_of=1+March+2016") || !strings.Contains(s, "Not listed on 1 March 2016") {
						t.Errorf("on another day the page is %q", s)
					}
				})
				t.Run("a batch from a file", func(t *testing.T) {
					do(t, ctx, chromedp.Navigate(srv.URL+"/who"), chromedp.SetUploadFiles(chromedp.CSS("#f-file"), []string{batch}))
					follow(t, ctx, "#several button")
					if h := heading(t, ctx); h != "3 rows: 1 match, 1 not screened, 1 clear" {
						t.Errorf("the page says %q", h)
					}
					if width != widths[0] || !on {
						return
					}
					if axe != "" {
						accessible(t, ctx, "who-batch", axe)
					}
					if got := eval[int64](t, ctx, "document.documentElement.scrollWidth"); got > width {
						t.Errorf("the result is %d wide; widest: %s", got, eval[string](t, ctx, widest))
					}
					if shots := os.Getenv("CORDON_SHOTS"); shots != "" {
						shoot(t, ctx, filepath.Join(shots, "whobatch-light-360.png"))
					}
				})
				t.Run("the API is described", func(t *testing.T) {
					do(t, ctx, chromedp.Navigate(srv.URL+"/about"))
					follow(t, ctx, `.foot a[href="/api"]`)
					if h := heading(t, ctx); !strings.Contains(h, "API") {
						t.Errorf("the page says %q", h)
					}
				})
				t.Run("goods of which the code is not known", func(t *testing.T) {
					do(t, ctx, chromedp.Navigate(srv.URL+"/decide/transfer"),
						write("#f-date", "1 February 2018"), write("#f-destination", "DPRK"),
						write("#f-origin", "China"), write("#f-goods-1-description", "pumps"))
					follow(t, ctx, "#change button")
					if h := heading(t, ctx); h != "Incomplete" {
						t.Errorf("the page says %q", h)
					}
					if width != widths[0] { // the strip without a code takes a second
						return
					}
					follow(t, ctx, "#along a.button")
					if n := eval[int](t, ctx, "document.querySelectorAll('#strip .flips li').length"); n < 2 {
						t.Errorf("the strip has %d stretches", n)
					}
				})
				t.Run("light and dark", func(t *testing.T) {
					do(t, ctx, chromedp.Navigate(srv.URL+"/about"))
					follow(t, ctx, `.theme button[value="dark"]`)
					v, err := chromedp.Run(ctx, chromedp.AttributeValue(chromedp.CSS("html"), "data-theme"))
					if err != nil || v.Value != "dark" {
						t.Errorf("the theme is %q (%v)", v.Value, err)
					}
					follow(t, ctx, `.theme button[value="system"]`)
				})
			})
		}
	}
	t.Run("work by keys", func(t *testing.T) { workTasks(t, ctx, axe, true, 1440) })
	t.Run("work without script", func(t *testing.T) { workTasks(t, ctx, axe, false, 360) })
	do(t, ctx, scripts(true))
}

// TestKeys holds what the keys do: the skip link comes first, / searches, j and k
// move, codes are suggested.
func TestKeys(t *testing.T) {
	ctx := browser(t)
	srv := httptest.NewServer(site(t))
	t.Cleanup(srv.Close)
	active := "document.activeElement.id || document.activeElement.getAttribute('href') || document.activeElement.tagName"
	do(t, ctx, chromedp.EmulateViewport(1440, 900), chromedp.Navigate(srv.URL+"/decide"), chromedp.KeyEvent("\t"))
	if got := eval[string](t, ctx, active); got != "#main" {
		t.Errorf("the first stop is %q, not the skip link", got)
	}
	do(t, ctx, chromedp.KeyEvent("j"))
	if got := eval[string](t, ctx, active); got != "/decide/transfer" {
		t.Errorf("j leads to %q", got)
	}
	do(t, ctx, chromedp.KeyEvent("j"), chromedp.KeyEvent("k"))
	if got := eval[string](t, ctx, active); got != "/decide/transfer" {
		t.Errorf("j k leads to %q", got)
	}
	do(t, ctx, chromedp.KeyEvent("/"))
	if got := eval[string](t, ctx, active); got != "find" {
		t.Errorf("/ leads to %q", got)
	}
	do(t, ctx, chromedp.Navigate(srv.URL+"/goods"), write("#f-q", "squid"), chromedp.WaitReady(chromedp.CSS("#f-q-list option")))
	if n := eval[int](t, ctx, "document.querySelectorAll('#f-q-list option').length"); n == 0 {
		t.Error("no code is suggested")
	}
}

// TestSearchAsYouType holds what a name field does with script: it lists who may
// be meant, by keys and by pointer, says so to who cannot see it, and leaves Enter
// to the form as long as nobody is chosen.
func TestSearchAsYouType(t *testing.T) {
	ctx := browser(t)
	srv := httptest.NewServer(site(t))
	t.Cleanup(srv.Close)
	axe := axeCore(t)
	state := `(() => { const f = document.getElementById('f-name'), s = document.querySelector('.combo [role=status]'); const a = document.getElementById(f.getAttribute('aria-activedescendant')); return [f.getAttribute('role'), f.getAttribute('aria-expanded'), a?.dataset.href ?? '-', s.textContent].join(' '); })()`
	at := func(want string) {
		t.Helper()
		var got string
		for range 40 {
			if got = eval[string](t, ctx, state); got == want {
				return
			}
			time.Sleep(50 * time.Millisecond)
		}
		t.Errorf("the field is %q, want %q", got, want)
	}
	do(t, ctx, chromedp.EmulateViewport(1440, 900), colours("light"), chromedp.Navigate(srv.URL+"/who"))
	at("combobox false - ")
	do(t, ctx, write("#f-name", "quend"))
	at("combobox true - 2 subjects")
	do(t, ctx, chromedp.KeyEvent(kb.ArrowDown))
	at("combobox true /who/x:E.002 2 subjects")
	do(t, ctx, chromedp.KeyEvent(kb.ArrowDown), chromedp.KeyEvent(kb.ArrowDown), chromedp.KeyEvent(kb.ArrowUp))
	at("combobox true /who/x:P.001 2 subjects")
	if axe != "" {
		accessible(t, ctx, "who-suggested", axe)
	}
	if shots := os.Getenv("CORDON_SHOTS"); shots != "" {
		shoot(t, ctx, filepath.Join(shots, "whosuggest-light-1440.png"))
	}
	do(t, ctx, chromedp.KeyEvent(kb.Escape))
	at("combobox false - 2 subjects")
	do(t, ctx, chromedp.KeyEvent(kb.ArrowUp))
	at("combobox true /who/x:P.001 2 subjects")
	enter(t, ctx)
	if h := heading(t, ctx); h != "Marvolo Quendrith" {
		t.Errorf("Enter leads to %q", h)
	}
	do(t, ctx, chromedp.Navigate(srv.URL+"/who"), write("#f-name", "nobodyis"))
	at("combobox false - No name begins so")
	do(t, ctx, chromedp.Navigate(srv.URL+"/who"), write("#f-name", "zorb"))
	at("combobox true - 9 subjects")
	follow(t, ctx, "#f-name-2")
	if h := heading(t, ctx); !strings.HasPrefix(h, "Zorbatrade") {
		t.Errorf("a click leads to %q", h)
	}
	do(t, ctx, chromedp.Navigate(srv.URL+"/who"), write("#f-name", "zorb"))
	at("combobox true - 9 subjects")
	enter(t, ctx)
	if got := eval[string](t, ctx, "location.search"); !strings.HasPrefix(got, "?name=zorb") {
		t.Errorf("Enter with nobody chosen leads to %q", got)
	}
}

// enter presses Enter and waits for the next page. It is one event, as from a
// keyboard, so that a script may keep the form from being sent.
func enter(t *testing.T, ctx context.Context) {
	t.Helper()
	c, cancel := context.WithTimeout(ctx, 20*time.Second)
	defer cancel()
	press := chromedp.Func(func(ctx context.Context, t *chromedp.Target) error {
		_, err := cdp.Call(ctx, t, input.DispatchKeyEvent, input.DispatchKeyEventParams{
			Type: "keyDown", Key: "Enter", Code: "Enter", Text: "\r", WindowsVirtualKeyCode: 13,
		})
		return err
	})
	if _, err := chromedp.RunResponse(c, press); err != nil {
		t.Fatal(err)
	}
}
