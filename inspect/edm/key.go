package edm

import (
	"crypto/hkdf"
	"crypto/rand"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
)

// KeySize is the length of a key, in bytes.
const KeySize = 32

// OpenKey reads a key of 32 bytes from a file. A file that others may read, or of another size, is an error.
func OpenKey(path string) ([]byte, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("open index key: %w", err)
	}
	defer f.Close()
	info, err := f.Stat()
	switch {
	case err != nil:
		return nil, fmt.Errorf("open index key: %w", err)
	case info.Mode().Perm()&0o077 != 0:
		return nil, fmt.Errorf("open index key: %s: mode %04o lets others use it; chmod 600 it, and make a new one if they may have",
			path, info.Mode().Perm())
	case info.Size() != KeySize:
		return nil, fmt.Errorf("open index key: %s: %d bytes are not a key, which has %d", path, info.Size(), KeySize)
	}
	key := make([]byte, KeySize)
	_, err = io.ReadFull(f, key)
	return key, err
}

// MakeKey writes a key of random bytes to a new file of mode 0600. A file that is there stays as it is, and made is
// false.
func MakeKey(path string) (made bool, err error) {
	dir := filepath.Dir(path)
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return false, fmt.Errorf("make index key: %w", err)
	}
	temp, err := os.CreateTemp(dir, ".key-*") // mode 0600
	if err != nil {
		return false, fmt.Errorf("make index key: %w", err)
	}
	defer func() { _ = os.Remove(temp.Name()) }() // the link to it stays
	key := make([]byte, KeySize)
	rand.Read(key) // never fails (crypto/rand)
	if _, err = temp.Write(key); err == nil {
		err = temp.Sync()
	}
	if err = errors.Join(err, temp.Close()); err != nil {
		return false, fmt.Errorf("make index key: %w", err)
	}
	// link(2) does not replace what is there, as rename(2) would.
	if err := os.Link(temp.Name(), path); errors.Is(err, fs.ErrExist) {
		return false, nil
	} else if err != nil {
		return false, fmt.Errorf("make index key: %w", err)
	}
	return true, nil
}

// subkey derives a key for one purpose from the key and the seed of a build (HKDF-SHA-256, RFC 5869), so that two
// builds with one key have nothing in common.
func subkey(key, seed []byte, purpose string, size int) []byte {
	sub, err := hkdf.Key(sha256.New, key, seed, "phigate edm v1 "+purpose, size)
	if err != nil {
		panic("edm: HKDF of " + purpose) // only of sizes that are constants here and allowed
	}
	return sub
}
