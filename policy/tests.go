package policy

import (
	"net/url"
	"slices"
	"strings"

	"go.yaml.in/yaml/v4"
)

// TestCase is one case of a file of policy tests: a request or response, and what should be decided about it.
type TestCase struct {
	// File, Line and Column say where the case stands.
	File         string
	Line, Column int
	// Name is the case's name.
	Name string
	// Client is the name of the policy's client that sends the request; empty for none.
	Client string
	// Method and URL are the request line. The URL is absolute.
	Method, URL string
	// ContentType is the media type of Body; empty if the file names none.
	ContentType string
	// Body is the body that is judged; nil if there is none.
	Body []byte
	// Response says that Body is the answer to the request rather than its body.
	Response bool
	// Expect is what should be decided.
	Expect Expectation
}

// Expectation is what a [TestCase] expects. A nil list or Edited is not compared.
type Expectation struct {
	// Action is the strictest action applied.
	Action Action
	// Rules are the names of all rules that hit, in any order.
	Rules []string
	// Edited is the body after the edits.
	Edited []byte
	// Fields are the fields that were hit, as Object.Field, in any order.
	Fields []string
}

// testFile is a file of policy tests while it is read.
type testFile struct {
	reader
	cases []TestCase
}

// ParseTests reads a file of policy tests: a list of cases such as
//
//   - name: an SSN does not leave
//     request: PATCH https://example.my.salesforce.com/services/data/v60.0/sobjects/Contact/003000000000001
//     body: '{"SSN__c":"219-09-9999"}'
//     expect: {action: block, rules: [ssn-never-leaves]}
//
// with the keys name, client, request, content_type, body, response and expect{action, rules, edits, fields}. The error
// is of type [Problems].
func ParseTests(name string, src []byte) ([]TestCase, error) {
	f := &testFile{reader: reader{file: name}}
	if root := f.load(src); root != nil {
		f.items(root, "a file of tests", f.testCase)
	}
	if err := f.problems.sorted(); err != nil {
		return nil, err
	}
	return f.cases, nil
}

func (f *testFile) testCase(n *yaml.Node) {
	c := TestCase{File: f.file, Line: n.Line, Column: n.Column}
	seen := f.mapping(n, "test",
		key{"name", func(n *yaml.Node) { c.Name, _ = f.text(n, "name") }},
		key{"client", func(n *yaml.Node) { c.Client, _ = f.text(n, "client") }},
		key{"request", func(n *yaml.Node) { f.request(n, &c) }},
		key{"content_type", func(n *yaml.Node) { c.ContentType, _ = f.text(n, "content_type") }},
		key{"body", func(n *yaml.Node) { c.Body = f.bytes(n, "body") }},
		key{"response", func(n *yaml.Node) { c.Response = f.boolean(n, "response") }},
		key{"expect", func(n *yaml.Node) { f.expect(n, &c.Expect) }})
	if seen == nil {
		return
	}
	for _, k := range []string{"name", "request", "expect"} {
		if seen[k] == nil {
			f.report(n, "a test is {name: …, request: …, body: …, expect: {action: …}}", "a test without %s", k)
		}
	}
	if c.Response && seen["body"] == nil {
		f.report(seen["response"], "body: the answer that is judged", "a response without body")
	}
	if slices.ContainsFunc(f.cases, func(o TestCase) bool { return o.Name == c.Name }) && c.Name != "" {
		f.report(seen["name"], "", "test %q is there twice", c.Name)
	}
	f.cases = append(f.cases, c)
}

// request reads a method and an absolute URL.
func (f *testFile) request(n *yaml.Node, c *TestCase) {
	const hint = "GET https://example.my.salesforce.com/services/data/v60.0/query?q=SELECT+Id+FROM+Contact"
	s, ok := f.text(n, "request")
	if !ok {
		return
	}
	method, target, ok := strings.Cut(s, " ")
	if !ok || method == "" || strings.ToUpper(method) != method {
		f.report(n, hint, "a request is a method, a space and a URL")
		return
	}
	u, err := url.Parse(target)
	if err != nil || u.Scheme != "https" || u.Host == "" {
		f.report(n, hint, "the URL of a request is not absolute, or not https")
		return
	}
	c.Method, c.URL = method, target
}

func (f *testFile) expect(n *yaml.Node, e *Expectation) {
	seen := f.mapping(n, "expect",
		key{"action", func(n *yaml.Node) {
			if s, ok := f.word(n, "action", actionNames[:]); ok {
				e.Action, _ = ParseAction(s)
			}
		}},
		key{"rules", func(n *yaml.Node) { e.Rules = f.texts(n, "rules") }},
		key{"edits", func(n *yaml.Node) { e.Edited = f.bytes(n, "edits") }},
		key{"fields", func(n *yaml.Node) { e.Fields = f.texts(n, "fields") }})
	if seen != nil && seen["action"] == nil {
		f.report(n, "expect: {action: block}", "expect without action")
	}
}

// texts returns a list that is not nil, since an empty one expects that there is none.
func (f *testFile) texts(n *yaml.Node, what string) []string {
	texts := []string{}
	if n.Kind == yaml.SequenceNode && len(n.Content) == 0 {
		return texts
	}
	f.each(n, what, func(n *yaml.Node) {
		if s, ok := f.text(n, what); ok {
			texts = append(texts, s)
		}
	})
	return texts
}

// bytes returns a string that may be empty, but is not nil.
func (f *testFile) bytes(n *yaml.Node, what string) []byte {
	if n.Kind != yaml.ScalarNode || n.ShortTag() != "!!str" {
		f.report(n, "put it in quotes, or behind \"|-\"", "%s is %s, not text", what, kindOf(n))
		return []byte{}
	}
	return []byte(n.Value)
}
