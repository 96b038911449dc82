package main

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/cordon-engine/cordon/internal/answer"
	"github.com/cordon-engine/cordon/internal/backup"
	"github.com/cordon-engine/cordon/internal/fault"
	"github.com/cordon-engine/cordon/internal/kept"
	"github.com/cordon-engine/cordon/internal/ledger"
	"github.com/cordon-engine/cordon/internal/logkey"
	"github.com/cordon-engine/cordon/internal/postgres"
	"github.com/cordon-engine/cordon/internal/report"
	"github.com/cordon-engine/cordon/internal/snapshot"
)

// parts are all parts of a store that are backed up. A store with tables that none
// of them names is not, so that what a part adds cannot be forgotten.
var parts = kept.Parts()

// beside are the files and folders of the data folder that are backed up with the
// store. What is written there is written once and whole, so that it can be read
// while it is used; within a folder, what refers to others is read before them.
var beside = []string{
	"same.yaml", "lists.yaml", "retention.yaml", "claims/journal", "claims/originals", "records", "records/packs", logkey.File, logkey.Pseudonyms,
}

// keys are those of them that are secrets.
var keys = []string{logkey.File, logkey.Pseudonyms}

// madeAnew are those that are not, as Cordon makes them again or they are in the
// store.
var madeAnew = []string{"cordon.db", "cordon.db-wal", "cordon.db-shm", "raw", "index"}

type backupCmd struct {
	dataFlag
	formatFlag
	To          string `arg:"" name:"file" help:"File to write, which must not be there yet, or a folder to write it into." type:"path"`
	WithoutKeys bool   `name:"without-keys" help:"Leave out the key that signs the log, and the secret of pseudonyms. Keep them elsewhere then."`
}

// backupJSON is a backup for programs.
type backupJSON struct {
	File    string         `json:"file"`
	SHA256  string         `json:"sha256,omitempty"`
	Bytes   int64          `json:"bytes,omitempty"`
	Made    time.Time      `json:"made"`
	Program string         `json:"program"`
	Engine  string         `json:"engine"`
	Rows    map[string]int `json:"rows"`
	Raw     int            `json:"raw_files"`
	Files   int            `json:"files"`
	Keys    []string       `json:"keys"`
	LeftOut []string       `json:"left_out"`
}

// Run is the command.
func (c *backupCmd) Run(m *Main) error {
	to := c.To
	if info, err := os.Stat(to); err == nil && info.IsDir() {
		to = filepath.Join(to, m.now().Format("cordon-20060102T150405Z")+".tar.zst")
	}
	from, err := m.openReader(m.ctx, c.Data)
	if err != nil {
		return err
	}
	defer from.Close()
	nothing := fault.New(fault.NotFound, "there is nothing to back up").WithFix("name the folder or database with --data")
	dir := m.folderOf(c.Data)
	files, left, err := filesBeside(dir)
	if c.WithoutKeys {
		files = slices.DeleteFunc(files, isKey)
	}
	if err != nil {
		return err
	}
	plan := backup.Plan{Parts: parts, Files: files, Program: version, Engine: engineOf(c.Data), Made: m.now()}
	sum := sha256.New()
	var done *backup.Summary
	size, err := writeOnce(to, func(w io.Writer) (err error) {
		done, err = backup.Write(m.ctx, io.MultiWriter(w, sum), from, plan)
		if err == nil && done.Empty() { // a slip in --data must not read as a backup
			err = nothing
		}
		return err
	})
	if err != nil {
		return err
	}
	j := jsonOf(to, done)
	j.SHA256, j.Bytes, j.LeftOut = hex.EncodeToString(sum.Sum(nil)), size, append(j.LeftOut, left...)
	for _, f := range slices.DeleteFunc(slices.Clone(files), func(f backup.File) bool { return !isKey(f) }) {
		j.Keys = append(j.Keys, f.Name)
	}
	if c.Format == "json" {
		return m.printJSON(j)
	}
	fmt.Fprintf(m.Out, "✓ Backed up into %s: %s\n", to, told(done))
	fmt.Fprintf(m.Out, "  %s bytes, SHA-256 %s\n", report.Count(int(size)), j.SHA256)
	switch {
	case len(j.Keys) > 0:
		fmt.Fprintf(m.Out, "! It holds secrets: %s. Whoever has it can go on with the log; see --without-keys.\n", strings.Join(j.Keys, " and "))
	case j.Rows["log_head"] > 0:
		fmt.Fprintf(m.Out, "! Not in it: %s. After a restore nothing can be kept or loaded until it is put back.\n", logkey.File)
	}
	for _, name := range left {
		fmt.Fprintf(m.Out, "· Not in it, as Cordon does not know what it is: %s\n", filepath.Join(dir, name))
	}
	return nil
}

func isKey(f backup.File) bool { return slices.Contains(keys, f.Name) }

func engineOf(data string) string {
	if postgres.Is(data) {
		return "postgres"
	}
	return "sqlite"
}

