package detect

import (
	_ "embed"
	"encoding/binary"
	"fmt"
	"strings"
)

// set is a set of detectors by their places in the table.
type set uint64

func (s set) has(i int) bool { return s&(1<<i) != 0 }

// traits are what a word is known to be.
type traits uint32

const (
	givenName    traits = 1 << iota // a first name that is common in the United States, or was brought there
	familyName                      // a last name that is
	month                           // the name of a month or its abbreviation
	suffix                          // a street suffix of USPS Publication 28, appendix C1, or an abbreviation of it
	title                           // stands before a name: Mr, Dr
	cue                             // tells of a person's name behind it: patient, wife
	credential                      // stands behind a name: MD, RN
	placeName                       // the name of a city or state that is a person's name too
	stateCode                       // a two-letter abbreviation of USPS Publication 28, appendix B
	eponymous                       // stands behind the name of a physician: disease, catheter
	common                          // begins sentences and headings, and is no part of a name
	meta                            // says that a field tells something about a value and does not hold it
	generic                         // the name of a field that says nothing of its value
	compass                         // a direction in a street address
	unit                            // the part of a building in a street address
	question                        // begins the name of a field that answers yes or no
	ordinary                        // a name that is an ordinary word too
	particle                        // stands before a surname, and is part of it: van, de la
	lettered                        // has a letter behind it that is no initial: Hepatitis B
	year                            // tells that the number before it is an age
	linking                         // stands before a name behind what a person did: by, with
	speaking                        // what a person does: seen, spoke
	announcing                      // stands before a person's name and a colon: attending, author
	greeting                        // stands before the name of a person that is spoken to or of: hello, regarding
	closing                         // stands at the end of a letter, before a comma and its writer: regards
	thoroughfare                    // begins the name of a street: calle, rue, via
	stateName                       // the name of a state, or its first word
	dwelling                        // stands before "in" or "of" and where somebody lives: lives, resident
	nation                          // the name of a country, or its first word
	predicate                       // says behind a name what only persons do: reports, denies
)

// wordKey is a word of at most maxKnown bytes in lower case, padded with NUL.
type wordKey struct{ head, tail uint64 }

// maxKnown is the length of the longest word that can be known, in bytes.
const maxKnown = 16

// bytes writes the word to dst and returns its length.
func (k wordKey) bytes(dst *[maxKnown]byte) int {
	binary.LittleEndian.PutUint64(dst[:], k.head)
	binary.LittleEndian.PutUint64(dst[8:], k.tail)
	return length(k.head) + length(k.tail)
}

// hash spreads the words over a table of 1<<bits places.
func (k wordKey) hash(bits int) uint64 {
	return (k.head ^ k.tail*0xC2B2AE3D27D4EB4F) * 0x9E3779B97F4A7C15 >> (64 - bits)
}

// entry is what the lexicon knows of a word.
type entry struct {
	id     uint16 // its number in phrases; 0 if it stands in none
	month  uint8  // 1 to 12
	traits traits
}

// seenBits makes lexicon.seen 8 KiB, which one in seven unknown words gets through; slotBits makes lexicon.slots 32 KiB.
const (
	seenBits = 16
	slotBits = 14
)

// lexicon is all that is known of words. It never changes after newLexicon.
type lexicon struct {
	words   map[wordKey]entry          // until freeze
	seen    [1 << seenBits / 64]uint64 // a bit for the hash of each word: most words of a text are not known
	slots   [1 << slotBits]uint16      // 1 + the place in known of the word with this hash, or in the next free slot
	known   []knownWord
	phrases map[phraseKey]phrase // until freeze
	slotted [1 << phraseBits]phraseSlot
	leads   []lead // by the number of a word
	spoken  [1 << spokenBits]spokenWord
	// beginnings are the lengths of the words in phrases, one bit each, by how they begin.
	beginnings [1 << 10]uint32
	// formless are the detectors of identifiers that have no grammar of their own.
	formless set
	// phones are the detectors of telephone numbers.
	phones set
	// own is the set of each of some detectors alone, for their own grammars.
	own struct{ mrn, plan, account, device, unique, npi set }
	// streets are the detectors of street addresses.
	streets set
}

// givenNames and familyNames are lists of names as the Census Bureau and the Social Security Administration publish them,
// the common ones of them, and of those that are common in other countries. Words that begin or end sentences more often
// than they name anybody are left out; those in vocabulary's ordinary have to be told of.
//
//go:embed given_names.txt
var givenNames string

//go:embed family_names.txt
var familyNames string

