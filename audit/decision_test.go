package audit

import "testing"

func TestMostLikely(t *testing.T) {
	tests := map[string]struct {
		findings []string
		want     string
	}{
		"none":             {nil, ""},
		"one":              {[]string{"possible"}, "possible"},
		"the highest":      {[]string{"likely", "very_likely", "possible"}, "very_likely"},
		"not by letters":   {[]string{"unlikely", "likely"}, "likely"},
		"the lowest":       {[]string{"very_unlikely"}, "very_unlikely"},
		"an unknown word":  {[]string{"surely"}, ""},
		"and a known word": {[]string{"surely", "unlikely"}, "unlikely"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			var d Decision
			for _, l := range test.findings {
				d.Finding = append(d.Finding, Finding{Likelihood: l})
			}
			if got := d.Likelihood(); got != test.want {
				t.Errorf("got %q, want %q", got, test.want)
			}
			if got := MostLikely(test.findings...); got != test.want {
				t.Errorf("MostLikely: got %q, want %q", got, test.want)
			}
		})
	}
}
