package format

import (
	"bytes"
	"unicode/utf8"

	"github.com/phigate/phigate/inspect"
)

// sniffText reports whether prefix is UTF-8 text without control characters that only binary formats have (WHATWG,
// MIME Sniffing, section 3, "binary data byte"). A character may be cut by the prefix's end.
func sniffText(prefix []byte) bool {
	for _, c := range prefix {
		if c < 0x20 && c != '\t' && c != '\n' && c != '\f' && c != '\r' && c != 0x1B {
			return false
		}
	}
	_, ok := validText(prefix, false)
	return ok
}

// textBlock is the least length of a block of text that is not the last one, in bytes.
const textBlock = 64 << 10

// textDecoder makes records out of plain text: blocks that end with the first line end at or after 64 KiB, each with
// one field without a name. The text has to be UTF-8 without NUL.
type textDecoder struct {
	object   string
	valid    int   // the bytes in front of it are valid
	searched int   // no block ends in front of it
	bad      bool  // what stands at valid is not text
	base     int64 // position of the block's first byte in the body
}

func newText(shape inspect.Shape, _ Limits) inspect.Decoder {
	return &textDecoder{object: shape.Object, searched: textBlock - 1}
}

// Decode implements [inspect.Decoder].
func (d *textDecoder) Decode(buf []byte, eof bool, rec *inspect.Record) (int, error) {
	if !d.bad {
		n, ok := validText(buf[d.valid:], eof)
		d.valid += n
		d.bad = !ok
	}
	n := d.block(buf)
	if n == 0 && d.bad {
		return 0, &inspect.UnreadableError{Reason: inspect.ReasonEncoding, Format: "text", Offset: d.base + int64(d.valid)}
	}
	if n == 0 && eof {
		n = len(buf)
	}
	if n == 0 {
		return 0, nil
	}
	rec.Reset()
	rec.Raw = buf[:n:n]
	rec.Nodes = append(rec.Nodes, inspect.Node{Parent: -1})
	rec.Fields = append(rec.Fields, inspect.Field{Object: d.object, End: n, Value: rec.Raw})
	d.base += int64(n)
	d.valid -= n
	d.searched = textBlock - 1
	return n, nil
}

// block returns the length of the block at the start of buf, 0 if its end is not among the valid bytes.
func (d *textDecoder) block(buf []byte) int {
	if d.searched >= d.valid {
		return 0
	}
	if i := bytes.IndexByte(buf[d.searched:d.valid], '\n'); i >= 0 {
		return d.searched + i + 1
	}
	d.searched = d.valid
	return 0
}

// validText returns how many bytes at the start of b are UTF-8 without NUL. ok is false if what follows them is
// neither that nor, unless b is all there is, the start of a character.
func validText(b []byte, whole bool) (n int, ok bool) {
	text := b
	if i := bytes.IndexByte(b, 0); i >= 0 {
		text = b[:i]
	}
	cut := len(text) - unfinished(text)
	if utf8.Valid(text[:cut]) {
		return cut, len(text) == len(b) && (cut == len(b) || !whole)
	}
	for {
		r, size := utf8.DecodeRune(text[n:])
		if r == utf8.RuneError && size <= 1 {
			return n, false
		}
		n += size
	}
}

// unfinished returns the length of the UTF-8 sequence that the end of b cuts off, 0 if there is none.
func unfinished(b []byte) int {
	for back := 1; back < utf8.UTFMax && back <= len(b); back++ {
		if tail := b[len(b)-back:]; utf8.RuneStart(tail[0]) {
			if utf8.FullRune(tail) {
				return 0
			}
			return back
		}
	}
	return 0
}
