package audit

import (
	"bytes"
	"errors"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"
)

// copyFolder makes to a copy of from, whatever was there.
func copyFolder(t interface{ Fatal(...any) }, from, to string) {
	if err := os.RemoveAll(to); err != nil {
		t.Fatal(err)
	}
	if err := os.CopyFS(to, os.DirFS(from)); err != nil {
		t.Fatal(err)
	}
	err := filepath.WalkDir(to, func(path string, d fs.DirEntry, err error) error {
		if err == nil && !d.IsDir() {
			err = os.Chmod(path, 0o600)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

// proven is a log with a key, written in steps.
type proven struct {
	cfg   Config
	steps []string // copies of the folder after each step
	sizes []int    // records then
}

// newProven writes a log in the given steps of so many records each.
func newProven(t *testing.T, steps ...int) *proven {
	t.Helper()
	p := &proven{cfg: Config{Dir: filepath.Join(t.TempDir(), "audit"), Node: "gate-1", SegmentBytes: 16 << 10, Wait: time.Minute,
		Key: testKey(t), Witness: filepath.Join(t.TempDir(), "witness"), Reserve: -1}}
	size := 0
	for _, n := range steps {
		p.write(t, n)
		size += n
		to := filepath.Join(t.TempDir(), "copy")
		copyFolder(t, p.cfg.Dir, to)
		p.steps, p.sizes = append(p.steps, to), append(p.sizes, size)
	}
	return p
}

// write opens the log, appends n records and closes it.
func (p *proven) write(t testing.TB, n int) {
	t.Helper()
	l, err := Open(p.cfg)
	if err != nil {
		t.Fatal(err)
	}
	write(t, l, n)
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
}

func (p *proven) options() VerifyOptions {
	return VerifyOptions{Verifier: p.cfg.Key.Verifier(), Witness: []string{p.cfg.Witness}}
}

func TestVerifyLog(t *testing.T) {
	p := newProven(t, 300, 1, 0, 400)
	r, err := VerifyLog(p.cfg.Dir, p.options())
	if err != nil {
		t.Fatal(err)
	}
	if r.Records != 701 || r.Tree != 701 || r.Signed != 701 || r.Checkpoints != 2 || r.Witnessed != 701 || r.Rollbacks != 0 || len(r.Root) != 44 {
		t.Errorf("VerifyLog = %+v", r)
	}
	r, err = VerifyLog(p.cfg.Dir, VerifyOptions{})
	if err != nil || r.Signed != 0 || r.Checkpoints != 1 || r.Witnessed != 0 {
		t.Errorf("without a key: %+v, %v", r, err)
	}
	other := p.options()
	other.Verifier = testKey(t).Verifier()
	var corrupt *CorruptError
	if _, err := VerifyLog(p.cfg.Dir, other); !errors.As(err, &corrupt) {
		t.Errorf("with another key: %v", err)
	}
	var done, total int64
	o := p.options()
	o.Progress = func(d, of int64) { done, total = d, of }
	if _, err := VerifyLog(p.cfg.Dir, o); err != nil || done != total || total < 300<<10 {
		t.Errorf("progress ended at %d of %d, %v", done, total, err)
	}
}

// Since leaves out what is older, and compares what it leaves out with the checkpoints all the same.
func TestVerifySince(t *testing.T) {
	now := base
	p := newProven(t)
	p.cfg.Now = func() time.Time { return now }
	var notes []string
	for range 4 {
		p.write(t, 200)
		notes = append(notes, string(readFile(t, p.cfg.Witness)))
		now = now.Add(time.Hour)
	}
	o := p.options()
	o.Since, o.Notes = base.Add(150*time.Minute), notes
	r, err := VerifyLog(p.cfg.Dir, o)
	if err != nil || r.Records >= 400 || r.Records < 200 || r.Tree != 800 || r.Checkpoints != 6 {
		t.Errorf("VerifyLog = %+v, %v", r, err)
	}
	o.Notes = []string{strings.Replace(notes[1], "\n400\n", "\n401\n", 1)}
	o.Verifier = nil
	var corrupt *CorruptError
	if _, err := VerifyLog(p.cfg.Dir, o); !errors.As(err, &corrupt) {
		t.Errorf("a checkpoint that the older records deny: %v", err)
	}
}

// An older copy of the folder, its checkpoint with it, is found by what was kept elsewhere: the witness file, and notes.
func TestVerifyFindsOlderCopy(t *testing.T) {
	p := newProven(t, 10, 300, 1, 150)
	last := string(readFile(t, p.cfg.Witness))
	for i, copied := range p.steps[:3] {
		for name, o := range map[string]VerifyOptions{
			"witness": {Verifier: p.cfg.Key.Verifier(), Witness: []string{p.cfg.Witness}},
			"note":    {Verifier: p.cfg.Key.Verifier(), Notes: []string{last}},
		} {
			if _, err := VerifyLog(copied, o); !errors.Is(err, ErrRollback) {
				t.Errorf("copy of %d records, %s: %v", p.sizes[i], name, err)
			}
		}
		if r, err := VerifyLog(copied, VerifyOptions{Verifier: p.cfg.Key.Verifier()}); err != nil || r.Witnessed != 0 {
			t.Errorf("without a witness: %+v, %v", r, err)
		}
	}
}

// Open finds a log that was taken back, takes nothing, signs nothing, and goes on after the operator says so.
func TestOpenFindsRollback(t *testing.T) {
	tests := map[string]func(t *testing.T, p *proven){
		"the whole folder is older": func(t *testing.T, p *proven) { copyFolder(t, p.steps[0], p.cfg.Dir) },
		"the folder is older, no witness in reach": func(t *testing.T, p *proven) {
			keep := readFile(t, filepath.Join(p.cfg.Dir, checkpointName))
			copyFolder(t, p.steps[0], p.cfg.Dir)
			writeFile(t, filepath.Join(p.cfg.Dir, checkpointName), keep)
			p.cfg.Witness = ""
		},
		"records are cut off": func(t *testing.T, p *proven) {
			paths := segmentPaths(t, p.cfg.Dir)
			last := paths[len(paths)-1]
			lines := fileLines(readFile(t, last))
			writeFile(t, last, bytes.Join(lines[:len(lines)-1], nil))
		},
		"other records": func(t *testing.T, p *proven) {
			paths := segmentPaths(t, p.cfg.Dir)
			last := paths[len(paths)-1]
			writeFile(t, last, resealed(readFile(t, last), `"action":"mask"`, `"action":"pass"`))
		},
		"a checkpoint of another key": func(t *testing.T, p *proven) {
			c, err := readCheckpoint(p.cfg.Witness, nil)
			if err != nil {
				t.Fatal(err)
			}
			if err := c.sign(testKey(t)); err != nil {
				t.Fatal(err)
			}
			writeFile(t, p.cfg.Witness, c.signed)
		},
		"no checkpoint at all": func(t *testing.T, p *proven) {
			writeFile(t, filepath.Join(p.cfg.Dir, checkpointName), []byte("x"))
		},
	}
	for name, takeBack := range tests {
		t.Run(name, func(t *testing.T) {
			p := newProven(t, 270, 30)
			takeBack(t, p)
			before := load(t, p.cfg.Dir)
			var w watchful
			p.cfg.Alert = w.alert
			l, err := Open(p.cfg)
			if err != nil {
				t.Fatal(err)
			}
			for _, k := range []Kind{Whole, Admin, Closing} {
				if err := l.Append(t.Context(), ofKind(k)); !errors.Is(err, ErrRollback) || !errors.Is(err, ErrFailed) || !errors.Is(l.Err(), ErrRollback) {
					t.Errorf("Append = %v, Err() = %v", err, l.Err())
				}
			}
			if signed, err := l.Checkpoint(); signed != nil || err != nil {
				t.Errorf("Checkpoint = %q, %v", signed, err)
			}
			if err := l.Close(); err != nil {
				t.Fatal(err)
			}
			if !slices.Equal(w.alerts, []string{"audit.rollback"}) {
				t.Errorf("alerts %q", w.alerts)
			}
			if after := load(t, p.cfg.Dir); len(after) != len(before) {
				t.Error("the log changed")
			}
			if err := Acknowledge(p.cfg); err != nil {
				t.Fatal(err)
			}
			p.write(t, 5)
			r, err := VerifyLog(p.cfg.Dir, VerifyOptions{Verifier: p.cfg.Key.Verifier()})
			if err != nil || r.Rollbacks != 1 || r.Signed != r.Tree {
				t.Errorf("VerifyLog = %+v, %v", r, err)
			}
			if err := Acknowledge(p.cfg); err == nil {
				t.Error("acknowledged twice")
			}
		})
	}
}

// An acknowledged rollback explains the checkpoints of the epoch before, and those alone.
func TestVerifyAcknowledged(t *testing.T) {
	p := newProven(t, 270, 30)
	old := string(readFile(t, p.cfg.Witness))
	copyFolder(t, p.steps[0], p.cfg.Dir)
	if err := Acknowledge(p.cfg); err != nil {
		t.Fatal(err)
	}
	p.write(t, 100)
	o := p.options()
	o.Notes = []string{old}
	if r, err := VerifyLog(p.cfg.Dir, o); err != nil || r.Rollbacks != 1 {
		t.Errorf("VerifyLog = %+v, %v", r, err)
	}
	second := string(readFile(t, p.cfg.Witness))
	if !strings.HasPrefix(second, "test/decisions/2\n") {
		t.Errorf("the checkpoint after it: %q", second)
	}
	to := filepath.Join(t.TempDir(), "copy")
	copyFolder(t, p.cfg.Dir, to)
	p.write(t, 1)
	if _, err := VerifyLog(to, p.options()); !errors.Is(err, ErrRollback) {
		t.Errorf("an older copy of the new epoch: %v", err)
	}
	mark := readAll(t, p.cfg.Dir)[270]
	if mark.Reason != rollbackReason || mark.Mark == nil || mark.Mark.Size != 300 || mark.Mark.Epoch != 2 || mark.Proof != old {
		t.Errorf("the record of it: %+v", mark)
	}
}

// Whatever is done to the segments of a log with checkpoints, Verify finds it. Nothing is left that only a kept head
// shows.
func TestVerifyFindsTamperingOfProven(t *testing.T) {
	p := newProven(t, 50)
	log := load(t, p.cfg.Dir)
	for name, tamper := range tampering {
		t.Run(name, rapid.MakeCheck(func(rt *rapid.T) {
			f := make(folder)
			for name, content := range log {
				f[name] = bytes.Clone(content)
			}
			tamper(rt, f)
			if maps.EqualFunc(f, log, bytes.Equal) {
				return
			}
			f.replace(rt, log, p.cfg.Dir)
			defer log.replace(rt, f, p.cfg.Dir)
			var corrupt *CorruptError
			_, err := VerifyLog(p.cfg.Dir, VerifyOptions{Verifier: p.cfg.Key.Verifier()})
			if !errors.As(err, &corrupt) && !errors.Is(err, ErrRollback) {
				rt.Fatalf("VerifyLog = %v", err)
			}
		}))
	}
}

// replace makes f what is in dir, where log is.
func (f folder) replace(t *rapid.T, log folder, dir string) {
	for name := range log {
		if _, stays := f[name]; !stays {
			if err := os.Remove(filepath.Join(dir, name)); err != nil {
				t.Fatal(err)
			}
		}
	}
	for name, content := range f {
		if was, ok := log[name]; ok && bytes.Equal(was, content) {
			continue
		}
		if err := os.WriteFile(filepath.Join(dir, name), content, 0o600); err != nil {
			t.Fatal(err)
		}
	}
}

// Nor is any bit of what proves them another.
func TestVerifyFindsTamperingOfProof(t *testing.T) {
	p := newProven(t, 270)
	for _, name := range []string{checkpointName, "tree-1"} {
		t.Run(name, rapid.MakeCheck(func(rt *rapid.T) {
			path := filepath.Join(p.cfg.Dir, name)
			content := readFile(t, path)
			defer writeFile(t, path, content)
			spoilt := bytes.Clone(content)
			spoilt[drawAt(rt, spoilt)] ^= 1 << rapid.IntRange(0, 7).Draw(rt, "bit")
			writeFile(t, path, spoilt)
			var corrupt *CorruptError
			if _, err := VerifyLog(p.cfg.Dir, VerifyOptions{Verifier: p.cfg.Key.Verifier()}); !errors.As(err, &corrupt) {
				rt.Fatalf("VerifyLog = %v", err)
			}
		}))
	}
}

// Lost or spoilt hashes of the tree are made again from the records.
func TestOpenRebuildsTree(t *testing.T) {
	for name, spoil := range map[string]func(path string) error{
		"lost":   os.Remove,
		"short":  func(path string) error { return os.Truncate(path, 33) },
		"spoilt": func(path string) error { return os.WriteFile(path, bytes.Repeat([]byte("x"), 96), 0o600) },
	} {
		t.Run(name, func(t *testing.T) {
			p := newProven(t, 800)
			if err := spoil(tilePath(p.cfg.Dir, 1)); err != nil {
				t.Fatal(err)
			}
			p.write(t, 300)
			if r, err := VerifyLog(p.cfg.Dir, p.options()); err != nil || r.Signed != 1100 {
				t.Errorf("VerifyLog = %+v, %v", r, err)
			}
		})
	}
}

// A key may come to a log that has none, and go.
func TestKeyComesAndGoes(t *testing.T) {
	p := newProven(t)
	key := p.cfg.Key
	for i, n := range []int{5, 300, 1, 270, 10} {
		p.cfg.Key = nil
		if i%2 == 1 {
			p.cfg.Key = key
		}
		p.write(t, n)
	}
	p.cfg.Key = key
	p.write(t, 1)
	if r, err := VerifyLog(p.cfg.Dir, p.options()); err != nil || r.Signed != 587 {
		t.Errorf("VerifyLog = %+v, %v", r, err)
	}
}
