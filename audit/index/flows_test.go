package index

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/phigate/phigate/audit"
)

// The data map says what moved. Of a request that was refused whole nothing did, and a rule about a field is no data of
// its own beside what was found in it.
func TestFlowsSayWhatWasDone(t *testing.T) {
	at := time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC)
	found := func(detector, category, field, action string, rules ...string) audit.Finding {
		return audit.Finding{Detector: detector, Category: category, Object: "Contact", Field: field, Count: 1, Action: action, Rules: rules}
	}
	name := found("person_name", "name", "LastName", "allow")
	list := []*audit.Decision{
		{Kind: audit.Whole, Action: "block", Rules: []string{"identity-with-diagnosis"}, Finding: []audit.Finding{name, found("icd10_cm", "clinical", "Diagnosis__c", "allow")}},
		{Kind: audit.Whole, Action: "mask", Rules: []string{"mask-phones"}, Finding: []audit.Finding{
			found("phone", "phone", "Phone", "mask", "mask-phones"), found("field", "", "Phone", "mask", "mask-phones"), found("field", "", "Fax", "mask", "mask-phones"), name}},
		{Kind: audit.Closing, Of: "01KAX3M9T0V5Q2Z8R4B6C7D8E9", Action: "block", Finding: []audit.Finding{name}}, // rows before the late block did leave
	}
	for i, d := range list {
		d.V, d.Seq, d.ID, d.Time, d.Node = 1, uint64(i+1), audit.NewID(at), at, "gate-1"
		d.Reason, d.Mode, d.Client, d.Dir, d.Object, d.Cover = "policy", "enforce", "ehr-sync", "request", "Contact", audit.Full
	}
	x := openIndex(t, config(t))
	project(t, x, list, nil)
	flows, err := x.Flows(t.Context(), at.Add(-time.Hour), at.Add(time.Hour))
	if err != nil {
		t.Fatal(err)
	}
	got := map[string]int64{}
	for _, f := range flows {
		got[f.Field+" "+f.Detector+" "+f.Action] += f.N
	}
	want := map[string]int64{
		"LastName person_name block": 1, "Diagnosis__c icd10_cm block": 1, "Phone phone mask": 1, "Fax field mask": 1, "LastName person_name allow": 2,
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("flows (-want +got):\n%s", diff)
	}
}
