package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"slices"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/rs/zerolog"

	"github.com/phigate/phigate/audit"
	"github.com/phigate/phigate/audit/index"
	"github.com/phigate/phigate/audit/review"
	"github.com/phigate/phigate/console/auth"
	"github.com/phigate/phigate/internal/leakguard"
	"github.com/phigate/phigate/policy"
)

// evidence is what becomes of decisions: the log that proves them, the log of who looked, the index over both, and the
// desk at which people work.
type evidence struct {
	cfg       *config
	logger    zerolog.Logger
	decisions *audit.Log
	access    *audit.AccessLog
	index     *index.Index
	desk      *review.Desk
	alerts    *prometheus.CounterVec
	people    func() []auth.User // set before anything is served; nil where there is no console
}

// openEvidence opens the logs and the index. What traffic and people write passes guard first. second says which rules
// ask for two reviewers.
func openEvidence(cfg *config, guard *leakguard.Guard, second func(rules []string) bool, logger zerolog.Logger) (*evidence, error) {
	e := &evidence{cfg: cfg, logger: logger, alerts: prometheus.NewCounterVec(prometheus.CounterOpts{
		Name: "phigate_log_alerts_total", Help: "What the decision log and the access log reported, by reason.",
	}, []string{"reason"})}
	key, err := audit.OpenCheckpointKey(cfg.checkpointKey(), checkpointName)
	if err != nil {
		return nil, err
	}
	if err := os.MkdirAll(cfg.witnessDir(), 0o700); err != nil {
		return nil, fmt.Errorf("make the folder of witnesses: %w", err)
	}
	decisions, access := cfg.decisionLog(key, guard), cfg.accessLog(key, guard)
	decisions.Alert, access.Alert = e.alert, e.alert
	if e.decisions, err = audit.Open(decisions); err != nil {
		return nil, err
	}
	// A command may hold the access log and the index for as long as it takes to record a look, or to catch up.
	if e.access, err = patiently(func() (*audit.AccessLog, error) { return audit.OpenAccess(access) }, audit.ErrLocked); err != nil {
		return nil, errors.Join(busyElsewhere(err), e.Close())
	}
	if err := audit.Entwine(e.decisions, e.access); err != nil {
		return nil, errors.Join(err, e.Close())
	}
	projection := cfg.index()
	projection.Damaged, projection.DecisionBell, projection.AccessBell = e.damaged, e.decisions.Bell(), e.access.Bell()
	if e.index, err = patiently(func() (*index.Index, error) { return index.Open(projection) }, index.ErrLocked); err != nil {
		return nil, errors.Join(busyElsewhere(err), e.Close())
	}
	e.desk, err = review.New(review.Config{Log: e.access, Index: e.index, Guard: guard.Text, SecondReview: second, Assignable: e.assignable})
	if err != nil {
		return nil, errors.Join(err, e.Close())
	}
	return e, nil
}

// busyElsewhere adds to an error that another process has a log or the index, which one that may be.
func busyElsewhere(err error) error {
	if errors.Is(err, audit.ErrLocked) || errors.Is(err, index.ErrLocked) {
		return fmt.Errorf("%w\n\thint: a phigate review or another phigate command works on this data folder; end it first", err)
	}
	return err
}

// accessSegment is the size of a file of the access log: people write less than jobs do.
const accessSegment = 4 << 20

// checkpointName names the key that signs the logs' checkpoints.
const checkpointName = "phigate"

// Close closes what is open.
func (e *evidence) Close() error {
	var errs []error
	if e.index != nil {
		errs = append(errs, e.index.Close())
	}
	if e.access != nil {
		errs = append(errs, e.access.Close())
	}
	if e.decisions != nil {
		errs = append(errs, e.decisions.Close())
	}
	return errors.Join(errs...)
}

// assignable reports whether there is a person of that name to give a decision to.
func (e *evidence) assignable(name string) bool { return e.people == nil || isPerson(e.people(), name) }

// isPerson reports whether somebody of that name can sign in.
func isPerson(people []auth.User, name string) bool {
	return slices.ContainsFunc(people, func(u auth.User) bool { return u.Name == name && !u.Disabled })
}

// alert passes on what a log reports.
func (e *evidence) alert(reason string) {
	e.alerts.WithLabelValues(reason).Inc()
	e.logger.Error().Str("alert", reason).Msg("the decision log or the access log needs attention")
}

// damaged reports a file of the index that is built again.
func (e *evidence) damaged(file string, err error) {
	e.logger.Error().Err(err).Str("file", file).Msg("a file of the index is unusable and is built again from the log")
}

// register adds the metrics of the logs and the index.
func (e *evidence) register(registry *prometheus.Registry) {
	gauge := func(name, help string, value func() float64) {
		registry.MustRegister(prometheus.NewGaugeFunc(prometheus.GaugeOpts{Name: name, Help: help}, value))
	}
	registry.MustRegister(e.alerts)
	gauge("phigate_index_lag_seconds", "How far the index is behind the decision log.", func() float64 {
		return e.index.Position().Lag.Seconds()
	})
	gauge("phigate_log_signed_records", "Records of the decision log under its latest checkpoint.", func() float64 {
		return float64(e.decisions.Stats().Signed)
	})
	gauge("phigate_leak_guard_hits", "Records that were replaced because a detector recognised something in them.", func() float64 {
		return float64(e.decisions.Stats().Guarded + e.access.Stats().Guarded)
	})
}

