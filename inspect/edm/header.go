package edm

import (
	"bytes"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"math/bits"
	"time"

	"github.com/phigate/phigate/inspect"
)

// The file begins with a header, and partitions follow, each a filter, a table and its lists. Integers are little-endian.
//
//	magic[8] ‖ length of the header u32 ‖ partitions u32 ‖ seed[16] ‖ key check[16]
//	made u64 ‖ rows u64 ‖ cells u64 ‖ distinct u64 ‖ columns u64
//	for each column:    kind u8 ‖ category u8 ‖ length of the name u8 ‖ 0[5] ‖ lengths u64 ‖ cells u64 ‖ left out u64 ‖ name[64]
//	for each partition: slot width u8 ‖ log2 segment u8 ‖ 0[2] ‖ segments u32 ‖ seed u64 ‖ filter at u64 ‖ blocks u64 ‖ list bits u64
//	SHA-256 of what follows the header[32] ‖ HMAC-SHA-256 of the header up to here[32]
const (
	magic          = "PHIEDM\x00\x01"
	fixedSize      = 88
	columnSize     = 32 + maxName
	partitionSize  = 40
	trailerSize    = 2 * sha256.Size
	seedSize       = 16
	maxPartitions  = 256
	maxHeader      = fixedSize + MaxColumns*columnSize + maxPartitions*partitionSize + trailerSize
	headerStart    = 16 // bytes that tell how long the header is
	keyCheckOffset = headerStart + seedSize
)

// Stats says what an index holds.
type Stats struct {
	// Made is when the index was built.
	Made time.Time
	// Rows is the number of rows of the table.
	Rows int64
	// Cells is the number of cells that were indexed, and Distinct how many different ones they are.
	Cells, Distinct int64
	// Columns says the same of each column.
	Columns []ColumnStats
	// Bytes is the size of the file.
	Bytes int64
}

// ColumnStats says what an index holds of a column.
type ColumnStats struct {
	// Cells is the number of values that were indexed.
	Cells int64
	// LeftOut is the number of values that were not, because they are too short or not of the column's kind. Empty ones
	// are not counted.
	LeftOut int64
}

// header is the header of a file.
type header struct {
	seed       [seedSize]byte
	stats      Stats
	columns    []Column
	lengths    []uint64 // for each column the set of lengths of its values; bit 63 stands for all from 63 on
	partitions []partition
	body       [sha256.Size]byte
}

// partition is a part of the cells: those whose hashes begin with the same bits.
type partition struct {
	at       uint64 // where its filter begins; a multiple of blockSize
	filter   filter
	table    table
	listBits uint64
}

// tableAt and listsAt return where the table and the lists begin, end where the next partition does.
func (p *partition) tableAt() uint64 { return p.at + p.filter.bytes() }
func (p *partition) listsAt() uint64 { return p.tableAt() + p.table.bytes() }
func (p *partition) end() uint64     { return aligned(p.listsAt() + listBytes(p.listBits)) }

// aligned returns the next place where a partition can begin.
func aligned(at uint64) uint64 { return (at + blockSize - 1) &^ (blockSize - 1) }

// size returns the length of the header, in bytes.
func (h *header) size() int {
	return fixedSize + len(h.columns)*columnSize + len(h.partitions)*partitionSize + trailerSize
}

// rowBits returns how many bits a row takes in lists.
func (h *header) rowBits() uint { return uint(max(bits.Len64(uint64(max(h.stats.Rows, 1)-1)), 1)) }

// partitionBits returns how many bits of a hash choose the partition.
func (h *header) partitionBits() uint { return uint(bits.Len(uint(len(h.partitions)))) - 1 }

func keyCheck(key []byte, seed []byte) []byte { return subkey(key, seed, "key check", 16) }

// encode returns the header as it stands in the file.
func (h *header) encode(key []byte) []byte {
	le := binary.LittleEndian
	b := make([]byte, 0, h.size())
	b = append(b, magic...)
	b = le.AppendUint32(b, uint32(h.size()))
	b = le.AppendUint32(b, uint32(len(h.partitions)))
	b = append(b, h.seed[:]...)
	b = append(b, keyCheck(key, h.seed[:])...)
	for _, n := range []int64{h.stats.Made.Unix(), h.stats.Rows, h.stats.Cells, h.stats.Distinct, int64(len(h.columns))} {
		b = le.AppendUint64(b, uint64(n))
	}
	for i, c := range h.columns {
		b = append(b, byte(c.Kind), byte(c.Category), byte(len(c.Name)), 0, 0, 0, 0, 0)
		b = le.AppendUint64(b, h.lengths[i])
		b = le.AppendUint64(b, uint64(h.stats.Columns[i].Cells))
		b = le.AppendUint64(b, uint64(h.stats.Columns[i].LeftOut))
		b = append(append(b, c.Name...), make([]byte, maxName-len(c.Name))...)
	}
	for i := range h.partitions {
		p := &h.partitions[i]
		b = append(b, byte(p.table.width), byte(p.table.segment), 0, 0)
		b = le.AppendUint32(b, p.table.segments)
		for _, n := range []uint64{p.table.seed, p.at, uint64(p.filter.blocks), p.listBits} {
			b = le.AppendUint64(b, n)
		}
	}
	b = append(b, h.body[:]...)
	return append(b, headerMAC(key, h.seed[:], b)...)
}

