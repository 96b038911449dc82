package states_test

import (
	"archive/zip"
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"io/fs"
	"maps"
	"strings"
	"testing"

	"github.com/cordon-engine/cordon/data"
	"github.com/cordon-engine/cordon/internal/claim"
	"github.com/cordon-engine/cordon/internal/decide"
	"github.com/cordon-engine/cordon/internal/goods"
	"github.com/cordon-engine/cordon/internal/matrix"
	"github.com/cordon-engine/cordon/internal/place"
	"github.com/cordon-engine/cordon/internal/record"
	"github.com/cordon-engine/cordon/internal/report"
	"github.com/cordon-engine/cordon/internal/states"
	"github.com/cordon-engine/cordon/internal/when"
)

func open(t testing.TB) *states.Desk {
	t.Helper()
	d := must(decide.Open(data.FS, decide.Config{}))
	s := &states.Desk{Facts: states.Facts{
		Law: d.Law, Engine: d.Engine, Reference: d.Reference, Lists: d.Lists, Factors: d.Factors, Places: d.Places, DataVersion: d.DataVersion,
	}}
	entries := must(claim.LoadFiles(d.Reference, data.FS, "claims"))
	s.Ledger = must(claim.New(entries, func(id string) bool { _, ok := d.Law.Provision(id); return ok }, func(string) []string { return nil }))
	for _, name := range must(fs.Glob(data.FS, "records/*/*.yaml")) {
		f := must(record.ReadFile(name, must(data.FS.ReadFile(name)), record.Decoder{Places: d.Places}))
		for _, r := range f.Records {
			if s.Concerns(&r) {
				s.Records = append(s.Records, r)
			}
		}
	}
	s.Watchers = must(states.LoadWatchers(data.FS, "watchers"))
	return s
}

func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

func render(d *states.Desk, dossier *states.Dossier) (map[string][]byte, error) {
	v := report.Versions{Program: "test", Data: d.DataVersion}
	var md strings.Builder
	if err := report.Dossier(dossier, func(code string) string { return code }, v, d.Law.Version).Markdown(&md); err != nil {
		return nil, err
	}
	j, err := report.DossierBytes(dossier, v, d.Law.Version)
	return map[string][]byte{"dossier.md": []byte(md.String()), "dossier.json": j}, err
}

// TestBundle: a bundle is the same whenever it is made, verifies, and does not once anything in it is changed, added or gone.
func TestBundle(t *testing.T) {
	d := open(t)
	s, err := d.Places.ParseState("CN")
	if err != nil {
		t.Fatal(err)
	}
	b, err := d.Bundle(s, when.NoDay, "test", render)
	if err != nil {
		t.Fatal(err)
	}
	again, err := open(t).Bundle(s, when.NoDay, "test", render)
	if err != nil || !bytes.Equal(b, again) {
		t.Fatalf("made twice, the bundle differs (%v)", err)
	}
	found, err := states.VerifyBundle(d.Facts, b, render)
	if err != nil || found.State != place.State(s) || found.Files != 4 {
		t.Fatalf("%+v: %v", found, err)
	}
	files := unzip(t, b)
	for name := range files {
		for what, change := range map[string]func(map[string][]byte){
			"a byte changed": func(f map[string][]byte) { f[name] = append([]byte(" "), f[name][1:]...) },
			"gone":           func(f map[string][]byte) { delete(f, name) },
		} {
			other := maps.Clone(files)
			change(other)
			if bytes.Equal(other[name], files[name]) {
				continue
			}
			if _, err := states.VerifyBundle(d.Facts, rezip(t, other), render); err == nil || strings.Contains(err.Error(), "around them") {
				t.Errorf("%s, %s: %v", name, what, err)
			}
		}
	}
	other := maps.Clone(files)
	other["more.txt"] = []byte("x")
	if _, err := states.VerifyBundle(d.Facts, rezip(t, other), render); err == nil || !strings.Contains(err.Error(), "more.txt was added") {
		t.Errorf("a file added: %v", err)
	}
	// A dossier that was rewritten with its hash does not come out of the claims.
	other = maps.Clone(files)
	other["dossier.md"] = bytes.ReplaceAll(other["dossier.md"], []byte("possible"), []byte("proved"))
	var m map[string]any
	if err := json.Unmarshal(other["manifest.json"], &m); err != nil {
		t.Fatal(err)
	}
	m["sha256"].(map[string]any)["dossier.md"] = hash(other["dossier.md"])
	if other["manifest.json"], err = json.Marshal(m); err != nil {
		t.Fatal(err)
	}
	if _, err := states.VerifyBundle(d.Facts, rezip(t, other), render); err == nil || !strings.Contains(err.Error(), "comes out otherwise") {
		t.Errorf("a dossier rewritten with its hash: %v", err)
	}
}

