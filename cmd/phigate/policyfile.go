package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"time"

	"github.com/fsnotify/fsnotify"
	"github.com/rs/zerolog"

	"github.com/phigate/phigate/certs"
	"github.com/phigate/phigate/inspect/detect"
	"github.com/phigate/phigate/inspect/salesforce"
	"github.com/phigate/phigate/policy"
)

// policyFile keeps the policy in effect. A file that changes is read again; a file that is wrong is reported, and
// what was in effect stays.
type policyFile struct {
	path      string
	logger    zerolog.Logger
	authority *certs.Authority // of whose names the policy's hosts must be; nil while the authority is not open
	indexes   map[string]int   // columns of the indexes that policies may speak of
	defined   *definitions     // the detectors of policies in use
	loaded    func(*policy.Policy)
	current   atomic.Pointer[enacted]
}

// enacted is a policy and what was made of it.
type enacted struct {
	src    []byte
	policy *policy.Policy
	pins   *certs.Pins
}

// vocabulary is what policies may speak of. indexes has the columns of the indexes of exact data; nil if they are not
// known.
func vocabulary(indexes map[string]int) policy.Vocabulary {
	return policy.Vocabulary{Detectors: detect.Names(), Objects: salesforce.Objects(), Indexes: indexes, Canonical: salesforce.Canonical}
}

// openPolicyFile reads a policy for the first time; it must be right.
func openPolicyFile(path string, indexes map[string]int, logger zerolog.Logger) (*policyFile, error) {
	f := &policyFile{path: path, logger: logger, indexes: indexes, defined: new(definitions)}
	e, err := f.read()
	if err != nil {
		return nil, err
	}
	f.enact(e)
	return f, nil
}

// enact puts a policy into effect, after the detectors that it defines.
func (f *policyFile) enact(e *enacted) {
	f.defined.enact(e.policy)
	f.current.Store(e)
}

// Policy returns the policy in effect.
func (f *policyFile) Policy() *policy.Policy { return f.current.Load().policy }

// Pins returns the pins in effect.
func (f *policyFile) Pins() *certs.Pins { return f.current.Load().pins }

// read reads, compiles and checks the file.
func (f *policyFile) read() (*enacted, error) {
	src, err := os.ReadFile(f.path)
	if err != nil {
		return nil, fmt.Errorf("read policy: %w", err)
	}
	p, err := policy.Parse(f.path, src, vocabulary(f.indexes))
	if err != nil {
		return nil, err
	}
	pins, err := policyPins(p)
	if err != nil {
		return nil, fmt.Errorf("policy %s: %w", f.path, err)
	}
	if f.authority != nil {
		if err := covers(f.authority, p); err != nil {
			return nil, fmt.Errorf("policy %s: %w", f.path, err)
		}
	}
	return &enacted{src, p, pins}, nil
}

// policyPins turns the hosts of a policy into pins.
func policyPins(p *policy.Policy) (*certs.Pins, error) {
	var pinned []certs.HostPins
	for _, h := range p.Hosts() {
		mode := certs.PinEnforce
		if h.PinMode == policy.PinReport {
			mode = certs.PinReport
		}
		pinned = append(pinned, certs.HostPins{Match: h.Match, Pins: h.Pins, Mode: mode})
	}
	return certs.NewPins(pinned)
}

// covers reports a host of the policy for which the authority cannot make certificates.
func covers(a *certs.Authority, p *policy.Policy) error {
	for _, name := range hostNames(p) {
		if err := a.Covers(strings.Replace(name, "*", "any", 1)); err != nil {
			return fmt.Errorf("host %s: %w\n\thint: the authority is limited to the hosts it was made for; "+
				"`phigate ca init --replace` makes a new one, which the jobs must be told to trust", name, err)
		}
	}
	return nil
}

// hostNames returns the host patterns of a policy.
func hostNames(p *policy.Policy) []string {
	var names []string
	for _, h := range p.Hosts() {
		names = append(names, h.Match)
	}
	return names
}

// reload reads the file again if it changed. A file that is wrong changes nothing.
func (f *policyFile) reload() {
	if src, err := os.ReadFile(f.path); err == nil && bytes.Equal(src, f.current.Load().src) {
		return
	}
	e, err := f.read()
	if err != nil {
		f.logger.Error().Err(err).Str("policy", f.path).Msg("policy rejected; the one before stays in effect")
		return
	}
	f.enact(e)
	f.loaded(e.policy)
}

// warn reports what should be looked at in a policy that is right.
func (f *policyFile) warn(p *policy.Policy) {
	for _, w := range p.Warnings() {
		f.logger.Warn().Msg(w.Error())
	}
}

// settle is how long a file must have been quiet before it is read: editors write in several steps.
const settle = 100 * time.Millisecond

// watch reloads the file when it changes or when hup tells so, until ctx ends. It watches the folder, because editors
// and Kubernetes replace files instead of writing them.
func (f *policyFile) watch(ctx context.Context, hup <-chan os.Signal) error {
	w, err := fsnotify.NewWatcher()
	if err != nil {
		return fmt.Errorf("watch policy: %w", err)
	}
	defer w.Close()
	if err := w.Add(filepath.Dir(f.path)); err != nil {
		return fmt.Errorf("watch policy: %w", err)
	}
	quiet := time.NewTimer(0)
	defer quiet.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-hup:
			f.logger.Info().Msg("SIGHUP: reading the policy again")
			f.reload()
		case _, ok := <-w.Events:
			if !ok {
				return errors.New("watch policy: the watcher ended")
			}
			quiet.Reset(settle)
		case err := <-w.Errors:
			f.logger.Warn().Err(err).Msg("watching the policy file")
		case <-quiet.C:
			f.reload()
		}
	}
}
