package org

import (
	"encoding/base64"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/go-json-experiment/json/jsontext"
)

const (
	dateLayout     = "2006-01-02"
	dateTimeLayout = "2006-01-02T15:04:05.000-0700"
)

// dateTimeLayouts are the spellings of a moment that are read.
var dateTimeLayouts = [...]string{
	"2006-01-02T15:04:05.999999999Z07:00", "2006-01-02T15:04:05.999999999-0700", "2006-01-02T15:04Z07:00", dateLayout,
}

// fromJSON reads a field's value; the empty string is null. A value of the wrong type is an error of the parser and
// fails the whole request.
func (f *field) fromJSON(v jsontext.Value) (string, *apiError) {
	k := v.Kind()
	if k == 'n' {
		return "", nil
	}
	var want string
	switch f.Kind {
	case kindBoolean:
		if k == 't' || k == 'f' {
			return string(v), nil
		}
		want = "boolean"
	case kindDouble, kindInt:
		want = string(f.Kind)
		if k == '0' {
			k = '"'
		}
	case kindDate, kindDateTime:
		want = string(f.Kind)
	default:
		want = "string"
	}
	if k == '"' {
		s, ok := f.canonical(strings.TrimSpace(stringOf(v)))
		if ok {
			return s, f.check(s)
		}
	}
	return "", errParse("Cannot deserialize instance of %s from %s or request may be missing a required field", want, shown(v))
}

// fromText reads a cell of a CSV file; the empty string is null.
func (f *field) fromText(cell string) (string, *apiError) {
	s, ok := f.canonical(strings.TrimSpace(strings.ToValidUTF8(cell, "\uFFFD")))
	if !ok {
		return "", fail("INVALID_TYPE_ON_FIELD_IN_RECORD", "bad value for %s: %s", f.Name, cell).on(f.Name)
	}
	return s, f.check(s)
}

// canonical returns the stored spelling of s, or false if s is no value of the field's type.
func (f *field) canonical(s string) (string, bool) {
	if s == "" {
		return "", true
	}
	switch f.Kind {
	case kindBoolean:
		switch strings.ToLower(s) {
		case "true", "1":
			return "true", true
		case "false", "0":
			return "false", true
		}
		return "", false
	case kindDouble:
		n, err := strconv.ParseFloat(s, 64)
		return double(n), err == nil && n-n == 0
	case kindInt:
		n, err := strconv.ParseInt(s, 10, 32)
		return strconv.FormatInt(n, 10), err == nil
	case kindDate:
		t, ok := moment(s)
		return t.Format(dateLayout), ok
	case kindDateTime:
		t, ok := moment(s)
		return t.UTC().Format(dateTimeLayout), ok
	case kindBase64:
		_, err := base64.StdEncoding.DecodeString(s)
		return s, err == nil
	}
	return s, true
}

// double spells a number as the org does: with a fraction, if only .0.
func double(n float64) string {
	s := strconv.FormatFloat(n, 'f', -1, 64)
	if !strings.Contains(s, ".") {
		s += ".0"
	}
	return s
}

// moment reads a date or a date with a time.
func moment(s string) (time.Time, bool) {
	for _, layout := range dateTimeLayouts {
		if t, err := time.Parse(layout, s); err == nil {
			return t, true
		}
	}
	return time.Time{}, false
}

// check applies the rules that a value of the right type can still break.
func (f *field) check(s string) *apiError {
	if s == "" {
		return nil
	}
	if f.Length > 0 && f.Kind != kindReference && utf8.RuneCountInString(s) > f.Length {
		return fail("STRING_TOO_LONG", "%s: data value too large: %s (max length=%d)", f.Label, s, f.Length).on(f.Name)
	}
	switch f.Kind {
	case kindEmail:
		if !validEmail(s) {
			return fail("INVALID_EMAIL_ADDRESS", "%s: invalid email address: %s", f.Label, s).on(f.Name)
		}
	case kindPicklist:
		if f.Restricted && !f.allows(s) {
			return fail("INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST",
				"%s: bad value for restricted picklist field: %s", f.Label, s).on(f.Name)
		}
	case kindReference:
		if _, ok := normalID(s); !ok {
			return fail("MALFORMED_ID", "%s ID: id value of incorrect type: %s", f.Label, s).on(f.Name)
		}
	}
	return nil
}

func (f *field) allows(s string) bool {
	for _, v := range f.Values {
		if v == s {
			return true
		}
	}
	return false
}

// validEmail reports whether s is an address as the org takes it: one @, and a domain with a dot.
func validEmail(s string) bool {
	local, domain, ok := strings.Cut(s, "@")
	if !ok || local == "" || strings.ContainsAny(s, " \t\r\n,;<>()[]\"") || strings.Contains(domain, "@") {
		return false
	}
	dot := strings.LastIndexByte(domain, '.')
	return dot > 0 && dot < len(domain)-1 && !strings.Contains(domain, "..") && domain[0] != '.'
}

// appendValue appends the JSON of a field of a row. base is the URL of the API's version, for blobs.
func (f *field) appendValue(dst []byte, obj *object, r Row, base string) []byte {
	if f.compound() {
		return f.appendCompound(dst, r)
	}
	s, ok := r[f.Name]
	if !ok {
		return append(dst, "null"...)
	}
	switch f.Kind {
	case kindBoolean, kindDouble, kindInt:
		return append(dst, s...)
	case kindBase64:
		return appendString(dst, base+"/sobjects/"+obj.Name+"/"+r["Id"]+"/"+f.Name)
	}
	return appendString(dst, s)
}

// appendCompound appends a compound address; it is null if all its parts are.
func (f *field) appendCompound(dst []byte, r Row) []byte {
	start := len(dst)
	dst = append(dst, '{')
	empty := true
	for i, p := range f.Parts {
		if i > 0 {
			dst = append(dst, ',')
		}
		dst = appendString(dst, p.Key)
		dst = append(dst, ':')
		s, ok := r[p.Field]
		if !ok {
			dst = append(dst, "null"...)
			continue
		}
		empty = false
		dst = appendString(dst, s)
	}
	if empty {
		return append(dst[:start], "null"...)
	}
	return append(dst, `,"geocodeAccuracy":null,"latitude":null,"longitude":null}`...)
}

// appendRecord appends a row with its attributes and the given fields.
func appendRecord(dst []byte, obj *object, r Row, fields []*field, base string) []byte {
	dst = appendAttributes(append(dst, '{'), obj, r, base)
	for _, f := range fields {
		dst = append(dst, ',')
		dst = appendString(dst, f.Name)
		dst = append(dst, ':')
		dst = f.appendValue(dst, obj, r, base)
	}
	return append(dst, '}')
}

// appendAttributes appends the attributes member of a record.
func appendAttributes(dst []byte, obj *object, r Row, base string) []byte {
	dst = append(dst, `"attributes":{"type":`...)
	dst = appendString(dst, obj.Name)
	dst = append(dst, `,"url":`...)
	dst = appendString(dst, base+"/sobjects/"+obj.Name+"/"+r["Id"])
	return append(dst, '}')
}
