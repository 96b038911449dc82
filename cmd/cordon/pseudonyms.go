package main

import (
	"cmp"
	"context"
	"fmt"

	"github.com/cordon-engine/cordon/internal/fault"
	"github.com/cordon-engine/cordon/internal/logkey"
	"github.com/cordon-engine/cordon/internal/postgres"
	deskset "github.com/cordon-engine/cordon/internal/setting"
)

// checkPseudonyms refuses a server over a database whose folder has another secret of pseudonyms than the servers before it: one
// person would be two in the log, and at a case. Where nobody said yet by which secret they are made, a server that keeps something
// of people says so.
func (c *serveCmd) checkPseudonyms(m *Main) error {
	if !postgres.Is(c.Data) {
		return nil // the folder of the store is the folder of the secret
	}
	s, err := c.shared(m).open(m.ctx)
	if err != nil {
		return err
	}
	some, err := c.people.anybody(m.ctx)
	if err != nil {
		return err
	}
	return m.samePseudonyms(m.ctx, s, some || len(c.Keep) > 0)
}

// samePseudonyms compares the secret of a folder with that of the store; say has it said where nobody has.
func (m *Main) samePseudonyms(ctx context.Context, s *workStore, say bool) error {
	ours, err := logkey.PseudonymsCheck(s.dir)
	if err != nil {
		return err
	}
	kept, err := s.Setting(ctx, deskset.Pseudonyms)
	if err == nil && kept.Version == 0 && say {
		// Who is not first, or has no key to sign the log with, leaves it to the others.
		if err = s.Set(ctx, kept.Next(ours, s.account, m.now())); fault.CodeOf(err) == fault.Conflict || fault.CodeOf(err) == fault.Unavailable {
			kept, err = s.Setting(ctx, deskset.Pseudonyms)
		}
	}
	if err != nil || kept.Version == 0 || kept.Value == ours {
		return err
	}
	return anotherSecret(s.dir)
}

func anotherSecret(dir string) error {
	return fault.New(fault.Conflict, "the secret of pseudonyms in %s is another than the one that this store's pseudonyms are made with: one person would be two", dir).
		At(fault.Place{File: logkey.Pseudonyms}).
		WithFix("copy %s from the folder of another server on this database into it; where it is lost, `cordon audit pseudonyms --take` goes on with this one", logkey.Pseudonyms)
}

// actorOn gives the pseudonym of who runs a command, for what is written into a store. Over a database it is refused where the store's
// pseudonyms are made with another secret than that of this folder, or where this folder has none and would make one.
func (m *Main) actorOn(ctx context.Context, s deskset.Store, data string) (string, error) {
	dir := m.folderOf(data)
	if err := sameSecret(ctx, s, data, dir, false); err != nil {
		return "", err
	}
	return m.actor(dir)
}

// sameSecret compares the secret of a folder with that of the store of a database; unless may lack, a folder without one is another.
func sameSecret(ctx context.Context, s deskset.Store, data, dir string, mayLack bool) error {
	if !postgres.Is(data) {
		return nil // the folder of the store is the folder of the secret
	}
	kept, err := s.Setting(ctx, deskset.Pseudonyms)
	if err != nil || kept.Version == 0 {
		return err
	}
	if !logkey.HasPseudonyms(dir) {
		if mayLack {
			return nil
		}
		return anotherSecret(dir)
	}
	if ours, err := logkey.PseudonymsCheck(dir); err != nil || ours == kept.Value {
		return err
	}
	return anotherSecret(dir)
}

type auditPseudonymsCmd struct {
	dataFlag
	Take bool `help:"Go on with the secret of this folder: from now on servers with another are refused. Who stood under a pseudonym of another is somebody else then, unless they are among cordon people."`
}

// Run is the command.
func (c *auditPseudonymsCmd) Run(m *Main) error {
	s, err := m.openStore(m.ctx, c.Data) // whatever its secret is: that is what is asked
	if err != nil {
		return err
	}
	defer s.Close()
	dir := m.folderOf(c.Data)
	kept, err := s.Setting(m.ctx, deskset.Pseudonyms)
	if err != nil {
		return err
	}
	ours := ""
	if c.Take || kept.Version == 0 || logkey.HasPseudonyms(dir) { // to ask makes none that would be another
		ours, err = logkey.PseudonymsCheck(dir)
	}
	if err == nil && c.Take && kept.Value != ours {
		var account string
		if account, err = m.actor(dir); err != nil {
			return err
		}
		err = s.Set(m.ctx, kept.Next(ours, account, m.now()))
		kept.Value, kept.Version = ours, kept.Version+1
	}
	if err != nil {
		return err
	}
	said := map[bool]string{true: "the secret of " + dir + " is the one that the store's pseudonyms are made with", false: "the store's pseudonyms are made with another secret than that of " + dir}[kept.Value == ours]
	if kept.Version == 0 {
		said = "nobody said yet with which secret the store's pseudonyms are made"
	}
	fmt.Fprintf(m.Out, "%s (check value of the folder %s, of the store %s)\n", said, cmp.Or(ours, "none"), cmp.Or(kept.Value, "none"))
	if kept.Version > 0 && kept.Value != ours {
		return exitStatus(1)
	}
	return nil
}
