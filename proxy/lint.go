package proxy

import (
	"net/http"
	"net/textproto"
	"slices"
	"strings"
)

// methods are those that Salesforce's APIs use.
var methods = []string{"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"}

// lint says why a request inside of a tunnel is refused; "" if it is not. It changes nothing.
func lint(r *http.Request, pr *peer, limits *Limits) Reason {
	switch {
	case !slices.Contains(methods, r.Method):
		return ReasonMethod
	case r.URL.IsAbs() && r.URL.Scheme != "https" && r.URL.Scheme != "http":
		return ReasonScheme
	case r.URL.Opaque != "" || r.URL.User != nil || !r.URL.IsAbs() && !strings.HasPrefix(r.RequestURI, "/"):
		return ReasonTarget
	case r.URL.Scheme == "http", !pr.is(r.Host), misdirected(r.Header, pr):
		return ReasonMisdirected
	case len(r.Header["Upgrade"]) > 0, len(r.Header["Http2-Settings"]) > 0, nominates(r.Header, "upgrade"):
		return ReasonUpgrade
	case !continues(r.Header["Expect"]):
		return ReasonExpect
	case nominatesEndToEnd(r.Header):
		return ReasonHeader
	case tooLarge(r.Header, limits.HeaderBytes):
		return ReasonHeaderSize
	}
	return ""
}

// is reports whether authority, as a request spells it, is where CONNECT went.
func (p *peer) is(authority string) bool {
	host, port, reason := splitAuthority(authority, "443")
	return reason == "" && host == p.host && port == p.port
}

// misdirected reports whether a Host header, which HTTP/2 allows beside :authority, names another host.
func misdirected(h http.Header, pr *peer) bool {
	return slices.ContainsFunc(h["Host"], func(v string) bool { return !pr.is(v) })
}

func continues(expect []string) bool {
	return !slices.ContainsFunc(expect, func(v string) bool { return !strings.EqualFold(v, "100-continue") })
}

// connectionOptions calls f with each option of the Connection header, in lower case, until f returns false.
func connectionOptions(h http.Header, f func(string) bool) {
	for _, v := range h["Connection"] {
		for option := range strings.SplitSeq(v, ",") {
			if option = strings.ToLower(textproto.TrimString(option)); option != "" && !f(option) {
				return
			}
		}
	}
}

func nominates(h http.Header, name string) (found bool) {
	connectionOptions(h, func(option string) bool {
		found = option == name
		return !found
	})
	return found
}

// nominatesEndToEnd reports whether Connection nominates a header that the upstream needs: stripping it would make the
// gate and the upstream read two different requests (RFC 9110, section 7.6.1).
func nominatesEndToEnd(h http.Header) (found bool) {
	connectionOptions(h, func(option string) bool {
		found = endToEnd(option)
		return !found
	})
	return found
}

func endToEnd(name string) bool {
	switch name {
	case "authorization", "cookie", "host", "date", "expect", "origin", "referer", "soapaction", "user-agent",
		"x-http-method-override", "transfer-encoding", "cache-control", "prefer", "range":
		return true
	}
	for _, prefix := range [...]string{"accept", "content-", "if-", "sforce-", "x-sfdc-", "grpc-", "x-phi"} {
		if strings.HasPrefix(name, prefix) {
			return true
		}
	}
	return false
}

// tooLarge bounds what HTTP/2 lets through: HPACK makes large headers out of few bytes.
func tooLarge(h http.Header, limit int) bool {
	size, count := 0, 0
	for name, values := range h {
		for _, v := range values {
			size += len(name) + len(v) + 4
			count++
		}
	}
	return size > limit || count > maxHeaders
}

// hopByHop are the headers that end at the gate (RFC 9110, section 7.6.1), in both directions.
var hopByHop = [...]string{"Connection", "Keep-Alive", "Te", "Trailer", "Transfer-Encoding", "Upgrade"}

// stripRequest removes what the upstream must not see: hop-by-hop headers, those that Connection nominates, what says
// where the job connects from, the gate's own, and ranges, whose slices cannot be judged.
func stripRequest(h http.Header, grpc bool) {
	stripHop(h)
	if grpc {
		h["Te"] = []string{"trailers"} // RFC 9110, section 10.1.4; gRPC servers insist on it
	}
	for name := range h {
		if isOurs(name) || strings.HasPrefix(name, "X-Forwarded-") {
			delete(h, name)
		}
	}
	if _, ok := h["User-Agent"]; !ok {
		h["User-Agent"] = []string{""} // net/http would put its own name there
	}
	for _, name := range [...]string{"Host", "Expect", "Forwarded", "Via", "X-Real-Ip", "Range", "If-Range"} {
		delete(h, name)
	}
}

// stripResponse removes what ends at the gate from the upstream's answer, and what only the gate may say.
func stripResponse(h http.Header) {
	stripHop(h)
	for name := range h {
		if isOurs(name) {
			delete(h, name)
		}
	}
}

func stripHop(h http.Header) {
	connectionOptions(h, func(option string) bool {
		delete(h, textproto.CanonicalMIMEHeaderKey(option))
		return true
	})
	for _, name := range hopByHop {
		delete(h, name)
	}
}

// isOurs reports whether only the gate, or a proxy, speaks this header. Proxy-Status is among them.
func isOurs(name string) bool {
	return strings.HasPrefix(name, "Proxy-") || strings.HasPrefix(name, "X-Phigate-") || strings.HasPrefix(name, "X-Phi-")
}

// isGRPC reports whether a message carries gRPC, which needs trailers and may stand still for as long as it likes.
func isGRPC(h http.Header) bool {
	ct := h.Get("Content-Type")
	const grpc = "application/grpc"
	return len(ct) >= len(grpc) && strings.EqualFold(ct[:len(grpc)], grpc)
}
