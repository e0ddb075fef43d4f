package inspect_test

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"
	"testing/iotest"

	"pgregory.net/rapid"

	"github.com/phigate/phigate/inspect"
)

// lines is a decoder whose records are lines with one field each; '!' at a line's start is broken syntax.
type lines struct{ scanned int }

func (d *lines) Decode(buf []byte, eof bool, rec *inspect.Record) (int, error) {
	if len(buf) > 0 && buf[0] == '!' {
		return 0, &inspect.UnreadableError{Format: "lines", Reason: inspect.ReasonSyntax, Offset: -1}
	}
	i := bytes.IndexByte(buf[d.scanned:], '\n')
	if i < 0 && !eof || len(buf) == 0 {
		d.scanned = len(buf)
		return 0, nil
	}
	n := len(buf)
	if i >= 0 {
		n = d.scanned + i + 1
	}
	d.scanned = 0
	rec.Reset()
	rec.Raw = buf[:n]
	rec.Nodes = append(rec.Nodes, inspect.Node{Parent: -1})
	value := bytes.TrimSuffix(buf[:n], []byte("\n"))
	rec.Fields = append(rec.Fields, inspect.Field{End: len(value), Value: value})
	return n, nil
}

var stars = []byte("****")

// newStarSecrets masks every line that begins with "secret" and refuses every line that begins with "block".
func newStarSecrets() func(*inspect.Record) ([]inspect.Edit, error) {
	edits := make([]inspect.Edit, 0, 1)
	return func(rec *inspect.Record) ([]inspect.Edit, error) { return starSecrets(rec, edits) }
}

func starSecrets(rec *inspect.Record, edits []inspect.Edit) ([]inspect.Edit, error) {
	f := rec.Fields[0]
	switch {
	case bytes.HasPrefix(f.Value, []byte("block")):
		return nil, fmt.Errorf("line: %w", inspect.ErrBlocked)
	case bytes.HasPrefix(f.Value, []byte("panic")):
		panic("detector")
	case bytes.HasPrefix(f.Value, []byte("secret")):
		return append(edits[:0], inspect.Edit{Start: f.Start, End: f.End, New: stars}), nil
	}
	return nil, nil
}

func newBody(src io.Reader, change func(*inspect.BodyConfig)) *inspect.Body {
	cfg := inspect.BodyConfig{Source: src, Decoder: &lines{}, Judge: newStarSecrets(), Window: 64, MaxRecord: 256 << 10}
	if change != nil {
		change(&cfg)
	}
	return inspect.NewBody(cfg)
}

func TestBody(t *testing.T) {
	long := strings.Repeat("x", 200<<10)
	tests := map[string]struct {
		in, want string
		err      error
		change   func(*inspect.BodyConfig)
	}{
		"empty":                          {in: "", want: ""},
		"clean":                          {in: "a\nb\n", want: "a\nb\n"},
		"no final newline":               {in: "a\nb", want: "a\nb"},
		"edited":                         {in: "a\nsecret 1\nb\n", want: "a\n****\nb\n"},
		"longer than the pooled buffer":  {in: "a\n" + long + "\nsecret\n", want: "a\n" + long + "\n****\n"},
		"blocked":                        {in: "a\nb\nblock\nc\n", want: "a\nb\n", err: inspect.ErrBlocked},
		"unreadable":                     {in: "a\n!\nb\n", want: "a\n", err: inspect.ErrUnreadable},
		"a detector panics":              {in: "a\npanic\nb\n", want: "a\n", err: inspect.ErrUnreadable},
		"record over the limit":          {in: "a\n" + strings.Repeat("x", 600<<10) + "\n", want: "a\n", err: inspect.ErrUnreadable},
		"unreadable is allowed":          {in: "a\n!\nsecret\n", want: "a\n!\nsecret\n", change: allowUnreadable},
		"record over the limit, allowed": {in: "a\n" + strings.Repeat("x", 600<<10), want: "a\n" + strings.Repeat("x", 600<<10), change: allowUnreadable},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			b := newBody(strings.NewReader(tt.in), tt.change)
			defer b.Close()
			got, err := io.ReadAll(b)
			if string(got) != tt.want {
				t.Errorf("released %d bytes, want %d", len(got), len(tt.want))
			}
			if !errors.Is(err, tt.err) {
				t.Errorf("error %v, want %v", err, tt.err)
			}
		})
	}
}

func allowUnreadable(cfg *inspect.BodyConfig) { cfg.Unreadable = func(error) error { return nil } }

