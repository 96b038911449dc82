// Package load brings a publication into the store: whole and accounted for, or
// not at all.
//
// What it refuses leaves the snapshot before in force, and the attempt with its
// reason stays on record. It trusts no file: an error page, a file that is
// broken off, an empty list and a list that lost more of its subjects than its
// source allows are refused. It parses nothing itself, and it has no clock: the
// time is part of the request.
package load

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"hash/fnv"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/cordon-engine/cordon/internal/fault"
	"github.com/cordon-engine/cordon/internal/place"
	"github.com/cordon-engine/cordon/internal/publication"
	"github.com/cordon-engine/cordon/internal/snapshot"
	"github.com/cordon-engine/cordon/internal/subject"
	"github.com/cordon-engine/cordon/internal/when"
)

// MaxFile is the size of the largest file that is taken, in bytes.
const MaxFile = 8 << 30

// Loader loads lists into one store.
type Loader struct {
	Store  snapshot.Store
	Places *place.Gazetteer
	// Program is the version of Cordon, kept with every snapshot.
	Program string
}

// Request says what to load.
type Request struct {
	Source publication.Source
	// List is the name of the list to fill; the source's own unless given.
	List    string
	Files   []publication.File
	Mapping *publication.Mapping
	// Address is where the files were fetched; Validators what the server said
	// of each part.
	Address    string
	Validators map[string]Validators
	// Published is the day of publication for files that state none; NoDay if
	// the user states none either.
	Published when.Day
	// Shrunk accepts a list that lost more subjects than its source allows.
	Shrunk bool
	Now    time.Time
	// Progress is called now and then with the number of entries so far.
	Progress func(entries int)
}

// Result says what a load did.
type Result struct {
	Meta snapshot.Meta
	// Same is true when the content is that of a snapshot already there, which
	// Meta then is: nothing was added but the confirmation.
	Same bool
	// Before is the snapshot published before it, zero when there is none.
	Before snapshot.Meta
	// InForce is false when a newer publication is already loaded.
	InForce bool
	// Added, Removed and Changed count entries against Before.
	Added, Removed, Changed int
}

// Load loads one publication. The error is a fault; whatever it is, the store is
// as it was but for the record of the attempt.
func (l *Loader) Load(ctx context.Context, req Request) (*Result, error) {
	if req.List == "" {
		req.List = req.Source.ListName()
	}
	if err := snapshot.CheckList(req.List); err != nil {
		return nil, err
	}
	j := &job{Loader: l, req: req, attempt: snapshot.Attempt{List: req.List, Source: req.Source.ID, At: req.Now, Published: when.NoDay}}
	res, err := j.run(ctx)
	if err != nil {
		j.attempt.Code, j.attempt.Message = fault.CodeOf(err), err.Error()
	} else {
		j.attempt.Snapshot, j.attempt.Same = res.Meta.Number, res.Same
		j.attempt.Published, j.attempt.Stamp, j.attempt.Raw = j.meta.Published, j.meta.Stamp, j.meta.Raw
	}
	if kept := l.Store.Attempted(context.WithoutCancel(ctx), j.attempt); kept != nil && err == nil {
		return nil, kept
	}
	if err != nil {
		return nil, err
	}
	return res, nil
}

// job is one load under way.
type job struct {
	*Loader
	req     Request
	attempt snapshot.Attempt
	load    snapshot.Load
	meta    snapshot.Meta
	refs    references
	files   []publication.File // as kept
}

func (j *job) run(ctx context.Context) (*Result, error) {
	if len(j.req.Files) == 0 {
		return nil, fault.New(fault.Usage, "no file to load")
	}
	load, err := j.Store.Begin(ctx, j.req.List)
	if err != nil {
		return nil, err
	}
	defer load.Abort()
	j.load = load
	if err := j.keep(); err != nil {
		return nil, err
	}
	snaps, err := j.Store.Snapshots(ctx, j.req.List)
	if err != nil {
		return nil, err
	}
	if same, ok := find(snaps, func(m snapshot.Meta) bool { return m.Raw == j.meta.Raw }); ok {
		j.meta.Published, j.meta.Stamp = same.Published, same.Stamp
		return &Result{Meta: same, Same: true, InForce: same.ID == current(snaps).ID}, nil
	}
	if err := j.parse(ctx); err != nil {
		return nil, err
	}
	if j.meta.Content, err = load.Content(); err != nil {
		return nil, err
	}
	before := beforeOf(snaps, j.meta)
	if before.Number > 0 && before.Content == j.meta.Content {
		return &Result{Meta: before, Same: true, InForce: before.ID == current(snaps).ID}, nil
	}
	if err := j.check(before); err != nil {
		return nil, err
	}
	m, err := load.Commit(j.meta)
	if err != nil {
		return nil, err
	}
	res := &Result{Meta: m, Before: before, InForce: len(snaps) == 0 || snapshot.Later(m, current(snaps))}
	return res, j.count(ctx, res)
}

