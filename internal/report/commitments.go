package report

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/cordon-engine/cordon/internal/claim"
	"github.com/cordon-engine/cordon/internal/commitment"
	"github.com/cordon-engine/cordon/internal/event"
	"github.com/cordon-engine/cordon/internal/fault"
	"github.com/cordon-engine/cordon/internal/law"
	"github.com/cordon-engine/cordon/internal/place"
	"github.com/cordon-engine/cordon/internal/vocab"
	"github.com/cordon-engine/cordon/internal/when"
)

// CommitmentsView is what reports on undertakings are made from.
type CommitmentsView struct {
	// Accounts are those that are shown, in the order of the law.
	Accounts []*commitment.Account
	// Certain are the same without conduct that is in doubt; nil where that was not asked.
	Certain []*commitment.Account
	// Assumed is true where undertakings were to be taken as accepted.
	Assumed  bool
	From, To when.Day
	// Events are all that were looked at, in order; First and Last the days of the first and the last.
	Events []event.Event
	// Claim finds a claim that an event names.
	Claim      func(id string) (*claim.Claim, *claim.Source)
	LawVersion string
}

// NewCommitmentsView folds the events of a question into the accounts of the chosen undertakings; with certain also into
// those without conduct that is in doubt. Events later than the question's last day are left out, and an event that names a
// claim which is not on record is refused.
func NewCommitmentsView(b *commitment.Book, q commitment.Question, claims *claim.Ledger, chosen []*law.Provision, certain bool) (*CommitmentsView, error) {
	if q.To != when.NoDay && q.To < q.From {
		return nil, fault.New(fault.Usage, "--to lies before --from").At(fault.Place{Field: "to"})
	}
	for i := range q.Events {
		for _, id := range q.Events[i].Claims {
			if _, err := claims.Claim(id); err != nil {
				return nil, fault.New(fault.Invalid, "the event %s names the claim %q, which does not exist", q.Events[i].ID, id)
			}
		}
	}
	q.Events = slices.DeleteFunc(slices.Clone(q.Events), func(e event.Event) bool {
		return q.To != when.NoDay && e.Time.Legal().From > q.To
	})
	v := &CommitmentsView{From: q.From, To: q.To, Events: q.Events, LawVersion: b.Law.Version, Assumed: len(q.Suppose) > 0}
	v.Claim = func(id string) (*claim.Claim, *claim.Source) {
		c, err := claims.Claim(id)
		if err != nil {
			return nil, nil
		}
		return c, claims.SourceOf(c)
	}
	run := func(q commitment.Question) ([]*commitment.Account, error) {
		list, err := b.Run(q)
		return slices.DeleteFunc(list, func(a *commitment.Account) bool { return !slices.Contains(chosen, a.Provision) }), err
	}
	var err error
	if v.Accounts, err = run(q); err != nil {
		return nil, err
	}
	if len(v.Accounts) == 0 {
		return nil, fault.New(fault.NotFound, "none of it had been put forward by %s", q.To.Long())
	}
	if certain {
		q.CertainOnly = true
		v.Certain, err = run(q)
	}
	return v, err
}

// Suppose gives what is taken as accepted so that undertakings can be tested: the whole instrument of each, since a part
// of a pair is tested with the whole of it.
func Suppose(chosen []*law.Provision) []*law.Provision {
	var out []*law.Provision
	for _, p := range chosen {
		out = append(out, p.Instrument.Provisions...)
	}
	return out
}

// stateNames gives the names of states as a list in words.
func stateNames(list []place.State, name Names) string {
	words := make([]string, len(list))
	for i, s := range list {
		words[i] = name(s.String())
	}
	return join(words)
}

func codeNames(list []string, name Names) string {
	words := make([]string, len(list))
	for i, s := range list {
		words[i] = name(s)
	}
	return join(words)
}

func join(words []string) string {
	if len(words) < 2 {
		return strings.Join(words, "")
	}
	return strings.Join(words[:len(words)-1], ", ") + " and " + words[len(words)-1]
}

