package audit

import (
	"bytes"
	"crypto/ed25519"
	"crypto/rand"
	"encoding/base64"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"filippo.io/torchwood"
	"golang.org/x/mod/sumdb/note"
)

// checkpointName is the file with a log's latest checkpoint, in the log's folder.
const checkpointName = "checkpoint"

// CheckpointKey signs the checkpoints of a log: Ed25519, in the form of C2SP signed-note. Whoever has it can sign a
// history that never was; it stays with the gate.
type CheckpointKey struct {
	signer   note.Signer
	verifier note.Verifier
	public   string // the verifier as text
}

// OpenCheckpointKey reads the key from file, which nobody else may read. If there is none, it makes one with the given
// name and mode 0600, and in any case file + ".pub" with the public half, which [ReadCheckpointVerifier] reads. A name
// has neither spaces nor plus signs. A key that is there keeps its own name.
func OpenCheckpointKey(file, name string) (*CheckpointKey, error) {
	k, err := readCheckpointKey(file)
	if errors.Is(err, fs.ErrNotExist) {
		if err = makeCheckpointKey(file, name); err == nil {
			k, err = readCheckpointKey(file)
		}
	}
	if err == nil {
		err = k.publish(file + ".pub")
	}
	if err != nil {
		return nil, fmt.Errorf("open checkpoint key: %w", err)
	}
	return k, nil
}

// publish writes the public half to a file if there is none.
func (k *CheckpointKey) publish(file string) error {
	if _, err := os.Stat(file); !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return replaceFile(file, []byte(k.public+"\n"), 0o644)
}

// Verifier returns the public half.
func (k *CheckpointKey) Verifier() note.Verifier { return k.verifier }

func readCheckpointKey(file string) (*CheckpointKey, error) {
	info, err := os.Stat(file)
	if err != nil {
		return nil, err
	}
	if info.Mode().Perm()&0o077 != 0 {
		return nil, fmt.Errorf("%s: mode %04o lets others use the key; chmod 600 it, and make a new one if they may have",
			file, info.Mode().Perm())
	}
	text, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	secret := strings.TrimSpace(string(text))
	signer, err := note.NewSigner(secret)
	if err != nil {
		return nil, fmt.Errorf("%s: not a key", file) // the cause might quote it
	}
	verifier, err := torchwood.NewVerifierFromSigner(secret)
	if err != nil {
		return nil, fmt.Errorf("%s: not an Ed25519 key", file)
	}
	// PRIVATE+KEY+name+hash+base64(algorithm, seed): NewSigner has seen to it.
	parts := strings.SplitN(secret, "+", 5)
	seed, err := base64.StdEncoding.DecodeString(parts[4])
	if err != nil {
		return nil, fmt.Errorf("%s: not a key", file)
	}
	public, err := note.NewEd25519VerifierKey(signer.Name(), ed25519.NewKeyFromSeed(seed[1:]).Public().(ed25519.PublicKey))
	if err != nil {
		return nil, fmt.Errorf("%s: not a key", file)
	}
	return &CheckpointKey{signer: signer, verifier: verifier, public: public}, nil
}

func makeCheckpointKey(file, name string) error {
	secret, public, err := note.GenerateKey(rand.Reader, name)
	if err != nil {
		return err
	}
	if _, err := note.NewVerifier(public); err != nil {
		return fmt.Errorf("name %q: %w", name, err)
	}
	if err := os.MkdirAll(filepath.Dir(file), 0o700); err != nil {
		return err
	}
	// The public half is first, so that a new key never stands beside an old one's.
	if err := replaceFile(file+".pub", []byte(public+"\n"), 0o644); err != nil {
		return err
	}
	return replaceFile(file, []byte(secret+"\n"), 0o600)
}

