package policy

import (
	"crypto/rand"
	"crypto/subtle"
	"encoding/base64"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"golang.org/x/crypto/argon2"
)

// The cost of new hashes: the OWASP minimum for argon2id, 19 MiB and two passes in one lane.
const (
	hashMemory = 19 << 10 // KiB
	hashPasses = 2
	hashLanes  = 1
	saltSize   = 16 // bytes
	hashSize   = 32 // bytes
)

// The most that a hash in a policy may cost, so that a file cannot stop the gate.
const (
	maxHashMemory = 256 << 10 // KiB
	maxHashPasses = 16
	maxHashLanes  = 16
)

// HashPassword returns the argon2id hash of a password as a PHC string (19 MiB, two passes, one lane: the OWASP
// minimum), with a salt of its own. pw is not retained.
func HashPassword(pw []byte) (string, error) {
	if len(pw) == 0 {
		return "", errors.New("hash password: it is empty")
	}
	salt := make([]byte, saltSize)
	if _, err := rand.Read(salt); err != nil {
		return "", fmt.Errorf("hash password: %w", err)
	}
	h := phc{memory: hashMemory, passes: hashPasses, lanes: hashLanes, salt: salt}
	h.sum = argon2.IDKey(pw, salt, h.passes, h.memory, h.lanes, hashSize)
	return h.String(), nil
}

// VerifyPassword reports whether pw is the password of hash, a PHC string of argon2id. It takes as long for a wrong
// password as for the right one, and some tens of milliseconds for either.
func VerifyPassword(hash string, pw []byte) bool {
	h, err := parsePHC(hash)
	if err != nil {
		return false
	}
	sum := argon2.IDKey(pw, h.salt, h.passes, h.memory, h.lanes, uint32(len(h.sum)))
	return subtle.ConstantTimeCompare(sum, h.sum) == 1
}

// phc is a hash in the PHC string format: $argon2id$v=19$m=19456,t=2,p=1$salt$hash.
type phc struct {
	memory, passes uint32
	lanes          uint8
	salt, sum      []byte
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
	if len(parts) != 6 || parts[0] != "" || parts[1] != "argon2id" {
		return h, errors.New("not a PHC string of argon2id")
	}
	if parts[2] != fmt.Sprintf("v=%d", argon2.Version) {
		return h, fmt.Errorf("its version is not %d", argon2.Version)
	}
	cost := strings.Split(parts[3], ",")
	if len(cost) != 3 {
		return h, errors.New("its cost is not m=…,t=…,p=…")
	}
	for i, c := range []struct {
		name  string
		least uint64
		most  uint64
		set   func(uint64)
	}{
		{"m=", 8 << 10, maxHashMemory, func(v uint64) { h.memory = uint32(v) }},
		{"t=", 1, maxHashPasses, func(v uint64) { h.passes = uint32(v) }},
		{"p=", 1, maxHashLanes, func(v uint64) { h.lanes = uint8(v) }},
	} {
		digits, ok := strings.CutPrefix(cost[i], c.name)
		v, err := strconv.ParseUint(digits, 10, 32)
		if !ok || err != nil || v < c.least || v > c.most {
			return h, fmt.Errorf("its cost %s is not between %d and %d", c.name, c.least, c.most)
		}
		c.set(v)
	}
	var saltErr, sumErr error
	h.salt, saltErr = base64.RawStdEncoding.Strict().DecodeString(parts[4])
	h.sum, sumErr = base64.RawStdEncoding.Strict().DecodeString(parts[5])
	if saltErr != nil || len(h.salt) < 8 || len(h.salt) > 64 {
		return h, errors.New("its salt is not 8 to 64 bytes in base64")
	}
	if sumErr != nil || len(h.sum) < 16 || len(h.sum) > 64 {
		return h, errors.New("its hash is not 16 to 64 bytes in base64")
	}
	if h.String() != s { // base64 passes over line breaks, numbers over leading zeros
		return h, errors.New("not a PHC string as it is written")
	}
	return h, nil
}
