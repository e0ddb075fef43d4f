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
	if t.before.place != start+1 {
		t.before = memo{start + 1, t.readBefore(start)}
	}
	return t.before.tells
}

func (t *text) readBefore(start int) set {
	from, found, run := start, 0, 0
	for from > 0 && start-from < contextBefore {
		c := t.class(from - 1)
		if c&isDigit != 0 {
			if run++; run == 3 {
				from += 2
				break
			}
		} else {
			run = 0
		}
		if c&isWord == 0 && from < start && t.class(from)&isWord != 0 {
			if found++; found == wordsBefore {
				break
			}
		}
		from--
	}
	if start-from == contextBefore {
		for from < start && t.class(from-1)&isWord != 0 {
			from++
		}
	}
	return t.toldBy(from, start)
}

// toldBehind looks at the words behind end in the same clause. Words with a colon behind them name the next value.
func (t *text) toldBehind(end int) set {
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

func (t *text) toldBy(from, to int) set {
	if from >= to {
		return 0
	}
	var w words
	w.split(t.b[from:to])
	var ids [maxWords]uint16
	for i := range w.n {
		ids[i] = t.lex.stem(w.word(i)).id
	}
	return t.lex.told(ids[:w.n])
}

// entry returns what is known of the word w.
func (t *text) entry(w token) entry {
	if t.latest.at.start != w.start || t.latest.at.end != w.end || w.end == 0 {
		t.latest.at, t.latest.entry = w, t.lex.lookup(t.b[w.start:w.end])
	}
	return t.latest.entry
}
