package audit

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sync/atomic"
	"time"

	"golang.org/x/mod/sumdb/tlog"
)

const (
	// backlog is how many batches may wait for the notary. It takes 50 ms of syncs on its side to fill it with batches as
	// they come from 64 writers.
	backlog = 256
	// publishing is how often a checkpoint goes to the other log at least, while there are new ones.
	publishing = time.Hour
)

// notary is the goroutine that follows the writing one: it builds the tree over the batches that are durable and signs a
// checkpoint each second in which there were any. So the appends do not wait for it, unless it is far behind.
//
// What a checkpoint says is on the disk before the checkpoint is: the records, because the notary gets them after their
// sync, and the hashes of the tree. The checkpoint itself is synced before the next one is signed.
type notary struct {
	key   *CheckpointKey
	paths []string // where checkpoints go: the log's folder, the witness
	log   string
	epoch uint64
	sync  func(*os.File) error
	count *atomic.Int64 // of records under the latest checkpoint
	// publish puts a checkpoint on record elsewhere. It does not wait.
	publish func(signed []byte)
	alert   func(reason string)

	tree   tree
	shelf  shelf
	signed int64 // records under the latest checkpoint; -1 is none

	feed   chan batchLines
	spares chan []byte
	orders chan chan notarised // answered when all that was fed before is under a checkpoint
	done   chan struct{}

	last   []byte // the latest checkpoint
	copied bool   // it is in all paths
	err    error  // of the last attempt to sign
	now    func() time.Time

	due       bool      // the latest checkpoint is to be published, because a segment has begun or the log ends
	since     time.Time // when one was published
	published int64     // and how many records it covered
}

// batchLines is a durable batch: lines with their newlines.
type batchLines struct {
	lines []byte
	fresh bool // the batch is the first of a segment
}

// notarised answers an order.
type notarised struct {
	signed []byte
	err    error
}

// start begins to sign.
func (n *notary) start() {
	n.feed, n.spares = make(chan batchLines, backlog), make(chan []byte, backlog)
	n.orders, n.done = make(chan chan notarised), make(chan struct{})
	n.due, n.since = true, n.now()
	n.count.Store(n.signed)
	go n.run(time.Second)
}

// take hands a batch to the notary and returns a buffer for the next one.
func (n *notary) take(lines []byte, fresh bool) []byte {
	n.feed <- batchLines{lines: lines, fresh: fresh}
	select {
	case spare := <-n.spares:
		return spare
	default:
		return nil
	}
}

// run ends when the feed is closed, with a last checkpoint.
func (n *notary) run(pulse time.Duration) {
	defer close(n.done)
	tick := time.NewTicker(pulse)
	defer tick.Stop()
	n.checkpoint() // of what was there when the log was opened
	for {
		select {
		case b, more := <-n.feed:
			if !more {
				n.due = true
				n.checkpoint()
				return
			}
			n.grow(b)
		case <-tick.C:
			n.checkpoint()
		case order := <-n.orders:
			n.catchUp()
			n.checkpoint()
			order <- notarised{signed: n.last, err: n.err}
		}
	}
}

// catchUp takes what was fed.
func (n *notary) catchUp() {
	for {
		select {
		case b, more := <-n.feed:
			if !more {
				return
			}
			n.grow(b)
		default:
			return
		}
	}
}

func (n *notary) grow(b batchLines) {
	n.due = n.due || b.fresh
	for rest := b.lines; len(rest) > 0; {
		line, after, _ := bytes.Cut(rest, []byte{'\n'})
		n.tree.add(tlog.RecordHash(line))
		rest = after
	}
	select {
	case n.spares <- b.lines[:0]:
	default:
	}
}

// checkpoint signs the tree if it grew, and tries again what failed the last time. The operator hears of a failure once.
func (n *notary) checkpoint() {
	err := n.sign()
	if err != nil && n.err == nil {
		n.alert("audit.unsigned")
	}
	n.err = err
}

func (n *notary) sign() error {
	if n.tree.size != n.signed {
		if err := n.shelf.flush(n.sync); err != nil {
			return err
		}
		c := newCheckpoint(n.log, n.epoch, &n.tree)
		if err := c.sign(n.key); err != nil {
			return err
		}
		if err := replaceFile(n.paths[0], c.signed, 0o600); err != nil {
			return fmt.Errorf("keep the checkpoint: %w", err)
		}
		n.signed, n.last, n.copied = c.N, c.signed, false
		n.count.Store(c.N)
	}
	if now := n.now(); (n.due || now.Sub(n.since) >= publishing) && n.published != n.signed {
		n.due, n.since, n.published = false, now, n.signed
		n.publish(n.last)
	}
	if n.copied {
		return nil
	}
	for _, path := range n.paths[1:] {
		if err := replaceFile(path, n.last, 0o600); err != nil {
			return fmt.Errorf("keep the checkpoint: %w", err)
		}
	}
	n.copied = true
	return nil
}

