package web

import (
	"context"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
)

// workTasks does what a team does in a day, in a browser that is there already: by keys with script, by forms without.
func workTasks(t *testing.T, ctx context.Context, axe string, script bool, width int64) {
	s, w := ownDesk(t)
	srv := httptest.NewServer(s)
	t.Cleanup(srv.Close)
	do(t, ctx, scripts(script), chromedp.EmulateViewport(width, 900), colours("light"))
	main := func() string { return eval[string](t, ctx, "document.querySelector('main').innerText") }
	says := func(want ...string) {
		t.Helper()
		page := main()
		for _, x := range want {
			if !strings.Contains(page, x) {
				t.Fatalf("the page does not say %q:\n%s", x, page)
			}
		}
	}
	play := func(who WorkPerson) {
		t.Helper()
		eval[bool](t, ctx, "(document.getElementById('f-as').value = '"+who.ID+"') !== ''")
		follow(t, ctx, ".as button")
		says("You act as")
		if got := eval[string](t, ctx, "document.getElementById('f-as').value"); got != who.ID {
			t.Fatalf("the page is that of %s", got)
		}
	}
	looked := func(name string) {
		if axe != "" && script { // it is a script itself
			accessible(t, ctx, name, axe)
		}
		if got := eval[int64](t, ctx, "document.documentElement.scrollWidth"); got > width {
			t.Errorf("%s is %d wide; widest: %s", name, got, eval[string](t, ctx, widest))
		}
		if shots := os.Getenv("CORDON_SHOTS"); shots != "" {
			shoot(t, ctx, filepath.Join(shots, "task-"+name+".png"))
		}
	}

	// An alert is decided: with script in two keys, once its case is open.
	do(t, ctx, chromedp.Navigate(srv.URL+"/work"))
	play(bo)
	do(t, ctx, chromedp.Navigate(srv.URL+"/work?state=unassigned"))
	if script {
		do(t, ctx, chromedp.KeyEvent("j"))
		enter(t, ctx)
		says("against Marvolo Quendrith", "What is it?")
		do(t, ctx, chromedp.KeyEvent("f"))
		if got := eval[string](t, ctx, "document.getElementById('f-code').value + ': ' + document.getElementById('f-text').value"); got != "other-birth-date: Date of birth: ours 2 April 1985; the list’s 1960." {
			t.Errorf("f chooses %q", got)
		}
		looked("case-chosen")
		do(t, ctx, chromedp.KeyEvent("5"))
		if got := eval[string](t, ctx, "document.getElementById('f-code').value"); got != "other-kind" {
			t.Errorf("5 chooses %q", got)
		}
		do(t, ctx, chromedp.KeyEvent("1"), chromedp.Click(chromedp.CSS(".dispose details:has(#f-until) summary")), write("#f-until", "30 November 2026"))
		eval[bool](t, ctx, "(document.querySelector('.dispose > .actions2 button').focus(), true)")
		enter(t, ctx)
	} else {
		follow(t, ctx, "tbody th a")
		says("against Marvolo Quendrith", "What is it?")
		follow(t, ctx, ".assigned button")
		says("Give it back")
		do(t, ctx, chromedp.Click(chromedp.CSS(`[name=disposition][value=false]`)), write("#f-text", "Born 25 years later."), chromedp.Click(chromedp.CSS(".dispose details:has(#f-until) summary")), write("#f-until", "30 November 2026"))
		eval[bool](t, ctx, "(document.getElementById('f-code').value = 'other-birth-date') !== ''")
		follow(t, ctx, ".dispose > .actions2 button")
	}
	says("You said: False match", "A second person is asked")

	// The same person is refused, and told why.
	says("the same person is refused")
	if eval[bool](t, ctx, "document.querySelector('[value=confirm]') !== null") {
		t.Error("the same person is offered to confirm")
	}
	looked("case-same-person")

	// A second person confirms.
	play(cleo)
	says("A second person is asked", "Bo said on")
	if script {
		c, cancel := context.WithTimeout(ctx, 20*time.Second)
		defer cancel()
		if _, err := chromedp.RunResponse(c, chromedp.KeyEvent("c")); err != nil {
			t.Fatal(err)
		}
	} else {
		follow(t, ctx, "[value=confirm]")
	}
	says("Decided", "confirmed by Cleo", "not held")

	// The suppression holds, and ends.
	do(t, ctx, chromedp.Navigate(srv.URL+"/work/suppressions"))
	says("2 hits are not raised", "Marvolo Kvendrit", "30 November 2026")
	looked("suppressions")
	w.now = func() time.Time { return workDay.AddDate(0, 0, 7) }
	do(t, ctx, chromedp.Navigate(srv.URL+"/work/suppressions"))
	says("1 hit is not raised", "it ended on 30 November 2026")

	// What was done is in the log, and its proof is checked.
	do(t, ctx, chromedp.Navigate(srv.URL+"/work/audit"))
	follow(t, ctx, "tbody tr:first-child th a")
	says("is in the log as it was signed", "The root that was signed", "about "+w.ids["C-1"])

	// An admin adds somebody, and shuts them out.
	do(t, ctx, chromedp.Navigate(srv.URL+"/work/people"))
	play(dag)
	do(t, ctx, write("#f-name", "zoe"), chromedp.Click(chromedp.CSS(`[name=role][value=analyst]`)))
	follow(t, ctx, ".change button")
	says("Here is the password of zoe, this once")
	looked("people")
	do(t, ctx, chromedp.Navigate(srv.URL+"/work/people/u-zoe"))
	says("Signs in as zoe", "Not signed in", "A new key of zoe")
	looked("person")
	follow(t, ctx, "[value=disable]")
	says("zoe is shut out", "Let in again")
}
