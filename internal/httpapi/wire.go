package httpapi

import "time"

// The shapes below describe to programs what package report writes. They are
// held to it by a test that validates real rulings against the schema made from
// them; nothing is encoded through them.

// Ruling is the answer to "may we do this".
type Ruling struct {
	ID         string         `json:"id" doc:"names the question under these versions: the same question has the same id"`
	Ref        string         `json:"ref,omitempty" doc:"the id that the activity was given"`
	Verdict    string         `json:"verdict" enum:"prohibited,over_cap,needs_approval,judgement,incomplete,reportable,exempt,permitted" doc:"strictest first"`
	AsOf       string         `json:"as_of" doc:"day or period of the law that was applied" example:"2017-10-01"`
	KnownAt    *string        `json:"known_at" nullable:"true" doc:"day by which the law had to be published; null for all that is loaded"`
	Findings   []Finding      `json:"findings" nullable:"false" doc:"in the order of the law"`
	Questions  []Question     `json:"questions" nullable:"false" doc:"missing facts that would change the verdict"`
	Unproven   bool           `json:"questions_unproven,omitempty" doc:"true when not every question was proved to matter"`
	Assumed    []Assumed      `json:"assumed,omitempty" nullable:"false" doc:"facts that were not said and taken for granted"`
	Paths      []Path         `json:"paths" nullable:"false" doc:"ways to make it lawful"`
	Spans      []Span         `json:"spans,omitempty" nullable:"false" doc:"verdicts within an inexact date"`
	Views      []View         `json:"views,omitempty" nullable:"false" doc:"verdicts under each position on disputed law"`
	NearMisses []NearMiss     `json:"near_misses,omitempty" nullable:"false" doc:"provisions that one difference would have brought in"`
	Screened   []Screened     `json:"screened" nullable:"false" doc:"look-ups of named parties and the ship, one for each list and hit"`
	Licences   *HeldLicences  `json:"licences,omitempty" doc:"licences held here for what stands in the way, where there are some"`
	Regimes    []Regime       `json:"regimes" nullable:"false"`
	Versions   Versions       `json:"versions"`
	Activity   map[string]any `json:"activity,omitempty" doc:"the activity as it was understood"`
}

// Finding is one provision applied to the activity, a goods line or a party.
type Finding struct {
	Provision  string       `json:"provision" example:"2375-p17"`
	Cite       string       `json:"cite"`
	Effect     string       `json:"effect" enum:"prohibit,cap,require,authorise,exempt,call_upon,commit"`
	Outcome    string       `json:"outcome" enum:"applies,excepted,unknown"`
	Verdict    string       `json:"verdict"`
	Line       int          `json:"line,omitempty" doc:"number of the goods line or party, from 1"`
	Verified   bool         `json:"verified" doc:"the text of the provision was seen"`
	ReadWith   []string     `json:"read_with,omitempty" nullable:"false"`
	Because    []FactIs     `json:"because" nullable:"false"`
	Goods      *GoodsBasis  `json:"goods,omitempty"`
	Missing    []string     `json:"missing" nullable:"false"`
	Exceptions []Exception  `json:"exceptions" nullable:"false"`
	Duties     []Duty       `json:"duties,omitempty" nullable:"false"`
	DaysLate   int          `json:"days_late,omitempty"`
	Cap        *CapCompared `json:"cap,omitempty"`
}

// FactIs is a stated fact.
type FactIs struct {
	Fact  string `json:"fact" example:"work.nationality"`
	Value string `json:"value" example:"KP"`
}

// GoodsBasis says by what goods were found to be meant.
type GoodsBasis struct {
	Basis string `json:"basis"`
	List  string `json:"list,omitempty"`
	Label string `json:"label,omitempty"`
}

// Exception is one that holds or may hold.
type Exception struct {
	Exception string   `json:"exception"`
	Cite      string   `json:"cite"`
	Title     string   `json:"title"`
	Outcome   string   `json:"outcome" enum:"holds,needs_approval,unknown"`
	Missing   []string `json:"missing" nullable:"false"`
	Duty      *Duty    `json:"duty,omitempty"`
}

// Duty is something owed.
type Duty struct {
	What string `json:"what"`
	By   string `json:"by,omitempty" format:"date"`
}

// CapCompared are the figures of a cap.
type CapCompared struct {
	Limit     float64 `json:"limit"`
	Unit      string  `json:"unit"`
	From      string  `json:"from,omitempty" format:"date"`
	To        string  `json:"to,omitempty" format:"date"`
	Counted   float64 `json:"counted,omitempty" doc:"counted before"`
	ThisLow   float64 `json:"this_low,omitempty" doc:"this supply, low end"`
	ThisHigh  float64 `json:"this_high,omitempty" doc:"this supply, high end"`
	Rule      string  `json:"rule,omitempty" doc:"conversion"`
	Factor    string  `json:"factor,omitempty"`
	Source    string  `json:"source,omitempty"`
	Unchecked string  `json:"unchecked,omitempty"`
}

// Question is a missing fact that would change the verdict.
type Question struct {
	Fact     string   `json:"fact" doc:"as the activity names it, or date"`
	Question string   `json:"question"`
	Type     string   `json:"type"`
	Weigh    bool     `json:"weigh,omitempty" doc:"a person must weigh it"`
	Values   []string `json:"values,omitempty" nullable:"false"`
	Decides  []string `json:"decides" nullable:"false" doc:"provisions that hang on it"`
}

// Assumed is a fact taken for granted.
type Assumed struct {
	Fact       string   `json:"fact"`
	Value      string   `json:"value"`
	Provisions []string `json:"provisions" nullable:"false"`
	Otherwise  string   `json:"otherwise" doc:"the verdict with another value: the other one of yes and no, else one that it may have"`
}

