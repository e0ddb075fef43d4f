package detect

import (
	"testing"
	"unicode/utf8"
)

func TestFold(t *testing.T) {
	tests := map[string]string{
		"plain":                "plain",
		"１２３－４５":               "123-45",
		"٠١٢۳۴۵०१२":            "012345012",
		"a\u200bb\u00adc":      "abc",
		"1\u00a02\u20093":      "1 2 3",
		"1‐2–3—4−5":            "1-2-3-4-5",
		"José Łódź":            "Jose Lodz",
		"e\u0301":              "e",
		"АВС":                  "ABC", // Cyrillic
		"\U0001D7CF𝟐":          "12",
		"日":                    "\x80",
		"\U0001F600":           "\x81",
		"\xff":                 "\x81",
		"a\u2028b":             "a\nb",
		"\U0001D400\U0001D433": "Az",
	}
	for in, want := range tests {
		var f folded
		f.foldUnicode([]byte(in))
		if string(f.b) != want {
			t.Errorf("foldUnicode(%+q) = %+q, want %+q", in, f.b, want)
		}
	}
}

func TestFoldEscapes(t *testing.T) {
	tests := map[string]struct {
		want    string
		changed bool
	}{
		"a b":             {"a b", false},
		"%31%2d":          {"1-", true},
		"%C3%A9":          {"e", true},
		"%EF%BC%91":       {"1", true},
		"%zz %1":          {"%zz %1", false},
		"&#49;&#x32;":     {"12", true},
		"&#50x":           {"2x", true},
		"&nbsp;&unknown;": {" &unknown;", true},
		"&#x110000;":      {"&#x110000;", false},
		"&#;&":            {"&#;&", false},
		"1&shy;2":         {"12", true},
		"%E2%80%8B1":      {"1", true},
		"%E2%80":          {"\x81\x81", true},
	}
	for in, tt := range tests {
		var f folded
		if changed := f.foldEscapes([]byte(in)); string(f.b) != tt.want || changed != tt.changed {
			t.Errorf("foldEscapes(%q) = %q, %v, want %q, %v", in, f.b, changed, tt.want, tt.changed)
		}
	}
}

// FuzzFold looks for places that do not lie in the value or do not ascend, and compares ASCII with itself.
func FuzzFold(f *testing.F) {
	f.Add("é１%31&#49;\u200b")
	f.Add("%EF%BC%91&nbsp;%")
	f.Fuzz(func(t *testing.T, value string) {
		var u, e folded
		u.foldUnicode([]byte(value))
		e.foldEscapes([]byte(value))
		for _, g := range []*folded{&u, &e} {
			end := 0
			for i := range g.b {
				start, stop := g.span([]byte(value), i, i+1)
				if start < end || stop <= start || stop > len(value) {
					t.Fatalf("byte %d stands at [%d:%d] of %d, the one before ends at %d", i, start, stop, len(value), end)
				}
				end = start + 1
			}
		}
		if isASCII([]byte(value)) && string(u.b) != value {
			t.Errorf("foldUnicode(%q) = %q", value, u.b)
		}
		if n := utf8.RuneCountInString(value); len(u.b) > n {
			t.Errorf("%d characters fold to %d bytes", n, len(u.b))
		}
	})
}
