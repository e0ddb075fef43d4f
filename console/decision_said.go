package console

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/phigate/phigate/audit"
	"github.com/phigate/phigate/audit/index"
)

// said is a decision in words.
type said struct {
	Heading string // "Blocked: ehr-sync, create Contact"
	What    string // "ehr-sync tried to create Contact."
	Then    string // "The request was not sent."
	Why     string // what the reason means
	Monitor bool   // it was only recorded what would have been done
}

// said puts a decision into words.
func (c *Console) said(d *audit.Decision) said {
	who := d.Client
	switch {
	case who == "" && d.Source != "":
		who = "A client at " + d.Source
	case who == "":
		who = "A client"
	}
	s := said{Why: sentence(c.cfg.Explain(d.Reason)), Monitor: d.Mode == "monitor"}
	s.Heading = actionWord(d.Action) + ": " + who + ", " + deed(d)
	s.What = who + " tried to " + deed(d) + "."
	if d.Action == "allow" || d.Action == "alert" {
		s.What = who + " asked to " + deed(d) + "."
	}
	s.Then = consequence(d)
	return s
}

// deed is what was to be done: "create Contact".
func deed(d *audit.Decision) string {
	object := d.Object
	if object == "" {
		object = "data"
	}
	if d.Kind == audit.Connect {
		return "reach " + d.Dest.Host
	}
	switch d.Op {
	case "create", "update", "delete", "read", "search":
		return d.Op + " " + object
	case "upsert":
		return "create or update " + object
	case "mixed":
		return "send several requests at once"
	case "job":
		return "run a bulk job on " + object
	case "describe":
		return "read the description of " + object
	case "login":
		return "log in"
	}
	return strings.TrimSpace("call " + d.HTTP.Method + " " + d.HTTP.Route)
}

// consequence is what became of the transfer.
func consequence(d *audit.Decision) string {
	body := "request"
	if d.Dir == "response" {
		body = "answer"
	}
	verb := map[string]string{"redact": "emptied", "mask": "masked", "generalise": "generalised"}[d.Action]
	switch {
	case d.Kind == audit.Connect:
		return "The connection was refused."
	case d.Action == "block" && d.Kind == audit.Closing:
		return "The transfer was stopped before its end; the other side has no complete " + body + "."
	case d.Action == "block" && body == "answer":
		return "The answer was not delivered."
	case d.Action == "block":
		return "The request was not sent."
	case verb != "":
		return "Values were " + verb + " before the " + body + " went on."
	case d.Action == "alert":
		return "The " + body + " went on unchanged and was reported."
	}
	return "The " + body + " went on unchanged."
}

// findingView is a finding in words.
type findingView struct {
	audit.Finding
	Title    string   // category with its letter
	Place    string   // Contact.SSN__c
	Why      string   // "its form, and the name of the field"
	Handles  []string // of the fingerprints; none for who may not see them
	Veiled   bool     // there are fingerprints that the person may not see
	Idle     bool     // no rule is about it by itself, and yet it did not pass
	Named    bool     // a rule names the field, whatever it holds
	Sureness string
}

// Way is the path of the finding, where it says more than the place.
func (v findingView) Way() string {
	if path := v.Path; strings.Trim(path, "/") != v.Field && path != v.Place {
		return path
	}
	return ""
}

// findings puts the findings of a decision into words, those first that brought it about.
func findings(d *audit.Decision, fingerprints bool) []findingView {
	list := make([]findingView, 0, len(d.Finding))
	for _, f := range byWeight(d.Finding) {
		v := findingView{Finding: f, Title: categoryTitle(f.Category), Place: place(f), Why: evidenceWords(f.Evidence),
			Sureness: strings.ReplaceAll(f.Likelihood, "_", " "), Idle: d.Action == "block" && len(f.Rules) == 0 && !strict(f.Action)}
		if v.Named = f.Detector == fieldRule; v.Named {
			v.Title = "A field that a rule names"
		}
		for _, fp := range f.Fingerprints {
			if fingerprints {
				v.Handles = append(v.Handles, handle(f.Detector, fp))
			}
		}
		if !fingerprints {
			v.Veiled = len(f.Fingerprints) > 0
			v.Fingerprints = nil
		}
		list = append(list, v)
	}
	return list
}

// fieldRule is what a record has for a detector where a rule is about a field, whatever it holds.
const fieldRule = "field"

// strict reports whether an action holds something back.
func strict(action string) bool { return action != "" && !readable(action) }

