package detect

import "testing"

func TestNormalise(t *testing.T) {
	tests := map[string]struct {
		detector string
		values   []string
		want     string
	}{
		"Social Security number": {"us_ssn", []string{"123-45-6789", "123 45 6789", "123456789", "１２３‑45‑6789", "123%2D45%2D6789"}, "123456789"},
		"phone":                  {"phone", []string{"(415) 555-1234", "+1 415.555.1234", "1-415-555-1234", "4155551234", "415-555-1234 ext. 22"}, "4155551234"},
		"phone abroad":           {"phone", []string{"+44 20 7946 0958", "+442079460958"}, "+442079460958"},
		"e-mail":                 {"email", []string{" J.Smith@Example.org", "j.smith@example.org", "j.smith%40example.org"}, "j.smith@example.org"},
		"date":                   {"date_birth", []string{"1980-02-03", "2/3/1980", "02/03/1980", "Feb 3, 1980", "3 February 1980", "19800203", "1980-02-03T00:00:00.000Z"}, "1980-02-03"},
		"month":                  {"date", []string{"February 1980", "Feb 1980"}, "1980-02"},
		"no date":                {"date_birth", []string{"Unknown"}, "unknown"},
		"MBI":                    {"us_mbi", []string{"1EG4-TE5-MK73", "1eg4te5mk73"}, "1EG4TE5MK73"},
		"name":                   {"person_name", []string{"O'Brien,  Mary", "o brien mary", "O’BRIEN MARY"}, "o brien mary"},
		"URL":                    {"url", []string{"HTTPS://Example.org/A", "https://example.org/A"}, "https://example.org/A"},
		"unknown":                {"none", []string{" x-1 "}, "x-1"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			for _, v := range tt.values {
				if got := string(Normalise(tt.detector, []byte("pre"), []byte(v))); got != "pre"+tt.want {
					t.Errorf("Normalise(%s, %q) = %q, want %q", tt.detector, v, got, "pre"+tt.want)
				}
			}
		})
	}
}
