package web

import (
	"bytes"
	"encoding/base64"
	"encoding/hex"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	keptanswer "github.com/cordon-engine/cordon/internal/answer"
	"github.com/cordon-engine/cordon/internal/casework"
	"github.com/cordon-engine/cordon/internal/fault"
	"github.com/cordon-engine/cordon/internal/ledger"
)

// entriesAtOnce is how many entries of the log one page shows, newest first.
const entriesAtOnce = 50

// auditPage is the log.
type auditPage struct {
	*working
	Head        *ledger.Checkpoint
	Signed, Key string
	// HeadError says why the signature of the head does not hold; "" when it does.
	HeadError    string
	Entries      []entryRow
	From, To     int64
	Newer, Older string
	About        string
	Checkpoints  []ledger.Checkpoint
	MoreHeads    int
}

// entryRow is an entry of the log.
type entryRow struct {
	ledger.Entry
	Address string
	// Leads is the page of what the entry is about; "" for none.
	Leads string
}

func (s *Site) audit(w *working) (*answer, error) {
	if w.r.Method == http.MethodPost {
		return w.pack(s)
	}
	return s.auditPage(w)
}

func (s *Site) auditPage(w *working) (*answer, error) {
	if err := known(w.r, "before", "about", "n"); err != nil {
		return nil, err
	}
	if w.Log == nil {
		return nil, missingPart("the audit log")
	}
	q := w.r.URL.Query()
	if n := strings.TrimSpace(q.Get("n")); n != "" {
		if _, err := strconv.ParseUint(n, 10, 62); err != nil {
			return nil, fault.New(fault.Usage, "%q is not the number of an entry", n)
		}
		return &answer{location: "/work/audit/" + n}, nil
	}
	page := &auditPage{working: w, About: strings.TrimSpace(q.Get("about"))}
	err := w.Log.View(w.ctx(), func(r ledger.Reader) error { return page.read(r, q.Get("before")) })
	if err != nil {
		return nil, err
	}
	return w.page("workaudit", "Audit", page), nil
}

// head reads the newest head and checks its signature.
func (w *working) head(r ledger.Reader) (c *ledger.Checkpoint, signed []byte, key ledger.Public, err error) {
	if signed, err = r.Head(w.ctx()); err != nil || signed == nil {
		return nil, nil, key, err
	}
	if key, err = w.Log.Public(w.ctx()); err != nil {
		return nil, signed, key, err
	}
	opened, err := key.Open(signed)
	return &opened, signed, key, err
}

const headsShown = 8

// read takes the part of the log that the address asks for.
func (p *auditPage) read(r ledger.Reader, before string) error {
	c, signed, key, err := p.head(r)
	if fault.CodeOf(err) == fault.Conflict {
		p.HeadError, p.Signed = plain(err), string(signed)
		return nil
	}
	if err != nil || c == nil {
		return err
	}
	p.Head, p.Signed, p.Key = c, string(signed), key.String()
	if err := p.heads(r, key); err != nil {
		return err
	}
	if p.About != "" {
		list, err := r.About(p.ctx(), p.About)
		slices.Reverse(list)
		for _, e := range list {
			p.Entries = append(p.Entries, rowOfEntry(e))
		}
		return err
	}
	p.To = c.Size
	if before != "" {
		if p.To, err = strconv.ParseInt(before, 10, 64); err != nil || p.To < 1 || p.To > c.Size {
			return fault.New(fault.NotFound, "the log has no entries before %q", before).WithFix("begin at the newest")
		}
	}
	p.From = max(0, p.To-entriesAtOnce)
	for e, err := range r.Entries(p.ctx(), p.From, p.To) {
		if err != nil {
			return err
		}
		p.Entries = append(p.Entries, rowOfEntry(e))
	}
	slices.Reverse(p.Entries)
	if p.From > 0 {
		p.Older = "/work/audit?before=" + strconv.FormatInt(p.From, 10)
	}
	if p.To < c.Size {
		p.Newer = "/work/audit?before=" + strconv.FormatInt(min(c.Size, p.To+entriesAtOnce), 10)
	}
	return nil
}

// heads takes the newest of the heads that are kept for good.
func (p *auditPage) heads(r ledger.Reader, key ledger.Public) error {
	for signed, err := range r.Checkpoints(p.ctx()) {
		var c ledger.Checkpoint
		if err == nil {
			c, err = key.Open(signed)
		}
		if err != nil {
			return err
		}
		if p.Checkpoints = append(p.Checkpoints, c); len(p.Checkpoints) > headsShown {
			p.Checkpoints, p.MoreHeads = p.Checkpoints[1:], p.MoreHeads+1
		}
	}
	slices.Reverse(p.Checkpoints)
	return nil
}

func rowOfEntry(e ledger.Entry) entryRow {
	row := entryRow{Entry: e, Address: "/work/audit/" + strconv.FormatInt(e.Seq, 10)}
	base, _, _ := strings.Cut(strings.TrimPrefix(strings.TrimPrefix(e.About, "watch:"), "base:"), "@")
	switch {
	case e.Kind == ledger.Case && casework.CheckID(e.About) == nil:
		row.Leads = "/work/cases/" + e.About
	case e.Kind == ledger.Licence:
		row.Leads = "/work/licences/" + e.About
	case e.Kind == ledger.Watch && base != e.About:
		row.Leads = "/work/watchlists/" + base
	case strings.HasPrefix(e.About, "key:"):
		row.Leads = "/work/keys"
	}
	return row
}

// entryPage is one entry with the proof that it is in the log.
type entryPage struct {
	*working
	entryRow
	Text, Leaf string
	Steps      []proofStep
	Root       string
	Head       ledger.Checkpoint
	Signed     string
	Key        string
	// Reaches is true when the steps end at the root that was signed; Why says what is wrong else.
	Reaches        bool
	Why            string
	Before, Beyond string
	JSON           string
}

