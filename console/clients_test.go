package console

import (
	"strings"
	"testing"
	"time"

	"github.com/phigate/phigate/audit/review"
)

func TestClients(t *testing.T) {
	r := newRig(t)
	r.sample()
	idle := r.blocked(45 * 24 * time.Hour)
	idle.Client = "old-loader"
	r.append(idle)
	page := r.as(review.PolicyAdmin).show("/clients")
	page.has(t, "ehr-sync", "billing-export", "old-loader", "dormant", "192.0.2.7", "Contact", "not identified", "/data-map?client=ehr-sync", "client%3Aehr-sync",
		"Decisions a day in the last 30 days: first 0")
	if n := strings.Count(page.body, `<span class="tag tag-mask">dormant</span>`); n != 1 {
		t.Errorf("%d clients are dormant", n)
	}
	before := func(address, a, b string) {
		t.Helper()
		body := r.as(review.PolicyAdmin).show(address).body
		if strings.Index(body, ">"+a+"<") > strings.Index(body, ">"+b+"<") {
			t.Errorf("%s: %s does not come before %s", address, a, b)
		}
	}
	before("/clients", "ehr-sync", "old-loader")
	before("/clients?sort=idle", "old-loader", "ehr-sync")
	before("/clients?sort=name", "billing-export", "ehr-sync")
	before("/clients?sort=blocked", "ehr-sync", "billing-export")
	r.as(review.PolicyAdmin).show("/clients?span=30d").lacks(t, "old-loader")
	r.as(review.Viewer).show("/clients").lacks(t, "/queue")
	got := r.recorded("policy_admin-1")
	if got[0] != "search ok clients after:-90d" {
		t.Errorf("recorded: %v", got)
	}
}

func TestClientsEmpty(t *testing.T) {
	newRig(t).as(review.Viewer).show("/clients").has(t, "No client was seen")
}
