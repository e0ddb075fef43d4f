package audit

import (
	"math/big"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"
)

func TestNewID(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		ms := rapid.Int64Range(0, 1<<48-1).Draw(t, "ms")
		id := NewID(time.UnixMilli(ms))
		if len(id) != 26 || !isToken(id) {
			t.Fatalf("NewID = %s", id)
		}
		// The digits' value, computed the long way.
		value := new(big.Int)
		for _, c := range id {
			digit := strings.IndexRune(crockford, c)
			if digit < 0 {
				t.Fatalf("NewID = %s", id)
			}
			value.Add(value.Lsh(value, 5), big.NewInt(int64(digit)))
		}
		if got := value.Rsh(value, 80).Int64(); got != ms {
			t.Fatalf("%s is of %d ms, want %d", id, got, ms)
		}
		if later := NewID(time.UnixMilli(ms + 1)); ms < 1<<48-1 && later <= id {
			t.Fatalf("%s sorts before %s", later, id)
		}
	})
	seen := make(map[string]bool)
	now := time.Now()
	for range 10_000 {
		seen[NewID(now)] = true
	}
	if len(seen) != 10_000 {
		t.Errorf("%d different IDs", len(seen))
	}
}
