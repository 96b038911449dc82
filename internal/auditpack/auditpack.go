// Package auditpack makes and checks what is given to a regulator: a zip with answers,
// their questions, everything that they were made with, their entries in the log and
// the proofs that they are in it. It is checked without the store and without the
// network, against the public key of the log.
//
// docs/audit.md tells its form. It decides nothing about answers.
package auditpack

import (
	"archive/zip"
	"bytes"
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/cordon-engine/cordon/internal/answer"
	"github.com/cordon-engine/cordon/internal/fault"
	"github.com/cordon-engine/cordon/internal/ledger"
)

// The files that every package has.
const (
	manifestFile   = "package.txt"
	checkpointFile = "checkpoint.txt"
	keyFile        = "key.txt"
	readmeFile     = "README.txt"
)

const form = "cordon audit package 1"

const readme = `This is a package of answers that Cordon gave and kept.

answers/ID/question.json     what was asked, with every default in it
answers/ID/answer.json       what was answered, byte by byte
answers/ID/explanation.json  what is known of it beyond the answer, where there is more
answers/ID/kept.json         when, for whom (a pseudonym), under which versions, and the salt
answers/ID/entry.txt         its entry in the log, and proof.txt that it is there
answers/ID/notes/            what was done to it since: holds, packages; with entries and proofs
answers/ID/replay.json       whether the answer came out the same when this package was made
answers/ID/candidates.json   of a screening: who was weighed and stayed below the threshold
versions/                    the versions that answers name, as text
content/                     the files of those versions under their SHA-256: law, parameters, lists of the program
checkpoint.txt               the head of the log, signed
key.txt                      the public key of the log; compare it with the one that you were given
package.txt                  all files with their hashes, signed

To check it all without a network: cordon audit verify FILE.zip --key KEY
docs/audit.md of Cordon tells how to check it with other tools.
`

// Extra makes what is added to an answer for its reader, by name: the outcome of a
// replay, the candidates below the threshold.
type Extra func(*answer.Record) (map[string][]byte, error)

// Source is what a package is made from.
type Source interface {
	answer.Store
}

// Write writes a package of answers. signer signs the list of files; it is the key of
// the log. now stands in that list.
func Write(ctx context.Context, w io.Writer, s Source, signer *ledger.Signer, ids []string, now time.Time, extra Extra) error {
	p := packer{ctx: ctx, s: s, files: map[string][]byte{readmeFile: []byte(readme), keyFile: []byte(signer.Public().String() + "\n")}}
	signed, c, err := s.Checkpoint(ctx)
	if err != nil {
		return err
	}
	p.checkpoint, p.files[checkpointFile] = c, signed
	for _, id := range ids {
		if err := p.answer(id, extra); err != nil {
			return err
		}
	}
	if p.files[manifestFile], err = signer.SignText(p.manifest(now)); err != nil {
		return err
	}
	return p.zip(w, now)
}

type packer struct {
	ctx        context.Context
	s          Source
	checkpoint ledger.Checkpoint
	files      map[string][]byte
}

func (p *packer) manifest(now time.Time) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s\ntime %s\n", form, now.UTC().Format(time.RFC3339))
	for _, name := range slices.Sorted(maps.Keys(p.files)) {
		b.WriteString(Line(name, p.files[name]))
	}
	return b.String()
}

// Line gives the line of a file in the list of a package: its SHA-256, its size and its
// name.
func Line(name string, b []byte) string {
	return fmt.Sprintf("%x %d %s\n", sha256.Sum256(b), len(b), name)
}

func (p *packer) zip(w io.Writer, now time.Time) error {
	z := zip.NewWriter(w)
	for _, name := range slices.Sorted(maps.Keys(p.files)) {
		f, err := z.CreateHeader(&zip.FileHeader{Name: name, Method: zip.Deflate, Modified: now.UTC()})
		if err == nil {
			_, err = f.Write(p.files[name])
		}
		if err != nil {
			return fault.Wrap(fault.Unavailable, err, "the package cannot be written")
		}
	}
	if err := z.Close(); err != nil {
		return fault.Wrap(fault.Unavailable, err, "the package cannot be written")
	}
	return nil
}

// keptJSON is what is known of an answer besides its texts.
type keptJSON struct {
	ID       string    `json:"id"`
	Time     time.Time `json:"time"`
	Kind     string    `json:"kind"`
	Actor    string    `json:"actor"`
	Batch    string    `json:"batch"`
	Line     int       `json:"line"`
	Under    []string  `json:"under"`
	Versions string    `json:"versions"`
	Salt     string    `json:"salt"`
}

