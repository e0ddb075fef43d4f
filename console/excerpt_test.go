package console

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestPolicyLines(t *testing.T) {
	const policy = `version: 1
clients:
  - name: ehr-sync
    identify: {basic: {user: ehr-sync, hash: "$argon2id$v=19$m=65536,t=3,p=1$c2FsdHNhbHQ$aGFzaGhhc2g"}}
rules:
  - name: ssn-never-leaves   # why
    when: {detector: us_ssn}

    then: block
  - {name: mask-phones, when: {object: Contact}, then: mask}
  - name: "quoted"
    then: alert
exceptions:
  - {rule: ssn-never-leaves, client: ehr-sync}
`
	tests := map[string]struct {
		rules []string
		want  []int // numbers of the marked lines
	}{
		"none":          {nil, nil},
		"a block":       {[]string{"ssn-never-leaves"}, []int{6, 7, 9}},
		"one line":      {[]string{"mask-phones"}, []int{10}},
		"quoted":        {[]string{"quoted"}, []int{11, 12}},
		"two":           {[]string{"quoted", "mask-phones"}, []int{10, 11, 12}},
		"not its user":  {[]string{"basic"}, nil},
		"no such rule":  {[]string{"ssn"}, nil},
		"a client":      {[]string{"ehr-sync"}, []int{3, 4}},
		"with a letter": {[]string{"Quoted"}, nil},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			var got []int
			for _, l := range marked(policyLines(policy, test.rules)) {
				got = append(got, l.Number)
			}
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
	for _, l := range policyLines(policy, nil) {
		if strings.Contains(l.Text, "argon2") || strings.Contains(l.Text, "aGFzaGhhc2g") {
			t.Errorf("line %d shows a hash", l.Number)
		}
	}
}

// Whatever a policy is, its lines are those of the text, in order, and no hash is in them.
func FuzzPolicyLines(f *testing.F) {
	f.Add("rules:\n  - name: a\n    then: block\n", "a")
	f.Add("- {name: a}\n\n x: $argon2id$v=19$m=1,t=1,p=1$AAAA$BBBB\n", "b")
	f.Fuzz(func(t *testing.T, text, rule string) {
		lines := policyLines(text, []string{rule})
		var b strings.Builder
		for i, l := range lines {
			if l.Number != i+1 {
				t.Fatalf("line %d has number %d", i+1, l.Number)
			}
			b.WriteString(l.Text + "\n")
		}
		got := strings.TrimRight(b.String(), "\n")
		if passwordHash.MatchString(got) {
			t.Error("a hash is left")
		}
		if want := strings.TrimRight(text, "\n"); !passwordHash.MatchString(want) && got != want {
			t.Errorf("%q became %q", want, got)
		}
	})
}