func newLexicon() (*lexicon, error) {
	l := &lexicon{words: make(map[wordKey]entry, 8192), phrases: make(map[phraseKey]phrase, 1024)}
	for t, list := range vocabulary {
		for word := range strings.FieldsSeq(list) {
			if err := l.mark(word, t, 0); err != nil {
				return nil, err
			}
		}
	}
	for i, name := range strings.Fields(monthNames) {
		if err := l.mark(name, month, uint8(i%12)+1); err != nil {
			return nil, err
		}
	}
	ids := uint16(0)
	for word := range strings.FieldsSeq(fillers) {
		if _, err := l.number([]string{word}, &ids); err != nil {
			return nil, err
		}
	}
	for i, d := range table {
		if err := l.learn(i, d, &ids); err != nil {
			return nil, err
		}
	}
	l.formless = detectors(&mrn, &plan, &account, &licence, &device, &uniqueID)
	for own, d := range map[*set]*Detector{&l.own.mrn: &mrn, &l.own.plan: &plan, &l.own.account: &account, &l.own.device: &device,
		&l.own.unique: &uniqueID, &l.own.npi: &npi} {
		*own = detectors(d)
	}
	l.phones, l.streets = detectors(&phone, &fax), detectors(&street)
	return l, l.freeze()
}

// knownWord is a word that the lexicon knows.
type knownWord struct {
	key   wordKey
	entry entry
}

// freeze makes lookup find the words.
func (l *lexicon) freeze() error {
	if len(l.words) > len(l.slots)*5/8 {
		return fmt.Errorf("%d words are too many for %d slots", len(l.words), len(l.slots))
	}
	if len(l.phrases) > len(l.slotted)/2 {
		return fmt.Errorf("%d phrases are too many for %d slots", len(l.phrases), len(l.slotted))
	}
	spoken := 0
	for k, e := range l.words {
		h := k.hash(seenBits)
		l.seen[h/64] |= 1 << (h % 64)
		if e.id != 0 {
			l.begins(k)
			if spoken++; spoken > len(l.spoken)/2 {
				return fmt.Errorf("more than %d words stand in phrases", len(l.spoken)/2)
			}
			l.speak(k, e.id)
		}
		l.known = append(l.known, knownWord{k, e})
		for h >>= seenBits - slotBits; l.slots[h] != 0; h = (h + 1) % (1 << slotBits) {
		}
		l.slots[h] = uint16(len(l.known))
	}
	l.freezePhrases()
	l.words, l.phrases = nil, nil
	return nil
}

// learn adds the phrases of detector d, the i-th of the table.
func (l *lexicon) learn(i int, d *Detector, ids *uint16) error {
	for j, p := range append(append([]string(nil), d.Keys...), d.Hints...) {
		if count([]byte(p), isLower) == 0 {
			return fmt.Errorf("detector %s: phrase %q has no letters", d.Name, p) // texts without letters are not read for words
		}
		key, err := l.number(strings.Fields(p), ids)
		if err != nil {
			return fmt.Errorf("detector %s: %w", d.Name, err)
		}
		got, known := l.phrases[key]
		if !known {
			got.typed = -1
		}
		if j < len(d.Keys) {
			if got.typed >= 0 {
				return fmt.Errorf("detector %s: phrase %q already names detector %s", d.Name, p, table[got.typed].Name)
			}
			got.typed = int8(i)
		}
		got.tells |= 1 << i
		l.phrases[key] = got
	}
	return nil
}

// number returns the key of a phrase and gives numbers to words that have none.
func (l *lexicon) number(phrase []string, ids *uint16) (key phraseKey, err error) {
	if len(phrase) > maxPhrase {
		return key, fmt.Errorf("phrase %q has more than %d words", phrase, maxPhrase)
	}
	for i, word := range phrase {
		k, ok := packWord([]byte(word))
		if !ok {
			return key, fmt.Errorf("word %q is too long", word)
		}
		e := l.words[k]
		if e.id == 0 {
			*ids++
			e.id = *ids
			l.words[k] = e
		}
		key = key.with(i, e.id)
	}
	return key, nil
}

func (l *lexicon) mark(word string, t traits, m uint8) error {
	k, ok := packWord([]byte(word))
	if !ok {
		return fmt.Errorf("word %q is too long", word)
	}
	e := l.words[k]
	e.traits |= t
	e.month = max(e.month, m)
	l.words[k] = e
	return nil
}

