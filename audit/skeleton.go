package audit

import (
	"errors"
	"time"
)

var errNotBuilt = errors.New("not built yet")

// Retention says what may be pruned.
type Retention struct {
	// Keep is how long a record is kept. Default six years (45 CFR 164.316(b)(2)(i)).
	Keep time.Duration
	// LastInEffect returns the last day on which the policy of that digest was in effect, from which Keep counts too. The
	// zero time means that it is not known; records of such a policy are kept. Nil leaves policies out of account.
	LastInEffect func(policyDigest string) time.Time
	// Holds keep what they cover.
	Holds []Hold
	// Now tells the time. Default time.Now.
	Now func() time.Time
	// Key signs the checkpoint that covers the record of the pruning.
	Key *CheckpointKey
}

// PruneReport says what Prune did.
type PruneReport struct {
	Segments int    // that were removed
	Records  uint64 // in them
	Bytes    int64  // of the disk that they had
	Minimum  uint64 // number of the first record that is kept
	Kept     string // why the segment after them stays: age, policy, hold or open
}

// Prune removes the oldest sealed segments of a log that nobody writes.
func Prune(dir string, p Retention) (PruneReport, error) { return PruneReport{}, errNotBuilt }