// keep stores the files as they are and makes the stored bytes what is parsed,
// so that what was read is what is kept.
func (j *job) keep() error {
	j.meta = snapshot.Meta{
		ID: snapshot.ID{List: j.req.List}, Source: j.req.Source.ID, Address: j.req.Address,
		Recorded: j.req.Now.UTC().Truncate(time.Second), Program: j.Program, Expires: when.NoDay, Published: when.NoDay,
	}
	if m := j.req.Mapping; m != nil {
		j.meta.Owner, j.meta.Expires = m.Owner, m.Expires
	}
	sum := sha256.New()
	for _, f := range j.req.Files {
		src, err := f.Open()
		if err != nil {
			return fault.In(fault.Place{File: f.Name}, err)
		}
		kept, err := j.load.Keep(f.Name, f.Part, &limited{src: src, left: MaxFile})
		src.Close()
		if err != nil {
			return fault.In(fault.Place{File: f.Name}, err)
		}
		v := j.req.Validators[f.Part]
		kept.ETag, kept.Modified = v.ETag, v.Modified
		j.meta.Files = append(j.meta.Files, kept)
		j.files = append(j.files, publication.File{
			Name: f.Name, Part: f.Part, Open: func() (io.ReadCloser, error) { return j.load.Kept(kept.SHA256) },
		})
		io.WriteString(sum, f.Part+"\x00"+kept.SHA256+"\x00")
	}
	if m := j.req.Mapping; m != nil {
		io.WriteString(sum, m.Fingerprint())
	}
	j.meta.Raw = hex.EncodeToString(sum.Sum(nil))
	return nil
}

// limited fails instead of reading more than a limit.
type limited struct {
	src  io.Reader
	left int64
}

func (l *limited) Read(p []byte) (int, error) {
	n, err := l.src.Read(p)
	if l.left -= int64(n); l.left < 0 {
		return 0, fault.New(fault.TooLarge, "the file is larger than %d bytes", int64(MaxFile))
	}
	return n, err
}

func (j *job) parse(ctx context.Context) error {
	format, err := j.format()
	if err != nil {
		return err
	}
	j.meta.Format = format.Name
	if format.Delta {
		if err := j.onTop(ctx); err != nil {
			return err
		}
	}
	t := publication.NewTally(j.put)
	in := &publication.Input{List: j.req.List, Files: j.files, Places: j.Places, Mapping: j.req.Mapping}
	if err := format.Parse(ctx, in, t); err != nil {
		return err
	}
	j.refs.report(t)
	report, err := t.Close()
	if err != nil {
		return fault.In(fault.Place{File: j.req.Files[0].Name}, err)
	}
	j.meta.Report = *report
	j.meta.Stamp = report.Published.Stamp
	switch at := report.Published.At; {
	case at.Known && at.Period.Exact():
		j.meta.Published = at.Period.From
	case j.req.Published != when.NoDay:
		j.meta.Published = j.req.Published
	default:
		y, m, d := j.meta.Recorded.Date()
		j.meta.Published, j.meta.Undated = when.Date(y, int(m), d), true
	}
	return nil
}

// onTop puts the files of the snapshot in force before those of a delta, which
// says only what changed since. The new snapshot has them all, so that it can be
// read again from what is kept.
func (j *job) onTop(ctx context.Context) error {
	now, err := j.Store.Snapshot(ctx, snapshot.ID{List: j.req.List})
	if fault.CodeOf(err) == fault.NotFound && err != nil {
		return fault.New(fault.Conflict, "this is a delta, and the list that it changes is not loaded").
			At(fault.Place{File: j.req.Files[0].Name}).WithFix("load the whole list first")
	}
	if err != nil {
		return err
	}
	var before []publication.File
	for _, f := range now.Files {
		before = append(before, publication.File{
			Name: f.Name, Part: f.Part, Open: func() (io.ReadCloser, error) { return j.Store.Raw(ctx, f.SHA256) },
		})
	}
	j.files = append(before, j.files...)
	j.meta.Files = append(slices.Clone(now.Files), j.meta.Files...)
	return nil
}

// format finds the format of the files from how the first of them begins.
func (j *job) format() (publication.Format, error) {
	f := j.files[0]
	at := fault.Place{File: f.Name}
	src, err := f.Open()
	if err != nil {
		return publication.Format{}, fault.In(at, err)
	}
	defer src.Close()
	head := make([]byte, 4096)
	n, err := io.ReadFull(src, head)
	if err != nil && !errors.Is(err, io.EOF) && !errors.Is(err, io.ErrUnexpectedEOF) {
		return publication.Format{}, fault.In(at, err)
	}
	head = bytes.TrimPrefix(head[:n], []byte("\xEF\xBB\xBF"))
	var names []string
	for _, format := range j.req.Source.Formats {
		if format.Sniff(head) {
			return format, nil
		}
		names = append(names, format.Name)
	}
	return publication.Format{}, notThis(head).At(at).
		WithFix("%s comes as %s", j.req.Source.ID, strings.Join(names, ", "))
}

