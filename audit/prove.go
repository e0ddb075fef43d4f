package audit

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"path/filepath"
	"strings"

	"filippo.io/torchwood"
	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

// Prove returns a proof, as a c2sp.org/tlog-proof@v1 file, that the record with the given ID stands in the log in dir
// under its latest checkpoint. The file's extra data is the record's line. The error wraps ErrNotFound if there is no
// such record, and ErrUnsigned if no checkpoint covers it yet, which takes a second. The log may be one of decisions or
// of accesses.
func Prove(dir, id string) ([]byte, error) {
	line, err := findLine(dir, id)
	if err != nil {
		return nil, err
	}
	seq, ok := lineSeq(line)
	if !ok || seq == 0 {
		return nil, &CorruptError{File: dir, What: "a record has no number"}
	}
	c, err := readCheckpoint(filepath.Join(dir, checkpointName), nil)
	if errors.Is(err, fs.ErrNotExist) || err == nil && int64(seq) > c.N {
		return nil, fmt.Errorf("%w: %s", ErrUnsigned, id)
	} else if err != nil {
		return nil, err
	}
	index := int64(seq) - 1
	// The reader checks every tile against the checkpoint's root, and so a proof that it gives holds.
	proof, err := tlog.ProveRecord(c.N, index, tlog.TileHashReader(c.Tree, tiles{dir}))
	if err != nil {
		return nil, fmt.Errorf("prove %s: %w", id, err)
	}
	if err := tlog.CheckRecord(proof, c.N, c.Hash, index, tlog.RecordHash(line)); err != nil {
		return nil, &CorruptError{File: dir, Seq: seq, What: "record is not the one that was signed"}
	}
	return torchwood.FormatProofWithExtraData(index, line, proof, c.signed), nil
}

// findLine returns the line of the record with the given ID.
func findLine(dir, id string) ([]byte, error) {
	var found []byte
	err := find(dir, id, func(line *placedLine) (bool, error) {
		var rec brief
		if json.Unmarshal(line.text, &rec) != nil {
			return false, line.corrupt()
		}
		if rec.ID == id {
			found = bytes.Clone(line.text)
		}
		return found != nil, nil
	})
	return found, err
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
