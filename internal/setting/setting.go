// Package setting is what a desk decided once about its store and all who work on it hold to: which reports it owes, and by which
// secret its pseudonyms are made. What a machine runs with is no setting of this kind; flags say that.
//
// The package declares the [Store]; adapters implement it and pass the suite in settingtest. Each change is one transaction with its
// entry in the log. It decides nothing and reads no clock.
package setting

import (
	"context"
	"crypto/sha256"
	"fmt"
	"strings"
	"time"

	"github.com/cordon-engine/cordon/internal/fault"
	"github.com/cordon-engine/cordon/internal/ledger"
)

// The names. They stand in stores: they are added, never renamed.
const (
	// Owes are the reports that the desk owes when something is blocked or rejected, as ids of duties with blanks between.
	Owes = "owes"
	// Pseudonyms is a value by which the secret of pseudonyms is told from another; the secret does not follow from it.
	Pseudonyms = "pseudonyms"
)

// Setting is one of them.
type Setting struct {
	Name, Value string
	// Version counts the changes, from 1 on; 0 for one that was never set.
	Version int
	// By is the pseudonym of who set it, and At when, to the second.
	By string
	At time.Time
}

// Store keeps settings. It is safe for concurrent use, and other programs may use the same store.
type Store interface {
	// Setting gives one; of Version 0 where it was never set.
	Setting(ctx context.Context, name string) (Setting, error)
	// Set puts one in the place of that of the version before, and enters it in the log; fault.Conflict ([WentOn]) where that is
	// not the one that is kept.
	Set(ctx context.Context, s Setting) error
}

// Next gives the setting that follows, set by somebody at a time.
func (s Setting) Next(value, by string, at time.Time) Setting {
	return Setting{s.Name, value, s.Version + 1, by, at.UTC().Truncate(time.Second)}
}

// List gives the value as words.
func (s Setting) List() []string { return strings.Fields(s.Value) }

// Entry is what the log has of it.
func (s Setting) Entry() ledger.Entry {
	return ledger.Entry{
		Time: s.At.UTC().Truncate(time.Millisecond), Kind: ledger.Setting, Actor: s.By, About: "setting:" + s.Name,
		Data: sha256.Sum256(fmt.Appendf(nil, "cordon setting 1\n%q\n%q\n%d\n", s.Name, s.Value, s.Version)),
	}
}

// WentOn is for a change of a setting that is not any more what was seen.
func WentOn(name string) error {
	return fault.New(fault.Conflict, "somebody else changed the setting %q at the same moment", name).WithFix("look again, and try once more")
}