func headerMAC(key, seed, b []byte) []byte {
	m := hmac.New(sha256.New, subkey(key, seed, "header", sha256.Size))
	m.Write(b)
	return m.Sum(nil)
}

// decode reads and checks the header of a file, given whole. The body's digest is not compared.
func (h *header) decode(file, key []byte) error {
	le := binary.LittleEndian
	if len(file) < fixedSize+trailerSize || string(file[:len(magic)-1]) != magic[:len(magic)-1] {
		return ErrChanged
	}
	if v := file[len(magic)-1]; v != magic[len(magic)-1] {
		return fmt.Errorf("version %d of the format; this program reads version %d", v, magic[len(magic)-1])
	}
	size, partitions, columns := le.Uint32(file[8:]), le.Uint32(file[12:]), le.Uint64(file[80:])
	if size > maxHeader || int(size) > len(file) || partitions == 0 || partitions > maxPartitions || columns > MaxColumns ||
		bits.OnesCount32(partitions) != 1 || int(size) != fixedSize+int(columns)*columnSize+int(partitions)*partitionSize+trailerSize {
		return ErrChanged
	}
	b := file[:size]
	copy(h.seed[:], b[headerStart:])
	if !hmac.Equal(b[keyCheckOffset:keyCheckOffset+16], keyCheck(key, h.seed[:])) {
		return ErrKey
	}
	if signed := len(b) - sha256.Size; !hmac.Equal(b[signed:], headerMAC(key, h.seed[:], b[:signed])) {
		return ErrChanged
	}
	count := func(at int) int64 { return int64(le.Uint64(b[at:])) }
	h.stats = Stats{Made: time.Unix(count(48), 0).UTC(), Rows: count(56), Cells: count(64), Distinct: count(72), Bytes: int64(len(file))}
	b = b[fixedSize:]
	for range columns {
		n := min(int(b[2]), maxName)
		h.columns = append(h.columns, Column{Name: string(b[32 : 32+n]), Kind: Kind(b[0]), Category: inspect.Category(b[1])})
		h.lengths = append(h.lengths, le.Uint64(b[8:]))
		h.stats.Columns = append(h.stats.Columns, ColumnStats{Cells: int64(le.Uint64(b[16:])), LeftOut: int64(le.Uint64(b[24:]))})
		b = b[columnSize:]
	}
	for range partitions {
		h.partitions = append(h.partitions, partition{
			table: table{width: uint(b[0]), segment: uint(b[1]), segments: le.Uint32(b[4:]), seed: le.Uint64(b[8:])},
			at:    le.Uint64(b[16:]), filter: filter{blocks: uint32(le.Uint64(b[24:]))}, listBits: le.Uint64(b[32:]),
		})
		b = b[partitionSize:]
	}
	copy(h.body[:], b)
	return h.check(uint64(size), uint64(len(file)))
}

// check reports measures that no index has. The header is authentic: what this finds is a fault of who built it.
func (h *header) check(size, end uint64) error {
	if err := checkColumns(h.columns); err != nil {
		return fmt.Errorf("%w: %w", ErrChanged, err)
	}
	if h.stats.Rows < 0 || h.stats.Rows > MaxRows {
		return ErrChanged
	}
	at := aligned(size)
	for i := range h.partitions {
		p := &h.partitions[i]
		t := &p.table
		if t.width < checkBits || t.width > maxWidth || t.segment > 18 || t.segments == 0 || p.filter.blocks == 0 ||
			p.listBits > end*8 || p.at != at {
			return ErrChanged
		}
		if at = p.end(); at > end {
			return ErrChanged
		}
	}
	if at != end {
		return ErrChanged
	}
	return nil
}

// sameColumns reports whether two indexes have the same columns.
func sameColumns(a, b []Column) bool {
	if len(a) != len(b) {
		return false
	}
	for i := range a {
		if a[i] != b[i] {
			return false
		}
	}
	return true
}

// isBody reports whether the body is the one that was built.
func (h *header) isBody(body []byte) bool {
	sum := sha256.Sum256(body)
	return bytes.Equal(sum[:], h.body[:])
}