// TestBundleEveryByte: no byte of a bundle can be changed unseen, those of the zip file around the files among them.
func TestBundleEveryByte(t *testing.T) {
	d := open(t)
	s, err := d.Places.ParseState("NP")
	if err != nil {
		t.Fatal(err)
	}
	// Nothing but law is in it, so that it is small.
	d.Records, d.Ledger = nil, must(claim.New(nil, nil, nil))
	b, err := d.Bundle(s, when.NoDay, "test", render)
	if err != nil {
		t.Fatal(err)
	}
	for i := range b {
		other := bytes.Clone(b)
		other[i] ^= 1
		if _, err := states.VerifyBundle(d.Facts, other, render); err == nil {
			t.Errorf("byte %d of %d changed: verified all the same", i, len(b))
		}
	}
	if _, err := states.VerifyBundle(d.Facts, append(bytes.Clone(b), 0), render); err == nil {
		t.Error("a byte added: verified all the same")
	}
}

func hash(b []byte) string {
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:])
}

func unzip(t *testing.T, b []byte) map[string][]byte {
	t.Helper()
	z, err := zip.NewReader(bytes.NewReader(b), int64(len(b)))
	if err != nil {
		t.Fatal(err)
	}
	out := map[string][]byte{}
	for _, f := range z.File {
		r, err := f.Open()
		if err != nil {
			t.Fatal(err)
		}
		var buf bytes.Buffer
		if _, err := buf.ReadFrom(r); err != nil {
			t.Fatal(err)
		}
		out[f.Name] = buf.Bytes()
	}
	return out
}

