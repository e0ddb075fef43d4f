package main

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"net/http"
	"time"

	"github.com/phigate/phigate/audit"
	"github.com/phigate/phigate/console"
	"github.com/phigate/phigate/console/auth"
	"github.com/phigate/phigate/proxy"
)

// pages is the console where it listens.
type pages struct {
	listener net.Listener
	base     string // URL under which people open the pages
	accounts *auth.Auth
	console  *console.Console
}

// openPages opens the console's address and accounts; nil if the console is turned off.
func (g *gate) openPages() (*pages, error) {
	cfg := &g.cfg.Console
	if *cfg.Listen == "" {
		return nil, nil
	}
	l, err := listen("console.listen", *cfg.Listen)
	if err != nil {
		return nil, err
	}
	p := &pages{listener: l, base: cfg.base(l.Addr())}
	if err := g.buildPages(p, l.Addr()); err != nil {
		return nil, errors.Join(err, l.Close())
	}
	return p, nil
}

// buildPages makes what p serves.
func (g *gate) buildPages(p *pages, address net.Addr) error {
	cfg := &g.cfg.Console
	if cfg.Certificate != "" {
		pair, err := tls.LoadX509KeyPair(cfg.Certificate, cfg.Key)
		if err != nil {
			return fmt.Errorf("console: %w", err)
		}
		p.listener = tls.NewListener(p.listener, &tls.Config{
			MinVersion: tls.VersionTLS12, Certificates: []tls.Certificate{pair}, NextProtos: []string{"h2", "http/1.1"},
		})
	}
	provider, err := cfg.provider(p.base)
	if err != nil {
		return err
	}
	p.accounts, err = auth.Open(auth.Config{
		File: g.cfg.usersFile(), Log: g.evidence.access, Hosts: cfg.hosts(address), Secure: cfg.secure(),
		Idle: cfg.Idle, Absolute: cfg.Absolute, OIDC: provider,
	})
	if err != nil {
		return err
	}
	p.console, err = console.New(console.Config{
		Index: g.evidence.index, Desk: g.evidence.desk, Auth: p.accounts, Decisions: g.cfg.auditDir(),
		Prove:  func(id string) ([]byte, error) { return audit.Prove(g.cfg.auditDir(), id) },
		Policy: g.archive.Text, Explain: proxy.Explain, Report: g.reportPage, Version: version(),
	})
	return err
}

// secure reports whether browsers reach the pages by TLS: the console's own, or that of what stands before it.
func (p *consoleConfig) secure() bool {
	return p.Certificate != "" || len(p.URL) > 8 && p.URL[:8] == "https://"
}

// reportPage logs what went wrong behind an error page.
func (g *gate) reportPage(id, route string, err error) {
	g.logger.Error().Err(err).Str("page", route).Str("error_id", id).Msg("a page of the console failed")
}

// serve answers until ctx ends.
func (p *pages) serve(ctx context.Context) error {
	server := newServer(p.console.Handler())
	stop := context.AfterFunc(ctx, func() {
		wait, cancel := context.WithTimeout(context.WithoutCancel(ctx), time.Second)
		defer cancel()
		_ = server.Shutdown(wait)
	})
	defer stop()
	if err := server.Serve(p.listener); !errors.Is(err, http.ErrServerClosed) {
		return fmt.Errorf("serve the console: %w", err)
	}
	return nil
}