type noteJSON struct {
	Kind   string    `json:"kind"`
	Time   time.Time `json:"time"`
	Actor  string    `json:"actor"`
	Reason string    `json:"reason"`
	Salt   string    `json:"salt"`
}

func (p *packer) json(name string, v any) error {
	b, err := json.MarshalIndent(v, "", "  ")
	p.files[name] = append(b, '\n')
	return err
}

func (p *packer) answer(id string, extra Extra) error {
	r, err := p.s.Get(p.ctx, id)
	if err != nil {
		return err
	}
	if r.Erased {
		return fault.New(fault.Conflict, "the answer %s is erased and cannot be given out", id)
	}
	dir := "answers/" + id + "/"
	p.files[dir+"question.json"], p.files[dir+"answer.json"] = r.Question, r.Answer
	if len(r.Explanation) > 0 {
		p.files[dir+"explanation.json"] = r.Explanation
	}
	if err := p.json(dir+"kept.json", keptJSON{
		r.ID, r.Time, string(r.Kind), r.Actor, r.Batch, r.Line, append([]string{}, r.Under...), hex.EncodeToString(r.Versions[:]),
		hex.EncodeToString(r.Salt[:]),
	}); err != nil {
		return err
	}
	if err := p.prove(dir, r.Seq); err != nil {
		return err
	}
	for _, n := range r.Notes {
		at := dir + "notes/" + strconv.FormatInt(n.Seq, 10) + "/"
		if err := p.json(at+"note.json", noteJSON{string(n.Kind), n.Time, n.Actor, n.Reason, hex.EncodeToString(n.Salt[:])}); err != nil {
			return err
		}
		if err := p.prove(at, n.Seq); err != nil {
			return err
		}
	}
	if extra != nil {
		more, err := extra(&r)
		if err != nil {
			return err
		}
		for name, b := range more {
			p.files[dir+name] = b
		}
	}
	return p.versions(r.Versions)
}

func (p *packer) prove(dir string, seq int64) error {
	return p.s.View(p.ctx, func(r ledger.Reader) error {
		for e, err := range r.Entries(p.ctx, seq, seq+1) {
			if err != nil {
				return err
			}
			p.files[dir+"entry.txt"] = e.Text()
		}
		proof, err := ledger.Prove(p.ctx, r, p.checkpoint.Size, seq)
		if err != nil {
			return err
		}
		var b bytes.Buffer
		for _, h := range proof {
			fmt.Fprintf(&b, "%x\n", h[:])
		}
		p.files[dir+"proof.txt"] = b.Bytes()
		return nil
	})
}

func (p *packer) versions(id ledger.Hash) error {
	name := "versions/" + hex.EncodeToString(id[:]) + ".txt"
	if p.files[name] != nil {
		return nil
	}
	text, err := p.s.Content(p.ctx, id)
	if err != nil {
		return err
	}
	p.files[name] = text
	v, err := answer.ParseVersions(text)
	if err != nil {
		return err
	}
	for _, f := range v.Files {
		at := "content/" + hex.EncodeToString(f.SHA256[:])
		if p.files[at] != nil {
			continue
		}
		if p.files[at], err = p.s.Content(p.ctx, f.SHA256); err != nil {
			return err
		}
		if p.files[at] == nil {
			p.files[at] = []byte{}
		}
	}
	return nil
}

// Checked says what a check went through.
type Checked struct {
	// Key is the key that the package was signed with, and Given whether it is one
	// that the reader had from elsewhere.
	Key        ledger.Public
	Given      bool
	Made       time.Time
	Checkpoint ledger.Checkpoint
	Answers    []string
	Notes      int
	Files      int
}

// The bounds of a package that is read: files, and bytes of one and of all.
const (
	mostFiles = 100_000
	mostFile  = 64 << 20
	mostBytes = 1 << 30
)

// Check checks a package: the signature of its list against the key, every file against
// the list, every answer against its entry, every entry against the signed head of the
// log, and the files of versions against their names. key is the public key that the
// reader has from elsewhere; with the zero key the one in the package is taken, which
// shows that the package is whole, and not whose it is.
func Check(r io.ReaderAt, size int64, key ledger.Public) (Checked, error) {
	var out Checked
	files, err := unzip(r, size)
	if err != nil {
		return out, err
	}
	out.Given = key.Origin() != ""
	inside, err := ledger.ParsePublic(string(files[keyFile]))
	if err != nil {
		return out, at(keyFile, err)
	}
	if !out.Given {
		key = inside
	}
	if out.Key = key; inside.String() != key.String() {
		return out, at(keyFile, fault.New(fault.Conflict, "the package is of the key %s, and the key given is %s", inside, key))
	}
	if out.Made, err = checkManifest(files, key); err != nil {
		return out, err
	}
	out.Files = len(files)
	if out.Checkpoint, err = key.Open(files[checkpointFile]); err != nil {
		return out, at(checkpointFile, err)
	}
	c := checker{files: files, out: &out, used: map[string]bool{manifestFile: true, checkpointFile: true, keyFile: true, readmeFile: true}}
	return out, c.all()
}

