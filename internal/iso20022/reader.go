package iso20022

import (
	"errors"
	"io"
	"strconv"
	"strings"

	"github.com/cordon-engine/cordon/internal/fault"
	"github.com/cordon-engine/cordon/internal/when"
	"github.com/cordon-engine/cordon/internal/xmlstream"
)

const namespace = "urn:iso:std:iso:20022:tech:xsd:"

// form is how a kind of message is built.
type form struct {
	kind, root string // the element in Document
	from, to   int    // versions
	// amount is the element that holds what is moved.
	amount string
}

var forms = []form{
	{"pacs.008", "FIToFICstmrCdtTrf", 8, 13, "IntrBkSttlmAmt"},
	{"pain.001", "CstmrCdtTrfInitn", 3, 12, "InstdAmt"},
}

// envelopes are elements that hold a business header and a document; inner are those
// between them.
var (
	envelopes = map[string]bool{"BizMsgEnvlp": true, "RequestPayload": true, "Envelope": true, "BizMsg": true, "Message": true, "DataPDU": true}
	inner     = map[string]bool{"Body": true}
)

// Reader reads the transactions of one message.
type Reader struct {
	x    *xmlstream.Reader
	size *sized
	msg  Message
	form form
	// stack are the elements that are open down to transactions.
	stack   []frame
	begun   bool
	ended   bool
	said    string // the definition that the header names
	saidAt  Place
	count   int
	head    scope // of the message
	batch   scope // of PmtInf
	checks  []Check
	unread  []Place
	failure error
}

// frame is an open element.
type frame struct {
	path string
	// seen counts its children by name.
	seen map[string]int
}

// NewReader makes a reader of the message in r, of at most so many bytes.
func NewReader(r io.Reader, limit int64) *Reader {
	s := &sized{r: r, left: limit, limit: limit}
	return &Reader{x: xmlstream.NewReader(s), size: s}
}

// sized fails when there is more than the limit.
type sized struct {
	r           io.Reader
	left, limit int64
}

func (s *sized) Read(p []byte) (int, error) {
	if s.left <= 0 {
		var one [1]byte
		if n, err := s.r.Read(one[:]); n == 0 {
			return 0, err
		}
		return 0, fault.New(fault.TooLarge, "the message is larger than %d bytes", s.limit).WithFix("split it into smaller messages")
	}
	n, err := s.r.Read(p[:min(int64(len(p)), s.left)])
	s.left -= int64(n)
	return n, err
}

// Message gives what the message says of itself, as far as it was read.
func (r *Reader) Message() Message { return r.msg }

// Checks gives what the message states of its transactions beside what they are. It
// is whole when [Reader.Next] has given io.EOF.
func (r *Reader) Checks() []Check { return r.checks }

// Unread gives the elements outside transactions that the reader does not know of.
func (r *Reader) Unread() []Place { return r.unread }

// Count gives the number of transactions that were read so far.
func (r *Reader) Count() int { return r.count }

// Next gives the next transaction; io.EOF after the last. Any other error is a fault
// of the message, with line and column, that ends the reading: what comes after is
// not read. A fault of one transaction is in its Err.
func (r *Reader) Next() (*Payment, error) {
	if r.failure != nil {
		return nil, r.failure
	}
	p, err := r.next()
	if err != nil {
		r.failure = r.placed(err)
		return nil, r.failure
	}
	return p, nil
}

// placed gives an error the column, where it lies in the line that is being read.
func (r *Reader) placed(err error) error {
	if errors.Is(err, io.EOF) {
		return err
	}
	var f *fault.Error
	if !errors.As(err, &f) || f != err {
		return fault.Wrap(fault.Unavailable, err, "the message cannot be read").At(fault.Place{Line: r.x.Line(), Column: r.x.Column()})
	}
	if f.Place.Column == 0 && (f.Place.Line == 0 || f.Place.Line == r.x.Line()) {
		at := *f
		at.Place.Line, at.Place.Column = r.x.Line(), r.x.Column()
		return &at
	}
	return err
}

