package edm

import (
	"context"
	"fmt"
	"iter"
	"math/rand/v2"
	"path/filepath"
	"strconv"
	"testing"
)

// distinctRows yields rows of four columns whose cells all differ: the worst case for the size.
func distinctRows(rows int) iter.Seq2[[][]byte, error] {
	return func(yield func([][]byte, error) bool) {
		values := make([][]byte, 4)
		for i := range rows {
			for c := range values {
				values[c] = strconv.AppendInt(values[c][:0], int64(1e9+i), 10)
			}
			if !yield(values, nil) {
				return
			}
		}
	}
}

var wide = []Column{{Name: "a"}, {Name: "b"}, {Name: "c"}, {Name: "d"}}

// buildDistinct makes an index of so many different cells.
func buildDistinct(t testing.TB, cells int) *Index {
	t.Helper()
	path := filepath.Join(t.TempDir(), "x.edm")
	plain := func(_ Kind, dst, value []byte) []byte { return append(dst, value...) }
	cfg := config(path, wide)
	cfg.Normalise = plain
	stats, err := Build(context.Background(), cfg, distinctRows(cells/4))
	if err != nil {
		t.Fatal(err)
	}
	if stats.Distinct != int64(cells) {
		t.Fatalf("%d distinct cells of %d", stats.Distinct, cells)
	}
	x, err := Open(path, testKey)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { x.Close() })
	return x
}

// Ten million probes for values that are in no column find fewer than one in a million. The mean is 2.4 of them; more
// than 9 come by chance once in 3000 runs, and are still below the bound.
func TestFalsePositives(t *testing.T) {
	cells, probes := 1<<16, 10_000_000
	x := buildDistinct(t, cells)
	r := rand.New(rand.NewPCG(uint64(x.Stats().Bytes), 1))
	hits := 0
	var value [10]byte
	for i := range probes {
		v := strconv.AppendUint(value[:0], 2e9+r.Uint64N(7e9), 10)
		if _, ok := x.Lookup(i&3, v); ok {
			hits++
		}
	}
	if hits > 9 {
		t.Errorf("%d false positives in %d probes", hits, probes)
	}
	t.Logf("%d false positives in %d probes; %.3f bytes for each cell", hits, probes, float64(x.Stats().Bytes)/float64(cells))
}

// BenchmarkLookup measures look-ups of cells that are in the index and of such as are not, in an index that fits into
// the caches and in one that does not, and the size of the file.
func BenchmarkLookup(b *testing.B) {
	for _, cells := range []int{1 << 16, 10_000_000} {
		x := buildDistinct(b, cells)
		values := make([][]byte, 1<<16)
		for _, kind := range []string{"miss", "hit"} {
			r := rand.New(rand.NewPCG(1, 2))
			for i := range values {
				n := 3e9 + r.IntN(1e9)
				if kind == "hit" {
					n = 1e9 + r.IntN(cells/4)
				}
				values[i] = strconv.AppendInt(nil, int64(n), 10)
			}
			b.Run(fmt.Sprintf("cells=%d/%s", cells, kind), func(b *testing.B) {
				b.ReportAllocs()
				i := 0
				for b.Loop() {
					if _, ok := x.Lookup(i&3, values[i&(len(values)-1)]); ok != (kind == "hit") {
						b.Fatal("wrong answer")
					}
					i++
				}
				b.ReportMetric(float64(x.Stats().Bytes)/float64(cells), "B/cell")
				b.ReportMetric(float64(x.Stats().Bytes)/(1<<20), "MiB")
			})
		}
	}
}

// Ten million cells of as many rows, all different, stay below 64 MiB whatever the hashes are: nothing is larger.
func TestSizeOfTenMillionCells(t *testing.T) {
	const cells, partitions = 10_000_000, 8
	total := uint64(maxHeader)
	for range partitions {
		n := cells/partitions + 5000 // some have more than their share: four standard deviations
		p := partition{filter: fitFilter(n), table: table{width: checkBits + payloadBits(cells, 0)}}
		p.table.fit(n)
		total += p.end()
	}
	if total >= 64<<20 {
		t.Errorf("%.2f MiB", float64(total)/(1<<20))
	}
	t.Logf("%.2f MiB", float64(total)/(1<<20))
}
