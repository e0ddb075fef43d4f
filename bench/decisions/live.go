package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/phigate/phigate/audit"
	"github.com/phigate/phigate/audit/index"
)

// live is how an index follows a gate at work.
type live struct {
	n        int           // decisions that came as fast as the log takes them from 64 writers
	logged   time.Duration // until all of them were durable
	took     time.Duration // until all of them could be searched
	shown    times         // from a lone decision being durable until it can be searched
	verdicts times         // from a verdict being durable until it can be searched
}

// lone is how many decisions and verdicts come alone, at most.
const lone = 100

// measureLive lets the index follow while the last decisions of the corpus are appended.
func (b *bench) measureLive(ctx context.Context, dir string, c *corpus) (l live, err error) {
	logs, err := openLogs(dir, func() time.Time { return b.now })
	if err != nil {
		return l, err
	}
	defer func() { err = errors.Join(err, logs.close()) }()
	cfg := b.config(dir)
	cfg.DecisionBell, cfg.AccessBell = logs.decisions.Bell(), logs.access.Bell()
	x, err := index.Open(cfg)
	if err != nil {
		return l, err
	}
	ctx, stop := context.WithCancel(ctx)
	var run sync.WaitGroup
	var failed error
	run.Go(func() { failed = x.Run(ctx) })
	defer func() {
		stop()
		run.Wait()
		err = errors.Join(err, failed, x.Close())
	}()
	if err := settled(ctx, x, logs.decisions); err != nil {
		return l, err
	}
	l.n = b.live
	last := min(lone, l.n/100)
	began := time.Now()
	if err := appendAll(ctx, logs.decisions, 64, l.n-last, c.next); err != nil {
		return l, err
	}
	l.logged = time.Since(began)
	if err := settled(ctx, x, logs.decisions); err != nil {
		return l, err
	}
	l.took = time.Since(began)
	for range last {
		if err := l.one(ctx, x, logs, c.next()); err != nil {
			return l, err
		}
	}
	slices.Sort(l.shown)
	slices.Sort(l.verdicts)
	return l, nil
}

// one measures a decision and a verdict on it.
func (l *live) one(ctx context.Context, x *index.Index, logs *logs, d *audit.Decision) error {
	time.Sleep(120 * time.Millisecond) // people and quiet jobs do not come one behind the other
	if err := logs.decisions.Append(ctx, d); err != nil {
		return err
	}
	began := time.Now()
	if err := reached(ctx, x, d.Seq); err != nil {
		return err
	}
	l.shown = append(l.shown, time.Since(began))
	a := verdict("true_positive", d.ID)
	if err := logs.access.Append(ctx, a); err != nil {
		return err
	}
	began = time.Now()
	if err := x.WaitAccess(ctx, a.Seq); err != nil {
		return err
	}
	l.verdicts = append(l.verdicts, time.Since(began))
	return nil
}

// settled waits until the index has all that the log holds.
func settled(ctx context.Context, x *index.Index, log *audit.Log) error {
	d := &audit.Decision{Kind: audit.Admin, Action: "allow", Reason: "bench"}
	if err := log.Append(ctx, d); err != nil {
		return err
	}
	return reached(ctx, x, d.Seq)
}

// reached waits until the index has a record.
func reached(ctx context.Context, x *index.Index, seq uint64) error {
	for x.Position().Decisions < seq {
		select {
		case <-time.After(100 * time.Microsecond):
		case <-ctx.Done():
			return fmt.Errorf("wait for the index: %w", context.Cause(ctx))
		}
	}
	return nil
}

// appendAll appends n decisions, which next makes, by so many writers.
func appendAll(ctx context.Context, log *audit.Log, writers, n int, next func() *audit.Decision) error {
	todo := make(chan *audit.Decision, 1024)
	var group sync.WaitGroup
	var lock sync.Mutex // guards failed
	var failed error
	for range writers {
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
	for range n {
		todo <- next()
	}
	close(todo)
	group.Wait()
	return failed
}
