package format

import (
	"github.com/phigate/phigate/inspect"
)

// numberState is how far a JSON number has come (RFC 8259, section 6).
type numberState uint8

const (
	numberBegin    numberState = iota
	numberMinus                // behind the minus
	numberZero                 // behind a leading zero: the integer part is over
	numberInteger              // in the integer part
	numberPoint                // behind the point
	numberFraction             // in the fraction
	numberE                    // behind the e
	numberSign                 // behind the sign of the exponent
	numberExponent             // in the exponent
	numberOver                 // c does not belong to the number
)

// complete reports whether a number may end here.
func (n numberState) complete() bool {
	return n == numberZero || n == numberInteger || n == numberFraction || n == numberExponent
}

// after returns the state behind c.
func (n numberState) after(c byte) numberState {
	switch {
	case '0' <= c && c <= '9':
		switch n {
		case numberBegin, numberMinus:
			if c == '0' {
				return numberZero
			}
			return numberInteger
		case numberPoint:
			return numberFraction
		case numberE, numberSign:
			return numberExponent
		case numberZero:
			return numberOver
		}
		return n
	case c == '-' && n == numberBegin:
		return numberMinus
	case c == '.' && (n == numberZero || n == numberInteger):
		return numberPoint
	case (c == 'e' || c == 'E') && (n == numberZero || n == numberInteger || n == numberFraction):
		return numberE
	case (c == '+' || c == '-') && n == numberE:
		return numberSign
	}
	return numberOver
}

// scanNumber goes on inside of a number. Only the byte behind it, or the end of the body, tells that it is over.
func (s *scanner) scanNumber(buf []byte, eof bool) (token, error) {
	for s.pos < len(buf) {
		next := s.number.after(buf[s.pos])
		if next == numberOver {
			if !s.number.complete() {
				return 0, s.fail(inspect.ReasonSyntax)
			}
			return s.endNumber()
		}
		s.number = next
		s.pos++
	}
	if !eof || !s.number.complete() {
		return s.wait(eof)
	}
	return s.endNumber()
}

func (s *scanner) endNumber() (token, error) {
	s.end = s.pos
	s.inside = insideNothing
	s.endValue()
	return tokenNumber, nil
}