// ReadCheckpointVerifier reads a public key: a line as C2SP signed-note has it, name+hash+base64.
func ReadCheckpointVerifier(file string) (note.Verifier, error) {
	text, err := os.ReadFile(file)
	if err != nil {
		return nil, fmt.Errorf("read checkpoint key: %w", err)
	}
	v, err := note.NewVerifier(strings.TrimSpace(string(text)))
	if err != nil {
		return nil, fmt.Errorf("read checkpoint key: %s: %w", file, err)
	}
	return v, nil
}

// checkpoint is the head of a log's tree. Its origin is made of Config.Origin, the name of the log's dialect and the
// epoch: phigate/decisions/1.
type checkpoint struct {
	torchwood.Checkpoint
	log    string // the origin without the epoch
	epoch  uint64
	signed []byte // the note, nil if it is to be signed
}

// newCheckpoint returns an unsigned checkpoint.
func newCheckpoint(log string, epoch uint64, t *tree) checkpoint {
	c := checkpoint{log: log, epoch: epoch}
	c.Origin = log + "/" + strconv.FormatUint(epoch, 10)
	c.N, c.Hash = t.size, t.root()
	return c
}

// sign signs c.
func (c *checkpoint) sign(k *CheckpointKey) (err error) {
	if c.signed, err = note.Sign(&note.Note{Text: c.String()}, k.signer); err != nil {
		return fmt.Errorf("sign the checkpoint: %w", err)
	}
	return nil
}

var errCheckpoint = errors.New("not a signed checkpoint of a log")

// parseCheckpoint reads a signed checkpoint and checks the signature; a nil v leaves that out.
func parseCheckpoint(signed []byte, v note.Verifier) (c checkpoint, err error) {
	var text string
	if v == nil {
		head, _, ok := bytes.Cut(signed, []byte("\n\n"))
		if !ok {
			return c, errCheckpoint
		}
		text = string(head) + "\n"
	} else {
		n, err := note.Open(signed, note.VerifierList(v))
		if err != nil {
			return c, fmt.Errorf("%w: %w", errCheckpoint, err)
		}
		for _, sig := range n.Sigs { // so that no bit can be changed unnoticed: base64 has some that mean nothing
			if _, err := base64.StdEncoding.Strict().DecodeString(sig.Base64); err != nil {
				return c, errCheckpoint
			}
		}
		text = n.Text
	}
	if c.Checkpoint, err = torchwood.ParseCheckpoint(text); err != nil {
		return c, fmt.Errorf("%w: %w", errCheckpoint, err)
	}
	at := strings.LastIndexByte(c.Origin, '/')
	if at < 0 {
		return c, errCheckpoint
	}
	c.log = c.Origin[:at]
	digits := c.Origin[at+1:]
	if c.epoch, err = strconv.ParseUint(digits, 10, 64); err != nil || c.epoch == 0 || strconv.FormatUint(c.epoch, 10) != digits {
		return c, errCheckpoint
	}
	c.signed = signed
	return c, nil
}

// readCheckpoint reads the checkpoint in a file. The error wraps fs.ErrNotExist if there is none.
func readCheckpoint(path string, v note.Verifier) (checkpoint, error) {
	signed, err := os.ReadFile(path)
	if err != nil {
		return checkpoint{}, fmt.Errorf("read checkpoint: %w", err)
	}
	c, err := parseCheckpoint(signed, v)
	if err != nil {
		return checkpoint{}, fmt.Errorf("%s: %w", path, err)
	}
	return c, nil
}

// replaceFile makes content the durable content of the file at path, or leaves the one that was there. A reader sees one
// or the other (rename(2)).
func replaceFile(path string, content []byte, mode os.FileMode) error {
	temp := path + ".tmp"
	f, err := os.OpenFile(temp, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, mode)
	if err != nil {
		return err
	}
	if _, err = f.Write(content); err == nil {
		err = datasync(f)
	}
	if err = errors.Join(err, f.Close()); err == nil {
		err = os.Rename(temp, path)
	}
	if err != nil {
		return errors.Join(err, os.Remove(temp))
	}
	return syncDir(filepath.Dir(path))
}
