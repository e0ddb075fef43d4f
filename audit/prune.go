package audit

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

// DefaultKeep is how long records are kept: six years (45 CFR 164.316(b)(2)(i)), of which two are leap years at most.
const DefaultKeep = (6*365 + 2) * 24 * time.Hour

// Retention says what may be pruned.
type Retention struct {
	// Keep is how long a record is kept. Default DefaultKeep; a negative one keeps nothing, for tests.
	Keep time.Duration
	// LastInEffect returns when the policy of that digest was last in effect, from which Keep counts too. The zero time
	// means that it is not known; records of such a policy are kept. Nil leaves policies out of account.
	LastInEffect func(policyDigest string) time.Time
	// Holds keep what they cover. Of the access log they keep all that was recorded in their time, and the records of
	// holds that are in force. A Client with an asterisk covers every client.
	Holds []Hold
	// Now tells the time. Default time.Now.
	Now func() time.Time
	// Key signs the checkpoint that covers the record of the pruning. [Prune] needs it, the methods have their own.
	Key *CheckpointKey
}

// PruneReport says what was pruned.
type PruneReport struct {
	Segments int    // that were removed
	Records  uint64 // in them
	Bytes    int64  // of the disk that they had
	Minimum  uint64 // number of the first record that is kept
	Kept     string // why the segment after them stays: age, policy, hold, or open for the last one
}

// Prune removes the oldest segments of the log in dir whose records have all been kept for long enough, and which no hold
// covers. It stops at the first segment that must stay, because a log has one beginning. Nobody may write the log
// meanwhile; in the gate, [Log.Prune] does the same.
//
// The removal is a record itself, "audit.pruned", and its checkpoint is durable before anything goes. The tree keeps the
// hashes that proofs of the other records need.
func Prune(dir string, p Retention) (PruneReport, error) {
	if p.Key == nil {
		return PruneReport{}, errors.New("prune: no key to sign the record of it")
	}
	cfg, own, err := writerOf(dir, p.Key)
	if err != nil {
		return PruneReport{}, fmt.Errorf("prune: %w", err)
	}
	l, err := openLedger(cfg, own)
	if err != nil {
		return PruneReport{}, fmt.Errorf("prune: %w", err)
	}
	report, err := l.prune(p)
	return report, errors.Join(err, l.close())
}

// Prune is the function Prune for a log that is open.
func (l *Log) Prune(p Retention) (PruneReport, error) { return l.prune(p) }

// Prune is the function Prune for a log that is open.
func (l *AccessLog) Prune(p Retention) (PruneReport, error) { return l.prune(p) }

// writerOf returns with which configuration the log in dir was last written.
func writerOf(dir string, key *CheckpointKey) (Config, dialect, error) {
	cfg, own := Config{Dir: dir, Key: key}, ofDecisions
	firsts, err := segments(dir)
	if err != nil {
		return cfg, own, err
	}
	if len(firsts) == 0 {
		return cfg, own, fmt.Errorf("no audit log in %s", dir)
	}
	h, err := readHeader(dir, firsts[len(firsts)-1])
	if err != nil {
		return cfg, own, err
	}
	if cfg.Node = h.Node; h.Kind == ofAccesses.kind {
		own = ofAccesses
	}
	c, err := readCheckpoint(filepath.Join(dir, checkpointName), nil)
	if err == nil {
		cfg.Origin = strings.TrimSuffix(c.log, "/"+own.name)
	} else if !errors.Is(err, fs.ErrNotExist) && !errors.Is(err, errCheckpoint) {
		return cfg, own, err
	}
	return cfg, own, nil
}

func (l *ledger) prune(p Retention) (PruneReport, error) {
	if p.Keep == 0 {
		p.Keep = DefaultKeep
	}
	if p.Now == nil {
		p.Now = time.Now
	}
	report, old, err := p.choose(l.cfg.Dir)
	if err == nil && len(old) > 0 {
		if err = l.announce(report.Minimum); err == nil {
			err = report.remove(l.cfg.Dir, old)
		}
	}
	if err != nil {
		return report, fmt.Errorf("prune: %w", err)
	}
	return report, nil
}

// choose returns the segments that may go, oldest first, and in the report what comes after them.
func (p *Retention) choose(dir string) (report PruneReport, old []uint64, err error) {
	firsts, err := segments(dir)
	if err != nil || len(firsts) == 0 {
		return report, nil, err
	}
	for i, first := range firsts {
		report.Minimum, report.Kept = first, "open"
		if i == len(firsts)-1 {
			break
		}
		if report.Kept, err = p.judge(dir, first, limits(dir, firsts[i:i+2])[0]); err != nil || report.Kept != "" {
			break
		}
		old = append(old, first)
	}
	return report, old, err
}

