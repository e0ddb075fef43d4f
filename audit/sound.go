package audit

import (
	"errors"
	"fmt"
	"io/fs"
	"iter"
	"path/filepath"
	"slices"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

// assay compares records with the log's tree before they are handed out: 256 of them at a time with the stored hash that
// they make, and that with the signed root. Records that no checkpoint covers, or those of a log without a key, are
// compared with the chain. It is not safe for concurrent use.
type assay struct {
	dir    string
	signed checkpoint      // N is 0 if there is none
	reader tlog.HashReader // of hashes that the signed root vouches for
	link   *linker
	first  int64       // number of the tile whose hash is the first in hashes
	hashes []tlog.Hash // of whole tiles, one behind the other
}

// newAssay reads the checkpoint of the log in dir, which is one of that name, or of any if that is empty. A nil v leaves
// out its signature.
func newAssay(dir, name string, v note.Verifier) (*assay, error) {
	a := &assay{dir: dir, link: newLinker()}
	path := filepath.Join(dir, checkpointName)
	c, err := readCheckpoint(path, v)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return a, nil
	case errors.Is(err, errCheckpoint):
		return nil, &CorruptError{File: path, What: errCheckpoint.Error()}
	case err != nil:
		return nil, err
	case name != "" && !strings.HasSuffix(c.log, "/"+name):
		return nil, &CorruptError{File: path, What: "checkpoint of another log"}
	}
	a.signed, a.reader = c, tlog.TileHashReader(c.Tree, &keptTile{tiles: tiles{dir}})
	return a, nil
}

// keptTile reads tiles, and keeps the one of leaves: they are computed from records, and asked for with each hash.
type keptTile struct {
	tiles
	tile tlog.Tile
	data []byte
}

// ReadTiles returns the data of the given tiles.
func (k *keptTile) ReadTiles(list []tlog.Tile) ([][]byte, error) {
	data := make([][]byte, len(list))
	for i, tile := range list {
		if k.data != nil && tile == k.tile {
			data[i] = k.data
			continue
		}
		read, err := k.tiles.ReadTiles(list[i : i+1])
		if err != nil {
			return nil, err
		}
		if data[i] = read[0]; tile.L == 0 {
			k.tile, k.data = tile, read[0]
		}
	}
	return data, nil
}

// handful is neighbouring lines, the newest first: records of one tile, and headers between them.
type handful struct {
	lines     []*placedLine
	low, high uint64 // numbers of the records; 0 while there is none
	signed    bool
}

// tileOf returns the number of the tile of a record.
func tileOf(seq uint64) int64 { return int64(seq-1) / tileWidth }

// takes reports whether the record of that number belongs to the lines of h.
func (h *handful) takes(seq uint64, signed bool) bool {
	return h.high == 0 || signed == h.signed && tileOf(seq) == tileOf(h.high)
}

func (h *handful) add(line *placedLine, seq uint64, signed bool) {
	if h.high == 0 {
		h.high, h.signed = seq, signed
	}
	h.lines, h.low = append(h.lines, line), seq
}

// sound yields those lines of a log that are as they were written. lines are all lines of the log from its end on, headers
// among them. After the first that is not, which the error names, the sequence ends.
func (a *assay) sound(lines iter.Seq2[*placedLine, error]) iter.Seq2[*placedLine, error] {
	return func(yield func(*placedLine, error) bool) {
		var h handful
		next := uint64(0) // the number of the next record, 0 before the first
		pass := func(before *placedLine) bool {
			err := a.judge(&h, before)
			if err != nil {
				yield(nil, err)
				return false
			}
			for _, line := range h.lines {
				if !yield(line, nil) {
					return false
				}
			}
			h = handful{}
			return true
		}
		for line, err := range lines {
			if err != nil {
				yield(nil, err)
				return
			}
			if line.offset == 0 {
				if h.lines = append(h.lines, line); !h.signed && !pass(nil) {
					return
				}
				continue
			}
			seq, ok := lineSeq(line.text)
			if !ok || seq == 0 || next > 0 && seq != next {
				yield(nil, a.blame(max(next, h.low, 1), max(next, h.high, 1), line.corrupt()))
				return
			}
			signed := int64(seq) <= a.signed.N
			if next == 0 && int64(seq) < a.signed.N {
				yield(nil, a.missing(seq))
				return
			}
			if !h.takes(seq, signed) && !pass(line) {
				return
			}
			h.add(line, seq, signed)
			next = seq - 1
		}
		switch {
		case next == 0 && h.high == 0 && a.signed.N > 0:
			yield(nil, a.missing(0))
		case len(h.lines) > 0:
			pass(nil)
		}
	}
}

