package audit

import (
	"bytes"
	"errors"
	"fmt"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"golang.org/x/mod/sumdb/note"
)

// soundLog writes n records and closes the log; a key signs them all if keyed.
func soundLog(t testing.TB, n int, cfg Config) string {
	t.Helper()
	cfg.Dir, cfg.Node, cfg.Wait = filepath.Join(t.TempDir(), "log"), "gate-1", time.Minute
	l, err := Open(cfg)
	if err != nil {
		t.Fatal(err)
	}
	write(t, l, n)
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	return cfg.Dir
}

// placeOf returns the segment that holds a record, and where its line stands in it.
func placeOf(t testing.TB, dir string, seq uint64) (path string, start, end int) {
	t.Helper()
	for _, path := range segmentPaths(t, dir) {
		content := readFile(t, path)
		at := 0
		for _, line := range fileLines(content) {
			if found, ok := lineSeq(line); ok && found == seq {
				return path, at, at + len(line)
			}
			at += len(line)
		}
	}
	t.Fatalf("record %d is not there", seq)
	return "", 0, 0
}

// change replaces text in the line of a record by text of the same length.
func change(t testing.TB, dir string, seq uint64, from, to string) {
	t.Helper()
	path, start, end := placeOf(t, dir, seq)
	content := readFile(t, path)
	line := bytes.Replace(content[start:end], []byte(from), []byte(to), 1)
	if bytes.Equal(line, content[start:end]) || len(line) != end-start {
		t.Fatalf("record %d has no %q", seq, from)
	}
	copy(content[start:], line)
	writeFile(t, path, content)
}

// rechain makes the chain of a log whole again, as who changes a line would.
func rechain(t testing.TB, dir string) {
	t.Helper()
	link, previous := newLinker(), chain{}
	for i, path := range segmentPaths(t, dir) {
		var out []byte
		for n, line := range fileLines(readFile(t, path)) {
			head, digits, ok := splitChain(line[:len(line)-1])
			if !ok {
				t.Fatal("no chain")
			}
			body := append(bytes.Clone(head), '}')
			switch {
			case i == 0 && n == 0:
				if err := previous.UnmarshalText(digits); err != nil {
					t.Fatal(err)
				}
				out = append(out, line...)
				continue
			case n == 0:
				at := bytes.Index(body, []byte(`"previous":"`)) + len(`"previous":"`)
				copy(body[at:], previous.String())
			}
			out, previous = link.seal(append(out, body...), len(out), previous)
		}
		writeFile(t, path, out)
	}
}

// handed returns the numbers of the records that List hands out, and its error. A record that was changed is a mistake.
func handed(t testing.TB, dir string, f Filter, k *CheckpointKey) (seqs []uint64, last error) {
	t.Helper()
	list := List(dir, f)
	if k != nil {
		list = ListSigned(dir, f, k.Verifier())
	}
	for d, err := range list {
		if err != nil {
			return seqs, err
		}
		if d.Client == "ehr-sink" {
			t.Errorf("record %d was changed and handed out", d.Seq)
		}
		seqs = append(seqs, d.Seq)
	}
	return seqs, nil
}