func (r *Reader) next() (*Payment, error) {
	if !r.begun {
		if err := r.begin(); err != nil {
			return nil, err
		}
		r.begun = true
	}
	for !r.ended {
		tok, err := r.x.Next()
		if err != nil {
			return nil, err
		}
		switch tok.Kind {
		case xmlstream.Text:
			if s := strings.TrimSpace(string(tok.Text)); s != "" {
				return nil, r.here().fault(fault.Invalid, "text stands where only elements may: %q", clip(s))
			}
		case xmlstream.End:
			r.leave()
		case xmlstream.Start:
			p, err := r.element(tok)
			if p != nil || err != nil {
				return p, err
			}
		}
	}
	return nil, r.tail()
}

// begin reads up to the element that holds the transactions.
func (r *Reader) begin() error {
	for {
		tok, err := r.x.Next()
		if err != nil {
			if errors.Is(err, io.EOF) {
				err = fault.New(fault.Invalid, "there is no Document in the message")
			}
			return err
		}
		switch {
		case tok.Kind == xmlstream.End:
			r.stack = r.stack[:len(r.stack)-1]
			continue
		case tok.Kind != xmlstream.Start:
			if s := strings.TrimSpace(string(tok.Text)); s != "" {
				return r.here().fault(fault.Invalid, "text stands where only elements may: %q", clip(s))
			}
			continue
		case tok.Name == "Document":
			return r.document(tok)
		case len(r.stack) == 0 && envelopes[tok.Name]:
			r.msg.Envelope = tok.Name
			r.push(tok)
		case len(r.stack) > 0 && inner[tok.Name]:
			r.push(tok)
		case len(r.stack) > 0 && tok.Name == "AppHdr":
			if err := r.header(tok); err != nil {
				return err
			}
		case len(r.stack) == 0:
			return r.at(tok).fault(fault.Invalid, "the root is <%s>, which is no message that is read", tok.Name).
				WithFix("give a Document of pacs.008 or pain.001, bare or in a business envelope")
		default:
			r.unread = append(r.unread, r.at(tok))
			if _, err := r.x.Subtree(tok); err != nil {
				return err
			}
		}
	}
}

// header reads a business header.
func (r *Reader) header(tok xmlstream.Token) error {
	space := r.x.Space(tok)
	at := r.at(tok)
	if name, ok := strings.CutPrefix(space, namespace); ok {
		r.msg.Header = name
	}
	if !strings.HasPrefix(r.msg.Header, "head.001.001.") {
		return at.fault(fault.Invalid, "the header is of the namespace %q, which is not that of head.001", clip(space))
	}
	n, err := r.x.Subtree(tok)
	if err != nil {
		return err
	}
	r.said, r.saidAt = n.Get("MsgDefIdr"), at
	w := walker{p: &Payment{}, scope: &r.head}
	w.children(n, at.Path)
	r.head.add(w.p)
	return w.err
}

// document takes the version from the namespace and opens what holds transactions.
func (r *Reader) document(tok xmlstream.Token) error {
	at := r.at(tok)
	space := r.x.Space(tok)
	name, ok := strings.CutPrefix(space, namespace)
	if !ok {
		return at.fault(fault.Invalid, "the document has the namespace %q, which is not of ISO 20022", clip(space)).
			WithFix("the namespace is as %spacs.008.001.08", namespace)
	}
	f, known := formOf(name)
	if !known {
		return at.fault(fault.Invalid, "messages of the definition %q are not read", clip(name)).WithFix("%s", formsInWords())
	}
	if r.said != "" && r.said != name {
		return r.saidAt.fault(fault.Conflict, "the header says %q and the document is %q", clip(r.said), name)
	}
	r.form, r.msg.Kind, r.msg.Definition = f, f.kind, name
	r.push(tok)
	for {
		tok, err := r.x.Next()
		if err != nil {
			return err
		}
		switch {
		case tok.Kind == xmlstream.Start && tok.Name == f.root:
			r.push(tok)
			return nil
		case tok.Kind == xmlstream.Start:
			return r.at(tok).fault(fault.Invalid, "<%s> stands where <%s> ought to", tok.Name, f.root)
		case tok.Kind == xmlstream.End:
			return at.fault(fault.Invalid, "the document holds no <%s>", f.root)
		}
	}
}

