package audit

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"path/filepath"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"golang.org/x/mod/sumdb/tlog"
)

// BenchmarkAppend measures durable records with tree and checkpoints: ns/op is the wall time per record, over all
// writers, p50 and p99 are what one Append takes.
func BenchmarkAppend(b *testing.B) {
	for _, writers := range []int{1, 16, 64, 256} {
		b.Run(fmt.Sprintf("writers=%d", writers), func(b *testing.B) {
			l := openLog(b, Config{Key: testKey(b), Witness: filepath.Join(b.TempDir(), "witness")})
			b.ReportAllocs()
			var next atomic.Int64
			var wg sync.WaitGroup
			took := make([][]time.Duration, writers)
			b.ResetTimer()
			for i := range writers {
				wg.Go(func() {
					for next.Add(1) <= int64(b.N) {
						d, began := sample(), time.Now()
						if err := l.Append(context.Background(), d); err != nil {
							b.Error(err)
							return
						}
						took[i] = append(took[i], time.Since(began))
					}
				})
			}
			wg.Wait()
			b.StopTimer()
			all := slices.Concat(took...)
			slices.Sort(all)
			s := l.Stats()
			b.ReportMetric(float64(s.Appended)/b.Elapsed().Seconds(), "records/s")
			b.ReportMetric(float64(all[len(all)/2].Microseconds()), "p50-µs")
			b.ReportMetric(float64(all[len(all)*99/100].Microseconds()), "p99-µs")
			b.ReportMetric(float64(s.Appended)/float64(s.Batches), "records/batch")
			b.ReportMetric(float64(s.Syncing.Microseconds())/float64(s.Batches), "µs/sync")
		})
	}
}

// BenchmarkTree measures what the tree costs for each record of about 650 bytes.
func BenchmarkTree(b *testing.B) {
	line := fileLines(fixedLog(b))[1]
	b.SetBytes(int64(len(line)))
	b.ReportAllocs()
	var t tree
	for b.Loop() {
		t.add(tlog.RecordHash(line))
	}
}

// BenchmarkSeal measures sealing, in bytes of the plain segment.
func BenchmarkSeal(b *testing.B) {
	var plain []byte
	for _, line := range fileLines(fixedLog(b))[1:] {
		plain = append(plain, line...)
	}
	plain = bytes.Repeat(plain, sealChunk/len(plain))
	b.SetBytes(int64(len(plain)))
	for b.Loop() {
		if err := sealTo(io.Discard, bytes.NewReader(plain), int64(len(plain)), func() error { return nil }); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkProve measures a proof in a log of 10,000 records, of which most are sealed.
func BenchmarkProve(b *testing.B) {
	l := openLog(b, Config{Key: testKey(b), SegmentBytes: 2 << 20})
	stop := keepWriting(b, l)
	for l.Stats().Appended < 10_000 {
		time.Sleep(time.Millisecond)
	}
	stop()
	if _, err := l.Checkpoint(); err != nil {
		b.Fatal(err)
	}
	var id string
	for d, err := range Read(l.cfg.Dir) {
		if err != nil {
			b.Fatal(err)
		}
		if id = d.ID; d.Seq == 5000 {
			break
		}
	}
	for b.Loop() {
		if _, err := Prove(l.cfg.Dir, id); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkFingerprint(b *testing.B) {
	f := testFingerprinter(b)
	value := []byte("123456789")
	b.ReportAllocs()
	for b.Loop() {
		f.Sum("us_ssn", value)
	}
}

func BenchmarkVerify(b *testing.B) {
	l := openLog(b, Config{})
	stop := keepWriting(b, l)
	for l.Stats().Appended < 5000 {
		time.Sleep(time.Millisecond)
	}
	stop()
	b.SetBytes(int64(l.Stats().Bytes))
	b.ReportAllocs()
	for b.Loop() {
		verify(b, l.cfg.Dir)
	}
}