func rezip(t *testing.T, files map[string][]byte) []byte {
	t.Helper()
	var buf bytes.Buffer
	z := zip.NewWriter(&buf)
	for name, b := range files {
		w, err := z.Create(name)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := w.Write(b); err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return buf.Bytes()
}

// TestCustomsRows: a row of a customs table with nothing but a code is ruled on by what the code is called.
func TestCustomsRows(t *testing.T) {
	d := open(t)
	r := record.Record{
		ID: "row", Series: "table", Measure: record.Trade, Kind: record.Reported, Reporter: must(d.Places.ParseState("CN")),
		Partner: must(d.Places.ParseState("KP")), Flow: record.Import, Code: must(goods.ParseCode("2701")), Period: must(when.Parse("2018-03")),
		Value: record.Exactly(1000), Source: record.Source{Title: "a table"},
	}
	d.Records, d.Ledger = []record.Record{r}, nil
	m := must(d.Matrix(when.NoDay))
	for _, c := range m.Cells(matrix.Query{}) {
		if c.Obligation.ID == "2371-p8" {
			if c.Evidence != matrix.Alleged || c.ByHand {
				t.Errorf("%s, by hand %v; want alleged by a ruling", c.Evidence, c.ByHand)
			}
			return
		}
	}
	t.Error("coal after the ban is no item")
}

// TestDossiersSpeakWell holds every sentence that is generated about every state to the lint: no "violates" of what is alleged,
// likelihood words with their bands, nobody named without the act.
func TestDossiersSpeakWell(t *testing.T) {
	d := open(t)
	m := must(d.Matrix(when.NoDay))
	var known []string
	for _, c := range d.Ledger.Claims() {
		for _, p := range c.Parties {
			known = append(known, p.Name)
		}
	}
	name := func(code string) string { return d.Places.Name(must(d.Places.ParseState(code))) }
	states, passages := map[place.State]bool{}, 0
	for i := range m.Items() {
		states[m.Items()[i].State] = true
	}
	for s := range states {
		dossier := must(d.Dossier(s, when.NoDay))
		doc := report.Dossier(dossier, name, report.Versions{Program: "test"}, d.Law.Version)
		var ps []report.Passage
		for _, lead := range doc.Lead {
			ps = append(ps, report.Passage{Text: lead, Alleged: true})
		}
		for _, list := range [][]matrix.Cell{dossier.Conduct, dossier.Complied} {
			for k := range list {
				ps = append(ps, report.Passage{Text: report.CellSentence(&list[k], name), Alleged: true})
				for _, it := range list[k].Items {
					said, _, _ := strings.Cut(report.ItemText(it, name), " [") // ids name nobody
					p := report.Passage{Text: said, Alleged: true, Attributed: true}
					if it.Claim != nil {
						for _, party := range it.Claim.Parties {
							p.Names = append(p.Names, report.NamedParty{Name: party.Name, Act: party.Act})
						}
					}
					ps = append(ps, p)
				}
			}
		}
		passages += len(ps)
		for _, f := range report.Lint(ps, known) {
			t.Errorf("%s: %s: %q: %s", s, f.Rule, f.Sentence, f.Message)
		}
	}
	t.Logf("%d passages about %d states", passages, len(states))
}

// TestEveryItemHasItsTrace: whatever a matrix shows is a claim with a source or a figure with one, by a rule that is published.
func TestEveryItemHasItsTrace(t *testing.T) {
	d := open(t)
	for _, c := range must(d.Matrix(when.NoDay)).Cells(matrix.Query{}) {
		if c.By == nil || c.By.Says == "" {
			t.Errorf("%s of %s: %s by no rule", c.Obligation.ID, c.State, c.Evidence)
		}
		for _, i := range c.Items {
			switch {
			case i.Claim != nil && (i.Source == nil || i.Source.Title == ""):
				t.Errorf("the claim %s has no source", i.ID())
			case i.Record != nil && i.Record.Source == (record.Source{}):
				t.Errorf("the figure %s has no source", i.ID())
			case len(i.Origins) == 0:
				t.Errorf("%s rests on no origin", i.ID())
			}
		}
	}
}

// TestAdmissionsStand: what a state's own organs admit of its conduct bears on something in its row; an admission is nowhere lost
// because the law, taking the state's own excuse for a fact, does not bite.
func TestAdmissionsStand(t *testing.T) {
	d := open(t)
	m, err := d.Matrix(when.NoDay)
	if err != nil {
		t.Fatal(err)
	}
	stands := map[string]bool{}
	for _, i := range m.Items() {
		if i.Claim != nil && i.Claim.SpokenFor(i.State) {
			stands[i.Claim.ID] = true
		}
	}
	n := 0
	for _, c := range d.Ledger.Claims() {
		if c.Kind != claim.Admission {
			continue
		}
		for _, s := range c.About {
			if c.SpokenFor(s) {
				if n++; !stands[c.ID] {
					t.Errorf("%s, an admission of %s, bears on nothing", c.ID, s)
				}
			}
		}
	}
	if n == 0 {
		t.Error("no admission was looked at")
	}
}

// TestCompliedSentences says on whose word an obligation was met, and what is denied beside it.
func TestCompliedSentences(t *testing.T) {
	state := must(open(t).Places.ParseState("CN"))
	own := &claim.Claim{Kind: claim.Compliance, SpeakerState: state}
	other := &claim.Claim{Kind: claim.Compliance, Speaker: "A paper"}
	item := func(c *claim.Claim) *matrix.Item { return &matrix.Item{Claim: c, Bears: matrix.Complied} }
	for _, tt := range []struct {
		items    []*matrix.Item
		response matrix.Response
		want     string
	}{
		{[]*matrix.Item{item(own), item(own)}, matrix.Denied, "CN: complied, by its own word (2 items). It denies what was said of it."},
		{[]*matrix.Item{item(own), item(other)}, matrix.Denied, "CN: complied, by 2 items, 1 of them its own word. It denies what was said of it."},
		{[]*matrix.Item{item(other)}, matrix.Admitted, "CN: complied, by one item. It admits what was said of it."},
		{[]*matrix.Item{item(other)}, matrix.NoResponse, "CN: complied, by one item."},
	} {
		c := &matrix.Cell{State: state, Items: tt.items, Complied: len(tt.items), Response: tt.response}
		if got := report.CellSentence(c, func(code string) string { return code }); got != tt.want {
			t.Errorf("got  %q\nwant %q", got, tt.want)
		}
	}
}
