package audit

import (
	"errors"
	"fmt"
	"path"
	"strings"

	"filippo.io/torchwood"
	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

// Prove is [ProveSigned] without a key: it checks no signature.
func Prove(dir, id string) ([]byte, error) { return ProveSigned(dir, id, nil) }

// ProveSigned returns a proof, as a c2sp.org/tlog-proof@v1 file, that the record with the given ID stands in the log in
// dir under its latest checkpoint, whose signature v checks. The file's extra data is the record's line. The error wraps
// ErrNotFound if there is no such record, and ErrUnsigned if no checkpoint covers it yet, which takes a second; it is a
// *CorruptError as that of [FindSigned]. The log may be one of decisions or of accesses.
func ProveSigned(dir, id string, v note.Verifier) ([]byte, error) {
	a, err := newAssay(dir, "", v)
	if err != nil {
		return nil, err
	}
	line, before, err := find(dir, id)
	if err != nil {
		return nil, err
	}
	if err := a.one(line, before); err != nil {
		return nil, err
	}
	seq, _ := lineSeq(line.text)
	if int64(seq) > a.signed.N {
		return nil, fmt.Errorf("%w: %s", ErrUnsigned, id)
	}
	index := int64(seq) - 1
	// The reader checks every tile against the checkpoint's root, and so a proof that it gives holds.
	proof, err := tlog.ProveRecord(a.signed.N, index, a.reader)
	if err != nil {
		return nil, fmt.Errorf("prove %s: %w", id, err)
	}
	if err := tlog.CheckRecord(proof, a.signed.N, a.signed.Hash, index, tlog.RecordHash(line.text)); err != nil {
		return nil, line.corrupt()
	}
	return torchwood.FormatProofWithExtraData(index, line.text, proof, a.signed.signed), nil
}

// VerifyProof checks a proof that [Prove] returned against the public key of the log's checkpoints, and returns the
// decision that it proves. It needs nothing else.
func VerifyProof(proof []byte, v note.Verifier) (*Decision, error) {
	return verifyProof[Decision](proof, v, ofDecisions.name)
}

// VerifyAccessProof is [VerifyProof] for a record of an access log.
func VerifyAccessProof(proof []byte, v note.Verifier) (*Access, error) {
	return verifyProof[Access](proof, v, ofAccesses.name)
}

func verifyProof[T any, P numbered[T]](proof []byte, v note.Verifier, name string) (*T, error) {
	line, err := torchwood.ProofExtraData(proof)
	if err != nil {
		return nil, fmt.Errorf("verify proof: %w", err)
	}
	if err := torchwood.VerifyProof(&signedLog{v, name}, tlog.RecordHash(line), proof); err != nil {
		return nil, fmt.Errorf("verify proof: %w", err)
	}
	r := new(T)
	if _, err := P(r).read(line); err != nil {
		return nil, errors.New("verify proof: what it proves is not a record")
	}
	return r, nil
}

// signedLog accepts checkpoints of the logs of one name that one key signs.
type signedLog struct {
	key  note.Verifier
	name string
}

var _ torchwood.Policy = (*signedLog)(nil)

// Check accepts the origins that [Config.Origin] allows, in any epoch.
func (p *signedLog) Check(origin string, sigs []note.Signature) error {
	log, epoch := path.Split(origin)
	if epoch == "" || !strings.HasPrefix(log, p.key.Name()+"/") || !strings.HasSuffix(log, "/"+p.name+"/") {
		return errors.New("checkpoint of another log")
	}
	for _, sig := range sigs {
		if sig.Name == p.key.Name() && sig.Hash == p.key.KeyHash() {
			return nil
		}
	}
	return errors.New("checkpoint is not signed by this key")
}

// Verifier returns the key if it is asked for.
func (p *signedLog) Verifier(name string, hash uint32) (note.Verifier, error) {
	if name == p.key.Name() && hash == p.key.KeyHash() {
		return p.key, nil
	}
	return nil, &note.UnknownVerifierError{Name: name, KeyHash: hash}
}
