package detect

import "math/bits"

// maxPhrase is the number of words that a phrase may have.
const maxPhrase = 4

// phrase is what a sequence of words tells.
type phrase struct {
	typed int8 // the detector that a field of this name has; -1 if it only hints
	tells set
}

// phraseKey has the numbers of the words of a phrase, see entry: 16 bits for each, the first one lowest.
type phraseKey uint64

// with returns k with the number id for its word at i.
func (k phraseKey) with(i int, id uint16) phraseKey { return k | phraseKey(id)<<(16*i) }

// hash spreads the keys over a table of 1<<phraseBits places.
func (k phraseKey) hash() uint64 { return uint64(k) * 0x9E3779B97F4A7C15 >> (64 - phraseBits) }

// phraseBits makes the table of phrases at most half full: freeze checks it.
const phraseBits = 12

// phraseSlot is a place in the table of phrases; a key of 0 is free.
type phraseSlot struct {
	key phraseKey
	phrase
}

// lead is what the first word of a phrase says before any other is read.
type lead struct {
	tells set // of the phrase that is this word alone
	// seconds has a bit for each word that stands second in a phrase of more words, see second.
	seconds uint64
}

// second is the bit of a word in lead.seconds.
func second(id uint16) uint64 { return 1 << (id & 63) }

// phrase returns what the words of k tell.
func (l *lexicon) phrase(k phraseKey) (p phrase, known bool) {
	for h := k.hash(); ; h = (h + 1) % (1 << phraseBits) {
		if s := &l.slotted[h]; s.key == k {
			return s.phrase, true
		} else if s.key == 0 {
			return phrase{}, false
		}
	}
}

// freezePhrases makes phrase find what l.phrases holds.
func (l *lexicon) freezePhrases() {
	for key, p := range l.phrases {
		h := key.hash()
		for l.slotted[h].key != 0 {
			h = (h + 1) % (1 << phraseBits)
		}
		l.slotted[h] = phraseSlot{key, p}
		first, next := uint16(key), uint16(key>>16)
		for int(first) >= len(l.leads) {
			l.leads = append(l.leads, lead{})
		}
		if next == 0 {
			l.leads[first].tells = p.tells
		} else {
			l.leads[first].seconds |= second(next)
		}
	}
}

// told returns the detectors that the phrases in the words with the given numbers tell of. A phrase inside of a longer
// one does not count: "license plate" tells of no licence.
func (l *lexicon) told(ids []uint16) (tells set) {
	for i := 0; i < len(ids); {
		id := ids[i]
		if id == 0 || int(id) >= len(l.leads) {
			i++
			continue
		}
		lead := &l.leads[id]
		longest, found := 1, lead.tells
		if i+1 < len(ids) && ids[i+1] != 0 && lead.seconds&second(ids[i+1]) != 0 {
			key := phraseKey(id)
			for n := 1; n < maxPhrase && i+n < len(ids) && ids[i+n] != 0; n++ {
				key = key.with(n, ids[i+n])
				if p, known := l.phrase(key); known {
					longest, found = n+1, p.tells
				}
			}
		}
		tells |= found
		i += longest
	}
	return tells
}

// typed returns the detector that the words with the given numbers name, and the range of the words that name it:
// those of the longest phrase, and of the last one among equals, because the head of an English noun phrase is its
// last word. It returns -1 if they name none.
func (l *lexicon) typed(ids []uint16) (detector, start, end int) {
	detector = -1
	for i := range ids {
		key := phraseKey(0)
		for n := 0; n < maxPhrase && i+n < len(ids) && ids[i+n] != 0; n++ {
			key = key.with(n, ids[i+n])
			p, known := l.phrase(key)
			if known && p.typed >= 0 && n+1 >= end-start {
				detector, start, end = int(p.typed), i, i+n+1
			}
		}
	}
	return detector, start, end
}

// Most words of a text stand in no phrase, and the two letters that they begin with and their length say so of most of them.

// beginning is the place of a word in lexicon.beginnings: by the first two of its letters in any case, or of its digits.
func beginning(word []byte) uint { return uint(word[0]&31)<<5 | uint(word[min(1, len(word)-1)]&31) }

// begins notes that the word of k stands in a phrase, and so may its plural.
func (l *lexicon) begins(k wordKey) {
	var word [maxKnown]byte
	n := k.bytes(&word)
	l.beginnings[beginning(word[:n])] |= 1<<n | 1<<(n+1)
}

// spokenBits makes the table of the words of phrases at most half full: freeze checks it.
const spokenBits = 11

// spokenWord is a place in the table of the words of phrases; an id of 0 is free.
type spokenWord struct {
	key wordKey
	id  uint16
}

// phraseWord is the number of [lexicon.stem] for the n bytes at start of b, 0 for a word that stands in no phrase.
func (l *lexicon) phraseWord(b []byte, start, n int) uint16 {
	if n > maxKnown+1 || l.beginnings[beginning(b[start:start+n])]&(1<<n) == 0 {
		return 0
	}
	id := l.inPhrase(wordAt(b, start, n))
	if n--; id == 0 && n > 2 && b[start+n]|0x20 == 's' {
		return l.inPhrase(wordAt(b, start, n))
	}
	return id
}

// inPhrase returns the number of a word in phrases, 0 if it stands in none.
func (l *lexicon) inPhrase(k wordKey) uint16 {
	for h := k.hash(spokenBits); ; h = (h + 1) % (1 << spokenBits) {
		if w := &l.spoken[h]; w.key == k || w.id == 0 {
			return w.id
		}
	}
}

// speak makes inPhrase find the word of k, whose number is id.
func (l *lexicon) speak(k wordKey, id uint16) {
	h := k.hash(spokenBits)
	for l.spoken[h].id != 0 {
		h = (h + 1) % (1 << spokenBits)
	}
	l.spoken[h] = spokenWord{k, id}
}

// length returns the number of the bytes of a number of 64 bits that are not NUL; those are the low ones.
func length(x uint64) int { return (bits.Len64(x) + 7) / 8 }
