package edm

import (
	"errors"
	"fmt"
	"hash/maphash"
	"runtime"
	"runtime/debug"
	"sync"
	"sync/atomic"

	"github.com/phigate/phigate/inspect"
)

// Prefix begins the names of the detectors that stand for indexes.
const Prefix = "edm_"

// DetectorName returns the name of the detector of findings in an index: edm_patients. Where other columns of the same
// row stand in the record, the number of columns is behind it: edm_patients:2.
func DetectorName(index string, columns int) string {
	if columns <= 1 {
		return Prefix + index
	}
	return fmt.Sprintf("%s%s:%d", Prefix, index, columns)
}

// Matcher finds the cells of an index in records. It is safe for concurrent use.
type Matcher struct {
	detectors [MaxColumns + 1]string // by the number of columns
	normalise Normalise
	seed      maphash.Seed
	index     atomic.Pointer[Index]
	pool      sync.Pool // *search
}

// NewMatcher returns a Matcher of the index with the given name. Values are spelt by normalise, which is the one that
// the index was built with.
func NewMatcher(name string, x *Index, normalise Normalise) *Matcher {
	m := &Matcher{normalise: normalise, seed: maphash.MakeSeed()}
	for n := range m.detectors {
		m.detectors[n] = DetectorName(name, n)
	}
	m.index.Store(x)
	m.pool.New = func() any { return new(search) }
	return m
}

// Index returns the index in use.
func (m *Matcher) Index() *Index { return m.index.Load() }

// Replace puts another index with the same columns in the place of the one in use, which searches that are under way go
// on with. The Matcher lets go of the old one; it is unmapped when nothing uses it any more.
func (m *Matcher) Replace(x *Index) error {
	if !sameColumns(m.Index().header.columns, x.header.columns) {
		return errors.New("the columns are others than those of the index in use")
	}
	m.index.Store(x)
	return nil
}

// Inspect appends what the index has of a record to found, whose findings from first on are those of other detectors in
// the same record: what they recognise in free text is looked up too. It retains nothing of rec.
//
// A finding's detector tells how many columns of one row stand in the record. With two or more it is very likely; alone,
// a number of which few rows have one is likely, and a name or a date unlikely, and then only where it is a whole value.
//
// If the file was cut while it was mapped, Inspect panics, which makes the record unreadable.
func (m *Matcher) Inspect(rec *inspect.Record, found []inspect.Finding, first int) []inspect.Finding {
	defer debug.SetPanicOnFault(debug.SetPanicOnFault(true))
	x := m.index.Load()
	s := m.pool.Get().(*search)
	s.reset(m, x, rec)
	for i := range rec.Fields {
		s.field(i)
	}
	for i := first; i < len(found); i++ {
		s.finding(&found[i])
	}
	if len(s.hits) > 0 {
		s.join()
		found = s.report(found)
	}
	s.forget()
	m.pool.Put(s)
	runtime.KeepAlive(x)
	return found
}
