package audit

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"os"
	"sort"

	"github.com/klauspost/compress/zstd"
)

// A sealed segment is its header in a zstd frame, then its other bytes in zstd frames of one MiB each, followed by the SHA-256 of those frames in a skippable
// frame (RFC 8878, section 3.1.2) and the seek table of the zstd seekable format, in a skippable frame as well. So any
// zstd reads it, and a record is found by decompressing one frame:
//
//	frame …  50 2A 4D 18 | 32 (4) | SHA-256 (32)
//	5E 2A 4D 18 | length (4) | compressed (4) | decompressed (4) … | frames (4) | 00 | B1 EA 92 8F
//
// All numbers are little-endian.
const (
	sealChunk     = 1 << 20 // decompressed bytes of a frame
	sealFooter    = 9       // bytes at the end of the seek table
	sealDigest    = 8 + sha256.Size
	digestMagic   = 0x184D2A50
	tableMagic    = 0x184D2A5E
	seekableMagic = 0x8F92EAB1
)

var errSealed = errors.New("not a sealed segment")

// sealedSegment is a sealed segment that is open for reading. It is not safe for concurrent use.
type sealedSegment struct {
	file   *os.File
	packed []int64 // where each frame begins in the file, and at the end where the last one ends
	plain  []int64 // where what it holds begins in the segment, and where that ends
	zstd   *zstd.Decoder
	frame  int    // the one in chunk; -1 is none
	chunk  []byte // decompressed
	raw    []byte // compressed
}

func openSealed(path string) (*sealedSegment, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	s := &sealedSegment{file: f, frame: -1}
	if err := s.readTable(); err != nil {
		_ = f.Close() // it was only read
		if errors.Is(err, errSealed) || errors.Is(err, io.EOF) {
			return nil, &CorruptError{File: path, What: errSealed.Error()}
		}
		return nil, err
	}
	// A frame of ours needs no more memory than it has bytes. A decoder without a reader starts no goroutine.
	s.zstd, err = zstd.NewReader(nil, zstd.WithDecoderConcurrency(1), zstd.WithDecoderMaxMemory(sealChunk))
	if err != nil {
		return nil, errors.Join(err, f.Close())
	}
	return s, nil
}

// readTable reads the seek table, of which every byte is accounted for.
func (s *sealedSegment) readTable() error {
	info, err := s.file.Stat()
	if err != nil {
		return err
	}
	size := info.Size()
	if size < sealFooter+8+sealDigest {
		return errSealed
	}
	footer := make([]byte, sealFooter)
	if _, err := s.file.ReadAt(footer, size-sealFooter); err != nil {
		return err
	}
	frames := int64(binary.LittleEndian.Uint32(footer))
	length := 8*frames + sealFooter
	if footer[4] != 0 || binary.LittleEndian.Uint32(footer[5:]) != seekableMagic || size < length+8+sealDigest {
		return errSealed
	}
	table := make([]byte, length+8)
	if _, err := s.file.ReadAt(table, size-int64(len(table))); err != nil {
		return err
	}
	if binary.LittleEndian.Uint32(table) != tableMagic || int64(binary.LittleEndian.Uint32(table[4:])) != length {
		return errSealed
	}
	s.packed, s.plain = make([]int64, 1, frames+1), make([]int64, 1, frames+1)
	for i := range int(frames) {
		packed, plain := binary.LittleEndian.Uint32(table[8+8*i:]), binary.LittleEndian.Uint32(table[12+8*i:])
		if plain == 0 || plain > sealChunk || packed > 2*sealChunk {
			return errSealed
		}
		s.packed = append(s.packed, s.packed[i]+int64(packed))
		s.plain = append(s.plain, s.plain[i]+int64(plain))
	}
	if s.packed[frames] != size-int64(len(table))-sealDigest {
		return errSealed
	}
	return nil
}

// Name returns the file's path.
func (s *sealedSegment) Name() string { return s.file.Name() }

// Size returns the decompressed size.
func (s *sealedSegment) Size() (int64, error) { return s.plain[len(s.plain)-1], nil }

// Close closes the file.
func (s *sealedSegment) Close() error {
	s.zstd.Close()
	return s.file.Close()
}

