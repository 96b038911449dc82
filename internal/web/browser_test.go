package web

import (
	"context"
	"encoding/json"
	"errors"
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

// chrome is the one Chromium of all tests; the error says what is missing.
var chrome = sync.OnceValues(func() (context.Context, error) {
	path := ""
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome"} {
		if p, err := exec.LookPath(name); err == nil {
			path = p
			break
		}
	}
	if path == "" {
		return nil, errors.New("no Chromium on this machine: apt-get install chromium, or run .ci/run")
	}
	opts := append(slices.Clone(chromedp.DefaultExecAllocatorOptions[:]), chromedp.ExecPath(path), chromedp.NoSandbox, chromedp.DisableGPU,
		chromedp.Flag("disable-features", "BackForwardCache")) // which shows a page again without loading it
	alloc, stop := chromedp.NewExecAllocator(context.Background(), opts...)
	ctx, cancel := chromedp.NewContext(alloc)
	stopChrome = func() { cancel(); stop() }
	if err := chromedp.Do(ctx); err != nil {
		return nil, fmt.Errorf("Chromium does not start here: %w", err)
	}
	return ctx, nil
})

var stopChrome = func() {}

// browser gives a tab of Chromium, or skips and says what is missing.
func browser(t *testing.T) context.Context {
	t.Helper()
	if testing.Short() {
		t.Skip("browser tests are left out in short mode")
	}
	all, err := chrome()
	if err != nil {
		t.Skip(err)
	}
	ctx, cancel := chromedp.NewContext(all)
	t.Cleanup(cancel)
	ctx, cancel = context.WithTimeout(ctx, 8*time.Minute)
	t.Cleanup(cancel)
	if err := chromedp.Do(ctx); err != nil {
		t.Fatal(err)
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
	var look onlooker
	if axe != "" {
		look = newOnlooker(t, srv.URL, axe)
	}
	shots := os.Getenv("CORDON_SHOTS")
	only := regexp.MustCompile(os.Getenv("CORDON_PAGES"))
	for _, a := range walked(s) {
		if !only.MatchString(a) {
			continue
		}
		name := strings.Trim(unsafeName.ReplaceAllString(strings.ToLower(shotName(s, a)), "-"), "-")
		do(t, ctx, chromedp.EmulateViewport(widths[0], 900), colours("light"), chromedp.Navigate(srv.URL+a))
		for _, c := range heard.take() {
			t.Errorf("%s: the browser complains: %s", a, c)
		}
		eval[bool](t, ctx, everything)
		// Pages have no script that lays them out, so that one which is made wider is the page as it opens at that width;
		// and the dark page differs from the light one in its colours alone.
		for _, width := range widths {
			do(t, ctx, chromedp.EmulateViewport(width, 900))
			if got := eval[int64](t, ctx, "document.documentElement.scrollWidth"); got > width {
				t.Errorf("%s: at %d the page is %d wide; widest: %s", name, width, got, eval[string](t, ctx, widest))
			}
			for _, scheme := range []string{"light", "dark"} {
				if shots != "" {
					do(t, ctx, colours(scheme))
					shoot(t, ctx, filepath.Join(shots, fmt.Sprintf("%s-%s-%d.png", name, scheme, width)))
				}
			}
		}
		if axe != "" {
			look.at(t, name, eval[string](t, ctx, "document.documentElement.outerHTML"))
		}
	}
}

// everything lays out what is below the first screen too, as it is when a reader comes there.
const everything = `(() => { const s = new CSSStyleSheet(); s.replaceSync('* { content-visibility: visible !important; }'); document.adoptedStyleSheets.push(s); return true; })()`

// onlooker is a tab in which axe-core stays loaded while pages are put into it: loading it anew takes longer than most pages.
type onlooker struct{ ctx context.Context }

func newOnlooker(t *testing.T, server, axe string) onlooker {
	t.Helper()
	ctx := browser(t)
	do(t, ctx, chromedp.Navigate(server+"/about"))
	eval[bool](t, ctx, axe+"; "+thinning+"; "+everything)
	return onlooker{ctx}
}

// at holds a page to all rules in light and at the greatest width, and in dark at the least to those that hang on either.
func (o onlooker) at(t *testing.T, name, page string) {
	t.Helper()
	text, err := json.Marshal(page)
	if err != nil {
		t.Fatal(err)
	}
	do(t, o.ctx, chromedp.EmulateViewport(widths[len(widths)-1], 900), colours("light"))
	eval[bool](t, o.ctx, "show("+string(text)+"); thin('main tr, main li, main article, main svg a, main option', new Map(), 2); true")
	accessible(t, o.ctx, name+" light, wide", "")
	do(t, o.ctx, chromedp.EmulateViewport(widths[0], 900), colours("dark"))
	eval[bool](t, o.ctx, "thin('body *', looked, 1); true")
	accessible(t, o.ctx, name+" dark, narrow", "", whatWidthAndColourChange...)
}

// thinning puts a page into the tab, and leaves out of it what is alike in all but its words to what stays: what axe-core finds
// wrong with a third row of a table it finds wrong with the first two, and on long tables it takes most of a minute to say so.
// What has one colour and one size within the same parents has them on every page, so that those are looked at once.
const thinning = `
var looked = new Map();
function show(text) {
	const page = new DOMParser().parseFromString(text, 'text/html'), root = document.documentElement;
	for (const a of [...root.attributes]) root.removeAttribute(a.name);
	for (const a of page.documentElement.attributes) root.setAttribute(a.name, a.value);
	document.title = page.title;
	document.body.replaceWith(page.body);
}
function head(e) {
	let s = e.tagName;
	for (const a of e.attributes) {
		if (['href', 'id', 'value', 'd', 'x', 'y', 'width', 'height', 'title', 'for', 'viewBox', 'points'].includes(a.name)) continue;
		s += ' ' + a.name + (/^(class|type|role|hidden|tabindex|aria-(hidden|current|pressed|invalid|expanded))$/.test(a.name) ? '=' + a.value : '');
	}
	return s;
}
function shape(e) {
	const words = [...e.childNodes].some((n) => n.nodeType === 3 && n.data.trim() !== '') ? '#' : '';
	return head(e) + words + '(' + [...new Set([...e.children].map(shape))].join('') + ')';
}
function thin(selector, seen, most) {
	for (const e of [...document.querySelectorAll(selector)]) {
		if (!e.isConnected) continue;
		let s = shape(e);
		for (let up = e.parentElement; up; up = up.parentElement) s += '<' + head(up);
		const n = (seen.get(s) ?? 0) + 1;
		seen.set(s, n);
		if (n > most) e.remove();
	}
}`

// whatWidthAndColourChange are the rules of axe-core whose findings hang on how wide the page is and on its colours.
var whatWidthAndColourChange = []string{"color-contrast", "link-in-text-block", "scrollable-region-focusable", "target-size"}

// shotName is the address of a page, with the reference of a case in place of its id, which is another each time.
func shotName(s *Site, address string) string {
	for ref, id := range s.Work.(*testWork).ids {
		address = strings.ReplaceAll(address, id, ref)
	}
	for _, holds := range []string{"document=", "draft="} { // which is longer than a file may be called
		if before, _, ok := strings.Cut(address, holds); ok {
			return before + "held"
		}
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

// accessible holds a page to rules of axe-core, to all of them where none is named.
func accessible(t *testing.T, ctx context.Context, name, axe string, rules ...string) {
	t.Helper()
	if !eval[bool](t, ctx, "typeof axe === 'object'") {
		eval[bool](t, ctx, axe+";true")
	}
	only := ""
	if len(rules) > 0 {
		only = "runOnly: {type: 'rule', values: ['" + strings.Join(rules, "', '") + "']}, "
	}
	out := eval[string](t, ctx, `axe.run(document, {`+only+`resultTypes: ['violations'], selectors: false, preload: false}).then(r => JSON.stringify(r.violations.map(v => ({id: v.id, help: v.help, at: v.nodes.slice(0, 3).map(n => n.html.slice(0, 160) + ' ' + (n.any[0]?.message ?? ''))}))))`)
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
	// Every width, and with and without script where pages are set otherwise.
	for _, on := range []bool{true, false} {
		for _, width := range map[bool][]int64{true: {360, 1440}, false: {360, 768}}[on] {
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
				t.Run("the same in a person's own words", func(t *testing.T) {
					do(t, ctx, chromedp.Navigate(srv.URL+"/"), write("#f-ask", "could a Polish shipyard renew permits for its DPRK welders on 1 October 2017?"))
					follow(t, ctx, ".hero button")
					follow(t, ctx, `main a[href^="/decide/"]`)
					if h := heading(t, ctx); h != "Needs approval" { // two steps: what the words say fills the form in
						t.Errorf("the page says %q", h)
					}
				})
				t.Run("what China answers about the trucks", func(t *testing.T) {
					do(t, ctx, chromedp.Navigate(srv.URL+"/"), write("#f-ask", "what does China answer about the trucks?"))
					follow(t, ctx, ".hero button")
					if got := eval[string](t, ctx, "document.querySelector('main h3').textContent + ': ' + document.querySelector('main article').innerText"); !strings.Contains(got, "What China says") ||
						!strings.Contains(got, "could not be used to carry or fire missiles") {
						t.Errorf("the first of what is found is %q", got)
					}
					follow(t, ctx, `main a[href="/claims/trucks-cn-answer"]`)
					if h := heading(t, ctx); !strings.HasPrefix(h, "China, briefing to the Committee: denial") {
						t.Errorf("it leads to %q", h)
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
					if on { // by script the page comes without another being loaded
						do(t, ctx, chromedp.Click(chromedp.CSS("#several button")), chromedp.WaitVisible(chromedp.CSS("#rows")))
					} else {
						follow(t, ctx, "#several button")
					}
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

// TestFirstPageInABrowser holds what a browser that was never here fetches for a page, and says when it painted it.
func TestFirstPageInABrowser(t *testing.T) {
	ctx := browser(t)
	srv := httptest.NewServer(site(t))
	t.Cleanup(srv.Close)
	for _, a := range []string{"/", welders, "/law?as_of=2017-07-04", "/claims"} {
		do(t, ctx, chromedp.EmulateViewport(1440, 900), chromedp.Navigate(srv.URL+a))
		var got struct {
			Bytes int
			Paint float64
			Parts string
		}
		text := eval[string](t, ctx, `(async () => {
			await document.fonts.ready;
			for (let i = 0; i < 100 && !performance.getEntriesByName('first-contentful-paint').length; i++) await new Promise((f) => setTimeout(f, 20));
			const all = [...performance.getEntriesByType('navigation'), ...performance.getEntriesByType('resource')];
			return JSON.stringify({bytes: all.reduce((n, e) => n + e.encodedBodySize, 0), paint: performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? 0,
				parts: all.map((e) => e.name.split('/').pop() + ' ' + e.encodedBodySize).join(', ')});
		})()`)
		if err := json.Unmarshal([]byte(text), &got); err != nil {
			t.Fatal(err)
		}
		t.Logf("%s: %d bytes, painted after %.0f ms (%s)", a, got.Bytes, got.Paint, got.Parts)
		if got.Bytes > firstBudget || !strings.Contains(got.Parts, "woff2") {
			t.Errorf("%s: a browser fetches %d bytes: %s", a, got.Bytes, got.Parts)
		}
	}
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
	progressOf(t, ctx)
	sliders(t, ctx, srv.URL)
	batchOf(t, ctx, srv.URL)
	columnsOf(t, ctx, srv.URL)
	asPNG(t, ctx, srv.URL)
}

// progressOf waits for jobs to end on a page that is not loaded again; without script the page would load itself.
func progressOf(t *testing.T, ctx context.Context) {
	t.Helper()
	s, w := ownDesk(t)
	srv := httptest.NewServer(s)
	defer srv.Close()
	do(t, ctx, chromedp.Navigate(srv.URL+"/work/jobs"))
	eval[bool](t, ctx, "window.same = true")
	if h := heading(t, ctx); h != "2 jobs at work, 1 failed" {
		t.Errorf("the page says %q", h)
	}
	w.idle.Store(true)
	h := ""
	for range 200 {
		if h = heading(t, ctx); h == "No job is at work, 1 failed" {
			break
		}
		time.Sleep(50 * time.Millisecond)
	}
	if same := eval[bool](t, ctx, "window.same === true"); h != "No job is at work, 1 failed" || !same {
		t.Errorf("when the jobs have ended the page says %q (the same page: %v)", h, same)
	}
	if body := get(t, s, "/work/jobs").Body.String(); strings.Contains(body, "data-live") || strings.Contains(body, `http-equiv="refresh"`) {
		t.Error("a page on which nothing goes on is asked for again")
	}
	w.idle.Store(false)
	if body := get(t, s, "/work/jobs").Body.String(); !strings.Contains(body, `<noscript><meta http-equiv="refresh"`) {
		t.Error("without script the page does not follow its jobs")
	}
}

// batchOf sends names by script: it hears how far they are, and the page that comes sorts by its heads and leaves rows by words.
func batchOf(t *testing.T, ctx context.Context, server string) {
	t.Helper()
	do(t, ctx, chromedp.Navigate(server+"/who"), write("#f-names", strings.Repeat("Nobody At All\n", 30)+"Marvolo Quendrith\n"))
	got := eval[string](t, ctx, `new Promise((done) => {
		const told = new Set(), main = document.getElementById('main');
		const seen = new MutationObserver(() => {
			const p = document.querySelector('.far');
			if (p) told.add(p.textContent);
			if (document.getElementById('rows')) { seen.disconnect(); done([...told].some((x) => /^[0-9]+ of 31 rows answered/.test(x)) + ' ' + document.querySelector('h1').textContent); }
		});
		seen.observe(main, { childList: true, subtree: true, characterData: true });
		document.querySelector('form[data-progress] button').click();
	})`)
	if want := "true 31 rows: 1 match, 30 clear"; got != want {
		t.Errorf("a batch sent by script: %q, want %q", got, want)
	}
	first := `document.querySelector('#rows tbody tr:not([hidden]) th').textContent.trim()`
	sorted := eval[string](t, ctx, `(() => { const b = document.querySelectorAll('#rows .sorter')[2]; b.click(); return b.closest('th').getAttribute('aria-sort') + ' ' + `+first+`; })()`)
	if sorted != "ascending Marvolo Quendrith" {
		t.Errorf("by outcome the first row is %q", sorted)
	}
	do(t, ctx, write("#f-words", "nobody"))
	if shown := eval[string](t, ctx, "document.getElementById('shown').textContent + ' ' + "+first); shown != "30 of 31 rows are shown. Nobody At All" {
		t.Errorf("by words: %q", shown)
	}
}

// columnsOf sends a file in which no column is called a name, with script and without, and says on the page which is which.
func columnsOf(t *testing.T, ctx context.Context, server string) {
	t.Helper()
	file := filepath.Join(t.TempDir(), "kunden.csv")
	if err := os.WriteFile(file, []byte("VON,NACH,DATE OF BIRTHS,ORT\nMarvolo,Quendrith,1960,Oslo\nGunnhild,Haraldsdottir,,Bergen\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	axe := axeCore(t)
	looked := func(name string) {
		for _, width := range widths {
			do(t, ctx, chromedp.EmulateViewport(width, 900))
			if got := eval[int64](t, ctx, "document.documentElement.scrollWidth"); got > width {
				t.Errorf("%s is %d wide; widest: %s", name, got, eval[string](t, ctx, widest))
			}
			if shots := os.Getenv("CORDON_SHOTS"); shots != "" {
				shoot(t, ctx, filepath.Join(shots, fmt.Sprintf("%s-light-%d.png", name, width)))
			}
		}
		if axe != "" {
			accessible(t, ctx, name, axe)
		}
	}
	for _, on := range []bool{true, false} {
		send := func(form string) {
			if !on {
				follow(t, ctx, form+" button:not(.sorter)")
				return
			}
			eval[bool](t, ctx, "document.getElementById('main').firstElementChild.dataset.old = '1', true")
			do(t, ctx, chromedp.Click(chromedp.CSS(form+" button")), chromedp.WaitReady(chromedp.CSS("#main > :first-child:not([data-old])")))
		}
		do(t, ctx, scripts(on), chromedp.Navigate(server+"/who"), chromedp.SetUploadFiles(chromedp.CSS("#f-file"), []string{file}))
		send("#several")
		if got := eval[string](t, ctx, "document.querySelector('.errors').textContent"); !strings.Contains(got, "No column of it is called a name") {
			t.Fatalf("script %v: the page says %q", on, got)
		}
		if on {
			looked("whocolumns")
		}
		eval[bool](t, ctx, `(['first', 'last', 'birthDate', ''].forEach((v, i) => { document.getElementById('f-column-' + i).value = v; }), true)`)
		send("form.columns")
		if got := heading(t, ctx) + " " + eval[string](t, ctx, "document.getElementById('columns').textContent"); got != "2 rows: 1 match, 1 clear Read: date of birth from DATE OF BIRTHS; name from VON and NACH. Left out: ORT." {
			t.Errorf("script %v: with columns the page says %q", on, got)
		}
		if on {
			looked("whobatch")
		}
	}
	do(t, ctx, scripts(true), chromedp.EmulateViewport(1440, 900))
}

// sliders moves the slider of years and that of days: the field follows, and letting go asks for the page.
func sliders(t *testing.T, ctx context.Context, server string) {
	t.Helper()
	move := func(field, to string) string {
		return `(() => { const f = document.querySelector('` + field + `'), r = f.parentElement.querySelector('input[type=range]');
			const stops = [...f.dataset.stops.trim().split(/\s+/), '']; r.value = stops.indexOf('` + to + `');
			r.dispatchEvent(new Event('input')); const said = f.value + ' ' + r.getAttribute('aria-valuetext');
			setTimeout(() => r.dispatchEvent(new Event('change')), 50); return said; })()`
	}
	for _, c := range []struct{ page, field, to, said, asks string }{
		{"/states?measure=fuel", "#f-year", "2017", "2017 2017", "year=2017"},
		{"/law", "#f-as-of", "2017-08-05", "2017-08-05 5 August 2017", "as_of=2017-08-05"},
	} {
		do(t, ctx, chromedp.Navigate(server+c.page))
		if said := eval[string](t, ctx, move(c.field, c.to)); said != c.said {
			t.Errorf("%s: the slider says %q, want %q", c.page, said, c.said)
		}
		for range 100 {
			if strings.Contains(eval[string](t, ctx, "location.search"), c.asks) {
				break
			}
			time.Sleep(50 * time.Millisecond)
		}
		if got := eval[string](t, ctx, "location.search"); !strings.Contains(got, c.asks) {
			t.Errorf("%s: letting go leads to %q", c.page, got)
		}
	}
}

// asPNG takes a map as PNG, which the policy of the page lets through.
func asPNG(t *testing.T, ctx context.Context, server string) {
	t.Helper()
	do(t, ctx, chromedp.Navigate(server+"/states?measure=fuel"))
	eval[bool](t, ctx, "document.querySelector('[data-png]').click(), true")
	size := ""
	for range 100 {
		if size = eval[string](t, ctx, "document.querySelector('[data-png]').dataset.size ?? ''"); size != "" {
			break
		}
		time.Sleep(50 * time.Millisecond)
	}
	var width, length int
	if _, err := fmt.Sscan(size, &width, &length); err != nil || width != 2*drawingWidth || length < 20_000 {
		t.Errorf("the picture is %q wide and long: %s", size, eval[string](t, ctx, "document.querySelector('[data-png]').textContent"))
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
	if _, err := chromedp.RunResponse(c, enterKey("keyDown")); err != nil {
		t.Fatal(err)
	}
	do(t, ctx, enterKey("keyUp")) // or the next one is the same key, held down
}

func enterKey(event input.DispatchKeyEventType) chromedp.Action[chromedp.Void] {
	return chromedp.Func(func(ctx context.Context, t *chromedp.Target) error {
		k := input.DispatchKeyEventParams{Type: event, Key: "Enter", Code: "Enter", WindowsVirtualKeyCode: 13}
		if event == "keyDown" {
			k.Text = "\r"
		}
		_, err := cdp.Call(ctx, t, input.DispatchKeyEvent, k)
		return err
	})
}

// TestMenu holds that a phone has the pages behind one button, by pointer and keys, with and without script, and a wide screen in a row.
func TestMenu(t *testing.T) {
	ctx := browser(t)
	srv := httptest.NewServer(site(t))
	t.Cleanup(srv.Close)
	shown := "getComputedStyle(document.getElementById('menu')).display + ' ' + getComputedStyle(document.querySelector('.menu')).display"
	for _, script := range []bool{true, false} {
		do(t, ctx, chromedp.EmulateViewport(360, 900), colours("dark"), scripts(script), chromedp.Navigate(srv.URL+"/about"))
		if got := eval[string](t, ctx, shown); got != "none block" {
			t.Errorf("script %v: a phone shows %q", script, got)
		}
		if rows := eval[int](t, ctx, "document.querySelector('.top').offsetHeight"); rows > 75 {
			t.Errorf("script %v: the header is %d high", script, rows)
		}
		do(t, ctx, chromedp.Click(chromedp.CSS(".menu")), chromedp.WaitVisible(chromedp.CSS("#menu")))
		if axe := axeCore(t); axe != "" && script {
			accessible(t, ctx, "menu", axe)
		}
		if shots := os.Getenv("CORDON_SHOTS"); shots != "" {
			shoot(t, ctx, filepath.Join(shots, "menu-dark-360.png"))
		}
		follow(t, ctx, "#menu a[href='/law']")
		if h := heading(t, ctx); h != "The law" {
			t.Errorf("script %v: the menu leads to %q", script, h)
		}
	}
	do(t, ctx, chromedp.EmulateViewport(1440, 900))
	if got := eval[string](t, ctx, shown); got != "flex none" {
		t.Errorf("a wide screen shows %q", got)
	}
	do(t, ctx, scripts(true))
}

// TestKindsUnderTheirHeading holds that the list of "May we?" begins where its heading does, and not at the edge of the screen.
func TestKindsUnderTheirHeading(t *testing.T) {
	ctx := browser(t)
	srv := httptest.NewServer(site(t))
	t.Cleanup(srv.Close)
	do(t, ctx, chromedp.Navigate(srv.URL+"/decide"))
	for _, width := range []int64{360, 768, 1280, 1440} {
		do(t, ctx, chromedp.EmulateViewport(width, 900))
		const left = "Math.round(document.querySelector(%q).getBoundingClientRect().left)"
		heading, list := eval[int64](t, ctx, fmt.Sprintf(left, "main h1")), eval[int64](t, ctx, fmt.Sprintf(left, "main .kinds li a"))
		if list != heading || list < 8 {
			t.Errorf("at %d the heading begins at %d, the list at %d", width, heading, list)
		}
	}
}