// order has all that was fed signed, and returns the checkpoint.
func (n *notary) order() ([]byte, error) {
	order := make(chan notarised, 1)
	select {
	case n.orders <- order:
		answer := <-order
		return answer.signed, answer.err
	case <-n.done:
		return nil, ErrClosed
	}
}

// stop signs what is left and ends.
func (n *notary) stop() error {
	close(n.feed)
	<-n.done
	return n.shelf.close()
}

// newNotary returns a notary without a tree.
func newNotary(cfg *Config, own dialect, w *writer) *notary {
	return &notary{
		key: cfg.Key, paths: cfg.checkpoints(), log: cfg.Origin + "/" + own.name, epoch: 1, sync: w.sync, now: cfg.Now,
		shelf: shelf{dir: cfg.Dir},
	}
}

// openNotary takes up the tree of the log that w has opened, and checks the log against the checkpoints that it finds.
// The error wraps ErrRollback if they do not fit.
func openNotary(cfg *Config, own dialect, w *writer) (*notary, error) {
	n := newNotary(cfg, own, w)
	known, err := n.known()
	if err != nil {
		return nil, err
	}
	size := int64(w.tip.seq)
	n.signed, n.copied = 0, true // of an empty log there is nothing to sign
	if size > 0 {
		n.resume(known, size)
	}
	for _, c := range known {
		if n.epoch = max(n.epoch, c.epoch); c.N > size {
			return nil, fmt.Errorf("%w: it has %d records, and %d were signed", ErrRollback, size, c.N)
		}
	}
	if err := n.build(known, size); err != nil {
		return nil, errors.Join(err, n.shelf.close())
	}
	return n, nil
}

// resume takes up the stored checkpoints if they are the same everywhere and cover all.
func (n *notary) resume(known []checkpoint, size int64) {
	n.signed, n.copied = -1, false
	if len(known) < len(n.paths) {
		return
	}
	for _, c := range known {
		if c.N != size {
			return
		}
	}
	n.signed, n.last, n.copied = size, known[0].signed, true
}

// checkpoints returns the files that hold the log's latest checkpoint.
func (c *Config) checkpoints() []string {
	paths := []string{filepath.Join(c.Dir, checkpointName)}
	if c.Witness != "" {
		paths = append(paths, c.Witness)
	}
	return paths
}

// known returns the stored checkpoints of the newest epoch. An older one is what a witness that could not be written
// still has.
func (n *notary) known() ([]checkpoint, error) {
	var list []checkpoint
	for _, path := range n.paths {
		c, err := readCheckpoint(path, n.key.verifier)
		switch {
		case errors.Is(err, os.ErrNotExist):
			continue
		case errors.Is(err, errCheckpoint):
			return nil, fmt.Errorf("%w: %w", ErrRollback, err)
		case err != nil:
			return nil, err
		case c.log != n.log:
			return nil, fmt.Errorf("%w: %s: the checkpoint is of another log", ErrRollback, path)
		}
		if len(list) > 0 && c.epoch > list[0].epoch {
			list = list[:0]
		}
		if len(list) == 0 || c.epoch == list[0].epoch {
			list = append(list, c)
		}
	}
	return list, nil
}

// build makes the tree of the first size records, from the stored hashes as far as a checkpoint covers them. If that
// does not give what was signed, the stored hashes may be at fault, and the tree is made from the records alone.
func (n *notary) build(known []checkpoint, size int64) error {
	covered := size
	for _, c := range known {
		covered = min(covered, c.N)
	}
	if len(known) == 0 {
		covered = 0
	}
	err := n.buildFrom(covered/tileWidth*tileWidth, known, size)
	if err == nil || covered < tileWidth || !kept(n.shelf.dir) {
		return err
	}
	return n.buildFrom(0, known, size)
}

// kept reports whether the log still has its first record.
func kept(dir string) bool {
	firsts, err := segments(dir)
	return err == nil && len(firsts) > 0 && firsts[0] == 1
}

// buildFrom makes the tree from stored hashes up to base, and from the records behind.
func (n *notary) buildFrom(base int64, known []checkpoint, size int64) error {
	if err := n.shelf.close(); err != nil {
		return err
	}
	n.shelf = shelf{dir: n.shelf.dir}
	if err := n.shelf.truncate(base); err != nil {
		return err
	}
	n.tree = tree{}
	if err := n.tree.load(tiles{n.shelf.dir}, base); err != nil {
		return fmt.Errorf("%w: %w", ErrRollback, err)
	}
	n.tree.keep = n.shelf.keep
	if err := n.agree(known); err != nil {
		return err
	}
	for h, err := range leafHashes(n.shelf.dir, base, size) {
		if err != nil {
			return err
		}
		n.tree.add(h)
		if err := n.agree(known); err != nil {
			return err
		}
	}
	return nil
}

// agree compares the tree with the checkpoints of its size.
func (n *notary) agree(known []checkpoint) error {
	for _, c := range known {
		if c.N == n.tree.size && c.Hash != n.tree.root() {
			return fmt.Errorf("%w: the first %d records are not those that were signed", ErrRollback, c.N)
		}
	}
	return nil
}