// instruments gives the accounts by instrument, in the order of the law.
func (v *CommitmentsView) instruments() [][]*commitment.Account {
	var out [][]*commitment.Account
	for i, a := range v.Accounts {
		if i == 0 || a.Provision.Instrument != v.Accounts[i-1].Provision.Instrument {
			out = append(out, nil)
		}
		out[len(out)-1] = append(out[len(out)-1], a)
	}
	return out
}

// scope says what was looked at: what is not on record may have happened.
func (v *CommitmentsView) scope() string {
	if len(v.Events) == 0 {
		return "No event was looked at."
	}
	first, last := v.Events[0].Legal(), v.Events[len(v.Events)-1].Legal()
	return fmt.Sprintf("On record: %s%s, all from %s to %s. What is not on record may have happened: no report of a breach is not compliance. Days are those of New York.",
		Plural(len(v.Events), "event"), v.coverage(), first.From.Long(), last.To.Long())
}

// coverage counts the events of the kinds that could be against what is shown, with the years that they lie in.
func (v *CommitmentsView) coverage() string {
	var kinds vocab.KindSet
	for _, a := range v.Accounts {
		if a.Stipulation().Abstain {
			kinds |= a.Provision.Kinds
		}
	}
	out := ""
	for _, k := range []struct {
		id   vocab.KindID
		what string
	}{{vocab.KindTest, "tests and launches"}, {vocab.KindExercise, "exercises"}} {
		n, first, last := 0, 0, 0
		for i := range v.Events {
			if e := &v.Events[i]; e.Kind.Activity() == k.id {
				y, _, _ := e.Legal().From.Civil()
				if n == 0 {
					first = y
				}
				n, last = n+1, y
			}
		}
		if kinds.Has(k.id) && n > 0 {
			out += fmt.Sprintf(", %d of them %s of %d", n, k.what, first)
			if last > first {
				out += fmt.Sprintf(" to %d", last)
			}
		}
	}
	return out
}

// CommitmentsDocument lists undertakings with their state.
func CommitmentsDocument(v *CommitmentsView, name Names) *Document {
	by := map[commitment.State]int{}
	for _, a := range v.Accounts {
		by[a.State]++
	}
	var counts []string
	for s := commitment.Proposed; s <= commitment.Ended; s++ {
		if by[s] > 0 {
			counts = append(counts, fmt.Sprintf("%d %s", by[s], s))
		}
	}
	d := &Document{Title: "Undertakings", Lead: []string{
		Plural(len(v.Accounts), "undertaking") + " on record: " + strings.Join(counts, ", ") + ".", v.scope(),
	}}
	for _, list := range v.instruments() {
		in := list[0].Provision.Instrument
		s := Section{ID: list[0].Provision.ID, Title: in.Name}
		t := &Table{Head: []string{"undertaking", "who", "what", "state", "since", "progress"}}
		for _, a := range list {
			last := a.Changes[len(a.Changes)-1]
			t.Rows = append(t.Rows, []string{a.Provision.ID, codeNames(a.Stipulation().By, name), a.Provision.Title, a.State.String(), last.On.String(), v.progress(a)})
		}
		s.AddTable(t)
		d.Sections = append(d.Sections, s)
	}
	return d
}

// progress gives what each coder puts the progress at by the end of the time that is looked at.
func (v *CommitmentsView) progress(a *commitment.Account) string {
	d := v.To
	if d == when.NoDay {
		d = law.Forever
	}
	var parts []string
	for _, m := range a.ProgressOn(d) {
		parts = append(parts, strconv.Itoa(m.Progress)+" of 3 ("+m.Coder+")")
	}
	return strings.Join(parts, ", ")
}

