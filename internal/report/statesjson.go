package report

import (
	"bytes"
	"encoding/json"

	"github.com/cordon-engine/cordon/internal/claim"
	"github.com/cordon-engine/cordon/internal/matrix"
	"github.com/cordon-engine/cordon/internal/record"
	"github.com/cordon-engine/cordon/internal/states"
)

// CellJSON is a cell of the matrix for programs.
type CellJSON struct {
	Obligation string     `json:"obligation"`
	Cite       string     `json:"cite"`
	State      string     `json:"state"`
	Period     string     `json:"period"`
	Evidence   string     `json:"evidence"`
	Rule       string     `json:"rule"`
	Response   string     `json:"response"`
	Answer     string     `json:"answer,omitempty"`
	Origins    int        `json:"origins"`
	PressOnly  bool       `json:"press_only,omitempty"`
	ByHand     bool       `json:"by_hand,omitempty"`
	Unverified bool       `json:"unverified,omitempty"`
	Complied   int        `json:"complied"`
	Silent     int        `json:"asked_without_answer,omitempty"`
	Items      []ItemJSON `json:"items"`
}

// ItemJSON is an item of a cell for programs.
type ItemJSON struct {
	ID string `json:"id"`
	// Of is "claim" or "record".
	Of        string   `json:"of"`
	Series    string   `json:"series,omitempty"`
	Source    string   `json:"source,omitempty"`
	Period    string   `json:"period"`
	Bears     string   `json:"bears"`
	Verdict   string   `json:"verdict,omitempty"`
	ByHand    bool     `json:"by_hand,omitempty"`
	Worth     string   `json:"worth,omitempty"`
	Origins   []string `json:"origins,omitempty"`
	LateDays  int      `json:"late_days,omitempty"`
	Retracted bool     `json:"retracted,omitempty"`
	Verified  bool     `json:"verified"`
}

// WatcherJSON is a watcher for programs.
type WatcherJSON struct {
	ID       string   `json:"id"`
	Name     string   `json:"name"`
	Whose    string   `json:"whose"`
	From     string   `json:"from"`
	Until    string   `json:"until,omitempty"`
	What     string   `json:"what"`
	Sources  []string `json:"sources"`
	Verified bool     `json:"verified"`
}

// StatesJSON is a matrix for programs.
type StatesJSON struct {
	Standard string        `json:"standard"`
	KnownAt  string        `json:"known_at,omitempty"`
	LeftOut  int           `json:"published_later"`
	Hidden   int           `json:"restated"`
	Watchers []WatcherJSON `json:"watchers"`
	Cells    []CellJSON    `json:"cells"`
}

// StatesForPrograms gives the form of a matrix for programs.
func StatesForPrograms(v *StatesView) StatesJSON {
	return StatesJSON{
		Standard: EvidenceStandard, KnownAt: v.Known.String(), LeftOut: v.LeftOut, Hidden: v.Hidden,
		Watchers: watchersJSON(v.Watchers), Cells: cellsJSON(v.Cells),
	}
}

func watchersJSON(list []states.Watcher) []WatcherJSON {
	out := make([]WatcherJSON, len(list))
	for i, w := range list {
		out[i] = WatcherJSON{ID: w.ID, Name: w.Name, Whose: w.Whose, From: w.From.String(), What: w.What, Sources: w.Sources, Verified: w.Verified}
		if w.Ended() {
			out[i].Until = w.Until.String()
		}
	}
	return out
}

func cellsJSON(cells []matrix.Cell) []CellJSON {
	out := make([]CellJSON, len(cells))
	for i := range cells {
		c := &cells[i]
		out[i] = CellJSON{
			Obligation: c.Obligation.ID, Cite: c.Obligation.Cite(), State: c.State.String(), Period: c.Period.String(),
			Evidence: c.Evidence.String(), Rule: c.By.ID, Response: c.Response.String(), Origins: c.Origins, PressOnly: c.PressOnly,
			ByHand: c.ByHand, Unverified: c.Unverified, Complied: c.Complied, Silent: len(c.Silent), Items: make([]ItemJSON, len(c.Items)),
		}
		if c.Answer != nil {
			out[i].Answer = c.Answer.ID()
		}
		for k, it := range c.Items {
			out[i].Items[k] = itemJSON(it)
		}
	}
	return out
}

func itemJSON(i *matrix.Item) ItemJSON {
	j := ItemJSON{
		ID: i.ID(), Of: "claim", Period: i.Period.String(), Bears: i.Bears.String(), ByHand: i.ByHand, Origins: i.Origins,
		LateDays: i.Late, Retracted: i.Retracted, Verified: i.Verified(),
	}
	if i.Record != nil {
		j.Of, j.Series = "record", i.Record.Series
	} else {
		j.Source = i.Source.ID
	}
	if i.Ruling != nil {
		j.Verdict = i.Verdict.String()
	}
	if worth, why := i.Worth(); worth > matrix.Nothing {
		j.Worth = why
	}
	return j
}

