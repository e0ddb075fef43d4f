package format

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/phigate/phigate/inspect"
)

// objects returns object.path=value of all fields.
func objects(rows []row) []string {
	var out []string
	for _, r := range rows {
		for _, f := range r.Fields {
			out = append(out, f.Object+"."+f.Path+"="+f.Value)
		}
	}
	return out
}

const fhirNS = ` xmlns="http://hl7.org/fhir"`

func TestFHIRXML(t *testing.T) {
	tests := map[string]struct {
		body  string
		roles []string
		want  []string
	}{
		"resource": {`<?xml version="1.0"?><Patient` + fhirNS + `><id value="1"/><name><family value="Tran"/><given value="Mary"/><given value="Ann"/></name></Patient>`, []string{"D"},
			[]string{"Patient.id=1", "Patient.name[].family=Tran", "Patient.name[].given[]=Mary", "Patient.name[].given[]=Ann"}},
		"prefix": {`<f:Patient xmlns:f="http://hl7.org/fhir"><f:birthDate value="1980-05-06"/></f:Patient>`, []string{"D"}, []string{"Patient.birthDate=1980-05-06"}},
		"bundle": {`<Bundle` + fhirNS + `><type value="batch"/><entry><fullUrl value="u"/><resource><Patient><gender value="female"/></Patient></resource></entry>` +
			"\n<entry><resource><Condition><code><text value='x'/></code></Condition></resource></entry></Bundle>", []string{"E", "D", "D", "E"},
			[]string{"Bundle.type=batch", ".entry[].fullUrl=u", "Patient.entry[].resource.gender=female", "Condition.entry[].resource.code.text=x"}},
		"contained": {`<Patient` + fhirNS + `><contained><Organization><name value="X"/></Organization></contained><managingOrganization><reference value="#o"/></managingOrganization></Patient>`, []string{"D"},
			[]string{"Organization.contained[].name=X", "Patient.managingOrganization.reference=#o"}},
		"identifier": {`<Patient` + fhirNS + `><identifier><system value="s"/><value value="v"/></identifier></Patient>`, []string{"D"}, []string{"Patient.identifier[].system=s", "Patient.identifier[].value=v"}},
		"extension": {`<Patient` + fhirNS + `><extension url="u"><valueString value="s"/></extension><birthDate id="a" value="1980-05-06"/><deceasedDateTime value="d"><extension url="v"/></deceasedDateTime></Patient>`, []string{"D"},
			[]string{"Patient.extension[].url=u", "Patient.extension[].valueString=s", "Patient._birthDate.id=a", "Patient.birthDate=1980-05-06", "Patient.deceasedDateTime=d", "Patient._deceasedDateTime.extension[].url=v"}},
		"narrative": {`<Patient` + fhirNS + `><text><status value="generated"/><div xmlns="http://www.w3.org/1999/xhtml">seen <b class="name">Mary</b> on <i>5 May</i><br/>and later</div></text></Patient>`, []string{"D"},
			[]string{"Patient.text.status=generated", "Patient.text.div=seen ", "Patient.text.div=name", "Patient.text.div=Mary", "Patient.text.div= on ", "Patient.text.div=5 May", "Patient.text.div=and later"}},
		"style sheet":                {`<?xml-stylesheet href="a.xsl"?><Patient` + fhirNS + `/>`, []string{"D"}, []string{`.=xml-stylesheet href="a.xsl"`}},
		"lists of some":              {`<Patient` + fhirNS + `><address><city value="1"/></address><contact><address><city value="2"/></address><name><given value="3"/></name></contact></Patient>`, []string{"D"}, []string{"Patient.address[].city=1", "Patient.contact[].address.city=2", "Patient.contact[].name.given[]=3"}},
		"another namespace":          {`<Patient xmlns="urn:x"><name><family value="Tran"/></name></Patient>`, []string{"D"}, []string{".Patient.name.family.value=Tran", ".Patient.name.family="}},
		"another prefix's namespace": {`<Patient xmlns:x="http://hl7.org/fhir"><name value="Tran"/></Patient>`, []string{"D"}, []string{".Patient.name.value=Tran", ".Patient.name="}},
		"no resource":                {`<Patients` + fhirNS + `><name value="Tran"/></Patients>`, []string{"D"}, []string{".Patients.name.value=Tran", ".Patients.name="}},
		"unknown resource":           {`<Bundle` + fhirNS + `><entry><resource><Nothing><a value="1"/></Nothing></resource></entry></Bundle>`, []string{"E", "D", "E"}, []string{".entry[].resource.Nothing.a=1"}},
		"empty bundle":               {`<Bundle` + fhirNS + `/>`, []string{"E"}, nil},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			rows, err := whole(newXML(inspect.Shape{}, Limits{}), tt.body)
			if err != nil {
				t.Fatal(err)
			}
			var roles []string
			for _, r := range rows {
				roles = append(roles, string("DEH"[r.Role]))
			}
			if diff := cmp.Diff(tt.roles, roles); diff != "" {
				t.Errorf("roles (-want +got)\n%s", diff)
			}
			if diff := cmp.Diff(tt.want, objects(rows)); diff != "" {
				t.Errorf("fields (-want +got)\n%s", diff)
			}
			checkSplits(t, openXML(inspect.Shape{}), tt.body)
		})
	}
}

