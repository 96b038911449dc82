package report

import (
	"bytes"
	"encoding/json"
)

// JSON gives a value as every `--format json` prints it and the API answers with: indented by two spaces, with a line
// end. Nothing is escaped for HTML.
func JSON(v any) ([]byte, error) { return encoded(v, "  ") }

// JSONLine gives a value as one line of JSON Lines.
func JSONLine(v any) ([]byte, error) { return encoded(v, "") }

func encoded(v any, indent string) ([]byte, error) {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", indent)
	err := enc.Encode(v)
	return b.Bytes(), err
}

// Indented gives a line of JSON as [JSON] would; what is no JSON stays as it is.
func Indented(line []byte) []byte {
	var b bytes.Buffer
	if json.Indent(&b, line, "", "  ") != nil {
		return append(bytes.Clone(line), '\n')
	}
	b.WriteByte('\n')
	return b.Bytes()
}
