package review

import (
	"strings"
	"testing"
)

func TestTidy(t *testing.T) {
	for in, want := range map[string]string{
		"": "", " a ": "a", "a\r\nb": "a\nb", "a  \t b": "a b", "\n\na\n\nb\n\n": "a\n\nb", "a\rb": "a b", "a\u2028b": "a b", " \n ": "",
	} {
		if got := tidy(in); got != want {
			t.Errorf("%q became %q, want %q", in, got, want)
		}
	}
}

// What was tidied stays as it is, no word is lost, and nothing is left that a terminal would act on but what the log
// refuses.
func FuzzTidy(f *testing.F) {
	for _, s := range []string{"", "a b", "a\r\n\r\nb", "\u2029", "\x00\x1b[2J", "\xff\n"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		got := tidy(s)
		if tidy(got) != got {
			t.Errorf("%q is not tidy yet", got)
		}
		if a, b := strings.Join(strings.Fields(s), " "), strings.Join(strings.Fields(got), " "); a != b {
			t.Errorf("%q became %q", a, b)
		}
		if strings.ContainsAny(got, "\r\t\v\f\u2028\u2029") {
			t.Errorf("%q has ends of lines that are none", got)
		}
	})
}

// A role that can be read may the same after it was written down.
func FuzzParseRole(f *testing.F) {
	for _, s := range []string{"lead", "lead, viewer", "", ",", "boss", "LEAD"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		r, err := ParseRole(s)
		again, errAgain := ParseRole(string(r))
		if err == nil && (errAgain != nil || again != r) {
			t.Errorf("%q became %q, then %q, %v", s, r, again, errAgain)
		}
		if err != nil && r != "" {
			t.Errorf("%q is %q with an error", s, r)
		}
	})
}
