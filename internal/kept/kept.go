// Package kept is how every store writes down lists: what is known of snapshots
// and attempts as JSON, and raw files compressed and read back against their
// hash. So stores and backups of any engine hold the same bytes. It opens nothing
// and has no clock.
package kept

import (
	"encoding/json"
	"errors"
	"time"

	"github.com/cordon-engine/cordon/internal/fault"
	"github.com/cordon-engine/cordon/internal/publication"
	"github.com/cordon-engine/cordon/internal/snapshot"
	"github.com/cordon-engine/cordon/internal/subject"
	"github.com/cordon-engine/cordon/internal/when"
)

// Meta writes down what is known of a snapshot. A day beyond what can be written
// is an error.
func Meta(m snapshot.Meta) (string, error) {
	row := rowOf(m)
	if _, err := row.meta(); err != nil {
		return "", err
	}
	b, err := json.Marshal(row)
	return string(b), err
}

// ReadMeta reads what Meta wrote; fault.Unavailable when it cannot.
func ReadMeta(text string) (snapshot.Meta, error) {
	var r metaRow
	if err := json.Unmarshal([]byte(text), &r); err != nil {
		return snapshot.Meta{}, fault.Wrap(fault.Unavailable, err, "what is kept of a snapshot cannot be read")
	}
	return r.meta()
}

// Attempt writes down an attempt. One that is Same, and no other, has the text
// [Same] in it.
func Attempt(a snapshot.Attempt) (string, error) {
	b, err := json.Marshal(attemptRowOf(a))
	return string(b), err
}

// Same stands in the text of an attempt that confirmed a snapshot. No value can
// hold it, as the quotes within one are escaped.
const Same = `"same":true`

// ReadAttempt reads what Attempt wrote; fault.Unavailable when it cannot.
func ReadAttempt(text string) (snapshot.Attempt, error) {
	var r attemptRow
	if err := json.Unmarshal([]byte(text), &r); err != nil {
		return snapshot.Attempt{}, fault.Wrap(fault.Unavailable, err, "what is kept of an attempt cannot be read")
	}
	return r.attempt()
}

// The rows as they stand in the database. Their names must not change, and a
// field that is added must read as before when it is missing.

type metaRow struct {
	List      string       `json:"list"`
	Number    int          `json:"number"`
	Source    string       `json:"source"`
	Format    string       `json:"format"`
	Address   string       `json:"address,omitempty"`
	Files     []fileRow    `json:"files"`
	Published string       `json:"published"`
	Stamp     string       `json:"stamp,omitempty"`
	Undated   bool         `json:"undated,omitempty"`
	Recorded  time.Time    `json:"recorded"`
	Raw       string       `json:"raw"`
	Content   string       `json:"content"`
	Program   string       `json:"program"`
	Owner     string       `json:"owner,omitempty"`
	Expires   string       `json:"expires,omitempty"`
	Embedded  bool         `json:"embedded,omitempty"`
	Stated    string       `json:"stated,omitempty"`
	Circa     bool         `json:"stated_circa,omitempty"`
	Text      string       `json:"stated_text,omitempty"`
	Note      string       `json:"stated_note,omitempty"`
	Said      *string      `json:"stated_stamp,omitempty"` // where it is not Stamp
	Count     int          `json:"stated_count"`
	Subjects  int          `json:"subjects"`
	Listings  int          `json:"listings"`
	Relations int          `json:"relations"`
	Parts     []partRow    `json:"parts"`
	Refusals  []refusalRow `json:"refusals,omitempty"`
	LeftOff   int          `json:"refusals_left_off,omitempty"`
	Oddities  []oddityRow  `json:"oddities,omitempty"`
}

type fileRow struct {
	Name     string `json:"name"`
	Part     string `json:"part,omitempty"`
	SHA256   string `json:"sha256"`
	Size     int64  `json:"size"`
	ETag     string `json:"etag,omitempty"`
	Modified string `json:"modified,omitempty"`
}

type partRow struct {
	Name    string `json:"name"`
	Seen    int    `json:"seen"`
	Handled int    `json:"handled"`
	Loose   int    `json:"loose,omitempty"`
	Refused int    `json:"refused,omitempty"`
}

type placeRow struct {
	File   string `json:"file,omitempty"`
	Line   int    `json:"line,omitempty"`
	Column int    `json:"column,omitempty"`
	Item   int    `json:"item,omitempty"`
	Field  string `json:"field,omitempty"`
}

type refusalRow struct {
	Place  placeRow `json:"place"`
	Key    string   `json:"key,omitempty"`
	Reason string   `json:"reason"`
}

type oddityRow struct {
	Kind  string   `json:"kind"`
	What  string   `json:"what"`
	Count int      `json:"count"`
	First placeRow `json:"first"`
}

