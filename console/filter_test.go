package console

import (
	"net/url"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"github.com/phigate/phigate/audit/query"
	"github.com/phigate/phigate/audit/review"
)

func testRequest(t testing.TB, role review.Role, address string) *request {
	t.Helper()
	u, err := url.Parse(address)
	if err != nil {
		t.Fatal(err)
	}
	return newTestRequest(role, u)
}

func TestReadFilter(t *testing.T) {
	long := "client:" + strings.Repeat("a", 250)
	tests := map[string]struct {
		role  review.Role
		query string
		want  string // text of the box
		what  string // part of what is wrong
	}{
		"none is the default":          {review.Analyst, "", canonical(defaultFilter, time.Time{}), ""},
		"empty is not none":            {review.Analyst, "?q=", "", ""},
		"canonical":                    {review.Analyst, "?q=+client%3Aa++decision%3Ablock", "decision:block client:a", ""},
		"a bare word":                  {review.Analyst, "?q=ssn", "ssn", "without a key"},
		"fingerprints":                 {review.Analyst, "?q=fp:3F2A", "fp:3F2A", ""},
		"fingerprints, not permitted":  {review.PolicyAdmin, "?q=fp:3F2A", "fp:3F2A", "fingerprints"},
		"excluded ones, not permitted": {review.PolicyAdmin, "?q=-fp:3F2A", "-fp:3F2A", "fingerprints"},
		"a case, not permitted":        {review.PolicyAdmin, "?q=case:9f86d081884c7d65", "case:9f86d081884c7d65", "fingerprints"},
		"longer than a record":         {review.Analyst, "?" + url.Values{"q": {long}}.Encode(), long, "too long"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			box, q := readFilter(testRequest(t, test.role, "/queue"+test.query), defaultFilter)
			if box.Text != test.want {
				t.Errorf("the box says %q, want %q", box.Text, test.want)
			}
			switch {
			case test.what == "" && box.Error != nil:
				t.Errorf("refused: %v", box.Error)
			case test.what != "" && (box.Error == nil || !strings.Contains(box.Error.What, test.what)):
				t.Errorf("not refused for %q: %v", test.what, box.Error)
			case test.what != "" && len(q.Terms()) > 0:
				t.Error("a refused filter has terms")
			}
		})
	}
}

func TestSearchBox(t *testing.T) {
	c := new(Console)
	for typed, want := range map[string]string{
		"01KAX3M9T0V5Q2Z8R4B6C7D8E9":   "/decisions/01KAX3M9T0V5Q2Z8R4B6C7D8E9",
		" 01KAX3M9T0V5Q2Z8R4B6C7D8E9 ": "/decisions/01KAX3M9T0V5Q2Z8R4B6C7D8E9",
		"client:ehr-* decision:block":  "/queue?q=client%3Aehr-%2A+decision%3Ablock",
		"../../etc":                    "/queue?q=..%2F..%2Fetc",
		"":                             "/queue?q=",
	} {
		answer, err := c.search(testRequest(t, review.Analyst, "/search?"+url.Values{"q": {typed}}.Encode()))
		if err != nil || answer.location != want {
			t.Errorf("%q leads to %q, %v", typed, answer.location, err)
		}
	}
}

func TestAround(t *testing.T) {
	tests := map[string]struct {
		text   string
		column int
		want   [3]string
	}{
		"first":      {"detectr:a b:c", 1, [3]string{"", "detectr:a", " b:c"}},
		"second":     {"a:b detectr:a", 5, [3]string{"a:b ", "detectr:a", ""}},
		"not ASCII":  {"cliënt:é x:y", 10, [3]string{"cliënt:é ", "x:y", ""}},
		"at the end": {"a:", 3, [3]string{"a:", "", ""}},
		"beyond":     {"a", 99, [3]string{"a", "", ""}},
		"none":       {"a b", 0, [3]string{"", "a", " b"}},
	}
	for name, test := range tests {
		before, at, after := around(test.text, test.column)
		if diff := cmp.Diff(test.want, [3]string{before, at, after}); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
	}
}

// The three parts are the text, whatever the column is.
func FuzzAround(f *testing.F) {
	f.Add("client:a b:c", 4)
	f.Fuzz(func(t *testing.T, text string, column int) {
		if !utf8.ValidString(text) {
			return // a filter with such text is refused before
		}
		before, at, after := around(text, column)
		if before+at+after != text {
			t.Errorf("%q + %q + %q is not %q", before, at, after, text)
		}
	})
}

func TestSpans(t *testing.T) {
	now := time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)
	for text, want := range map[string]string{
		"decision:block":             "7 d", // what a filter without after: means
		"after:-24h":                 "24 h",
		"after:-7d before:-1d":       "",
		"after:2026-11-01":           "",
		"client:a after:-90d":        "90 d",
		"decision:block before:-24h": "",
	} {
		q, err := query.Parse(text, now)
		if err != nil {
			t.Fatal(err)
		}
		on := ""
		for _, s := range spans(q) {
			if s.On {
				on += s.Label
			}
			if !strings.HasPrefix(s.URL, "/queue?q=") || strings.Contains(s.URL, "before") {
				t.Errorf("%s: %s", text, s.URL)
			}
		}
		if on != want {
			t.Errorf("%q is marked as %q, want %q", text, on, want)
		}
	}
}

// A link that looks further back than the queue does has to say so.
func TestFind(t *testing.T) {
	now := time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)
	tests := map[string]struct {
		pairs []string
		want  string
	}{
		"one value":   {[]string{"client", "ehr-sync"}, "client:ehr-sync"},
		"with a time": {[]string{"fp", "7KQ2M4", "after", "-90d"}, "fp:7KQ2M4 after:-90d"},
		"no value":    {nil, ""},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			if got, want := find(now, test.pairs...), queueLink(test.want); got != want {
				t.Errorf("got %s, want %s", got, want)
			}
		})
	}
}

// A session is said to last until it is over, not a moment less.
func TestSeconds(t *testing.T) {
	now := time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)
	for left, want := range map[time.Duration]int{0: 0, time.Millisecond: 1, time.Second: 1, 1001 * time.Millisecond: 2, -time.Second: 0, 15 * time.Minute: 900} {
		f := frame{Now: now, Idle: now.Add(left), Absolute: now.Add(time.Hour)}
		if got := f.Seconds(); got != want {
			t.Errorf("%v: %d, want %d", left, got, want)
		}
	}
}
