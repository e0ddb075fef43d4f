package detect

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/phigate/phigate/inspect"
)

// TestRecur looks at words of names that several fields of a record hold.
func TestRecur(t *testing.T) {
	const text = "qqwerty, Qqwerty, Van, van, rose, Qwertyuiopasdfghjklz, qwertyuiopasdfghjklx"
	tests := map[string]struct {
		cells []cell
		want  []string // what is found in text
	}{
		"a first name needs a capital":          {[]cell{{name: "FirstName", value: "Qqwerty"}}, []string{"Qqwerty"}},
		"but not if it is of a full name too":   {[]cell{{name: "FirstName", value: "Qqwerty"}, {name: "Member Name", value: "Qqwerty Xx"}}, []string{"qqwerty", "Qqwerty"}},
		"in whatever order":                     {[]cell{{name: "LastName", value: "Qqwerty"}, {name: "FirstName", value: "Qqwerty"}}, []string{"qqwerty", "Qqwerty"}},
		"a common word needs one in all fields": {[]cell{{name: "LastName", value: "Rose"}, {name: "Member Name", value: "Rose Xx"}}, nil},
		"a particle is no name":                 {[]cell{{name: "Member Name", value: "Zz Van"}}, nil},
		"but for one that stands alone":         {[]cell{{name: "LastName", value: "Van"}, {name: "Member Name", value: "Zz Van"}}, []string{"Van"}},
		"long words that end alike":             {[]cell{{name: "LastName", value: "Qwertyuiopasdfghjklx"}}, []string{"qwertyuiopasdfghjklx"}},
		"long words that begin alike":           {[]cell{{name: "LastName", value: "qwertyuiopasdfghjklZ"}}, []string{"Qwertyuiopasdfghjklz"}},
	}
	s := newScanner(t)
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			r := record("Member", append(tt.cells, cell{name: "Description", value: text})...)
			var got []string
			for _, f := range s.Inspect(r, nil) {
				if f.Field == len(tt.cells) && f.Detector == personName.Name && f.Likelihood == inspect.Likely {
					got = append(got, text[f.Start:f.End])
				}
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("names (-want +got):\n%s", diff)
			}
		})
	}
}

// TestManyNames has more words of names than are kept.
func TestManyNames(t *testing.T) {
	var cells []cell
	for i := range 2 * maxNames {
		cells = append(cells, cell{name: "LastName", value: "Qwert" + string(rune('a'+i))})
	}
	r := record("Member", append(cells, cell{name: "Description", value: "Qwerta, Qwert" + string(rune('a'+maxNames-1)) + ", Qwert" + string(rune('a'+maxNames))})...)
	var got []string
	for _, f := range newScanner(t).Inspect(r, nil) {
		if f.Field == len(cells) {
			got = append(got, string(r.Fields[f.Field].Value[f.Start:f.End]))
		}
	}
	if diff := cmp.Diff([]string{"Qwerta", "Qwertl"}, got); diff != "" {
		t.Errorf("names (-want +got):\n%s", diff)
	}
}
