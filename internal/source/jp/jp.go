// Package jp reads the list of those whose assets are frozen, of the Ministry of
// Finance of Japan, as a table of delimited text or a workbook of the same
// columns. Names, places and offices stand in Japanese and in English; both are
// kept, and the English name is the primary one, as the Japanese is a rendering of
// it. Years of eras and full-width digits are read; the words are kept beside.
package jp

import (
	"bytes"
	"context"
	"io"
	"strings"

	"golang.org/x/text/language"
	"golang.org/x/text/language/display"

	"github.com/cordon-engine/cordon/internal/fault"
	"github.com/cordon-engine/cordon/internal/publication"
	"github.com/cordon-engine/cordon/internal/subject"
	"github.com/cordon-engine/cordon/internal/tabular"
)

// Source is the publication.
func Source() publication.Source {
	return publication.Source{
		ID: "jp-mof", Authority: "JP", Title: "Asset freeze list of the Ministry of Finance of Japan",
		Homepage: "https://www.mof.go.jp/policy/international_policy/gaitame_kawase/gaitame/economic_sanctions/list.html",
		Shrink:   0.2,
		Formats: []publication.Format{
			{
				Name: "csv", Parse: parse, Seen: "the first entries of the table of 28 August 2026",
				Sniff: func(head []byte) bool {
					line, _, _ := bytes.Cut(publication.Head(head), []byte("\n"))
					return bytes.Contains(line, []byte("告示番号")) && bytes.Contains(line, []byte("番号"))
				},
			},
			{Name: "xlsx", Parse: parse, Sniff: func(head []byte) bool { return bytes.HasPrefix(head, []byte("PK\x03\x04")) }},
		},
	}
}

const (
	ja = "（日本語）"
	en = "（英語）"
)

// required are the columns without which this is not the list.
var required = []string{"番号", "告示日付", "個人・団体", "氏名" + ja, "氏名" + en, "生年月日"}

type parser struct {
	in     *publication.Input
	t      *publication.Tally
	file   string
	seen   map[string]bool
	states map[string]string // Japanese name to code
	// the entry being read
	at  fault.Place
	row *tabular.Row
	rec *subject.Record
}

func parse(ctx context.Context, in *publication.Input, t *publication.Tally) error {
	file := in.Files[0]
	src, err := file.OpenText()
	if err != nil {
		return err
	}
	defer src.Close()
	p := &parser{in: in, t: t, file: file.Name, seen: map[string]bool{}, states: japanese(in)}
	return fault.In(fault.Place{File: file.Name}, p.run(ctx, src))
}

// japanese gives the codes of the states by their Japanese names in the CLDR.
func japanese(in *publication.Input) map[string]string {
	out := map[string]string{}
	names := display.Regions(language.Japanese)
	for _, s := range in.Places.States() {
		if r, err := language.ParseRegion(s.String()); err == nil {
			out[names.Name(r)] = s.String()
		}
	}
	return out
}

func (p *parser) run(ctx context.Context, src io.Reader) error {
	r, err := tabular.Open(src, tabular.Options{File: p.file})
	if err != nil {
		return err
	}
	if err := r.Require(required...); err != nil {
		return err
	}
	place := func(line int) fault.Place { return fault.Place{File: p.file, Line: line} }
	err = r.Each(ctx, false, func(row *tabular.Row) error {
		p.at, p.row = place(row.Line), row
		p.t.Seen("list")
		return p.entry()
	}, func(bad *tabular.RowError) {
		p.t.Seen("list")
		p.t.Refuse("list", place(bad.Line), "", "%s", bad.Reason)
	})
	for _, column := range r.Unused() {
		p.t.Odd(publication.UnknownElement, "column "+column, place(1))
	}
	return err
}

func (p *parser) get(column string) string { return publication.Line(p.row.Get(column)) }

// entry reads one row.
func (p *parser) entry() error {
	number := plainText(p.row.Get("番号"))
	switch {
	case number == "":
		p.t.Refuse("list", p.at, p.get("氏名"+en), "it has no number")
		return nil
	case p.seen[number]:
		p.t.Refuse("list", p.at, number, "the number stands twice")
		return nil
	case p.get("氏名"+en) == "" && p.get("氏名"+ja) == "":
		p.t.Refuse("list", p.at, number, "it has no name")
		return nil
	}
	p.seen[number] = true
	id := p.in.List + ":" + number
	p.rec = &subject.Record{Subject: &subject.Subject{ID: id, Schema: p.schema()}, Listings: []subject.Listing{p.listing(id, number)}}
	p.names()
	p.person()
	p.addresses()
	p.rest()
	p.t.Handled("list")
	return p.t.Emit(p.rec)
}

func (p *parser) schema() subject.Schema {
	switch v := p.get("個人・団体"); v {
	case "個人":
		return subject.Person
	case "団体":
	default:
		p.t.Odd(publication.UnknownElement, "個人・団体="+v, p.at)
	}
	return subject.LegalEntity
}

// split parts a cell of several values.
func split(cell string) []string {
	var out []string
	for _, v := range strings.FieldsFunc(cell, func(r rune) bool { return r == ';' || r == '；' }) {
		if v = publication.Line(v); v != "" {
			out = append(out, v)
		}
	}
	return out
}

