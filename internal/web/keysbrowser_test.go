package web

import (
	"context"
	"encoding/json"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

// stop is where the keyboard is: what it is on, and whether a reader sees that it is.
type stop struct {
	On, Text        string
	Seen, In, First bool
}

// onStop says where the focus is. It is seen where it has an outline and a place on the screen.
const onStop = `(() => {
	const e = document.activeElement, r = e.getBoundingClientRect(), s = getComputedStyle(e);
	const ring = s.outlineStyle !== 'none' && parseFloat(s.outlineWidth) >= 1;
	const shown = r.width + r.height > 0 && r.bottom > 0 && r.top < innerHeight && r.right > 0 && r.left < innerWidth;
	return JSON.stringify({On: e.tagName.toLowerCase() + (e.id ? '#' + e.id : '') + (e.getAttribute('href') ? ' ' + e.getAttribute('href') : '') + (e.name ? ' ' + e.name : ''), Text: (e.textContent || e.value || '').trim().slice(0, 60),
		Seen: ring && shown, In: e.closest('main') !== null, First: e.classList.contains('skip')});
})()`

func press(t *testing.T, ctx context.Context, keys string) stop {
	t.Helper()
	do(t, ctx, chromedp.KeyEvent(keys))
	var at stop
	if err := json.Unmarshal([]byte(eval[string](t, ctx, onStop)), &at); err != nil {
		t.Fatal(err)
	}
	return at
}

// tabTo presses Tab until the focus is on what a selector finds, and gives how often; each stop on the way must be seen.
func tabTo(t *testing.T, ctx context.Context, selector string) int {
	t.Helper()
	for n := 1; n <= 80; n++ {
		if at := press(t, ctx, kb.Tab); !at.Seen {
			t.Errorf("on the way to %s, the focus is on %q (%s), and nobody sees it", selector, at.On, at.Text)
		}
		if eval[bool](t, ctx, "document.activeElement.matches(`"+selector+"`)") {
			return n
		}
	}
	t.Fatalf("80 times Tab do not lead to %s", selector)
	return 0
}

// TestByKeysAlone walks from the start page to a ruling, to somebody on a list, and through a case, with nothing but keys.
func TestByKeysAlone(t *testing.T) {
	ctx := browser(t)
	srv := httptest.NewServer(site(t))
	t.Cleanup(srv.Close)
	do(t, ctx, chromedp.EmulateViewport(1440, 900), colours("light"))

	t.Run("a ruling", func(t *testing.T) {
		do(t, ctx, chromedp.Navigate(srv.URL+"/"))
		if at := press(t, ctx, kb.Tab); !at.First || !at.Seen {
			t.Fatalf("the first stop is %q", at.On)
		}
		do(t, ctx, enterKey("keyDown"), enterKey("keyUp"))
		if n := tabTo(t, ctx, "#f-ask"); n != 1 {
			t.Errorf("after the skip link the question comes at stop %d", n)
		}
		do(t, ctx, chromedp.KeyEvent("could a Polish shipyard renew permits for its DPRK welders on 1 October 2017?"))
		enter(t, ctx)
		tabTo(t, ctx, `main a[href^="/decide/employment"]`)
		enter(t, ctx)
		if h := heading(t, ctx); h != "Needs approval" {
			t.Fatalf("the page says %q", h)
		}
		tabTo(t, ctx, `.next input[type="radio"]`)
		for i := 0; i < 4 && !eval[bool](t, ctx, `document.activeElement.value === "granted"`); i++ {
			do(t, ctx, chromedp.KeyEvent(kb.ArrowDown))
		}
		if n := tabTo(t, ctx, ".next button"); n != 1 {
			t.Errorf("the button is %d stops behind the answer", n)
		}
		enter(t, ctx)
		if h := heading(t, ctx); h != "Exempt" {
			t.Errorf("with approval the page says %q", h)
		}
	})
	t.Run("a form", func(t *testing.T) {
		do(t, ctx, chromedp.Navigate(srv.URL+"/decide"))
		tabTo(t, ctx, `main a[href="/decide/employment"]`)
		enter(t, ctx)
		tabTo(t, ctx, "#f-date")
		do(t, ctx, chromedp.KeyEvent("soon"))
		enter(t, ctx)
		at := press(t, ctx, kb.Tab)
		if !strings.Contains(at.On, "#f-date") || !at.Seen {
			t.Errorf("after an error the first stop is %q, not what leads to the field", at.On)
		}
		do(t, ctx, enterKey("keyDown"), enterKey("keyUp"))
		got := eval[string](t, ctx, `new Promise((done) => { const at = () => location.hash + document.querySelector('#f-date').value;
			for (let i = 1; i <= 40; i++) setTimeout(() => { if (i === 40 || at() === '#f-datesoon') done(at()); }, 50 * i); })`)
		if got != "#f-datesoon" {
			t.Errorf("the error leads to %q from %q", got, at.On)
		}
	})
	t.Run("somebody on a list", func(t *testing.T) {
		do(t, ctx, chromedp.Navigate(srv.URL+"/who"))
		tabTo(t, ctx, "#f-name")
		do(t, ctx, chromedp.KeyEvent("Marvolo Quendrit"))
		do(t, ctx, chromedp.KeyEvent(kb.Escape))
		enter(t, ctx)
		tabTo(t, ctx, ".hit .called a")
		enter(t, ctx)
		if h := heading(t, ctx); h != "Marvolo Quendrith" {
			t.Errorf("the page says %q", h)
		}
	})
	t.Run("a case", func(t *testing.T) {
		s, w := ownDesk(t)
		desk := httptest.NewServer(s)
		defer desk.Close()
		do(t, ctx, chromedp.Navigate(desk.URL+"/work"))
		tabTo(t, ctx, "#f-as")
		do(t, ctx, chromedp.KeyEvent("Bo"))
		tabTo(t, ctx, ".as button")
		enter(t, ctx)
		do(t, ctx, chromedp.Navigate(desk.URL+"/work/cases/"+w.ids["C-1"]))
		// Two keys: what it is, with the reason that the facts bear out, and that it is so.
		do(t, ctx, chromedp.KeyEvent("f"))
		enter(t, ctx)
		if got := eval[string](t, ctx, "document.querySelector('main').innerText"); !strings.Contains(got, "You said: False match") {
			t.Errorf("two keys did not decide the case:\n%.600s", got)
		}
	})
	t.Run("no trap", func(t *testing.T) {
		for _, a := range []string{"/", welders, "/who?name=Marvolo+Quendrit", "/states?measure=fuel", "/law/goods?code=87", "/drafts", "/work"} {
			do(t, ctx, chromedp.Navigate(srv.URL+a))
			many, last := eval[int](t, ctx, "document.querySelectorAll('a[href], button, input, select, textarea, summary, [tabindex=\"0\"]').length"), stop{}
			around := false
			for n := 0; n < many+3 && !around; n++ {
				at := press(t, ctx, kb.Tab)
				if around = n > 0 && at.First; !around && at.On != "body" && !at.Seen {
					t.Errorf("%s: the focus on %q (%s) is not seen", a, at.On, at.Text)
				}
				last = at
			}
			if !around {
				t.Errorf("%s: Tab does not come around; it is at %q (%s)", a, last.On, last.Text)
			}
		}
	})
}
