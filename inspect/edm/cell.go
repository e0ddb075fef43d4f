package edm

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/binary"
	"hash"
	"sync"
)

// Bits of a slot that say whether a cell is the one that was put there. A value that is not in a column is taken for
// one that is with a probability of 0.06 · 2^-18, or 2.3e-7: where the filter lets it pass.
const (
	probeBits = 6  // of SipHash: one look-up in a thousand asks HMAC
	macBits   = 12 // of HMAC-SHA-256
	checkBits = probeBits + macBits
)

// hasher makes the keyed hashes of the cells of one build. It is safe for concurrent use.
type hasher struct {
	probes []sipKey // of each column
	names  [][]byte // column ‖ 0
	macs   sync.Pool
}

// mac is what one HMAC works with.
type mac struct {
	hash hash.Hash
	sum  [sha256.Size]byte
}

func newHasher(key, seed []byte, columns []Column) *hasher {
	h := new(hasher)
	for _, c := range columns {
		h.probes = append(h.probes, newSipKey(subkey(key, seed, "probe "+c.Name, 16)))
		h.names = append(h.names, append([]byte(c.Name), 0))
	}
	cell := subkey(key, seed, "cell", sha256.Size)
	h.macs.New = func() any { return &mac{hash: hmac.New(sha256.New, cell)} }
	return h
}

// check returns the bits of HMAC-SHA-256(cell key, column ‖ 0 ‖ value) that a slot keeps. value is not retained.
func (h *hasher) check(column int, value []byte) uint64 {
	m := h.macs.Get().(*mac)
	m.hash.Reset()
	m.hash.Write(h.names[column])
	m.hash.Write(value)
	sum := m.hash.Sum(m.sum[:0])
	bits := uint64(binary.LittleEndian.Uint16(sum)) & (1<<macBits - 1)
	h.macs.Put(m)
	return bits
}

// slotValue is what the table holds for a cell: bits of both hashes and the payload, covered by bits of the probe.
func slotValue(hi, check, payload uint64, width uint) uint64 {
	return hi&(1<<probeBits-1) | check<<probeBits | cover(hi, payload, width)<<checkBits
}

// cover hides a payload of width-checkBits bits, or uncovers it.
func cover(hi, payload uint64, width uint) uint64 {
	return (payload ^ hi>>probeBits) & (1<<(width-checkBits) - 1)
}
