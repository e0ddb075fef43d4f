package rig_test

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"github.com/phigate/phigate/audit"
	"github.com/phigate/phigate/internal/org"
	"github.com/phigate/phigate/internal/rig"
)

// patience is how long a test waits for what has to happen sooner or later.
const patience = 30 * time.Second

// api is the root of the REST API.
const api = "/services/data/v60.0"

// binary is the gate, built once.
var binary string

func TestMain(m *testing.M) { os.Exit(buildAndRun(m)) }

func buildAndRun(m *testing.M) int {
	useMemory()
	dir, err := os.MkdirTemp("", "phigate-rig-")
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

// useMemory lets the gates keep their files in memory where there is enough of it: a decision that is not durable within
// 250 ms is refused, and the disk of a busy machine can take longer than that for a moment.
func useMemory() {
	const memory = "/dev/shm"
	var s unix.Statfs_t
	if unix.Statfs(memory, &s) == nil && s.Bavail*uint64(s.Bsize) > 2<<30 && unix.Access(memory, unix.W_OK) == nil {
		_ = os.Setenv("TMPDIR", memory)
	}
}

// rules is the policy that most tests run: one rule for each kind of action.
const rules = `version: 1
unreadable: block
hosts:
  - {match: ` + rig.Host + `, pins: [PINS]}
rules:
  - name: ssn-never-leaves
    when: {category: ssn, likelihood: likely}
    then: block
  - name: mbi-never-leaves
    when: {detector: us_mbi, likelihood: likely}
    then: block
  - name: mask-phones
    when: {object: [Contact, BenchRow__c], field: [Phone, MobilePhone, Phone__c], carrier: body}
    then: {mask: {keep_last: 4}}
  - name: redact-titles
    when: {object: Contact, field: Title, carrier: body}
    then: redact
  - name: emails-are-noted
    when: {detector: email, likelihood: likely}
    then: alert
`

// The values that the tests plant, and what the policy makes of a phone. All are synthetic.
const (
	ssn    = "536-90-4399"
	phone  = "212-555-0142"
	masked = "***-***-0142"
)

// gate is a running gate in front of an org.
type gate struct {
	*rig.Rig
	t     *testing.T
	roots *x509.CertPool
}

// start runs the gate until the test ends, and then checks that it ended well, that its log verifies and that no
// exchange failed in it.
func start(t *testing.T, cfg rig.Config) *gate {
	t.Helper()
	g := prepare(t, cfg)
	g.serve()
	t.Cleanup(func() {
		if err := g.StopGate(); err != nil {
			t.Error(err)
		}
		g.verify()
	})
	return g
}

// prepare makes a gate that does not run yet.
func prepare(t *testing.T, cfg rig.Config) *gate {
	t.Helper()
	if cfg.Binary == "" {
		cfg.Binary = binary
	}
	if cfg.Dir == "" {
		cfg.Dir = t.TempDir()
	}
	if cfg.Policy == "" {
		cfg.Policy = rules
	}
	cfg.Org.Record = true
	r, err := rig.Prepare(cfg)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { r.CloseUpstream() })
	return &gate{Rig: r, t: t}
}

// serve starts the gate, or starts it again.
func (g *gate) serve() {
	g.t.Helper()
	if err := g.Serve(context.Background()); err != nil {
		g.t.Fatal(err)
	}
	pem, err := os.ReadFile(g.Authority)
	if err != nil {
		g.t.Fatal(err)
	}
	g.roots = x509.NewCertPool()
	g.roots.AppendCertsFromPEM(pem)
}

// verify checks the decision log, and that the gate did not fail an exchange by itself.
func (g *gate) verify() audit.Report {
	g.t.Helper()
	report, err := audit.Verify(filepath.Join(g.Data, "audit"))
	if err != nil {
		g.t.Error(err)
	}
	for _, failure := range []string{"exchange failed", "panic serving"} {
		if strings.Contains(g.Log(), failure) {
			g.t.Errorf("%s in the gate:\n%s", failure, g.Log())
		}
	}
	return report
}

