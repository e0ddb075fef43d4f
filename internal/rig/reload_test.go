package rig_test

import (
	"fmt"
	"io"
	"net/http"
	"os"
	"strings"
	"testing"

	"github.com/phigate/phigate/audit"
	"github.com/phigate/phigate/internal/rig"
)

// slow is a body that is sent as far as the test says.
type slow struct {
	w    *io.PipeWriter
	done chan reply
	err  error // read after done
}

// begin starts an upload and sends the first part of its body, as far as the org has begun to receive it.
func (g *gate) begin(client *http.Client, path, first string) *slow {
	g.t.Helper()
	r, w := io.Pipe()
	s := &slow{w: w, done: make(chan reply, 1)}
	before := len(g.Org.Received())
	req := g.request("PUT", path, "text/csv", r)
	go func() {
		got, err := g.do(client, req)
		s.err = err
		s.done <- got
	}()
	if _, err := io.WriteString(w, first); err != nil {
		g.t.Fatal(err)
	}
	g.await("the upload to reach the org", func() bool { return len(g.Org.Received()) > before && g.last().Bytes > 0 })
	return s
}

// end sends the rest of the body and returns the answer.
func (s *slow) end(rest string) (reply, error) {
	_, err := io.WriteString(s.w, rest)
	if err == nil {
		err = s.w.Close()
	}
	if err != nil {
		return reply{}, err
	}
	got := <-s.done
	return got, s.err
}

// rewrite replaces the policy file as editors do, and waits for what the gate says about it.
func (g *gate) rewrite(policy, message string) {
	g.t.Helper()
	said := strings.Count(g.Log(), message)
	temp := g.Policy + ".new"
	if err := os.WriteFile(temp, []byte(policy), 0o600); err != nil {
		g.t.Fatal(err)
	}
	if err := os.Rename(temp, g.Policy); err != nil {
		g.t.Fatal(err)
	}
	g.await(message, func() bool { return strings.Count(g.Log(), message) > said })
}

func (g *gate) policy() string {
	g.t.Helper()
	src, err := os.ReadFile(g.Policy)
	if err != nil {
		g.t.Fatal(err)
	}
	return string(src)
}

const (
	inEffect = "policy in effect"
	rejected = "policy rejected"
)

// rows are lines of an upload of contacts.
func rows(n int) string { return strings.Repeat("Ashby,"+phone+"\n", n) }

// TestG02ReloadMidStream changes the policy while uploads are on their way: they end under the policy that they began
// with, and what begins later is under the new one.
func TestG02ReloadMidStream(t *testing.T) {
	g := start(t, rig.Config{Extra: "inspect: {window: 4096}\n"})
	old := g.policy()
	var uploads []*slow
	for _, h2 := range protocols {
		client := g.client(h2)
		uploads = append(uploads, g.begin(client, g.job(client, "Contact", "LF"), "LastName,Phone\n"+rows(1000)))
	}
	client := g.client(false)
	since := g.mark()
	g.rewrite(strings.Replace(old, "then: {mask: {keep_last: 4}}", "then: block", 1), inEffect)
	if got := g.send(client, "POST", api+"/sobjects/Contact", "application/json", small(1)); got.status != 400 || !strings.Contains(got.body, "[mask-phones]") {
		t.Errorf("under the new policy a phone is answered %d %s", got.status, got.body)
	}
	refused := g.decisions(since)[0]
	for _, u := range uploads {
		if got, err := u.end(rows(1000)); err != nil || got.status != 201 {
			t.Errorf("the upload that was on its way is answered %d %s: %v", got.status, got.body, err)
		}
	}
	for _, r := range g.Org.Received() {
		if strings.HasSuffix(r.Path, "/batches") && string(r.Body) != "LastName,Phone\n"+strings.ReplaceAll(rows(2000), phone, masked) {
			t.Errorf("the org got an upload of %d bytes (complete: %v) that is not masked throughout", r.Bytes, r.Complete)
		}
	}
	g.settled(0)
	closings := 0
	for _, d := range g.decisions(since) {
		if d.Kind == audit.Closing && d.Dir == "request" {
			closings++
			if d.Policy.Digest == refused.Policy.Digest || d.Action != "mask" {
				t.Errorf("the upload ends with %s under policy %s", d.Action, d.Policy.Digest)
			}
		}
	}
	if closings != 2 || refused.Action != "block" {
		t.Errorf("%d uploads ended; the refusal is %s", closings, refused.Action)
	}
}

