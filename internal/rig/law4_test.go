package rig_test

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
	"testing"

	"github.com/phigate/phigate/audit"
	"github.com/phigate/phigate/internal/org"
	"github.com/phigate/phigate/internal/rig"
)

// late is a body with a forbidden value behind the hold window.
type late struct {
	body   string
	before string // the last record that may leave
	at     string // the record that must not
	after  string // one behind it
}

// lateCSV and lateJSON are rows of contacts, of which number bad holds the forbidden value. A row has about 70 bytes.
func lateCSV(rows, bad int) late {
	var b strings.Builder
	b.WriteString("LastName,Phone,Description\n")
	for i := range rows {
		text := "nothing to see in this row"
		if i == bad {
			text = "her number is " + ssn
		}
		fmt.Fprintf(&b, "Row%07d,%s,%s\n", i, phone, text)
	}
	return late{b.String(), mark(bad - 1), mark(bad), mark(bad + 1)}
}

func lateJSON(rows, bad int) late {
	var b strings.Builder
	b.WriteString(`{"records":[`)
	for i := range rows {
		text := "nothing to see in this row"
		if i == bad {
			text = "her number is " + ssn
		}
		if i > 0 {
			b.WriteByte(',')
		}
		fmt.Fprintf(&b, `{"attributes":{"type":"Contact"},"LastName":"Row%07d","Phone":%q,"Description":%q}`, i, phone, text)
	}
	b.WriteString("]}")
	return late{b.String(), mark(bad - 1), mark(bad), mark(bad + 1)}
}

// mark is what a row is known by.
func mark(i int) string { return fmt.Sprintf("Row%07d", i) }

// framings are the ways to announce a body.
var framings = map[string]func(string) io.Reader{
	"length":  func(s string) io.Reader { return strings.NewReader(s) },
	"chunked": func(s string) io.Reader { return struct{ io.Reader }{strings.NewReader(s)} },
}

func TestLaw4LateBlockOfAnUpload(t *testing.T) {
	uploads := map[string]late{"csv": lateCSV(32_000, 27_000), "json": lateJSON(16_000, 13_000)}
	for upstream, h2 := range protocols {
		g := start(t, rig.Config{Upstream: orgOver(h2), Org: org.Config{RecordSize: 8 << 20}})
		for protocol, clientH2 := range protocols {
			client := g.client(clientH2)
			for what, l := range uploads {
				for framing, frame := range framings {
					t.Run(strings.Join([]string{protocol, framing, upstream, what}, "/"), func(t *testing.T) {
						g := g.in(t)
						path, method, media := api+"/composite/sobjects", "POST", "application/json"
						if what == "csv" {
							method, media, path = "PUT", "text/csv", g.job(client, "Contact", "LF")
						}
						before, since := len(g.Org.Received()), g.mark()
						got, err := g.do(client, g.request(method, path, media, frame(l.body)))
						if err != nil {
							t.Fatal(err)
						}
						g.checkLate(got, l, since, before)
					})
				}
			}
		}
	}
}

// in is the gate for a subtest.
func (g *gate) in(t *testing.T) *gate { return &gate{Rig: g.Rig, t: t, roots: g.roots} }

// checkLate asserts what the job, the org and the log see of an upload that was refused behind the window.
func (g *gate) checkLate(got reply, l late, since uint64, before int) {
	g.t.Helper()
	if got.status != 400 || !strings.HasPrefix(got.body, `[{"message":"PHI_POLICY_VIOLATION [ssn-never-leaves] Contact.Description `) {
		g.t.Errorf("the job is answered %d %.300s", got.status, got.body)
	}
	if got.header.Get("X-Phigate-Decision") == "" || !strings.HasPrefix(got.header.Get("Content-Type"), "application/json") {
		g.t.Errorf("the header of the refusal is %v", got.header)
	}
	d := g.blocked(since, "policy")
	opening, closing := 0, 0
	for _, d := range g.decisions(since) {
		switch d.Kind {
		case audit.Opening:
			opening++
		case audit.Closing:
			closing++
		default:
			g.t.Errorf("there is a record of kind %s, %s", d.Kind, d.Dir)
		}
	}
	if opening != 1 || closing != 1 || d.Kind != audit.Closing || d.Dir != "request" || got.header.Get("X-Phigate-Decision") != d.Of {
		g.t.Errorf("%d opening and %d closing records; %s %s of %s, the job was told %s", opening, closing, d.Kind, d.Dir, d.Of, got.header.Get("X-Phigate-Decision"))
	}
	g.await("the org to give the upload up", func() bool { // its handler ends later than the job is answered
		all := g.Org.Received()
		return len(all) == before || all[len(all)-1].Status != 0
	})
	for _, r := range g.Org.Received()[before:] {
		switch {
		case r.Complete:
			g.t.Error("the org got a complete request")
		case bytes.Contains(r.Body, []byte(l.at)), bytes.Contains(r.Body, []byte(l.after)), bytes.Contains(r.Body, []byte(ssn)):
			g.t.Errorf("the org got the refused record, or one behind it, among %d bytes", r.Bytes)
		case bytes.Contains(r.Body, []byte(phone)):
			g.t.Error("the org got a phone that should be masked")
		case r.Bytes < 64<<10:
			g.t.Errorf("the org got %d bytes only: the upload was not refused late", r.Bytes)
		}
	}
	if n := len(g.Org.Rows("Contact")); n != 0 {
		g.t.Errorf("the org holds %d contacts", n)
	}
}

