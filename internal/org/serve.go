package org

import (
	"compress/gzip"
	"compress/zlib"
	"io"
	"mime"
	"net/http"
	"net/url"
	"strings"
)

// maxDocument is the longest body that is read into memory, in bytes after decompression. Uploads are not read so.
const maxDocument = 64 << 20

// call is a request of the REST API, received or made of a subrequest.
type call struct {
	method string
	// base is the path of the version, such as /services/data/v60.0; path are the segments after it, decoded.
	base  string
	path  []string
	query url.Values
	body  []byte
	// media is the media type of the body, without parameters.
	media string
	user  string
	host  string
	// upload is the body of a call that is read while it is handled; body is nil then.
	upload io.Reader
	// inner says that the call is a subrequest.
	inner bool
}

// at returns a segment of the path, empty beyond its end.
func (c *call) at(i int) string {
	if i < len(c.path) {
		return c.path[i]
	}
	return ""
}

// is reports whether the path has a length and begins with the given segments, in any case. The empty string stands
// for any segment.
func (c *call) is(length int, fixed ...string) bool {
	if len(c.path) != length {
		return false
	}
	for i, s := range fixed {
		if s != "" && !strings.EqualFold(s, c.path[i]) {
			return false
		}
	}
	return true
}

// serve answers one request.
func (o *Org) serve(w http.ResponseWriter, r *http.Request) {
	e := o.log.open(r)
	a := o.answer(r)
	defer func() { e.finish(a.status) }()
	o.write(w, r, a)
}

// answer finds the API that a request calls.
func (o *Org) answer(r *http.Request) *answer {
	segments, err := split(r.URL.EscapedPath())
	if err != nil {
		return err.answer()
	}
	body, err := decoded(r)
	if err != nil {
		return err.answer()
	}
	is := func(i int, name string) bool { return i < len(segments) && strings.EqualFold(segments[i], name) }
	switch {
	case is(0, "services") && is(1, "oauth2"):
		return o.oauth(r, segments[2:], body)
	case is(0, "services") && is(1, "Soap"):
		return o.soap(r, segments[2:], body)
	case is(0, "services") && is(1, "async"):
		return asyncRefusal(r)
	case is(0, "services") && is(1, "data"):
		return o.data(r, segments[2:], body)
	case is(0, "id") && len(segments) == 3:
		return o.identityURL(r)
	}
	return errNoResource().answer()
}

// split decodes a path into segments: doubled and trailing slashes count for nothing, as the org treats them.
func split(escaped string) ([]string, *apiError) {
	var out []string
	for s := range strings.SplitSeq(escaped, "/") {
		if s == "" {
			continue
		}
		segment, err := url.PathUnescape(s)
		if err != nil {
			return nil, fail("URL_NOT_DECODABLE", "The request's path cannot be decoded")
		}
		out = append(out, segment)
	}
	return out, nil
}

// decoded undoes the Content-Encoding of a request.
func decoded(r *http.Request) (io.Reader, *apiError) {
	switch strings.ToLower(strings.TrimSpace(r.Header.Get("Content-Encoding"))) {
	case "", "identity":
		return r.Body, nil
	case "gzip":
		return &lazyReader{open: func() (io.Reader, error) { return gzip.NewReader(r.Body) }}, nil
	case "deflate":
		return &lazyReader{open: func() (io.Reader, error) { return zlib.NewReader(r.Body) }}, nil
	}
	return nil, fail("UNSUPPORTED_MEDIA_TYPE", "The content coding is not supported").with(http.StatusUnsupportedMediaType)
}

// lazyReader opens a decompressor when it is first read, so that a request without a body needs none.
type lazyReader struct {
	open func() (io.Reader, error)
	r    io.Reader
}

// Read implements io.Reader.
func (l *lazyReader) Read(p []byte) (int, error) {
	if l.r == nil {
		r, err := l.open()
		if err != nil {
			return 0, err
		}
		l.r = r
	}
	return l.r.Read(p)
}

