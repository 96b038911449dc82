package web

import (
	"bytes"
	"context"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"
)

// media makes the page be shown as on paper, or as on a screen with "".
func media(name string) chromedp.Action[chromedp.Void] {
	return chromedp.Func(func(ctx context.Context, t *chromedp.Target) error {
		_, err := cdp.Call(ctx, t, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Media: name})
		return err
	})
}

// TestPrint holds that a page on paper has what it says and where it is from, and nothing that only works on a screen. Pictures and
// files go to the folder that CORDON_SHOTS names.
func TestPrint(t *testing.T) {
	ctx := browser(t)
	s := site(t)
	srv := httptest.NewServer(s)
	t.Cleanup(srv.Close)
	in, _ := packed(textOfJuly)
	for name, c := range map[string]struct {
		address string
		pages   int // at most
		says    []string
	}{
		"ruling":   {welders, 4, []string{"Needs approval", "The way out", "Cite as", "Address: /decide/employment"}},
		"state":    {"/states/CN", 40, []string{"China: what is known", "A Chinese firm exported six heavy timber transporters", "Cite as", "Address: /states/CN"}},
		"document": {"/reading?date=2017-07-05&document=" + in, 5, []string{"Cite as"}},
		"law":      {"/law/2375-p17", 8, []string{"Cite as"}},
		"subject":  {"/who/x:P.001", 4, []string{"Marvolo Quendrith", "Prohibited", "Cite as"}},
	} {
		t.Run(name, func(t *testing.T) {
			do(t, ctx, chromedp.EmulateViewport(794, 1123), chromedp.Navigate(srv.URL+c.address), media("print"))
			text := eval[string](t, ctx, "document.body.innerText")
			for _, x := range c.says {
				if !strings.Contains(text, x) {
					t.Errorf("on paper the page does not say %q", x)
				}
			}
			if seen := eval[string](t, ctx, `[...document.querySelectorAll('button, input:not([type=hidden]), select, textarea, nav, .skip')].filter((e) => e.checkVisibility()).map((e) => e.tagName + ' ' + (e.id || e.textContent.trim())).slice(0, 5).join(', ')`); seen != "" {
				t.Errorf("on paper there is what only works on a screen: %s", seen)
			}
			pdf, err := chromedp.Run(ctx, chromedp.Action[[]byte](func(ctx context.Context, t *chromedp.Target) ([]byte, error) {
				r, err := cdp.Call(ctx, t, page.PrintToPDF, page.PrintToPDFParams{PaperWidth: 8.27, PaperHeight: 11.69})
				if err != nil {
					return nil, err
				}
				return r.Data, nil
			}))
			if err != nil {
				t.Fatal(err)
			}
			if n := bytes.Count(pdf, []byte("/Type /Page\n")); n < 1 || n > c.pages {
				t.Errorf("it takes %d sheets, at most %d were meant", n, c.pages)
			} else {
				t.Logf("%d sheets, %d bytes", n, len(pdf))
			}
			if shots := os.Getenv("CORDON_SHOTS"); shots != "" {
				shoot(t, ctx, filepath.Join(shots, "print-"+name+".png"))
				if err := os.WriteFile(filepath.Join(shots, "print-"+name+".pdf"), pdf, 0o600); err != nil {
					t.Fatal(err)
				}
			}
		})
	}
	do(t, ctx, media(""))
}
