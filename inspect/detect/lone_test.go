package detect

import (
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/phigate/phigate/inspect"
)

func FuzzOnlyLetters(f *testing.F) {
	for _, s := range []string{"", "a", "ab", "abc", "abcd", "abcde", "abcdefgh", "abcdefghi", "ABCDEFGHIJKLMNOP", "abcdefghijklmnopq", "a1", "é", "[[", "{{", "``", "@@"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		v := []byte(s)
		want := len(v) >= 2 && len(v) <= 16 && allOf(v, isUpper|isLower, "")
		if got := onlyLetters(v); got != want {
			t.Errorf("onlyLetters(%q) = %v, want %v", s, got, want)
		}
	})
}

// TestOnlyLettersOfAllBytes sets each byte of words of all lengths to each byte there is.
func TestOnlyLettersOfAllBytes(t *testing.T) {
	for n := 2; n <= 16; n++ {
		for i := range n {
			for c := range 256 {
				v := []byte(strings.Repeat("q", n))
				v[i] = byte(c)
				if got, want := onlyLetters(v), allOf(v, isUpper|isLower, ""); got != want {
					t.Errorf("onlyLetters(%q) = %v, want %v", v, got, want)
				}
			}
		}
	}
}

// TestLoneCheck compares what is known of words with digits by their masks with what Check says of them.
func TestLoneCheck(t *testing.T) {
	for classifier, s := range scannersByClassifier(t) {
		sc := new(scratch)
		sc.reset(s, row("", "x", "y"), nil)
		rng := rand.New(rand.NewPCG(9, 10)) //nolint:gosec // the same values in each run
		known := 0
		for i := range 40000 {
			v := []byte(strings.Repeat("7", 1+rng.IntN(45)))
			if i%4 == 0 {
				v = v[:min(len(v), []int{5, 10}[rng.IntN(2)])]
			}
			for j := range v {
				switch c := rng.IntN(20); {
				case c < 16 || i%2 == 0:
					v[j] = '0' + byte(rng.IntN(10))
				default:
					v[j] = "aZ"[rng.IntN(2)]
				}
			}
			if s.classify(&sc.masks, v); sc.masks[inDigit] == 0 {
				continue
			}
			for d := range table {
				e, ok := sc.loneCheck(v, d)
				if !ok {
					continue
				}
				if known++; e != sc.checked(v, d) {
					t.Fatalf("%s: loneCheck(%s, %s) = %v, want %v", classifier, v, table[d].Name, e, sc.checked(v, d))
				}
			}
		}
		if known < 100000 {
			t.Errorf("%s: %d values are known, too few to tell", classifier, known)
		}
	}
}

// TestUndoubtedNames compares what the traits of two words say with what the grammar of names does.
func TestUndoubtedNames(t *testing.T) {
	s := newScanner(t)
	rng := rand.New(rand.NewPCG(5, 6)) //nolint:gosec // the same names in each run
	words := knownWords(s.lex, 2, func(traits) bool { return true })
	given := knownWords(s.lex, 2, func(e traits) bool { return e&givenName != 0 })
	family := knownWords(s.lex, 2, func(e traits) bool { return e&familyName != 0 })
	sure := 0
	for i := range 200000 {
		first, last := given[rng.IntN(len(given))], family[rng.IntN(len(family))]
		switch i % 4 {
		case 1:
			first = words[rng.IntN(len(words))]
		case 2:
			last = words[rng.IntN(len(words))]
		}
		v := []byte(titleCase(first) + " " + titleCase(last))
		txt := text{b: v, lex: s.lex, now: clock{20260701}, near: new(masks), classify: classifyByTable}
		m, ok := personName.Find(&txt, txt.word(0))
		want := ok && m.valid && m.alone == inspect.Likely && m.start == 0 && m.end == len(v)
		got := undoubted(s.lex.lookup([]byte(first)).traits, s.lex.lookup([]byte(last)).traits)
		if got && !want {
			t.Errorf("%s is no name, but was taken for one", v)
		}
		if got {
			sure++
		}
	}
	if sure < 10000 {
		t.Errorf("%d pairs of names are taken for names, too few to tell", sure)
	}
}

// TestNoFirstNameStandsBeforeCities holds up twoNames, which does not look for a city behind a first name.
func TestNoFirstNameStandsBeforeCities(t *testing.T) {
	for _, w := range knownWords(newScanner(t).lex, 1, func(e traits) bool { return e&givenName != 0 }) {
		if locative([]byte(w)) != 0 || w == "the" {
			t.Errorf("%s may stand before a city", w)
		}
	}
}

