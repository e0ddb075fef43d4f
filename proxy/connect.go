package proxy

import (
	"bufio"
	"context"
	"crypto/tls"
	"errors"
	"net"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/elazarl/goproxy"
	"github.com/rs/zerolog"

	"github.com/phigate/phigate/policy"
)

// contextKey is the type of this package's keys in a request's context.
type contextKey int

const (
	serverKey   contextKey = iota // *server, in requests of the outer and the inner server
	connKey                       // *framedConn, of a connection that speaks HTTP/1
	peerKey                       // *peer, of an intercepted connection
	exchangeKey                   // *transit, of a request on its way through goproxy
)

// transit is what goproxy carries from the inner server to the exchange and back.
type transit struct {
	proxy *Proxy
	peer  *peer
	w     *responseWriter
}

// newGoproxy returns the dispatcher of CONNECT and the pipeline of requests. It is given connections and absolute URLs
// by net/http's servers and never dials, signs or logs what a client wrote by itself.
func newGoproxy(log zerolog.Logger) *goproxy.ProxyHttpServer {
	g := goproxy.NewProxyHttpServer()
	g.Verbose = false
	g.Logger = quietLog{log}
	g.ConnectDial = nil // it comes from the environment's HTTPS_PROXY, which may be this gate
	g.Tr = &http.Transport{DialContext: refuseDial}
	g.KeepAcceptEncoding = true
	g.NonproxyHandler = http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusBadRequest) })
	g.OnRequest().HandleConnectFunc(dispatchConnect)
	// Without a last handler that rejects, goproxy opens a raw tunnel for what nobody decided.
	g.OnRequest().HandleConnectFunc(func(host string, _ *goproxy.ProxyCtx) (*goproxy.ConnectAction, string) {
		return &goproxy.ConnectAction{Action: goproxy.ConnectReject}, host
	})
	g.OnRequest().DoFunc(startTransit)
	g.OnResponse().DoFunc(endTransit)
	return g
}

// refuseDial is goproxy's own dialer: nothing is left that it may dial.
func refuseDial(context.Context, string, string) (net.Conn, error) {
	return nil, &GuardError{Range: "not dialled by the gate"}
}

// quietLog takes goproxy's messages. Their arguments hold URLs and are dropped; the format alone holds nothing.
type quietLog struct{ log zerolog.Logger }

// Printf logs the format.
func (l quietLog) Printf(format string, _ ...any) {
	l.log.Debug().Str("message", strings.TrimSpace(format)).Msg("goproxy")
}

// dispatchConnect takes every CONNECT that came through a server of ours over. A refusal is written to the connection
// too: goproxy's own would close it with the job's ClientHello unread, which destroys the answer on its way.
func dispatchConnect(host string, ctx *goproxy.ProxyCtx) (*goproxy.ConnectAction, string) {
	s, ok := ctx.Req.Context().Value(serverKey).(*server)
	if !ok {
		return nil, ""
	}
	pr, reason := s.admit(ctx.Req)
	return &goproxy.ConnectAction{Action: goproxy.ConnectHijack,
		Hijack: func(req *http.Request, conn net.Conn, _ *goproxy.ProxyCtx) {
			if reason != "" {
				s.rejectConnect(req, conn, pr, reason)
				return
			}
			s.intercept(context.WithoutCancel(req.Context()), conn, pr)
		}}, host
}

// admit decides about a CONNECT. Nothing is resolved or dialled: the name is only compared. The peer is never nil.
func (s *server) admit(r *http.Request) (*peer, Reason) {
	pr := &peer{source: sourceOf(addr(r.RemoteAddr))}
	host, port, reason := splitAuthority(r.RequestURI, "")
	if reason != "" {
		return pr, reason
	}
	pr.host, pr.port = host, port
	switch {
	case s.proxy.Draining():
		return pr, ReasonDraining
	case r.ProtoMajor != 1:
		return pr, ReasonMethod
	case s.proxy.sawVia(r.Header):
		return pr, ReasonLoop
	}
	current := s.proxy.cfg.Policy()
	if current == nil {
		return pr, ReasonHostNotAllowed
	}
	client, reason := s.proxy.identifier.identify(current.Clients(), r.Header, pr.source, clientState(r))
	if reason != "" {
		return pr, reason
	}
	if client != nil {
		pr.client = client.Name
	}
	return pr, mayGo(current, client, pr)
}

// mayGo says why the policy does not let the client reach the peer's host; "" if it does.
func mayGo(p *policy.Policy, client *policy.Client, pr *peer) Reason {
	listed, ok := p.Host(pr.host, pr.port)
	if !ok {
		for _, port := range [...]int{policy.DefaultPort, 8443} {
			if _, ok := p.Host(pr.host, port); ok {
				return ReasonPort
			}
		}
		return ReasonHostNotAllowed
	}
	if !plainName(pr.host, listed) {
		return ReasonHostLabel
	}
	if client != nil && !client.MayReach(pr.host) {
		return ReasonClientHost
	}
	return ""
}

