package report

import (
	"time"

	"github.com/cordon-engine/cordon/internal/setting"
)

// OwedJSON are the reports that a desk owes, for programs.
type OwedJSON struct {
	Reports []string `json:"reports" nullable:"false" doc:"the ids of the reports whose clocks start by themselves"`
	// Version counts the changes; 0 while they are those that the server was started with.
	Version int        `json:"version" doc:"how often it was set; 0 while it is what the server was started with"`
	By      string     `json:"by,omitempty" doc:"who set it, as a pseudonym"`
	At      *time.Time `json:"at,omitempty"`
}

// Owed gives the reports that a desk owes.
func Owed(ids []string, s *setting.Setting) OwedJSON {
	out := OwedJSON{Reports: append([]string{}, ids...), Version: s.Version, By: s.By}
	if s.Version > 0 {
		out.At = &s.At
	}
	return out
}
