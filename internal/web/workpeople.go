package web

import (
	"net/http"
	"slices"
	"strings"

	"github.com/cordon-engine/cordon/internal/access"
	"github.com/cordon-engine/cordon/internal/account"
	"github.com/cordon-engine/cordon/internal/casework"
	"github.com/cordon-engine/cordon/internal/fault"
	"github.com/cordon-engine/cordon/internal/report"
	"github.com/cordon-engine/cordon/internal/role"
)

// peoplePage are those who work here, and what each role may do.
type peoplePage struct {
	*working
	List  []WorkPerson
	Roles []casework.Role
	Table []roleRow
	// Change is true where the one who looks may add people and change them.
	Change bool
	Typed  map[string]string
	// Made is a password that was made just now, of MadeName; it is shown once.
	Made, MadeName string
}

type roleRow struct {
	Kind string
	May  []bool
}

// roleChoice is a role that can be given.
type roleChoice struct {
	Role    role.Role
	Keeps   bool // it may change people
	Decides bool // it is the second person
	Chosen  bool
}

// roleChoices are the roles that a person can have.
func roleChoices(chosen func(role.Role) bool) []roleChoice {
	var out []roleChoice
	for _, r := range role.OfPeople() {
		out = append(out, roleChoice{r, role.May(r, role.People), role.May(r, role.Approve), chosen(r)})
	}
	return out
}

// Choice are the roles of the form that adds somebody.
func (p *peoplePage) Choice() []roleChoice {
	return roleChoices(func(r role.Role) bool { return len(p.Errors) > 0 && slices.Contains(p.r.PostForm["role"], string(r)) })
}

func (s *Site) people(w *working) (*answer, error) {
	if err := known(w.r); err != nil {
		return nil, err
	}
	page := &peoplePage{working: w, Roles: casework.Roles(), Change: w.Team != nil && w.May(role.People), Typed: map[string]string{}}
	status := 0
	if w.r.Method == http.MethodPost {
		var err error
		if status, err = page.add(); err != nil {
			return nil, err
		}
	}
	if w.People != nil {
		var err error
		if page.List, err = w.People(w.ctx()); err != nil {
			return nil, err
		}
	}
	for _, x := range role.Permissions() {
		row := roleRow{Kind: role.About(x)}
		for _, r := range page.Roles {
			row.May = append(row.May, role.May(r, x))
		}
		if slices.Contains(row.May, true) {
			page.Table = append(page.Table, row)
		}
	}
	return w.page("workpeople", "People", page).with(status), nil
}

// with is the answer with a status, where there is one.
func (a *answer) with(status int) *answer {
	if status != 0 {
		a.status = status
	}
	return a
}

// mayChange refuses whoever may not change people, and a desk at which nobody is changed.
func (w *working) mayChange() error {
	switch {
	case w.Team == nil:
		return fault.New(fault.Denied, "people are not changed here").WithFix("sign in; `cordon people add` makes the first person")
	case !w.May(role.People):
		return fault.New(fault.Denied, "the role %s adds and changes nobody", w.RoleNames()).WithFix("ask an admin")
	}
	return nil
}

// givenRoles reads the roles that a form names.
func (w *working) givenRoles() ([]role.Role, error) {
	var out []role.Role
	for _, name := range w.r.PostForm["role"] {
		r, err := role.Parse(name)
		if err != nil {
			return nil, err
		}
		out = append(out, r)
	}
	return out, nil
}

// once refuses a form with a field that is not among these, or with one twice that is not among the lists.
func (w *working) once(names []string, lists ...string) error {
	for name, values := range w.r.PostForm {
		if len(values) > 1 && !slices.Contains(lists, name) || name != "token" && !slices.Contains(names, name) && !slices.Contains(lists, name) {
			return fault.New(fault.Usage, "this form has no field %q, or has it twice", name)
		}
	}
	return nil
}

// add adds somebody as the form says, and gives the status of a refusal.
func (p *peoplePage) add() (status int, err error) {
	if err := p.once([]string{"do", "name", "display", "outside"}, "role"); err != nil {
		return 0, err
	}
	if err := p.mayChange(); err != nil {
		return p.refused("f-name", "People", err)
	}
	if p.value("do") != "add" {
		return 0, fault.New(fault.Usage, "the form does not say what to do").WithFix("use the buttons of the page")
	}
	roles, err := p.givenRoles()
	if err == nil {
		var x account.Person
		password := ""
		if p.value("outside") != "" {
			x, err = p.Team.Add(p.ctx(), p.By.Name, p.value("name"), p.value("display"), roles, "")
		} else {
			x, password, err = p.Team.AddMade(p.ctx(), p.By.Name, p.value("name"), p.value("display"), roles)
		}
		if err == nil {
			p.Said, p.Made, p.MadeName = x.Display+" may sign in as "+x.Name+".", password, x.Name
			return 0, nil
		}
	}
	p.Typed = map[string]string{"name": p.value("name"), "display": p.value("display"), "outside": p.value("outside")}
	return p.refused("f-name", "New person", err)
}

// personPage is one of those who work here, to whoever may change people.
type personPage struct {
	*working
	Person   account.Person
	Sessions []account.Session
	Choice   []roleChoice
	// Self is true for the own page, on which roles, standing and password are not changed.
	Self bool
	Keys []keyRow
	// MayKeys is true where keys may be made and ended too, and Scopes are those that a key can have.
	MayKeys bool
	Scopes  []scopeRow
	Spans   []option
	// Made is a password, or MadeKey the secret of a key, that was made just now; it is shown once.
	Made, MadeKey string
}

// RolesNow are the roles of the person.
func (p *personPage) RolesNow() string {
	return strings.ReplaceAll(account.RolesText(p.Person.Roles), " ", ", ")
}

