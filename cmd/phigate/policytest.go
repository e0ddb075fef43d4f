package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/url"
	"os"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/phigate/phigate/inspect"
	"github.com/phigate/phigate/inspect/format"
	"github.com/phigate/phigate/policy"
)

func testCommand() *cobra.Command {
	var policyPath, configPath string
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "test [--policy FILE] FILE...",
		Short: "Run policy unit tests",
		Long: `Run policy unit tests: each case is a request or a body with the decision that is expected.

The exit status is 0 if all cases pass, 1 if one fails, and 2 for files that are wrong.`,
		Example: `  phigate test --policy policy.yaml policy_test.yaml

  # policy_test.yaml
  - name: an SSN never leaves
    request: PATCH https://acme.my.salesforce.com/services/data/v60.0/sobjects/Contact/0035g00000ABCDEAA1
    content_type: application/json
    body: '{"SSN__c": "536-90-4399"}'
    expect: {action: block, rules: [ssn-never-leaves]}`,
		Args: some("a file of tests"),
		RunE: func(cmd *cobra.Command, args []string) error {
			return testPolicy(cmd.OutOrStdout(), configPath, policyPath, args, asJSON)
		},
	}
	cmd.Flags().StringVarP(&policyPath, "policy", "p", "", "policy `file`; that of --config, or the starter policy, by default")
	cmd.Flags().StringVarP(&configPath, "config", "c", "", "configuration `file` whose indexes of exact data are asked")
	cmd.Flags().BoolVar(&asJSON, "json", false, "print one JSON object for each case")
	return cmd
}

// testPolicy runs all cases of all files against one policy.
func testPolicy(out io.Writer, configPath, policyPath string, files []string, asJSON bool) error {
	name, src := "", []byte(nil)
	if policyPath != "" {
		var err error
		if src, err = os.ReadFile(policyPath); err != nil {
			return usage(err)
		}
		name = policyPath
	}
	find, p, err := openFinder(configPath, name, src)
	if err == nil && p == nil {
		find, p, err = openFinder(configPath, "starter policy", policy.Starter())
	}
	if err != nil {
		return usage(err)
	}
	passed, failed := 0, 0
	for _, file := range files {
		src, err := os.ReadFile(file)
		if err != nil {
			return usage(err)
		}
		cases, err := policy.ParseTests(file, src)
		if err != nil {
			return usage(err)
		}
		for _, c := range cases {
			problems := runCase(p, find, c)
			if len(problems) == 0 {
				passed++
			} else {
				failed++
			}
			if err := reportCase(out, c, problems, asJSON); err != nil {
				return err
			}
		}
	}
	if !asJSON {
		fmt.Fprintf(out, "%d passed, %d failed\n", passed, failed)
	}
	if failed > 0 {
		return &statusError{status: exitFound}
	}
	return nil
}

// reportCase prints how a case went.
func reportCase(out io.Writer, c policy.TestCase, problems []string, asJSON bool) error {
	if asJSON {
		return json.NewEncoder(out).Encode(struct {
			File     string   `json:"file"`
			Line     int      `json:"line"`
			Name     string   `json:"name"`
			Pass     bool     `json:"pass"`
			Problems []string `json:"problems,omitempty"`
		}{c.File, c.Line, c.Name, len(problems) == 0, problems})
	}
	verdict := "ok  "
	if len(problems) > 0 {
		verdict = "FAIL"
	}
	_, err := fmt.Fprintf(out, "%s %s\n", verdict, c.Name)
	for _, p := range problems {
		fmt.Fprintf(out, "     %s:%d:%d: %s\n", c.File, c.Line, c.Column, p)
	}
	return err
}

// decided is what the policy made of a case.
type decided struct {
	action policy.Action
	rules  []string
	fields []string
	edited []byte
}

