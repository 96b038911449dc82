package web

import (
	"cmp"
	"net/http"
	"slices"
	"strconv"

	"github.com/cordon-engine/cordon/internal/claim"
	"github.com/cordon-engine/cordon/internal/fault"
	"github.com/cordon-engine/cordon/internal/law"
	"github.com/cordon-engine/cordon/internal/when"
)

// startPage is the first page: what can be asked, how old what is known is, and what changed lately.
type startPage struct {
	Lists       []ListState
	NoScreening bool
	Stock       []stock
	// Unfit is the number of lists that nothing may be screened against.
	Unfit      int
	Verified   int
	Provisions int
	Recent     []changeDay
	Statements []claimCard
}

// stock is one row of the state of the data.
type stock struct {
	What, Address, Count string
	// Newest is the day of the newest of it, Checked that on which it was last compared with its source; NoDay for unknown.
	Newest, Checked when.Day
	// Wrong says why it must not be relied on; "" for nothing.
	Wrong string
}

// recentDays is how many days of change the start page shows, recentClaims how many statements.
const (
	recentDays   = 3
	recentClaims = 4
)

func (s *Site) start(r *http.Request) (*answer, error) {
	if err := known(r); err != nil {
		return nil, err
	}
	page := &startPage{NoScreening: s.Screener == nil}
	var err error
	if page.Lists, err = s.loaded(r); err != nil {
		return nil, err
	}
	s.stockOfLists(page)
	s.stockOfLaw(page)
	if err := s.stockOfFacts(r, page); err != nil {
		return nil, err
	}
	days := byDay(law.Changes(s.Desk.Law.Provisions()))
	today := s.Today()
	days = slices.DeleteFunc(days, func(d changeDay) bool { return d.Day > today })
	slices.SortStableFunc(days, func(a, b changeDay) int { return cmp.Compare(b.Day, a.Day) })
	page.Recent = days[:min(recentDays, len(days))]
	return &answer{template: "start", title: "Sanctions law, applied", body: page}, nil
}

func (s *Site) stockOfLists(page *startPage) {
	for _, l := range page.Lists {
		x := stock{What: l.Title, Address: "/lists", Count: plural(l.Subjects, "subject"), Newest: l.Published, Checked: l.Checked, Wrong: l.Stale}
		if x.Wrong == "" && l.Error != "" {
			x.Wrong = "the last try to renew it failed"
		}
		if l.Stale != "" {
			page.Unfit++
		}
		page.Stock = append(page.Stock, x)
	}
}

func (s *Site) stockOfLaw(page *startPage) {
	for _, g := range s.Desk.Law.Regimes {
		x := stock{What: g.Title, Address: "/law?regime=" + g.ID, Newest: when.NoDay, Checked: when.NoDay}
		n := 0
		for _, in := range g.Instruments {
			n += len(in.Provisions)
			x.Newest = max(x.Newest, in.Adopted)
			for _, p := range in.Provisions {
				page.Provisions++
				if p.Verified {
					page.Verified++
				}
			}
		}
		x.Count = plural(n, "provision")
		page.Stock = append(page.Stock, x)
	}
}

// stockOfFacts adds what is known of states; a server without it has no such rows.
func (s *Site) stockOfFacts(r *http.Request, page *startPage) error {
	c, err := s.conduct(r.Context())
	if fault.CodeOf(err) == fault.Unavailable {
		return nil
	}
	if err != nil {
		return err
	}
	l := c.desk.Ledger
	list := slices.Clone(l.Claims())
	published := func(x *claim.Claim) when.Day {
		if p := l.SourceOf(x).Published; claim.Given(p) {
			return p.To
		}
		return when.NoDay
	}
	slices.SortStableFunc(list, func(a, b *claim.Claim) int { return cmp.Compare(published(b), published(a)) })
	claims := stock{What: "What is said of states", Address: "/claims", Count: plural(len(list), "claim"), Newest: when.NoDay, Checked: when.NoDay}
	for i, x := range list {
		if i == 0 {
			claims.Newest = published(x)
		}
		if i < recentClaims {
			page.Statements = append(page.Statements, s.cardOf(l, x))
		}
	}
	figures := stock{What: "Trade and other figures", Address: "/states", Count: plural(len(c.desk.Records), "figure"), Newest: when.NoDay, Checked: when.NoDay}
	for i := range c.desk.Records {
		figures.Newest = max(figures.Newest, c.desk.Records[i].Period.To)
	}
	events := stock{What: "Events", Address: "/commitments", Count: plural(len(c.Events), "event"), Newest: when.NoDay, Checked: when.NoDay}
	for i := range c.Events {
		events.Newest = max(events.Newest, c.Events[i].Legal().To)
	}
	page.Stock = append(page.Stock, claims, figures, events)
	return nil
}

// plural writes a count with thousands apart.
func plural(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	text := strconv.Itoa(n)
	for i := len(text) - 3; i > 0; i -= 3 {
		text = text[:i] + "," + text[i:]
	}
	return text + " " + what + "s"
}

// age says how long ago a day was.
func (s *Site) age(d when.Day) string {
	switch n := int(s.Today() - d); {
	case n < 0:
		return "still to come"
	case n == 0:
		return "today"
	case n == 1:
		return "yesterday"
	case n < 60:
		return strconv.Itoa(n) + " days ago"
	case n < 730:
		return strconv.Itoa(n/30) + " months ago"
	default:
		return strconv.Itoa(n*100/36525) + " years ago"
	}
}
