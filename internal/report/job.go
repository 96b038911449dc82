package report

import (
	"fmt"
	"time"

	"github.com/cordon-engine/cordon/internal/job"
)

// JobJSON is how a job stands, for programs. items = handled + refused + lost + what is
// not done yet.
type JobJSON struct {
	ID        string        `json:"id"`
	Kind      string        `json:"kind" doc:"what is to be done, as screen"`
	About     string        `json:"about" doc:"which work it is, as the name of a file"`
	State     string        `json:"state" enum:"waiting,running,done,stopped,cancelled" doc:"stopped: some chunks were given up, and nothing else is to be done"`
	Index     string        `json:"index" doc:"the index that every chunk is worked on with; empty where the kind needs none"`
	Submitted string        `json:"submitted"`
	Started   string        `json:"started" doc:"empty before the first chunk was taken"`
	Last      string        `json:"last" doc:"when the last chunk was done that is; empty before one was"`
	Cancelled string        `json:"cancelled" doc:"empty unless it was"`
	Chunks    int           `json:"chunks"`
	Done      int           `json:"done" doc:"chunks that are done"`
	Dead      int           `json:"dead" doc:"chunks that were given up"`
	Running   int           `json:"running" doc:"chunks that are being worked on"`
	Items     int           `json:"items" doc:"what was handed in, as rows"`
	Handled   int           `json:"handled"`
	Refused   int           `json:"refused" doc:"items that were answered with the reason why they could not be handled"`
	Lost      int           `json:"lost" doc:"items of chunks that were given up"`
	Rate      float64       `json:"rate" doc:"items a second, from the start to the last chunk"`
	Failures  []FailureJSON `json:"failures" doc:"chunks that failed and are not done; in lists empty"`
}

// FailureJSON is a chunk that failed.
type FailureJSON struct {
	Chunk  int    `json:"chunk"`
	Items  int    `json:"items"`
	Tries  int    `json:"tries"`
	Dead   bool   `json:"dead" doc:"it is not tried again by itself"`
	Reason string `json:"reason"`
}

// Job gives how a job stands.
func Job(s *job.Status, failures []job.Failure) JobJSON {
	out := JobJSON{
		ID: s.ID, Kind: string(s.Kind), About: s.About, State: string(s.State()), Index: s.Snapshot, Submitted: instant(s.Submitted), Started: instant(s.Started),
		Last: instant(s.Last), Cancelled: instant(s.Cancelled), Chunks: s.Chunks, Done: s.Done, Dead: s.Dead, Running: s.Running, Items: s.Items,
		Handled: s.Handled, Refused: s.Refused, Lost: s.Lost, Rate: s.Rate(), Failures: []FailureJSON{},
	}
	for _, f := range failures {
		out.Failures = append(out.Failures, FailureJSON(f))
	}
	return out
}

// instant gives a time; "" for none.
func instant(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format(time.RFC3339)
}

// Jobs prints jobs, a line each.
func (p *Printer) Jobs(list []job.Status) error {
	if len(list) == 0 {
		_, err := fmt.Fprintln(p.W, "There is no job.")
		return err
	}
	for i := range list {
		if err := p.JobLine(&list[i]); err != nil {
			return err
		}
	}
	return nil
}

// JobLine prints how a job stands in one line, with its sums.
func (p *Printer) JobLine(s *job.Status) error {
	open := s.Items - s.Handled - s.Refused - s.Lost
	_, err := fmt.Fprintf(p.W, "%s %s %s (%s): %s items = %s handled + %s refused + %s given up + %s open\n", s.ID, s.Kind, s.State(), s.About,
		Count(s.Items), Count(s.Handled), Count(s.Refused), Count(s.Lost), Count(open))
	return err
}

// Job prints how a job stands.
func (p *Printer) Job(s *job.Status, failures []job.Failure) error {
	if err := p.JobLine(s); err != nil {
		return err
	}
	fmt.Fprintf(p.W, "%s chunks: %s done, %s being worked on, %s given up\n", Count(s.Chunks), Count(s.Done), Count(s.Running), Count(s.Dead))
	fmt.Fprintf(p.W, "submitted %s", instant(s.Submitted))
	for _, x := range []struct {
		word string
		at   time.Time
	}{{"started", s.Started}, {"last chunk", s.Last}, {"cancelled", s.Cancelled}} {
		if !x.at.IsZero() {
			fmt.Fprintf(p.W, ", %s %s", x.word, instant(x.at))
		}
	}
	if r := s.Rate(); r > 0 {
		fmt.Fprintf(p.W, ", %s items a second", Count(int(r)))
	}
	if s.Snapshot != "" {
		fmt.Fprintf(p.W, "\nindex %s", s.Snapshot)
	}
	_, err := fmt.Fprintln(p.W)
	for _, f := range failures {
		word := fmt.Sprintf("failed, and is tried again after %d tries", f.Tries)
		switch {
		case f.Dead:
			word = fmt.Sprintf("given up after %d tries", f.Tries)
		case f.Tries == 0: // nobody has failed at it
			word = "waits"
		}
		_, err = fmt.Fprintf(p.W, "chunk %d (%s items) %s: %s\n", f.Chunk, Count(f.Items), word, f.Reason)
	}
	return err
}