func TestListFindsChanges(t *testing.T) {
	k := testKey(t)
	tests := map[string]struct {
		key  *CheckpointKey
		seq  uint64
		seal bool
	}{
		"first record":            {key: k, seq: 1},
		"in a whole tile":         {key: k, seq: 300},
		"first of a tile":         {key: k, seq: 257},
		"last of a tile":          {key: k, seq: 512},
		"in the unfinished tile":  {key: k, seq: 520},
		"last record":             {key: k, seq: 600},
		"in a sealed segment":     {key: k, seq: 10, seal: true},
		"log without a key":       {seq: 300},
		"last without a key":      {seq: 600},
		"sealed without a key":    {seq: 10, seal: true},
		"first without a key":     {seq: 1},
		"first of second segment": {key: k, seq: 0},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			dir := soundLog(t, 600, Config{Key: test.key, SegmentBytes: 128 << 10})
			if test.seq == 0 {
				firsts, err := segments(dir)
				if err != nil || len(firsts) < 2 {
					t.Fatal(firsts, err)
				}
				test.seq = firsts[1]
			}
			whole, err := handed(t, dir, Filter{}, test.key)
			if err != nil || len(whole) != 600 {
				t.Fatalf("%d records, %v", len(whole), err)
			}
			_, start, end := placeOf(t, dir, test.seq)
			if _, err := FindSigned(dir, idAt(t, dir, test.seq), verifierOf(test.key)); err != nil {
				t.Fatal(err)
			}
			change(t, dir, test.seq, "ehr-sync", "ehr-sink")
			id := idAt(t, dir, test.seq)
			if test.seal {
				if _, err := Seal(dir, time.Time{}); err != nil {
					t.Fatal(err)
				}
			}
			_, err = handed(t, dir, Filter{}, test.key)
			var corrupt *CorruptError
			if !errors.As(err, &corrupt) || corrupt.Seq != test.seq || corrupt.Offset != int64(start) || end <= start {
				t.Errorf("List = %v, want record %d at %d", err, test.seq, start)
			}
			if corrupt != nil && strings.Contains(corrupt.Error(), "ehr-sink") {
				t.Error("the error quotes the record")
			}
			if d, err := FindAt(dir, id, test.seq, verifierOf(test.key)); !errors.As(err, &corrupt) || corrupt.Seq != test.seq || d != nil {
				t.Errorf("FindAt = %v, %v", d, err)
			}
			d, err := FindSigned(dir, id, verifierOf(test.key))
			if !errors.As(err, &corrupt) || corrupt.Seq != test.seq || d != nil {
				t.Errorf("Find = %v, %v", d, err)
			}
			if _, err := Prove(dir, id); test.key != nil && !errors.As(err, &corrupt) {
				t.Errorf("Prove = %v", err)
			}
		})
	}
}

func verifierOf(k *CheckpointKey) note.Verifier {
	if k == nil {
		return nil
	}
	return k.Verifier()
}

func idAt(t testing.TB, dir string, seq uint64) string {
	t.Helper()
	path, start, end := placeOf(t, dir, seq)
	_, id, _ := bytes.Cut(readFile(t, path)[start:end], []byte(`"id":"`))
	id, _, _ = bytes.Cut(id, []byte(`"`))
	return string(id)
}

// Who changes a record and makes the chain, and even the stored hashes, fit again is found by what was signed.
func TestListFindsForgeries(t *testing.T) {
	k := testKey(t)
	forge := map[string]struct {
		forge func(t *testing.T, dir string)
		from  uint64 // records up to this number must not be handed out
	}{
		"chain made whole": {func(t *testing.T, dir string) {
			change(t, dir, 300, "ehr-sync", "ehr-sink")
			rechain(t, dir)
		}, 600},
		"last record, chain made whole": {func(t *testing.T, dir string) {
			change(t, dir, 600, "ehr-sync", "ehr-sink")
			rechain(t, dir)
		}, 600},
		"stored hash of the tile": {func(t *testing.T, dir string) {
			change(t, dir, 300, "ehr-sync", "ehr-sink")
			tile := tlogTile(t, dir, 256, 512)
			hashes := readFile(t, tilePath(dir, 1))
			copy(hashes[32:], tile[:])
			writeFile(t, tilePath(dir, 1), hashes)
		}, 600},
		"checkpoint taken away with its last records": {func(t *testing.T, dir string) {
			path, start, _ := placeOf(t, dir, 590)
			writeFile(t, path, readFile(t, path)[:start])
		}, 600},
		"checkpoint of another key": {func(t *testing.T, dir string) {
			c, err := readCheckpoint(filepath.Join(dir, checkpointName), nil)
			if err != nil {
				t.Fatal(err)
			}
			if err := c.sign(testKey(t)); err != nil {
				t.Fatal(err)
			}
			writeFile(t, filepath.Join(dir, checkpointName), c.signed)
		}, 600},
		"header that says it is old": {func(t *testing.T, dir string) {
			paths := segmentPaths(t, dir)
			last := paths[len(paths)-1]
			content := readFile(t, last)
			at := bytes.Index(content, []byte(`"created":"20`)) + len(`"created":"`)
			copy(content[at:], "1999")
			writeFile(t, last, content)
		}, 256},
	}
	for name, test := range forge {
		t.Run(name, func(t *testing.T) {
			dir := soundLog(t, 600, Config{Key: k, SegmentBytes: 128 << 10})
			test.forge(t, dir)
			seqs, err := handed(t, dir, Filter{Since: time.Now().Add(-time.Hour)}, k)
			var corrupt *CorruptError
			if !errors.As(err, &corrupt) && !errors.Is(err, ErrRollback) {
				t.Errorf("List = %v", err)
			}
			for _, seq := range seqs {
				if seq <= test.from && test.from < 600 || seq > 600 {
					t.Errorf("record %d was handed out", seq)
				}
			}
		})
	}
}

