package console

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"
	"golang.org/x/mod/sumdb/note"

	"github.com/phigate/phigate/audit"
	"github.com/phigate/phigate/audit/index"
	"github.com/phigate/phigate/audit/review"
	"github.com/phigate/phigate/console/auth"
	"github.com/phigate/phigate/console/internal/trial"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const (
	testHost   = trial.Host
	testOrigin = trial.Origin
)

// rig is a console over real logs, a real index, a real desk and real accounts, in a folder of the test's own. Nobody is
// there at first; as makes people.
type rig struct {
	t       *testing.T
	dir     string
	clock   *trial.Clock
	key     note.Verifier // of the decision log's checkpoints
	log     *audit.Log
	access  *trial.Log
	index   *index.Index
	desk    *review.Desk
	auth    *auth.Auth
	console *Console
	admin   *person // the first user, who may do everything
	people  map[review.Role]*person
	reports []string // what was reported behind error pages
}

func newRig(t *testing.T, change ...func(*Config)) *rig {
	t.Helper()
	dir := t.TempDir()
	r := &rig{t: t, dir: dir, clock: trial.NewClock(time.Now().UTC().Truncate(time.Second)), people: map[review.Role]*person{}}
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	key, err := audit.OpenCheckpointKey(filepath.Join(dir, "checkpoint-key"), "gate-1.example.org")
	must(err)
	r.key = key.Verifier()
	r.log, err = audit.Open(audit.Config{Dir: filepath.Join(dir, "audit"), Node: "gate-1", Key: key, SegmentBytes: 1 << 20, Reserve: -1, Wait: 5 * time.Second})
	must(err)
	t.Cleanup(func() { r.log.Close() })
	r.access = trial.OpenLog(t, filepath.Join(dir, "access"))
	r.index, err = index.Open(index.Config{Dir: filepath.Join(dir, "index"), Decisions: filepath.Join(dir, "audit"), Access: filepath.Join(dir, "access"), Now: r.clock.Now})
	must(err)
	r.run()
	r.desk, err = review.New(review.Config{Log: r.access, Index: r.index, Guard: guardForTests, SecondReview: secondReviewForTests, Now: r.clock.Now})
	must(err)
	r.auth, err = auth.Open(auth.Config{File: filepath.Join(dir, "users.json"), Log: r.access, Hosts: []string{testHost}, Secure: true, Now: r.clock.Now})
	must(err)
	cfg := Config{
		Index: r.index, Desk: r.desk, Auth: r.auth, Now: r.clock.Now, Version: "test",
		Explain: func(reason string) string { return "explained: " + reason },
		Find: func(id string, seq uint64) (*audit.Decision, error) {
			return audit.FindAt(filepath.Join(dir, "audit"), id, seq, r.key)
		},
		Prove:  func(id string) ([]byte, error) { return audit.ProveSigned(filepath.Join(dir, "audit"), id, r.key) },
		Policy: policyForTests,
		Report: func(id, route string, err error) { r.reports = append(r.reports, fmt.Sprintf("%s: %v", route, err)) },
	}
	for _, f := range change {
		f(&cfg)
	}
	r.console, err = New(cfg)
	must(err)
	return r
}

// run keeps the index up to date until the test ends.
func (r *rig) run() {
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- r.index.Run(ctx) }()
	r.t.Cleanup(func() {
		cancel()
		if err := <-done; err != nil {
			r.t.Errorf("index: %v", err)
		}
		if err := r.index.Close(); err != nil {
			r.t.Errorf("index: %v", err)
		}
	})
}

// guardForTests finds what looks like a social security number.
func guardForTests(text string) string {
	if regexp.MustCompile(`\d{3}-\d\d-\d{4}`).MatchString(text) {
		return "us_ssn"
	}
	return ""
}

// secondReviewForTests asks for a second person where the rule's name says so.
func secondReviewForTests(rules []string) bool {
	return strings.Contains(strings.Join(rules, " "), "second")
}

const testPolicy = `version: 1
clients:
  - name: ehr-sync
    identify: {basic: {user: ehr-sync, hash: "$argon2id$v=19$m=65536,t=3,p=1$c2FsdHNhbHQ$aGFzaGhhc2g"}}
rules:
  - name: ssn-never-leaves
    when: {detector: us_ssn}
    then: block
  - name: mask-phones
    when: {object: Contact, field: [Phone, MobilePhone]}
    then: {mask: {keep_last: 4}}
`

