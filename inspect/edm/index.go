package edm

import (
	"errors"
	"fmt"
	"math/bits"
	"runtime"
	"slices"
)

// Index is an opened index. It is safe for concurrent use. Its memory is that of the file, mapped for reading: a file
// is replaced by another one of its name, as Build does, and never written over.
type Index struct {
	header
	hasher  *hasher
	lists   []lists
	mapping *mapping
	cleanup runtime.Cleanup
}

// Open maps an index and checks all of it. The error wraps ErrKey if it was built with another key, and ErrChanged if it
// was cut short or changed. The file is unmapped by Close, or after the Index is no longer used.
func Open(path string, key []byte) (*Index, error) {
	m, err := openMapping(path)
	if err != nil {
		return nil, fmt.Errorf("open index: %w", err)
	}
	x := &Index{mapping: m}
	if err := x.load(m.data, key); err != nil {
		return nil, errors.Join(fmt.Errorf("open index %s: %w", path, err), m.close())
	}
	x.cleanup = runtime.AddCleanup(x, func(m *mapping) { _ = m.close() }, m) // only a wrong address fails
	return x, nil
}

// load reads an index that is file.
func (x *Index) load(file, key []byte) error {
	if len(key) != KeySize {
		return fmt.Errorf("a key has %d bytes, not %d", KeySize, len(key))
	}
	if err := x.decode(file, key); err != nil {
		return err
	}
	if !x.isBody(file[x.size():]) {
		return ErrChanged
	}
	x.hasher = newHasher(key, x.seed[:], x.header.columns)
	listKey := newSipKey(subkey(key, x.seed[:], "lists", 16))
	x.lists = make([]lists, len(x.partitions))
	for i := range x.partitions {
		p := &x.partitions[i]
		table, rows := p.tableAt(), p.listsAt()
		end := rows + listBytes(p.listBits)
		p.filter.data, p.table.slots = file[p.at:table:table], file[table:rows:rows]
		x.lists[i] = lists{data: file[rows:end:end], key: listKey, partition: i, width: x.rowBits()}
	}
	return nil
}

// Close unmaps the file. Nothing may be looked up during or after it.
func (x *Index) Close() error {
	x.cleanup.Stop()
	return x.mapping.close()
}

// Columns returns the columns of the index.
func (x *Index) Columns() []Column { return slices.Clone(x.header.columns) }

// Stats says what the index holds.
func (x *Index) Stats() Stats { return x.stats }

// Lookup returns the rows in which a column holds a value of normal spelling. A value that is in none is said to be in
// one with a probability of less than 3e-7. value is not retained, and nothing is allocated.
func (x *Index) Lookup(column int, value []byte) (Rows, bool) {
	n := len(value)
	if column >= len(x.lengths) || x.lengths[column]&(1<<min(n, 63)) == 0 {
		return Rows{}, false
	}
	lo, hi := x.hasher.probes[column].sum128(value)
	i := int(lo >> (64 - x.partitionBits()))
	p := &x.partitions[i]
	if !p.filter.has(lo, hi) {
		runtime.KeepAlive(x)
		return Rows{}, false
	}
	v := p.table.get(lo, hi)
	if (v^hi)&(1<<probeBits-1) != 0 || v>>probeBits&(1<<macBits-1) != x.hasher.check(column, value) {
		runtime.KeepAlive(x)
		return Rows{}, false
	}
	rows, ok := x.rows(i, cover(hi, v>>checkBits, p.table.width))
	runtime.KeepAlive(x)
	return rows, ok
}

// rows reads a payload: below the number of rows it is a row, and else the place of a list.
func (x *Index) rows(partition int, payload uint64) (Rows, bool) {
	all := uint64(x.stats.Rows)
	if payload < all {
		return Rows{index: x, first: uint32(payload), n: 1}, true
	}
	l := &x.lists[partition]
	at := payload - all
	if at >= x.partitions[partition].listBits {
		return Rows{}, false
	}
	n, start := l.count(at)
	if n < 2 || start+uint64(n)*uint64(l.width) > x.partitions[partition].listBits {
		return Rows{}, false
	}
	return Rows{index: x, partition: partition, start: start, n: n, first: l.row(start, 0)}, true
}

// payloadBits returns how many bits the payloads of a partition need.
func payloadBits(rows int64, listBits uint64) uint {
	return uint(max(bits.Len64(uint64(rows)+listBits), 1))
}

// Rows are the rows that hold a cell: numbers that mean something only within one index. The zero value holds none.
type Rows struct {
	index     *Index
	partition int
	start     uint64 // of the list, if n > 1
	n         int
	first     uint32
}

// Len returns the number of rows.
func (r Rows) Len() int { return r.n }

// Row returns the row of place i, 0 <= i < Len. Rows rise.
func (r Rows) Row(i int) uint32 {
	if i == 0 {
		return r.first
	}
	row := r.index.lists[r.partition].row(r.start, i)
	runtime.KeepAlive(r.index)
	return row
}

// Contains reports whether a row is one of them.
func (r Rows) Contains(row uint32) bool {
	if r.n <= 1 {
		return r.n == 1 && r.first == row
	}
	found := r.index.lists[r.partition].contains(r.start, r.n, row)
	runtime.KeepAlive(r.index)
	return found
}
