package dataset

import (
	"bufio"
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha1" //nolint:gosec // the form of the signature is given; it tells datasets apart and protects nothing
	"encoding/hex"
	"encoding/json"
	"errors"
	"io"
	"strings"

	"github.com/cordon-engine/cordon/internal/fault"
	"github.com/cordon-engine/cordon/internal/ftmodel"
	"github.com/cordon-engine/cordon/internal/jsonlines"
	"github.com/cordon-engine/cordon/internal/publication"
	"github.com/cordon-engine/cordon/internal/source/ftm"
)

// Sign gives an id as the namespace of a dataset has it: followed by a dot and a
// hash of both. One that is signed already is signed anew.
func Sign(dataset, id string) string {
	if i := strings.LastIndexByte(id, '.'); i >= 0 {
		id = id[:i]
	}
	h := hmac.New(sha1.New, []byte(dataset))
	io.WriteString(h, id)
	return id + "." + hex.EncodeToString(h.Sum(nil))
}

// signed gives a file of which the ids of all entities, and where they point to, are
// signed. A line that is no entity stays as it is, for the loader to refuse.
func signed(ctx context.Context, dataset string, open func() (io.ReadCloser, error)) func() (io.ReadCloser, error) {
	return func() (io.ReadCloser, error) {
		src, err := publication.File{Name: dataset, Open: open}.OpenText()
		if err != nil {
			return nil, err
		}
		in, err := jsonlines.NewReader(src, dataset)
		if err != nil {
			src.Close()
			return nil, err
		}
		r, w := io.Pipe()
		go func() {
			defer src.Close()
			w.CloseWithError(signLines(ctx, dataset, in, w))
		}()
		return r, nil
	}
}

func signLines(ctx context.Context, dataset string, in *jsonlines.Reader, w io.Writer) error {
	out := bufio.NewWriterSize(w, 1<<16)
	enc := json.NewEncoder(out)
	enc.SetEscapeHTML(false)
	dec := ftm.NewReader()
	for ctx.Err() == nil {
		line, n, err := in.Next()
		if errors.Is(err, io.EOF) {
			return out.Flush()
		}
		if err != nil {
			return err
		}
		e, err := dec.Read(line)
		switch {
		case err == nil:
			err = enc.Encode(sign(dataset, e))
		case bytes.Contains(line, []byte(`"op"`)):
			return fault.New(fault.Invalid, "changes cannot be signed: give the whole list").At(fault.Place{File: dataset, Line: n})
		default:
			_, err = out.Write(append(bytes.Clone(line), '\n'))
		}
		if err != nil {
			return err
		}
	}
	return ctx.Err()
}

// signedJSON is an entity as it stands in a file.
type signedJSON struct {
	ID         string              `json:"id"`
	Caption    string              `json:"caption"`
	Schema     string              `json:"schema"`
	Properties map[string][]string `json:"properties"`
	Datasets   []string            `json:"datasets,omitempty"`
	Referents  []string            `json:"referents,omitempty"`
	FirstSeen  string              `json:"first_seen,omitempty"`
	LastSeen   string              `json:"last_seen,omitempty"`
	LastChange string              `json:"last_change,omitempty"`
}

func sign(dataset string, e *ftm.Entity) signedJSON {
	out := signedJSON{
		ID: Sign(dataset, e.ID), Caption: e.Caption, Schema: e.Schema, Properties: map[string][]string{}, Datasets: e.Datasets,
		FirstSeen: e.FirstSeen, LastSeen: e.LastSeen, LastChange: e.LastChange,
	}
	for _, r := range e.Referents {
		out.Referents = append(out.Referents, Sign(dataset, r))
	}
	s := ftmodel.Load().Schema(e.Schema)
	for _, p := range e.Properties {
		values := p.Values
		if s != nil && s.Property(p.Name) != nil && s.Property(p.Name).Type == "entity" {
			values = nil
			for _, v := range p.Values {
				values = append(values, Sign(dataset, v))
			}
		}
		out.Properties[p.Name] = values
	}
	return out
}
