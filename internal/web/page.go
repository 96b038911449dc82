package web

import (
	"bytes"
	"errors"
	"html/template"
	"io/fs"
	"log/slog"
	"mime"
	"net/http"
	"path"
	"strings"

	"github.com/cordon-engine/cordon/internal/access"
	"github.com/cordon-engine/cordon/internal/claim"
	"github.com/cordon-engine/cordon/internal/fault"
	"github.com/cordon-engine/cordon/internal/law"
	"github.com/cordon-engine/cordon/internal/report"
	"github.com/cordon-engine/cordon/internal/ruling"
	"github.com/cordon-engine/cordon/internal/when"
)

// view makes one page from a request. It gives the name of a template with its
// data; or bytes for programs; or an address to go to; or a fault.
type view func(r *http.Request) (*answer, error)

type answer struct {
	// template and body make the page; title heads it.
	template, title string
	body            any
	status          int
	// data is the answer for programs, in place of a page, and kind its media type.
	data []byte
	kind string
	// file is the name under which it is to be saved; "" shows it.
	file string
	// location is where the answer stands.
	location string
	// policy takes the place of the policy of pages, for a file that brings its own style.
	policy string
	// dated says of which days the page is; cite is its line of citation where that of every page does not do, and bare
	// is true for a page that is not to be cited.
	dated *dated
	cite  string
	bare  bool
	// door is true for a page that is shown to whoever is not signed in.
	door bool
	// live is true while what the page shows goes on: it is then asked for again, by script or by itself.
	live bool
	// forms are the other forms of the page, by the word that asks for them.
	forms map[string]form
}

// refuse marks a page whose fields have errors: its status and title say so.
func (a *answer) refuse(errs []fieldError) *answer {
	if len(errs) > 0 {
		a.status, a.title = http.StatusUnprocessableEntity, "Error: "+a.title
	}
	return a
}

// frame is what the frame of every page needs.
type frame struct {
	Title, Nav, Theme, Here string
	// Signed is the name of who is signed in, "" for nobody; Door is true where that is asked for.
	Signed string
	Door   bool
	// Keyed is true for whoever shows a key.
	Keyed    bool
	Body     any
	Versions report.Versions
	Law      string
	Cited    *citation
	Live     bool
}

// parse reads the templates: the frame and the components with each page.
func (s *Site) parse() (map[string]*template.Template, error) {
	base, err := template.New("").Funcs(s.functions()).ParseFS(files, "templates/frame.html", "templates/parts.html", "templates/work.html")
	if err != nil {
		return nil, fault.Wrap(fault.Internal, err, "the templates")
	}
	names, err := fs.Glob(files, "templates/pages/*.html")
	if err != nil {
		return nil, err
	}
	if s.parts, err = base.Clone(); err != nil {
		return nil, fault.Wrap(fault.Internal, err, "the templates")
	}
	pages := map[string]*template.Template{}
	for _, name := range names {
		t, err := base.Clone()
		if err == nil {
			t, err = t.ParseFS(files, name)
		}
		if err != nil {
			return nil, fault.Wrap(fault.Internal, err, "the template %s", name)
		}
		pages[strings.TrimSuffix(path.Base(name), ".html")] = t
	}
	return pages, nil
}

