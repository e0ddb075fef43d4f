package audit

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"iter"
	"math"
	"slices"

	"golang.org/x/mod/sumdb/tlog"
)

// Entwine makes two logs each other's witness: from now on the checkpoints of one are put on record in the other, the
// one it has now, the first of each segment, one an hour, and the last. Whoever takes one of the folders back to an
// earlier state leaves the other with a checkpoint that does not fit, and Entwine looks for that first: the error wraps
// ErrRollback, and the log that was taken back takes no record until [Acknowledge]. So it is called before the first
// Append. Logs without Config.Key are left as they are.
func Entwine(decisions *Log, accesses *AccessLog) error {
	a, b := decisions.ledger, accesses.ledger
	if a.notary == nil || b.notary == nil {
		return errors.Join(a.refusalCause(), b.refusalCause())
	}
	if err := errors.Join(a.confront(b), b.confront(a)); err != nil {
		return err
	}
	a.peer.Store(b)
	b.peer.Store(a)
	return errors.Join(a.introduce(), b.introduce())
}

// refusalCause returns why the log was opened without taking records.
func (l *ledger) refusalCause() error {
	if r := l.refusal.Load(); r != nil && r.final {
		return r.err
	}
	return nil
}

// introduce puts the log's checkpoint on record in its peer.
func (l *ledger) introduce() error {
	signed, err := l.checkpoint()
	if err == nil && signed != nil {
		err = l.tell(signed)
	}
	return err
}

// record puts a checkpoint on record in the log's peer. What cannot be recorded there now will be with the next one.
func (l *ledger) record(signed []byte) { _ = l.tell(signed) }

func (l *ledger) tell(signed []byte) error {
	peer := l.peer.Load()
	if peer == nil {
		return nil
	}
	e, err := peer.own.say(&peer.cfg, event{reason: checkpointReason, action: "allow", proof: string(signed)})
	if err != nil {
		return err
	}
	_, err = peer.deliver(context.Background(), e)
	return err
}

// confront compares the log with its newest checkpoint that is on record in the other one.
func (l *ledger) confront(other *ledger) error {
	const most = 1 << 30 // bytes of lines, which take a second; a log that publishes has a checkpoint long before
	for text, err := range witnessed(other.cfg.Dir, most) {
		if err != nil {
			return err
		}
		c, err := parseCheckpoint([]byte(text), l.cfg.Key.verifier)
		if err != nil || c.log != l.notary.log || c.epoch < l.notary.epoch {
			return nil // of a time before the key or the epoch, which a record explains
		}
		if c.epoch > l.notary.epoch { // this copy of the log is from before that was begun
			err = fmt.Errorf("%w: the other log knows its epoch %d", ErrRollback, c.epoch)
		} else {
			err = l.holds(c)
		}
		if !errors.Is(err, ErrRollback) {
			return err
		}
		l.alert(rollbackReason)
		// The log's own checkpoint is an older copy as well. With this one in its place, the next Open finds it out by
		// itself, and Acknowledge knows what was lost.
		return errors.Join(l.fail(err), replaceFile(l.notary.paths[0], c.signed, 0o600))
	}
	return nil
}

// holds reports whether the log has the records that c covers.
func (l *ledger) holds(c checkpoint) error {
	signed, err := l.checkpoint()
	if err != nil {
		return err
	}
	head, err := parseCheckpoint(signed, nil)
	if err != nil || head.N < c.N {
		return fmt.Errorf("%w: the other log knows a checkpoint of %d records", ErrRollback, c.N)
	}
	root, err := tlog.TreeHash(c.N, tlog.TileHashReader(head.Tree, tiles{l.cfg.Dir}))
	if err != nil {
		return fmt.Errorf("read the tree: %w", err)
	}
	if root != c.Hash {
		return fmt.Errorf("%w: the first %d records are not those that the other log knows", ErrRollback, c.N)
	}
	return nil
}

// Witnessed returns the checkpoints of the other log that are on record in the log in dir, oldest first: the Notes of
// [VerifyOptions] when that other log is verified.
func Witnessed(dir string) ([]string, error) {
	var list []string
	for text, err := range witnessed(dir, math.MaxInt64) {
		if err != nil {
			return nil, err
		}
		list = append(list, text)
	}
	slices.Reverse(list)
	return list, nil
}

// witnessed returns the checkpoints that are on record in a log, newest first, and looks for them in so many bytes.
func witnessed(dir string, most int64) iter.Seq2[string, error] {
	return func(yield func(string, error) bool) {
		for line, err := range linesBackwards(dir) {
			if err != nil {
				yield("", err)
				return
			}
			if most -= int64(len(line.text)); most < 0 {
				return
			}
			if !bytes.Contains(line.text, []byte(checkpointReason)) {
				continue
			}
			var rec struct {
				Reason string `json:"reason"`
				Proof  string `json:"checkpoint"`
			}
			if json.Unmarshal(line.text, &rec) != nil {
				yield("", line.corrupt())
				return
			}
			if rec.Reason == checkpointReason && !yield(rec.Proof, nil) {
				return
			}
		}
	}
}