func TestHoldReleasesNothingAndDecidesTheWholeWindow(t *testing.T) {
	tests := map[string]struct {
		in    string
		whole bool
		err   error
	}{
		"ends inside the window":    {in: "a\nb\n", whole: true},
		"larger than the window":    {in: strings.Repeat("a\n", 100<<10)},
		"refused inside the window": {in: "a\nblock\n", err: inspect.ErrBlocked},
		"refused on the last line":  {in: "a\nblock", err: inspect.ErrBlocked},
		"empty":                     {in: "", whole: true},
		"unreadable in the window":  {in: "a\n!", err: inspect.ErrUnreadable},
		"refused on the last byte":  {in: strings.Repeat("a\n", 31) + "block\n", err: inspect.ErrBlocked},
		"refused behind the window": {in: strings.Repeat("a\n", 100<<10) + "block\n"},
		"refused right behind it":   {in: strings.Repeat("a\n", 32) + "block\n"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			b := newBody(strings.NewReader(tt.in), nil)
			defer b.Close()
			whole, err := b.Hold()
			if whole != tt.whole || !errors.Is(err, tt.err) {
				t.Errorf("Hold() = %v, %v, want %v, %v", whole, err, tt.whole, tt.err)
			}
		})
	}
}

func TestSourceFailureEndsTheBody(t *testing.T) {
	b := newBody(io.MultiReader(strings.NewReader("a\nb"), iotest.ErrReader(io.ErrUnexpectedEOF)), nil)
	defer b.Close()
	got, err := io.ReadAll(b)
	if string(got) != "a\n" || !errors.Is(err, io.ErrUnexpectedEOF) {
		t.Errorf("got %q, %v: a record that was cut off must not be released", got, err)
	}
}

// Law 1 and law 4: what is released does not depend on how the bytes arrived, and a refused record never leaves.
func TestBodyDoesNotDependOnReads(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		in := strings.Join(rapid.SliceOf(rapid.SampledFrom([]string{"a", "secret 1", "bb", "", "block", "!"})).Draw(t, "lines"), "\n")
		whole := newBody(strings.NewReader(in), nil)
		want, wantErr := io.ReadAll(whole)
		split := newBody(&chunks{data: []byte(in), sizes: rapid.SliceOfN(rapid.IntRange(1, 7), 1, 20).Draw(t, "sizes")}, nil)
		if rapid.Bool().Draw(t, "hold") {
			_, _ = split.Hold()
		}
		got, err := io.ReadAll(iotest.OneByteReader(split))
		if !bytes.Equal(got, want) || fmt.Sprint(err) != fmt.Sprint(wantErr) {
			t.Fatalf("released %q, %v; in one read %q, %v", got, err, want, wantErr)
		}
		if bytes.Contains(got, []byte("secret")) || bytes.Contains(got, []byte("block")) {
			t.Fatalf("released %q", got)
		}
	})
}

// chunks returns data in pieces of the given sizes, over and over.
type chunks struct {
	data  []byte
	sizes []int
	turn  int
}

func (c *chunks) Read(p []byte) (int, error) {
	if len(c.data) == 0 {
		return 0, io.EOF
	}
	n := min(c.sizes[c.turn%len(c.sizes)], len(p), len(c.data))
	c.turn++
	copy(p, c.data[:n])
	c.data = c.data[n:]
	return n, nil
}

// Law 7: memory is bounded whatever the body's size.
func TestBodyMemoryIsBounded(t *testing.T) {
	b := newBody(io.LimitReader(repeat("secret 123456789\n"), 64<<20), nil)
	defer b.Close()
	allocs := testing.AllocsPerRun(1, func() {
		if _, err := io.CopyN(io.Discard, b, 8<<20); err != nil {
			t.Fatal(err)
		}
	})
	if allocs > 100 { // the buffers, once
		t.Errorf("%v allocations for 8 MiB", allocs)
	}
}

type repeat string

func (r repeat) Read(p []byte) (int, error) {
	n := 0
	for n < len(p) {
		n += copy(p[n:], r)
	}
	return n, nil
}

