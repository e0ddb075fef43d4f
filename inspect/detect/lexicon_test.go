package detect

import (
	"strings"
	"testing"

	"github.com/phigate/phigate/inspect"
)

func TestTableIsSound(t *testing.T) {
	if len(table) > 64 {
		t.Fatalf("%d detectors do not fit a set", len(table))
	}
	seen := map[string]bool{}
	for _, d := range table {
		if seen[d.Name] {
			t.Errorf("%s stands twice in the table", d.Name)
		}
		seen[d.Name] = true
		if d.Doc == "" || d.Name != strings.ToLower(d.Name) {
			t.Errorf("%s has no documentation or a name in capitals", d.Name)
		}
		if d.Find == nil && len(d.Keys) == 0 && d.Base == "" {
			t.Errorf("%s can find nothing", d.Name)
		}
		if (d.Find == nil) != (d.Anchors == 0) {
			t.Errorf("%s has anchors without Find, or Find without anchors", d.Name)
		}
		if d.Base != "" && !seen[d.Base] && indexOf(d.Base) < 0 {
			t.Errorf("%s has the unknown base %s", d.Name, d.Base)
		}
	}
}

func TestSegment(t *testing.T) {
	l, err := newLexicon()
	if err != nil {
		t.Fatal(err)
	}
	tests := map[string]string{
		"dateofbirth":          "date of birth",
		"socialsecuritynumber": "social security number",
		"patientssn":           "patient ssn",
		"homephone":            "home phone",
		"medicalrecordno":      "medical record no",
		"descriptions":         "",
		"xyzzy":                "",
		"ssn":                  "",
	}
	for word, want := range tests {
		var got []string
		l.segment([]byte(word), func(part []byte) { got = append(got, string(part)) })
		if strings.Join(got, " ") != want {
			t.Errorf("segment(%s) = %q, want %q", word, got, want)
		}
	}
}

func TestLookupAgreesWithWords(t *testing.T) {
	l, err := newLexicon()
	if err != nil {
		t.Fatal(err)
	}
	for _, list := range []string{givenNames, familyNames} {
		for name := range strings.FieldsSeq(list) {
			if e := l.lookup([]byte(strings.ToUpper(name))); e.traits&(givenName|familyName) == 0 {
				t.Errorf("%s is not known", name)
			}
		}
	}
	for _, word := range []string{"", "qwertyqwerty", strings.Repeat("a", 40)} {
		if e := l.lookup([]byte(word)); e != (entry{}) {
			t.Errorf("lookup(%q) = %+v", word, e)
		}
	}
}

func TestKeys(t *testing.T) {
	l, err := newLexicon()
	if err != nil {
		t.Fatal(err)
	}
	tests := map[string]struct {
		place place
		want  string
	}{
		"standard":               {place{name: []byte("MobilePhone")}, "phone"},
		"longest phrase":         {place{name: []byte("Email_Address__c")}, "email"},
		"last phrase":            {place{name: []byte("Phone_Email__c")}, "email"},
		"package and person":     {place{name: []byte("HealthCloudGA__SourceSystemId__pc")}, "mrn"},
		"dotted":                 {place{name: []byte("Contact.Email")}, "email"},
		"silent name":            {place{parent: []byte("ssn"), name: []byte("value")}, "us_ssn"},
		"telling name":           {place{parent: []byte("ssn"), name: []byte("comment")}, ""},
		"both together":          {place{parent: []byte("birth"), name: []byte("date")}, "date_birth"},
		"about the value":        {place{name: []byte("EmailBouncedReason")}, ""},
		"question":               {place{name: []byte("HasPhone")}, ""},
		"FHIR given":             {place{parent: []byte("name"), name: []byte("given")}, "person_name"},
		"account number":         {place{name: []byte("AccountNumber")}, "account_number"},
		"social media":           {place{name: []byte("Social_Media__c")}, ""},
		"member date of birth":   {place{name: []byte("MemberDateOfBirth")}, "date_birth"},
		"longitude":              {place{name: []byte("BillingLongitude")}, "geo"},
		"nothing":                {place{name: []byte("StageName")}, ""},
		"no name":                {place{}, ""},
		"street of person":       {place{name: []byte("PersonOtherStreet")}, "street_address"},
		"legacy package":         {place{object: "HealthCloudGA__EhrPatient__c", name: []byte("HealthCloudGA__FamilyName1__c")}, "person_name"},
		"e-mail status":          {place{name: []byte("Email_Opt_Out_Status__c")}, ""},
		"version data":           {place{object: "ContentVersion", name: []byte("VersionData")}, "photo"},
		"admission":              {place{name: []byte("ActualAdmissionDate")}, "date_service"},
		"person mobile in CSV":   {place{name: []byte("Account.PersonMobilePhone")}, "phone"},
		"serial":                 {place{object: "Asset", name: []byte("SerialNumber")}, "device_id"},
		"insurance in one word":  {place{name: []byte("insurancememberid")}, "health_plan_id"},
		"driver licence":         {place{name: []byte("Driver_s_License__c")}, "us_driver_license"},
		"e-mail in camel":        {place{name: []byte("eMail")}, "email"},
		"subscriber of a plan":   {place{object: "MemberPlan", name: []byte("SubscriberId")}, "health_plan_id"},
		"identifier of a person": {place{object: "Identifier", name: []byte("IdValue")}, "mrn"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			got := ""
			if d := l.compile(tt.place).typed; d >= 0 {
				got = table[d].Name
			}
			if got != tt.want {
				t.Errorf("%s.%s is typed %q, want %q", tt.place.parent, tt.place.name, got, tt.want)
			}
		})
	}
}

func TestPlansAreBounded(t *testing.T) {
	s := newScanner(t)
	var p plans
	rec := new(inspect.Record)
	name := []byte("x000000__c")
	for i := range 3 * maxPlans {
		for j, n := 6, i; j > 0; j, n = j-1, n/10 {
			name[j] = byte('0' + n%10)
		}
		p.find(s.lex, rec, &inspect.Field{Name: name})
	}
	if len(p.known) > maxPlans {
		t.Errorf("%d plans are kept, more than %d", len(p.known), maxPlans)
	}
	p.find(s.lex, rec, &inspect.Field{Name: []byte(strings.Repeat("a", maxPlanName+1))})
	for k := range p.known {
		if len(k) > maxPlanName+2 {
			t.Errorf("a plan for a name of %d bytes is kept", len(k))
		}
	}
}
