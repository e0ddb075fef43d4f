package main

import (
	"bytes"
	"compress/gzip"
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"

	"github.com/phigate/phigate/audit"
	"github.com/phigate/phigate/internal/org"
	"github.com/phigate/phigate/policy"
)

// demoJob is an integration job: an HTTP client that knows nothing of the gate but its address and its authority.
type demoJob struct {
	client *http.Client
	token  string
	bulk   string // ID of the bulk job
}

func newDemoJob(gate string, authority []byte) (*demoJob, error) {
	roots := x509.NewCertPool()
	if !roots.AppendCertsFromPEM(authority) {
		return nil, errors.New("the authority is not PEM")
	}
	proxy := &url.URL{Scheme: "http", Host: gate, User: url.UserPassword(demoClient, demoSecret)}
	return &demoJob{client: &http.Client{Transport: &http.Transport{
		Proxy: http.ProxyURL(proxy), TLSClientConfig: &tls.Config{RootCAs: roots, MinVersion: tls.VersionTLS12}, ForceAttemptHTTP2: true,
	}}}, nil
}

// demoStep is one request of the job.
type demoStep struct {
	what   string
	method string
	path   string
	media  string
	body   string
	gzip   bool
}

const demoData = "/services/data/v60.0"

// demoSteps is the job. The people in it are invented; the numbers are of ranges that are not given out, or fictional.
func demoSteps() []demoStep {
	const jsonType = "application/json"
	return []demoStep{
		{"log in", "POST", "/services/oauth2/token", "application/x-www-form-urlencoded",
			"grant_type=password&client_id=demo&client_secret=demo&username=" + url.QueryEscape(org.Username) + "&password=" + org.Password, false},
		{"create an account", "POST", demoData + "/sobjects/Account", jsonType, `{"Name": "Riverside Clinic"}`, false},
		{"create a contact with phone and e-mail", "POST", demoData + "/sobjects/Contact", jsonType,
			`{"LastName": "Ashby", "Phone": "(212) 555-0142", "Email": "r.ashby@example.org"}`, false},
		{"the same with consent to the birth date, gzip", "POST", demoData + "/sobjects/Contact", jsonType,
			`{"LastName": "Okafor", "Birthdate": "1961-04-17", "HasConsent__c": true, "Phone": "212-555-0117"}`, true},
		{"a birth date without consent", "POST", demoData + "/sobjects/Contact", jsonType, `{"LastName": "Lindqvist", "Birthdate": "1948-11-02"}`, false},
		{"upsert by record number", "PATCH", demoData + "/sobjects/Contact/MRN__c/MRN-00482913", jsonType, `{"LastName": "Marsh", "Phone": "212-555-0163"}`, false},
		{"a social security number in its field", "POST", demoData + "/sobjects/Contact", jsonType,
			`{"LastName": "Tran", "SSN__c": "536-90-4399"}`, false},
		{"the same, escaped and in a note", "POST", demoData + "/sobjects/Case", jsonType,
			`{"Subject": "call back", "Description": "patient gave \u0073sn 536\u002d90-4399 on the phone"}`, false},
		{"the same, in a query", "GET", demoData + "/query?q=" + url.QueryEscape("SELECT Id FROM Contact WHERE SSN__c = '536-90-4399'"), "", "", false},
		{"a name with a diagnosis, in one of two records", "POST", demoData + "/composite/sobjects", jsonType,
			`{"allOrNone": false, "records": [{"attributes": {"type": "Contact"}, "LastName": "Weiss"}, ` +
				`{"attributes": {"type": "Contact"}, "LastName": "Moreau", "Diagnosis__c": "E11.9"}]}`, false},
		{"query contacts", "GET", demoData + "/query?q=" + url.QueryEscape("SELECT LastName, Phone, Email, Birthdate FROM Contact"), "", "", false},
		{"open a bulk job", "POST", demoData + "/jobs/ingest", jsonType, `{"object": "Contact", "operation": "insert", "lineEnding": "LF"}`, false},
		{"upload its rows", "PUT", demoData + "/jobs/ingest/{job}/batches", "text/csv",
			"LastName,MobilePhone,Description\nHaddad,212-555-0188,\"prefers\nmornings\"\nNovak,212-555-0121,none\n", false},
		{"broken JSON", "POST", demoData + "/sobjects/Contact", jsonType, `{"LastName": "Tran", "LastName": "Okafor"}`, false},
	}
}

