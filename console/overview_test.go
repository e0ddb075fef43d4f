package console

import (
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/phigate/phigate/audit/index"
	"github.com/phigate/phigate/audit/review"
	"github.com/phigate/phigate/console/internal/trial"
)

func TestOverview(t *testing.T) {
	r := newRig(t, func(c *Config) {
		c.Health = func() Health { return Health{Records: 6, Signed: 6, Checkpoint: time.Now()} }
	})
	d := r.sample()
	lead := r.as(review.Lead)
	lead.post("/decisions/"+d[0].ID+"/decide", url.Values{"verdict": {"false_positive"}, "reason": {"Not an identifier"}})
	page := lead.show("/?span=7d")
	page.has(t, "ssn-never-leaves", "us_ssn", "ehr-sync", "billing-export", "Awaiting a verdict", "100 %", "1 of 1 were false positives",
		`href="/queue?q=decision%3Ablock&#43;after%3A-7d"`, "6 records", `aria-current="true">7 days`)
	if got := r.recorded("lead-1"); got[len(got)-1] != "look ok overview after:-7d" {
		t.Errorf("recorded: %v", got)
	}
	lead.show("/?span=24h").lacks(t, "no such time")
	lead.show("/?span=everything").has(t, `aria-current="true">24 hours`)
	viewer := r.as(review.Viewer).show("/?span=7d")
	viewer.has(t, "ssn-never-leaves", "ehr-sync")
	viewer.lacks(t, "/queue", d[0].ID)
}

func TestOverviewEmpty(t *testing.T) {
	page := newRig(t).as(review.Viewer).show("/")
	page.has(t, "No decisions in this time.", "No rule blocked anything.", "No client sent anything.", "Nobody has judged anything", "nothing waits longer than a day")
}

// A page that is not on record is not shown, whichever it is.
func TestNoPageWithoutRecord(t *testing.T) {
	r := newRig(t)
	r.sample()
	root := r.first()
	pages := []string{"/", "/data-map", "/data-map.csv", "/clients", "/exceptions", "/access", "/holds", "/policy", "/users"}
	r.access.Fail(trial.ErrDisk)
	for _, address := range pages {
		page := root.get(address)
		if page.status != 503 {
			t.Errorf("%s: status %d without a record", address, page.status)
		}
		page.lacks(t, "ehr-sync", "ssn-never-leaves", "192.0.2.7")
	}
}

// No page of ours has a fingerprint, and none the address or the rows of what its reader may not see.
func TestNoFingerprintsBesideTheQueue(t *testing.T) {
	r := newRig(t)
	r.sample()
	root := r.first()
	for _, address := range []string{"/", "/data-map", "/data-map.csv", "/clients", "/exceptions", "/holds", "/policy", "/users"} {
		root.get(address).lacks(t, testFingerprint, "7KQ2-M4")
	}
}

func TestTrend(t *testing.T) {
	p := period{Label: "24 hours"}
	tests := map[string]struct {
		n, was int64
		want   string
	}{
		"nothing":    {0, 0, "none in the 24 hours before"},
		"new":        {5, 0, "none in the 24 hours before"},
		"same":       {7, 7, "7 in the 24 hours before"},
		"more":       {30, 20, "20 in the 24 hours before, +50 %"},
		"of few":     {57, 19, "19 in the 24 hours before"},
		"less":       {5, 1000, "1,000 in the 24 hours before, -100 %"},
		"beyond":     {5000, 100, "100 in the 24 hours before"},
		"hardly":     {10001, 10000, "10,000 in the 24 hours before"},
		"none after": {0, 30, "30 in the 24 hours before, -100 %"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			if got := trend(test.n, test.was, p); got != test.want {
				t.Errorf("got %q, want %q", got, test.want)
			}
		})
	}
}

func TestHealthLines(t *testing.T) {
	now := time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)
	good := Health{Records: 1000, Signed: 1000, Checkpoint: now.Add(-time.Second)}
	tests := map[string]struct {
		change func(h *Health, at *index.Position)
		bad    []string
	}{
		"good":          {func(*Health, *index.Position) {}, nil},
		"idle for days": {func(h *Health, _ *index.Position) { h.Checkpoint = now.Add(-72 * time.Hour) }, nil},
		"unsigned":      {func(h *Health, _ *index.Position) { h.Checkpoint = time.Time{} }, []string{"Last checkpoint"}},
		"late":          {func(h *Health, _ *index.Position) { h.Signed, h.Checkpoint = 900, now.Add(-2*time.Minute) }, []string{"Last checkpoint"}},
		"just written":  {func(h *Health, _ *index.Position) { h.Signed = 900 }, nil},
		"halted":        {func(h *Health, _ *index.Position) { h.Halted = true }, []string{"Decision log"}},
		"guarded":       {func(h *Health, _ *index.Position) { h.Guarded = 2 }, []string{"Guard"}},
		"behind":        {func(_ *Health, at *index.Position) { at.Lag = time.Hour }, []string{"Index"}},
		"a bit behind":  {func(_ *Health, at *index.Position) { at.Lag = time.Second }, nil},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			h, at := good, index.Position{}
			test.change(&h, &at)
			var bad []string
			for _, l := range healthLines(h, at, now) {
				if l.Bad {
					bad = append(bad, l.Name)
				}
			}
			if diff := cmp.Diff(test.bad, bad); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestQualities(t *testing.T) {
	r := newTestRequest(review.Viewer, &url.URL{Path: "/"})
	got := qualities(r, []index.RuleVerdicts{
		{Rule: "good", Blocked: 90, Decided: 20, FalsePositive: 1},
		{Rule: "noisy", Blocked: 10, Decided: 8, FalsePositive: 2},
		{Rule: "once", Blocked: 10, Decided: 1, FalsePositive: 1},
		{Rule: "unseen", Blocked: 50},
	}, period{Name: "7d"})
	var short []string
	for _, q := range got {
		short = append(short, strings.TrimSpace(q.Rule+" "+map[bool]string{true: "noisy"}[q.Noisy]))
	}
	if diff := cmp.Diff([]string{"once", "noisy noisy", "good"}, short); diff != "" {
		t.Error(diff)
	}
}

func TestReadPeriod(t *testing.T) {
	u, err := url.Parse("/clients?span=7d&sort=name&done=saved")
	if err != nil {
		t.Fatal(err)
	}
	r := newTestRequest(review.Viewer, u)
	p, links := readPeriod(r, "30d", "7d", "30d")
	if p.Name != "7d" || p.To.Sub(p.From) != 7*24*time.Hour || p.To.Before(r.now) || p.To.Sub(r.now) > time.Hour {
		t.Errorf("period %+v", p)
	}
	if diff := cmp.Diff([]choice{{Label: "7 days", URL: "/clients?sort=name&span=7d", On: true}, {Label: "30 days", URL: "/clients?sort=name&span=30d"}}, links); diff != "" {
		t.Error(diff)
	}
}
