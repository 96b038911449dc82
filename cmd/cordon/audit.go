package main

import (
	"bytes"
	"context"
	"encoding/hex"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/cordon-engine/cordon/internal/answer"
	"github.com/cordon-engine/cordon/internal/auditpack"
	"github.com/cordon-engine/cordon/internal/casework"
	"github.com/cordon-engine/cordon/internal/fault"
	"github.com/cordon-engine/cordon/internal/ledger"
	"github.com/cordon-engine/cordon/internal/licence"
	"github.com/cordon-engine/cordon/internal/logkey"
	"github.com/cordon-engine/cordon/internal/report"
	"github.com/cordon-engine/cordon/internal/snapshot"
	"github.com/cordon-engine/cordon/internal/watched"
)

type auditCmd struct {
	Verify     auditVerifyCmd     `cmd:"" help:"Was anything altered, dropped or moved? Of the data folder, or of a package."`
	Prove      auditProveCmd      `cmd:"" help:"Prove that an answer or a load is in the log."`
	Export     auditExportCmd     `cmd:"" help:"The log as JSON Lines, or answers as a package that verifies offline."`
	Checkpoint auditCheckpointCmd `cmd:"" help:"Print the signed head of the log, to be kept elsewhere."`
	Key        auditKeyCmd        `cmd:"" help:"Print the public key of the log."`
	Pseudonyms auditPseudonymsCmd `cmd:"" help:"Is the secret of this folder the one that the store's pseudonyms are made with?"`
}

type auditVerifyCmd struct {
	dataFlag
	File       string   `arg:"" optional:"" help:"A package; the data folder unless given." type:"path"`
	Key        string   `help:"The public key of the log, or a file with it, as you were given it." placeholder:"KEY"`
	Checkpoint []string `help:"A signed head that you have from before (repeatable): the log must go on from it." type:"path" placeholder:"FILE"`
}

// Run is the command.
func (c *auditVerifyCmd) Run(m *Main) error {
	key, err := c.key()
	if err != nil {
		return err
	}
	if c.File != "" {
		if len(c.Checkpoint) > 0 {
			return fault.New(fault.Usage, "--checkpoint is for a data folder")
		}
		return c.file(m, key)
	}
	return m.answers(c.Data, func(s database) error { return c.folder(m, s, key) })
}

// key reads --key: a key, or the name of a file that holds one.
func (c *auditVerifyCmd) key() (ledger.Public, error) {
	if c.Key == "" {
		return ledger.Public{}, nil
	}
	text := c.Key
	if b, err := os.ReadFile(c.Key); err == nil {
		text = string(b)
	}
	k, err := ledger.ParsePublic(text)
	return k, fault.In(fault.Place{Field: "--key"}, err)
}

func (c *auditVerifyCmd) file(m *Main, key ledger.Public) error {
	f, err := os.Open(c.File)
	if err != nil {
		return fault.New(fault.NotFound, "the file %q cannot be read", c.File)
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return fault.Wrap(fault.Unavailable, err, "the file %q", c.File)
	}
	r, err := auditpack.Check(f, info.Size(), key)
	if err != nil {
		fmt.Fprintf(m.Err, "cordon: the package does not hold: %v\n", err)
		return exitStatus(1)
	}
	fmt.Fprintf(m.Out, "The package holds: %s, %s, %s.\n", report.Counted(len(r.Answers), "answer"), report.Counted(r.Notes, "note"),
		report.Counted(r.Files, "file"))
	fmt.Fprintf(m.Out, "Made on %s from the log of %d entries whose head was signed for %s.\n",
		r.Made.Format(time.RFC3339), r.Checkpoint.Size, r.Checkpoint.Time.Format(time.RFC3339))
	if r.Given {
		fmt.Fprintf(m.Out, "Signed by the key that you gave, %s.\n", r.Key)
	} else {
		fmt.Fprintf(m.Out, "Signed by %s, which is the key in the package itself. That it is the key of who gave you the package\nis for you to compare: say --key.\n", r.Key)
	}
	return nil
}

