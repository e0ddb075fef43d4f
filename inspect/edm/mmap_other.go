//go:build !unix

package edm

import (
	"fmt"
	"os"
)

// mapping is a file in memory, where files are not mapped.
type mapping struct{ data []byte }

func openMapping(path string) (*mapping, error) {
	data, err := os.ReadFile(path)
	if err == nil && len(data) == 0 {
		err = fmt.Errorf("%s: %w", path, ErrChanged)
	}
	return &mapping{data: data}, err
}

func (m *mapping) close() error { return nil }
