package proxy

import (
	"bytes"
	"context"
	"crypto/tls"
	"errors"
	"io"
	"net"
	"os"
	"sync"
	"time"
)

// framedConn reads HTTP/1 requests from a connection and lets only those pass whose framing can be read in one way.
// net/http hides from its handlers, or repairs, what two readers may read differently: Content-Length beside
// Transfer-Encoding, equal lengths twice, folded lines, lines that end in LF alone. It therefore stands between
// net/http and the connection. A head is held until it is complete and checked; bodies pass straight through, with
// their chunks counted to find where the next head begins.
//
// In place of a message that is refused, net/http is given one with the method refusedMethod, so that the refusal is
// answered in order, by the handler, behind the responses to what came before. Reads are not safe for concurrent use,
// as net/http needs none; the deadlines are.
type framedConn struct {
	net.Conn
	limit    int           // bytes of a head
	patience time.Duration // for a head, from its first byte
	outer    bool          // CONNECT ends the framing instead of being refused

	scan      bodyScanner
	buf       []byte // buf[start:valid] was checked and waits for net/http, buf[valid:] begins a head
	start     int
	valid     int
	seen      int    // bytes behind valid that are known to hold no line end out of place
	first     bool   // no head was completed yet
	skipped   bool   // an empty line before the head was dropped
	err       error  // what Read returns once nothing waits
	refused   Reason // why the message was refused that net/http sees as refusedMethod
	method    string // its method, as far as it was readable
	discarded int    // bytes read behind it

	mu       sync.Mutex
	deadline time.Time // guarded by mu; what net/http set
	headEnd  time.Time // guarded by mu; when an unfinished head is given up, zero outside of one
}

// refusedMethod is the method of the request that stands for a refused one. parseHead refuses it from a client.
const refusedMethod = "PHIGATE-REFUSED"

const refusedHead = refusedMethod + " / HTTP/1.1\r\nHost: refused\r\nConnection: close\r\n\r\n"

// maxDiscard is how much a client may send behind a refused head and still read the answer, in bytes. Closing with
// bytes unread resets the connection, which can destroy the answer on its way.
const maxDiscard = 1 << 20

// errFraming ends a body whose chunks are malformed. It holds nothing of them.
var errFraming = errors.New("malformed chunked body")

var headBuffers = sync.Pool{New: func() any { b := make([]byte, 0, 4<<10); return &b }}

func newFramedConn(c net.Conn, l *Limits, outer bool) *framedConn {
	fc := &framedConn{Conn: c, limit: l.HeaderBytes, patience: l.Header, outer: outer, first: true}
	fc.setHeadEnd(time.Now().Add(l.Header))
	return fc
}

// Read returns bytes of requests whose framing was checked.
func (c *framedConn) Read(p []byte) (int, error) {
	for {
		if c.start < c.valid {
			n := copy(p, c.buf[c.start:c.valid])
			c.start += n
			return n, nil
		}
		if c.err != nil {
			return 0, c.err
		}
		if c.refused != "" {
			return 0, c.discard()
		}
		if c.start < len(c.buf) && c.admit() {
			continue
		}
		if n, err := c.fill(p); n > 0 || err != nil {
			return n, err
		}
	}
}

// fill reads from the connection: into p if nothing waits, else behind the head that waits. It returns how much of p
// belongs to a message in progress.
func (c *framedConn) fill(p []byte) (int, error) {
	if c.start == len(c.buf) {
		c.release()
		n, err := c.Conn.Read(p)
		k := c.scan.pass(p[:n])
		if c.scan.failed() {
			c.err = errFraming
		}
		if k < n && c.err == nil {
			c.keep(p[k:n])
		}
		if n > 0 || c.err != nil {
			return k, nil // the connection repeats its error, and Read returns ours, at the next call
		}
		return 0, c.timedOut(err)
	}
	c.grow()
	n, err := c.Conn.Read(c.buf[len(c.buf):cap(c.buf)])
	c.buf = c.buf[:len(c.buf)+n]
	if n > 0 {
		return 0, nil
	}
	return 0, c.timedOut(err)
}

// keep copies b, the beginning of a head, and starts its clock.
func (c *framedConn) keep(b []byte) {
	c.buf = append((*headBuffers.Get().(*[]byte))[:0], b...)
	if !c.first {
		c.setHeadEnd(time.Now().Add(c.patience))
	}
}

// grow makes room for at least one more byte.
func (c *framedConn) grow() {
	if c.start > 0 {
		c.buf = c.buf[:copy(c.buf, c.buf[c.start:])]
		c.valid -= c.start
		c.start = 0
	}
	if len(c.buf) == cap(c.buf) {
		c.buf = append(c.buf, 0)[:len(c.buf)]
	}
}

