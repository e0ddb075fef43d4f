package main

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/phigate/phigate/inspect"
	"github.com/phigate/phigate/inspect/format"
	"github.com/phigate/phigate/inspect/salesforce"
)

// scanOptions is what `phigate scan` was asked.
type scanOptions struct {
	mediaType string
	request   string
	response  bool
	json      bool
	jsonl     bool
	minimum   string
	config    string
}

func scanCommand() *cobra.Command {
	var o scanOptions
	cmd := &cobra.Command{
		Use:   "scan [flags] FILE|-",
		Short: "Find identifiers in a file as the gate would",
		Long: `Find identifiers in a file as the gate would: one line for each finding, with its byte range in the file and never
its value.

With --jsonl each line of the input is {"id","text","media_type"?,"request"?,"response"?} and each line of the output
{"id","format","findings":[{"detector","category","likelihood","object","field","path","start","end"}]}, start and end
being byte offsets in the text. "request" and "response" are what the flags are, for one line. "format" is what the text was
read as: one that is not what it looks like is read as text. A line that cannot be read is {"id","line","error"}.

The exit status is 0 if nothing was found, 1 if something was, 2 for wrong usage, and 3 for a file, or a line, that cannot be
read with certainty. On a terminal the command says how far it is.`,
		Example: `  phigate scan contacts.csv
  phigate scan --request 'POST https://acme.my.salesforce.com/services/data/v60.0/composite/sobjects' body.json
  phigate scan --jsonl --likelihood possible notes.jsonl`,
		Args: one("the file to scan, or - for standard input"),
		RunE: func(cmd *cobra.Command, args []string) error { return scan(cmd, args[0], o) },
	}
	f := cmd.Flags()
	f.StringVar(&o.mediaType, "media-type", "", "Content-Type of the body; by default its name and its beginning tell")
	f.StringVar(&o.request, "request", "", "`'METHOD URL'` that the body belongs to; it says which objects the fields are of")
	f.BoolVar(&o.response, "response", false, "the body answers --request")
	f.StringVarP(&o.config, "config", "c", "", "configuration `file` whose indexes and whose policy's own detectors are asked too")
	f.BoolVar(&o.json, "json", false, "print one JSON object for each finding")
	f.BoolVar(&o.jsonl, "jsonl", false, "the input is JSON lines of texts")
	f.StringVar(&o.minimum, "likelihood", "possible", "print findings of this likelihood and above: "+strings.Join(likelihoods(), ", "))
	return cmd
}

// likelihoods are the names of all likelihoods.
func likelihoods() []string {
	var names []string
	for l := inspect.VeryUnlikely; l <= inspect.VeryLikely; l++ {
		names = append(names, l.String())
	}
	return names
}

// scan runs the command.
func scan(cmd *cobra.Command, path string, o scanOptions) error {
	minimum, ok := inspect.ParseLikelihood(o.minimum)
	if !ok {
		return usage(fmt.Errorf("--likelihood: %q is none of %s", o.minimum, strings.Join(likelihoods(), ", ")))
	}
	route, err := requestRoute(o.request)
	if err != nil {
		return usage(fmt.Errorf("--request: %w", err))
	}
	find, _, err := openFinder(o.config, "", nil)
	if err != nil {
		return usage(err)
	}
	in := cmd.InOrStdin()
	if path != "-" {
		file, err := os.Open(path)
		if err != nil {
			return usage(err)
		}
		defer file.Close()
		in = file
	}
	p := newMeter(in, cmd.ErrOrStderr())
	out := bufio.NewWriter(cmd.OutOrStdout())
	s := &scanner{find: find, route: route, dir: inspect.Request, minimum: minimum, mediaType: o.mediaType, out: out}
	if o.response {
		s.dir = inspect.Response
	}
	if s.mediaType == "" {
		s.mediaType = mediaTypeOf(path)
	}
	switch {
	case o.jsonl:
		err = s.lines(p)
	case o.json:
		_, err = s.body(p, s.printJSON)
	default:
		_, err = s.body(p, s.print)
	}
	p.end()
	if e := out.Flush(); err == nil {
		err = e
	}
	if err != nil && path != "-" {
		err = fmt.Errorf("%s: %w", path, err)
	}
	return s.status(err)
}

// status is what the command says with its exit status.
func (s *scanner) status(err error) error {
	switch {
	case errors.Is(err, inspect.ErrUnreadable):
		return &statusError{exitUnreadable, err}
	case err != nil:
		return usage(err)
	case s.unread > 0:
		return &statusError{exitUnreadable, fmt.Errorf("%d lines: %w", s.unread, inspect.ErrUnreadable)}
	case s.found > 0:
		return &statusError{status: exitFound}
	}
	return nil
}

