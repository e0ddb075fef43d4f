//go:build browser

package browser

import (
	"context"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// TestConsole is the work of three people on the decisions of one gate, each part on what the parts before left.
func TestConsole(t *testing.T) {
	g := prepare(t, "")
	g.history(t)
	g.serve(t)
	g.send(t, aDay())
	part := func(name string, run func(t *testing.T)) {
		if !t.Run(name, run) && g.stuck {
			t.FailNow() // what follows builds on it
		}
	}
	part("set-up and sign-in", func(t *testing.T) { g.script(t, "setup.mjs") })
	part("triage by keyboard", func(t *testing.T) { g.script(t, "triage.mjs", "VALUE="+values()[0]) })
	part("cases and many at once", func(t *testing.T) { g.script(t, "lead.mjs") })
	part("exception by two people", g.testException)
	part("proof", g.testProof)
	part("every page", func(t *testing.T) { g.script(t, "pages.mjs") })
	part("looking around", g.testBrowse)
	part("without JavaScript", func(t *testing.T) { g.script(t, "noscript.mjs") })
	part("logs", func(t *testing.T) {
		if out, err := g.phigate("audit", "verify", "--data", g.Data); err != nil {
			t.Errorf("%v\n%s", err, out)
		}
	})
}

// testException checks that what a rule blocks passes once two people want it to.
func (g *gate) testException(t *testing.T) {
	blocked := create("ehr-sync", "Contact", true, `{"LastName": "Ashby", "SSN__c": "`+values()[0]+`"}`)
	g.send(t, []exchange{blocked})
	g.script(t, "exception.mjs")
	client, err := g.Client(g.Proxy("ehr-sync", secret))
	if err != nil {
		t.Fatal(err)
	}
	defer client.CloseIdleConnections()
	status := 0
	for range 40 {
		if status, _, err = blocked.send(t.Context(), client); err != nil {
			t.Fatal(err)
		}
		if status == http.StatusCreated {
			break
		}
		time.Sleep(250 * time.Millisecond)
	}
	if status != http.StatusCreated {
		t.Errorf("ten seconds after the approval the transfer is answered %d, want 201", status)
	}
	elsewhere := blocked
	elsewhere.client, elsewhere.path = "billing-export", api+"/sobjects/Contact"
	g.send(t, []exchange{elsewhere}) // the exception is for one client
}

// testBrowse looks around while the gate goes on blocking.
func (g *gate) testBrowse(t *testing.T) {
	client, err := g.Client(g.Proxy("billing-export", secret))
	if err != nil {
		t.Fatal(err)
	}
	defer client.CloseIdleConnections()
	blocked := create("billing-export", "Case", true, `{"Subject": "call back", "Description": "ssn `+values()[1]+`"}`)
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() {
		for {
			select {
			case <-ctx.Done():
				ended <- nil
				return
			case <-time.After(500 * time.Millisecond):
			}
			if status, _, err := blocked.send(ctx, client); ctx.Err() == nil && (err != nil || status != blocked.status) {
				ended <- fmt.Errorf("a blocked transfer is answered %d: %w", status, err)
				return
			}
		}
	}()
	g.script(t, "browse.mjs")
	stop()
	if err := <-ended; err != nil {
		t.Error(err)
	}
}

// testProof checks a proof that somebody saved, with the public key alone.
func (g *gate) testProof(t *testing.T) {
	g.script(t, "proof.mjs")
	key, file := filepath.Join(g.Data, "checkpoint-key.pub"), filepath.Join(g.dir, "decision.tlog-proof")
	out, err := g.phigate("audit", "verify-proof", file, "--key", key)
	if err != nil || !strings.Contains(out, "The proof holds") || !strings.Contains(out, "SSN") {
		t.Errorf("verify-proof: %v\n%s", err, out)
	}
	record, err := os.ReadFile(filepath.Join(g.dir, "record.json"))
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(string(record), `"ssn-never-leaves"`) || leaked(record) >= 0 {
		t.Error("the raw record is not that of the decision, or holds a value")
	}
	proof, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	changed := []byte(strings.Replace(string(proof), "\n", "\n\n", 1))
	changed[len(changed)/2] ^= 1
	if err := os.WriteFile(file, changed, 0o600); err != nil {
		t.Fatal(err)
	}
	if out, err := g.phigate("audit", "verify-proof", file, "--key", key); err == nil {
		t.Errorf("a proof that was changed holds:\n%s", out)
	}
}

// phigate runs a command of the gate's binary.
func (g *gate) phigate(args ...string) (string, error) {
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
	defer cancel()
	out, err := exec.CommandContext(ctx, binary, args...).CombinedOutput()
	return string(out), err
}

// TestIdle leaves a console alone until the session is over.
func TestIdle(t *testing.T) {
	g := prepare(t, ", idle: 5s")
	g.serve(t)
	g.send(t, aDay()[:4])
	g.script(t, "idle.mjs", "IDLE=5")
}
