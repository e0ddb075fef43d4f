package main

import (
	"errors"
	"io"
	"strings"
	"testing"

	"github.com/phigate/phigate/inspect/salesforce"
)

// A line that is too long is input that cannot be read, and not a mistake of whoever runs the command.
func TestLinesTooLong(t *testing.T) {
	s := &scanner{route: &salesforce.Route{API: salesforce.Unknown}, out: io.Discard}
	err := s.status(s.lines(strings.NewReader(strings.Repeat("x", maxLine+1))))
	var status *statusError
	if !errors.As(err, &status) || status.status != exitUnreadable || !strings.Contains(err.Error(), "bytes") {
		t.Errorf("got %v", err)
	}
}
