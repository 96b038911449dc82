package web

import (
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/cordon-engine/cordon/internal/access"
	"github.com/cordon-engine/cordon/internal/fault"
	"github.com/cordon-engine/cordon/internal/role"
	"github.com/cordon-engine/cordon/internal/setting"
)

// keysPage are the keys of programs.
type keysPage struct {
	*working
	Keys   []keyRow
	Good   int
	Scopes []scopeRow
	Typed  map[string]string
	// Made is the secret of a key that was made just now; it is shown once.
	Made, MadeID string
	// May is false where the one who looks may not make or end keys.
	May bool
}

type keyRow struct {
	access.Key
	// State is "good", "expired" or "revoked".
	State string
}

type scopeRow struct {
	Scope, About string
	Chosen       bool
}

// keySpans are how long a key may last, in days; 0 for no end.
var keySpans = []option{{Value: "90", Label: "90 days"}, {Value: "365", Label: "a year"}, {Value: "0", Label: "no end"}}

// Spans are the choices of how long a key lasts.
func (p *keysPage) Spans() []option { return spansOf(p.Typed["days"]) }

// spansOf are the choices, with one of them chosen.
func spansOf(days string) []option {
	list := slices.Clone(keySpans)
	for i := range list {
		list[i].Chosen = list[i].Value == days
	}
	return list
}

// keyRow is a key as pages show it.
func (w *working) keyRow(k access.Key) keyRow {
	row := keyRow{k, k.Ended(w.Now)}
	if row.State == "" {
		row.State = "good"
	}
	return row
}

func (s *Site) workKeys(w *working) (*answer, error) {
	if err := known(w.r); err != nil {
		return nil, err
	}
	if w.Keys == nil {
		return nil, missingPart("keys")
	}
	page := &keysPage{working: w, Typed: map[string]string{"days": "365"}, May: w.May(role.Keys)}
	status := 0
	if w.r.Method == http.MethodPost {
		var err error
		if status, err = page.act(); err != nil {
			return nil, err
		}
	}
	keys, err := w.Keys.Keys(w.ctx())
	if err != nil {
		return nil, err
	}
	for _, k := range keys {
		row := w.keyRow(k)
		if row.State == "good" {
			page.Good++
		}
		page.Keys = append(page.Keys, row)
	}
	slices.Reverse(page.Keys)
	for _, x := range access.Scopes() {
		page.Scopes = append(page.Scopes, scopeRow{string(x.Scope), x.About, slices.Contains(w.r.PostForm["scope"], string(x.Scope)) && len(w.Errors) > 0})
	}
	return w.page("workkeys", "Keys of programs", page).with(status), nil
}

// act makes or revokes a key as the form says, and gives the status of a refusal.
func (p *keysPage) act() (status int, err error) {
	if err := p.once([]string{"do", "owner", "days", "id"}, "scope"); err != nil {
		return 0, err
	}
	if !p.May {
		return p.refused("f-owner", "Keys", fault.New(fault.Denied, "the role %s makes and ends no keys", p.RoleNames()).WithFix("ask an administrator"))
	}
	switch p.value("do") {
	case "make":
		if err = p.make(); err != nil {
			p.Typed = map[string]string{"owner": p.value("owner"), "days": p.value("days")}
			return p.refused("f-owner", "New key", err)
		}
	case "revoke":
		k, err := p.WorkDesk.Keys.Revoke(p.ctx(), p.By, p.value("id"))
		if err != nil {
			return 0, err
		}
		p.Said = "The key " + k.ID + " of “" + k.Owner + "” is good no longer."
	default:
		return 0, fault.New(fault.Usage, "the form does not say what to do").WithFix("use the buttons of the page")
	}
	return 0, nil
}

// newKey makes the key that a form describes, for somebody.
func (w *working) newKey(owner string) (k access.Key, secret string, err error) {
	var scopes []access.Scope
	for _, name := range w.r.PostForm["scope"] {
		sc, err := access.ParseScope(name)
		if err != nil {
			return k, "", err
		}
		scopes = append(scopes, sc)
	}
	days, err := strconv.Atoi(w.value("days"))
	if err != nil || !slices.ContainsFunc(keySpans, func(o option) bool { return o.Value == w.value("days") }) {
		return k, "", fault.New(fault.Usage, "%q is no length of time for a key", w.value("days"))
	}
	ends := time.Time{}
	if days > 0 {
		ends = w.Now.AddDate(0, 0, days)
	}
	return access.New(nil, owner, scopes, w.Now, ends)
}

func (p *keysPage) make() error {
	k, secret, err := p.newKey(p.value("owner"))
	if err != nil {
		return err
	}
	if err := p.WorkDesk.Keys.Add(p.ctx(), p.By, k); err != nil {
		return err
	}
	p.Made, p.MadeID = secret, k.ID
	return nil
}

// settingsPage is what the server runs with.
type settingsPage struct {
	*working
	Set, Rest []WorkSetting
	Lists     []ListState
	// Duties are the reports that may be owed, those chosen that the desk owes; none where it keeps no cases. Owed is the setting.
	Duties []option
	Owed   setting.Setting
	// MayOwe says whether whoever looks may change that.
	MayOwe bool
}

// owed says which reports the desk owes, once it was changed as a form says; it gives the status of a refusal.
func (p *settingsPage) owed() (status int, err error) {
	if p.Owing == nil || p.WorkDesk.Clocks == nil {
		return 0, nil
	}
	if p.MayOwe = p.May(role.Owes); p.r.Method == http.MethodPost {
		if status, err = p.owe(); err != nil {
			return 0, err
		}
	}
	ids, s, err := p.Owing.Now(p.ctx())
	p.Owed = s
	for _, d := range p.WorkDesk.Clocks.Duties() {
		label := d.What + " to " + within(d.Authority) + ", when something is " + d.Starts + " (" + d.Term() + ")"
		p.Duties = append(p.Duties, option{Value: d.ID, Label: label, Chosen: slices.Contains(ids, d.ID)})
	}
	return status, err
}

// within writes an authority as it stands within a sentence.
func within(authority string) string {
	if rest, ok := strings.CutPrefix(authority, "The "); ok {
		return "the " + rest
	}
	return authority
}

func (p *settingsPage) owe() (status int, err error) {
	if err := p.once([]string{"do", "version"}, "report"); err != nil {
		return 0, err
	}
	seen, err := strconv.Atoi(p.value("version"))
	if err != nil || p.value("do") != "owe" {
		return 0, fault.New(fault.Usage, "the form does not say what to do").WithFix("use the buttons of the page")
	}
	if !p.MayOwe {
		err = fault.New(fault.Denied, "the role %s may not say which reports the desk owes", p.RoleNames()).WithFix("ask an administrator")
	} else {
		_, err = p.Owing.Set(p.ctx(), p.By.Name, p.Now, p.r.PostForm["report"], seen)
	}
	if err != nil {
		return p.refused("f-owe", "Reports that are owed", err)
	}
	p.Said = "From now on the clocks of the reports below start by themselves."
	return 0, nil
}

func (s *Site) settings(w *working) (*answer, error) {
	if err := known(w.r); err != nil {
		return nil, err
	}
	page := &settingsPage{working: w}
	status, err := page.owed()
	if err != nil {
		return nil, err
	}
	for _, x := range w.Settings {
		if x.About = strings.TrimSuffix(x.About, "."); x.Default {
			page.Rest = append(page.Rest, x)
		} else {
			page.Set = append(page.Set, x)
		}
	}
	page.Lists, err = s.loaded(w.r)
	return w.page("worksettings", "Settings", page).with(status), err
}
