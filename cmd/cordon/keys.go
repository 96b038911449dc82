package main

import (
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/cordon-engine/cordon/internal/access"
	"github.com/cordon-engine/cordon/internal/fault"
	"github.com/cordon-engine/cordon/internal/report"
	"github.com/cordon-engine/cordon/internal/when"
)

type keysCmd struct {
	Add    keysAddCmd    `cmd:"" help:"Make a key and print it, once."`
	List   keysListCmd   `cmd:"" help:"List the keys: whose, for what, until when. Secrets are not kept, and not shown."`
	Revoke keysRevokeCmd `cmd:"" help:"End a key for good."`
}

type keysAddCmd struct {
	dataFlag
	formatFlag
	Name    string   `required:"" help:"Whose key it is. With the name of somebody who signs in (cordon people) it acts as them, within its scopes." placeholder:"TEXT"`
	Scope   []string `required:"" help:"What it may do (repeatable): decide, screen, lists, read, answers, jobs, watch, cases, approve (beside cases: be the second person), mcp, metrics, or admin for all that is no work on cases." placeholder:"S"`
	Expires string   `help:"When it ends: after so many days, on a day, or never." default:"365d" placeholder:"90d"`
}

// Run is the command.
func (c *keysAddCmd) Run(m *Main) error {
	now := m.now()
	ends, err := endOf(c.Expires, now)
	if err != nil {
		return fault.In(fault.Place{Field: "--expires"}, err)
	}
	var scopes []access.Scope
	for _, name := range c.Scope {
		s, err := access.ParseScope(name)
		if err != nil {
			return fault.In(fault.Place{Field: "--scope"}, err)
		}
		scopes = append(scopes, s)
	}
	k, secret, err := access.New(nil, c.Name, scopes, now, ends)
	if err != nil {
		return err
	}
	store, err := m.openKeys(m.ctx, c.Data)
	if err != nil {
		return err
	}
	defer store.Close()
	if err := store.AddKey(m.ctx, k); err != nil {
		return err
	}
	if c.Format == "json" {
		out := report.Key(&k, now)
		out.Secret = secret
		return json.NewEncoder(m.Out).Encode(out)
	}
	until := "does not end"
	if !ends.IsZero() {
		until = "ends " + report.Moment(k.Expires)
	}
	fmt.Fprintf(m.Err, "The key %s of %q may %s, and %s. Here it is, this once:\n", k.ID, k.Owner, strings.Join(report.Key(&k, now).Scopes, ", "), until)
	_, err = fmt.Fprintln(m.Out, secret)
	return err
}

// endOf reads when a key ends: so many days ("90d"), a day (it ends as the day does, in UTC) or "never".
func endOf(text string, now time.Time) (time.Time, error) {
	if text == "never" {
		return time.Time{}, nil
	}
	if days, ok := strings.CutSuffix(text, "d"); ok {
		n, err := strconv.Atoi(days)
		if err != nil || n < 1 || n > 36500 {
			return time.Time{}, fault.New(fault.Invalid, "%q is no number of days", text).WithFix("write it as in 90d")
		}
		return now.AddDate(0, 0, n), nil
	}
	if _, err := when.ParseDay(text); err != nil {
		return time.Time{}, fault.New(fault.Invalid, "%q is neither a number of days nor a day", text).WithFix("write 90d, 2027-06-30 or never")
	}
	day, err := time.Parse(time.DateOnly, text)
	return day.AddDate(0, 0, 1), err
}

type keysListCmd struct {
	dataFlag
	formatFlag
}

// Run is the command.
func (c *keysListCmd) Run(m *Main) error {
	var keys []access.Key
	err := m.readingBeside(c.Data, m.hasOldKeys(c.Data), func(s database) (err error) {
		if err = m.takeOverKeys(m.ctx, c.Data, keysIn(s)); err == nil {
			keys, err = keysIn(s).Keys(m.ctx)
		}
		return err
	})
	if err != nil {
		return err
	}
	list := []report.KeyJSON{}
	for _, k := range keys {
		list = append(list, report.Key(&k, m.now()))
	}
	if c.Format == "json" {
		return json.NewEncoder(m.Out).Encode(list)
	}
	if len(list) == 0 {
		fmt.Fprintln(m.Out, "There are no keys.")
		return nil
	}
	w := tabwriter.NewWriter(m.Out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "KEY\tSTATE\tNAME\tSCOPES\tMADE\tENDS")
	for _, k := range list {
		ends := "never"
		if k.Expires != "" {
			ends, _, _ = strings.Cut(k.Expires, "T")
		}
		made, _, _ := strings.Cut(k.Created, "T")
		fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\t%s\n", k.ID, k.State, k.Name, strings.Join(k.Scopes, ","), made, ends)
	}
	return w.Flush()
}

type keysRevokeCmd struct {
	dataFlag
	ID string `arg:"" name:"id" help:"The key as keys list shows it."`
}

// Run is the command.
func (c *keysRevokeCmd) Run(m *Main) error {
	store, err := m.openKeys(m.ctx, c.Data)
	if err != nil {
		return err
	}
	defer store.Close()
	k, err := store.RevokeKey(m.ctx, c.ID, m.now())
	if err != nil {
		return err
	}
	fmt.Fprintf(m.Out, "%s of %q is revoked since %s.\n", k.ID, k.Owner, report.Moment(k.Revoked))
	return nil
}