func formOf(definition string) (form, bool) {
	for _, f := range forms {
		v, ok := strings.CutPrefix(definition, f.kind+".001.")
		if !ok || len(v) != 2 {
			continue
		}
		n, err := strconv.Atoi(v)
		return f, err == nil && n >= f.from && n <= f.to
	}
	return form{}, false
}

func formsInWords() string {
	var out []string
	for _, f := range forms {
		out = append(out, f.kind+".001."+two(f.from)+" to "+two(f.to))
	}
	return "versions that are read: " + strings.Join(out, ", ")
}

func two(n int) string {
	s := strconv.Itoa(n)
	return strings.Repeat("0", max(0, 2-len(s))) + s
}

// element reads a child of the message or of a batch.
func (r *Reader) element(tok xmlstream.Token) (*Payment, error) {
	in := &r.head
	if len(r.stack) > 0 && r.inBatch() {
		in = &r.batch
	}
	at := r.at(tok)
	switch {
	case tok.Name == "PmtInf" && r.form.kind == "pain.001" && !r.inBatch():
		r.push(tok)
		r.batch = scope{batch: true}
		return nil, nil
	case tok.Name == "CdtTrfTxInf" && (r.inBatch() || r.form.kind == "pacs.008"):
		n, err := r.x.Subtree(tok)
		if err != nil {
			return nil, err
		}
		r.head.begun, in.begun = true, true
		r.count++
		return r.transaction(n, at), nil
	}
	n, err := r.x.Subtree(tok)
	if err != nil {
		return nil, err
	}
	w := walker{p: &Payment{}, scope: in, main: r.form.amount}
	w.element(n, at.Path)
	if w.err == nil && in.begun && tok.Name != "SplmtryData" {
		w.err = at.fault(fault.Invalid, "<%s> stands after transactions that it ought to come before", tok.Name)
	}
	if w.err != nil {
		return nil, w.err
	}
	if in.begun { // nothing of it could be taken into account for them
		r.unread = append(r.unread, at)
	}
	if tok.Name == "GrpHdr" {
		r.msg.ID, r.msg.Created = in.id, in.created
	}
	in.add(w.p)
	return nil, nil
}

func (r *Reader) inBatch() bool { return strings.Contains(r.stack[len(r.stack)-1].path, "/PmtInf") }

// transaction reads one, with what holds for all of its batch and message.
func (r *Reader) transaction(n *xmlstream.Node, at Place) *Payment {
	p := &Payment{Place: at, Number: r.count, Date: when.NoDay}
	own := scope{}
	w := walker{p: p, scope: &own, main: r.form.amount}
	w.children(n, at.Path)
	n.Unused(func(path string, line int) {
		p.Unread = append(p.Unread, Place{Path: at.Path + "/" + path, Line: line})
	})
	if p.Err = w.err; p.Err == nil {
		r.head.sum.add(p.Amount)
		r.batch.sum.add(p.Amount)
	}
	r.head.count++
	r.batch.count++
	p.Date = firstDay(own.date, r.batch.date, r.head.date, r.head.createdOn)
	for _, s := range []*scope{&r.batch, &r.head} {
		p.inherit(&s.shared)
	}
	p.assign()
	if p.Err == nil {
		p.Err = p.complete()
	}
	return p
}

func firstDay(days ...day) when.Day {
	for _, d := range days {
		if d.known {
			return d.day
		}
	}
	return when.NoDay
}

