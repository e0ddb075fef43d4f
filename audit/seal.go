package audit

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"time"
)

// sealLeast is the size in bytes below which a segment is not worth the effort to a log that seals by itself.
const sealLeast = 1 << 20

// SealReport says what Seal did.
type SealReport struct {
	Segments      int   // that were compressed
	Before, After int64 // their bytes
}

// Seal compresses those segments of the log in dir that ended before the given time, or with a zero time all that are
// closed. Nothing is removed before what takes its place was read back and is durable. Every reader reads both kinds, and
// the log may be written meanwhile; it seals by itself what lies two segments back and has a MiB.
func Seal(dir string, before time.Time) (SealReport, error) {
	var report SealReport
	firsts, err := segments(dir)
	if err != nil {
		return report, err
	}
	cuts := limits(dir, firsts)
	for i := range max(0, len(firsts)-1) {
		next, err := readHeader(dir, firsts[i+1])
		if err != nil {
			return report, err
		}
		if !before.IsZero() && !next.Created.Before(before) {
			break
		}
		if err := report.seal(dir, firsts[i], cuts[i], 0, func() error { return nil }); err != nil {
			return report, err
		}
	}
	return report, nil
}

// sealBehind seals what lies two segments back, at a quarter of the speed that it could have: the appends go first.
func sealBehind(ctx context.Context, dir string) error {
	firsts, err := segments(dir)
	if err != nil || len(firsts) < 3 {
		return err
	}
	last := time.Now()
	pause := func() error {
		wait := time.NewTimer(3 * time.Since(last))
		defer wait.Stop()
		select {
		case <-wait.C:
		case <-ctx.Done():
		}
		last = time.Now()
		return ctx.Err()
	}
	var report SealReport
	for i, first := range firsts[:len(firsts)-2] {
		if _, err := os.Stat(filepath.Join(dir, segmentName(first))); err != nil {
			continue // it is sealed
		}
		if err := report.seal(dir, first, limits(dir, firsts[i:i+2])[0], sealLeast, pause); err != nil {
			return err
		}
	}
	return nil
}

// seal seals one segment, of which the first cut bytes count, or all if cut is negative. One that is sealed or has less
// than least bytes is left.
func (r *SealReport) seal(dir string, first uint64, cut, least int64, pause func() error) error {
	from, to := filepath.Join(dir, segmentName(first)), filepath.Join(dir, sealedName(first))
	plain, err := os.Open(from)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	} else if err != nil {
		return fmt.Errorf("seal: %w", err)
	}
	defer plain.Close()
	size, err := plainSegment{plain}.Size()
	if err != nil {
		return fmt.Errorf("seal: %w", err)
	}
	if cut >= 0 {
		size = min(size, cut)
	}
	if size < least {
		return nil
	}
	after, err := writeSealed(to, plain, size, pause)
	if err != nil {
		return fmt.Errorf("seal %s: %w", from, err)
	}
	if gone, err := isPruned(dir, first); err != nil || gone {
		return errors.Join(err, os.Remove(to))
	}
	// The sealed one has its name for good; from here on the other is a copy.
	if err := errors.Join(os.Remove(from), syncDir(dir)); err != nil {
		return fmt.Errorf("seal: %w", err)
	}
	r.Segments++
	r.Before += size
	r.After += after
	return nil
}

// writeSealed makes the sealed segment at path of the first size bytes of plain, reads it back, and returns its size.
func writeSealed(path string, plain *os.File, size int64, pause func() error) (after int64, err error) {
	temp, err := os.CreateTemp(filepath.Dir(path), sealTemp) // mode 0600
	if err != nil {
		return 0, err
	}
	if err = sealTo(temp, plain, size, pause); err == nil {
		err = datasync(temp)
	}
	if err == nil {
		after, err = temp.Seek(0, io.SeekEnd)
	}
	if err = errors.Join(err, temp.Close()); err == nil {
		err = readBack(temp.Name(), plain, size, pause)
	}
	if err == nil {
		err = os.Rename(temp.Name(), path)
	}
	if err != nil {
		return 0, errors.Join(err, os.Remove(temp.Name()))
	}
	return after, syncDir(filepath.Dir(path))
}

// readBack compares a sealed segment with what it is to replace.
func readBack(path string, plain io.ReaderAt, size int64, pause func() error) error {
	s, err := openSealed(path)
	if err != nil {
		return err
	}
	defer func() { _ = s.Close() }() // it was only read
	if err := s.check(); err != nil {
		return err
	}
	if found, err := s.Size(); err != nil || found != size {
		return errors.Join(err, errSealed)
	}
	want := make([]byte, sealChunk)
	for frame := range len(s.plain) - 1 {
		want = want[:s.plain[frame+1]-s.plain[frame]]
		if _, err := plain.ReadAt(want, s.plain[frame]); err != nil {
			return err
		}
		if err := s.load(frame); err != nil {
			return err
		}
		if !bytes.Equal(s.chunk, want) {
			return errSealed
		}
		if err := pause(); err != nil {
			return err
		}
	}
	return nil
}

// sweepSeals removes what an interrupted seal left. The caller holds the log's lock.
func sweepSeals(dir string) error {
	left, err := filepath.Glob(filepath.Join(dir, sealTemp))
	for _, path := range left {
		err = errors.Join(err, os.Remove(path))
	}
	return err
}
