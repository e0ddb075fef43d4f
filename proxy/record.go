package proxy

import (
	"context"
	"crypto/tls"
	"net/http"
	"strings"
	"time"

	"github.com/phigate/phigate/audit"
	"github.com/phigate/phigate/inspect/salesforce"
	"github.com/phigate/phigate/policy"
)

// decision begins the record of a decision about what peer wants, under the given policy.
func (p *Proxy) decision(peer *peer, pol *policy.Policy) *audit.Decision {
	d := &audit.Decision{
		Mode: pol.Mode().String(), Client: peer.client, Dest: audit.Dest{Host: p.hostName(peer, pol), Port: peer.port},
		Policy: audit.Policy{Version: pol.Version(), Digest: pol.Digest()},
	}
	if peer.source.IsValid() {
		d.Source = peer.source.String()
	}
	if peer.state.HandshakeComplete {
		d.TLS.Version, d.TLS.Cipher = tls.VersionName(peer.state.Version), tls.CipherSuiteName(peer.state.CipherSuite)
	}
	return d
}

// hostName is the name of the peer's destination as it may be written down. Of a host that the policy does not let
// through only the last two labels are kept, because the others can carry anything out of a body.
func (p *Proxy) hostName(peer *peer, pol *policy.Policy) string {
	if listed, ok := pol.Host(peer.host, peer.port); ok && plainName(peer.host, listed) {
		return peer.host
	}
	labels := strings.Split(peer.host, ".")
	if len(labels) < 2 {
		return "{host}"
	}
	labels = labels[len(labels)-2:]
	for _, l := range labels {
		if len(l) > 20 || strings.Trim(l, "abcdefghijklmnopqrstuvwxyz-") != "" {
			return "{host}"
		}
	}
	return "*." + strings.Join(labels, ".")
}

// append makes a decision durable and counts it. Its error refuses what the decision is about.
func (p *Proxy) append(ctx context.Context, d *audit.Decision) error {
	began := time.Now()
	if err := p.cfg.Log.Append(ctx, d); err != nil {
		p.cfg.Logger.Error().Err(err).Str("decision", d.ID).Msg("the decision could not be recorded")
		return fault(ReasonAudit, err)
	}
	p.cfg.Metrics.appended(time.Since(began))
	if d.Kind != audit.Opening {
		p.cfg.Metrics.transferred(d.Dir, d.Bytes)
	}
	if d.Kind == audit.Whole || d.Kind == audit.Opening {
		p.cfg.Metrics.exchange(d.Action, d.Reason, d.API)
	}
	return nil
}

// refuse records and answers what never became an exchange: a CONNECT, a handshake, a request that the gate does not
// take. reason is from the fixed list; method is empty where there was no request.
func (p *Proxy) refuse(ctx context.Context, peer *peer, method string, reason Reason) *http.Response {
	d := p.decision(peer, p.cfg.Policy())
	d.ID, d.Kind, d.Cover = audit.NewID(time.Now()), audit.Connect, audit.None
	d.Action, d.Reason = policy.Block.String(), string(reason)
	d.HTTP.Method = knownMethod(method)
	f := &faultError{reason: reason}
	if err := p.append(context.WithoutCancel(ctx), d); err != nil {
		f = asFault(err)
	}
	p.cfg.Metrics.refusal(f.reason)
	dialect := salesforce.JSONArray
	if method == http.MethodConnect {
		dialect = plainText
	}
	resp := refusal(nil, answer{dialect: dialect, host: peer.host, decision: d.ID, fault: f})
	if resp.StatusCode == http.StatusProxyAuthRequired {
		resp.Header.Set("Proxy-Authenticate", `Basic realm="phigate", charset="UTF-8"`)
	}
	return resp
}

// knownMethod keeps a method of HTTP's own out of what a client can invent.
func knownMethod(method string) string {
	switch method {
	case "", http.MethodGet, http.MethodHead, http.MethodPost, http.MethodPut, http.MethodPatch, http.MethodDelete,
		http.MethodOptions, http.MethodConnect, http.MethodTrace:
		return method
	}
	return "{method}"
}
