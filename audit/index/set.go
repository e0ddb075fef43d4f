package index

import (
	"encoding/binary"
	"errors"
	"math/bits"
)

// chunkSize is how many decisions share one set for each value. It bounds what must be kept in memory of a month that
// is being written (see tail) and the cost of looking at the newest decisions only; AUDIT.md's five million decisions
// are 611 chunks, and a set of each takes at most 1 KiB.
const (
	chunkBits = 13
	chunkSize = 1 << chunkBits
	chunkMask = chunkSize - 1
	setWords  = chunkSize / 64
	setBytes  = chunkSize / 8
)

// The ways in which a set is stored; its first byte.
const (
	setArray   = 0 // the places of its members, two bytes each, ascending
	setBitmap  = 1 // one bit for each place
	setInverse = 2 // the places of what is not in it below its end, which comes first; as setArray
)

// arrayMost is how many places take no more room than the bitmap.
const arrayMost = setBytes/2 - 2

var errSet = errors.New("a stored set is not one")

// set holds places in a chunk.
type set [setWords]uint64

func (s *set) add(at uint16)      { s[at>>6&(setWords-1)] |= 1 << (at & 63) }
func (s *set) remove(at uint16)   { s[at>>6&(setWords-1)] &^= 1 << (at & 63) }
func (s *set) has(at uint16) bool { return s[at>>6&(setWords-1)]>>(at&63)&1 != 0 }

// fill puts the places below n in and takes the others out.
func (s *set) fill(n int) {
	clear(s[:])
	whole := min(n, chunkSize) / 64
	for i := range whole {
		s[i] = ^uint64(0)
	}
	if rest := n & 63; whole < setWords {
		s[whole] = 1<<rest - 1
	}
}

// below takes out the places from n on, above those below n.
func (s *set) below(n int) {
	for i := range s {
		switch low := i * 64; {
		case low >= n:
			s[i] = 0
		case low+64 > n:
			s[i] &= 1<<(n-low) - 1
		}
	}
}

func (s *set) above(n int) {
	for i := range s {
		switch low := i * 64; {
		case low+64 <= n:
			s[i] = 0
		case low < n:
			s[i] &^= 1<<(n-low) - 1
		}
	}
}

func (s *set) and(o *set) {
	for i := range s {
		s[i] &= o[i]
	}
}

func (s *set) andNot(o *set) {
	for i := range s {
		s[i] &^= o[i]
	}
}

func (s *set) or(o *set) {
	for i := range s {
		s[i] |= o[i]
	}
}

func (s *set) empty() bool {
	for _, w := range s {
		if w != 0 {
			return false
		}
	}
	return true
}

func (s *set) count() int { return s.countRange(0, setWords) }

// countRange counts the members in a range of words.
func (s *set) countRange(from, to int) (n int) {
	for _, w := range s[from:to] {
		n += bits.OnesCount64(w)
	}
	return n
}

// countBoth counts what is in both sets.
func (s *set) countBoth(o *set) (n int) {
	for i := range s {
		n += bits.OnesCount64(s[i] & o[i])
	}
	return n
}

// ascending calls f for each place until it returns false.
func (s *set) ascending(f func(at uint16) bool) bool {
	for i, w := range s {
		for ; w != 0; w &= w - 1 {
			if !f(uint16(i<<6 + bits.TrailingZeros64(w))) {
				return false
			}
		}
	}
	return true
}

// descending is ascending, the other way round.
func (s *set) descending(f func(at uint16) bool) bool {
	for i := setWords - 1; i >= 0; i-- {
		for w := s[i]; w != 0; {
			top := 63 - bits.LeadingZeros64(w)
			if w &^= 1 << top; !f(uint16(i<<6 + top)) {
				return false
			}
		}
	}
	return true
}

// appendTo appends the stored form of s, of a chunk of n decisions.
func (s *set) appendTo(dst []byte, n int) []byte {
	members := s.count()
	place := func(at uint16) bool { dst = binary.LittleEndian.AppendUint16(dst, at); return true }
	switch {
	case members <= arrayMost && members <= n-members:
		dst = append(dst, setArray)
		s.ascending(place)
		return dst
	case n-members <= arrayMost:
		var others set
		others.fill(n)
		others.andNot(s)
		dst = binary.LittleEndian.AppendUint16(append(dst, setInverse), uint16(n-1))
		others.ascending(place)
		return dst
	}
	dst = append(dst, setBitmap)
	for _, w := range s {
		dst = binary.LittleEndian.AppendUint64(dst, w)
	}
	return dst
}

// appendPlaces appends the stored form of the set of ascending places, of a chunk of n decisions.
func appendPlaces(dst []byte, places []uint16, n int) []byte {
	if len(places) <= arrayMost && len(places) <= n-len(places) {
		dst = append(dst, setArray)
		for _, at := range places {
			dst = binary.LittleEndian.AppendUint16(dst, at)
		}
		return dst
	}
	var s set
	for _, at := range places {
		s.add(at)
	}
	return s.appendTo(dst, n)
}

// orStored adds the members of a stored set.
func (s *set) orStored(data []byte) error {
	if len(data) == 0 {
		return errSet
	}
	form, data := data[0], data[1:]
	switch {
	case form == setArray && len(data)%2 == 0:
		for ; len(data) > 0; data = data[2:] {
			at := binary.LittleEndian.Uint16(data)
			if at >= chunkSize {
				return errSet
			}
			s.add(at)
		}
		return nil
	case form == setInverse && len(data) >= 2 && len(data)%2 == 0:
		var all set
		end := binary.LittleEndian.Uint16(data)
		if end >= chunkSize {
			return errSet
		}
		all.fill(int(end) + 1)
		for data = data[2:]; len(data) > 0; data = data[2:] {
			at := binary.LittleEndian.Uint16(data)
			if at >= chunkSize {
				return errSet
			}
			all.remove(at)
		}
		s.or(&all)
		return nil
	case form == setBitmap && len(data) == setBytes:
		for i := range s {
			s[i] |= binary.LittleEndian.Uint64(data[8*i:])
		}
		return nil
	}
	return errSet
}
