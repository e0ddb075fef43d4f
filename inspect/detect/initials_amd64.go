package detect

import "golang.org/x/sys/cpu"

// initials returns the places of the letters in b that some word of l begins with, and of those that stand second in one.
func (l *letterSet) initials(b *[window]byte) (first, second uint64) {
	if cpu.X86.HasAVX2 {
		return initialsAVX2(b, l)
	}
	return l.scan(b)
}

//go:noescape
func initialsAVX2(b *[window]byte, l *letterSet) (first, second uint64)
