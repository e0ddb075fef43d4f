package format

// nameSet holds the names of one object, each as a 64-bit hash under a key that was drawn for the body. Two names with
// the same hash count as one: that refuses a good object once in 10^11 objects of ten thousand names, and never lets a
// name pass twice. The names themselves are not kept, since their bytes may have left long before the object ends.
type nameSet struct {
	list  []uint64 // in the order of the object
	table []uint64 // open addressing, 0 is a free place; empty while list is short
}

// shortList is how many hashes are compared one by one: up to there that is faster than a table.
const shortList = 24

// reset empties the set and keeps its memory.
func (n *nameSet) reset() {
	n.list, n.table = n.list[:0], n.table[:0]
}

// add reports whether h was not yet there.
func (n *nameSet) add(h uint64) bool {
	h |= 1 // 0 is a free place
	if len(n.table) == 0 {
		for _, x := range n.list {
			if x == h {
				return false
			}
		}
	} else if !n.insert(h) {
		return false
	}
	n.list = append(n.list, h)
	if len(n.list) > shortList && len(n.list)*2 > len(n.table) {
		n.grow()
	}
	return true
}

// insert puts h into the table and reports whether it was not yet there. The table has free places.
func (n *nameSet) insert(h uint64) bool {
	mask := uint64(len(n.table) - 1)
	for i := (h >> 1) & mask; ; i = (i + 1) & mask {
		switch n.table[i] {
		case h:
			return false
		case 0:
			n.table[i] = h
			return true
		}
	}
}

// grow doubles the table, or makes the first one.
func (n *nameSet) grow() {
	size := max(4*32, 2*len(n.table))
	if size > cap(n.table) {
		n.table = make([]uint64, size)
	} else {
		n.table = n.table[:size]
		clear(n.table)
	}
	for _, h := range n.list {
		n.insert(h)
	}
}
