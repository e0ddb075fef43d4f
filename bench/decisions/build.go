package main

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"runtime/debug"
	"strings"
	"time"

	"github.com/phigate/phigate/audit"
	"github.com/phigate/phigate/audit/index"
)

// build makes a log, the index of it, and lets the index follow what comes after. The log is removed when the index has
// it.
func (b *bench) build(ctx context.Context, dir string, r *report) error {
	c := newCorpus(b.decisions, b.days, b.now)
	var err error
	if r.logged, err = b.writeLogs(ctx, dir, c, r); err != nil {
		return err
	}
	decisions, access := filepath.Join(dir, "audit"), filepath.Join(dir, "access")
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
	if r.live, err = b.measureLive(ctx, dir, c); err != nil {
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

// writeLogs writes all decisions but those that come live, then the reviews of some, and returns how long the decisions
// took.
func (b *bench) writeLogs(ctx context.Context, dir string, c *corpus, r *report) (took time.Duration, err error) {
	l, err := openLogs(dir, func() time.Time { return b.now })
	if err != nil {
		return 0, err
	}
	defer func() { err = errors.Join(err, l.close()) }()
	began := time.Now()
	if err := appendAll(ctx, l.decisions, 256, b.decisions-b.live, c.next); err != nil {
		return 0, err
	}
	took = time.Since(began)
	ids, err := reviewed(filepath.Join(dir, "audit"), b.decisions)
	if err != nil {
		return 0, err
	}
	r.reviews, err = writeReviews(ctx, l.access, ids)
	return took, err
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
func writeReviews(ctx context.Context, log *audit.AccessLog, ids []string) (n int, err error) {
	verdicts := [...]string{"false_positive", "true_positive", "true_positive", "benign"}
	for i := 0; len(ids) > 0; i++ {
		part := ids[:min(len(ids), 1+i%40)]
		ids = ids[len(part):]
		if err := log.Append(ctx, verdict(verdicts[i%len(verdicts)], part...)); err != nil {
			return n, err
		}
		n += len(part)
	}
	return n, nil
}

// verdict is what an analyst says about decisions.
func verdict(verdict string, ids ...string) *audit.Access {
	return &audit.Access{Kind: audit.AccessVerdict, Actor: "analyst", Role: "analyst", Via: "console", Target: ids[0], Count: len(ids), Outcome: "ok",
		Review: &audit.Review{Decisions: ids, Status: index.StatusDecided, Verdict: verdict, Text: "as discussed"}}
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
