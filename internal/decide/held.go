package decide

import (
	"math"
	"slices"
	"strconv"
	"strings"
	"sync"

	"github.com/cordon-engine/cordon/internal/activity"
	"github.com/cordon-engine/cordon/internal/law"
	"github.com/cordon-engine/cordon/internal/ruling"
	letters "github.com/cordon-engine/cordon/internal/text"
	"github.com/cordon-engine/cordon/internal/vocab"
	"github.com/cordon-engine/cordon/internal/when"
)

// Committee is the form of a licence that may be the approval which the law asks for.
const Committee = "committee approval"

// NotHeld is the standing of a licence that an activity names and nobody holds.
const NotHeld = "no such licence is on record here"

// noLicence is what an activity says that is done by no licence, whatever is held.
const noLicence = "none"

// mostHeld is how many licences an answer names; others are counted.
const mostHeld = 10

// Holdings are the licences of who asks, read when the first question turns out to need one. It is safe for concurrent use;
// nil holds none.
type Holdings struct {
	read func() ruling.Licences

	mu sync.Mutex
	// named are the licences that rulings named, of which any says that some ruling did.
	named map[string]bool
	any   bool
}

// Hold gives the licences that read gives as they stand, or with the reason why they cannot be read. It is called once at most.
func Hold(read func() ruling.Licences) *Holdings {
	return &Holdings{read: sync.OnceValue(read), named: map[string]bool{}}
}

// Named gives the licences that rulings have named until now, those that they only counted among them, as they stood: whoever rules
// again with these gets the same. It is nil where no ruling said anything of licences.
func (h *Holdings) Named() *ruling.Licences {
	if h == nil {
		return nil
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	if !h.any {
		return nil
	}
	all := h.read()
	out := &ruling.Licences{Unread: all.Unread, More: all.More}
	for _, x := range all.Held {
		if h.named[x.ID] {
			out.Held = append(out.Held, x)
		}
	}
	return out
}

// note remembers that a ruling says something of licences, and of which.
func (h *Holdings) note(lists ...[]ruling.Held) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.any = true
	for _, list := range lists {
		for i := range list {
			h.named[list[i].ID] = true
		}
	}
}

// Rule rules on an activity, and where the answer is not lawful, names the licences that are held for what stands in the way.
// One of them is taken for the approval that the law asks for only if nothing about it is in doubt; then the fact is stated on a
// copy of the activity, with the licence as its source, and rule is asked again. The engine sees facts alone.
func (h *Holdings) Rule(req ruling.Request, rule func(ruling.Request) (*ruling.Ruling, error)) (*ruling.Ruling, error) {
	r, err := rule(req)
	if err != nil || h == nil || r.Verdict <= ruling.Reportable {
		return r, err
	}
	all := h.read()
	if all.Unread != "" {
		h.note()
		r.Licences = &ruling.Licences{Unread: all.Unread}
		return r, nil
	}
	named := text(req.Activity.Facts, vocab.ApprovalLicence)
	if named == noLicence || len(all.Held) == 0 && named == "" {
		return r, nil
	}
	w := weighing{req: req, rule: rule, named: named, note: h.note}
	if err := w.touch(); err != nil {
		return nil, err
	}
	out := w.weigh(&all)
	if len(out.Held) == 0 {
		return r, nil
	}
	if len(out.Held[0].Why) > 0 {
		r.Licences = out
		return r, nil
	}
	return w.allow(r, out)
}

// weighing is the work on one activity.
type weighing struct {
	req  ruling.Request
	rule func(ruling.Request) (*ruling.Ruling, error)
	// named is the licence that the activity names; "" for none.
	named string
	// note takes the licences to name, before they are cut to the first.
	note func(...[]ruling.Held)
	// touched are the provisions that an approval would change something about, of which those in the way are not lawful as it is.
	touched, way []*law.Provision
}

// touch asks what an approval would change, of each provision by itself, so that what is open is seen too. An approval is one
// fact for all provisions: nothing that it would lift may be lifted by a licence for something else.
func (w *weighing) touch() error {
	req := w.req
	req.Each, req.Brief = true, true
	if days := w.days(); !days.Exact() {
		first := when.On(days.From) // a licence is named, and allows nothing
		req.AsOf = &first
	}
	without, err := w.rule(req)
	if err != nil {
		return err
	}
	req.Activity = req.Activity.Clone()
	req.Activity.Facts.Set(vocab.ApprovalCommittee, activity.Value{Text: "granted"})
	req.Activity.Facts = slices.DeleteFunc(req.Activity.Facts, func(g activity.Given) bool { return g.Fact == vocab.ApprovalValidUntil })
	with, err := w.rule(req)
	if err != nil {
		return err
	}
	for i := range without.Findings {
		f := &without.Findings[i]
		j := slices.IndexFunc(with.Findings, func(g ruling.Finding) bool { return g.Provision == f.Provision && g.Line == f.Line })
		if j >= 0 && sameFinding(f, &with.Findings[j]) {
			continue
		}
		w.touched = addOnce(w.touched, f.Provision)
		if f.Verdict > ruling.Reportable {
			w.way = addOnce(w.way, f.Provision)
		}
	}
	return nil
}