// missing says that a log ends with an earlier record than was signed.
func (a *assay) missing(last uint64) error {
	return fmt.Errorf("%w: %d records were signed, and the last is number %d", ErrRollback, a.signed.N, last)
}

// judge says what is wrong with lines, of which before is the one that stands before them, or nil if they begin a segment.
func (a *assay) judge(h *handful, before *placedLine) error {
	if !h.signed {
		return a.judgeChain(h, before)
	}
	for i, line := range h.lines {
		if line.offset == 0 {
			if err := a.judgeHeader(line, h.lines[:i]); err != nil {
				return err
			}
		}
	}
	base := tileOf(h.high) * tileWidth
	hashes, err := prunedHashes(a.dir, base)
	if err != nil {
		return err
	}
	if int64(len(hashes)) != int64(h.low)-1-base {
		return a.pruned(h)
	}
	for _, line := range slices.Backward(h.lines) {
		if line.offset > 0 {
			hashes = append(hashes, tlog.RecordHash(line.text))
		}
	}
	return a.judgeTile(h.low, h.high, hashes)
}

// pruned judges lines of which some are missing: they were pruned since, or else taken away.
func (a *assay) pruned(h *handful) error {
	firsts, err := segments(a.dir)
	if err != nil {
		return err
	}
	if len(firsts) > 0 && firsts[0] > h.low {
		h.lines = nil
		return nil
	}
	return &CorruptError{File: a.dir, Seq: h.low - 1, What: "record is missing"}
}

// judgeTile compares the hashes of records, all of their tile or all that it has, with what was signed.
func (a *assay) judgeTile(low, high uint64, hashes []tlog.Hash) error {
	tile := tileOf(high)
	if (tile+1)*tileWidth > a.signed.N {
		want, err := a.leaves(tile)
		if err != nil {
			return a.unreadable(err)
		}
		if !slices.Equal(want, hashes) {
			return a.blame(low, high, a.unnamed(low, high))
		}
		return nil
	}
	want, err := a.tileHash(tile)
	if err != nil {
		return a.unreadable(err)
	}
	if len(hashes) != tileWidth || want != tileRoot(hashes) {
		return a.blame(low, high, a.unnamed(low, high))
	}
	return nil
}

// tileRoot returns the hash that the hashes of a whole tile make. It writes over them.
func tileRoot(list []tlog.Hash) tlog.Hash {
	for ; len(list) > 1; list = list[:len(list)/2] {
		for i := range len(list) / 2 {
			list[i] = tlog.NodeHash(list[2*i], list[2*i+1])
		}
	}
	return list[0]
}

// tileHash returns the hash that the records of a whole tile make, for which the signed root vouches.
func (a *assay) tileHash(tile int64) (tlog.Hash, error) {
	if at := tile - a.first; at >= 0 && at < int64(len(a.hashes)) {
		return a.hashes[at], nil
	}
	first := tile / tileWidth * tileWidth
	list := make([]int64, 0, tileWidth)
	for n := first; n < min(first+tileWidth, a.signed.N/tileWidth); n++ {
		list = append(list, tlog.StoredHashIndex(tileHeight, n))
	}
	hashes, err := a.reader.ReadHashes(list)
	if err != nil {
		return tlog.Hash{}, err
	}
	a.first, a.hashes = first, hashes
	return hashes[tile-first], nil
}

// leaves returns the hashes of the records of the last tile, which is not whole, as far as they were signed.
func (a *assay) leaves(tile int64) ([]tlog.Hash, error) {
	var list []int64
	for n := tile * tileWidth; n < a.signed.N; n++ {
		list = append(list, tlog.StoredHashIndex(0, n))
	}
	return a.reader.ReadHashes(list)
}

