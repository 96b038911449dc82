package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"iter"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/cordon-engine/cordon/internal/fault"
	"github.com/cordon-engine/cordon/internal/job"
)

// commandsOf says which commands a chunk of each kind may run: those that would
// otherwise be typed. What a chunk of such a job is, and what it gives, is the command's.
// Whoever dies in the middle leaves what the command leaves that is killed: a list is
// loaded whole or not at all, a run over a base is kept whole or not at all.
var commandsOf = map[job.Kind][][]string{
	kindRead:  {{"read"}},
	kindLoad:  {{"lists", "load"}, {"lists", "pull"}},
	kindDraft: {{"draft", "test"}},
	kindWatch: {{"watch", "run"}, {"watch", "follow"}},
}

// lineJSON is a command with the files that it reads. In the arguments, an @ stands for
// the folder that they are in.
type lineJSON struct {
	Args  []string          `json:"args"`
	Files map[string][]byte `json:"files,omitempty"`
}

// outcomeJSON is what a command gave.
type outcomeJSON struct {
	Args   []string        `json:"args"`
	Answer json.RawMessage `json:"answer,omitempty"`
	Error  string          `json:"error,omitempty"`
}

// command runs the command of a chunk. One that finds its input wrong is refused: it
// would be no other time.
func (c *crew) command(ctx context.Context, t job.Task) (out job.Output, err error) {
	var line lineJSON
	if err := json.Unmarshal(t.Chunk.Input, &line); err != nil {
		return out, fault.Wrap(fault.Invalid, err, "the command of the chunk cannot be read")
	}
	allowed := func(c []string) bool { return len(line.Args) > len(c) && slices.Equal(line.Args[:len(c)], c) }
	if !slices.ContainsFunc(commandsOf[t.Job.Kind], allowed) {
		return out, fault.New(fault.Invalid, "a job of the kind %s does not run cordon %s", t.Job.Kind, strings.Join(line.Args, " "))
	}
	dir, err := os.MkdirTemp("", "cordon-job-")
	if err != nil {
		return out, fault.Wrap(fault.Unavailable, err, "a folder for the files of the chunk cannot be made")
	}
	defer os.RemoveAll(dir)
	for name, b := range line.Files {
		if name != filepath.Base(name) {
			return out, fault.New(fault.Invalid, "%q is no name of a file", name)
		}
		if err := os.WriteFile(filepath.Join(dir, name), b, 0o600); err != nil {
			return out, fault.Wrap(fault.Unavailable, err, "the files of the chunk cannot be written")
		}
	}
	return c.run(ctx, &line, dir, t.Job.Kind)
}

func (c *crew) run(ctx context.Context, line *lineJSON, dir string, kind job.Kind) (out job.Output, err error) {
	args := make([]string, len(line.Args))
	for i, a := range line.Args {
		args[i] = strings.ReplaceAll(a, "@", dir+string(filepath.Separator))
	}
	data := c.data
	if kind == kindRead || kind == kindDraft { // claims and figures are kept in a folder
		data = c.m.folderOf(data)
	}
	args = append(args, "--data="+data)
	if kind == kindLoad {
		args = append(args, "--folder="+c.m.folderOf(c.data))
	}
	var stdout, stderr bytes.Buffer
	m := &Main{In: bytes.NewReader(nil), Out: &stdout, Err: &stderr, Now: c.m.Now, Wait: c.m.Wait}
	code := m.Run(ctx, args)
	said := strings.ReplaceAll(strings.TrimSpace(strings.TrimPrefix(stderr.String(), "cordon: ")), dir+string(filepath.Separator), "")
	if code == 1 {
		return out, fault.New(fault.Unavailable, "cordon %s: %s", strings.Join(line.Args, " "), said)
	}
	o := outcomeJSON{Args: line.Args}
	if code == 0 {
		out.Handled, o.Answer = 1, bytes.TrimSpace(stdout.Bytes())
		if !json.Valid(o.Answer) { // several lines, or none
			o.Answer, err = json.Marshal(stdout.String())
		}
	} else {
		out.Refused, o.Error = 1, said
	}
	var b bytes.Buffer
	if err == nil {
		err = jsonLine(&b, o)
	}
	out.Data = b.Bytes()
	return out, err
}

// commandChunks makes a chunk of each command.
func commandChunks(lines []lineJSON) iter.Seq2[job.Chunk, error] {
	return func(yield func(job.Chunk, error) bool) {
		for i, l := range lines {
			b, err := json.Marshal(l)
			if !yield(job.Chunk{Number: i + 1, Items: 1, Input: b}, err) || err != nil {
				return
			}
		}
	}
}

// taken reads a file that goes with a command, and gives its name there: no two of one
// command have the same.
func (l *lineJSON) taken(path string) (string, error) {
	b, err := readFile(path)
	if err != nil {
		return "", err
	}
	name := filepath.Base(path)
	if _, ok := l.Files[name]; ok {
		name = fmt.Sprintf("%d-%s", len(l.Files), name)
	}
	if l.Files == nil {
		l.Files = map[string][]byte{}
	}
	l.Files[name] = b
	return "@" + name, nil
}
