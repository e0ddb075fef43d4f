package rig_test

import (
	"bytes"
	"context"
	"testing"

	"github.com/phigate/phigate/internal/rig"
)

// A gate that was restarted has forgotten which object a bulk job is about: it asks the org, with the job's own
// credentials, before it reads the upload.
func TestAnUnknownBulkJobIsLookedUp(t *testing.T) {
	g := start(t, rig.Config{})
	client := g.fresh(false)
	upload := g.job(client, "Contact", "LF")
	if err := g.StopGate(); err != nil {
		t.Fatal(err)
	}
	if err := g.Serve(context.Background()); err != nil {
		t.Fatal(err)
	}
	since, before := g.mark(), len(g.Org.Received())
	got := g.send(g.fresh(false), "PUT", upload, "text/csv", "LastName,Phone\nAshby,212-555-0142\n")
	received := g.Org.Received()[before:]
	if got.status != 201 || len(received) != 2 || received[0].Method != "GET" {
		t.Fatalf("answered %d after %d requests to the org: %s", got.status, len(received), got.body)
	}
	if !bytes.Contains(received[1].Body, []byte("***-***-0142")) {
		t.Error("the phone number reached the org")
	}
	for _, d := range g.decisions(since) {
		if d.Dir == "request" && d.Object != "Contact" {
			t.Errorf("the upload was judged as rows of %q", d.Object)
		}
	}
}
