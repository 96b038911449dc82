package web

import (
	"context"
	"io/fs"
	"iter"
	"strings"
	"time"

	"github.com/cordon-engine/cordon/data"
	"github.com/cordon-engine/cordon/internal/match"
	"github.com/cordon-engine/cordon/internal/ownership"
	"github.com/cordon-engine/cordon/internal/place"
	"github.com/cordon-engine/cordon/internal/publication"
	"github.com/cordon-engine/cordon/internal/report"
	"github.com/cordon-engine/cordon/internal/screen"
	"github.com/cordon-engine/cordon/internal/screening"
	"github.com/cordon-engine/cordon/internal/snapshot"
	"github.com/cordon-engine/cordon/internal/snapshot/snapshottest"
	"github.com/cordon-engine/cordon/internal/subject"
	"github.com/cordon-engine/cordon/internal/when"
)

// deskPort is the port of the pages over a desk, as the command has it, with a
// list of made-up subjects in three versions.
type deskPort struct {
	desk   *screen.Desk
	store  snapshot.Store
	names  *screen.Names
	places *place.Gazetteer
	today  when.Day
}

func newDeskPort(places *place.Gazetteer, today when.Day) (*deskPort, error) {
	ctx := context.Background()
	p := &deskPort{store: new(snapshottest.Memory), places: places, today: today}
	for _, v := range listed() {
		if err := put(ctx, p.store, v.day, v.records); err != nil {
			return nil, err
		}
	}
	params, err := match.Load(data.FS, "matching")
	if err != nil {
		return nil, err
	}
	b, err := fs.ReadFile(data.FS, "ownership/rules.yaml")
	if err != nil {
		return nil, err
	}
	rules, err := ownership.ReadRules("rules.yaml", b)
	if err != nil {
		return nil, err
	}
	if p.desk, err = screen.Open(ctx, screen.Config{Store: p.store, Params: params, Rules: rules}); err != nil {
		return nil, err
	}
	p.names, err = screen.ReadNames(ctx, p.store)
	return p, err
}

type version struct {
	day     string
	records []*subject.Record
}

// listed gives the versions of the list: in the second the person has a passport
// and one name more, in the third the firm is gone.
func listed() []version {
	on := func(s string) subject.Date { return subject.On(when.On(snapshottest.Day(s))) }
	listing := func(id, ref, day string) []subject.Listing {
		return []subject.Listing{{
			ID: id, Subject: id, Authority: "UN", Reference: ref, Tier: subject.Designated, Programmes: []string{"Example programme"},
			Listed: on(day), Amended: []subject.Date{on("2018-02-01")},
		}}
	}
	names := []subject.Name{
		{Full: "Marvolo Quendrith", Kind: subject.Primary},
		{Full: "윤견본", Kind: subject.Original, Lang: "ko"},
		{Full: "عينة مثال", Kind: subject.Alias},
		{Full: "Квендрит", Kind: subject.Alias, Weak: true, Note: "as in one passport"},
	}
	person := &subject.Record{
		Subject: &subject.Subject{
			ID: "x:P.001", Schema: subject.Person, Names: names, Births: []subject.Date{{Period: when.Period{From: when.Date(1960, 1, 1), To: when.Date(1960, 12, 31)}, Known: true, Circa: true}},
			Addresses:  []subject.Address{{Street: "1 Example Street", City: "Exampleville", Country: "PL"}},
			Properties: []subject.Property{{Name: "nationality", Value: "KP"}, {Name: "position", Value: "Director of an example"}},
		},
		Listings: listing("x:P.001", "P.001", "2016-03-02"),
	}
	later := *person.Subject
	later.Names = append(append([]subject.Name{}, names...), subject.Name{Full: "Marvolo Quendrith of the Long and Winding Example Trading, Shipping and Insurance Consortium", Kind: subject.Former})
	later.Documents = []subject.Document{{Kind: "passportNumber", Number: "EX0123456", Country: "KP", Issued: on("2015-05-05")}}
	firm := &subject.Record{
		Subject:   &subject.Subject{ID: "x:E.002", Schema: subject.Company, Names: []subject.Name{{Full: "Quendrith Shipping", Kind: subject.Primary}}},
		Listings:  listing("x:E.002", "E.002", "2016-03-02"),
		Relations: []subject.Relation{{Kind: "Directorship", From: "x:P.001", To: "x:E.002", Role: "chairman"}},
	}
	ship := &subject.Record{
		Subject: &subject.Subject{
			ID: "x:IMO 9074729", Schema: subject.Vessel, Names: []subject.Name{{Full: "Quen Star", Kind: subject.Primary}},
			Documents: []subject.Document{{Kind: "imoNumber", Number: "9074729"}},
		},
		Listings:  listing("x:IMO 9074729", "IMO 9074729", "2017-10-03"),
		Relations: []subject.Relation{{Kind: "Ownership", From: "x:P.001", To: "x:IMO 9074729", ShareLow: 60, ShareHigh: 60}},
	}
	holding := &subject.Record{
		Subject:  &subject.Subject{ID: "x:E.003", Schema: subject.Company, Names: []subject.Name{{Full: "Exampleville Holding of the Seven Seas and the Long Coast", Kind: subject.Primary}}},
		Listings: listing("x:E.003", "E.003", "2016-03-02"),
		Relations: []subject.Relation{
			{Kind: "Ownership", From: "x:P.001", To: "x:E.003", ShareLow: 25, ShareHigh: 50},
			{Kind: "Ownership", From: "x:E.003", To: "x:IMO 9074729", ShareLow: 40, ShareHigh: 40, Until: on("2018-06-30")},
			{Kind: "Ownership", From: "x:E.003", ToText: "Example Canning"},
			{Kind: "Control", From: "x:E.003", To: "x:T.Alpha", Role: "names the board"},
		},
	}
	first := []*subject.Record{person, firm, ship, holding}
	for _, n := range strings.Fields("Alpha Bravo Charlie Delta Echo Foxtrot Golf Hotel India") {
		id := "x:T." + n
		first = append(first, &subject.Record{
			Subject:  &subject.Subject{ID: id, Schema: subject.Company, Names: []subject.Name{{Full: "Zorbatrade " + n, Kind: subject.Primary}}},
			Listings: listing(id, "T."+n, "2017-01-01"),
		})
	}
	second := append([]*subject.Record{{Subject: &later, Listings: person.Listings}}, first[1:]...)
	third := append([]*subject.Record{second[0]}, second[2:]...)
	return []version{{"2018-01-01", first}, {"2019-01-01", second}, {"2020-01-01", third}}
}