func rowOf(m snapshot.Meta) metaRow {
	r := metaRow{
		List: m.List, Number: m.Number, Source: m.Source, Format: m.Format, Address: m.Address, Published: m.Published.String(),
		Stamp: m.Stamp, Undated: m.Undated, Recorded: m.Recorded, Raw: m.Raw, Content: m.Content, Program: m.Program,
		Owner: m.Owner, Expires: m.Expires.String(), Embedded: m.Embedded, Count: m.Report.Published.Count,
		Circa: m.Report.Published.At.Circa, Text: m.Report.Published.At.Text, Note: m.Report.Published.At.Note,
		Subjects: m.Report.Subjects, Listings: m.Report.Listings, Relations: m.Report.Relations, LeftOff: m.Report.RefusalsLeftOff,
	}
	if at := m.Report.Published.At; at.Known {
		r.Stated = at.Period.String()
	}
	if p := m.Report.Published; p.Stamp != m.Stamp {
		r.Said = &p.Stamp
	}
	for _, f := range m.Files {
		r.Files = append(r.Files, fileRow(f))
	}
	for _, p := range m.Report.Parts {
		r.Parts = append(r.Parts, partRow(p))
	}
	for _, f := range m.Report.Refusals {
		r.Refusals = append(r.Refusals, refusalRow{placeRow(f.Place), f.Key, f.Reason})
	}
	for _, o := range m.Report.Oddities {
		r.Oddities = append(r.Oddities, oddityRow{o.Kind, o.What, o.Count, placeRow(o.First)})
	}
	return r
}

func (r metaRow) meta() (snapshot.Meta, error) {
	m := snapshot.Meta{
		ID: snapshot.ID{List: r.List, Number: r.Number}, Source: r.Source, Format: r.Format, Address: r.Address,
		Stamp: r.Stamp, Undated: r.Undated, Recorded: r.Recorded, Raw: r.Raw, Content: r.Content,
		Program: r.Program, Owner: r.Owner, Embedded: r.Embedded,
		Report: publication.Report{
			Published: publication.Published{Stamp: r.Stamp, Count: r.Count, At: subject.Date{Circa: r.Circa, Text: r.Text, Note: r.Note}},
			Subjects:  r.Subjects, Listings: r.Listings, Relations: r.Relations, RefusalsLeftOff: r.LeftOff,
		},
	}
	if r.Said != nil {
		m.Report.Published.Stamp = *r.Said
	}
	var err, err2 error
	if m.Published, err = day(r.Published); err == nil {
		m.Expires, err = day(r.Expires)
	}
	if at := &m.Report.Published.At; r.Stated != "" {
		at.Known = true
		at.Period, err2 = when.Parse(r.Stated)
	}
	if err = errors.Join(err, err2); err != nil {
		return m, fault.Wrap(fault.Unavailable, err, "what is kept of %s cannot be read", m.ID)
	}
	for _, f := range r.Files {
		m.Files = append(m.Files, snapshot.RawFile(f))
	}
	for _, p := range r.Parts {
		m.Report.Parts = append(m.Report.Parts, publication.Part(p))
	}
	for _, f := range r.Refusals {
		m.Report.Refusals = append(m.Report.Refusals, publication.Refusal{Place: fault.Place(f.Place), Key: f.Key, Reason: f.Reason})
	}
	for _, o := range r.Oddities {
		m.Report.Oddities = append(m.Report.Oddities, publication.Oddity{Kind: o.Kind, What: o.What, Count: o.Count, First: fault.Place(o.First)})
	}
	return m, nil
}

// day reads a day; none for "".
func day(s string) (when.Day, error) {
	if s == "" {
		return when.NoDay, nil
	}
	return when.ParseDay(s)
}

type attemptRow struct {
	List      string    `json:"list"`
	Source    string    `json:"source"`
	At        time.Time `json:"at"`
	Snapshot  int       `json:"snapshot,omitempty"`
	Same      bool      `json:"same,omitempty"`
	Published string    `json:"published,omitempty"`
	Stamp     string    `json:"stamp,omitempty"`
	Raw       string    `json:"raw,omitempty"`
	Code      string    `json:"code,omitempty"`
	Message   string    `json:"message,omitempty"`
}

func attemptRowOf(a snapshot.Attempt) attemptRow {
	return attemptRow{
		List: a.List, Source: a.Source, At: a.At, Snapshot: a.Snapshot, Same: a.Same, Published: a.Published.String(),
		Stamp: a.Stamp, Raw: a.Raw, Code: string(a.Code), Message: a.Message,
	}
}

func (r attemptRow) attempt() (snapshot.Attempt, error) {
	a := snapshot.Attempt{
		List: r.List, Source: r.Source, At: r.At, Snapshot: r.Snapshot, Same: r.Same,
		Stamp: r.Stamp, Raw: r.Raw, Code: fault.Code(r.Code), Message: r.Message,
	}
	var err error
	if a.Published, err = day(r.Published); err != nil {
		err = fault.Wrap(fault.Unavailable, err, "an attempt to load %s cannot be read", r.List)
	}
	return a, err
}
