package policy_test

import (
	"errors"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/phigate/phigate/policy"
)

var update = flag.Bool("update", false, "write the golden files")

var vocabulary = policy.Vocabulary{
	Detectors: detectorNames,
	Objects:   []string{"Contact", "Case", "Account"},
	Fields: map[string][]string{"Contact": {"Id", "LastName", "Email", "Phone", "SystemModstamp"},
		"Case": {"Id", "Subject"}, "Account": {"Id", "Name"}},
	Indexes:   map[string]int{"patients": 4},
	Canonical: canonical,
}

// TestProblems compares the messages about the mistakes in testdata with golden files.
func TestProblems(t *testing.T) {
	files, err := filepath.Glob("testdata/*.[yt][ae][ms]*")
	if err != nil || len(files) == 0 {
		t.Fatal(files, err)
	}
	for _, path := range files {
		t.Run(filepath.Base(path), func(t *testing.T) {
			src, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			name := filepath.Base(path)
			if strings.HasSuffix(path, ".tests") {
				_, err = policy.ParseTests(name, src)
			} else {
				_, err = policy.Parse(name, src, vocabulary, policy.WithClock(func() time.Time { return now }))
			}
			var problems policy.Problems
			if !errors.As(err, &problems) || len(problems) == 0 {
				t.Fatalf("error %T: %v", err, err)
			}
			got := err.Error() + "\n"
			golden := strings.TrimSuffix(path, filepath.Ext(path)) + ".golden"
			if *update {
				if err := os.WriteFile(golden, []byte(got), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(golden)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(string(want), got); diff != "" {
				t.Errorf("-want +got:\n%s", diff)
			}
		})
	}
}

func TestParse(t *testing.T) {
	p := parse(t, head+`
mode: monitor
unreadable: alert
`)
	if p.Version() != 1 || p.Mode() != policy.Monitor || p.Mode().String() != "monitor" {
		t.Errorf("version %d, mode %v", p.Version(), p.Mode())
	}
	if q := parse(t, head); !strings.HasPrefix(q.Digest(), "sha256:") || q.Digest() == p.Digest() || len(q.Digest()) != 71 {
		t.Errorf("digest %s", q.Digest())
	}
	if a := p.Plan(policy.Subject{}).Unreadable(); a != policy.Alert {
		t.Errorf("unreadable is %v", a)
	}
	if a := parse(t, head).Plan(policy.Subject{}).Unreadable(); a != policy.Block {
		t.Errorf("unreadable is %v where nothing is said", a)
	}
	if a := parse(t, head+"mode: monitor").Plan(policy.Subject{}).Unreadable(); a != policy.Alert {
		t.Errorf("unreadable in monitor mode is %v", a)
	}
}

// TestDesignExample reads the policy that DESIGN shows.
func TestDesignExample(t *testing.T) {
	hash, err := policy.HashPassword([]byte("not a real password"))
	if err != nil {
		t.Fatal(err)
	}
	src := `
version: 1
mode: enforce
unreadable: block
hosts:
  - match: "*.my.salesforce.com"
    pins: [sha256/i7WTqTvh0OioIruIfFR4kMPnBqrS2rdiVPl/s2uC/CY=, sha256/r/mIkG3eEpVdm+u/ko/cwxzOMo1bk4TyHIlByibiA5E=]
clients:
  - name: ehr-sync
    identify: {basic: {user: ehr-sync, hash: ` + "'" + hash + "'" + `}}
    may:
      write: {Contact: [LastName, Email, MRN__c], Case: ["*"]}
      read:  {Contact: [Id, LastName]}
rules:
  - name: ssn-never-leaves
    when: {direction: request, detector: us_ssn, likelihood: likely}
    then: block
  - name: mask-phones
    when: {object: Contact, field: [Phone, MobilePhone]}
    then: {mask: {keep_last: 4}}
  - name: birthdate-without-consent
    when: {category: date, field: Birthdate, unless: {field: HasConsent__c, equals: true}}
    then: redact
  - name: identity-with-diagnosis
    when: {record: {all: [{category: name}, {detector: icd10_cm}]}}
    then: block
  - name: any-ssn-field
    when: {field: "*.SSN__c"}
    then: block
exceptions:
  - {rule: ssn-never-leaves, client: ehr-sync, object: Case, until: 2027-01-31, reason: "migration, approved by privacy office"}
`
	p := parse(t, src)
	c := p.Clients()[0]
	if !policy.VerifyPassword(c.Basic.Hash, []byte("not a real password")) || c.Basic.User != "ehr-sync" {
		t.Error("the client's password is not accepted")
	}
	if diff := cmp.Diff(map[string][]string{"contact": {"lastname", "email", "mrn__c"}, "case": {"*"}}, c.May.Write); diff != "" {
		t.Error(diff)
	}
}

func FuzzParse(f *testing.F) {
	files, err := filepath.Glob("testdata/*.[yt][ae][ms]*")
	if err != nil {
		f.Fatal(err)
	}
	for _, path := range files {
		src, err := os.ReadFile(path)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(src)
	}
	f.Add(policy.Starter())
	f.Add([]byte(head))
	f.Fuzz(func(t *testing.T, src []byte) {
		p, err := policy.Parse("f", src, vocabulary, policy.WithClock(func() time.Time { return now }))
		var problems policy.Problems
		switch {
		case err == nil && p == nil:
			t.Fatal("neither a policy nor an error")
		case err == nil:
			p.Plan(policy.Subject{Host: "a.my.salesforce.com"}).Judge(newRow("Contact").text("Contact", "Id", "x").record(), nil, new(policy.Verdict))
		case !errors.As(err, &problems) || len(problems) == 0:
			t.Fatalf("error %T", err)
		}
		for i, q := range problems {
			if q.Line < 1 || q.Column < 1 || q.What == "" || q.File != "f" || i > 0 && q.Line < problems[i-1].Line {
				t.Fatalf("problem %+v", q)
			}
		}
		if cases, err := policy.ParseTests("f", src); err == nil {
			for _, c := range cases {
				if c.Name == "" || c.Method == "" || c.URL == "" {
					t.Fatalf("case %+v", c)
				}
			}
		}
	})
}
