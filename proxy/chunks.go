package proxy

// bodyScanner finds where a request's body ends. It counts and checks and keeps nothing.
type bodyScanner struct {
	state   scanState
	remain  uint64 // bytes left of the body or the chunk
	digits  int    // of the chunk's size
	line    int    // bytes of the chunk's extension, or of all trailers
	inValue bool   // behind the colon of a trailer
	name    int    // bytes of the trailer's name
}

// scanState is what the next byte is part of.
type scanState uint8

const (
	atHead scanState = iota // the next message
	inFixed
	inSize
	inExtension
	afterSizeCR
	inChunk
	afterChunk
	afterChunkCR
	inTrailer
	afterTrailerCR
	afterLastCR
	inTunnel
	scanFailed
)

const (
	// maxExtension is the length of a chunk's extension, in bytes. No known client sends one.
	maxExtension = 256
	// maxTrailers is the length of all trailers, in bytes.
	maxTrailers = 2 << 10
)

// begin starts the body that follows h.
func (s *bodyScanner) begin(h head) {
	*s = bodyScanner{state: atHead}
	switch {
	case h.connect:
		s.state = inTunnel
	case h.chunked:
		s.state = inSize
	case h.length > 0:
		s.state, s.remain = inFixed, h.length
	}
}

func (s *bodyScanner) failed() bool { return s.state == scanFailed }

// pass returns how many bytes of b belong to the message in progress and are well-formed. After fewer than all of
// them, either the next message begins or failed reports true.
func (s *bodyScanner) pass(b []byte) int {
	i := 0
	for i < len(b) {
		switch s.state {
		case atHead, scanFailed:
			return i
		case inTunnel:
			return len(b)
		case inFixed, inChunk:
			i += s.skip(len(b) - i)
		case inSize:
			s.size(b[i])
			i++
		case inTrailer:
			s.trailer(b[i])
			i++
		default:
			s.punctuation(b[i])
			i++
		}
		if s.state == scanFailed {
			return i - 1
		}
	}
	return i
}

// skip passes over up to n bytes of data.
func (s *bodyScanner) skip(n int) int {
	if uint64(n) < s.remain {
		s.remain -= uint64(n)
		return n
	}
	n = int(s.remain)
	s.remain = 0
	if s.state == inFixed {
		s.state = atHead
	} else {
		s.state = afterChunk
	}
	return n
}

// size takes one byte of a chunk's size line, up to its extension or end.
func (s *bodyScanner) size(c byte) {
	var v byte
	switch {
	case '0' <= c && c <= '9':
		v = c - '0'
	case 'a' <= c && c <= 'f':
		v = c - 'a' + 10
	case 'A' <= c && c <= 'F':
		v = c - 'A' + 10
	case c == ';' && s.digits > 0:
		s.state = inExtension
		return
	case c == '\r' && s.digits > 0:
		s.state = afterSizeCR
		return
	default:
		s.state = scanFailed
		return
	}
	if s.digits++; s.digits > 15 { // 60 bits: no size overflows
		s.state = scanFailed
		return
	}
	s.remain = s.remain<<4 | uint64(v)
}

// punctuation takes one byte of what stands around sizes and chunks.
func (s *bodyScanner) punctuation(c byte) {
	next := scanFailed
	switch {
	case s.state == inExtension && c == '\r':
		next = afterSizeCR
	case s.state == inExtension && (c >= ' ' || c == '\t') && c != 0x7f:
		if s.line++; s.line <= maxExtension {
			next = inExtension
		}
	case s.state == afterSizeCR && c == '\n' && s.remain > 0:
		next = inChunk
	case s.state == afterSizeCR && c == '\n':
		next, s.line = inTrailer, 0
	case s.state == afterChunk && c == '\r':
		next = afterChunkCR
	case s.state == afterChunkCR && c == '\n':
		next, s.digits, s.line = inSize, 0, 0
	case s.state == afterTrailerCR && c == '\n':
		next, s.name, s.inValue = inTrailer, 0, false
	case s.state == afterLastCR && c == '\n':
		next = atHead
	}
	s.state = next
}

// trailer takes one byte of the trailers: lines of "name: value", then an empty one.
func (s *bodyScanner) trailer(c byte) {
	s.line++
	switch {
	case s.line > maxTrailers:
		s.state = scanFailed
	case s.inValue && c == '\r':
		s.state = afterTrailerCR
	case s.inValue && (c >= ' ' || c == '\t') && c != 0x7f:
	case !s.inValue && c == '\r' && s.name == 0:
		s.state = afterLastCR
	case !s.inValue && c == ':' && s.name > 0:
		s.inValue = true
	case !s.inValue && isTokenByte(c):
		s.name++
	default:
		s.state = scanFailed
	}
}