func (c *auditVerifyCmd) folder(m *Main, s database, given ledger.Public) error {
	key, err := s.Public(m.ctx)
	if err != nil {
		return err
	}
	if given.Origin() != "" && given.String() != key.String() {
		return fault.New(fault.Conflict, "the log of the data folder is signed by %s, and the key given is %s", key, given)
	}
	witnesses, err := c.witnesses(key)
	if err != nil {
		return err
	}
	snapshots, err := allSnapshots(m.ctx, s)
	if err != nil {
		return err
	}
	v, err := answer.Verify(m.ctx, s, snapshots, witnesses, func(p ledger.Problem) { fmt.Fprintf(m.Out, "FOUND  %s\n", p.What) })
	if err != nil {
		return err
	}
	if err := verifyCases(m, s, &v); err != nil {
		return err
	}
	if err := verifyLicences(m, s, &v); err != nil {
		return err
	}
	if err := verifyBases(m, s, &v); err != nil {
		return err
	}
	fmt.Fprintf(m.Out, "%s of the log, %s, %s of which %d erased, %s of lists: ", report.Counted(int(v.Entries), "entry"),
		report.Counted(int(v.Checkpoints), "signed head"), report.Counted(int(v.Answers), "answer"), v.Erased, report.Counted(int(v.Loads), "load"))
	if v.Problems > 0 {
		fmt.Fprintf(m.Out, "%s\n", report.Counted(v.Problems, "problem"))
		return exitStatus(1)
	}
	fmt.Fprintf(m.Out, "all as they were signed\n")
	if len(witnesses) == 0 {
		fmt.Fprintln(m.Out, "Whoever has the key and the data folder could have written both anew; a head that is kept elsewhere tells\n(cordon audit checkpoint, and --checkpoint here).")
	}
	return nil
}

// verifyBases holds the versions and runs of bases of customers to their entries.
func verifyBases(m *Main, s database, v *answer.Verified) error {
	n := 0
	err := s.View(m.ctx, func(log ledger.Reader) (err error) {
		n, err = watched.Verify(m.ctx, customersOf(s), log, func(about, problem string) {
			v.Problems++
			fmt.Fprintf(m.Out, "FOUND  %s: %s\n", about, problem)
		})
		return err
	})
	if n > 0 {
		fmt.Fprintf(m.Out, "%s and runs of bases; ", report.Counted(n, "version"))
	}
	return err
}

// verifyCases holds the events of cases to their entries too.
func verifyCases(m *Main, s database, v *answer.Verified) error {
	n, err := casework.Verify(m.ctx, casework.Default(), s, s, func(what string) {
		v.Problems++
		fmt.Fprintf(m.Out, "FOUND  %s\n", what)
	})
	if n > 0 {
		fmt.Fprintf(m.Out, "%s of cases; ", report.Counted(n, "event"))
	}
	return err
}

// verifyLicences holds those of licences to theirs.
func verifyLicences(m *Main, s database, v *answer.Verified) error {
	n, err := licence.Verify(m.ctx, s, s, func(what string) {
		v.Problems++
		fmt.Fprintf(m.Out, "FOUND  %s\n", what)
	})
	if n > 0 {
		fmt.Fprintf(m.Out, "%s of licences; ", report.Counted(n, "event"))
	}
	return err
}

func (c *auditVerifyCmd) witnesses(key ledger.Public) (out []ledger.Checkpoint, err error) {
	for _, name := range c.Checkpoint {
		b, err := readFile(name)
		if err != nil {
			return nil, err
		}
		cp, err := key.Open(b)
		if err != nil {
			return nil, fault.In(fault.Place{File: name}, err)
		}
		out = append(out, cp)
	}
	return out, nil
}

func allSnapshots(ctx context.Context, s snapshot.Store) (out []snapshot.Meta, err error) {
	lists, err := s.Lists(ctx)
	if err != nil {
		return nil, err
	}
	for _, l := range lists {
		more, err := s.Snapshots(ctx, l.Name())
		if err != nil {
			return nil, err
		}
		out = append(out, more...)
	}
	return out, nil
}

