package edm

import (
	"encoding/binary"
	"math/bits"
)

// The rows of a cell that several rows hold are a list: their number, and then the rows in rising order, each in as many
// bits as the largest row needs. All lists of a partition are one string of bits, covered by a keystream of SipHash, so
// that without the key nobody sees how often values occur, or together.

// listWriter makes such a string.
type listWriter struct {
	words []uint64
	used  uint64 // bits
}

// put appends v, which has n bits, at least one.
func (w *listWriter) put(v uint64, n uint) {
	at := uint(w.used & 63)
	if at == 0 {
		w.words = append(w.words, 0)
	}
	last := len(w.words) - 1
	w.words[last] |= v << at
	if at+n > 64 {
		w.words = append(w.words, v>>(64-at))
	}
	w.used += uint64(n)
}

// add appends a list of at least two rows and returns where it begins. The number of rows less one is in Elias's gamma
// code: as many zeros as it has bits behind the first, and then its bits, the first one first.
func (w *listWriter) add(rows []uint32, width uint) (at uint64) {
	at = w.used
	n := uint64(len(rows) - 1)
	length := uint(bits.Len64(n))
	if length > 1 {
		w.put(0, length-1)
	}
	w.put(bits.Reverse64(n)>>(64-length), length)
	for _, r := range rows {
		w.put(uint64(r), width)
	}
	return at
}

// bytes returns the string covered by the keystream of a partition, with a word behind it so that two can be read
// anywhere.
func (w *listWriter) bytes(key sipKey, partition int) []byte {
	out := make([]byte, listBytes(w.used))
	for i := range len(out) / 8 {
		v := key.word(keystream(partition, uint64(i)))
		if i < len(w.words) {
			v ^= w.words[i]
		}
		binary.LittleEndian.PutUint64(out[8*i:], v)
	}
	return out
}

// listBytes returns the length of the string of so many bits.
func listBytes(used uint64) uint64 { return (used+63)/64*8 + 8 }

// keystream numbers the words of the keystream.
func keystream(partition int, word uint64) uint64 { return uint64(partition)<<48 | word }

// lists are the lists of a partition in a file.
type lists struct {
	data      []byte
	key       sipKey
	partition int
	width     uint // of a row, in bits
}

// bits returns n bits at a place, at most 57; zero behind the end, which no index has.
func (l *lists) bits(at uint64, n uint) uint64 {
	i, shift := at>>6, uint(at&63)
	if i*8+16 > uint64(len(l.data)) {
		return 0
	}
	v := (binary.LittleEndian.Uint64(l.data[8*i:]) ^ l.key.word(keystream(l.partition, i))) >> shift
	if shift+n > 64 {
		v |= (binary.LittleEndian.Uint64(l.data[8*i+8:]) ^ l.key.word(keystream(l.partition, i+1))) << (64 - shift)
	}
	return v & (1<<n - 1)
}

// count reads the number of rows of the list that begins at a place, and where the rows begin. It is 0 where no list
// can be.
func (l *lists) count(at uint64) (n int, rows uint64) {
	head := l.bits(at, 32)
	if head == 0 {
		return 0, at
	}
	length := uint(bits.TrailingZeros64(head)) + 1
	at += uint64(length) - 1
	v := bits.Reverse64(l.bits(at, length)) >> (64 - length)
	return int(v) + 1, at + uint64(length)
}

// row returns the row of a place in a list.
func (l *lists) row(rows uint64, i int) uint32 {
	return uint32(l.bits(rows+uint64(i)*uint64(l.width), l.width))
}

// contains looks for a row in a list of n rows. Rows are numbered as they came, and a value's are spread over them as
// if by chance or stand together: three steps guess the place by proportion, and halving does the rest.
func (l *lists) contains(rows uint64, n int, row uint32) bool {
	low, high := 0, n // it can only be in [low, high)
	least, most := l.row(rows, 0), l.row(rows, n-1)
	for step := 0; low < high; step++ {
		if row < least || row > most {
			return false
		}
		mid := low + (high-low)/2
		if step < 3 && most > least {
			mid = low + int(uint64(high-1-low)*uint64(row-least)/uint64(most-least))
		}
		switch r := l.row(rows, mid); {
		case r == row:
			return true
		case r < row:
			low, least = mid+1, r
		default:
			high, most = mid, r
		}
	}
	return false
}
