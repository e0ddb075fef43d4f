package edm

import (
	"crypto/rand"
	"encoding/binary"
	"errors"
	"math"
	"math/bits"
)

// table is a static function from the hashes of cells to values of width bits: the exclusive or of three slots is the
// value of a cell, and noise for what is no cell. The slots lie in neighbouring segments (Graf and Lemire, "Binary Fuse
// Filters: Fast and Smaller Than Xor Filters", 2022), so that 1.13 slots are enough for each cell.
type table struct {
	width    uint // of a slot, in bits; at most maxWidth
	segment  uint // log2 of the length of a segment, in slots
	segments uint32
	seed     uint64
	slots    []byte // packed, with tableSlack bytes behind the last slot
}

const (
	maxWidth   = 57 // a slot lies in eight bytes wherever it begins
	tableSlack = 8  // bytes behind the last slot, so that eight can be read there
)

// mix is a permutation of 64-bit words (the finaliser of MurmurHash3).
func mix(x uint64) uint64 {
	x ^= x >> 33
	x *= 0xff51afd7ed558ccd
	x ^= x >> 33
	x *= 0xc4ceb9fe1a85ec53
	return x ^ x>>33
}

// places returns the three slots of a cell.
func (t *table) places(lo, hi uint64) (a, b, c uint64) {
	g := mix(lo^t.seed) + hi
	length := uint64(1) << t.segment
	a, _ = bits.Mul64(g, uint64(t.segments)<<t.segment)
	b = (a + length) ^ (g>>18)&(length-1)
	c = (a + 2*length) ^ g&(length-1)
	return a, b, c
}

// size returns the number of slots.
func (t *table) size() uint64 { return (uint64(t.segments) + 2) << t.segment }

// bytes returns the length of the packed slots.
func (t *table) bytes() uint64 { return (t.size()*uint64(t.width)+7)/8 + tableSlack }

func (t *table) slot(i uint64) uint64 {
	bit := i * uint64(t.width)
	return binary.LittleEndian.Uint64(t.slots[bit>>3:]) >> (bit & 7) & (1<<t.width - 1)
}

func (t *table) set(i, value uint64) {
	bit := i * uint64(t.width)
	at := t.slots[bit>>3:]
	word := binary.LittleEndian.Uint64(at)
	word &^= (1<<t.width - 1) << (bit & 7)
	binary.LittleEndian.PutUint64(at, word|value<<(bit&7))
}

// get returns the value of a cell, and noise for what is no cell.
func (t *table) get(lo, hi uint64) uint64 {
	a, b, c := t.places(lo, hi)
	return t.slot(a) ^ t.slot(b) ^ t.slot(c)
}

// cell is the hashes of a cell and what its slot has to say.
type cell struct{ lo, hi, value uint64 }

// fit sets the measures of a table for n cells, as the paper found them.
func (t *table) fit(n int) {
	keys := math.Max(float64(n), 2)
	t.segment = uint(math.Min(18, math.Floor(math.Log(keys)/math.Log(3.33)+2.25)))
	factor := math.Max(1.125, 0.875+0.25*math.Log(1e6)/math.Log(keys))
	length := uint64(1) << t.segment
	want := (uint64(math.Round(keys*factor)) + length - 1) >> t.segment
	t.segments = uint32(max(want, 3) - 2)
}

// fill makes the table of cells that differ in their hashes. It tries seeds until one lets every cell have a slot that
// no later one needs; the first does in nearly all cases.
func (t *table) fill(cells []cell) error {
	t.fit(len(cells))
	for attempt := range 64 {
		t.seed = mix(uint64(attempt) + 1)
		order, own, ok := t.peel(cells)
		if !ok {
			continue
		}
		t.slots = make([]byte, t.bytes())
		rand.Read(t.slots) // slots that no cell needs say nothing
		for i := len(order) - 1; i >= 0; i-- {
			k := &cells[order[i]]
			t.set(own[i], 0)
			t.set(own[i], k.value^t.get(k.lo, k.hi))
		}
		for i := range cells {
			if t.get(cells[i].lo, cells[i].hi) != cells[i].value {
				return errors.New("edm: a cell is not found in the table that was made of it")
			}
		}
		return nil
	}
	return errors.New("edm: no seed fits the cells")
}

// peel takes away cells that have a slot to themselves, one after the other, and returns their order and these slots.
func (t *table) peel(cells []cell) (order []uint32, own []uint64, ok bool) {
	count := make([]uint8, t.size())
	sum := make([]uint32, t.size()) // exclusive or of the cells of a slot
	for i := range cells {
		a, b, c := t.places(cells[i].lo, cells[i].hi)
		for _, s := range [3]uint64{a, b, c} {
			if count[s] == math.MaxUint8 {
				return nil, nil, false
			}
			count[s]++
			sum[s] ^= uint32(i)
		}
	}
	var alone []uint64
	for s := range count {
		if count[s] == 1 {
			alone = append(alone, uint64(s))
		}
	}
	order = make([]uint32, 0, len(cells))
	own = make([]uint64, 0, len(cells))
	for len(alone) > 0 {
		s := alone[len(alone)-1]
		alone = alone[:len(alone)-1]
		if count[s] != 1 {
			continue
		}
		i := sum[s]
		order, own = append(order, i), append(own, s)
		a, b, c := t.places(cells[i].lo, cells[i].hi)
		for _, o := range [3]uint64{a, b, c} {
			count[o]--
			sum[o] ^= i
			if count[o] == 1 {
				alone = append(alone, o)
			}
		}
	}
	return order, own, len(order) == len(cells)
}
