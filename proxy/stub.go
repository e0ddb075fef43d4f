package proxy

import (
	"context"
	"net/http"
)

// exchange takes a request to the upstream and back.
func (p *Proxy) exchange(req *http.Request, peer *peer) *http.Response {
	resp, err := p.upstream.RoundTrip(req)
	if err != nil {
		return p.refuse(req.Context(), peer, req.Method, classify(err))
	}
	return resp
}

// refuse answers what never became an exchange: refused at CONNECT, in the handshake, by lint or by the upstream.
func (p *Proxy) refuse(_ context.Context, _ *peer, _ string, reason Reason) *http.Response {
	status := http.StatusForbidden
	switch reason {
	case ReasonIdentity, ReasonRateLimited:
		status = http.StatusProxyAuthRequired
	case ReasonMisdirected:
		status = http.StatusMisdirectedRequest
	case ReasonAuthority, ReasonFraming, ReasonTarget, ReasonScheme, ReasonHeader:
		status = http.StatusBadRequest
	case ReasonMethod:
		status = http.StatusMethodNotAllowed
	case ReasonUpgrade:
		status = http.StatusNotImplemented
	case ReasonExpect:
		status = http.StatusExpectationFailed
	case ReasonHeaderSize:
		status = http.StatusRequestHeaderFieldsTooLarge
	case ReasonTimeout:
		status = http.StatusRequestTimeout
	case ReasonPanic:
		status = http.StatusInternalServerError
	case ReasonDraining:
		status = http.StatusServiceUnavailable
	case ReasonUpstreamTimeout:
		status = http.StatusGatewayTimeout
	case ReasonDNS, ReasonDial, ReasonGuard, ReasonUpstreamTLS, ReasonCertificate, ReasonPin, ReasonRevoked,
		ReasonParent, ReasonReset, ReasonUpstream:
		status = http.StatusBadGateway
	}
	h := http.Header{"Content-Type": {"text/plain"}}
	if status == http.StatusProxyAuthRequired {
		h.Set("Proxy-Authenticate", `Basic realm="phigate"`)
	}
	p.cfg.Metrics.refusal(reason)
	return &http.Response{StatusCode: status, ProtoMajor: 1, ProtoMinor: 1, Header: h, Body: http.NoBody}
}
