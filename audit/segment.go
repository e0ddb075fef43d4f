package audit

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
)

// The names in a log's folder.
const (
	lockName  = "lock"
	freshName = "seg.tmp" // a segment before it has its name
	segPrefix = "seg-"
	segSuffix = ".log"
	sealMark  = ".zst" // behind the name of a sealed segment
	sealTemp  = "seal-*.tmp"
)

// segmentName returns the file name of the segment whose first record is number first.
func segmentName(first uint64) string { return fmt.Sprintf("%s%016x%s", segPrefix, first, segSuffix) }

// sealedName returns the file name of that segment when it is sealed.
func sealedName(first uint64) string { return segmentName(first) + sealMark }

// segmentFile is a segment that is open for reading, as it was written or sealed.
type segmentFile interface {
	io.ReaderAt
	io.Closer
	// Name returns the file's path.
	Name() string
	// Size returns the number of bytes that can be read now.
	Size() (int64, error)
}

// plainSegment is a segment as it was written.
type plainSegment struct{ *os.File }

// Size returns the file's length.
func (p plainSegment) Size() (int64, error) {
	info, err := p.Stat()
	if err != nil {
		return 0, err
	}
	return info.Size(), nil
}

// openSegment opens the segment whose first record is number first.
func openSegment(dir string, first uint64) (segmentFile, error) {
	f, err := os.Open(filepath.Join(dir, segmentName(first)))
	if err == nil {
		return plainSegment{f}, nil
	}
	if !errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("read audit log: %w", err)
	}
	// The sealed one has its name before the other loses it.
	s, sealedErr := openSealed(filepath.Join(dir, sealedName(first)))
	switch {
	case errors.Is(sealedErr, fs.ErrNotExist):
		return nil, fmt.Errorf("read audit log: %w", err)
	case sealedErr != nil:
		return nil, fmt.Errorf("read audit log: %w", sealedErr)
	}
	return s, nil
}

// segments returns the first numbers of the segments in dir, in order.
func segments(dir string) ([]uint64, error) {
	files, err := os.ReadDir(dir)
	if err != nil {
		return nil, fmt.Errorf("read audit log: %w", err)
	}
	var firsts []uint64
	for _, f := range files {
		if !strings.HasPrefix(f.Name(), segPrefix) {
			continue
		}
		name := strings.TrimSuffix(f.Name(), sealMark)
		hex := strings.TrimSuffix(strings.TrimPrefix(name, segPrefix), segSuffix)
		first, err := strconv.ParseUint(hex, 16, 64)
		if err != nil || segmentName(first) != name {
			return nil, &CorruptError{File: filepath.Join(dir, f.Name()), What: "not the name of a segment"}
		}
		firsts = append(firsts, first)
	}
	slices.Sort(firsts)
	return slices.Compact(firsts), nil // while one is sealed, both are there
}
