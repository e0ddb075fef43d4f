package audit

import (
	"errors"
	"fmt"
)

// What Append, Open and Find wrap.
var (
	// ErrClosed says that the log was closed.
	ErrClosed = errors.New("audit log is closed")
	// ErrBusy says that the queue is full or that the disk did not keep up. The exchange must be refused; the next one
	// may succeed.
	ErrBusy = errors.New("audit log is busy")
	// ErrFailed says that the log cannot write. [Log.Err] says why, and for how long: a full disk heals, a failed
	// sync does not.
	ErrFailed = errors.New("audit log has failed")
	// ErrInvalid says that a decision carries what the log does not write: text that is too long or not printable, or
	// a list that is too long.
	ErrInvalid = errors.New("invalid decision")
	// ErrLocked says that another process writes the log.
	ErrLocked = errors.New("audit log is in use by another process")
	// ErrNotFound says that no record has the ID.
	ErrNotFound = errors.New("no such decision")
	// ErrGuarded says that a record holds what the guard takes for protected health information and cannot do without it.
	ErrGuarded = errors.New("the record holds protected health information")
	// ErrRollback says that the log is an older copy of itself: it has fewer records than were signed, or other ones.
	ErrRollback = errors.New("audit log was rolled back")
	// ErrUnsigned says that no checkpoint covers the record yet.
	ErrUnsigned = errors.New("no checkpoint covers the record yet")
)

// CorruptError names the first place where a log is not as it was written.
type CorruptError struct {
	// File is the segment's path.
	File string
	// Line is the line in the segment, from 1; the header is line 1. Zero means that the lines were not counted, or
	// that the file as a whole is meant.
	Line int
	// Offset is where the line begins, in bytes from the start of the segment.
	Offset int64
	// Seq is the number that the record at that place should have; zero for a header.
	Seq uint64
	// What is wrong. It never quotes the line.
	What string
}

// Error says where and what.
func (e *CorruptError) Error() string {
	switch {
	case e.Line == 0 && e.Offset == 0:
		return fmt.Sprintf("%s: %s", e.File, e.What)
	case e.Line == 0:
		return fmt.Sprintf("%s: %s (byte %d)", e.File, e.What, e.Offset)
	case e.Seq == 0:
		return fmt.Sprintf("%s:%d: %s", e.File, e.Line, e.What)
	}
	return fmt.Sprintf("%s:%d: %s (byte %d, record %d)", e.File, e.Line, e.What, e.Offset, e.Seq)
}
