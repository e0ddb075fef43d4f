package proxy

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/prometheus/client_golang/prometheus"
)

func TestResponseTrailers(t *testing.T) {
	for _, originH2 := range []bool{false, true} {
		for _, clientH2 := range []bool{false, true} {
			for _, announced := range []bool{false, true} {
				t.Run(fmt.Sprintf("%s to %s, announced %v", name(originH2), name(clientH2), announced), func(t *testing.T) {
					o := newOrigin(t, func(w http.ResponseWriter, r *http.Request) {
						w.Header().Set("Content-Type", "text/plain")
						if announced {
							w.Header().Set("Trailer", "X-Sum")
						}
						_, _ = io.WriteString(w, "hello")
						w.(http.Flusher).Flush()
						if announced {
							w.Header().Set("X-Sum", "1")
						} else {
							w.Header().Set(http.TrailerPrefix+"X-Sum", "1")
						}
					}, func(s *httptest.Server) { s.EnableHTTP2 = originH2 })
					g := newGate(t, o, nil)
					resp, err := g.client(clientH2).Get("https://" + orgHost + restPath)
					if err != nil {
						t.Fatal(err)
					}
					defer resp.Body.Close()
					body, err := io.ReadAll(resp.Body)
					if string(body) != "hello" || err != nil || resp.Trailer.Get("X-Sum") != "1" {
						t.Errorf("%q %v, trailers %v", body, err, resp.Trailer)
					}
				})
			}
		}
	}
}

// What is past the hold window reaches the job while the upstream is still sending.
func TestStreamBehindTheWindow(t *testing.T) {
	for _, h2 := range []bool{false, true} {
		t.Run(name(h2), func(t *testing.T) {
			release := make(chan struct{})
			const first = 2 << 20
			o := newOrigin(t, func(w http.ResponseWriter, r *http.Request) {
				w.Header().Set("Content-Type", "text/plain")
				_, _ = io.WriteString(w, strings.Repeat("a", first))
				w.(http.Flusher).Flush()
				<-release
				_, _ = io.WriteString(w, "b")
			}, nil)
			g := newGate(t, o, nil)
			resp, err := g.client(h2).Get("https://" + orgHost + restPath)
			if err != nil {
				close(release)
				t.Fatal(err)
			}
			defer resp.Body.Close()
			n, err := io.CopyN(io.Discard, resp.Body, first)
			close(release)
			if err != nil {
				t.Fatalf("%d bytes, %v", n, err)
			}
			if rest, err := io.ReadAll(resp.Body); string(rest) != "b" || err != nil {
				t.Errorf("the rest is %q, %v", rest, err)
			}
		})
	}
}

// flushes records what is done to a response.
type flushes struct {
	http.ResponseWriter
	log []string
}

func (f *flushes) Header() http.Header         { return http.Header{} }
func (f *flushes) WriteHeader(status int)      { f.log = append(f.log, fmt.Sprint(status)) }
func (f *flushes) Write(p []byte) (int, error) { f.log = append(f.log, string(p)); return len(p), nil }
func (f *flushes) FlushError() error           { f.log = append(f.log, "flush"); return nil }

func TestResponseWriterFlushes(t *testing.T) {
	tests := map[string]struct {
		length int64
		media  string
		want   []string
	}{
		"known length":    {4, "application/json", []string{"200", "ab", "cd"}},
		"unknown length":  {-1, "application/json", []string{"200", "ab", "flush", "cd", "flush"}},
		"gRPC":            {-1, "application/grpc+proto", []string{"200", "flush", "ab", "flush", "cd", "flush"}},
		"events":          {-1, "text/event-stream", []string{"200", "flush", "ab", "flush", "cd", "flush"}},
		"gRPC, no header": {0, "application/grpc", []string{"200", "ab", "cd"}},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			f := &flushes{}
			w := newResponseWriter(f, time.Minute)
			resp := &http.Response{ContentLength: tt.length, Header: http.Header{"Content-Type": {tt.media}},
				Body: io.NopCloser(&script{parts: [][]byte{[]byte("ab"), []byte("cd")}})}
			w.expect(resp)
			w.WriteHeader(200)
			if _, err := w.ReadFrom(resp.Body); err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tt.want, f.log); diff != "" || w.failed != nil {
				t.Errorf("failed %v (-want +got)\n%s", w.failed, diff)
			}
		})
	}
}

