package format

import (
	"strings"
	"testing"

	"github.com/phigate/phigate/inspect"
)

// BenchmarkCarriers decodes messages of HL7 v2 and transaction sets of X12, one record after the other.
func BenchmarkCarriers(b *testing.B) {
	sets := make([]string, 200)
	for i := range sets {
		sets[i] = claim
	}
	for name, body := range map[string]string{"hl7": strings.Repeat(admission, 200), "x12": interchange("*:^~", "\n", sets...)} {
		b.Run(name, func(b *testing.B) {
			f, err := byName(name)
			if err != nil {
				b.Fatal(err)
			}
			var rec inspect.Record
			raw := []byte(body)
			b.SetBytes(int64(len(body)))
			b.ReportAllocs()
			for b.Loop() {
				d := f.New(inspect.Shape{}, Limits{})
				for at := 0; at < len(raw); {
					n, err := d.Decode(raw[at:], true, &rec)
					if err != nil || n == 0 {
						b.Fatal(err)
					}
					at += n
				}
			}
		})
	}
}

// BenchmarkNested looks for messages in the values of a record that holds none.
func BenchmarkNested(b *testing.B) {
	rec := &inspect.Record{Nodes: []inspect.Node{{Parent: -1}}}
	for _, v := range []string{"Mary", "Tran", "mary.tran@example.org", "2026-01-05T10:30:00.000+0000", "(217) 555-0134", "003000000000001AAA",
		"12 Elm Street, Springfield", "Called about the appointment on Monday and asked for a callback."} {
		rec.Fields = append(rec.Fields, inspect.Field{Value: []byte(v)})
	}
	n := NewNested(func(_ *inspect.Record, dst []inspect.Finding) []inspect.Finding { return dst }, Limits{})
	b.ReportAllocs()
	for b.Loop() {
		n.Inspect(rec, nil)
	}
}