func policyForTests(digest string) (string, bool) { return testPolicy, digest == "sha256:test" }

// append puts decisions on the log and waits until the index has them. Times are counted back from the rig's clock.
func (r *rig) append(decisions ...*audit.Decision) {
	r.t.Helper()
	var last uint64
	for _, d := range decisions {
		if err := r.log.Append(context.Background(), d); err != nil {
			r.t.Fatal(err)
		}
		last = d.Seq
	}
	for range 500 {
		if r.index.Position().Decisions >= last {
			return
		}
		time.Sleep(10 * time.Millisecond)
	}
	r.t.Fatal("the index does not follow the log")
}

// blocked is a decision as the gate makes it: a client wanted to write a social security number.
func (r *rig) blocked(before time.Duration) *audit.Decision {
	at := r.clock.Now().Add(-before)
	return &audit.Decision{
		ID: audit.NewID(at), Time: at, Kind: audit.Whole, Action: "block", Reason: "policy", Mode: "enforce", Client: "ehr-sync",
		Source: "192.0.2.7", Dest: audit.Dest{Host: "acme.my.salesforce.com", Port: 443}, API: "rest", Op: "create", Object: "Contact",
		Dir: "request", HTTP: audit.HTTP{Method: "POST", Route: "/services/data/{version}/sobjects/Contact"},
		TLS:    audit.TLS{Version: "TLS 1.3", Cipher: "TLS_AES_128_GCM_SHA256"},
		Policy: audit.Policy{Version: 1, Digest: "sha256:test"}, Rules: []string{"ssn-never-leaves"},
		Finding: []audit.Finding{{Detector: "us_ssn", Category: "ssn", Likelihood: "very_likely", Evidence: "shape+validity+key",
			Object: "Contact", Field: "SSN__c", Path: "/SSN__c", Count: 1, Fingerprints: []string{testFingerprint},
			Rules: []string{"ssn-never-leaves"}, Action: "block"}},
		Bytes: 812, Records: 1, Cover: audit.Full, Micros: 412,
	}
}

const testFingerprint = "7KQ2M4ABCDEFGHIJKLMNOPQRST"

// sample puts a few decisions of different kinds on the log and returns them, newest first.
func (r *rig) sample() []*audit.Decision {
	r.t.Helper()
	list := []*audit.Decision{r.blocked(time.Minute), r.blocked(2 * time.Minute), r.blocked(3 * time.Hour), r.blocked(50 * time.Hour), r.blocked(51 * time.Hour), r.blocked(52 * time.Hour)}
	var oldest []*audit.Decision
	masked := list[1]
	masked.Action, masked.Client, masked.Rules = "mask", "billing-export", []string{"mask-phones"}
	masked.Finding = []audit.Finding{{Detector: "phone", Category: "phone", Likelihood: "likely", Evidence: "shape+context", Object: "Contact",
		Field: "MobilePhone", Path: "/records/[]/MobilePhone", Count: 3, Fingerprints: []string{"P3XJ9WABCDEFGHIJKLMNOPQRST"}, Rules: masked.Rules, Action: "mask"}}
	second := list[2]
	second.Rules, second.Finding[0].Rules = []string{"second-look"}, []string{"second-look"}
	refused := list[3]
	*refused = audit.Decision{ID: refused.ID, Time: refused.Time, Kind: audit.Connect, Action: "block", Reason: "identity", Mode: "enforce", Source: "192.0.2.9",
		Dest: audit.Dest{Host: "*.example.net", Port: 443}, Policy: refused.Policy, Cover: audit.None}
	allowed := list[4]
	allowed.Action, allowed.Rules, allowed.Finding, allowed.Reason = "allow", nil, nil, "clean"
	for i := len(list) - 1; i >= 0; i-- {
		oldest = append(oldest, list[i])
	}
	r.append(oldest...)
	return list
}

// person is somebody with a browser.
type person struct {
	rig     *rig
	name    string
	browser *trial.Browser
}

// page is an answer that was read.
type page struct {
	status   int
	header   http.Header
	body     string
	location string
}