func TestNarratives(t *testing.T) {
	const head, tail = `<Patient` + fhirNS + `><text><div>`, `</div></text></Patient>`
	tests := map[string]struct {
		body string
		good bool
	}{
		"text and elements":            {"a <b>b</b> c<br/>d", true},
		"chemistry":                    {"10<sup>3</sup>/uL of C<sub>12</sub>H<sub>22</sub>O<sub>11</sub>", true},
		"label and number":             {"<b>Type2:</b>12345678", true},
		"numbers in cells":             {"<table><tr><td>12345</td><td>67890</td></tr></table>", true},
		"numbers in lines":             {"12345<br/>67890", true},
		"numbers in spans with blanks": {"<span>12345</span> <span>67890</span>", true},
		"comment in words":             {"seen<!-- x --> by", true},
		"divided by an element":        {"536-<b>90</b>-4399", false},
		"divided into spans":           {"<span>536</span><span>904399</span>", false},
		"divided by a comment":         {"536<!-- x -->-90-4399", false},
		"divided by a section":         {"536-<![CDATA[90-4399]]>", false},
		"divided, as references":       {"&#53;36-<b>9&#48;</b>-4399", false},
		"Medicare number":              {"1EG4<i>TE5MK73</i>", false},
		"divided by empty elements":    {"536<b/>90<i><u/></i>4399", false},
		"two words in one piece":       {"536 90<b>4399 1</b>", true},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			body := head + tt.body + tail
			_, err := whole(newXML(inspect.Shape{}, Limits{}), body)
			if got := reason(t, err); (got == "") != tt.good || !tt.good && got != inspect.ReasonSyntax {
				t.Errorf("reason %q", got)
			}
			checkSplits(t, openXML(inspect.Shape{}), body)
		})
	}
}

// TestFHIRTwins holds a resource in XML to the same resource in JSON: the same values with the same objects and paths.
func TestFHIRTwins(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		name := rapid.SampledFrom([]string{"Patient", "Practitioner", "Encounter", "Observation"}).Draw(t, "resource")
		resource := drawResource(t, 3)
		resource["resourceType"] = name
		document := any(resource)
		body := `<` + name + fhirNS + `>` + twin(resource) + `</` + name + `>`
		if rapid.Bool().Draw(t, "bundle") {
			document = map[string]any{"resourceType": "Bundle", "entry": []any{map[string]any{"fullUrl": "u", "resource": resource}}}
			body = `<Bundle` + fhirNS + `><entry><fullUrl value="u"/><resource><` + name + `>` + twin(resource) + `</` + name + `></resource></entry></Bundle>`
		}
		text, err := json.Marshal(document)
		if err != nil {
			t.Fatal(err)
		}
		want, err := whole(newFHIR(inspect.Shape{}, Limits{}), string(text))
		if err != nil {
			t.Fatal(err)
		}
		got, err := drain(newXML(inspect.Shape{}, Limits{}), []byte(body), func() int { return rapid.IntRange(1, 9).Draw(t, "read") })
		if err != nil {
			t.Fatalf("%s: %v", body, err)
		}
		typed := func(rows []row) string {
			all := slices.DeleteFunc(objects(rows), func(s string) bool { return strings.Contains(s, "resourceType=") })
			slices.Sort(all) // what JSON says first, XML may say last
			return strings.Join(all, "\n")
		}
		if diff := cmp.Diff(typed(want), typed(got)); diff != "" {
			t.Fatalf("%s\n%s\n(-json +xml)\n%s", text, body, diff)
		}
	})
}

// drawResource draws what a resource holds, nested up to depth.
func drawResource(t *rapid.T, depth int) map[string]any {
	lists := []string{"identifier", "telecom", "extension", "coding", "reasonCode"}
	m := map[string]any{}
	for _, name := range rapid.SliceOfNDistinct(rapid.SampledFrom([]string{"birthDate", "gender", "status", "maritalStatus", "period", "subject", "given", "line",
		"identifier", "telecom", "coding", "reasonCode"}), 0, 5, rapid.ID).Draw(t, "names") {
		leaf := func() any { return rapid.StringMatching("[A-Za-z0-9 <&-]{1,8}").Draw(t, "value") }
		switch {
		case name == "given" || name == "line":
			m[name] = []any{leaf(), leaf()}
		case slices.Contains(lists, name) && depth > 0:
			m[name] = []any{drawResource(t, depth-1)}
		case slices.Contains(lists, name):
			m[name] = []any{leaf()}
		case name == "subject":
			m[name] = map[string]any{"reference": leaf()}
		case depth > 0 && (name == "maritalStatus" || name == "period"):
			m[name] = drawResource(t, depth-1)
		default:
			m[name] = leaf()
		}
	}
	return m
}

// twin is what stands in a resource in XML.
func twin(resource map[string]any) string {
	var b strings.Builder
	for _, name := range slices.Sorted(maps.Keys(resource)) {
		values, list := resource[name].([]any)
		if !list {
			values = []any{resource[name]}
		}
		for _, v := range values {
			switch v := v.(type) {
			case string:
				if name != "resourceType" {
					fmt.Fprintf(&b, "<%s value=\"%s\"/>", name, inspect.XMLText.Append(nil, []byte(v)))
				}
			case map[string]any:
				fmt.Fprintf(&b, "<%s>%s</%s>", name, twin(v), name)
			}
		}
	}
	return b.String()
}
