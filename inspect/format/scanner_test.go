package format

import (
	"bytes"
	"testing"
)

// TestSkipPlain puts every byte at every place of a string that is longer than the scanner's stride, and every byte in
// front of it, since a borrow out of one byte must not hide or invent a stop in the next.
func TestSkipPlain(t *testing.T) {
	stops := func(c byte) bool { return c < 0x20 || c >= 0x80 || c == '"' || c == '\\' }
	for c := range 256 {
		for place := range 19 {
			for _, fill := range []byte{' ', '!', '#', '[', ']', 'a', 0x7F} {
				buf := bytes.Repeat([]byte{fill}, 19)
				buf[place] = byte(c)
				want := len(buf)
				if stops(byte(c)) {
					want = place
				}
				if got := skipPlain(buf, 0); got != want {
					t.Fatalf("%q: stop at %d, want %d", buf, got, want)
				}
			}
		}
	}
}
