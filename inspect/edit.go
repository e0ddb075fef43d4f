package inspect

import "slices"

// Edit replaces a range of a record's raw bytes.
type Edit struct {
	// Start and End are the range in Record.Raw that is replaced.
	Start, End int
	// New is what is put there, already in the encoding of its place.
	New []byte
}

// SortEdits puts edits into the order of their ranges and drops those that start inside the one before. Where two
// start at the same place the longer one wins.
func SortEdits(edits []Edit) []Edit {
	slices.SortStableFunc(edits, func(a, b Edit) int {
		if a.Start != b.Start {
			return a.Start - b.Start
		}
		return b.End - a.End
	})
	end := 0
	return slices.DeleteFunc(edits, func(e Edit) bool {
		if e.Start < end {
			return true
		}
		end = e.End
		return false
	})
}

// Splice appends raw with the edits applied to dst. edits are sorted and do not overlap. Bytes outside of the edited
// ranges are copied as they are.
func Splice(dst, raw []byte, edits []Edit) []byte {
	at := 0
	for _, e := range edits {
		dst = append(dst, raw[at:e.Start]...)
		dst = append(dst, e.New...)
		at = e.End
	}
	return append(dst, raw[at:]...)
}