// TestE27ValueAroundTheWindow puts the forbidden value at each offset around the end of the hold window, at the first
// record and at the last byte.
func TestE27ValueAroundTheWindow(t *testing.T) {
	const window = 4096
	g := start(t, rig.Config{Extra: "inspect: {window: " + strconv.Itoa(window) + "}\n"})
	const prefix, row = `{"records":[`, `{"LastName":"Row","attributes":{"type":"Contact"}},`
	var offsets []int
	for at := window - len(row) - len(ssn); at < window+len(row)+len(ssn); at++ {
		offsets = append(offsets, at)
	}
	offsets = append(offsets, 0, 2*window, 3*window-1)
	clients := []*http.Client{g.client(false), g.client(true)}
	for i, at := range offsets {
		rows := strings.Repeat(row, at/len(row))
		pad := strings.Repeat(" ", at%len(row))
		tail := strings.Repeat(row, 10)
		if i == len(offsets)-1 { // nothing but the end behind it
			tail = ""
		}
		body := prefix + rows + pad + `{"SSN__c":"` + ssn + `","attributes":{"type":"Contact"}},` + tail
		body = strings.TrimSuffix(body, ",") + "]}"
		for h, frame := range framings {
			since := g.mark()
			got, err := g.do(clients[i%2], g.request("POST", api+"/composite/sobjects", "application/json", frame(body)))
			if err != nil || got.status != 400 || !strings.Contains(got.body, "ssn-never-leaves") {
				t.Fatalf("%s, at %d: %d %s %v", h, at, got.status, got.body, err)
			}
			g.blocked(since, "policy")
		}
	}
	for _, r := range g.Org.Received() {
		if r.Complete || bytes.Contains(r.Body, []byte(ssn)) {
			t.Errorf("the org got %d bytes (complete: %v)", r.Bytes, r.Complete)
		}
	}
}

func TestLaw4LateBlockOfAResponse(t *testing.T) {
	l := lateCSV(32_000, 27_000)
	for upstream, h2 := range protocols {
		framing := "length"
		g := start(t, rig.Config{Upstream: scripted(func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Type", "text/csv")
			if r.Header.Get("X-Framing") == "length" {
				w.Header().Set("Content-Length", strconv.Itoa(len(l.body)))
			}
			_, _ = io.WriteString(w, l.body)
		}, h2)})
		for protocol, clientH2 := range protocols {
			client := g.client(clientH2)
			for framing = range framings {
				t.Run(strings.Join([]string{protocol, framing, upstream}, "/"), func(t *testing.T) {
					g := g.in(t)
					since := g.mark()
					got, err := g.do(client, g.request("GET", api+"/jobs/query/750000000000001AAA/results", "", nil, "X-Framing", framing))
					if err == nil {
						t.Errorf("the job sees a clean end after %d of %d bytes, status %d", len(got.body), len(l.body), got.status)
					}
					if strings.Contains(got.body, l.at) || strings.Contains(got.body, l.after) || len(got.body) < 64<<10 {
						t.Errorf("the job got %d bytes, with the refused record or not even the window", len(got.body))
					}
					if d := g.blocked(since, "policy"); d.Kind != audit.Closing || d.Dir != "response" || d.HTTP.Status != 200 {
						t.Errorf("the decision is %s %s, status %d", d.Kind, d.Dir, d.HTTP.Status)
					}
				})
			}
		}
	}
}
