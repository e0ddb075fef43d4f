package proxy

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestLint(t *testing.T) {
	pr := &peer{host: orgHost, port: 443}
	limits := &Limits{HeaderBytes: 1 << 10}
	tests := map[string]struct {
		change func(r *http.Request)
		want   Reason
	}{
		"fine":                {func(*http.Request) {}, ""},
		"host in upper case":  {func(r *http.Request) { r.Host = strings.ToUpper(orgHost) }, ""},
		"host, dot and port":  {func(r *http.Request) { r.Host = orgHost + ".:443" }, ""},
		"other port":          {func(r *http.Request) { r.Host = orgHost + ":8443" }, ReasonMisdirected},
		"other host":          {func(r *http.Request) { r.Host = "evil.tld" }, ReasonMisdirected},
		"no host":             {func(r *http.Request) { r.Host = "" }, ReasonMisdirected},
		"address":             {func(r *http.Request) { r.Host = "127.0.0.1" }, ReasonMisdirected},
		"Host beside":         {func(r *http.Request) { r.Header.Set("Host", "evil.tld") }, ReasonMisdirected},
		"Host beside, same":   {func(r *http.Request) { r.Header.Set("Host", orgHost) }, ""},
		"absolute":            {func(r *http.Request) { r.URL = &url.URL{Scheme: "https", Host: orgHost, Path: "/"} }, ""},
		"absolute http":       {func(r *http.Request) { r.URL = &url.URL{Scheme: "http", Host: orgHost, Path: "/"} }, ReasonMisdirected},
		"absolute ftp":        {func(r *http.Request) { r.URL = &url.URL{Scheme: "ftp", Host: orgHost, Path: "/"} }, ReasonScheme},
		"user info":           {func(r *http.Request) { r.URL.User = url.User("a") }, ReasonTarget},
		"asterisk":            {func(r *http.Request) { r.RequestURI = "*" }, ReasonTarget},
		"TRACE":               {func(r *http.Request) { r.Method = "TRACE" }, ReasonMethod},
		"lower case":          {func(r *http.Request) { r.Method = "get" }, ReasonMethod},
		"websocket":           {func(r *http.Request) { r.Header.Set("Upgrade", "websocket") }, ReasonUpgrade},
		"Connection: upgrade": {func(r *http.Request) { r.Header.Set("Connection", "keep-alive, UPGRADE") }, ReasonUpgrade},
		"h2c":                 {func(r *http.Request) { r.Header.Set("HTTP2-Settings", "AAMAAABk") }, ReasonUpgrade},
		"expect":              {func(r *http.Request) { r.Header.Set("Expect", "tea") }, ReasonExpect},
		"expect twice":        {func(r *http.Request) { r.Header["Expect"] = []string{"100-continue", "tea"} }, ReasonExpect},
		"nominated":           {func(r *http.Request) { r.Header.Set("Connection", "close, authorization") }, ReasonHeader},
		"nominated prefix":    {func(r *http.Request) { r.Header.Set("Connection", "Content-Encoding") }, ReasonHeader},
		"nominated hop":       {func(r *http.Request) { r.Header.Set("Connection", "x-hop") }, ""},
		"large":               {func(r *http.Request) { r.Header.Set("A", strings.Repeat("a", 1<<10)) }, ReasonHeaderSize},
		"many":                {func(r *http.Request) { r.Header["A"] = make([]string, maxHeaders+1) }, ReasonHeaderSize},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			r := &http.Request{Method: "GET", URL: &url.URL{Path: "/"}, RequestURI: "/", Host: orgHost, Header: http.Header{}}
			tt.change(r)
			if got := lint(r, pr, limits); got != tt.want {
				t.Errorf("lint = %q, want %q", got, tt.want)
			}
		})
	}
}

func TestStrip(t *testing.T) {
	in := func() http.Header {
		return http.Header{"Connection": {"close, X-Hop"}, "X-Hop": {"1"}, "Keep-Alive": {"1"}, "Te": {"gzip"}, "Trailer": {"A"},
			"Transfer-Encoding": {"chunked"}, "Upgrade": {"a"}, "Proxy-Status": {"a"}, "Proxy-Authorization": {"a"},
			"X-Phigate-Decision": {"a"}, "X-Phi-Verdict": {"a"}, "X-Forwarded-Host": {"a"}, "Forwarded": {"a"}, "Via": {"a"},
			"Range": {"a"}, "If-Range": {"a"}, "Authorization": {"a"}, "Content-Type": {"a"}, "User-Agent": {"a"}}
	}
	kept := http.Header{"Authorization": {"a"}, "Content-Type": {"a"}, "User-Agent": {"a"}}
	h := in()
	stripRequest(h, false)
	if diff := cmp.Diff(kept, h); diff != "" {
		t.Errorf("request (-want +got)\n%s", diff)
	}
	h = in()
	stripRequest(h, true)
	kept["Te"] = []string{"trailers"}
	if diff := cmp.Diff(kept, h); diff != "" {
		t.Errorf("gRPC request (-want +got)\n%s", diff)
	}
	h = in()
	stripResponse(h)
	for _, name := range []string{"Connection", "X-Hop", "Keep-Alive", "Transfer-Encoding", "Proxy-Status", "X-Phigate-Decision"} {
		if h.Get(name) != "" {
			t.Errorf("response: %s was kept", name)
		}
	}
}

func TestResolve(t *testing.T) {
	m := map[string]string{"*.example.com:443": "wide", "*.a.example.com:443": "narrow", "x.a.example.com:443": "exact"}
	for address, want := range map[string]string{
		"b.example.com:443": "wide", "c.b.example.com:443": "wide", "y.a.example.com:443": "narrow", "x.a.example.com:443": "exact",
		"example.com:443": "", "evilexample.com:443": "", "b.example.com:444": "",
	} {
		if got, ok := resolve(m, address); got != want || ok != (want != "") {
			t.Errorf("resolve(%s) = %q %v, want %q", address, got, ok, want)
		}
	}
}
