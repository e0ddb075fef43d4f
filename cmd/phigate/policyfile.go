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
	authority *certs.Authority         // of whose names the policy's hosts must be; nil while the authority is not open
	indexes   map[string]int           // columns of the indexes that policies may speak of
	defined   *definitions             // the detectors of policies in use
	approved  func() []policy.Approved // exceptions that were approved in the console; nil for none
	again     chan struct{}            // the approved exceptions changed
	archive   *policyArchive           // keeps what was in effect; nil for a policy that is only looked at
	loaded    func(*policy.Policy)
	current   atomic.Pointer[enacted]
}

// enacted is a policy and what was made of it. src is the text that its digest covers: the file, and the approved
// exceptions as comments behind it.
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
func openPolicyFile(path string, indexes map[string]int, archive *policyArchive, logger zerolog.Logger) (*policyFile, error) {
	f := &policyFile{path: path, logger: logger, indexes: indexes, archive: archive, defined: new(definitions), again: make(chan struct{}, 1)}
	src, approved, err := f.source()
	if err != nil {
		return nil, err
	}
	e, err := f.compile(src, approved)
	if err != nil {
		return nil, err
	}
	return f, f.enact(e)
}

// enact puts a policy into effect, after its text is kept and after the detectors that it defines.
func (f *policyFile) enact(e *enacted) error {
	if f.archive != nil {
		if err := f.archive.Enact(e.src, time.Now()); err != nil {
			return err
		}
	}
	f.defined.enact(e.policy)
	f.current.Store(e)
	return nil
}

// Policy returns the policy in effect.
func (f *policyFile) Policy() *policy.Policy { return f.current.Load().policy }

// Pins returns the pins in effect.
func (f *policyFile) Pins() *certs.Pins { return f.current.Load().pins }

// source reads the file, and writes the approved exceptions of now behind it as comments.
func (f *policyFile) source() ([]byte, []policy.Approved, error) {
	src, err := os.ReadFile(f.path)
	if err != nil {
		return nil, nil, fmt.Errorf("read policy: %w", err)
	}
	if f.approved == nil {
		return src, nil, nil
	}
	list := f.approved()
	if len(list) == 0 {
		return src, nil, nil
	}
	b := bytes.NewBuffer(src)
	b.WriteString("\n# Approved in the console:\n")
	for _, a := range list {
		fmt.Fprintf(b, "# exception %s: rule %q, client %q, object %q, field %q, until %s\n", a.ID, a.Rule, a.Client, a.Object, a.Field,
			a.Until.UTC().Format(time.RFC3339))
	}
	return b.Bytes(), list, nil
}

// compile compiles and checks a policy.
func (f *policyFile) compile(src []byte, approved []policy.Approved) (*enacted, error) {
	p, err := policy.Parse(f.path, src, vocabulary(f.indexes), policy.WithApproved(approved))
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

// reload reads the file and the approved exceptions again, if they changed. A file that is wrong changes nothing.
func (f *policyFile) reload() {
	src, approved, err := f.source()
	if err == nil && bytes.Equal(src, f.current.Load().src) {
		return
	}
	var e *enacted
	if err == nil {
		e, err = f.compile(src, approved)
	}
	if err == nil {
		err = f.enact(e)
	}
	if err != nil {
		f.logger.Error().Err(err).Str("policy", f.path).Msg("policy rejected; the one before stays in effect")
		return
	}
	f.loaded(e.policy)
}

// approve sets where approved exceptions come from. changed tells the watcher to ask there.
func (f *policyFile) approve(approved func() []policy.Approved) (changed func()) {
	f.approved = approved
	return func() {
		select {
		case f.again <- struct{}{}:
		default: // it is told already
		}
	}
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
		case <-f.again:
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
