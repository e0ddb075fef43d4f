package audit

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"iter"
	"os"
	"path/filepath"

	"golang.org/x/mod/sumdb/tlog"
)

// The hashes of a log's tree are kept in tiles of 256, as C2SP tlog-tiles has them. Tile level 0 is the leaves, which
// are computed from the records; level 1 has one hash for 256 records, level 2 one for 65,536, and so on. The file
// "tree-1" is the tiles of level 1 one behind the other, "tree-2" those of level 2. That is an eighth of a byte for each
// record, and stays when the record is pruned.
const (
	tileHeight = 8
	tileWidth  = 1 << tileHeight
)

// tilePath returns the file of a tile level, from 1.
func tilePath(dir string, level int) string { return filepath.Join(dir, fmt.Sprintf("tree-%d", level)) }

// edgePath returns the file with the hashes of the records before number first that share its tile of level 0. It is
// written when they are pruned.
func edgePath(dir string, first uint64) string {
	return filepath.Join(dir, fmt.Sprintf("edge-%016x", first))
}

// tiles reads the hashes of a log's tree.
type tiles struct{ dir string }

var _ tlog.TileReader = tiles{}

// Height returns the height of a tile.
func (t tiles) Height() int { return tileHeight }

// SaveTiles does nothing: what is read here is stored already.
func (t tiles) SaveTiles([]tlog.Tile, [][]byte) {}

// ReadTiles returns the data of the given tiles.
func (t tiles) ReadTiles(list []tlog.Tile) ([][]byte, error) {
	data := make([][]byte, len(list))
	for i, tile := range list {
		var err error
		if tile.L == 0 {
			data[i], err = t.leaves(tile.N*tileWidth, tile.N*tileWidth+int64(tile.W))
		} else {
			data[i], err = t.read(tile.L, tile.N*tileWidth, int64(tile.W))
		}
		if err != nil {
			return nil, err
		}
	}
	return data, nil
}

// read returns n hashes of a tile level from number first on.
func (t tiles) read(level int, first, n int64) ([]byte, error) {
	path := tilePath(t.dir, level)
	f, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("read audit log: %w", err)
	}
	defer f.Close()
	data := make([]byte, n*tlog.HashSize)
	switch _, err := f.ReadAt(data, first*tlog.HashSize); {
	case errors.Is(err, io.EOF):
		return nil, &CorruptError{File: path, Offset: first * tlog.HashSize, What: "hashes of the tree are missing"}
	case err != nil:
		return nil, fmt.Errorf("read audit log: %w", err)
	}
	return data, nil
}

// leaves returns the hashes of the records with the indexes from, included, to to, excluded.
func (t tiles) leaves(from, to int64) ([]byte, error) {
	data := make([]byte, 0, (to-from)*tlog.HashSize)
	for h, err := range leafHashes(t.dir, from, to) {
		if err != nil {
			return nil, err
		}
		data = append(data, h[:]...)
	}
	return data, nil
}

// node returns the hash of the n-th subtree of the given height, which is at least that of a tile.
func (t tiles) node(height int, n int64) (tlog.Hash, error) {
	width := int64(1) << (height % tileHeight)
	data, err := t.read(height/tileHeight, n*width, width)
	if err != nil {
		return tlog.Hash{}, err
	}
	list := make([]tlog.Hash, width)
	for i := range list {
		list[i] = tlog.Hash(data[i*tlog.HashSize:])
	}
	for ; len(list) > 1; list = list[:len(list)/2] {
		for i := range len(list) / 2 {
			list[i] = tlog.NodeHash(list[2*i], list[2*i+1])
		}
	}
	return list[0], nil
}

// leafHashes returns the hashes of the records with the indexes from, included, to to, excluded: of pruned records as
// far as they are kept, of the others computed anew. The error is a *CorruptError if some are missing.
func leafHashes(dir string, from, to int64) iter.Seq2[tlog.Hash, error] {
	return func(yield func(tlog.Hash, error) bool) {
		at := from
		if at < to {
			edge, err := prunedHashes(dir, from)
			if err != nil {
				yield(tlog.Hash{}, err)
				return
			}
			for _, h := range edge {
				if at == to || !yield(h, nil) {
					return
				}
				at++
			}
		}
		c := cursor[rawRecord, *rawRecord]{dir: dir, want: uint64(at) + 1}
		defer c.close()
		for ; at < to; at++ {
			r, err := c.next()
			if errors.Is(err, io.EOF) || err == nil && r.seq != uint64(at)+1 {
				err = &CorruptError{File: dir, Seq: uint64(at) + 1, What: "record is missing"}
			}
			if err != nil {
				yield(tlog.Hash{}, err)
				return
			}
			if !yield(tlog.RecordHash(r.line), nil) {
				return
			}
		}
	}
}

// prunedHashes returns the kept hashes of pruned records from the index on.
func prunedHashes(dir string, index int64) ([]tlog.Hash, error) {
	firsts, err := segments(dir)
	if err != nil || len(firsts) == 0 || int64(firsts[0])-1 <= index {
		return nil, err
	}
	path := edgePath(dir, firsts[0])
	data, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	} else if err != nil {
		return nil, fmt.Errorf("read audit log: %w", err)
	}
	behind := int64(firsts[0]) - 1 - index // records between index and the first that is kept
	if n := int64(len(data)); n%tlog.HashSize != 0 || behind > n/tlog.HashSize {
		return nil, nil // the missing records will be noticed
	}
	data = data[int64(len(data))-behind*tlog.HashSize:]
	list := make([]tlog.Hash, behind)
	for i := range list {
		list[i] = tlog.Hash(data[i*tlog.HashSize:])
	}
	return list, nil
}

// rawRecord is a record as its line. The line is valid until the next one is read.
type rawRecord struct {
	line []byte
	seq  uint64
}

var errNoNumber = errors.New("no number")

func (r *rawRecord) read(line []byte) (uint64, error) {
	var ok bool
	r.line = line
	if r.seq, ok = lineSeq(line); !ok {
		return 0, errNoNumber
	}
	return r.seq, nil
}
