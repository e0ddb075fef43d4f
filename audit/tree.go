package audit

import (
	"errors"
	"fmt"
	"math/bits"
	"os"

	"golang.org/x/mod/sumdb/tlog"
)

// tree builds the Merkle tree over a log's records (RFC 6962, section 2.1): a leaf is the line of a record without its
// newline. It needs only the hashes along the right edge, and hands on those that become part of a tile. It is not safe
// for concurrent use.
type tree struct {
	size int64
	edge [64]tlog.Hash // edge[h] counts where bit h of size is set: the hash of the whole subtree of that height
	// keep takes the n-th hash of a tile level. Nil keeps none.
	keep func(level int, n int64, h tlog.Hash)
}

// add adds a leaf.
func (t *tree) add(h tlog.Hash) {
	height, n := 0, t.size
	for ; n&1 == 1; n >>= 1 {
		h = tlog.NodeHash(t.edge[height], h)
		height++
		if height%tileHeight == 0 && t.keep != nil {
			t.keep(height/tileHeight, n>>1, h)
		}
	}
	t.edge[height] = h
	t.size++
}

// root returns the hash of the whole tree.
func (t *tree) root() tlog.Hash {
	if t.size == 0 {
		h, _ := tlog.TreeHash(0, nil) // of nothing, which needs no hashes
		return h
	}
	height := bits.TrailingZeros64(uint64(t.size))
	h := t.edge[height]
	for height++; height < bits.Len64(uint64(t.size)); height++ {
		if t.size>>height&1 == 1 {
			h = tlog.NodeHash(t.edge[height], h)
		}
	}
	return h
}

// load makes t the tree of the first size records, a multiple of tileWidth, from stored hashes.
func (t *tree) load(from tiles, size int64) error {
	t.size = size
	for height := tileHeight; height < bits.Len64(uint64(size)); height++ {
		if size>>height&1 == 0 {
			continue
		}
		var err error
		if t.edge[height], err = from.node(height, size>>height-1); err != nil {
			return err
		}
	}
	return nil
}

// shelf stores the hashes of a tree that is being built.
type shelf struct {
	dir    string
	levels []shelfLevel // tile level 1 first
}

// shelfLevel is one file of hashes.
type shelfLevel struct {
	file  *os.File // nil until it is needed
	first int64    // number of the first hash in next
	next  []byte   // hashes that are not yet written
}

// truncate cuts the files to what belongs to a tree of size records. Files that are shorter stay so.
func (s *shelf) truncate(size int64) error {
	for level := 1; ; level++ {
		info, err := os.Stat(tilePath(s.dir, level))
		switch {
		case errors.Is(err, os.ErrNotExist):
			return nil
		case err != nil:
			return fmt.Errorf("open the tree: %w", err)
		}
		if whole := size >> (tileHeight * level) * tlog.HashSize; info.Size() > whole {
			if err := os.Truncate(tilePath(s.dir, level), whole); err != nil {
				return fmt.Errorf("open the tree: %w", err)
			}
		}
	}
}

// keep takes the n-th hash of a tile level. It is on the disk after flush.
func (s *shelf) keep(level int, n int64, h tlog.Hash) {
	for len(s.levels) < level {
		s.levels = append(s.levels, shelfLevel{})
	}
	l := &s.levels[level-1]
	if len(l.next) == 0 {
		l.first = n
	}
	l.next = append(l.next, h[:]...)
}

// flush makes durable what was kept.
func (s *shelf) flush(sync func(*os.File) error) error {
	for i := range s.levels {
		if len(s.levels[i].next) == 0 {
			continue
		}
		if err := s.flushLevel(i+1, sync); err != nil {
			return fmt.Errorf("keep the tree: %w", err)
		}
	}
	return nil
}

func (s *shelf) flushLevel(level int, sync func(*os.File) error) error {
	l := &s.levels[level-1]
	if l.file == nil {
		f, err := os.OpenFile(tilePath(s.dir, level), os.O_RDWR|os.O_CREATE, 0o600)
		if err != nil {
			return err
		}
		l.file = f
		if err := syncDir(s.dir); err != nil { // a new file keeps its name only after this
			return err
		}
	}
	info, err := l.file.Stat()
	if err != nil {
		return err
	}
	if info.Size() < l.first*tlog.HashSize {
		return &CorruptError{File: l.file.Name(), Offset: info.Size(), What: "hashes of the tree are missing"}
	}
	if _, err := l.file.WriteAt(l.next, l.first*tlog.HashSize); err != nil {
		return err
	}
	if err := sync(l.file); err != nil {
		return fmt.Errorf("%w: %w", errSync, err)
	}
	l.next = l.next[:0]
	return nil
}

func (s *shelf) close() error {
	var errs []error
	for _, l := range s.levels {
		if l.file != nil {
			errs = append(errs, l.file.Close())
		}
	}
	return errors.Join(errs...)
}
