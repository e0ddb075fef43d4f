package org

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"time"
)

// Server is an org that listens.
type Server struct {
	// Addr is the address it listens on, with the port that the system chose.
	Addr string
	// Roots holds the org's own authority, RootPEM is the same in PEM.
	Roots   *x509.CertPool
	RootPEM []byte
	// Pins are the SPKI pins of the authority and of the leaf, in this order, spelt sha256/BASE64.
	Pins []string

	stop context.CancelFunc
	done chan error
}

// Listen serves the org on a TCP address, such as 127.0.0.1:0, with TLS, HTTP/1.1 and HTTP/2. The caller closes the
// server.
func (o *Org) Listen(addr string) (*Server, error) {
	l, err := net.Listen("tcp", addr)
	if err != nil {
		return nil, fmt.Errorf("org: listen: %w", err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	s := &Server{
		Addr: l.Addr().String(), Roots: o.Roots(), RootPEM: o.RootPEM(), Pins: o.Pins(),
		stop: cancel, done: make(chan error, 1),
	}
	go func() { s.done <- o.Serve(ctx, l) }()
	return s, nil
}

// Close closes the listener and all connections. A handler that still runs sees its connection gone.
func (s *Server) Close() error {
	s.stop()
	err := <-s.done
	s.done <- nil // a second Close finds this
	return err
}

// Serve speaks TLS on l until ctx ends, and closes l. It returns nil if that was the reason.
func (o *Org) Serve(ctx context.Context, l net.Listener) error {
	srv := &http.Server{
		Handler:           o.Handler(),
		ReadHeaderTimeout: 10 * time.Second,
		IdleTimeout:       2 * time.Minute,
		MaxHeaderBytes:    64 << 10,
		ErrorLog:          log.New(io.Discard, "", 0), // handshakes that a test breaks on purpose
		TLSConfig: &tls.Config{
			MinVersion:   tls.VersionTLS12,
			Certificates: []tls.Certificate{o.identity.leaf},
		},
	}
	ended := make(chan struct{})
	stop := context.AfterFunc(ctx, func() {
		defer close(ended)
		// Requests in flight end with their connections: a test that closes the org wants it gone.
		_ = srv.Close()
	})
	err := srv.ServeTLS(l, "", "")
	if !stop() {
		<-ended
		return nil
	}
	_ = srv.Close()
	return fmt.Errorf("org: serve: %w", err)
}

// Roots returns a pool that holds the org's own authority.
func (o *Org) Roots() *x509.CertPool {
	pool := x509.NewCertPool()
	pool.AddCert(o.identity.root)
	return pool
}

// RootPEM returns the org's own authority in PEM. The caller may change the slice.
func (o *Org) RootPEM() []byte { return o.identity.rootPEM() }

// Pins returns the SPKI pins of the authority and of the leaf, in this order.
func (o *Org) Pins() []string { return []string{pin(o.identity.root), pin(o.identity.leaf.Leaf)} }
