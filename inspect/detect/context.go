package detect

// Bounds of the text around a match whose words may tell of it, in bytes and in words.
const (
	contextBefore = 64
	contextBehind = 24
	wordsBefore   = 6
	wordsBehind   = 3
)

// context returns the detectors that the words around the place from start to end tell of.
func (t *text) context(start, end int) set {
	return t.toldBefore(start) | t.toldBehind(end)
}

// toldBefore looks at the words before start, back to the number before: that one has its own words.
func (t *text) toldBefore(start int) set {
	if start == 0 || t.mute {
		return 0
	}
	if t.before.place != start+1 {
		t.before = memo{start + 1, t.readBefore(start)}
	}
	return t.before.tells
}

func (t *text) readBefore(start int) set {
	b := t.b
	from, found, run, behind := start, 0, 0, class(0)
	for least := max(0, start-contextBefore); from > least; from-- {
		c := classes[b[from-1]]
		if c&isDigit == 0 {
			if run = 0; b[from-1] == '.' && t.sentence(from) {
				break
			}
		} else if run++; run == 3 {
			from += 2
			break
		}
		if c&isWord == 0 && behind&isWord != 0 {
			if found++; found == wordsBefore {
				break
			}
		}
		behind = c
	}
	if start-from == contextBefore {
		for from < start && t.class(from-1)&isWord != 0 {
			from++
		}
	}
	return t.toldBy(from, start)
}

// sentence reports whether a sentence begins behind the dot before i: a space and a capital stand there, and before the dot
// a word of four small letters or more, which is no abbreviation.
func (t *text) sentence(i int) bool {
	if t.at(i) != ' ' || t.class(i+1)&isUpper == 0 || i < 5 {
		return false
	}
	return count(t.b[i-5:i-1], isLower) == 4
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

func (t *text) readBehind(end int) set {
	limit := min(len(t.b), end+contextBehind)
	to, found, run := end, 0, 0
	for ; to < limit; to++ {
		c := t.b[to]
		if c == ':' || c == '=' || c == '#' {
			return 0
		}
		if c == '.' || c == ',' || c == ';' || c == '\n' || c == '|' {
			break
		}
		if classes[c]&isDigit != 0 {
			if run++; run == 3 {
				break
			}
		} else {
			run = 0
		}
		if to > end && classes[c]&isWord == 0 && t.class(to-1)&isWord != 0 {
			if found++; found == wordsBehind {
				break
			}
		}
	}
	return t.toldBy(end, to)
}

// toldBy returns the detectors that the words in b[from:to] tell of.
func (t *text) toldBy(from, to int) set {
	var ids [maxWords]uint16
	n := 0
	for i := from; i < to && n < maxWords; i++ {
		c := classes[t.b[i]] & (isDigit | isUpper | isLower)
		if c == 0 {
			continue
		}
		start, rest := i, class(0)
		for i++; i < to && classes[t.b[i]]&(isDigit|isUpper|isLower) != 0; i++ {
			rest |= classes[t.b[i]] & (isDigit | isUpper | isLower)
		}
		w := t.b[start:i]
		if rest == isLower && c != isDigit || rest|c == c { // one word: "Name", "name", "SSN", "12"
			ids[n] = t.lex.stem(w).id
			n++
		} else {
			n += t.divide(w, ids[n:])
		}
	}
	if n == 0 {
		return 0
	}
	return t.lex.told(ids[:n])
}

// divide puts the numbers of the words of run, such as "MemberID", into ids and returns how many there are.
func (t *text) divide(run []byte, ids []uint16) int {
	var w words
	w.split(run)
	n := min(w.n, len(ids))
	for i := range n {
		ids[i] = t.lex.stem(w.word(i)).id
	}
	return n
}

// entry returns what is known of the word w.
func (t *text) entry(w token) entry {
	if t.latest.at.start != w.start || t.latest.at.end != w.end || w.end == 0 {
		t.latest.at, t.latest.entry = w, t.lex.lookup(t.b[w.start:w.end])
	}
	return t.latest.entry
}
