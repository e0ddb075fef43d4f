package audit

import (
	"fmt"
	"os"
	"testing"

	"golang.org/x/mod/sumdb/tlog"
	"pgregory.net/rapid"
)

// oracle is the tree as golang.org/x/mod/sumdb/tlog stores it: every hash.
type oracle []tlog.Hash

func (o *oracle) ReadHashes(indexes []int64) ([]tlog.Hash, error) {
	list := make([]tlog.Hash, len(indexes))
	for i, at := range indexes {
		list[i] = (*o)[at]
	}
	return list, nil
}

func (o *oracle) add(t interface{ Fatal(...any) }, n int64, data []byte) {
	hashes, err := tlog.StoredHashes(n, data, o)
	if err != nil {
		t.Fatal(err)
	}
	*o = append(*o, hashes...)
}

func TestTree(t *testing.T) {
	const size = 3*tileWidth*tileWidth/2 + 77
	var all oracle
	var built tree
	s := shelf{dir: t.TempDir()}
	built.keep = s.keep
	check := func() {
		t.Helper()
		want, err := tlog.TreeHash(built.size, &all)
		if err != nil {
			t.Fatal(err)
		}
		if got := built.root(); got != want {
			t.Fatalf("root of %d records is %s, want %s", built.size, got, want)
		}
	}
	check()
	for n := range int64(size) {
		line := fmt.Appendf(nil, "record %d", n)
		all.add(t, n, line)
		built.add(tlog.RecordHash(line))
		if n < 600 || n%997 == 0 || n&(n+1) == 0 {
			check()
		}
		if n%5000 == 0 {
			if err := s.flush(datasync); err != nil {
				t.Fatal(err)
			}
		}
	}
	check()
	if err := s.flush(datasync); err != nil {
		t.Fatal(err)
	}
	if err := s.close(); err != nil {
		t.Fatal(err)
	}
	for level, want := range []int64{0, size / tileWidth, size / tileWidth / tileWidth} {
		if level == 0 {
			continue
		}
		info, err := os.Stat(tilePath(s.dir, level))
		if err != nil || info.Size() != want*tlog.HashSize {
			t.Errorf("level %d: %v, %v, want %d hashes", level, info, err, want)
		}
	}
	// A tree that is loaded goes on as the one that was built.
	for _, base := range []int64{0, tileWidth, 3 * tileWidth, tileWidth * tileWidth, size / tileWidth * tileWidth} {
		var again tree
		if err := again.load(tiles{s.dir}, base); err != nil {
			t.Fatal(err)
		}
		for n := base; n < size; n++ {
			again.add(tlog.RecordHash(fmt.Appendf(nil, "record %d", n)))
		}
		if again.root() != built.root() {
			t.Errorf("loaded at %d the root is another", base)
		}
	}
}

// Whatever is flushed and cut off in between, the stored hashes are those of the tree.
func TestShelfTruncate(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		dir, err := os.MkdirTemp(t.TempDir(), "")
		if err != nil {
			rt.Fatal(err)
		}
		size := int64(0)
		for range rapid.IntRange(1, 4).Draw(rt, "times") {
			back := rapid.Int64Range(0, size).Draw(rt, "back") / tileWidth * tileWidth
			s := shelf{dir: dir}
			if err := s.truncate(back); err != nil {
				rt.Fatal(err)
			}
			var built tree
			if err := built.load(tiles{dir}, back); err != nil {
				rt.Fatal(err)
			}
			built.keep = s.keep
			for size = back; size < back+rapid.Int64Range(0, 3*tileWidth).Draw(rt, "more"); size++ {
				built.add(tlog.RecordHash(fmt.Append(nil, size)))
			}
			if err := s.flush(datasync); err != nil {
				rt.Fatal(err)
			}
			if err := s.close(); err != nil {
				rt.Fatal(err)
			}
			var whole tree
			for n := range size {
				whole.add(tlog.RecordHash(fmt.Append(nil, n)))
			}
			if whole.root() != built.root() {
				rt.Fatalf("another root of %d records", size)
			}
		}
	})
}
