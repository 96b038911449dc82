package entity

import (
	"strconv"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/cordon-engine/cordon/internal/source/ftm"
)

// appendEntity appends an entity as it is answered, with its links as ids.
func appendEntity(b []byte, e *ftm.Entity, x *doc, caption string) []byte {
	b = appendHead(b, x, caption)
	for i := range e.Properties {
		if i > 0 {
			b = append(b, ',')
		}
		b = append(appendText(b, e.Properties[i].Name), ':')
		b = appendTexts(b, e.Properties[i].Values)
	}
	return appendTail(b, x, e.Referents)
}

// appendHead appends what stands before the properties.
func appendHead(b []byte, x *doc, caption string) []byte {
	b = appendText(append(b, `{"id":`...), x.id)
	b = appendText(append(b, `,"caption":`...), caption)
	b = appendText(append(b, `,"schema":`...), x.schema.Name)
	return append(b, `,"properties":{`...)
}

// appendTail appends what stands behind the properties.
func appendTail(b []byte, x *doc, referents []string) []byte {
	b = appendTexts(append(b, `},"datasets":`...), x.datasets)
	b = appendTexts(append(b, `,"referents":`...), referents)
	b = strconv.AppendBool(append(b, `,"target":`...), x.target)
	b = appendMoment(append(b, `,"first_seen":`...), x.first)
	b = appendMoment(append(b, `,"last_seen":`...), x.last)
	b = appendMoment(append(b, `,"last_change":`...), x.change)
	return append(b, '}')
}

func appendMoment(b []byte, s string) []byte {
	if s == "" {
		return append(b, "null"...)
	}
	return appendText(b, s)
}

func appendTexts(b []byte, list []string) []byte {
	b = append(b, '[')
	for i, s := range list {
		if i > 0 {
			b = append(b, ',')
		}
		b = appendText(b, s)
	}
	return append(b, ']')
}

// appendText appends a text as JSON. What is no UTF-8 was refused on the way in; if
// it were there, its place would be marked.
func appendText(b []byte, s string) []byte {
	out, _ := jsontext.AppendQuote(b, s)
	return out
}
