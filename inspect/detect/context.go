package detect

import "math/bits"

// Bounds of the text around a match whose words may tell of it, in bytes and in words.
const (
	contextBefore = 64
	contextBehind = 24
	wordsBefore   = 6
	wordsBehind   = 3
)

// context returns the detectors that the words around the place from start to end tell of. What tells of a number in groups,
// such as 45-35-82, stands behind the last of them.
func (t *text) context(start, end int) set {
	for range 4 {
		if t.at(end) != '-' || t.class(end+1)&isDigit == 0 {
			break
		}
		end = t.word(end + 1).end
	}
	return t.toldBefore(start) | t.toldBehind(end)
}

// toldBefore looks at the words before start, back to the number before: that one has its own words.
func (t *text) toldBefore(start int) set {
	if t.mute {
		return 0
	}
	for start > 0 && (t.b[start-1] == '(' || t.b[start-1] == '+') { // of a telephone number, whose digits stand behind them
		start--
	}
	if start == 0 {
		return 0
	}
	if t.before.place != start+1 {
		t.before = memo{start + 1, t.readBefore(start)}
	}
	return t.before.tells
}

// readBefore finds, in the masks of the bytes before start, where the words begin that tell of what stands there: behind
// the last three digits in a row, at the beginning of the sentence, or at the sixth word, whichever comes last.
func (t *text) readBefore(start int) set {
	from := max(0, start-contextBefore)
	m := t.near
	t.classify(m, t.b[from:start])
	word, digit := m.word(), m[inDigit]
	stop, begin := -1, 0 // the byte that ends the look back, and what is read from
	if number := digit & (digit >> 1) & (digit >> 2); number != 0 {
		stop = bits.Len64(number) - 1
		begin = stop + 3
	}
	for dots := m[inDot]; bits.Len64(dots) > stop+1; {
		i := bits.Len64(dots) - 1
		if t.sentence(from + i + 1) {
			stop, begin = i, i+1
			break
		}
		dots &^= 1 << i
	}
	first := word &^ (word << 1) &^ 1 >> (stop + 2) << (stop + 2)
	switch more := bits.OnesCount64(first) - wordsBefore; {
	case more >= 0:
		for range more {
			first &= first - 1
		}
		begin = bits.TrailingZeros64(first)
	case stop < 0 && start-from == contextBefore && t.class(from-1)&isWord != 0: // not the rest of a word
		begin = bits.TrailingZeros64(^word)
	}
	return t.toldByMasks(from, ^uint64(0)<<begin)
}

// toldByMasks returns the detectors that the words at places tell of, in the bytes from from on that t.near are the masks
// of.
func (t *text) toldByMasks(from int, places uint64) set {
	var ids [maxWords]uint16
	n, last := 0, 0 // the number of words, and the place behind the last one of a phrase
	m := t.near
	digit, upper, lower := m[inDigit], m[inUpper], m[inLower]
	word := (digit | upper | lower) & places
	// Most words are all of small letters, capitals or digits, but for a capital that they may begin with. These are the
	// places at which others change.
	inner := word & (word << 1)
	mixed := inner & (digit ^ digit<<1 | upper&^(upper<<1) | lower&(upper<<1)&(inner<<1))
	for rest := word; rest != 0 && n < maxWords; {
		i := bits.TrailingZeros64(rest)
		length := bits.TrailingZeros64(^(rest >> i))
		run := (uint64(1)<<length - 1) << i
		rest &^= run
		if mixed&run == 0 {
			if ids[n] = t.lex.phraseWord(t.b, from+i, length); ids[n] != 0 {
				last = n + 1
			}
			n++
		} else {
			n += t.divide(t.b[from+i:from+i+length], ids[n:])
			last = n
		}
	}
	if last == 0 {
		return 0
	}
	return t.lex.told(ids[:last])
}

// sentence reports whether a sentence begins behind the dot before i: a space and a capital stand there, and before the dot
// a word of four small letters or more, which is no abbreviation, or a number.
func (t *text) sentence(i int) bool {
	if t.at(i) != ' ' || t.class(i+1)&isUpper == 0 || i < 5 {
		return false
	}
	return count(t.b[i-5:i-1], isLower) == 4 || t.digit(i-2)
}

// toldBehind looks at the words behind end in the same clause. Words with a colon behind them name the next value.
func (t *text) toldBehind(end int) set {
	if end == len(t.b) || t.mute {
		return 0
	}
	if t.behind.place != end+1 {
		t.behind = memo{end + 1, t.readBehind(end)}
	}
	return t.behind.tells
}

// readBehind finds, in the masks of the bytes behind end, where the words end that tell of what stands there: at the end of
// the clause, before the third digit in a row, or behind the third word, whichever comes first.
func (t *text) readBehind(end int) set {
	if contains(clauseEnds, t.b[end]) || contains(announcers, t.b[end]) {
		return 0
	}
	m := t.near
	t.classify(m, t.b[end:min(len(t.b), end+contextBehind)])
	word, digit := m.word(), m[inDigit]
	limit := uint64(1)<<contextBehind - 1
	if number := digit & (digit << 1) & (digit << 2); number != 0 {
		limit &= number&-number - 1
	}
	if ends := word << 1 &^ word; bits.OnesCount64(ends&limit) >= wordsBehind {
		for range wordsBehind - 1 {
			ends &= ends - 1
		}
		limit &= ends ^ (ends - 1) // the byte behind the third word counts
	}
	signs := limit &^ (word | m[inSpace]) & (1<<min(contextBehind, len(t.b)-end) - 1)
	for ; signs != 0; signs &= signs - 1 {
		c := t.b[end+bits.TrailingZeros64(signs)]
		if contains(announcers, c) {
			return 0
		}
		if contains(clauseEnds, c) {
			limit = signs&-signs - 1
			break
		}
	}
	return t.toldByMasks(end, limit)
}

// clauseEnds end a clause; announcers stand between a word and what it names.
const (
	clauseEnds = ".,;\n|"
	announcers = ":=#"
)

// divide puts the numbers of the words of run, such as "MemberID", into ids and returns how many there are.
func (t *text) divide(run []byte, ids []uint16) int {
	var w words
	w.split(run)
	n := min(w.n, len(ids))
	for i := range n {
		part := w.word(i)
		ids[i] = t.lex.phraseWord(part, 0, len(part))
	}
	return n
}

// entry returns what is known of the word w.
func (t *text) entry(w token) entry {
	known := &t.latest[uint(w.start^w.start>>2)%uint(len(t.latest))]
	if known.start != w.start || known.end != w.end || w.end == 0 {
		*known = entryOf{w.start, w.end, t.lex.find(wordAt(t.b, w.start, w.len()))}
	}
	return known.entry
}