func at(name string, err error) error { return fault.In(fault.Place{File: name}, err) }

// unzip reads all files, within bounds.
func unzip(r io.ReaderAt, size int64) (map[string][]byte, error) {
	z, err := zip.NewReader(r, size)
	if err != nil {
		return nil, fault.Wrap(fault.Invalid, err, "this is not a package").WithFix("`cordon audit export --package` makes one")
	}
	if len(z.File) > mostFiles {
		return nil, fault.New(fault.TooLarge, "the package has %d files; at most %d are read", len(z.File), mostFiles)
	}
	files, total := map[string][]byte{}, 0
	for _, f := range z.File {
		if !fs.ValidPath(f.Name) || files[f.Name] != nil || !f.Mode().IsRegular() {
			return nil, fault.New(fault.Invalid, "the package has a file %q that none has, or has it twice", f.Name)
		}
		b, err := unzipped(f)
		if err != nil {
			return nil, at(f.Name, err)
		}
		if total += len(b); total > mostBytes {
			return nil, fault.New(fault.TooLarge, "the package holds more than %d bytes", mostBytes)
		}
		files[f.Name] = b
	}
	return files, nil
}

func unzipped(f *zip.File) ([]byte, error) {
	in, err := f.Open()
	if err != nil {
		return nil, fault.Wrap(fault.Invalid, err, "it cannot be read")
	}
	defer in.Close()
	b, err := io.ReadAll(io.LimitReader(in, mostFile+1))
	if err != nil {
		return nil, fault.Wrap(fault.Invalid, err, "it cannot be read")
	}
	if len(b) > mostFile {
		return nil, fault.New(fault.TooLarge, "it has more than %d bytes", mostFile)
	}
	return append([]byte{}, b...), nil // an empty file is not nil
}

// checkManifest holds the files to the signed list of them.
func checkManifest(files map[string][]byte, key ledger.Public) (made time.Time, err error) {
	text, err := key.OpenText(files[manifestFile])
	if err != nil {
		return made, at(manifestFile, err)
	}
	lines := strings.Split(strings.TrimSuffix(text, "\n"), "\n")
	bad := at(manifestFile, fault.New(fault.Conflict, "what is signed is not the list of a package"))
	if len(lines) < 2 || lines[0] != form {
		return made, bad
	}
	day, ok := strings.CutPrefix(lines[1], "time ")
	if made, err = time.Parse(time.RFC3339, day); err != nil || !ok {
		return made, bad
	}
	listed := map[string]bool{manifestFile: true}
	for _, line := range lines[2:] {
		part := strings.SplitN(line, " ", 3)
		if len(part) != 3 {
			return made, bad
		}
		b, there := files[part[2]]
		if !there {
			return made, at(part[2], fault.New(fault.Conflict, "the file is in the list of the package and is not there"))
		}
		if Line(part[2], b) != line+"\n" {
			return made, at(part[2], fault.New(fault.Conflict, "the file is not the one of the list: it was altered"))
		}
		listed[part[2]] = true
	}
	for _, name := range slices.Sorted(maps.Keys(files)) {
		if !listed[name] {
			return made, at(name, fault.New(fault.Conflict, "the file is not in the list of the package: it was added"))
		}
	}
	return made, nil
}

type checker struct {
	files map[string][]byte
	out   *Checked
	used  map[string]bool
}

func (c *checker) all() error {
	ids := map[string]bool{}
	for name := range c.files {
		if rest, ok := strings.CutPrefix(name, "answers/"); ok {
			id, _, _ := strings.Cut(rest, "/")
			ids[id] = true
		}
	}
	for _, id := range slices.Sorted(maps.Keys(ids)) {
		if err := c.answer(id); err != nil {
			return err
		}
		c.out.Answers = append(c.out.Answers, id)
	}
	if len(ids) == 0 {
		return fault.New(fault.Invalid, "the package holds no answer")
	}
	return nil
}

// need gives a file that must be there.
func (c *checker) need(name string) ([]byte, error) {
	b, ok := c.files[name]
	if !ok {
		return nil, at(name, fault.New(fault.Conflict, "the file is not in the package"))
	}
	return b, nil
}

