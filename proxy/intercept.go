package proxy

import (
	"bufio"
	"bytes"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"slices"
	"sync"
	"time"

	"github.com/phigate/phigate/certs"
)

// hijackWriter lets goproxy take a connection over without losing what net/http read ahead: clients send their
// ClientHello together with CONNECT.
type hijackWriter struct{ http.ResponseWriter }

// Hijack returns the connection, which reads the buffered bytes first.
func (w hijackWriter) Hijack() (net.Conn, *bufio.ReadWriter, error) {
	c, rw, err := http.NewResponseController(w.ResponseWriter).Hijack()
	if err != nil {
		return nil, nil, fmt.Errorf("take over connection: %w", err)
	}
	if n := rw.Reader.Buffered(); n > 0 {
		ahead, _ := rw.Reader.Peek(n)
		c = &replayConn{Conn: c, ahead: bytes.Clone(ahead)}
	}
	return c, rw, nil
}

// replayConn reads bytes that were read ahead, then its connection.
type replayConn struct {
	net.Conn
	ahead []byte
}

// Read reads what was read ahead, then from the connection.
func (c *replayConn) Read(p []byte) (int, error) {
	if len(c.ahead) == 0 {
		return c.Conn.Read(p)
	}
	n := copy(p, c.ahead)
	if c.ahead = c.ahead[n:]; len(c.ahead) == 0 {
		c.ahead = nil
	}
	return n, nil
}

// infoConn is the connection beneath an intercepted one. It carries the peer to where only the connection is known:
// the callbacks of the handshake, and net/http's ConnContext.
type infoConn struct {
	net.Conn
	peer   *peer
	reason Reason // why a callback refused the handshake
}

// serverConfig returns the one configuration of all interceptions, so that sessions can be resumed.
func serverConfig(issuer *certs.Issuer) *tls.Config {
	config := certs.ServerConfig(issuer)
	config.GetConfigForClient = func(hello *tls.ClientHelloInfo) (*tls.Config, error) {
		return nil, checkHello(hello) // runs for resumed sessions too, GetCertificate does not
	}
	config.GetCertificate = func(hello *tls.ClientHelloInfo) (*tls.Certificate, error) {
		info, ok := hello.Conn.(*infoConn)
		if !ok {
			return nil, errSNI
		}
		return issuer.Leaf(info.peer.host)
	}
	return config
}

var errSNI = errors.New("server name is not the host of CONNECT")

// checkHello binds the handshake to CONNECT. A client without SNI gets the certificate of the host it asked for.
func checkHello(hello *tls.ClientHelloInfo) error {
	info, ok := hello.Conn.(*infoConn)
	if !ok {
		return errSNI
	}
	if len(hello.SupportedVersions) > 0 && slices.Max(hello.SupportedVersions) < tls.VersionTLS12 {
		info.reason = ReasonTLSVersion
		return nil // crypto/tls answers with the alert for it
	}
	if hello.ServerName != "" && !info.peer.is(hello.ServerName+portSuffix(info.peer.port)) {
		info.reason = ReasonSNI
		return errSNI
	}
	return nil
}

// intercept opens the tunnel to a job, ends its TLS and hands the connection to the inner server. It owns conn.
func (s *server) intercept(ctx context.Context, conn net.Conn, pr *peer) {
	limit := s.proxy.cfg.Limits.Handshake
	_ = conn.SetDeadline(time.Now().Add(limit))
	if _, err := io.WriteString(conn, "HTTP/1.1 200 Connection established\r\n\r\n"); err != nil {
		_ = conn.Close()
		return
	}
	info := &infoConn{Conn: conn, peer: pr}
	t := tls.Server(info, s.proxy.serverTLS)
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	if err := t.HandshakeContext(ctx); err != nil {
		s.handshakeFailed(ctx, info, err)
		_ = conn.Close()
		return
	}
	_ = conn.SetDeadline(time.Time{})
	intercepted := *pr
	intercepted.state = t.ConnectionState()
	info.peer = &intercepted
	result := "ok"
	if intercepted.state.DidResume {
		result = "resumed"
	}
	s.proxy.cfg.Metrics.handshake(result)
	var c net.Conn = t // bare for HTTP/2: net/http asserts its type
	if intercepted.state.NegotiatedProtocol != "h2" {
		c = newFramedConn(t, &s.proxy.cfg.Limits, false)
	}
	if !s.tunnels.push(c) {
		_ = c.Close()
	}
}

// handshakeFailed records why a handshake failed. The job learns it from the alert, or from the end of its connection.
func (s *server) handshakeFailed(ctx context.Context, info *infoConn, err error) {
	reason := info.reason
	var header tls.RecordHeaderError
	switch {
	case reason != "":
	case errors.As(err, &header):
		reason = ReasonNotTLS
	case errors.Is(err, os.ErrDeadlineExceeded), errors.Is(err, context.DeadlineExceeded):
		reason = ReasonTimeout
	case errors.Is(err, io.EOF), errors.Is(err, context.Canceled):
		reason = ReasonClientAbort
	default:
		reason = ReasonHandshake
	}
	s.proxy.cfg.Metrics.handshake(string(reason))
	drop(s.proxy.refuse(context.WithoutCancel(ctx), info.peer, http.MethodConnect, reason)) //nolint:bodyclose // drop closes it
}

// tunnelListener hands intercepted connections to the inner server.
type tunnelListener struct {
	addr  net.Addr
	conns chan net.Conn
	done  chan struct{}
	once  sync.Once
}

func newTunnelListener(addr net.Addr) *tunnelListener {
	return &tunnelListener{addr: addr, conns: make(chan net.Conn), done: make(chan struct{})}
}

// push waits until the inner server takes c; it reports false if the listener was closed.
func (l *tunnelListener) push(c net.Conn) bool {
	select {
	case l.conns <- c:
		return true
	case <-l.done:
		return false
	}
}

// Accept returns the next intercepted connection.
func (l *tunnelListener) Accept() (net.Conn, error) {
	select {
	case c := <-l.conns:
		return c, nil
	case <-l.done:
		return nil, net.ErrClosed
	}
}

// Close ends Accept and push.
func (l *tunnelListener) Close() error {
	l.once.Do(func() { close(l.done) })
	return nil
}

// Addr returns the address of the outer listener.
func (l *tunnelListener) Addr() net.Addr { return l.addr }
