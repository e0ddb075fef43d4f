package auth

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"golang.org/x/text/unicode/norm"

	"github.com/phigate/phigate/policy"
)

func TestHash(t *testing.T) {
	h := newHasher(cost{memory: 64, passes: 1, lanes: 1})
	encoded, err := h.hash(t.Context(), "pässwörter im fluss")
	if err != nil || !strings.HasPrefix(encoded, "$argon2id$v=19$m=64,t=1,p=1$") {
		t.Fatalf("%q, %v", encoded, err)
	}
	for pw, want := range map[string]bool{
		"pässwörter im fluss": true, norm.NFD.String("pässwörter im fluss"): true, "pässwörter im fluss ": false, "": false, "x": false,
	} {
		if got, err := h.verify(t.Context(), encoded, pw); got != want || err != nil {
			t.Errorf("verify(%q) = %v, %v", pw, got, err)
		}
	}
	if got, err := h.verify(t.Context(), "", "x"); got || err != nil {
		t.Errorf("nobody's hash: %v, %v", got, err)
	}
	if again, _ := h.hash(t.Context(), "pässwörter im fluss"); again == encoded {
		t.Error("two hashes have one salt")
	}
	if got := peopleCost(); got != (cost{memory: 65536, passes: 3, lanes: 1}) {
		t.Errorf("people's hashes cost %+v", got)
	}
	if got, _ := parsePHC(newHasher(peopleCost()).decoy); got.cost != peopleCost() {
		t.Errorf("the decoy costs %+v", got.cost)
	}
}

// A hash that `phigate hash-password` prints can be put into the file.
func TestHashOfTheCommand(t *testing.T) {
	encoded, err := policy.HashPassword([]byte(goodPass))
	if err != nil {
		t.Fatal(err)
	}
	if ok, err := newHasher(peopleCost()).verify(t.Context(), encoded, goodPass); !ok || err != nil {
		t.Errorf("%v, %v", ok, err)
	}
}

func TestHashesAtOnce(t *testing.T) {
	h := newHasher(cost{memory: 64, passes: 1, lanes: 1})
	for range maxVerifications {
		h.slots <- struct{}{}
	}
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Millisecond)
	defer cancel()
	if _, err := h.verify(ctx, "", "x"); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("a third one at once: %v", err)
	}
	if _, err := h.hash(ctx, "x"); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("a third one at once: %v", err)
	}
}

func TestWeakness(t *testing.T) {
	for pw, want := range map[string]bool{
		goodPass: false, otherPass: false, "Tr0ub4dor&3 zebra": false, "hf82-ks91-qq04": false, "雨が降る日には本を読むのだ": false,
		"short":                                  true,
		"elevenchars":                            true,
		"password1234":                           true,
		"Passw0rd!Passw0rd!":                     true,
		"aaaaaaaaaaaaaaaa":                       true,
		"abcdefghijklmnop":                       true,
		"9876543210987654":                       true,
		"123456789012":                           true,
		"qwertyuiop12":                           true,
		"Phigate-2026!":                          true,
		"Welcome2026!!":                          true,
		"anna.berg-anna.berg":                    true,
		"Anna Berg 1981":                         true,
		"abababababababab":                       true,
		"correct\x00horse battery":               true,
		"invalid \xff utf-8 here":                true,
		strings.Repeat("long but varied 7 ", 15): true,
	} {
		if got := weakness(pw, "anna.berg Anna Berg"); (got != "") != want {
			t.Errorf("weakness(%q) = %q", pw, got)
		}
	}
}

func TestParsePHC(t *testing.T) {
	const salt, sum = "c2FsdHNhbHQ", "c3Vtc3Vtc3Vtc3Vtc3Vtc3U"
	for in, want := range map[string]bool{
		"$argon2id$v=19$m=65536,t=3,p=1$" + salt + "$" + sum:        true,
		"$argon2i$v=19$m=65536,t=3,p=1$" + salt + "$" + sum:         false,
		"$argon2id$v=16$m=65536,t=3,p=1$" + salt + "$" + sum:        false,
		"$argon2id$v=19$m=999999999,t=3,p=1$" + salt + "$" + sum:    false,
		"$argon2id$v=19$m=65536,t=99,p=1$" + salt + "$" + sum:       false,
		"$argon2id$v=19$m=65536,t=3,p=17$" + salt + "$" + sum:       false,
		"$argon2id$v=19$m=8,t=3,p=2$" + salt + "$" + sum:            false,
		"$argon2id$v=19$m=065536,t=3,p=1$" + salt + "$" + sum:       false,
		"$argon2id$v=19$t=3,m=65536,p=1$" + salt + "$" + sum:        false,
		"$argon2id$v=19$m=65536,t=3,p=1$c2E$" + sum:                 false,
		"$argon2id$v=19$m=65536,t=3,p=1$" + salt + "$c2E":           false,
		"$argon2id$v=19$m=65536,t=3,p=1$" + salt + "$" + sum + "$x": false,
		"$argon2id$v=19$m=65536,t=3,p=1$c2Fs\ndHNhbHQ$" + sum:       false,
		"": false, "x": false,
	} {
		if _, err := parsePHC(in); (err == nil) != want {
			t.Errorf("parsePHC(%q): %v", in, err)
		}
	}
}

// FuzzParsePHC holds the parser against the printer: what it reads it must write the same.
func FuzzParsePHC(f *testing.F) {
	f.Add("$argon2id$v=19$m=65536,t=3,p=1$c2FsdHNhbHQ$c3Vtc3Vtc3Vtc3Vtc3Vtc3U")
	f.Add("$argon2id$v=19$m=8,t=1,p=1$$")
	f.Add("$argon2id$v=19$m=65536,t=3,p=1$c2FsdHNhbHQ$\nHc3Vtc3Vtc3Vtc3Vtc3Vtc3U")
	f.Fuzz(func(t *testing.T, s string) {
		h, err := parsePHC(s)
		if err != nil {
			if len(s) > 40 && strings.Contains(err.Error(), s) { // longer than what an error says of itself
				t.Fatalf("the error repeats the hash: %v", err)
			}
			return
		}
		if h.String() != s {
			t.Fatalf("%q is read as %q", s, h)
		}
		if h.memory > maxMemory || h.passes > maxPasses || h.lanes > maxLanes || h.lanes == 0 || h.passes == 0 {
			t.Fatalf("%q costs %+v", s, h.cost)
		}
	})
}

// BenchmarkVerify is what one sign-in costs, in time and in memory.
func BenchmarkVerify(b *testing.B) {
	h := newHasher(peopleCost())
	b.ReportAllocs()
	for b.Loop() {
		if ok, err := h.verify(b.Context(), "", goodPass); ok || err != nil {
			b.Fatal(ok, err)
		}
	}
}