// tlogTile computes the hash of the records with the indexes from, included, to to, excluded.
func tlogTile(t testing.TB, dir string, from, to int64) [32]byte {
	t.Helper()
	var tr tree
	for h, err := range leafHashes(dir, from, to) {
		if err != nil {
			t.Fatal(err)
		}
		tr.add(h)
	}
	return tr.root()
}

// A log that is written meanwhile is handed out without a gap.
func TestListWhileWritten(t *testing.T) {
	l := openLog(t, Config{Key: testKey(t), SegmentBytes: 64 << 10})
	stop := keepWriting(t, l)
	defer stop()
	for range 30 {
		want := uint64(0)
		for d, err := range ListSigned(l.cfg.Dir, Filter{Limit: 2000}, l.cfg.Key.Verifier()) {
			if err != nil {
				t.Fatal(err)
			}
			if want > 0 && d.Seq != want {
				t.Fatalf("record %d, want %d", d.Seq, want)
			}
			want = d.Seq - 1
		}
	}
}

// A record that no checkpoint covers is compared with the chain.
func TestListUnsigned(t *testing.T) {
	k := testKey(t)
	dir := soundLog(t, 300, Config{Key: k})
	signed := readFile(t, filepath.Join(dir, checkpointName))
	l, err := Open(Config{Dir: dir, Node: "gate-1", Key: k, Wait: time.Minute})
	if err != nil {
		t.Fatal(err)
	}
	write(t, l, 20)
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	writeFile(t, filepath.Join(dir, checkpointName), signed)
	if seqs, err := handed(t, dir, Filter{}, k); err != nil || len(seqs) != 320 {
		t.Fatalf("%d records, %v", len(seqs), err)
	}
	id := idAt(t, dir, 310)
	if _, err := FindSigned(dir, id, k.Verifier()); err != nil {
		t.Error(err)
	}
	change(t, dir, 310, "ehr-sync", "ehr-sink")
	var corrupt *CorruptError
	if _, err := handed(t, dir, Filter{}, k); !errors.As(err, &corrupt) || corrupt.Seq != 310 {
		t.Errorf("List = %v", err)
	}
	if d, err := FindSigned(dir, id, k.Verifier()); !errors.As(err, &corrupt) || corrupt.Seq != 310 {
		t.Errorf("Find = %v, %v", d, err)
	}
}

// A record is found by its number too, and another one is not taken for it.
func TestFindAt(t *testing.T) {
	k := testKey(t)
	dir := soundLog(t, 600, Config{Key: k, SegmentBytes: 128 << 10})
	for _, seq := range []uint64{1, 256, 257, 512, 513, 600} {
		id := idAt(t, dir, seq)
		if d, err := FindAt(dir, id, seq, k.Verifier()); err != nil || d.ID != id || d.Seq != seq {
			t.Errorf("record %d: %v, %v", seq, d, err)
		}
		if d, err := FindAt(dir, id, seq%600+1, k.Verifier()); !errors.Is(err, ErrNotFound) {
			t.Errorf("record %d under another number: %v, %v", seq, d, err)
		}
		if d, err := FindAt(dir, id, 601, k.Verifier()); err != nil || d.ID != id {
			t.Errorf("record %d under a number that there is not: %v, %v", seq, d, err)
		}
	}
}