// judge returns why a segment must stay, "" if it may go.
func (p *Retention) judge(dir string, first uint64, cut int64) (kept string, err error) {
	s, err := openScan(dir, first, cut)
	if err != nil {
		return "", err
	}
	defer s.close()
	horizon := p.Now().Add(-p.Keep) // what is younger stays
	if !s.header.Created.Before(horizon) {
		return "age", nil
	}
	known := make(map[string]bool) // digests of policies that are old enough
	for {
		line, err := s.lines.next()
		if errors.Is(err, io.EOF) {
			return "", nil
		} else if err != nil {
			return "", s.failure(err)
		}
		var rec keepsake
		if json.Unmarshal(line, &rec) != nil {
			return "", s.corrupt("not a record")
		}
		access := s.header.Kind == ofAccesses.kind
		switch digest := rec.Policy.Digest; {
		case !rec.Time.Before(horizon):
			return "age", nil
		case p.held(&rec, access):
			return "hold", nil
		case digest != "" && !known[digest] && p.LastInEffect != nil:
			if last := p.LastInEffect(digest); last.IsZero() || !last.Before(horizon) {
				return "policy", nil
			}
			known[digest] = true
		}
	}
}

// keepsake is what retention looks at in a record.
type keepsake struct {
	Time   time.Time `json:"time"`
	Client string    `json:"client"`
	Policy struct {
		Digest string `json:"digest"`
	} `json:"policy"`
	Review struct {
		Hold Hold `json:"hold"`
	} `json:"review"`
}

// held reports whether a hold keeps a record.
func (p *Retention) held(rec *keepsake, access bool) bool {
	for i := range p.Holds {
		h := &p.Holds[i]
		switch {
		case h.Released:
			continue
		case h.ID != "" && h.ID == rec.Review.Hold.ID: // which placed it
			return true
		case !h.From.IsZero() && rec.Time.Before(h.From), !h.To.IsZero() && rec.Time.After(h.To):
			continue
		case access, h.Client == "", h.Client == rec.Client, strings.Contains(h.Client, "*"):
			return true
		}
	}
	return false
}

// announce puts the new minimum on record, under a checkpoint.
func (l *ledger) announce(minimum uint64) error {
	signed, err := l.checkpoint()
	if err != nil {
		return err
	}
	if signed == nil {
		return errors.New("the log has no checkpoints")
	}
	c, err := parseCheckpoint(signed, l.cfg.Key.verifier)
	if err != nil {
		return err
	}
	e, err := l.own.say(&l.cfg, event{reason: prunedReason, action: "allow", mark: &Mark{Minimum: minimum, Size: c.N, Root: c.Hash.String()}})
	if err != nil {
		return err
	}
	seq, err := l.deliver(context.Background(), e)
	if err != nil {
		return err
	}
	if signed, err = l.checkpoint(); err != nil {
		return err
	}
	if c, err = parseCheckpoint(signed, l.cfg.Key.verifier); err == nil && c.N < int64(seq) {
		err = ErrUnsigned
	}
	return err
}

// prunedReason is the reason of the record of a pruning.
const prunedReason = "audit.pruned"

// remove removes segments, oldest first. Between any two steps the log is one that [VerifyLog] accepts.
func (r *PruneReport) remove(dir string, old []uint64) error {
	for i, first := range old {
		next := r.Minimum
		if i+1 < len(old) {
			next = old[i+1]
		}
		if err := r.drop(dir, first, next); err != nil {
			return err
		}
	}
	return sweepEdges(dir, r.Minimum)
}

// drop removes the first segment after the hashes are kept that share its last tile with the next one.
func (r *PruneReport) drop(dir string, first, next uint64) error {
	behind := int64(next) - 1
	edge, err := tiles{dir}.leaves(behind/tileWidth*tileWidth, behind)
	if err != nil {
		return err
	}
	if err := replaceFile(edgePath(dir, next), edge, 0o600); err != nil {
		return err
	}
	for _, name := range []string{segmentName(first), sealedName(first)} {
		path := filepath.Join(dir, name)
		info, err := os.Stat(path)
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err == nil {
			r.Bytes += info.Size()
			err = os.Remove(path)
		}
		if err != nil {
			return err
		}
	}
	r.Segments++
	r.Records += next - first
	return syncDir(dir)
}

// isPruned reports whether a segment was pruned, or is being. Before one goes, the hashes that the next one needs are kept
// under its number, and remain while it is the first.
func isPruned(dir string, first uint64) (bool, error) {
	edges, err := filepath.Glob(filepath.Join(dir, "edge-*"))
	return slices.ContainsFunc(edges, func(path string) bool { return path > edgePath(dir, first) }), err
}

// sweepEdges removes the kept hashes that belong to no segment any more.
func sweepEdges(dir string, minimum uint64) error {
	edges, err := filepath.Glob(filepath.Join(dir, "edge-*"))
	for _, path := range edges {
		if path != edgePath(dir, minimum) {
			err = errors.Join(err, os.Remove(path))
		}
	}
	return err
}
