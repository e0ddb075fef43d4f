package audit

import (
	"errors"
	"fmt"
)

// Acknowledge says, in the operator's name, that the log in cfg.Dir is an older copy of itself and will go on from there:
// records that were signed are lost. A record with reason "audit.rollback" holds the last checkpoint before, and a new
// epoch begins, so that nothing is ever signed that contradicts a checkpoint of the old one. Nobody may write the log
// meanwhile. It is an error if the log was not rolled back.
func Acknowledge(cfg Config) error { return acknowledge(cfg, ofDecisions) }

// AcknowledgeAccess is [Acknowledge] for an access log.
func AcknowledgeAccess(cfg Config) error { return acknowledge(cfg, ofAccesses) }

func acknowledge(cfg Config, own dialect) error {
	l, _, err := readyLedger(cfg, own)
	if err != nil {
		return err
	}
	if err = l.refuses(false); err == nil {
		err = errors.New("the log was not rolled back")
	} else if errors.Is(err, ErrRollback) {
		err = l.newEpoch()
	}
	close(l.done) // no goroutine was started
	if err = errors.Join(err, l.close()); err != nil {
		return fmt.Errorf("acknowledge: %w", err)
	}
	return nil
}

// newEpoch goes on with the records that there are.
func (l *ledger) newEpoch() error {
	last := lastCheckpoint(l.cfg.checkpoints(), l.cfg.Now().Unix())
	n := newNotary(&l.cfg, l.own, &l.w)
	n.epoch, n.signed = last.epoch+1, -1
	if err := n.rebuild(int64(l.w.tip.seq)); err != nil {
		return errors.Join(err, n.shelf.close())
	}
	l.equip(n)
	n.start()
	l.refusal.Store(nil)
	what := event{reason: rollbackReason, action: "alert", mark: &Mark{Epoch: n.epoch, Size: last.N, Root: last.Hash.String()}}
	if _, err := parseCheckpoint(last.signed, l.cfg.Key.verifier); err == nil {
		what.proof = string(last.signed)
	}
	err := l.say(what)
	if err != nil {
		return err
	}
	_, err = n.order()
	return err
}

// lastCheckpoint returns the newest of the stored checkpoints, whoever signed it. If none can be read, its epoch is one
// that no log has reached by counting.
func lastCheckpoint(paths []string, now int64) (last checkpoint) {
	for _, path := range paths {
		c, err := readCheckpoint(path, nil)
		if err == nil && (c.epoch > last.epoch || c.epoch == last.epoch && c.N > last.N) {
			last = c
		}
	}
	if last.epoch == 0 {
		last.epoch = uint64(now)
	}
	return last
}

// rebuild makes the tree of the first size records anew, or where the first of them were pruned, from the stored hashes.
func (n *notary) rebuild(size int64) error {
	if kept(n.shelf.dir) {
		return n.buildFrom(0, nil, size)
	}
	return n.buildFrom(size/tileWidth*tileWidth, nil, size)
}
