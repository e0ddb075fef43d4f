package export_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/phigate/phigate/audit"
	"github.com/phigate/phigate/audit/export"
)

type object = map[string]any

// events returns the OCSF events of a decision.
func events(t *testing.T, s sample) []object {
	t.Helper()
	var out bytes.Buffer
	w := must(export.New(&out, export.OCSF))
	if err := errors.Join(w.WriteReviewed(&s.d, s.s), w.Close()); err != nil {
		t.Fatal(err)
	}
	var list []object
	for line := range strings.Lines(out.String()) {
		var e object
		if err := json.Unmarshal([]byte(line), &e); err != nil {
			t.Fatal(err)
		}
		list = append(list, e)
	}
	return list
}

// at returns what stands at a path such as "metadata.version".
func at(e object, path string) any {
	var v any = e
	for name := range strings.SplitSeq(path, ".") {
		o, _ := v.(object)
		v = o[name]
	}
	return v
}

// required are the attributes that OCSF 1.8.0 asks for (base_event, and the classes and objects that are written).
var required = map[float64][]string{
	0: {"activity_id", "category_uid", "class_uid", "type_uid", "time", "severity_id", "metadata.version", "metadata.product.name",
		"metadata.product.vendor_name"},
	2006: {"finding_info.uid"},
	4002: {"http_request"},
	6002: {"app.name"},
}

// either are the attributes of which OCSF 1.8.0 asks for at least one.
var either = map[float64][][]string{
	2006: {{"data_security.data_lifecycle_state_id", "data_security.detection_pattern", "data_security.detection_system_id"},
		{"data_security.category_id", "data_security.confidentiality_id"}},
	4002: {{"src_endpoint", "dst_endpoint"}, {"http_request", "http_response"}},
}

// enums are the values that OCSF 1.8.0 has for what is written.
var enums = map[string][]float64{
	"severity_id": {0, 1, 2, 3, 4, 5, 6, 99}, "action_id": {0, 1, 2, 3, 4, 99}, "confidence_id": {0, 1, 2, 3, 99},
	"disposition_id": {1, 2, 11, 15}, "verdict_id": {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 99}, "data_security.category_id": {1},
	"data_security.detection_system_id": {2}, "data_security.data_lifecycle_state_id": {2},
}

func TestOCSFRequired(t *testing.T) {
	for _, s := range samples() {
		for _, e := range events(t, s) {
			class, _ := e["class_uid"].(float64)
			name := fmt.Sprintf("%s %s %v", s.d.Kind, s.d.Reason, class)
			for _, path := range slices.Concat(required[0], required[class]) {
				if v := at(e, path); v == nil || v == "" {
					t.Errorf("%s: no %s", name, path)
				}
			}
			for _, paths := range either[class] {
				if !slices.ContainsFunc(paths, func(p string) bool { return at(e, p) != nil }) {
					t.Errorf("%s: none of %v", name, paths)
				}
			}
			for path, values := range enums {
				if v, ok := at(e, path).(float64); ok && !slices.Contains(values, v) {
					t.Errorf("%s: %s is %v", name, path, v)
				}
			}
			activity, _ := e["activity_id"].(float64)
			if e["type_uid"] != class*100+activity || e["category_uid"] != float64(int(class)/1000) {
				t.Errorf("%s: type_uid %v and category_uid %v do not belong to activity %v", name, e["type_uid"], e["category_uid"], activity)
			}
			if ms, _ := e["time"].(float64); ms < 1e12 || ms > 1e13 {
				t.Errorf("%s: time %v is not in milliseconds", name, e["time"])
			}
			if v := at(e, "metadata.version"); v != "1.8.0" {
				t.Errorf("%s: metadata.version is %v", name, v)
			}
		}
	}
}