func (s *Site) functions() template.FuncMap {
	return template.FuncMap{
		"asset":         s.assets.address,
		"stops":         s.stops,
		"age":           s.age,
		"word":          report.VerdictWord,
		"lower":         strings.ToLower,
		"long":          func(d when.Day) string { return d.Long() },
		"longday":       inWords,
		"period":        func(p when.Period) string { return p.Long() },
		"force":         report.InForce,
		"effect":        report.EffectWord,
		"state":         s.state,
		"value":         report.ValueWord,
		"verdicts":      report.Ordered,
		"capital":       capital,
		"opening":       func(text string) string { first, _ := openingOf(text); return first },
		"remainder":     func(text string) string { _, rest := openingOf(text); return rest },
		"inwords":       s.inWords,
		"links":         func(s string) bool { return strings.HasPrefix(s, "https://") || strings.HasPrefix(s, "http://") },
		"chosen":        chosen,
		"whole":         whole,
		"effectVerdict": effectVerdict,
		"href":          func(p *law.Provision) string { return "/law/" + p.ID },
		"day":           func(d when.Day) string { return d.String() },
		"some":          func(d when.Day) bool { return d != when.NoDay },
		"today":         func() when.Day { return s.Today() },
		"dict":          dict,
		"tiersign":      tierSign,
		"outcomesign":   outcomeSign,
		"claimwords":    s.claimWords,
		"isday":         isoDays.MatchString,
		"property":      report.PropertyWord,
		"nameof":        NameOf,
		"who":           whoAddress,
		"percent":       percent,
		"waterfall":     waterfall,
		"few":           few,
		"states":        func() template.HTML { return s.form.datalist },
		"given":         claim.Given,
		"standingclass": standingClass,
		"nocharts":      func() []chart { return nil },
		"linked":        s.linked,
		"onpages":       onPages,
		"wrong":         wrongAt,
		"sectiontitle":  s.sectionTitle,
		"moment":        moment,
		"dayof":         dayOf,
		"standsign":     standSign,
		"standword":     standWord,
		"count":         report.Count,
		"counts":        report.Counted,
		"counts64":      func(n int64, noun string) string { return report.Counted(int(n), noun) },
		"cuthash":       cut,
		"figure":        figureOf,
		"codeword":      func(c string) string { return codeWords[c] },
		"allyears":      func(p *statesPage) string { return s.statesAddress(p, "") },
	}
}

// openingOf cuts a text after its second sentence.
func openingOf(text string) (first, rest string) {
	at := strings.Index(text, ". ")
	if at < 0 {
		return text, ""
	}
	if more := strings.Index(text[at+2:], ". "); more >= 0 {
		at += 2 + more
	}
	return text[:at+1], text[at+2:]
}

// chosen reports whether one of the options of a field is the answer.
func chosen(f field) bool {
	for _, o := range f.Options {
		if o.Chosen || o.Value == f.Value {
			return true
		}
	}
	return false
}

// effectVerdict gives the verdict whose sign stands for what a provision does
// to what meets it, and false where there is none.
func effectVerdict(e law.Effect) *ruling.Verdict {
	v, ok := map[law.Effect]ruling.Verdict{
		law.Prohibit: ruling.Prohibited, law.Cap: ruling.OverCap, law.Require: ruling.Reportable,
		law.Exempt: ruling.Exempt, law.Authorise: ruling.Permitted,
	}[e]
	if !ok {
		return nil
	}
	return &v
}

// dict makes a map from names and values, for templates with several arguments.
func dict(pairs ...any) (map[string]any, error) {
	if len(pairs)%2 != 0 {
		return nil, errors.New("a name without a value")
	}
	m := map[string]any{}
	for i := 0; i < len(pairs); i += 2 {
		name, ok := pairs[i].(string)
		if !ok {
			return nil, errors.New("a name that is not a text")
		}
		m[name] = pairs[i+1]
	}
	return m, nil
}

// page makes a handler from a view.
func (s *Site) page(v view) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		a, err := v(r)
		if err == nil {
			a, err = inForm(r, a)
		}
		if err != nil {
			a = s.failed(r, err)
		}
		switch {
		case a.location != "":
			http.Redirect(w, r, a.location, http.StatusSeeOther)
		case a.data != nil:
			if a.file != "" {
				w.Header().Set("Content-Disposition", savedAs(a.file))
			}
			if a.policy != "" {
				w.Header().Set("Content-Security-Policy", a.policy)
			}
			s.send(w, r, a.kind, a.status, a.data)
		default:
			body, err := s.render(r, a)
			if err != nil {
				s.Log.LogAttrs(r.Context(), slog.LevelError, "page", slog.String("template", a.template), slog.String("error", err.Error()))
				http.Error(w, "This page could not be made. The fault is ours.", http.StatusInternalServerError)
				return
			}
			s.send(w, r, "text/html; charset=utf-8", a.status, body)
		}
	})
}

// savedAs has a file saved under a name, which may be in any script.
func savedAs(name string) string {
	plain := !strings.ContainsFunc(name, func(r rune) bool { return r < ' ' || r > '~' || r == '"' || r == '\\' || r == '%' })
	if plain {
		return `attachment; filename="` + name + `"`
	}
	return mime.FormatMediaType("attachment", map[string]string{"filename": name})
}