// CommitmentDocument shows undertakings in full.
func CommitmentDocument(v *CommitmentsView, name Names) *Document {
	in := v.Accounts[0].Provision.Instrument
	d := &Document{Title: in.Name, Lead: []string{in.Title + ". " + in.Authority + "."}}
	for _, a := range v.Accounts {
		d.Lead = append(d.Lead, v.InShort(a, name))
	}
	d.Lead = append(d.Lead, v.scope())
	for _, a := range v.Accounts {
		d.Sections = append(d.Sections, termsSection(a, name))
	}
	return d
}

func sinceWords(a *commitment.Account) string {
	c := a.Changes[len(a.Changes)-1]
	if EndedByConduct(a, len(a.Changes)-1) {
		return "its observance ended by conduct on " + OneDay(c.On) + ": " + c.Event.ID
	}
	if c.Event == nil {
		return "since " + OneDay(c.On) + " (" + c.Why + ")"
	}
	return "since " + OneDay(c.On) + ", by " + c.Event.ID + " (" + c.Why + ")"
}

// OneDay gives a day that is not known exactly as one of several.
func OneDay(p when.Period) string {
	switch {
	case p.Exact():
		return p.From.Long()
	case p.To == p.From+1:
		return p.From.Long() + " or " + p.To.Long()
	}
	return "a day of " + p.Long()
}

func termsSection(a *commitment.Account, name Names) Section {
	p, st := a.Provision, a.Stipulation()
	s := Section{ID: p.ID, Title: p.ID + ": " + p.Title}
	s.Para("%s", p.Text)
	does := "to do it"
	if st.Abstain {
		does = "not to do it"
	}
	terms := []string{"Who: " + codeNames(st.By, name) + ", " + does + "."}
	add := func(what, text string) {
		if text != "" {
			terms = append(terms, what+": "+strings.TrimSuffix(text, ".")+".")
		}
	}
	to := codeNames(st.To, name)
	if to == "" {
		to = "nobody by name"
	}
	add("To whom", to)
	add("Scope", st.Scope)
	add("From", p.From.Long())
	if p.Until != when.NoDay {
		add("Until", p.Until.Long())
	}
	if st.Due != when.NoDay {
		add("Due", st.Due.Long())
	}
	add("Hangs on", strings.Join(st.If, ", "))
	add("Only after", strings.Join(st.After, ", "))
	verifier := st.Verifier
	if verifier == "" {
		verifier = "nobody named"
	}
	add("Who checks", verifier)
	seen := "the words were seen"
	if !p.Verified {
		seen = "the words were not seen by us"
	}
	add("Citation", p.Cite()+"; "+seen+"; "+strings.Join(p.Sources, " "))
	add("Note", p.Note)
	s.List(terms)
	t := &Table{Caption: "Its state", Head: []string{"day", "state", "by", "why"}}
	for i, c := range a.Changes {
		by := "the instrument"
		if c.Event != nil {
			by = c.Event.ID
		}
		state, why := StepWords(a, i)
		t.Rows = append(t.Rows, []string{c.On.String(), state, by, why})
	}
	s.AddTable(t)
	marks := &Table{Caption: "Progress, 0 to 3", Head: []string{"day", "progress", "event", "who says so"}, Right: []int{1}}
	for _, m := range a.Marks {
		marks.Rows = append(marks.Rows, []string{m.On.String(), strconv.Itoa(m.Progress), m.Event.ID, m.Coder})
	}
	s.AddTable(marks)
	s.AddTable(conductTable("Conduct that bears on it", deeds([]*commitment.Account{a}, nil), name))
	if a.Overdue {
		s.Para("It was due on %s and is not on record as done. That is not a breach that anybody found.", st.Due.Long())
	}
	return s
}

// deed is conduct of one or more states in one event on one undertaking.
type deed struct {
	account *commitment.Account
	conduct *commitment.Conduct
	by      []place.State
}

