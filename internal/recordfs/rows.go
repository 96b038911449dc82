package recordfs

import (
	"bytes"
	"encoding/json"
	"time"

	"github.com/cordon-engine/cordon/internal/fault"
	"github.com/cordon-engine/cordon/internal/record"
	"github.com/cordon-engine/cordon/internal/series"
	"github.com/cordon-engine/cordon/internal/when"
)

// The rows as they stand in files. Their names must not change, and a field that is
// added must read as before when it is missing.

type metaRow struct {
	Series    string       `json:"series"`
	Number    int          `json:"number"`
	Title     string       `json:"title,omitempty"`
	Publisher string       `json:"publisher,omitempty"`
	Note      string       `json:"note,omitempty"`
	File      string       `json:"file,omitempty"`
	Format    string       `json:"format,omitempty"`
	SHA256    string       `json:"sha256,omitempty"`
	URL       string       `json:"url,omitempty"`
	Published string       `json:"published,omitempty"`
	Recorded  time.Time    `json:"recorded"`
	Content   string       `json:"content"`
	Rule      string       `json:"rule,omitempty"`
	Program   string       `json:"program,omitempty"`
	Rows      int          `json:"rows"`
	Handled   int          `json:"handled"`
	Refused   int          `json:"refused"`
	Blank     int          `json:"blank"`
	Refusals  []refusalRow `json:"refusals,omitempty"`
	LeftOff   int          `json:"refusals_left_off,omitempty"`
	Unused    []string     `json:"unused_columns,omitempty"`
}

type refusalRow struct {
	File   string `json:"file,omitempty"`
	Line   int    `json:"line,omitempty"`
	Column int    `json:"column,omitempty"`
	Item   int    `json:"item,omitempty"`
	Field  string `json:"field,omitempty"`
	Reason string `json:"reason"`
}

func rowOf(m series.Meta) metaRow {
	t := m.Tally
	r := metaRow{
		Series: m.Series, Number: m.Number, Title: m.Title, Publisher: m.Publisher, Note: m.Note, File: m.File, Format: m.Format,
		SHA256: m.SHA256, URL: m.URL, Recorded: m.Recorded, Content: m.Content, Rule: m.Rule, Program: m.Program,
		Rows: t.Rows, Handled: t.Handled, Refused: t.Refused, Blank: t.Blank, LeftOff: t.LeftOff, Unused: t.Unused,
	}
	if m.Published.From != when.NoDay {
		r.Published = m.Published.String()
	}
	for _, f := range t.Refusals {
		r.Refusals = append(r.Refusals, refusalRow{f.Place.File, f.Place.Line, f.Place.Column, f.Place.Item, f.Place.Field, f.Reason})
	}
	return r
}

func decodeMeta(b []byte) (series.Meta, error) {
	var r metaRow
	dec := json.NewDecoder(bytes.NewReader(b))
	dec.DisallowUnknownFields()
	if err := dec.Decode(&r); err != nil {
		return series.Meta{}, err
	}
	m := series.Meta{
		ID: series.ID{Series: r.Series, Number: r.Number}, Title: r.Title, Publisher: r.Publisher, Note: r.Note, File: r.File,
		Format: r.Format, SHA256: r.SHA256, URL: r.URL, Recorded: r.Recorded, Content: r.Content, Rule: r.Rule, Program: r.Program,
		Published: when.Period{From: when.NoDay, To: when.NoDay},
		Tally: record.Tally{
			Rows: r.Rows, Handled: r.Handled, Refused: r.Refused, Blank: r.Blank, LeftOff: r.LeftOff, Unused: r.Unused,
		},
	}
	if r.Published != "" {
		var err error
		if m.Published, err = when.Parse(r.Published); err != nil {
			return m, err
		}
	}
	for _, f := range r.Refusals {
		m.Tally.Refusals = append(m.Tally.Refusals, record.Refusal{
			Place: fault.Place{File: f.File, Line: f.Line, Column: f.Column, Item: f.Item, Field: f.Field}, Reason: f.Reason,
		})
	}
	return m, nil
}
