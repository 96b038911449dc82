package commitment_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"pgregory.net/rapid"

	"github.com/cordon-engine/cordon/internal/commitment"
	"github.com/cordon-engine/cordon/internal/event"
	"github.com/cordon-engine/cordon/internal/goods"
	"github.com/cordon-engine/cordon/internal/when"
)

const regimeFile = "regime: pair\ntitle: T\nauthority: A\ntarget: FR\nscope: S\n"

// pairFile is a freeze for a freeze of two states, and a promise that comes only after an act of the other.
const pairFile = `
instrument: Pair
title: T
authority: A
adopted: 2020-01-01
provisions:
  - {id: pair-a, paragraph: "1", title: A, text: T, binding: agrees, effect: commit, measure: programme, kind: test,
     when: test.state == "FR" && test.type == "ballistic_launch" && test.range != "short", stipulation: {does: abstain, by: [FR], to: [DE], if: pair-b}}
  - {id: pair-b, paragraph: "2", title: B, text: T, binding: agrees, effect: commit, measure: programme, kind: exercise,
     when: test.state == "DE" && exercise.scale == "large", stipulation: {does: abstain, by: [DE], to: [FR], if: pair-a}}
  - {id: pair-c, paragraph: "3", title: C, text: T, binding: agrees, effect: commit, measure: diplomatic,
     stipulation: {does: act, by: [DE], to: [FR], due: 2020-02-01}}
  - {id: pair-d, paragraph: "4", title: D, text: T, binding: agrees, effect: commit, measure: programme, kind: test,
     when: test.state == "FR" && test.type == "nuclear_test", stipulation: {does: abstain, by: [FR], to: [DE], after: pair-c}}
`