// deeds gathers conduct by event, in the order of time. keep chooses; nil for all but what came after an end.
func deeds(list []*commitment.Account, keep func(*commitment.Conduct) bool) []deed {
	var out []deed
	for _, a := range list {
		for i := range a.Conduct {
			c := &a.Conduct[i]
			if keep == nil && c.Role == commitment.AfterEnd || keep != nil && !keep(c) {
				continue
			}
			k := slices.IndexFunc(out, func(d deed) bool { return d.account == a && d.conduct.Event == c.Event && d.conduct.Role == c.Role })
			if k >= 0 {
				out[k].by = append(out[k].by, c.By)
				continue
			}
			out = append(out, deed{a, c, []place.State{c.By}})
		}
	}
	slices.SortStableFunc(out, func(x, y deed) int {
		return cmp.Or(cmp.Compare(x.conduct.Event.Time.From, y.conduct.Event.Time.From), cmp.Compare(x.conduct.Event.Time.To, y.conduct.Event.Time.To),
			cmp.Compare(x.conduct.Event.ID, y.conduct.Event.ID))
	})
	return out
}

func conductTable(caption string, list []deed, name Names) *Table {
	t := &Table{Caption: caption, Head: []string{"day", "event", "who", "undertaking", "stands to it as", "in doubt because"}}
	for _, d := range list {
		t.Rows = append(t.Rows, []string{
			d.conduct.On.String(), d.conduct.Event.Title + " (" + d.conduct.Event.ID + ")", stateNames(d.by, name), d.account.Provision.ID,
			d.conduct.Role.String(), strings.Join(d.conduct.Doubts, "; "),
		})
	}
	return t
}

// against chooses conduct against an undertaking that was accepted, or supposed to be.
func against(c *commitment.Conduct) bool {
	switch c.Role {
	case commitment.Breach, commitment.Again, commitment.After, commitment.Unmet:
		return true
	}
	return false
}

// unbound chooses conduct against what did not bind at the time.
func unbound(c *commitment.Conduct) bool {
	return c.Role == commitment.NotAccepted || c.Role == commitment.EndsObservance || c.Role == commitment.WhileSuspended
}

// CommitmentTest says which events would have been against undertakings, by whom, in which order, and which are in doubt.
func CommitmentTest(v *CommitmentsView, name Names) *Document {
	in := v.Accounts[0].Provision.Instrument
	d := &Document{Title: "Test: " + in.Name}
	all := deeds(v.Accounts, against)
	d.Lead = append(d.Lead, v.testLead(all, name))
	if doubtful(all) == 0 {
		if text := firstWords(v.Accounts, name); text != "" {
			d.Lead = append(d.Lead, "T"+strings.TrimPrefix(text, "t"))
		}
	} else {
		for i, reading := range [][]*commitment.Account{v.Accounts, v.Certain} {
			if text := firstWords(reading, name); text != "" {
				d.Lead = append(d.Lead, [...]string{"If what is in doubt counts: ", "If it does not: "}[i]+text)
			}
		}
	}
	d.Lead = append(d.Lead, "This is an order of events. Who moved first is for the reader to judge.", v.scope())
	if len(all) > 0 {
		s := Section{ID: "all", Title: "Events against it"}
		if doubtful(all) > 0 {
			s.Title = "With what is in doubt"
		}
		s.AddTable(conductTable("", all, name))
		s.List(stateItems(v.Accounts))
		d.Sections = append(d.Sections, s)
	}
	if certain := deeds(v.Certain, against); len(certain) > 0 && doubtful(all) > 0 {
		s := Section{ID: "certain", Title: "Without what is in doubt"}
		s.AddTable(conductTable("", certain, name))
		s.List(stateItems(v.Certain))
		d.Sections = append(d.Sections, s)
	}
	if loose := deeds(v.Accounts, unbound); len(loose) > 0 {
		s := Section{ID: "unbound", Title: "Against what did not bind at the time"}
		s.AddTable(conductTable("", loose, name))
		d.Sections = append(d.Sections, s)
	}
	return d
}

