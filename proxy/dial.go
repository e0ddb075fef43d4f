package proxy

import (
	"context"
	"net"
)

// Dial connects to "host:port" over the way that exchanges take: resolved and guarded as u says, through its parent
// proxy if it has one. It speaks no TLS.
func Dial(ctx context.Context, u Upstream, address string) (net.Conn, error) {
	cfg := &Config{Upstream: u}
	cfg.Limits.applyDefaults()
	return newUpstream(cfg, NewGuard(u.Allow, u.Own), "").dial(ctx, address)
}
