package main

import (
	"context"
	"os"
	"path/filepath"

	"github.com/cordon-engine/cordon/internal/fault"
	"github.com/cordon-engine/cordon/internal/law"
	"github.com/cordon-engine/cordon/internal/mention"
	"github.com/cordon-engine/cordon/internal/place"
	"github.com/cordon-engine/cordon/internal/read"
	"github.com/cordon-engine/cordon/internal/report"
	"github.com/cordon-engine/cordon/internal/screen"
	"github.com/cordon-engine/cordon/internal/screening"
	"github.com/cordon-engine/cordon/internal/snapshot"
	"github.com/cordon-engine/cordon/internal/when"
)

// links leads what a document names to the lists, the law, goods and ships.
func (m *Main) links(dir string, noLists bool, r *read.Reader, res *read.Result, l lawNumbers) (out []read.Link, err error) {
	if noLists {
		return r.Links(res, nil, l)
	}
	err = m.readingWith(dir, func(ctx context.Context, store snapshot.Store, places *place.Gazetteer) error {
		d, err := m.openScreen(ctx, store, dir, 0)
		if err != nil {
			return err
		}
		defer d.Close()
		out, err = r.Links(res, &listDesk{d, places, m.today()}, l)
		return err
	})
	return out, err
}

// listDesk is the matching engine as reading asks it.
type listDesk struct {
	desk   *screen.Desk
	places *place.Gazetteer
	today  when.Day
}

var schemaNamed = map[mention.Kind]string{mention.Person: "Person", mention.Organisation: "Organization", mention.Vessel: "Vessel"}

// Look screens one party on the day of the document, or today.
func (l *listDesk) Look(n read.Named) ([]read.Listing, error) {
	p := screen.Party{"schema": {schemaNamed[n.Kind]}}
	if n.Name != "" {
		p["name"] = []string{n.Name}
	}
	if n.IMO != "" {
		p["imo"] = []string{n.IMO}
	}
	if n.State != 0 && n.Kind != mention.Vessel {
		p["country"] = []string{n.State.String()}
	}
	in, _, err := p.Input(l.places)
	if err != nil {
		return nil, err
	}
	day := n.Day
	if day == when.NoDay {
		day = l.today
	}
	a := l.desk.Screen(screening.Query{Input: in, AsOf: day, Limit: 3})
	if a.Outcome == screening.NotScreened {
		return nil, fault.New(fault.Unavailable, "the names cannot be looked up: %s", a.Reason).WithFix("--no-lists reads without")
	}
	var out []read.Listing
	for i := range a.Hits {
		h := &a.Hits[i]
		outcome := l.desk.Outcome(h)
		if outcome == screening.Clear {
			continue
		}
		out = append(out, read.Listing{ID: h.ID, Caption: h.Caption, Standing: string(h.Tier), Match: outcome == screening.Match, Score: h.Score})
	}
	return out, nil
}

// lawNumbers finds instruments by the number that texts give them.
type lawNumbers struct{ law *law.Law }

// Instrument gives the instrument with a number, as "2371".
func (l lawNumbers) Instrument(number string) (name, title string, ok bool) {
	list, err := l.law.Named(number)
	if err != nil {
		return "", "", false
	}
	return list[0].Name, list[0].Title, true
}

// Provision gives the first provision of a paragraph.
func (l lawNumbers) Provision(number, paragraph string) (id, title string, ok bool) {
	list, err := l.law.Named(number)
	if err != nil {
		return "", "", false
	}
	for _, in := range list {
		for _, p := range in.Provisions {
			if p.Paragraph == paragraph {
				return p.ID, p.Title, true
			}
		}
	}
	return "", "", false
}

// writeProposed writes the proposals of a document as an instrument into a folder that `cordon commitments --book` reads. A file that is
// there and says otherwise is not touched.
func writeProposed(dir string, res *read.Result, places *place.Gazetteer) (id, file string, err error) {
	if len(res.Terms) == 0 {
		return "", "", fault.New(fault.NotFound, "the document proposes nothing that the table of acts knows").WithFix("leave --commitments out")
	}
	if res.Day == when.NoDay {
		return "", "", fault.New(fault.Usage, "a proposal needs the day on which it was made").WithFix("add --date DAY")
	}
	folder := filepath.Join(dir, report.ProposedRegime)
	if err := os.MkdirAll(folder, 0o755); err != nil {
		return "", "", fault.Wrap(fault.Unavailable, err, "the folder cannot be made")
	}
	if err := writeNew(filepath.Join(folder, "regime.yaml"), report.ProposedFolder(res.Terms[0].By[0]), true); err != nil {
		return "", "", err
	}
	id, b := report.WriteProposed(res, places)
	file = filepath.Join(folder, id+".yaml")
	return id, file, writeNew(file, b, false)
}

// writeNew writes a file that is not there. One with the same bytes is left; another is a conflict unless it may stay.
func writeNew(name string, b []byte, stays bool) error {
	f, err := os.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644)
	if os.IsExist(err) {
		old, err := os.ReadFile(name)
		if err == nil && (stays || string(old) == string(b)) {
			return nil
		}
		return fault.New(fault.Conflict, "%s is there and says otherwise", name).WithFix("remove it, or choose another folder")
	}
	if err != nil {
		return fault.Wrap(fault.Unavailable, err, "the file cannot be written")
	}
	if _, err := f.Write(b); err != nil {
		f.Close()
		os.Remove(name)
		return fault.Wrap(fault.Unavailable, err, "the file cannot be written")
	}
	return f.Close()
}