// run sends all steps and prints a table with what the decision log says of each.
func (j *demoJob) run(ctx context.Context, out io.Writer, log string) error {
	_, next, err := newDecisions(log, 0)
	if err != nil {
		_, next = 0, 0
	}
	fmt.Fprintf(out, "%2s  %-46s %-10s %6s  %s\n", "#", "the job", "decision", "answer", "rules")
	var refusal string
	for i, step := range demoSteps() {
		status, body, err := j.send(ctx, step)
		if err != nil {
			return fmt.Errorf("%s: %w", step.what, err)
		}
		decisions, after, err := newDecisions(log, next)
		if err != nil {
			return fmt.Errorf("%s: %w", step.what, err)
		}
		next = after
		action, rules := summarise(decisions)
		fmt.Fprintf(out, "%2d  %-46s %-10s %6d  %s\n", i+1, step.what, action, status, rules)
		if refusal == "" && action == policy.Block {
			refusal = fmt.Sprintf("%s %s\n  HTTP %d\n  %s", step.method, step.path, status, bytes.TrimSpace(body))
		}
	}
	fmt.Fprintf(out, "\nA refusal as the job saw it:\n  %s\n", refusal)
	return nil
}

// summarise is the strictest action of an exchange with all its rules; a reason where no rule matched.
func summarise(decisions []*audit.Decision) (policy.Action, string) {
	action := policy.Allow
	var rules []string
	for _, d := range decisions {
		a, _ := policy.ParseAction(d.Action)
		action = policy.Stricter(action, a)
		for _, r := range d.Rules {
			rules = add(rules, r)
		}
		if len(d.Rules) == 0 && a == policy.Block {
			rules = add(rules, d.Reason)
		}
	}
	if len(rules) == 0 {
		return action, "-"
	}
	return action, strings.Join(rules, ", ")
}

// send sends one step and remembers what later steps need.
func (j *demoJob) send(ctx context.Context, s demoStep) (status int, body []byte, err error) {
	content := []byte(s.body)
	if s.gzip {
		var packed bytes.Buffer
		w := gzip.NewWriter(&packed)
		_, _ = w.Write(content) // a bytes.Buffer does not fail
		_ = w.Close()
		content = packed.Bytes()
	}
	address := "https://" + demoHost + strings.Replace(s.path, "{job}", j.bulk, 1)
	req, err := http.NewRequestWithContext(ctx, s.method, address, bytes.NewReader(content))
	if err != nil {
		return 0, nil, err
	}
	if s.media != "" {
		req.Header.Set("Content-Type", s.media)
	}
	if s.gzip {
		req.Header.Set("Content-Encoding", "gzip")
	}
	if j.token != "" {
		req.Header.Set("Authorization", "Bearer "+j.token)
	}
	resp, err := j.client.Do(req)
	if err != nil {
		return 0, nil, err
	}
	defer resp.Body.Close()
	if body, err = io.ReadAll(resp.Body); err != nil {
		return 0, nil, err
	}
	j.remember(body)
	return resp.StatusCode, body, nil
}

// remember takes the token and the job's ID from an answer that has them.
func (j *demoJob) remember(body []byte) {
	var answer struct {
		Token string `json:"access_token"`
		ID    string `json:"id"`
		Job   string `json:"contentUrl"`
	}
	if json.Unmarshal(body, &answer) != nil {
		return
	}
	if answer.Token != "" {
		j.token = answer.Token
	}
	if answer.Job != "" {
		j.bulk = answer.ID
	}
}
