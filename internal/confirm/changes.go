package confirm

import (
	"bytes"
	"slices"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/cordon-engine/cordon/internal/claim"
	"github.com/cordon-engine/cordon/internal/fault"
)

// differences gives the fields in which two claims differ, in the names of files, by name.
func differences(was, is *claim.Claim) ([]claim.Change, error) {
	a, err := members(claim.AppendClaim(nil, was))
	if err != nil {
		return nil, err
	}
	b, err := members(claim.AppendClaim(nil, is))
	if err != nil {
		return nil, err
	}
	names := map[string]bool{}
	for k := range a {
		names[k] = true
	}
	for k := range b {
		names[k] = true
	}
	var out []claim.Change
	for k := range names {
		if a[k] != b[k] {
			out = append(out, claim.Change{Field: k, Was: a[k], Is: b[k]})
		}
	}
	slices.SortFunc(out, func(a, b claim.Change) int { return bytes.Compare([]byte(a.Field), []byte(b.Field)) })
	return out, nil
}

// members gives the members of a JSON object: texts as they read, everything else as JSON.
func members(object []byte) (map[string]string, error) {
	out := map[string]string{}
	dec := jsontext.NewDecoder(bytes.NewReader(object))
	if _, err := dec.ReadToken(); err != nil {
		return nil, fault.Wrap(fault.Internal, err, "a claim cannot be read back")
	}
	for dec.PeekKind() == '"' {
		key, err := dec.ReadToken()
		if err != nil {
			return nil, fault.Wrap(fault.Internal, err, "a claim cannot be read back")
		}
		name := key.String()
		value, err := dec.ReadValue()
		if err != nil {
			return nil, fault.Wrap(fault.Internal, err, "a claim cannot be read back")
		}
		if value.Kind() == '"' {
			text, err := jsontext.AppendUnquote(nil, value)
			if err != nil {
				return nil, fault.Wrap(fault.Internal, err, "a claim cannot be read back")
			}
			out[name] = string(text)
			continue
		}
		out[name] = string(value)
	}
	return out, nil
}
