//go:build unix

package edm

import (
	"fmt"
	"os"
	"sync"

	"golang.org/x/sys/unix"
)

// mapping is a file mapped for reading.
type mapping struct {
	data []byte
	once sync.Once
	err  error
}

func openMapping(path string) (*mapping, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close() // the mapping stays
	info, err := f.Stat()
	if err != nil {
		return nil, err
	}
	if !info.Mode().IsRegular() || info.Size() == 0 || int64(int(info.Size())) != info.Size() {
		return nil, fmt.Errorf("%s: %w", path, ErrChanged)
	}
	data, err := unix.Mmap(int(f.Fd()), 0, int(info.Size()), unix.PROT_READ, unix.MAP_SHARED)
	if err != nil {
		return nil, fmt.Errorf("map %s: %w", path, err)
	}
	return &mapping{data: data}, nil
}

// close unmaps the file; only the first call does something.
func (m *mapping) close() error {
	m.once.Do(func() { m.err = unix.Munmap(m.data) })
	return m.err
}
