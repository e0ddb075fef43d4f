package org

import (
	"fmt"
	"net/http"

	"github.com/go-json-experiment/json/jsontext"
)

// apiError is an error as the REST API spells it. Like the real org, it may quote the value that it complains about.
type apiError struct {
	Status  int
	Code    string
	Message string
	Fields  []string
	// Choices are the answer of status 300: the URLs of the rows that share an external id.
	Choices []string
}

// Error implements error.
func (e *apiError) Error() string { return e.Code + ": " + e.Message }

// fail returns an error of status 400.
func fail(code, format string, args ...any) *apiError {
	return &apiError{Status: http.StatusBadRequest, Code: code, Message: fmt.Sprintf(format, args...)}
}

// on names the fields that an error is about.
func (e *apiError) on(fields ...string) *apiError {
	e.Fields = fields
	return e
}

// with sets an error's status.
func (e *apiError) with(status int) *apiError {
	e.Status = status
	return e
}

func errNoResource() *apiError {
	return fail("NOT_FOUND", "The requested resource does not exist").with(http.StatusNotFound)
}

func errMethod(method, allowed string) *apiError {
	return fail("METHOD_NOT_ALLOWED", "HTTP Method '%s' not allowed. Allowed are %s", method, allowed).
		with(http.StatusMethodNotAllowed)
}

func errSession() *apiError {
	return fail("INVALID_SESSION_ID", "Session expired or invalid").with(http.StatusUnauthorized)
}

func errParse(format string, args ...any) *apiError {
	return fail("JSON_PARSER_ERROR", format, args...)
}

func errNoRow(extID bool) *apiError {
	if extID {
		return errNoResource()
	}
	return fail("NOT_FOUND", "Provided external ID field does not exist or is not accessible: Id").
		with(http.StatusNotFound)
}

// body renders the error as the body of an answer of its own.
func (e *apiError) body() []byte {
	if e.Choices != nil {
		return appendStrings(nil, e.Choices)
	}
	b := append([]byte(`[`), `{"message":`...)
	b = appendString(b, e.Message)
	b = append(b, `,"errorCode":`...)
	b = appendString(b, e.Code)
	if e.Fields != nil {
		b = append(b, `,"fields":`...)
		b = appendStrings(b, e.Fields)
	}
	return append(b, `}]`...)
}

// save renders the error as a member of a SaveResult's errors, which spells the code's key differently.
func (e *apiError) save() []byte {
	b := append([]byte(nil), `{"statusCode":`...)
	b = appendString(b, e.Code)
	b = append(b, `,"message":`...)
	b = appendString(b, e.Message)
	b = append(b, `,"fields":`...)
	b = appendStrings(b, e.Fields)
	return append(b, '}')
}

// appendString appends s as a JSON string. Stored text is valid UTF-8; what is not becomes U+FFFD.
func appendString(dst []byte, s string) []byte {
	// AppendQuote's only error is invalid UTF-8, which it has replaced by then.
	dst, _ = jsontext.AppendQuote(dst, s)
	return dst
}

func appendStrings(dst []byte, list []string) []byte {
	dst = append(dst, '[')
	for i, s := range list {
		if i > 0 {
			dst = append(dst, ',')
		}
		dst = appendString(dst, s)
	}
	return append(dst, ']')
}
