package auth

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"

	"github.com/phigate/phigate/audit"
)

// maxBody is the largest body of a request, in bytes. Nothing is uploaded.
const maxBody = 64 << 10

// contentPolicy lets a page have what this host serves, and nothing inline.
const contentPolicy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; " +
	"form-action 'self'; frame-ancestors 'none'; base-uri 'none'"

// protections are the headers of each response. The referrer stays on this host and is not taken away altogether: with
// no-referrer browsers send "Origin: null" with forms (Fetch, append a request Origin header), and the origin is what
// tells our own forms from others'.
func protections() map[string]string {
	return map[string]string{
		"Content-Security-Policy":      contentPolicy,
		"X-Content-Type-Options":       "nosniff",
		"X-Frame-Options":              "DENY",
		"Referrer-Policy":              "same-origin",
		"Cross-Origin-Opener-Policy":   "same-origin",
		"Cross-Origin-Resource-Policy": "same-origin",
		"Cross-Origin-Embedder-Policy": "require-corp",
		"Permissions-Policy": "accelerometer=(), camera=(), clipboard-read=(), display-capture=(), geolocation=(), gyroscope=(), " +
			"magnetometer=(), microphone=(), payment=(), usb=()",
		"Cache-Control": "no-store",
		"X-Robots-Tag":  "noindex",
	}
}

// origins returns the origin of each host that is answered, by host.
func origins(hosts []string, secure bool) (map[string]string, error) {
	scheme := "http"
	if secure {
		scheme = "https"
	}
	out := make(map[string]string, len(hosts))
	for _, h := range hosts {
		u, err := url.Parse(scheme + "://" + h)
		if err != nil || u.Host != h || u.Hostname() == "" || strings.ContainsAny(h, "*/?#@ ") {
			return nil, fmt.Errorf("open accounts: %q is not a host to answer; hint: a name or an address, with :port", h)
		}
		name := plainHost(h, secure)
		out[name] = scheme + "://" + name
	}
	return out, nil
}

// plainHost returns a host in lower case and without the port that its scheme has anyway, as browsers write it.
func plainHost(h string, secure bool) string {
	h = strings.ToLower(h)
	if secure {
		return strings.TrimSuffix(h, ":443")
	}
	return strings.TrimSuffix(h, ":80")
}

// Protect is the outermost handler of the console. In this order: the headers that make browsers careful, the list of
// hosts (421), the origin of what changes something (403), the size of the body, and the session. What comes after it asks
// [Actor] who is there; it does not itself keep anybody out.
func (a *Auth) Protect(next http.Handler) http.Handler {
	crossOrigin := http.NewCrossOriginProtection()
	headers := protections()
	if a.cfg.Secure {
		headers["Strict-Transport-Security"] = "max-age=31536000"
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		for name, value := range headers {
			w.Header().Set(name, value)
		}
		origin, known := a.origins[plainHost(r.Host, a.cfg.Secure)]
		if !known {
			http.Error(w, "the console does not answer to this name", http.StatusMisdirectedRequest)
			return
		}
		source := sourceOf(r)
		if err := a.sameOrigin(crossOrigin, r, origin); err != nil {
			a.refused(r.Context(), audit.Access{Kind: audit.AccessLook, Source: source, Reason: reasonOrigin})
			a.message(w, http.StatusForbidden, "Not sent from here", "This was not sent from a page of the console, so that "+
				"nothing was done. Open the console again and repeat what you did there.")
			return
		}
		r.Body = http.MaxBytesReader(w, r.Body, maxBody)
		v, err := a.resume(r, source)
		if err != nil {
			a.unavailable(w, r, err)
			return
		}
		next.ServeHTTP(w, r.WithContext(context.WithValue(r.Context(), visitKey{}, v)))
	})
}

// errOrigin says that a request that changes something does not say, or cannot say, that it comes from this console.
var errOrigin = errors.New("cross-origin")

// sameOrigin refuses what changes something unless it comes from a page of this host. net/http's check lets requests pass
// that say nothing of where they come from, as programs' do; there are no programs here, so that Origin must be ours,
// or Sec-Fetch-Site must say so.
func (a *Auth) sameOrigin(c *http.CrossOriginProtection, r *http.Request, origin string) error {
	switch r.Method {
	case http.MethodGet, http.MethodHead, http.MethodOptions:
		return nil
	}
	if a.oidc != nil && r.Method == http.MethodPost && r.URL.Path == backChannelPath {
		return nil // from the provider itself, with a signed token and no cookie
	}
	if err := c.Check(r); err != nil {
		return errOrigin
	}
	sent := r.Header.Values("Origin")
	switch {
	case len(sent) == 1 && sent[0] == origin:
		return nil
	case len(sent) == 0 && r.Header.Get("Sec-Fetch-Site") == "same-origin":
		return nil
	}
	return errOrigin
}

// localPath returns a path of this console to go to after sign-in, or "/" for what could lead elsewhere. Browsers take a
// backslash for a slash and drop tabs and line breaks (WHATWG URL, 4.4), so that none of them is let through.
func localPath(next string) string {
	if len(next) > 2000 || !strings.HasPrefix(next, "/") || strings.HasPrefix(next, "//") {
		return "/"
	}
	for i := range len(next) {
		if c := next[i]; c <= ' ' || c >= 0x7f || c == '\\' {
			return "/"
		}
	}
	u, err := url.Parse(next)
	if err != nil || u.Scheme != "" || u.Host != "" || u.User != nil || strings.HasPrefix(u.Path, "//") ||
		strings.Contains(u.Path, `\`) {
		return "/"
	}
	for _, own := range []string{"/login", "/logout", "/setup", "/oidc"} {
		if u.Path == own || strings.HasPrefix(u.Path, own+"/") {
			return "/"
		}
	}
	return next
}
