package detect

// letterSet are the first two letters of some words, in any case. The column of a letter is the low half of its byte, its
// row the high half, of which the letters have two: the bits of an element are of the letters of a column, those that a
// word begins with in the first and in the second row, then those that stand second in one.
type letterSet [16]byte

// add adds a word of at least two letters.
func (l *letterSet) add(word []byte) {
	for i, row := range [...]byte{1, 4} {
		if c := word[i] | 0x20; c < 'p' {
			l[c&15] |= row
		} else {
			l[c&15] |= row << 1
		}
	}
}

// scan is initials for every machine: one byte after the other.
func (l *letterSet) scan(b *[window]byte) (first, second uint64) {
	for i, c := range b {
		bits := l[c&15]
		switch c |= 0x20; c >> 4 {
		case 6:
			bits &= 0b0101
		case 7:
			bits = bits & 0b1010 >> 1
		default:
			continue
		}
		first |= uint64(bits&1) << i
		second |= uint64(bits>>2) << i
	}
	return first, second
}

// pairSet is a set of pairs of letters in any case: a bit for the second one in the element of the first one.
type pairSet [32]uint32

// add adds the pair of a and b.
func (p *pairSet) add(a, b byte) { p[a&31] |= 1 << (b & 31) }

// has reports whether b begins with a pair of p. Some signs and digits count as letters.
func (p *pairSet) has(b []byte) bool { return p[b[0]&31]&(1<<(b[1]&31)) != 0 }