type proofStep struct {
	N                 int
	At, Beside, Makes string
	Left              bool
}

// entryJSON is the proof for programs, in the form of `cordon audit prove --format json`.
type entryProofJSON struct {
	Entry struct {
		Seq   int64     `json:"seq"`
		Time  time.Time `json:"time"`
		Kind  string    `json:"kind"`
		Actor string    `json:"actor"`
		About string    `json:"about"`
		Data  string    `json:"data"`
	} `json:"entry"`
	Text       string   `json:"text"`
	Proof      []string `json:"proof"`
	Checkpoint string   `json:"checkpoint"`
	Key        string   `json:"key"`
}

func (s *Site) auditEntry(w *working) (*answer, error) {
	if err := known(w.r, "format"); err != nil {
		return nil, err
	}
	if w.Log == nil {
		return nil, missingPart("the audit log")
	}
	seq, err := strconv.ParseInt(w.r.PathValue("seq"), 10, 64)
	if err != nil || seq < 0 {
		return nil, fault.New(fault.NotFound, "%q is not the number of an entry", w.r.PathValue("seq"))
	}
	page := &entryPage{working: w, JSON: addParameter(w.r.URL, "format", "json")}
	var forPrograms entryProofJSON
	err = w.Log.View(w.ctx(), func(r ledger.Reader) error { return page.prove(r, seq, &forPrograms) })
	if err != nil {
		return nil, err
	}
	if w.r.URL.Query().Get("format") == "json" {
		return asJSON(forPrograms)
	}
	return w.page("workentry", "Entry "+strconv.FormatInt(seq, 10)+" of the log", page), nil
}

// prove makes the proof of an entry and goes through it step by step.
func (p *entryPage) prove(r ledger.Reader, seq int64, out *entryProofJSON) error {
	c, signed, key, err := p.head(r)
	if err != nil {
		return err
	}
	if c == nil || seq >= c.Size {
		return fault.New(fault.NotFound, "the log has no entry %d", seq)
	}
	found := false
	for e, err := range r.Entries(p.ctx(), seq, seq+1) {
		if err != nil {
			return err
		}
		p.entryRow, found = rowOfEntry(e), true
	}
	if !found {
		return fault.New(fault.NotFound, "entry %d is gone from the log, which had it when its head was signed", seq).
			WithFix("`cordon audit verify` says what else is missing")
	}
	proof, err := ledger.Prove(p.ctx(), r, c.Size, seq)
	if err != nil {
		return err
	}
	leaf := p.Entry.Leaf()
	p.Text, p.Leaf, p.Head, p.Signed, p.Key = string(p.Entry.Text()), hex.EncodeToString(leaf[:]), *c, string(signed), key.String()
	p.Root = hex.EncodeToString(c.Root[:])
	for i, x := range ledger.Climb(proof, c.Size, p.Entry) {
		p.Steps = append(p.Steps, proofStep{i + 1, cut(x.At), cut(x.Beside), hex.EncodeToString(x.Makes[:]), x.Left})
	}
	if err := ledger.CheckProof(proof, *c, p.Entry); err != nil {
		p.Why = plain(err)
	}
	p.Reaches = p.Why == ""
	if seq > 0 {
		p.Before = "/work/audit/" + strconv.FormatInt(seq-1, 10)
	}
	if seq+1 < c.Size {
		p.Beyond = "/work/audit/" + strconv.FormatInt(seq+1, 10)
	}
	out.forEntry(p, proof)
	return nil
}

func (o *entryProofJSON) forEntry(p *entryPage, proof ledger.Proof) {
	e := &o.Entry
	e.Seq, e.Time, e.Kind, e.Actor, e.About, e.Data = p.Seq, p.Time, string(p.Kind), p.Actor, p.Entry.About, hex.EncodeToString(p.Data[:])
	o.Text, o.Checkpoint, o.Key, o.Proof = p.Text, p.Signed, p.Key, []string{}
	for _, h := range proof {
		o.Proof = append(o.Proof, hex.EncodeToString(h[:]))
	}
}

func cut(h ledger.Hash) string { return hex.EncodeToString(h[:6]) + "…" }

// RootBase64 is the root as the signed head writes it.
func (p *entryPage) RootBase64() string { return base64.StdEncoding.EncodeToString(p.Head.Root[:]) }

// pack makes a package of answers for others to check.
func (w *working) pack(s *Site) (*answer, error) {
	if err := w.given("ids", "reason"); err != nil {
		return nil, err
	}
	if w.Package == nil {
		return nil, missingPart("packages")
	}
	ids := strings.Fields(strings.ReplaceAll(w.value("ids"), ",", " "))
	if len(ids) == 0 {
		w.wrong("f-ids", "Answers", "Name one answer at least, by its id")
	}
	for _, id := range ids {
		if err := keptanswer.CheckID(id); err != nil {
			w.wrong("f-ids", "Answers", plain(err))
			break
		}
	}
	if w.value("reason") == "" {
		w.wrong("f-reason", "For whom, and why", "Say it in words: it stands with the answers")
	}
	var b bytes.Buffer
	if len(w.Errors) == 0 {
		err := w.Package(w.ctx(), &b, ids, w.value("reason"))
		if fault.CodeOf(err) == fault.NotFound {
			w.wrong("f-ids", "Answers", plain(err))
		} else if err != nil {
			return nil, err
		}
	}
	if len(w.Errors) > 0 {
		return s.auditPage(w)
	}
	return &answer{data: b.Bytes(), kind: "application/zip", file: "cordon-package.zip"}, nil
}