// unreadable names the record because of which the tree cannot be read: the records of its last tile are part of every
// look. What it cannot pin on a record is an error of the stored hashes.
func (a *assay) unreadable(err error) error {
	var corrupt *CorruptError
	if errors.As(err, &corrupt) {
		return err
	}
	stored := &CorruptError{File: a.dir, What: "the records, or the stored hashes, are not those that were signed"}
	low := uint64(a.signed.N/tileWidth*tileWidth) + 1
	if int64(low) > a.signed.N {
		return stored
	}
	return a.blame(low, uint64(a.signed.N), stored)
}

// unnamed is the error for records of which some are not as they were signed, and all follow on each other.
func (a *assay) unnamed(low, high uint64) *CorruptError {
	return &CorruptError{File: a.dir, What: fmt.Sprintf("the records %d to %d are not those that were signed", low, high)}
}

// judgeHeader checks a header, and that the line after it, if there is one in after, follows on it.
func (a *assay) judgeHeader(line *placedLine, after []*placedLine) error {
	head, err := line.header()
	if err != nil {
		return err
	}
	if _, ok := a.link.check(line.text, head.Previous); !ok {
		return &CorruptError{File: line.file, Line: 1, What: "header is not as it was written"}
	}
	if len(after) > 0 && !a.follows(after[len(after)-1], line) {
		return a.altered(after[len(after)-1])
	}
	return nil
}

// altered is the error for a line that does not follow on the one before it.
func (a *assay) altered(line *placedLine) error {
	seq, _ := lineSeq(line.text)
	return a.blame(seq, seq, &CorruptError{File: line.file, Offset: line.offset, Seq: seq, What: "record is not as it was written"})
}

// judgeChain checks that lines follow on each other and on the one before them.
func (a *assay) judgeChain(h *handful, before *placedLine) error {
	lines := h.lines
	if n := len(lines) - 1; lines[n].offset == 0 {
		if err := a.judgeHeader(lines[n], nil); err != nil {
			return err
		}
		lines, before = lines[:n], lines[n]
	}
	for _, line := range slices.Backward(lines) {
		if !a.follows(line, before) {
			return a.altered(line)
		}
		before = line
	}
	return nil
}

// follows reports whether a line follows on the one before it.
func (a *assay) follows(line, before *placedLine) bool {
	var previous chain
	if before == nil {
		return false
	}
	_, digits, ok := splitChain(before.text)
	if !ok || previous.UnmarshalText(digits) != nil {
		return false
	}
	_, ok = a.link.check(line.text, previous)
	return ok
}

// one judges one record. before is the line that stands before it.
func (a *assay) one(line, before *placedLine) error {
	seq, ok := lineSeq(line.text)
	switch {
	case !ok || seq == 0:
		return line.corrupt()
	case int64(seq) > a.signed.N:
		h := handful{lines: []*placedLine{line}, low: seq, high: seq}
		return a.judgeChain(&h, before)
	}
	base := tileOf(seq) * tileWidth
	end := min(base+tileWidth, a.signed.N)
	hashes := make([]tlog.Hash, 0, tileWidth)
	for hash, err := range leafHashes(a.dir, base, end) {
		if err != nil {
			return a.blame(uint64(base)+1, uint64(end), err)
		}
		hashes = append(hashes, hash)
	}
	if hashes[int64(seq)-1-base] != tlog.RecordHash(line.text) {
		return a.blame(seq, seq, line.corrupt())
	}
	return a.judgeTile(uint64(base)+1, uint64(end), hashes)
}

// blame looks for the place, among the records low to high, at which the chain is broken: that is the record that was
// changed. If there is none, because somebody made the chain fit, it returns otherwise.
func (a *assay) blame(low, high uint64, otherwise error) error {
	firsts, err := segments(a.dir)
	if err != nil || len(firsts) == 0 {
		return otherwise
	}
	limits := limits(a.dir, firsts)
	for i, first := range firsts {
		if first > high || i+1 < len(firsts) && firsts[i+1] <= low {
			continue
		}
		s, err := openScan(a.dir, first, limits[i])
		var rec brief
		for err == nil {
			err = s.next(&rec)
		}
		if s != nil {
			s.close()
		}
		var corrupt *CorruptError
		if errors.As(err, &corrupt) && corrupt.Seq >= low && corrupt.Seq <= high {
			return corrupt
		}
	}
	return otherwise
}