// packWord returns word as a key; false if it is too long to be known or empty.
func packWord(word []byte) (k wordKey, ok bool) {
	n := len(word)
	switch {
	case n > maxKnown || n == 0:
		return k, false
	case n >= 8: // the bytes that both loads have are shifted out of the second
		k.head = small(binary.LittleEndian.Uint64(word))
		k.tail = small(binary.LittleEndian.Uint64(word[n-8:])) >> (8 * (16 - n))
	case n >= 4: // here they are the same
		k.head = small(uint64(binary.LittleEndian.Uint32(word)) | uint64(binary.LittleEndian.Uint32(word[n-4:]))<<(8*(n-4)))
	default:
		k.head = small(uint64(word[0]) | uint64(word[n/2])<<(8*(n/2)) | uint64(word[n-1])<<(8*(n-1)))
	}
	return k, true
}

// wordAt is packWord for the n bytes at start of b; the word is empty if it is too long to be known.
func wordAt(b []byte, start, n int) wordKey {
	if start+16 <= len(b) && n <= maxKnown { // most words: no branch depends on their length
		head, tail := binary.LittleEndian.Uint64(b[start:]), binary.LittleEndian.Uint64(b[start+8:])
		return wordKey{small(head & wordMasks[n].head), small(tail & wordMasks[n].tail)}
	}
	k, _ := packWord(b[start : start+n])
	return k
}

// wordMasks are the bytes of a word of each length.
var wordMasks = func() (masks [maxKnown + 1]wordKey) {
	for n := range masks {
		for i := range n {
			if i < 8 {
				masks[n].head |= 0xFF << (8 * i)
			} else {
				masks[n].tail |= 0xFF << (8 * (i - 8))
			}
		}
	}
	return masks
}()

// small returns eight characters with their letters in lower case. Signs may become others, but none a letter or digit.
func small(x uint64) uint64 { return x | x&0x4040404040404040>>1 }

// lookup returns what is known of word, in any case.
func (l *lexicon) lookup(word []byte) entry {
	k, _ := packWord(word)
	return l.find(k)
}

// find returns what is known of the word of k.
func (l *lexicon) find(k wordKey) entry {
	h := k.hash(seenBits)
	if l.seen[h/64]&(1<<(h%64)) == 0 {
		return entry{}
	}
	for h >>= seenBits - slotBits; l.slots[h] != 0; h = (h + 1) % (1 << slotBits) {
		if w := &l.known[l.slots[h]-1]; w.key == k {
			return w.entry
		}
	}
	return entry{}
}

// stem is lookup for a word of a phrase, which may stand in the plural.
func (l *lexicon) stem(word []byte) entry {
	e := l.lookup(word)
	if n := len(word) - 1; e.id == 0 && n > 2 && word[n]|0x20 == 's' {
		if s := l.lookup(word[:n]); s.id != 0 {
			return s
		}
	}
	return e
}

// segment divides a word that is written without any mark between its parts, such as "dateofbirth", into known words
// and calls add with each. It reports whether it could, and calls add only then.
func (l *lexicon) segment(word []byte, add func(part []byte)) bool {
	const limit = 32
	if len(word) < 4 || len(word) > limit {
		return false
	}
	var pieces, from [limit + 1]uint8 // pieces[i]: the least number of known words that word[:i] divides into
	for i := 2; i <= len(word); i++ {
		for j := max(0, i-maxKnown); j <= i-2; j++ {
			if (j > 0 && pieces[j] == 0) || l.lookup(word[j:i]).id == 0 {
				continue
			}
			if n := pieces[j] + 1; pieces[i] == 0 || n < pieces[i] {
				pieces[i], from[i] = n, uint8(j)
			}
		}
	}
	if pieces[len(word)] == 0 {
		return false
	}
	var cuts [limit]uint8
	n := 0
	for i := len(word); i > 0; i = int(from[i]) {
		cuts[n] = uint8(i)
		n++
	}
	start := 0
	for n--; n >= 0; n-- {
		add(word[start:cuts[n]])
		start = int(cuts[n])
	}
	return true
}

// months is a lexicon of the names of months only, for values that are looked at apart from any text.
var months = func() *lexicon {
	l := &lexicon{words: make(map[wordKey]entry, 32)}
	i := 0
	for name := range strings.FieldsSeq(monthNames) {
		if k, ok := packWord([]byte(name)); ok {
			l.words[k] = entry{month: uint8(i%12) + 1, traits: month}
		}
		i++
	}
	if err := l.freeze(); err != nil {
		panic(err)
	}
	return l
}()