func jsonOf(file string, s *backup.Summary) backupJSON {
	j := backupJSON{
		File: file, Made: s.Made, Program: s.Program, Engine: s.Engine, Raw: s.Raw, Files: s.Files,
		Rows: map[string]int{}, Keys: []string{}, LeftOut: []string{},
	}
	for _, c := range s.Rows {
		j.Rows[c.Table] = c.Rows
	}
	return j
}

// told says what a backup holds.
func told(s *backup.Summary) string {
	var out []string
	for _, c := range s.Rows {
		if c.Rows > 0 {
			out = append(out, fmt.Sprintf("%s %s", report.Count(c.Rows), c.Table))
		}
	}
	return fmt.Sprintf("rows %s; %s raw files, %s other files", strings.Join(out, ", "), report.Count(s.Raw), report.Count(s.Files))
}

// filesBeside gives the files of the data folder that are backed up, and the names
// of what is left out and not known.
func filesBeside(dir string) (files []backup.File, left []string, err error) {
	have := map[string]bool{}
	for _, top := range beside {
		err := filepath.WalkDir(filepath.Join(dir, filepath.FromSlash(top)), func(path string, d fs.DirEntry, err error) error {
			if errors.Is(err, fs.ErrNotExist) {
				return nil
			}
			name, relErr := filepath.Rel(dir, path)
			name = filepath.ToSlash(name)
			switch {
			case err != nil || relErr != nil:
				return errors.Join(err, relErr)
			case d.IsDir() && slices.Contains(beside, name) && name != top: // it has its own turn
				return fs.SkipDir
			case d.IsDir() || have[name] || !d.Type().IsRegular():
				return nil
			}
			info, err := d.Info()
			if err != nil {
				return err
			}
			have[name] = true
			files = append(files, backup.File{Name: name, Size: info.Size(), Open: func() (io.ReadCloser, error) { return os.Open(path) }})
			return nil
		})
		if err != nil {
			return nil, nil, fault.Wrap(fault.Unavailable, err, "the data folder cannot be read")
		}
	}
	list, err := os.ReadDir(dir)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, nil, fault.Wrap(fault.Unavailable, err, "the data folder cannot be read")
	}
	for _, d := range list {
		known := slices.Contains(madeAnew, d.Name()) || strings.HasPrefix(d.Name(), "index")
		for _, top := range beside {
			first, _, _ := strings.Cut(top, "/")
			known = known || first == d.Name()
		}
		if !known {
			left = append(left, d.Name())
		}
	}
	return files, left, nil
}

// writeOnce has f write a file that gets its name once it is whole and durable,
// and is not there otherwise. A file that is there already stays.
func writeOnce(path string, f func(io.Writer) error) (size int64, err error) {
	exists := fault.New(fault.Conflict, "%q is there already", path).WithFix("give another name; a backup is never written over")
	if _, err := os.Lstat(path); err == nil {
		return 0, exists
	}
	dir := filepath.Dir(path)
	tmp, err := os.CreateTemp(dir, ".cordon-backup-*.part") // only its owner can read it
	if err != nil {
		return 0, fault.Wrap(fault.Unavailable, err, "the backup cannot be written").WithFix("choose a folder that is there")
	}
	defer os.Remove(tmp.Name())
	defer tmp.Close()
	if err := f(tmp); err != nil {
		return 0, err
	}
	info, err := tmp.Stat()
	for _, step := range []func() error{
		tmp.Sync, tmp.Close,
		func() error { return os.Link(tmp.Name(), path) }, // fails where the name was taken meanwhile
		func() error { return syncFolder(dir) },
	} {
		if err == nil {
			err = step()
		}
	}
	if errors.Is(err, fs.ErrExist) {
		return 0, exists
	}
	if err != nil {
		return 0, fault.Wrap(fault.Unavailable, err, "the backup cannot be written")
	}
	return info.Size(), nil
}

func syncFolder(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	defer d.Close()
	return d.Sync()
}

type restoreCmd struct {
	dataFlag
	formatFlag
	From  string `arg:"" name:"file" help:"File that cordon backup wrote." type:"existingfile"`
	Check bool   `help:"Only read it whole and compare it with its hashes."`
}

// Run is the command.
func (c *restoreCmd) Run(m *Main) error {
	var sum *backup.Summary
	if err := c.reading(func(r io.Reader) (err error) {
		sum, err = backup.Check(m.ctx, r, parts)
		return err
	}); err != nil {
		return err
	}
	done := "✓ Whole: "
	if !c.Check {
		if err := c.restore(m); err != nil {
			return err
		}
		done = "✓ Restored and compared with its hashes: "
	}
	if c.Format == "json" {
		return m.printJSON(jsonOf(c.From, sum))
	}
	fmt.Fprintf(m.Out, "%s%s\n  Made %s by Cordon %s from %s\n", done, told(sum), sum.Made.Format(time.RFC3339), sum.Program, sum.Engine)
	return nil
}

