package audit

import (
	"errors"
	"os"
	"path/filepath"
	"testing"
)

// twoLogs opens a decision and an access log that witness each other.
func twoLogs(t *testing.T, dir string, key *CheckpointKey) (*Log, *AccessLog) {
	t.Helper()
	l, err := Open(Config{Dir: filepath.Join(dir, "audit"), Node: "gate-1", Wait: 20e9, Key: key, SegmentBytes: 8 << 10})
	if err != nil {
		t.Fatal(err)
	}
	a, err := OpenAccess(Config{Dir: filepath.Join(dir, "access"), Node: "gate-1", Wait: 20e9, Key: key})
	if err != nil {
		t.Fatal(err)
	}
	return l, a
}

func TestEntwine(t *testing.T) {
	dir, key := t.TempDir(), testKey(t)
	l, a := twoLogs(t, dir, key)
	write(t, l, 20)
	if err := a.Append(t.Context(), visit()); err != nil {
		t.Fatal(err)
	}
	if err := Entwine(l, a); err != nil {
		t.Fatal(err)
	}
	old := filepath.Join(t.TempDir(), "copy")
	if _, err := l.Checkpoint(); err != nil {
		t.Fatal(err)
	}
	copyFolder(t, l.cfg.Dir, old)
	write(t, l, 100)
	for _, log := range []interface{ Close() error }{l, a} {
		if err := log.Close(); err != nil {
			t.Fatal(err)
		}
	}
	about, err := Witnessed(filepath.Join(dir, "access"))
	if err != nil {
		t.Fatal(err)
	}
	if len(about) < 2 {
		t.Errorf("%d checkpoints on record in the access log", len(about))
	}
	o := VerifyOptions{Verifier: key.Verifier(), Notes: about}
	r, err := VerifyLog(l.cfg.Dir, o)
	if err != nil || r.Witnessed < 120 || r.Checkpoints != len(about)+1 {
		t.Errorf("VerifyLog = %+v, %v", r, err)
	}
	if _, err := VerifyLog(old, o); !errors.Is(err, ErrRollback) {
		t.Errorf("an older copy: %v", err)
	}
	about, err = Witnessed(l.cfg.Dir)
	if err != nil || len(about) == 0 {
		t.Fatalf("%d checkpoints on record in the decision log, %v", len(about), err)
	}
	o.Notes = about
	if r, err := VerifyLog(a.cfg.Dir, o); err != nil || r.Witnessed == 0 {
		t.Errorf("VerifyLog of the access log = %+v, %v", r, err)
	}
}

// A gate that is started with an older copy of one log finds that out from the other.
func TestEntwineFindsOlderCopy(t *testing.T) {
	dir, key := t.TempDir(), testKey(t)
	old := filepath.Join(t.TempDir(), "copy")
	for i := range 3 {
		l, a := twoLogs(t, dir, key)
		err := Entwine(l, a)
		if i < 2 && err != nil {
			t.Fatal(err)
		}
		if i == 2 {
			if !errors.Is(err, ErrRollback) || !errors.Is(l.Err(), ErrRollback) || a.Err() != nil {
				t.Errorf("Entwine = %v, Err() = %v and %v", err, l.Err(), a.Err())
			}
			if err := l.Append(t.Context(), sample()); !errors.Is(err, ErrRollback) {
				t.Errorf("Append = %v", err)
			}
		} else {
			write(t, l, 30)
		}
		for _, log := range []interface{ Close() error }{l, a} {
			if err := log.Close(); err != nil {
				t.Fatal(err)
			}
		}
		switch i {
		case 0:
			copyFolder(t, l.cfg.Dir, old)
		case 1:
			copyFolder(t, old, l.cfg.Dir)
		}
	}
	cfg := Config{Dir: filepath.Join(dir, "audit"), Node: "gate-1", Key: key}
	if err := Acknowledge(cfg); err != nil {
		t.Fatal(err)
	}
	l, a := twoLogs(t, dir, key)
	if err := Entwine(l, a); err != nil {
		t.Errorf("after it was acknowledged: %v", err)
	}
	write(t, l, 1)
	for _, log := range []interface{ Close() error }{l, a} {
		if err := log.Close(); err != nil {
			t.Fatal(err)
		}
	}
	notes, err := Witnessed(a.cfg.Dir)
	if err != nil {
		t.Fatal(err)
	}
	if r, err := VerifyLog(l.cfg.Dir, VerifyOptions{Verifier: key.Verifier(), Notes: notes}); err != nil || r.Rollbacks != 1 {
		t.Errorf("VerifyLog = %+v, %v", r, err)
	}
}

// A copy from before a rollback was acknowledged is older still, and so is a log that begins anew: the other one knows
// a later epoch.
func TestEntwineFindsOlderEpoch(t *testing.T) {
	dir, key := t.TempDir(), testKey(t)
	shut := func(l *Log, a *AccessLog) {
		t.Helper()
		if err := errors.Join(l.Close(), a.Close()); err != nil {
			t.Fatal(err)
		}
	}
	l, a := twoLogs(t, dir, key)
	write(t, l, 30)
	shut(l, a)
	old := filepath.Join(t.TempDir(), "copy")
	copyFolder(t, l.cfg.Dir, old)
	write1 := func(n int) error {
		l, a := twoLogs(t, dir, key)
		defer shut(l, a)
		err := Entwine(l, a)
		if err == nil {
			write(t, l, n)
		}
		return err
	}
	back := func(from string) {
		t.Helper()
		if err := os.RemoveAll(l.cfg.Dir); err != nil {
			t.Fatal(err)
		}
		if from != "" {
			copyFolder(t, from, l.cfg.Dir)
		}
	}
	if err := write1(30); err != nil {
		t.Fatal(err)
	}
	back(old)
	if err := write1(1); !errors.Is(err, ErrRollback) {
		t.Fatalf("an older copy: %v", err)
	}
	if err := Acknowledge(Config{Dir: l.cfg.Dir, Node: "gate-1", Key: key}); err != nil {
		t.Fatal(err)
	}
	if err := write1(1); err != nil {
		t.Fatal(err)
	}
	for name, from := range map[string]string{"a copy of the epoch before": old, "nothing": ""} {
		back(from)
		if err := write1(1); !errors.Is(err, ErrRollback) {
			t.Errorf("%s: Entwine = %v", name, err)
		}
		if l, err := Open(Config{Dir: l.cfg.Dir, Node: "gate-1", Key: key}); err != nil || !errors.Is(l.Err(), ErrRollback) {
			t.Errorf("%s, opened again: %v", name, err)
		} else if err := l.Close(); err != nil {
			t.Error(err)
		}
	}
	if err := Acknowledge(Config{Dir: l.cfg.Dir, Node: "gate-1", Key: key}); err != nil {
		t.Fatal(err)
	}
	if err := write1(1); err != nil {
		t.Errorf("after it was acknowledged: %v", err)
	}
}
