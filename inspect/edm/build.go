package edm

import (
	"bufio"
	"bytes"
	"context"
	"crypto/rand"
	"crypto/sha256"
	"errors"
	"fmt"
	"hash"
	"io"
	"iter"
	"os"
	"path/filepath"
	"time"
)

// BuildConfig says how an index is built.
type BuildConfig struct {
	// Path is where the index is put when it is complete; what is there is replaced.
	Path string
	// Key is the key of the index, of KeySize bytes.
	Key []byte
	// Columns are the columns of the rows.
	Columns []Column
	// Normalise spells values normally. It must be the one that values are looked up by.
	Normalise Normalise
	// Now is when the index is made.
	Now time.Time
	// Progress is called now and then with the number of rows read, and then with the number of partitions built; nil
	// is not called.
	Progress func(rows int64, built, partitions int)
}

// partitionCells is how many cells a partition holds at most, while there are no more than maxPartitions: what a build
// keeps in memory, about 100 bytes for each. The rows of one value are never parted.
const partitionCells = 3 << 19

// Build makes an index of rows, which have a value for each column; an empty one is none. It reads them once, in memory
// that their number does not decide: keyed hashes of the cells wait in temporary files beside the index. An error that
// rows yields ends it. It returns what the index holds.
func Build(ctx context.Context, cfg BuildConfig, rows iter.Seq2[[][]byte, error]) (Stats, error) {
	if err := cfg.check(); err != nil {
		return Stats{}, fmt.Errorf("build index: %w", err)
	}
	b := &builder{cfg: cfg, spill: spill{dir: filepath.Dir(cfg.Path)}}
	b.columns, b.lengths = cfg.Columns, make([]uint64, len(cfg.Columns))
	b.stats.Made, b.stats.Columns = cfg.Now, make([]ColumnStats, len(cfg.Columns))
	rand.Read(b.seed[:])
	b.hasher = newHasher(cfg.Key, b.seed[:], cfg.Columns)
	err := b.read(ctx, rows)
	if err == nil {
		err = b.write(ctx)
	}
	if err = errors.Join(err, b.spill.close()); err != nil {
		return Stats{}, fmt.Errorf("build index: %w", err)
	}
	return b.stats, nil
}

func (c *BuildConfig) check() error {
	if len(c.Key) != KeySize {
		return fmt.Errorf("a key has %d bytes, not %d", KeySize, len(c.Key))
	}
	if c.Normalise == nil || c.Path == "" {
		return errors.New("no path or no Normalise")
	}
	if c.Progress == nil {
		c.Progress = func(int64, int, int) {}
	}
	return checkColumns(c.Columns)
}

// builder is one build.
type builder struct {
	header
	cfg    BuildConfig
	hasher *hasher
	spill  spill
	out    *bufio.Writer
	sum    hash.Hash
	at     uint64
}

// read hashes all cells.
func (b *builder) read(ctx context.Context, rows iter.Seq2[[][]byte, error]) error {
	var normal []byte
	for row, err := range rows {
		if err == nil && b.stats.Rows%4096 == 0 {
			b.cfg.Progress(b.stats.Rows, 0, 0)
			err = ctx.Err()
		}
		switch {
		case err != nil:
			return err
		case len(row) != len(b.columns):
			return fmt.Errorf("row %d has %d values for %d columns", b.stats.Rows+1, len(row), len(b.columns))
		case b.stats.Rows == MaxRows:
			return fmt.Errorf("more than %d rows", MaxRows)
		}
		for i, value := range row {
			normal = b.cfg.Normalise(b.columns[i].Kind, normal[:0], value)
			if !b.columns[i].Kind.accepts(normal) {
				if len(bytes.TrimSpace(value)) > 0 {
					b.stats.Columns[i].LeftOut++
				}
				continue
			}
			b.stats.Columns[i].Cells++
			b.lengths[i] |= 1 << min(len(normal), 63)
			lo, hi := b.hasher.probes[i].sum128(normal)
			e := entry{lo: lo, hi: hi, row: uint32(b.stats.Rows), check: uint16(b.hasher.check(i, normal))}
			if err := b.spill.add(e); err != nil {
				return err
			}
		}
		b.stats.Rows++
	}
	clear(normal[:cap(normal)])
	return nil
}

