package main

import (
	"fmt"
	"os"
	"strings"
	"sync"
	"sync/atomic"
	"weak"

	"github.com/rs/zerolog"

	"github.com/phigate/phigate/inspect"
	"github.com/phigate/phigate/inspect/detect"
	"github.com/phigate/phigate/inspect/edm"
	"github.com/phigate/phigate/inspect/format"
	"github.com/phigate/phigate/policy"
)

// finder finds identifiers by everything that does: the built-in detectors, those that the policy defines, and the
// indexes of exact data, which look up what the others found too. It is safe for concurrent use.
type finder struct {
	scanner *detect.Scanner
	defined *definitions
	exact   []*edm.Matcher
	nested  *format.Nested
}

// newFinder returns a finder by scanner, defined and exact. They may be set later, before anything is inspected.
func newFinder(scanner *detect.Scanner, defined *definitions, exact []*edm.Matcher) *finder {
	f := &finder{scanner: scanner, defined: defined, exact: exact}
	f.nested = format.NewNested(f.record, format.Limits{})
	return f
}

// Inspect appends the findings in rec, and in the messages inside of its values, to found.
func (f *finder) Inspect(rec *inspect.Record, found []inspect.Finding) []inspect.Finding {
	return f.nested.Inspect(rec, found)
}

// record appends the findings in rec itself to found.
func (f *finder) record(rec *inspect.Record, found []inspect.Finding) []inspect.Finding {
	first := len(found)
	found = f.scanner.Inspect(rec, found)
	found = f.defined.inspect(rec, found)
	for _, m := range f.exact {
		found = m.Inspect(rec, found, first)
	}
	return found
}

// definitions are the detectors that policies define: those of the policy in effect, and those of policies before it by
// which exchanges are still judged. An exchange keeps its policy, and must not lose what its rules speak of.
type definitions struct {
	mu   sync.Mutex // of enact
	list atomic.Pointer[[]definition]
}

// definition is what one policy defines. The first of a list is of the policy in effect.
type definition struct {
	policy    weak.Pointer[policy.Policy]
	detectors *policy.Detectors
}

// enact puts the detectors of a policy into effect; it is called before the policy is.
func (d *definitions) enact(p *policy.Policy) {
	d.mu.Lock()
	defer d.mu.Unlock()
	list := []definition{{weak.Make(p), p.Detectors()}}
	if before := d.list.Load(); before != nil {
		for _, o := range *before {
			if o.detectors != nil && o.policy.Value() != nil && !o.detectors.Equal(p.Detectors()) {
				list = append(list, o)
			}
		}
	}
	d.list.Store(&list)
}

func (d *definitions) inspect(rec *inspect.Record, found []inspect.Finding) []inspect.Finding {
	list := d.list.Load()
	if list == nil {
		return found
	}
	for i, o := range *list {
		if i == 0 || o.policy.Value() != nil {
			found = o.detectors.Inspect(rec, found)
		}
	}
	return found
}

// cellSpelling names for each kind of column the detector whose normal spelling its values have.
var cellSpelling = [...]string{edm.Digits: "us_ssn", edm.Alnum: "mrn", edm.Name: "person_name", edm.Date: "date"}

// spellCell spells a value as indexes have it.
func spellCell(kind edm.Kind, dst, value []byte) []byte {
	return detect.Normalise(cellSpelling[kind], dst, value)
}

// spellFinding spells a found value for its fingerprint. Of values of an index it is not said which kind they are: a date
// is spelt as such, and everything else as digits and letters.
func spellFinding(detector string, dst, value []byte) []byte {
	if !strings.HasPrefix(detector, edm.Prefix) {
		return detect.Normalise(detector, dst, value)
	}
	from := len(dst)
	dst = detect.Normalise(cellSpelling[edm.Date], dst, value)
	if day := dst[from:]; len(day) == len("2006-01-02") && day[4] == '-' && day[7] == '-' {
		return dst
	}
	return detect.Normalise(cellSpelling[edm.Alnum], dst[:from], value)
}

// openFinder joins what finds identifiers outside of a running gate: the indexes of a configuration file, whose path may
// be empty, and the detectors of a policy file. Without a policy that of the configuration is read, if it names one.
func openFinder(configPath, policyName string, policySrc []byte) (*finder, *policy.Policy, error) {
	f := newFinder(nil, new(definitions), nil)
	cfg, indexes := &config{}, map[string]int(nil)
	var err error
	if configPath != "" {
		if cfg, err = loadConfig(configPath); err != nil {
			return nil, nil, err
		}
		files, err := openIndexes(cfg.EDM, zerolog.Nop())
		if err != nil {
			return nil, nil, fmt.Errorf("configuration %s: %w", configPath, err)
		}
		f.exact, indexes = files.matchers(), files.columns()
	}
	if f.scanner, err = detect.New(detect.Config{Disabled: cfg.Inspect.Disabled}); err != nil {
		return nil, nil, err
	}
	if policySrc == nil && cfg.Policy != "" {
		policyName = cfg.Policy
		if policySrc, err = os.ReadFile(cfg.Policy); err != nil {
			return nil, nil, fmt.Errorf("read policy: %w", err)
		}
	}
	if policySrc == nil {
		return f, nil, nil
	}
	p, err := policy.Parse(policyName, policySrc, vocabulary(indexes))
	if err != nil {
		return nil, nil, err
	}
	f.defined.enact(p)
	return f, p, nil
}