// render executes a template whole, so that a fault never leaves half a page.
func (s *Site) render(r *http.Request, a *answer) ([]byte, error) {
	t, ok := s.pages[a.template]
	if !ok {
		return nil, fault.New(fault.Internal, "there is no template %q", a.template)
	}
	nav, _, _ := strings.Cut(strings.TrimPrefix(r.URL.Path, "/"), "/")
	here := r.URL.RequestURI()
	if r.Method != http.MethodGet || strings.HasPrefix(nav, "sign-") { // what was posted has no address to come back to, nor has a code
		here = "/" + nav
	}
	var b bytes.Buffer
	err := t.ExecuteTemplate(&b, "frame", frame{
		Title: a.title, Nav: nav, Theme: theme(r), Here: here, Body: a.body, Versions: s.Versions, Law: s.Desk.Law.Version[:12],
		Cited: s.cited(r, a), Live: a.live, Signed: access.By(r.Context()).Name, Door: a.door || strings.HasPrefix(nav, "sign-") || s.peopled(r.Context()), Keyed: access.By(r.Context()).Key,
	})
	return b.Bytes(), err
}

// fragment executes a component alone.
func (s *Site) fragment(name string, data any) ([]byte, error) {
	var b bytes.Buffer
	err := s.parts.ExecuteTemplate(&b, name, data)
	if err != nil {
		s.Log.Error("fragment", slog.String("template", name), slog.String("error", err.Error()))
	}
	return b.Bytes(), err
}

func (s *Site) send(w http.ResponseWriter, r *http.Request, kind string, status int, body []byte) {
	h := w.Header()
	h.Set("Content-Type", kind)
	h.Set("Cache-Control", "no-cache")
	h.Set("Vary", "Accept-Encoding, Cookie")
	if takesGzip(r) && len(body) > 1024 {
		h.Set("Content-Encoding", "gzip")
		body = zippedFast(body)
	}
	if status == 0 {
		status = http.StatusOK
	}
	w.WriteHeader(status)
	_, _ = w.Write(body) // the reader is gone
}

// failed makes the page of a fault: what is wrong and what to do. The cause of a
// fault of ours is logged and not shown.
func (s *Site) failed(r *http.Request, err error) *answer {
	status := fault.HTTP(err)
	var f *fault.Error
	if status >= http.StatusInternalServerError && fault.CodeOf(err) == fault.Internal || !errors.As(err, &f) {
		s.Log.LogAttrs(r.Context(), slog.LevelError, "page", slog.String("path", r.URL.Path), slog.String("error", err.Error()))
		f = fault.New(fault.Internal, "Something went wrong here, and the fault is ours").WithFix("the address is kept; try it again later")
	}
	return &answer{template: "fault", title: "That did not work", body: f, status: status, bare: true}
}

func (s *Site) missing(r *http.Request) (*answer, error) {
	return nil, fault.New(fault.NotFound, "there is no page at %s", r.URL.Path).WithFix("the start page leads everywhere")
}

// theme is "light", "dark" or "" for what the system says.
func theme(r *http.Request) string {
	if c, err := r.Cookie("theme"); err == nil && (c.Value == "light" || c.Value == "dark") {
		return c.Value
	}
	return ""
}

// setTheme keeps the choice of light or dark and goes back.
func (s *Site) setTheme(w http.ResponseWriter, r *http.Request) {
	r.Body = http.MaxBytesReader(w, r.Body, 16<<10)
	to, back := r.PostFormValue("to"), r.PostFormValue("back")
	if to != "light" && to != "dark" && to != "system" {
		http.Error(w, "the theme is light, dark or system", http.StatusBadRequest)
		return
	}
	c := &http.Cookie{Name: "theme", Value: to, Path: "/", MaxAge: 365 * 24 * 3600, HttpOnly: true, SameSite: http.SameSiteStrictMode}
	if to == "system" {
		c.MaxAge = -1
	}
	http.SetCookie(w, c)
	// Only an address of ours: "//host" and "/\host" lead elsewhere.
	if !strings.HasPrefix(back, "/") || strings.HasPrefix(back, "//") || strings.ContainsAny(back, "\\\r\n") {
		back = "/"
	}
	http.Redirect(w, r, back, http.StatusSeeOther)
}
