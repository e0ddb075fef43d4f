package audit

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
)

// reserveName is the file in a log's folder that keeps blocks of the disk for the time when there are no others.
const reserveName = "reserve"

// reserve is space for what must still be written when the disk is full: the ends of bodies that are on their way, and
// what the log and its administrators have to say about it.
type reserve struct {
	path string
	size int64 // as configured; not positive is none
}

// fill takes the blocks. If the file system cannot promise blocks, it takes none, and that is not an error.
func (r *reserve) fill() error {
	if r.size <= 0 {
		return nil
	}
	f, err := os.OpenFile(r.path, os.O_WRONLY|os.O_CREATE, 0o600)
	if err != nil {
		return err
	}
	if err := allocate(f, r.size); err != nil {
		return errors.Join(err, f.Close(), os.Remove(r.path)) // not a part of it either: others need it
	}
	return f.Close()
}

// spend gives the blocks to the segment that is written, and returns how many bytes it got.
func (r *reserve) spend(f *os.File, behind int64) int64 {
	if err := os.Remove(r.path); err != nil {
		return 0 // there was none to spend
	}
	// The blocks are the segment's before anyone else can ask for them, or nearly so.
	if err := allocate(f, behind+r.size); err != nil {
		return 0
	}
	return r.size
}

// openReserve returns the reserve of the log in dir, filled if there is space.
func openReserve(dir string, size int64) reserve {
	r := reserve{path: filepath.Join(dir, reserveName), size: size}
	if size <= 0 {
		if err := os.Remove(r.path); err == nil || errors.Is(err, fs.ErrNotExist) {
			return r
		}
	}
	_ = r.fill() // the disk may be full already, and the log says so itself when it has to
	return r
}
