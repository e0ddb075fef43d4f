package detect

import "github.com/phigate/phigate/inspect"

// Bounds of the names that are looked for in the other fields of their record, in number and in bytes.
const (
	maxNames    = 12
	minNameWord = 2
	maxNameWord = 24
)

// knownNames are the words of the person's names that fields of the record hold.
type knownNames struct {
	word [maxNames]nameWord
	n    int
	// pairs has a bit for the first two letters of each word, see pair.
	pairs uint64
	// letters are those of all words.
	letters letterSet
}

// forget drops the names.
func (k *knownNames) forget() {
	clear(k.word[:k.n])
	k.n, k.pairs, k.letters = 0, 0, letterSet{}
}

// nameWord is one word of a name in lower case.
type nameWord struct {
	b [maxNameWord]byte
	n int
	// capital says that the word is common in texts, and a name only with a capital.
	capital bool
}

// add keeps the words of a name. Titles, credentials and what does not fit are left out.
func (k *knownNames) add(lex *lexicon, name []byte, part namePart) {
	for i := 0; i < len(name) && k.n < maxNames; {
		start := i
		for i < len(name) && classes[name[i]]&(isUpper|isLower) != 0 {
			i++
		}
		w := name[start:i]
		i++
		e := lex.lookup(w)
		if len(w) < len(name) && e.traits&(particle|suffix) != 0 && len(w) <= 3 { // "van der Meer", "St. John": streets have such words
			continue
		}
		if len(w) < minNameWord || len(w) > maxNameWord || e.traits&(title|credential|cue) != 0 && e.traits&(givenName|familyName) == 0 {
			continue
		}
		n := &k.word[k.n]
		for j, c := range w {
			n.b[j] = lower(c)
		}
		n.n = len(w)
		n.capital = len(w) < 5 || part == firstName || e.id != 0 || e.traits&^(givenName|familyName) != 0
		k.pairs |= 1 << pair(n.b[:])
		k.letters.add(n.b[:2])
		k.n++
	}
}

// recur reports the word k if it is a name that another field of the record holds.
func (sc *scratch) recur(p *keyPlan, k token) {
	if p.part != notName || k.len() < minNameWord || k.len() > maxNameWord {
		return
	}
	w := sc.text.b[k.start:k.end]
	for i := range sc.names.n {
		n := &sc.names.word[i]
		if n.n != len(w) || lower(w[0]) != n.b[0] || (n.capital && classes[w[0]]&isUpper == 0) || !equalFold(w, string(n.b[:n.n])) {
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