// notThis says what a file is that is none of the formats of its source.
func notThis(head []byte) *fault.Error {
	lower := bytes.ToLower(bytes.TrimSpace(head))
	switch {
	case len(lower) == 0:
		return fault.New(fault.Invalid, "the file is empty")
	case lower[0] == '{' || lower[0] == '[':
		return fault.New(fault.Invalid, "this is JSON and not the list: it begins with %.80q", lower)
	case bytes.HasPrefix(lower, []byte("<!doctype html")), bytes.HasPrefix(lower, []byte("<html")):
		return fault.New(fault.Invalid, "this is a web page and not the list; it may say why the file was not served")
	}
	return fault.New(fault.Invalid, "the file is of no format of this source: it begins with %.60q", head)
}

func (j *job) put(r *subject.Record) error {
	j.refs.note(r)
	if n := j.load.Size(); j.req.Progress != nil && n%1000 == 0 {
		j.req.Progress(n)
	}
	return j.load.Put(snapshot.Key(r), r)
}

// check holds the new list against the one before it.
func (j *job) check(before snapshot.Meta) error {
	now, was := j.meta.Report.Subjects, before.Report.Subjects
	if now == 0 {
		return fault.New(fault.Invalid, "the list is empty").WithFix("an empty list is never taken; look at the file")
	}
	lost := 1 - float64(now)/float64(max(was, 1))
	if was > 0 && lost > j.req.Source.Shrink && !j.req.Shrunk {
		return fault.New(fault.Invalid, "the list has %d subjects where the one before (%s) has %d: %.0f %% fewer, and more than %.0f %% is not taken",
			now, before.ID, was, 100*lost, 100*j.req.Source.Shrink).
			WithFix("if the authority really removed them, load it with --accept-shrink")
	}
	return nil
}

// count counts what changed against the snapshot before.
func (j *job) count(ctx context.Context, r *Result) error {
	if r.Before.Number == 0 {
		r.Added = j.load.Size()
		return nil
	}
	for c, err := range snapshot.Diff(j.Store.Entries(ctx, r.Before.ID), j.Store.Entries(ctx, r.Meta.ID)) {
		switch {
		case err != nil:
			return err
		case c.Old == nil:
			r.Added++
		case c.New == nil:
			r.Removed++
		default:
			r.Changed++
		}
	}
	return nil
}

func find(snaps []snapshot.Meta, ok func(snapshot.Meta) bool) (snapshot.Meta, bool) {
	for _, m := range slices.Backward(snaps) {
		if ok(m) {
			return m, true
		}
	}
	return snapshot.Meta{}, false
}

// current gives the snapshot in force, zero when there is none.
func current(snaps []snapshot.Meta) snapshot.Meta {
	var best snapshot.Meta
	for _, m := range snaps {
		if best.Number == 0 || snapshot.Later(m, best) {
			best = m
		}
	}
	return best
}

// beforeOf gives the snapshot published last before or on the day of m.
func beforeOf(snaps []snapshot.Meta, m snapshot.Meta) snapshot.Meta {
	earlier := slices.DeleteFunc(slices.Clone(snaps), func(s snapshot.Meta) bool { return s.Published > m.Published })
	return current(earlier)
}

// references finds listings and relations that lead to no subject of the list,
// with eight bytes for each subject and the words only of what is still open.
type references struct {
	have  map[uint64]struct{}
	open  map[uint64]string
	lists map[string]struct{} // what stands before the colon of its own IDs
}

func (r *references) note(rec *subject.Record) {
	if r.have == nil {
		r.have, r.open, r.lists = map[uint64]struct{}{}, map[uint64]string{}, map[string]struct{}{}
	}
	if rec.Subject != nil {
		h := key64(rec.Subject.ID)
		r.have[h] = struct{}{}
		r.lists[listOf(rec.Subject.ID)] = struct{}{}
		delete(r.open, h)
	}
	for _, id := range snapshot.SubjectsOf(rec) {
		h := key64(id)
		if _, ok := r.have[h]; !ok {
			r.open[h] = id
		}
	}
}

func (r *references) report(t *publication.Tally) {
	for _, id := range r.open {
		what := publication.Unresolved
		if _, own := r.lists[listOf(id)]; !own {
			what = publication.Elsewhere
		}
		t.Odd(what, id, fault.Place{})
	}
}

// listOf gives what of an ID says which list it is of.
func listOf(id string) string {
	list, _, _ := strings.Cut(id, ":")
	return list
}

func key64(s string) uint64 {
	h := fnv.New64a()
	io.WriteString(h, s)
	return h.Sum64()
}
