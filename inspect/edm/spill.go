package edm

import (
	"bytes"
	"cmp"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
)

// entry is a cell of a row while an index is built: keyed hashes only, because entries go through temporary files.
type entry struct {
	lo, hi uint64
	row    uint32
	check  uint16
}

const (
	entrySize   = 22
	spillFiles  = maxPartitions
	spillBuffer = entrySize << 11 // 44 KiB for each file, 11 MiB for all
)

// spill divides entries by their hashes into files, which are made when there is too much to be kept in memory.
type spill struct {
	dir     string
	buffers [spillFiles][]byte
	files   [spillFiles]*os.File
	counts  [spillFiles]int
}

// add keeps an entry.
func (s *spill) add(e entry) error {
	i := e.lo >> 56
	b := s.buffers[i]
	b = binary.LittleEndian.AppendUint64(b, e.lo)
	b = binary.LittleEndian.AppendUint64(b, e.hi)
	b = binary.LittleEndian.AppendUint32(b, e.row)
	b = binary.LittleEndian.AppendUint16(b, e.check)
	s.counts[i]++
	s.buffers[i] = b
	if len(b) < spillBuffer {
		return nil
	}
	return s.flush(int(i))
}

func (s *spill) flush(i int) error {
	if s.files[i] == nil {
		f, err := os.CreateTemp(s.dir, ".edm-*")
		if err != nil {
			return fmt.Errorf("temporary file: %w", err)
		}
		s.files[i] = f
	}
	if _, err := s.files[i].Write(s.buffers[i]); err != nil {
		return fmt.Errorf("temporary file: %w", err)
	}
	s.buffers[i] = s.buffers[i][:0]
	return nil
}

// total returns the number of entries.
func (s *spill) total() (n int) {
	for _, c := range s.counts {
		n += c
	}
	return n
}

// read returns the entries of some of the files, sorted, without repetitions, and gives up the files.
func (s *spill) read(from, to int) ([]entry, error) {
	n := 0
	for _, c := range s.counts[from:to] {
		n += c
	}
	entries := make([]entry, 0, n)
	for i := from; i < to; i++ {
		var r io.Reader = bytes.NewReader(s.buffers[i])
		if f := s.files[i]; f != nil {
			if _, err := f.Seek(0, io.SeekStart); err != nil {
				return nil, fmt.Errorf("temporary file: %w", err)
			}
			r = io.MultiReader(f, r)
		}
		chunk := make([]byte, spillBuffer)
		for range s.counts[i] * entrySize / spillBuffer {
			if _, err := io.ReadFull(r, chunk); err != nil {
				return nil, fmt.Errorf("temporary file: %w", err)
			}
			entries = appendEntries(entries, chunk)
		}
		chunk = chunk[:s.counts[i]*entrySize%spillBuffer]
		if _, err := io.ReadFull(r, chunk); err != nil {
			return nil, fmt.Errorf("temporary file: %w", err)
		}
		entries = appendEntries(entries, chunk)
		s.buffers[i] = nil
		if err := s.drop(i); err != nil {
			return nil, err
		}
	}
	slices.SortFunc(entries, cmpEntries)
	return slices.Compact(entries), nil
}

func cmpEntries(a, b entry) int {
	return cmp.Or(cmp.Compare(a.lo, b.lo), cmp.Compare(a.hi, b.hi), cmp.Compare(a.row, b.row))
}

func appendEntries(entries []entry, b []byte) []entry {
	for ; len(b) > 0; b = b[entrySize:] {
		entries = append(entries, entry{
			lo: binary.LittleEndian.Uint64(b), hi: binary.LittleEndian.Uint64(b[8:]),
			row: binary.LittleEndian.Uint32(b[16:]), check: binary.LittleEndian.Uint16(b[20:]),
		})
	}
	return entries
}

func (s *spill) drop(i int) error {
	f := s.files[i]
	if f == nil {
		return nil
	}
	s.files[i] = nil
	return errors.Join(f.Close(), os.Remove(f.Name()))
}

// close removes all files that are left.
func (s *spill) close() error {
	var errs []error
	for i := range s.files {
		errs = append(errs, s.drop(i))
	}
	return errors.Join(errs...)
}