// slurp reads a whole body. A body that is cut off is an error, so that nothing is done that was not said to its end.
func slurp(r io.Reader) ([]byte, *apiError) {
	body, err := io.ReadAll(io.LimitReader(r, maxDocument+1))
	if err != nil {
		return nil, errParse("The request's body cannot be read")
	}
	if len(body) > maxDocument {
		return nil, fail("REQUEST_LIMIT_EXCEEDED", "The request's body is too large").with(http.StatusRequestEntityTooLarge)
	}
	return body, nil
}

// data answers the REST API.
func (o *Org) data(r *http.Request, segments []string, body io.Reader) *answer {
	if len(segments) == 0 {
		return versions()
	}
	user, ok := o.authorised(r)
	if !ok {
		return errSession().answer()
	}
	c, err := newCall(r, segments, user)
	if err != nil {
		return err.answer()
	}
	if c.method == http.MethodPut && c.is(4, "jobs", "ingest", "", "batches") {
		c.upload = body
		return o.upload(c)
	}
	if c.body, err = slurp(body); err != nil {
		return err.answer()
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	a, err := o.route(c)
	if err != nil {
		a = err.answer()
	}
	return a.set("Sforce-Limit-Info", "api-usage=1/100000") // nothing is counted
}

// newCall makes the call of a request to the REST API.
func newCall(r *http.Request, segments []string, user string) (*call, *apiError) {
	if !isVersion(segments[0]) {
		return nil, errNoResource()
	}
	query, bad := url.ParseQuery(r.URL.RawQuery)
	if bad != nil {
		return nil, fail("URL_NOT_DECODABLE", "The request's query cannot be decoded")
	}
	c := &call{
		method: r.Method, base: "/services/data/" + strings.ToLower(segments[0]), path: segments[1:],
		query: query, user: user, host: r.Host,
	}
	if m := query.Get("_HttpMethod"); m != "" && r.Method == http.MethodPost {
		c.method = strings.ToUpper(m)
	}
	if ct := r.Header.Get("Content-Type"); ct != "" {
		c.media, _, _ = mime.ParseMediaType(ct)
	}
	if n := len(c.path); (n == 1 || n == 2) && (c.method == http.MethodGet || c.method == http.MethodHead) {
		c.path[n-1] = strings.TrimSuffix(c.path[n-1], ".json")
	}
	return c, nil
}

// isVersion reports whether s is a version such as v60.0.
func isVersion(s string) bool {
	major, ok := strings.CutSuffix(strings.ToLower(s), ".0")
	if !ok || len(major) != 3 || major[0] != 'v' {
		return false
	}
	return major >= "v20" && major <= "v67"
}

// route finds the resource of a call. o.mu is held.
func (o *Org) route(c *call) (*answer, *apiError) {
	switch c.media {
	case "multipart/form-data":
		return nil, fail("INVALID_MULTIPART_REQUEST", "This org does not take multipart requests")
	case "application/xml", "text/xml":
		return nil, fail("UNSUPPORTED_MEDIA_TYPE", "This org does not take XML on this resource").
			with(http.StatusUnsupportedMediaType)
	}
	switch strings.ToLower(c.at(0)) {
	case "":
		return only(c, resources, http.MethodGet)
	case "limits":
		if len(c.path) == 1 {
			return only(c, limits, http.MethodGet)
		}
	case "sobjects":
		return o.sobjects(c)
	case "composite":
		return o.compositeRoute(c)
	case "query", "queryall":
		return o.queryRoute(c)
	case "search", "parameterizedsearch":
		return o.searchRoute(c)
	case "jobs":
		if !c.inner {
			return o.jobsRoute(c)
		}
	}
	return nil, errNoResource()
}

// only calls f if the method of c is among those allowed. HEAD counts as GET.
func only(c *call, f func(*call) (*answer, *apiError), allowed ...string) (*answer, *apiError) {
	for _, m := range allowed {
		if c.method == m || m == http.MethodGet && c.method == http.MethodHead {
			return f(c)
		}
	}
	return nil, errMethod(c.method, strings.Join(allowed, ","))
}
