package detect

import (
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/phigate/phigate/inspect"
)

// TestOnlyDigitsOfAllBytes sets each byte of numbers of all lengths to each byte there is.
func TestOnlyDigitsOfAllBytes(t *testing.T) {
	for n := 1; n <= 18; n++ {
		for i := range n {
			for c := range 256 {
				v := []byte(strings.Repeat("5", n))
				v[i] = byte(c)
				if got, want := onlyDigits(v), n >= 4 && n <= 16 && allOf(v, isDigit, ""); got != want {
					t.Errorf("onlyDigits(%q) = %v, want %v", v, got, want)
				}
			}
		}
	}
}

// TestShaped sets each byte of values of all shapes to each byte there is.
func TestShaped(t *testing.T) {
	for example, shape := range map[string]*halves{"1980-12-09": &dateShape, "123-45-6789": &ssnShape, "(212) 555-0189": &phoneShape, "212-555-0189": &dashedShape} {
		for i := range example {
			for c := range 256 {
				v := []byte(example)
				v[i] = byte(c)
				want := byte(c) == example[i] || classes[example[i]]&isDigit != 0 && classes[c]&isDigit != 0
				if got := shaped(v, shape); got != want {
					t.Errorf("shaped(%q) = %v, want %v", v, got, want)
				}
			}
		}
	}
}

// TestDirectFindsAll is TestInspectFindsAll for values in the forms that their fields are looked at for.
func TestDirectFindsAll(t *testing.T) {
	scanners := scannersByClassifier(t)
	for _, d := range []string{"zip_code", "us_npi", "date_birth", "fax"} {
		scanners["without "+d] = newScanner(t, d)
	}
	rng := rand.New(rand.NewPCG(13, 14)) //nolint:gosec // the same values in each run
	keys := []string{"AccountId", "Id", "SSNId", "CreatedDate", "LastModifiedDate", "Status", "Notes", "City", "LastName", "Birthdate", "Deceased Date", "Service Date", "EffectiveDateTime",
		"SSN", "Phone", "Fax", "NPI", "Provider NPI ZIP", "ZIP", "PostalCode", "MRN", "member id", "Account Number", "Badge Id", "zip account", "Rx Number", "home", "drivers"}
	shapes := []string{"####-0#-1#", "19##-0#-2#", "20##-1#-3#", "2025-0#-1#T1#:2#:3#.000+0000", "2025-0#-1#T1#:2#:3#.000Z", "###-##-####", "(###) ###-####", "(2##) 5##-####", "###-###-####",
		"1#########", "1112223334", "1234567893", "#########", "####", "###", "#####", "00###", "2132#", "####-####", "################", "#################", "Aaaa", "AAAAAAAA", "aaaaaaaaaaaaaaaa",
		"aaaaaaaaaaaaaaaaa", "0035e00000abcdeAAA", "0035e00000abcdeAAB", "@@######", "3#########", "4#########", "aa-aa-aa-aa-aa-aa", "aaaaaaaa-aaaa-aaaa-aaaa-aaaaaaaaaaaa", "aaa-aaaa"}
	for range 8000 {
		var cells []cell
		if rng.IntN(2) == 0 {
			cells = append(cells, cell{name: "LastName", value: spell(rng, "Aaaa")})
		}
		for range 1 + rng.IntN(3) {
			v := spell(rng, shapes[rng.IntN(len(shapes))])
			cells = append(cells, cell{name: keys[rng.IntN(len(keys))], value: v, kind: inspect.Kind(rng.IntN(2))})
		}
		checkNaive(t, scanners, record([]string{"Contact", "Account", "CareObservation", ""}[rng.IntN(4)], cells...))
	}
}