// write writes the index beside its place, and then puts it there.
func (b *builder) write(ctx context.Context) (err error) {
	temp, err := os.CreateTemp(filepath.Dir(b.cfg.Path), ".edm-*") // mode 0600
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, os.Remove(temp.Name()))
		}
	}()
	n := 1
	for n < maxPartitions && b.spill.total()/n > partitionCells {
		n *= 2
	}
	b.partitions = make([]partition, n)
	b.sum = sha256.New()
	b.at = aligned(uint64(b.size()))
	b.out = bufio.NewWriterSize(io.MultiWriter(temp, b.sum), 1<<20)
	if _, err = temp.Seek(int64(b.size()), io.SeekStart); err == nil {
		_, err = b.out.Write(make([]byte, b.at-uint64(b.size())))
	}
	if err == nil {
		err = b.writePartitions(ctx)
	}
	if err == nil {
		err = b.out.Flush()
	}
	if err == nil {
		b.stats.Bytes = int64(b.at)
		b.sum.Sum(b.body[:0])
		_, err = temp.WriteAt(b.encode(b.cfg.Key), 0)
	}
	if err == nil {
		err = temp.Sync()
	}
	if err = errors.Join(err, temp.Close()); err != nil {
		return err
	}
	return os.Rename(temp.Name(), b.cfg.Path)
}

func (b *builder) writePartitions(ctx context.Context) error {
	each := spillFiles / len(b.partitions)
	for i := range b.partitions {
		if err := ctx.Err(); err != nil {
			return err
		}
		b.cfg.Progress(b.stats.Rows, i, len(b.partitions))
		entries, err := b.spill.read(i*each, (i+1)*each)
		if err != nil {
			return err
		}
		if err := b.writePartition(i, entries); err != nil {
			return err
		}
	}
	b.cfg.Progress(b.stats.Rows, len(b.partitions), len(b.partitions))
	return nil
}

// writePartition writes the table of sorted entries and the lists of those that several rows hold.
func (b *builder) writePartition(i int, entries []entry) error {
	var lists listWriter
	cells := make([]cell, 0, len(entries))
	var rows []uint32
	for from, to := 0, 0; from < len(entries); from = to {
		rows = rows[:0]
		for to = from; to < len(entries) && entries[to].lo == entries[from].lo && entries[to].hi == entries[from].hi; to++ {
			rows = append(rows, entries[to].row)
		}
		payload := uint64(rows[0])
		if len(rows) > 1 {
			payload = uint64(b.stats.Rows) + lists.add(rows, b.rowBits())
		}
		cells = append(cells, cell{lo: entries[from].lo, hi: entries[from].hi, value: payload})
		cells[len(cells)-1].value |= uint64(entries[from].check) << (64 - macBits) // until the width is known
	}
	p := &b.partitions[i]
	p.table.width = checkBits + payloadBits(b.stats.Rows, lists.used)
	if p.table.width > maxWidth {
		return errors.New("more rows and cells than an index can hold")
	}
	for k := range cells {
		c := &cells[k]
		c.value = slotValue(c.hi, c.value>>(64-macBits), c.value&(1<<(64-macBits)-1), p.table.width)
	}
	if err := p.table.fill(cells); err != nil {
		return err
	}
	b.stats.Cells += int64(len(entries))
	b.stats.Distinct += int64(len(cells))
	p.filter = fitFilter(len(cells))
	p.filter.data = make([]byte, p.filter.bytes())
	for k := range cells {
		p.filter.put(cells[k].lo, cells[k].hi)
	}
	p.at, p.listBits = b.at, lists.used
	b.at = p.end()
	listKey := newSipKey(subkey(b.cfg.Key, b.seed[:], "lists", 16))
	padding := make([]byte, p.end()-p.listsAt()-listBytes(lists.used))
	for _, part := range [][]byte{p.filter.data, p.table.slots, lists.bytes(listKey, i), padding} {
		if _, err := b.out.Write(part); err != nil {
			return err
		}
	}
	p.filter.data, p.table.slots = nil, nil
	return nil
}
