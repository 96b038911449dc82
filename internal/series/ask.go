package series

import (
	"context"
	"slices"
	"strings"

	"github.com/cordon-engine/cordon/internal/fault"
	"github.com/cordon-engine/cordon/internal/goods"
	"github.com/cordon-engine/cordon/internal/place"
	"github.com/cordon-engine/cordon/internal/record"
	"github.com/cordon-engine/cordon/internal/when"
)

// Ask picks records in the words of people; what is empty picks all.
type Ask struct {
	// Series are series, or readings of them: comtrade, comtrade@2.
	Series []string
	// Reporter is a state that reports or that it is about, or an agency; Partner a state, or "world".
	Reporter, Partner string
	Measure, Kind     string
	// Period is some time that figures are for, Goods an HS code with what is below it, or a word of the description.
	Period, Goods string
}

// Picker is an Ask that was read. The zero value picks all.
type Picker struct {
	ids              []ID
	reporter         place.State
	by               string
	partner          place.State
	world            bool
	measure          record.Measure
	kind             record.Kind
	hasMeasure       bool
	hasKind, hasTime bool
	period           when.Period
	code             goods.Code
	words            string
}

// Read reads what is asked. A word that names nothing is an error at its field.
func (f Ask) Read(places *place.Gazetteer) (p Picker, err error) {
	for _, s := range f.Series {
		id, err := ParseID(s)
		if err != nil {
			return p, fault.In(fault.Place{Field: "series"}, err)
		}
		p.ids = append(p.ids, id)
	}
	if f.Reporter != "" {
		if s, ok := places.FindState(f.Reporter); ok {
			p.reporter = s
		} else {
			p.by = strings.ToLower(f.Reporter)
		}
	}
	if p.world = strings.EqualFold(f.Partner, "world"); f.Partner != "" && !p.world {
		if p.partner, err = places.ParseState(f.Partner); err != nil {
			return p, fault.In(fault.Place{Field: "partner"}, err)
		}
	}
	if p.hasMeasure = f.Measure != ""; p.hasMeasure {
		if p.measure, err = record.ParseMeasure(f.Measure); err != nil {
			return p, fault.In(fault.Place{Field: "measure"}, err)
		}
	}
	if p.hasKind = f.Kind != ""; p.hasKind {
		if p.kind, err = record.ParseKind(f.Kind); err != nil {
			return p, fault.In(fault.Place{Field: "kind"}, err)
		}
	}
	if p.hasTime = f.Period != ""; p.hasTime {
		if p.period, err = when.Parse(f.Period); err != nil {
			return p, fault.In(fault.Place{Field: "period"}, err)
		}
	}
	if f.Goods != "" {
		if code, err := goods.ParseCode(f.Goods); err == nil {
			p.code = code
		} else {
			p.words = strings.ToLower(f.Goods)
		}
	}
	return p, nil
}

// Reading reports whether a reading is picked.
func (p *Picker) Reading(m Meta) bool {
	return len(p.ids) == 0 || slices.ContainsFunc(p.ids, func(id ID) bool {
		return id.Series == m.Series && (id.Number == 0 || id.Number == m.Number)
	})
}

// Record reports whether a record is picked.
func (p *Picker) Record(r *record.Record) bool {
	return (p.reporter == 0 || r.Reporter == p.reporter || r.Subject == p.reporter) &&
		(p.by == "" || strings.Contains(strings.ToLower(r.By), p.by)) &&
		(p.partner == 0 || r.Partner == p.partner) && (!p.world || r.World) &&
		(!p.hasMeasure || r.Measure == p.measure) && (!p.hasKind || r.Kind == p.kind) &&
		(!p.hasTime || r.Period.Overlaps(p.period)) &&
		(p.code.IsZero() || !r.Code.IsZero() && r.Code.Within(p.code)) &&
		(p.words == "" || strings.Contains(strings.ToLower(r.Commodity), p.words))
}

// Readings gives the readings that are picked; a series or reading that is not
// there is an error, not an empty list.
func (p *Picker) Readings(ctx context.Context, store Store) ([]Meta, error) {
	all, err := store.Snapshots(ctx)
	if err != nil {
		return nil, err
	}
	for _, id := range p.ids {
		if !slices.ContainsFunc(all, func(m Meta) bool { return m.Series == id.Series && (id.Number == 0 || id.Number == m.Number) }) {
			var names []string
			for _, m := range all {
				names = append(names, m.ID.String())
			}
			return nil, fault.New(fault.NotFound, "there is no series or reading %s", strings.TrimSuffix(id.String(), "@0")).
				WithFix("there are: %s", strings.Join(names, ", "))
		}
	}
	return slices.DeleteFunc(all, func(m Meta) bool { return !p.Reading(m) }), nil
}

// Trace gives every reading of the record that a name means, with where each is from: kotra@1/2013-cn-share, or the last
// part alone; fault.NotFound when there is none.
func Trace(ctx context.Context, store Store, what string) ([]record.Record, []Meta, error) {
	in, name, scoped := strings.Cut(what, "/")
	var p Picker
	if !scoped {
		name = in
	} else {
		id, err := ParseID(in)
		if err != nil {
			return nil, nil, err
		}
		p.ids = append(p.ids, id)
	}
	metas, err := p.Readings(ctx, store)
	if err != nil {
		return nil, nil, err
	}
	var found []record.Record
	var of []Meta
	for _, meta := range metas {
		if err := store.Each(ctx, meta.ID, func(r *record.Record) error {
			if r.Name() == name {
				found, of = append(found, *r), append(of, meta)
			}
			return nil
		}); err != nil {
			return nil, nil, err
		}
	}
	if len(found) == 0 {
		return nil, nil, fault.New(fault.NotFound, "there is no record %q", what).WithFix("`cordon records list` names all")
	}
	return found, of, nil
}