func put(ctx context.Context, s snapshot.Store, day string, records []*subject.Record) error {
	l, err := s.Begin(ctx, "x")
	if err != nil {
		return err
	}
	defer l.Abort()
	f, err := l.Keep("file", "", strings.NewReader(day))
	if err != nil {
		return err
	}
	for _, r := range records {
		if err := l.Put(snapshot.Key(r), r); err != nil {
			return err
		}
	}
	content, err := l.Content()
	if err != nil {
		return err
	}
	_, err = l.Commit(snapshot.Meta{
		Source: "test", Format: "f", Published: snapshottest.Day(day), Recorded: time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC), Content: content,
		Raw: f.SHA256, Files: []snapshot.RawFile{f}, Expires: when.NoDay, Report: publication.Report{Subjects: len(records)}, Program: "test",
	})
	return err
}

func (p *deskPort) day(d when.Day) when.Day {
	if d == when.NoDay {
		return p.today
	}
	return d
}

func (p *deskPort) Lists(ctx context.Context) ([]ListState, error) {
	states, err := p.store.Lists(ctx)
	if err != nil {
		return nil, err
	}
	var out []ListState
	for _, s := range states {
		c := s.Current
		out = append(out, ListState{
			ID: c.List, Title: "Example list (x)", Authority: "UN", Snapshot: c.ID.String(), Subjects: c.Report.Subjects, Published: c.Published,
			Checked: p.today, Hash: c.Content,
		})
	}
	return out, nil
}

func (p *deskPort) Screen(ctx context.Context, q Query) (Screening, error) {
	in := match.Input{Names: []match.Name{{Text: q.Name}}}
	query := screening.Query{Input: in, AsOf: p.day(q.AsOf), Threshold: p.desk.Params().Possible()}
	a := p.desk.Screen(query)
	out := Screening{Outcome: string(a.Outcome), Reason: a.Reason, More: a.More, Notes: a.Notes}
	var err error
	if out.Against, err = p.Lists(ctx); err != nil {
		return out, err
	}
	for i := range a.Hits {
		h := &a.Hits[i]
		x := Hit{ID: h.ID, Tier: TierOf(h.Tier, h.Statuses), Score: report.Score(h.Score)}
		for _, n := range h.Names {
			x.Names = append(x.Names, NameOf(n))
		}
		list, _, err := p.desk.Explain(query, h.ID)
		if err != nil {
			return out, err
		}
		for _, e := range list {
			x.Evidence = append(x.Evidence, Evidence{e.Words, e.Left, e.Right, e.Bits})
		}
		for _, st := range h.Statuses {
			l := Listing{Authority: st.Listing.Authority, Programme: strings.Join(st.Listing.Programmes, ", "), Reference: st.Listing.Reference, ListedOn: st.From.Period.From, DelistedOn: when.NoDay}
			if st.Standing == snapshot.Delisted {
				l.DelistedOn = st.Off.To
			}
			x.Listings = append(x.Listings, l)
		}
		out.Hits = append(out.Hits, x)
	}
	return out, nil
}

func (p *deskPort) Rows(ctx context.Context, rows iter.Seq2[screen.Row, error], asOf when.Day, out func(screen.Answered, report.AnswerJSON) error) error {
	b := screen.Batch{AsOf: p.day(asOf), Threshold: p.desk.Params().Possible(), Places: p.places}
	return p.desk.Run(ctx, b, rows, func(a screen.Answered) error {
		j := report.Answer(a.Answer, b.AsOf, p.desk.Params().ID(), func(*screening.Hit) string { return "" })
		j.Row = a.Row.Number
		return out(a, j)
	})
}

func (p *deskPort) Subject(ctx context.Context, id string, asOf when.Day) (*screen.Life, error) {
	return p.desk.Life(ctx, p.store, id, p.day(asOf))
}

func (p *deskPort) Suggest(_ context.Context, typed string, limit int) (Suggestions, error) {
	var out Suggestions
	var list []screen.Named
	list, out.More = p.names.Find(typed, limit)
	for _, n := range list {
		x, err := p.desk.Subject(n.ID, p.today)
		if err != nil {
			return out, err
		}
		out.List = append(out.List, Suggestion{n.ID, n.Caption, n.Name, n.Schema, TierOf(x.Tier, x.Statuses), []string{"UN"}})
	}
	return out, nil
}
