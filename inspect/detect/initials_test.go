package detect

import (
	"math/rand/v2"
	"testing"
)

// TestInitials compares the assembly with the plain reading, for bytes of all kinds.
func TestInitials(t *testing.T) {
	rng := rand.New(rand.NewPCG(5, 6)) //nolint:gosec // the same values in each run
	for range 20000 {
		var b [window]byte
		for i := range b {
			b[i] = byte(rng.IntN(256))
			if rng.IntN(2) == 0 {
				b[i] = "abAzZpPoO @'{`"[rng.IntN(14)]
			}
		}
		var l letterSet
		for range rng.IntN(4) {
			l.add([]byte{'a' + byte(rng.IntN(26)), 'A' + byte(rng.IntN(26))})
		}
		first, second := l.initials(&b)
		if a, z := l.scan(&b); first != a || second != z {
			t.Fatalf("%q: %x and %x, want %x and %x", b, first, second, a, z)
		}
	}
}

func TestLettersOfWords(t *testing.T) {
	var l letterSet
	l.add([]byte("garcia"))
	l.add([]byte("Maria"))
	text := [window]byte{}
	copy(text[:], "GARCIA maria Mgz zg")
	first, second := l.scan(&text)
	if want := uint64(1 | 1<<7 | 1<<13 | 1<<14 | 1<<18); first != want {
		t.Errorf("words may begin at %b, want %b", first, want)
	}
	if want := uint64(1<<1 | 1<<5 | 1<<8 | 1<<11); second != want {
		t.Errorf("second letters at %b, want %b", second, want)
	}
}

func FuzzInitials(f *testing.F) {
	f.Add([]byte("Spoke with Maria Garcia, who will call back before the end of May"), "maria", "garcia")
	f.Add([]byte{0x80, 0xFF, '@', '`', '{', 'P', 'o'}, "zz", "Pa")
	f.Fuzz(func(t *testing.T, text []byte, a, b string) {
		var l letterSet
		for _, word := range []string{a, b} {
			if len(word) >= 2 && count([]byte(word[:2]), isUpper|isLower) == 2 {
				l.add([]byte(word))
			}
		}
		var win [window]byte
		copy(win[:], text)
		first, second := l.initials(&win)
		if x, y := l.scan(&win); first != x || second != y {
			t.Fatalf("%q: %x and %x, want %x and %x", win, first, second, x, y)
		}
	})
}
