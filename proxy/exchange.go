package proxy

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"time"

	"github.com/phigate/phigate/audit"
	"github.com/phigate/phigate/inspect"
	"github.com/phigate/phigate/inspect/salesforce"
	"github.com/phigate/phigate/policy"
)

// exchange is one request and its response on their way through the gate. The policy that was in effect when it began
// judges it to its end.
type exchange struct {
	p      *Proxy
	peer   *peer
	req    *http.Request
	policy *policy.Policy
	route  *salesforce.Route
	began  time.Time
	lesson []byte // the request's body, if the exchange teaches the router
}

// exchange takes one request through its life and returns what the job is answered: the upstream's response with its
// body judged, or a refusal. The order is the design: nothing happens unless the step above it let it happen.
func (p *Proxy) exchange(req *http.Request, peer *peer) *http.Response {
	x := &exchange{p: p, peer: peer, req: req, policy: p.cfg.Policy(), began: time.Now(), route: unrouted(req)}

	// 1 route: which API is called, what is done to which object, which fields are asked for
	route, err := p.cfg.Router.Route(req.Context(), req, x.fetch)
	if err != nil {
		return x.refuse(x.transfer(inspect.Request), fault(ReasonPath, err))
	}
	x.route = route
	up := x.transfer(inspect.Request)
	if err := up.admit(req); err != nil {
		return x.refuse(up, err)
	}

	// 2 read, 3 inspect, 4 judge, 5 hold: the body as far as the hold window
	up.open(req.Header, req.Body, req.ContentLength)
	if err := up.hold(); err != nil {
		return x.refuse(up, err)
	}

	// 6 record: the decision is durable before anything is released
	if err := up.record(); err != nil {
		return x.refuse(up, err)
	}

	// 7 release: the transport pulls the rest of the body through the judge
	resp, err := p.upstream.RoundTrip(x.outgoing(up))
	if late := up.failure(); late != nil { // the upstream saw an incomplete request, and the job gets to know why
		discard(resp)
		return x.refuse(up, late)
	}
	down := x.transfer(inspect.Response)
	if err != nil {
		return x.refuse(down, fault(classify(err), err))
	}

	// and the same for the response: an export is a transfer too
	down.answered(resp)
	down.open(resp.Header, responseBody(req, resp), resp.ContentLength)
	if err := down.hold(); err != nil {
		discard(resp)
		return x.refuse(down, err)
	}
	if err := down.record(); err != nil {
		discard(resp)
		return x.refuse(down, err)
	}
	x.learn(down)
	return x.incoming(resp, down)
}

// transfer begins one direction of the exchange.
func (x *exchange) transfer(dir inspect.Direction) *transfer {
	subject := policy.Subject{
		Client: x.peer.client, Host: x.peer.host, Direction: dir,
		API: string(x.route.API), Operation: string(x.route.Operation), Object: x.route.Object,
	}
	return &transfer{
		x: x, dir: dir, id: audit.NewID(time.Now()), plan: x.policy.Plan(subject), action: policy.Allow, coverage: audit.None,
	}
}

// outgoing is the request as the upstream gets it: its line and header, and the judged body.
func (x *exchange) outgoing(up *transfer) *http.Request {
	if x.p.cfg.Router.Learns(x.route) {
		x.lesson = up.lesson()
	}
	out := x.req.WithContext(x.req.Context()) // not Clone: that would cut off the request's trailers
	out.Header = x.req.Header.Clone()
	out.Header.Set("Accept-Encoding", readableCodings(x.req.Header))
	out.Body, out.ContentLength = up.release(out.Header)
	return out
}

// incoming is the response as the job gets it: its status and header, and the judged body.
func (x *exchange) incoming(resp *http.Response, down *transfer) *http.Response {
	if down.body == nil {
		return resp
	}
	source := resp.Body
	resp.Body, resp.ContentLength = down.release(resp.Header)
	resp.Body = closeBoth{resp.Body, source}
	return resp
}

// learn hands both bodies of an exchange that teaches to the router, if they were decided whole.
func (x *exchange) learn(down *transfer) {
	if x.p.cfg.Router.Learns(x.route) {
		x.p.cfg.Router.Learn(x.route, x.peer.host, down.status, x.lesson, down.lesson())
	}
}

// refuse records why the transfer goes no further, and answers the job in the dialect of the API that it called. If
// not even that can be recorded, the answer says so instead.
func (x *exchange) refuse(t *transfer, err error) *http.Response {
	f := asFault(err)
	t.refused(f)
	if err := t.record(); err != nil {
		f = asFault(err)
	}
	_ = t.Close() // gives the buffers back
	resp := refusal(x.req, answer{dialect: x.route.Dialect, host: x.peer.host, decision: t.id, fault: f, tally: &t.tally})
	if !drained(x.req) {
		resp.Header.Set("Connection", "close")
	}
	return resp
}

// reads are the fields that the request asks for, in the policy's words.
func (x *exchange) reads() []policy.Ref {
	refs := make([]policy.Ref, len(x.route.Reads))
	for i, r := range x.route.Reads {
		refs[i] = policy.Ref(r)
	}
	return refs
}

// lessonSize is the largest body that the router learns from, in bytes.
const lessonSize = 1 << 20

// fetch asks the org on the router's behalf, with the job's own credentials, what a bulk job is about.
func (x *exchange) fetch(ctx context.Context, path string) ([]byte, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, "https://"+x.req.Host+path, http.NoBody)
	if err != nil {
		return nil, fmt.Errorf("ask the org: %w", err)
	}
	for _, name := range []string{"Authorization", "X-Sfdc-Session"} {
		if v := x.req.Header.Get(name); v != "" {
			req.Header.Set(name, v)
		}
	}
	req.Header.Set("Accept", "application/json")
	resp, err := x.p.upstream.RoundTrip(req)
	if err != nil {
		return nil, fmt.Errorf("ask the org: %w", err)
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("ask the org: status %d", resp.StatusCode)
	}
	body, err := io.ReadAll(io.LimitReader(resp.Body, lessonSize+1))
	if err == nil && len(body) > lessonSize {
		err = errors.New("ask the org: the answer is too long")
	}
	return body, err
}

// unrouted is the route of a request whose path cannot be understood.
func unrouted(req *http.Request) *salesforce.Route {
	return &salesforce.Route{API: salesforce.Unknown, Operation: salesforce.None, Method: req.Method, Template: "{path}"}
}
