package ofac

import (
	"context"
	"errors"
	"io"
	"strconv"
	"strings"

	"github.com/cordon-engine/cordon/internal/fault"
	"github.com/cordon-engine/cordon/internal/publication"
	"github.com/cordon-engine/cordon/internal/subject"
	"github.com/cordon-engine/cordon/internal/xmlstream"
)

// xmlDoc is what the three XML forms have in common: one file, read element
// by element.
type xmlDoc struct {
	in    *publication.Input
	t     *publication.Tally
	file  string
	taken numbers
	to    targets
}

// readXML opens the file and gives it to read.
func readXML(in *publication.Input, t *publication.Tally, read func(*xmlDoc, *xmlstream.Reader) error) error {
	if len(in.Files) != 1 {
		return fault.New(fault.Invalid, "this form is one file, but %d were given", len(in.Files))
	}
	file := in.Files[0]
	at := fault.Place{File: file.Name}
	src, err := open(file)
	if err != nil {
		return fault.In(at, err)
	}
	defer src.Close()
	d := &xmlDoc{in: in, t: t, file: file.Name, taken: numbers{}, to: targets{}}
	if err := read(d, xmlstream.NewReader(src)); err != nil {
		return fault.In(at, err)
	}
	if len(d.taken) == 0 {
		return fault.New(fault.Invalid, "the list is empty").At(at)
	}
	d.to.report(t, d.taken)
	return nil
}

func (d *xmlDoc) at(line int) fault.Place { return fault.Place{File: d.file, Line: line} }

// walk goes through the document. Elements for which take gives true have been
// read; those in enter are entered; all others are unknown.
func (d *xmlDoc) walk(ctx context.Context, x *xmlstream.Reader, root string, enter map[string]bool,
	take func(tok xmlstream.Token, parent string) (bool, error),
) error {
	parent := ""
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
		if err := ctx.Err(); err != nil {
			return err
		}
		if x.Depth() == 1 {
			if tok.Name != root {
				return fault.New(fault.Invalid, "the root element is <%s>, not <%s>", tok.Name, root).At(d.at(tok.Line))
			}
			continue
		}
		if x.Depth() == 2 {
			parent = ""
		}
		if x.Depth() == 2 && enter[tok.Name] {
			parent = tok.Name
			continue
		}
		done, err := take(tok, parent)
		if err != nil {
			return err
		}
		if !done {
			d.t.Odd(publication.UnknownElement, strings.TrimPrefix(parent+"/"+tok.Name, "/"), d.at(tok.Line))
			if _, err := x.Subtree(tok); err != nil {
				return err
			}
		}
	}
}

// begin opens the entry of a number; nil when it is refused.
func (d *xmlDoc) begin(n *xmlstream.Node, ref string) (*entry, error) {
	at := d.at(n.Line)
	d.t.Seen("entry")
	id, ok := number(ref)
	switch {
	case !ok:
		d.t.Refuse("entry", at, ref, "it has no number")
		return nil, nil
	case d.taken.has(id):
		d.t.Refuse("entry", at, ref, "the number stands twice")
		return nil, nil
	}
	return newEntry(d.in, d.t, at, id), nil
}

// finish emits the entry. It reports what of it nobody asked for.
func (d *xmlDoc) finish(e *entry, n *xmlstream.Node) error {
	if len(e.s.Names) == 0 {
		d.t.Refuse("entry", e.at, e.l.Reference, "it has no name")
		return nil
	}
	id, _ := number(e.l.Reference)
	if err := d.taken.add(id); err != nil {
		return err
	}
	n.Unused(func(path string, line int) {
		d.t.Odd(publication.UnknownElement, n.Name+"/"+path, d.at(line))
	})
	d.t.Handled("entry")
	return d.t.Emit(&e.rec)
}

func parseClassic(ctx context.Context, in *publication.Input, t *publication.Tally, _ string) error {
	return readXML(in, t, func(d *xmlDoc, x *xmlstream.Reader) error {
		stated := false
		err := d.walk(ctx, x, "sdnList", nil, func(tok xmlstream.Token, _ string) (bool, error) {
			if tok.Name != "sdnEntry" && tok.Name != "publshInformation" {
				return false, nil
			}
			n, err := x.Subtree(tok)
			if err != nil {
				return true, err
			}
			if tok.Name == "sdnEntry" {
				return true, d.classic(n)
			}
			stated = true
			return true, d.publishInformation(n)
		})
		if err == nil && !stated {
			err = fault.New(fault.Invalid, "the list does not say when it was published and how many entries it has")
		}
		return err
	})
}

