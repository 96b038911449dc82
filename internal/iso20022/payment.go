// Package iso20022 reads credit transfers from messages of ISO 20022: pacs.008
// between banks and pain.001 from customers, bare or in an envelope with a business
// header (head.001).
//
// A message is read one transaction at a time, in bounded memory. Every party,
// account and text keeps its path and line. What the reader does not know of is told
// and handed on as text, so that a name cannot hide in it; a transaction that cannot
// be read is given as refused, and counts and sums that the message states are
// checked. The package screens nobody and decides nothing.
package iso20022

import (
	"github.com/cordon-engine/cordon/internal/fault"
	"github.com/cordon-engine/cordon/internal/when"
)

// Limits bound what one transaction may hold; a larger one is refused.
const (
	MaxParties = 256      // parties, with those of the message and its batch
	MaxText    = 64 << 10 // bytes of all free text
)

// Message is what a message says of itself.
type Message struct {
	// Kind is "pacs.008" or "pain.001"; Definition has the version, as in
	// "pacs.008.001.08".
	Kind, Definition string
	// ID and Created are the identification and the time of the message, as written.
	ID, Created string
	// Envelope is the element around header and document, Header the definition of the
	// header; "" for none.
	Envelope, Header string
}

// Place says where in the document something stands.
type Place struct {
	// Path is the path of elements from the root, with the number of one that stands
	// several times, as in "/Document/FIToFICstmrCdtTrf/CdtTrfTxInf[2]/Dbtr".
	Path         string
	Line, Column int
}

// Party is somebody that a transaction names: a party, a bank, or only a name.
type Party struct {
	Place
	// Role is the element in which it stands, such as "Dbtr" or "CdtrAgt"; for a person
	// or branch named within a party, that of the party with what it is there, as in
	// "Cdtr/CtctDtls".
	Role string
	// Agent is true for banks and others that carry the payment out.
	Agent bool
	Name  string
	// BIC, LEI and Others are identifiers as written; Others have their scheme.
	BIC, LEI []string
	Others   []Identifier
	// Countries are those of address, residence and birth, as written.
	Countries []string
	Address   string
	// Birth is the date of birth, "" when not given.
	Birth string
	// Account is the account of the party, nil where none is given.
	Account *Account
}

// Identifier is a number or code with the scheme it belongs to, which may be "".
type Identifier struct{ Scheme, Value string }

// Account is an account.
type Account struct {
	Place
	// IBAN or Other identifies it; Name is how the holder calls it.
	IBAN, Other, Name string
}

// Amount is a sum of money, as written and checked.
type Amount struct {
	Place
	Value, Currency string
}

// Text is free text, or what may be: it has the path and line where it stands.
type Text struct {
	Place
	Text string
}

// Payment is one transaction with all that holds for it from its batch and message.
type Payment struct {
	Place
	// Number counts the transactions of the message from 1.
	Number int
	// Err says why the transaction is refused; nothing may be concluded from the rest
	// then.
	Err error
	// References are its identifications by their elements: EndToEndId, UETR ...
	References []Identifier
	// Amount is what is moved; Amounts are all others.
	Amount  Amount
	Amounts []Amount
	// Date is the day of settlement or execution; the day of the message where none
	// is given, and NoDay where neither is.
	Date when.Day
	// Purpose are the codes and words of the purpose.
	Purpose []string
	// Countries are states named besides those of parties, as in regulatory reporting.
	Countries []string
	Parties   []Party
	Texts     []Text
	// Unread are elements and attributes that the reader does not know of. The text of
	// elements is among Texts too.
	Unread   []Place
	accounts []owned
}

// Check compares what a message states of its transactions with what they are.
type Check struct {
	Place
	// What is the element, as in "NbOfTxs"; Stated and Found are its value and the
	// right one.
	What, Stated, Found string
}

// Agrees reports whether the message is right.
func (c *Check) Agrees() bool { return c.Stated == c.Found }

func (p Place) fault(code fault.Code, format string, args ...any) *fault.Error {
	return fault.New(code, format, args...).At(fault.Place{Line: p.Line, Column: p.Column, Field: p.Path})
}
