package detect

import (
	"bytes"
	"testing"
)

// TestSystemValues compares what looks at eight bytes at once with what looks at one, for values with each byte replaced
// by each other.
func TestSystemValues(t *testing.T) {
	tests := map[string]struct {
		value      string
		fast, slow func([]byte) bool
	}{
		"an Id":                         {"0035e00000aBcdEAAS", longID, recordID},
		"an Id of capitals at the ends": {"ZAAAAAAAAAAAAAZ555", longID, recordID},
		"a time": {"2024-01-29T23:59:58.967+0000", stamped, func(v []byte) bool {
			var m masks
			classifyByTable(&m, v)
			return m.timestamp(v)
		}},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			v := []byte(tt.value)
			yes := 0
			for i := range v {
				for c := range 256 {
					w := bytes.Clone(v)
					w[i] = byte(c)
					got, want := tt.fast(w), tt.slow(w)
					if got != want {
						t.Errorf("with the byte %#x at %d: got %v, want %v", c, i, got, want)
					}
					if got {
						yes++
					}
				}
			}
			if yes < len(v) {
				t.Errorf("only %d of the values are accepted", yes)
			}
			if tt.fast(v[1:]) || tt.fast(append(v, '0')) || tt.fast(nil) {
				t.Error("a value of another length is accepted")
			}
		})
	}
}

// TestTwoNames compares the names that are known at once with what is found by asking at every word, see inspectNaively.
func TestTwoNames(t *testing.T) {
	s := newScanner(t)
	words := []string{"Maria", "Garcia", "Qwerty", "San", "May", "Patient", "Name", "Dr", "Mark", "Lee", "Van", "Md", "Xu", "James", "In", "Near", "The", "Boston", "Antonio"}
	for _, a := range words {
		for _, b := range words {
			r := row("Contact", "SuppliedName", a+" "+b, "LastName", a+" "+b, "Name", b+" "+a)
			got, want := s.Inspect(r, nil), s.inspectNaively(r)
			if len(got) != len(want) {
				t.Fatalf("%s %s: %d findings, want %d", a, b, len(got), len(want))
			}
			for i := range got {
				if got[i] != want[i] {
					t.Errorf("%s %s: got %+v, want %+v", a, b, got[i], want[i])
				}
			}
		}
	}
}

// TestOnlyDatesWantTheDay is the law that lets the clock stand still for other detectors than those of wantsDay.
func TestOnlyDatesWantTheDay(t *testing.T) {
	s := newScanner(t)
	early, late := clock{19010101}, clock{20990101}
	differ := 0
	for i, d := range table {
		for _, v := range parts {
			b := []byte(v)
			at := func(now clock) *text {
				return &text{b: b, now: now, lex: s.lex, near: new(masks), classify: classifyByTable}
			}
			same := d.Check == nil || d.Check(b, early) == d.Check(b, late)
			if d.Find != nil {
				k := at(early).word(0)
				m1, ok1 := d.Find(at(early), k)
				m2, ok2 := d.Find(at(late), k)
				same = same && ok1 == ok2 && m1 == m2
			}
			if !same {
				differ++
			}
			if !same && !s.wantsDay.has(i) {
				t.Errorf("%s wants to know the day for %q", d.Name, v)
			}
		}
	}
	if differ == 0 {
		t.Error("no detector wants to know the day, so that this test shows nothing")
	}
}
