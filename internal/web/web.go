// Package web is the pages: what people read and fill in. It turns an address
// into a question for the use cases and the answer into HTML that works without
// script, prints, and asks no other server for anything.
//
// It decides nothing, keeps nothing but the choice of light or dark in a cookie,
// and reaches no adapter: what it needs beside the desk it declares in ports.go.
package web

import (
	"crypto/rand"
	"errors"
	"html/template"
	"log/slog"
	"net/http"
	"net/url"
	"sync"

	"github.com/cordon-engine/cordon/internal/activity"
	"github.com/cordon-engine/cordon/internal/decide"
	"github.com/cordon-engine/cordon/internal/fault"
	"github.com/cordon-engine/cordon/internal/report"
	"github.com/cordon-engine/cordon/internal/ruling"
	"github.com/cordon-engine/cordon/internal/scenario"
	"github.com/cordon-engine/cordon/internal/when"
)

// Config is what the pages are made from.
type Config struct {
	Desk     *decide.Desk
	Versions report.Versions
	// Scenarios stand beside the provisions that govern them.
	Scenarios []*scenario.Scenario
	// Story is the July 2017 story; nil leaves its page out of work.
	Story *Story
	// Today gives the day that pages call today.
	Today func() when.Day
	// Screener and Lists may be nil: the pages then say that nothing is screened.
	Screener Screener
	Lists    ListStatus
	// Holdings gives the licences that rulings name; nil for none.
	Holdings Holdings
	// LookUps gives lists of one moment for rulings to look parties and ships up in;
	// nil leaves whether they are listed unknown.
	LookUps LookUps
	// Library holds all that is known besides law and lists; nil leaves those pages out of work.
	Library Library
	// Work opens the daily work; nil leaves its pages out of work.
	Work Work
	// SignIn lets people in; nil for pages that nobody signs in to.
	SignIn SignIn
	// Operations describe the API for its reference page.
	Operations []Operation
	// Log takes faults of Cordon itself; never what people typed.
	Log *slog.Logger
}

// StoryPart is one part of the story: its activities, and what was written
// beside each.
type StoryPart struct {
	// ID names the part; Text introduces it.
	ID, Text   string
	Activities []*activity.Activity
	// Notes stand beside activities, by their ids.
	Notes map[string]string
}

// Operation is one operation of the API, as its reference page shows it.
type Operation struct {
	ID, Method, Path, Tag, Summary, Description string
	Parameters                                  []Parameter
	// Body and Answer are the media types; Asks is the address of an example, "" for none.
	Body, Answer, Asks string
}

// Parameter is one parameter of an operation.
type Parameter struct {
	Name, In, About string
	Required        bool
}

// Site serves the pages. It is safe for concurrent use.
type Site struct {
	Config
	pages  map[string]*template.Template
	parts  *template.Template // the components alone, for pieces of pages
	assets *assets
	// rulings, and strips, which are verdicts along time, depend on nothing but the facts, the law and the days.
	rulings   *memory[*ruling.Ruling]
	strips    *memory[[]decide.Stretch]
	backtests *memory[*report.Document]
	studies   *memory[*studied]
	// readings are documents with their claims, originals those of them that no address holds, by their SHA-256.
	readings  *memory[*reading]
	originals *memory[[]byte]
	form      *forms
	laws      *lawIndex
	tree      goodsTree
	tale      func() (*storyPage, error)
	world     []outline
	// keeping is what is known, with what was worked out from it.
	keeping keeping
	mux     *http.ServeMux
	// secret makes the tokens of forms; it is another at each start.
	secret [32]byte
}

// New makes the pages.
func New(c Config) (*Site, error) {
	s := &Site{
		Config: c, rulings: newMemory[*ruling.Ruling](64), strips: newMemory[[]decide.Stretch](256), backtests: newMemory[*report.Document](16), studies: newMemory[*studied](16),
		readings: newMemory[*reading](16), originals: newMemory[[]byte](16),
		mux: http.NewServeMux(),
	}
	if s.Log == nil {
		s.Log = slog.New(slog.DiscardHandler)
	}
	_, _ = rand.Read(s.secret[:]) // it never fails
	var err error
	if s.assets, err = loadAssets(); err != nil {
		return nil, err
	}
	if s.pages, err = s.parse(); err != nil {
		return nil, err
	}
	s.form = newForms(c.Desk)
	s.laws = newLawIndex(c.Desk.Law, c.Scenarios)
	s.tale = sync.OnceValues(s.told)
	if s.world, err = loadWorld(); err != nil {
		return nil, err
	}
	s.routes()
	return s, nil
}

