package main

import (
	"fmt"
	"sync"
	"sync/atomic"

	"github.com/tidwall/gjson"

	"github.com/phigate/phigate/inspect"
	"github.com/phigate/phigate/inspect/detect"
)

// guard looks at records as the gate's leak guard does before they are written, which belongs to the gate's command and
// to nobody else: the same detectors over the same members.
type guard struct {
	scanner *detect.Scanner
	states  sync.Pool // of *guardState
	looked  atomic.Int64
}

// guardState is what one look needs.
type guardState struct {
	record inspect.Record
	found  []inspect.Finding
}

// unguarded are the members of a decision that hold no text from traffic.
var unguarded = map[string]bool{
	"v": true, "id": true, "time": true, "node": true, "seq": true, "kind": true, "of": true, "action": true, "reason": true,
	"mode": true, "client": true, "source": true, "port": true, "api": true, "direction": true, "version": true, "cipher": true,
	"upstream_spki": true, "digest": true, "rules": true, "exceptions": true, "detector": true, "category": true, "likelihood": true,
	"evidence": true, "fingerprints": true, "coverage": true, "checkpoint": true,
}

func newGuard() (*guard, error) {
	scanner, err := detect.New(detect.Config{})
	if err != nil {
		return nil, fmt.Errorf("make the guard: %w", err)
	}
	g := &guard{scanner: scanner}
	g.states.New = func() any { return new(guardState) }
	return g, nil
}

// line returns the name of the detector that recognises something in a record; "" for none. It is safe for concurrent
// use.
func (g *guard) line(line []byte) string {
	g.looked.Add(1)
	s := g.states.Get().(*guardState)
	defer g.states.Put(s)
	s.record.Reset()
	s.record.Raw = line
	s.record.Nodes = append(s.record.Nodes, inspect.Node{Parent: -1})
	s.add(gjson.ParseBytes(line))
	s.found = g.scanner.Inspect(&s.record, s.found[:0])
	for i := range s.found {
		if s.found[i].Likelihood >= inspect.Likely && s.found[i].Category != inspect.Clinical {
			return s.found[i].Detector
		}
	}
	return ""
}

// add adds the guarded texts under v, at any depth.
func (s *guardState) add(v gjson.Result) {
	v.ForEach(func(key, value gjson.Result) bool {
		switch {
		case unguarded[key.Str]:
		case value.IsObject(), value.IsArray():
			s.add(value)
		case value.Type == gjson.String && value.Str != "":
			text := s.record.Keep([]byte(value.Str))
			s.record.Fields = append(s.record.Fields, inspect.Field{Value: text, End: len(text)})
		}
		return true
	})
}
