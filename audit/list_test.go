package audit

import (
	"errors"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

// base is the time of the first record of listed.
var base = time.Date(2026, 11, 1, 12, 0, 0, 0, time.UTC)

// listed returns a log of ten records, one an hour, over several segments; each ID is one letter.
func listed(t *testing.T) *Log {
	t.Helper()
	hour := 0
	clock := func() time.Time { return base.Add(time.Duration(hour) * time.Hour) }
	l := openLog(t, Config{SegmentBytes: 1 << 10, Now: clock})
	for i, id := range []string{"a", "b", "c", "d", "e", "f", "g", "h", "i", "j"} {
		hour = i
		d := sample()
		d.ID = id
		switch id {
		case "b":
			d.Kind, d.Of = Closing, "a"
		case "c":
			d.Action, d.Client = "block", "billing"
		case "d":
			d.Object, d.Finding[0].Object = "Case", "Account"
		case "e":
			d.Finding, d.Rules = nil, nil
		case "f":
			d.Finding[0].Detector, d.Finding[0].Rules = "us_ssn", []string{"ssn"}
		}
		if err := l.Append(t.Context(), d); err != nil {
			t.Fatal(err)
		}
	}
	return l
}

func TestList(t *testing.T) {
	at := func(hour int) time.Time { return base.Add(time.Duration(hour) * time.Hour) }
	tests := map[string]struct {
		filter Filter
		want   string
	}{
		"all":                 {Filter{}, "jihgfedcba"},
		"limit":               {Filter{Limit: 3}, "jih"},
		"kind":                {Filter{Kind: Closing}, "b"},
		"action":              {Filter{Action: "block"}, "c"},
		"client":              {Filter{Client: "billing"}, "c"},
		"object of exchange":  {Filter{Object: "Case"}, "d"},
		"object of a finding": {Filter{Object: "Account"}, "d"},
		"detector":            {Filter{Detector: "us_ssn"}, "f"},
		"rule of a finding":   {Filter{Rule: "ssn"}, "f"},
		"rule of exchange":    {Filter{Rule: "mask-phones"}, "jihgfdcba"},
		"since":               {Filter{Since: at(7)}, "jih"},
		"until":               {Filter{Until: at(3)}, "cba"},
		"between":             {Filter{Since: at(2), Until: at(5)}, "edc"},
		"all at once":         {Filter{Kind: Whole, Action: "mask", Client: "ehr-sync", Object: "Contact", Rule: "ssn", Detector: "us_ssn", Since: at(5), Until: at(6), Limit: 9}, "f"},
		"none":                {Filter{Client: "nobody"}, ""},
	}
	l := listed(t)
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			got := ""
			for d, err := range List(l.cfg.Dir, test.filter) {
				if err != nil {
					t.Fatal(err)
				}
				got += d.ID
			}
			if got != test.want {
				t.Errorf("List = %s, want %s", got, test.want)
			}
		})
	}
}

// Segments that are older than Since are not read, but those of a clock that was a day wrong are.
func TestListSince(t *testing.T) {
	now := base
	l := openLog(t, Config{SegmentBytes: 1 << 10, Now: func() time.Time { return now }})
	for range 3 {
		write(t, l, 2)
		now = now.Add(20 * time.Hour)
	}
	spoilt := segmentPaths(t, l.cfg.Dir)[0]
	content := readFile(t, spoilt)
	writeFile(t, spoilt, []byte("spoilt\n"))
	count := func(since time.Time) (n int, last error) {
		for _, err := range List(l.cfg.Dir, Filter{Since: since}) {
			if last = err; err == nil {
				n++
			}
		}
		return n, last
	}
	if n, err := count(base.Add(50 * time.Hour)); n != 0 || err != nil {
		t.Errorf("%d records, %v: the old segment was read", n, err)
	}
	var corrupt *CorruptError
	if _, err := count(base.Add(time.Hour)); !errors.As(err, &corrupt) {
		t.Errorf("a segment within the slack was not read: %v", err)
	}
	writeFile(t, spoilt, content)
	if n, err := count(base); n != 6 || err != nil {
		t.Errorf("%d records, %v", n, err)
	}
}

// List is Read backwards, whatever lines and segments look like.
func TestListIsReadBackwards(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		l, err := Open(Config{Dir: filepath.Join(t.TempDir(), "log"), Node: "gate-1", Wait: time.Minute,
			SegmentBytes: int64(rapid.IntRange(1<<10, 1<<18).Draw(rt, "segment"))})
		if err != nil {
			rt.Fatal(err)
		}
		for range rapid.IntRange(0, 12).Draw(rt, "records") {
			d := sample()
			d.Finding = wide()[:rapid.IntRange(0, 100).Draw(rt, "findings")]
			if err := l.Append(t.Context(), d); err != nil {
				rt.Fatal(err)
			}
		}
		if err := l.Close(); err != nil {
			rt.Fatal(err)
		}
		want := readAll(t, l.cfg.Dir)
		slices.Reverse(want)
		var got []*Decision
		for d, err := range List(l.cfg.Dir, Filter{}) {
			if err != nil {
				rt.Fatal(err)
			}
			got = append(got, d)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			rt.Fatal(diff)
		}
	})
}

func TestFind(t *testing.T) {
	l := listed(t)
	for _, id := range []string{"a", "e", "j"} {
		d, err := Find(l.cfg.Dir, id)
		if err != nil || d.ID != id {
			t.Errorf("Find(%s) = %v, %v", id, d, err)
		}
	}
	for _, id := range []string{"z", "", "A", `a","x":"`, "gate-1"} {
		if d, err := Find(l.cfg.Dir, id); !errors.Is(err, ErrNotFound) {
			t.Errorf("Find(%q) = %v, %v", id, d, err)
		}
	}
	if _, err := Find(filepath.Join(l.cfg.Dir, "x"), "a"); err == nil || errors.Is(err, ErrNotFound) {
		t.Errorf("Find in a missing folder = %v", err)
	}
}