func pairBook(t testing.TB, file string) *commitment.Book {
	t.Helper()
	d := embedded(t)
	fsys := fstest.MapFS{"c/pair/regime.yaml": {Data: []byte(regimeFile)}, "c/pair/pair.yaml": {Data: []byte(file)}}
	b, err := commitment.Open(d.ref.Places, d.ref.Commodities, (*goods.Factors)(nil), fsys, "c")
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// swapNames puts each of the two states in the place of the other.
var swapNames = strings.NewReplacer("FR", "DE", "DE", "FR")

func read(t testing.TB, list []string) []event.Event {
	t.Helper()
	if len(list) == 0 {
		return nil
	}
	out, err := event.ReadLines(embedded(t).ref, "events", strings.NewReader(strings.Join(list, "\n")))
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// drawEvents draws lines of events; acts are the moves that may come up.
func drawEvents(t *rapid.T, acts []string) []string {
	n := rapid.IntRange(0, 14).Draw(t, "n")
	var out []string
	for i := range n {
		day := when.Date(2020, 1, 1) + when.Day(rapid.IntRange(0, 20).Draw(t, "day"))
		at := day.String() + rapid.SampledFrom([]string{"T05Z", "T12:30Z", "Z", "", "+09:00"}).Draw(t, "precision")
		if at[:10] == "2020-01-01" && len(at) > 10 {
			at = "2020-01-01T12Z" // nothing is said of it before it is put forward
		}
		state := rapid.SampledFrom([]string{"FR", "DE"}).Draw(t, "state")
		sure := rapid.Bool().Draw(t, "sure")
		tail := `"sources":["s"],"verified":` + fmt.Sprint(sure)
		switch rapid.IntRange(0, 4).Draw(t, "what") {
		case 0:
			tail += `,"kind":"ballistic_launch"` + rapid.SampledFrom([]string{"", `,"range":"short"`, `,"range":"medium"`}).Draw(t, "range")
		case 1:
			tail += `,"kind":"exercise"` + rapid.SampledFrom([]string{"", `,"scale":"large"`, `,"scale":"small"`}).Draw(t, "scale")
			if rapid.Bool().Draw(t, "lasting") {
				tail += `,"until":"` + (day + 8).String() + `Z"`
			}
		case 2:
			tail += `,"kind":"nuclear_test"`
		default:
			if len(acts) == 0 {
				continue
			}
			act := rapid.SampledFrom(acts).Draw(t, "act")
			tail += `,"kind":"statement","moves":[{"act":"` + act + `","by":["` + state + `"],"on":["Pair"]`
			if act == "progress" {
				tail += `,"progress":` + fmt.Sprint(rapid.IntRange(0, 3).Draw(t, "progress"))
			}
			tail += `}]`
		}
		out = append(out, fmt.Sprintf(`{"id":"e%02d","title":"t","time":%q,"actors":[%q],%s}`, i, at, state, tail))
	}
	return out
}

var allActs = []string{"accept", "accept", "accept", "reject", "observe", "suspend", "resume", "withdraw", "end", "allege", "establish", "deny", "progress", "offer"}

// dump writes accounts out, so that two can be compared.
func dump(list []*commitment.Account) string {
	var b strings.Builder
	for _, a := range list {
		fmt.Fprintf(&b, "%s: %s, supposed %v, overdue %v\n", a.Provision.ID, a.State, a.Supposed, a.Overdue)
		for _, c := range a.Changes {
			id := ""
			if c.Event != nil {
				id = c.Event.ID
			}
			fmt.Fprintf(&b, "  %s %s %s %s\n", c.On, c.State, id, c.Why)
		}
		for _, c := range a.Conduct {
			fmt.Fprintf(&b, "  - %s %s %s %s %q\n", c.On, c.Event.ID, c.By, c.Role, c.Doubts)
		}
	}
	return b.String()
}

func run(t testing.TB, b *commitment.Book, q commitment.Question) []*commitment.Account {
	t.Helper()
	list, err := b.Run(q)
	if err != nil {
		t.Fatal(err)
	}
	return list
}

func TestProperties(t *testing.T) {
	book, swapped := pairBook(t, pairFile), pairBook(t, swapNames.Replace(pairFile))
	rapid.Check(t, func(rt *rapid.T) {
		lines := drawEvents(rt, allActs)
		q := commitment.Question{Events: read(t, lines), From: when.NoDay, To: when.NoDay}
		if rapid.Bool().Draw(rt, "suppose") {
			q.Suppose = book.Law.Provisions()
		}
		want := dump(run(t, book, q))

		shuffled := q
		shuffled.Events = rapid.Permutation(slices.Clone(q.Events)).Draw(rt, "order")
		if got := dump(run(t, book, shuffled)); got != want {
			rt.Fatalf("the order of events matters:\n%s\nand\n%s", want, got)
		}

		other, renamed := q, slices.Clone(lines)
		for i := range renamed {
			renamed[i] = swapNames.Replace(renamed[i])
		}
		other.Events = read(t, renamed)
		if q.Suppose != nil {
			other.Suppose = swapped.Law.Provisions()
		}
		if got := swapNames.Replace(dump(run(t, swapped, other))); got != want {
			rt.Fatalf("two states with each other's names fare otherwise:\n%s\nand\n%s", want, got)
		}

		check(rt, run(t, book, q))
	})
}

// check holds what must be true of every account: it tells the roles from the changes alone, without the fold.
func check(t *rapid.T, list []*commitment.Account) {
	byID := map[string]*commitment.Account{}
	for _, a := range list {
		byID[a.Provision.ID] = a
	}
	for _, a := range list {
		accepted := false
		for _, c := range a.Changes {
			accepted = accepted || c.State == commitment.Accepted
			if (c.State == commitment.BreachAlleged || c.State == commitment.BreachEstablished) && !accepted {
				t.Fatalf("%s was broken before it was accepted", a.Provision.ID)
			}
		}
		for _, c := range a.Breaches() {
			if c.Role != commitment.Breach {
				continue
			}
			for _, id := range a.Stipulation().If {
				if !everAccepted(byID[id]) {
					t.Fatalf("%s was broken by %s, and its condition %s never held", a.Provision.ID, c.Event.ID, id)
				}
			}
		}
	}
}

func everAccepted(a *commitment.Account) bool {
	return slices.ContainsFunc(a.Changes, func(c commitment.Change) bool { return c.State == commitment.Accepted })
}

// TestConditionNeverHolds: what hangs on a promise that the other side never makes, or on an act never done, is never
// broken, whatever is done and said.
func TestConditionNeverHolds(t *testing.T) {
	book := pairBook(t, pairFile)
	rapid.Check(t, func(rt *rapid.T) {
		var lines []string
		for _, l := range drawEvents(rt, allActs) {
			byOther := strings.Contains(l, `"act":"accept","by":["DE"]`)
			if !byOther && !strings.Contains(l, `"act":"progress"`) {
				lines = append(lines, l)
			}
		}
		for _, a := range run(t, book, commitment.Question{Events: read(t, lines), From: when.NoDay, To: when.NoDay}) {
			if id := a.Provision.ID; (id == "pair-a" || id == "pair-d") && (len(a.Breaches()) > 0 || strings.Contains(a.State.String(), "breached")) {
				rt.Fatalf("%s: %s\n%s", id, a.State, strings.Join(lines, "\n"))
			}
		}
	})
}

// TestSupposeAccepted: supposing what the record accepts changes nothing.
func TestSupposeAccepted(t *testing.T) {
	book := pairBook(t, pairFile)
	accept := `{"id":"first","kind":"agreement","title":"t","time":"2020-01-01","actors":["FR","DE"],"moves":[{"act":"accept","by":["FR","DE"],"on":["Pair"]}]}`
	rapid.Check(t, func(rt *rapid.T) {
		events := read(t, append(drawEvents(rt, allActs), accept))
		q := commitment.Question{Events: events, From: when.NoDay, To: when.NoDay}
		want := dump(run(t, book, q))
		q.Suppose = book.Law.Provisions()
		if got := dump(run(t, book, q)); got != want {
			rt.Fatalf("before:\n%s\nsupposed:\n%s", want, got)
		}
	})
}

// TestPair goes through the lapse of a pair step by step.
func TestPair(t *testing.T) {
	book := pairBook(t, pairFile)
	accept := `{"id":"a0","kind":"agreement","title":"t","time":"2020-01-02T12Z","actors":["FR","DE"],"moves":[{"act":"accept","by":["FR","DE"],"on":["Pair"]}]}`
	launch := `{"id":"b1","kind":"ballistic_launch","title":"t","time":"2020-01-05T12Z","actors":["FR"],"range":"medium","sources":["s"],"verified":true}`
	drill := `{"id":"c2","kind":"exercise","title":"t","time":"2020-01-07T12Z","actors":["DE"],"scale":"large","sources":["s"],"verified":true}`
	resume := `{"id":"d3","kind":"statement","title":"t","time":"2020-01-09T12Z","actors":["FR"],"moves":[{"act":"resume","by":["FR"],"on":["pair-a"]}]}`
	again := strings.NewReplacer("c2", "e4", "01-07", "01-11").Replace(drill)
	sameDay := strings.NewReplacer("2020-01-07T12Z", "2020-01-05Z").Replace(drill)
	during := strings.NewReplacer(`"2020-01-07T12Z"`, `"2020-01-01T12Z","until":"2020-01-06T00Z"`).Replace(drill)
	for name, tt := range map[string]struct {
		lines []string
		a, b  commitment.State
		role  commitment.Role
		doubt string
	}{
		"the first breaks, the second is released": {
			[]string{accept, launch, drill}, commitment.BreachEstablished, commitment.ConditionFailed, commitment.After, "",
		},
		"taken up again, the pair binds again": {
			[]string{accept, launch, drill, resume, again}, commitment.ConditionFailed, commitment.BreachEstablished, commitment.Breach, "",
		},
		"on one day, the order is not known": {
			[]string{accept, launch, sameDay}, commitment.ConditionFailed, commitment.BreachAlleged, commitment.Breach, "before or after b1",
		},
		"only one side accepted": {
			[]string{strings.Replace(accept, `"by":["FR","DE"]`, `"by":["DE"]`, 1), drill}, commitment.Proposed, commitment.Accepted, commitment.Unmet, "",
		},
		"under way when it came to bind": {
			[]string{accept, during}, commitment.ConditionFailed, commitment.BreachAlleged, commitment.Breach, "under way",
		},
		"no source calls it large": {
			[]string{accept, strings.Replace(drill, `"scale":"large",`, "", 1)}, commitment.ConditionFailed, commitment.BreachAlleged, commitment.Breach, "the scale of the exercise is not known",
		},
	} {
		list := run(t, book, commitment.Question{Events: read(t, tt.lines), From: when.NoDay, To: when.NoDay})
		a, b := list[0], list[1]
		last := b.Conduct[len(b.Conduct)-1]
		if a.State != tt.a || b.State != tt.b || last.Role != tt.role || !strings.Contains(strings.Join(last.Doubts, "; "), tt.doubt) || tt.doubt == "" && !last.Certain() {
			t.Errorf("%s:\n%s", name, dump(list))
		}
	}
}

// TestProgress: each coder's last word by a day.
func TestProgress(t *testing.T) {
	line := func(id, day string, progress int, coder string) string {
		return fmt.Sprintf(`{"id":%q,"kind":"statement","title":"t","time":%q,"actors":["DE"],"moves":[{"act":"progress","progress":%d,"coder":%q,"on":["pair-c"]}]}`, id, day, progress, coder)
	}
	list := run(t, pairBook(t, pairFile), commitment.Question{From: when.NoDay, To: when.NoDay, Events: read(t, []string{
		line("a", "2020-01-10", 1, "one"), line("b", "2020-01-20", 3, "one"), line("c", "2020-01-15", 2, "another"),
	})})
	for day, want := range map[string]string{"2020-01-09": "", "2020-01-12": "one 1;", "2020-01-18": "another 2;one 1;", "2020-02-10": "another 2;one 3;"} {
		d, err := when.ParseDay(day)
		if err != nil {
			t.Fatal(err)
		}
		got := ""
		for _, m := range list[2].ProgressOn(d) {
			got += fmt.Sprintf("%s %d;", m.Coder, m.Progress)
		}
		if got != want {
			t.Errorf("by %s: %s, not %s", day, got, want)
		}
	}
	if !list[2].Overdue {
		t.Error("what only one of two coders calls done is not overdue")
	}
}

func TestRefused(t *testing.T) {
	book := pairBook(t, pairFile)
	for name, line := range map[string]string{
		"nobody's word":       `{"id":"x","kind":"statement","title":"t","time":"2020-01-02","actors":["DE"],"moves":[{"act":"withdraw","by":["DE"],"on":["pair-a"]}]}`,
		"no undertaking":      `{"id":"x","kind":"statement","title":"t","time":"2020-01-02","actors":["DE"],"moves":[{"act":"deny","by":["DE"],"on":["pear-a"]}]}`,
		"before it was there": `{"id":"x","kind":"statement","title":"t","time":"2019-12-02","actors":["DE"],"moves":[{"act":"deny","by":["DE"],"on":["pair-a"]}]}`,
	} {
		if list, err := book.Run(commitment.Question{Events: read(t, []string{line}), From: when.NoDay, To: when.NoDay}); err == nil {
			t.Errorf("%s: %s", name, dump(list))
		}
	}
	d := embedded(t)
	for name, file := range map[string]string{
		"no terms":     strings.Replace(pairFile, `, stipulation: {does: abstain, by: [FR], to: [DE], if: pair-b}`, "", 1),
		"no state":     strings.Replace(pairFile, "by: [FR]", "by: [XQ]", 1),
		"no code":      strings.Replace(pairFile, "by: [FR]", "by: [France]", 1),
		"leads astray": strings.Replace(pairFile, "if: pair-b", "if: pair-x", 1),
		"not an act":   strings.Replace(pairFile, "does: abstain", "does: refrain", 1),
	} {
		fsys := fstest.MapFS{"c/pair/regime.yaml": {Data: []byte(regimeFile)}, "c/pair/pair.yaml": {Data: []byte(file)}}
		if _, err := commitment.Open(d.ref.Places, d.ref.Commodities, nil, fsys, "c"); err == nil {
			t.Errorf("%s was read", name)
		}
	}
}
