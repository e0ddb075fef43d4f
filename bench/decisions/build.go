package main

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"runtime/debug"
	"strings"
	"sync"
	"time"

	"github.com/phigate/phigate/audit"
	"github.com/phigate/phigate/audit/index"
)

// build makes a log, and the index of it. The log is removed when the index has it.
func (b *bench) build(ctx context.Context, dir string, r *report) error {
	var err error
	decisions, access := filepath.Join(dir, "audit"), filepath.Join(dir, "access")
	if r.logged, err = b.writeLog(ctx, decisions); err != nil {
		return err
	}
	ids, err := reviewed(decisions, b.decisions)
	if err != nil {
		return err
	}
	if r.reviews, err = b.writeReviews(ctx, access, ids); err != nil {
		return err
	}
	if r.logBytes, err = size(decisions); err != nil {
		return err
	}
	cfg := b.config(dir)
	began := time.Now()
	last, mark := uint64(0), began
	if err := index.Rebuild(ctx, cfg, func(done, _ uint64) {
		if done-last >= 1_000_000 {
			r.millions = append(r.millions, time.Since(mark))
			last, mark = done, time.Now()
		}
	}); err != nil {
		return err
	}
	r.built = time.Since(began)
	if r.indexBytes, err = size(cfg.Dir); err != nil {
		return err
	}
	return errors.Join(os.RemoveAll(decisions), os.RemoveAll(access))
}

func (b *bench) config(dir string) index.Config {
	return index.Config{
		Dir: filepath.Join(dir, "index"), Decisions: filepath.Join(dir, "audit"), Access: filepath.Join(dir, "access"),
		Now: func() time.Time { return b.now }, Timeout: time.Minute,
	}
}

// writeLog writes the decisions, and returns how long that took.
func (b *bench) writeLog(ctx context.Context, dir string) (took time.Duration, err error) {
	log, err := audit.Open(audit.Config{Dir: dir, Node: "gate-1", Wait: time.Minute})
	if err != nil {
		return 0, err
	}
	began := time.Now()
	c := newCorpus(b.decisions, b.days, b.now)
	todo := make(chan *audit.Decision, 1024)
	var group sync.WaitGroup
	var lock sync.Mutex // guards failed
	var failed error
	for range 256 {
		group.Go(func() {
			for d := range todo {
				if err := log.Append(ctx, d); err != nil {
					lock.Lock()
					failed = err
					lock.Unlock()
				}
			}
		})
	}
	for range b.decisions {
		todo <- c.next()
	}
	close(todo)
	group.Wait()
	return time.Since(began), errors.Join(failed, log.Close())
}

// reviewed returns the IDs of some decisions that people will have judged.
func reviewed(dir string, decisions int) (ids []string, err error) {
	for d, err := range audit.Read(dir) {
		if err != nil {
			return nil, err
		}
		if d.Action != "allow" && d.Kind == audit.Whole && d.Seq < uint64(decisions)*9/10 && d.Seq%20 == 0 {
			ids = append(ids, d.ID)
		}
	}
	return ids, nil
}

// writeReviews writes verdicts on decisions to the access log, and returns on how many.
func (b *bench) writeReviews(ctx context.Context, dir string, ids []string) (n int, err error) {
	log, err := audit.OpenAccess(audit.Config{Dir: dir, Node: "gate-1", Wait: time.Minute, Now: func() time.Time { return b.now }})
	if err != nil {
		return 0, err
	}
	defer func() { err = errors.Join(err, log.Close()) }()
	verdicts := [...]string{"false_positive", "true_positive", "true_positive", "benign"}
	for i := 0; len(ids) > 0; i++ {
		part := ids[:min(len(ids), 1+i%40)]
		ids = ids[len(part):]
		a := audit.Access{Kind: audit.AccessVerdict, Actor: "analyst", Role: "analyst", Via: "console", Target: part[0], Count: len(part), Outcome: "ok",
			Review: &audit.Review{Decisions: part, Status: index.StatusDecided, Verdict: verdicts[i%len(verdicts)], Text: "as discussed"}}
		if err := log.Append(ctx, &a); err != nil {
			return n, err
		}
		n += len(part)
	}
	return n, nil
}

// size is how many bytes the files of a folder take on the disk.
func size(dir string) (n int64, err error) {
	err = filepath.WalkDir(dir, func(_ string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		info, err := d.Info()
		n += info.Size()
		return err
	})
	return n, err
}

// memory returns the resident memory of this process, now, in bytes, after what is not used was given back.
func memory() int64 {
	debug.FreeOSMemory()
	text, err := os.ReadFile("/proc/self/status")
	if err != nil {
		return 0
	}
	for line := range strings.Lines(string(text)) {
		if rest, ok := strings.CutPrefix(line, "VmRSS:"); ok {
			var kib int64
			for _, c := range strings.TrimSpace(strings.TrimSuffix(strings.TrimSpace(rest), "kB")) {
				kib = kib*10 + int64(c-'0')
			}
			return kib << 10
		}
	}
	return 0
}
