package main

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/cordon-engine/cordon/internal/fault"
	"github.com/cordon-engine/cordon/internal/match"
	"github.com/cordon-engine/cordon/internal/tune"
)

// tuneCmd learns the parameters of name matching.
type tuneCmd struct {
	Entities []string `arg:"" optional:"" help:"JSON Lines of FollowTheMoney entities with their names." type:"existingfile"`
	Pairs    []string `help:"CSV of labelled pairs (schema,a,b,match), learnt from as well (repeatable)." placeholder:"FILE" type:"existingfile"`
	Params   string   `help:"Start from the parameters in this folder." placeholder:"DIR" type:"path"`
	Pull     float64  `help:"How much the starting weights weigh, in pairs." default:"20000"`
	Seed     uint64   `help:"Of the choice of pairs: the same seed gives the same file." default:"1"`
	Label    string   `help:"Version to write into the file." default:"local"`
	Output   string   `help:"Write params.json and report.md into this folder." placeholder:"DIR" type:"path" required:""`
}

// Run is the command.
func (c *tuneCmd) Run(m *Main) error {
	if len(c.Entities)+len(c.Pairs) == 0 {
		return fault.New(fault.Usage, "nothing to learn from").WithFix("give entities, or --pairs")
	}
	p, err := loadParams(c.Params)
	if err != nil {
		return err
	}
	subjects, err := readSubjects(c.Entities)
	if err != nil {
		return err
	}
	pairs, err := tune.Make(p, subjects, c.Seed)
	if err != nil {
		return err
	}
	labelled, err := readLabelled(c.Pairs)
	if err != nil {
		return err
	}
	pairs = append(pairs, labelled...)
	weights, calibration := map[string]match.NameWeights{}, map[string]match.Calibration{}
	var rep bytes.Buffer
	fmt.Fprintf(&rep, "# How the weights of name matching were learnt\n\nVersion %s, seed %d, pull %g, from %d subjects and %d labelled pairs. All figures are by five-fold\n"+
		"cross-validation, split by subject.\n", c.Label, c.Seed, c.Pull, len(subjects), len(labelled))
	for _, kind := range match.Kinds() {
		var mine []tune.Pair
		for _, x := range pairs {
			if match.KindOf(x.Schema) == kind {
				mine = append(mine, x)
			}
		}
		if len(mine) < 200 {
			fmt.Fprintf(&rep, "\n## %s\n\n%d pairs are too few: the weights are as before.\n", kind, len(mine))
			continue
		}
		got, err := tune.Learn(p, mine, p.StartFor(kind), c.Pull)
		if err != nil {
			return err
		}
		weights[kind], calibration[kind] = got.Weights, got.Calibration
		writeReport(&rep, kind, mine, got.Report)
	}
	b, err := p.Encode(c.Label, weights, calibration)
	if err != nil {
		return err
	}
	for name, content := range map[string][]byte{"params.json": b, "report.md": rep.Bytes()} {
		if err := writeWhole(filepath.Join(c.Output, name), content); err != nil {
			return err
		}
	}
	_, err = m.Out.Write(rep.Bytes())
	return err
}

func writeReport(w *bytes.Buffer, kind string, pairs []tune.Pair, r tune.Report) {
	from := map[string]int{}
	for _, p := range pairs {
		from[p.From]++
	}
	fmt.Fprintf(w, "\n## %s\n\n%d pairs, %d of one subject", kind, r.Pairs, r.Same)
	for _, k := range []string{"alias", "altered", "other", "recombined", "replaced", "labelled"} {
		if from[k] > 0 {
			fmt.Fprintf(w, "; %s %d", k, from[k])
		}
	}
	fmt.Fprintf(w, ". AUC %.4f, best MCC %.3f at %.3f.\n\n| tenth | pairs | predicted | observed | apart |\n|---|---|---|---|---|\n", r.AUC, r.MCC, r.Threshold)
	for i, d := range r.Deciles {
		fmt.Fprintf(w, "| %d | %d | %.3f | %.3f | %+.3f |\n", i+1, d.Pairs, d.Predicted, d.Observed, d.Predicted-d.Observed)
	}
}

// writeWhole writes a file beside its place and moves it there.
func writeWhole(name string, b []byte) error {
	tmp := name + ".new"
	if err := os.WriteFile(tmp, b, 0o644); err != nil {
		return fault.New(fault.Unavailable, "%s cannot be written: %v", name, err)
	}
	return os.Rename(tmp, name)
}

func readSubjects(files []string) ([]tune.Subject, error) {
	var out []tune.Subject
	for _, name := range files {
		f, err := os.Open(name)
		if err != nil {
			return nil, fault.New(fault.NotFound, "%q cannot be read: %v", name, err)
		}
		err = eachInputLine(f, maxMatchLine, func(n int, b []byte, err error) error {
			var e entityJSON
			if err == nil {
				err = json.Unmarshal(b, &e)
			}
			if err == nil && match.KindOf(e.Schema) == "" {
				return nil // nothing that has a name to match
			}
			var in match.Input
			if err == nil {
				in, err = e.input()
			}
			if err != nil {
				return fault.In(fault.Place{File: name, Line: n}, fault.New(fault.Invalid, "%v", err))
			}
			s := tune.Subject{Schema: e.Schema}
			for _, x := range in.Names {
				if x.Kind != match.Weak {
					s.Names = append(s.Names, x.Text)
				}
			}
			out = append(out, s)
			return nil
		})
		f.Close()
		if err != nil {
			return nil, err
		}
	}
	return out, nil
}

func readLabelled(files []string) ([]tune.Pair, error) {
	var out []tune.Pair
	for _, name := range files {
		f, err := os.Open(name)
		if err != nil {
			return nil, fault.New(fault.NotFound, "%q cannot be read: %v", name, err)
		}
		rows, err := csv.NewReader(f).ReadAll()
		f.Close()
		if err != nil {
			return nil, fault.In(fault.Place{File: name}, fault.New(fault.Invalid, "%v", err))
		}
		for i, r := range rows {
			if i == 0 {
				if len(r) < 4 || strings.Join(r[:4], ",") != "schema,a,b,match" {
					return nil, fault.In(fault.Place{File: name, Line: 1}, fault.New(fault.Invalid, "the columns must start with schema,a,b,match"))
				}
				continue
			}
			if r[3] != "true" && r[3] != "false" || match.KindOf(r[0]) == "" {
				return nil, fault.In(fault.Place{File: name, Line: i + 1}, fault.New(fault.Invalid, "the schema is unknown, or match is neither true nor false"))
			}
			out = append(out, tune.Pair{Schema: r[0], A: r[1], B: r[2], Same: r[3] == "true", Group: 1_000_000 + i, From: "labelled"})
		}
	}
	return out, nil
}