// TestG02BadPolicyIsRejected puts files in the policy's place that are wrong, and finds the old policy in effect.
func TestG02BadPolicyIsRejected(t *testing.T) {
	g := start(t, rig.Config{})
	client := g.client(true)
	old := g.policy()
	for name, bad := range map[string]string{
		"not YAML":         "rules: [\n",
		"unknown key":      strings.Replace(old, "rules:", "rulez:", 1),
		"unknown detector": strings.Replace(old, "us_mbi", "us_mbx", 1),
		"no pins":          strings.Replace(old, "pins: [", "pins: [sha256/AAAA, ", 1),
		"other host":       strings.Replace(old, rig.Host, "login.salesforce.com", 1), // the authority is not for it
		"empty":            "",
	} {
		g.rewrite(bad, rejected)
		if got := g.send(client, "POST", api+"/sobjects/Contact", "application/json", small(1)); got.status != 201 {
			t.Errorf("%s: the job is answered %d %s", name, got.status, got.body)
		}
		if body := string(g.last().Body); strings.Contains(body, phone) || !strings.Contains(body, masked) {
			t.Errorf("%s: the phone is not masked", name)
		}
	}
	if strings.Contains(g.Log(), phone) {
		t.Error("a value is in the operational log")
	}
}

// TestG02WrongPins changes the pins to others: the connection that was verified against the old ones is not used again.
func TestG02WrongPins(t *testing.T) {
	for upstream, h2 := range protocols {
		g := start(t, rig.Config{Upstream: orgOver(h2)})
		client := g.client(true)
		old := g.policy()
		if got := g.send(client, "GET", api+"/limits", "", ""); got.status != 200 {
			t.Fatalf("the org answers %d", got.status)
		}
		at := strings.Index(old, "pins: [")
		end := at + strings.IndexByte(old[at:], ']')
		wrong := old[:at] + "pins: [sha256/i7WTqTvh0OioIruIfFR4kMPnBqrS2rdiVPl/s2uC/CY=, sha256/r/mIkG3eEpVdm+u/ko/cwxzOMo1bk4TyHIlByibiA5E=" + old[end:]
		g.rewrite(wrong, inEffect)
		since := g.mark()
		got := g.send(client, "POST", api+"/sobjects/Contact", "application/json", small(1))
		if got.status != 400 || !strings.Contains(got.body, `"errorCode":"PHI_PROXY_TLS_PIN_MISMATCH"`) {
			t.Errorf("%s: with wrong pins the job is answered %d %s", upstream, got.status, got.body)
		}
		if n := len(g.Org.Received()); n != 1 {
			t.Errorf("%s: the org received %d requests, want the first only", upstream, n)
		}
		g.blocked(since, "pin")
		g.rewrite(old, inEffect)
		if got := g.send(client, "GET", api+"/limits", "", ""); got.status != 200 {
			t.Errorf("%s: with the old pins the org answers %d", upstream, got.status)
		}
	}
}

// TestG01Drain tells the gate to stop while uploads are on their way: they end well, and nothing new is taken.
func TestG01Drain(t *testing.T) {
	g := prepare(t, rig.Config{Extra: "inspect: {window: 4096}\n"})
	g.serve()
	var uploads []*slow
	for i := range 6 {
		client := g.client(i%2 == 0)
		uploads = append(uploads, g.begin(client, g.job(client, "Contact", "LF"), fmt.Sprintf("LastName,Phone\nFirst%d,\n", i)+rows(1000)))
	}
	stopped := make(chan error, 1)
	go func() { stopped <- g.StopGate() }()
	g.await("the gate to take nothing new", func() bool {
		c, status, err := g.connect(rig.Host + ":443")
		if err == nil {
			c.Close() // the drain would wait for its handshake
		}
		return err != nil || status == http.StatusServiceUnavailable
	})
	for i, u := range uploads {
		if got, err := u.end(rows(1000)); err != nil || got.status != 201 {
			t.Errorf("upload %d is answered %d %s: %v", i, got.status, got.body, err)
		}
	}
	if err := <-stopped; err != nil {
		t.Error(err)
	}
	if report := g.verify(); report.Unclosed != 0 {
		t.Errorf("%d uploads have no closing record", report.Unclosed)
	}
	complete := 0
	for _, r := range g.Org.Received() {
		if strings.HasSuffix(r.Path, "/batches") && r.Complete {
			complete++
		}
	}
	if complete != len(uploads) {
		t.Errorf("the org got %d complete uploads, want %d", complete, len(uploads))
	}
}
