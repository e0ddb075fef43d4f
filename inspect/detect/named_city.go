package detect

import (
	_ "embed"
	"strings"

	"github.com/phigate/phigate/inspect"
)

// namedCity recognises cities that running text names without their state.
var namedCity = Detector{
	Name:     "place_name",
	Category: inspect.Geographic,
	Doc:      "city named in running text without its state: one of the Census Bureau's places of 100,000 inhabitants and more, capitals and known cities of other countries, behind a word such as in or from",
	Anchors:  atCapital,
	Find:     placeAt,
	Normal:   normalWords,
}

//go:embed city_names.txt
var cityNameList string

// maxCity is the length of the longest name of a city, in bytes; maxCityWords is how many words it may have.
const (
	maxCity      = 24
	maxCityWords = 4
)

// cityNames are the names of cityNameList in small letters, without dots.
var cityNames = func() map[string]bool {
	all := make(map[string]bool, 640)
	for name := range strings.SplitSeq(cityNameList, ",") {
		all[strings.ToLower(strings.TrimSpace(name))] = true
	}
	return all
}()

// placeAt looks for the name of a city that begins with k, behind a word that stands before places. Names that persons
// have too are told of by "in", hardly by "from", and not by "of".
func placeAt(t *text, k token) (match, bool) {
	if !toldPlace(t, k) {
		return match{}, false
	}
	end := cityEnd(t, k)
	if end == 0 {
		return homeAt(t, k)
	}
	if c := t.at(end); t.class(end)&isWord != 0 || c == '-' || c == '_' || c == '\'' || c == '.' && t.class(end+1)&isWord != 0 {
		return match{}, false
	}
	if _, longer := capital(t, end); longer && t.at(end) != '.' { // "Boston Medical Center"
		return match{}, false
	}
	w := t.wordBefore(t.skipSpaceBefore(k.start))
	if equalFold(t.b[w.start:w.end], "the") {
		w = t.wordBefore(t.skipSpaceBefore(w.start))
	}
	m := match{start: k.start, end: end, valid: true}
	person := t.traits(k).known() && end == k.end
	switch before := locative(t.b[w.start:w.end]); {
	case before == 0:
		return match{}, false
	case before == 'i', !person && before != 0:
		m.alone = inspect.Likely
	case before == 'f':
		m.alone = inspect.Possible
	default:
		return match{}, false
	}
	return m, true
}

// homeAt reads one to three capitalised words behind words that say where somebody lives or is from: "lives in Kano",
// "resident of Yonkers". States and countries are larger than what is looked for.
func homeAt(t *text, k token) (match, bool) {
	w := t.wordBefore(t.skipSpaceBefore(k.start))
	verb := t.wordBefore(t.at1(w.start, ' '))
	if verb.len() == 0 || locative(t.b[w.start:w.end]) == 0 || t.entry(verb).traits&dwelling == 0 {
		return match{}, false
	}
	m := match{start: k.start, alone: inspect.Likely}
	for next, n := k, 0; n < 3; n++ {
		e := t.entry(next).traits
		if !next.mixed() || e&(common|month|cue|title|unit|stateName|nation) != 0 && e&placeName == 0 {
			break
		}
		m.end = next.end
		var more bool
		if next, more = follower(t, next); !more {
			break
		}
	}
	return m, m.end > 0
}

// locative returns 'i' for a word that only places stand behind, 'f' for one that persons may, 'o' for one that they
// often do, and 0 for others.
func locative(word []byte) byte {
	var small [8]byte
	if len(word) > len(small) {
		return 0
	}
	for i, c := range word {
		small[i] = lower(c)
	}
	switch string(small[:len(word)]) {
	case "in", "near", "outside":
		return 'i'
	case "from", "our", "around":
		return 'f'
	case "at", "to", "of", "visiting", "leaving":
		return 'o'
	}
	return 0
}

// locativeEnds has a bit for the last two letters of each word that locative knows and of "the": by the last but one, and
// the last.
var locativeEnds = func() (all [32]uint32) {
	for word := range strings.FieldsSeq("in near outside from our around at to of visiting leaving the") {
		all[word[len(word)-2]&31] |= 1 << (word[len(word)-1] & 31)
	}
	return all
}()

// cityEnd returns the place behind the longest name of a city that begins with k, 0 if there is none.
func cityEnd(t *text, k token) int {
	var name [maxCity]byte
	n, end := 0, 0
	w := k
	for words := 0; words < maxCityWords && n+1+w.len() <= len(name); words++ {
		if words > 0 {
			name[n] = ' '
			n++
		}
		for _, c := range t.b[w.start:w.end] {
			name[n] = lower(c)
			n++
		}
		if cityNames[string(name[:n])] {
			end = w.end
		}
		at := w.end
		if t.at(at) == '.' { // "St. Louis"
			at++
		}
		if t.at(at) != ' ' || t.class(at+1)&(isUpper|isLower) == 0 {
			break
		}
		w = t.word(at + 1)
	}
	return end
}
