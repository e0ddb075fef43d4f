// Package leakguard is the last line of defence for the law that no value reaches a log: the gate's own detectors look at
// what is about to be written.
package leakguard

import (
	"sync"

	"github.com/tidwall/gjson"

	"github.com/phigate/phigate/inspect"
	"github.com/phigate/phigate/inspect/detect"
)

// Guard runs the gate's own detectors over what it is about to write about an exchange. It is safe for concurrent use.
type Guard struct {
	scanner *detect.Scanner
	pool    sync.Pool // of *state
}

// state is what one look needs.
type state struct {
	record inspect.Record
	found  []inspect.Finding
}

// New makes a guard that finds what scanner finds.
func New(scanner *detect.Scanner) *Guard {
	g := &Guard{scanner: scanner}
	g.pool.New = func() any { return new(state) }
	return g
}

// unguarded are the members of a record that hold no text from traffic: identifiers and digests of the gate's own, words
// from fixed lists, names from the policy file and of the people who work here, and the address of a job, which is
// recorded on purpose. Everything else is looked at, also a member that is new.
var unguarded = map[string]bool{
	"v": true, "id": true, "time": true, "node": true, "seq": true, "kind": true, "of": true, "action": true, "reason": true,
	"mode": true, "client": true, "source": true, "port": true, "api": true, "direction": true, "version": true, "cipher": true,
	"upstream_spki": true, "digest": true, "rules": true, "exceptions": true, "rule": true, "detector": true, "category": true, "likelihood": true,
	"evidence": true, "fingerprints": true, "coverage": true, "chain": true, "checkpoint": true,
	"actor": true, "role": true, "session": true, "via": true, "target": true, "outcome": true, "decisions": true, "case": true,
	"status": true, "verdict": true, "assignee": true, "state": true, "until": true, "from": true, "to": true,
	"requested_by": true, "decided_by": true, "placed_by": true, "released_by": true,
}

// Line returns the name of the detector that recognises something in the texts of a serialised record; "" for none.
func (g *Guard) Line(line []byte) string {
	s := g.pool.Get().(*state)
	defer g.pool.Put(s)
	s.record.Reset()
	s.record.Raw = line
	s.record.Nodes = append(s.record.Nodes, inspect.Node{Parent: -1})
	s.addTexts(gjson.ParseBytes(line))
	return g.look(s)
}

// Text returns the name of the detector that recognises something in what a person wrote; "" for none.
func (g *Guard) Text(text string) string {
	s := g.pool.Get().(*state)
	defer g.pool.Put(s)
	s.record.Reset()
	s.record.Raw = []byte(text)
	s.record.Nodes = append(s.record.Nodes, inspect.Node{Parent: -1})
	s.add(s.record.Raw)
	return g.look(s)
}

// addTexts adds the guarded texts under v, at any depth.
func (s *state) addTexts(v gjson.Result) {
	v.ForEach(func(key, value gjson.Result) bool {
		switch {
		case unguarded[key.Str]:
		case value.IsObject(), value.IsArray():
			s.addTexts(value)
		case value.Type == gjson.String && value.Str != "":
			s.add(s.record.Keep([]byte(value.Str)))
		}
		return true
	})
}

// add adds a text without a name: what it is called tells nothing about what it holds.
func (s *state) add(text []byte) {
	s.record.Fields = append(s.record.Fields, inspect.Field{Value: text, End: len(text)})
}

// look returns the first detector that is at least likely right.
func (g *Guard) look(s *state) string {
	s.found = g.scanner.Inspect(&s.record, s.found[:0])
	for i := range s.found {
		if s.found[i].Likelihood >= inspect.Likely && s.found[i].Category != inspect.Clinical {
			return s.found[i].Detector
		}
	}
	return ""
}
