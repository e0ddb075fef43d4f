package auth

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	"encoding/base64"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/crypto/argon2"
	"golang.org/x/text/unicode/norm"
)

// The bounds of a password. The lower one counts characters (NIST SP 800-63B asks for 8, and for 15 where there is no
// second factor), the upper one bytes, so that a form cannot buy work.
const (
	minPassword = 12
	maxPassword = 256
)

// cost is what one argon2id hash takes: memory in KiB, passes, lanes.
type cost struct {
	memory, passes uint32
	lanes          uint8
}

// peopleCost is the cost of new hashes: 64 MiB and three passes in one lane, the second choice of RFC 9106 with one lane
// instead of four, because no more than [maxVerifications] run at once. 139 ms on the machine it was chosen on.
func peopleCost() cost { return cost{memory: 64 << 10, passes: 3, lanes: 1} }

// The most that a hash in the file may cost, so that a file cannot stop the gate.
const (
	maxMemory = 256 << 10 // KiB
	maxPasses = 16
	maxLanes  = 16
)

// maxVerifications is how many hashes are computed at once: memory for passwords is bounded by 2 × 64 MiB.
const maxVerifications = 2

const (
	saltSize = 16 // bytes
	sumSize  = 32 // bytes
)

// phc is a hash in the PHC string format, the one that `phigate hash-password` prints:
// $argon2id$v=19$m=65536,t=3,p=1$salt$hash.
type phc struct {
	cost
	salt, sum []byte
}

// String returns the PHC string.
func (h phc) String() string {
	enc := base64.RawStdEncoding
	return fmt.Sprintf("$argon2id$v=%d$m=%d,t=%d,p=%d$%s$%s", argon2.Version, h.memory, h.passes, h.lanes,
		enc.EncodeToString(h.salt), enc.EncodeToString(h.sum))
}

// parsePHC reads a PHC string. Its errors hold no part of it.
func parsePHC(s string) (phc, error) {
	var h phc
	parts := strings.Split(s, "$")
	if len(parts) != 6 || parts[0] != "" || parts[1] != "argon2id" || parts[2] != fmt.Sprintf("v=%d", argon2.Version) {
		return phc{}, errors.New("not a PHC string of argon2id")
	}
	var err error
	if h.cost, err = parseCost(parts[3]); err != nil {
		return phc{}, err
	}
	enc := base64.RawStdEncoding.Strict()
	var saltErr, sumErr error
	h.salt, saltErr = enc.DecodeString(parts[4])
	h.sum, sumErr = enc.DecodeString(parts[5])
	if saltErr != nil || len(h.salt) < 8 || len(h.salt) > 64 {
		return phc{}, errors.New("its salt is not 8 to 64 bytes in base64")
	}
	if sumErr != nil || len(h.sum) < 16 || len(h.sum) > 64 {
		return phc{}, errors.New("its hash is not 16 to 64 bytes in base64")
	}
	if h.String() != s { // encoding/base64 reads over line breaks
		return phc{}, errors.New("it is not written as a PHC string is")
	}
	return h, nil
}

// parseCost reads m=…,t=…,p=… in this order.
func parseCost(s string) (cost, error) {
	parts := strings.Split(s, ",")
	if len(parts) != 3 {
		return cost{}, errors.New("its cost is not m=…,t=…,p=…")
	}
	var n [3]uint64
	for i, c := range []struct {
		name        string
		least, most uint64
	}{
		{"m=", 8, maxMemory},
		{"t=", 1, maxPasses},
		{"p=", 1, maxLanes},
	} {
		digits, ok := strings.CutPrefix(parts[i], c.name)
		v, err := strconv.ParseUint(digits, 10, 32)
		if !ok || err != nil || v < c.least || v > c.most || strconv.FormatUint(v, 10) != digits {
			return cost{}, fmt.Errorf("its cost %s is not between %d and %d", c.name, c.least, c.most)
		}
		n[i] = v
	}
	if n[0] < 8*n[2] {
		return cost{}, errors.New("its cost m= is less than 8 KiB for each lane")
	}
	return cost{memory: uint32(n[0]), passes: uint32(n[1]), lanes: uint8(n[2])}, nil
}

// hasher computes argon2id hashes, a few at a time.
type hasher struct {
	cost  cost
	slots chan struct{} // one token for each hash under way
	// decoy is verified when there is nobody of the given name, so that an unknown name takes as long as a known one.
	// Its sum is random: no password fits it.
	decoy string
}

