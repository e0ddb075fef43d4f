package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"syscall"
	"time"

	"github.com/prometheus/client_golang/prometheus/promhttp"

	"github.com/phigate/phigate/audit"
)

// serveAdmin answers /metrics, /healthz and /readyz until ctx ends. It is not reachable through the proxy: the gate
// never dials its own addresses.
func (g *gate) serveAdmin(ctx context.Context, l net.Listener) error {
	mux := http.NewServeMux()
	mux.Handle("GET /metrics", promhttp.HandlerFor(g.registry, promhttp.HandlerOpts{}))
	mux.HandleFunc("GET /healthz", func(w http.ResponseWriter, _ *http.Request) { fmt.Fprintln(w, "ok") })
	mux.HandleFunc("GET /readyz", func(w http.ResponseWriter, _ *http.Request) {
		if err := g.ready(); err != nil {
			http.Error(w, err.Error(), http.StatusServiceUnavailable)
			return
		}
		fmt.Fprintln(w, "ready")
	})
	if err := serveUntil(ctx, newServer(mux), l, adminGrace); err != nil {
		return fmt.Errorf("serve admin: %w", err)
	}
	return nil
}

// adminGrace is how long an answer to the platform may take that is under way when the gate ends.
const adminGrace = time.Second

// serveUntil answers until ctx ends. It returns when the answers that were under way then are sent, so that nothing is
// closed under them; those that take longer than grace are cut off.
func serveUntil(ctx context.Context, server *http.Server, l net.Listener, grace time.Duration) error {
	over := make(chan struct{})
	stop := context.AfterFunc(ctx, func() {
		defer close(over)
		wait, cancel := context.WithTimeout(context.WithoutCancel(ctx), grace)
		defer cancel()
		if server.Shutdown(wait) != nil {
			_ = server.Close() // of connections that are cut off
		}
	})
	err := server.Serve(l)
	if stop() { // it ended by itself
		return err
	}
	<-over
	if errors.Is(err, http.ErrServerClosed) {
		return nil
	}
	return err
}

// ready says why no exchange should be sent here.
func (g *gate) ready() error {
	if g.proxy.Draining() {
		return errors.New("draining")
	}
	return unrecorded(g.evidence.decisions.Err())
}

// unrecorded says that decisions cannot be recorded, and in one of a few fixed sentences why: the cause names files, and who
// asks whether the gate is ready need not know where they are.
func unrecorded(err error) error {
	if err == nil {
		return nil
	}
	for _, cause := range []error{syscall.ENOSPC, audit.ErrRollback, audit.ErrClosed, audit.ErrBusy, audit.ErrFailed} {
		if errors.Is(err, cause) {
			return fmt.Errorf("decisions cannot be recorded: %w", cause)
		}
	}
	return errors.New("decisions cannot be recorded")
}
