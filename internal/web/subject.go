package web

import (
	"cmp"
	"context"
	"html/template"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"unicode"

	"github.com/cordon-engine/cordon/internal/fault"
	"github.com/cordon-engine/cordon/internal/report"
	"github.com/cordon-engine/cordon/internal/ruling"
	"github.com/cordon-engine/cordon/internal/screen"
	"github.com/cordon-engine/cordon/internal/screening"
	"github.com/cordon-engine/cordon/internal/snapshot"
	"github.com/cordon-engine/cordon/internal/subject"
	"github.com/cordon-engine/cordon/internal/when"
)

// tiers are the words of pages for the tiers of a screening.
var tiers = map[screening.Tier]string{
	screening.TierListed: "listed", screening.TierOwned: "owned_or_controlled", screening.TierMaybeOwned: "may_be_owned",
	screening.TierControlled: "controlled", screening.TierNamed: "named_in_report", screening.TierFormer: "former",
	screening.TierUncertain: "uncertain",
}

// TierOf gives the tier of a [Hit] or [Suggestion]. A subject whose listings had
// not begun on the day is "not_yet", never "former".
func TierOf(t screening.Tier, list []snapshot.Status) string {
	if t == screening.TierFormer && !slices.ContainsFunc(list, func(s snapshot.Status) bool { return s.Standing != snapshot.NotYet }) {
		return "not_yet"
	}
	return tiers[t]
}

// tierSign gives the verdict whose shape and colour stand for a tier.
func tierSign(tier string) ruling.Verdict {
	return map[string]ruling.Verdict{
		"listed": ruling.Prohibited, "owned_or_controlled": ruling.NeedsApproval, "may_be_owned": ruling.Judgement,
		"controlled": ruling.Reportable, "former": ruling.Exempt, "not_yet": ruling.Exempt, "uncertain": ruling.Incomplete,
		"named_in_report": ruling.Incomplete, "red_flag": ruling.Incomplete,
	}[tier]
}

// outcomeSign gives the verdict whose shape and colour stand for an outcome.
func outcomeSign(outcome string) ruling.Verdict {
	v, ok := map[string]ruling.Verdict{"match": ruling.Prohibited, "possible": ruling.NeedsApproval, "suppressed": ruling.Exempt, "clear": ruling.Permitted}[outcome]
	if !ok {
		return ruling.Incomplete
	}
	return v
}

// NameOf gives a name with the language tag and direction of its script, by its
// first letter. Latin has no tag: it is the script of many languages.
func NameOf(name string) Name {
	for _, r := range name {
		switch {
		case unicode.Is(unicode.Hangul, r):
			return Name{name, "ko", false}
		case unicode.Is(unicode.Han, r):
			return Name{name, "zh", false}
		case unicode.In(r, unicode.Hiragana, unicode.Katakana):
			return Name{name, "ja", false}
		case unicode.Is(unicode.Arabic, r):
			return Name{name, "ar", true}
		case unicode.Is(unicode.Hebrew, r):
			return Name{name, "he", true}
		case unicode.Is(unicode.Cyrillic, r):
			return Name{name, "ru", false}
		case unicode.IsLetter(r):
			return Name{Text: name}
		}
	}
	return Name{Text: name}
}

// subjectPage is a subject with its standing on a day.
type subjectPage struct {
	ID, Kind, Tier string
	Caption        Name
	// Day is the day of the standing, Sentence how the law stands on it.
	Day      when.Day
	Sentence string
	Standing []template.HTML
	// Dates and Errors are the field for another day; Days those worth a look.
	Dates    dates
	Errors   []fieldError
	Days     []dayLink
	Names    []nameGroup
	Numbers  []report.Number
	About    []report.Described
	Listings []listingRow
	Owners   []string
	Related  []relatedLine
	Same     []relatedLine
	Events   []report.Event
	Holdings *holdings
	// Effects are what the law of the day says of what is most often planned with a listed one; NoEffect why that cannot be told.
	Effects  []effect
	NoEffect string
	Sources  []snapshot.Meta
}