// DossierJSON is a dossier for programs.
type DossierJSON struct {
	State    string              `json:"state"`
	Standard string              `json:"standard"`
	Caution  string              `json:"caution"`
	KnownAt  string              `json:"known_at,omitempty"`
	LeftOut  int                 `json:"published_later"`
	Bound    int                 `json:"obligations"`
	Conduct  []CellJSON          `json:"conduct"`
	Complied []CellJSON          `json:"complied"`
	Reports  []DueJSON           `json:"reports"`
	Trade    []json.RawMessage   `json:"trade"`
	Labour   []json.RawMessage   `json:"labour"`
	Oil      []json.RawMessage   `json:"oil"`
	Unknown  []string            `json:"unknown"`
	NotKept  []string            `json:"regimes_without_records,omitempty"`
	Watchers []WatcherJSON       `json:"watchers"`
	Claims   []json.RawMessage   `json:"claims"`
	Sources  []json.RawMessage   `json:"sources"`
	Versions DossierVersionsJSON `json:"versions"`
}

// DueJSON is a report that is due once.
type DueJSON struct {
	Provision string `json:"provision"`
	Due       string `json:"due"`
	// Filed is "filed" or "not on record"; there is no "not filed".
	Filed    string   `json:"filed"`
	LateDays int      `json:"late_days,omitempty"`
	Items    []string `json:"items,omitempty"`
}

// DossierVersionsJSON names what a dossier was made with.
type DossierVersionsJSON struct {
	Program string `json:"program"`
	Law     string `json:"law"`
	Data    string `json:"data"`
}

// DossierForPrograms gives the form of a dossier for programs.
func DossierForPrograms(d *states.Dossier, v Versions, lawVersion string) DossierJSON {
	out := DossierJSON{
		State: d.State.String(), Standard: EvidenceStandard, Caution: BalanceCaution, KnownAt: d.Known.String(), LeftOut: d.LeftOut,
		Bound: d.Bound, Conduct: cellsJSON(d.Conduct), Complied: cellsJSON(d.Complied), Reports: make([]DueJSON, len(d.Reports)),
		Trade: recordsJSON(d.Trade), Labour: recordsJSON(d.Labour), Oil: recordsJSON(d.Oil), Unknown: make([]string, len(d.Unknown)), NotKept: d.NotKept,
		Watchers: watchersJSON(d.Watchers), Claims: claimsJSON(d), Sources: []json.RawMessage{},
		Versions: DossierVersionsJSON{Program: v.Program, Law: lawVersion, Data: v.Data},
	}
	for i := range d.Reports {
		r := &d.Reports[i]
		out.Reports[i] = DueJSON{Provision: r.Provision.ID, Due: r.Due.String(), Filed: "not on record", LateDays: r.Late()}
		for _, it := range r.Filed {
			out.Reports[i].Filed = "filed"
			out.Reports[i].Items = append(out.Reports[i].Items, it.ID())
		}
	}
	for i, p := range d.Unknown {
		out.Unknown[i] = p.ID
	}
	for _, s := range d.Sources {
		out.Sources = append(out.Sources, claim.AppendSource(nil, s))
	}
	return out
}

func recordsJSON(list []*record.Record) []json.RawMessage {
	out := make([]json.RawMessage, len(list))
	for i, r := range list {
		out[i] = record.AppendJSON(nil, r)
	}
	return out
}

// claimsJSON gives every claim of the dossier once, in order of ids.
func claimsJSON(d *states.Dossier) []json.RawMessage {
	out := []json.RawMessage{}
	for _, c := range d.Claims() {
		out = append(out, claim.AppendClaim(nil, c))
	}
	return out
}

// DossierBytes gives the bytes of a dossier for programs: equal dossiers give equal bytes.
func DossierBytes(d *states.Dossier, v Versions, lawVersion string) ([]byte, error) {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	err := enc.Encode(DossierForPrograms(d, v, lawVersion))
	return b.Bytes(), err
}

// ComparedJSON is a state in a comparison for programs.
type ComparedJSON struct {
	State   string   `json:"state"`
	Low     float64  `json:"low"`
	High    float64  `json:"high"`
	Best    int      `json:"best_rank"`
	Worst   int      `json:"worst_rank"`
	Missing []string `json:"missing"`
}

// ComparedForPrograms gives the form of a comparison for programs.
func ComparedForPrograms(list []matrix.Compared) []ComparedJSON {
	out := make([]ComparedJSON, len(list))
	for i, c := range list {
		out[i] = ComparedJSON{State: c.State.String(), Low: Score3(c.Low), High: Score3(c.High), Best: c.Best, Worst: c.Worst, Missing: []string{}}
		for _, a := range c.Missing {
			out[i].Missing = append(out[i].Missing, a.String())
		}
	}
	return out
}
