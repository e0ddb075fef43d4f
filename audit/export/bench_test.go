package export_test

import (
	"io"
	"testing"

	"github.com/phigate/phigate/audit/export"
)

// One decision with two findings.
func BenchmarkWrite(b *testing.B) {
	s := samples()[3]
	for _, f := range export.Formats() {
		b.Run(string(f), func(b *testing.B) {
			w := must(export.New(io.Discard, f))
			b.ReportAllocs()
			for b.Loop() {
				if err := w.Write(&s.d); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