// decisions returns what the log holds after record number skip, oldest first, without the gate's own events.
func (g *gate) decisions(skip uint64) []*audit.Decision {
	g.t.Helper()
	var list []*audit.Decision
	for d, err := range audit.List(filepath.Join(g.Data, "audit"), audit.Filter{}) { // newest first
		if err != nil {
			g.t.Fatal(err)
		}
		if d.Seq <= skip {
			break
		}
		if d.Kind != audit.Admin {
			list = append(list, d)
		}
	}
	slices.Reverse(list)
	return list
}

// mark returns the number of the last record of the log.
func (g *gate) mark() uint64 {
	g.t.Helper()
	for d, err := range audit.List(filepath.Join(g.Data, "audit"), audit.Filter{Limit: 1}) {
		if err != nil {
			g.t.Fatal(err)
		}
		return d.Seq
	}
	return 0
}

// settled waits until there is the closing record of every opening one after record number skip, and returns what came
// after skip.
func (g *gate) settled(skip uint64) []*audit.Decision {
	g.t.Helper()
	var list []*audit.Decision
	g.await("the closing records", func() bool {
		list = g.decisions(skip)
		open := map[string]bool{}
		for _, d := range list {
			switch d.Kind {
			case audit.Opening:
				open[d.ID] = true
			case audit.Closing:
				delete(open, d.Of)
			}
		}
		return len(open) == 0
	})
	return list
}

// blocked asserts that exactly one decision after skip refuses something, for the given reason, and returns it.
func (g *gate) blocked(skip uint64, reason string) *audit.Decision {
	g.t.Helper()
	var found []*audit.Decision
	for _, d := range g.settled(skip) {
		if d.Action == "block" {
			found = append(found, d)
		}
	}
	if len(found) != 1 || found[0].Reason != reason {
		for _, d := range found {
			g.t.Logf("%s %s %s %s", d.Kind, d.Dir, d.Reason, d.HTTP.Route)
		}
		g.t.Fatalf("%d decisions block, want one with the reason %s", len(found), reason)
	}
	return found[0]
}

// await waits until what is described has happened.
func (g *gate) await(what string, happened func() bool) {
	g.t.Helper()
	for end := time.Now().Add(patience); !happened(); time.Sleep(5 * time.Millisecond) {
		if time.Now().After(end) {
			g.t.Fatalf("waited %s for %s\n%s", patience, what, g.Log())
		}
	}
}

// protocols are what clients speak.
var protocols = map[string]bool{"h1": false, "h2": true}

// client returns a client of the gate. Its connections end with the test.
func (g *gate) client(h2 bool) *http.Client {
	transport := &http.Transport{
		Proxy: http.ProxyURL(g.Proxy("", "")), TLSClientConfig: &tls.Config{RootCAs: g.roots, MinVersion: tls.VersionTLS12},
		DisableCompression: true, ForceAttemptHTTP2: h2, MaxIdleConnsPerHost: 16,
	}
	if !h2 {
		transport.TLSNextProto = map[string]func(string, *tls.Conn) http.RoundTripper{}
	}
	g.t.Cleanup(transport.CloseIdleConnections)
	return &http.Client{Transport: transport, Timeout: 2 * time.Minute}
}

// fresh returns a client that opens a connection for each request, as jsforce and the sf CLI do.
func (g *gate) fresh(h2 bool) *http.Client {
	c := g.client(h2)
	c.Transport.(*http.Transport).DisableKeepAlives = true
	return c
}

// request makes a request of the job; headers come in pairs.
func (g *gate) request(method, path, mediaType string, body io.Reader, headers ...string) *http.Request {
	g.t.Helper()
	req, err := http.NewRequest(method, "https://"+rig.Host+path, body)
	if err != nil {
		g.t.Fatal(err)
	}
	req.Header.Set("Authorization", "Bearer "+rig.Token)
	if mediaType != "" {
		req.Header.Set("Content-Type", mediaType)
	}
	for i := 0; i+1 < len(headers); i += 2 {
		req.Header.Set(headers[i], headers[i+1])
	}
	return req
}