// run projects the logs, takes accesses from commands of the same machine and keeps the retention until ctx ends. The gate goes on when the
// index does not: decisions are durable without it.
func (e *evidence) run(ctx context.Context, archive *policyArchive, changed func()) {
	done := make(chan struct{}, 4)
	start := func(name string, run func(context.Context) error) {
		go func() {
			defer func() { done <- struct{}{} }()
			e.again(ctx, name, run)
		}()
	}
	start("index", e.index.Run)
	start("socket", e.serveSocket)
	start("exceptions", func(ctx context.Context) error { return e.watchExceptions(ctx, changed) })
	start("retention", func(ctx context.Context) error { return e.keepRetention(ctx, archive) })
	for range cap(done) {
		<-done
	}
}

// again runs a part until ctx ends, and starts it again when it fails.
func (e *evidence) again(ctx context.Context, name string, run func(context.Context) error) {
	for wait := time.Second; ; wait = min(2*wait, time.Minute) {
		if err := run(ctx); ctx.Err() == nil {
			e.logger.Error().Err(err).Str("part", name).Dur("again_in", wait).Msg("a part of the evidence stopped")
		}
		select {
		case <-ctx.Done():
			return
		case <-time.After(wait):
		}
	}
}

// longestSocket is how long the name of a Unix socket can be: 108 bytes on Linux and 104 elsewhere, with the final zero
// (unix(7)).
const longestSocket = 103

// serveSocket takes accesses from the commands of this machine, so that what is looked at from a terminal is on the same
// log.
func (e *evidence) serveSocket(ctx context.Context) error {
	path := e.cfg.accessSocket()
	if len(path) > longestSocket {
		return fmt.Errorf("open the access socket: %s has more than %d bytes, which no socket's name can have; commands cannot record what they show"+
			" until the data folder has a shorter name", path, longestSocket)
	}
	if err := os.Remove(path); err != nil && !errors.Is(err, os.ErrNotExist) { // of a gate that was killed; the log's lock says that it is gone
		return fmt.Errorf("open the access socket: %w", err)
	}
	l, err := net.Listen("unix", path)
	if err != nil {
		return fmt.Errorf("open the access socket: %w", err)
	}
	defer l.Close()
	if err := os.Chmod(path, 0o600); err != nil {
		return fmt.Errorf("open the access socket: %w", err)
	}
	return audit.ServeRemote(ctx, l, e.access)
}

// exceptionPoll is how soon an approved or revoked exception takes effect.
const exceptionPoll = time.Second

// watchExceptions calls changed when other exceptions are in effect than before.
func (e *evidence) watchExceptions(ctx context.Context, changed func()) error {
	tick := time.NewTicker(exceptionPoll)
	defer tick.Stop()
	var last []policy.Approved
	for {
		if now := e.approved(); !slices.Equal(now, last) {
			last = now
			changed()
		}
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
		}
	}
}

// approved returns the exceptions that are in effect now. While the index cannot tell, there are none.
func (e *evidence) approved() []policy.Approved {
	ctx, cancel := context.WithTimeout(context.Background(), time.Second)
	defer cancel()
	list, err := e.index.Exceptions(ctx, "approved")
	if err != nil {
		e.logger.Error().Err(err).Msg("approved exceptions cannot be read; none is in effect")
		return nil
	}
	var approved []policy.Approved
	for _, x := range list {
		approved = append(approved, policy.Approved{ID: x.ID, Rule: x.Rule, Client: x.Client, Object: x.Object, Field: x.Field, Until: x.Until.UTC()})
	}
	return approved
}

// decisionLog is the configuration of the decision log. key and guard may be nil.
func (c *config) decisionLog(key *audit.CheckpointKey, guard *leakguard.Guard) audit.Config {
	d := c.Decisions
	l := audit.Config{
		Dir: c.auditDir(), Node: c.Node, Wait: d.Wait, SegmentBytes: d.Segment, MinFree: d.MinFree, Key: key, Witness: c.decisionsWitness(),
	}
	if guard != nil {
		l.Guard = guard.Line
	}
	return l
}

// accessLog is the configuration of the access log.
func (c *config) accessLog(key *audit.CheckpointKey, guard *leakguard.Guard) audit.Config {
	l := c.decisionLog(key, guard)
	l.Dir, l.Witness, l.SegmentBytes = c.accessDir(), c.accessWitness(), accessSegment
	return l
}

// The places of the evidence in the data folder.
func (c *config) auditDir() string  { return filepath.Join(c.Data, "audit") }
func (c *config) accessDir() string { return filepath.Join(c.Data, "access") }
func (c *config) indexDir() string  { return filepath.Join(c.Data, "index") }

// witnessDir is where the latest checkpoints are kept beside the logs.
func (c *config) witnessDir() string {
	if c.Decisions.Witness != "" {
		return c.Decisions.Witness
	}
	return filepath.Join(c.Data, "witness")
}
func (c *config) decisionsWitness() string { return filepath.Join(c.witnessDir(), "decisions") }
func (c *config) accessWitness() string    { return filepath.Join(c.witnessDir(), "access") }
func (c *config) checkpointFile() string   { return filepath.Join(c.auditDir(), "checkpoint") }
func (c *config) checkpointKey() string    { return filepath.Join(c.Data, "checkpoint-key") }
func (c *config) accessSocket() string     { return filepath.Join(c.Data, "access.sock") }
func (c *config) usersFile() string        { return filepath.Join(c.Data, "users.json") }
