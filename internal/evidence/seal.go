package evidence

import (
	"strconv"
	"time"

	"github.com/go-json-experiment/json"

	"github.com/cordon-engine/cordon/internal/claim"
)

// head is the first line of a part.
type head struct {
	number         int
	previous, seal string
	at, tool       string
}

// headLine is the head as JSON.
type headLine struct {
	Part     int    `json:"part"`
	Previous string `json:"previous"`
	At       string `json:"at"`
	Tool     string `json:"tool"`
	Seal     string `json:"seal"`
}

// sealed makes a part of entries. Its first line says its number, the seal of the part before, when and by which program
// it was written, and its own seal; each other line is an entry.
func sealed(number int, previous string, w Written, entries []claim.Entry) (part []byte, seal string) {
	var body []byte
	for _, e := range entries {
		body = append(claim.AppendEntry(body, e), '\n')
	}
	h := head{number: number, previous: previous, at: w.At.UTC().Format(time.RFC3339), tool: w.Tool}
	h.seal = sealOf(h, body)
	line, err := json.Marshal(headLine{h.number, h.previous, h.at, h.tool, h.seal})
	if err != nil { // the strings are UTF-8 or replaced
		line = []byte("{}")
	}
	return append(append(line, '\n'), body...), h.seal
}

// sealOf is the hash over everything in a part but the seal.
func sealOf(h head, body []byte) string {
	b := []byte("cordon journal 1\n" + strconv.Itoa(h.number) + "\n" + h.previous + "\n" + h.at + "\n" + strconv.Quote(h.tool) + "\n")
	return hashOf(append(b, body...))
}

func readHead(line []byte) (head, error) {
	var j headLine
	err := json.Unmarshal(line, &j, json.RejectUnknownMembers(true))
	return head{j.Part, j.Previous, j.Seal, j.At, j.Tool}, err
}
