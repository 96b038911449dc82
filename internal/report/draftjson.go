package report

import (
	"errors"

	"github.com/cordon-engine/cordon/internal/draft"
	"github.com/cordon-engine/cordon/internal/fault"
	"github.com/cordon-engine/cordon/internal/law"
	"github.com/cordon-engine/cordon/internal/record"
)

// RangeJSON is a figure with its bounds.
type RangeJSON struct {
	Low  float64 `json:"low"`
	High float64 `json:"high"`
}

func rangeJSON(r record.Range) *RangeJSON {
	if !r.Known {
		return nil
	}
	return &RangeJSON{Score3(r.Low), Score3(r.High)}
}

// DraftJSON is a study of a draft for programs. Values are in US dollars and shares in per cent; a range that is null is not known.
type DraftJSON struct {
	Standard       string            `json:"standard"`
	Drafts         []string          `json:"drafts"`
	LawVersion     string            `json:"law_version"`
	On             string            `json:"judged_on"`
	BaseYears      []int             `json:"base_years"`
	Enforcement    [2]float64        `json:"enforcement"`
	Substitution   [2]float64        `json:"substitution"`
	Provisions     []DifferenceJSON  `json:"provisions"`
	Contradictions []ProblemJSON     `json:"contradictions"`
	Gaps           []ProblemJSON     `json:"gaps"`
	Goods          []DraftGoodJSON   `json:"goods"`
	Accounts       []DraftBasisJSON  `json:"accounts"`
	Claims         []DraftClaimJSON  `json:"claims"`
	Leeway         []DraftLeewayJSON `json:"leeway"`
	Activities     *DraftTallyJSON   `json:"activities,omitempty"`
	Backtests      []BacktestJSON    `json:"backtests,omitempty"`
}

// DifferenceJSON is a provision of a draft beside the law.
type DifferenceJSON struct {
	Provision string   `json:"provision"`
	Relation  string   `json:"relation"`
	Of        []string `json:"of"`
	Why       string   `json:"why"`
}

// ProblemJSON is a contradiction or gap.
type ProblemJSON struct {
	Provision string `json:"provision"`
	Kind      string `json:"kind"`
	Reason    string `json:"reason"`
	Place     string `json:"place"`
}

// TouchJSON is what a draft does to one thing.
type TouchJSON struct {
	Result  string `json:"result"`
	By      string `json:"by,omitempty"`
	Already string `json:"already_by,omitempty"`
	Cap     string `json:"counts_against,omitempty"`
}

// DraftGoodJSON is one kind of goods in one direction.
type DraftGoodJSON struct {
	HS           string `json:"hs,omitempty"`
	List         string `json:"list,omitempty"`
	Direction    string `json:"direction"`
	Humanitarian bool   `json:"humanitarian,omitempty"`
	TouchJSON
}

// DraftBasisJSON is what one data set says of one base year and direction.
type DraftBasisJSON struct {
	Year         int                 `json:"year"`
	Series       string              `json:"series"`
	Kind         string              `json:"kind"`
	Reporters    []string            `json:"reporters"`
	By           string              `json:"by,omitempty"`
	Direction    string              `json:"direction"`
	Touched      *RangeJSON          `json:"touched"`
	Affected     *RangeJSON          `json:"value_affected"`
	Total        *RangeJSON          `json:"all_trade"`
	TotalOf      []string            `json:"all_trade_from"`
	Share        *RangeJSON          `json:"share"`
	Residual     *RangeJSON          `json:"residual"`
	Humanitarian *RangeJSON          `json:"humanitarian"`
	WithoutValue int                 `json:"without_value"`
	Days         int                 `json:"days_covered"`
	Quantities   []DraftQuantityJSON `json:"quantities"`
	Figures      []DraftRowJSON      `json:"figures"`
}

// DraftQuantityJSON is an amount in one unit.
type DraftQuantityJSON struct {
	Unit string `json:"unit"`
	RangeJSON
}

func quantitiesJSON(list []draft.Quantity) []DraftQuantityJSON {
	out := []DraftQuantityJSON{}
	for _, q := range list {
		out = append(out, DraftQuantityJSON{q.Unit, *rangeJSON(q.Range)})
	}
	return out
}

// DraftRowJSON is one figure.
type DraftRowJSON struct {
	Record   string     `json:"record"`
	Partner  string     `json:"partner"`
	Share    *RangeJSON `json:"share_touched"`
	Value    *RangeJSON `json:"value"`
	Quantity *RangeJSON `json:"quantity"`
	Unit     string     `json:"unit,omitempty"`
	TouchJSON
}

// DraftClaimJSON is a reported activity.
type DraftClaimJSON struct {
	Claim  string `json:"claim"`
	Breach bool   `json:"alleges_breach"`
	TouchJSON
}

// DraftLeewayJSON is a place where somebody may decide not to apply it.
type DraftLeewayJSON struct {
	Provision string `json:"provision"`
	Exception string `json:"exception,omitempty"`
	Who       string `json:"who"`
	What      string `json:"what"`
}