// knownWords returns the words of at least n letters whose traits are wanted.
func knownWords(lex *lexicon, n int, want func(traits) bool) (words []string) {
	for i := range lex.known {
		k := &lex.known[i]
		var b []byte
		for _, x := range []uint64{k.key.head, k.key.tail} {
			for ; x != 0; x >>= 8 {
				b = append(b, byte(x))
			}
		}
		if len(b) >= n && want(k.entry.traits) && allOf(b, isLower, "") {
			words = append(words, string(b))
		}
	}
	return words
}

func titleCase(word string) string { return strings.ToUpper(word[:1]) + word[1:] }

// TestPlainValuesFindAll is TestInspectFindsAll for values that are decided without asking any detector: streets, numbers
// with a prefix, codes, words, names, in fields whose names say so and in others, with words of the lexicon in them that
// tell of something or begin something.
func TestPlainValuesFindAll(t *testing.T) {
	scanners := scannersByClassifier(t)
	rng := rand.New(rand.NewPCG(7, 8)) //nolint:gosec // the same values in each run
	lex := scanners["table"].lex
	all := knownWords(lex, 1, func(traits) bool { return true })
	suffixes := knownWords(lex, 1, func(e traits) bool { return e&suffix != 0 })
	names := knownWords(lex, 1, func(e traits) bool { return e.known() })
	told := strings.Fields("account claim mrn mrns rx plate plates license policy member id specimen chart serial npi street aged years male patient mother with dr mrs seen name is")
	word := func() string {
		list := [][]string{all, suffixes, names, told, {"Oak", "Main", "Qwerty", "Zyx"}}[rng.IntN(5)]
		return titleCase(list[rng.IntN(len(list))])
	}
	keys := []string{"MailingStreet", "Street", "address", "street claim", "Name", "CaseNumber", "Status", "City", "LastName", "SuppliedName", "FirstName",
		"Diagnosis_Code__c", "dx", "Diagnosis", "NPI__c", "ZIP", "PostalCode", "MemberNumber__c", "MRN__c", "claim", "Date__c", "Account Number", "Passport", "guardian", "Phone"}
	shapes := []string{"#", "##", "9#", "1##", "####", "######", "#######", "20######", "##0#0###", "1#########", "@@@-########", "AAA-202#0#1#", "202#0#1#", "202#1#0#", "@@@@-#####", "AAAA-###",
		"MAR-2024", "E##.#", "E##", "E####", "@##", "@@######", "@#########", "@@##@@@@", "##@", "aaa", "Aaaa", "AA", "####@#"}
	fixed := []string{"MRN-12345678", "CLAIM-12345", "ACCT-0000123", "SSNS-123456789", "12 Patient Zyx Lopez St", "12 Seen With Zyx Lopez Ave", "7 Mother Lopez Garcia Rd"}
	for range 20000 {
		var cells []cell
		for n := rng.IntN(3); n > 0; n-- {
			cells = append(cells, cell{name: []string{"LastName", "FirstName", "Member Name"}[rng.IntN(3)], value: []string{word(), word() + " " + word(), spell(rng, "AAA")}[rng.IntN(3)]})
		}
		for range 1 + rng.IntN(3) {
			value := spell(rng, shapes[rng.IntN(len(shapes))])
			if rng.IntN(2) == 0 {
				value = []string{value, spell(rng, "####"), spell(rng, "##")}[rng.IntN(3)]
				for range 1 + rng.IntN(3) {
					value += " " + word()
				}
				if rng.IntN(3) > 0 {
					value += " " + titleCase(suffixes[rng.IntN(len(suffixes))])
				}
			}
			if rng.IntN(16) == 0 {
				value = fixed[rng.IntN(len(fixed))]
			}
			if len(cells) > 0 && rng.IntN(4) == 0 { // a name recurs
				value = []string{"", "12 ", "AAA-"}[rng.IntN(3)] + cells[0].value + []string{"", " St", "-12345"}[rng.IntN(3)]
			}
			cells = append(cells, cell{name: keys[rng.IntN(len(keys))], value: value})
		}
		checkNaive(t, scanners, record([]string{"Contact", "Account", "CareObservation", "Case"}[rng.IntN(4)], cells...))
	}
}
