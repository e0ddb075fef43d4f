package edm

import (
	"context"
	"os"
	"path/filepath"
	"testing"
)

// FuzzOpen changes a file: it is refused, or answers as before.
func FuzzOpen(f *testing.F) {
	path := filepath.Join(f.TempDir(), "patients.edm")
	_, err := Build(context.Background(), config(path, patients), rowsOf([][]string{
		{"A0000001", "536904399", "Tran", "1970-01-02"}, {"A0000002", "536904400", "Tran", "1970-01-02"},
	}))
	if err != nil {
		f.Fatal(err)
	}
	whole, err := os.ReadFile(path)
	if err != nil {
		f.Fatal(err)
	}
	f.Add(0, byte(0), len(whole), []byte{})
	f.Add(8, byte(255), len(whole), []byte("x"))
	f.Add(keyCheckOffset+16, byte(1), len(whole)-1, []byte{0})
	f.Fuzz(func(t *testing.T, at int, flip byte, keep int, more []byte) {
		b := append([]byte(nil), whole...)
		b[uint(at)%uint(len(b))] ^= flip
		b = append(b[:uint(keep)%uint(len(b)+1)], more...)
		x := new(Index)
		if x.load(b, testKey) == nil && string(b) != string(whole) {
			t.Fatal("a changed file is opened")
		}
	})
}

// FuzzMeasures changes the measures in a header and signs it again, as only a faulty builder would: the file is refused,
// or look-ups in it stay inside of it.
func FuzzMeasures(f *testing.F) {
	path := filepath.Join(f.TempDir(), "patients.edm")
	_, err := Build(context.Background(), config(path, patients), rowsOf([][]string{
		{"A0000001", "536904399", "Tran", "1970-01-02"}, {"A0000002", "536904400", "Tran", "1970-01-02"},
	}))
	if err != nil {
		f.Fatal(err)
	}
	whole, err := os.ReadFile(path)
	if err != nil {
		f.Fatal(err)
	}
	f.Add(uint64(1), uint(30), uint(3), uint32(1), uint32(1), uint64(64))
	f.Add(uint64(1<<31), uint(57), uint(18), uint32(1<<31), uint32(1<<31), uint64(1<<63))
	f.Fuzz(func(t *testing.T, rows uint64, width, segment uint, segments, blocks uint32, listBits uint64) {
		var h header
		if err := h.decode(whole, testKey); err != nil {
			t.Fatal(err)
		}
		p := &h.partitions[0]
		h.stats.Rows = int64(rows)
		p.table.width, p.table.segment, p.table.segments, p.filter.blocks, p.listBits = width, segment, segments, blocks, listBits
		x := new(Index)
		if x.load(append(h.encode(testKey), whole[h.size():]...), testKey) != nil {
			return
		}
		for _, value := range []string{"A0000001", "536904399", "tran", "1970-01-02", "", "0"} {
			for c := range patients {
				if r, ok := x.Lookup(c, []byte(value)); ok {
					r.Row(r.Len() - 1)
					r.Contains(1)
				}
			}
		}
	})
}