func TestFieldSource(t *testing.T) {
	tests := map[string]struct {
		enc        inspect.Encoding
		raw, value string
		part, want string
	}{
		"plain":                 {inspect.Plain, "ab 123 cd", "ab 123 cd", "123", "123"},
		"json, nothing escaped": {inspect.JSONString, "ab 123 cd", "ab 123 cd", "123", "123"},
		"json, escape before":   {inspect.JSONString, `a\n123 c`, "a\n123 c", "123", "123"},
		"json, escaped digits":  {inspect.JSONString, `a \u0031\u00323 c`, "a 123 c", "123", `\u0031\u00323`},
		"json, surrogate pair":  {inspect.JSONString, `\ud83d\ude00 123`, "😀 123", "123", "123"},
		"csv, doubled quote":    {inspect.CSVQuoted, `a ""b"" 123`, `a "b" 123`, "123", "123"},
		"form":                  {inspect.FormValue, `a%20b+%31%323`, "a b 123", "123", "%31%323"},
		"at the end":            {inspect.JSONString, `\t12`, "\t12", "12", "12"},
		"the whole":             {inspect.JSONString, `\t12\t`, "\t12\t", "\t12\t", `\t12\t`},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			rec := &inspect.Record{Raw: []byte("<" + tt.raw + ">")}
			f := inspect.Field{Encoding: tt.enc, Start: 1, End: 1 + len(tt.raw), Value: []byte(tt.value)}
			at := strings.Index(tt.value, tt.part)
			start, end := f.Source(rec, at, at+len(tt.part))
			if got := string(rec.Raw[start:end]); got != tt.want {
				t.Errorf("Source(%q) = %q, want %q", tt.part, got, tt.want)
			}
		})
	}
}

// Law 2: outside of the edited ranges the bytes stay as they are.
func TestSpliceKeepsTheRest(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		raw := rapid.SliceOfN(rapid.Byte(), 0, 60).Draw(t, "raw")
		var edits []inspect.Edit
		for range rapid.IntRange(0, 5).Draw(t, "edits") {
			start := rapid.IntRange(0, len(raw)).Draw(t, "start")
			edits = append(edits, inspect.Edit{Start: start, End: rapid.IntRange(start, len(raw)).Draw(t, "end"), New: []byte("NEW")})
		}
		edits = inspect.SortEdits(edits)
		got := inspect.Splice(nil, raw, edits)
		at, out := 0, got
		for _, e := range edits {
			kept := raw[at:e.Start]
			if !bytes.HasPrefix(out, kept) || !bytes.HasPrefix(out[len(kept):], e.New) {
				t.Fatalf("Splice(%q, %v) = %q", raw, edits, got)
			}
			out, at = out[len(kept)+len(e.New):], e.End
		}
		if !bytes.Equal(out, raw[at:]) {
			t.Fatalf("Splice(%q, %v) = %q", raw, edits, got)
		}
	})
}

func TestPathCarriesOnlyAPINames(t *testing.T) {
	rec := &inspect.Record{
		Base: "records[]",
		Nodes: []inspect.Node{
			{Parent: -1}, {Parent: 0, Key: []byte("Account__r")}, {Parent: 1, Key: []byte("Contacts"), Array: true},
			{Parent: 0, Key: []byte("John Smith")},
		},
		Fields: []inspect.Field{
			{Node: 0, Name: []byte("LastName")}, {Node: 1, Name: []byte("SSN__c")}, {Node: 2},
			{Node: 3, Name: []byte("123-45-6789")}, {Node: 0, Name: []byte("Parent__r.MRN__c")}, {Node: 0, Name: []byte("a..b")},
			{Node: 0, Name: bytes.Repeat([]byte("a"), 81)}, {Node: 0, Name: []byte("MRN__c")}, {Node: 0, Name: []byte("S536904399")},
			{Node: 0, Name: []byte("Line4")}, {Node: 0, Name: []byte("S_536_90_4399")},
		},
	}
	want := []string{"records[].LastName", "records[].Account__r.SSN__c", "records[].Account__r.Contacts[]",
		"records[].{*}.{*}", "records[].Parent__r.MRN__c", "records[].{*}", "records[].{*}", "records[].MRN__c", "records[].{*}", "records[].Line4", "records[].{*}"}
	for i, w := range want {
		if got := rec.Path(i); got != w {
			t.Errorf("Path(%d) = %q, want %q", i, got, w)
		}
	}
}

// Law 6, by construction: a Finding has no field that could hold bytes of a body.
func TestFindingHasNoPlaceForAValue(t *testing.T) {
	got := fmt.Sprintf("%+v", inspect.Finding{Detector: "us_ssn", Category: inspect.SSN, Likelihood: inspect.Likely,
		Evidence: inspect.ByShape | inspect.ByKey, Field: 3, Start: 1, End: 12})
	want := "{Detector:us_ssn Category:ssn Likelihood:likely Evidence:shape+key Field:3 Start:1 End:12}"
	if got != want {
		t.Errorf("a finding prints as %s, want %s", got, want)
	}
}