// DraftTallyJSON is what a draft does to a stream of activities.
type DraftTallyJSON struct {
	Read        int                                `json:"read"`
	Judged      int                                `json:"judged"`
	Outside     int                                `json:"outside_period"`
	Refused     int                                `json:"refused"`
	Results     map[string]DraftSumJSON            `json:"results"`
	Capped      DraftSumJSON                       `json:"count_against_a_cap"`
	ByProvision map[string]map[string]DraftSumJSON `json:"by_provision"`
	ByPartner   map[string]map[string]DraftSumJSON `json:"by_partner"`
	ByGoods     map[string]map[string]DraftSumJSON `json:"by_goods"`
	Quantities  []DraftQuantityJSON                `json:"quantities"`
	Errors      []string                           `json:"errors"`
}

// DraftSumJSON is one sum.
type DraftSumJSON struct {
	Lines        int     `json:"lines"`
	Value        float64 `json:"value"`
	WithoutValue int     `json:"without_value"`
}

// BacktestJSON is an instrument taken as a draft on its eve.
type BacktestJSON struct {
	Instrument string           `json:"instruments"`
	On         string           `json:"judged_on"`
	BaseYears  []int            `json:"base_years"`
	LeftOut    int              `json:"figures_left_out"`
	Accounts   []DraftBasisJSON `json:"accounts"`
	Exports    *RangeJSON       `json:"change_of_exports"`
	Forecasts  []ForecastJSON   `json:"forecasts"`
	Later      []LaterJSON      `json:"later"`
}

// ForecastJSON is one figure of a forecast, in per cent; Recomputed is null without inputs.
type ForecastJSON struct {
	ID         string   `json:"id"`
	By         string   `json:"by"`
	On         string   `json:"on"`
	Said       float64  `json:"said"`
	Recomputed *float64 `json:"recomputed"`
	Later      string   `json:"later,omitempty"`
	Source     string   `json:"source"`
}

// LaterJSON is a later figure, in per cent of change; Outside is how far it lies outside of our own figure.
type LaterJSON struct {
	ID      string   `json:"id"`
	Change  *float64 `json:"change"`
	Outside *float64 `json:"outside_own_figure"`
}

func touchJSON(t *draft.Touch) TouchJSON {
	return TouchJSON{Result: t.Class.String(), By: idOf(t.By), Already: idOf(t.Law), Cap: idOf(t.Cap)}
}

func directionOf(out bool) string {
	if out {
		return law.From.String()
	}
	return law.To.String()
}

// DraftForPrograms gives the form of a study for programs.
func DraftForPrograms(s *draft.Study) *DraftJSON {
	j := &DraftJSON{
		Standard: draftStandard, LawVersion: s.Case.Base.Version, On: s.Case.On.String(), BaseYears: s.Years,
		Enforcement: s.Question.Inputs.Enforcement, Substitution: s.Question.Inputs.Substitution,
		Contradictions: problemsJSON(s.Contradictions), Gaps: problemsJSON(s.Gaps), Accounts: accountsJSON(s.Accounts),
		Provisions: []DifferenceJSON{}, Goods: []DraftGoodJSON{}, Claims: []DraftClaimJSON{}, Leeway: []DraftLeewayJSON{},
	}
	for _, in := range s.Case.Drafts {
		j.Drafts = append(j.Drafts, in.Name)
	}
	for _, d := range s.Differences {
		of := []string{}
		for _, p := range d.Others {
			of = append(of, p.ID)
		}
		j.Provisions = append(j.Provisions, DifferenceJSON{d.Provision.ID, d.Relation.String(), of, d.Why})
	}
	for i := range s.Goods {
		g := &s.Goods[i]
		j.Goods = append(j.Goods, DraftGoodJSON{g.Code.Digits(), g.List, directionOf(g.Out), g.Humanitarian, touchJSON(&g.Touch)})
	}
	for i := range s.Claims {
		c := &s.Claims[i]
		j.Claims = append(j.Claims, DraftClaimJSON{c.Claim.ID, c.Breach, touchJSON(&c.Touch)})
	}
	for _, l := range s.Leeway {
		x := ""
		if l.Exception != nil {
			x = l.Exception.Name()
		}
		j.Leeway = append(j.Leeway, DraftLeewayJSON{l.Provision.ID, x, l.Who, l.What})
	}
	if s.Activities != nil {
		j.Activities = tallyJSON(s.Activities)
	}
	j.Backtests = BacktestsForPrograms(s.Backtests)
	return j
}

func problemsJSON(list []draft.Problem) []ProblemJSON {
	out := []ProblemJSON{}
	for _, p := range list {
		out = append(out, ProblemJSON{p.Provision.ID, p.Kind, p.Reason, p.Provision.Place.String()})
	}
	return out
}

