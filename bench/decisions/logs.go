package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sync/atomic"
	"time"

	"github.com/phigate/phigate/audit"
	"github.com/phigate/phigate/inspect/detect"
	"github.com/phigate/phigate/internal/leakguard"
)

// logs are a decision log and an access log, opened as the gate opens them: each has a key, a tree and checkpoints, a
// witness beside the folder and the other log, a guard and somebody to alert.
type logs struct {
	decisions *audit.Log
	access    *audit.AccessLog
	guarded   atomic.Int64 // records that the guard looked at
	alerts    atomic.Int64
}

// openLogs opens the logs in dir/audit and dir/access. now is the time of accesses; nil is the clock's.
func openLogs(dir string, now func() time.Time) (*logs, error) {
	key, err := audit.OpenCheckpointKey(filepath.Join(dir, "checkpoint-key"), "bench")
	if err != nil {
		return nil, err
	}
	if err := os.MkdirAll(filepath.Join(dir, "witness"), 0o700); err != nil {
		return nil, err
	}
	scanner, err := detect.New(detect.Config{})
	if err != nil {
		return nil, fmt.Errorf("make the guard: %w", err)
	}
	l, guard := new(logs), leakguard.New(scanner)
	look := func(line []byte) string {
		l.guarded.Add(1)
		return guard.Line(line)
	}
	cfg := audit.Config{Dir: filepath.Join(dir, "audit"), Node: "gate-1", Wait: time.Minute, Key: key, Witness: filepath.Join(dir, "witness", "decisions"),
		Guard: look, Alert: func(string) { l.alerts.Add(1) }}
	if l.decisions, err = audit.Open(cfg); err != nil {
		return nil, err
	}
	cfg.Dir, cfg.Witness, cfg.SegmentBytes, cfg.Now = filepath.Join(dir, "access"), filepath.Join(dir, "witness", "access"), 4<<20, now
	if l.access, err = audit.OpenAccess(cfg); err != nil {
		return nil, errors.Join(err, l.decisions.Close())
	}
	if err := audit.Entwine(l.decisions, l.access); err != nil {
		return nil, errors.Join(err, l.close())
	}
	return l, nil
}

// close closes both. It is an error if something in them asked for attention: then what was measured is not the daily
// work.
func (l *logs) close() error {
	err := errors.Join(l.access.Close(), l.decisions.Close())
	if n := l.alerts.Load(); n > 0 {
		err = errors.Join(err, fmt.Errorf("the logs raised %d alerts", n))
	}
	return err
}