// dayLink leads to the standing on a day.
type dayLink struct {
	Day     when.Day
	Text    string
	Address string
	Now     bool
}

// nameGroup are the names of one kind.
type nameGroup struct {
	Kind  string
	Names []listedName
}

type listedName struct {
	Name
	Weak bool
	Note string
}

// listingRow is one listing with its standing on the day.
type listingRow struct {
	snapshot.Status
	Sign ruling.Verdict
}

// relatedLine is a statement about another subject; Address is empty where no
// loaded list has it.
type relatedLine struct{ Text, Name, Address string }

func whoAddress(id string) string { return "/who/" + url.PathEscape(id) }

func (s *Site) subject(r *http.Request) (*answer, error) {
	if to := renamed(r, "date", "as_of"); to != "" {
		return &answer{location: to}, nil
	}
	if err := known(r, "as_of", "figure", "format"); err != nil {
		return nil, err
	}
	if s.Screener == nil {
		return nil, errNoLists
	}
	id := r.PathValue("id")
	typed := strings.TrimSpace(r.URL.Query().Get("as_of"))
	day, wrong := s.dayTyped(typed)
	l, err := s.Screener.Subject(r.Context(), id, day)
	if err != nil {
		return nil, err
	}
	page := s.subjectPage(l, day)
	a := &answer{template: "subject", title: l.Caption, body: page, cite: s.citeOf(l, day), dated: &dated{asOf: day, known: when.NoDay, pinned: true}, forms: map[string]form{
		"json": func() (*answer, error) { return asJSON(report.Subject(l, day)) },
		"csv": func() (*answer, error) {
			if h := page.Holdings; h != nil && r.URL.Query().Get("figure") == "ownership" {
				return asCSV(func() ([][]string, error) { return h.stakeRows(), nil })()
			}
			return asCSV(func() ([][]string, error) { return listingRows(page.Listings), nil })()
		},
	}}
	if page.Tier == "listed" || page.Tier == "owned_or_controlled" {
		ship, imo := shipOf(l, page.Numbers)
		if page.Effects, page.NoEffect, err = s.effectsOf(plannedWith(l.Caption, imo, ship), l.ID, day); err != nil {
			return nil, err
		}
	}
	if page.Holdings, err = s.holdingsOf(r.Context(), l, day); err != nil {
		return nil, err
	}
	if h := page.Holdings; h != nil {
		d := drawing{ID: "ownership", Title: l.Caption + ": who owns or controls whom, " + day.Long(), Notes: []string{holdingsNote}, SVG: h.SVG, Height: h.Height}
		a.forms["svg"], h.File = s.drawn(r, a, []drawing{d}), d.file(r)
	}
	if wrong != nil {
		page.Errors = []fieldError{{"f-as-of", "As of", plain(wrong)}}
		a.refuse(page.Errors)
	}
	page.Dates = datesOf(map[string]string{"as_of": typed}, page.Errors, "as_of")
	return a, nil
}

// shipOf reports whether somebody listed is a ship, and gives its IMO numbers.
func shipOf(l *screen.Life, numbers []report.Number) (ship bool, imo []string) {
	ship = l.Schema == subject.Vessel
	for _, n := range numbers {
		if ship && n.Kind == "IMO number" {
			imo = append(imo, n.Value)
		}
	}
	return ship, imo
}

// errNoLists is the fault of every question that needs lists where there are none.
var errNoLists = fault.New(fault.Unavailable, "nothing was screened: this server was started without lists").
	WithFix("load lists with `cordon lists pull un`, and start it anew")

