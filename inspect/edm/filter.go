package edm

import (
	"encoding/binary"
	"math/bits"
)

// filter says of 94 % of the values that are no cells that they are none, by one line of the cache: it is a ninth of the
// index, and most look-ups read nothing else. It is a Bloom filter in blocks (Putze, Sanders and Singler, "Cache-, Hash-
// and Space-Efficient Bloom Filters", 2007), with four bits of a block for each cell.
type filter struct {
	blocks uint32
	data   []byte
}

const (
	blockSize   = 64 // bytes: a line of the cache
	bitsPerCell = 6
)

// fitFilter returns a filter for n cells that holds none.
func fitFilter(n int) filter {
	return filter{blocks: uint32((n*bitsPerCell+8*blockSize-1)/(8*blockSize) + 1)}
}

// bytes returns the length of the filter.
func (f *filter) bytes() uint64 { return uint64(f.blocks) * blockSize }

// block returns where the block of a cell begins, and 36 bits that name four of its bits.
func (f *filter) block(lo, hi uint64) (at, places uint64) {
	g := mix(lo + bits.RotateLeft64(hi, 32))
	at, _ = bits.Mul64(g, uint64(f.blocks))
	return at * blockSize, g
}

// put adds a cell.
func (f *filter) put(lo, hi uint64) {
	at, places := f.block(lo, hi)
	for range 4 {
		f.data[at+places>>3&63] |= 1 << (places & 7)
		places >>= 9
	}
}

// has reports whether a cell can be there.
func (f *filter) has(lo, hi uint64) bool {
	at, places := f.block(lo, hi)
	block := f.data[at : at+blockSize]
	all := uint64(1)
	for range 4 {
		all &= binary.LittleEndian.Uint64(block[places>>3&56:]) >> (places & 63)
		places >>= 9
	}
	return all != 0
}