// scanner finds identifiers in bodies outside of an exchange.
type scanner struct {
	find      *finder
	route     *salesforce.Route
	dir       inspect.Direction
	minimum   inspect.Likelihood
	mediaType string
	out       io.Writer
	found     int
	unread    int // lines that could not be read
	findings  []inspect.Finding
}

// located is a finding with its place in the body, as scripts read it.
type located struct {
	Detector   string `json:"detector"`
	Category   string `json:"category"`
	Letter     string `json:"letter,omitempty"`
	Likelihood string `json:"likelihood"`
	Evidence   string `json:"evidence"`
	Object     string `json:"object,omitempty"`
	Field      string `json:"field,omitempty"`
	Path       string `json:"path,omitempty"`
	Start      int64  `json:"start"`
	End        int64  `json:"end"`
}

// body reads one body and hands over each finding. It returns the name of the format that it was read as.
func (s *scanner) body(in io.Reader, each func(located) error) (string, error) {
	shape, name := s.route.Request, s.route.Format
	if s.dir == inspect.Response {
		shape, name = s.route.Response, s.route.ResponseFormat
	}
	prefix := bufio.NewReaderSize(in, 64<<10)
	head, err := prefix.Peek(format.SniffLen)
	if err != nil && !errors.Is(err, io.EOF) {
		return "", err
	}
	f, err := format.Choose(name, s.mediaType, head)
	if err != nil {
		return "", err
	}
	body := inspect.NewBody(inspect.BodyConfig{
		Source: prefix, Decoder: f.New(shape, format.Limits{}),
		Judge: func(rec *inspect.Record) ([]inspect.Edit, error) {
			s.route.Type(s.dir, rec)
			return nil, s.record(rec, each)
		},
	})
	defer body.Close()
	_, err = io.Copy(io.Discard, body)
	return f.Name, err
}

// record hands over the findings in one record.
func (s *scanner) record(rec *inspect.Record, each func(located) error) error {
	s.findings = s.find.Inspect(rec, s.findings[:0])
	for i := range s.findings {
		f := &s.findings[i]
		if f.Likelihood < s.minimum {
			continue
		}
		s.found++
		field := &rec.Fields[f.Field]
		start, end := field.Source(rec, f.Start, f.End)
		l := located{
			Detector: f.Detector, Category: f.Category.String(), Likelihood: f.Likelihood.String(), Evidence: f.Evidence.String(),
			Object: field.Object, Path: rec.Path(f.Field), Start: rec.Offset + int64(start), End: rec.Offset + int64(end),
		}
		if letter := f.Category.Letter(); letter != 0 {
			l.Letter = string(letter)
		}
		if len(field.Name) > 0 {
			l.Field = string(inspect.SafeName(field.Name))
		}
		if err := each(l); err != nil {
			return err
		}
	}
	return nil
}

// print writes a finding for people.
func (s *scanner) print(l located) error {
	place := l.Path
	if l.Object != "" {
		place = l.Object + "." + l.Field
	}
	_, err := fmt.Fprintf(s.out, "%8d-%-8d %-20s %-11s %-12s %-32s %s\n", l.Start, l.End, l.Detector, l.Category, l.Likelihood, place, l.Evidence)
	return err
}

// printJSON writes a finding for scripts.
func (s *scanner) printJSON(l located) error { return json.NewEncoder(s.out).Encode(l) }

// requestRoute is the route of 'METHOD URL'; without one nothing is known of the body.
func requestRoute(request string) (*salesforce.Route, error) {
	if request == "" {
		return &salesforce.Route{API: salesforce.Unknown}, nil
	}
	method, url, ok := strings.Cut(request, " ")
	if !ok {
		return nil, fmt.Errorf("%q is not 'METHOD URL', such as 'POST https://acme.my.salesforce.com/services/data/v60.0/sobjects/Contact'", request)
	}
	return routeOf(method, url)
}

// routeOf is the route of a request that is not sent.
func routeOf(method, url string) (*salesforce.Route, error) {
	req, err := http.NewRequest(strings.ToUpper(method), url, http.NoBody)
	if err != nil {
		return nil, fmt.Errorf("%s is not a request", method)
	}
	return salesforce.New(salesforce.Config{}).Route(req.Context(), req, nil)
}

// mediaTypeOf is the media type that a file's name promises; empty if it promises none.
func mediaTypeOf(path string) string {
	for _, f := range format.Formats {
		if slices.Contains(f.Extensions, strings.ToLower(filepath.Ext(path))) {
			return f.MediaTypes[0]
		}
	}
	return ""
}
