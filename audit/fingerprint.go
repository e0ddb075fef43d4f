package audit

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base32"
	"errors"
	"fmt"
	"hash"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"sync"
)

const (
	keySize         = 32 // bytes
	fingerprintSize = 16 // bytes of the HMAC that are kept
)

var fingerprintCode = base32.StdEncoding.WithPadding(base32.NoPadding)

// Fingerprinter makes keyed fingerprints of detected values, by which two decisions about the same value can be seen
// to belong together. Whoever has the key can reverse a fingerprint of a small space by trying: all social security
// numbers take minutes. So the key stays with the gate, and the log, although it holds no value, stays confidential.
// It is safe for concurrent use.
type Fingerprinter struct {
	macs sync.Pool // of *mac
}

// mac is what one Sum works with.
type mac struct {
	hash hash.Hash
	name []byte
	sum  [sha256.Size]byte
}

// OpenFingerprinter reads the key of 32 bytes from keyFile. If there is no such file, it makes one of random bytes
// with mode 0600. A file that others may read, or of another size, is an error.
func OpenFingerprinter(keyFile string) (*Fingerprinter, error) {
	key, err := readKey(keyFile)
	if errors.Is(err, fs.ErrNotExist) {
		if err = makeKey(keyFile); err == nil {
			key, err = readKey(keyFile)
		}
	}
	if err != nil {
		return nil, fmt.Errorf("open fingerprint key: %w", err)
	}
	f := new(Fingerprinter)
	f.macs.New = func() any { return &mac{hash: hmac.New(sha256.New, key)} }
	return f, nil
}

// Sum returns base32(HMAC-SHA-256(key, detector ‖ 0x00 ‖ normalised)[:16]): 26 characters of RFC 4648's alphabet.
// The detector keeps the same digits apart where they mean different things. normalised is not retained.
func (f *Fingerprinter) Sum(detector string, normalised []byte) string {
	m := f.macs.Get().(*mac)
	m.hash.Reset()
	m.name = append(append(m.name[:0], detector...), 0)
	m.hash.Write(m.name)
	m.hash.Write(normalised)
	sum := m.hash.Sum(m.sum[:0])
	var text [26]byte
	fingerprintCode.Encode(text[:], sum[:fingerprintSize])
	f.macs.Put(m)
	return string(text[:])
}

func readKey(path string) ([]byte, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	info, err := f.Stat()
	switch {
	case err != nil:
		return nil, err
	case info.Mode().Perm()&0o077 != 0:
		return nil, fmt.Errorf("%s: mode %04o lets others use the key; chmod 600 it, and make a new one if they may have",
			path, info.Mode().Perm())
	case info.Size() != keySize:
		return nil, fmt.Errorf("%s: %d bytes are not a key, which has %d", path, info.Size(), keySize)
	}
	key := make([]byte, keySize)
	_, err = io.ReadFull(f, key)
	return key, err
}

// makeKey makes the file whole or not at all: a key that is lost or cut short after a crash would part the
// fingerprints before it from those after. If somebody else makes it at the same time, his stays.
func makeKey(path string) error {
	dir := filepath.Dir(path)
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	temp, err := os.CreateTemp(dir, ".key-*") // mode 0600
	if err != nil {
		return err
	}
	defer func() { _ = os.Remove(temp.Name()) }() // the link to it stays
	key := make([]byte, keySize)
	rand.Read(key) // never fails (crypto/rand)
	if _, err = temp.Write(key); err == nil {
		err = temp.Sync()
	}
	if err = errors.Join(err, temp.Close()); err != nil {
		return err
	}
	// link(2) does not replace what is there, as rename(2) would.
	if err := os.Link(temp.Name(), path); err != nil && !errors.Is(err, fs.ErrExist) {
		return err
	}
	return syncDir(dir)
}
