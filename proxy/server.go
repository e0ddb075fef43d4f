package proxy

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"runtime/debug"
	"strings"
	"sync"
	"time"

	"github.com/rs/zerolog"
)

// server is what one call of Serve runs: an outer server that takes CONNECT, and an inner one that speaks HTTP inside
// of the tunnels.
type server struct {
	proxy   *Proxy
	outer   *http.Server
	inner   *http.Server
	tunnels *tunnelListener
	running sync.WaitGroup // handlers, interceptions among them
}

func newServer(ctx context.Context, p *Proxy, l net.Listener) *server {
	s := &server{proxy: p, tunnels: newTunnelListener(l.Addr())}
	limits := &p.cfg.Limits
	// Cancelling Serve's context starts the drain; what is under way must not notice.
	base := context.WithValue(context.WithoutCancel(ctx), serverKey, s)
	s.outer = &http.Server{
		Handler:           s.guarded(s.outside),
		BaseContext:       func(net.Listener) context.Context { return base },
		ConnContext:       connContext,
		ReadHeaderTimeout: limits.Header + time.Second, // framedConn's limit comes first, and is recorded
		IdleTimeout:       limits.Idle,
		MaxHeaderBytes:    limits.HeaderBytes,
		TLSNextProto:      map[string]func(*http.Server, *tls.Conn, http.Handler){}, // CONNECT comes over HTTP/1
		ErrorLog:          log.New(serverLog{p.cfg.Logger}, "", 0),
	}
	s.inner = &http.Server{
		Handler:           s.guarded(s.inside),
		BaseContext:       func(net.Listener) context.Context { return base },
		ConnContext:       connContext,
		ReadHeaderTimeout: limits.Header + time.Second,
		IdleTimeout:       limits.Idle,
		MaxHeaderBytes:    limits.HeaderBytes,
		ErrorLog:          log.New(serverLog{p.cfg.Logger}, "", 0),
		HTTP2: &http.HTTP2Config{
			MaxConcurrentStreams: 250,
			SendPingTimeout:      60 * time.Second,
			PingTimeout:          15 * time.Second,
			WriteByteTimeout:     limits.Idle,
		},
	}
	return s
}

// run serves until ctx ends or the listener fails, then drains.
func (s *server) run(ctx context.Context, l net.Listener) error {
	limits := &s.proxy.cfg.Limits
	outer := &framedListener{Listener: newLimitListener(l, limits, s.proxy.cfg.Metrics), limits: limits, tls: s.proxy.clientTLS}
	var servers sync.WaitGroup
	servers.Go(func() { _ = s.inner.Serve(s.tunnels) }) // ends with ErrServerClosed alone
	failed := make(chan error, 1)
	servers.Go(func() { failed <- s.outer.Serve(outer) })
	var err error
	select {
	case <-ctx.Done():
	case err = <-failed:
	}
	s.drain()
	servers.Wait()
	s.running.Wait()
	if err != nil && !errors.Is(err, http.ErrServerClosed) {
		return fmt.Errorf("serve %s: %w", l.Addr(), err)
	}
	return nil
}

// drain ends the server in two steps, within Limits.Grace: first no CONNECT is taken and those under way become
// tunnels, then the tunnels end with the exchanges they carry (HTTP/2 is told by GOAWAY). What is left is cut.
func (s *server) drain() {
	ctx, cancel := context.WithTimeout(context.Background(), s.proxy.cfg.Limits.Grace)
	defer cancel()
	if s.outer.Shutdown(ctx) != nil {
		_ = s.outer.Close()
	}
	if s.inner.Shutdown(ctx) != nil {
		_ = s.inner.Close()
	}
	_ = s.tunnels.Close()
}

// connContext carries what a connection knows to its requests.
func connContext(ctx context.Context, c net.Conn) context.Context {
	if fc, ok := c.(*framedConn); ok {
		ctx = context.WithValue(ctx, connKey, fc)
		c = fc.Conn
	}
	if t, ok := c.(*tls.Conn); ok {
		if info, ok := t.NetConn().(*infoConn); ok {
			ctx = context.WithValue(ctx, peerKey, info.peer)
		}
	}
	return ctx
}

// guarded counts a handler as running and survives its panics: one exchange fails, not the gate. The panic's value may
// hold what an exchange held, so that only its type is logged.
func (s *server) guarded(h http.HandlerFunc) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s.running.Add(1)
		defer s.running.Done()
		rw := newResponseWriter(w, s.proxy.cfg.Limits.Idle)
		defer func() {
			p := recover()
			if p == nil {
				return
			}
			if err, ok := p.(error); ok && errors.Is(err, http.ErrAbortHandler) {
				panic(http.ErrAbortHandler)
			}
			s.proxy.cfg.Metrics.panicked()
			s.proxy.cfg.Logger.Error().Str("type", fmt.Sprintf("%T", p)).Bytes("stack", debug.Stack()).Msg("exchange failed")
			if rw.started {
				panic(http.ErrAbortHandler)
			}
			s.respond(rw, r, ReasonPanic)
		}()
		h(rw, r)
	})
}