// sameFinding reports whether nothing about a finding hangs on the approval. One that is open may look the same but for what it
// hangs on.
func sameFinding(a, b *ruling.Finding) bool {
	return a.Verdict == b.Verdict && a.Outcome == b.Outcome && slices.Equal(a.Missing, b.Missing) &&
		slices.EqualFunc(a.Exceptions, b.Exceptions, func(x, y ruling.ExceptionFinding) bool {
			return x.Exception == y.Exception && x.Holds == y.Holds && x.Approval == y.Approval && slices.Equal(x.Missing, y.Missing)
		})
}

func addOnce(list []*law.Provision, p *law.Provision) []*law.Provision {
	if slices.Contains(list, p) {
		return list
	}
	return append(list, p)
}

// days are the days for which a licence must hold: those of the law that is asked.
func (w *weighing) days() when.Period {
	if w.req.AsOf != nil {
		return *w.req.AsOf
	}
	return w.req.Activity.Date
}

// weigh gives the licences to name, the one that allows it first.
func (w *weighing) weigh(all *ruling.Licences) *ruling.Licences {
	var sound, others []ruling.Held
	for _, x := range all.Held {
		if w.named != "" && x.ID != w.named {
			continue
		}
		x.For, x.Allows, x.Why = w.names(&x), false, nil
		if len(x.For) == 0 && !w.near(&x) {
			continue
		}
		if x.Why = w.doubts(&x); len(x.Why) == 0 {
			sound = append(sound, x)
		} else {
			others = append(others, x)
		}
	}
	if w.named != "" && len(sound)+len(others) == 0 && len(w.way) > 0 {
		others = []ruling.Held{{ID: w.named, From: when.NoDay, Until: when.NoDay, Standing: NotHeld, Why: []string{NotHeld}}}
	}
	if len(sound)+len(others) > 0 {
		w.note(sound, others)
	}
	for i := 1; i < len(sound); i++ {
		sound[i].Why = []string{"it would do too: the answer rests on " + sound[0].ID}
	}
	out := &ruling.Licences{Held: append(sound, others...), More: all.More}
	if extra := len(out.Held) - mostHeld; extra > 0 {
		out.Held, out.More = out.Held[:mostHeld], out.More+extra
	}
	return out
}

// names gives the provisions in the way that a licence names, by their ids, that of the entry they are a part of, or that of a
// clause under which they can be approved.
func (w *weighing) names(x *ruling.Held) (out []string) {
	for _, p := range w.way {
		if covers(x, p) {
			out = append(out, p.ID)
		}
	}
	return out
}

func covers(x *ruling.Held, p *law.Provision) bool {
	has := func(id string) bool { return slices.Contains(x.Provisions, id) }
	return has(p.ID) || has(p.PartOf) || slices.ContainsFunc(p.Exceptions, func(e *law.Exception) bool {
		return e.Grant == law.ByCommittee && (has(e.Provision.ID) || has(e.Name()))
	})
}

// near reports whether a licence that names no provision is about the same all the same: it is named, and allows nothing.
func (w *weighing) near(x *ruling.Held) bool {
	if len(w.way) == 0 {
		return false
	}
	if x.ID == w.named {
		return true
	}
	a := w.req.Activity
	return len(x.Provisions) == 0 && w.kindFits(x) && (slices.ContainsFunc(a.Parties, func(p activity.Facts) bool {
		name := text(p, vocab.PartyName)
		return name != "" && isParty(x, name)
	}) || slices.ContainsFunc(a.Goods, func(g activity.Facts) bool { return isGoods(x, text(g, vocab.GoodsHS)) }))
}

// doubts gives all that keeps a licence from being the approval; none where nothing does.
func (w *weighing) doubts(x *ruling.Held) (why []string) {
	if x.Standing == NotHeld { // as it was kept
		return []string{NotHeld}
	}
	add := func(so bool, words string) {
		if so {
			why = append(why, words)
		}
	}
	_, said := w.req.Activity.Facts.Get(vocab.ApprovalCommittee)
	add(said, "the activity says itself what approval there is")
	add(x.Kind != Committee, "it is no approval of the committee, which is what the law asks for here")
	add(x.Standing != ruling.InForce, x.Standing)
	add(!x.Verified, "nobody held its record to the document")
	why = append(why, w.outOfTime(x)...)
	add(len(x.Provisions) == 0, "its record names no provision")
	add(len(x.Provisions) > 0 && len(x.For) == 0, "it names nothing that stands in the way")
	for _, p := range w.touched {
		add(len(x.For) > 0 && !covers(x, p), "it does not name "+p.ID+", which an approval would lift too")
	}
	add(!w.kindFits(x), "it is not for what is done: "+vocab.KindOf(w.req.Activity.Kind).Name)
	why = append(why, w.strangers(x)...)
	why = append(why, w.otherGoods(x)...)
	add(x.Uses > 0 && x.UsesLeft <= 0, "it is used up: as many decisions rest on it as may")
	if x.Unit != "" {
		why = append(why, w.tooMuch(x)...)
	}
	return why
}

