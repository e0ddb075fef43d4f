package audit

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"
)

// headerRoom is more than a header has, in bytes.
const headerRoom = 2 << 10

// readHeader returns the header of the segment whose first record is number first. Of a sealed one it decompresses
// nothing else.
func readHeader(dir string, first uint64) (header, error) {
	f, err := openSegment(dir, first)
	if err != nil {
		return header{}, err
	}
	defer f.Close()
	room := int64(headerRoom)
	if sealed, ok := f.(*sealedSegment); ok && len(sealed.plain) > 1 {
		room = min(room, sealed.plain[1])
	}
	s := &scan{file: f, lines: newLines(f, room), link: newLinker(), line: 1}
	err = s.readHeader(first)
	return s.header, err
}

// seekRecord returns where in a segment a line begins that is not behind the record of that number, and near to it. It
// reads as little as a search by halves needs. Where it meets what is no record it stops: who reads on from there will
// meet it too.
func seekRecord(f segmentFile, want uint64) (int64, error) {
	const near = 64 << 10
	size, err := f.Size()
	if err != nil {
		return 0, err
	}
	low, high := int64(0), size // the line that begins at low has a number up to want, what begins at high a larger one
	buf := make([]byte, 2*(MaxLine+1))
	for high-low > near {
		middle := low + (high-low)/2
		n, err := f.ReadAt(buf, middle)
		if err != nil && !errors.Is(err, io.EOF) {
			return 0, err
		}
		_, rest, ok := bytes.Cut(buf[:n], []byte{'\n'})
		start := middle + int64(n-len(rest))
		line, _, whole := bytes.Cut(rest, []byte{'\n'})
		seq, known := lineSeq(line)
		switch {
		case !ok || !whole || !known || start >= high:
			return low, nil
		case seq > want:
			high = middle
		default:
			low = start
		}
	}
	return low, nil
}

// haste is how long after its ID was made a record is expected at the latest.
const haste = time.Hour

// near returns the places, from, included, to to, excluded, of those segments in which a record with that ID is most
// likely to be found: those that were written when the ID was made, or soon after. An ID that tells no time has none.
func near(dir string, firsts []uint64, id string) (from, to int, err error) {
	made, ok := idTime(id)
	if !ok {
		return 0, 0, nil
	}
	begun := func(at time.Time) int { // how many had begun at that time
		n, _ := slices.BinarySearchFunc(firsts, at, func(first uint64, at time.Time) int {
			h, headerErr := readHeader(dir, first)
			if headerErr != nil {
				err = headerErr
			}
			return h.Created.Compare(at)
		})
		return n
	}
	from, to = max(0, begun(made)-1), begun(made.Add(haste))
	if err != nil {
		return 0, 0, fmt.Errorf("look for a record: %w", err)
	}
	return min(from, to), to, nil
}

// idTime returns when an ID was made by NewID.
func idTime(id string) (time.Time, bool) {
	if len(id) != 26 || id[0] > '7' {
		return time.Time{}, false
	}
	ms := int64(0)
	for i := range 10 {
		digit := strings.IndexByte(crockford, id[i])
		if digit < 0 {
			return time.Time{}, false
		}
		ms = ms<<5 | int64(digit)
	}
	return time.UnixMilli(ms), true
}