// Path is a way to make it lawful.
type Path struct {
	Exception string   `json:"exception"`
	Cite      string   `json:"cite"`
	Title     string   `json:"title"`
	General   bool     `json:"general_clause,omitempty"`
	File      string   `json:"file" doc:"what to file"`
	Lifts     []string `json:"lifts" nullable:"false"`
}

// Span is a part of an inexact date with its verdict.
type Span struct {
	From    string `json:"from" format:"date"`
	To      string `json:"to" format:"date"`
	Verdict string `json:"verdict"`
}

// View is the verdict under one position on disputed law.
type View struct {
	Position    string   `json:"position" enum:"in_force,not_in_force"`
	AccordingTo []string `json:"according_to" nullable:"false"`
	Verdict     string   `json:"verdict"`
	Provisions  []string `json:"provisions" nullable:"false"`
}

// NearMiss is a provision that one difference would have brought in.
type NearMiss struct {
	Provision string `json:"provision"`
	Cite      string `json:"cite"`
	Differs   string `json:"differs" enum:"fact,goods,direction,date"`
	Line      int    `json:"line,omitempty"`
	Fact      string `json:"fact,omitempty"`
	Value     string `json:"value,omitempty"`
	Day       string `json:"day,omitempty"`
	Verdict   string `json:"verdict"`
	Verified  bool   `json:"verified"`
}

// Screened is one look-up of a party or the ship in one list.
type Screened struct {
	Who        string              `json:"who" example:"parties[1]"`
	Name       string              `json:"name"`
	List       string              `json:"list" doc:"empty when nobody was looked up"`
	Snapshot   string              `json:"snapshot" doc:"the version of the list" example:"un@3"`
	Outcome    string              `json:"outcome" enum:"match,possible,suppressed,clear,not_screened"`
	Reason     string              `json:"reason,omitempty" doc:"why nobody was screened, or what the activity states itself"`
	Subject    string              `json:"subject,omitempty" doc:"who was found"`
	Tier       string              `json:"tier,omitempty" doc:"how the subject stood to the list on that day"`
	Score      float64             `json:"score,omitempty" doc:"how alike the two are, from 0 to 1"`
	By         string              `json:"by,omitempty" doc:"what the two agree in" example:"name alone"`
	Leads      string              `json:"leads,omitempty" enum:"stated,asked" doc:"what followed: the fact was stated, or is asked"`
	Threshold  float64             `json:"threshold,omitempty" doc:"score from which that follows"`
	Compare    string              `json:"compare,omitempty" doc:"what the list says of the subject"`
	Suppressed *ScreenedSuppressed `json:"suppressed,omitempty" doc:"two persons found the hit to be somebody else, and nothing followed from it"`
	Uncompared string              `json:"uncompared,omitempty" doc:"why suppressions were left out of account"`
	Question   string              `json:"question,omitempty" doc:"what would settle whether it is the same"`
}

// ScreenedSuppressed names the case in which two persons found a hit false, and until when that holds.
type ScreenedSuppressed struct {
	Case  string    `json:"case"`
	Until time.Time `json:"until"`
	Party string    `json:"party" doc:"by what the case knows the party"`
}

// HeldLicences are the licences that are held for what stands in the way.
type HeldLicences struct {
	Held   []HeldLicence `json:"held" nullable:"false" doc:"the one that the verdict rests on comes first"`
	More   int           `json:"more,omitempty" doc:"how many others are left off, none of which allows it"`
	Unread string        `json:"unread,omitempty" doc:"why nobody knows what is held"`
}

// HeldLicence is a licence as it stood, and what it does for the activity.
type HeldLicence struct {
	Licence    string          `json:"licence" doc:"id of the record"`
	Event      int             `json:"event" doc:"the record as of this event"`
	Name       string          `json:"name"`
	Kind       string          `json:"kind"`
	Holder     string          `json:"holder"`
	Provisions []string        `json:"provisions" nullable:"false"`
	Activities []string        `json:"activities" nullable:"false"`
	Parties    []string        `json:"parties" nullable:"false"`
	Goods      []string        `json:"goods" nullable:"false" doc:"beginnings of HS codes"`
	Limit      string          `json:"limit,omitempty" example:"10 t"`
	Left       string          `json:"left,omitempty" example:"2.5 t"`
	Uses       int             `json:"uses,omitempty"`
	UsesLeft   int             `json:"uses_left,omitempty"`
	From       string          `json:"from,omitempty" doc:"first day"`
	Until      string          `json:"until,omitempty" doc:"last day; absent where it has none"`
	Open       []HeldCondition `json:"conditions_open" nullable:"false" doc:"what is still to be done or kept for it"`
	Standing   string          `json:"standing" doc:"in force, or why it is no ground for a decision"`
	Verified   bool            `json:"verified" doc:"somebody held the record to its source"`
	Source     string          `json:"source,omitempty"`
	For        []string        `json:"for" nullable:"false" doc:"provisions in the way that it names"`
	Allows     bool            `json:"allows" doc:"the verdict rests on it"`
	Why        []string        `json:"why_not" nullable:"false" doc:"why the verdict does not rest on it"`
}

// HeldCondition is a condition of a licence that is not settled.
type HeldCondition struct {
	ID   string `json:"id"`
	What string `json:"what"`
	Due  string `json:"due,omitempty" doc:"last day on which it may be met; absent where it is kept throughout"`
}

// Regime is a body of law that was asked.
type Regime struct {
	ID    string `json:"id"`
	Scope string `json:"scope" doc:"what was not assessed"`
}

// Versions name what a ruling was made with.
type Versions struct {
	Cordon string `json:"cordon"`
	Law    string `json:"law" doc:"SHA-256 of the law"`
	Data   string `json:"data" doc:"SHA-256 of goods and places"`
}
