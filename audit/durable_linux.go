package audit

import (
	"errors"
	"fmt"
	"os"

	"golang.org/x/sys/unix"
)

// datasync makes the bytes of f durable, and of its metadata what is needed to read them back: the size, not the
// times (fdatasync(2)).
func datasync(f *os.File) error {
	for {
		if err := unix.Fdatasync(int(f.Fd())); !errors.Is(err, unix.EINTR) {
			return err
		}
	}
}

// allocate gives f the blocks for size bytes and leaves its length alone (fallocate(2), FALLOC_FL_KEEP_SIZE), so
// that a full disk shows when a segment begins and not in the middle of a record. A file system that cannot promise
// blocks is not an error.
func allocate(f *os.File, size int64) error {
	for {
		err := unix.Fallocate(int(f.Fd()), unix.FALLOC_FL_KEEP_SIZE, 0, size)
		switch {
		case errors.Is(err, unix.EINTR):
		case err == nil, errors.Is(err, unix.EOPNOTSUPP), errors.Is(err, unix.ENOSYS):
			return nil
		default:
			return fmt.Errorf("allocate %d bytes: %w", size, err)
		}
	}
}
