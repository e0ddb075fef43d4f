package proxy

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/phigate/phigate/audit"
	"github.com/phigate/phigate/inspect"
	"github.com/phigate/phigate/policy"
)

// What a rule does to a field, whatever it holds, it does to what a detector found in it, and to nothing else; and what
// it did stands first.
func TestTallyFieldRules(t *testing.T) {
	value := func(name, v string) inspect.Field {
		return inspect.Field{Object: "Contact", Name: []byte(name), Value: []byte(v), End: len(v)}
	}
	rec := &inspect.Record{
		Nodes:  []inspect.Node{{Parent: -1}},
		Fields: []inspect.Field{value("LastName", "Quinn"), value("Phone", "212-555-0142")},
	}
	found := []inspect.Finding{
		{Detector: "person_name", Category: inspect.Name, Likelihood: inspect.VeryLikely, Field: 0, End: 5},
		{Detector: "phone", Category: inspect.Phone, Likelihood: inspect.VeryLikely, Field: 1, End: 12},
	}
	hits := []policy.Hit{
		{Rule: "mask-phones", Action: policy.Mask, Applied: policy.Mask, Finding: -1, Field: 1},
		{Rule: "by-client", Action: policy.Alert, Applied: policy.Allow, Exception: 2, Finding: -1, Field: -1},
	}
	var tl tally
	tl.add(&Config{}, rec, found, hits)
	type done struct {
		Detector, Field, Action string
		Rules                   []string
	}
	want := []done{
		{"phone", "Phone", "mask", []string{"mask-phones"}},
		{"field", "Phone", "mask", []string{"mask-phones"}},
		{"person_name", "LastName", "allow", nil},
	}
	var got []done
	for _, f := range append([]audit.Finding(nil), tl.findings()...) {
		got = append(got, done{f.Detector, f.Field, f.Action, f.Rules})
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("findings (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]string{"mask-phones", "by-client"}, tl.rules); diff != "" {
		t.Errorf("rules (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]int{2}, tl.excepts); diff != "" {
		t.Errorf("exceptions (-want +got):\n%s", diff)
	}
}