// outside serves what comes outside of a tunnel: CONNECT.
func (s *server) outside(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Connection", "close")
	if reason := refusedHere(r); reason != "" {
		s.respond(w, r, reason)
		return
	}
	if r.Method == http.MethodConnect {
		s.proxy.goproxy.ServeHTTP(hijackWriter{w}, r)
		return
	}
	switch {
	case r.URL.Scheme == "http", r.URL.Scheme == "https":
		s.respond(w, r, ReasonNotConnect)
	case r.URL.IsAbs():
		s.respond(w, r, ReasonScheme)
	default:
		s.respond(w, r, ReasonTarget)
	}
}

// inside serves a request inside of a tunnel.
func (s *server) inside(w http.ResponseWriter, r *http.Request) {
	pr := peerOf(r)
	if reason := refusedHere(r); reason != "" {
		s.respond(w, r, reason)
		return
	}
	if pr.host == "" {
		s.respond(w, r, ReasonMisdirected)
		return
	}
	if reason := lint(r, pr, &s.proxy.cfg.Limits); reason != "" {
		s.respond(w, r, reason)
		return
	}
	rw := w.(*responseWriter)
	if r.ProtoMajor == 1 {
		_ = rw.rc.EnableFullDuplex() // an upstream may answer before it has read all, and is then not cut off
	}
	s.proxy.goproxy.ServeHTTP(rw, s.forwarded(rw, r, pr))
	if r.ProtoMajor == 1 {
		_ = r.Body.Close() // in full duplex net/http wants the body ended before it reads the next request (golang/go#68560)
	}
	if rw.failed != nil {
		panic(http.ErrAbortHandler) // the response must not look complete
	}
}

// forwarded returns the request as the exchange gets it: with an absolute URL, without what ends at the gate. It is
// not a clone, which would part the request from trailers that are still to come.
func (s *server) forwarded(rw *responseWriter, r *http.Request, pr *peer) *http.Request {
	grpc := isGRPC(r.Header)
	out := r.WithContext(context.WithValue(r.Context(), exchangeKey, &transit{proxy: s.proxy, peer: pr, w: rw}))
	u := *r.URL
	u.Scheme, u.Host, u.User = "https", pr.host, nil
	if pr.port != 443 {
		u.Host += portSuffix(pr.port)
	}
	out.URL, out.Host, out.Close = &u, u.Host, false
	waits := r.Header.Get("Expect") != ""
	stripRequest(out.Header, grpc)
	if !grpc {
		out.Trailer = nil
	}
	switch {
	case r.ContentLength == 0:
		out.Body = http.NoBody
	case grpc:
		out.Body = &requestBody{ReadCloser: r.Body, rc: rw.rc, armed: true, idle: 0, done: true}
	default:
		out.Body = &requestBody{ReadCloser: r.Body, rc: rw.rc, idle: s.proxy.cfg.Limits.Idle, waits: waits}
	}
	return out
}

// respond writes a refusal.
func (s *server) respond(w http.ResponseWriter, r *http.Request, reason Reason) {
	method := r.Method
	if method == refusedMethod {
		method = r.Context().Value(connKey).(*framedConn).method
	}
	resp := s.proxy.refuse(context.WithoutCancel(r.Context()), peerOf(r), method, reason)
	defer drop(resp)
	for name, values := range resp.Header {
		w.Header()[name] = values
	}
	w.WriteHeader(resp.StatusCode)
	if resp.Body != nil {
		_, _ = io.Copy(w, resp.Body)
	}
}

// refusedHere returns why framedConn refused the message that r stands for; "" if r is a client's request.
func refusedHere(r *http.Request) Reason {
	if c, ok := r.Context().Value(connKey).(*framedConn); ok && r.Method == refusedMethod {
		return c.refused
	}
	return ""
}

// peerOf returns the peer of an intercepted connection; outside of one it knows the source alone.
func peerOf(r *http.Request) *peer {
	if pr, ok := r.Context().Value(peerKey).(*peer); ok {
		return pr
	}
	return &peer{source: sourceOf(addr(r.RemoteAddr))}
}

// framedListener checks the framing of what it accepts, behind TLS if the gate speaks it to its clients.
type framedListener struct {
	net.Listener
	limits *Limits
	tls    *tls.Config
}

// Accept returns the next connection. Its handshake happens at the first read, within the time for a header.
func (l *framedListener) Accept() (net.Conn, error) {
	c, err := l.Listener.Accept()
	if err != nil {
		return nil, err
	}
	if l.tls != nil {
		c = tls.Server(c, l.tls)
	}
	return newFramedConn(c, l.limits, true), nil
}

// serverLog takes net/http's messages, which may quote what a client sent: only what kind of message it is passes.
type serverLog struct{ log zerolog.Logger }

// Write logs the kind of message.
func (l serverLog) Write(p []byte) (int, error) {
	kind := "other"
	for _, k := range [...]string{"Accept error", "superfluous response.WriteHeader", "panic serving", "TLS handshake error",
		"wrote more than the declared", "received unexpected", "http2:"} {
		if strings.Contains(string(p[:min(len(p), 80)]), k) {
			kind = k
			break
		}
	}
	l.log.Warn().Str("kind", kind).Msg("http server")
	return len(p), nil
}