// inherit takes over what holds for a batch or message.
func (p *Payment) inherit(from *Payment) {
	p.References = append(p.References, from.References...)
	p.Amounts = append(p.Amounts, from.Amounts...)
	p.Purpose = append(p.Purpose, from.Purpose...)
	p.Countries = append(p.Countries, from.Countries...)
	p.Parties = append(p.Parties, from.Parties...)
	p.Texts = append(p.Texts, from.Texts...)
	p.Unread = append(p.Unread, from.Unread...)
	p.accounts = append(p.accounts, from.accounts...)
}

// complete refuses a transaction that lacks what every one has.
func (p *Payment) complete() error {
	has := map[string]bool{}
	for i := range p.Parties {
		has[p.Parties[i].Role] = true
	}
	size := 0
	for _, t := range p.Texts {
		size += len(t.Text)
	}
	switch {
	case p.Amount.Value == "":
		return p.fault(fault.Invalid, "the transaction has no amount")
	case !has["Dbtr"]:
		return p.fault(fault.Invalid, "the transaction has no debtor")
	case !has["Cdtr"]:
		return p.fault(fault.Invalid, "the transaction has no creditor")
	case len(p.Parties) > MaxParties:
		return p.fault(fault.TooLarge, "the transaction names %d parties, more than %d", len(p.Parties), MaxParties)
	case size > MaxText:
		return p.fault(fault.TooLarge, "the transaction has %d bytes of text, more than %d", size, MaxText)
	}
	return nil
}

// leave ends the element that is open.
func (r *Reader) leave() {
	last := r.stack[len(r.stack)-1]
	r.stack = r.stack[:len(r.stack)-1]
	switch {
	case strings.HasSuffix(last.path, "/"+r.form.root):
		r.checks = append(r.checks, r.head.checks()...)
		r.ended = true
	case r.batch.batch && len(r.stack) > 0:
		r.checks = append(r.checks, r.batch.checks()...)
		r.batch = scope{}
	}
}

// tail reads to the end of the document.
func (r *Reader) tail() error {
	for {
		tok, err := r.x.Next()
		if err != nil {
			return err
		}
		switch tok.Kind {
		case xmlstream.End:
			r.stack = r.stack[:len(r.stack)-1]
		case xmlstream.Start:
			at := r.at(tok)
			if tok.Name == "Document" || tok.Name == "AppHdr" {
				return at.fault(fault.Invalid, "a second <%s> stands in one message", tok.Name).WithFix("give each message a file of its own")
			}
			r.unread = append(r.unread, at)
			if _, err := r.x.Subtree(tok); err != nil {
				return err
			}
		case xmlstream.Text:
			if s := strings.TrimSpace(string(tok.Text)); s != "" {
				return r.here().fault(fault.Invalid, "text stands where only elements may: %q", clip(s))
			}
		}
	}
}

// at gives the place of an element that begins, and counts it.
func (r *Reader) at(tok xmlstream.Token) Place {
	path := "/" + tok.Name
	if n := len(r.stack); n > 0 {
		top := &r.stack[n-1]
		top.seen[tok.Name]++
		path = top.path + path
		if k := top.seen[tok.Name]; k > 1 || tok.Name == "CdtTrfTxInf" || tok.Name == "PmtInf" {
			path += "[" + strconv.Itoa(k) + "]"
		}
	}
	return Place{path, tok.Line, tok.Column}
}

func (r *Reader) push(tok xmlstream.Token) {
	path := "/" + tok.Name
	if n := len(r.stack); n > 0 {
		path = r.stack[n-1].path + path
		if tok.Name == "PmtInf" {
			path += "[" + strconv.Itoa(r.stack[n-1].seen[tok.Name]) + "]"
		}
	}
	r.stack = append(r.stack, frame{path, map[string]int{}})
}

func (r *Reader) here() Place {
	p := Place{Line: r.x.Line(), Column: r.x.Column()}
	if n := len(r.stack); n > 0 {
		p.Path = r.stack[n-1].path
	}
	return p
}

// clip shortens what is quoted in a fault.
func clip(s string) string {
	if r := []rune(s); len(r) > 60 {
		return string(r[:60]) + "..."
	}
	return s
}