// entryJSON is an entry of the log for programs.
type entryJSON struct {
	Seq   int64     `json:"seq"`
	Time  time.Time `json:"time"`
	Kind  string    `json:"kind"`
	Actor string    `json:"actor"`
	About string    `json:"about"`
	Data  string    `json:"data"`
}

func entryFor(e ledger.Entry) entryJSON {
	return entryJSON{e.Seq, e.Time, string(e.Kind), e.Actor, e.About, hex.EncodeToString(e.Data[:])}
}

// proofJSON is the proof that entries are in the log.
type proofJSON struct {
	Entry      entryJSON `json:"entry"`
	Text       string    `json:"text"`
	Proof      []string  `json:"proof"`
	Checkpoint string    `json:"checkpoint"`
	Key        string    `json:"key"`
}

type auditProveCmd struct {
	dataFlag
	formatFlag
	About string `arg:"" name:"id" help:"The answer, by its id, or a load, as in un@3."`
}

// Run is the command.
func (c *auditProveCmd) Run(m *Main) error {
	return m.answers(c.Data, func(s database) error {
		key, err := s.Public(m.ctx)
		if err != nil {
			return err
		}
		return s.View(m.ctx, func(r ledger.Reader) error { return c.prove(m, r, key) })
	})
}

func (c *auditProveCmd) prove(m *Main, r ledger.Reader, key ledger.Public) error {
	head, err := r.Head(m.ctx)
	if err != nil {
		return err
	}
	if head == nil {
		return ledger.Empty()
	}
	cp, err := key.Open(head)
	if err != nil {
		return err
	}
	list, err := r.About(m.ctx, c.About)
	if err != nil {
		return err
	}
	if len(list) == 0 {
		return fault.New(fault.NotFound, "the log has no entry about %q", c.About)
	}
	for _, e := range list {
		p, err := ledger.Prove(m.ctx, r, cp.Size, e.Seq)
		if err == nil {
			err = ledger.CheckProof(p, cp, e)
		}
		if err != nil {
			return err
		}
		out := proofJSON{Entry: entryFor(e), Text: string(e.Text()), Proof: []string{}, Checkpoint: string(head), Key: key.String()}
		for _, h := range p {
			out.Proof = append(out.Proof, hex.EncodeToString(h[:]))
		}
		if c.Format == "json" {
			err = jsonLine(m.Out, out)
		} else {
			_, err = fmt.Fprintf(m.Out, "%s\nproof\n%s\nin the log\n%s\n", out.Text, strings.Join(append(out.Proof, ""), "\n"), out.Checkpoint)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

type auditCheckpointCmd struct{ dataFlag }

// Run is the command.
func (c *auditCheckpointCmd) Run(m *Main) error {
	// An empty log has no head, and nothing is made for it.
	if err := m.answers(c.Data, func(s database) error { _, err := s.Public(m.ctx); return err }); err != nil {
		return err
	}
	s, err := m.openStore(m.ctx, c.Data)
	if err != nil {
		return err
	}
	defer s.Close()
	signed, _, err := s.Checkpoint(m.ctx)
	if err == nil {
		_, err = m.Out.Write(signed)
	}
	return err
}

type auditKeyCmd struct{ dataFlag }

// Run is the command.
func (c *auditKeyCmd) Run(m *Main) error {
	k, err := logkey.Read(m.folderOf(c.Data))
	if err != nil {
		return err
	}
	fmt.Fprintln(m.Out, k.Public())
	return nil
}

type auditExportCmd struct {
	dataFlag
	Package []string `help:"Make a package of these answers, by their ids (repeatable, or with commas)." placeholder:"ID"`
	Output  string   `short:"o" help:"Write it here; the log goes to standard output unless given." type:"path" placeholder:"FILE"`
	Reason  string   `help:"For whom the package is, and why; it stands with the answers." placeholder:"TEXT" default:"a package was made"`
}

// Run is the command.
func (c *auditExportCmd) Run(m *Main) error {
	if len(c.Package) > 0 {
		return c.pack(m)
	}
	return m.answers(c.Data, func(s database) error {
		return c.to(m.Out, func(w io.Writer) error {
			return s.View(m.ctx, func(r ledger.Reader) error {
				for e, err := range r.Entries(m.ctx, 0, 1<<62) {
					if err == nil {
						err = jsonLine(w, entryFor(e))
					}
					if err != nil {
						return err
					}
				}
				return nil
			})
		})
	})
}

// to writes to the output, whole or not at all; to w where none is given.
func (c *auditExportCmd) to(w io.Writer, f func(io.Writer) error) error {
	if c.Output == "" {
		return f(w)
	}
	tmp, err := os.CreateTemp(filepath.Dir(c.Output), ".cordon-export-")
	if err != nil {
		return fault.Wrap(fault.Unavailable, err, "%q cannot be written", c.Output)
	}
	defer os.Remove(tmp.Name())
	defer tmp.Close()
	if err := f(tmp); err != nil {
		return err
	}
	for _, end := range []func() error{tmp.Sync, tmp.Close, func() error { return os.Rename(tmp.Name(), c.Output) }} {
		if err := end(); err != nil {
			return fault.Wrap(fault.Unavailable, err, "%q cannot be written", c.Output)
		}
	}
	return nil
}

// noteExport enters that a package of answers is made, before it is, so that the package shows it.
func (m *Main) noteExport(ctx context.Context, s database, ids []string, a answer.Act) error {
	for _, id := range ids {
		if err := s.Note(ctx, id, ledger.Export, a); err != nil {
			return err
		}
	}
	return nil
}

// writePackage writes a package of answers, each replayed.
func (m *Main) writePackage(ctx context.Context, w io.Writer, s database, signer *ledger.Signer, ids []string) error {
	r := newReplayer(m, s)
	defer r.close()
	return auditpack.Write(ctx, w, s, signer, ids, m.now(), r.extra)
}

// pack makes a package.
func (c *auditExportCmd) pack(m *Main) error {
	if c.Output == "" {
		return fault.New(fault.Usage, "a package is a file").WithFix("say where with -o FILE.zip")
	}
	var ids []string
	for _, p := range c.Package {
		ids = append(ids, strings.Split(p, ",")...)
	}
	for _, id := range ids {
		if err := answer.CheckID(id); err != nil {
			return err
		}
	}
	signer, err := logkey.Read(m.folderOf(c.Data))
	if err != nil {
		return err
	}
	return m.acting(c.Data, c.Reason, func(ctx context.Context, s database, a answer.Act) error {
		err := m.noteExport(ctx, s, ids, a)
		if err == nil {
			err = c.to(nil, func(w io.Writer) error { return m.writePackage(ctx, w, s, signer, ids) })
		}
		if err == nil {
			fmt.Fprintf(m.Out, "%s in %s; it verifies with --key %s\n", report.Counted(len(ids), "answer"), c.Output, signer.Public())
		}
		return err
	})
}

// Candidates are shown down to this probability, and so many.
const (
	candidatesFrom = 0.3
	mostCandidates = 50
)

// extra gives what a package has beside what was kept: whether the answer comes out the
// same, and of a screening who stayed below the threshold.
func (r *replayer) extra(rec *answer.Record) (map[string][]byte, error) {
	done := r.compare(rec)
	b, err := lineOf(done)
	out := map[string][]byte{"replay.json": b}
	if err != nil || rec.Kind != answer.Screen || !done.Same {
		return out, err // of an answer that differs, what lay below would be of another engine
	}
	w, err := r.at(rec.Versions)
	if err != nil {
		return nil, err
	}
	_, more, err := w.screened(rec.Question, candidatesFrom, mostCandidates)
	if err != nil {
		return nil, err
	}
	var list bytes.Buffer
	err = jsonLine(&list, more)
	out["candidates.json"] = list.Bytes()
	return out, err
}
