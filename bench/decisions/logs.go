package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sync/atomic"
	"time"

	"github.com/phigate/phigate/audit"
)

// logs are a decision log and an access log, opened as the gate opens them: each has a key, a tree and checkpoints, a
// witness beside the folder and the other log, a guard and somebody to alert.
type logs struct {
	decisions *audit.Log
	access    *audit.AccessLog
	guard     *guard
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
	l := new(logs)
	if l.guard, err = newGuard(); err != nil {
		return nil, err
	}
	cfg := audit.Config{Dir: filepath.Join(dir, "audit"), Node: "gate-1", Wait: time.Minute, Key: key, Witness: filepath.Join(dir, "witness", "decisions"),
		Guard: l.guard.line, Alert: func(string) { l.alerts.Add(1) }}
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
