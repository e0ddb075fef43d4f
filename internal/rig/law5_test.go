package rig_test

import (
	"context"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/phigate/phigate/audit"
	"github.com/phigate/phigate/internal/org"
	"github.com/phigate/phigate/internal/rig"
)

// killRounds is how often the gate is killed.
const killRounds = 16

// loads are what the clients of the kill test send without end. Each has a route of its own, because the log holds no
// value to tell requests apart by.
var loads = []struct {
	method, path, media string
	body                func(i int) string
	route, object       string
	bulk                bool
}{
	{"POST", api + "/sobjects/Contact", "application/json", small, "/services/data/{version}/sobjects/Contact", "Contact", false},
	{"POST", api + "/sobjects/Lead", "application/json", func(i int) string { return fmt.Sprintf(`{"LastName":"Load %d","Company":"c"}`, i) },
		"/services/data/{version}/sobjects/Lead", "Lead", false},
	{"POST", api + "/composite/sobjects", "application/json", func(int) string { return lateJSON(60, -1).body },
		"/services/data/{version}/composite/sobjects", "", false},
	{"PUT", "", "text/csv", func(int) string { return lateCSV(400, -1).body }, "/services/data/{version}/jobs/ingest/{id}/batches", "Contact", true},
}

func small(i int) string { return fmt.Sprintf(`{"LastName":"Load %d","Phone":%q}`, i, phone) }

// TestLaw5KilledUnderLoad kills the gate at random moments, and finds a durable decision for each request that the org
// received to its end.
func TestLaw5KilledUnderLoad(t *testing.T) {
	g := prepare(t, rig.Config{Extra: "node: rig\ninspect: {window: 4096}\n", Org: org.Config{RecordSize: 1}})
	r := rand.New(rand.NewPCG(5, 6))
	for round := range killRounds {
		g.serve()
		ctx, cancel := context.WithCancel(t.Context())
		var clients sync.WaitGroup
		began := len(g.Org.Received())
		for i := range 2 * len(loads) {
			client := g.client(i%2 == 1) // made here: it ends with the test
			clients.Go(func() { g.load(ctx, client, i/2, round) })
		}
		g.await("the load to flow", func() bool { return len(g.Org.Received()) > began+20 })
		time.Sleep(time.Duration(r.IntN(120_000)) * time.Microsecond) // any moment will do
		if err := g.KillGate(); err != nil {
			t.Fatal(err)
		}
		cancel()
		clients.Wait()
		g.account(round)
	}
	if n := len(g.Org.Received()); n > 9_000 {
		t.Fatalf("the org received %d requests, of which it remembers 10,000", n)
	}
}

// load sends requests of one kind until the gate is gone.
func (g *gate) load(ctx context.Context, client *http.Client, kind, round int) {
	l := loads[kind]
	for i := 0; ctx.Err() == nil; i++ {
		path := l.path
		if l.bulk {
			got, err := g.do(client, g.request("POST", api+"/jobs/ingest", "application/json",
				strings.NewReader(`{"object":"Contact","operation":"insert","lineEnding":"LF"}`)).WithContext(ctx))
			if err != nil {
				return
			}
			_, id, _ := strings.Cut(got.body, `"id":"`)
			id, _, _ = strings.Cut(id, `"`)
			path = api + "/jobs/ingest/" + id + "/batches"
		}
		body := io.Reader(strings.NewReader(l.body(round*1000 + i)))
		if i%2 == 1 {
			body = struct{ io.Reader }{body}
		}
		if _, err := g.do(client, g.request(l.method, path, l.media, body).WithContext(ctx)); err != nil {
			return
		}
	}
}

// account reads the log that the killed gate left, as it stands on the disk, and compares it with what the org got.
func (g *gate) account(round int) {
	g.t.Helper()
	dir := filepath.Join(g.Data, "audit")
	l, err := audit.Open(audit.Config{Dir: dir, Node: "rig"}) // mends the end as a restart does
	if err != nil {
		g.t.Fatalf("round %d: %v", round, err)
	}
	if err := l.Close(); err != nil {
		g.t.Fatal(err)
	}
	g.verify()
	decided := map[string]int{}
	for _, d := range g.decisions(0) {
		if d.Dir == "request" && d.Action != "block" && d.Kind != audit.Closing {
			decided[d.HTTP.Route+" "+d.Object]++
		}
	}
	for _, load := range loads {
		complete := 0
		for _, r := range g.Org.Received() {
			if r.Method == load.method && r.Complete && (r.Path == load.path || load.bulk && strings.HasSuffix(r.Path, "/batches")) {
				complete++
			}
		}
		got := decided[load.route+" "+load.object]
		if got < complete || complete == 0 {
			g.t.Errorf("round %d: the org got %d complete requests of %s, the log holds %d decisions", round, complete, load.route, got)
		}
	}
}