// byWeight sorts findings by the strictness of what was done, then those first that a rule is about.
func byWeight(found []audit.Finding) []audit.Finding {
	weight := func(f audit.Finding) int {
		i := slices.Index(actionOrder(), f.Action)
		if i < 0 {
			i = len(actionOrder())
		}
		if len(f.Rules) == 0 {
			return 2*i + 1
		}
		return 2 * i
	}
	list := slices.Clone(found)
	slices.SortStableFunc(list, func(a, b audit.Finding) int { return cmp.Compare(weight(a), weight(b)) })
	return list
}

// whole is what a decision owes to no finding by itself.
type whole struct {
	Rules []string // that no finding names: they are about the record, or the transfer, as a whole
	Alone bool     // no rule about a finding did the same
}

// wholeOf is what the record says of rules that none of its findings names.
func wholeOf(d *audit.Decision) whole {
	return whole{wholeRules(d), !slices.ContainsFunc(d.Finding, func(f audit.Finding) bool {
		return f.Action == d.Action && len(f.Rules) > 0
	})}
}

// wholeRules are the rules of a decision that none of its findings names.
func wholeRules(d *audit.Decision) []string {
	return slices.DeleteFunc(slices.Clone(d.Rules), func(rule string) bool {
		return slices.ContainsFunc(d.Finding, func(f audit.Finding) bool { return slices.Contains(f.Rules, rule) })
	})
}

// Hit is the rule that brought a decision about, and where: a finding's, with its place, or else one about the whole
// record. Both names of the place may be empty.
func Hit(d *audit.Decision) (rule, object, field string) {
	for _, f := range byWeight(d.Finding) {
		if f.Action == d.Action && len(f.Rules) > 0 {
			object = f.Object
			if object == "" {
				object = d.Object
			}
			return f.Rules[0], object, f.Field
		}
	}
	rules := append(wholeRules(d), rulesOf(d)...)
	if len(rules) == 0 {
		return "", d.Object, ""
	}
	return rules[0], d.Object, ""
}

// place is where a finding was: object and field, or the path if it has neither.
func place(f audit.Finding) string {
	switch {
	case f.Object != "" && f.Field != "":
		return f.Object + "." + f.Field
	case f.Field != "":
		return f.Field
	case f.Path != "":
		return f.Path
	}
	return f.Object
}

// evidenceWords says by what a finding was recognised. The record joins the reasons with a plus.
func evidenceWords(evidence string) string {
	words := map[string]string{
		"shape":         "its form",
		"validity":      "a check digit or range that holds",
		"key":           "the name of the field",
		"context":       "words beside it",
		"co-occurrence": "other findings in the same record",
	}
	var list []string
	for e := range strings.SplitSeq(evidence, "+") {
		if e == "" {
			continue
		}
		if w, ok := words[e]; ok {
			e = w
		}
		list = append(list, e)
	}
	return enumerate(list)
}

// enumerate joins words as a sentence does: "a, b and c".
func enumerate(list []string) string {
	if len(list) < 2 {
		return strings.Join(list, "")
	}
	return strings.Join(list[:len(list)-1], ", ") + " and " + list[len(list)-1]
}

// rulesOf are the rules of a decision and of its findings, each once.
func rulesOf(d *audit.Decision) []string {
	rules := slices.Clone(d.Rules)
	for _, f := range d.Finding {
		for _, r := range f.Rules {
			if !slices.Contains(rules, r) {
				rules = append(rules, r)
			}
		}
	}
	return rules
}

// reviewable reports whether a decision can carry a verdict, as the desk has it.
func reviewable(row index.Row) bool {
	return row.Kind != string(audit.Admin) && row.Action != "allow"
}

// eventWords is what somebody did about a decision: "False positive", "Assigned to kim".
func eventWords(e index.Event) string {
	review := e.Review
	if review == nil {
		review = new(audit.Review)
	}
	switch e.Kind {
	case audit.AccessVerdict:
		switch {
		case review.Verdict == "":
			return "Reopened"
		case review.Status == "awaiting_second":
			return verdictTitle(review.Verdict) + ", awaiting a second person"
		}
		return verdictTitle(review.Verdict)
	case audit.AccessConfirm:
		if review.Status == "decided" {
			return "Confirmed: " + verdictTitle(review.Verdict)
		}
		return "Not confirmed, back to the queue"
	case audit.AccessAssign:
		if review.Assignee == "" {
			return "Back to the queue"
		}
		return "Assigned to " + review.Assignee
	case audit.AccessNote:
		return "Note"
	}
	return fmt.Sprint(e.Kind)
}