// release gives the buffer back: an idle connection holds none.
func (c *framedConn) release() {
	if c.buf != nil && cap(c.buf) <= 8<<10 {
		b := c.buf[:0]
		headBuffers.Put(&b)
	}
	c.buf, c.start, c.valid, c.seen = nil, 0, 0, 0
}

// admit looks for a complete head in what waits, checks it and lets it pass with what follows of its body. It
// reports whether anything changed.
func (c *framedConn) admit() bool {
	b := c.buf[c.valid:]
	if bytes.HasPrefix(b, crlf) && !c.skipped {
		// RFC 9112, section 2.2: one empty line before a request is ignored.
		c.start, c.valid, c.seen, c.skipped = c.start+2, c.valid+2, 0, true
		return true
	}
	end, bad := headEnd(b, c.seen)
	switch {
	case bad:
		c.refuse(ReasonFraming, "")
		return true
	case end < 0 && len(b) <= c.limit:
		c.seen = max(len(b)-3, 0)
		return false
	case end < 0 || end > c.limit:
		c.refuse(ReasonHeaderSize, "")
		return true
	}
	h, reason := parseHead(b[:end], c.outer)
	if reason != "" {
		c.refuse(reason, h.method)
		return true
	}
	c.first, c.skipped, c.seen = false, false, 0
	c.setHeadEnd(time.Time{})
	c.scan.begin(h)
	c.valid += end
	c.valid += c.scan.pass(c.buf[c.valid:])
	if c.scan.failed() {
		c.err = errFraming
	}
	if c.valid < len(c.buf) && c.err == nil {
		c.setHeadEnd(time.Now().Add(c.patience))
	}
	return true
}

// refuse puts the request that stands for a refused one in place of what waits.
func (c *framedConn) refuse(r Reason, method string) {
	c.release()
	c.refused, c.method = r, method
	c.buf = []byte(refusedHead)
	c.valid = len(c.buf)
	c.setHeadEnd(time.Time{})
}

// timedOut turns the end of a head's time into a refusal.
func (c *framedConn) timedOut(err error) error {
	if !errors.Is(err, os.ErrDeadlineExceeded) {
		return err
	}
	c.mu.Lock()
	over := !c.headEnd.IsZero() && !time.Now().Before(c.headEnd)
	c.mu.Unlock()
	if !over || len(c.buf) == 0 {
		return err
	}
	c.refuse(ReasonTimeout, "")
	return nil
}

// discard reads and forgets what a refused client still sends, so that the refusal's request is not cancelled by what
// follows it.
func (c *framedConn) discard() error {
	buf := headBuffers.Get().(*[]byte)
	defer headBuffers.Put(buf)
	for c.discarded < maxDiscard {
		n, err := c.Conn.Read((*buf)[:cap(*buf)])
		c.discarded += n
		if err != nil {
			return err
		}
	}
	return io.EOF
}

// Close closes the connection; after a refusal it first lets the answer arrive.
func (c *framedConn) Close() error {
	if c.refused != "" {
		_ = c.CloseWrite()
		_ = c.Conn.SetReadDeadline(time.Now().Add(500 * time.Millisecond))
		_ = c.discard()
	}
	return c.Conn.Close()
}

// CloseWrite says that nothing more comes, where the connection can say so.
func (c *framedConn) CloseWrite() error {
	if cw, ok := c.Conn.(interface{ CloseWrite() error }); ok {
		return cw.CloseWrite()
	}
	return nil
}

// ConnectionState returns the state of the TLS connection beneath, the zero one if there is none. net/http asks it.
func (c *framedConn) ConnectionState() tls.ConnectionState {
	if t, ok := c.Conn.(*tls.Conn); ok {
		return t.ConnectionState()
	}
	return tls.ConnectionState{}
}

// HandshakeContext completes the handshake of the TLS connection beneath, if there is one.
func (c *framedConn) HandshakeContext(ctx context.Context) error {
	if t, ok := c.Conn.(*tls.Conn); ok {
		return t.HandshakeContext(ctx)
	}
	return nil
}

// SetReadDeadline sets the deadline of reads. An unfinished head may have an earlier one.
func (c *framedConn) SetReadDeadline(t time.Time) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.deadline = t
	return c.Conn.SetReadDeadline(earlier(c.deadline, c.headEnd))
}

// SetDeadline sets the deadlines of reads and writes.
func (c *framedConn) SetDeadline(t time.Time) error {
	return errors.Join(c.SetReadDeadline(t), c.SetWriteDeadline(t))
}

// setHeadEnd sets when an unfinished head is given up; zero is outside of a head.
func (c *framedConn) setHeadEnd(t time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.headEnd = t
	_ = c.Conn.SetReadDeadline(earlier(c.deadline, c.headEnd))
}

// earlier returns the earlier of two deadlines, of which a zero one is none.
func earlier(a, b time.Time) time.Time {
	if a.IsZero() || !b.IsZero() && b.Before(a) {
		return b
	}
	return a
}