// runCase decides a case as the gate would, and returns how the decision differs from the expected one.
func runCase(p *policy.Policy, find *finder, c policy.TestCase) []string {
	got, err := decide(p, find, c)
	if err != nil {
		return []string{err.Error()}
	}
	var problems []string
	if got.action != c.Expect.Action {
		problems = append(problems, fmt.Sprintf("action is %s, expected %s (rules: %s)", got.action, c.Expect.Action, strings.Join(got.rules, ", ")))
	}
	problems = append(problems, differ("rules", got.rules, c.Expect.Rules)...)
	problems = append(problems, differ("fields", got.fields, c.Expect.Fields)...)
	if c.Expect.Edited != nil && !bytes.Equal(got.edited, c.Expect.Edited) {
		problems = append(problems, fmt.Sprintf("the body becomes %q, expected %q", got.edited, c.Expect.Edited))
	}
	return problems
}

// differ says how two lists differ as sets; a nil expectation is not compared.
func differ(what string, got, want []string) []string {
	if want == nil {
		return nil
	}
	slices.Sort(got)
	want = slices.Sorted(slices.Values(want))
	if slices.Equal(got, want) {
		return nil
	}
	return []string{fmt.Sprintf("%s are [%s], expected [%s]", what, strings.Join(got, ", "), strings.Join(want, ", "))}
}

// decide takes a case through the steps of an exchange that need no network.
func decide(p *policy.Policy, find *finder, c policy.TestCase) (*decided, error) {
	route, err := routeOf(c.Method, c.URL)
	if err != nil {
		return nil, err
	}
	target, err := url.Parse(c.URL)
	if err != nil {
		return nil, errors.New("the URL cannot be read")
	}
	subject := policy.Subject{
		Client: c.Client, Host: target.Hostname(), API: string(route.API), Operation: string(route.Operation), Object: route.Object,
	}
	d := &decided{action: policy.Allow}
	var verdict policy.Verdict
	var rec inspect.Record
	enter := func(rec *inspect.Record) {
		d.action = policy.Stricter(d.action, verdict.Action)
		for _, h := range verdict.Hits {
			d.rules = add(d.rules, h.Rule)
			if h.Field >= 0 && h.Field < len(rec.Fields) {
				d.fields = add(d.fields, strings.TrimPrefix(rec.Fields[h.Field].Object+"."+string(rec.Fields[h.Field].Name), "."))
			}
		}
	}
	dir, shape, name := inspect.Request, route.Request, route.Format
	if c.Response {
		dir, shape, name = inspect.Response, route.Response, route.ResponseFormat
	}
	subject.Direction = dir
	plan := p.Plan(subject)
	judge := func(rec *inspect.Record) ([]inspect.Edit, error) {
		plan.Judge(rec, find.Inspect(rec, nil), &verdict)
		enter(rec)
		return verdict.Edits, nil
	}
	admit := func() {
		var reads []policy.Ref
		for _, r := range route.Reads {
			reads = append(reads, policy.Ref(r))
		}
		plan.Admit(reads, &verdict)
		enter(&inspect.Record{})
	}
	if !c.Response {
		admit()
		route.Target(&rec, target.RequestURI())
		if _, err := judge(&rec); err != nil {
			return nil, err
		}
	}
	if len(c.Body) == 0 {
		return d, nil
	}
	f, err := format.Choose(name, c.ContentType, c.Body[:min(len(c.Body), format.SniffLen)])
	if err == nil {
		body := inspect.NewBody(inspect.BodyConfig{
			Source: bytes.NewReader(c.Body), Decoder: f.New(shape, format.Limits{}),
			Judge: func(rec *inspect.Record) ([]inspect.Edit, error) {
				asked := len(route.Reads)
				route.Type(dir, rec)
				if err := route.Err(); err != nil {
					return nil, err
				}
				if dir == inspect.Request && len(route.Reads) > asked {
					admit()
				}
				return judge(rec)
			},
		})
		defer body.Close()
		d.edited, err = io.ReadAll(body)
	}
	if errors.Is(err, inspect.ErrUnreadable) {
		d.action, d.rules, err = policy.Stricter(d.action, plan.Unreadable()), add(d.rules, "unreadable"), nil
	}
	return d, err
}

// add puts a name into a list once.
func add(list []string, name string) []string {
	if slices.Contains(list, name) {
		return list
	}
	return append(list, name)
}
