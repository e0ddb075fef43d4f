package proxy

import (
	"time"

	"github.com/prometheus/client_golang/prometheus"
)

// Metrics counts what the gate does. Every label has a fixed list of values, so that no traffic can make new series.
// A nil Metrics counts nothing.
type Metrics struct {
	exchanges  *prometheus.CounterVec
	refusals   *prometheus.CounterVec
	turnedAway prometheus.Counter
	handshakes *prometheus.CounterVec
	bytes      *prometheus.CounterVec
	open       prometheus.Gauge
	upstream   *prometheus.HistogramVec
	append     prometheus.Histogram
	panics     prometheus.Counter
}

// latencyBuckets are upper bounds in seconds: from a pooled connection on one machine to CometD's 110 s.
var latencyBuckets = []float64{.0005, .001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10, 30, 120}

// NewMetrics returns metrics that are registered with reg. It panics if reg has metrics of the same names, as
// prometheus.MustRegister does.
func NewMetrics(reg prometheus.Registerer) *Metrics {
	counter := func(name, help string, labels ...string) *prometheus.CounterVec {
		return prometheus.NewCounterVec(prometheus.CounterOpts{Namespace: "phigate", Name: name, Help: help}, labels)
	}
	m := &Metrics{
		exchanges:  counter("exchanges_total", "Decided halves of exchanges.", "action", "reason", "api"),
		refusals:   counter("refusals_total", "Connections and requests that never became an exchange.", "reason"),
		handshakes: counter("client_handshakes_total", "Intercepted TLS handshakes.", "result"),
		bytes:      counter("bytes_total", "Bytes of bodies that were let through.", "direction"),
		turnedAway: prometheus.NewCounter(prometheus.CounterOpts{Namespace: "phigate",
			Name: "connections_refused_total", Help: "Connections over the limit."}),
		open: prometheus.NewGauge(prometheus.GaugeOpts{Namespace: "phigate",
			Name: "connections_open", Help: "Open client connections."}),
		upstream: prometheus.NewHistogramVec(prometheus.HistogramOpts{Namespace: "phigate",
			Name: "upstream_seconds", Help: "Time until the upstream's response header.", Buckets: latencyBuckets},
			[]string{"result"}),
		append: prometheus.NewHistogram(prometheus.HistogramOpts{Namespace: "phigate",
			Name: "audit_append_seconds", Help: "Time until a decision is durable.", Buckets: latencyBuckets}),
		panics: prometheus.NewCounter(prometheus.CounterOpts{Namespace: "phigate",
			Name: "panics_total", Help: "Exchanges that the gate itself failed."}),
	}
	reg.MustRegister(m.exchanges, m.refusals, m.turnedAway, m.handshakes, m.bytes, m.open, m.upstream, m.append, m.panics)
	return m
}

// exchange counts one decision. action, reason and api must come from fixed lists.
func (m *Metrics) exchange(action, reason, api string) {
	if m != nil {
		m.exchanges.WithLabelValues(action, reason, api).Inc()
	}
}

// refusal counts what never became an exchange.
func (m *Metrics) refusal(r Reason) {
	if m != nil {
		m.refusals.WithLabelValues(string(r)).Inc()
	}
}

// transferred counts the bytes of a body that were let through; direction is "request" or "response".
func (m *Metrics) transferred(direction string, n int64) {
	if m != nil && n > 0 {
		m.bytes.WithLabelValues(direction).Add(float64(n))
	}
}

// appended observes how long a decision took to become durable.
func (m *Metrics) appended(d time.Duration) {
	if m != nil {
		m.append.Observe(d.Seconds())
	}
}

// answered observes how long the upstream took; result is "ok" or a Reason.
func (m *Metrics) answered(result string, d time.Duration) {
	if m != nil {
		m.upstream.WithLabelValues(result).Observe(d.Seconds())
	}
}

// handshake counts an intercepted handshake; result is "ok", "resumed" or a Reason.
func (m *Metrics) handshake(result string) {
	if m != nil {
		m.handshakes.WithLabelValues(result).Inc()
	}
}

func (m *Metrics) connections(delta float64) {
	if m != nil {
		m.open.Add(delta)
	}
}

func (m *Metrics) refusedConnection() {
	if m != nil {
		m.turnedAway.Inc()
	}
}

func (m *Metrics) panicked() {
	if m != nil {
		m.panics.Inc()
	}
}
