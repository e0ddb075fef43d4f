package rig_test

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/phigate/phigate/audit"
	"github.com/phigate/phigate/internal/rig"
)

// splits cut a body of n bytes into writes; each returns the length of the next one.
var splits = map[string]func(r *rand.Rand, n int) int{
	"whole":  func(_ *rand.Rand, n int) int { return n },
	"bytes":  func(*rand.Rand, int) int { return 1 },
	"random": func(r *rand.Rand, _ int) int { return 1 + r.IntN(300) },
}

// piecewise reads a body in the pieces that split makes.
type piecewise struct {
	rest  []byte
	split func(r *rand.Rand, n int) int
	rand  *rand.Rand
}

func (p *piecewise) Read(b []byte) (int, error) {
	if len(p.rest) == 0 {
		return 0, io.EOF
	}
	n := copy(b, p.rest[:min(len(p.rest), max(1, p.split(p.rand, len(p.rest))))])
	p.rest = p.rest[n:]
	return n, nil
}

// write sends a request over HTTP/1.1, each piece of the body in a write of its own, and reads the answer.
func (g *gate) write(req *http.Request, body *piecewise, chunked bool) (reply, error) {
	t, err := g.tunnel(rig.Host, nil)
	if err != nil {
		return reply{}, err
	}
	defer t.Close()
	var head bytes.Buffer
	fmt.Fprintf(&head, "%s %s HTTP/1.1\r\nHost: %s\r\n", req.Method, req.URL.RequestURI(), rig.Host)
	_ = req.Header.Write(&head)
	if chunked {
		head.WriteString("Transfer-Encoding: chunked\r\n\r\n")
	} else {
		fmt.Fprintf(&head, "Content-Length: %d\r\n\r\n", len(body.rest))
	}
	if _, err := t.Write(head.Bytes()); err != nil {
		return reply{}, err
	}
	buf := make([]byte, 64<<10)
	for {
		n, err := body.Read(buf)
		if err != nil {
			break
		}
		piece := buf[:n]
		if chunked {
			piece = fmt.Appendf(nil, "%x\r\n%s\r\n", n, piece)
		}
		if _, err := t.Write(piece); err != nil {
			break // the gate may have answered already
		}
	}
	if chunked {
		_, _ = io.WriteString(t, "0\r\n\r\n")
	}
	resp, err := http.ReadResponse(bufio.NewReader(t), req)
	if err != nil {
		return reply{}, err
	}
	got, err := io.ReadAll(resp.Body)
	return reply{resp.StatusCode, resp.Header, string(got)}, err
}

// anyID is what differs between two runs: the org's Ids and the gate's.
var anyID = regexp.MustCompile(`"id":"[^"]*"|decision [0-9A-Z]{26}`)

// outcome is what an exchange came to, without what differs between any two.
type outcome struct {
	Status    int
	Body      string
	Upstream  string
	Complete  bool
	Decisions []audit.Decision
}

// outcomeOf sums up an exchange about a path that began at mark.
func (g *gate) outcomeOf(mark uint64, path string, got reply) outcome {
	g.t.Helper()
	out := outcome{Status: got.status, Body: anyID.ReplaceAllString(got.body, "ID")}
	for _, r := range g.Org.Received() {
		if r.Complete && r.Path == path { // how much of a refused body had left depends on how it came
			out.Upstream, out.Complete = string(r.Body), true
		}
	}
	for _, d := range g.settled(mark) {
		d := *d
		d.ID, d.Of, d.Seq, d.Micros = "", "", 0, 0
		d.Time = time.Time{}
		if d.Kind == audit.Opening { // what is known by then depends on how the body came
			d.Finding, d.Rules, d.Bytes, d.Records, d.Action, d.Reason = nil, nil, 0, 0, "", ""
		}
		out.Decisions = append(out.Decisions, d)
	}
	return out
}

const people = `[{"LastName": "Zoë Ashby", "Phone": "212\u002d555-0142", "Email": "z.ashby@example.org", "Description": "caf\u00e9 \ud83d\ude00 \"x\"",
 "attributes": {"type": "Contact"}},` + "\r\n\t" + `{"attributes" : {"type":"Contact"}, "LastName":"Ōta", "MobilePhone":"212-555-0142", "Title":"Nurse"} ]`

