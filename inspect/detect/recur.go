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
		if len(w) < minNameWord || len(w) > maxNameWord || e.traits&(title|credential|cue) != 0 && e.traits&(givenName|familyName) == 0 {
			continue
		}
		n := &k.word[k.n]
		for j, c := range w {
			n.b[j] = lower(c)
		}
		n.n = len(w)
		n.capital = len(w) < 5 || part == firstName || e.id != 0 || e.traits&^(givenName|familyName) != 0
		k.n++
	}
}

// recur reports the word k if it is a name that another field of the record holds.
func (sc *scratch) recur(value []byte, p *keyPlan, k token) {
	if p.part != notName || k.len() < minNameWord || k.len() > maxNameWord {
		return
	}
	w := sc.text.b[k.start:k.end]
	for i := range sc.names.n {
		n := &sc.names.word[i]
		if n.n != len(w) || lower(w[0]) != n.b[0] || (n.capital && classes[w[0]]&isUpper == 0) || !equalFold(w, string(n.b[:n.n])) {
			continue
		}
		if sc.inName(k) {
			return
		}
		start, end := k.start, k.end
		if sc.mapped {
			start, end = sc.fold.span(value, start, end)
		}
		if sc.enabled.has(int(sc.name)) {
			sc.add(inspect.Finding{Detector: personName.Name, Category: personName.Category, Likelihood: inspect.Likely,
				Evidence: inspect.ByShape | inspect.ByCoOccurrence, Field: sc.field, Start: start, End: end})
		}
		return
	}
}

// inName reports whether k is a part of an address or a technical name, such as john.smith@example.org.
func (sc *scratch) inName(k token) bool {
	t := &sc.text
	before, behind := t.at(k.start-1), t.at(k.end)
	return contains("@._/", before) && before != 0 || behind == '@' || behind == '_' ||
		behind == '.' && t.class(k.end+1)&isWord != 0
}
