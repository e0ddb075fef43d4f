package audit

import (
	"context"
	"fmt"
	"sync"
	"testing"
	"time"
)

// BenchmarkAppend measures durable records: ns/op is the wall time per record, over all writers.
func BenchmarkAppend(b *testing.B) {
	for _, writers := range []int{1, 16, 64, 256} {
		b.Run(fmt.Sprintf("writers=%d", writers), func(b *testing.B) {
			l := openLog(b, Config{})
			b.ReportAllocs()
			todo := make(chan struct{}, 1024)
			var wg sync.WaitGroup
			for range writers {
				wg.Go(func() {
					for range todo {
						if err := l.Append(context.Background(), sample()); err != nil {
							b.Error(err)
						}
					}
				})
			}
			for b.Loop() {
				todo <- struct{}{}
			}
			close(todo)
			wg.Wait()
			s := l.Stats()
			b.ReportMetric(float64(s.Appended)/b.Elapsed().Seconds(), "records/s")
			b.ReportMetric(float64(s.Appended)/float64(s.Batches), "records/batch")
			b.ReportMetric(float64(s.Bytes)/float64(s.Appended), "bytes/record")
			b.ReportMetric(float64(s.Syncing.Microseconds())/float64(s.Batches), "µs/sync")
		})
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