// routes names every address; README and the browser tests walk the same list.
func (s *Site) routes() {
	for pattern, view := range map[string]view{
		"GET /{$}":              s.start,
		"GET /decide":           s.kinds,
		"GET /decide/{kind}":    s.decide,
		"GET /who":              s.who,
		"GET /who/{id}":         s.subject,
		"GET /lists":            s.lists,
		"GET /law":              s.law,
		"GET /law/changes":      s.changes,
		"GET /law/timeline":     s.timeline,
		"GET /law/goods":        s.lawGoods,
		"GET /law/{id}":         s.provision,
		"GET /goods":            s.goods,
		"GET /states":           s.whoKeeps,
		"GET /states/{code}":    s.oneState,
		"GET /claims":           s.claims,
		"GET /claims/{id}":      s.claim,
		"GET /commitments":      s.promises,
		"GET /commitments/{id}": s.promise,
		"GET /drafts":           s.drafts,
		"POST /drafts":          s.drafts,
		"GET /drafts/backtest":  s.backtest,
		"GET /reading":          s.reading,
		"POST /reading":         s.reading,
		"GET /search":           s.search,
		"GET /story/july-2017":  s.story,
		"GET /gallery":          s.gallery,
		"GET /about":            s.about,
		"GET /api":              s.reference,
		"GET /{rest...}":        s.missing,
	} {
		s.mux.Handle(pattern, s.page(view))
	}
	s.workRoutes()
	s.doorRoutes()
	s.mux.HandleFunc("GET /goods/suggest", s.suggest)
	s.mux.HandleFunc("GET /who/suggest", s.whoSuggest)
	s.mux.HandleFunc("POST /theme", s.setTheme)
	s.mux.HandleFunc("POST /who/batch", s.whoBatch)
	s.mux.Handle("GET /static/", s.assets)
	s.mux.HandleFunc("GET /favicon.ico", func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, s.assets.address("icon.svg"), http.StatusMovedPermanently)
	})
}

// workRoutes names the addresses of the daily work.
func (s *Site) workRoutes() {
	for pattern, x := range map[string]struct {
		tab  string
		view func(*working) (*answer, error)
	}{
		"GET /work":                   {"/work", s.workQueue},
		"GET /work/cases/{id}":        {"/work", s.workCase},
		"POST /work/cases/{id}":       {"/work", s.workCase},
		"GET /work/suppressions":      {"/work/suppressions", s.suppressions},
		"GET /work/licences":          {"/work/licences", s.workLicences},
		"GET /work/licences/new":      {"/work/licences", s.newLicence},
		"POST /work/licences/new":     {"/work/licences", s.newLicence},
		"GET /work/licences/{id}":     {"/work/licences", s.workLicence},
		"POST /work/licences/{id}":    {"/work/licences", s.workLicence},
		"GET /work/quality":           {"/work/quality", s.workQuality},
		"POST /work/quality":          {"/work/quality", s.workQuality},
		"GET /work/watchlists":        {"/work/watchlists", s.watchlists},
		"GET /work/watchlists/{base}": {"/work/watchlists", s.watchlist},
		"GET /work/jobs":              {"/work/jobs", s.jobs},
		"POST /work/jobs":             {"/work/jobs", s.jobs},
		"GET /work/audit":             {"/work/audit", s.audit},
		"POST /work/audit":            {"/work/audit", s.audit},
		"GET /work/audit/{seq}":       {"/work/audit", s.auditEntry},
		"GET /work/keys":              {"/work/keys", s.workKeys},
		"POST /work/keys":             {"/work/keys", s.workKeys},
		"GET /work/people":            {"/work/people", s.people},
		"POST /work/people":           {"/work/people", s.people},
		"GET /work/people/{id}":       {"/work/people", s.person},
		"POST /work/people/{id}":      {"/work/people", s.person},
		"GET /work/settings":          {"/work/settings", s.settings},
		"POST /work/settings":         {"/work/settings", s.settings},
	} {
		s.mux.Handle(pattern, s.page(s.atWork(x.tab, x.view)))
	}
	s.fileRoutes()
	s.mux.HandleFunc("POST /work/as", s.playAs)
}

// ServeHTTP serves one page.
func (s *Site) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	secure(w.Header())
	s.mux.ServeHTTP(w, r)
}

// secure sets what every answer carries: nothing but our own files, no frames,
// no address passed on.
func secure(h http.Header) {
	h.Set("Content-Security-Policy", "default-src 'none'; style-src 'self'; script-src 'self'; font-src 'self'; img-src 'self'; "+
		"connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'")
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Referrer-Policy", "no-referrer")
	h.Set("Cross-Origin-Opener-Policy", "same-origin")
	h.Set("Cross-Origin-Resource-Policy", "same-origin")
	h.Set("Permissions-Policy", "camera=(), geolocation=(), microphone=()")
}

// state gives the name of a state from its code.
func (s *Site) state(code string) string {
	st, err := s.Desk.Places.ParseState(code)
	if err != nil {
		return code
	}
	return s.Desk.Places.Name(st)
}

// known refuses parameters that a page does not know.
func known(r *http.Request, names ...string) error { return knownIn(r.URL.Query(), names...) }

func knownIn(given url.Values, names ...string) error {
	for name, values := range given {
		ok := false
		for _, n := range names {
			ok = ok || n == name
		}
		if !ok {
			return fault.New(fault.Usage, "this page has no parameter %q", name).WithFix("leave it out of the address")
		}
		if len(values) > 1 {
			return fault.New(fault.Usage, "the parameter %q stands twice in the address", name).WithFix("keep one of them")
		}
	}
	return nil
}

// readForm reads a form that was sent, and no more than max bytes of it.
func readForm(r *http.Request, max int64) error {
	r.Body = http.MaxBytesReader(nil, r.Body, max)
	err := r.ParseForm() // by itself, since ParseMultipartForm hides that a form without files is too large
	if err == nil {
		err = r.ParseMultipartForm(max) // in memory whole, as it is bounded
	}
	if errors.Is(err, http.ErrNotMultipart) {
		err = nil
	}
	if err != nil {
		return formFault(err, max)
	}
	return nil
}

// formFault says why a form was not taken.
func formFault(err error, max int64) error {
	var tooLarge *http.MaxBytesError
	if errors.As(err, &tooLarge) {
		return fault.New(fault.TooLarge, "the form is larger than %d bytes", max).WithFix("send less, or use the command line")
	}
	return fault.New(fault.Invalid, "the form cannot be read: %v", err)
}
