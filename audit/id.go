package audit

import (
	"crypto/rand"
	"encoding/binary"
	"time"
)

// crockford is Crockford's base 32: no I, L, O or U, and in the order of ASCII, so that IDs sort as they read.
const crockford = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"

// NewID returns an identifier in the form of a ULID: 26 characters of Crockford's base 32, 48 bits of milliseconds
// since 1970 and 80 random bits. IDs of different milliseconds sort by time.
func NewID(now time.Time) string {
	var raw [16]byte
	binary.BigEndian.PutUint64(raw[:8], uint64(now.UnixMilli())<<16)
	rand.Read(raw[6:]) // never fails (crypto/rand)
	// 128 bits are 26 digits of five bits with two zero bits in front, which is why the first digit is at most 7.
	hi, lo := binary.BigEndian.Uint64(raw[:8]), binary.BigEndian.Uint64(raw[8:])
	var id [26]byte
	for i := len(id) - 1; i >= 0; i-- {
		id[i] = crockford[lo&31]
		lo = lo>>5 | hi<<59
		hi >>= 5
	}
	return string(id[:])
}
