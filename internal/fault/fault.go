// Package fault is the error every part of Cordon returns: a code for
// programs, a message for people and, where the fault lies in somebody's
// input, the place of it.
//
// It is the one place that maps codes to the exit status of the command line
// and to HTTP. It never logs, never wraps silently and never turns an error
// into a result.
package fault

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
)

// Code says what kind of thing went wrong. Codes are part of the published
// interface: they are added, never renamed.
type Code string

// The codes.
const (
	// Invalid means that the input breaks a rule: an unknown key, an
	// impossible date, a code that does not exist.
	Invalid Code = "invalid"
	// Usage means that the command or request was put together wrongly.
	Usage Code = "usage"
	// NotFound means that a thing named by the caller does not exist.
	NotFound Code = "not_found"
	// Conflict means that two things which must agree do not.
	Conflict Code = "conflict"
	// TooLarge means that the input is over a stated limit.
	TooLarge Code = "too_large"
	// Denied means that the caller may not do this.
	Denied Code = "denied"
	// Limited means that the caller asked for more than it may in this time.
	Limited Code = "limited"
	// Unavailable means that something needed is missing, stale or failed;
	// it never reads as "clear" or "permitted".
	Unavailable Code = "unavailable"
	// Internal means a defect in Cordon itself.
	Internal Code = "internal"
)

// Place says where in somebody's input a fault lies. Zero fields are unknown
// and are left out of the text.
type Place struct {
	// File is the name as the caller gave it; "-" is standard input.
	File string
	// Line and Column count from 1, in characters.
	Line, Column int
	// Item is the number of the record in the file, from 1.
	Item int
	// Field is the dotted name of the field, as in "goods[2].hs".
	Field string
}

// String gives the place as "file:line:column: item N, field F".
func (p Place) String() string {
	var b strings.Builder
	if p.File != "" {
		b.WriteString(p.File)
	}
	if p.Line > 0 {
		if b.Len() == 0 {
			b.WriteString("line ")
		} else {
			b.WriteByte(':')
		}
		b.WriteString(strconv.Itoa(p.Line))
		if p.Column > 0 {
			b.WriteByte(':')
			b.WriteString(strconv.Itoa(p.Column))
		}
	}
	if p.Item > 0 {
		if b.Len() > 0 {
			b.WriteString(", ")
		}
		b.WriteString("item ")
		b.WriteString(strconv.Itoa(p.Item))
	}
	if p.Field != "" {
		if b.Len() > 0 {
			b.WriteString(", ")
		}
		b.WriteString("field ")
		b.WriteString(p.Field)
	}
	return b.String()
}

// Error is one fault.
type Error struct {
	// Code is for programs.
	Code Code
	// Place is where the fault lies; zero when it lies nowhere in particular.
	Place Place
	// Message is for people: what is wrong, in plain words.
	Message string
	// Fix is the way out, as an instruction; empty when there is none.
	Fix string
	// Cause is the error below, if any.
	Cause error
}

// Error gives "place: message (fix)".
func (e *Error) Error() string {
	var b strings.Builder
	if p := e.Place.String(); p != "" {
		b.WriteString(p)
		b.WriteString(": ")
	}
	b.WriteString(e.Message)
	if e.Cause != nil {
		b.WriteString(": ")
		b.WriteString(e.Cause.Error())
	}
	if e.Fix != "" {
		b.WriteString(" (")
		b.WriteString(e.Fix)
		b.WriteByte(')')
	}
	return b.String()
}

// Unwrap gives the cause.
func (e *Error) Unwrap() error { return e.Cause }

// New makes a fault with a formatted message.
func New(code Code, format string, args ...any) *Error {
	return &Error{Code: code, Message: fmt.Sprintf(format, args...)}
}

// Wrap makes a fault about cause, keeping it for errors.Is and errors.As.
func Wrap(code Code, cause error, format string, args ...any) *Error {
	return &Error{Code: code, Message: fmt.Sprintf(format, args...), Cause: cause}
}

// At gives a copy of e at place p. Fields of the place that e has already are
// kept, so that the innermost caller names the field and the outermost the file.
func (e *Error) At(p Place) *Error {
	c := *e
	if c.Place.File == "" {
		c.Place.File = p.File
	}
	if c.Place.Line == 0 {
		c.Place.Line, c.Place.Column = p.Line, p.Column
	}
	if c.Place.Item == 0 {
		c.Place.Item = p.Item
	}
	if c.Place.Field == "" {
		c.Place.Field = p.Field
	}
	return &c
}

// WithFix gives a copy of e with a way out.
func (e *Error) WithFix(format string, args ...any) *Error {
	c := *e
	c.Fix = fmt.Sprintf(format, args...)
	return &c
}

// In places err in p when it is a fault, or wraps it as an internal one.
// A nil error stays nil.
func In(p Place, err error) error {
	if err == nil {
		return nil
	}
	var f *Error
	if errors.As(err, &f) && f == err {
		return f.At(p)
	}
	return &Error{Code: CodeOf(err), Place: p, Message: "could not be handled", Cause: err}
}

// CodeOf gives the code of err: that of the first fault in its chain, and
// Internal for any other error.
func CodeOf(err error) Code {
	var f *Error
	if errors.As(err, &f) {
		return f.Code
	}
	return Internal
}

// Exit gives the exit status of the command line for err: 0 without error,
// 2 for wrong usage or bad input, 1 for everything else.
func Exit(err error) int {
	if err == nil {
		return 0
	}
	switch CodeOf(err) {
	case Invalid, Usage, NotFound, TooLarge, Conflict:
		return 2
	default:
		return 1
	}
}

// HTTP gives the HTTP status for err: 200 without error.
func HTTP(err error) int {
	if err == nil {
		return 200
	}
	switch CodeOf(err) {
	case Invalid:
		return 422
	case Usage:
		return 400
	case NotFound:
		return 404
	case Conflict:
		return 409
	case TooLarge:
		return 413
	case Denied:
		return 403
	case Limited:
		return 429
	case Unavailable:
		return 503
	default:
		return 500
	}
}
