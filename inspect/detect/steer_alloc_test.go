//go:build !race

package detect

import (
	"testing"

	"github.com/phigate/phigate/inspect"
)

// Under the race detector a sync.Pool drops a part of what is put into it on purpose, so the count says nothing there.
func TestSteeringAllocatesNothing(t *testing.T) {
	s := newScanner(t)
	nodes := []inspect.Node{node(0, "identifier", true), node(1, "", false), node(2, "type", false), node(3, "coding", true), node(4, "", false)}
	rec := steerRecord("Patient", nodes, field(5, "system", "http://terminology.hl7.org/CodeSystem/v2-0203"), field(5, "code", "MR"),
		field(2, "system", "urn:oid:2.16.840.1.113883.4.1"), field(2, "value", "536-90-4399"))
	dst := s.Inspect(rec, nil)
	if n := testing.AllocsPerRun(100, func() { dst = s.Inspect(rec, dst[:0]) }); n > 0 {
		t.Errorf("%v allocations", n)
	}
}
