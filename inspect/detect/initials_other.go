//go:build !amd64

package detect

// initials returns the places of the letters in b that some word of l begins with, and of those that stand second in one.
func (l *letterSet) initials(b *[window]byte) (first, second uint64) { return l.scan(b) }