// Of a tile of which some records were pruned, the kept hashes stand for them.
func TestListAfterPruning(t *testing.T) {
	p := aged(t, 100, 200, 300, 5, 400, 10)
	p.cfg.Now = in(2018)
	if _, err := Prune(p.cfg.Dir, Retention{Key: p.cfg.Key, Now: in(2018)}); err != nil {
		t.Fatal(err)
	}
	seqs, err := handed(t, p.cfg.Dir, Filter{}, p.cfg.Key)
	if err != nil || len(seqs) != 416 || seqs[415] != 601 {
		t.Fatalf("%d records, %v", len(seqs), err)
	}
	id := idAt(t, p.cfg.Dir, 604)
	if _, err := FindAt(p.cfg.Dir, id, 604, p.cfg.Key.Verifier()); err != nil {
		t.Error(err)
	}
	if d, err := FindAt(p.cfg.Dir, id, 300, p.cfg.Key.Verifier()); !errors.Is(err, ErrNotFound) {
		t.Errorf("a pruned record: %v, %v", d, err)
	}
	change(t, p.cfg.Dir, 604, "ehr-sync", "ehr-sink")
	var corrupt *CorruptError
	if _, err := handed(t, p.cfg.Dir, Filter{}, p.cfg.Key); !errors.As(err, &corrupt) || corrupt.Seq != 604 {
		t.Errorf("List = %v", err)
	}
}

// BenchmarkList measures a list of 100,000 records of about 650 bytes, and the look for one of them: read only, and compared
// with the tree.
func BenchmarkList(b *testing.B) {
	k := testKey(b)
	l := openLog(b, Config{Key: k})
	stop := keepWriting(b, l)
	for l.Stats().Appended < 100_000 {
		time.Sleep(10 * time.Millisecond)
	}
	stop()
	if _, err := l.Checkpoint(); err != nil {
		b.Fatal(err)
	}
	all := readAll(b, l.cfg.Dir)
	b.Run("find/checked", func(b *testing.B) {
		for i := 0; b.Loop(); i += 997 {
			if _, err := FindSigned(l.cfg.Dir, all[i%len(all)].ID, k.Verifier()); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("find/numbered", func(b *testing.B) {
		for i := 0; b.Loop(); i += 997 {
			if _, err := FindAt(l.cfg.Dir, all[i%len(all)].ID, all[i%len(all)].Seq, k.Verifier()); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("find/read", func(b *testing.B) {
		for i := 0; b.Loop(); i += 997 {
			line, _, err := find(l.cfg.Dir, all[i%len(all)].ID)
			if err != nil {
				b.Fatal(err)
			}
			if err := line.decode(new(Decision)); err != nil {
				b.Fatal(err)
			}
		}
	})
	for _, limit := range []int{50, 100_000} {
		b.Run(fmt.Sprintf("checked/limit=%d", limit), func(b *testing.B) {
			for b.Loop() {
				for _, err := range ListSigned(l.cfg.Dir, Filter{Limit: limit}, k.Verifier()) {
					if err != nil {
						b.Fatal(err)
					}
				}
			}
		})
		b.Run(fmt.Sprintf("read/limit=%d", limit), func(b *testing.B) {
			for b.Loop() {
				n := 0
				for line, err := range linesBackwards(l.cfg.Dir) {
					if err != nil {
						b.Fatal(err)
					}
					if err := line.decode(new(Decision)); err != nil {
						b.Fatal(err)
					}
					if n++; n == limit {
						break
					}
				}
			}
		})
	}
}
