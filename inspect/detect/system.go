package detect

import "encoding/binary"

// Nearly half of the values of a record are Ids and the times that Salesforce sets. What is here knows them by looking at
// eight bytes at once, which takes less than to make their masks. Bit 7 of each byte of a number of 64 bits holds an
// answer about one byte of the value; the sums below do not carry from one byte into another as long as the bytes are of
// ASCII, and that they are is a part of each answer.

// bytes8 is a number of 64 bits each of whose bytes is 1: times c it is c in each of them.
const bytes8 = 0x0101010101010101

// alphanumeric returns the bits of the ASCII letters and digits in x, and those of the capitals.
func alphanumeric(x uint64) (all, upper uint64) {
	const top = bytes8 * 0x80
	x7 := x &^ top
	small := x7 | bytes8*0x20
	letter := (small + bytes8*(0x80-'a')) &^ (small + bytes8*(0x7F-'z')) &^ x & top
	digit := (x7 + bytes8*(0x80-'0')) &^ (x7 + bytes8*(0x7F-'9')) &^ x & top
	return letter | digit, letter &^ (x << 2) // bit 5 of a letter says that it is small
}

// gather returns the eight bits 7 of x as one byte, the lowest one first: the product has each of them in its top byte.
func gather(x uint64) uint { return uint(x >> 7 * 0x0102040810204080 >> 56) }

// longID is [recordID] for 18 bytes.
func longID(v []byte) bool {
	if len(v) != 18 {
		return false
	}
	a, upperA := alphanumeric(binary.LittleEndian.Uint64(v))
	b, upperB := alphanumeric(binary.LittleEndian.Uint64(v[8:]))
	if a&b != bytes8*0x80 { // the last two are compared with letters and digits
		return false
	}
	upper := gather(upperA) | gather(upperB)<<8
	return v[15] == idSuffix[upper&31] && v[16] == idSuffix[upper>>5&31] && v[17] == idSuffix[upper>>10&31]
}

// stampShape is how Salesforce writes most times, with zeros for all digits.
const stampShape = "0000-00-00T00:00:00.000+0000"

// stamped reports whether v is a time of stampShape.
func stamped(v []byte) bool {
	if len(v) != len(stampShape) {
		return false
	}
	p := &stampParts
	wrong := p[0].wrong(binary.LittleEndian.Uint64(v)) | p[1].wrong(binary.LittleEndian.Uint64(v[8:])) |
		p[2].wrong(binary.LittleEndian.Uint64(v[16:])) | p[3].wrong(binary.LittleEndian.Uint64(v[20:]))
	return wrong&(bytes8*0x80) == 0
}

// stampPlaces are the places of the parts of a time that stamped looks at; the last two have four bytes in common.
var stampPlaces = [...]int{0, 8, 16, 20}

// stampParts are the parts of stampShape at stampPlaces.
var stampParts = func() (parts [len(stampPlaces)]stampPart) {
	for i, at := range stampPlaces {
		parts[i] = newPart(stampShape, at)
	}
	return parts
}()

// newPart returns eight bytes at a place of a shape, with zeros for all digits.
func newPart(shape string, at int) stampPart {
	var limit [8]byte
	for j := range limit {
		if limit[j] = 0x7F; shape[at+j] == '0' {
			limit[j] -= 9
		}
	}
	return stampPart{binary.LittleEndian.Uint64([]byte(shape[at:])), binary.LittleEndian.Uint64(limit[:])}
}

// stampPart is eight bytes of a shape, and for each one what its difference from that may be added to without getting to
// bit 7: the difference of a digit from zero is up to 9, that of a sign is 0.
type stampPart struct{ shape, limit uint64 }

// wrong returns a number with some bit 7 if not all bytes of x are what the shape says.
func (s *stampPart) wrong(x uint64) uint64 {
	x ^= s.shape
	return x + s.limit | x
}