// dayTyped reads a day that somebody typed; today for none, and beside an error.
func (s *Site) dayTyped(typed string) (when.Day, error) {
	if typed == "" {
		return s.Today(), nil
	}
	p, err := readDate(typed)
	if err == nil && !p.Exact() {
		err = fault.New(fault.Invalid, "%q is not one day", typed).WithFix("write it as 2017-10-01, or 1 October 2017")
	}
	if err != nil {
		return s.Today(), err
	}
	return p.From, nil
}

func (s *Site) subjectPage(l *screen.Life, day when.Day) *subjectPage {
	page := &subjectPage{
		ID: l.ID, Kind: report.SchemaWord(l.Schema), Tier: TierOf(l.Tier, l.Statuses), Caption: NameOf(l.Caption), Day: day,
		Sentence: report.TierSentence(l.Tier, day), Names: namesOfLife(l), Numbers: report.Numbers(l.Records, s.state),
		About: report.Describe(l.Records, s.state), Events: report.Events(l), Sources: l.Sources,
	}
	for _, st := range l.Statuses {
		page.Standing = append(page.Standing, s.linked(report.StandingSentence(st, day)))
		page.Listings = append(page.Listings, listingRow{st, standingSign(st.Standing)})
	}
	for _, o := range l.Owners {
		page.Owners = append(page.Owners, report.OwnershipSentence(o))
	}
	page.Days = s.daysOf(l, day)
	page.Related, page.Same = relations(l), same(l)
	return page
}

func standingSign(st snapshot.Standing) ruling.Verdict {
	switch st {
	case snapshot.Listed:
		return ruling.Prohibited
	case snapshot.NotYet, snapshot.Delisted:
		return ruling.Exempt
	}
	return ruling.Incomplete
}

// listingRows gives the listings of a subject as a table.
func listingRows(list []listingRow) [][]string {
	rows := [][]string{{"authority", "reference", "standing", "programmes", "listed", "seen_in"}}
	for _, x := range list {
		rows = append(rows, []string{x.Listing.Authority, x.Listing.Reference, string(x.Standing), strings.Join(x.Listing.Programmes, "; "), x.From.String(), x.Seen.String()})
	}
	return rows
}

// citeOf is the line by which the standing can be cited and found again.
func (s *Site) citeOf(l *screen.Life, day when.Day) string {
	var from []string
	for _, m := range l.Sources {
		from = append(from, m.ID.String()+", published "+m.Published.Long()+", content "+m.Content[:min(12, len(m.Content))])
	}
	return "“" + l.Caption + "” (" + l.ID + "), as of " + day.Long() + ", from " + strings.Join(from, "; ") + "; Cordon " + s.Versions.Program + "."
}

var nameKinds = []struct {
	kind  subject.NameKind
	title string
}{{subject.Primary, "Name"}, {subject.Original, "In the original script"}, {subject.Alias, "Also called"}, {subject.Former, "Formerly"}}

// namesOfLife groups the names by kind, each once, the main ones first.
func namesOfLife(l *screen.Life) []nameGroup {
	var out []nameGroup
	seen := map[string]bool{}
	for _, k := range nameKinds {
		g := nameGroup{Kind: k.title}
		for _, r := range l.Records {
			for i := range r.Subject.Names {
				n := &r.Subject.Names[i]
				if n.Kind != k.kind || seen[n.Full] {
					continue
				}
				seen[n.Full] = true
				name := NameOf(n.Full)
				if n.Lang != "" {
					name.Lang = n.Lang
				}
				g.Names = append(g.Names, listedName{name, n.Weak, n.Note})
			}
		}
		if len(g.Names) > 0 {
			out = append(out, g)
		}
	}
	return out
}

// maxDays is how many days are offered beside the field.
const maxDays = 6