// What a decision becomes: the classes, activities and what was done.
func TestOCSFMapping(t *testing.T) {
	type event struct {
		Type, Action, Disposition, Severity float64
		Alert                               bool
	}
	want := [][]event{
		{{600203, 0, 0, 1, false}}, // started
		{{600299, 0, 0, 3, false}}, // torn
		{{400206, 1, 1, 1, false}}, // clean: no finding
		{{400206, 2, 2, 4, true}, {200601, 2, 2, 4, true}, {200603, 2, 2, 4, false}},    // blocked, decided
		{{400203, 4, 11, 2, true}, {200601, 4, 11, 2, true}, {200602, 4, 11, 2, false}}, // masked, awaits a second person
		{{400207, 3, 15, 3, true}, {200601, 3, 15, 3, true}},                            // opening, alert
		{{400207, 2, 2, 3, true}, {200601, 2, 2, 3, true}},                              // closing, unreadable
		{{400201, 2, 2, 3, true}, {200601, 2, 2, 3, true}, {200602, 2, 2, 3, false}},    // CONNECT, open again
		{{400299, 2, 2, 3, true}, {200601, 2, 2, 3, true}},                              // a method that nobody knows
	}
	number := func(e object, name string) float64 { n, _ := e[name].(float64); return n }
	for i, s := range samples() {
		var got []event
		for _, e := range events(t, s) {
			alert, _ := e["is_alert"].(bool)
			got = append(got, event{number(e, "type_uid"), number(e, "action_id"), number(e, "disposition_id"), number(e, "severity_id"), alert})
		}
		if diff := cmp.Diff(want[i], got); diff != "" {
			t.Errorf("%s %s (-want +got):\n%s", s.d.Kind, s.d.Reason, diff)
		}
	}
}

func TestOCSFVerdicts(t *testing.T) {
	tests := map[string]struct {
		id      float64
		caption string
	}{
		"false_positive": {1, "False Positive"}, "true_positive": {2, "True Positive"}, "disregard": {3, "Disregard"}, "benign": {5, "Benign"},
		"test": {6, "Test"}, "insufficient_data": {7, "Insufficient Data"}, "duplicate": {10, "Duplicate"}, "house_rule": {99, "house_rule"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			s := samples()[3]
			s.s.Verdict = name
			e := events(t, s)[2]
			if e["verdict_id"] != test.id || e["verdict"] != test.caption {
				t.Errorf("got %v %v, want %v %v", e["verdict_id"], e["verdict"], test.id, test.caption)
			}
		})
	}
}

// Each event has its own identifier, and all of them lead to the decision.
func TestOCSFIdentifiers(t *testing.T) {
	seen := map[any]bool{}
	for _, s := range samples() {
		for _, e := range events(t, s) {
			uid := at(e, "metadata.uid")
			if seen[uid] {
				t.Errorf("%v occurs twice", uid)
			}
			seen[uid] = true
			if e["class_uid"] == 2006.0 && (at(e, "finding_info.uid") != s.d.ID || at(e, "metadata.correlation_uid") != s.d.ID) {
				t.Errorf("%v does not lead to decision %s", uid, s.d.ID)
			}
		}
	}
}

// No attribute that OCSF has for content is ever there, wherever it may be.
func TestOCSFHasNoPlaceForContent(t *testing.T) {
	for _, s := range samples() {
		for _, e := range events(t, s) {
			walk(e, func(name string, in object) {
				_, observable := in["type_id"]
				switch {
				case name == "value" && observable: // of an observable: a fingerprint
				case slices.Contains([]string{"pattern_match", "evidences", "raw_data", "data", "value", "query_string", "http_headers", "args"}, name):
					t.Errorf("class %v has %s", e["class_uid"], name)
				}
			})
		}
	}
}

func walk(v any, visit func(name string, in object)) {
	switch v := v.(type) {
	case object:
		for name, inner := range v {
			visit(name, v)
			walk(inner, visit)
		}
	case []any:
		for _, inner := range v {
			walk(inner, visit)
		}
	}
}

// Whatever a record says, there are events for it, and they are JSON of the right form.
func FuzzOCSF(f *testing.F) {
	f.Add("decision", "block", "POST", "10.0.0.1", "very_likely", "decided", "benign")
	f.Add("admin", "", "", "", "", "", "")
	f.Add("connect", "nonsense", "{method}", "\xff", "often", "open", "_")
	f.Fuzz(func(t *testing.T, kind, action, method, source, likelihood, status, verdict string) {
		s := samples()[3]
		s.d.Kind, s.d.Action, s.d.HTTP.Method, s.d.Source = audit.Kind(kind), action, method, source
		s.d.Finding[0].Likelihood, s.s.Status, s.s.Verdict = likelihood, status, verdict
		for _, e := range events(t, s) {
			class, _ := e["class_uid"].(float64)
			for _, path := range slices.Concat(required[0], required[class]) {
				if at(e, path) == nil {
					t.Errorf("class %v has no %s", class, path)
				}
			}
		}
	})
}