// stranger is somebody who is not signed in.
func (r *rig) stranger() *person {
	return &person{rig: r, name: "-", browser: trial.NewBrowser(r.t, r.console.Handler)}
}

// join brings somebody in through a set-up or invitation link.
func (r *rig) join(link, name string) *person {
	r.t.Helper()
	p := r.stranger()
	p.name = name
	p.browser.Join(link, name, trial.Password, r.clock.Now())
	return p
}

// first is the first user, who invites the others.
func (r *rig) first() *person {
	r.t.Helper()
	if r.admin == nil {
		link, ok := r.auth.SetupLink(testOrigin)
		if !ok {
			r.t.Fatal("no set-up link")
		}
		r.admin = r.join(link, "root")
	}
	return r.admin
}

// as is a person with the role; the same one each time.
func (r *rig) as(role review.Role) *person {
	r.t.Helper()
	if p, ok := r.people[role]; ok {
		return p
	}
	r.people[role] = r.another(role, strings.ReplaceAll(string(role), ",", "-")+"-1")
	return r.people[role]
}

// another is one more person with the role.
func (r *rig) another(role review.Role, name string) *person {
	r.t.Helper()
	r.first()
	root := review.Actor{User: "root", Role: "lead,auditor,user_admin", Session: "test", Source: "local", Via: "cli"}
	link, err := r.auth.AddUser(context.Background(), root, name, name, role)
	if err != nil {
		r.t.Fatal(err)
	}
	return r.join(link, name)
}

// get asks for a page as a browser does that has no scripts. Edits change the request.
func (p *person) get(address string, edits ...func(*http.Request)) *page {
	p.rig.t.Helper()
	return read(p.browser.Get(address, edits...))
}

// post sends a form as a browser does.
func (p *person) post(address string, form url.Values, edits ...func(*http.Request)) *page {
	p.rig.t.Helper()
	return read(p.browser.Post(address, form, edits...))
}

func read(a trial.Answer) *page {
	return &page{status: a.Status, header: a.Header, body: a.Body, location: a.To()}
}

// send posts a form and follows the redirection that has to come.
func (p *person) send(address string, form url.Values) *page {
	p.rig.t.Helper()
	answer := p.post(address, form)
	if answer.status != http.StatusSeeOther {
		p.rig.t.Fatalf("%s: status %d, not a redirection", address, answer.status)
	}
	return p.show(answer.location)
}

// show asks for a page that has to be there, and checks its markup.
func (p *person) show(address string) *page {
	p.rig.t.Helper()
	answer := p.get(address)
	if answer.status != http.StatusOK {
		p.rig.t.Fatalf("%s: status %d; reported %v", address, answer.status, p.rig.reports)
	}
	checkPage(p.rig.t, address, answer.body)
	return answer
}

// has fails unless the page holds each of the texts.
func (a *page) has(t *testing.T, texts ...string) {
	t.Helper()
	for _, text := range texts {
		if !strings.Contains(a.body, text) {
			t.Errorf("the page lacks %q", text)
		}
	}
}

// lacks fails if the page holds one of the texts.
func (a *page) lacks(t *testing.T, texts ...string) {
	t.Helper()
	for _, text := range texts {
		if strings.Contains(a.body, text) {
			t.Errorf("the page holds %q", text)
		}
	}
}

// recorded returns what one person did, in short: "look ok 01K… query".
func (r *rig) recorded(name string) []string {
	r.t.Helper()
	var list []string
	for _, a := range r.access.Records(r.t) {
		if a.Actor == name && a.Kind != audit.AccessLogin && a.Kind != audit.AccessSetup && a.Kind != audit.AccessUser {
			list = append(list, strings.TrimSpace(strings.Join([]string{string(a.Kind), a.Outcome, a.Target, a.Query}, " ")))
		}
	}
	return list
}

// newTestRequest is a request as a handler gets it, without what leads to it.
func newTestRequest(role review.Role, u *url.URL) *request {
	return &request{
		Request: &http.Request{Method: http.MethodGet, URL: u, Header: http.Header{}},
		actor:   review.Actor{User: "kim", Role: role, Session: "s", Via: "console"}, now: time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC),
	}
}