// daysOf gives the days on which the standing changes, and today.
func (s *Site) daysOf(l *screen.Life, day when.Day) []dayLink {
	byDay := map[when.Day]string{}
	for _, st := range l.Statuses {
		if st.From.Known {
			byDay[st.From.Period.From] = "listed by " + st.Listing.Authority
			byDay[st.From.Period.From-1] = "the day before"
		}
		if st.Off.To != when.NoDay {
			byDay[st.Off.To] = "no longer listed by " + st.Listing.Authority
		}
	}
	byDay[s.Today()] = "today"
	var days []when.Day
	for d := range byDay {
		days = append(days, d)
	}
	slices.Sort(days)
	var out []dayLink
	for _, d := range days[max(0, len(days)-maxDays):] {
		out = append(out, dayLink{d, byDay[d], whoAddress(l.ID) + "?" + url.Values{"as_of": {d.String()}}.Encode(), d == day})
	}
	return out
}

func relations(l *screen.Life) []relatedLine {
	caption := func(id, text string) string {
		if id == l.ID {
			return l.Caption
		}
		return cmp.Or(l.Related[id], text, id)
	}
	var all []subject.Relation
	for _, r := range l.Records {
		all = append(all, r.Relations...)
	}
	var out []relatedLine
	for _, x := range append(all, l.Mentions...) {
		line := relatedLine{Text: report.RelationSentence(x, caption)}
		for _, id := range []string{x.From, x.To} {
			if name := l.Related[id]; name != "" {
				line.Name, line.Address = name, whoAddress(id)
			}
		}
		if !slices.Contains(out, line) {
			out = append(out, line)
		}
	}
	return out
}

func same(l *screen.Life) []relatedLine {
	var out []relatedLine
	for _, m := range l.Same {
		other := m.A
		if other == l.ID {
			other = m.B
		}
		line := relatedLine{Text: m.Reason, Name: other}
		if name := l.Related[other]; name != "" {
			line.Name, line.Address = name+" ("+other+")", whoAddress(other)
		}
		out = append(out, line)
	}
	return out
}

// maxSuggested is how many subjects are suggested while a name is typed, and
// maxTyped how many bytes of it count.
const (
	maxSuggested = 8
	maxTyped     = 200
)

// suggestion is a subject that a name being typed may mean.
type suggestion struct {
	Suggestion
	Kind, Address string
	// Also is the name that was found, where it is not the main one.
	Also *Name
}

type suggestedPage struct {
	Typed string
	List  []suggestion
	More  int
	// Said tells who cannot see the list what is in it.
	Said string
}

// suggested gives the subjects that have names as typed.
func (s *Site) suggested(ctx context.Context, typed string) (*suggestedPage, error) {
	found, err := s.Screener.Suggest(ctx, typed, maxSuggested)
	if err != nil {
		return nil, err
	}
	page := &suggestedPage{Typed: typed, More: found.More}
	for _, x := range found.List {
		y := suggestion{Suggestion: x, Kind: report.SchemaWord(x.Schema), Address: whoAddress(x.ID)}
		if x.Name != x.Caption {
			name := NameOf(x.Name)
			y.Also = &name
		}
		page.List = append(page.List, y)
	}
	return page, nil
}

// whoSuggest gives the piece of a page with the subjects whose names begin as
// typed.
func (s *Site) whoSuggest(w http.ResponseWriter, r *http.Request) {
	page := &suggestedPage{Typed: strings.TrimSpace(r.URL.Query().Get("name"))}
	if s.Screener != nil && page.Typed != "" && len(page.Typed) <= maxTyped {
		found, err := s.suggested(r.Context(), page.Typed)
		if err != nil {
			http.Error(w, "no suggestions", http.StatusInternalServerError)
			return
		}
		page.List, page.More = found.List, found.More
	}
	switch n := len(page.List) + page.More; n {
	case 0:
		page.Said = "No name begins so"
	case 1:
		page.Said = "1 subject"
	default:
		page.Said = strconv.Itoa(n) + " subjects"
	}
	body, err := s.fragment("suggestions", page)
	if err != nil {
		http.Error(w, "no suggestions", http.StatusInternalServerError)
		return
	}
	s.send(w, r, "text/html; charset=utf-8", http.StatusOK, body)
}
