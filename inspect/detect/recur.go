package detect

import "github.com/phigate/phigate/inspect"

// Bounds of the names that are looked for in the other fields of their record, in number and in bytes.
const (
	maxNames    = 12
	minNameWord = 2
	maxNameWord = 24
)

// knownNames are the words of the person's names that fields of the record hold, each once.
type knownNames struct {
	word [maxNames]nameWord
	n    int
	seen int // the words that were added, also those that were known
	// pairs has a bit for the first two letters of each word, see pair.
	pairs uint64
	// letters are those of all words, lengths has a bit for the length of each.
	letters letterSet
	lengths uint32
}

// forget drops the names.
func (k *knownNames) forget() {
	clear(k.word[:k.n])
	k.n, k.seen, k.pairs, k.letters, k.lengths = 0, 0, 0, letterSet{}, 0
}

// nameWord is one word of a name in lower case, padded with NUL.
type nameWord struct {
	key   wordKey // its first 16 bytes
	end   uint64  // those behind them
	n     int
	entry entry
	// capital says that the word is a name only with a capital, because it is common in texts or a first name; common is
	// the first of these reasons.
	capital, common bool
}

// packName returns w, a word of minNameWord to maxNameWord bytes, as a nameWord has it. Signs may become others, but none a
// letter.
func packName(w []byte) (key wordKey, end uint64) {
	if len(w) > maxKnown {
		for i, c := range w[maxKnown:] {
			end |= uint64(lower(c)) << (8 * i)
		}
		w = w[:maxKnown]
	}
	key, _ = packWord(w)
	return key, end
}

// add keeps the words of a name. Titles, credentials and what does not fit are left out.
func (k *knownNames) add(lex *lexicon, name []byte, part namePart) {
	for i := 0; i < len(name) && k.seen < maxNames; {
		start := i
		for i < len(name) && classes[name[i]]&(isUpper|isLower) != 0 {
			i++
		}
		if w := name[start:i]; len(w) >= minNameWord && len(w) <= maxNameWord {
			k.addWord(lex, w, len(w) < len(name), part)
		}
		i++
	}
}

// addWord keeps the word w of a name, which has others if more.
func (k *knownNames) addWord(lex *lexicon, w []byte, more bool, part namePart) {
	if k.seen == maxNames {
		return
	}
	key, end := packName(w)
	if k.pairs&(1<<pair(w)) != 0 && (!more || len(w) > 3) { // else it is to be looked at whether it is a part of this name
		if n := k.find(key, end, len(w)); n != nil {
			n.capital = n.capital && (n.common || part == firstName)
			k.seen++
			return
		}
	}
	var e entry
	if len(w) <= maxKnown {
		e = lex.find(key)
	}
	if more && e.traits&(particle|suffix) != 0 && len(w) <= 3 { // "van der Meer", "St. John": streets have such words
		return
	}
	if e.traits&(title|credential|cue) != 0 && e.traits&(givenName|familyName) == 0 {
		return
	}
	common := len(w) < 5 || e.id != 0 || e.traits&^(givenName|familyName) != 0
	k.word[k.n] = nameWord{key: key, end: end, n: len(w), entry: e, capital: common || part == firstName, common: common}
	k.pairs |= 1 << pair(w)
	k.letters.add(w)
	k.lengths |= 1 << len(w)
	k.n++
	k.seen++
}

// find returns the word of n bytes that packs to key and end, nil if it is none of k.
func (k *knownNames) find(key wordKey, end uint64, n int) *nameWord {
	for i := range k.word[:k.n] {
		if w := &k.word[i]; w.key == key && w.end == end && w.n == n {
			return w
		}
	}
	return nil
}

// entry returns what lex knows of the word w, which is of letters.
func (k *knownNames) entry(lex *lexicon, w []byte) entry {
	if len(w) <= maxKnown && k.pairs&(1<<pair(w)) != 0 {
		key, _ := packWord(w)
		if n := k.find(key, 0, len(w)); n != nil {
			return n.entry
		}
		return lex.find(key)
	}
	return lex.lookup(w)
}

// recur reports the word k if it is a name that another field of the record holds.
func (sc *scratch) recur(p *keyPlan, k token) {
	if p.part != notName || k.len() < minNameWord || k.len() > maxNameWord {
		return
	}
	w := sc.text.b[k.start:k.end]
	if sc.names.pairs&(1<<pair(w)) == 0 {
		return
	}
	key, end := packName(w)
	for i := range sc.names.word[:sc.names.n] {
		n := &sc.names.word[i]
		if n.key != key || n.end != end || n.n != len(w) || n.capital && classes[w[0]]&isUpper == 0 {
			continue
		}
		if sc.inName(k) || !sc.enabled.has(int(sc.name)) {
			return
		}
		h := hit{start: k.start, end: k.end, detector: sc.name, likelihood: inspect.Likely, evidence: inspect.ByShape | inspect.ByCoOccurrence}
		if sc.mapped {
			h.start, h.end = sc.fold.span(sc.value, k.start, k.end)
		}
		sc.add(h)
		return
	}
}

// inName reports whether k is a part of an address or a technical name, such as john.smith@example.org.
func (sc *scratch) inName(k token) bool {
	t := &sc.text
	before, behind := t.at(k.start-1), t.at(k.end)
	return contains("@._/+", before) && before != 0 || behind == '@' || behind == '_' || behind == '+' ||
		behind == '.' && t.class(k.end+1)&isWord != 0
}
