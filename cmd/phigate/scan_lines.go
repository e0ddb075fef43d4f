package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/phigate/phigate/inspect"
	"github.com/phigate/phigate/inspect/salesforce"
)

// maxLine is the longest line of a JSON lines input, in bytes.
const maxLine = 16 << 20

// maxRoutes is how many requests of lines are remembered.
const maxRoutes = 1024

// scanLine is one line of the input.
type scanLine struct {
	ID        json.RawMessage `json:"id"`
	Text      string          `json:"text"`
	MediaType string          `json:"media_type"`
	Request   string          `json:"request"`
	Response  bool            `json:"response"`
}

// scanAnswer is the line of the output for one that was read.
type scanAnswer struct {
	ID       json.RawMessage `json:"id"`
	Format   string          `json:"format"`
	Findings []located       `json:"findings"`
}

// scanError is the line of the output for one that was not. It holds nothing of the line but its id.
type scanError struct {
	ID    json.RawMessage `json:"id"`
	Line  int             `json:"line"`
	Error string          `json:"error"`
}

// lines scans each line of a JSON lines input as a body of its own. A text that is not what it looks like is scanned
// as plain text, because a text is not a transfer that can be refused.
func (s *scanner) lines(in io.Reader) error {
	lines := bufio.NewScanner(in)
	lines.Buffer(make([]byte, 64<<10), maxLine)
	encoder := json.NewEncoder(s.out)
	encoder.SetEscapeHTML(false)
	routes := map[string]*salesforce.Route{"": s.route}
	dir := s.dir
	for n := 1; lines.Scan(); n++ {
		if len(bytes.TrimSpace(lines.Bytes())) == 0 {
			continue
		}
		var line scanLine
		problem := ""
		if err := json.Unmarshal(lines.Bytes(), &line); err != nil {
			problem = `not {"id","text","media_type"?,"request"?,"response"?}`
		} else if route, known := routes[line.Request]; known {
			s.route = route
		} else if route, err := requestRoute(line.Request); err != nil {
			problem = `"request" is not 'METHOD URL'`
		} else {
			s.route = route
			if len(routes) < maxRoutes {
				routes[line.Request] = route
			}
		}
		if problem != "" {
			s.unread++
			if err := encoder.Encode(scanError{line.ID, n, problem}); err != nil {
				return err
			}
			continue
		}
		if s.dir = dir; line.Response {
			s.dir = inspect.Response
		}
		format, found, err := s.text(line.Text, line.MediaType)
		if err != nil {
			return fmt.Errorf("line %d: %w", n, err)
		}
		if err := encoder.Encode(scanAnswer{line.ID, format, found}); err != nil {
			return err
		}
	}
	err := lines.Err()
	if errors.Is(err, bufio.ErrTooLong) {
		return fmt.Errorf("%w: a line has more than %d bytes", inspect.ErrUnreadable, maxLine)
	}
	if err != nil {
		return fmt.Errorf("read lines: %w", err)
	}
	return nil
}

// text scans one text. It returns the name of the format that it was read as.
func (s *scanner) text(text, mediaType string) (string, []located, error) {
	before := s.found
	for _, s.mediaType = range []string{mediaType, "text/plain"} {
		found := []located{}
		format, err := s.body(strings.NewReader(text), func(l located) error { found = append(found, l); return nil })
		if err == nil {
			return format, found, nil
		}
		if !errors.Is(err, inspect.ErrUnreadable) {
			return "", nil, err
		}
		s.found = before // what the broken body was found to hold is found again
	}
	found, err := s.plain(text)
	return "text", found, err
}

// plain scans a text as one field without a name.
func (s *scanner) plain(text string) ([]located, error) {
	found := []located{}
	raw := []byte(text)
	rec := &inspect.Record{
		Raw: raw, Nodes: []inspect.Node{{Parent: -1}}, Fields: []inspect.Field{{End: len(raw), Value: raw}},
	}
	err := s.record(rec, func(l located) error { found = append(found, l); return nil })
	return found, err
}
