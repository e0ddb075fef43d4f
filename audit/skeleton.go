package audit

import (
	"errors"
	"time"

	"golang.org/x/mod/sumdb/note"
)

var errNotBuilt = errors.New("not built yet")

// CheckpointKey signs the checkpoints of a log (Ed25519, C2SP signed-note).
type CheckpointKey struct{}

// OpenCheckpointKey reads the key from file. If there is none, it makes one (0600) of the given name, and its public
// half in file + ".pub".
func OpenCheckpointKey(file, name string) (*CheckpointKey, error) { return nil, errNotBuilt }

// Verifier returns the key's public half.
func (k *CheckpointKey) Verifier() note.Verifier { return nil }

// ReadCheckpointVerifier reads a public key, as OpenCheckpointKey writes it to file + ".pub".
func ReadCheckpointVerifier(file string) (note.Verifier, error) { return nil, errNotBuilt }

// VerifyOptions says against what a log is verified.
type VerifyOptions struct {
	// Verifier checks the signatures. Without one, checkpoints are compared with the log but not trusted.
	Verifier note.Verifier
	// Witness names files with signed checkpoints that were kept elsewhere.
	Witness []string
	// Notes are signed checkpoints that were kept elsewhere.
	Notes []string
	// Since leaves out the segments that ended before it; the zero time leaves out none.
	Since time.Time
	// Progress is called now and then with the bytes done and the bytes in all.
	Progress func(done, total int64)
}

// VerifyLog checks the log in dir: chain, tree, signatures, gaps and rollback.
func VerifyLog(dir string, o VerifyOptions) (Report, error) { return Report{}, errNotBuilt }

// Prove returns a c2sp.org/tlog-proof@v1 file for the record with the given ID under the log's latest checkpoint. Its
// extra data is the record's line.
func Prove(dir, id string) ([]byte, error) { return nil, errNotBuilt }

// VerifyProof checks a proof of [Prove] and returns the record that it proves. It needs nothing else.
func VerifyProof(proof []byte, v note.Verifier) (*Decision, error) { return nil, errNotBuilt }

// SealReport says what Seal did.
type SealReport struct {
	Segments      int   // that were compressed
	Before, After int64 // their bytes
}

// Seal compresses the closed segments of the log in dir that ended before the given time; the zero time is all closed
// ones. Every reader reads both kinds.
func Seal(dir string, before time.Time) (SealReport, error) { return SealReport{}, errNotBuilt }

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
