package audit

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"golang.org/x/mod/sumdb/tlog"
)

// heads are the checkpoints that a log is compared with while its tree is built.
type heads struct {
	stored int64  // size of the one in the log's folder, up to which the hashes of the tree are stored
	list   []head // by size
	at     int    // the first that the tree has not reached
	early  []head // smaller than the tree was at the beginning
	agreed []head
	denied []head
}

// head is a checkpoint and where it was found.
type head struct {
	checkpoint
	where     string
	elsewhere bool // not in the log's folder
}

// denial says what a head that the log of so many records denies shows.
func (h *head) denial(size int64) error {
	if h.N > size {
		return fmt.Errorf("%w: %s says %d records, and there are %d", ErrRollback, h.where, h.N, size)
	}
	return &CorruptError{File: h.where, Seq: uint64(h.N), What: "the records up to this number are not those that were signed"}
}

// read collects the checkpoints that belong to the log in dir, whose first segment begins with the given record.
func (h *heads) read(dir string, first uint64, o *VerifyOptions) error {
	begin, err := readHeader(dir, first)
	if err != nil {
		return err
	}
	name := ofDecisions.name
	if begin.Kind == ofAccesses.kind {
		name = ofAccesses.name
	}
	own := filepath.Join(dir, checkpointName)
	for _, path := range append([]string{own}, o.Witness...) {
		c, err := readCheckpoint(path, o.Verifier)
		switch {
		case path == own && errors.Is(err, fs.ErrNotExist):
			continue
		case errors.Is(err, errCheckpoint):
			return &CorruptError{File: path, What: errCheckpoint.Error()}
		case err != nil:
			return err
		case !strings.HasSuffix(c.log, "/"+name):
			return &CorruptError{File: path, What: "checkpoint of another log"}
		}
		if path == own {
			h.stored = c.N
		}
		h.list = append(h.list, head{checkpoint: c, where: path, elsewhere: path != own})
	}
	for i, text := range o.Notes {
		c, err := parseCheckpoint([]byte(text), o.Verifier)
		where := fmt.Sprintf("note %d", i+1)
		if err != nil {
			return &CorruptError{File: where, What: errCheckpoint.Error()}
		}
		if strings.HasSuffix(c.log, "/"+name) {
			h.list = append(h.list, head{checkpoint: c, where: where, elsewhere: true})
		}
	}
	slices.SortStableFunc(h.list, func(a, b head) int { return int(a.N - b.N) })
	return nil
}

// skip sets aside what the tree has behind it.
func (h *heads) skip(t *tree) {
	for h.at < len(h.list) && h.list[h.at].N < t.size {
		h.early = append(h.early, h.list[h.at])
		h.at++
	}
	h.compare(t)
}

// compare compares the tree with the checkpoints of its size.
func (h *heads) compare(t *tree) {
	for ; h.at < len(h.list) && h.list[h.at].N == t.size; h.at++ {
		h.judge(h.list[h.at], t.root())
	}
}

func (h *heads) judge(found head, root tlog.Hash) {
	if found.Hash == root {
		h.agreed = append(h.agreed, found)
	} else {
		h.denied = append(h.denied, found)
	}
}

// conclude compares what is left at the end of a log of so many records, of which the first is still there or not.
func (h *heads) conclude(dir string, first uint64, size int64) error {
	h.denied = append(h.denied, h.list[h.at:]...)
	if len(h.early) == 0 || len(h.agreed) == 0 {
		return nil
	}
	// The tree of the largest checkpoint that agrees authenticates the stored hashes.
	top := h.agreed[len(h.agreed)-1]
	reader := tlog.TileHashReader(tlog.Tree{N: top.N, Hash: top.Hash}, tiles{dir})
	for _, found := range h.early {
		if found.N%tileWidth != 0 && found.N < int64(first)-1 {
			continue // it ends among records that were pruned, which only a checkpoint behind them shows
		}
		root, err := tlog.TreeHash(found.N, reader)
		if err != nil {
			return fmt.Errorf("read the tree: %w", err)
		}
		h.judge(found, root)
	}
	return nil
}

// storedHashes compares a tree with the hashes that are stored of it, in order.
type storedHashes struct {
	dir    string
	size   int64 // records whose hashes are stored
	files  []*os.File
	levels []*bufio.Reader // tile level 1 first
	err    error           // the first difference
}

// compare compares the n-th hash of a tile level.
func (s *storedHashes) compare(level int, n int64, h tlog.Hash) {
	if n >= s.size>>(tileHeight*level) || s.err != nil {
		return
	}
	path := tilePath(s.dir, level)
	for len(s.levels) < level {
		f, err := os.Open(path)
		if err == nil {
			_, err = f.Seek(n*tlog.HashSize, io.SeekStart)
		}
		if err != nil {
			s.err = fmt.Errorf("read the tree: %w", err)
			return
		}
		s.files, s.levels = append(s.files, f), append(s.levels, bufio.NewReader(f))
	}
	var stored tlog.Hash
	if _, err := io.ReadFull(s.levels[level-1], stored[:]); err != nil || stored != h {
		s.err = &CorruptError{File: path, Offset: n * tlog.HashSize, What: "the stored hashes are not those of the records"}
	}
}

func (s *storedHashes) close() {
	for _, f := range s.files {
		_ = f.Close() // it was only read
	}
}
