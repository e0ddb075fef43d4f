package policy_test

import (
	"testing"

	"github.com/phigate/phigate/policy"
)

// detectorNames are those of inspect/detect that the starter policy may speak of.
var detectorNames = []string{"us_ssn", "us_mbi", "us_hicn", "icd10_cm", "phone", "email", "mrn", "date_birth", "zip_code",
	"age_over_89", "geo", "person_name", "date"}

func TestStarterParses(t *testing.T) {
	p, err := policy.Parse("starter.yaml", policy.Starter(), policy.Vocabulary{Detectors: detectorNames})
	if err != nil {
		t.Fatal(err)
	}
	for _, host := range []string{"example.my.salesforce.com", "example--dev.sandbox.my.salesforce.com",
		"login.salesforce.com", "test.salesforce.com"} {
		if h, ok := p.Host(host, policy.DefaultPort); !ok || len(h.Pins) < 2 {
			t.Errorf("Host(%q) = %v, %v; want pins", host, h, ok)
		}
	}
	if _, ok := p.Host("my.salesforce.com", policy.DefaultPort); ok {
		t.Error("the bare suffix is reachable")
	}
}
