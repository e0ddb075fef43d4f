package main

import (
	"bufio"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"
)

// policyArchive keeps the text of every policy that was in effect, and when it was: a decision names its policy by
// digest only, and 45 CFR 164.316(b)(2)(i) counts six years from the day on which a policy was last in effect. It is
// safe for concurrent use.
//
//	policies/<64 hex digits>.yaml   a policy's text; its name is its SHA-256
//	policies/in-effect.jsonl        {"digest":"sha256:…","since":"…"}, oldest first
type policyArchive struct {
	dir string

	mu      sync.Mutex // guards enacted and the files
	enacted []enactment
}

// enactment says from when on a policy was in effect: until the next one.
type enactment struct {
	Digest string    `json:"digest"`
	Since  time.Time `json:"since"`
}

// openPolicyArchive reads the archive in dir, or starts one there.
func openPolicyArchive(dir string) (*policyArchive, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fmt.Errorf("make the policy archive: %w", err)
	}
	a := &policyArchive{dir: dir}
	f, err := os.Open(a.journal())
	if errors.Is(err, fs.ErrNotExist) {
		return a, nil
	}
	if err != nil {
		return nil, fmt.Errorf("open the policy archive: %w", err)
	}
	defer f.Close()
	lines := bufio.NewScanner(f)
	for n := 1; lines.Scan(); n++ {
		var e enactment
		if err := json.Unmarshal(lines.Bytes(), &e); err != nil {
			// A line that a crash cut off: the policy is entered again when it is enacted.
			continue
		}
		a.enacted = append(a.enacted, e)
	}
	if err := lines.Err(); err != nil {
		return nil, fmt.Errorf("read the policy archive: %w", err)
	}
	return a, nil
}

func (a *policyArchive) journal() string { return filepath.Join(a.dir, "in-effect.jsonl") }

// Enact enters that the policy with the given text is in effect from now on. It is durable when Enact returns.
func (a *policyArchive) Enact(text []byte, now time.Time) error {
	sum := sha256.Sum256(text)
	e := enactment{"sha256:" + hex.EncodeToString(sum[:]), now.UTC()}
	a.mu.Lock()
	defer a.mu.Unlock()
	if len(a.enacted) > 0 && a.enacted[len(a.enacted)-1].Digest == e.Digest {
		return nil
	}
	path := filepath.Join(a.dir, hex.EncodeToString(sum[:])+".yaml")
	if _, err := os.Stat(path); errors.Is(err, fs.ErrNotExist) {
		if err := writeDurably(path, text); err != nil {
			return fmt.Errorf("archive the policy: %w", err)
		}
	}
	line, err := json.Marshal(e)
	if err != nil {
		return fmt.Errorf("archive the policy: %w", err)
	}
	if err := appendDurably(a.journal(), append([]byte("\n"), line...)); err != nil {
		return fmt.Errorf("archive the policy: %w", err)
	}
	a.enacted = append(a.enacted, e)
	return nil
}

// Text returns the text of the policy with the given digest, if the archive has it unchanged.
func (a *policyArchive) Text(digest string) (string, bool) {
	name, ok := strings.CutPrefix(digest, "sha256:")
	if raw, err := hex.DecodeString(name); !ok || err != nil || len(raw) != sha256.Size {
		return "", false
	}
	text, err := os.ReadFile(filepath.Join(a.dir, name+".yaml"))
	if err != nil {
		return "", false
	}
	if sum := sha256.Sum256(text); hex.EncodeToString(sum[:]) != name {
		return "", false
	}
	return string(text), true
}

// Enacted returns what was in effect when, oldest first.
func (a *policyArchive) Enacted() []enactment {
	a.mu.Lock()
	defer a.mu.Unlock()
	return append([]enactment(nil), a.enacted...)
}

// LastInEffect returns the last moment at which a policy was in effect: now for the one that is, the zero time for one
// that never was.
func (a *policyArchive) LastInEffect(digest string, now time.Time) time.Time {
	a.mu.Lock()
	defer a.mu.Unlock()
	for i := len(a.enacted) - 1; i >= 0; i-- {
		if a.enacted[i].Digest != digest {
			continue
		}
		if i == len(a.enacted)-1 {
			return now
		}
		return a.enacted[i+1].Since
	}
	return time.Time{}
}

// writeDurably writes a new file that is either there whole, also after a crash, or not at all.
func writeDurably(path string, content []byte) error {
	f, err := os.CreateTemp(filepath.Dir(path), ".new-")
	if err != nil {
		return err
	}
	_, err = f.Write(content)
	err = errors.Join(err, f.Sync(), f.Close())
	if err == nil {
		err = os.Rename(f.Name(), path)
	}
	if err != nil {
		return errors.Join(err, os.Remove(f.Name()))
	}
	return syncFolder(filepath.Dir(path))
}

// appendDurably appends to a file, which it makes if there is none.
func appendDurably(path string, content []byte) error {
	f, err := os.OpenFile(path, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	_, err = f.Write(content)
	if err := errors.Join(err, f.Sync(), f.Close()); err != nil {
		return err
	}
	return syncFolder(filepath.Dir(path))
}

func syncFolder(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}
