package audit

import (
	"bytes"
	"errors"
	"io"
)

// What lines.next and backwards.next return beside io.EOF.
var (
	errTorn = errors.New("incomplete last line, as a crash leaves it behind (opening the log for writing cuts it off)")
	errLong = errors.New("line is too long")
)

// lines reads a segment line by line. At its end it can be asked again: what was written in the meantime is read then.
type lines struct {
	r     io.ReaderAt
	limit int64 // where to stop, in bytes; negative is nowhere
	off   int64 // where the next line begins
	buf   []byte
	start int // buf[start:end] has been read and not yet returned
	end   int
}

func newLines(r io.ReaderAt, limit int64) *lines {
	return &lines{r: r, limit: limit, buf: make([]byte, 2*(MaxLine+1))}
}

// next returns the next line without its newline; it is valid until the following call. At the end the error is
// io.EOF, or errTorn if something stands there that no newline ends.
func (l *lines) next() ([]byte, error) {
	searched := 0
	for {
		if i := bytes.IndexByte(l.buf[l.start+searched:l.end], '\n'); i >= 0 {
			line := l.buf[l.start : l.start+searched+i]
			l.start += len(line) + 1
			l.off += int64(len(line)) + 1
			return line, nil
		}
		searched = l.end - l.start
		if searched > MaxLine {
			return nil, errLong
		}
		n, err := l.fill()
		switch {
		case n > 0:
		case err != nil && !errors.Is(err, io.EOF):
			return nil, err
		case searched > 0:
			// The rest is read again next time. It may be a write in progress, and it may be undone.
			l.end = l.start
			return nil, errTorn
		default:
			return nil, io.EOF
		}
	}
}

func (l *lines) fill() (int, error) {
	copy(l.buf, l.buf[l.start:l.end])
	l.start, l.end = 0, l.end-l.start
	room := l.buf[l.end:]
	at := l.off + int64(l.end)
	if l.limit >= 0 {
		room = room[:max(0, min(int64(len(room)), l.limit-at))]
	}
	if len(room) == 0 {
		return 0, io.EOF
	}
	n, err := l.r.ReadAt(room, at)
	l.end += n
	return n, err
}

// backwards reads a segment line by line from its end.
type backwards struct {
	r   io.ReaderAt
	off int64  // buf holds what stands at off
	buf []byte // not yet returned
}

// newBackwards reads backwards from size. What stands there without a newline is passed over.
func newBackwards(r io.ReaderAt, size int64) (*backwards, error) {
	b := &backwards{r: r, off: size}
	for {
		if i := bytes.LastIndexByte(b.buf, '\n'); i >= 0 {
			b.buf = b.buf[:i+1]
			return b, nil
		}
		if err := b.fill(); errors.Is(err, io.EOF) {
			b.buf = nil
			return b, nil
		} else if err != nil {
			return nil, err
		}
	}
}

// next returns the line before the last one returned, without its newline, and its offset. The line stays valid. At the
// beginning of the segment the error is io.EOF.
func (b *backwards) next() ([]byte, int64, error) {
	for {
		text := b.buf[:max(0, len(b.buf)-1)] // without the newline that ends the line
		if i := bytes.LastIndexByte(text, '\n'); i >= 0 {
			b.buf = b.buf[:i+1]
			return text[i+1:], b.off + int64(i) + 1, nil
		}
		if b.off == 0 {
			if len(b.buf) == 0 {
				return nil, 0, io.EOF
			}
			b.buf = nil
			return text, 0, nil
		}
		if len(text) > MaxLine {
			return nil, b.off, errLong
		}
		if err := b.fill(); err != nil {
			return nil, b.off, err
		}
	}
}

// fill puts the bytes before off in front of buf.
func (b *backwards) fill() error {
	n := min(b.off, 4*(MaxLine+1))
	if n == 0 {
		return io.EOF
	}
	buf := make([]byte, n, n+int64(len(b.buf)))
	if _, err := b.r.ReadAt(buf, b.off-n); err != nil && !errors.Is(err, io.EOF) {
		return err
	}
	b.off -= n
	b.buf = append(buf, b.buf...)
	return nil
}