func accountsJSON(list []draft.Account) []DraftBasisJSON {
	out := []DraftBasisJSON{}
	for i := range list {
		a := &list[i]
		j := DraftBasisJSON{
			Year: a.Year, Series: a.Series, Kind: a.Kind.String(), Reporters: []string{}, By: a.By, Direction: directionOf(a.From),
			Touched: rangeJSON(a.Value), Affected: rangeJSON(a.Affected), Total: rangeJSON(a.Total), TotalOf: a.TotalOf, Share: rangeJSON(a.Share),
			Residual: rangeJSON(a.Residual), Humanitarian: rangeJSON(a.Humanitarian), WithoutValue: a.WithoutValue, Days: a.Days, Quantities: quantitiesJSON(a.Quantities), Figures: []DraftRowJSON{},
		}
		for _, r := range a.Reporters {
			j.Reporters = append(j.Reporters, r.String())
		}
		for k := range a.Rows {
			r := &a.Rows[k]
			j.Figures = append(j.Figures, DraftRowJSON{
				r.Record.Series + "/" + r.Record.Name(), r.Partner.String(), rangeJSON(r.Share), rangeJSON(r.Value), rangeJSON(r.Quantity), r.Record.Unit, touchJSON(&r.Touch),
			})
		}
		out = append(out, j)
	}
	return out
}

func sumJSON(s draft.Sum) DraftSumJSON { return DraftSumJSON{s.Lines, Score3(s.Value), s.WithoutValue} }

func tallyJSON(t *draft.Tally) *DraftTallyJSON {
	j := &DraftTallyJSON{
		Read: t.Read, Judged: t.Judged, Outside: t.Outside, Refused: t.Refused, Results: map[string]DraftSumJSON{}, Capped: sumJSON(t.Capped),
		ByProvision: sumsJSON(t.ByProvision), ByPartner: sumsJSON(t.ByPartner), ByGoods: sumsJSON(t.ByGoods), Quantities: quantitiesJSON(t.Quantities), Errors: []string{},
	}
	for c, s := range t.Classes {
		j.Results[draft.Class(c).String()] = sumJSON(s)
	}
	for _, err := range t.Errors {
		j.Errors = append(j.Errors, err.Error())
	}
	return j
}

func sumsJSON(cells map[string]*[2]draft.Sum) map[string]map[string]DraftSumJSON {
	out := map[string]map[string]DraftSumJSON{}
	for k, v := range cells {
		out[k] = map[string]DraftSumJSON{draft.Touched.String(): sumJSON(v[0]), draft.Possible.String(): sumJSON(v[1])}
	}
	return out
}

// BacktestsForPrograms gives the form of back-tests for programs.
func BacktestsForPrograms(list []*draft.Backtest) []BacktestJSON {
	out := []BacktestJSON{}
	for _, b := range list {
		j := BacktestJSON{
			Instrument: namesOf(b.Of), On: b.Case.On.String(), BaseYears: b.Years, LeftOut: b.LeftOut, Accounts: accountsJSON(b.Accounts),
			Exports: rangeJSON(b.Exports), Forecasts: forecastsJSON(b.Forecasts), Later: []LaterJSON{},
		}
		for i := range b.Later {
			l := LaterJSON{ID: b.Later[i].ID}
			if v := Score3(b.Later[i].Change); b.Later[i].Known {
				l.Change = &v
			}
			if e, ok := b.Error(&b.Later[i]); ok {
				v := Score3(e)
				l.Outside = &v
			}
			j.Later = append(j.Later, l)
		}
		out = append(out, j)
	}
	return out
}

func forecastsJSON(list []draft.Forecast) []ForecastJSON {
	out := []ForecastJSON{}
	for i := range list {
		f := &list[i]
		for k := range f.Claims {
			c := &f.Claims[k]
			j := ForecastJSON{ID: f.ID + "/" + c.ID, By: f.By, On: f.SaidOn.String(), Said: c.Said, Later: c.Later, Source: f.Source.URL}
			if v := Score3(c.Computed); c.Checked {
				j.Recomputed = &v
			}
			out = append(out, j)
		}
	}
	return out
}

// DraftLintJSON is what is wrong with a draft, and what its reader would ask.
type DraftLintJSON struct {
	Draft      string        `json:"draft"`
	Provisions int           `json:"provisions"`
	Faults     []string      `json:"faults"`
	Warnings   []ProblemJSON `json:"warnings"`
}

// DraftFaults gives the faults of a draft as law.
func DraftFaults(l *law.Law, c *draft.Case) []error {
	var out []error
	for _, f := range law.Lint(l) {
		var e *fault.Error
		if errors.As(f, &e) && e.Place.File == c.Drafts[0].File {
			out = append(out, f)
		}
	}
	return out
}

// DraftLintForPrograms reads a draft as a careful reader would.
func DraftLintForPrograms(l *law.Law, c *draft.Case) DraftLintJSON {
	out := DraftLintJSON{Draft: c.Drafts[0].Name, Provisions: len(c.Provisions()), Faults: []string{}}
	for _, f := range DraftFaults(l, c) {
		out.Faults = append(out.Faults, f.Error())
	}
	out.Warnings = append(problemsJSON(c.Contradictions()), problemsJSON(c.Gaps())...)
	return out
}
