package main

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"time"

	"golang.org/x/sys/unix"

	"github.com/phigate/phigate/audit"
)

// times are measured durations, to be sorted.
type times []time.Duration

// at returns the time that the given part of all did not exceed.
func (t times) at(part float64) time.Duration {
	if len(t) == 0 {
		return 0
	}
	return t[min(int(part*float64(len(t))), len(t)-1)]
}

func (t times) worst() time.Duration { return t.at(1) }

// measureDisk returns how long the disk takes to make so many bytes durable that are appended to an allocated file: what
// decisions would wait for if nothing else were done.
func measureDisk(dir string, size int64) (times, error) {
	f, err := os.Create(filepath.Join(dir, "disk"))
	if err != nil {
		return nil, err
	}
	defer func() { _ = os.Remove(f.Name()) }()
	const n = 1000
	if err := unix.Fallocate(int(f.Fd()), unix.FALLOC_FL_KEEP_SIZE, 0, size*n); err != nil {
		return nil, errors.Join(err, f.Close())
	}
	var all times
	block := make([]byte, size)
	for range n {
		if _, err := f.Write(block); err != nil {
			return nil, errors.Join(err, f.Close())
		}
		began := time.Now()
		if err := unix.Fdatasync(int(f.Fd())); err != nil {
			return nil, errors.Join(err, f.Close())
		}
		all = append(all, time.Since(began))
	}
	slices.Sort(all)
	return all, f.Close()
}

// commit is what the log did with some writers.
type commit struct {
	writers int
	took    time.Duration
	waits   times
	stats   audit.Stats
	guarded int64 // records that the guard looked at
}

// measureCommit has writers append decisions for a while, each as soon as its last one is durable.
func (b *bench) measureCommit(ctx context.Context, dir string, writers int) (c commit, err error) {
	l, err := openLogs(dir, nil)
	if err != nil {
		return c, err
	}
	defer func() { err = errors.Join(err, l.close(), os.RemoveAll(dir)) }()
	c.writers = writers
	corpus := newCorpus(1_000_000, 30, time.Now())
	decisions := make([]audit.Decision, 4096)
	for i := range decisions {
		decisions[i] = *corpus.next()
	}
	var group sync.WaitGroup
	var lock sync.Mutex // guards c.waits and failed
	var failed error
	began := time.Now()
	for w := range writers {
		group.Go(func() {
			var mine times
			var mineErr error
			for i := w * 61; time.Since(began) < b.each && mineErr == nil; i++ {
				d := decisions[i%len(decisions)]
				d.ID = ""
				start := time.Now()
				mineErr = l.decisions.Append(ctx, &d)
				mine = append(mine, time.Since(start))
			}
			lock.Lock()
			defer lock.Unlock()
			c.waits, failed = append(c.waits, mine...), errors.Join(failed, mineErr)
		})
	}
	group.Wait()
	c.took = time.Since(began)
	if _, err := l.decisions.Checkpoint(); err != nil {
		return c, err
	}
	c.stats, c.guarded = l.decisions.Stats(), l.guarded.Load()
	slices.Sort(c.waits)
	return c, failed
}
