package org

import (
	"strings"
)

const base62 = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"

// Identifiers of the org itself.
const (
	orgID15 = "00D5e000000abcD"
)

// nextID returns a new 18-character Id with a key prefix. o.mu is held.
func (o *Org) nextID(prefix string) string {
	o.serial[prefix]++
	return makeID(prefix, o.serial[prefix])
}

// makeID returns the Id number n of a key prefix: prefix, pod, number in base 62, checksum.
func makeID(prefix string, n int64) string {
	var digits [9]byte
	for i := len(digits) - 1; i >= 0; i-- {
		// Salesforce counts 0-9A-Za-z; the order does not matter, but a first Id of zeros looks right.
		digits[i] = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"[n%62]
		n /= 62
	}
	id := prefix + "5e0" + string(digits[:])
	return id + suffix(id)
}

// suffix returns the three characters that make a 15-character Id safe where case is lost: one per five characters,
// whose bits say which of the five are upper case.
func suffix(id15 string) string {
	var out [3]byte
	for block := range 3 {
		bits := 0
		for i := range 5 {
			if c := id15[block*5+i]; c >= 'A' && c <= 'Z' {
				bits |= 1 << i
			}
		}
		out[block] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ012345"[bits]
	}
	return string(out[:])
}

// normalID returns the 18-character spelling of an Id, or false if s is none. The case of an 18-character Id is
// restored from its suffix.
func normalID(s string) (string, bool) {
	if len(s) != 15 && len(s) != 18 {
		return "", false
	}
	for i := range len(s) {
		if strings.IndexByte(base62, s[i]) < 0 {
			return "", false
		}
	}
	if len(s) == 15 {
		return s + suffix(s), true
	}
	id, check := []byte(s[:15]), strings.ToUpper(s[15:])
	for i := range id {
		bits := strings.IndexByte("ABCDEFGHIJKLMNOPQRSTUVWXYZ012345", check[i/5])
		if bits < 0 {
			return "", false
		}
		c := id[i] &^ 0x20
		if c < 'A' || c > 'Z' {
			if bits>>(i%5)&1 == 1 {
				return "", false
			}
			continue
		}
		id[i] |= 0x20
		if bits>>(i%5)&1 == 1 {
			id[i] = c
		}
	}
	return string(id) + check, true
}
