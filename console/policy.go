package console

import (
	"slices"
	"strings"
	"time"

	"github.com/phigate/phigate/audit"
	"github.com/phigate/phigate/audit/review"
)

// PolicyVersion is a policy and when it was in effect.
type PolicyVersion struct {
	Digest       string // as decisions have it
	Since, Until time.Time
}

// mostVersions is how many policies the list shows. Each approved or expired exception makes a new one.
const mostVersions = 200

// policiesPage is what policies.html shows.
type policiesPage struct {
	Now      time.Time
	Versions []policyEntry
	Kept     bool // the gate says which policies there were
	Older    int  // policies that are not on the page
}

// policyEntry is a policy in the list.
type policyEntry struct {
	PolicyVersion
	Rules     int
	URL       string // of its text; empty if it was not kept
	Decisions string // address of the decisions under it
	Current   bool
	For       string // how long it was in effect
}

// policyPage is what policy.html shows.
type policyPage struct {
	Version  policyEntry
	Lines    []codeLine
	Rules    []ruleLink
	Previous *policyEntry
	Changes  []changeLine // against the one before
}

// ruleLink leads to a rule in the text.
type ruleLink struct {
	Name, ID string
	Blocked  string // address of what it blocked
}

// policies lists the policies that are or were in effect, the newest first.
func (c *Console) policies(r *request) (reply, error) {
	page := policiesPage{Now: r.now, Kept: c.cfg.Policies != nil, Versions: c.versions(r)}
	page.Older = max(0, len(page.Versions)-mostVersions)
	page.Versions = page.Versions[:len(page.Versions)-page.Older]
	for i := range page.Versions {
		c.addRules(&page.Versions[i])
	}
	return show("policies", "Policy", look{audit.AccessLook, "policy", "", len(page.Versions)}, page), nil
}

// versions are the policies, newest first.
func (c *Console) versions(r *request) []policyEntry {
	if c.cfg.Policies == nil {
		return nil
	}
	list := slices.Clone(c.cfg.Policies())
	slices.SortStableFunc(list, func(a, b PolicyVersion) int { return b.Since.Compare(a.Since) })
	views := make([]policyEntry, len(list))
	for i, v := range list {
		views[i] = policyEntry{PolicyVersion: v, Current: v.Until.IsZero() || v.Until.After(r.now), Decisions: decisions(r, "policy", v.Digest, "after", "-90d")}
		end := v.Until
		if views[i].Current {
			end = r.now
		}
		views[i].For = span(end.Sub(v.Since))
	}
	return views
}

// addRules adds what takes the text of a policy: how many rules it has, and where it can be read.
func (c *Console) addRules(v *policyEntry) {
	if c.cfg.Rules == nil {
		return
	}
	if n, kept := c.cfg.Rules(v.Digest); kept {
		v.Rules, v.URL = n, "/policy/"+v.Digest
	}
}

// policy shows the text of one policy, and what changed in it.
func (c *Console) policy(r *request) (reply, error) {
	digest := r.PathValue("digest")
	text, ok := "", false
	if c.cfg.Policy != nil {
		text, ok = c.cfg.Policy(digest)
	}
	if !ok {
		return reply{}, review.ErrNotFound
	}
	page := &policyPage{Version: policyEntry{PolicyVersion: PolicyVersion{Digest: digest}}}
	versions := c.versions(r)
	for i, v := range versions {
		if v.Digest != digest {
			continue
		}
		page.Version = v
		if i+1 < len(versions) {
			if c.addRules(&versions[i+1]); versions[i+1].URL != "" {
				page.Previous = &versions[i+1]
			}
		}
		break
	}
	page.Lines, page.Rules = highlighted(r, text, r.URL.Query().Get("rule"))
	if page.Previous != nil {
		before, _ := c.cfg.Policy(page.Previous.Digest)
		page.Changes = changes(policyLines(before, nil), policyLines(text, nil))
	}
	answer := show("policy", "Policy "+shortDigest(digest), look{audit.AccessLook, digest, "", 1}, page)
	answer.section = "/policy"
	return answer, nil
}

// shortDigest is the beginning of a digest, for headings.
func shortDigest(digest string) string {
	digest = strings.TrimPrefix(digest, "sha256:")
	return digest[:min(12, len(digest))]
}

// Short is the beginning of the digest.
func (v policyEntry) Short() string { return shortDigest(v.Digest) }