func (s *Site) person(w *working) (*answer, error) {
	if err := known(w.r); err != nil {
		return nil, err
	}
	if err := w.mayChange(); err != nil {
		return nil, err
	}
	page := &personPage{working: w, Self: w.r.PathValue("id") == w.By.Name, MayKeys: w.WorkDesk.Keys != nil && w.May(role.Keys)}
	var err error
	if page.Person, err = w.Team.Store.PersonBy(w.ctx(), w.r.PathValue("id"), "", ""); err != nil {
		return nil, err
	}
	status := 0
	if w.r.Method == http.MethodPost {
		if status, err = page.act(); err != nil {
			return nil, err
		}
	}
	if err := page.fill(); err != nil {
		return nil, err
	}
	return w.page("workperson", page.Person.Display, page).with(status), nil
}

// fill reads what the page shows, after what was done.
func (p *personPage) fill() (err error) {
	if p.Person, err = p.Team.Store.PersonBy(p.ctx(), p.Person.ID, "", ""); err != nil {
		return err
	}
	if p.Sessions, err = p.Team.Sessions(p.ctx(), p.Person.ID); err != nil {
		return err
	}
	p.Choice = roleChoices(func(r role.Role) bool { return slices.Contains(p.Person.Roles, r) })
	if p.WorkDesk.Keys == nil || !p.May(role.SeeKeys) {
		return nil
	}
	keys, err := p.WorkDesk.Keys.Keys(p.ctx())
	for _, k := range keys {
		if owner, _ := account.Fold(k.Owner); owner == p.Person.Name {
			p.Keys = append(p.Keys, p.keyRow(k))
		}
	}
	for _, x := range access.Scopes() {
		p.Scopes = append(p.Scopes, scopeRow{string(x.Scope), x.About, len(p.Errors) > 0 && slices.Contains(p.r.PostForm["scope"], string(x.Scope))})
	}
	p.Spans = spansOf("90")
	return err
}

// act does what the form says, and gives the status of a refusal.
func (p *personPage) act() (status int, err error) {
	if err := p.once([]string{"do", "days", "id"}, "role", "scope"); err != nil {
		return 0, err
	}
	acts := map[string]struct {
		field, label string
		do           func() error
	}{
		"roles":    {"f-roles", "Roles", p.setRoles},
		"disable":  {"f-stand", "Standing", p.disable},
		"enable":   {"f-stand", "Standing", p.enable},
		"reset":    {"f-stand", "Password", p.reset},
		"sessions": {"f-stand", "Sessions", p.endSessions},
		"key":      {"f-key", "New key", p.makeKey},
		"revoke":   {"f-key", "Key", p.revokeKey},
	}
	a, ok := acts[p.value("do")]
	if !ok {
		return 0, fault.New(fault.Usage, "the form does not say what to do").WithFix("use the buttons of the page")
	}
	if err := a.do(); err != nil {
		return p.refused(a.field, a.label, err)
	}
	return 0, nil
}

func (p *personPage) setRoles() error {
	roles, err := p.givenRoles()
	if err != nil {
		return err
	}
	x, err := p.Team.SetRoles(p.ctx(), p.By.Name, p.Person.ID, roles)
	p.Said = x.Display + " is " + strings.ReplaceAll(account.RolesText(x.Roles), " ", ", ") + " from now on; their sessions ended."
	return p.unsaid(err)
}

// unsaid takes back what would have been told, where it was not done.
func (p *personPage) unsaid(err error) error {
	if err != nil {
		p.Said = ""
	}
	return err
}

func (p *personPage) disable() error {
	x, err := p.Team.Disable(p.ctx(), p.By.Name, p.Person.ID)
	p.Said = x.Display + " is shut out; their sessions ended, and keys in their name are good no longer."
	return p.unsaid(err)
}

func (p *personPage) enable() error {
	x, err := p.Team.Enable(p.ctx(), p.By.Name, p.Person.ID)
	p.Said = x.Display + " may sign in again."
	return p.unsaid(err)
}

func (p *personPage) reset() (err error) {
	_, p.Made, err = p.Team.Reset(p.ctx(), p.By.Name, p.Person.ID)
	return err
}

func (p *personPage) endSessions() error {
	n, err := p.Team.EndSessions(p.ctx(), p.By.Name, p.Person.ID)
	p.Said = report.Counted(n, "session") + " of " + p.Person.Display + " ended."
	return p.unsaid(err)
}

// mayKeys refuses whoever may not make and end keys.
func (p *personPage) mayKeys() error {
	if !p.MayKeys {
		return fault.New(fault.Denied, "the role %s makes and ends no keys", p.RoleNames()).WithFix("ask an admin")
	}
	return nil
}

func (p *personPage) makeKey() error {
	if err := p.mayKeys(); err != nil {
		return err
	}
	k, secret, err := p.newKey(p.Person.Name)
	if err == nil {
		err = p.WorkDesk.Keys.Add(p.ctx(), p.By, k)
	}
	if err == nil {
		p.MadeKey = secret
	}
	return err
}

func (p *personPage) revokeKey() error {
	if err := p.mayKeys(); err != nil {
		return err
	}
	keys, err := p.WorkDesk.Keys.Keys(p.ctx())
	if err != nil {
		return err
	}
	for _, k := range keys {
		if owner, _ := account.Fold(k.Owner); k.ID == p.value("id") && owner == p.Person.Name {
			_, err := p.WorkDesk.Keys.Revoke(p.ctx(), p.By, k.ID)
			p.Said = "The key " + k.ID + " is good no longer."
			return p.unsaid(err)
		}
	}
	return fault.New(fault.Conflict, "%s has no such key", p.Person.Name).WithFix("load the page anew")
}