func (c *checker) json(name string, to any) error {
	b, err := c.need(name)
	if err != nil {
		return err
	}
	d := json.NewDecoder(bytes.NewReader(b))
	d.DisallowUnknownFields()
	if err := d.Decode(to); err != nil {
		return at(name, fault.New(fault.Invalid, "it cannot be read: %v", err))
	}
	return nil
}

func (c *checker) answer(id string) error {
	dir := "answers/" + id + "/"
	var j keptJSON
	if err := c.json(dir+"kept.json", &j); err != nil {
		return err
	}
	k := answer.Kept{
		ID: j.ID, Time: j.Time, Kind: answer.Kind(j.Kind), Actor: j.Actor, Batch: j.Batch, Line: j.Line, Under: j.Under,
		Explanation: c.files[dir+"explanation.json"],
	}
	err := cmp.Or(unhex(k.Versions[:], j.Versions), unhex(k.Salt[:], j.Salt))
	if err != nil {
		return at(dir+"kept.json", err)
	}
	if k.Question, err = c.need(dir + "question.json"); err != nil {
		return err
	}
	if k.Answer, err = c.need(dir + "answer.json"); err != nil {
		return err
	}
	e, err := c.proved(dir)
	if err != nil {
		return err
	}
	if e.Kind != ledger.Answer || e.About != id || k.ID != id || e.Data != k.Commitment() {
		return at(dir+"kept.json", fault.New(fault.Conflict, "the answer %s is not the one that was kept: its texts, time, versions or asker differ", id))
	}
	if err := c.notes(dir, id); err != nil {
		return err
	}
	return c.versions(j.Versions)
}

// proved reads an entry and holds it to the signed head of the log.
func (c *checker) proved(dir string) (ledger.Entry, error) {
	text, err := c.need(dir + "entry.txt")
	if err != nil {
		return ledger.Entry{}, err
	}
	e, err := ledger.ParseEntry(text)
	if err != nil {
		return e, at(dir+"entry.txt", err)
	}
	b, err := c.need(dir + "proof.txt")
	if err != nil {
		return e, err
	}
	var p ledger.Proof
	for line := range strings.Lines(string(b)) {
		var h ledger.Hash
		if err := unhex(h[:], strings.TrimSuffix(line, "\n")); err != nil {
			return e, at(dir+"proof.txt", err)
		}
		p = append(p, h)
	}
	return e, at(dir+"proof.txt", ledger.CheckProof(p, c.out.Checkpoint, e))
}

func (c *checker) notes(dir, id string) error {
	seen := map[string]bool{}
	for _, name := range slices.Sorted(maps.Keys(c.files)) {
		rest, ok := strings.CutPrefix(name, dir+"notes/")
		if !ok {
			continue
		}
		seq, _, _ := strings.Cut(rest, "/")
		if seen[seq] {
			continue
		}
		seen[seq] = true
		place := dir + "notes/" + seq + "/"
		var j noteJSON
		if err := c.json(place+"note.json", &j); err != nil {
			return err
		}
		a := answer.Act{Time: j.Time, Actor: j.Actor, Reason: j.Reason}
		if err := unhex(a.Salt[:], j.Salt); err != nil {
			return at(place+"note.json", err)
		}
		e, err := c.proved(place)
		if err != nil {
			return err
		}
		want := a.Entry(ledger.Kind(j.Kind), id)
		if want.Seq = e.Seq; want != e || strconv.FormatInt(e.Seq, 10) != seq {
			return at(place+"note.json", fault.New(fault.Conflict, "the note is not the one that was entered"))
		}
		c.out.Notes++
	}
	return nil
}

func (c *checker) versions(id string) error {
	name := "versions/" + id + ".txt"
	if c.used[name] {
		return nil
	}
	c.used[name] = true
	text, err := c.need(name)
	if err != nil {
		return err
	}
	if sum := sha256.Sum256(text); hex.EncodeToString(sum[:]) != id {
		return at(name, fault.New(fault.Conflict, "the versions do not have the hash that they are named by"))
	}
	v, err := answer.ParseVersions(text)
	if err != nil {
		return at(name, err)
	}
	for _, f := range v.Files {
		b, err := c.need("content/" + hex.EncodeToString(f.SHA256[:]))
		if err != nil {
			return err
		}
		if sha256.Sum256(b) != f.SHA256 {
			return at("content/"+hex.EncodeToString(f.SHA256[:]), fault.New(fault.Conflict, "the file %s is not the one that was used", f.Path))
		}
	}
	return nil
}

func unhex(to []byte, s string) error {
	b, err := hex.DecodeString(s)
	if err != nil || len(b) != len(to) {
		return fault.New(fault.Invalid, "%q is not %d bytes in hexadecimal", s, len(to))
	}
	copy(to, b)
	return nil
}
