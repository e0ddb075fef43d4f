package detect

import "github.com/phigate/phigate/inspect"

// Most of the world does not write its addresses as USPS Publication 28 has them. What is read here are the forms that the
// Universal Postal Union lists (S42) for Germany, Austria, the Netherlands and the Nordic countries, where the number stands
// behind a name that ends with the word for street; for Spain, Portugal, Italy, Poland and Latin America, where it stands
// behind a name that begins with that word; and for France, where the number stands before that.

// thoroughfareEnds are the endings of names of streets that a house number follows. Words that are none and end so are left
// out by the first letter: "rgade", because of "brigade". A sharp s is folded to one s.
var thoroughfareEnds = [...]string{"strasse", "strase", "gasse", "weg", "allee", "platz", "straat", "laan", "plein", "gracht", "gatan",
	"vagen", "vej", "rgade", "sgade", "veien", "katu", "kuja", "utca", "damm", "ufer"}

// thoroughfareLast has the last two letters of each of them.
var thoroughfareLast = func() (all pairSet) {
	for _, s := range thoroughfareEnds {
		all.add(s[len(s)-2], s[len(s)-1])
	}
	return all
}()

// maxThoroughfare is how many words the name of a street may have.
const maxThoroughfare = 6

// numberLast reads "Hauptstrasse 5", "Villacher Strasse 89" and "Calle Mayor 12" where k is the number.
func numberLast(t *text, k token) (match, bool) {
	end := k.start + t.digits(k.start, 5)
	if k.len() > 5 || k.end-end > 1 || t.at(k.start-1) != ' ' || !t.closed(k.end) || !closesAddress(t, k.end) {
		return match{}, false
	}
	w := t.wordBefore(t.at1(k.start-1, '.'))
	if w.len() < 2 || w.class&isDigit != 0 || t.class(w.start)&isUpper == 0 {
		return match{}, false
	}
	m := match{start: w.start, end: k.end, alone: inspect.Likely, valid: true}
	if endsThoroughfare(t.b[w.start:w.end]) {
		if before := t.wordBefore(t.at1(w.start, ' ')); w.len() <= 7 && before.end < w.start && before.mixed() && t.class(before.start)&isUpper != 0 {
			m.start = before.start
		}
		return m, true
	}
	capitals := 0
	for range maxThoroughfare {
		e := t.traits(w)
		upper := t.class(w.start)&isUpper != 0
		switch {
		case e&thoroughfare != 0 && capitals > 0:
			m.start = w.start
			return m, upper || w.len() > 3
		case upper && w.class&isDigit == 0:
			capitals++
		case e&particle == 0 && !linkWord(t.b[w.start:w.end]):
			return match{}, false
		}
		if t.at(w.start-1) != ' ' {
			break
		}
		if w = t.wordBefore(t.at1(w.start-1, '.')); w.len() == 0 {
			break
		}
	}
	return match{}, false
}

// at1 returns the place before c if that stands before i, else i.
func (t *text) at1(i int, c byte) int {
	if t.at(i-1) == c {
		return i - 1
	}
	return i
}

// closesAddress reports whether an address may end at i: no unit or other small word follows a house number.
func closesAddress(t *text, i int) bool {
	return t.at(i) != ' ' && t.at(i) != '-' || t.class(i+1)&(isUpper|isDigit) != 0
}

// endsThoroughfare reports whether word is the name of a street that ends with the word for it.
func endsThoroughfare(word []byte) bool {
	if n := len(word); n < 3 || !thoroughfareLast.has(word[n-2:]) {
		return false
	}
	for _, s := range thoroughfareEnds {
		if n := len(word) - len(s); n >= 0 && equalFold(word[n:], s) {
			return true
		}
	}
	return false
}

