//go:build !race

package edm

import (
	"testing"

	"github.com/phigate/phigate/inspect"
)

func TestInspectDoesNotAllocate(t *testing.T) {
	m := NewMatcher("patients", build(t, patients, people()), upper)
	rec := recordOf("A0012345", "1970-01-02", "Tran", "a text of Smith about A0067890 and 4711-0815")
	found := make([]inspect.Finding, 0, 64)
	if n := testing.AllocsPerRun(200, func() { found = m.Inspect(rec, found[:0], 0) }); n > 0 {
		t.Errorf("%v allocations", n)
	}
}
