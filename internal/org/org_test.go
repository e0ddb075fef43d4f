package org

import (
	"bytes"
	"compress/gzip"
	"crypto/tls"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const (
	testToken = "test-session"
	base      = "/services/data/v60.0"
)

// testNow is the time that the org under test believes it is.
var testNow = time.Date(2026, 5, 17, 12, 0, 0, 0, time.UTC)

// world is an org that listens, and a client of it.
type world struct {
	t      *testing.T
	org    *Org
	server *Server
	client *http.Client
}

func newWorld(t *testing.T, cfg Config) *world {
	t.Helper()
	cfg.Names = []string{"acme.my.salesforce.com", "login.salesforce.com"}
	cfg.Token = testToken
	cfg.Now = func() time.Time { return testNow }
	o, err := New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	s, err := o.Listen("127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	transport := &http.Transport{
		TLSClientConfig:    &tls.Config{RootCAs: s.Roots, ServerName: "acme.my.salesforce.com"},
		DisableCompression: true,
	}
	t.Cleanup(func() {
		transport.CloseIdleConnections()
		if err := s.Close(); err != nil {
			t.Errorf("close: %v", err)
		}
	})
	return &world{t: t, org: o, server: s, client: &http.Client{Transport: transport, Timeout: 20 * time.Second}}
}

// send sends a request with a session, JSON unless the header says otherwise.
func (w *world) send(method, path string, body io.Reader, header http.Header) (*http.Response, string) {
	w.t.Helper()
	req, err := http.NewRequest(method, "https://"+w.server.Addr+path, body)
	if err != nil {
		w.t.Fatal(err)
	}
	req.Header.Set("Authorization", "Bearer "+testToken)
	if body != nil {
		req.Header.Set("Content-Type", "application/json")
	}
	for name, values := range header {
		req.Header[name] = values
	}
	resp, err := w.client.Do(req)
	if err != nil {
		w.t.Fatal(err)
	}
	defer resp.Body.Close()
	b, err := io.ReadAll(resp.Body)
	if err != nil {
		w.t.Fatal(err)
	}
	return resp, string(b)
}

// call sends a request and checks the answer. In want, {C1} stands for the Id of the first contact, {A1} of the first
// account, and so on; in path and body too.
func (w *world) call(s step) {
	w.t.Helper()
	var body io.Reader
	if s.body != "" {
		body = strings.NewReader(ids.Replace(s.body))
	}
	resp, got := w.send(s.method, ids.Replace(s.path), body, s.header)
	if resp.StatusCode != s.status {
		w.t.Errorf("%s %s: status %d, want %d; body %s", s.method, s.path, resp.StatusCode, s.status, got)
	}
	if diff := cmp.Diff(ids.Replace(s.want), got); diff != "" {
		w.t.Errorf("%s %s: (-want +got)\n%s", s.method, s.path, diff)
	}
}

// step is a request and the answer to it.
type step struct {
	method, path, body string
	header             http.Header
	status             int
	want               string
}

// ids spells Ids in tests.
var ids = strings.NewReplacer(
	"{C1}", makeID("003", 1), "{C2}", makeID("003", 2), "{C3}", makeID("003", 3), "{C4}", makeID("003", 4),
	"{A1}", makeID("001", 1), "{A2}", makeID("001", 2), "{K1}", makeID("500", 1), "{U1}", makeID("005", 1),
	"{J1}", makeID("750", 1), "{J2}", makeID("750", 2), "{V1}", makeID("068", 1), "{B}", base, "{Q1}", makeID("01g", 1),
	"{X1}", makeID("00T", 1), "{L1}", makeID("00Q", 1),
)

func TestProtocols(t *testing.T) {
	w := newWorld(t, Config{})
	if len(w.server.Pins) != 2 || !strings.HasPrefix(w.server.Pins[0], "sha256/") || w.server.Pins[0] == w.server.Pins[1] {
		t.Errorf("pins %v", w.server.Pins)
	}
	for name, h2 := range map[string]bool{"http/1.1": false, "h2": true} {
		t.Run(name, func(t *testing.T) {
			transport := &http.Transport{
				TLSClientConfig:   &tls.Config{RootCAs: w.server.Roots, ServerName: "login.salesforce.com"},
				ForceAttemptHTTP2: h2,
			}
			defer transport.CloseIdleConnections()
			resp, err := (&http.Client{Transport: transport}).Get("https://" + w.server.Addr + "/services/data")
			if err != nil {
				t.Fatal(err)
			}
			resp.Body.Close()
			if got := resp.ProtoMajor == 2; got != h2 || resp.StatusCode != http.StatusOK {
				t.Errorf("proto %s, status %d", resp.Proto, resp.StatusCode)
			}
			leaf := resp.TLS.VerifiedChains[0][0]
			if got := pin(leaf); got != w.server.Pins[1] {
				t.Errorf("pin of the leaf %s, want %s", got, w.server.Pins[1])
			}
		})
	}
}

func TestConfig(t *testing.T) {
	for name, cfg := range map[string]Config{
		"empty name":    {Names: []string{""}},
		"name and port": {Names: []string{"a.example:443"}},
		"negative page": {Page: -1},
	} {
		t.Run(name, func(t *testing.T) {
			if _, err := New(cfg); err == nil {
				t.Error("no error")
			}
		})
	}
}

func TestGzip(t *testing.T) {
	w := newWorld(t, Config{Record: true})
	var zipped bytes.Buffer
	z := gzip.NewWriter(&zipped)
	io.WriteString(z, `{"LastName":"Lee"}`)
	z.Close()
	sent := bytes.Clone(zipped.Bytes())
	resp, _ := w.send("POST", base+"/sobjects/Contact", &zipped, http.Header{"Content-Encoding": {"gzip"}, "Content-Type": {"application/json"}})
	if resp.StatusCode != http.StatusCreated || len(w.org.Rows("contact")) != 1 {
		t.Fatalf("status %d, rows %v", resp.StatusCode, w.org.Rows("contact"))
	}
	got := w.org.Received()[0]
	if !bytes.Equal(got.Body, sent) || !got.Complete || got.Status != http.StatusCreated || got.Bytes != int64(len(sent)) {
		t.Errorf("received %+v", got)
	}
	for accept, want := range map[string]string{"br, gzip;q=0.5": "gzip", "gzip;q=0": "", "identity": "", "gzip": "gzip"} {
		resp, body := w.send("GET", base+"/limits", nil, http.Header{"Accept-Encoding": {accept}})
		if got := resp.Header.Get("Content-Encoding"); got != want {
			t.Errorf("%s: coding %q, want %q", accept, got, want)
		}
		if want == "gzip" {
			r, err := gzip.NewReader(strings.NewReader(body))
			if err != nil {
				t.Fatal(err)
			}
			plain, err := io.ReadAll(r)
			if err != nil || !bytes.HasPrefix(plain, []byte(`{"DailyApi`)) {
				t.Errorf("%s: %v %q", accept, err, plain)
			}
		}
	}
	resp, body := w.send("POST", base+"/sobjects/Contact", strings.NewReader("x"), http.Header{"Content-Encoding": {"br"}})
	if resp.StatusCode != http.StatusUnsupportedMediaType {
		t.Errorf("br: %d %s", resp.StatusCode, body)
	}
}

// TestTruncated sends a body that its framing does not end: nothing may come of it.
func TestTruncated(t *testing.T) {
	w := newWorld(t, Config{})
	for name, path := range map[string]string{"row": base + "/sobjects/Contact", "bulk": base + "/jobs/ingest/" + makeID("750", 1) + "/batches"} {
		t.Run(name, func(t *testing.T) {
			w.org.Reset()
			w.send("POST", base+"/jobs/ingest", strings.NewReader(`{"object":"Contact","operation":"insert"}`), nil)
			conn, err := tls.Dial("tcp", w.server.Addr, &tls.Config{RootCAs: w.server.Roots, ServerName: "acme.my.salesforce.com"})
			if err != nil {
				t.Fatal(err)
			}
			method, media, body := "POST", "application/json", `{"LastName":"Lee"}`
			if name == "bulk" {
				method, media, body = "PUT", "text/csv", "LastName\nLee\n"
			}
			// A chunk without the last one.
			io.WriteString(conn, method+" "+path+" HTTP/1.1\r\nHost: acme.my.salesforce.com\r\nAuthorization: Bearer "+testToken+
				"\r\nContent-Type: "+media+"\r\nTransfer-Encoding: chunked\r\n\r\n")
			chunk := "0" + string("0123456789abcdef"[len(body)/16]) + string("0123456789abcdef"[len(body)%16])
			io.WriteString(conn, chunk+"\r\n"+body+"\r\n")
			conn.Close()
			deadline := time.Now().Add(10 * time.Second)
			for time.Now().Before(deadline) {
				if got := w.org.Received(); len(got) == 2 && got[1].Status != 0 {
					if got[1].Complete || got[1].Bytes != int64(len(body)) {
						t.Errorf("received %+v", got[1])
					}
					break
				}
				time.Sleep(5 * time.Millisecond)
			}
			if got := w.org.Received(); len(got) != 2 || got[1].Status != http.StatusBadRequest || w.org.CallCount() != 2 {
				t.Errorf("received %+v", got)
			}
			w.send("PATCH", base+"/jobs/ingest/"+makeID("750", 1), strings.NewReader(`{"state":"UploadComplete"}`), nil)
			if rows := w.org.Rows("Contact"); rows != nil {
				t.Errorf("rows %v", rows)
			}
		})
	}
}
