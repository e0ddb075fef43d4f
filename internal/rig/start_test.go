package rig_test

import (
	"context"
	"crypto/x509"
	"debug/buildinfo"
	"encoding/pem"
	"errors"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"runtime/debug"
	"slices"
	"strings"
	"testing"

	"github.com/phigate/phigate/internal/rig"
)

// TestG10AuthorityKey starts the gate on keys that it must not use.
func TestG10AuthorityKey(t *testing.T) {
	tests := map[string]struct {
		spoil func(key string) error
		says  string
	}{
		"corrupt":          {func(key string) error { return os.WriteFile(key, []byte("-----BEGIN PRIVATE KEY-----\nAAAA\n"), 0o600) }, "authority-key.pem"},
		"empty":            {func(key string) error { return os.Truncate(key, 0) }, "authority-key.pem"},
		"missing":          {os.Remove, "authority-key.pem"},
		"readable for all": {func(key string) error { return os.Chmod(key, 0o644) }, "authority-key.pem"},
		"another's": {func(key string) error {
			pair, _, err := certificate()
			if err != nil {
				return err
			}
			der, err := x509.MarshalPKCS8PrivateKey(pair.PrivateKey)
			return errors.Join(err, os.WriteFile(key, pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der}), 0o600))
		}, "key"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			g := prepare(t, rig.Config{})
			g.serve() // makes the authority
			if err := g.StopGate(); err != nil {
				t.Fatal(err)
			}
			if err := tt.spoil(filepath.Join(g.Data, "authority-key.pem")); err != nil {
				t.Fatal(err)
			}
			err := g.Serve(context.Background())
			var exit *exec.ExitError
			if !errors.As(err, &exit) || exit.ExitCode() != 2 {
				t.Fatalf("the gate ends with %v, want exit status 2", err)
			}
			if message := g.Log(); !strings.Contains(message[strings.LastIndex(message, "phigate:"):], tt.says) {
				t.Errorf("the gate says %q, want something about %s", message, tt.says)
			}
		})
	}
}

// TestG12FIPS builds the gate with the validated module and lets it make an exchange in FIPS mode.
func TestG12FIPS(t *testing.T) {
	fips, err := rig.Build(t.TempDir(), "GOFIPS140=v1.0.0")
	if err != nil {
		t.Fatal(err)
	}
	info, err := buildinfo.ReadFile(fips)
	module := func(s debug.BuildSetting) bool { return s.Key == "GOFIPS140" && strings.HasPrefix(s.Value, "v1.0.0") }
	if err != nil || !slices.ContainsFunc(info.Settings, module) {
		t.Fatalf("the binary is not built for FIPS 140: %v", err)
	}
	g := start(t, rig.Config{Binary: fips, Env: []string{"GODEBUG=fips140=on"}})
	for name, h2 := range protocols {
		if got := g.send(g.client(h2), "POST", api+"/sobjects/Contact", "application/json", small(1)); got.status != 201 {
			t.Errorf("%s: the job is answered %d %s", name, got.status, got.body)
		}
		if !strings.Contains(string(g.last().Body), masked) {
			t.Errorf("%s: the phone is not masked", name)
		}
	}
	if n := len(g.Org.Rows("Contact")); n != 2 {
		t.Errorf("the org holds %d contacts, want 2", n)
	}
}

// monitored is the usual policy in monitor mode.
var monitored = strings.Replace(rules, "version: 1\n", "version: 1\nmode: monitor\n", 1)

// TestMonitorChangesNothing runs a policy of every action in monitor mode.
func TestMonitorChangesNothing(t *testing.T) {
	g := start(t, rig.Config{Policy: monitored, Extra: "inspect: {window: 4096}\n"})
	bodies := map[string]struct {
		body  string
		rules string
	}{
		"block":      {`{"LastName":"Lee","SSN__c":"` + ssn + `"}`, "ssn-never-leaves"},
		"mask":       {small(1), "mask-phones"},
		"redact":     {`{"LastName":"Lee","Title":"Nurse"}`, "redact-titles"},
		"alert":      {`{"LastName":"Lee","Email":"lee@example.org"}`, "emails-are-noted"},
		"clean":      {`{"LastName":"Lee"}`, ""},
		"unreadable": {`{"LastName":"Lee",}`, "unreadable"},
		"late":       {`{"LastName":"Lee","Description":"` + strings.Repeat("lorem ipsum ", 1000) + `","SSN__c":"` + ssn + `"}`, "ssn-never-leaves"},
	}
	for protocol, h2 := range protocols {
		client := g.client(h2)
		for name, tt := range bodies {
			since := g.mark()
			got := g.send(client, "POST", api+"/sobjects/Contact", "application/json", tt.body)
			r := g.last()
			if got.header.Get("X-Phigate-Decision") != "" || string(r.Body) != tt.body || !r.Complete {
				t.Errorf("%s, %s: the job is answered %d %s, the org got %d bytes of %d", protocol, name, got.status, got.body, r.Bytes, len(tt.body))
			}
			g.settled(since)
			noted, action := "", ""
			for _, d := range g.decisions(since) {
				if d.Mode != "monitor" {
					t.Errorf("%s, %s: the mode is %s", protocol, name, d.Mode)
				}
				if d.Dir == "request" {
					noted, action = strings.Join(d.Rules, " "), d.Action
				}
			}
			want := "alert"
			if tt.rules == "" {
				want = "allow"
			}
			if noted != tt.rules || action != want {
				t.Errorf("%s, %s: the decision is %s by %q, want %s by %q", protocol, name, action, noted, want, tt.rules)
			}
		}
	}
	if got := g.send(g.client(true), "GET", api+"/query?q=SELECT+Phone,Title,SSN__c+FROM+Contact", "", ""); got.status != http.StatusOK ||
		!strings.Contains(got.body, phone) || !strings.Contains(got.body, ssn) || !strings.Contains(got.body, "Nurse") {
		t.Errorf("a query is answered %d %s", got.status, got.body)
	}
}