func stateItems(list []*commitment.Account) []string {
	var out []string
	for _, a := range list {
		out = append(out, a.Provision.ID+": "+a.State.String()+", "+sinceWords(a)+".")
	}
	return out
}

func doubtful(list []deed) int {
	n := 0
	for _, d := range list {
		if !d.conduct.Certain() {
			n++
		}
	}
	return n
}

// testLead is the answer in one paragraph.
func (v *CommitmentsView) testLead(all []deed, name Names) string {
	in := v.Accounts[0].Provision.Instrument
	supposed := slices.ContainsFunc(v.Accounts, func(a *commitment.Account) bool { return a.Supposed })
	span := v.span(in)
	if len(all) == 0 {
		if !supposed && !slices.ContainsFunc(v.Accounts, wasAccepted) {
			return "It was not accepted: nothing on record could break it" + span + ". `--assume accepted` asks what would have."
		}
		return "Nothing on record was against it" + span + "."
	}
	start := "It was accepted: "
	if supposed {
		start = "Had it been in force" + span + ", "
		span = ""
	}
	sides := map[string]int{}
	var order []string
	for _, x := range all {
		key := stateNames(x.by, name) + " against " + x.account.Provision.ID
		if sides[key] == 0 {
			order = append(order, key)
		}
		sides[key]++
	}
	var parts []string
	for _, k := range order {
		parts = append(parts, fmt.Sprintf("%d by %s", sides[k], k))
	}
	would := " were against it"
	if supposed {
		would = " would have been against it"
	}
	return fmt.Sprintf("%s%s%s%s: %s. %s", start, Plural(len(all), "event"), would, span, strings.Join(parts, "; "), doubtWords(doubtful(all)))
}

func doubtWords(n int) string {
	switch n {
	case 0:
		return "None of them is in doubt."
	case 1:
		return "One of them is in doubt."
	}
	return strconv.Itoa(n) + " of them are in doubt."
}

func wasAccepted(a *commitment.Account) bool {
	return slices.ContainsFunc(a.Changes, func(c commitment.Change) bool { return c.State == commitment.Accepted })
}

func (v *CommitmentsView) span(in *law.Instrument) string {
	from := in.Adopted
	if v.From != when.NoDay {
		from = max(from, v.From)
	}
	if v.To == when.NoDay {
		return " from " + from.Long() + " on"
	}
	return " from " + from.Long() + " to " + v.To.Long()
}

// firstWords says which breach was first and what it did to the other side.
func firstWords(list []*commitment.Account, name Names) string {
	first := deeds(list, func(c *commitment.Conduct) bool { return c.Role == commitment.Breach })
	if len(first) == 0 {
		return ""
	}
	f := first[0]
	text := fmt.Sprintf("the first event against it is %s (%s) on %s, by %s, against %s", f.conduct.Event.Title, f.conduct.Event.ID,
		OneDay(f.conduct.On), stateNames(f.by, name), f.account.Provision.ID)
	var failed []string
	for _, a := range list {
		for _, c := range a.Changes {
			if c.State == commitment.ConditionFailed && c.Event == f.conduct.Event {
				failed = append(failed, a.Provision.ID)
			}
		}
	}
	if len(failed) > 0 {
		text += ". From then on the condition of " + join(failed) + " had failed, so that conduct against it broke nothing"
	}
	if !f.conduct.Certain() {
		text += ". In doubt: " + strings.Join(f.conduct.Doubts, "; ")
	}
	return strings.TrimSuffix(text, ".") + "."
}