// reading runs f over the file.
func (c *restoreCmd) reading(f func(io.Reader) error) error {
	r, err := os.Open(c.From)
	if err != nil {
		return fault.Wrap(fault.NotFound, err, "the backup cannot be read")
	}
	defer r.Close()
	return fault.In(fault.Place{File: c.From}, f(r))
}

// restore puts the backup into an empty store, and compares what stands there with
// its hashes.
func (c *restoreCmd) restore(m *Main) error {
	dir := m.folderOf(c.Data)
	for _, top := range beside {
		if _, err := os.Lstat(filepath.Join(dir, filepath.FromSlash(top))); err == nil {
			return fault.New(fault.Conflict, "the folder %q has %s already", dir, top).
				WithFix("restore into a folder that is not there yet, with --data or --folder")
		}
	}
	store, err := m.openStore(m.ctx, c.Data)
	if err != nil {
		return err
	}
	defer store.Close()
	files := &restored{dir: dir}
	defer files.end()
	if err := c.reading(func(r io.Reader) error {
		_, err := backup.Restore(m.ctx, r, parts, withFiles{store, files}, files.take)
		return err
	}); err != nil {
		return errors.Join(err, files.undo())
	}
	return verified(m.ctx, store)
}

// verified compares a store with its hashes, and its log with what was signed where
// the key is there.
func verified(ctx context.Context, store database) error {
	var found []string
	if err := store.Verify(ctx, func(p string) {
		if !strings.HasPrefix(p, snapshot.Leftover) {
			found = append(found, p)
		}
	}); err != nil {
		return err
	}
	snapshots, err := allSnapshots(ctx, store)
	if err == nil {
		_, err = answer.Verify(ctx, store, snapshots, nil, func(p ledger.Problem) { found = append(found, p.What) })
	}
	if err != nil && fault.CodeOf(err) != fault.NotFound { // no log, or its key was left out
		return err
	}
	if len(found) > 0 {
		return fault.New(fault.Unavailable, "it was restored, and %d things do not agree with their hashes; the first: %s", len(found), found[0]).
			WithFix("the store was damaged when it was backed up; see `cordon lists verify` and `cordon audit verify`, and use an older backup")
	}
	return nil
}

// restored are the files of the data folder as they are restored: first into a
// folder of their own, and then to their places.
type restored struct {
	dir, tmp string
	placed   []string
}

// withFiles puts the files to their places before the store makes its part seen.
type withFiles struct {
	backup.Store
	files *restored
}

// Fill is part of backup.Store.
func (w withFiles) Fill(ctx context.Context, parts []backup.Part, f func(backup.Sink) error) error {
	return w.Store.Fill(ctx, parts, func(to backup.Sink) error {
		if err := f(to); err != nil {
			return err
		}
		return w.files.place()
	})
}

// take writes a file.
func (r *restored) take(name string, _ int64, from io.Reader) error {
	if !slices.ContainsFunc(beside, func(top string) bool { return name == top || strings.HasPrefix(name, top+"/") }) {
		return fault.New(fault.Invalid, "the backup has a file that Cordon does not know: %s", name).
			WithFix("use the version that wrote it, or a newer one")
	}
	err := os.MkdirAll(r.dir, 0o700)
	if err == nil && r.tmp == "" {
		r.tmp, err = os.MkdirTemp(r.dir, ".restoring-")
	}
	path := filepath.Join(r.tmp, filepath.FromSlash(name))
	if err == nil {
		err = os.MkdirAll(filepath.Dir(path), 0o700)
	}
	if err != nil {
		return fault.Wrap(fault.Unavailable, err, "a file cannot be restored")
	}
	f, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return fault.Wrap(fault.Unavailable, err, "a file cannot be restored")
	}
	_, err = io.Copy(f, from)
	for _, end := range []func() error{f.Sync, f.Close} {
		if e := end(); err == nil {
			err = e
		}
	}
	return err
}

// place moves what was taken to its place.
func (r *restored) place() error {
	if r.tmp == "" {
		return nil
	}
	list, err := os.ReadDir(r.tmp)
	for _, d := range list {
		if err == nil {
			to := filepath.Join(r.dir, d.Name())
			if err = os.Rename(filepath.Join(r.tmp, d.Name()), to); err == nil {
				r.placed = append(r.placed, to)
			}
		}
	}
	if err == nil {
		err = syncFolder(r.dir)
	}
	if err != nil {
		return fault.Wrap(fault.Unavailable, err, "the files cannot be restored")
	}
	return nil
}

// undo takes away what was placed.
func (r *restored) undo() (err error) {
	for _, path := range r.placed {
		err = errors.Join(err, os.RemoveAll(path))
	}
	return err
}

// end removes the folder that files were taken into.
func (r *restored) end() {
	if r.tmp != "" {
		_ = os.RemoveAll(r.tmp) // what stays there is nowhere looked for
	}
}
