package main

import (
	"bytes"
	"crypto/sha256"
	"io"
	"strconv"
)

// resultRowBytes is a little less than a row of the query result has.
const resultRowBytes = 320

// notes is what a row says at length: words that mean nothing to a detector.
const notes = "lorem ipsum dolor sit amet consectetur adipiscing elit sed do eiusmod tempor incididunt ut labore et dolore magna aliqua " +
	"ut enim ad minim veniam quis nostrud exercitation ullamco laboris nisi ut aliquip ex ea commodo consequat duis aute irure dolor"

// csvBody is a CSV of a given size that is made while it is read.
type csvBody struct {
	size, sent int64
	row        int
	buf        []byte
}

// appendRow appends row i, with the phone number and the address as the policy's masks leave them if masked.
func appendRow(dst []byte, i int, masked bool) []byte {
	if i == 0 {
		return append(dst, "Key__c,Email__c,Phone__c,Status__c,Notes__c\n"...)
	}
	digits := strconv.Itoa(1_000_000 + i)
	dst = append(dst, 'K')
	dst = append(dst, digits...)
	if masked {
		dst = append(dst, ',')
		dst = append(dst, bytes.Repeat([]byte("x"), len("row")+len(digits))...)
		dst = append(dst, "@xxxxx.xxxxxxx,(***) ***-01"...)
	} else {
		dst = append(dst, ",row"...)
		dst = append(dst, digits...)
		dst = append(dst, "@bench.example,(212) 555-01"...)
	}
	dst = append(dst, byte('0'+i/10%10), byte('0'+i%10))
	dst = append(dst, ",New,\""...)
	dst = append(dst, notes...)
	return append(dst, "\"\n"...)
}

// Read returns the next bytes of the table.
func (t *csvBody) Read(p []byte) (int, error) {
	for len(t.buf) < len(p) && t.sent+int64(len(t.buf)) < t.size {
		t.buf = appendRow(t.buf, t.row, false)
		t.row++
	}
	if len(t.buf) == 0 {
		return 0, io.EOF
	}
	n := copy(p, t.buf)
	t.buf = t.buf[:copy(t.buf, t.buf[n:])]
	t.sent += int64(n)
	return n, nil
}

// maskedSum is the SHA-256 of what the receiver should get.
func (t *csvBody) maskedSum() (sum [sha256.Size]byte) {
	digest := sha256.New()
	var buf []byte
	for i := range t.row {
		buf = appendRow(buf[:0], i, true)
		digest.Write(buf)
	}
	digest.Sum(sum[:0])
	return sum
}

// watch looks for values and for masks in what goes by. A token that is cut by a write is seen with the next one.
type watch struct {
	values, masks int
	tail          []byte
}

func (w *watch) Write(p []byte) (int, error) {
	b := append(w.tail, p...)
	w.values += bytes.Count(b, []byte("@bench.example")) + bytes.Count(b, []byte("(555) 555-"))
	w.masks += bytes.Count(b, []byte("(***) ***-"))
	w.tail = append(w.tail[:0], b[max(0, len(b)-13):]...)
	return len(p), nil
}
