package main

import (
	"encoding/json"
	"slices"
	"sort"
	"strconv"
	"strings"

	"github.com/cordon-engine/cordon/internal/answer"
	"github.com/cordon-engine/cordon/internal/casework"
	"github.com/cordon-engine/cordon/internal/fault"
	"github.com/cordon-engine/cordon/internal/screening"
)

// kept gives the alerts of an answer that was kept: one for each hit of a screening, one for a ruling that a person must look
// at. What was not screened, or was left off by its limit, is no case and no silence either: it is refused.
func (r *caseMaker) kept(rec *answer.Record, stake float64) ([]*casework.Alert, error) {
	if rec.Erased {
		return nil, fault.New(fault.NotFound, "the answer %s was erased", rec.ID)
	}
	switch rec.Kind {
	case answer.Decide:
		a, err := rulingAlert(rec, stake)
		if a == nil || err != nil {
			return nil, err
		}
		return []*casework.Alert{a}, nil
	case answer.Screen:
	default:
		return nil, fault.New(fault.Invalid, "the answer %s is of the kind %s; cases are made of screenings and rulings", rec.ID, rec.Kind)
	}
	a, err := askedOf(rec)
	if err != nil {
		return nil, err
	}
	a.stake = stake
	switch {
	case a.answer.Outcome == string(screening.NotScreened):
		return nil, fault.New(fault.Conflict, "the party was not screened: %s", a.answer.Reason).WithFix("screen again")
	case a.answer.More > 0:
		return nil, fault.New(fault.Conflict, "the screening left %d hits off by its limit", a.answer.More).WithFix("screen again with a higher limit")
	case len(a.answer.Hits) == 0:
		return nil, nil
	}
	return r.alerts(&a)
}

// ruledJSON is what is read of a ruling.
type ruledJSON struct {
	Ref      string    `json:"ref"`
	Verdict  string    `json:"verdict"`
	AsOf     string    `json:"as_of"`
	Findings []finding `json:"findings"`
	Screened []struct {
		Snapshot string `json:"snapshot"`
	} `json:"screened"`
	Regimes []struct {
		ID string `json:"id"`
	} `json:"regimes"`
}

type finding struct {
	Provision string `json:"provision"`
	Cite      string `json:"cite"`
	Outcome   string `json:"outcome"`
	Verdict   string `json:"verdict"`
	Line      int    `json:"line"`
}

// rulingAlert makes an alert of a ruling, nil where the rule wants none ([casework.RulingScore]). Our side is the activity as it
// was asked about, the other the law that bites: the findings. A further ruling on the same activity, by its own id or, without
// one, by all that it says, is about the same pair.
func rulingAlert(rec *answer.Record, stake float64) (*casework.Alert, error) {
	var q decideAsked
	var x ruledJSON
	err := json.Unmarshal(rec.Question, &q)
	if err == nil {
		err = json.Unmarshal(rec.Answer, &x)
	}
	if err != nil {
		return nil, unreadable(err)
	}
	score, wanted := casework.RulingScore(x.Verdict)
	if !wanted {
		return nil, nil
	}
	a := &casework.Alert{Tier: casework.TierRuling, Score: score, Stake: stake, Answer: rec.ID}
	if a.Subject.Says, err = saidOf(q.Activity); err != nil {
		return nil, unreadable(err)
	}
	a.Subject.Name = activityName(a.Subject.Says, x.Ref)
	a.Subject.Ref = "activity:" + x.Ref
	if x.Ref == "" {
		a.Subject.Ref += a.Subject.Print()[:24]
	}
	a.Listing = lawSide(&x)
	for _, s := range x.Screened {
		if s.Snapshot != "" && !slices.Contains(a.Against, s.Snapshot) {
			a.Against = append(a.Against, s.Snapshot)
		}
	}
	return a, nil
}

// lawSide gives the law that bites as a side of a case: the regimes that were asked name it, so that a change of what is found is
// a change of the side.
func lawSide(x *ruledJSON) casework.Side {
	var regimes, cites []string
	for _, g := range x.Regimes {
		regimes = append(regimes, g.ID)
	}
	slices.Sort(regimes)
	s := casework.Side{Ref: "law:" + strings.Join(regimes, ",")}
	s.Says = append(s.Says, casework.Fact{Field: "verdict", Value: x.Verdict})
	for _, f := range x.Findings {
		value := f.Outcome + ", " + f.Verdict
		if f.Line > 0 {
			value += ", line " + strconv.Itoa(f.Line)
		}
		s.Says = append(s.Says, casework.Fact{Field: f.Provision, Value: value})
		if f.Verdict == x.Verdict && !slices.Contains(cites, f.Cite) {
			cites = append(cites, f.Cite)
		}
	}
	s.Name = strings.ReplaceAll(x.Verdict, "_", " ")
	if len(cites) > 0 {
		s.Name += ": " + some(cites)
	}
	return s
}

// activityName names an activity for people.
func activityName(says []casework.Fact, ref string) string {
	var parts []string
	for _, field := range []string{"kind", "date"} {
		for _, f := range says {
			if f.Field == field {
				parts = append(parts, strings.ReplaceAll(f.Value, "_", " "))
			}
		}
	}
	if ref != "" {
		parts = append(parts, "("+ref+")")
	}
	return strings.Join(parts, " ")
}

// saidOf gives every value that stands in an activity, by its path; places in lists are left out, so that the order of lines
// changes nothing.
func saidOf(activity []byte) (out []casework.Fact, err error) {
	var v any
	d := json.NewDecoder(strings.NewReader(string(activity)))
	d.UseNumber()
	if err := d.Decode(&v); err != nil {
		return nil, err
	}
	var walk func(path string, v any)
	walk = func(path string, v any) {
		switch v := v.(type) {
		case map[string]any:
			for k, x := range v {
				walk(strings.TrimPrefix(path+"."+k, "."), x)
			}
		case []any:
			for _, x := range v {
				walk(path, x)
			}
		case string:
			out = append(out, casework.Fact{Field: path, Value: v})
		case json.Number:
			out = append(out, casework.Fact{Field: path, Value: v.String()})
		case bool:
			out = append(out, casework.Fact{Field: path, Value: strconv.FormatBool(v)})
		}
	}
	walk("", v)
	sort.Slice(out, func(i, j int) bool { return out[i].Field+"\x00"+out[i].Value < out[j].Field+"\x00"+out[j].Value })
	return out, nil
}