// ReadAt reads decompressed bytes. The error is a *CorruptError where the file does not hold what it says.
func (s *sealedSegment) ReadAt(p []byte, off int64) (n int, err error) {
	for n < len(p) {
		if off+int64(n) >= s.plain[len(s.plain)-1] {
			return n, io.EOF
		}
		frame := sort.Search(len(s.plain), func(i int) bool { return s.plain[i] > off+int64(n) }) - 1
		if err := s.load(frame); err != nil {
			return n, err
		}
		n += copy(p[n:], s.chunk[off+int64(n)-s.plain[frame]:])
	}
	return n, nil
}

// load decompresses a frame.
func (s *sealedSegment) load(frame int) error {
	if frame == s.frame {
		return nil
	}
	s.frame = -1
	s.raw = append(s.raw[:0], make([]byte, s.packed[frame+1]-s.packed[frame])...)
	if _, err := s.file.ReadAt(s.raw, s.packed[frame]); err != nil {
		return err
	}
	chunk, err := s.zstd.DecodeAll(s.raw, s.chunk[:0])
	if err != nil || int64(len(chunk)) != s.plain[frame+1]-s.plain[frame] {
		return &CorruptError{File: s.Name(), Offset: s.plain[frame], What: "sealed segment cannot be decompressed"}
	}
	s.chunk, s.frame = chunk, frame
	return nil
}

// check compares the file with its digest: zstd passes over a bit or two that say nothing.
func (s *sealedSegment) check() error {
	end := s.packed[len(s.packed)-1]
	hash := sha256.New()
	if _, err := io.Copy(hash, io.NewSectionReader(s.file, 0, end)); err != nil {
		return fmt.Errorf("read audit log: %w", err)
	}
	found := make([]byte, sealDigest)
	if _, err := s.file.ReadAt(found, end); err != nil {
		return fmt.Errorf("read audit log: %w", err)
	}
	if !bytes.Equal(found, digestFrame(hash.Sum(nil))) {
		return &CorruptError{File: s.Name(), What: "sealed segment is not as it was written"}
	}
	return nil
}

// digestFrame returns the skippable frame that holds a digest.
func digestFrame(digest []byte) []byte {
	frame := binary.LittleEndian.AppendUint32(nil, digestMagic)
	frame = binary.LittleEndian.AppendUint32(frame, sha256.Size)
	return append(frame, digest...)
}

// sealTo writes the first size bytes of r to w as a sealed segment. pause is called after each frame and may end it.
func sealTo(w io.Writer, r io.ReaderAt, size int64, pause func() error) error {
	encoder, err := zstd.NewWriter(nil, zstd.WithEncoderConcurrency(1), zstd.WithEncoderLevel(zstd.SpeedDefault))
	if err != nil {
		return err
	}
	defer func() { _ = encoder.Close() }() // without a writer it has nothing to flush
	hash := sha256.New()
	table := binary.LittleEndian.AppendUint32(nil, tableMagic)
	table = append(table, 0, 0, 0, 0)
	frames := uint32(0)
	chunk, packed := make([]byte, sealChunk), []byte(nil)
	for at := int64(0); at < size; at += int64(len(chunk)) {
		chunk = chunk[:min(sealChunk, size-at)]
		if _, err := r.ReadAt(chunk, at); err != nil {
			return err
		}
		if end := bytes.IndexByte(chunk, '\n'); at == 0 && end >= 0 {
			chunk = chunk[:end+1] // to read a header, not a MiB has to be decompressed
		}
		packed = encoder.EncodeAll(chunk, packed[:0])
		if _, err := w.Write(packed); err != nil {
			return err
		}
		hash.Write(packed)
		table = binary.LittleEndian.AppendUint32(table, uint32(len(packed)))
		table = binary.LittleEndian.AppendUint32(table, uint32(len(chunk)))
		frames++
		if err := pause(); err != nil {
			return err
		}
	}
	if _, err := w.Write(digestFrame(hash.Sum(nil))); err != nil {
		return err
	}
	table = binary.LittleEndian.AppendUint32(table, frames)
	table = append(table, 0)
	table = binary.LittleEndian.AppendUint32(table, seekableMagic)
	binary.LittleEndian.PutUint32(table[4:], uint32(len(table)-8))
	_, err = w.Write(table)
	return err
}
