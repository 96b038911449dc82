package eu

import (
	"context"
	"errors"
	"io"

	"github.com/cordon-engine/cordon/internal/fault"
	"github.com/cordon-engine/cordon/internal/publication"
	"github.com/cordon-engine/cordon/internal/xmlstream"
)

func parseXML(ctx context.Context, in *publication.Input, t *publication.Tally) error {
	file := in.Files[0]
	src, err := file.Open()
	if err != nil {
		return err
	}
	defer src.Close()
	p := &xmlParser{builder: builder{in, t}, file: file.Name, seen: map[string]bool{}}
	return fault.In(fault.Place{File: file.Name}, p.run(ctx, xmlstream.NewReader(src)))
}

type xmlParser struct {
	builder
	file string
	seen map[string]bool
}

func (p *xmlParser) run(ctx context.Context, x *xmlstream.Reader) error {
	for {
		tok, err := x.Next()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		if tok.Kind != xmlstream.Start {
			continue
		}
		at := fault.Place{File: p.file, Line: tok.Line}
		if x.Depth() == 1 {
			if tok.Name != "export" {
				return fault.New(fault.Invalid, "the root element is <%s>, not <export>", tok.Name).At(at)
			}
			for _, a := range tok.Attrs {
				switch a.Name {
				case "generationDate":
					p.t.Published(publication.Published{At: publication.Date(p.t, a.Value, at), Stamp: a.Value, Count: -1})
				case "globalFileId", "schemaLocation":
				default:
					p.t.Odd(publication.UnknownElement, "export@"+a.Name, at)
				}
			}
			continue
		}
		if err := ctx.Err(); err != nil {
			return err
		}
		n, err := x.Subtree(tok)
		if err != nil {
			return err
		}
		if n.Name != "sanctionEntity" {
			p.t.Odd(publication.UnknownElement, n.Name, at)
			continue
		}
		if err := p.entry(n, at); err != nil {
			return err
		}
	}
}

func (p *xmlParser) entry(n *xmlstream.Node, at fault.Place) error {
	const part = "sanctionEntity"
	p.t.Seen(part)
	e := read(n)
	e.at = at
	switch {
	case e.id == "":
		p.t.Refuse(part, at, e.reference, "it has no logical ID")
		return nil
	case p.seen[e.id]:
		p.t.Refuse(part, at, e.id, "the logical ID stands twice")
		return nil
	}
	rec, reason := p.build(e)
	if rec == nil {
		p.t.Refuse(part, at, e.id, "%s", reason)
		return nil
	}
	p.seen[e.id] = true
	n.Unused(func(path string, line int) {
		p.t.Odd(publication.UnknownElement, n.Name+"/"+path, fault.Place{File: p.file, Line: line})
	})
	p.t.Handled(part)
	return p.t.Emit(rec)
}

// attributes of each element that are kept. The logical ID, the language and
// the regulation of a part are known and left: the entry has its own.
var attributes = map[string][]string{
	"regulation": {"programme", "numberTitle", "publicationDate"},
	"nameAlias": {
		"firstName", "middleName", "lastName", "wholeName", "function", "gender", "title", "nameLanguage", "strong",
	},
	"birthdate": {
		"birthdate", "dayOfMonth", "monthOfYear", "year", "yearRangeFrom", "yearRangeTo", "circa", "calendarType",
		"zipCode", "region", "place", "city", "countryIso2Code", "countryDescription",
	},
	"address": {
		"city", "street", "poBox", "zipCode", "region", "place", "asAtListingTime", "countryIso2Code", "countryDescription",
	},
	"identification": {
		"number", "latinNumber", "nameOnDocument", "issuedBy", "issueDate", "issuedDate", "validFrom", "validTo", "region",
		"diplomatic", "knownExpired", "knownFalse", "reportedLost", "revokedByIssuer", "identificationTypeCode",
		"identificationTypeDescription", "countryIso2Code", "countryDescription",
	},
	"citizenship": {"region", "countryIso2Code", "countryDescription"},
}

var left = []string{"logicalId", "regulationLanguage", "regulationType", "organisationType", "entryIntoForceDate"}

// read gathers an entity.
func read(n *xmlstream.Node) *entity {
	e := &entity{
		id: n.Attr("logicalId"), reference: publication.Line(n.Attr("euReferenceNumber")),
		un: publication.Line(n.Attr("unitedNationId")), designated: n.Attr("designationDate"),
		details: publication.Line(n.Attr("designationDetails")),
	}
	if c := n.Child("subjectType"); c != nil {
		if e.kind = c.Attr("code"); e.kind == "" {
			e.kind = c.Attr("classificationCode")
		}
		c.Attr("classificationCode")
	}
	for _, c := range n.All("remark") {
		if v := publication.Line(c.Text()); v != "" {
			e.remarks = append(e.remarks, v)
		}
	}
	e.regulations, e.names, e.births = bags(n, "regulation"), bags(n, "nameAlias"), bags(n, "birthdate")
	e.addresses, e.documents, e.citizenships = bags(n, "address"), bags(n, "identification"), bags(n, "citizenship")
	return e
}

func bags(n *xmlstream.Node, name string) []bag {
	var out []bag
	for _, c := range n.All(name) {
		b := bag{}
		for _, a := range attributes[name] {
			if v := publication.Line(c.Attr(a)); v != "" {
				b[a] = v
			}
		}
		for _, a := range left {
			c.Attr(a)
		}
		c.Get("publicationUrl")
		for _, r := range c.All("regulationSummary") {
			for _, a := range []string{"regulationType", "publicationDate", "numberTitle", "publicationUrl"} {
				r.Attr(a)
			}
		}
		for tag, to := range map[string]string{"remark": "remark", "contactInfo": "contactInfo"} {
			for _, r := range c.All(tag) {
				v := publication.Line(r.Text())
				if key, value := r.Attr("key"), r.Attr("value"); key+value != "" {
					v = publication.Line(key + " " + value + " " + v)
				}
				if v != "" && b[to] != "" {
					v = b[to] + "; " + v
				}
				if v != "" {
					b[to] = v
				}
			}
		}
		out = append(out, b)
	}
	return out
}