func newHasher(c cost) *hasher {
	h := phc{cost: c, salt: make([]byte, saltSize), sum: make([]byte, sumSize)}
	rand.Read(h.salt) // never fails (crypto/rand)
	rand.Read(h.sum)
	return &hasher{cost: c, slots: make(chan struct{}, maxVerifications), decoy: h.String()}
}

// hash returns the PHC string of a password with a salt of its own. It waits until it is its turn, and returns the
// context's error when that takes too long. pw is not retained.
func (h *hasher) hash(ctx context.Context, pw string) (string, error) {
	out := phc{cost: h.cost, salt: make([]byte, saltSize)}
	rand.Read(out.salt) // never fails (crypto/rand)
	sum, err := h.sum(ctx, out, pw, sumSize)
	if err != nil {
		return "", err
	}
	out.sum = sum
	return out.String(), nil
}

// verify reports whether pw is the password of a PHC string, which may be empty: then it takes as long and is false.
func (h *hasher) verify(ctx context.Context, encoded, pw string) (bool, error) {
	known := encoded != ""
	if !known {
		encoded = h.decoy
	}
	want, err := parsePHC(encoded)
	if err != nil {
		return false, fmt.Errorf("password hash: %w", err)
	}
	sum, err := h.sum(ctx, want, pw, len(want.sum))
	if err != nil {
		return false, err
	}
	return subtle.ConstantTimeCompare(sum, want.sum) == 1 && known, nil
}

func (h *hasher) sum(ctx context.Context, p phc, pw string, size int) ([]byte, error) {
	select {
	case h.slots <- struct{}{}:
	case <-ctx.Done():
		return nil, fmt.Errorf("hash a password: %w", ctx.Err())
	}
	defer func() { <-h.slots }()
	return argon2.IDKey(normalised(pw), p.salt, p.passes, p.memory, p.lanes, uint32(size)), nil
}

// normalised returns the bytes that are hashed: NFKC, so that a password does not depend on the keyboard that typed it
// (NIST SP 800-63B, 3.1.1.2).
func normalised(pw string) []byte { return norm.NFKC.Bytes([]byte(pw)) }

// weakness says what is wrong with a password that somebody chooses, or "".
func weakness(pw, name string) string {
	switch {
	case !utf8.ValidString(pw) || strings.ContainsFunc(pw, unicode.IsControl):
		return "The password has characters that cannot be typed."
	case utf8.RuneCountInString(pw) < minPassword:
		return fmt.Sprintf("The password has fewer than %d characters. A sentence of four or five words is good.", minPassword)
	case len(pw) > maxPassword:
		return fmt.Sprintf("The password has more than %d bytes.", maxPassword)
	case obvious(pw, name):
		return "The password is among the first that somebody would try."
	}
	return ""
}

// guesses are the words that passwords are made of. What is left of a password without them, without the name and without
// repetitions and runs must still be long enough to be one.
func guesses() []string {
	return []string{
		"password", "passwort", "passw0rd", "p@ssw0rd", "p@ssword", "passphrase", "qwertyuiop", "qwertzuiop", "qwerty",
		"qwertz", "azerty", "asdfghjkl", "asdfgh", "zxcvbnm", "yxcvbnm", "1q2w3e4r5t", "1q2w3e4r", "1qaz2wsx3edc", "1qaz2wsx",
		"letmein", "welcome", "iloveyou", "trustno1", "changeme", "changethis", "administrator", "admin", "default",
		"secret", "monkey", "dragon", "football", "baseball", "sunshine", "princess", "superman", "batman", "master", "login",
		"phigate", "salesforce", "hospital", "healthcare", "patient", "hipaa", "analyst", "auditor", "console", "security",
		"spring", "summer", "autumn", "winter", "january", "february", "september", "october", "november", "december",
	}
}

// minRest is how many characters must be left of a password when everything obvious is taken out.
const minRest = 6

// obvious reports whether a password consists of well-known words, the person's own name, repetitions and runs such as
// 12345 or abcdef.
func obvious(pw, name string) bool {
	rest := strings.ToLower(pw)
	words := guesses()
	for part := range strings.FieldsFuncSeq(strings.ToLower(name), func(r rune) bool { return !unicode.IsLetter(r) }) {
		if len(part) >= 3 {
			words = append(words, part)
		}
	}
	for _, w := range words {
		rest = strings.ReplaceAll(rest, w, "")
	}
	seen := make(map[rune]bool)
	left, before := 0, rune(-2)
	for _, r := range rest {
		if !seen[r] && r != before+1 && r != before-1 {
			left++
		}
		seen[r], before = true, r
	}
	return left < minRest
}
