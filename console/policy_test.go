package console

import (
	"fmt"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/phigate/phigate/audit/review"
)

func TestPolicyPages(t *testing.T) {
	older := strings.Replace(testPolicy, "then: block", "then: alert", 1)
	var start time.Time
	r := newRig(t, func(c *Config) {
		start = c.Now()
		c.Policy = func(digest string) (string, bool) {
			text, ok := map[string]string{"sha256:test": testPolicy, "sha256:older": older}[digest]
			return text, ok
		}
		c.Rules = func(digest string) (int, bool) { return 2, digest != "sha256:lost" }
		c.Policies = func() []PolicyVersion {
			return []PolicyVersion{
				{Digest: "sha256:lost", Since: start.Add(-900 * time.Hour), Until: start.Add(-500 * time.Hour)},
				{Digest: "sha256:test", Since: start.Add(-48 * time.Hour)},
				{Digest: "sha256:older", Since: start.Add(-500 * time.Hour), Until: start.Add(-48 * time.Hour)},
			}
		}
	})
	admin := r.as(review.PolicyAdmin)
	list := admin.show("/policy")
	list.has(t, "/policy/sha256:test", "/policy/sha256:older", "text not kept", "in effect")
	if strings.Index(list.body, "sha256:test") > strings.Index(list.body, "sha256:older") {
		t.Error("the newest is not the first")
	}
	list.lacks(t, "/policy/sha256:lost")
	page := admin.show("/policy/sha256:test?rule=mask-phones")
	page.has(t, "mask-phones", `<span class="y-block">block</span>`, `class="d-less">-     then: alert`, `class="d-more">&#43;     then: block`, "<mark", "(hash)", `href="#rule-`)
	page.lacks(t, "argon2")
	admin.show("/policy/sha256:older").lacks(t, "What changed")
	if got := admin.get("/policy/sha256:lost"); got.status != 404 {
		t.Errorf("a text that was not kept: status %d", got.status)
	}
	if got := r.recorded("policy_admin-1"); cmp.Diff([]string{"look ok policy", "look ok sha256:test", "look ok sha256:older"}, got) != "" {
		t.Errorf("recorded: %v", got)
	}
}

// A gate that is years old has had thousands of policies. The list reads the newest.
func TestManyPolicies(t *testing.T) {
	asked := 0
	r := newRig(t, func(c *Config) {
		start := c.Now()
		c.Rules = func(string) (int, bool) { asked++; return 1, true }
		c.Policies = func() []PolicyVersion {
			var list []PolicyVersion
			for i := range mostVersions + 50 {
				list = append(list, PolicyVersion{Digest: fmt.Sprintf("sha256:%03d", i), Since: start.Add(time.Duration(i-1000) * time.Hour)})
			}
			return list
		}
	})
	page := r.as(review.PolicyAdmin).show("/policy")
	page.has(t, "sha256:249", "sha256:050", "50 older ones")
	page.lacks(t, "sha256:049")
	if asked != mostVersions {
		t.Errorf("%d policies were read, want %d", asked, mostVersions)
	}
}

func TestPolicyUnknown(t *testing.T) {
	r := newRig(t, func(c *Config) { c.Policy = nil })
	r.as(review.Auditor).show("/policy").has(t, "does not keep the policies")
	if got := r.as(review.Auditor).get("/policy/sha256:test"); got.status != 404 {
		t.Errorf("status %d", got.status)
	}
}

func TestCodeParts(t *testing.T) {
	tests := map[string]string{
		"":                                 "",
		"version: 1":                       "[y-key version]: 1",
		"  - name: mask-phones":            "  - [y-key name]: mask-phones",
		"    then: block # hard":           "    [y-key then]: [y-block block][y-said  # hard]",
		"    then: {mask: {keep_last: 4}}": "    [y-key then]: {[y-key mask: ]{[y-key keep_last: ]4}}",
		`  hash: "a # b"`:                  `  [y-key hash]: [y-text "a # b"]`,
		"# a comment":                      "[y-said # a comment]",
		"mode: enforce":                    "[y-key mode]: [y-enforce enforce]",
		"  - block":                        "  - [y-block block]",
	}
	for line, want := range tests {
		var b strings.Builder
		for _, p := range codeParts(line) {
			if p.Class == "" {
				b.WriteString(p.Text)
			} else {
				b.WriteString("[" + p.Class + " " + p.Text + "]")
			}
		}
		if b.String() != want {
			t.Errorf("%q: got %q, want %q", line, b.String(), want)
		}
	}
}

func FuzzCodeParts(f *testing.F) {
	f.Add("  - name: x")
	f.Add(`then: {mask: {keep_last: 4}} # "x`)
	f.Fuzz(func(t *testing.T, line string) {
		var b strings.Builder
		for _, p := range codeParts(line) {
			b.WriteString(p.Text)
		}
		if b.String() != line {
			t.Errorf("%q became %q", line, b.String())
		}
	})
}

func TestChanges(t *testing.T) {
	tests := map[string]struct{ before, after, want string }{
		"equal":   {"a\nb", "a\nb", ""},
		"more":    {"a\nc", "a\nb\nc", " a|+b| c"},
		"less":    {"a\nb\nc", "a\nc", " a|-b| c"},
		"changed": {"a\nb\nc", "a\nx\nc", " a|-b|+x| c"},
		"far":     {"1\n2\n3\n4\n5\n6\n7\n8\n9\nx", "y\n1\n2\n3\n4\n5\n6\n7\n8\n9", "+y| 1| 2| 3| …| 7| 8| 9|-x"},
		"new":     {"", "a", "-|+a"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			var got []string
			for _, l := range changes(policyLines(test.before, nil), policyLines(test.after, nil)) {
				got = append(got, l.Sign+l.Text)
			}
			if diff := cmp.Diff(test.want, strings.Join(got, "|")); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// What changes says, applied to the one policy, is the other.
func FuzzChanges(f *testing.F) {
	f.Add("a\nb\nc", "a\nc\nd")
	f.Fuzz(func(t *testing.T, before, after string) {
		a, b := policyLines(before, nil), policyLines(after, nil)
		same := 0
		if len(a) == len(b) {
			for i := range a {
				if a[i].Text == b[i].Text {
					same++
				}
			}
		}
		list := changes(a, b)
		if equal := same == len(a) && len(a) == len(b); equal != (len(list) == 0) && len(a) <= mostCompared && len(b) <= mostCompared {
			t.Errorf("equal is %v, and there are %d lines", equal, len(list))
		}
		more, less := 0, 0
		for _, l := range list {
			switch l.Sign {
			case "+":
				more++
			case "-":
				less++
			}
		}
		if len(list) > 0 && more-less != len(b)-len(a) {
			t.Errorf("%d more and %d less do not lead from %d to %d lines", more, less, len(a), len(b))
		}
	})
}

func TestHighlightedRules(t *testing.T) {
	r := newTestRequest(review.Viewer, &url.URL{Path: "/policy/x"})
	_, rules := highlighted(r, testPolicy, "")
	var names []string
	for _, one := range rules {
		names = append(names, one.Name)
	}
	if diff := cmp.Diff([]string{"ssn-never-leaves", "mask-phones"}, names); diff != "" {
		t.Error(diff) // the names of clients are not those of rules
	}
}