// linkWord reports whether word joins the words of a Romance name.
func linkWord(word []byte) bool {
	for _, s := range [...]string{"d", "do", "e", "y", "et", "delle", "dei", "degli", "l", "du", "des", "au", "aux"} {
		if equalFold(word, s) {
			return true
		}
	}
	return false
}

// numberFirst reads "12 rue de la Paix" and "4410 Camino del Sol" where the number ends at i, with the house number that may
// stand behind it too.
func numberFirst(t *text, start, i int) (match, bool) {
	if t.at(i) == ',' {
		i++
	}
	if t.at(i) != ' ' {
		return match{}, false
	}
	w := t.word(i + 1)
	if t.entry(w).traits&thoroughfare == 0 || t.class(w.start)&isLower != 0 && w.len() == 3 && t.at(w.start) == 'v' { // "2 via Port"
		return match{}, false
	}
	m := match{start: start, alone: inspect.Likely, valid: true}
	at := t.at2(w.end, '.')
	for range maxThoroughfare {
		if c := t.at(at); c != ' ' && c != '\'' {
			break
		}
		next := t.word(at + 1)
		switch {
		case next.len() > 0 && next.len() <= 4 && next.class&isWord == isDigit && m.end > 0:
			m.end = next.end
			return m, closesAddress(t, next.end)
		case t.class(next.start)&isUpper != 0 && next.class&isDigit == 0:
			m.end = next.end
		case t.entry(next).traits&particle == 0 && !linkWord(t.b[next.start:next.end]):
			return m, m.end > 0
		}
		at = next.end
	}
	return m, m.end > 0
}

// at2 returns the place behind c if that stands at i, else i.
func (t *text) at2(i int, c byte) int {
	if t.at(i) == c {
		return i + 1
	}
	return i
}

// announcedStreet reads any number and capitalised words behind words that call them an address, as in "lives at 3750
// Kamehameha": n digits at k, up to four words, and a number that may stand behind them.
func announcedStreet(t *text, k token, n int) (match, bool) {
	m := match{start: k.start, alone: inspect.VeryUnlikely}
	if k.len() != n || t.at(k.end) != ' ' || t.class(k.end+1)&isUpper == 0 || !t.announcing(k.start) || t.lex == nil || t.labels(k.start)&t.lex.streets == 0 {
		return m, false
	}
	at := k.end
	for range 4 {
		if t.at(at) != ' ' {
			break
		}
		w := t.word(at + 1)
		if w.len() > 0 && w.len() <= 4 && w.class&isWord == isDigit && m.end > 0 {
			m.end = w.end
			break
		}
		if !w.mixed() || t.class(w.start)&isUpper == 0 || t.entry(w).traits&(unit|month) != 0 {
			break
		}
		at, m.end = w.end, w.end
	}
	return m, m.end > 0
}

// announcing reports whether a colon stands before i, or the last letters of one of the words at, on, to and address, which
// most words are not.
func (t *text) announcing(i int) bool {
	at := t.skipSpaceBefore(i)
	if at < 2 || t.b[at-1] == ':' {
		return at >= 2
	}
	switch string(t.b[at-2 : at]) {
	case "at", "on", "to", "ss":
		return true
	}
	return false
}

// streetBefore reports whether a street address ends before the comma or line end that stands before i.
func streetBefore(t *text, i int) bool {
	at := t.skipSpaceBefore(i)
	if t.at(at-1) == ',' {
		at--
	} else if at == i || t.at(at) == ' ' {
		return false
	}
	for w, n := t.wordBefore(at), 0; n < maxThoroughfare+1 && w.len() > 0; n++ {
		if t.class(w.start)&isDigit != 0 {
			if m, ok := streetAt(t, w); ok && m.end == at {
				return true
			}
		}
		before := t.skipSpaceBefore(w.start)
		if before == 0 || before == w.start && t.at(before-1) != '.' && t.at(before-1) != '\'' {
			break
		}
		w = t.wordBefore(t.at1(t.at1(before, '.'), '\''))
	}
	return false
}