// maxDigits is how many digits the labels under a wildcard may have, and maxLabels how many bytes. An org's name has
// at most 34 letters and digits, and 10 more for its sandbox; with more, the name can carry what a body must not.
const (
	maxDigits = 4
	maxLabels = 63
)

// plainName reports whether a host may be resolved and written down: one that the policy names in full always, and one
// under a wildcard if its own labels hold no number.
func plainName(host string, listed *policy.Host) bool {
	suffix, wild := strings.CutPrefix(listed.Match, "*")
	if !wild {
		return true
	}
	digits := 0
	labels := strings.TrimSuffix(host, suffix)
	for _, c := range labels {
		if '0' <= c && c <= '9' {
			digits++
		}
	}
	return digits <= maxDigits && len(labels) <= maxLabels
}

// clientState returns the state of the job's own TLS connection to the gate, the zero one if it is plain.
func clientState(r *http.Request) tls.ConnectionState {
	if c, ok := r.Context().Value(connKey).(*framedConn); ok {
		return c.ConnectionState()
	}
	return tls.ConnectionState{}
}

// sawVia reports whether a request already went through this gate.
func (p *Proxy) sawVia(h http.Header) bool {
	for _, v := range h["Via"] {
		if strings.Contains(v, p.via) {
			return true
		}
	}
	return false
}

// rejectConnect answers a CONNECT and closes the connection once the answer had time to arrive.
func (s *server) rejectConnect(req *http.Request, conn net.Conn, pr *peer, reason Reason) {
	defer conn.Close()
	resp := s.proxy.refuse(context.WithoutCancel(req.Context()), pr, http.MethodConnect, reason)
	resp.Close = true
	resp.Request = req
	_ = conn.SetDeadline(time.Now().Add(s.proxy.cfg.Limits.Header))
	w := bufio.NewWriter(conn)
	err := resp.Write(w)
	drop(resp)
	if err != nil || w.Flush() != nil {
		return
	}
	linger(conn)
}

// linger tells the client that nothing more comes and reads what it still sends, for a moment. Closing with bytes
// unread resets the connection.
func linger(conn net.Conn) {
	if cw, ok := conn.(interface{ CloseWrite() error }); ok {
		_ = cw.CloseWrite()
	}
	_ = conn.SetReadDeadline(time.Now().Add(500 * time.Millisecond))
	buf := copyBuffers.Get().(*[]byte)
	defer copyBuffers.Put(buf)
	for total := 0; total < maxDiscard; {
		n, err := conn.Read(*buf)
		if total += n; err != nil {
			return
		}
	}
}

// startTransit makes the exchange the way a request goes, in place of goproxy's own transport.
func startTransit(req *http.Request, ctx *goproxy.ProxyCtx) (*http.Request, *http.Response) {
	t, ok := req.Context().Value(exchangeKey).(*transit)
	if !ok {
		return req, &http.Response{StatusCode: http.StatusBadRequest, ProtoMajor: 1, ProtoMinor: 1,
			Header: http.Header{}, Body: http.NoBody, Request: req}
	}
	ctx.RoundTripper = goproxy.RoundTripperFunc(func(req *http.Request, _ *goproxy.ProxyCtx) (*http.Response, error) {
		resp := t.proxy.exchange(req, t.peer)
		if resp == nil {
			return nil, errNoAnswer
		}
		t.w.expect(resp)
		return resp, nil
	})
	return req, nil
}

// errNoAnswer is an exchange that broke its word to answer always.
var errNoAnswer = errors.New("exchange without an answer")

// endTransit turns an exchange without an answer into a refusal.
func endTransit(resp *http.Response, ctx *goproxy.ProxyCtx) *http.Response {
	t, ok := ctx.Req.Context().Value(exchangeKey).(*transit)
	if resp != nil || !ok {
		return resp
	}
	return t.proxy.refuse(context.WithoutCancel(ctx.Req.Context()), t.peer, ctx.Req.Method, ReasonPanic)
}

// drop closes a response that nobody reads.
func drop(resp *http.Response) {
	if resp != nil && resp.Body != nil {
		_ = resp.Body.Close()
	}
}

// addr is an address as net/http spells it.
type addr string

// Network returns "tcp".
func (addr) Network() string { return "tcp" }

// String returns the address.
func (a addr) String() string { return string(a) }

func portSuffix(port int) string { return ":" + strconv.Itoa(port) }