// law1Bodies are requests whose judgement must not depend on how they arrive.
var law1Bodies = map[string]struct {
	method, path, media string // an empty path is that of a new bulk job
	body                string
	coding              string
	status              int
}{
	"json":               {"POST", api + "/composite/sobjects", "application/json", `{"allOrNone": false, "records": ` + people + `}`, "", 200},
	"json, refused":      {"POST", api + "/composite/sobjects", "application/json", `{"records": [{"attributes":{"type":"Contact"},"LastName":"A","Description":"her number \u0035\u0033\u0036-90-4399"}]}`, "", 400},
	"json, unreadable":   {"POST", api + "/composite/sobjects", "application/json", `{"records": [{"attributes":{"type":"Contact"},"LastName":"A",}]}`, "", 400},
	"json, gzip":         {"POST", api + "/composite/sobjects", "application/json", `{"records": ` + people + `}`, "gzip", 200},
	"json, past window":  {"POST", api + "/composite/sobjects", "application/json", `{"records": [` + strings.Repeat(`{"attributes":{"type":"Contact"},"LastName":"Ashby","Phone":"212-555-0142"}, `, 60) + people[1:] + `}`, "", 200},
	"json, late refusal": {"POST", api + "/composite/sobjects", "application/json", `{"records": [` + strings.Repeat(`{"attributes":{"type":"Contact"},"LastName":"Ashby","Phone":"212-555-0142"}, `, 120) + `{"attributes":{"type":"Contact"},"LastName":"A","SSN__c":"` + ssn + `"}]}`, "", 400},
	"csv":                {"PUT", "", "text/csv", "LastName,Phone,Description\r\n\"Ash\r\nby\",212-555-0142,\"a \"\"b\"\" c\"\r\nŌta,\"212-555-0142\",\r\n", "", 201},
	"csv, past window":   {"PUT", "", "text/csv", "LastName,Phone,Title\r\n" + strings.Repeat("\"Ash,\r\nby\",212-555-0142,Nurse\r\n", 300), "", 201},
	"csv, late refusal":  {"PUT", "", "text/csv", "LastName,Phone,Title\r\n" + strings.Repeat("\"Ash,\r\nby\",212-555-0142,Nurse\r\n", 300) + "Lee," + ssn + ",\r\n" + strings.Repeat("Lee,,\r\n", 200), "", 400},
}

func TestLaw1SplitsDoNotMatter(t *testing.T) {
	g := start(t, rig.Config{Extra: "inspect: {window: 4096}\n"})
	for name, tt := range law1Bodies {
		t.Run(name, func(t *testing.T) {
			g := &gate{Rig: g.Rig, t: t, roots: g.roots}
			body := []byte(tt.body)
			var headers []string
			if tt.coding != "" {
				var b bytes.Buffer
				z := gzip.NewWriter(&b)
				_, _ = z.Write(body)
				_ = z.Close()
				body, headers = b.Bytes(), []string{"Content-Encoding", tt.coding}
			}
			var want outcome
			first := true
			for transport, send := range g.transports() {
				for split, cut := range splits {
					g.Org.Reset()
					path := tt.path
					if path == "" {
						path = g.job(g.client(false), "Contact", "CRLF")
					}
					mark := g.mark()
					req := g.request(tt.method, path, tt.media, nil, headers...)
					got, err := send(req, &piecewise{body, cut, rand.New(rand.NewPCG(1, 2))})
					if err != nil {
						t.Fatalf("%s, %s: %v", transport, split, err)
					}
					out := g.outcomeOf(mark, path, got)
					if first {
						if want, first = out, false; out.Status != tt.status {
							t.Errorf("the answer is %d %s, want %d", out.Status, out.Body, tt.status)
						}
						continue
					}
					if diff := cmp.Diff(want, out); diff != "" {
						t.Errorf("%s, %s (-first +this):\n%s", transport, split, diff)
					}
				}
			}
		})
	}
}

// transports are the ways to send a body piece by piece.
func (g *gate) transports() map[string]func(*http.Request, *piecewise) (reply, error) {
	h2 := g.client(true)
	return map[string]func(*http.Request, *piecewise) (reply, error){
		"h1 chunked": func(req *http.Request, p *piecewise) (reply, error) { return g.write(req, p, true) },
		"h1 length":  func(req *http.Request, p *piecewise) (reply, error) { return g.write(req, p, false) },
		"h2": func(req *http.Request, p *piecewise) (reply, error) {
			req.Body, req.ContentLength = io.NopCloser(p), -1
			return g.do(h2, req)
		},
	}
}

// TestE15ValueCutAtEveryOffset sends a number in two writes, cut at each of its bytes and around it.
func TestE15ValueCutAtEveryOffset(t *testing.T) {
	g := start(t, rig.Config{})
	const body = `{"LastName":"Lee","Description":"` + ssn + `"}`
	at := strings.Index(body, ssn)
	for cut := at - 2; cut <= at+len(ssn)+2; cut++ {
		mark := g.mark()
		once := func(*rand.Rand, int) int { return len(body) }
		next := func(_ *rand.Rand, n int) int {
			if n == len(body) {
				return cut
			}
			return n
		}
		for name, split := range map[string]func(*rand.Rand, int) int{"cut": next, "whole": once} {
			got, err := g.write(g.request("POST", api+"/sobjects/Contact", "application/json", nil), &piecewise{[]byte(body), split, nil}, true)
			if err != nil || got.status != 400 || !strings.Contains(got.body, "ssn-never-leaves") {
				t.Fatalf("%s at %d: %d %s %v", name, cut, got.status, got.body, err)
			}
			g.blocked(mark, "policy")
			mark = g.mark()
		}
	}
	if n := len(g.Org.Received()); n != 0 {
		t.Errorf("the org received %d requests", n)
	}
}