// names reads the names: English first, as it is what the Japanese renders.
func (p *parser) names() {
	s := p.rec.Subject
	kind := subject.Primary
	for _, lang := range []string{en, ja} {
		for _, v := range split(p.row.Get("氏名" + lang)) {
			s.Names = append(s.Names, named(v, kind, lang, false))
			kind = subject.Alias
		}
	}
	for _, c := range []struct {
		column string
		kind   subject.NameKind
		weak   bool
	}{{"別名・別称", subject.Alias, false}, {"旧称", subject.Former, false}, {"確定に十分でない別名", subject.Alias, true}} {
		for _, lang := range []string{en, ja} {
			for _, v := range split(p.row.Get(c.column + lang)) {
				s.Names = append(s.Names, named(v, c.kind, lang, c.weak))
			}
		}
	}
}

func named(v string, kind subject.NameKind, lang string, weak bool) subject.Name {
	n := subject.Name{Full: v, Kind: kind, Weak: weak}
	if lang == ja {
		n.Lang = "ja"
	}
	return n
}

func (p *parser) property(name, value, text string) {
	if value != "" {
		p.rec.Subject.Properties = append(p.rec.Subject.Properties, subject.Property{Name: name, Value: value, Text: text})
	}
}

func (p *parser) person() {
	s := p.rec.Subject
	if births := p.dates(p.row.Get("生年月日")); s.Schema == subject.Person {
		s.Births = births
	} else {
		for _, d := range births {
			p.property("incorporationDate", d.String(), "")
		}
	}
	for _, lang := range []string{en, ja} {
		for _, v := range split(p.row.Get("称号" + lang)) {
			p.property("title", v, "")
		}
		for _, v := range split(p.row.Get("役職" + lang)) {
			p.property("position", v, "")
		}
		for _, v := range split(p.row.Get("出生地" + lang)) {
			s.BirthPlaces = append(s.BirthPlaces, subject.Place{Text: v, Country: p.find(v[strings.LastIndex(v, ",")+1:])})
		}
	}
	english, japanese := split(p.row.Get("国籍"+en)), split(p.row.Get("国籍"+ja))
	if len(english) == 0 {
		english = japanese
	}
	for i, v := range english {
		text := v
		if len(japanese) == len(english) && japanese[i] != v {
			text += " (" + japanese[i] + ")"
		}
		if code := p.state(v); code != "" {
			p.property("nationality", code, text)
		} else {
			p.property("nationality", text, "")
		}
	}
	for _, c := range [][2]string{{"旅券番号", "passportNumber"}, {"身分証番号", "idNumber"}} {
		for _, v := range split(p.row.Get(c[0])) {
			s.Documents = append(s.Documents, subject.Document{Kind: c[1], Type: c[0], Number: plainText(v)})
		}
	}
}

// find gives the code of a state in either language, "" for none.
func (p *parser) find(name string) string {
	name = strings.TrimSpace(name)
	if code := p.states[name]; code != "" {
		return code
	}
	return p.in.MaybeState(p.t, name)
}

func (p *parser) state(name string) string {
	code := p.find(name)
	if code == "" {
		p.t.Odd(publication.UnknownState, name, p.at)
	}
	return code
}

// addresses reads the states and the rest of the addresses, which stand in columns
// of their own and are as many, or cannot be told which belongs to which.
func (p *parser) addresses() {
	for _, lang := range []string{en, ja} {
		states, rest := split(p.row.Get("住所・所在地（国）"+lang)), split(p.row.Get("住所・所在地（都市その他の情報）"+lang))
		if len(states) > 1 && len(rest) > 0 && len(states) != len(rest) {
			p.address(strings.Join(rest, "; "), strings.Join(states, "; "), "")
			continue
		}
		for i := range max(len(states), len(rest)) {
			full, state := "", ""
			if i < len(rest) {
				full = rest[i]
			}
			switch {
			case i < len(states):
				state = states[i]
			case len(states) == 1:
				state = states[0]
			}
			code := ""
			if state != "" {
				code = p.state(state)
			}
			p.address(full, state, code)
		}
	}
}

func (p *parser) address(full, state, code string) {
	s := p.rec.Subject
	s.Addresses = append(s.Addresses, subject.Address{Full: full, CountryText: state, Country: code})
}

// rest reads what stands in one language alone.
func (p *parser) rest() {
	p.property("unscId", plainText(p.row.Get("国連参照番号")), "")
	p.property("notes", p.get("その他の情報"), "")
}

// listing reads the notice. The day of listing is that of the notice; what the
// column "リスト掲載日" says is of the UN list, and stays a remark.
func (p *parser) listing(id, number string) subject.Listing {
	l := subject.Listing{ID: id, Subject: id, Authority: "JP", Reference: number, Tier: subject.Designated}
	l.Listed, l.Amended = p.notices(p.row.Get("告示日付"))
	if v := plainText(p.row.Get("区分")); v != "" {
		l.Programmes = []string{"区分 " + v}
	}
	for _, column := range []string{"告示番号", "リスト掲載日", "外務省告示情報"} {
		if v := p.get(column); v != "" && v != "（省略）" {
			l.Remarks = append(l.Remarks, column+": "+v)
		}
	}
	return l
}
