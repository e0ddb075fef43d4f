package format

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/phigate/phigate/inspect"
)

func TestForm(t *testing.T) {
	tests := map[string]struct {
		body  string
		pairs []string
	}{
		"empty body":      {},
		"parameters":      {"grant_type=password&username=a%40example.org&x=1+2%2B3", []string{"grant_type=password", "username=a@example.org", "x=1 2+3"}},
		"encoded name":    {"%53SN=1", []string{"SSN=1"}},
		"name twice":      {"a=1&a=2", []string{"a=1", "a=2"}},
		"no equals sign":  {"123-45-6789&b=", []string{"=123-45-6789", "b="}},
		"no name":         {"=1", []string{"=1"}},
		"two equal signs": {"a=b=c", []string{"a=b=c"}},
		"empty pairs":     {"&&a=1&", []string{"a=1"}},
		"semicolon":       {"a=1;b=2", []string{"a=1;b=2"}},
		"bytes of UTF-8":  {"a=é%C3%A9", []string{"a=éé"}},
		"encoded NUL":     {"a=%00", []string{"a=\x00"}},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			open := func() inspect.Decoder { return newForm(inspect.Shape{}, Limits{}) }
			rows, err := whole(open(), tt.body)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tt.pairs, pairs(rows)); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}
			checkSplits(t, open, tt.body)
		})
	}
}

func TestFormFields(t *testing.T) {
	rows, err := whole(newForm(inspect.Shape{Object: "Lead"}, Limits{}), "a=%41b&c")
	if err != nil {
		t.Fatal(err)
	}
	want := []row{{
		Raw: "a=%41b&c", Nodes: []node{{Parent: -1}},
		Fields: []value{
			{Path: "a", Name: "a", Object: "Lead", Encoding: inspect.FormValue, Raw: "%41b", Value: "Ab"},
			{Object: "Lead", Encoding: inspect.FormValue, Raw: "c", Value: "c"},
		},
	}}
	if diff := cmp.Diff(want, rows); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}

func TestFormUnreadable(t *testing.T) {
	tests := map[string]struct {
		body string
		want inspect.Reason
		at   int64
	}{
		"no hex digits":   {"a=1&b=2%zz", inspect.ReasonSyntax, 7},
		"one hex digit":   {"a=%4", inspect.ReasonSyntax, 2},
		"cut by the next": {"a=%4&1=2", inspect.ReasonSyntax, 2},
		"percent in name": {"a%=1", inspect.ReasonSyntax, 1},
		"no UTF-8":        {"b=1&a=%E9", inspect.ReasonEncoding, 6},
		"NUL":             {"a=\x00", inspect.ReasonEncoding, 2},
		"UTF-16":          {"a\x00=\x001\x00", inspect.ReasonEncoding, 0},
		"too many":        {"a=1&b=1&c=1", inspect.ReasonRecordSize, 8},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			open := func() inspect.Decoder { return newForm(inspect.Shape{}, Limits{Fields: 2}) }
			_, err := whole(open(), tt.body)
			if got := reason(t, err); got != tt.want {
				t.Fatalf("reason %q, want %q", got, tt.want)
			}
			if got := err.(*inspect.UnreadableError); got.Offset != tt.at || got.Format != "form" {
				t.Errorf("%s at %d, want %d", got.Format, got.Offset, tt.at)
			}
			checkSplits(t, open, tt.body)
		})
	}
}