func TestResponseWriterRemembersFailure(t *testing.T) {
	broken := errors.New("broken")
	w := newResponseWriter(&flushes{}, time.Minute)
	resp := &http.Response{ContentLength: -1, Header: http.Header{}, Body: io.NopCloser(io.MultiReader(strings.NewReader("ab"), errReader{broken}))}
	w.expect(resp)
	if _, err := io.Copy(struct{ io.Writer }{w}, resp.Body); !errors.Is(err, broken) || !errors.Is(w.failed, broken) {
		t.Errorf("%v, remembered %v; want %v", err, w.failed, broken)
	}
}

type errReader struct{ err error }

func (r errReader) Read([]byte) (int, error) { return 0, r.err }

// deadlines records when reads must be over.
type deadlines struct {
	flushes
	set []time.Time
}

func (d *deadlines) SetReadDeadline(t time.Time) error { d.set = append(d.set, t); return nil }

// The deadline moves with what arrives and not with time, and is gone at the end of the body.
func TestRequestBodyDeadline(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := &deadlines{}
		start := time.Now()
		parts := [][]byte{make([]byte, 10), make([]byte, 10), make([]byte, 2<<10), make([]byte, 10)}
		b := &requestBody{ReadCloser: io.NopCloser(&script{parts: parts}), rc: http.NewResponseController(d), idle: time.Minute}
		buf := make([]byte, 4<<10)
		for range 4 {
			if _, err := b.Read(buf); err != nil {
				t.Fatal(err)
			}
			time.Sleep(time.Second)
		}
		if _, err := b.Read(buf); !errors.Is(err, io.EOF) {
			t.Fatal(err)
		}
		want := []time.Time{start.Add(time.Minute), start.Add(time.Minute + 3*time.Second), {}}
		if diff := cmp.Diff(want, d.set); diff != "" {
			t.Errorf("(-want +got)\n%s", diff)
		}
	})
}

func TestRequestBodyErrors(t *testing.T) {
	for name, tt := range map[string]struct {
		err  error
		want Reason
	}{
		"broken off": {io.ErrUnexpectedEOF, ReasonClientAbort},
		"framing":    {errFraming, ReasonFraming},
	} {
		b := &requestBody{ReadCloser: io.NopCloser(errReader{tt.err}), rc: http.NewResponseController(&deadlines{}), idle: time.Minute}
		_, err := b.Read(make([]byte, 1))
		if got := classify(fmt.Errorf("hold: %w", err)); got != tt.want {
			t.Errorf("%s: %s, want %s", name, got, tt.want)
		}
	}
}

// net/http quotes what an upstream sent; our errors do not.
func TestUpstreamErrorQuotesNothing(t *testing.T) {
	const secret = "123-45-6789"
	err := errors.New("malformed MIME header: missing colon: " + secret)
	wrapped := fmt.Errorf("exchange: %w", &upstreamError{classify(err), err})
	if strings.Contains(wrapped.Error(), secret) || classify(wrapped) != ReasonUpstream {
		t.Errorf("%v (%s)", wrapped, classify(wrapped))
	}
}

// Labels come from fixed lists: what clients and upstreams invent makes no series (F15).
func TestMetrics(t *testing.T) {
	reg := prometheus.NewRegistry()
	o := newOrigin(t, nil, nil)
	m := NewMetrics(reg)
	g := newGate(t, o, func(c *Config) { c.Metrics = m })
	client := g.client(true)
	if err := get(client); err != nil {
		t.Fatal(err)
	}
	for i := range 20 {
		g.send(fmt.Sprintf("CONNECT h%d.example.com:443 HTTP/1.1\r\n\r\n", i))
		_ = get(&http.Client{Transport: client.Transport})
	}
	for metric, want := range map[string]float64{
		"phigate_refusals_total": 20, "phigate_client_handshakes_total": 1, "phigate_upstream_seconds": 21,
	} {
		if series, sum := gathered(t, reg, metric); series != 1 || sum != want {
			t.Errorf("%s: %d series, sum %v; want one, %v", metric, series, sum, want)
		}
	}
	client.CloseIdleConnections()
	waitFor(t, func() bool { _, open := gathered(t, reg, "phigate_connections_open"); return open == 0 })
}

// gathered returns the number of a metric's series and the sum of their values, of observations for a histogram.
func gathered(t *testing.T, reg *prometheus.Registry, metric string) (series int, sum float64) {
	t.Helper()
	families, err := reg.Gather()
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range families {
		if f.GetName() != metric {
			continue
		}
		for _, m := range f.GetMetric() {
			series++
			sum += m.GetCounter().GetValue() + m.GetGauge().GetValue() + float64(m.GetHistogram().GetSampleCount())
		}
	}
	return series, sum
}
