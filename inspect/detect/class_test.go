package detect

import (
	"bytes"
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestClassifiers compares each classifier of this machine with the table, for each byte at each place of a window and
// each length, at each distance from the end of the memory that is the text's.
func TestClassifiers(t *testing.T) {
	all := make([]byte, 2*4096+256)
	for i := range all {
		all[i] = byte(i*7 + i/256)
	}
	for name, classify := range classifiers() {
		t.Run(name, func(t *testing.T) {
			var got, want masks
			got[inDigit] = 1
			if classify(&got, nil); got != want {
				t.Errorf("a text that is no text has %v", got)
			}
			for n := range window + 2 {
				for from := 0; from+n <= len(all); from += 1 + n/8 {
					b := all[from : from+n : from+n]
					classify(&got, b)
					classifyByTable(&want, b)
					if got != want {
						t.Fatalf("%d bytes at %d (-want +got):\n%s", n, from, cmp.Diff(want, got))
					}
				}
			}
		})
	}
}

func FuzzClassifiers(f *testing.F) {
	f.Add([]byte("Dr. O'Neil, SSN 123-45-6789 & a@b.c: x=1\t\x80\xff%"), uint8(3))
	f.Fuzz(func(t *testing.T, b []byte, skip uint8) {
		b = bytes.Repeat(b, 3)
		b = b[min(len(b), int(skip)):]
		var want masks
		classifyByTable(&want, b)
		for name, classify := range classifiers() {
			got := masks{inRest: 1}
			if classify(&got, b); got != want {
				t.Errorf("%s of %q (-want +got):\n%s", name, b, cmp.Diff(want, got))
			}
		}
	})
}

// TestKinds pins what the masks say of a text.
func TestKinds(t *testing.T) {
	const text = "aZ0 \t=.,-':@%&\x80\xC3;"
	want := masks{inLower: 1 << 0, inUpper: 1 << 1, inDigit: 1 << 2, inSpace: 1 << 3, inGap: 3 << 4, inDot: 1 << 6, inComma: 1 << 7,
		inHyphen: 1 << 8, inApostrophe: 1 << 9, inColon: 1 << 10, inAt: 1 << 11, inEscape: 3 << 12, inOther: 1 << 14, inHigh: 3 << 14}
	for name, classify := range classifiers() {
		var got masks
		classify(&got, []byte(text))
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
}

func BenchmarkClassify(b *testing.B) {
	text := []byte("The customer of 12 Main St, call (415) 555-1234, wants to know...")[:window]
	for name, classify := range classifiers() {
		for _, n := range []int{window / 4, window} {
			b.Run(fmt.Sprintf("%s/%d", name, n), func(b *testing.B) {
				b.SetBytes(int64(n))
				m := new(masks)
				for b.Loop() {
					classify(m, text[:n])
				}
			})
		}
	}
}