// TimelineDocument puts everything that bears on undertakings in the order of time, with what each side says.
func TimelineDocument(v *CommitmentsView, name Names) *Document {
	title := "Undertakings in the order of events"
	if list := v.instruments(); len(list) == 1 {
		title = list[0][0].Provision.Instrument.Name + ": order of events"
	}
	d := &Document{Title: title, Lead: []string{
		"What happened and what each side said of it, in the order of time. It is no verdict on who moved first.", v.scope(),
	}}
	s := Section{ID: "timeline", Title: "Events"}
	t := &Table{Head: []string{"day", "event", "who", "what it did", "what was said"}}
	for _, row := range v.Timeline() {
		t.Rows = append(t.Rows, []string{
			row.Event.Legal().String(), row.Event.Title + " (" + row.Event.ID + ")", stateNames(row.Event.Actors, name),
			strings.Join(row.Did, "; "), strings.Join(v.saidWords(row, name), "; "),
		})
	}
	s.AddTable(t)
	d.Sections = append(d.Sections, s)
	return d
}

// TimelineRow is one event of a timeline.
type TimelineRow struct {
	Event *event.Event
	// Did says what it did to which undertaking, or how it stands to it.
	Did []string
	// Moves are what was said in it of the undertakings that are shown.
	Moves []*event.Move
}

// Timeline gives every event that bears on one of the undertakings, in order.
func (v *CommitmentsView) Timeline() []TimelineRow {
	var out []TimelineRow
	at := map[string]int{}
	row := func(e *event.Event) *TimelineRow {
		i, ok := at[e.ID]
		if !ok {
			i = len(out)
			at[e.ID] = i
			out = append(out, TimelineRow{Event: e})
		}
		return &out[i]
	}
	for _, a := range v.Accounts {
		for i := range a.Said {
			m := a.Said[i].Move
			if r := row(a.Said[i].Event); !slices.Contains(r.Moves, m) {
				r.Moves = append(r.Moves, m)
			}
		}
		for _, x := range deeds([]*commitment.Account{a}, nil) {
			r := row(x.conduct.Event)
			doubt := ""
			if !x.conduct.Certain() {
				doubt = " (in doubt)"
			}
			r.Did = append(r.Did, a.Provision.ID+": "+x.conduct.Role.String()+doubt)
		}
		for _, c := range a.Changes {
			if c.Event != nil && v.within(c.Event) {
				r := row(c.Event)
				r.Did = append(r.Did, a.Provision.ID+" from now on: "+c.State.String())
			}
		}
	}
	slices.SortStableFunc(out, func(x, y TimelineRow) int {
		return cmp.Or(cmp.Compare(x.Event.Time.From, y.Event.Time.From), cmp.Compare(x.Event.Time.To, y.Event.Time.To), cmp.Compare(x.Event.ID, y.Event.ID))
	})
	return out
}

// within reports whether an event lies in the time that is asked for.
func (v *CommitmentsView) within(e *event.Event) bool {
	return v.From == when.NoDay || e.Legal().To >= v.From
}

// saidWords gives the moves and claims of a row, each with who says it.
func (v *CommitmentsView) saidWords(r TimelineRow, name Names) []string {
	var out []string
	for _, m := range r.Moves {
		who := stateNames(m.By, name)
		if who == "" {
			who = m.Coder
		}
		text := who + " " + moveWords[m.Act]
		if m.Act == event.Progress {
			text += " at " + strconv.Itoa(m.Progress) + " of 3"
		}
		text += " (" + strings.Join(m.On, ", ") + ")"
		if m.Text != "" {
			text += ": " + m.Text
		}
		out = append(out, text)
	}
	for _, id := range r.Event.Claims {
		if c, src := v.Claim(id); c != nil {
			out = append(out, c.Speaker+" ("+src.Publisher+"): "+c.Text)
		}
	}
	return out
}

// moveWords say what a move does.
var moveWords = map[event.Act]string{
	event.Propose: "proposed it", event.Accept: "accepted it", event.Reject: "turned it down", event.Observe: "said that it is kept",
	event.Suspend: "put it off", event.Resume: "took it up again", event.End: "declared it over", event.Withdraw: "gave it up",
	event.Allege: "said that it was broken", event.Establish: "found or admitted that it was broken", event.Deny: "denied it",
	event.Offer: "offered it", event.Progress: "put its progress",
}
