package format

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/phigate/phigate/inspect"
)

func TestFHIR(t *testing.T) {
	const patient = `{"resourceType":"Patient","name":[{"family":"Tran"}],"contained":[{"resourceType":"Organization","name":"X"}]}`
	tests := map[string]struct {
		body    string
		records []string
		roles   []string
		objects []string // object.path of the fields
	}{
		"empty":    {body: ``},
		"resource": {body: " " + patient + "\n", roles: []string{"D"}, objects: []string{"Patient.resourceType", "Patient.name[].family", "Organization.contained[].resourceType", "Organization.contained[].name"}},
		"bundle": {body: `{"entry":[{"fullUrl":"u","resource":` + patient + `},{"resource":{"id":"1","resourceType":"Condition"}}],"resourceType":"Bundle"}`, roles: []string{"E", "D", "D", "E"},
			objects: []string{".entry[].fullUrl", "Patient.entry[].resource.resourceType", "Patient.entry[].resource.name[].family", "Organization.entry[].resource.contained[].resourceType",
				"Organization.entry[].resource.contained[].name", "Condition.entry[].resource.id", "Condition.entry[].resource.resourceType", "Bundle.resourceType"}},
		"empty bundle":     {body: `{"resourceType":"Bundle","type":"batch"}`, roles: []string{"E"}, objects: []string{"Bundle.resourceType", "Bundle.type"}},
		"unknown resource": {body: `{"resourceType":"536904399","a":1}`, roles: []string{"D"}, objects: []string{".resourceType", ".a"}},
		"no string":        {body: `{"resourceType":1}`, roles: []string{"D"}, objects: []string{".resourceType"}},
		"paths given":      {body: `{"resourceType":"Patient","x":[{"a":1},{"a":2}]}`, records: []string{"x"}, roles: []string{"E", "D", "D", "E"}, objects: []string{"Patient.resourceType", ".x[].a", ".x[].a"}},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			open := func() inspect.Decoder { return newFHIR(inspect.Shape{Records: tt.records}, Limits{}) }
			rows, err := whole(open(), tt.body)
			if err != nil {
				t.Fatal(err)
			}
			var roles, objects []string
			var raw strings.Builder
			for _, r := range rows {
				roles = append(roles, string("DEH"[r.Role]))
				raw.WriteString(r.Raw)
				for _, f := range r.Fields {
					objects = append(objects, f.Object+"."+f.Path)
				}
			}
			if raw.String() != tt.body {
				t.Errorf("records hold %q", raw.String())
			}
			if diff := cmp.Diff(tt.roles, roles); diff != "" {
				t.Errorf("roles (-want +got)\n%s", diff)
			}
			if diff := cmp.Diff(tt.objects, objects); diff != "" {
				t.Errorf("objects (-want +got)\n%s", diff)
			}
			checkSplits(t, open, tt.body)
		})
	}
}
