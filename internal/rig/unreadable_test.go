package rig_test

import (
	"strings"
	"testing"

	"github.com/phigate/phigate/audit"
	"github.com/phigate/phigate/internal/rig"
)

// What cannot be read is blocked; where the policy says alert it passes as it is, and the decision says how much of it
// was seen.
func TestUnreadable(t *testing.T) {
	tests := map[string]struct {
		body    string
		headers []string
		reason  string
		cover   audit.Coverage
	}{
		"an unknown coding":     {"not brotli at all", []string{"Content-Encoding", "br"}, "unreadable_content_coding", audit.Opaque},
		"an unknown format":     {"%PDF-1.7 \x00\x01", nil, "unreadable_media_type", audit.Opaque},
		"two members, one name": {`{"LastName":"A","LastName":"B"}`, nil, "unreadable_duplicate_name", audit.Opaque},
	}
	for mode, policy := range map[string]string{"block": rules, "alert": strings.Replace(rules, "unreadable: block", "unreadable: alert", 1)} {
		g := start(t, rig.Config{Policy: policy})
		for name, tt := range tests {
			t.Run(mode+"/"+name, func(t *testing.T) {
				g := g.in(t)
				since, before := g.mark(), len(g.Org.Received())
				got := g.send(g.fresh(true), "POST", api+"/sobjects/Contact", "application/json", tt.body, tt.headers...)
				received := g.Org.Received()[before:]
				if mode == "block" {
					if got.status != 400 || len(received) > 0 {
						t.Errorf("answered %d, and the org got %d requests", got.status, len(received))
					}
					g.blocked(since, tt.reason)
					return
				}
				if len(received) != 1 || string(received[0].Body) != tt.body {
					t.Errorf("the org got %d requests, want one with the body as it was", len(received))
				}
				for _, d := range g.decisions(since) {
					if d.Dir == "request" && (d.Action != "alert" || d.Reason != tt.reason || d.Cover != tt.cover) {
						t.Errorf("the decision is %s, %s, %s", d.Action, d.Reason, d.Cover)
					}
				}
			})
		}
	}
}