// reply is an answer that was read to its end.
type reply struct {
	status int
	header http.Header
	body   string
}

// do sends a request and reads the answer to its end.
func (g *gate) do(client *http.Client, req *http.Request) (reply, error) {
	resp, err := client.Do(req)
	if err != nil {
		return reply{}, err
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	return reply{resp.StatusCode, resp.Header, string(body)}, err
}

// send sends a request that must be answered.
func (g *gate) send(client *http.Client, method, path, mediaType, body string, headers ...string) reply {
	g.t.Helper()
	var r io.Reader
	if body != "" {
		r = strings.NewReader(body)
	}
	got, err := g.do(client, g.request(method, path, mediaType, r, headers...))
	if err != nil {
		g.t.Fatal(err)
	}
	return got
}

// job creates a bulk job that uploads rows of an object, and returns the path of its upload.
func (g *gate) job(client *http.Client, object, lineEnding string) string {
	g.t.Helper()
	got := g.send(client, "POST", api+"/jobs/ingest", "application/json",
		fmt.Sprintf(`{"object":%q,"operation":"insert","lineEnding":%q}`, object, lineEnding))
	_, id, _ := strings.Cut(got.body, `"id":"`)
	id, _, ok := strings.Cut(id, `"`)
	if !ok {
		g.t.Fatalf("the org makes no job: %d %s", got.status, got.body)
	}
	return api + "/jobs/ingest/" + id + "/batches"
}

// last returns the newest request that the org received.
func (g *gate) last() org.Request {
	g.t.Helper()
	all := g.Org.Received()
	if len(all) == 0 {
		g.t.Fatal("the org received nothing")
	}
	return all[len(all)-1]
}

// tunnel opens a connection to host through the gate, with its TLS. A nil config means the job's usual one for HTTP/1.1.
func (g *gate) tunnel(host string, config *tls.Config) (*tls.Conn, error) {
	c, status, err := g.connect(host + ":443")
	if err != nil || status != http.StatusOK {
		return nil, errors.Join(err, fmt.Errorf("CONNECT is answered %d", status))
	}
	if config == nil {
		config = &tls.Config{ServerName: host, NextProtos: []string{"http/1.1"}}
	}
	config.RootCAs, config.MinVersion = g.roots, tls.VersionTLS12
	t := tls.Client(c, config)
	if err := t.Handshake(); err != nil {
		c.Close()
		return nil, err
	}
	return t, nil
}

// connect opens a connection to the gate and sends CONNECT. The connection ends with the test.
func (g *gate) connect(authority string, headers ...string) (net.Conn, int, error) {
	c, err := net.Dial("tcp", g.Address)
	if err != nil {
		return nil, 0, err
	}
	g.t.Cleanup(func() { c.Close() })
	_ = c.SetDeadline(time.Now().Add(2 * time.Minute))
	if _, err = fmt.Fprintf(c, "CONNECT %s HTTP/1.1\r\nHost: %s\r\n%s\r\n", authority, authority, strings.Join(headers, "")); err != nil {
		return nil, 0, err
	}
	var head bytes.Buffer
	for b := make([]byte, 1); !bytes.HasSuffix(head.Bytes(), []byte("\r\n\r\n")); {
		if _, err := c.Read(b); err != nil {
			return nil, 0, err
		}
		head.Write(b)
	}
	var status int
	if _, err = fmt.Sscanf(head.String(), "HTTP/1.1 %d", &status); err != nil {
		return nil, 0, err
	}
	return c, status, nil
}

// host returns a tls.Config for the job's usual handshake with the given protocols.
func usual(protocols ...string) *tls.Config {
	return &tls.Config{ServerName: rig.Host, NextProtos: protocols}
}