func (w *weighing) kindFits(x *ruling.Held) bool {
	return len(x.Activities) == 0 || slices.Contains(x.Activities, vocab.KindOf(w.req.Activity.Kind).Name)
}

// outOfTime says which days are outside of the period.
func (w *weighing) outOfTime(x *ruling.Held) (why []string) {
	for _, days := range []when.Period{w.days(), w.req.Activity.Date} {
		switch {
		case !days.Exact():
			why = append(why, "the day is not exact")
		case x.From > days.From:
			why = append(why, "it begins only on "+x.From.Long())
		case x.Until != when.NoDay && x.Until < days.To:
			why = append(why, "its last day is "+x.Until.Long())
		default:
			continue
		}
		return why
	}
	return nil
}

// isParty reports whether a licence names somebody, as its holder or a party: letter by letter but for case, accents and
// signs. Who is only alike is another.
func isParty(x *ruling.Held, name string) bool {
	same := func(s string) bool { return letters.Fold(s) == letters.Fold(name) }
	return same(x.Holder) || slices.ContainsFunc(x.Parties, same)
}

// strangers says who takes part and is not named.
func (w *weighing) strangers(x *ruling.Held) (why []string) {
	a := w.req.Activity
	for i, p := range a.Parties {
		switch name := text(p, vocab.PartyName); {
		case name == "":
			why = append(why, "a party has no name to compare: "+numbered(vocab.OfParties, i))
		case !isParty(x, name):
			why = append(why, name+" is not among its parties")
		}
	}
	if len(a.Parties) == 0 {
		why = append(why, "no party is said, and it is for those that it names")
	}
	ship, imo := text(a.Facts, vocab.VesselName), text(a.Facts, vocab.VesselIMO)
	if (ship != "" || imo != "") && !(imo != "" && (isParty(x, imo) || isParty(x, "IMO "+imo)) || imo == "" && isParty(x, ship)) {
		why = append(why, "the ship is not among its parties: "+strings.TrimSpace(ship+" "+imo))
	}
	return why
}

func isGoods(x *ruling.Held, hs string) bool {
	return hs != "" && slices.ContainsFunc(x.Goods, func(g string) bool { return strings.HasPrefix(hs, g) })
}

// otherGoods says which lines it does not cover.
func (w *weighing) otherGoods(x *ruling.Held) (why []string) {
	lines := w.req.Activity.Goods
	if len(lines) == 0 && len(x.Goods) > 0 {
		return []string{"no goods are said, and it is for those that it names"}
	}
	if len(lines) > 0 && len(x.Goods) == 0 {
		return []string{"its record names no goods"}
	}
	for i, g := range lines {
		switch hs := text(g, vocab.GoodsHS); {
		case hs == "":
			why = append(why, "goods have no HS code to compare: "+numbered(vocab.OfGoods, i))
		case !isGoods(x, hs):
			why = append(why, "HS "+hs+" is not among its goods")
		}
	}
	return why
}

// tooMuch says whether what is done is more than is left, or cannot be compared with it.
func (w *weighing) tooMuch(x *ruling.Held) []string {
	var sum float64
	known := len(w.req.Activity.Goods) > 0
	for _, g := range w.req.Activity.Goods {
		amount, ok := g.Get(vocab.GoodsQuantity)
		if x.Unit == "USD" {
			amount, ok = g.Get(vocab.GoodsValue)
		} else {
			ok = ok && text(g, vocab.GoodsUnit) == x.Unit
		}
		known = known && ok && !amount.Unknown
		sum += amount.Num
	}
	switch {
	case !known:
		return []string{"it is bounded in " + x.Unit + ", and it is not said how much in " + x.Unit + " this is"}
	case math.Ceil(sum*1000-1e-6) > float64(x.Left):
		return []string{"it is more than is left of it"}
	}
	return nil
}

// allow states the approval and rules again.
func (w *weighing) allow(before *ruling.Ruling, l *ruling.Licences) (*ruling.Ruling, error) {
	x := &l.Held[0]
	req := w.req
	req.Activity, req.Licences = req.Activity.Clone(), l
	facts := &req.Activity.Facts
	facts.Set(vocab.ApprovalCommittee, activity.Value{Text: "granted"})
	facts.Set(vocab.ApprovalLicence, activity.Value{Text: x.ID})
	if _, said := facts.Get(vocab.ApprovalValidUntil); !said && x.Until != when.NoDay {
		facts.Set(vocab.ApprovalValidUntil, activity.Value{Date: when.On(x.Until)})
	}
	after, err := w.rule(req)
	switch {
	case err != nil:
		return nil, err
	case after.Verdict <= ruling.Reportable:
		x.Allows = true
		return after, nil
	case after.Verdict < before.Verdict:
		x.Why = []string{"it lifts what it is for, and something else remains"}
		return after, nil
	}
	x.Why = []string{"it lifts what it is for, and the answer is the same for something else"}
	before.Licences = l
	return before, nil
}

// numbered names a party or a goods line as facts are named: "parties[2]".
func numbered(of vocab.Scope, i int) string { return of.String() + "[" + strconv.Itoa(i+1) + "]" }