// publishInformation reads the day and the number of entries; the element is
// misspelt in the publication.
func (d *xmlDoc) publishInformation(n *xmlstream.Node) error {
	stamp := n.Get("Publish_Date")
	day := subject.Date{Text: stamp}
	if f := strings.Split(stamp, "/"); len(f) == 3 && len(f[2]) == 4 {
		day = publication.Date(d.t, f[2]+"-"+pad(f[0])+"-"+pad(f[1]), d.at(n.Line))
	}
	count, err := strconv.Atoi(n.Get("Record_Count"))
	if err != nil || count < 0 || !day.Known {
		return fault.New(fault.Invalid, "the list says it is of %q and has %q entries", stamp, n.Get("Record_Count")).
			At(d.at(n.Line))
	}
	d.t.Published(publication.Published{At: day, Stamp: stamp, Count: count})
	return nil
}

func pad(s string) string {
	if len(s) == 1 {
		return "0" + s
	}
	return s
}

func text(n *xmlstream.Node, name string) string { return publication.Line(n.Get(name)) }

// classic reads one <sdnEntry>.
func (d *xmlDoc) classic(n *xmlstream.Node) error {
	e, err := d.begin(n, n.Get("uid"))
	if e == nil {
		return err
	}
	e.schema(text(n, "sdnType"))
	e.name(twoPart(text(n, "lastName"), text(n, "firstName")), "")
	e.property("position", text(n, "title"), "", "")
	for _, p := range n.Child("programList").All("program") {
		e.programmes(publication.Line(p.Text()))
	}
	for _, a := range n.Child("akaList").All("aka") {
		a.Get("uid")
		name := twoPart(text(a, "lastName"), text(a, "firstName"))
		switch c := text(a, "category"); c {
		case "weak":
			name.Weak = true
		case "strong", "":
		default:
			d.t.Odd(publication.UnknownElement, "category of alias "+c, d.at(a.Line))
		}
		e.name(name, text(a, "type"))
	}
	e.classicVessel(n.Child("vesselInfo"))
	e.classicDates(n)
	for _, i := range n.Child("idList").All("id") {
		i.Get("uid")
		f := &feature{
			label: text(i, "idType"), value: text(i, "idNumber"), country: text(i, "idCountry"),
			issued: text(i, "issueDate"), expires: text(i, "expirationDate"),
		}
		if !e.take(f) {
			e.unknown("idType", f)
		}
	}
	for _, a := range n.Child("addressList").All("address") {
		e.classicAddress(a)
	}
	if r := n.Get("remarks"); r != "" {
		e.remarks(publication.Line(r), false)
		e.remarksText(r)
	}
	return d.finish(e, n)
}

func (e *entry) classicVessel(v *xmlstream.Node) {
	for _, c := range [...]struct{ element, label string }{
		{"callSign", "Vessel Call Sign"},
		{"vesselType", "Vessel Type"},
		{"tonnage", "Vessel Tonnage"},
		{"grossRegisteredTonnage", "Vessel Gross Registered Tonnage"},
		{"vesselFlag", "Vessel Flag"},
		{"vesselOwner", "Vessel Owner"},
	} {
		if s := text(v, c.element); s != "" {
			e.take(&feature{label: c.label, value: s})
		}
	}
}

// classicDates reads the lists of birth dates, birth places, nationalities and
// citizenships.
func (e *entry) classicDates(n *xmlstream.Node) {
	for _, c := range [...]struct{ list, item, value, label string }{
		{"dateOfBirthList", "dateOfBirthItem", "dateOfBirth", "DOB"},
		{"placeOfBirthList", "placeOfBirthItem", "placeOfBirth", "POB"},
		{"nationalityList", "nationality", "country", "nationality"},
		{"citizenshipList", "citizenship", "country", "citizen"},
	} {
		for _, i := range n.Child(c.list).All(c.item) {
			i.Get("uid")
			i.Get("mainEntry") // the main one stands first
			e.take(&feature{label: c.label, value: text(i, c.value)})
		}
	}
}

func (e *entry) classicAddress(a *xmlstream.Node) {
	a.Get("uid")
	country := text(a, "country")
	var lines []string
	for _, tag := range []string{"address1", "address2", "address3"} {
		if s := text(a, tag); s != "" {
			lines = append(lines, s)
		}
	}
	ad := subject.Address{
		Street: strings.Join(lines, ", "), City: text(a, "city"), Region: text(a, "stateOrProvince"),
		PostalCode: text(a, "postalCode"), CountryText: country, Country: e.country(country),
	}
	if ad != (subject.Address{}) {
		e.s.Addresses = append(e.s.Addresses, ad)
	}
}
