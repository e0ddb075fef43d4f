package detect

import (
	"regexp"
	"slices"
	"testing"

	"pgregory.net/rapid"
)

// oracles are the grammars of some detectors as regular expressions of RE2, for values of ASCII.
var oracles = map[string]*regexp.Regexp{
	"us_ssn": regexp.MustCompile(`(?:^|[^0-9A-Za-z_.-])((?:[0-8]\d\d)-\d\d-\d{4})(?:$|[^0-9A-Za-z_.])`),
	"us_mbi": regexp.MustCompile(`(?:^|[^0-9A-Za-z_.-]|(?:^|[^0-9])[.-])` +
		`([1-9][AC-HJKMNP-RT-Yac-hjkmnp-rt-y][0-9AC-HJKMNP-RT-Yac-hjkmnp-rt-y]\d-?[AC-HJKMNP-RT-Yac-hjkmnp-rt-y]` +
		`[0-9AC-HJKMNP-RT-Yac-hjkmnp-rt-y]\d-?[AC-HJKMNP-RT-Yac-hjkmnp-rt-y]{2}\d\d)(?:$|[^0-9A-Za-z_.])`),
	"phone": regexp.MustCompile(`(?:^|[ ,;])(\([2-9][02-8]\d\) [2-9]\d\d-\d{4}|[2-9][02-8]\d([-.])[2-9]\d\d[-.]\d{4})(?:$|[ ,;])`),
	"email": regexp.MustCompile(`(?:^|[ ,;<])([A-Za-z0-9][A-Za-z0-9._+]{0,20}[A-Za-z0-9]@(?:[a-z0-9]{1,10}\.){1,3}[a-z]{2,6})(?:$|[ ,;>])`),
}

// shapes are pieces of which values are made that nearly satisfy a grammar.
var shapes = map[string][]string{
	"us_ssn": {"123", "45", "6789", "-", "-", " ", ".", "000", "666", "900", "00", "1", "a", "_"},
	"us_mbi": {"1EG4", "TE5", "MK73", "1ZB4", "TO5", "IL73", "-", "-", " ", "1eg4", "0EG4", "1SG4", "A", "7", "te5mk73"},
	"phone":  {"(415)", " ", "415", "555", "1234", "-", "-", ".", "555-1234", "411", "099", "x", "+", "1"},
	"email":  {"a", "b1", ".", "@", "@", "example", ".org", ".", "-", "+", "_", " ", "co", "9"},
}

// TestAgainstRegularExpressions compares the scanner with expressions: what they find it finds too, and what it finds
// of the narrow grammars they find too.
func TestAgainstRegularExpressions(t *testing.T) {
	s := newScanner(t)
	for detector, re := range oracles {
		t.Run(detector, func(t *testing.T) {
			rapid.Check(t, func(t *rapid.T) {
				value := ""
				for _, p := range rapid.SliceOfN(rapid.SampledFrom(shapes[detector]), 1, 9).Draw(t, "pieces") {
					value += p
				}
				got := findings(s, row("", "x", value))
				want := expected(re, value)
				for _, w := range want {
					if !slices.ContainsFunc(got, func(f found) bool { return f.Detector == detector && len(f.Text) >= len(w) }) {
						t.Errorf("%q in %q is not found: %v", w, value, got)
					}
				}
				for _, f := range got {
					if detector == "us_mbi" && f.Detector == detector && !slices.Contains(want, f.Text) && !slices.Contains([]byte(f.Text), ' ') {
						t.Errorf("%q in %q is found", f.Text, value)
					}
				}
			})
		})
	}
}

// expected returns what the first group of re matches anywhere in value. Matches may share a byte of their bounds, so
// each place is tried.
func expected(re *regexp.Regexp, value string) []string {
	var out []string
	for at := 0; at < len(value); {
		loc := re.FindStringSubmatchIndex(value[at:])
		if loc == nil {
			break
		}
		m := value[at+loc[2] : at+loc[3]]
		if at == 0 || loc[2] > 0 {
			out = append(out, m)
		}
		at += loc[2] + 1
	}
	return out
}
