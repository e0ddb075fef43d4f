package org

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"strings"

	"github.com/go-json-experiment/json/jsontext"
)

// member is a name and its value in a JSON object. The value is a copy.
type member struct {
	name string
	raw  jsontext.Value
}

// document checks that body is one JSON value and returns it.
func document(body []byte) (jsontext.Value, *apiError) {
	dec := jsontext.NewDecoder(bytes.NewReader(body), jsontext.AllowDuplicateNames(true))
	v, err := dec.ReadValue()
	if err != nil {
		var where *jsontext.SyntacticError
		if !errors.As(err, &where) {
			return nil, errParse("Unexpected end-of-input")
		}
		return nil, errParse("Unexpected end-of-input or character at offset %d", where.ByteOffset)
	}
	v = v.Clone()
	if _, err := dec.ReadToken(); !errors.Is(err, io.EOF) {
		return nil, errParse("Unexpected character after the document at offset %d", dec.InputOffset())
	}
	return v, nil
}

// members returns the members of an object in their order; of a repeated name all are there and the last one counts.
func members(v jsontext.Value) ([]member, *apiError) {
	if v.Kind() != '{' {
		return nil, errParse("Cannot deserialize instance of object from %s", shown(v))
	}
	dec := jsontext.NewDecoder(bytes.NewReader(v), jsontext.AllowDuplicateNames(true))
	var out []member
	// v was checked by document: none of these reads can fail before the end.
	_, _ = dec.ReadToken()
	for dec.PeekKind() == '"' {
		name, err := dec.ReadToken()
		if err != nil {
			return nil, errParse("Unexpected character at offset %d", dec.InputOffset())
		}
		key := name.String()
		raw, err := dec.ReadValue()
		if err != nil {
			return nil, errParse("Unexpected character at offset %d", dec.InputOffset())
		}
		out = append(out, member{key, raw.Clone()})
	}
	return out, nil
}

// elements returns the elements of an array.
func elements(v jsontext.Value) ([]jsontext.Value, *apiError) {
	if v.Kind() != '[' {
		return nil, errParse("Cannot deserialize instance of list from %s", shown(v))
	}
	dec := jsontext.NewDecoder(bytes.NewReader(v), jsontext.AllowDuplicateNames(true))
	out := []jsontext.Value{}
	_, _ = dec.ReadToken()
	for dec.PeekKind() != ']' {
		raw, err := dec.ReadValue()
		if err != nil {
			return nil, errParse("Unexpected character at offset %d", dec.InputOffset())
		}
		out = append(out, raw.Clone())
	}
	return out, nil
}

// lookupMember returns the last member of a name in any case; nil if there is none or v is no object.
func lookupMember(v jsontext.Value, name string) jsontext.Value {
	list, err := members(v)
	if err != nil {
		return nil
	}
	var found jsontext.Value
	for _, m := range list {
		if strings.EqualFold(m.name, name) {
			found = m.raw
		}
	}
	return found
}

// stringOf returns the text of a JSON string, or the digits of a number; empty for everything else.
func stringOf(v jsontext.Value) string {
	switch v.Kind() {
	case '"':
		s, err := jsontext.AppendUnquote(nil, v)
		if err != nil {
			return ""
		}
		return string(s)
	case '0':
		return string(v)
	}
	return ""
}

// into decodes a checked document into a struct of this package, names in any case, unknown names ignored.
func into[T any](body []byte, target *T) *apiError {
	if _, err := document(body); err != nil {
		return err
	}
	if err := json.Unmarshal(body, target); err != nil {
		return errParse("Cannot deserialize the request")
	}
	return nil
}

// shown is the name that the org's parser has for a value's first token.
func shown(v jsontext.Value) string {
	switch v.Kind() {
	case '"':
		return "VALUE_STRING value " + stringOf(v)
	case '0':
		if bytes.ContainsAny(v, ".eE") {
			return "VALUE_NUMBER_FLOAT value " + string(v)
		}
		return "VALUE_NUMBER_INT value " + string(v)
	case 't':
		return "VALUE_TRUE value true"
	case 'f':
		return "VALUE_FALSE value false"
	case '{':
		return "START_OBJECT value {"
	case '[':
		return "START_ARRAY value ["
	}
	return "VALUE_NULL value null"
}
