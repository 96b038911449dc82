package yente

import (
	"net/http"
	"net/url"

	"github.com/cordon-engine/cordon/internal/entity"
)

// lookUp finds the entity of the path. If its id was merged into another, the client
// is sent there, and sent is true.
func (a *API) lookUp(w http.ResponseWriter, r *http.Request, m *Moment, rest string) (d entity.Doc, sent bool, err error) {
	id := r.PathValue("id")
	d, merged, ok := m.find(id)
	switch {
	case !ok:
		return d, false, &refusal{http.StatusNotFound, "No such entity!"}
	case merged:
		to := "/entities/" + url.PathEscape(d.ID()) + rest
		if r.URL.RawQuery != "" {
			to += "?" + r.URL.RawQuery
		}
		w.Header().Set("Location", to)
		w.WriteHeader(http.StatusPermanentRedirect)
		return d, true, nil
	}
	return d, false, nil
}

func (a *API) entity(w http.ResponseWriter, r *http.Request) error {
	p := readParameters(r)
	nested := p.truth("nested", true)
	if p.err != nil {
		return p.err
	}
	m, err := a.Take(r.Context())
	if err != nil {
		return err
	}
	defer m.Release()
	d, sent, err := a.lookUp(w, r, m, "")
	if sent || err != nil {
		return err
	}
	b := d.JSON()
	if nested {
		if b, err = d.Nested(nil); err != nil {
			return err
		}
	}
	return send(w, append(b, '\n'))
}

// adjacent answers what is beside an entity, under all properties or one.
func (a *API) adjacent(w http.ResponseWriter, r *http.Request) error {
	p := readParameters(r)
	limit, offset := p.number("limit", usualLimit, 0, MaxLimit), p.number("offset", 0, 0, MaxOffset)
	orders := p.texts("sort")
	if p.err != nil {
		return p.err
	}
	var sort func([]entity.Doc)
	if len(orders) > 0 {
		by, err := sorting(orders)
		if err != nil {
			return err
		}
		sort = func(docs []entity.Doc) {
			list := make([]found, len(docs))
			for i := range docs {
				list[i].doc = docs[i]
			}
			by(list)
			for i := range list {
				docs[i] = list[i].doc
			}
		}
	}
	m, err := a.Take(r.Context())
	if err != nil {
		return err
	}
	defer m.Release()
	property, rest := r.PathValue("property"), "/adjacent"
	if property != "" {
		rest += "/" + url.PathEscape(property)
	}
	d, sent, err := a.lookUp(w, r, m, rest)
	if sent || err != nil {
		return err
	}
	list, ok, err := d.Adjacent(property, offset, limit, sort)
	switch {
	case err != nil:
		return err
	case !ok:
		return &refusal{http.StatusNotFound, "No such property, or it holds no entities: " + property}
	case property != "":
		return send(w, append(beside(nil, &list[0], limit, offset), '\n'))
	}
	b := append([]byte(`{"entity":`), d.JSON()...)
	b = append(b, `,"adjacent":{`...)
	for i := range list {
		if i > 0 {
			b = append(b, ',')
		}
		b = beside(append(quoted(b, list[i].Property), ':'), &list[i], limit, offset)
	}
	return send(w, append(window(append(b, '}'), limit, offset), '}', '\n'))
}

// beside appends a page of the entities under one property.
func beside(b []byte, x *entity.Beside, limit, offset int) []byte {
	b = append(b, `{"results":[`...)
	for i, e := range x.Page {
		if i > 0 {
			b = append(b, ',')
		}
		b = append(b, e...)
	}
	b = total(append(b, `],"total":`...), x.Total)
	return append(window(b, limit, offset), '}')
}
